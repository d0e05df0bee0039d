use super::*;
use crate::diag::{Diagnostics, Sources};
use crate::model::DeckName;
use crate::model::written::WrittenNote;
use crate::source::manifest::Manifest;
use crate::source::table::{self, TableText};
use crate::source::{markdown, shipped, yaml as notes};

const MD: Dialect = Dialect::Markdown;
const YAML: Dialect = Dialect::Yaml;
const TABLE: Dialect = Dialect::Table;

struct Read {
    notes: Vec<WrittenNote>,
    outline: Outline,
}

fn read(dialect: Dialect, source: &str) -> Read {
    let defaults = Manifest::without_file(&DeckName::new("D").unwrap()).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    let mut sink = Diagnostics::new();
    let file = Sources::new().add("f", source);
    let notes = match dialect {
        Dialect::Json | Dialect::Foreign(_) => Vec::new(),
        MD => markdown::read(file, source, &defaults, &types, &mut sink),
        YAML => notes::read(file, source, &defaults, &types, &mut sink, &|it| it).concat(),
        _ => {
            let table = TableText {
                file,
                source,
                delimiter: ',',
            };
            table::read(table, &[], &defaults, &types, &mut sink, &|it| it).concat()
        }
    };
    let told: Vec<&str> = sink.iter().map(|it| it.message.as_str()).collect();
    assert!(!sink.has_errors(), "{source:?}: {told:?}");
    Read {
        notes,
        outline: Outline::of(dialect, file, source, &defaults, &types, ','),
    }
}

/// The text with the ids `n1`, `n2` and so on at all notes.
fn stamped(dialect: Dialect, source: &str, style: IdStyle) -> Result<String, NoPlace> {
    let read = read(dialect, source);
    let edits = read.notes.iter().enumerate().map(|(index, note)| {
        let (place, id) = (note.span.range(), format!("n{}", index + 1));
        read.outline.insertion(source, &place, &id, style)
    });
    let edits: Vec<Vec<Edit>> = edits.collect::<Result<_, _>>()?;
    let edits: Vec<Edit> = edits.into_iter().flatten().collect();
    let beside = read
        .outline
        .completion(source, &edits.iter().collect::<Vec<_>>());
    Ok(apply(source, edits.iter().chain(&beside)))
}

/// The text without the ids of all notes.
fn stripped(dialect: Dialect, source: &str) -> Result<String, NoPlace> {
    let read = read(dialect, source);
    let edits = read.notes.iter().filter_map(|note| {
        let (place, id) = (note.span.range(), note.id.as_ref()?.span.range());
        Some(removal(dialect, source, &place, &id))
    });
    let edits: Vec<Edit> = edits.collect::<Result<_, _>>()?;
    let beside = read
        .outline
        .completion(source, &edits.iter().collect::<Vec<_>>());
    Ok(apply(source, edits.iter().chain(&beside)))
}

/// What stamping makes of a text; each note then has its id, and stripping gives the text back.
#[track_caller]
fn check(dialect: Dialect, style: IdStyle, source: &str, expect: &str) {
    let found = stamped(dialect, source, style).unwrap();
    assert_eq!(found, expect, "{source:?}");
    let notes = read(dialect, &found).notes;
    for (index, note) in notes.iter().enumerate() {
        let id = note.id.as_ref().map(|it| it.value.clone());
        assert_eq!(id, Some(format!("n{}", index + 1)), "{found:?}");
    }
    assert_eq!(stripped(dialect, &found).unwrap(), source, "{found:?}");
}

#[test]
fn tables_get_a_column() {
    let check = |source: &str, expect: &str| check(TABLE, IdStyle::Comment, source, expect);
    check("Front,Back\na,b\nc,d\n", "Front,Back,id\na,b,n1\nc,d,n2\n");
    check(
        "\u{feff}Front,\"Back\"\r\n\"a,\nx\",\"b\"\r\n,\r\n\r\nc,",
        "\u{feff}Front,\"Back\",id\r\n\"a,\nx\",\"b\",n1\r\n,,\r\n\r\nc,,n2",
    );
    check("id,Front\n,a\n,b\n", "id,Front\nn1,a\nn2,b\n");
    check(
        "Front,ID,Back\na,,x\n\"b\",,\n",
        "Front,ID,Back\na,n1,x\n\"b\",n2,\n",
    );
    // An empty cell in quotes is filled without them.
    let quoted = "id,Front\n\"\",a\n";
    assert_eq!(
        stamped(TABLE, quoted, IdStyle::Comment).unwrap(),
        "id,Front\nn1,a\n"
    );
    assert_eq!(
        stripped(TABLE, "id,Front\n\"n1\",a\n").unwrap(),
        "id,Front\n,a\n"
    );
}

#[test]
fn headings_get_comments() {
    let check = |source: &str, expect: &str| check(MD, IdStyle::Comment, source, expect);
    check("## a\n\nb\n", "## a\n<!-- id: n1 -->\n\nb\n");
    check("## a\nb", "## a\n<!-- id: n1 -->\nb");
    check(
        "\u{feff}## a\r\nb\r\n## c\r\nd",
        "\u{feff}## a\r\n<!-- id: n1 -->\r\nb\r\n## c\r\n<!-- id: n2 -->\r\nd",
    );
    check("## {{c1::a}}", "## {{c1::a}}\n<!-- id: n1 -->");
    check("## a ##\nb", "## a ##\n<!-- id: n1 -->\nb");
    check(
        "## a <!-- r\ns -->\n\nb\n",
        "## a <!-- r\ns -->\n<!-- id: n1 -->\n\nb\n",
    );
    check(
        "x\r\n\r\n## {{c1::a}}",
        "x\r\n\r\n## {{c1::a}}\r\n<!-- id: n1 -->",
    );
    check(
        "## a <!-- r -->\n<!-- {tags: [x]} -->\nb\n",
        "## a <!-- r -->\n<!-- id: n1 -->\n<!-- {tags: [x]} -->\nb\n",
    );
    check(
        "---\nmarkdown: {note-level: 1}\n---\nq\n===\n\nb\n",
        "---\nmarkdown: {note-level: 1}\n---\nq\n===\n<!-- id: n1 -->\n\nb\n",
    );
}

#[test]
fn headings_get_attributes_and_blocks() {
    let attribute = |source: &str, expect: &str| check(MD, IdStyle::Attribute, source, expect);
    attribute("## a\nb\n", "## a {#n1}\nb\n");
    attribute("## a {.t} ##\r\nb\r\n", "## a {#n1 .t} ##\r\nb\r\n");
    attribute("## a {note}\nb\n", "## a {#n1 note}\nb\n");
    attribute("## {{c1::a}}", "## {{c1::a}} {#n1}");
    attribute("## a ## <!-- r -->\nb\n", "## a {#n1} ## <!-- r -->\nb\n");
    let block = |source: &str, expect: &str| check(MD, IdStyle::Block, source, expect);
    block("## a\nb\n", "## a ^n1\nb\n");
    block("## a {.t} ##\nb\n", "## a {.t} ^n1 ##\nb\n");
    block("## é  \nb\n", "## é ^n1  \nb\n");
}

#[test]
fn labels_get_comments_above() {
    for style in [IdStyle::Comment, IdStyle::Attribute, IdStyle::Block] {
        let check = |source: &str, expect: &str| check(MD, style, source, expect);
        check("Q: a\nA: b\n", "<!-- id: n1 -->\nQ: a\nA: b\n");
        check(
            "\u{feff}Q: a\r\nA: b\r\nQ: c\r\nA: d",
            "\u{feff}<!-- id: n1 -->\r\nQ: a\r\nA: b\r\n<!-- id: n2 -->\r\nQ: c\r\nA: d",
        );
        check(
            "<!-- tags: x -->\nC: {{c1::a}}",
            "<!-- tags: x -->\n<!-- id: n1 -->\nC: {{c1::a}}",
        );
        check(
            "Q: a\nA:\n- b\n- c\n\nQ: d\nA: e\n",
            "<!-- id: n1 -->\nQ: a\nA:\n- b\n- c\n\n<!-- id: n2 -->\nQ: d\nA: e\n",
        );
    }
}

#[test]
fn list_notes_get_blocks() {
    let check = |source: &str, expect: &str| {
        let front = "---\nmarkdown: {inline: true}\n---\n";
        let (source, expect) = (front.to_owned() + source, front.to_owned() + expect);
        for style in [IdStyle::Comment, IdStyle::Attribute, IdStyle::Block] {
            self::check(MD, style, &source, &expect);
        }
    };
    check("- a :: b\n- c ::: d", "- a :: b ^n1\n- c ::: d ^n2");
    check(
        "1. a :: b {.t} <!-- r -->\n   - c\n",
        "1. a :: b {.t} ^n1 <!-- r -->\n   - c\n",
    );
    check(
        "- a :: b  \n  c\n\n- d ::\n\n  e\n",
        "- a :: b ^n1  \n  c\n\n- d :: ^n2\n\n  e\n",
    );
}

/// What stamping makes of a text, whose ids then can be taken out of it again; a column stays.
#[track_caller]
fn check_table(source: &str, expect: &str, stripped_to: &str) {
    let found = stamped(MD, source, IdStyle::Comment).unwrap();
    assert_eq!(found, expect, "{source:?}");
    let ids: Vec<String> = read(MD, &found)
        .notes
        .iter()
        .map(|it| it.id.as_ref().unwrap().value.clone())
        .collect();
    let numbers: Vec<String> = (1..=ids.len()).map(|it| format!("n{it}")).collect();
    assert_eq!(ids, numbers, "{found:?}");
    let bare = stripped(MD, &found).unwrap();
    assert_eq!(bare, stripped_to, "{found:?}");
    assert_eq!(
        stamped(MD, &bare, IdStyle::Comment).unwrap(),
        found,
        "{bare:?}"
    );
}

#[test]
fn rows_get_a_column() {
    check_table(
        "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| a | b |\r\n| c | d |",
        "<!-- notes -->\n\n| Front | Back | id |\n|---|---| --- |\n| a | b | n1 |\r\n| c | d | n2 |",
        "<!-- notes -->\n\n| Front | Back | id |\n|---|---| --- |\n| a | b |  |\r\n| c | d |  |",
    );
    check_table(
        "<!-- notes -->\nFront | Back\n---|---\na | b\n",
        "<!-- notes -->\nFront | Back | id\n---|--- | ---\na | b | n1\n",
        "<!-- notes -->\nFront | Back | id\n---|--- | ---\na | b |\n",
    );
    let source = "<!-- notes -->\n|id|Front|Back|\n|---|---|---|\n||a|b|\n| |c|d|\n|   |e|f|\n";
    check_table(
        source,
        "<!-- notes -->\n|id|Front|Back|\n|---|---|---|\n|n1|a|b|\n| n2|c|d|\n| n3  |e|f|\n",
        source,
    );
    let short = "<!-- notes -->\n| Front | Back | Extra | id |\n|---|---|---|---|\n| a | b |\n";
    assert_eq!(stamped(MD, short, IdStyle::Comment), Err(NoPlace::Row));
}

#[test]
fn yaml_notes_get_a_first_key() {
    let check = |source: &str, expect: &str| check(YAML, IdStyle::Comment, source, expect);
    check(
        "- front: a\n  back: b\n",
        "- id: n1\n  front: a\n  back: b\n",
    );
    check(
        "\u{feff}- front: a # x\r\n  back: b",
        "\u{feff}- id: n1\r\n  front: a # x\r\n  back: b",
    );
    check(
        "notes:\n  -   \"front\": a\n      back: |\n        b\n\n  # c\n  - {front: a, back: b}",
        "notes:\n  -   id: n1\n      \"front\": a\n      back: |\n        b\n\n  # c\n  - {id: n2, front: a, back: b}",
    );
    check(
        "- { front: a, back: b }\n- {\n    front: c, back: d }\n- { # x\n  front: e, back: f}\n",
        "- { id: n1, front: a, back: b }\n- {id: n2,\n    front: c, back: d }\n- {id: n3, # x\n  front: e, back: f}\n",
    );
    check(
        "- # x\n  front: a\n  back: b\n-\n  front: c\n  back: d\n",
        "- # x\n  id: n1\n  front: a\n  back: b\n-\n  id: n2\n  front: c\n  back: d\n",
    );
    check(
        "groups:\n  - tags: x\n    notes: [{front: a, back: b}]\n    groups:\n      - notes:\n        - front: c\n          back: d\n",
        "groups:\n  - tags: x\n    notes: [{id: n1, front: a, back: b}]\n    groups:\n      - notes:\n        - id: n2\n          front: c\n          back: d\n",
    );
    check(
        "- {\"front\":\"a\",\"back\":\"b\"}",
        "- {id: n1, \"front\":\"a\",\"back\":\"b\"}",
    );
}

#[test]
fn what_has_no_place_is_said() {
    let check = |source: &str, expect: NoPlace| {
        assert_eq!(
            stamped(YAML, source, IdStyle::Comment),
            Err(expect),
            "{source:?}"
        );
    };
    check("- [a, b]\n", NoPlace::List);
    check("- - a\n  - b\n", NoPlace::List);
    check("pairs:\n  a: b\n", NoPlace::Pair);
    check("pairs: {\"a\": b}\n", NoPlace::Pair);
    check("- &x {front: a, back: b}\n- *x\n", NoPlace::Shared);
    check("- &x\n  front: a\n  back: b\n- *x\n", NoPlace::Shared);
    check("- ? front\n  : a\n  back: b\n- [a, b]\n", NoPlace::List);
}

#[test]
fn ids_that_a_person_wrote_are_taken_out_where_that_is_safe() {
    let check = |dialect: Dialect, source: &str, expect: Option<&str>| {
        assert_eq!(
            stripped(dialect, source).ok().as_deref(),
            expect,
            "{source:?}"
        );
    };
    check(MD, "## a {.t #x}\nb\n", Some("## a {.t}\nb\n"));
    check(MD, "## a <!-- id: x -->\nb\n", Some("## a\nb\n"));
    check(
        MD,
        "## a\n<!-- {id: x, tags: [t]} -->\nb\n",
        Some("## a\n<!-- {tags: [t]} -->\nb\n"),
    );
    check(
        MD,
        "## a\n<!--\nid: x\ntags: t\n-->\nb\n",
        Some("## a\n<!--\ntags: t\n-->\nb\n"),
    );
    check(MD, "## a\n<!-- {\"id\": x} -->\nb\n", None);
    check(MD, "## a {id=x}\nb\n", None);
    check(
        YAML,
        "- front: a\n  id: x\n  back: b\n",
        Some("- front: a\n  back: b\n"),
    );
    check(
        YAML,
        "- front: a\n  back: b\n  id: x",
        Some("- front: a\n  back: b"),
    );
    check(
        YAML,
        "- {front: a, id: x, back: b}\n",
        Some("- {front: a, back: b}\n"),
    );
    check(YAML, "- id: 'x'\n  front: a\n  back: b\n", None);
    check(YAML, "- id: x # why\n  front: a\n  back: b\n", None);
    check(YAML, "- id: x\n\n  front: a\n  back: b\n", None);
}
