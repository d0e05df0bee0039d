//! Ids written into the sources and taken out again: no note becomes another one, nothing else
//! in the files changes, and what was written can be taken out to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::project::ids::{IdOptions, IdPlan};
use deckle::project::{BuildOptions, Project};
use deckle::source::stamp::IdStyle;
use proptest::prelude::*;

use crate::decks::{DECKS, copy_tree, example};

const MANIFEST: &str = "format: 1\nname: Bio\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n";
const STYLES: [IdStyle; 3] = [IdStyle::Comment, IdStyle::Attribute, IdStyle::Block];

struct Place {
    _scratch: tempfile::TempDir,
    folder: PathBuf,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("notes");
        fs::create_dir(&folder).unwrap();
        for (path, text) in files {
            fs::write(folder.join(path), text).unwrap();
        }
        Self {
            _scratch: scratch,
            folder,
        }
    }

    fn of_example(name: &str) -> Self {
        let place = Self::new(&[]);
        copy_tree(&example(name), &place.folder);
        place
    }

    fn project(&self) -> Project {
        Project::open(&self.folder).unwrap()
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap()
    }

    /// The package, and the lock where one is kept.
    fn build(&self) -> (Vec<u8>, Option<String>) {
        let output = self.folder.join("dist/out.apkg");
        let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).output(&output);
        self.project().build(&options).unwrap().write().unwrap();
        let lock = fs::read_to_string(self.folder.join("deckle.lock")).ok();
        (fs::read(output).unwrap(), lock)
    }

    fn add(&self, style: IdStyle) -> IdPlan {
        let options = IdOptions::new().style(style);
        self.project().add_ids(&options).unwrap()
    }

    fn strip(&self) -> IdPlan {
        self.project().strip_ids(&IdOptions::new()).unwrap()
    }

    /// The project's files, without what builds write.
    fn sources(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.folder, &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if !path.ends_with("dist/out.apkg") && !path.ends_with("deckle.lock") {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

fn reasons(plan: &IdPlan) -> Vec<&'static str> {
    plan.left().iter().map(|it| it.reason).collect()
}

/// What is planned where the ids of people count, too.
fn strip_all(place: &Place) -> IdPlan {
    let options = IdOptions::new().all(true);
    place.project().strip_ids(&options).unwrap()
}

#[test]
fn stamped_examples_build_the_same_and_come_back_to_the_byte() {
    let mut written = 0;
    for name in DECKS {
        for (style, locked) in STYLES.into_iter().zip([true, false, true]) {
            let (place, unstamped) = (Place::of_example(name), Place::of_example(name));
            // The lock knows the notes without the ids that people gave them.
            strip_all(&place).write().unwrap();
            if !locked {
                strip_all(&unstamped).write().unwrap();
                fs::remove_file(place.folder.join("deckle.lock")).unwrap();
                fs::remove_file(unstamped.folder.join("deckle.lock")).unwrap();
            }
            let before = place.sources();
            let plan = place.add(style);
            // Only what has no place for an id may be left.
            for reason in reasons(&plan) {
                assert!(reason.contains("no place"), "{name}: {reason}");
            }
            let changes = plan.changes();
            written += changes;
            plan.write().unwrap();
            assert_eq!(place.sources() == before, changes == 0, "{name}");
            assert_eq!(place.add(style).changes(), 0, "{name}: a second run");
            assert!(place.build() == unstamped.build(), "{name} {style:?}");

            let plan = if locked {
                strip_all(&place)
            } else {
                place.strip()
            };
            assert_eq!(plan.changes(), changes, "{name}: {:?}", plan.left());
            plan.write().unwrap();
            assert!(place.sources() == before, "{name} {style:?}");
        }
    }
    assert!(written > 100, "{written}");
}

#[test]
fn the_ids_of_the_lock_are_written_whatever_the_mode() {
    let place = Place::new(&[
        ("deckle.yaml", MANIFEST),
        (
            "a.md",
            "## What pumps?\n\nHeart\n\n## What breathes?\n\nLungs\n",
        ),
    ]);
    place.build();
    let lock = place.text("deckle.lock");
    // Who goes over to ids in the sources must not begin anew.
    fs::write(
        place.folder.join("deckle.yaml"),
        format!("{MANIFEST}ids: inline\n"),
    )
    .unwrap();
    let plan = place.add(IdStyle::Comment);
    assert_eq!((plan.changes(), plan.left().len()), (2, 0));
    for change in &plan.files()[0].changes {
        assert!(lock.contains(&format!("note\t{}\t", change.id)), "{lock}");
    }
    plan.write().unwrap();
    assert_eq!(place.build().1.unwrap(), lock);
    let refused = place.project().strip_ids(&IdOptions::new()).unwrap_err();
    assert!(refused.to_string().contains("ids: inline"), "{refused}");
}

#[test]
fn an_id_stays_where_the_note_would_be_another_one_without_it() {
    let place = Place::new(&[
        ("deckle.yaml", MANIFEST),
        (
            "a.md",
            "## What pumps?\n\nHeart\n\n## What breathes?\n\nLungs\n",
        ),
    ]);
    place.add(IdStyle::Attribute).write().unwrap();
    let stamped = place.text("a.md");
    fs::write(
        place.folder.join("a.md"),
        stamped.replace("What pumps?", "Which organ moves the blood?"),
    )
    .unwrap();
    let plan = place.strip();
    assert_eq!((plan.changes(), plan.left().len()), (1, 1));
    assert!(plan.left()[0].reason.contains("a build first"));
    // A build tells the lock.
    place.build();
    let plan = place.strip();
    assert_eq!((plan.changes(), plan.left().len()), (2, 0));
    let guids = place.build();
    plan.write().unwrap();
    assert!(place.build() == guids);
    assert!(!place.text("a.md").contains("n-"));
}

#[test]
fn ids_of_people_stay_unless_all_are_meant() {
    let source = "## What pumps? {#pump}\n\nHeart\n";
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("a.md", source)]);
    place.build();
    assert_eq!(place.add(IdStyle::Comment).changes(), 0);
    assert_eq!((place.strip().changes(), place.strip().settled()), (0, 1));
    let plan = place.project().strip_ids(&IdOptions::new().all(true));
    plan.unwrap().write().unwrap();
    assert_eq!(place.text("a.md"), "## What pumps?\n\nHeart\n");
    // The lock still knows the note, so its id can come back.
    place.add(IdStyle::Attribute).write().unwrap();
    assert_eq!(place.text("a.md"), source);
}

#[test]
fn some_paths_get_the_ids_that_they_have_in_the_whole() {
    let same = "- {front: el gato, back: the cat}\n";
    let place = Place::new(&[
        ("deckle.yaml", MANIFEST),
        ("a.yaml", same),
        ("b.yaml", same),
        ("_c.yaml", same),
    ]);
    let before = place.build();
    let project = Project::open(place.folder.join("b.yaml")).unwrap();
    let plan = project.add_ids(&IdOptions::new()).unwrap();
    let paths: Vec<&str> = plan.files().iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["b.yaml"]);
    plan.write().unwrap();
    assert_eq!(place.text("a.yaml"), same);
    assert!(place.build() == before);
    let project = Project::open(place.folder.join("_c.yaml")).unwrap();
    let refused = project.add_ids(&IdOptions::new()).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("none of the project's sources")
    );
}

#[test]
fn what_changes_a_note_is_left_alone_and_told() {
    let check = |path: &str, source: &str, changes: usize, reason: &str| {
        let place = Place::new(&[("deckle.yaml", MANIFEST), (path, source)]);
        let plan = place.add(IdStyle::Comment);
        assert!(!plan.report().diagnostics.has_errors(), "{source}");
        assert_eq!(plan.changes(), changes, "{source}");
        let found = reasons(&plan);
        assert!(
            found.len() == 1 && found[0].contains(reason),
            "{source}: {found:?}"
        );
        let before = place.build();
        plan.write().unwrap();
        assert!(place.build() == before, "{source}");
    };
    // The line below the heading is below its answer.
    check(
        "a.md",
        "## a <!-- a remark\nof two lines --> x\n\nb\n",
        0,
        "by hand",
    );
    check("a.yaml", "- {front: a, back: b}\n- [c, d]\n", 1, "no place");
    check(
        "a.yaml",
        "notes:\n- front: a\n  back: b\npairs: {c: d}\n",
        1,
        "no place",
    );
}

#[test]
fn errors_and_changed_files_stop_everything() {
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("a.md", "## a\n\n## b\n\nc\n")]);
    let plan = place.add(IdStyle::Comment);
    assert!(plan.report().diagnostics.has_errors());
    assert_eq!(plan.changes(), 0);
    assert!(plan.write().is_err());

    fs::write(place.folder.join("a.md"), "## b\n\nc\n").unwrap();
    let plan = place.add(IdStyle::Comment);
    fs::write(place.folder.join("a.md"), "## b\n\nd\n").unwrap();
    let refused = plan.write().unwrap_err();
    assert!(refused.to_string().contains("has changed"), "{refused}");
    assert_eq!(place.text("a.md"), "## b\n\nd\n");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("_a.md", "## b\n\nc\n")]);
    let (real, link) = (place.folder.join("_a.md"), place.folder.join("a.md"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("_a.md", &link).unwrap();
    place.add(IdStyle::Comment).write().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let mode = fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(place.text("_a.md").contains("<!-- id: n-"));
}

/// A file of notes as people may write them.
fn file() -> impl Strategy<Value = (&'static str, String)> {
    let word = prop::sample::select(vec!["a", "b é", "{{c1::x}}", "==y==", "C#", "`{z}`"]);
    let heading = (
        word.clone(),
        prop::sample::select(vec![
            "",
            " {.t}",
            " ##",
            " <!-- r -->",
            " {.t} ##",
            "  ",
            "\n<!-- tags: u -->",
            "\n<!-- {flag: red,\n tags: v} -->",
        ]),
        prop::sample::select(vec!["\n", "\n\n", "\n\n    "]),
        word.clone(),
    );
    let heading = heading.prop_map(|(a, tail, gap, b)| format!("## {a}{tail}{gap}{b}\n"));
    let label = (
        prop::sample::select(vec!["", "<!-- tags: u -->\n", "\n"]),
        word.clone(),
        prop::sample::select(vec![" ", "\n", "\n- "]),
        word.clone(),
    );
    let label = label.prop_map(|(above, a, gap, b)| format!("{above}Q: {a}\nA:{gap}{b}\n"));
    let value = prop::sample::select(vec!["a", "b é", "'{{c1::x}}'", "C#", "'x: y'"]);
    let item = (
        prop::sample::select(vec![0, 1, 2, 3, 4, 5]),
        value.clone(),
        value,
    );
    let item = item.prop_map(|(form, a, b)| match form {
        0 => format!("- front: {a}\n  back: {b}\n"),
        1 => format!("- {{front: {a}, back: {b}}}\n"),
        2 => format!("-   # r\n    \"front\": {a}\n\n    back: |\n      {b}\n"),
        3 => format!("- [{a}, {b}]\n"),
        4 => format!("-\n  back: {b}\n  # r\n  front: {a}\n"),
        _ => format!("- {{ # r\n    front: {a},\n    back: {b} }}\n"),
    });
    let list = |notes| prop::collection::vec(notes, 1..6).prop_map(|it: Vec<String>| it.concat());
    prop_oneof![
        list(heading.boxed()).prop_map(|it| ("a.md", it)),
        list(label.boxed()).prop_map(|it| ("a.md", it)),
        list(item.boxed()).prop_map(|it| ("a.yaml", it)),
    ]
}

/// Anything that the notations are made of.
fn soup() -> impl Strategy<Value = (&'static str, String)> {
    let markdown = vec![
        "## ",
        "# ",
        "a",
        " ",
        "\n",
        "\n\n",
        "{",
        "}",
        "#",
        "^b",
        "<!--",
        " -->",
        "id: x",
        "Q: ",
        "A: ",
        "C: ",
        "{{c1::y}}",
        "---\n",
        "```\n",
        "- ",
        "$$",
        "\\",
        "é",
        "cards off",
        "===\n",
    ];
    let yaml = vec![
        "- ", "front: ", "back: ", "a", "b", "\n", "\n  ", "{", "}", "[", "]", ", ", "id: x", "#",
        "'", "|", "notes:", "pairs:", "&x ", "*x", "? ", ": ", "é", "---\n",
    ];
    let text = |begins: Vec<&'static str>, tokens| {
        let tokens = prop::collection::vec(prop::sample::select(tokens), 0..24);
        let begins = prop::sample::select(begins);
        (begins, tokens).prop_map(|(begin, it)| format!("{begin}{}", it.concat()))
    };
    let begins = vec!["", "## a\nb\n", "## a", "Q: a\nA: b\n", "Q: a\nA: b"];
    let items = vec![
        "",
        "- front: a\n  back: b\n",
        "- {front: a, back: b",
        "- front: a\n  back:",
    ];
    prop_oneof![
        text(begins, markdown).prop_map(|it| ("a.md", it)),
        text(items, yaml).prop_map(|it| ("a.yaml", it)),
    ]
}

/// As another editor would save it.
fn saved((path, text): (&'static str, String), how: u8) -> (&'static str, String) {
    let mut text = text;
    if how & 1 != 0 {
        text = text.replace('\n', "\r\n");
    }
    if how & 2 != 0 {
        text = text.trim_end().to_owned();
    }
    if how & 4 != 0 {
        text.insert(0, '\u{feff}');
    }
    (path, text)
}

/// How many ids were written, and why notes were left.
fn round_trip(path: &str, source: &str, style: IdStyle) -> (usize, Vec<&'static str>) {
    let place = Place::new(&[("deckle.yaml", MANIFEST), (path, source)]);
    let plan = place.add(style);
    let (changes, left) = (plan.changes(), reasons(&plan));
    if plan.report().diagnostics.has_errors() {
        return (0, left);
    }
    let output = |name: &str| place.folder.join(name);
    let time = BuildTime::from_unix(1_800_000_000);
    let build = |name: &str| {
        let options = BuildOptions::new(time).output(output(name));
        let build = place.project().build(&options).unwrap();
        let bytes = build.package().map(|it| it.to_bytes().unwrap());
        bytes.ok_or_else(|| build.report().diagnostics.has_errors())
    };
    let before = build("dist/a.apkg");
    plan.write().unwrap();
    assert!(build("dist/a.apkg") == before, "{source:?}");
    assert_eq!(place.add(style).changes(), 0, "{source:?}");
    let plan = place.strip();
    assert_eq!(
        (plan.changes(), reasons(&plan)),
        (changes, vec![]),
        "{source:?}"
    );
    plan.write().unwrap();
    assert_eq!(place.text(path), source);
    (changes, left)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn generated_files_come_back_to_the_byte(file in file(), how in 0_u8..8, style in 0_usize..3) {
        let (path, source) = saved(file, how);
        let (_, left) = round_trip(path, &source, STYLES[style]);
        for reason in left {
            prop_assert!(reason.contains("list of values"), "{source:?}: {reason}");
        }
    }

    #[test]
    fn any_text_comes_back_to_the_byte(file in soup(), how in 0_u8..8, style in 0_usize..3) {
        let (path, source) = saved(file, how);
        round_trip(path, &source, STYLES[style]);
    }
}
