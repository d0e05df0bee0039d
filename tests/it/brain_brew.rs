//! Recipes of brain-brew: what becomes of several exports, and what is told of a recipe that cannot
//! be taken over.

use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::diag::{Severity, render_short};
use deckle::package::{Contents, PackageReader};
use deckle::project::import::{ImportOptions, Imported, import};
use deckle::project::{BuildOptions, Project};
use proptest::prelude::*;

use crate::judge::judge;

const HEADER: &str = "name: Words\ndesc: <b>Words</b>\n";
const MODEL: &str = "name: Word [LANG]\nid: word-LANG\ncss: '.card {}'\nfields:\n  - name: Word\n  - name: Meaning\ntemplates:\n  - {name: Ask, html_file: card.html}\n";
const CARD: &str = "{{Word}}\n--\n{{FrontSide}}<hr id=answer>{{Meaning}}\n";
const WORDS: &str = "word,guid:en,guid:de,meaning:en,meaning:de,type\nagua,e1,d1,water,Wasser,x\npan,e2,d2,bread,Brot,y\n";

struct Place {
    scratch: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let place = Self { scratch };
        for (path, text) in files {
            let path = place.old().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        place
    }

    fn old(&self) -> PathBuf {
        self.scratch.path().join("old")
    }

    fn new_project(&self) -> PathBuf {
        self.scratch.path().join("new")
    }

    fn import(&self, path: &str) -> Imported {
        let options = ImportOptions::new("u");
        import(self.old().join(path), self.new_project(), &options).unwrap()
    }

    fn told(&self, imported: &Imported) -> Vec<String> {
        let found = imported.found.diagnostics.iter();
        let serious = found.filter(|it| it.severity != Severity::Info);
        let short = |it| render_short(it, &imported.found.sources);
        serious.map(short).collect()
    }
}

fn build(project: &Path) {
    let options = BuildOptions::new(BuildTime::from_unix(1_700_000_000));
    let build = Project::open(project).unwrap().build(&options).unwrap();
    let report = build.report();
    let told = report.diagnostics.iter();
    let told: Vec<String> = told.map(|it| render_short(it, &report.sources)).collect();
    assert!(!report.diagnostics.has_errors(), "{told:?}");
    build.write().unwrap();
}

fn contents(package: &Path) -> Contents {
    PackageReader::open(package).unwrap().into_contents()
}

/// Guid and fields of each note.
fn notes(package: &Path) -> Vec<String> {
    let contents = contents(package);
    let notes = contents.notes.iter().map(|note| {
        let fields: Vec<&str> = note.fields().collect();
        format!("{} {}", note.guid, fields.join("|"))
    });
    let mut notes: Vec<String> = notes.collect();
    notes.sort();
    notes
}

/// A recipe for these exports: language, note model and folder of each.
fn recipe(exports: &[(&str, &str, &str)]) -> String {
    let mut parts = String::from(
        "- build_parts:\n  - headers_from_yaml_part: {part_id: header, file: header.yaml}\n",
    );
    let mut made = String::new();
    let mut known = Vec::new();
    for (language, model, folder) in exports {
        if !known.contains(model) {
            known.push(model);
            parts.push_str(&format!(
                "  - note_model_from_yaml_part: {{part_id: {model}, file: models/{model}.yaml}}\n"
            ));
        }
        let id = format!("{language}-{model}");
        parts.push_str(&format!(
            "  - notes_from_csvs:\n      part_id: {id}\n      note_model_mappings:\n        - note_models: {model}\n          columns_to_fields: {{'guid:{language}': guid, word: Word, 'meaning:{language}': Meaning, tags: tags}}\n      file_mappings:\n        - {{file: words.csv, note_model: {model}}}\n"
        ));
        made.push_str(&format!(
            "- generate_crowd_anki:\n    folder: build/{folder}\n    headers: header\n    notes: {{part_id: {id}}}\n    note_models: {{parts: [{model}]}}\n"
        ));
    }
    parts + &made
}

fn model(name: &str) -> String {
    MODEL.replace("LANG", name)
}

#[test]
fn exports_that_differ_in_texts_are_variants() {
    let exports = [
        ("en", "en", "Words [EN]"),
        ("de", "de", "Words [DE]"),
        ("de", "de-long", "Words [DE] [Long]"),
    ];
    let recipe = recipe(&exports);
    let place = Place::new(&[
        ("recipes/a.yaml", &recipe),
        ("header.yaml", HEADER),
        ("card.html", CARD),
        (
            "words.csv",
            &WORDS
                .replace("type\n", "type,tags\n")
                .replace(",x\n", ",x,a;b\n")
                .replace(",y\n", ",y,c\n")
                .replace("a;b", "a b"),
        ),
        ("models/en.yaml", &model("en")),
        ("models/de.yaml", &model("de")),
        ("models/de-long.yaml", &model("de-long")),
    ]);
    // The recipe says where it lies; its paths count from the folder above.
    let imported = place.import("recipes/a.yaml");
    assert_eq!(place.told(&imported), [""; 0]);
    assert_eq!((imported.notes, imported.note_types), (6, 3));
    let project = place.new_project();
    assert_eq!(
        Project::open(&project).unwrap().variants().unwrap(),
        ["en", "de", "de-long"]
    );
    let table = fs::read(project.join("words.csv")).unwrap();
    assert_eq!(table, fs::read(place.old().join("words.csv")).unwrap());
    build(&project);
    let packages: Vec<PathBuf> = exports
        .iter()
        .map(|it| project.join(format!("{}.apkg", it.2)))
        .collect();
    assert_eq!(notes(&packages[0]), ["e1 agua|water", "e2 pan|bread"]);
    assert_eq!(notes(&packages[1]), ["d1 agua|Wasser", "d2 pan|Brot"]);
    assert_eq!(notes(&packages[2]), notes(&packages[1]));
    let name = |it: &PathBuf| contents(it).note_types[0].name.clone();
    let names: Vec<String> = packages.iter().map(name).collect();
    assert_eq!(names, ["Word [en]", "Word [de]", "Word [de-long]"]);
    let decks = contents(&packages[0]).decks;
    let deck = decks.iter().find(|it| it.name == "Words").unwrap();
    assert_eq!(deck.description, "<b>Words</b>");
    // Without the word that says so, no learner could have both.
    let manifest = fs::read_to_string(project.join("deckle.yaml")).unwrap();
    let without = manifest.replace("      edition-of: de\n", "");
    assert_ne!(manifest, without);
    fs::write(project.join("deckle.yaml"), without).unwrap();
    let options = BuildOptions::new(BuildTime::from_unix(1_700_000_000));
    let report = Project::open(&project).unwrap().check(&options).unwrap();
    let codes: Vec<&str> = report.diagnostics.iter().map(|it| it.code.id()).collect();
    assert!(codes.contains(&"E0213"), "{codes:?}");
    judge(&packages);
}

#[test]
fn exports_of_another_shape_are_projects_of_their_own() {
    let recipe = format!(
        "{}{}",
        recipe(&[("en", "en", "Words")]),
        "- build_part:\n  - notes_from_yaml_part: {part_id: listed, file: notes.yaml}\n- generate_crowd_anki:\n    - folder: build/Verbs\n      headers: header\n      notes: {part_id: listed}\n      note_models: [en]\n"
    );
    let notes_part = "note_groupings:\n  - note_model: en\n    tags: [verb]\n    notes:\n      - guid: 'y#1'\n        tags: [x]\n        flags: 2\n        fields: [ser, 'to <i>be</i>']\n      - {guid: y2, fields: [ir]}\n";
    let place = Place::new(&[
        ("recipe.yaml", &recipe),
        ("header.yaml", HEADER),
        ("card.html", CARD),
        ("words.csv", &WORDS.replace(",type", ",tags")),
        ("models/en.yaml", &model("en")),
        ("notes.yaml", notes_part),
    ]);
    let imported = place.import("");
    assert_eq!(place.told(&imported), [""; 0]);
    assert_eq!(
        imported.sign.as_deref(),
        Some("`build_parts` in recipe.yaml")
    );
    assert_eq!(imported.folders, ["words", "verbs"]);
    let project = place.new_project();
    let packages = [
        project.join("words/Words.apkg"),
        project.join("verbs/Verbs.apkg"),
    ];
    build(&project.join("words"));
    build(&project.join("verbs"));
    assert_eq!(notes(&packages[1]), ["y#1 ser|to <i>be</i>", "y2 ir|"]);
    let verbs = contents(&packages[1]);
    let tags: Vec<String> = verbs.notes[0].tags().map(str::to_owned).collect();
    assert_eq!(tags, ["verb", "x"]);
    assert_eq!(verbs.cards[0].flags, 2);
    judge(&packages);
}

/// What is told of a recipe in which `from` is `to`, and how many notes are left.
fn check(from: &str, to: &str, expect: &[&str], notes: usize) {
    let recipe = recipe(&[("en", "en", "Words")]);
    assert!(recipe.contains(from), "{recipe}");
    let place = Place::new(&[
        ("recipe.yaml", &recipe.replacen(from, to, 1)),
        ("header.yaml", HEADER),
        ("card.html", CARD),
        ("whole.html", "{{Word}}\n"),
        ("words.csv", &WORDS.replace(",type", ",tags")),
        ("twice.csv", "word,sound\npan,1\npan,2\n"),
        ("two.csv", "word,guid:en,sound\npan,e2,1\n"),
        ("other.csv", "sound\n1\n"),
        ("models/en.yaml", &model("en")),
        (
            "models/whole.yaml",
            &model("en").replace("card.html", "whole.html"),
        ),
    ]);
    let imported = place.import("recipe.yaml");
    let found = imported.found.diagnostics.iter();
    let serious = found.filter(|it| it.severity != Severity::Info);
    let titles: Vec<&str> = serious.map(|it| it.message.as_str()).collect();
    assert_eq!(titles, expect, "{to}");
    let told = place.told(&imported);
    assert_eq!(imported.notes, notes, "{to}");
    assert!(told.iter().all(|it| it.contains(".yaml:")), "{told:?}");
}

#[test]
fn what_is_not_understood_is_told() {
    let file = "{file: words.csv, note_model: en}";
    check(
        "- build_parts:",
        "- brew_tea: 1\n- build_parts:",
        &["unknown key `brew_tea` in a recipe"],
        2,
    );
    check(
        "- generate_crowd_anki:",
        "- generate_csvs: {notes: x}\n- generate_crowd_anki:",
        &["the step `generate_csvs`"],
        2,
    );
    check(
        "  - headers_from",
        "  - notes_from_crowd_anki: {part_id: z, source: s}\n  - headers_from",
        &["the step `notes_from_crowd_anki` reads an export"],
        2,
    );
    check(
        "headers: header",
        "headers: haeder",
        &["there is no header `haeder`"],
        0,
    );
    check(
        "header.yaml",
        "gone.yaml",
        &["there is no file `gone.yaml`"],
        0,
    );
    check(
        "header.yaml",
        "../header.yaml",
        &["`../header.yaml` lies outside of the project"],
        0,
    );
    check(
        "models/en.yaml",
        "models/whole.yaml",
        &["`whole.html` does not have one line of dashes between two sides"],
        0,
    );
    check(
        "word: Word",
        "word: Wort",
        &["`Word [en]` has no field `Wort`"],
        0,
    );
    check(
        "'meaning:en'",
        "'meaning:fr'",
        &["`words.csv` has no column `meaning:fr`"],
        2,
    );
    check(
        file,
        "{file: words.csv, note_model: em}",
        &["there is no note model `em`"],
        0,
    );
    check(
        file,
        "{file: words.csv, note_model: en, derivatives: [{file: two.csv}]}",
        &["`two.csv` is joined by 2 columns"],
        0,
    );
    check(
        file,
        "{file: words.csv, note_model: en, derivatives: [{file: other.csv}]}",
        &["`other.csv` shares no column with the table that it is joined to"],
        0,
    );
    check(
        file,
        "{file: words.csv, note_model: en, derivatives: [{file: other.csv, note_model: en}]}",
        &["rows of a derivative have a note model of their own"],
        0,
    );
    check(
        "notes: {part_id: en-en}",
        "notes: {part_id: en-en, sort_order: [word], override: {note_model: em}}",
        &["`sort_order` of the notes", "there is no note model `em`"],
        0,
    );
    check(
        "folder: build/Words\n",
        "folder: build/Words\n    color: red\n",
        &["unknown key `color` in `generate_crowd_anki`"],
        2,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_recipe_stops_the_import(text in "[ \\-a-z:{}\\[\\]\n]{0,60}", at in 0_usize..900) {
        let mut recipe = recipe(&[("en", "en", "Words")]);
        recipe.insert_str(at.min(recipe.len()), &text);
        let place = Place::new(&[
            ("recipe.yaml", &recipe),
            ("header.yaml", HEADER),
            ("card.html", CARD),
            ("words.csv", WORDS),
            ("models/en.yaml", &model("en")),
        ]);
        let options = ImportOptions::new("u");
        let _ = import(place.old(), place.new_project(), &options);
    }
}
