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

/// What is told of notes that are gone, after the build and then without them.
fn told_of_gone(
    manifest: &str,
    files: [&[(&str, &str)]; 2],
    between: impl FnOnce(&std::path::Path),
) -> Vec<String> {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let write = |files: &[(&str, &str)]| {
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    };
    let build = |time: i64| {
        let options = BuildOptions::new(BuildTime::from_unix(time));
        let project = Project::open(&folder).unwrap();
        project.build(&options).unwrap()
    };
    let head = "format: 1\nname: Words\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\n";
    write(&[("deckle.yaml", &format!("{head}{manifest}"))]);
    write(files[0]);
    build(1_800_000_000).write().unwrap();
    write(files[1]);
    between(&folder);
    let build = build(1_800_086_400);
    let found = build.report().diagnostics.iter();
    found.map(|it| it.message.clone()).collect()
}

#[test]
fn a_note_that_is_gone_is_told_with_its_question() {
    let all = "## What do lungs do? {#lungs}\n\nBreathe\n\n## And hearts? {#heart}\n\nBeat\n";
    let rest = "## And hearts? {#heart}\n\nBeat\n";
    let known = "the note `lungs` is gone from the sources: `What do lungs do?`";
    let unknown = "the note `lungs` is gone from the sources";
    let check = |manifest: &str, between: fn(&std::path::Path), expect: &[&str]| {
        let files: [&[(&str, &str)]; 2] = [&[("a/b.md", all)], &[("a/b.md", rest)]];
        assert_eq!(told_of_gone(manifest, files, between), expect, "{manifest}");
    };
    check("", |_| {}, &[known]);
    check("output: out.apkg\n", |_| {}, &[known]);
    check("output: {split: top-deck}\n", |_| {}, &[known]);
    check(
        "output: {split: file, file: 'out/deck-*.apkg'}\n",
        |_| {},
        &[known],
    );
    check(
        "output: {one: {file: one.apkg, match: a/}}\n",
        |_| {},
        &[known],
    );
    check(
        "matrix: {lang: [de, fr]}\noutput: '{{=lang}}.apkg'\n",
        |_| {},
        &[known],
    );
    // Without a package, or with a broken one, as ever.
    let gone = |folder: &std::path::Path| fs::remove_file(folder.join("Words.apkg")).unwrap();
    check("", gone, &[unknown]);
    let broken = |folder: &std::path::Path| {
        let path = folder.join("Words.apkg");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    };
    let scratch = "output: {one: {file: Words.apkg}, two: {file: two.apkg, match: nothing/}}\n";
    let told = |manifest: &str| {
        let files: [&[(&str, &str)]; 2] = [&[("a/b.md", all)], &[("a/b.md", rest)]];
        told_of_gone(manifest, files, broken)
    };
    assert!(told("").contains(&unknown.to_owned()));
    assert!(told(scratch).contains(&unknown.to_owned()));
    // What was shipped last is kept.
    let kept = |folder: &std::path::Path| {
        let base = folder.join(".deckle/base/phone");
        fs::create_dir_all(&base).unwrap();
        fs::rename(folder.join("Words.apkg"), base.join("Words.apkg")).unwrap();
    };
    check("", kept, &[known]);
}

#[test]
fn a_note_of_an_included_project_is_found_in_the_one_package() {
    let guest = "format: 1\nname: Guest\nuid: 1c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\n";
    let before: &[(&str, &str)] = &[
        ("a.md", "## One? {#one}\n\none\n"),
        ("guest/deckle.yaml", guest),
        (
            "guest/b.md",
            "## Two? {#two}\n\ntwo\n\n## Three? {#three}\n\nthree\n",
        ),
    ];
    let after: &[(&str, &str)] = &[("guest/b.md", "## Three? {#three}\n\nthree\n")];
    assert_eq!(
        told_of_gone("include: [guest]\n", [before, after], |_| {}),
        ["the note `two` is gone from the sources: `Two?`"]
    );
}
