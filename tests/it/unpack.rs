//! A package that was unpacked and built is the package that it was.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use deckle::package::{Contents, PackageReader};
use deckle::project::unpack::{NoticeKind, UnpackOptions, Unpacked, unpack};
use deckle::project::{BuildOptions, Project};
use deckle::{BuildTime, Deck, ErrorKind, Note, NoteType, Package};
use proptest::prelude::*;

use crate::judge::{run_script, with_each_backend};
use crate::sample::sample;

const TIME: i64 = 1_700_000_000;
const LATER: i64 = 1_900_000_000;

/// Unpacks and builds again; the new package lies beside the old one.
pub(crate) fn round_trip(package: &Path) -> (Unpacked, PathBuf) {
    let folder = package.with_extension("");
    let unpacked = unpack(package, &folder, &UnpackOptions::new("uid")).unwrap();
    let rebuilt = package.with_extension("rebuilt.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(LATER)).output(&rebuilt);
    let build = Project::open(&folder).unwrap().build(&options).unwrap();
    build.write().unwrap();
    (unpacked, rebuilt)
}

fn read(package: &Path) -> Contents {
    PackageReader::open(package).unwrap().into_contents()
}

/// What an import goes by, for each note.
fn notes(contents: &Contents) -> BTreeMap<&str, (i64, i64, i64, &str, &str)> {
    let note = |it| {
        let it: &deckle::package::StoredNote = it;
        (
            it.guid.as_str(),
            (it.id, it.note_type, it.modified, &*it.tags, &*it.fields),
        )
    };
    contents.notes.iter().map(note).collect()
}

#[test]
fn what_anki_exports_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut pairs: Vec<PathBuf> = Vec::new();
    for backend in ["anki-26.9.3", "anki-25.9.2"] {
        let exports = folder.path().join(backend);
        std::fs::create_dir(&exports).unwrap();
        let arguments = [OsStr::new("make"), exports.as_os_str()];
        let made = run_script(backend, "unpacking.py", &arguments, b"").unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let names = [
            "legacy.apkg",
            "latest.apkg",
            "legacy-deck.apkg",
            "latest-deck.apkg",
            "all.colpkg",
        ];
        for package in names.map(|name| exports.join(name)) {
            let (unpacked, rebuilt) = round_trip(&package);
            // One more has shapes that hide in different ways.
            let is_whole =
                !package.ends_with("legacy-deck.apkg") && !package.ends_with("latest-deck.apkg");
            assert!(!is_whole || unpacked.masked_notes == 2, "{unpacked:?}");
            assert!(!unpacked.report.diagnostics.has_errors());
            let kept = unpacked
                .notices
                .iter()
                .all(|it| matches!(it.kind, NoticeKind::Lost | NoticeKind::Kept));
            assert!(kept, "{:?}", unpacked.notices);
            pairs.extend([package, rebuilt]);
        }
    }
    let mut arguments = vec![OsStr::new("compare")];
    arguments.extend(pairs.iter().map(|it| it.as_os_str()));
    let found = with_each_backend(|backend| {
        let output = run_script(backend, "unpacking.py", &arguments, b"")?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let found = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(found).ok_or(errors)
    });
    let found = found.unwrap().concat();
    assert!(found.is_empty(), "{found}");
}

#[test]
fn the_lock_keeps_ids_times_and_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("deck.apkg");
    let mut deck = Deck::new("A::B");
    let basic = NoteType::basic();
    for text in ["one", "two", "three"] {
        let note = Note::new(&basic).fields([text, "<b>x</b>"]).key(text);
        deck.add(note.tag("t").modified(TIME - 5)).unwrap();
    }
    Package::new(BuildTime::from_unix(TIME))
        .deck(deck)
        .write(&package)
        .unwrap();
    let (unpacked, rebuilt) = round_trip(&package);
    assert_eq!(
        (unpacked.notes, unpacked.note_types, unpacked.notices.len()),
        (3, 0, 0)
    );
    assert_eq!(notes(&read(&package)), notes(&read(&rebuilt)));
    // The lock is the one that a build writes: nothing is left to be frozen.
    let lock = folder.path().join("deck/deckle.lock");
    let before = std::fs::read_to_string(&lock).unwrap();
    let options = BuildOptions::new(BuildTime::from_unix(LATER + 9)).output(&rebuilt);
    let project = Project::open(folder.path().join("deck")).unwrap();
    assert!(!project.build(&options).unwrap().write().unwrap()[0].changed);
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), before);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("deck.apkg");
    let mut deck = Deck::new("A");
    deck.add(Note::new(&NoteType::basic()).fields(["a", "b"]))
        .unwrap();
    Package::new(BuildTime::from_unix(TIME))
        .deck(deck)
        .write(&package)
        .unwrap();
    let options = UnpackOptions::new("uid");
    let target = folder.path().join("here");
    std::fs::create_dir(&target).unwrap();
    std::fs::write(target.join("mine"), "x").unwrap();
    let error = unpack(&package, &target, &options).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error}");
    assert_eq!(std::fs::read_dir(&target).unwrap().count(), 1);
    let error = unpack(&package, target.join("mine"), &options).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error}");
    assert!(
        unpack(
            folder.path().join("none.apkg"),
            folder.path().join("x"),
            &options
        )
        .is_err()
    );
    assert!(!folder.path().join("x").exists());
}

/// HTML as Anki's editor, browsers and other programs leave it in fields.
fn html() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "[a-z ]{1,8}",
        "[ -~]{1,6}",
        prop::sample::select(vec![
            "&amp;",
            "&lt;",
            "&gt;",
            "&nbsp;",
            "&quot;",
            "&hearts;",
            "<br>",
            "<br/>",
            "\n",
            "<hr>",
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<strong>",
            "</strong>",
            "<em>",
            "</em>",
            "<p>",
            "</p>",
            "<ul>",
            "<li>",
            "</li>",
            "</ul>",
            "<ol start=\"4\">",
            "</ol>",
            "<pre><code>",
            "</code></pre>",
            "<code>",
            "</code>",
            "<blockquote>",
            "</blockquote>",
            "<h2>",
            "</h2>",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "</tr>",
            "</table>",
            "\\(",
            "\\)",
            "\\[",
            "\\]",
            "{{c1::",
            "::hint",
            "}}",
            "[sound:a.mp3]",
            "<img src=\"b c.png\">",
            "<img src=\"http://x.org/y.png\">",
            "<a href=\"https://x.org\">",
            "</a>",
            "<span style=\"color:red\">",
            "</span>",
            "*",
            "**",
            "_",
            "`",
            "```",
            "#",
            "# ",
            "- ",
            "1. ",
            "> ",
            "~~",
            "==",
            "$",
            "$$",
            "|",
            "\\",
            "[",
            "](",
            "![",
            "![[",
            "]]",
            "<!-- x -->",
            "<!-- -->",
            "é",
            "e\u{301}",
            "日本",
            "\u{a0}",
            "\u{200b}",
            "\u{2028}",
            "\u{e000}",
            "---",
            "***",
            "[^1]",
            ":",
            ": ",
            " #",
            "'",
            "\"",
            "%",
            "\t",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 1..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn fields_of_any_html_survive(fields in prop::collection::vec((html(), html()), 60)) {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("deck.apkg");
        let mut deck = Deck::new("A");
        for (index, (front, back)) in fields.iter().enumerate() {
            let note_type = if index % 2 == 0 { NoteType::basic() } else { NoteType::optional_reversed() };
            let note = Note::new(&note_type).fields([&format!("n{index} {front}"), back]);
            deck.add(note.key(index.to_string())).unwrap();
        }
        Package::new(BuildTime::from_unix(TIME)).deck(deck).write(&package).unwrap();
        let (unpacked, rebuilt) = round_trip(&package);
        let changed: Vec<_> = unpacked.notices.iter().filter(|it| it.kind != NoticeKind::Lost).collect();
        prop_assert!(changed.is_empty(), "{:?}", changed);
        let (before, after) = (read(&package), read(&rebuilt));
        let (before, after) = (notes(&before), notes(&after));
        for (guid, note) in &before {
            prop_assert_eq!(after.get(guid), Some(note));
        }
        prop_assert_eq!(before.len(), after.len());
    }
}

/// The package with other names in its list of media.
pub(crate) fn with_media_names(package: &Path, names: &[&str]) {
    let bytes = std::fs::read(package).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(std::fs::File::create(package).unwrap());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == "media" {
            let names = names.iter().enumerate();
            let list = names.map(|(index, name)| (index.to_string(), serde_json::json!(name)));
            bytes = serde_json::to_vec(&list.collect::<serde_json::Map<_, _>>()).unwrap();
        }
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn hostile_names_stay_inside_of_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("a/b/c");
    std::fs::create_dir_all(&folder).unwrap();
    let package = folder.join("deck.apkg");
    let note_type = NoteType::builder("../../type")
        .fields(["Front", "Back"])
        .template("../Card", "{{Front}}", "{{Back}}")
        .build()
        .unwrap();
    let names = [
        "../../evil.png",
        "/abs.png",
        "con.png",
        "a/b.png",
        "C:\\x.png",
        "..",
        "",
        "A.png",
        "a.png",
    ];
    let mut new = Package::new(BuildTime::from_unix(TIME));
    for (index, name) in ["../../up", "_hidden", "/abs", "con::aux", "."]
        .iter()
        .enumerate()
    {
        let mut deck = Deck::new(*name);
        let picture = "<img src=\"../../evil.png\"><img src=\"A.png\"><img src=\"a.png\"> con.png";
        let note = Note::new(&note_type).fields([format!("{index}"), picture.to_owned()]);
        deck.add(note.key(index.to_string())).unwrap();
        new = new.deck(deck);
    }
    for index in 0..names.len() {
        let name = format!("_{index}.png");
        let bytes = sample(&name, &index.to_string());
        new = new.media_bytes(name, bytes);
    }
    new.write(&package).unwrap();
    with_media_names(&package, &names);
    let before = files_below(outer.path());
    let (unpacked, rebuilt) = round_trip(&package);
    let inside = folder.join("deck");
    let after = files_below(outer.path());
    for path in after.iter().filter(|path| !before.contains(path)) {
        let is_ours =
            path.starts_with(inside.to_str().unwrap()) || *path == rebuilt.to_str().unwrap();
        assert!(is_ours, "{path}");
    }
    let told = unpacked
        .notices
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    for name in ["evil.png", "con.png"] {
        assert!(told.contains(name), "{told}");
    }
    // Both letter cases are there, under names that differ.
    let contents = read(&rebuilt);
    let media: Vec<&str> = contents.media.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(media, ["....evil.png", "A.png", "a-2.png"]);
    assert_eq!(contents.notes.len(), 5);
}

#[test]
fn what_a_build_refuses_is_left_out_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path();
    let script = "
import sys
from anki.collection import Collection, ExportAnkiPackageOptions
folder = sys.argv[1]
col = Collection(folder + '/col.anki2')
for text in ('a good one', '<br>', '{{c1::x'):
    name = 'Cloze' if 'c1' in text else 'Basic'
    note = col.new_note(col.models.by_name(name))
    note.fields = [text, 'back']
    col.add_note(note, 1)
options = ExportAnkiPackageOptions(with_media=True)
col.export_anki_package(out_path=folder + '/deck.apkg', options=options, limit=None)
";
    std::fs::write(exports.join("make.py"), script).unwrap();
    let arguments = [exports.as_os_str()];
    let made = run_script(
        "anki-26.9.3",
        exports.join("make.py").to_str().unwrap(),
        &arguments,
        b"",
    );
    assert!(made.unwrap().status.success());
    let (unpacked, rebuilt) = round_trip(&exports.join("deck.apkg"));
    let broken: Vec<String> = unpacked.notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        broken,
        [
            "to mend: 1 note has `skip: true`, because a build would refuse it: the cloze has no end",
            "to mend: 1 note has `skip: true`, because a build would refuse it: the note makes no card",
        ]
    );
    let notes = std::fs::read_to_string(exports.join("deck/notes/Default.yaml")).unwrap();
    assert!(notes.contains("  # Left out of builds: the cloze has no end\n  - skip: true\n"));
    assert_eq!(read(&rebuilt).notes.len(), 1);
}
