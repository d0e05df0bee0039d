//! A package that was unpacked and built is the package that it was.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use deckle::package::{Contents, PackageReader};
use deckle::project::{BuildOptions, NoticeKind, Project, UnpackOptions, Unpacked, unpack};
use deckle::{BuildTime, Deck, ErrorKind, Note, NoteType, Package};
use proptest::prelude::*;

use crate::judge::{run_script, with_each_backend};

const TIME: i64 = 1_700_000_000;
const LATER: i64 = 1_900_000_000;

/// Unpacks and builds again; the new package lies beside the old one.
fn round_trip(package: &Path) -> (Unpacked, PathBuf) {
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
            assert!(!unpacked.report.diagnostics.has_errors());
            let kept = unpacked
                .notices
                .iter()
                .all(|it| it.kind == NoticeKind::Lost);
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
    assert!(!project.build(&options).unwrap().write().unwrap().changed);
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
