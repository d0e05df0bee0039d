//! What `verify` says of broken packages, and what the real Anki makes of them: where an import
//! fails or changes something, verify has said so, and the other way round.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use deckle::package::{Contents, Harm, PackageReader, ReadLimits, Rule, Verification};
use deckle::{BuildTime, Deck, DeckOptions, Format, Note, NoteType, Package};
use prost::Message;
use rusqlite::{Connection, MAIN_DB};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::decks::{DECKS, copy_tree, example};
use crate::judge::{run_script, with_each_backend};

/// In seconds; packages are verified as if they were imported now.
const BUILT: i64 = 1_700_000_000;

/// Who breaks a rule that no single import shows, such as one that a later import brings to light.
const UNSEEN: &[&str] = &[
    "cloze-text",
    "file-name",
    "future-id",
    "media-case",
    "media-sum",
    "refused-options",
    "same-guid",
    "same-media",
    "static-missing",
    "template-media",
];

/// A package taken apart, to be broken.
struct Broken {
    database: Connection,
    models: Value,
    decks: Value,
    dconf: Value,
    /// By entry.
    names: Value,
    files: BTreeMap<String, Vec<u8>>,
}

const WORDS: &str = "1000001";
const GAPS: &str = "1000002";
const DECK: &str = "Spanish::Verbs";

fn package() -> Package {
    let words = NoteType::builder("Words (verify)")
        .id(1_000_001)
        .fields(["Word", "Meaning"])
        .template("There", "{{Word}}", "{{Meaning}}")
        .template("Back", "{{Meaning}}", "{{Word}}")
        .build()
        .unwrap();
    let gaps = NoteType::builder("Gaps (verify)")
        .id(1_000_002)
        .cloze()
        .fields(["Text"])
        .template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}")
        .build()
        .unwrap();
    let mut deck = Deck::new(DECK).options(DeckOptions::new("Slow").new_per_day(5));
    for fields in [["ser", "to be"], ["<img src=\"a.png\">", "a"]] {
        deck.add(Note::new(&words).fields(fields).key(fields[1]))
            .unwrap();
    }
    deck.add(Note::new(&gaps).fields(["{{c1::a}} {{c2::b}}"]).key("gaps"))
        .unwrap();
    Package::new(BuildTime::from_unix(BUILT))
        .deck(deck)
        .media_bytes("a.png", *b"png")
}

fn entries(package: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(package)).unwrap();
    let mut found = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        found.insert(name, bytes);
    }
    found
}

fn archive(entries: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

impl Broken {
    fn new() -> Self {
        let mut files = entries(&package().to_bytes().unwrap());
        let image = files.remove("collection.anki2").unwrap();
        let mut database = Connection::open_in_memory().unwrap();
        database
            .deserialize_read_exact(MAIN_DB, &image[..], image.len(), false)
            .unwrap();
        let column = |name: &str| -> Value {
            let query = format!("select {name} from col");
            let text: String = database.query_row(&query, [], |row| row.get(0)).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        let (models, decks, dconf) = (column("models"), column("decks"), column("dconf"));
        Self {
            models,
            decks,
            dconf,
            names: serde_json::from_slice(&files.remove("media").unwrap()).unwrap(),
            database,
            files,
        }
    }

    fn sql(&mut self, sql: &str) {
        self.database.execute_batch(sql).unwrap();
    }

    /// The first note's first field.
    fn word(&mut self, text: &str) {
        let fields = format!("{text}\u{1f}to be");
        let sql = "update notes set flds = ? where flds like 'ser%'";
        assert_eq!(self.database.execute(sql, [fields]).unwrap(), 1);
    }

    fn gap(&mut self, text: &str) {
        let sql = "update notes set flds = ? where mid = 1000002";
        assert_eq!(self.database.execute(sql, [text]).unwrap(), 1);
    }

    fn words(&mut self) -> &mut Value {
        &mut self.models[WORDS]
    }

    /// The deck that holds the cards.
    fn deck(&mut self) -> &mut Value {
        let decks = self.decks.as_object_mut().unwrap();
        decks.values_mut().find(|it| it["name"] == DECK).unwrap()
    }

    fn preset(&mut self) -> &mut Value {
        let presets = self.dconf.as_object_mut().unwrap();
        presets
            .values_mut()
            .find(|it| it["name"] == "Slow")
            .unwrap()
    }

    fn front(&mut self, text: &str) {
        self.words()["tmpls"][0]["qfmt"] = text.into();
    }

    fn file(&mut self, entry: &str, name: &str) {
        self.names[entry] = name.into();
        self.files
            .insert(entry.to_owned(), format!("bytes of {entry}").into_bytes());
    }

    fn bytes(mut self) -> Vec<u8> {
        let columns = [&self.models, &self.decks, &self.dconf].map(Value::to_string);
        let sql = "update col set models = ?, decks = ?, dconf = ?";
        self.database.execute(sql, columns).unwrap();
        let image = self.database.serialize(MAIN_DB).unwrap().to_vec();
        self.files.insert("collection.anki2".to_owned(), image);
        self.files
            .insert("media".to_owned(), self.names.to_string().into_bytes());
        archive(&self.files)
    }
}

/// The rule that is broken, and how.
type Case = (&'static str, fn(&mut Broken));

/// Whatever a rule is about, more than once where it can be broken in several ways.
const CASES: &[Case] = &[
    ("unreadable", |it| it.sql("update notes set mod = 1.5")),
    ("unreadable", |it| it.sql("update cards set factor = 70000")),
    ("unreadable", |it| it.sql("update notes set flds = x'ff'")),
    ("missing-key", |it| remove(it.words(), "css")),
    ("missing-key", |it| {
        remove(&mut it.words()["flds"][1], "rtl");
    }),
    ("missing-key", |it| {
        remove(&mut it.words()["tmpls"][1], "qfmt");
    }),
    ("missing-key", |it| it.words()["id"] = 5.into()),
    ("missing-key", |it| remove(it.deck(), "timeToday")),
    ("missing-key", |it| it.deck()["collapsed"] = 0.into()),
    ("missing-key", |it| remove(it.preset(), "maxTaken")),
    ("missing-key", |it| it.preset()["replayq"] = 1.into()),
    ("missing-key", |it| it.preset()["usn"] = json!(1.5)),
    ("missing-key", |it| it.preset()["newMix"] = Value::Null),
    ("field-count", |it| it.word("a\u{1f}b")),
    ("unknown-note-type", |it| remove(&mut it.models, GAPS)),
    ("empty-note-type", |it| it.words()["name"] = "\"".into()),
    ("empty-note-type", |it| {
        it.words()["tmpls"][0]["name"] = "".into();
    }),
    ("empty-note-type", |it| {
        it.words()["flds"][0]["name"] = "::".into();
    }),
    ("empty-note-type", |it| it.words()["tmpls"] = json!([])),
    ("unknown-preset", |it| it.deck()["conf"] = 51.into()),
    ("deck-depth", |it| {
        it.deck()["name"] = "a::b::c::d::e::f::g::h::i::j::k::l".into();
    }),
    ("card-state", |it| {
        it.sql("update cards set type = 4 where ord = 1");
    }),
    ("card-state", |it| {
        it.sql("update cards set queue = 5 where ord = 1");
    }),
    ("unsafe-media-name", |it| it.file("1", "../a.png")),
    ("unsafe-media-name", |it| it.file("1", "")),
    ("unsafe-media-name", |it| it.file("1", "a/b.png")),
    ("absent-media", |it| {
        it.files.remove("0");
    }),
    ("absent-media", |it| {
        it.names["1"] = "_b-00112233.png".into();
    }),
    ("same-guid", |it| it.sql("update notes set guid = 'same'")),
    ("control-characters", |it| it.word("a\u{7}b")),
    ("control-characters", |it| it.word("a\u{7f}b")),
    ("tag-changes", |it| {
        it.sql("update notes set tags = ' a::::b '");
    }),
    ("no-cards", |it| {
        it.sql("delete from cards where nid = (select min(nid) from cards)");
    }),
    ("missing-card", |it| {
        it.sql("delete from cards where id = (select max(id) from cards)");
    }),
    ("missing-card", |it| it.gap("{{c1::a}} {{c2::b}} {{c3::c}}")),
    ("unknown-note", |it| {
        it.sql("update cards set nid = 5 where ord = 1");
    }),
    ("unknown-template", |it| {
        it.sql("update cards set ord = 2 where id = (select min(id) from cards)");
    }),
    ("same-card", |it| {
        it.sql("update cards set ord = 0 where ord = 1 and nid = (select min(nid) from cards)");
    }),
    ("unknown-deck", |it| it.sql("update cards set did = 777")),
    ("default-deck", |it| {
        it.sql("update cards set did = 1");
        it.decks["1"]["name"] = "My Deck".into();
    }),
    ("due-range", |it| {
        it.sql("update cards set due = 3000000000");
    }),
    ("future-id", |it| {
        it.sql("update notes set id = id * 1000; update cards set nid = nid * 1000");
    }),
    ("future-id", |it| it.sql("update cards set id = id * 1000")),
    ("cloze-number", |it| {
        it.gap("{{c1::a}} {{c2::b}} {{c501::c}}");
    }),
    ("cloze-text", |it| it.gap("{{c1::a}} {{c2::b}} {{c3::c")),
    ("changed-name", |it| {
        it.words()["flds"][1]["name"] = "Mean:ing".into();
    }),
    ("changed-name", |it| {
        it.words()["flds"][1]["name"] = "#Meaning".into();
    }),
    ("changed-name", |it| {
        it.words()["name"] = "The \"Words\"".into();
    }),
    ("changed-name", |it| {
        it.words()["tmpls"][0]["name"] = "e\u{301}".into();
    }),
    ("same-name", |it| {
        it.words()["flds"][1]["name"] = "WORD".into();
    }),
    ("same-name", |it| {
        it.words()["tmpls"][1]["name"] = "THERE".into();
    }),
    ("same-name", |it| {
        it.words()["name"] = "GAPS (verify)".into();
    }),
    ("same-name", |it| {
        let mut other = it.deck().clone();
        other["id"] = 99.into();
        other["name"] = "SPANISH::verbs".into();
        it.decks["99"] = other;
        it.sql("update cards set did = 99 where ord = 1");
    }),
    ("deck-name", |it| {
        it.deck()["name"] = "Spanish::::Verbs".into();
    }),
    ("deck-name", |it| {
        it.deck()["name"] = " Spanish::\u{7}Verbs:".into();
    }),
    ("template-error", |it| it.front("{{Wrod}}")),
    ("template-error", |it| it.front("{{#Word}}{{Word}}")),
    ("template-error", |it| it.front("{{Word}}{{}}")),
    ("template-error", |it| {
        it.front("{{Word}}{{#FrontSide}}{{/FrontSide}}");
    }),
    ("template-refused", |it| {
        it.models[GAPS]["tmpls"][0]["qfmt"] = "{{Text}}".into();
    }),
    ("refused-options", |it| {
        it.preset()["new"]["perDay"] = 20_000.into();
    }),
    ("changed-media-name", |it| {
        it.names["0"] = "a?b.png".into();
        it.sql("update notes set flds = replace(flds, 'a.png', 'a?b.png')");
    }),
    ("changed-media-name", |it| {
        it.file("1", "_con-00112233.\u{1f970}png");
    }),
    ("changed-media-name", |it| {
        it.file("1", &format!("_{}.png", "0123456789".repeat(13)));
    }),
    ("same-media", |it| it.file("1", "a.png")),
    ("media-case", |it| {
        it.file("1", "A.png");
        it.word("<img src=A.png>");
    }),
    ("media-missing", |it| it.word("[sound:b.mp3]")),
    ("media-missing", |it| it.word("<img src=\"A.png\">")),
    ("template-media", |it| {
        it.file("1", "logo.png");
        it.front("{{Word}}<img src=\"logo.png\">");
    }),
    ("template-media", |it| {
        it.file("1", "font.ttf");
        it.words()["css"] = "@font-face { src: url('font.ttf') }".into();
    }),
    ("static-missing", |it| {
        it.front("{{Word}}<img src=\"_logo.png\">");
    }),
    ("empty-guid", |it| {
        it.sql("update notes set guid = '' where mid = 1000002");
    }),
    ("other-form", |it| it.word("e\u{301}")),
    ("other-form", |it| it.word("a\r\nb")),
    ("learning-tag", |it| {
        it.sql("update notes set tags = ' Marked '");
    }),
    ("future-time", |it| {
        it.sql("update notes set mod = 9000000000");
    }),
    ("blank-card", |it| it.word("")),
    ("blank-card", |it| it.gap("{{c1::a}}")),
    ("position", |it| {
        it.sql("update cards set due = 1000000 where ord = 1");
    }),
    ("progress", |it| {
        it.sql("update cards set queue = -1 where ord = 1");
    }),
    ("filtered-deck", |it| {
        let deck = it.deck();
        deck["dyn"] = 1.into();
        deck["resched"] = true.into();
        deck["terms"] = json!([["deck:x", 10, 0]]);
    }),
    ("decks-above", |it| it.deck()["name"] = "a::b::c".into()),
    ("default-used", |it| it.sql("update cards set did = 1")),
    ("unused-note-type", |it| {
        let mut other = it.words().clone();
        other["id"] = 7.into();
        other["name"] = "Other".into();
        it.models["7"] = other;
    }),
    ("unused-note-type", |it| {
        let mut other = it.words().clone();
        other["id"] = 7.into();
        other["name"] = "".into();
        other["flds"] = json!([]);
        it.models["7"] = other;
    }),
    ("same-name", |it| {
        let mut other = it.words().clone();
        other["id"] = 7.into();
        it.models["7"] = other;
    }),
    ("unused-deck", |it| {
        let mut other = it.deck().clone();
        other["id"] = 99.into();
        other["name"] = "Other".into();
        it.decks["99"] = other;
    }),
    ("template-refused", |it| it.front("{{Meaning}}")),
    ("template-odd", |it| it.front("{{hnit:Word}}")),
    ("template-deck", |it| {
        it.words()["tmpls"][0]["did"] = 5.into();
    }),
    ("no-part-ids", |it| {
        it.words()["flds"][0]["id"] = Value::Null;
    }),
    ("sort-field", |it| it.words()["sortf"] = 9.into()),
    ("several-numbers", |it| it.gap("{{c1,2::a}}")),
    ("unused-media", |it| it.file("1", "b.png")),
    ("static-media", |it| it.file("1", "_style.css")),
    ("absent-unused-media", |it| it.names["1"] = "b.png".into()),
    ("percent", |it| {
        it.names["0"] = "a%20b.png".into();
        it.sql("update notes set flds = replace(flds, 'a.png', 'a%20b.png')");
    }),
];

fn remove(object: &mut Value, key: &str) {
    assert!(
        object.as_object_mut().unwrap().remove(key).is_some(),
        "{key}"
    );
}

/// The list of media of the latest container.
#[derive(Clone, PartialEq, Message)]
struct MediaList {
    #[prost(message, repeated, tag = "1")]
    entries: Vec<MediaEntry>,
}

#[derive(Clone, PartialEq, Message)]
struct MediaEntry {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint32, tag = "2")]
    size: u32,
    #[prost(bytes = "vec", tag = "3")]
    sha1: Vec<u8>,
}

type LatestCase = (
    &'static str,
    fn(&mut MediaEntry, &mut BTreeMap<String, Vec<u8>>),
);

const LATEST: &[LatestCase] = &[
    ("unreadable", |it, _| it.sha1.truncate(10)),
    ("strict-media-name", |it, _| it.name = "con.png".to_owned()),
    ("unsafe-media-name", |it, _| it.name = "a/b.png".to_owned()),
    ("damaged-media", |_, files| {
        files.insert("0".to_owned(), b"no zstd".to_vec());
    }),
    ("media-sum", |it, _| it.sha1 = vec![7; 20]),
    ("media-size", |it, _| it.size = 5),
];

fn break_latest(change: &LatestCase) -> Vec<u8> {
    let mut files = entries(&package().format(Format::Latest).to_bytes().unwrap());
    let list = zstd::decode_all(&files["media"][..]).unwrap();
    let mut list = MediaList::decode(&list[..]).unwrap();
    change.1(&mut list.entries[0], &mut files);
    let list = zstd::encode_all(&list.encode_to_vec()[..], 0).unwrap();
    files.insert("media".to_owned(), list);
    archive(&files)
}

/// A package in a file, with the rule that it breaks.
struct Written {
    rule: &'static str,
    path: PathBuf,
}

fn written(folder: &Path) -> Vec<Written> {
    let legacy = CASES.iter().map(|(rule, change)| {
        let mut broken = Broken::new();
        change(&mut broken);
        (*rule, broken.bytes())
    });
    let latest = LATEST.iter().map(|case| (case.0, break_latest(case)));
    let other = [
        ("unreadable", b"no zip".to_vec(), "x.apkg"),
        ("file-name", Broken::new().bytes(), "collection.apkg"),
        ("file-ending", Broken::new().bytes(), "words.zip"),
    ];
    let mut found = Vec::new();
    for (index, (rule, bytes)) in legacy.chain(latest).enumerate() {
        let path = folder.join(format!("{index}-{rule}.apkg"));
        fs::write(&path, bytes).unwrap();
        found.push(Written { rule, path });
    }
    for (rule, bytes, name) in other {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        found.push(Written { rule, path });
    }
    found
}

fn verified(path: &Path) -> Verification {
    Verification::of_file(path, BuildTime::from_unix(BUILT + 1)).unwrap()
}

fn rules(verification: &Verification) -> Vec<&'static str> {
    let findings = verification.findings().iter();
    findings.map(|it| it.rule().name()).collect()
}

/// A package for the judge: what it holds, as far as it can be read.
fn case(path: &Path) -> Value {
    let contents = match PackageReader::open(path) {
        Ok(reader) => reader.into_contents(),
        Err(_) => {
            return json!({"path": path, "notes": [], "cards": [], "positions": [], "types": {}, "media": []});
        }
    };
    let Contents {
        notes,
        cards,
        decks,
        note_types,
        media,
        ..
    } = &contents;
    let guid = |id: i64| {
        notes
            .iter()
            .find(|it| it.id == id)
            .map(|it| it.guid.as_str())
    };
    let deck = |id: i64| {
        decks
            .iter()
            .find(|it| it.id == id)
            .map(|it| it.name.as_str())
    };
    let types = note_types.iter().map(|it| {
        let fields: Vec<&str> = it.fields.iter().map(|it| it.name.as_str()).collect();
        let templates: Vec<&str> = it.templates.iter().map(|it| it.name.as_str()).collect();
        (it.id.to_string(), json!([it.name, fields, templates]))
    });
    json!({
        "path": path,
        "notes": notes
            .iter()
            .map(|it| json!([it.guid, &*it.fields, it.tags().collect::<Vec<_>>()]))
            .collect::<Value>(),
        "cards": cards
            .iter()
            .map(|it| json!([guid(it.note), it.ordinal, deck(it.deck)]))
            .collect::<Value>(),
        "positions": cards
            .iter()
            .filter(|it| it.card_type == 0 && it.queue == 0)
            .map(|it| json!([guid(it.note), it.ordinal, it.due]))
            .collect::<Value>(),
        "types": types.collect::<Value>(),
        "media": media.iter().map(|it| &it.name).collect::<Vec<_>>(),
    })
}

/// What one backend says of each package: why an import fails, and what it changes.
fn judged(backend: &str, paths: &[&Path]) -> Result<Vec<(Value, Value)>, String> {
    let cases: Vec<Value> = paths.iter().map(|path| case(path)).collect();
    let input = serde_json::to_vec(&cases).unwrap();
    let output = run_script(backend, "verify.py", &[], &input)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let reports: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    if reports.len() != paths.len() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let pair = |it: Value| (it["fails"].clone(), it["changes"].clone());
    Ok(reports.into_iter().map(pair).collect())
}

fn is_empty(list: &Value) -> bool {
    list.as_array().unwrap().is_empty()
}

#[test]
fn every_rule_is_told_where_it_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut broken = Vec::new();
    for it in written(folder.path()) {
        let found = rules(&verified(&it.path));
        if !found.contains(&it.rule) {
            wrong.push(format!("{}: {found:?}", it.path.display()));
        }
        broken.push(it.rule);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let untested = Rule::all().iter().map(|it| it.name());
    let untested: Vec<&str> = untested.filter(|it| !broken.contains(it)).collect();
    // A file of 100 MiB would take longer than all others.
    assert_eq!(untested, ["large-media"]);
}

#[test]
fn what_the_real_anki_refuses_or_changes_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let written = written(folder.path());
    let paths: Vec<&Path> = written.iter().map(|it| it.path.as_path()).collect();
    let reports = with_each_backend(|backend| judged(backend, &paths)).unwrap();
    let mut wrong = Vec::new();
    for (index, it) in written.iter().enumerate() {
        let verification = verified(&it.path);
        let both: Vec<_> = reports.iter().map(|report| &report[index]).collect();
        let fails = both.iter().any(|(fails, _)| !is_empty(fails));
        let changes = both.iter().any(|(_, changes)| !is_empty(changes));
        let harm = verification.worst();
        let seen = fails || changes || UNSEEN.contains(&it.rule);
        let agree = match harm {
            Some(Harm::Fails) => fails,
            Some(Harm::Loses) => !fails && seen,
            Some(_) => !fails,
            None => !fails && !changes,
        };
        if !agree {
            let name = it.path.file_name().unwrap().to_string_lossy();
            let found = rules(&verification);
            wrong.push(format!("{name}: {harm:?} {found:?}\n  {both:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The worst that is said of these is that something looks odd.
fn check_clean(path: &Path, now: i64, expect: &[&str]) {
    let verification = Verification::of_file(path, BuildTime::from_unix(now)).unwrap();
    assert!(
        verification.worst() < Some(Harm::Loses),
        "{}: {}",
        path.display(),
        verification.to_json()
    );
    let found = rules(&verification);
    let unexpected: Vec<_> = found.iter().filter(|it| !expect.contains(it)).collect();
    assert!(unexpected.is_empty(), "{}: {found:?}", path.display());
}

#[test]
fn packages_of_deckle_break_no_rule() {
    let folder = tempfile::tempdir().unwrap();
    for name in DECKS {
        let project = folder.path().join(name);
        copy_tree(&example(name), &project);
        for format in [Format::Legacy, Format::Latest] {
            let output = folder.path().join(format!("{name}.apkg"));
            let options = deckle::project::BuildOptions::new(BuildTime::from_unix(1_795_320_000));
            let options = options.output(&output).format(format);
            let project = deckle::project::Project::open(&project).unwrap();
            project.build(&options).unwrap().write().unwrap();
            check_clean(&output, 1_795_320_000, &["progress"]);
        }
    }
    for format in [Format::Legacy, Format::Latest] {
        let path = folder.path().join("package.apkg");
        package().format(format).write(&path).unwrap();
        check_clean(&path, BUILT, &[]);
    }
}

#[test]
fn packages_of_anki_and_genanki_are_imported_as_they_are() {
    let now = 4_000_000_000;
    with_each_backend(|backend| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let output = run_script(backend, "export.py", &[folder.path().as_os_str()], b"")?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let odd = ["progress", "filtered-deck", "static-media", "decks-above"];
        for name in [
            "legacy.apkg",
            "latest.apkg",
            "legacy.colpkg",
            "latest.colpkg",
            "collection.anki2",
        ] {
            check_clean(&folder.path().join(name), now, &odd);
        }
        Ok(())
    })
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spanish.apkg");
    let output = run_script("genanki", "genanki_deck.py", &[path.as_os_str()], b"").unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    check_clean(&path, now, &["decks-above", "no-part-ids"]);
}

/// `SNAPSHOTS=overwrite` writes the table anew.
#[test]
fn the_page_on_packages_lists_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/packages.md");
    let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let (before, rest) = page.split_once("<!-- rules -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of rules -->\n").unwrap();
    let mut table =
        "| rule | harm | what is wrong | what Anki does |\n|---|---|---|---|\n".to_owned();
    for rule in Rule::all() {
        let (name, harm) = (rule.name(), rule.harm().name());
        table += &format!("| `{name}` | {harm} | {} | {} |\n", rule.what(), rule.why());
    }
    let expected = format!("{before}<!-- rules -->\n{table}<!-- end of rules -->\n{after}");
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write(path, expected).unwrap();
    } else {
        assert_eq!(page, expected);
    }
}

#[test]
fn a_rule_broken_by_many_notes_is_one_finding() {
    let mut broken = Broken::new();
    broken.sql(
        "with recursive many(n) as (select 1 union all select n + 1 from many where n < 20000)
         insert into notes select n, 'guid' || (n % 10), 1000001, 0, 0, '', 'a', 'a', 0, 0, ''
         from many",
    );
    let bytes = broken.bytes();
    let reader = PackageReader::new(Cursor::new(bytes), ReadLimits::default()).unwrap();
    let verification = Verification::of_contents(reader.contents(), BuildTime::from_unix(BUILT));
    let counts: BTreeMap<&str, (usize, usize)> = verification
        .findings()
        .iter()
        .map(|it| (it.rule().name(), (it.count(), it.examples().len())))
        .collect();
    assert_eq!(counts["field-count"], (20_000, 5));
    assert_eq!(counts["same-guid"], (19_990, 5));
    assert_eq!(counts["no-cards"], (20_000, 5));
    assert!(verification.to_json().len() < 20_000);
}
