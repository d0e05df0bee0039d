//! Tables as an author writes them, and the notes that come of them.

use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::diag::{Code, Diagnostic, Sources};
use crate::model::written::Content;
use crate::model::{DeckName, Flag};
use crate::source::header;
use crate::source::manifest::Manifest;
use crate::source::shipped;
use crate::source::yaml;

/// Sources, and what a table came to.
pub(super) struct Outcome {
    sources: Sources,
    notes: Vec<WrittenNote>,
    sink: Diagnostics,
}

/// Reads a table under these header keys. Further tables are there to be joined.
fn outcome(settings: &str, table: &str, others: &[(&str, &str)]) -> Outcome {
    let mut sources = Sources::new();
    let mut sink = Diagnostics::new();
    let mut defaults = Manifest::without_file(&DeckName::new("Deck").unwrap()).defaults;
    let file = sources.add("_deck.yaml", settings);
    for node in yaml::parse(file, settings, 0, &mut sink) {
        for entry in yaml::decode::mapping(&node, "", &mut sink).unwrap_or_default() {
            assert!(header::apply(entry, &mut defaults, &mut sink));
        }
    }
    let types = TypeSet::new(shipped::types().to_vec());
    let file = sources.add("a.csv", table);
    let ids: Vec<_> = others.iter().map(|it| sources.add(it.0, it.1)).collect();
    let text = |file, path: &str, source| TableText {
        file,
        source,
        delimiter: delimiter_of(path),
    };
    let joined: Vec<JoinedText<'_>> = others
        .iter()
        .zip(&ids)
        .map(|(it, id)| JoinedText {
            path: it.0,
            text: Some(text(*id, it.0, it.1)),
        })
        .collect();
    let notes = Mutex::new(Vec::new());
    let take = |batch| notes.lock().unwrap().extend(batch);
    let table = text(file, "a.csv", table);
    let _: Vec<()> = read(table, &joined, &defaults, &types, &mut sink, &take);
    let notes = notes.into_inner().unwrap();
    Outcome {
        sources,
        notes,
        sink,
    }
}

fn shown(content: &Content) -> String {
    let mut text = String::new();
    content.texts(&mut |form, value| {
        let form = if form == "md" {
            String::new()
        } else {
            format!("{form}:")
        };
        text.push_str(&format!("{form}{value}"));
    });
    text
}

/// `type | field=.. | ..`
fn line(note: &WrittenNote) -> String {
    let names = note.note_type.note_type.field_names();
    let fields = names
        .zip(&note.fields)
        .filter_map(|(name, it)| it.as_ref().map(|it| format!("{name}={}", shown(it))));
    let fields: Vec<String> = fields.collect();
    format!("{} | {}", note.note_type.key, fields.join(" | "))
}

#[track_caller]
fn check(settings: &str, table: &str, expect: &[&str]) {
    let found = outcome(settings, table, &[]);
    let told: Vec<&str> = found.sink.iter().map(|it| it.message.as_str()).collect();
    assert!(told.is_empty(), "{told:#?}");
    let notes: Vec<String> = found.notes.iter().map(line).collect();
    assert_eq!(notes, expect);
}

/// Code, message and the text that is underlined, of each finding.
#[track_caller]
fn told(settings: &str, table: &str, expect: &[(Code, &str, &str)]) {
    told_of(&outcome(settings, table, &[]), expect);
}

#[track_caller]
fn told_of(found: &Outcome, expect: &[(Code, &str, &str)]) {
    let of = |it: &Diagnostic| {
        let span = it.span();
        let text = found.sources.text(span.file);
        let place = text.get(span.range()).unwrap_or("?").to_owned();
        (it.code, it.message.clone(), place)
    };
    let found: Vec<_> = found.sink.iter().map(of).collect();
    let expect: Vec<_> = expect
        .iter()
        .map(|it| (it.0, it.1.to_owned(), it.2.to_owned()))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn a_row_is_a_note() {
    check(
        "",
        "Front,Back\na,b\n\"c, d\",\"e\"\"f\"\n,,\n\n",
        &["basic | Front=a | Back=b", "basic | Front=c, d | Back=e\"f"],
    );
    check(
        "",
        "\u{feff}q,A,Extra\r\na,b,\r\n",
        &["basic | Front=a | Back=b"],
    );
    check(
        "type: reversed",
        "Front,Back\na,#b\n#c,d\n",
        &[
            "reversed | Front=a | Back=#b",
            "reversed | Front=#c | Back=d",
        ],
    );
    check("", "Front,Back,,\na,b,,\n", &["basic | Front=a | Back=b"]);
    check(
        "csv: {delimiter: ;}",
        "Front;Back\na;\"b;\"\n",
        &["basic | Front=a | Back=b;"],
    );
    check(
        "csv: {delimiter: tab}",
        "Front\tBack\na\tb\n",
        &["basic | Front=a | Back=b"],
    );
}

#[test]
fn columns_are_settings_too() {
    let table = "id,guid,Front,Back,tags,deck,suspend,flag,order,skip\n\
                 x,,a,b,\"t u::v\",::Sub,true,red,7,\n\
                 ,g&1,c,d,,,,,,\n\
                 ,,e,f,,,,,,true\n";
    let found = outcome("tags: [all]", table, &[]);
    assert!(found.sink.is_empty());
    let [first, second] = found.notes.as_slice() else {
        panic!("two notes");
    };
    assert_eq!(first.id.as_ref().unwrap().value, "x");
    let tags: Vec<&str> = first.tags.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(tags, ["all", "t", "u::v"]);
    assert_eq!(first.deck.as_str(), "Deck::Sub");
    assert_eq!((first.flag, first.order), (Flag::Red, Some(7)));
    assert!(second.id.is_none());
    assert_eq!(second.guid.as_ref().unwrap().value, "g&1");
    assert_eq!(
        found.sources.text(first.id.as_ref().unwrap().span.file),
        table
    );
}

#[test]
fn types_come_from_columns_clozes_and_settings() {
    check(
        "",
        "type,Front,Back\n,a,b\nreversed,c,d\ntyped,e,f\n",
        &[
            "basic | Front=a | Back=b",
            "reversed | Front=c | Back=d",
            "typed | Front=e | Back=f",
        ],
    );
    check(
        "",
        "Front,Extra\n{{c1::a}} b,more\n",
        &["cloze | Text={{c1::a}} b | Extra=more"],
    );
    check(
        "",
        "cloze,extra\n{{c1::a}},b\n",
        &["cloze | Text={{c1::a}} | Extra=b"],
    );
    check(
        "csv: {format: text}",
        "Front,Back\n<a>,*b*\n",
        &["basic | Front=text:<a> | Back=text:*b*"],
    );
    check(
        "format: html",
        "Front,Back\n<i>a</i>,b\n",
        &["basic | Front=html:<i>a</i> | Back=html:b"],
    );
}

#[test]
fn columns_have_other_names() {
    let settings = "csv: {columns: {word: Front, meaning: Back, topic: tags, note: ~}}";
    let found = outcome(settings, "Word,meaning,topic,note\na,b,t,secret\n", &[]);
    assert_eq!(line(&found.notes[0]), "basic | Front=a | Back=b");
    assert_eq!(found.notes[0].tags[0].value.as_str(), "t");
    assert!(found.sink.is_empty());
    check(
        "csv: {header: false, columns: [Back, ~, Front]}",
        "a,b,c\n",
        &["basic | Front=c | Back=a"],
    );
}

#[test]
fn conditions_choose_rows() {
    let table = "Front,Back,level,sound\na,1,A1,x\nb,2,A2,\nc,3, B1 ,y\nd,4,,\n";
    let fronts = |condition: &str| {
        let settings = format!("csv: {{where: {{{condition}}}, columns: {{level: ~, sound: ~}}}}");
        let found = outcome(&settings, table, &[]);
        assert!(!found.sink.has_errors(), "{condition}");
        let first = |it: &WrittenNote| shown(it.fields[0].as_ref().unwrap());
        found.notes.iter().map(first).collect::<String>()
    };
    assert_eq!(fronts("level: A1"), "a");
    assert_eq!(fronts("level: [A1, B1]"), "ac");
    assert_eq!(fronts("level: {not: A1}"), "bcd");
    assert_eq!(fronts("level: {not: [A1, ~]}"), "bc");
    assert_eq!(fronts("sound: ''"), "bd");
    assert_eq!(fronts("sound: {not: ''}"), "ac");
    assert_eq!(fronts("sound: {not: ''}, level: A1"), "a");
    told(
        "csv: {where: {Back: x}}",
        "Front,Back\na,b\n",
        &[(Code::NoNotes, "the file holds no note", "")],
    );
    told(
        "csv: {where: {bak: x}}",
        "Front,Back\na,b\n",
        &[(Code::TableColumn, "the table has no column `bak`", "bak")],
    );
    told(
        "csv: {where: {Back: {is: x}}}",
        "Front,Back\na,b\n",
        &[(
            Code::WrongShape,
            "`csv.where.Back` takes a text, a list of texts, or `{not: ..}`, not a mapping",
            "{is: x}",
        )],
    );
}

#[test]
fn fields_and_settings_are_computed() {
    let settings = "csv:\n  fields:\n    Front: \"{{country}} in {{language}}?\"\n    Extra: \"{{#map}}![]({{map}}){{/map}}\"\n  set:\n    id: \"{{language}}-{{country}}\"\n    tags: \"lang::{{language}}\"\n";
    let table = "country,language,Back,map\nFrance,de,Frankreich,fr.svg\nX,en,\"X\"\"Y\",\n";
    let found = outcome(settings, table, &[]);
    let told: Vec<&str> = found.sink.iter().map(|it| it.message.as_str()).collect();
    assert!(told.is_empty(), "{told:?}");
    let lines: Vec<String> = found.notes.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "basic | Front=France in de? | Back=Frankreich | Extra=![](fr.svg)",
            "basic | Front=X in en? | Back=X\"Y",
        ]
    );
    let note = &found.notes[0];
    assert_eq!(note.id.as_ref().unwrap().value, "de-France");
    assert_eq!(note.tags[0].value.as_str(), "lang::de");
    // The cell that a character came from is known.
    let Some(Content::Markdown(extra)) = &note.fields[2] else {
        panic!("an extra");
    };
    let span = extra.span(4..10);
    assert_eq!(
        found.sources.text(span.file).get(span.range()),
        Some("fr.svg")
    );
    check(
        "csv: {fields: {Back: '{{Back}}.mp3'}}",
        "Front,Back\na,b\n",
        &["basic | Front=a | Back=b.mp3"],
    );
}

#[test]
fn tables_are_joined_by_a_key() {
    let settings = "csv: {join: {file: b.tsv, on: {word: term}, columns: {n: ~, sound: Extra}}, columns: {word: Front}}";
    let table = "word,Back\na,1\nb,2\nc,3\n";
    let others = [("b.tsv", "term\tsound\tn\nb\tb.mp3\tx\na\t\ty\nz\t\"a\"\t\n")];
    let found = outcome(settings, table, &others);
    let lines: Vec<String> = found.notes.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "basic | Front=a | Back=1",
            "basic | Front=b | Back=2 | Extra=b.mp3",
            "basic | Front=c | Back=3",
        ]
    );
    told_of(
        &found,
        &[(Code::JoinMissing, "`b.tsv` has no row for `c`", "c")],
    );

    let others = [("b.tsv", "term\tsound\tn\na\t1\t\na\t2\t\nb\t\t\nc\t\t\n")];
    told_of(
        &outcome(settings, table, &others),
        &[(Code::TableJoin, "`a` stands twice in `b.tsv`", "a")],
    );
    let others = [("b.tsv", "trem\tsound\tn\n")];
    told_of(
        &outcome(settings, table, &others),
        &[(Code::TableColumn, "the table has no column `term`", "term")],
    );
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    told("", "", &[(Code::NoNotes, "the file holds no note", "")]);
    told(
        "",
        "Front,Back\n",
        &[(Code::NoNotes, "the file holds no note", "")],
    );
    told(
        "",
        "Front,Bakc\na,b\n",
        &[(
            Code::TableColumn,
            "the column `Bakc` is no field of note type `basic` and no setting",
            "Bakc",
        )],
    );
    told(
        "",
        "Front,Back,front\na,b,c\n",
        &[(Code::TableColumn, "two columns are called `front`", "front")],
    );
    told(
        "",
        "Front,q\na,b\nc,\n",
        &[(Code::DuplicateKey, "field `Front` is filled twice", "q")],
    );
    told(
        "",
        "Front;Back\na;b\n",
        &[(
            Code::TableColumn,
            "the table has a single column, `Front;Back`",
            "Front;Back",
        )],
    );
    told(
        "",
        "Back\nb\n",
        &[(
            Code::TableColumn,
            "no column fills `Front`, the first field of `basic`",
            "Back",
        )],
    );
    told(
        "",
        "Front,Back\na,b,c\nd\n",
        &[
            (
                Code::TableRow,
                "the row has 3 cells, the table 2 columns",
                "c",
            ),
            (
                Code::TableRow,
                "the row has 1 cell, the table 2 columns",
                "d",
            ),
        ],
    );
    told(
        "",
        "Front,Back\na,\"b\nc,d\n",
        &[(Code::TableQuotes, "the quote has no end", "\"")],
    );
    told(
        "",
        "Front,Back\n\"a\" b,c\n",
        &[(
            Code::TableQuotes,
            "text stands behind a closing quote",
            " b",
        )],
    );
    told(
        "",
        "Front,Back\na, \"b\"\n",
        &[(
            Code::TableQuotes,
            "a space stands before the opening quote",
            "\"",
        )],
    );
    told(
        "",
        "Front,Back,flag\na,b,pale\n",
        &[(Code::BadValue, "`flag` does not take `pale`", "pale")],
    );
    told(
        "",
        "type,Front,Text\ncloze,,\"{{c1::a}}\"\nbasic,a,b\n",
        &[(
            Code::TableColumn,
            "note type `basic` has no field `Text`",
            "b",
        )],
    );
    told(
        "csv: {header: false}",
        "a,b\n",
        &[(
            Code::TableColumn,
            "nothing names the columns of the table",
            "",
        )],
    );
    told(
        "csv: {delimiter: ab}",
        "Front,Back\na,b\n",
        &[(Code::BadValue, "`csv.delimiter` does not take `ab`", "ab")],
    );
    told(
        "csv: {set: {front: x}}",
        "Front,Back\na,b\n",
        &[(Code::UnknownKey, "`csv.set` has no `front`", "front")],
    );
}

#[test]
fn many_rows_of_the_wrong_length_are_counted() {
    let table = format!("Front,Back\n{}", "a\n".repeat(30));
    let found = outcome("", &table, &[]);
    let last = found.sink.iter().last().unwrap();
    assert_eq!(found.sink.iter().count(), 11);
    assert!(last.message.starts_with("20 more rows"), "{}", last.message);
}

#[test]
fn large_tables_come_in_batches() {
    let rows: String = (0..10_000).map(|it| format!("q{it},a{it}\n")).collect();
    let table = format!("Front,Back\n{rows}");
    let mut sources = Sources::new();
    let file = sources.add("a.csv", table.as_str());
    let defaults = Manifest::without_file(&DeckName::new("Deck").unwrap()).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    let text = TableText {
        file,
        source: &table,
        delimiter: ',',
    };
    let mut sink = Diagnostics::new();
    let take = |batch: Vec<WrittenNote>| batch.len();
    let counts = read(text, &[], &defaults, &types, &mut sink, &take);
    assert_eq!(counts.iter().sum::<usize>(), 10_000);
    assert!(counts.len() > 2 && counts.iter().all(|it| *it <= 4096));
}

proptest! {
    #[test]
    fn no_table_panics(
        settings in prop::sample::select(vec![
            "", "csv: {delimiter: ;}", "csv: {header: false, columns: [Front, Back]}",
            "csv: {where: {Back: a}}", "csv: {fields: {Extra: '{{Back}} {{#Front}}x{{/Front}}'}}",
            "csv: {join: {file: b.csv, on: Back}}",
        ]),
        table in "(Front,Back|Front|\u{feff}Front;Back,id|)(\\n|\\r\\n)[a\",;\\n\\r #é{}c1:]{0,60}",
        other in "Back,Extra\\n[ab,\"\\n]{0,20}",
    ) {
        let _ = outcome(settings, &table, &[("b.csv", &other)]);
    }

    #[test]
    fn cells_reach_fields_character_for_character(
        cells in prop::collection::vec(("[a-z]", "[a\",;é \\t'#\\\\*]{0,8}z"), 1..5),
    ) {
        let quoted = |it: &str| format!("\"{}\"", it.replace('"', "\"\""));
        let rows: Vec<String> = cells.iter().map(|it| format!("{},{}", it.0, quoted(&it.1))).collect();
        let found = outcome("", &format!("Front,Back\n{}", rows.join("\r\n")), &[]);
        prop_assert!(found.sink.is_empty());
        for (note, (_, back)) in found.notes.iter().zip(&cells) {
            let Some(Content::Markdown(text)) = &note.fields[1] else { panic!("a text") };
            prop_assert_eq!(text.as_str(), back);
        }
        prop_assert_eq!(found.notes.len(), cells.len());
    }
}
