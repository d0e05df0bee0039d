//! Tables and Anki's text files, from the sources to what the real Anki makes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use deckle::diag::{Diagnostics, Sources, render_short};
use deckle::model::written::{Content, WrittenNote};
use deckle::project::ids::IdOptions;
use deckle::project::{BuildOptions, Project};
use deckle::source::anki_text;
use deckle::source::manifest::Manifest;
use deckle::source::shipped;
use deckle::source::types::TypeSet;
use deckle::{BuildTime, Deck, Note, NoteType, Package};
use proptest::prelude::*;
use serde_json::Value;

use crate::judge::{run_script, with_each_backend};

/// What a learner's collection holds after these imports, for each backend.
fn imported(items: &[Vec<PathBuf>]) -> Vec<Vec<Value>> {
    let input = serde_json::to_vec(items).unwrap();
    with_each_backend(|backend| {
        let output = run_script(backend, "text.py", &[], &input)?;
        let errors = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8_lossy(&output.stdout);
        let found: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
        let found = found.map_err(|error| format!("{error}\n{errors}"))?;
        if found.len() == items.len() {
            Ok(found)
        } else {
            Err(format!("{backend}: {errors}"))
        }
    })
    .unwrap_or_else(|report| panic!("{report}"))
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

const MANIFEST: &str = "format: 1\nname: Default\nuid: 4a1c2f5e-6d1b-4a6e-8a55-2f1f0a7f7b10\n";

/// Builds the project of a folder; its findings and what was written.
fn build(folder: &Path, time: i64, output: &str, text: bool) -> (Vec<String>, PathBuf) {
    let output = folder.join(output);
    let options = BuildOptions::new(BuildTime::from_unix(time))
        .output(&output)
        .text(text);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let found: Vec<String> = report
        .diagnostics
        .iter()
        .map(|it| render_short(it, &report.sources))
        .collect();
    assert!(!report.diagnostics.has_errors(), "{}", found.join("\n"));
    build.write().unwrap();
    (found, output)
}

/// Texts that both read: whatever deckle refuses because Anki would lose it is not here.
const SAMPLES: &[&str] = &[
    "#separator:tab\n#html:true\na\tb\n#c\td\n",
    "#separator:tab\n#html:false\na<b>\t\"x\ny & \"\"z\"\" 'w'\"\n",
    "#separator:comma\n#html:true\n\"#a\",b\n",
    "#separator:Semicolon\n#HTML:TRUE\n#Tags:t1 t2\na;b\n",
    "tags:foo bar\na\tb\n",
    "tags:a\n#separator:comma\n#deck:Q\na\tb,c\n",
    "#tags:foo bar\n#separator:;\na;b\n",
    "#separator:Tab\n#columns:Back\tFront\n#notetype:Basic\na\tb\n",
    "#separator:comma\n#columns:\"Back\",Front\na,b\n",
    "#separator:tab\n#notetype:Cloze\n{{c1::a}}\tb\n",
    "#separator:tab\n#notetype:Cloze\n#columns:Back Extra\tText\nx\t{{c1::a}} {{c2::b}}\n",
    "#separator:tab\n#notetype column:1\nBasic\ta\tb\t\nCloze\t{{c1::x}}\ty\nBasic (and reversed card)\tf\tg\nBasic (type in the answer)\th\ti\nBasic (optional reversed card)\tj\tk\ty\n",
    "#separator:tab\n#deck column:1\nC::D\ta\tb\n X :: Y \tc\td\n",
    "#separator:tab\n#deck:A::B\na\tb\n",
    "#separator:tab\n#deck: A \n#deck:B\na\tb\n",
    "#separator:tab\n#tags:glob\n#tags column:3\na\tb\tt1 t2\nc\td\ne\tf\tx\u{3000}y,z a::b\n",
    "#separator:tab\n#guid column:1\ngiven-1\ta\tb\n\tc\td\n",
    "#separator:tab\n#GUID Column: 1 \n given-1 \ta\tb\n",
    "#separator:tab\na\tb\tc\n",
    "#separator:tab\n\n\na\tb\n\n",
    "#separator:tab\n a \t b \n",
    "#separator:tab\r\n#html:false\r\n\"a\r\nb\"\tc\r\n",
    "#separator:tab\r\n#html:true\r\n\"a\r\nb\"\tc\r\n",
    "\u{feff}#separator:tab\na\tb\n",
    "#separator:pipe\na|b\n",
    "#separator:colon\na:b\n",
    "#separator:space\na b\n",
    "#html:true\na;b,c\n",
    "#html:true\na,b:c\n",
    "#html:true\na b,c\n",
    "#html:true\na b\n",
    "#separator:tab\na<br>b\tc\n",
    "#separator:tab\nx < y > z\ta\n",
    "#separator:tab\na\tc &amp; d\n",
    "#separator:tab\n1\ta\n2\ta\n3\ta\n4\ta\n5\ta\n6\t<i>x</i>\n",
    "#separator:tab\n#html:true\na\"b\tc\"d\"\n",
    "#separator:tab\n#html:true\na\t \"c\"\n",
    "#separator:tab\n#html:true\na\tb\rc\td\n",
    "#separator:tab\n#html:true\n\"a\n#html:false\nb\"\tc\n#x\n",
    "#separator:tab\n#foo:bar\n#deck:X\na\tb\n",
    "#separator:tab\n#if matches:keep both\n#match scope:notetype + deck\na\tb\n",
    "#separator:tab\ne\u{301}\t\u{1112}\u{1161}\n",
    "#separator:tab\n#html:false\n$5 and $6\t\\(x\\) `code` **b** {{c1::x}}\n",
    "#separator:tab\n#html:true\n[latex]x[/latex]\t<!-- x --> &nbsp;&lt;\n",
    "#separator:tab\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:6\n\"#given\"\tBasic\tA\t\"a\"\"b\tc\nd\"\te\tt\ngiven-2\tBasic\tA::B\tx\ty\t\n",
];

/// A collection's notes: without guids that nobody gave, types by the shipped keys, and fields to
/// the last that is filled.
fn comparable(state: &Value) -> Vec<String> {
    let types: &[(&str, &str)] = &[
        ("Basic", "basic"),
        ("Basic (and reversed card)", "reversed"),
        ("Basic (optional reversed card)", "optional-reversed"),
        ("Basic (type in the answer)", "typed"),
        ("Cloze", "cloze"),
    ];
    let shipped: Vec<(String, String)> = shipped::types()
        .iter()
        .map(|it| (it.note_type.name().to_owned(), it.key.clone()))
        .collect();
    let key = |name: &str| {
        let stock = types
            .iter()
            .find(|it| it.0 == name)
            .map(|it| it.1.to_owned());
        let own = shipped
            .iter()
            .find(|it| it.0 == name)
            .map(|it| it.1.clone());
        stock.or(own).unwrap_or_else(|| panic!("no type {name}"))
    };
    let notes = state["notes"].as_array().unwrap().iter().map(|note| {
        let guid = note[0].as_str().unwrap();
        let guid = if guid.contains("given") { guid } else { "" };
        let mut fields: Vec<&str> = note[3]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        while fields.last() == Some(&"") {
            fields.pop();
        }
        format!(
            "{guid} {} {} {fields:?} {}",
            key(note[1].as_str().unwrap()),
            note[2],
            note[4]
        )
    });
    let mut notes: Vec<String> = notes.collect();
    notes.sort();
    notes
}

#[test]
fn text_files_are_read_as_the_real_anki_reads_them() {
    let scratch = tempfile::tempdir().unwrap();
    let mut items = Vec::new();
    for (index, sample) in SAMPLES.iter().enumerate() {
        let folder = scratch.path().join(index.to_string());
        // What Anki puts into its default deck lies in the root deck here.
        write(&folder, &[("deckle.yaml", MANIFEST), ("index.txt", sample)]);
        let (_, package) = build(&folder, 1_800_000_000, "out.apkg", false);
        items.push(vec![folder.join("index.txt")]);
        items.push(vec![package]);
    }
    for found in imported(&items) {
        for (pair, sample) in found.chunks(2).zip(SAMPLES) {
            assert_eq!(pair[0]["left_out"], 0, "{sample:?}");
            assert_eq!(comparable(&pair[1]), comparable(&pair[0]), "{sample:?}");
        }
    }
}

/// The second edition differs in texts, tags and new notes.
const EDITIONS: [&str; 2] = [
    "- {id: a, deck: \"Default::B::C\", Front: \"one\", Back: \"b\"}\n- {id: b, Front: two, Back: b, tags: [x]}\n- {id: c, cloze: \"{{c1::p}} q\"}\n- {id: r, type: reversed, Front: r, Back: s}\n",
    "- {id: a, deck: \"Default::B::C\", Front: \"one\\tand \\\"more\\\"\", Back: {html: \"<b>x</b>\\n#y\"}}\n- {id: b, Front: \"#two é < &\", Back: \"$x^2$\", tags: [x, \"y::z\"]}\n- {id: c, cloze: \"{{c1::p}} {{c2::q}}\", extra: more}\n- {id: r, type: reversed, Front: r, Back: s}\n- {id: d, deck: \"Default::B\", type: reversed, Front: new, Back: \"  a\"}\n- {guid: \"#g\\\"1\", Front: with guid, Back: x}\n- {id: e, deck: \"Z::Y\", Front: z, Back: y}\n- {id: f, deck: Z, Front: above, Back: y}\n",
];

#[test]
fn a_text_file_brings_what_the_package_brings() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    write(
        folder,
        &[("deckle.yaml", MANIFEST), ("index.yaml", EDITIONS[0])],
    );
    let (_, first) = build(folder, 1_800_000_000, "1.apkg", false);
    write(folder, &[("index.yaml", EDITIONS[1])]);
    let (_, second) = build(folder, 1_800_000_100, "2.apkg", false);
    let (told, text) = build(folder, 1_800_000_100, "2.txt", true);
    assert_eq!(told, Vec::<String>::new());
    // Deckle's own text is no source: the next build is the same.
    let (told, _) = build(folder, 1_800_000_200, "2.txt", true);
    assert_eq!(told, Vec::<String>::new());
    let items = [vec![first.clone(), second], vec![first, text]];
    for found in imported(&items) {
        let sorted = |state: &Value| {
            let notes: BTreeSet<String> = state["notes"]
                .as_array()
                .unwrap()
                .iter()
                .map(Value::to_string)
                .collect();
            (notes, state["decks"].clone(), state["left_out"].clone())
        };
        assert_eq!(sorted(&found[1]), sorted(&found[0]));
        assert_eq!(found[0]["notes"].as_array().unwrap().len(), 8);
    }
}

#[test]
fn what_a_text_file_cannot_carry_is_told_and_strange_files_stay() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    write(
        folder,
        &[
            ("deckle.yaml", MANIFEST),
            ("a.csv", "Front,Back,suspend\n![](a.svg),b,true\n"),
            ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ],
    );
    let (told, text) = build(folder, 1_800_000_000, "a.txt", true);
    assert_eq!(
        told,
        [
            "info[W0140]: the text file does not carry 1 media file, the flags or suspension of 1 note"
        ]
    );
    fs::write(&text, "#separator:tab\n#html:true\nx\ty\n").unwrap();
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).text(true);
    let project = Project::open(folder).unwrap();
    let refused = project
        .build(&options.clone().output(&text))
        .unwrap()
        .write();
    assert!(refused.is_err(), "a file of somebody else");
    let refused = project
        .build(&options.output(folder.join("x.apkg")))
        .unwrap()
        .write();
    assert!(refused.is_err(), "a package's name");
}

/// Reads a text that deckle wrote.
fn read(text: &str) -> (Vec<WrittenNote>, Diagnostics) {
    let mut sources = Sources::new();
    let file = sources.add("a.txt", text);
    let name = deckle::model::DeckName::new("Default").unwrap();
    let defaults = Manifest::without_file(&name).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    let mut sink = Diagnostics::new();
    let notes = Mutex::new(Vec::new());
    let take = |batch| notes.lock().unwrap().extend(batch);
    let _: Vec<()> = anki_text::read(file, text, &defaults, &types, &mut sink, &take);
    (notes.into_inner().unwrap(), sink)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        rows in prop::collection::vec(
            ("[#\"a-z]{1,5}", "[a-z#\"\\t\\n<>&;, é]{0,12}", prop::collection::vec("[a-z]{1,3}(::[a-z])?", 0..3), "[A-C](::[A-C]){0,2}"),
            1..8,
        ),
    ) {
        let mut package = Package::new(BuildTime::from_unix(1_700_000_000));
        for (index, (guid, back, tags, name)) in rows.iter().enumerate() {
            let mut deck = Deck::new(name.as_str());
            let types = [NoteType::basic(), NoteType::cloze(), NoteType::reversed()];
            let front = format!("{{{{c1::x}}}} {index}{back}");
            let note = Note::new(&types[index % 3])
                .fields([front.as_str(), back.as_str()])
                .guid(deckle::model::Guid::new(format!("{guid}{index}")).unwrap())
                .tags(tags.iter().map(String::as_str));
            deck.add(note).unwrap();
            package.add_deck(deck);
        }
        let written = package.to_text().unwrap();
        let (notes, sink) = read(&written.text);
        prop_assert!(sink.is_empty(), "{:?}\n{}", sink, written.text);
        prop_assert_eq!(notes.len(), rows.len());
        for note in notes {
            let guid = &note.guid.as_ref().unwrap().value;
            let (index, row) = rows.iter().enumerate().find(|(index, it)| *guid == format!("{}{index}", it.0)).unwrap();
            let texts: Vec<&str> = note.fields.iter().flatten().map(|it| match it {
                Content::Html(text) => text.as_str(),
                _ => "?",
            }).collect();
            let front = format!("{{{{c1::x}}}} {index}{}", row.1);
            let mut expect = vec![front.as_str()];
            if !row.1.is_empty() {
                expect.push(&row.1);
            }
            prop_assert_eq!(texts, expect);
            let tags: BTreeSet<&str> = note.tags.iter().map(|it| it.value.as_str()).collect();
            prop_assert_eq!(tags, row.2.iter().map(String::as_str).collect::<BTreeSet<_>>());
            prop_assert_eq!(note.deck.as_str(), &row.3);
        }
    }
}

#[test]
fn ids_are_written_into_tables_and_taken_out() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let table = "\u{feff}Front,Back\r\n\"a, b\",\"c\"\"d\"\r\n,\r\ne,f";
    let old = "#separator:tab\n#html:true\nx\ty\n";
    write(
        folder,
        &[
            ("deckle.yaml", MANIFEST),
            ("a.csv", table),
            ("old.txt", old),
        ],
    );
    let (_, package) = build(folder, 1_800_000_000, "out.apkg", false);
    let before = fs::read(&package).unwrap();
    let project = Project::open(folder).unwrap();
    let plan = project.add_ids(&IdOptions::new()).unwrap();
    assert_eq!((plan.changes(), plan.left().len()), (2, 1));
    assert!(plan.left()[0].reason.contains("guids"));
    plan.write().unwrap();
    let stamped = fs::read_to_string(folder.join("a.csv")).unwrap();
    let lines: Vec<&str> = stamped.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}Front,Back,id");
    assert!(lines[1].starts_with("\"a, b\",\"c\"\"d\",n-"), "{stamped}");
    assert_eq!(lines[2], ",,");
    assert!(lines[3].starts_with("e,f,n-"), "{stamped}");
    let (_, package) = build(folder, 1_800_000_100, "out.apkg", false);
    assert!(fs::read(package).unwrap() == before, "the same package");
    let again = project.add_ids(&IdOptions::new()).unwrap();
    assert_eq!(again.changes(), 0);
    project
        .strip_ids(&IdOptions::new())
        .unwrap()
        .write()
        .unwrap();
    assert_eq!(fs::read_to_string(folder.join("a.csv")).unwrap(), table);
}

#[test]
fn joined_tables_are_no_sources_of_their_own() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    write(
        folder,
        &[
            ("deckle.yaml", MANIFEST),
            (
                "geo/_deck.yaml",
                "csv:\n  join: {file: capitals.csv, on: country}\n  columns: {country: Front, capital: Back}\n",
            ),
            (
                "geo/capitals.csv",
                "country,capital\nFrance,Paris\nPeru,Lima\n",
            ),
            ("geo/countries.csv", "country\nFrance\n"),
            ("geo/more.csv", "country\nPeru\n"),
        ],
    );
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let told: Vec<String> = report
        .diagnostics
        .iter()
        .map(|it| render_short(it, &report.sources))
        .collect();
    assert_eq!(told, Vec::<String>::new());
    assert_eq!((report.statistics.files, report.statistics.notes), (2, 2));
}

/// Rendering offers what is to stand in the text; in a cell its quotes are doubled.
#[test]
fn fixes_inside_of_cells_keep_the_table_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let table = "Front,Back\na,\"![x](my \"\"pic\"\", 1.svg)\"\nb,![y](my pic.svg)\n";
    write(folder, &[("deckle.yaml", MANIFEST), ("a.csv", table)]);
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let mut fixes = 0;
    for fix in report.diagnostics.iter().filter_map(|it| it.fix.as_ref()) {
        for (span, text) in &fix.edits {
            let mut mended = report.sources.text(span.file).to_owned();
            mended.replace_range(span.range(), text);
            let quotes = mended.lines().nth(1).unwrap().matches('"').count();
            assert!(quotes.is_multiple_of(2), "{mended}");
            fixes += 1;
        }
    }
    assert!(fixes > 0);
}
