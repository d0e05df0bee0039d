//! The lock over several builds: its modes, what is carried over by hand, damage, and the guard of
//! note types.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::project::{Build, BuildOptions, LockMode, Project};
use deckle::{BuildTime, ErrorKind};

const MANIFEST: &str = "\
format: 1
name: Words
uid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10
";

/// A project in a folder of its own, built at a time of its own each time.
pub(crate) struct Words {
    _scratch: tempfile::TempDir,
    pub(crate) folder: PathBuf,
    pub(crate) time: i64,
}

/// A note of the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) guid: String,
    pub(crate) note_id: i64,
    pub(crate) modified: i64,
}

impl Words {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("words");
        let words = Self {
            _scratch: scratch,
            folder,
            time: 1_800_000_000,
        };
        words.put("deckle.yaml", MANIFEST);
        for (path, text) in files {
            words.put(path, text);
        }
        words
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap()
    }

    fn options(&mut self) -> BuildOptions {
        self.time += 86_400;
        BuildOptions::new(BuildTime::from_unix(self.time))
    }

    fn try_build(&self, options: &BuildOptions) -> Build {
        let project = Project::open(&self.folder).unwrap();
        project.build(options).unwrap()
    }

    /// Builds and writes; the codes of what is told.
    #[track_caller]
    fn build_with(
        &mut self,
        change: impl FnOnce(BuildOptions) -> BuildOptions,
    ) -> Vec<&'static str> {
        let options = change(self.options());
        let build = self.try_build(&options);
        let codes = codes(&build);
        build
            .write()
            .unwrap_or_else(|error| panic!("{error} {codes:?}"));
        codes
    }

    #[track_caller]
    pub(crate) fn build(&mut self) -> Vec<&'static str> {
        self.build_with(|options| options)
    }

    /// What a mode refuses, a line each. Nothing must be written then.
    #[track_caller]
    fn refused(&mut self, mode: LockMode) -> Vec<String> {
        let before = tree(&self.folder);
        let options = self.options().lock_mode(mode);
        let build = self.try_build(&options);
        let changes = &build.report().lock_changes;
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        assert!(
            !build.report().diagnostics.has_errors(),
            "{:?}",
            codes(&build)
        );
        assert_eq!(build.package().is_none(), !changes.is_empty());
        let count = changes.len();
        if count > 0 {
            let error = build.write().unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::LockChanges(count));
            assert_eq!(tree(&self.folder), before);
        }
        changes
    }

    pub(crate) fn lines(&self, kind: &str) -> BTreeMap<String, Line> {
        let lock = self.read("deckle.lock");
        let lines = lock
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let lines = lines.filter(|it| it[0] == kind);
        let lines = lines.map(|it| {
            let line = Line {
                guid: it[2].to_owned(),
                note_id: it[3].parse().unwrap(),
                modified: it[4].parse().unwrap(),
            };
            (it[1].to_owned(), line)
        });
        lines.collect()
    }

    pub(crate) fn notes(&self) -> BTreeMap<String, Line> {
        self.lines("note")
    }

    pub(crate) fn note(&self, id: &str) -> Line {
        self.notes()[id].clone()
    }
}

fn codes(build: &Build) -> Vec<&'static str> {
    let found = build.report().diagnostics.iter();
    found.map(|it| it.code.id()).collect()
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

pub(crate) const TWO: &str =
    "- {id: cat, front: el gato, back: the cat}\n- {id: dog, front: el perro, back: the dog}\n";

#[test]
fn a_locked_build_refuses_what_is_about_identity() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    assert_eq!(
        words.refused(LockMode::Locked),
        ["new note cat in a.yaml", "new note dog in a.yaml"]
    );
    assert!(words.build().is_empty());
    for mode in [LockMode::Locked, LockMode::Frozen] {
        assert!(words.refused(mode).is_empty());
    }
    // An edit is none of its business, but it is one of a frozen lock.
    words.put("a.yaml", &TWO.replace("the cat", "a cat"));
    assert!(words.refused(LockMode::Locked).is_empty());
    assert_eq!(
        words.refused(LockMode::Frozen),
        ["changed note cat in a.yaml"]
    );
    words.put("b.yaml", TWO);
    fs::remove_file(words.folder.join("a.yaml")).unwrap();
    assert!(words.refused(LockMode::Locked).is_empty());
    assert_eq!(
        words.refused(LockMode::Frozen),
        [
            "moved note cat in b.yaml: was in a.yaml",
            "moved note dog in b.yaml: was in a.yaml"
        ]
    );
    words.put("b.yaml", TWO.split_once('\n').unwrap().0);
    assert_eq!(words.refused(LockMode::Locked), ["gone note dog in a.yaml"]);
    words.put("b.yaml", &TWO.replace("id: dog", "id: hound, was: dog"));
    assert_eq!(
        words.refused(LockMode::Locked),
        ["renamed note hound in b.yaml: was dog"]
    );
}

#[test]
fn a_part_of_a_project_is_judged_by_itself() {
    let mut words = Words::new(&[
        ("a.yaml", TWO),
        ("b.yaml", "- {id: cow, front: la vaca, back: cow}\n"),
    ]);
    words.build();
    words.put(
        "b.yaml",
        "- {id: cow, front: la vaca, back: the cow}\n- {id: pig, front: el cerdo, back: pig}\n",
    );
    let project = Project::open_paths(&[words.folder.join("b.yaml")]).unwrap();
    let changes = |mode| {
        let options = BuildOptions::new(BuildTime::from_unix(1_900_000_000)).lock_mode(mode);
        let build = project.build(&options).unwrap();
        let changes = build.report().lock_changes.iter();
        changes.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(changes(LockMode::Locked), ["new note pig in b.yaml"]);
    assert_eq!(
        changes(LockMode::Frozen),
        ["changed note cow in b.yaml", "new note pig in b.yaml"]
    );
}

#[test]
fn an_older_format_is_written_anew() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    words.build();
    let lock = words.read("deckle.lock");
    let older: Vec<String> = lock
        .lines()
        .filter(|line| *line != "end")
        .map(|line| {
            line.split("\tout=")
                .next()
                .unwrap()
                .replace("deckle-lock 2", "deckle-lock 1")
        })
        .collect();
    words.put("deckle.lock", &(older.join("\n") + "\n"));
    assert!(words.refused(LockMode::Locked).is_empty());
    assert_eq!(words.refused(LockMode::Frozen).len(), 1);
    assert!(words.build().is_empty());
    assert_eq!(words.read("deckle.lock"), lock);
}

#[test]
fn modes_without_a_lock_are_wrong_usage() {
    let scratch = tempfile::tempdir().unwrap();
    let notes = scratch.path().join("notes.md");
    fs::write(&notes, "## one\n\n1\n").unwrap();
    let base = || BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    for options in [
        base().lock_mode(LockMode::Locked),
        base().lock_mode(LockMode::Frozen),
        base().restamp(true),
        base().touch("notes.md"),
    ] {
        let error = Project::open(&notes).unwrap().build(&options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error}");
    }
}

#[test]
fn touch_raises_times_of_what_it_names() {
    let mut words = Words::new(&[("verbs/a.yaml", TWO), ("b.md", "## one {#one}\n\n1\n")]);
    words.build();
    let mut check = |selection: &str, expect: &[&str]| {
        let before = words.notes();
        words.build_with(|options| options.touch(selection));
        let after = words.notes();
        let touched: Vec<&String> = after
            .keys()
            .filter(|id| before[*id] != after[*id])
            .collect();
        assert_eq!(touched, expect, "{selection}");
    };
    check("cat", &["cat"]);
    check("verbs", &["cat", "dog"]);
    check("verbs/", &["cat", "dog"]);
    check("verbs/a.yaml", &["cat", "dog"]);
    check("**/*.yaml", &["cat", "dog"]);
    check("b.md", &["one"]);
    for wrong in ["cats", "verb", "*.txt"] {
        let options = words.options().touch(wrong);
        let error = Project::open(&words.folder)
            .unwrap()
            .build(&options)
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error}");
    }
}

#[test]
fn a_new_rendering_waits_for_restamp() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    words.build();
    let before = words.notes();
    // As if an older deckle had rendered one of the notes in another way.
    let lock = words.read("deckle.lock");
    let line = lock.lines().find(|line| line.contains("cat")).unwrap();
    let (before_it, behind) = line.split_once("\tout=").unwrap();
    let other = format!("{before_it}\tout=0123456789abcdef{}", &behind[16..]);
    let older = lock.replace(line, &other);
    words.put("deckle.lock", &older);
    // It is told until the new form is sent out.
    for _ in 0..2 {
        assert_eq!(words.build(), ["W0726"]);
        assert_eq!(words.notes(), before);
        assert_eq!(words.read("deckle.lock"), older);
    }
    assert!(words.build_with(|options| options.restamp(true)).is_empty());
    assert!(words.note("cat").modified > before["cat"].modified);
    assert_eq!(words.note("dog"), before["dog"]);
    assert!(words.build_with(|options| options.restamp(true)).is_empty());
}

#[test]
fn was_carries_a_note_over_a_new_id() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    words.build();
    let cat = words.note("cat");
    let with = |id: &str| TWO.replace("id: cat", id);
    words.put("a.yaml", &with("id: tom, was: cat"));
    // What is done may stay, or be removed.
    for text in [
        with("id: tom, was: cat"),
        with("id: tom, was: cat"),
        with("id: tom"),
    ] {
        words.put("a.yaml", &text);
        assert!(words.build().is_empty(), "{text}");
        assert_eq!(words.note("tom"), cat);
        assert_eq!(words.notes().len(), 2);
        assert!(words.lines("gone").is_empty());
    }
    // A new note with the old id is another one.
    words.put(
        "a.yaml",
        &(with("id: tom") + "- {id: cat, front: the other, back: cat}\n"),
    );
    assert!(words.build().is_empty());
    assert_eq!(words.note("tom"), cat);
    assert_ne!(words.note("cat").guid, cat.guid);
    // And once more to another name.
    words.put("a.yaml", &with("id: felix, was: tom"));
    words.build();
    assert_eq!(words.note("felix"), cat);
}

#[test]
fn was_brings_back_a_note_that_became_a_new_one() {
    let mut words = Words::new(&[("a.md", "## el gato\n\nthe cat\n")]);
    words.build();
    let (id, before) = words.notes().pop_first().unwrap();
    // Without an id of its own the note gets the old one back.
    words.put("a.md", &format!("## la gata {{was={id}}}\n\nthe cat\n"));
    assert!(words.build().is_empty());
    assert_eq!(words.note(&id).guid, before.guid);
    words.put("a.md", "## la gata\n\nthe cat\n");
    assert!(words.build().is_empty());
    assert_eq!(words.note(&id).guid, before.guid);
    // A note that was built as a new one first is told, since some may have it twice.
    words.put("a.md", "## la gata {#gata}\n\nthe cat\n");
    words.build();
    words.put(
        "a.md",
        &format!("## la gata {{#gata was={id}}}\n\nthe cat\n"),
    );
    assert_eq!(words.build(), ["W0721"]);
    assert_eq!(words.note("gata").guid, before.guid);
    assert!(words.build().is_empty());
}

#[test]
fn two_notes_may_change_their_ids() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    words.build();
    let before = words.notes();
    let swapped = TWO
        .replace("id: cat", "id: X, was: cat")
        .replace("id: dog", "id: cat, was: dog");
    words.put("a.yaml", &swapped.replace("id: X", "id: dog"));
    for _ in 0..3 {
        assert!(words.build().is_empty());
        assert_eq!(words.note("cat"), before["dog"]);
        assert_eq!(words.note("dog"), before["cat"]);
    }
}

const TYPE: &str = "\
key: word
fields: [Word, Meaning]
card-templates:
  - {name: Recognize, front: {html: '{{Word}}'}, back: {html: '{{Meaning}}'}}
  - {name: Recall, front: {html: '{{Meaning}}'}, back: {html: '{{Word}}'}}
";

const LISTED: &str = "type: word\nnotes:\n  - [el gato, the cat]\n  - [el perro, the dog]\n";
const NOTES: &str = "\
type: word
notes:
  - {Word: el gato, Meaning: the cat}
  - {Word: el perro, Meaning: the dog}
";

fn typed() -> Words {
    let mut words = Words::new(&[("a.yaml", NOTES), ("types/word/type.yaml", TYPE)]);
    assert!(words.build().is_empty());
    words
}

/// The ids of the note type's parts, by kind and name.
fn parts(words: &Words) -> BTreeMap<(String, String), String> {
    let lock = words.read("deckle.lock");
    let lines = lock
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let lines = lines.filter(|it| ["field", "template"].contains(&it[0]));
    lines
        .map(|it| ((it[0].to_owned(), it[4].to_owned()), it[3].to_owned()))
        .collect()
}

#[test]
fn a_renamed_field_or_template_stays_what_it_is() {
    let mut words = typed();
    words.put("a.yaml", LISTED);
    words.build();
    let before = parts(&words);
    let notes = words.notes();
    let id = |kind: &str, name: &str| before[&(kind.to_owned(), name.to_owned())].clone();
    let has = |words: &Words, kind: &str, name: &str, id: &str| {
        let parts = parts(words);
        let found = &parts[&(kind.to_owned(), name.to_owned())];
        assert_eq!(found, id, "{name}");
    };
    let renamed = TYPE
        .replace("Meaning]", "{name: Sense, was: Meaning}]")
        .replace("{{Meaning}}", "{{Sense}}")
        .replace("name: Recall", "name: Back, was: Recall");
    let done = renamed
        .replace("{name: Sense, was: Meaning}", "Sense")
        .replace(", was: Recall", "");
    // With `was`, again, without it, and back to the first names.
    for text in [&renamed, &renamed, &done] {
        words.put("types/word/type.yaml", text);
        assert!(words.build().is_empty(), "{text}");
        has(&words, "field", "Sense", &id("field", "Meaning"));
        has(&words, "template", "Back", &id("template", "Recall"));
    }
    words.put("types/word/type.yaml", TYPE);
    assert!(words.build().is_empty());
    assert_eq!(parts(&words), before);
    // Notes may name a field as it was called.
    words.put("a.yaml", NOTES);
    words.put("types/word/type.yaml", &renamed);
    assert!(words.build().is_empty());
    // Letter case is no other name.
    words.put("types/word/type.yaml", &TYPE.replace("Word", "WORD"));
    assert!(words.build().is_empty());
    has(&words, "field", "WORD", &id("field", "Word"));
    assert_eq!(words.notes(), notes, "notes keep their times");
}

#[test]
fn a_new_field_with_an_old_first_name_is_another_one() {
    let mut words = typed();
    words.put("a.yaml", LISTED);
    words.build();
    let before = parts(&words);
    let renamed = TYPE
        .replace("Meaning]", "{name: Sense, was: Meaning}]")
        .replace("{{Meaning}}", "{{Sense}}");
    words.put("types/word/type.yaml", &renamed);
    words.build();
    words.put(
        "types/word/type.yaml",
        &renamed.replace("was: Meaning}", "was: Meaning}, Meaning"),
    );
    assert_eq!(
        codes(&words.try_build(&BuildOptions::new(BuildTime::from_unix(1_900_000_000)))),
        ["E0706"]
    );
    assert!(
        words
            .build_with(|options| options.allow_schema_change(true))
            .is_empty()
    );
    let after = parts(&words);
    let field = |name: &str| ("field".to_owned(), name.to_owned());
    assert_eq!(after[&field("Sense")], before[&field("Meaning")]);
    assert_ne!(after[&field("Meaning")], before[&field("Meaning")]);
    assert!(words.build().is_empty());
    assert_eq!(parts(&words), after);
}

#[test]
fn notes_are_known_again_when_their_fields_change_places() {
    let mut words = typed();
    let notes = words.notes();
    let swapped = TYPE.replace("[Word, Meaning]", "[Audio, Meaning, Word]");
    words.put("types/word/type.yaml", &swapped);
    for _ in 0..2 {
        assert!(
            words
                .build_with(|options| options.allow_schema_change(true))
                .is_empty()
        );
        assert_eq!(words.notes(), notes);
    }
}

#[test]
fn a_renamed_type_keeps_its_notes() {
    let mut words = typed();
    let (notes, before) = (words.notes(), parts(&words));
    let type_id = |words: &Words| {
        let lock = words.read("deckle.lock");
        let line = lock.lines().find(|it| it.starts_with("type\t")).unwrap();
        line.split('\t').nth(2).unwrap().to_owned()
    };
    let id = type_id(&words);
    words.put(
        "a.yaml",
        &words.read("a.yaml").replace("type: word", "type: vocable"),
    );
    for text in [
        TYPE.replace("key: word", "key: vocable\nwas: word"),
        TYPE.replace("key: word", "key: vocable"),
    ] {
        words.put("types/word/type.yaml", &text);
        assert!(words.build().is_empty(), "{text}");
        assert_eq!(
            (words.notes(), parts(&words), type_id(&words)),
            (notes.clone(), before.clone(), id.clone())
        );
    }
}

#[test]
fn a_changed_schema_needs_leave_and_a_changed_kind_gets_none() {
    let mut words = typed();
    let check = |words: &mut Words, text: &str, allow: bool, expect: &[&str]| {
        words.put("types/word/type.yaml", text);
        let options = words.options().allow_schema_change(allow);
        assert_eq!(codes(&words.try_build(&options)), expect, "{text} {allow}");
    };
    let more = TYPE.replace("Meaning]", "Meaning, Audio]");
    let less = TYPE.split_once("  - {name: Recall").unwrap().0.to_owned();
    let swapped = TYPE.replace("[Word, Meaning]", "[Meaning, Word]");
    let sorted = format!("{TYPE}sort-field: Meaning\n");
    for text in [&more, &less, &swapped, &sorted] {
        check(&mut words, text, false, &["E0706"]);
        check(&mut words, text, true, &[]);
    }
    let cloze = less
        .replace("fields", "kind: cloze\nfields")
        .replace("{{Word}}", "{{cloze:Word}}")
        .replace("{{Meaning}}", "{{cloze:Word}}");
    for allow in [false, true] {
        words.put("a.yaml", "type: word\nnotes:\n  - ['{{c1::x}}', y]\n");
        let options = words.options().allow_schema_change(allow);
        words.put("types/word/type.yaml", &cloze);
        assert!(
            codes(&words.try_build(&options)).contains(&"E0706"),
            "{allow}"
        );
    }
}

#[test]
fn a_damaged_lock_is_never_replaced() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    words.build();
    let lock = words.read("deckle.lock");
    let check = |text: String, code: &str| {
        words.put("deckle.lock", &text);
        let before = tree(&words.folder);
        let build = words.try_build(&BuildOptions::new(BuildTime::from_unix(1_900_000_000)));
        assert_eq!(codes(&build), [code], "{text}");
        assert!(build.write().is_err());
        assert_eq!(tree(&words.folder), before);
    };
    for end in 0..lock.len() - 1 {
        check(lock[..end].to_owned(), "E0701");
    }
    check(lock.replace("deckle-lock 2", "deckle-lock 3"), "E0702");
    check(
        lock.replace("note\tcat", "<<<<<<< HEAD\nnote\tcat"),
        "E0701",
    );
    check(lock.replace('\t', "    "), "E0701");
}

#[test]
fn a_field_added_in_front_renames_nothing_else() {
    let mut words = typed();
    let before = parts(&words);
    let more = TYPE.replace("[Word", "[Audio, Word");
    words.put("types/word/type.yaml", &more);
    assert!(
        words
            .build_with(|options| options.allow_schema_change(true))
            .is_empty()
    );
    let after = parts(&words);
    for (part, id) in before {
        assert_eq!(after[&part], id, "{part:?}");
    }
    // An edit in the same build would not reach those who merge.
    let mut words = typed();
    words.put("types/word/type.yaml", &more);
    words.put("a.yaml", &NOTES.replace("the cat", "a cat"));
    let told = words.build_with(|options| options.allow_schema_change(true));
    assert_eq!(told, ["W0723"]);
}

#[test]
fn guids_of_another_tool_are_given_once() {
    let manifest = format!("{MANIFEST}compat-guid: genanki\n");
    let notes = "- [a, b]\n- {id: own, front: c, back: d}\n- {front: e, back: 'x ![](p.svg)'}\n";
    let mut words = Words::new(&[
        ("deckle.yaml", &manifest),
        ("a.yaml", notes),
        ("p.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ]);
    words.build();
    let guid = |words: &Words, guid: &str| words.notes().values().any(|it| it.guid == guid);
    assert!(guid(&words, deckle::guid_for(["a", "b"]).as_str()));
    assert!(
        guid(
            &words,
            deckle::guid_for(["e", "x <img src=\"p.svg\">"]).as_str()
        ),
        "{:?}",
        words.notes()
    );
    assert!(!guid(&words, deckle::guid_for(["c", "d"]).as_str()));
    let before: Vec<String> = words.notes().values().map(|it| it.guid.clone()).collect();
    // An edit of what is known does not change it.
    words.put("a.yaml", &notes.replace("[a, b]", "[a, edited]"));
    assert!(words.build().is_empty());
    let after: Vec<String> = words.notes().values().map(|it| it.guid.clone()).collect();
    assert_eq!(before, after);

    let manifest = format!("{MANIFEST}compat-guid: markdown-anki-decks\n");
    let words_md = "# Deck\n\n## What is x?\n\nA letter\n\n## a *b* c\n\nletters\n";
    let mut words = Words::new(&[("deckle.yaml", &manifest), ("a.md", words_md)]);
    words.build();
    for expect in ["kPn1Kq?4z[", "G5^VL}Pe+V"] {
        assert!(guid(&words, expect), "{expect} {:?}", words.notes());
    }
}

#[test]
fn a_type_in_the_place_of_a_shipped_one_is_told_once() {
    let mut words = Words::new(&[("a.yaml", TWO)]);
    words.build();
    let own = "key: basic\nfields: [Front, Back]\ncard-templates:\n  - {name: C, front: {html: '{{Front}}'}, back: {html: '{{Back}}'}}\n";
    words.put("types/basic/type.yaml", own);
    assert_eq!(words.build(), ["W0724"]);
    assert!(words.build().is_empty());
    fs::remove_file(words.folder.join("types/basic/type.yaml")).unwrap();
    assert_eq!(words.build(), ["W0724"]);
    assert!(words.build().is_empty());
}
