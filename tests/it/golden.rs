//! Whole projects, letter for letter as the format was designed by them: `tests/golden/NAME/in`.
//!
//! `findings.txt` is what is told of it, where its author made mistakes on purpose; `mended/` holds
//! the files as `check --fix` leaves them then, `corrected/` those that only a person can mend, and
//! `left.txt` is what is told after that. `notes.txt` is what stands in the package: for each
//! note its place, its id with what this comes from, its guid, note type, deck, tags, fields and
//! cards. `deviations.txt` names the fields that the design has differently, as
//! `PLACE FIELD: what it should hold`; such a line has to go when it comes true.
//! `SNAPSHOTS=overwrite` writes what is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::diag::render_short;
use deckle::package::{Contents, PackageReader};
use deckle::project::show::{ShownAt, ShownNote};
use deckle::project::{BuildOptions, Project, Report};

use crate::cli::Place;
use crate::decks::copy_tree;
use crate::judge::judge;

const TIME: i64 = 1_795_320_000;

/// The six that the format was designed by, and a vault as people have them.
pub(crate) const PROJECTS: [&str; 7] = [
    "french", "maths", "medicine", "rome", "rust", "school", "vault",
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn options(output: &Path) -> BuildOptions {
    BuildOptions::new(BuildTime::from_unix(TIME)).output(output)
}

fn findings(report: &Report) -> String {
    let line = |it| render_short(it, &report.sources) + "\n";
    report.diagnostics.iter().map(line).collect()
}

/// A project without its author's mistakes, and its package.
pub(crate) fn built(name: &str, scratch: &Path) -> (PathBuf, PathBuf) {
    let project = scratch.join(name);
    copy_tree(&folder(name).join("in"), &project);
    for by in ["mended", "corrected"] {
        let files = folder(name).join(by);
        if files.exists() {
            copy_tree(&files, &project);
        }
    }
    let output = scratch.join(format!("{name}.apkg"));
    let build = Project::open(&project)
        .unwrap()
        .build(&options(&output))
        .unwrap();
    let left = fs::read_to_string(folder(name).join("left.txt")).unwrap_or_default();
    assert_eq!(findings(build.report()), left, "{name}");
    build.write().unwrap();
    (project, output)
}

/// The files of a folder, relative to it.
fn files(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, found);
        } else {
            let relative = path.strip_prefix(root).unwrap();
            found.push(relative.to_str().unwrap().replace('\\', "/"));
        }
    }
    found.sort();
}

/// What `deckle show` says of each note, by guid; of a variant of the project, if it has some.
pub(crate) fn shown(folder: &Path, variant: Option<&str>) -> BTreeMap<String, ShownNote> {
    let mut project = Project::open(folder).unwrap();
    if let Some(key) = variant {
        project = project.variant(key).unwrap();
    }
    let mut paths = Vec::new();
    files(folder, folder, &mut paths);
    let mut found = BTreeMap::new();
    for path in paths {
        let text = fs::read_to_string(folder.join(&path)).unwrap_or_default();
        let mut line = 1;
        while line <= text.lines().count() {
            // What is no source of notes is refused, which is no matter here.
            let Ok(shown) = project.show(&path, line) else {
                break;
            };
            line += 1;
            if let Some(ShownAt::Note(note)) = shown.at {
                line = line.max(note.end_line + 1);
                found.insert(note.guid.clone(), *note);
            }
        }
    }
    found
}

/// The notes of a package in the order of their new cards.
pub(crate) fn notes(contents: &Contents, shown: &BTreeMap<String, ShownNote>) -> String {
    let decks: BTreeMap<i64, &str> = contents.decks.iter().map(|it| (it.id, &*it.name)).collect();
    let mut told = BTreeSet::new();
    let mut order: Vec<_> = contents.cards.iter().map(|it| (it.due, it.note)).collect();
    order.sort_unstable();
    let mut text = String::new();
    for (_, id) in order {
        if !told.insert(id) {
            continue;
        }
        let note = contents.notes.iter().find(|it| it.id == id).unwrap();
        let of_type = |it: &&deckle::package::StoredNoteType| it.id == note.note_type;
        let note_type = contents.note_types.iter().find(of_type).unwrap();
        let source = &shown[&note.guid];
        let (path, line) = (&source.path, source.line);
        let known = source.id.as_deref().unwrap_or("-");
        let from = source.identity.as_str();
        writeln!(
            text,
            "{path}:{line} id {known} from {from}, guid {}",
            note.guid
        )
        .unwrap();
        let mut cards: Vec<_> = contents.cards.iter().filter(|it| it.note == id).collect();
        cards.sort_by_key(|it| it.ordinal);
        let deck = decks[&cards[0].deck];
        writeln!(
            text,
            "  {} ({}) in {deck}",
            note_type.name, source.note_type
        )
        .unwrap();
        let tags: Vec<&str> = note.tags().collect();
        if !tags.is_empty() {
            writeln!(text, "  tags: {}", tags.join(" ")).unwrap();
        }
        for (field, value) in note_type.fields.iter().zip(note.fields()) {
            if !value.is_empty() {
                writeln!(text, "  {}: {}", field.name, value.replace('\n', "\n    ")).unwrap();
            }
        }
        for (card, name) in cards.iter().zip(source.cards.iter().map(|it| &it.name)) {
            write!(text, "  card {}, {name}", card.ordinal + 1).unwrap();
            if card.queue == -1 {
                text.push_str(", suspended");
            }
            if card.flags != 0 {
                write!(text, ", flag {}", card.flags).unwrap();
            }
            text.push('\n');
        }
        assert_eq!(cards.len(), source.cards.len(), "{path}:{line}");
        assert!(
            cards.iter().all(|it| decks[&it.deck] == deck),
            "{path}:{line}"
        );
    }
    let media: Vec<&str> = contents.media.iter().map(|it| &*it.name).collect();
    writeln!(text, "media: {}", media.join(" ")).unwrap();
    text
}

/// Tells where a file is not what it should be, or writes it.
pub(crate) fn compare(path: &Path, found: &str, wrong: &mut Vec<String>) {
    let expect = fs::read_to_string(path).unwrap_or_default();
    if expect == found {
        return;
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write(path, found).unwrap();
    } else {
        wrong.push(format!("{} should be:\n{found}", path.display()));
    }
}

/// The text of a field in what [`notes`] gave.
fn field<'a>(notes: &'a str, place: &str, name: &str) -> &'a str {
    let note = notes.split_once(&format!("{place} ")).unwrap().1;
    let value = note.split_once(&format!("\n  {name}: ")).unwrap().1;
    value.split("\n  ").next().unwrap()
}

#[test]
fn whole_projects_become_the_notes_that_were_meant() {
    let scratch = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut packages = Vec::new();
    for name in PROJECTS {
        let folder = folder(name);
        let as_written = scratch.path().join("as written").join(name);
        copy_tree(&folder.join("in"), &as_written);
        let project = Project::open(&as_written).unwrap();
        let report = project.check(&options(Path::new("out.apkg"))).unwrap();
        compare(&folder.join("findings.txt"), &findings(&report), &mut wrong);
        project
            .fix(&options(Path::new("out.apkg")))
            .unwrap()
            .write()
            .unwrap();
        let mended = folder.join("mended");
        let mut paths = Vec::new();
        if mended.exists() {
            files(&mended, &mended, &mut paths);
        }
        for path in paths {
            let text = fs::read_to_string(as_written.join(&path)).unwrap();
            compare(&mended.join(path), &text, &mut wrong);
        }

        let (project, package) = built(name, scratch.path());
        let contents = PackageReader::open(&package).unwrap().into_contents();
        let text = notes(&contents, &shown(&project, None));
        compare(&folder.join("notes.txt"), &text, &mut wrong);
        let deviations = fs::read_to_string(folder.join("deviations.txt")).unwrap_or_default();
        for line in deviations.lines() {
            let (at, designed) = line.split_once(": ").unwrap();
            let (place, of) = at.split_once(' ').unwrap();
            let found = field(&text, place, of);
            if found == designed {
                wrong.push(format!("{name}: no deviation any more: {line}"));
            }
        }
        packages.push(package);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    judge(&packages);
}

#[test]
fn a_project_with_its_lock_is_built_where_nothing_may_change() {
    let place = Place::new(&[]);
    let (project, _) = built("school", place.outer.path());
    let locked = ["build", "--locked", "--message-format", "github"];
    let run = |folder: &Path| {
        let mut command = place.command(&locked);
        command.current_dir(folder).output().unwrap()
    };
    let output = run(&project);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    assert!(project.join("dist/school.apkg").exists());
    // Without the lock there would be ids to write down.
    fs::remove_file(project.join("deckle.lock")).unwrap();
    assert!(!run(&project).status.success());
}

/// Numbers of clozes that are gone go to no others, as the lock of Rome knows them.
#[test]
fn a_deleted_cloze_leaves_the_numbers_of_the_others() {
    let scratch = tempfile::tempdir().unwrap();
    let (project, output) = built("rome", scratch.path());
    let path = project.join("rome.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace(" ==Julius Caesar==", " he")).unwrap();
    let build = Project::open(&project)
        .unwrap()
        .build(&options(&output))
        .unwrap();
    build.write().unwrap();
    let contents = PackageReader::open(&output).unwrap().into_contents();
    let text = notes(&contents, &shown(&project, None));
    assert_eq!(
        field(&text, "rome.md:8", "Text"),
        "In {{c2::49 BC}} he crossed the {{c1::Rubicon::river}} with the {{c4::Legio XIII}}."
    );
}

/// A file system may keep a name in another normal form than an author's keyboard.
#[test]
fn a_file_is_found_in_both_normal_forms_of_its_name() {
    let forms = ["th\u{e9}", "the\u{301}"];
    let mut built = BTreeSet::new();
    for stored in forms {
        for written in forms {
            let scratch = tempfile::tempdir().unwrap();
            let project = scratch.path().join("french");
            copy_tree(&folder("french").join("in"), &project);
            let audio = project.join("audio");
            fs::rename(audio.join("eau.mp3"), audio.join(format!("{stored}.mp3"))).unwrap();
            let csv = fs::read_to_string(project.join("drinks.csv")).unwrap();
            fs::write(
                project.join("drinks.csv"),
                csv.replace("eau.mp3", &format!("{written}.mp3")),
            )
            .unwrap();
            let output = scratch.path().join("out.apkg");
            let build = Project::open(&project)
                .unwrap()
                .build(&options(&output))
                .unwrap();
            assert_eq!(findings(build.report()), "", "{stored:?} {written:?}");
            build.write().unwrap();
            built.insert(fs::read(&output).unwrap());
        }
    }
    assert_eq!(built.len(), 1, "the package depends on the normal form");
}
