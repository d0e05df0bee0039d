//! Packages made through the builders: their rows, what is refused, and what Anki says.

use std::path::Path;
use std::process::Command;

use deckle::package::ReadLimits;
use deckle::{
    Baseline, BuildTime, CardTemplate, Deck, DeckOptions, ErrorKind, Flag, Guid, Note, NoteType,
    Package, Suspend,
};

use crate::judge::{judge, run_script};

/// 2023-11-14.
pub(crate) const TIME: i64 = 1_700_000_000;

pub(crate) fn time(seconds: i64) -> BuildTime {
    BuildTime::from_unix(seconds)
}

fn words() -> NoteType {
    NoteType::builder("Words (test)")
        .id(77)
        .fields(["Word", "Meaning"])
        .template("Forward", "{{Word}}", "{{FrontSide}}<hr>{{Meaning}}")
        .template("Backward", "{{Meaning}}", "{{FrontSide}}<hr>{{Word}}")
        .build()
        .unwrap()
}

pub(crate) fn note(word: &str, meaning: &str) -> Note {
    Note::new(&words()).fields([word, meaning]).key(word)
}

fn deck(notes: impl IntoIterator<Item = Note>) -> Deck {
    let mut deck = Deck::new("Test");
    for note in notes {
        deck.add(note).unwrap();
    }
    deck
}

/// A package that has something of everything.
pub(crate) fn rich() -> Package {
    let clozes = NoteType::builder("Clozes (test)")
        .fields(["Text", "Extra"])
        .cloze()
        .template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>{{Extra}}")
        .build()
        .unwrap();
    let elsewhere = NoteType::builder("Elsewhere (test)")
        .fields(["Front", "Back"])
        .template("First", "{{Front}}", "{{Back}}")
        .card_template(CardTemplate::new("Below", "{{Back}}", "{{Front}}").deck("::Below"))
        .card_template(CardTemplate::new("Away", "?{{Back}}", "{{Front}}").deck("Away"))
        .sort_field("Back")
        .css(".card { src: url('_font.woff2') }")
        .build()
        .unwrap();
    let options = DeckOptions::new("Preset (test)")
        .new_per_day(7)
        .learning_steps([0.5, 10.0])
        .desired_retention(0.87)
        .new_card_insert_order("random")
        .review_order("relative-overdueness")
        .fsrs_params([0.25; 21])
        .easy_days_percentages([1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0]);
    let mut deep = Deck::new("A::B::C")
        .description("<b>deep</b>")
        .options(options);
    deep.add(note("uno", "one").tags(["zahl", "Alpha", "ALPHA", "β::γ"]))
        .unwrap();
    deep.add(note("dos", "").flag(Flag::Green)).unwrap();
    deep.add(note("005", "<img src=\"pic.svg\">").suspend(Suspend::Cards(vec![1])))
        .unwrap();
    deep.add(note("e\u{301}te\u{301}", "a &amp; b<br>[sound:bell.mp3]").suspend(Suspend::All))
        .unwrap();
    let mut other = Deck::new("A").markdown_description("*above*");
    other
        .add(
            Note::new(&clozes)
                .field("Text", "{{c1::a}} {{c3::b::hint}}")
                .guid(Guid::new("cloze guid").unwrap()),
        )
        .unwrap();
    other
        .add(Note::new(&elsewhere).fields(["front", "back"]))
        .unwrap();
    Package::new(time(TIME))
        .deck(deep)
        .deck(other)
        .media_bytes("pic.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
        .media_bytes("bell.mp3", vec![0; 100_000])
        .media_bytes("_font.woff2", "font")
}

fn text_of(package: &Package) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    package.write(&path).unwrap();
    dump(&path)
}

fn dump(path: &Path) -> String {
    let output = run_script("anki-26.9.3", "dump.py", &[path.as_os_str()], b"").unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of a package's text that begin like this, without what stands in front.
fn lines<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix(prefix))
        .collect()
}

#[test]
fn the_real_anki_takes_what_the_builders_make() {
    let folder = tempfile::tempdir().unwrap();
    let mut packages = vec![folder.path().join("rich.apkg")];
    let written = rich().write(&packages[0]).unwrap();
    assert_eq!((written.notes, written.cards, written.decks), (6, 12, 5));
    assert_eq!(written.media, 3);
    assert!(written.unused_media.is_empty() && written.missing_media.is_empty());

    let levels: Vec<String> = (1..=11).map(|level| format!("L{level}")).collect();
    let mut deep = Deck::new(levels.join("::"));
    deep.add(note("deep", "down")).unwrap();
    let mut default = Deck::new("Default").description("mine");
    default.add(note("a", "b")).unwrap();
    let mut below = Deck::new("Default::Below");
    below.add(note("c", "d")).unwrap();
    for (name, package) in [
        ("deep.apkg", Package::new(time(TIME)).deck(deep)),
        (
            "default.apkg",
            Package::new(time(TIME)).deck(default).deck(below),
        ),
    ] {
        let path = folder.path().join(name);
        package.write(&path).unwrap();
        packages.push(path);
    }
    for name in ["vocabulary", "cloze", "subdecks", "update"] {
        let path = folder.path().join(format!("{name}.apkg"));
        run_example(name, &path);
        packages.push(path);
    }
    judge(&packages);
}

fn run_example(name: &str, output: &Path) {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--example", name]);
    if !cfg!(feature = "cli") {
        command.arg("--no-default-features");
    }
    let run = command.arg("--").arg(output).output().unwrap();
    assert!(
        run.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn rows_are_those_that_anki_would_write() {
    let text = text_of(&rich());
    let check = |prefix: &str, expect: &[&str]| assert_eq!(lines(&text, prefix), expect, "{text}");
    check("ver: ", &["11"]);
    check(
        "tags: ",
        &[
            "{\"Alpha\":-1,\"zahl\":-1,\"β::γ\":-1}",
            "\" Alpha zahl β::γ \"",
            "\"\"",
            "\"\"",
            "\"\"",
            "\"\"",
            "\"\"",
        ],
    );
    check(
        "sfld: ",
        &[
            "\"uno\" text  csum: 2176251143",
            "\"dos\" text  csum: 3867088594",
            "5 integer  csum: 3726594998",
            "\"été\" text  csum: 1691405253",
            "\"{{c1::a}} {{c3::b::hint}}\" text  csum: 3014491805",
            "\"back\" text  csum: 460909371",
        ],
    );
}

#[test]
fn building_twice_gives_the_same_bytes() {
    assert_eq!(rich().to_bytes().unwrap(), rich().to_bytes().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    assert!(rich().write(&path).unwrap().changed);
    assert!(!rich().write(&path).unwrap().changed);
    assert_eq!(std::fs::read(&path).unwrap(), rich().to_bytes().unwrap());
}

#[test]
fn a_baseline_keeps_what_did_not_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    let build = |at: i64, notes: &[(&str, &str)]| {
        let notes = notes.iter().map(|(word, meaning)| note(word, meaning));
        let mut package = Package::new(time(at)).deck(deck(notes));
        if let Some(baseline) = Baseline::read(&path).unwrap() {
            package = package.baseline(&baseline);
        }
        let written = package.write(&path).unwrap();
        let text = dump(&path);
        let ids: Vec<i64> = lines(&text, "note ")
            .iter()
            .filter_map(|line| line.split_once(' ')?.0.parse().ok())
            .collect();
        let times: Vec<i64> = lines(&text, "mod: ")
            .iter()
            .filter_map(|line| line.split_once(' ')?.0.parse().ok())
            .collect();
        (written.changed, ids, times)
    };
    let old = TIME * 1000 / 512 * 512;
    assert_eq!(
        build(TIME, &[("a", "1"), ("b", "2")]),
        (true, vec![old - 512, old], vec![TIME, TIME])
    );
    // Later, with nothing changed: the same bytes.
    assert!(!build(TIME + 100, &[("a", "1"), ("b", "2")]).0);
    // A change with a clock that went back, and a new note that may not take an old id.
    assert_eq!(
        build(TIME - 100, &[("a", "1"), ("b", "3"), ("c", "4")]),
        (
            true,
            vec![(TIME - 100) * 1000 / 512 * 512, old - 512, old],
            vec![TIME - 100, TIME, TIME + 1]
        )
    );
    assert_eq!(
        build(TIME, &[("a", "1"), ("b", "3"), ("c", "4"), ("d", "5")]).1,
        [(TIME - 100) * 1000 / 512 * 512, old - 1024, old - 512, old]
    );
    let baseline = Baseline::read(&path).unwrap().unwrap();
    assert_eq!((baseline.len(), baseline.newest()), (4, Some(TIME + 1)));
    assert!(baseline.has_note_type(&words()));
    assert_eq!(baseline.note_type_modified(77), Some(TIME));
    let kept = baseline.note(&note("b", "3").resolved_guid()).unwrap();
    assert_eq!((kept.id(), kept.modified()), (old, TIME + 1));
    assert!(kept.says_the_same(&note("b", "3")));
    assert!(!kept.says_the_same(&note("b", "3").tag("new")));
}

#[test]
fn what_is_no_package_of_deckle_is_no_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    assert!(Baseline::read(&path).unwrap().is_none());
    let written = run_script("anki-26.9.3", "sample.py", &[path.as_os_str()], b"").unwrap();
    assert!(written.status.success());
    assert!(Baseline::read(&path).unwrap().is_none());
    std::fs::write(&path, "no zip").unwrap();
    let kind = |result: Result<Option<Baseline>, deckle::Error>| result.unwrap_err().kind().clone();
    assert!(matches!(kind(Baseline::read(&path)), ErrorKind::Archive(_)));
    assert!(matches!(
        kind(Baseline::read(folder.path())),
        ErrorKind::Read(_)
    ));
    rich().write(&path).unwrap();
    let limits = ReadLimits::default().database_bytes(10_000);
    assert!(matches!(
        kind(Baseline::read_within(&path, limits)),
        ErrorKind::Archive(_)
    ));
    // A file that breaks off, at any place: never a panic, never half a baseline.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, "").unwrap();
    assert!(Baseline::read(&path).unwrap().is_none());
    for length in (1..bytes.len()).step_by(997) {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(Baseline::read(&path).is_err());
    }
    // Broken bits: an error, or a baseline where they do not matter.
    for at in (0..bytes.len()).step_by(61) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        std::fs::write(&path, &broken).unwrap();
        let _ = Baseline::read(&path);
    }
}

#[test]
fn a_note_without_a_card_is_refused_with_the_reason() {
    let refused = |note: Note| Deck::new("D").add(note).map(drop).unwrap_err().to_string();
    assert_eq!(
        refused(Note::new(&NoteType::cloze()).field("Text", "x")),
        "the note `x` of note type `Cloze (deckle)` makes no card: no cloze such as `{{c1::..}}` \
         stands in its fields",
    );
    assert_eq!(
        refused(Note::new(&NoteType::basic()).field("Back", "y")),
        "the note `` of note type `Basic (deckle)` makes no card: the front of each card template \
         comes out empty",
    );
}

#[test]
fn what_anki_would_change_is_refused() {
    let check = |package: Package, expect: &str| {
        let error = package.to_bytes().unwrap_err().to_string();
        assert_eq!(error, expect);
    };
    let new = || Package::new(time(TIME));
    let of = |notes: Vec<Note>| new().deck(deck(notes));
    let named = |name: &str, word: &str| {
        let mut deck = Deck::new(name);
        deck.add(note(word, "")).unwrap();
        deck
    };
    check(
        of(vec![note("a", "1"), note("a", "2")]),
        "the notes `a` and `a` have one guid, `DkTUd[rz.G`, so that Anki takes them for one; give \
         each a key or a guid of its own",
    );
    check(
        of(vec![note("a", "1").id(5), note("b", "2").id(5)]),
        "the notes `a` and `b` have one id, 5",
    );
    check(
        of(vec![note("a", "1").id(-5)]),
        "the note `a` cannot have the id -5: ids are milliseconds since 1970",
    );
    let builder = |name: &str, id: i64, front: &str| {
        let note_type = NoteType::builder(name)
            .id(id)
            .fields(["Word"])
            .template("Card", front, "")
            .build()
            .unwrap();
        Note::new(&note_type).field("Word", "w").key(front)
    };
    check(
        of(vec![note("a", "1"), builder("Other", 77, "{{Word}}")]),
        "two different note types have one id, 77: `Words (test)` and `Other`",
    );
    check(
        of(vec![
            builder("Same", 1, "{{Word}}"),
            builder("same", 2, "{{Word}}!"),
        ]),
        "two note types, 1 and 2, are called `same`; Anki would rename one of them",
    );
    check(
        new().deck(named("A::b", "x")).deck(named("a::c", "y")),
        "the decks `A` and `a` differ in letter case alone; Anki takes them for one, so spell \
         them alike",
    );
    check(
        new().deck(named("A::", "x")),
        "deck `A::`: a part of the deck's name is empty",
    );
    check(
        new().deck(named("A", "x").id(1)),
        "the deck `A` cannot have the id 1: it must lie between 2 and 9007199254740991, because \
         1 is Anki's default deck",
    );
    check(
        new()
            .deck(named("A", "x").id(8))
            .deck(named("B", "y").id(8)),
        "the decks `A` and `B` have one id, 8",
    );
    let deep = vec!["x"; 101].join("::");
    check(
        new().deck(named(&deep, "x")),
        "the deck `x::x::x::x::x::x::x::x::x::x::x::x::x::x::x::x::x::x::x::x::..` lies more than 100 \
         levels deep",
    );
    check(
        new()
            .deck(named("A", "x").description("one"))
            .deck(named("A", "y").description("two")),
        "the deck `A` is given twice, with two descriptions",
    );
    check(
        new().deck(named("A", "x").options(DeckOptions::new("p").new_per_day(10_000))),
        "preset `p`: the deck option `new-per-day` is a whole number from 0 to 9999",
    );
    check(
        new().media_bytes("a:b.png", ""),
        "the media file `a:b.png` needs another name: Anki removes `[ ] < > : \" / ? * ^ \\ |`, \
         no-break spaces and control characters",
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("collection.apkg");
    assert!(rich().write(&path).is_err() && !path.exists());
    assert!(new().media_file(folder.path().join("none.png")).is_err());
    assert!(new().media_file(folder.path()).is_err());
}

#[test]
fn media_and_references_are_compared() {
    let fields = (
        "[sound:here.mp3]",
        "<img src=\"gone.png\"><img src='https://x/y.png'>",
    );
    let package = Package::new(time(TIME))
        .deck(deck([note(fields.0, fields.1)]))
        .media_bytes("here.mp3", "")
        .media_bytes("unused.png", "")
        .media_bytes("_always.js", "");
    let written = package.write_to(std::io::Cursor::new(Vec::new())).unwrap();
    assert_eq!(written.unused_media, ["unused.png"]);
    assert_eq!(written.missing_media, ["gone.png"]);
}

#[test]
fn a_time_near_1970_and_ids_side_by_side_work() {
    let notes = (1..=300).map(|id| note(&format!("n{id}"), "m").id(id));
    let package = Package::new(time(1)).deck(deck(notes.chain([note("new", "n")])));
    let written = package.write_to(std::io::Cursor::new(Vec::new())).unwrap();
    assert_eq!((written.notes, written.cards), (301, 602));
}
