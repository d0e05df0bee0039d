//! Tables: a form of source, what is to stand there, and the bytes behind the edit.

use proptest::prelude::*;

use super::*;
use crate::diag::{Diagnostics, Sources};
use crate::model::DeckName;
use crate::model::written::{Content, WrittenNote};
use crate::source::manifest::Manifest;
use crate::source::shipped;
use crate::source::stamp;
use crate::source::{markdown, table, yaml};

/// The notes of a text, as they are read.
fn read(path: &str, source: &str) -> (FileId, Dialect, Vec<WrittenNote>, TypeSet) {
    let file = Sources::new().add(path, source);
    let types = TypeSet::new(shipped::types().to_vec());
    let dialect = Dialect::of(path).unwrap();
    let defaults = Manifest::without_file(&DeckName::new("D").unwrap()).defaults;
    let mut sink = Diagnostics::new();
    let take = |notes: Vec<WrittenNote>| notes;
    let notes = match dialect {
        Dialect::Markdown => markdown::read(file, source, &defaults, &types, &mut sink),
        Dialect::Table => {
            let text = TableText {
                file,
                source,
                delimiter: table::delimiter_of(path),
            };
            table::read(text, &[], &defaults, &types, &mut sink, &take).concat()
        }
        _ => yaml::read(file, source, &defaults, &types, &mut sink, &take).concat(),
    };
    (file, dialect, notes, types)
}

fn with_sheet<T>(path: &str, source: &str, act: impl FnOnce(&Sheet<'_>, &[WrittenNote]) -> T) -> T {
    let (file, dialect, notes, types) = read(path, source);
    let defaults = Manifest::without_file(&DeckName::new("D").unwrap()).defaults;
    let text = TableText {
        file,
        source,
        delimiter: table::delimiter_of(path),
    };
    let sheet = Sheet::of(dialect, text, &defaults, &types);
    act(&sheet, &notes)
}

fn text_of(content: Option<&Option<Content>>) -> Option<&Text> {
    match content?.as_ref()? {
        Content::Markdown(text) | Content::Html(text) | Content::Plain(text) => Some(text),
        _ => None,
    }
}

/// What the first way makes of the source where a field of a note is replaced.
fn replaced(path: &str, source: &str, note: usize, field: usize, new: &str) -> Vec<String> {
    with_sheet(path, source, |sheet, notes| {
        let note = &notes[note];
        let text = text_of(note.fields.get(field)).unwrap();
        let ways = sheet.replace(&note.span.range(), text, new, Kind::Own);
        ways.iter().map(|it| stamp::apply(source, it)).collect()
    })
}

#[test]
fn a_field_is_replaced_in_its_own_form() {
    let check = |path: &str, source: &str, new: &str, expect: &str| {
        let found = replaced(path, source, 0, 1, new);
        assert!(found.iter().any(|it| it == expect), "{source:?} {found:#?}");
    };
    // Headings, labels, lists and tables of Markdown.
    check(
        "a.md",
        "## Q?\n<!-- id: x -->\n\nold\n\n## R?\n\nr\n",
        "new\n\nmore",
        "## Q?\n<!-- id: x -->\n\nnew\n\nmore\n\n## R?\n\nr\n",
    );
    check(
        "a.md",
        "\u{feff}## Q?\r\n\r\nold\r\n",
        "a\nb",
        "\u{feff}## Q?\r\n\r\na\r\nb\r\n",
    );
    check("a.md", "## Q?\n\nold", "new", "## Q?\n\nnew");
    check(
        "a.md",
        "Q: q\nA: old\n\nQ: r\nA: s\n",
        "new",
        "Q: q\nA: new\n\nQ: r\nA: s\n",
    );
    check(
        "a.md",
        "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| q | old |\n",
        "a|b",
        "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| q | a\\|b |\n",
    );
    // YAML in each of its styles; comments stay.
    check(
        "a.yaml",
        "- front: q\n  back: old # why\n",
        "new",
        "- front: q\n  back: new # why\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: 'o''ld'\n",
        "it's",
        "- front: q\n  back: 'it''s'\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: \"old\"\n",
        "a\n\"b\"",
        "- front: q\n  back: \"a\\n\\\"b\\\"\"\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: |\n    old\n    lines\n# end\n",
        "new\n\nlines",
        "- front: q\n  back: |\n    new\n\n    lines\n# end\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: old\n",
        "a: b",
        "- front: q\n  back: 'a: b'\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: old\n- {front: x, back: y}\n",
        "a\nb",
        "- front: q\n  back: |-\n    a\n    b\n- {front: x, back: y}\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: old}\n",
        "a, b",
        "- {front: q, back: 'a, b'}\n",
    );
    check("a.yaml", "- [q, old]\n", "new", "- [q, new]\n");
    check(
        "a.yaml",
        "pairs:\n  q: old\n  r: s\n",
        "new",
        "pairs:\n  q: new\n  r: s\n",
    );
    check(
        "a.yaml",
        "- front: q\r\n  back: old\r\n",
        "a\nb",
        "- front: q\r\n  back: |-\r\n    a\r\n    b\r\n",
    );
    check(
        "a.yaml",
        "- front: q\n  extra: e\n  back: old\n",
        "",
        "- front: q\n  extra: e\n",
    );
    // Tables.
    check(
        "a.csv",
        "Front,Back,tags\nq,old,t\n",
        "new",
        "Front,Back,tags\nq,new,t\n",
    );
    check(
        "a.csv",
        "Front,Back\nq,old\n",
        "a, \"b\"",
        "Front,Back\nq,\"a, \"\"b\"\"\"\n",
    );
    check(
        "a.csv",
        "Front,Back\nq,\"old\"\n",
        "new",
        "Front,Back\nq,\"new\"\n",
    );
    check(
        "a.tsv",
        "Front\tBack\r\nq\told\r\n",
        "a, b",
        "Front\tBack\r\nq\ta, b\r\n",
    );
}

#[test]
fn a_list_note_keeps_its_indentation() {
    let source = "---\nmarkdown: {inline: true}\n---\n\n- q :: old\n  - more\n";
    let found = replaced("a.md", source, 0, 1, "new\n- other\n- items");
    let expect = source.replace("old\n  - more", "new\n  - other\n  - items");
    assert!(found.contains(&expect), "{found:#?}");
}

#[test]
fn a_field_is_added_where_an_author_would_write_it() {
    let check = |path: &str, source: &str, new: &str, expect: &str| {
        let found: Vec<String> = with_sheet(path, source, |sheet, notes| {
            let note = &notes[0];
            let ends = note.fields.iter().flatten().map(|it| it.span().range().end);
            let field = NewField {
                name: "Extra",
                label: None,
                index: 2,
                end: ends.max().unwrap(),
            };
            let ways = sheet.insert(&note.span.range(), field, new, Kind::Own);
            ways.iter().map(|it| stamp::apply(source, it)).collect()
        });
        assert!(found.iter().any(|it| it == expect), "{source:?} {found:#?}");
    };
    check(
        "a.md",
        "## Q?\n\na\n\n## R?\n\nb\n",
        "x",
        "## Q?\n\na\n\n### Extra\n\nx\n\n## R?\n\nb\n",
    );
    check(
        "a.md",
        "Q: q\nA: a\n",
        "x",
        "<!-- Extra: x -->\nQ: q\nA: a\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: a\n- [r, s]\n",
        "x: y",
        "- front: q\n  back: a\n  Extra: 'x: y'\n- [r, s]\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: a}\n",
        "x",
        "- {front: q, back: a, Extra: x}\n",
    );
    check("a.yaml", "- [q, a]\n", "x", "- [q, a, x]\n");
    check(
        "a.csv",
        "Front,Back,Extra\nq,a,\nr,b,c\n",
        "x",
        "Front,Back,Extra\nq,a,x\nr,b,c\n",
    );
    check(
        "a.md",
        "<!-- notes -->\n\n| Front | Back | Extra |\n|---|---|---|\n| q | a |  |\n",
        "x",
        "<!-- notes -->\n\n| Front | Back | Extra |\n|---|---|---|\n| q | a | x |\n",
    );
}

#[test]
fn tags_come_and_go_in_their_own_notation() {
    let check = |path: &str, source: &str, gone: &[&str], new: &[&str], expect: &str| {
        let found: Vec<String> = with_sheet(path, source, |sheet, notes| {
            let note = &notes[0];
            let is_gone = |it: &&Spanned<Tag>| gone.contains(&it.value.as_str());
            let going: Vec<&Spanned<Tag>> = note.tags.iter().filter(is_gone).collect();
            let kept = note.tags.iter().rfind(|it| !is_gone(it));
            let ways = sheet.tags(&note.span.range(), &going, kept, new);
            ways.iter().map(|it| stamp::apply(source, it)).collect()
        });
        assert!(found.iter().any(|it| it == expect), "{source:?} {found:#?}");
    };
    check(
        "a.md",
        "## Q? {.a .b}\n\nx\n",
        &["a"],
        &["c"],
        "## Q? {.b .c}\n\nx\n",
    );
    check(
        "a.md",
        "## Q? {#i .a}\n\nx\n",
        &["a"],
        &[],
        "## Q? {#i}\n\nx\n",
    );
    check(
        "a.md",
        "## Q?\n\nx\n",
        &[],
        &["a", "b::c"],
        "## Q?\n<!-- tags: [a, b::c] -->\n\nx\n",
    );
    check(
        "a.md",
        "Q: q\nA: a\n",
        &[],
        &["t"],
        "<!-- tags: [t] -->\nQ: q\nA: a\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: a, tags: [x, y]}\n",
        &["x"],
        &["z"],
        "- {front: q, back: a, tags: [y, z]}\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: a, tags: [x, y]}\n",
        &["y"],
        &[],
        "- {front: q, back: a, tags: [x]}\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: a, tags: [x]}\n",
        &["x"],
        &[],
        "- {front: q, back: a, tags: []}\n",
    );
    check(
        "a.yaml",
        "- front: q\n  back: a\n",
        &[],
        &["t"],
        "- front: q\n  back: a\n  tags: [t]\n",
    );
    check(
        "a.yaml",
        "- front: q\n  tags: x y\n  back: a\n",
        &["x"],
        &["z"],
        "- front: q\n  tags: y z\n  back: a\n",
    );
    check(
        "a.yaml",
        "- front: q\n  tags:\n    - x\n    - y\n  back: a\n",
        &["x"],
        &["z"],
        "- front: q\n  tags:\n    - y\n    - z\n  back: a\n",
    );
    check(
        "a.csv",
        "Front,Back,tags\nq,a,x\n",
        &["x"],
        &["z"],
        "Front,Back,tags\nq,a,z\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: a, tags: [x]}\n",
        &["x"],
        &["y", "z"],
        "- {front: q, back: a, tags: [y, z]}\n",
    );
    check(
        "a.md",
        "## Q? {.a}\n\nx\n",
        &["a"],
        &["b"],
        "## Q? {.b}\n\nx\n",
    );
    check(
        "a.csv",
        "Front,Back,tags\nq,a,x y\n",
        &["y"],
        &["z"],
        "Front,Back,tags\nq,a,x z\n",
    );
    check(
        "a.csv",
        "Front,Back,tags\nq,a,\n",
        &[],
        &["z", "w"],
        "Front,Back,tags\nq,a,z w\n",
    );
}

#[test]
fn settings_stand_beside_what_the_note_says() {
    let check = |path: &str, source: &str, expect: &str| {
        let found: Vec<String> = with_sheet(path, source, |sheet, notes| {
            let ways = sheet.setting(&notes[0].span.range(), "flag", "red");
            ways.iter().map(|it| stamp::apply(source, it)).collect()
        });
        assert_eq!(found, [expect], "{source:?}");
    };
    check(
        "a.md",
        "## Q?\r\n\r\nx\r\n",
        "## Q?\r\n<!-- flag: red -->\r\n\r\nx\r\n",
    );
    check("a.md", "Q: q\nA: a", "<!-- flag: red -->\nQ: q\nA: a");
    check(
        "a.yaml",
        "- front: q\n  back: a\n",
        "- front: q\n  back: a\n  flag: red\n",
    );
    check(
        "a.yaml",
        "- {front: q, back: a}",
        "- {front: q, back: a, flag: red}",
    );
}

proptest! {
    /// Whatever is written, and wherever: the bytes before and behind the note stay.
    #[test]
    fn nothing_outside_of_the_note_changes(
        new in "[a-c \n|,:#'\"{}\\[\\]é-]{0,24}",
        form in 0_usize..8,
    ) {
        let (path, before, note, behind) = [
            ("a.md", "\u{feff}text\r\n\r\n## P?\r\n\r\np\r\n\r\n", "## Q?\r\n\r\nold words\r\n", "\r\n## R?\r\n\r\nr"),
            ("a.md", "Q: p\nA: p\n\n", "Q: q\nA: old words", "\n\nQ: r\nA: r\n"),
            ("a.md", "<!-- notes -->\n| Front | Back |\n|---|---|\n| p | p |\n", "| q | old words |", "\n| r | r |\n"),
            ("a.yaml", "# why\n- [p, p]\n", "- {front: q, back: old words}", "\n- [r, r]\n# end"),
            ("a.yaml", "- front: p\n  back: p\n", "- front: q\n  back: old words\n", "- front: r\n  back: r # x\n"),
            ("a.yaml", "- front: p\n  back: p\n", "- front: q\n  back: |\n    old words\n    more\n", "# c\n- front: r\n  back: r # x\n"),
            ("a.csv", "Front,Back\np,p\n", "q,\"old words\"", "\n\"r\",r\n"),
            ("a.tsv", "Front\tBack\r\np\tp\r\n", "q\told words", "\r\nr\tr\r\n"),
        ][form];
        let source = format!("{before}{note}{behind}");
        let ways: Vec<String> = with_sheet(path, &source, |sheet, notes| {
            let note = &notes[1];
            let text = text_of(note.fields.get(1)).unwrap();
            let mut ways = sheet.replace(&note.span.range(), text, &new, Kind::Own);
            ways.extend(sheet.replace(&note.span.range(), text, &new, Kind::Html));
            let hunk = Hunk { range: 4..9, text: new.clone() };
            ways.extend(sheet.change(&note.span.range(), text, &[hunk]));
            ways.extend(sheet.setting(&note.span.range(), "flag", "red"));
            ways.iter().map(|it| stamp::apply(&source, it)).collect()
        });
        for after in ways {
            prop_assert!(after.starts_with(before), "{after:?}");
            prop_assert!(after.ends_with(behind), "{after:?}");
        }
    }
}
