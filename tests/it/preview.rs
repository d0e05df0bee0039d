//! Cards as pages: what is written, what stays, what a hostile package cannot do; and before a real browser, what
//! is seen.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use deckle::preview::{Preview, settle};
use deckle::project::{BuildOptions, Project};
use deckle::{BuildTime, Deck, ErrorKind, Flag, Note, NoteType, Package, Suspend};
use tempfile::TempDir;

use crate::cli::Place;

const TIME: BuildTime = BuildTime::from_unix(1_800_000_000);
const EXAMPLES: [&str; 5] = ["anatomy", "capitals", "physics", "rust", "spanish"];

/// All files of a preview by their paths.
fn site(folder: &Path) -> BTreeMap<String, String> {
    fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                collect(&entry.path(), &format!("{name}/"), files);
            } else {
                let bytes = fs::read(entry.path()).unwrap();
                files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    files
}

fn pages(files: &BTreeMap<String, String>) -> Vec<&String> {
    let cards = files.iter().filter(|it| it.0.contains("cards/"));
    cards.map(|it| it.1).collect()
}

fn example(name: &str, folder: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/decks");
    let project = Project::open(root.join(name)).unwrap();
    let preview = project.preview(&BuildOptions::new(TIME)).unwrap();
    assert!(!preview.report().diagnostics.has_errors());
    preview.write(folder, false, false).unwrap().index
}

fn package(folder: &Path, deck: Deck, media: &[(&str, &str)]) -> PathBuf {
    let path = folder.join("x.apkg");
    let mut package = Package::new(TIME).deck(deck);
    for (name, text) in media {
        package = package.media_bytes(*name, text.as_bytes());
    }
    package.write(&path).unwrap();
    path
}

#[test]
fn every_card_of_the_examples_is_on_a_page() {
    for name in EXAMPLES {
        let scratch = tempfile::tempdir().unwrap();
        let first = scratch.path().join("one");
        example(name, &first);
        let files = site(&first);
        let all = pages(&files)
            .iter()
            .map(|it| it.matches("<article ").count())
            .sum::<usize>();
        let counts = Project::open(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("examples/decks")
                .join(name),
        );
        let report = counts.unwrap().check(&BuildOptions::new(TIME)).unwrap();
        assert_eq!(all, report.statistics.cards, "{name}");
        for page in pages(&files) {
            assert_eq!(page.matches("class=\"problems\"").count(), 0, "{name}");
            assert_eq!(page.matches("class=\"deckle-tex\"").count(), 0, "{name}");
            // Every card knows its place.
            let places = page.matches("<li class=\"place\">").count();
            assert_eq!(places, page.matches("<article ").count(), "{name}");
        }
        // The same package gives the same bytes.
        let second = scratch.path().join("two");
        example(name, &second);
        assert_eq!(files, site(&second), "{name}");
    }
}

#[test]
fn a_card_says_what_is_to_be_known_of_it() {
    let scratch = tempfile::tempdir().unwrap();
    let mut deck = Deck::new("Words::Verbs");
    let note = Note::new(&NoteType::basic()).fields(["ser <b>o</b> estar", "to be"]);
    deck.add(
        note.key("ser")
            .tag("a1")
            .flag(Flag::Green)
            .suspend(Suspend::All),
    )
    .unwrap();
    let path = package(scratch.path(), deck, &[]);
    let guid = deckle::package::PackageReader::open(&path)
        .unwrap()
        .contents()
        .notes[0]
        .guid
        .clone();
    let mut preview = Preview::new("Title <x>").package("x", &path);
    preview
        .place(&guid, "verbs.md:3")
        .remark(&guid, "warning[W0001]: <odd>");
    let out = scratch.path().join("site");
    let previewed = preview.write(&out).unwrap();
    assert_eq!(
        (previewed.notes, previewed.cards, previewed.pages),
        (1, 1, 1)
    );
    let files = site(&out);
    let page = pages(&files)[0];
    for part in [
        "<h1>Words › Verbs</h1>",
        ">ser o estar</a></h2>",
        "<li class=\"place\">verbs.md:3</li>",
        "<li class=\"tag\">a1</li>",
        "<li class=\"flag flag-3\">green flag</li>",
        "<li class=\"state\">suspended</li>",
        "<li>warning[W0001]: &lt;odd&gt;</li>",
        "&lt;body class=\"card card1\">",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let index = &files["index.html"];
    assert!(index.contains("<title>Title &lt;x&gt;</title>"), "{index}");
    assert!(index.contains("1 card of 1 note in 2 decks"), "{index}");
    assert!(files["search/0.js"].contains("\"ser o estar\",\"to be\",\"verbs.md:3\""));
}

#[test]
fn only_what_changed_is_written() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("site");
    let notes = NoteType::basic();
    let show = |words: &[(&str, &str)], decks: &[&str]| {
        let mut package = Package::new(TIME);
        for deck_name in decks {
            let mut deck = Deck::new(*deck_name);
            for (front, back) in words {
                let key = format!("{deck_name}{front}");
                deck.add(Note::new(&notes).fields([*front, *back]).key(key))
                    .unwrap();
            }
            package.add_deck(deck);
        }
        let path = scratch.path().join("x.apkg");
        package
            .media_bytes("_a.css", "x")
            .media_bytes("b.png", "y")
            .write(&path)
            .unwrap();
        Preview::new("x").package("x", path).write(&out).unwrap()
    };
    let stamps = |out: &Path| -> Vec<std::time::SystemTime> {
        let files = site(out).into_keys().filter(|it| it != "stamp.js");
        files
            .map(|it| fs::metadata(out.join(it)).unwrap().modified().unwrap())
            .collect()
    };
    let words = [("a", "<img src=\"b.png\">"), ("c", "d")];
    let first = show(&words, &["A", "B"]);
    assert_eq!((first.pages, first.media, first.removed), (2, 2, 0));
    let before = stamps(&out);
    let again = show(&words, &["A", "B"]);
    assert_eq!((again.changed, again.removed), (0, 0));
    assert_eq!(stamps(&out), before);
    // One page and the index go, its style stays as it was.
    let less = show(&words, &["A"]);
    assert_eq!((less.pages, less.removed), (1, 1));
    let files = site(&out);
    assert_eq!(pages(&files).len(), 1);
    assert!(!files["stamp.js"].contains("\"live\":true"));
    // A picture that nothing shows any more goes; what names itself a file of templates stays.
    let less = show(&[("c", "d")], &["A"]);
    assert_eq!((less.media, less.removed), (1, 1));
    assert!(site(&out)["index.html"].contains("1 media file on no card"));
}

#[test]
fn a_folder_of_somebody_else_stays_as_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let mut deck = Deck::new("x");
    deck.add(Note::new(&NoteType::basic()).fields(["a", "b"]).key("a"))
        .unwrap();
    let path = package(scratch.path(), deck, &[]);
    let error = Preview::new("x")
        .package("x", &path)
        .write(scratch.path())
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Usage(text) if text.contains("something else than a preview"))
    );
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn live_pages_are_settled() {
    let scratch = tempfile::tempdir().unwrap();
    let mut deck = Deck::new("x");
    deck.add(Note::new(&NoteType::basic()).fields(["a", "b"]).key("a"))
        .unwrap();
    let path = package(scratch.path(), deck, &[]);
    let out = scratch.path().join("site");
    Preview::new("x")
        .package("x", &path)
        .live(true)
        .ignored(true)
        .write(&out)
        .unwrap();
    let files = site(&out);
    assert!(files["stamp.js"].contains("\"live\":true") && files[".gitignore"] == "*\n");
    settle(&out).unwrap();
    settle(scratch.path()).unwrap();
    assert!(site(&out)["stamp.js"].contains("\"live\":false"));
}

/// Text that ends everything that it could stand in.
const HOSTILE: &str = "'\"></noscript></iframe></script></title></style>--><script>top.evil = 1</script><img src=x onerror=\"top.evil = 1\">{{cards}}";

fn hostile(folder: &Path) -> PathBuf {
    let note_type = NoteType::builder("TYPE")
        .fields(["Front", "Back"])
        .template("TEMPLATE", "{{Front}}", "{{FrontSide}}{{Back}}")
        .css(format!("</style>{HOSTILE}"))
        .id(7)
        .build()
        .unwrap();
    let mut deck = Deck::new("DECK");
    let back = "<base href=\"https://example.com/\"><meta http-equiv=refresh content=\"0;url=https://example.com/\">";
    let note = Note::new(&note_type).fields([HOSTILE, back]).tag("TAG");
    deck.add(note.key("k")).unwrap();
    let path = package(folder, deck, &[]);
    // Names that no program but a hostile one writes.
    let words = ["TYPE", "TEMPLATE", "DECK", "TAG"];
    with_database(&path, |database| {
        let quoted = serde_json::to_string(HOSTILE).unwrap();
        let quoted = quoted.trim_matches('"').trim_end_matches('\\');
        for word in words {
            let sql =
                "UPDATE col SET models = replace(models, ?1, ?2), decks = replace(decks, ?1, ?2)";
            database.execute(sql, [word, quoted]).unwrap();
        }
        let spaceless = HOSTILE.replace(' ', "\u{a0}");
        let sql = "UPDATE notes SET tags = replace(tags, 'TAG', ?1)";
        database.execute(sql, [spaceless]).unwrap();
    });
    path
}

/// The package with its database changed.
fn with_database(package: &Path, change: impl Fn(&rusqlite::Connection)) {
    let bytes = fs::read(package).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(fs::File::create(package).unwrap());
    let file = package.with_extension("db");
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == "collection.anki2" {
            fs::write(&file, &bytes).unwrap();
            change(&rusqlite::Connection::open(&file).unwrap());
            bytes = fs::read(&file).unwrap();
        }
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();
    fs::remove_file(file).unwrap();
}

#[test]
fn nothing_breaks_out_of_a_page() {
    let scratch = tempfile::tempdir().unwrap();
    let path = hostile(scratch.path());
    let out = scratch.path().join("site");
    let guid = deckle::package::PackageReader::open(&path)
        .unwrap()
        .contents()
        .notes[0]
        .guid
        .clone();
    let mut preview = Preview::new(HOSTILE).package(HOSTILE, &path);
    preview.place(&guid, HOSTILE).remark(&guid, HOSTILE);
    preview.write(&out).unwrap();
    let files = site(&out);
    for (name, text) in files
        .iter()
        .filter(|it| it.0.ends_with(".html") && !it.0.starts_with("look/"))
    {
        let lower = text.to_lowercase();
        // All scripts are files of the preview, and no tag but its own is there.
        let scripts = lower.matches("<script").count();
        assert_eq!(
            scripts,
            lower.matches("<script src=\"../look/").count()
                + lower.matches("<script src=\"look/").count(),
            "{name}"
        );
        for tag in ["<img", "<base", "<style"] {
            assert!(!lower.contains(tag), "{name}: {tag}");
        }
        assert_eq!(
            lower.matches("</noscript>").count(),
            lower.matches("<noscript>").count(),
            "{name}"
        );
        assert_eq!(
            lower.matches("</iframe>").count(),
            lower.matches("<iframe ").count(),
            "{name}"
        );
        assert!(lower.contains("content-security-policy"), "{name}");
        assert!(lower.contains("&lt;script&gt;top.evil"), "{name}");
    }
}

#[test]
fn nothing_leaves_the_folder() {
    let scratch = tempfile::tempdir().unwrap();
    let mut deck = Deck::new("../../outside");
    let text = "<img src=\"good.png\"><img src=\"../bad.png\"><img src=\"evil.png\">";
    deck.add(Note::new(&NoteType::basic()).fields([text, "b"]).key("a"))
        .unwrap();
    let path = package(
        scratch.path(),
        deck,
        &[("good.png", "y"), ("evil.png", "z")],
    );
    // Only a list that was written by hand names such files.
    crate::unpack::with_media_names(&path, &["good.png", "../bad.png"]);
    let out = scratch.path().join("deep/site");
    Preview::new("x").package("x", &path).write(&out).unwrap();
    let files = site(scratch.path());
    assert!(
        files
            .keys()
            .all(|it| it == "x.apkg" || it.starts_with("deep/site/")),
        "{:?}",
        files.keys()
    );
    assert!(files.contains_key("deep/site/media/good.png"));
    assert!(files["deep/site/index.html"].contains("with a name that no folder can hold"));
}

#[test]
fn what_no_file_system_takes_is_told_and_the_rest_is_shown() {
    let scratch = tempfile::tempdir().unwrap();
    let long = format!("{}.png", "x".repeat(300));
    let text = format!("<img src=\"good.png\"><img src=\"{long}\">");
    let mut deck = Deck::new("DECK");
    deck.add(
        Note::new(&NoteType::basic())
            .fields([text, "b".into()])
            .key("a"),
    )
    .unwrap();
    let path = package(scratch.path(), deck, &[("good.png", "y"), ("bad.png", "z")]);
    crate::unpack::with_media_names(&path, &["good.png", &long]);
    // As deep as only a program makes it: the decks above would fill a memory with their names.
    with_database(&path, |database| {
        let sql = "UPDATE col SET decks = replace(decks, 'DECK', ?1)";
        database.execute(sql, ["a::".repeat(20_000) + "a"]).unwrap();
    });
    let out = scratch.path().join("site");
    let previewed = Preview::new("x").package("x", &path).write(&out).unwrap();
    assert_eq!((previewed.cards, previewed.media), (1, 1));
    let index = &site(&out)["index.html"];
    assert!(index.contains("in 32 decks"), "{index}");
    assert!(index.contains("more than 255 bytes"), "{index}");
}

#[test]
fn packages_of_one_name_have_folders_of_their_own() {
    let scratch = tempfile::tempdir().unwrap();
    let mut preview = Preview::new("x");
    for (name, front) in [("one", "first"), ("two", "second")] {
        let folder = scratch.path().join(name);
        fs::create_dir(&folder).unwrap();
        let mut deck = Deck::new("x");
        deck.add(Note::new(&NoteType::basic()).fields([front, "b"]).key(name))
            .unwrap();
        preview = preview.package("same", package(&folder, deck, &[]));
    }
    let out = scratch.path().join("site");
    preview.write(&out).unwrap();
    let files = site(&out);
    let pages = pages(&files);
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().any(|it| it.contains("first")));
    assert!(pages.iter().any(|it| it.contains("second")));
}

#[test]
fn packages_of_one_preview_have_folders_of_their_own() {
    let place = Place::new(&[
        (
            "deckle.yaml",
            "format: 1\nname: Lands\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\noutput:\n  one: {file: one.apkg, decks: \"::a\"}\n  two: {file: two.apkg, decks: \"::b\"}\n",
        ),
        ("a.md", "## A?\n\na\n"),
        ("b.md", "## B?\n\nb\n"),
    ]);
    place.run(&["preview"]).ends(0);
    let files = site(&place.folder().join(".deckle/preview"));
    assert_eq!(
        files.keys().filter(|it| it.ends_with("index.html")).count(),
        3,
        "{:?}",
        files.keys()
    );
    assert!(files["index.html"].contains(">one</a>") && files["index.html"].contains(">two</a>"));
    assert!(
        !place
            .files()
            .keys()
            .any(|it| it.ends_with(".apkg") || it.ends_with(".lock"))
    );
    place.run(&["preview", "--only", "one"]).ends(0);
    let files = site(&place.folder().join(".deckle/preview"));
    assert_eq!(
        files.keys().filter(|it| it.ends_with("index.html")).count(),
        1
    );
}

#[test]
fn findings_stand_beside_their_cards() {
    let place = Place::new(&[(
        "a.yaml",
        "- [el gato, the cat]\n- [el gato, a cat]\n- [el perro, the dog]\n",
    )]);
    let run = place.run(&["preview", "a.yaml"]).ends(0);
    assert!(
        run.stderr.contains("W0208")
            && run
                .stderr
                .contains("Preview of 3 cards of 3 notes on 1 page"),
        "{run:#?}"
    );
    let index = Path::new(run.stdout.trim()).to_owned();
    assert_eq!(index, Path::new("a.preview/index.html"));
    let files = site(&place.folder().join("a.preview"));
    let page = pages(&files)[0];
    assert_eq!(page.matches("warning[W0208]").count(), 1, "{page}");
    assert!(page.contains("<li class=\"place\">a.yaml:2</li>"), "{page}");
}

#[test]
fn errors_leave_an_earlier_preview_as_it_is() {
    let place = Place::new(&[("a.md", "## What pumps?\n\nThe heart\n")]);
    place.run(&["preview"]).ends(0);
    let before = site(&place.folder().join(".deckle/preview"));
    place.put("a.md", "## What pumps?\n\n![](none.png)\n");
    let run = place.run(&["preview"]).ends(1);
    assert!(
        run.stderr.contains("E0301") && run.stdout.is_empty(),
        "{run:#?}"
    );
    assert_eq!(site(&place.folder().join(".deckle/preview")), before);
    // The pages are no sources, and git leaves them out.
    place.put("a.md", "## What pumps?\n\nThe heart\n");
    let run = place.run(&["preview", "--message-format", "json"]).ends(0);
    let line: serde_json::Value = serde_json::from_str(run.stdout.trim()).unwrap();
    assert_eq!((&line["cards"], &line["changed"]), (&1.into(), &0.into()));
}

#[test]
fn packages_are_shown_alone() {
    let place = Place::new(&[("a.md", "## What pumps?\n\nThe heart\n")]);
    place.run(&["build", "a.md"]).ends(0);
    let run = place.run(&["preview", "a.apkg"]).ends(0);
    assert_eq!(run.stdout.trim(), "a.preview/index.html");
    place.run(&["preview", "a.apkg", "a.md"]).ends(2);
    place.run(&["preview", "a.apkg", "--only", "x"]).ends(2);
    place.run(&["preview", "none.apkg"]).ends(3);
    place.run(&["preview", "a.md", "-o", "."]).ends(2);
    #[cfg(feature = "watch")]
    place.run(&["preview", "a.apkg", "--watch"]).ends(2);
}

#[cfg(unix)]
#[test]
fn a_project_cannot_send_pages_elsewhere() {
    let place = Place::new(&[
        (
            "deckle.yaml",
            "format: 1\nname: A\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n",
        ),
        ("a.md", "## A?\n\na\n"),
    ]);
    let elsewhere: TempDir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), place.folder().join(".deckle")).unwrap();
    place.run(&["preview", "--no-cache"]).ends(3);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

/// Before a real browser, as `make browser` has it: with its name in `DECKLE_TEST_BROWSER`.
mod browser {
    use serde_json::{Value, json};

    use super::*;
    use crate::browser::look;

    const LOOKS: &str = "({card: document.body.className, root: document.documentElement.className, text: document.getElementById('qa').innerText, height: innerHeight, high: document.documentElement.scrollHeight, fonts: getComputedStyle(document.body).fontFamily, color: getComputedStyle(document.body).backgroundColor, broken: [...document.images].filter((it) => it.naturalWidth === 0).length})";

    // Takes a minute and more: each card of five decks is looked at, some hundred documents.
    #[test]
    fn pages_of_the_examples_show_all_sides_without_a_complaint() {
        let scratch = tempfile::tempdir().unwrap();
        let mut wishes = Vec::new();
        for name in EXAMPLES {
            let out = scratch.path().join(name);
            example(name, &out);
            for file in site(&out).into_keys().filter(|it| it.starts_with("cards/")) {
                let night = wishes.len() % 2 == 1;
                // High enough for all of them: what is out of sight is not loaded.
                wishes.push(json!({"page": out.join(file), "sides": LOOKS, "night": night, "height": 20_000, "patience": 1.0, "script": "document.querySelectorAll('iframe').length"}));
            }
        }
        let Some(found) = look(&json!(wishes)) else {
            return;
        };
        for (wish, seen) in wishes.iter().zip(&found) {
            assert_eq!(seen["console"], json!([]), "{}", wish["page"]);
            let sides = seen["sides"].as_array().unwrap();
            assert_eq!(seen["asked"], sides.len(), "{}", wish["page"]);
            for side in sides {
                let is_night = side["card"].as_str().unwrap().contains("nightMode");
                assert_eq!(is_night, wish["night"].as_bool().unwrap(), "{side}");
                assert_eq!(side["broken"], 0, "{side}");
                assert_eq!(
                    side["color"],
                    if is_night {
                        "rgb(44, 44, 44)"
                    } else {
                        "rgb(255, 255, 255)"
                    },
                    "{side}"
                );
                assert!(
                    side["fonts"].as_str().unwrap().starts_with("system-ui"),
                    "{side}"
                );
                // All of it is in sight, and not much beside.
                let (height, high) = (
                    side["height"].as_f64().unwrap(),
                    side["high"].as_f64().unwrap(),
                );
                assert!(high <= height + 1.0, "{side}");
            }
        }
    }

    #[test]
    fn cards_are_found_by_keys_and_words() {
        let scratch = tempfile::tempdir().unwrap();
        example("physics", scratch.path());
        let heat = site(scratch.path())
            .into_keys()
            .find(|it| it.contains("heat"))
            .unwrap();
        let (index, heat) = (scratch.path().join("index.html"), scratch.path().join(heat));
        let found = "document.getElementById('found').innerText";
        let chosen = "[...document.querySelectorAll('article')].findIndex((it) => it.classList.contains('chosen'))";
        let shown =
            "[...document.querySelectorAll('.back')].filter((it) => it.offsetHeight > 0).length";
        let all = "document.querySelectorAll('article').length";
        let wishes = json!([
            {"page": index, "keys": ["/", "i", "d", "e", "a", "l", " ", "g", "a", "s", "Enter"], "script": found},
            {"page": heat, "keys": ["/", "m", "o", "l", "e", "s", "Enter"], "patience": 2.0, "script": "location.pathname.endsWith('index.html') && document.getElementById('found').innerText"},
            {"page": heat, "keys": ["j", "j", "j", "k"], "script": chosen},
            {"page": heat, "keys": ["a"], "script": shown},
            {"page": heat, "keys": [" "], "script": format!("{shown} - 1")},
            {"page": heat, "keys": ["n", "n", "w"], "sides": LOOKS, "script": format!("{all} - {shown}")},
        ]);
        let Some(seen) = look(&wishes) else { return };
        let texts: Vec<&Value> = seen.iter().map(|it| &it["asked"]).collect();
        assert!(
            texts[0].as_str().unwrap().contains("The ideal gas law"),
            "{texts:?}"
        );
        assert!(
            texts[1].as_str().unwrap().contains("The ideal gas law"),
            "{texts:?}"
        );
        assert_eq!(texts[2], 1);
        // How cards are shown is kept from one page to the next: one answer of those that are on demand.
        assert_eq!((texts[3], texts[4]), (&json!(0), &json!(0)));
        let sides = seen[5]["sides"].as_array().unwrap();
        let is_phone = |it: &Value| {
            it["root"].as_str().unwrap().contains("android")
                && it["card"].as_str().unwrap().contains("night_mode")
        };
        assert!(!sides.is_empty() && sides.iter().all(is_phone), "{sides:?}");
        for it in &seen {
            assert_eq!(it["console"], json!([]));
        }
    }

    #[test]
    fn a_page_that_is_open_follows_what_is_written() {
        let scratch = tempfile::tempdir().unwrap();
        let write = |name: &str, back: &str| {
            let mut deck = Deck::new("x");
            let note = Note::new(&NoteType::basic()).fields(["a", back]);
            deck.add(note.key("a")).unwrap();
            let path = package(scratch.path(), deck, &[]);
            let out = scratch.path().join(name);
            let preview = Preview::new("x").package("x", path).live(true);
            preview.write(&out).unwrap();
            out
        };
        let (old, new) = (write("old", "before"), write("new", "behind"));
        let page = site(&old).into_keys().find(|it| it.starts_with("cards/"));
        let wish = json!([{"page": old.join(page.unwrap()), "meanwhile": [new, old], "patience": 6.0, "sides": "document.getElementById('qa').innerText"}]);
        let Some(seen) = look(&wish) else { return };
        let sides = seen[0]["sides"].to_string();
        assert!(
            sides.contains("behind") && !sides.contains("before"),
            "{sides}"
        );
    }

    #[test]
    fn a_hostile_card_reaches_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("site");
        let template = "{{Front}}<script>\
            var seen = []; const note = (what, act) => { try { seen.push(what + String(act())); } catch (error) { seen.push(what + error.name); } };\
            note('parent ', () => parent.document.title); note('top ', () => { top.location = 'https://example.com/'; });\
            new Image().src = 'https://example.com/x.png'; fetch('https://example.com/y').catch(() => seen.push('fetch no'));\
            setTimeout(() => { location = 'https://example.com/z'; }, 300);</script>";
        let note_type = NoteType::builder("T")
            .fields(["Front", "Back"])
            .template("C", template, "{{Back}}")
            .id(7)
            .build()
            .unwrap();
        let mut deck = Deck::new("x");
        deck.add(Note::new(&note_type).fields(["a", "b"]).key("a"))
            .unwrap();
        let path = package(scratch.path(), deck, &[]);
        Preview::new("x").package("x", &path).write(&out).unwrap();
        let page = site(&out)
            .into_keys()
            .find(|it| it.starts_with("cards/"))
            .unwrap();
        let script = "document.title + ' ' + ('evil' in window)";
        let wishes = json!([{"page": out.join(page), "patience": 2.0, "script": script, "sides": "typeof seen === 'undefined' ? null : seen.join('; ')"}]);
        let Some(seen) = look(&wishes) else { return };
        assert_eq!(seen[0]["asked"], "x false");
        // The frame was to go elsewhere and did not: what was seen is there, or the frame is empty.
        for side in seen[0]["sides"].as_array().unwrap() {
            let Some(text) = side.as_str() else { continue };
            assert!(
                text.contains("parent SecurityError") && text.contains("top SecurityError"),
                "{text}"
            );
            assert!(text.contains("fetch no"), "{text}");
        }
        let complaints = seen[0]["console"].to_string();
        assert!(complaints.contains("example.com"), "{complaints}");
        assert!(
            !complaints.contains("ERR_NAME_NOT_RESOLVED"),
            "{complaints}"
        );
    }
}
