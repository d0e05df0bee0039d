//! A note's history over several builds: what the lock keeps, and what is told when it is lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};

const WORDS: &str = "\
format: 1
name: Words
uid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10
defaults: {type: word}
types:
  - key: word
    fields: [Word, Meaning]
    key-fields: [Word]
    card-templates:
      - {name: Card, front: {html: '{{Word}}'}, back: {html: '{{Meaning}}'}}
";

struct Words {
    _scratch: tempfile::TempDir,
    folder: PathBuf,
    time: i64,
}

impl Words {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("words");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("deckle.yaml"), WORDS).unwrap();
        Self {
            _scratch: scratch,
            folder,
            time: 1_800_000_000,
        }
    }

    /// Builds the project with these notes; the codes of what is told.
    fn build(&mut self, notes: &str) -> Vec<&'static str> {
        fs::write(self.folder.join("words.yaml"), notes).unwrap();
        self.time += 86_400;
        let options = BuildOptions::new(BuildTime::from_unix(self.time));
        let build = Project::open(&self.folder)
            .unwrap()
            .build(&options)
            .unwrap();
        let report = build.report();
        let codes = report.diagnostics.iter().map(|it| it.code.id()).collect();
        build.write().unwrap();
        codes
    }

    /// Guids and note ids by ids, as the lock has them.
    fn notes(&self) -> BTreeMap<String, (String, String)> {
        let lock = fs::read_to_string(self.folder.join("deckle.lock")).unwrap();
        let lines = lock.lines().filter_map(|line| line.strip_prefix("note\t"));
        let fields = lines.map(|line| line.split('\t').collect::<Vec<_>>());
        fields
            .map(|it| (it[0].to_owned(), (it[1].to_owned(), it[2].to_owned())))
            .collect()
    }
}

#[test]
fn the_old_id_on_an_edited_note_keeps_its_history() {
    let mut words = Words::new();
    assert!(words.build("- [el pero, the dog]\n").is_empty());
    let before = words.notes();
    let (id, history) = before.first_key_value().unwrap();

    // The mend right away.
    let mended = format!("- {{Word: el perro, Meaning: the dog, id: {id}}}\n");
    assert!(words.build(&mended).is_empty());
    assert_eq!(words.notes().get(id), Some(history));

    // The mend behind a build that made it a new note.
    let mut words = Words::new();
    words.build("- [el pero, the dog]\n");
    assert_eq!(words.build("- [el perro, the dog]\n"), ["W0705"]);
    assert!(!words.notes().contains_key(id));
    assert_eq!(words.build(&mended), ["W0703"]);
    assert_eq!(words.notes().get(id), Some(history));
}

#[test]
fn only_notes_of_the_same_file_and_type_are_taken_for_edited_ones() {
    let mut words = Words::new();
    words.build("- [el gato, the cat]\n- [el pero, the dog]\n");
    // One more note, or one less, is no edit.
    assert!(
        words
            .build("- [el gato, the cat]\n- [el pero, the dog]\n- [la vaca, the cow]\n")
            .is_empty()
    );
    assert_eq!(
        words.build("- [el pero, the dog]\n- [la vaca, the cow]\n"),
        ["W0703"]
    );
    // The same words in another file are the same notes.
    fs::write(words.folder.join("more.yaml"), "- [la vaca, the cow]\n").unwrap();
    assert!(words.build("- [el pero, the dog]\n").is_empty());
    // A note that is gone here and one that is new there are two notes.
    fs::write(words.folder.join("more.yaml"), "- [la casa, house]\n").unwrap();
    assert_eq!(words.build("- [el pero, the dog]\n"), ["W0705"]);
    fs::remove_file(words.folder.join("more.yaml")).unwrap();
    assert_eq!(
        words.build("- [el pero, the dog]\n- [el ojo, eye]\n"),
        ["W0703"]
    );
}
