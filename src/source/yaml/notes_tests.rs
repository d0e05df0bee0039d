//! Files of notes to notes.
//!
//! Long, because it is a table: what is read beside what comes of it, a case each.

#![expect(
    clippy::disallowed_methods,
    reason = "the snapshots look for their own source file"
)]

use std::sync::Arc;

use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::read;
use crate::diag::{Diagnostics, Sources, Style, render};
use crate::model::written::{
    Content, FieldKind, WrittenField, WrittenNote, WrittenSuspend, WrittenType,
};
use crate::model::{DeckName, Flag, NoteType};
use crate::source::defaults::Defaults;
use crate::source::types::TypeSet;

fn note_type(key: &str, cloze: bool, fields: &[(&str, &str, FieldKind)]) -> Arc<WrittenType> {
    let mut builder = NoteType::builder(key);
    for (name, _, _) in fields {
        builder = builder.field(*name);
    }
    let first = fields[0].0;
    builder = if cloze {
        let side = format!("{{{{cloze:{first}}}}}");
        builder.cloze().template("Cloze", side.clone(), side)
    } else {
        builder.template("Card", format!("{{{{{first}}}}}"), "back")
    };
    let written = |(name, aliases, kind): &(&str, &str, FieldKind)| WrittenField {
        key: (*name).to_owned(),
        aliases: aliases.split_whitespace().map(str::to_owned).collect(),
        kind: *kind,
        ..WrittenField::default()
    };
    Arc::new(WrittenType {
        fields: fields.iter().map(written).collect(),
        shipped: true,
        ..WrittenType::of(key, builder.build().unwrap())
    })
}

fn types() -> TypeSet {
    use FieldKind::{Audio, Html, Markdown, Text};
    TypeSet::new(vec![
        note_type(
            "basic",
            false,
            &[
                ("Front", "q", Markdown),
                ("Back", "a", Markdown),
                ("Extra", "", Markdown),
            ],
        ),
        note_type(
            "cloze",
            true,
            &[
                ("Text", "cloze q front", Markdown),
                ("Extra", "a back", Markdown),
            ],
        ),
        note_type(
            "vocab",
            false,
            &[
                ("Word", "", Text),
                ("Meaning", "de", Markdown),
                ("Audio", "", Audio),
                ("Type", "", Html),
            ],
        ),
    ])
}

fn defaults() -> Defaults {
    Defaults {
        base_deck: DeckName::new("Folder").unwrap(),
        ..Defaults::in_deck(&DeckName::new("Folder::File").unwrap())
    }
}

fn read_source(source: &str) -> (Vec<WrittenNote>, Diagnostics, Sources) {
    let mut sources = Sources::new();
    let file = sources.add("notes.yaml", source);
    let mut sink = Diagnostics::new();
    let notes = read(file, source, &defaults(), &types(), &mut sink, &|it| it).concat();
    (notes, sink, sources)
}

fn line(note: &WrittenNote) -> String {
    let mut parts = vec![note.note_type.key.clone(), note.deck.as_str().to_owned()];
    if let Some(id) = &note.id {
        parts.push(format!("id={}", id.value));
    }
    if !note.tags.is_empty() {
        let tags: Vec<&str> = note.tags.iter().map(|it| it.value.as_str()).collect();
        parts.push(format!("tags={}", tags.join(",")));
    }
    match &note.suspend {
        WrittenSuspend::None => {}
        WrittenSuspend::All => parts.push("suspend".to_owned()),
        WrittenSuspend::Cards(cards) => {
            let cards: Vec<&str> = cards.iter().map(|it| &*it.value).collect();
            parts.push(format!("suspend={}", cards.join(",")));
        }
    }
    if note.flag != Flag::None {
        parts.push(format!("flag={:?}", note.flag));
    }
    if let Some(order) = note.order {
        parts.push(format!("order={order}"));
    }
    for (content, name) in note
        .fields
        .iter()
        .zip(note.note_type.note_type.field_names())
    {
        if let Some(content) = content {
            parts.push(format!("{name}={}", shown(content)));
        }
    }
    parts.join(" | ")
}

fn shown(content: &Content) -> String {
    match content {
        Content::List(items) => format!(
            "[{}]",
            items.iter().map(shown).collect::<Vec<_>>().join("; ")
        ),
        other => {
            let mut shown = String::new();
            other.texts(&mut |kind, text| shown = format!("{kind}:{text:?}"));
            shown
        }
    }
}

fn check(source: &str, expect: &[&str]) {
    let (notes, sink, sources) = read_source(source);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert!(told.is_empty(), "{source}\n{}", told.join("\n"));
    let lines: Vec<String> = notes.iter().map(line).collect();
    assert_eq!(lines, expect, "{source}");
}

fn check_told(source: &str, expect: impl snapbox::IntoData) {
    let (_, sink, sources) = read_source(source);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert_data_eq!(told.join("\n") + "\n", expect.raw());
}

#[test]
fn notes_are_mappings_or_lists() {
    check(
        "- {Front: 1.10, back: yes}\n- [le pain, ~, x]\n- q: a\n  A:\n    - b\n    - [c, 'd']\n",
        &[
            r#"basic | Folder::File | Front=md:"1.10" | Back=md:"yes""#,
            r#"basic | Folder::File | Front=md:"le pain" | Extra=md:"x""#,
            r#"basic | Folder::File | Front=md:"a" | Back=[md:"b"; [md:"c"; md:"d"]]"#,
        ],
    );
    check(
        "pairs:\n  uno: one\n  dos: |\n    two\n    lines\n",
        &[
            r#"basic | Folder::File | Front=md:"uno" | Back=md:"one""#,
            r#"basic | Folder::File | Front=md:"dos" | Back=md:"two\nlines""#,
        ],
    );
    check(
        "- [a, b]\n---\nnotes: [[c, d]]\n---\npairs: {e: f}\n",
        &[
            r#"basic | Folder::File | Front=md:"a" | Back=md:"b""#,
            r#"basic | Folder::File | Front=md:"c" | Back=md:"d""#,
            r#"basic | Folder::File | Front=md:"e" | Back=md:"f""#,
        ],
    );
}

#[test]
fn headers_and_groups_are_inherited() {
    check(
        "deck: '::Verbs'\ntags: [unit1]\nnotes:\n- [a, b]\n- {q: c, tags: x y, deck: '::Deep'}\n- {q: d, tags!: z, deck: Other}\ngroups:\n- tags: irregular\n  deck: '::Group'\n  notes: [[e], {q: e2, deck: '::Deep'}]\n  groups: [{type: vocab, pairs: {f: g}}]\npairs: {h: i}\n",
        &[
            r#"basic | Folder::Verbs | tags=unit1 | Front=md:"a" | Back=md:"b""#,
            r#"basic | Folder::Verbs::Deep | tags=unit1,x,y | Front=md:"c""#,
            r#"basic | Other | tags=z | Front=md:"d""#,
            r#"basic | Folder::Verbs::Group | tags=unit1,irregular | Front=md:"e""#,
            r#"basic | Folder::Verbs::Deep | tags=unit1,irregular | Front=md:"e2""#,
            r#"vocab | Folder::Verbs::Group | tags=unit1,irregular | Word=text:"f" | Meaning=md:"g""#,
            r#"basic | Folder::Verbs | tags=unit1 | Front=md:"h" | Back=md:"i""#,
        ],
    );
}

#[test]
fn a_header_below_the_notes_counts_too() {
    let above = "deck: D\nformat: html\nnotes: [[a, b]]\n";
    let below = "notes: [[a, b]]\ndeck: D\nformat: html\n";
    let expect = [r#"basic | D | Front=html:"a" | Back=html:"b""#];
    check(above, &expect);
    check(below, &expect);
    check(
        "x: &x {deck: D, format: html}\n---\nnotes: [[a, b]]\n"
            .split_once("---\n")
            .unwrap()
            .1,
        &[r#"basic | Folder::File | Front=md:"a" | Back=md:"b""#],
    );
    let (notes, sink, _) =
        read_source("notes: [[a, b]]\n---\nnotes: [[c]]\ndeck: E\ntags: [bad::]\n");
    assert_eq!(
        notes.iter().map(|it| it.deck.as_str()).collect::<Vec<_>>(),
        ["Folder::File", "E"]
    );
    assert_eq!(sink.iter().count(), 1);
}

#[test]
fn notes_stand_in_the_order_of_the_file() {
    check(
        "groups: [{notes: [[a]]}]\npairs: {b: }\nnotes: [[c]]\n",
        &[
            r#"basic | Folder::File | Front=md:"a""#,
            r#"basic | Folder::File | Front=md:"b""#,
            r#"basic | Folder::File | Front=md:"c""#,
        ],
    );
    check(
        "notes: &all [[a]]\ngroups: [{notes: *all}]\n",
        &[
            r#"basic | Folder::File | Front=md:"a""#,
            r#"basic | Folder::File | Front=md:"a""#,
        ],
    );
}

#[test]
fn clozes_choose_the_cloze_type() {
    check(
        "- cloze: 'The {{c1::heart}}'\n  extra: e\n- {q: 'a {{c1::b}}', a: c}\n- ['{{c2::x}}', y]\n- {q: plain, a: '{{c1::x}}'}\n- {type: vocab, Word: '{{c1::x}}'}\n",
        &[
            r#"cloze | Folder::File | Text=md:"The {{c1::heart}}" | Extra=md:"e""#,
            r#"cloze | Folder::File | Text=md:"a {{c1::b}}" | Extra=md:"c""#,
            r#"cloze | Folder::File | Text=md:"{{c2::x}}" | Extra=md:"y""#,
            r#"basic | Folder::File | Front=md:"plain" | Back=md:"{{c1::x}}""#,
            r#"vocab | Folder::File | Word=text:"{{c1::x}}""#,
        ],
    );
}

#[test]
fn reserved_keys_and_forms() {
    check(
        "- id: n1\n  guid: 'a b!'\n  type: vocab\n  suspend: [Produce, 2]\n  flag: red\n  order: 7\n  Word: w\n  de: {html: <i>x</i>}\n  Audio: a.mp3\n  fields: {type: noun}\n- {q: a, skip: true}\n- {q: {text: '*x*'}, a: {img: a.png}, suspend: yes}\n- {type: vocab, Word: x, Audio: '[sound:x.mp3]'}\n- {type: vocab, Word: x, Type: noun}\n",
        &[
            r#"vocab | Folder::File | id=n1 | suspend=Produce,2 | flag=Red | order=7 | Word=text:"w" | Meaning=html:"<i>x</i>" | Audio=media:"a.mp3" | Type=html:"noun""#,
            r#"basic | Folder::File | suspend | Front=text:"*x*" | Back=media:"a.png""#,
            r#"vocab | Folder::File | Word=text:"x" | Audio=md:"[sound:x.mp3]""#,
            r#"vocab | Folder::File | Word=text:"x" | Type=html:"noun""#,
        ],
    );
}

#[test]
fn wrong_notes_are_told() {
    check_told(
        "- {fornt: a, back: b}\n- {front: a, tag: b}\n- {front: a, meaning: b}\n",
        str![[r#"
error[E0202]: unknown field `fornt` in note type `basic`
  ╭▸ notes.yaml:1:4
  │
1 │ - {fornt: a, back: b}
  │    ━━━━━ not a field of `basic`
  ╰╴
help: a key with a similar name exists
  ╭╴
1 - - {fornt: a, back: b}
1 + - {front: a, back: b}
  ╰╴
error[E0202]: unknown field `tag` in note type `basic`
  ╭▸ notes.yaml:2:14
  │
2 │ - {front: a, tag: b}
  │              ━━━ not a field of `basic`
  ╰╴
help: a key with a similar name exists
  ╭╴
2 │ - {front: a, tags: b}
  ╰╴                +
error[E0202]: unknown field `meaning` in note type `basic`
  ╭▸ notes.yaml:3:14
  │
3 │ - {front: a, meaning: b}
  │              ━━━━━━━ not a field of `basic`
  │
  ╰ help: the fields are `Front`, `Back` and `Extra`

"#]],
    );
    check_told(
        "- just a text\n- front:hello back:world\n",
        str![[r#"
error[E0109]: a note is a mapping or a list, not a text
  ╭▸ notes.yaml:1:3
  │
1 │ - just a text
  │   ━━━━━━━━━━━ this is read as one text
  │
  ╰ help: write `{front: a question, back: its answer}`, or `[a question, its answer]`
error[E0109]: a note is a mapping or a list, not a text
  ╭▸ notes.yaml:2:3
  │
2 │ - front:hello back:world
  │   ━━━━━━━━━━━━━━━━━━━━━━ this is read as one text
  ╰╴
help: write a space behind the `:` of a key
  ╭╴
2 │ - front: hello back:world
  ╰╴        +

"#]],
    );
    check_told(
        "front: a\nback: b\n",
        str![[r#"
error[E0109]: a note stands in a list of notes
  ╭▸ notes.yaml:1:1
  │
1 │ front: a
  │ ━━━━━ a field of a note, outside of a list
  │
  ├ note: a file is a list of notes, or a mapping with `notes`
  ╰ help: write `- ` before the note's first line, and indent its other lines by two

"#]],
    );
    check_told(
        "-a\n-b\n",
        str![[r#"
error[E0109]: a file of notes holds a list or a mapping, not a text
  ╭▸ notes.yaml:1:1
  │
1 │ ┏ -a
2 │ ┃ -b
  │ ┗━━┛ this is read as one text
  ╰╴
help: write a space behind the `-` of an item
  ╭╴
1 ± - a
2 ± - b
  ╰╴

"#]],
    );
    check_told(
        "notes:\n  -a\n  -b\n",
        str![[r#"
error[E0109]: `notes` takes a list, not a text
  ╭▸ notes.yaml:2:3
  │
2 │ ┏   -a
3 │ ┃   -b
  │ ┗━━━━┛ expected a list, found a text
  ╰╴
help: write a space behind the `-` of an item
  ╭╴
2 ±   - a
3 ±   - b
  ╰╴

"#]],
    );
    check_told(
        "- [a, b, c, d, e]\n",
        str![[r#"
error[E0205]: note type `basic` has 3 fields, this is value 4
  ╭▸ notes.yaml:1:13
  │
1 │ - [a, b, c, d, e]
  │             ━ no field is left for it
  │
  ╰ note: the fields are `Front`, `Back`, `Extra`

"#]],
    );
    check_told(
        "- front: a\n  back: {Definition: text}\n- front: {code: x}\n- front: {md: a, html: b}\n",
        str![[r#"
error[E0109]: the field `back` takes a text or a list, not a mapping
  ╭▸ notes.yaml:2:9
  │
2 │   back: {Definition: text}
  │         ━━━━━━━━━━━━━━━━━━ YAML reads `Definition:` as a key of a mapping
  │
  ├ note: the one mapping that a field takes names a form: `md`, `html`, `text`, `file`, `img`, `audio`, `math` or `code`
  ╰ help: put a text with a colon in quotes, or below `|` on lines of its own
error[E0109]: a form is a mapping of one key, not 2
  ╭▸ notes.yaml:4:18
  │
4 │ - front: {md: a, html: b}
  │           ┬─     ━━━━ one key too many
  │           │
  ╰╴          this one names the form

"#]],
    );
    check_told(
        "notes: x\ndekc: y\ngroups: {a: b}\n",
        str![[r#"
error[E0109]: `notes` takes a list, not a text
  ╭▸ notes.yaml:1:8
  │
1 │ notes: x
  ╰╴       ━ expected a list, found a text
error[E0108]: unknown key `dekc` in a file of notes
  ╭▸ notes.yaml:2:1
  │
2 │ dekc: y
  │ ━━━━ this key means nothing here
  ╰╴
help: a key with a similar name exists
  ╭╴
2 - dekc: y
2 + deck: y
  ╰╴
error[E0109]: `groups` takes a list, not a mapping
  ╭▸ notes.yaml:3:9
  │
3 │ groups: {a: b}
  ╰╴        ━━━━━━ expected a list, found a mapping

"#]],
    );
    check_told(
        "- {q: a, bury: true}\n- {q: a, flag: read, suspend: {a: b}, order: -1}\n",
        str![[r#"
error[E0214]: a package cannot bury cards
  ╭▸ notes.yaml:1:10
  │
1 │ - {q: a, bury: true}
  │          ━━━━ not possible
  │
  ├ note: buried cards come back the next day by themselves
  ╰ help: write `suspend: true` to keep a card back until it is wanted
error[E0217]: `flag` does not take `read`
  ╭▸ notes.yaml:2:16
  │
2 │ - {q: a, flag: read, suspend: {a: b}, order: -1}
  │                ━━━━ not a value of this key
  │
  ╰ note: `flag` takes a number from 0 to 7, or `none`, `red`, `orange`, `green`, `blue`, `pink`, `turquoise` or `purple`
error[E0109]: `suspend` takes `true`, `false` or a list of card templates, not a mapping
  ╭▸ notes.yaml:2:31
  │
2 │ - {q: a, flag: read, suspend: {a: b}, order: -1}
  ╰╴                              ━━━━━━ expected `true`, `false` or a list of card templates, found a mapping
error[E0217]: `order` does not take `-1`
  ╭▸ notes.yaml:2:46
  │
2 │ - {q: a, flag: read, suspend: {a: b}, order: -1}
  │                                              ━━ not a value of this key
  │
  ╰ note: `order` takes whole numbers from 0 to 4294967295

"#]],
    );
    check_told(
        "- {q: a, type: vocabb}\n",
        str![[r#"
error[E0201]: unknown note type `vocabb`
  ╭▸ notes.yaml:1:16
  │
1 │ - {q: a, type: vocabb}
  │                ━━━━━━ no note type has this key
  ╰╴
help: a note type with a similar key exists
  ╭╴
1 - - {q: a, type: vocabb}
1 + - {q: a, type: vocab}
  ╰╴

"#]],
    );
    check_told(
        "type: nope\nnotes: [[a], [b]]\n",
        str![[r#"
error[E0201]: unknown note type `nope`
  ╭▸ notes.yaml:1:7
  │
1 │ type: nope
  │       ━━━━ no note type has this key
  │
  ╰ help: the note types are `basic`, `cloze`, `vocab`

"#]],
    );
    check_told(
        "- q: a\n-\n- []\n",
        str![[r#"
error[E0109]: a note that says nothing
  ╭▸ notes.yaml:2:2
  │
2 │ -
  │  ━ nothing stands behind this `-`
  │
  ╰ help: write the note here, or remove the `-`
error[E0109]: a note without any value
  ╭▸ notes.yaml:3:3
  │
3 │ - []
  ╰╴  ━━ empty list

"#]],
    );
    check_told(
        "deck: D\n",
        str![[r#"
warning[W0117]: the file holds no note
  ╭▸ notes.yaml:1:1
  │
1 │ deck: D
  │ ━ settings at most, and no note
  │
  ╰ help: write a list of notes: `- {front: a question, back: its answer}`

"#]],
    );
    check_told(
        "",
        str![[r#"
warning[W0117]: the file holds no note
  ╭▸ notes.yaml:1:1
  │
1 │
  │ ━ settings at most, and no note
  │
  ╰ help: write a list of notes: `- {front: a question, back: its answer}`

"#]],
    );
}

#[test]
fn what_yaml_takes_for_a_comment_is_told() {
    check_told(
        "- front: Prelude in C #1\n  back: # of what\n",
        str![[r#"
warning[W0106]: the value of `front` ends at a comment
  ╭▸ notes.yaml:1:23
  │
1 │ - front: Prelude in C #1
  │                       ━━ dropped
  ╰╴
help: quote the value if this belongs to it
  ╭╴
1 - - front: Prelude in C #1
1 + - front: 'Prelude in C #1'
  ╰╴
warning[W0106]: the value of `back` is a comment to YAML, so the field is empty
  ╭▸ notes.yaml:2:9
  │
2 │   back: # of what
  │         ━━━━━━━━━ dropped
  ╰╴
help: quote the value if this belongs to it
  ╭╴
2 -   back: # of what
2 +   back: '# of what'
  ╰╴

"#]],
    );
    check_told(
        "- front: C # a language\n  back: b\n  id: x # this one is only a comment\n",
        str![[r#"
info[W0106]: the value of `front` ends at a comment
  ╭▸ notes.yaml:1:12
  │
1 │ - front: C # a language
  │            ━━━━━━━━━━━━ dropped
  ╰╴
help: quote the value if this belongs to it
  ╭╴
1 - - front: C # a language
1 + - front: 'C # a language'
  ╰╴

"#]],
    );
    check(
        "# a comment\n- front: a\n  # another\n  back: b\n",
        &[r#"basic | Folder::File | Front=md:"a" | Back=md:"b""#],
    );
}

#[test]
fn headers_are_checked() {
    check_told(
        "markdown: {note-level: 9, selct: all, inline: true}\nnotes: [[a]]\n",
        str![[r#"
error[E0217]: `markdown.note-level` does not take `9`
  ╭▸ notes.yaml:1:24
  │
1 │ markdown: {note-level: 9, selct: all, inline: true}
  │                        ━ not a value of this key
  │
  ╰ note: `markdown.note-level` takes whole numbers from 1 to 6
error[E0108]: unknown key `selct` in `markdown`
  ╭▸ notes.yaml:1:27
  │
1 │ markdown: {note-level: 9, selct: all, inline: true}
  │                           ━━━━━ this key means nothing here
  ╰╴
help: a key with a similar name exists
  ╭╴
1 │ markdown: {note-level: 9, select: all, inline: true}
  ╰╴                             +

"#]],
    );
    check_told(
        "math: {engine: latex-tag, macros: m.tex}\ncloze: {highlight: sometimes, curly: maybe}\nnotes: [[a]]\n",
        str![[r#"
error[E0217]: `cloze.highlight` does not take `sometimes`
  ╭▸ notes.yaml:2:20
  │
2 │ cloze: {highlight: sometimes, curly: maybe}
  ╰╴                   ━━━━━━━━━ expected `explicit`, `auto` or `never`
error[E0217]: `cloze.curly` does not take `maybe`
  ╭▸ notes.yaml:2:38
  │
2 │ cloze: {highlight: sometimes, curly: maybe}
  │                                      ━━━━━ not a value of this key
  │
  ╰ note: `cloze.curly` takes `true` and `false`

"#]],
    );
    check_told(
        "media: {max-mb: 500, paths: [a, [b]]}\nlang: {front: english}\ndeck: [a]\nnotes: [[a]]\n",
        str![[r#"
error[E0217]: `media.max-mb` does not take `500`
  ╭▸ notes.yaml:1:17
  │
1 │ media: {max-mb: 500, paths: [a, [b]]}
  │                 ━━━ not a value of this key
  │
  ╰ note: `media.max-mb` takes whole numbers from 1 to 100
error[E0109]: `media.paths` takes a text, not a list
  ╭▸ notes.yaml:1:33
  │
1 │ media: {max-mb: 500, paths: [a, [b]]}
  ╰╴                                ━━━ expected a text, found a list
error[E0108]: this version of deckle does not read `lang`
  ╭▸ notes.yaml:2:1
  │
2 │ lang: {front: english}
  │ ━━━━ not read yet
  │
  ╰ help: remove it; nothing is built from a setting that would be ignored
error[E0109]: `deck` takes a text, not a list
  ╭▸ notes.yaml:3:7
  │
3 │ deck: [a]
  ╰╴      ━━━ expected a text, found a list

"#]],
    );
    let source = "markdown: {note-level: 3, select: tagged, card-tag: anki, context: breadcrumb, breaks: hard}\ncloze: {highlight: auto, curly: true}\nmath: {engine: latex-tag}\nmedia: {paths: assets, remote: keep, max-mb: 50}\nnotes: [[a]]\n";
    let (notes, sink, _) = read_source(source);
    assert!(sink.is_empty());
    let settings = &notes[0].settings;
    assert!(settings.hard_breaks && settings.curly);
    assert_eq!(settings.media_paths, ["assets"]);
    assert_eq!(settings.max_media_bytes, 50_000_000);
}

#[test]
fn an_error_costs_its_own_note_alone() {
    let (notes, sink, _) =
        read_source("- {q: a}\n- {q: b, nope: c}\n- {q: d, a: {{c1::x}}}\n- {q: e: f}\n- {q: g}\n");
    assert!(sink.has_errors());
    assert_eq!(notes.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scribbles_never_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "q: ", "a: ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "notes: ", "groups: ",
            "pairs: ", "deck: ", "tags: ", "type: vocab", "x", "é", "{{c1::x}}", "&a ", "*a", "<<: ",
            "---\n", " # c", "id: ", "suspend: ", "flag: 9", "'", "\"", "fields: ", "::X", "|\n   ",
            "html: ", "cloze: ", "skip: ", "~",
        ]), 0..30),
    ) {
        let source = pieces.concat();
        let (_, sink, sources) = read_source(&source);
        for diagnostic in &sink {
            let span = diagnostic.span();
            prop_assert!(!span.is_some() || source.get(span.range()).is_some());
            let _ = render(diagnostic, &sources, Style::Plain);
        }
    }
}

/// Large files are read in pieces; that must not be seen in what comes out, errors included.
#[test]
fn pieces_of_a_large_file_make_the_same_notes() {
    let items = [
        "  - {q: flow, a: \"b\\n c\"}\n",
        "  - q: plain & *text*\n    a: |\n      a block\n      - of lines\n\n      more\n",
        "  # a comment\n  - [one, 'two - three']\n",
        "# at the margin\n  - q: x\n    a:\n      - 1\n      - 2\n    tags: [t]\n",
    ];
    let whole = |last: &str| {
        let list: String = items.iter().cycle().take(12_000).copied().collect();
        format!("deck: \"::Sub\"\ntags: [all]\nnotes:\n{list}{last}")
    };
    let tails = [
        "",
        "  - q: \"open\n",
        "  - {q: x, unknown: y}\n",
        "type: basic\n",
    ];
    for last in tails {
        let source = whole(last);
        let (file, types) = (Sources::new().add("n.yaml", ""), types());
        let (mut sink, mut expected) = (Diagnostics::new(), Diagnostics::new());
        let notes = read(file, &source, &defaults(), &types, &mut sink, &|it| it).concat();
        let includes = crate::source::include::Includes::none();
        let reader = super::notes::Reader {
            includes: &includes,
            file,
            source: &source,
            types: &types,
            headings: Arc::new([]),
        };
        let one_by_one = reader.one_by_one(&defaults(), &mut expected);
        assert!(notes.len() >= 12_000, "{}", notes.len());
        assert!(
            format!("{notes:?}") == format!("{one_by_one:?}"),
            "notes differ: {last}"
        );
        let told = |sink: &Diagnostics| sink.iter().cloned().collect::<Vec<_>>();
        assert_eq!(told(&sink), told(&expected), "{last}");
    }
}
