//! What is told of notes and headers: what is read beside what comes of it, a case each.

use snapbox::str;

use super::{check, check_told, read_source};

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
