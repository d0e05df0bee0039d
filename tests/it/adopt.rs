//! A deck that was made with genanki and studied goes over to deckle.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::diag::render_short;
use deckle::package::ReadLimits;
use deckle::project::adopt::{MatchedBy, Outcome as AdoptOutcome, TypeFit};
use deckle::project::{BuildOptions, Project};
use deckle::{BuildTime, ErrorKind};
use serde_json::{Value, json};

use crate::judge::{run_script, with_each_backend};

const TIME: i64 = 1_800_000_000;

const MANIFEST: &str = "\
format: 1
name: Old deck
uid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10
decks: {from: flat}
";

const QA: &str = "\
key: qa
name: Questions
fields: [Question, Answer]
card-templates:
  - {name: Card 1, front: {html: '{{Question}}'}, back: {html: '{{FrontSide}} {{Answer}}'}}
  - {name: Card 2, front: {html: '{{Answer}}'}, back: {html: '{{FrontSide}} {{Question}}'}}
";

const GAPS: &str = "\
key: gaps
kind: cloze
fields: [Text, Extra]
card-templates:
  - {name: Cloze, front: {html: '{{cloze:Text}}'}, back: {html: '{{cloze:Text}}<br>{{Extra}}'}}
";

const NOTES: &str = "\
type: qa
tags: [old]
notes:
  - [Capital of France?, Paris]
  - ['2 < 3?', 'yes, **always**']
  - ['What is $x_1$?', the first]
  - [\"Two lines\\n\\nof text\", both]
  - [bank, of a river]
  - [bank, for money]
  - [spring, of a watch]
  - [A new one?, yes]
  - {type: gaps, Text: '{{c1::Rome::city}} was founded in {{c2::753}} BC'}
";

fn genanki_deck(folder: &Path) -> PathBuf {
    let deck = folder.join("old.apkg");
    let made = run_script("genanki", "genanki_deck.py", &[deck.as_os_str()], b"").unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    deck
}

fn project(folder: &Path, notes: &str) -> Project {
    let project = folder.join("project");
    for (path, text) in [
        ("deckle.yaml", MANIFEST),
        ("types/qa/type.yaml", QA),
        ("types/gaps/type.yaml", GAPS),
        ("notes.yaml", notes),
    ] {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Project::open(project).unwrap()
}

fn adopt(project: &Project, deck: &Path) -> AdoptOutcome {
    let adoption = project.adopt(deck, ReadLimits::default()).unwrap();
    assert!(!adoption.report().diagnostics.has_errors());
    adoption.write().unwrap()
}

#[test]
fn learners_keep_their_progress() {
    let folder = tempfile::tempdir().unwrap();
    let deck = genanki_deck(folder.path());
    let project = project(folder.path(), NOTES);
    let outcome = adopt(&project, &deck);
    let count = |by| outcome.matched.iter().filter(|it| it.by == by).count();
    assert_eq!(
        (count(MatchedBy::FirstField), count(MatchedBy::WholeText)),
        (5, 2)
    );
    assert_eq!(outcome.matched.iter().filter(|it| it.same).count(), 4);
    let ties: Vec<_> = outcome
        .ambiguous
        .iter()
        .map(|it| (it.sources.len(), it.deck.len()))
        .collect();
    assert_eq!(ties, [(1, 2)]);
    assert_eq!(outcome.only_sources[0].line, 11);
    assert_eq!(outcome.only_deck[0].text, "Only in the deck");
    assert!(outcome.types.iter().all(|it| it.fit == TypeFit::Same));

    // Edited behind the adoption, so that the lock alone knows who is who.
    let notes = NOTES.replace("Paris", "Paris on the Seine");
    fs::write(folder.path().join("project/notes.yaml"), notes).unwrap();
    let new = folder.path().join("new.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(TIME)).output(&new);
    let build = project.build(&options).unwrap();
    let report = build.report();
    let found = report.diagnostics.iter();
    let found: Vec<String> = found.map(|it| render_short(it, &report.sources)).collect();
    assert!(!report.diagnostics.has_errors(), "{}", found.join("\n"));
    build.write().unwrap();
    // Adopting once more finds each by its guid.
    let again = project.adopt(&deck, ReadLimits::default()).unwrap();
    let by_guid = again
        .outcome()
        .matched
        .iter()
        .filter(|it| it.by == MatchedBy::Guid);
    assert_eq!(by_guid.count(), 7);

    let arguments: [&OsStr; 2] = [deck.as_os_str(), new.as_os_str()];
    let found = with_each_backend(|backend| {
        let output = run_script(backend, "adopting.py", &arguments, b"")?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice::<Value>(&output.stdout)
            .map_err(|error| format!("{error}: {errors}"))
    });
    for found in found.unwrap() {
        assert_eq!(found["cards"], found["studied"]);
        assert_eq!(found["rescheduled"], json!([]));
        assert_eq!(found["types"], json!([]));
        assert_eq!(found["log"]["conflicting"], json!([]));
        assert_eq!(found["log"]["new"], json!(["A new one?", "spring"]));
        let updated = &found["log"]["updated"];
        let expect = [
            "2 < 3?",
            "Capital of France?",
            "Two linesof text",
            "What is \\(x_1\\)?",
        ];
        assert_eq!(*updated, json!(expect));
        assert_eq!(found["log"]["duplicate"].as_array().unwrap().len(), 3);
        // Ten that the learner had and two new ones.
        assert_eq!(found["fields"].as_array().unwrap().len(), 12);
        let paris = json!("Capital of France?\u{1f}Paris on the Seine");
        assert!(found["fields"].as_array().unwrap().contains(&paris));
    }
}

#[test]
fn a_type_that_differs_is_told_and_guarded() {
    let folder = tempfile::tempdir().unwrap();
    let deck = genanki_deck(folder.path());
    let project = project(folder.path(), NOTES);
    let more = QA.replace("[Question, Answer]", "[Question, Answer, Source]");
    fs::write(folder.path().join("project/types/qa/type.yaml"), more).unwrap();
    let outcome = adopt(&project, &deck);
    let fits: Vec<&TypeFit> = outcome.types.iter().map(|it| &it.fit).collect();
    let differs =
        "fields are `Question`, `Answer` in the deck and `Question`, `Answer`, `Source` here";
    assert_eq!(
        fits,
        [&TypeFit::Same, &TypeFit::Differs(differs.to_owned())]
    );
    let build = project
        .build(&BuildOptions::new(BuildTime::from_unix(TIME)))
        .unwrap();
    let codes: Vec<&str> = build
        .report()
        .diagnostics
        .iter()
        .map(|it| it.code.id())
        .collect();
    assert!(codes.contains(&"E0706"), "{codes:?}");
}

#[test]
fn nothing_is_written_unless_asked() {
    let folder = tempfile::tempdir().unwrap();
    let deck = genanki_deck(folder.path());
    let project = project(folder.path(), NOTES);
    let adoption = project.adopt(&deck, ReadLimits::default()).unwrap();
    assert_eq!(adoption.outcome().matched.len(), 7);
    drop(adoption);
    assert!(!folder.path().join("project/deckle.lock").exists());
    let single = Project::open(folder.path().join("project/notes.yaml")).unwrap();
    let error = single.adopt(&deck, ReadLimits::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Usage(_)));
}
