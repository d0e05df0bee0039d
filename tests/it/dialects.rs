//! Files of other tools: `tests/dialects/TOOL/in` is what an author of that tool wrote, and
//! `notes.txt` what becomes of it, read directly. An import has to come to the same notes.
//! `SNAPSHOTS=overwrite` writes what it is now.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::judge::judge;
use deckle::BuildTime;
use deckle::diag::{Diagnostic, Severity, render_short};
use deckle::package::{Contents, PackageReader, read_crowd_anki};
use deckle::project::import::{ImportFormat, ImportOptions, Imported, import};
use deckle::project::{BuildOptions, Project, Report};

const TIME: i64 = 1_700_000_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialects")
}

fn tools() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn build(project: &Path, package: &Path) -> Report {
    let options = BuildOptions::new(BuildTime::from_unix(TIME)).output(package);
    let build = Project::open(project).unwrap().build(&options).unwrap();
    let report = build.report().clone();
    if !report.diagnostics.has_errors() {
        build.write().unwrap();
    }
    report
}

/// The notes of a package, as text.
fn notes(package: &Path) -> String {
    let contents: Contents = PackageReader::open(package).unwrap().into_contents();
    let decks: BTreeMap<i64, &str> = contents
        .decks
        .iter()
        .map(|it| (it.id, it.name.as_str()))
        .collect();
    let mut text = String::new();
    let mut cards: Vec<_> = contents.cards.iter().collect();
    cards.sort_by_key(|it| (it.due, it.note, it.ordinal));
    let mut told = Vec::new();
    for card in cards {
        if told.contains(&card.note) {
            continue;
        }
        told.push(card.note);
        let note = contents.notes.iter().find(|it| it.id == card.note).unwrap();
        let of_type = |it: &&deckle::package::StoredNoteType| it.id == note.note_type;
        let note_type = contents.note_types.iter().find(of_type).unwrap();
        let count = contents
            .cards
            .iter()
            .filter(|it| it.note == note.id)
            .count();
        let name = &note_type.name;
        let deck = decks[&card.deck];
        writeln!(text, "{name} in {deck}, {count} cards").unwrap();
        let tags: Vec<&str> = note.tags().collect();
        if !tags.is_empty() {
            writeln!(text, "  tags: {}", tags.join(" ")).unwrap();
        }
        for (field, value) in note_type.fields.iter().zip(note.fields()) {
            if !value.is_empty() {
                writeln!(text, "  {}: {}", field.name, value.escape_debug()).unwrap();
            }
        }
    }
    text
}

fn findings<'a>(found: impl IntoIterator<Item = &'a Diagnostic>, report: &Report) -> String {
    let lines = found
        .into_iter()
        .map(|it| render_short(it, &report.sources) + "\n");
    lines.collect()
}

/// The tool's files as a project that reads them directly.
fn direct(tool: &str, at: &Path) -> PathBuf {
    let project = at.join("direct");
    copy(&folder().join(tool).join("in"), &project);
    let sources = match tool {
        "supermemo" => "sources: ['**/*.txt']\n",
        "markdown-anki-decks" => "compat-guid: markdown-anki-decks\n",
        _ => "",
    };
    let manifest =
        format!("format: 1\nname: Sample\nuid: u\n{sources}defaults: {{front-end: {tool}}}\n");
    fs::write(project.join("deckle.yaml"), manifest).unwrap();
    // Note types that the tool has in Anki are written by hand.
    let types = folder().join(tool).join("types");
    if types.exists() {
        copy(&types, &project.join("types"));
    }
    project
}

fn imported(tool: &str, at: &Path) -> (Imported, PathBuf) {
    let project = at.join("imported");
    let mut options = ImportOptions::new("u").name("Sample");
    if let Some(format) = ImportFormat::parse(tool) {
        options = options.from(format);
    }
    let imported = import(folder().join(tool).join("in"), &project, &options).unwrap();
    (imported, project)
}

fn guids(package: &Path) -> Vec<String> {
    let contents = PackageReader::open(package).unwrap().into_contents();
    let mut guids: Vec<String> = contents.notes.into_iter().map(|it| it.guid).collect();
    guids.sort();
    guids
}

#[test]
fn each_tool_is_read_directly_and_imported() {
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite");
    let mut wrong = Vec::new();
    for tool in tools() {
        let place = tempfile::tempdir().unwrap();
        let mut text = String::new();
        let (outcome, project) = imported(&tool, place.path());
        let package = place.path().join("imported.apkg");
        let report = build(&project, &package);
        let told = findings(&report.diagnostics, &report);
        assert!(!report.diagnostics.has_errors(), "{tool}: {told}");
        let is_direct = !["crowdanki", "brain-brew"].contains(&tool.as_str());
        if is_direct {
            let direct = direct(&tool, place.path());
            let own = place.path().join("direct.apkg");
            let report = build(&direct, &own);
            let severe = |it: &&Diagnostic| it.severity == Severity::Error;
            let errors = findings(report.diagnostics.iter().filter(severe), &report);
            assert_eq!(errors, "", "{tool}");
            text.push_str(&findings(&report.diagnostics, &report));
            assert_eq!(notes(&package), notes(&own), "{tool}");
            if ["ki", "markdown-anki-decks"].contains(&tool.as_str()) {
                assert_eq!(guids(&package), guids(&own), "{tool}");
            }
            text.push_str(&notes(&own));
        } else {
            text.push_str(&notes(&package));
        }
        for notice in &outcome.notices {
            writeln!(text, "{notice}").unwrap();
        }
        let mut files: Vec<String> = Vec::new();
        list(&project, &project, &mut files);
        files.sort();
        for file in files {
            let shown = match file.rsplit_once('.') {
                Some((_, "md" | "yaml")) => fs::read_to_string(project.join(&file)).unwrap(),
                _ => String::new(),
            };
            writeln!(text, "==> {file}\n{shown}").unwrap();
        }
        let path = folder().join(&tool).join("notes.txt");
        let expect = fs::read_to_string(&path).unwrap_or_default();
        if expect != text && overwrite {
            fs::write(&path, &text).unwrap();
        } else if expect != text {
            wrong.push(format!("{tool}:\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn both_backends_take_what_is_imported() {
    let place = tempfile::tempdir().unwrap();
    let packages: Vec<PathBuf> = tools()
        .iter()
        .map(|tool| {
            let (_, project) = imported(tool, &place.path().join(tool));
            let package = place.path().join(format!("{tool}.apkg"));
            build(&project, &package);
            package
        })
        .collect();
    judge(&packages);
}

/// What is kept of an export: guids letter for letter, note types, presets, tags, media.
#[test]
fn an_export_keeps_who_its_notes_are() {
    let place = tempfile::tempdir().unwrap();
    let (outcome, project) = imported("crowdanki", place.path());
    assert_eq!(
        (outcome.notes, outcome.note_types, outcome.media),
        (3, 2, 2)
    );
    let package = place.path().join("a.apkg");
    build(&project, &package);
    assert_eq!(guids(&package), ["e+/Fredonia#", "e+/Sylvania", "q~1<Flag"]);
    let contents = PackageReader::open(&package).unwrap().into_contents();
    let types: Vec<&str> = contents
        .note_types
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(types, ["Country", "Gaps"]);
    assert!(contents.presets.iter().any(|it| it.name == "Countries"));
    let media: Vec<&str> = contents.media.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(media, ["_font.css", "flag-one.svg"]);
}

#[test]
fn nothing_is_imported_where_that_would_be_a_guess_or_a_loss() {
    let check = |files: &[(&str, &str)], target: &str, expect: &str| {
        let place = tempfile::tempdir().unwrap();
        let source = place.path().join("old");
        for (path, text) in files {
            let path = source.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folder = source.join(target);
        let error = import(&source, &folder, &ImportOptions::new("u")).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(expect), "{error}");
    };
    check(&[("a.md", "text\n")], "new", "hashcards");
    check(&[("a.md", "## a\n\nb\n")], "new", "--from");
    check(&[("deckle.yaml", "format: 1\n")], "new", "already");
    check(
        &[("a.md", "Q: a\nA: b\n"), ("new/x", "")],
        "new",
        "holds something",
    );
    let export = r#"{"__type__": "Deck", "note_models": [], "name": "A", "notes": [{"note_model_uuid": "x"}]}"#;
    check(&[("deck.json", export)], "new", "note type `x`");
    let wrong = r#"{"__type__": "Deck", "note_models": 3}"#;
    check(&[("deck.json", wrong)], "new", "note_models");
}

/// Clozes without numbers and notes without ids are known by the lock, as in deckle's own files.
#[test]
fn files_of_other_tools_are_edited_without_a_loss() {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("p");
    fs::create_dir_all(&project).unwrap();
    let manifest = "format: 1\nname: P\nuid: u\ndefaults: {front-end: hashcards}\n";
    fs::write(project.join("deckle.yaml"), manifest).unwrap();
    let package = place.path().join("a.apkg");
    let released = |text: &str| {
        fs::write(project.join("a.md"), text).unwrap();
        let report = build(&project, &package);
        let found = findings(&report.diagnostics, &report);
        assert_eq!(found, "");
        let contents = PackageReader::open(&package).unwrap().into_contents();
        let note = contents.notes.first().unwrap().clone();
        (note.guid.clone(), note.fields.to_string())
    };
    let first = released("C: The heart has [four] chambers and beats.\n");
    assert_eq!(
        first.1.split('\u{1f}').next(),
        Some("The heart has {{c1::four}} chambers and beats.")
    );
    let second = released("C: The [heart] has [four] chambers and beats.\n");
    assert_eq!(second.0, first.0);
    assert_eq!(
        second.1.split('\u{1f}').next(),
        Some("The {{c2::heart}} has {{c1::four}} chambers and beats.")
    );
}

proptest! {
    #[test]
    fn no_text_stops_the_reader_of_exports(text in any::<String>(), value in "[0-9a-z\\[\\]{}\":,_]{0,40}") {
        let _ = read_crowd_anki(&text);
        for key in ["children", "notes", "note_models", "deck_configurations", "name"] {
            let _ = read_crowd_anki(&format!("{{\"name\": \"a\", \"{key}\": {value}}}"));
        }
    }
}

fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(root, &path, found);
        } else {
            let relative = path.strip_prefix(root).unwrap();
            found.push(relative.to_str().unwrap().replace('\\', "/"));
        }
    }
}
