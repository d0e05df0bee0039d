//! What both backends make of a changed note type: the words of the schema guard, measured.

use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};
use serde_json::{Value, json};

use crate::judge::imported;

const MANIFEST: &str = "format: 1\nname: Words\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\n";
const TYPE: &str = "\
key: word
name: Word
fields: [Word, Meaning]
card-templates:
  - {name: Recognize, front: {html: '{{Word}}'}, back: {html: '{{Meaning}}'}}
  - {name: Recall, front: {html: '{{Meaning}}'}, back: {html: '{{Word}}'}}
";
const NOTES: &str = "\
type: word
notes:
  - {id: cat, Word: el gato, Meaning: the cat}
  - {id: dog, Word: el perro, Meaning: the dog}
";

struct Releases {
    scratch: tempfile::TempDir,
    time: i64,
    made: Vec<PathBuf>,
}

impl Releases {
    fn new() -> Self {
        let mut releases = Self {
            scratch: tempfile::tempdir().unwrap(),
            // Before every import, as releases are.
            time: 1_600_000_000,
            made: Vec::new(),
        };
        releases.put("deckle.yaml", MANIFEST);
        releases.release(TYPE, NOTES);
        releases
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.scratch.path().join("words").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn release(&mut self, note_type: &str, notes: &str) -> &mut Self {
        self.put("types/word/type.yaml", note_type);
        self.put("a.yaml", notes);
        self.time += 86_400;
        let path = self
            .scratch
            .path()
            .join(format!("{}.apkg", self.made.len()));
        let options = BuildOptions::new(BuildTime::from_unix(self.time))
            .output(&path)
            .allow_schema_change(true);
        let project = Project::open(self.scratch.path().join("words")).unwrap();
        project.build(&options).unwrap().write().unwrap();
        self.made.push(path);
        self
    }

    /// What both backends report after the last release; the releases are imported in their
    /// order, the ones behind the first with these options.
    #[track_caller]
    fn imported(&self, options: &Value) -> Vec<Value> {
        let steps = self.made.iter().enumerate().map(|(index, path)| {
            let options = if index == 0 { &json!({}) } else { options };
            json!({"path": path, "options": options})
        });
        imported(&steps.collect::<Vec<_>>())
    }
}

fn meanings(report: &Value) -> Vec<&str> {
    let notes = report["notes"].as_object().unwrap().values();
    let mut found: Vec<&str> = notes.map(|it| it["fields"][1].as_str().unwrap()).collect();
    found.sort_unstable();
    found
}

#[test]
fn new_names_change_nothing_for_learners() {
    let mut releases = Releases::new();
    let renamed = TYPE
        .replace(
            "key: word\nname: Word",
            "key: vocable\nwas: word\nname: Vocable",
        )
        .replace("Meaning]", "{name: Sense, was: Meaning}]")
        .replace("{{Meaning}}", "{{Sense}}")
        .replace("name: Recall", "name: Back, was: Recall");
    let notes = NOTES.replace("word", "vocable").replace("the dog", "a dog");
    releases.release(&renamed, &notes);
    for report in releases.imported(&json!({})) {
        let log = json!({"new": 0, "updated": 1, "duplicate": 1, "conflicting": 0});
        assert_eq!(report["log"], log, "{report}");
        assert_eq!(report["types"], json!({"Vocable": ["Word", "Sense"]}));
        assert_eq!(report["one_way"], false);
        assert_eq!(
            (&report["cards"], &report["learned"]),
            (&json!(4), &json!(4))
        );
        assert_eq!(meanings(&report), ["a dog", "the cat"]);
    }
}

#[test]
fn a_new_field_splits_the_type_unless_both_are_merged() {
    let mut releases = Releases::new();
    let more = TYPE.replace("Meaning]", "Meaning, Audio]");
    let notes =
        NOTES.replace("the dog", "a dog") + "  - {id: cow, Word: la vaca, Meaning: the cow}\n";
    releases.release(&more, &notes);
    for report in releases.imported(&json!({})) {
        let log = json!({"new": 1, "updated": 0, "duplicate": 0, "conflicting": 2});
        assert_eq!(report["log"], log, "{report}");
        let types = json!({"Word": ["Word", "Meaning"], "Word+": ["Word", "Meaning", "Audio"]});
        assert_eq!(report["types"], types);
        assert_eq!(meanings(&report), ["the cat", "the cow", "the dog"]);
    }
    // Merged, the notes bear the time of the import, and the edit is the older one.
    for report in releases.imported(&json!({"merge_notetypes": true})) {
        assert_eq!(
            report["types"],
            json!({"Word": ["Word", "Meaning", "Audio"]})
        );
        assert_eq!(report["one_way"], true);
        assert_eq!(report["learned"], 4);
        assert_eq!(meanings(&report), ["the cat", "the cow", "the dog"]);
    }
    let always = json!({"merge_notetypes": true, "update_notes": 1});
    for report in releases.imported(&always) {
        assert_eq!(report["learned"], 4);
        assert_eq!(meanings(&report), ["a dog", "the cat", "the cow"]);
    }
}

#[test]
fn a_field_that_is_gone_stays_with_those_who_merge() {
    let mut releases = Releases::new();
    let less = TYPE
        .replace("[Word, Meaning]", "[Word, Audio]")
        .replace("{{Meaning}}", "{{Audio}}{{Word}}");
    let notes = NOTES.replace("Meaning", "Audio");
    releases.release(&less, &notes);
    let [first, second] = [&releases.made[0], &releases.made[1]].map(|it| json!(it));
    let merge = json!({"merge_notetypes": true});
    let once = [
        json!({"path": first, "options": {}}),
        json!({"path": second, "options": merge}),
        json!({"path": second, "options": {}}),
    ];
    for report in imported(&once) {
        // The learners' type is neither the old one nor the new one.
        assert_eq!(report["log"]["conflicting"], 2, "{report}");
    }
}

#[test]
fn another_sort_field_writes_every_note_anew() {
    let mut releases = Releases::new();
    let sorted = format!("{TYPE}sort-field: Meaning\n");
    releases.release(&sorted, &NOTES.replace("the dog", "a dog"));
    for options in [json!({}), json!({"merge_notetypes": true})] {
        for report in releases.imported(&options) {
            assert_eq!(report["one_way"], true, "{report}");
            assert_eq!(report["types"], json!({"Word": ["Word", "Meaning"]}));
            assert_eq!(meanings(&report), ["the cat", "the dog"]);
            assert_eq!(report["log"]["conflicting"], 0);
        }
    }
}

#[test]
fn a_note_of_another_type_is_skipped() {
    let mut releases = Releases::new();
    releases.release(
        TYPE,
        &NOTES.replace(
            "{id: dog, Word: el perro, Meaning: the dog}",
            "{id: dog, type: basic, front: el perro, back: a dog}",
        ),
    );
    for report in releases.imported(&json!({})) {
        assert_eq!(report["log"]["conflicting"], 1, "{report}");
        assert_eq!(meanings(&report), ["the cat", "the dog"]);
    }
    for report in releases.imported(&json!({"merge_notetypes": true})) {
        assert_eq!(report["one_way"], true, "{report}");
        assert_eq!(report["log"]["conflicting"], 0);
    }
}

/// The guard refuses another kind even where a change of the schema is allowed, so the releases
/// come from two projects here.
#[test]
fn another_kind_leaves_empty_cards_or_cannot_be_merged() {
    let releases = Releases::new();
    let mut other = Releases::new();
    let cloze = "key: word\nname: Word\nkind: cloze\nfields: [Word, Meaning]\ncard-templates:\n  - {name: Recognize, front: {html: '{{cloze:Word}}'}, back: {html: '{{cloze:Word}}'}}\n";
    let guard = other.scratch.path().join("words/deckle.lock");
    fs::remove_file(&guard).unwrap();
    let notes = NOTES
        .replace("el gato", "'{{c1::el gato}}'")
        .replace("el perro", "'{{c1::el perro}}'");
    other.release(cloze, &notes);
    let steps = |options: Value| {
        let second: &Path = &other.made[1];
        [
            json!({"path": releases.made[0], "options": {}}),
            json!({"path": second, "options": options}),
        ]
    };
    for report in imported(&steps(json!({"merge_notetypes": true}))) {
        let error = report["error"].as_str().unwrap();
        assert!(error.contains("cannot be merged"), "{report}");
    }
    for report in imported(&steps(json!({}))) {
        // Fewer card templates: for Anki that is another schema.
        assert_eq!(report["log"]["conflicting"], 2, "{report}");
    }
}

#[test]
fn a_type_of_one_card_template_turns_into_the_other_kind() {
    let one = TYPE.split_once("  - {name: Recall").unwrap().0.to_owned();
    let cloze = one
        .replace("fields", "kind: cloze\nfields")
        .replace("{{Word}}", "{{cloze:Word}}")
        .replace("{{Meaning}}", "{{cloze:Word}}");
    let notes = NOTES.replace("el gato", "'{{c1::el gato}}'");
    let (mut before, mut behind) = (Releases::new(), Releases::new());
    behind.time += 86_400;
    for (releases, note_type, notes) in [(&mut before, &one, NOTES), (&mut behind, &cloze, &notes)]
    {
        fs::remove_file(releases.scratch.path().join("words/deckle.lock")).unwrap();
        // The second note is no cloze, which only its absence from the package allows.
        let notes = match note_type == &cloze {
            true => notes.split_once("  - {id: dog").unwrap().0,
            false => notes,
        };
        releases.release(note_type, notes);
    }
    let steps = [
        json!({"path": before.made[1], "options": {}}),
        json!({"path": behind.made[1], "options": {}}),
    ];
    for report in imported(&steps) {
        assert_eq!(
            report["types"].as_object().map(serde_json::Map::len),
            Some(1),
            "{report}"
        );
        // The card of the note that stayed behind has no cloze to show.
        assert_eq!(report["empty"], 1, "{report}");
    }
}
