//! The two containers: one package is the same to Anki in either of them.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use deckle::package::{Contents, PackageReader, Variant};
use deckle::project::{BuildOptions, Project};
use deckle::{Baseline, BuildTime, Deck, Format, Note, NoteType, Package};
use sha1::{Digest, Sha1};
use zip::{CompressionMethod, ZipArchive};

use crate::decks::{DECKS, copy_tree, example};
use crate::judge::{run_script, with_each_backend};
use crate::package::{TIME, note, rich, time};

/// A package in both containers, for the judge.
struct Pair {
    legacy: PathBuf,
    latest: PathBuf,
}

impl Pair {
    fn new(folder: &Path, name: &str) -> Self {
        Self {
            legacy: folder.join(format!("{name}-legacy.apkg")),
            latest: folder.join(format!("{name}-latest.apkg")),
        }
    }

    fn write(self, package: &Package) -> Self {
        package.write(&self.legacy).unwrap();
        let latest = package.clone().format(Format::Latest);
        latest.write(&self.latest).unwrap();
        self
    }

    /// The paths, with those of the databases inside, which are put beside the packages.
    fn case(&self) -> serde_json::Value {
        let beside = |path: &Path, bytes: &[u8]| {
            let path = path.with_extension("database");
            fs::write(&path, bytes).unwrap();
            path
        };
        let latest = fs::read(&self.latest).unwrap();
        serde_json::json!({
            "legacy": self.legacy,
            "latest": self.latest,
            "legacy_database": beside(
                &self.legacy,
                &entry(&fs::read(&self.legacy).unwrap(), "collection.anki2"),
            ),
            "latest_database": beside(&self.latest, &database(&latest)),
        })
    }
}

fn entry(package: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(package)).unwrap();
    let mut bytes = Vec::new();
    let mut entry = archive.by_name(name).unwrap();
    entry.read_to_end(&mut bytes).unwrap();
    bytes
}

fn unpacked(package: &[u8], name: &str) -> Vec<u8> {
    zstd::decode_all(&entry(package, name)[..]).unwrap()
}

fn database(package: &[u8]) -> Vec<u8> {
    unpacked(package, "collection.anki21b")
}

fn judge(pairs: &[Pair]) {
    let wrong = differences(pairs).unwrap_or_else(|report| panic!("{report}"));
    let shown = wrong.iter().take(20);
    let shown: Vec<String> = shown.map(|it| it.chars().take(2000).collect()).collect();
    assert!(wrong.is_empty(), "{}", shown.join("\n"));
}

/// What differs between the containers of each pair, in either backend.
fn differences(pairs: &[Pair]) -> Result<Vec<String>, String> {
    let cases: Vec<_> = pairs.iter().map(Pair::case).collect();
    let input = serde_json::to_vec(&cases).unwrap();
    let found = with_each_backend(|backend| {
        let output = run_script(backend, "formats.py", &[], &input)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let reports: Vec<Vec<String>> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        if !output.status.success() || reports.len() != pairs.len() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{backend}: {text}{errors}"));
        }
        let named = pairs.iter().zip(reports).flat_map(|(pair, report)| {
            let path = pair.latest.display();
            let named = report.into_iter().map(move |it| format!("{path}: {it}"));
            named.map(|it| format!("{backend}: {it}"))
        });
        Ok(named.collect::<Vec<_>>())
    });
    Ok(found?.concat())
}

/// Names whose order depends on how letters are folded.
fn mixed_scripts() -> Package {
    let names = [
        "É2",
        "é1",
        "Zebra",
        "apfel",
        "Äpfel",
        "STRASSE",
        "straße 2",
        "ﬀ",
        "ffz",
        "Ж",
        "жа",
        "Σας",
        "σΑΣ 2",
        "İ",
        "ı",
        "I2",
        "日本",
        "𝒜",
        "a b",
        "A::b",
        "A-b",
        "A::B c",
    ];
    let mut package = Package::new(time(TIME));
    for (index, name) in names.iter().enumerate() {
        let clean = name.replace("::", ".");
        let note_type = NoteType::builder(format!("{clean} (mixed)"))
            .fields([
                format!("{clean} a"),
                "Ö".to_owned(),
                "ö2".to_owned(),
                "P".to_owned(),
            ])
            .template(
                format!("{clean} card"),
                format!("{{{{{clean} a}}}}"),
                "back",
            )
            .template("Éb", "{{Ö}}", "back")
            .template("éa", "x{{Ö}}", "back")
            .build()
            .unwrap();
        let mut deck = Deck::new(format!("Mixed::{name}"));
        let fields = [format!("note {index}"), "o".to_owned()];
        let tags = [
            clean.replace(' ', "_"),
            format!("é{index}"),
            format!("Z{index}"),
        ];
        let note = Note::new(&note_type).fields(fields);
        deck.add(note.tags(tags.iter().map(String::as_str)))
            .unwrap();
        package.add_deck(deck);
    }
    package
}

/// Media of every size that is packed in another way, with names of every kind.
fn media() -> Package {
    let files: &[(&str, Vec<u8>)] = &[
        ("empty.bin", Vec::new()),
        ("one.bin", vec![7]),
        ("just.bin", noise(1 << 20)),
        ("over.bin", noise((1 << 20) + 1)),
        ("large.bin", noise(3_000_000)),
        ("größe 2.png", noise(500)),
        ("日本.svg", b"<svg/>".repeat(40)),
        (".hidden", noise(9)),
        ("a..b.PNG", noise(10)),
        ("com10.png", noise(11)),
        ("_font.woff2", noise(12)),
        ("😀 ǅ ſ.png", noise(13)),
    ];
    let mut deck = Deck::new("Media");
    for (index, (name, _)) in files.iter().enumerate() {
        let field = format!("<img src=\"{name}\">");
        deck.add(note(&format!("n{index}"), &field)).unwrap();
    }
    let mut package = Package::new(time(TIME)).deck(deck);
    for (name, bytes) in files {
        package = package.media_bytes(*name, bytes.clone());
    }
    package
}

/// Bytes that cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn both_containers_are_one_collection_to_anki() {
    let folder = tempfile::tempdir().unwrap();
    let mut pairs = vec![
        Pair::new(folder.path(), "rich").write(&rich()),
        Pair::new(folder.path(), "mixed").write(&mixed_scripts()),
        Pair::new(folder.path(), "media").write(&media()),
    ];
    for name in DECKS {
        let project = folder.path().join(name);
        copy_tree(&example(name), &project);
        let pair = Pair::new(folder.path(), name);
        for (format, output) in [
            (Format::Legacy, &pair.legacy),
            (Format::Latest, &pair.latest),
        ] {
            let options = BuildOptions::new(BuildTime::from_unix(1_795_320_000))
                .output(output)
                .format(format);
            let build = Project::open(&project).unwrap().build(&options).unwrap();
            build.write().unwrap();
        }
        pairs.push(pair);
    }
    judge(&pairs);
}

/// The judge must be able to fail: in each part of it something differs here.
#[test]
fn the_judge_tells_two_packages_apart() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(folder.path(), "apart").write(&rich());
    mixed_scripts().write(&pair.legacy).unwrap();
    let found = differences(&[pair]).unwrap();
    for part in [
        "notes",
        "cards",
        "note types",
        "fields",
        "templates",
        "decks",
        "tags",
    ] {
        for place in [
            "after an import:",
            "after an import with deck options:",
            "of the database:",
        ] {
            let what = format!(": {part} {place}");
            let backends = ["anki-26.9.3", "anki-25.9.2"];
            let told = |name: &&str| {
                found
                    .iter()
                    .any(|it| it.starts_with(*name) && it.contains(&what))
            };
            assert!(backends.iter().all(told), "{what} {found:#?}");
        }
    }
    for what in [
        "presets of the database:",
        "settings of the database:",
        "media after",
        "cards shown",
    ] {
        assert!(
            found.iter().any(|it| it.contains(what)),
            "{what} {found:#?}"
        );
    }
}

#[test]
fn the_container_is_the_one_that_anki_writes() {
    let package = media().format(Format::Latest).to_bytes().unwrap();
    let mut archive = ZipArchive::new(Cursor::new(&package[..])).unwrap();
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).unwrap();
        let stored = entry.compression() == CompressionMethod::Stored;
        let name = entry.name().unwrap().into_owned();
        assert_eq!(stored, name != "collection.anki2", "{name}");
        names.push(name);
    }
    let mut expect = vec!["meta".to_owned(), "collection.anki2".to_owned()];
    expect.extend((0..12).map(|it| it.to_string()));
    expect.extend(["media".to_owned(), "collection.anki21b".to_owned()]);
    assert_eq!(names, expect);
    assert_eq!(entry(&package, "meta"), b"\x08\x03");
    // The first two files of the list: names, sizes (0 is left out) and checksums.
    let list = unpacked(&package, "media");
    let expect = b"\x0a\x21\x0a\x09empty.bin\x1a\x14\
        \xda\x39\xa3\xee\x5e\x6b\x4b\x0d\x32\x55\xbf\xef\x95\x60\x18\x90\xaf\xd8\x07\x09\
        \x0a\x21\x0a\x07one.bin\x10\x01\x1a\x14";
    assert!(list.starts_with(expect), "{list:?}");
    assert_eq!(unpacked(&package, "1"), [7]);
    for (name, length) in [("2", 1 << 20), ("3", (1 << 20) + 1), ("4", 3_000_000)] {
        assert_eq!(unpacked(&package, name), noise(length));
    }
    let database = database(&package);
    assert!(database.starts_with(b"SQLite format 3\0"));
}

#[test]
fn a_program_that_knows_the_old_container_alone_sees_a_notice() {
    let package = rich().format(Format::Latest).to_bytes().unwrap();
    let notice = entry(&package, "collection.anki2");
    let sentence =
        b"This package is in a format that the program you opened it with does not know.";
    assert!(notice.windows(sentence.len()).any(|it| it == sentence));
    // The same in every package.
    let other = media().format(Format::Latest).to_bytes().unwrap();
    assert!(notice == entry(&other, "collection.anki2"));
}

#[test]
fn the_bytes_do_not_depend_on_threads() {
    let package = media().format(Format::Latest);
    let bytes = package.to_bytes().unwrap();
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let again = pool
            .build()
            .unwrap()
            .install(|| package.to_bytes().unwrap());
        assert!(bytes == again, "{threads} threads");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    assert!(package.write(&path).unwrap().changed);
    assert!(!package.write(&path).unwrap().changed);
    let mut found = Vec::new();
    File::open(&path).unwrap().read_to_end(&mut found).unwrap();
    assert!(bytes == found);
}

#[test]
fn a_media_file_that_cannot_be_read_leaves_the_old_package() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    let gone = folder.path().join("gone.png");
    fs::write(&gone, "x").unwrap();
    let package = media().format(Format::Latest).media_file(&gone).unwrap();
    package.write(&path).unwrap();
    let before = fs::read(&path).unwrap();
    fs::remove_file(&gone).unwrap();
    assert!(package.write(&path).is_err());
    assert!(before == fs::read(&path).unwrap());
}

#[test]
fn both_containers_are_one_package_to_the_reader() {
    let folder = tempfile::tempdir().unwrap();
    for (name, package) in [
        ("rich", rich()),
        ("mixed", mixed_scripts()),
        ("media", media()),
    ] {
        let pair = Pair::new(folder.path(), name).write(&package);
        let legacy = PackageReader::open(&pair.legacy).unwrap();
        let mut latest = PackageReader::open(&pair.latest).unwrap();
        for file in latest.contents().media.clone() {
            let mut bytes = Vec::new();
            let size = latest.copy_media(&file, &mut bytes).unwrap();
            assert_eq!(file.size, Some(size), "{}", file.name);
            assert_eq!(
                file.sha1,
                Some(Sha1::digest(&bytes).into()),
                "{}",
                file.name
            );
        }
        let (legacy, latest) = (legacy.into_contents(), latest.into_contents());
        assert_eq!(
            (legacy.variant, latest.variant),
            (Variant::Legacy1, Variant::Latest)
        );
        assert_eq!((legacy.schema, latest.schema), (11, 18));
        assert_eq!(legacy.created, latest.created);
        assert_eq!(legacy.modified, latest.modified);
        assert_eq!(legacy.next_position, latest.next_position);
        assert_eq!(legacy.note_types, latest.note_types);
        assert_eq!(legacy.decks, latest.decks);
        assert_eq!(legacy.presets, latest.presets);
        assert_eq!(legacy.notes, latest.notes);
        assert_eq!(legacy.cards, latest.cards);
        let names = |contents: &Contents| -> Vec<(String, String)> {
            let files = contents.media.iter();
            files
                .map(|it| (it.name.clone(), it.entry.clone()))
                .collect()
        };
        assert_eq!(names(&legacy), names(&latest));
    }
}

#[test]
fn a_baseline_may_be_in_the_other_container() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    let package = |at: i64| {
        let mut deck = Deck::new("Test");
        deck.add(note("a", "1")).unwrap();
        deck.add(note("b", "2")).unwrap();
        Package::new(time(at)).deck(deck)
    };
    let formats = [Format::Legacy, Format::Latest];
    for (from, to) in formats
        .iter()
        .flat_map(|from| formats.map(|to| (*from, to)))
    {
        package(TIME).format(from).write(&path).unwrap();
        let baseline = Baseline::read(&path).unwrap().unwrap();
        assert_eq!((baseline.len(), baseline.newest()), (2, Some(TIME)));
        assert!(baseline.has_note_type(note("a", "1").note_type()));
        let later = package(TIME + 100).baseline(&baseline).format(to);
        let written = later.write(&path).unwrap();
        assert_eq!(written.changed, from != to, "{from:?} to {to:?}");
        // As if the old package had been in this container from the beginning.
        let expect = package(TIME).format(to).to_bytes().unwrap();
        assert!(fs::read(&path).unwrap() == expect, "{from:?} to {to:?}");
    }
}

#[test]
fn a_damaged_package_is_no_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.apkg");
    let bytes = rich().format(Format::Latest).to_bytes().unwrap();
    // An empty file counts as none.
    for length in (1..bytes.len()).step_by(997) {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(Baseline::read(&path).is_err());
    }
    // Broken bits: an error, or a baseline where they do not matter.
    for at in (0..bytes.len()).step_by(61) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        fs::write(&path, &broken).unwrap();
        if let Ok(found) = Baseline::read(&path) {
            assert_eq!(found.map(|it| it.len()), Some(6), "at {at}");
        }
    }
}
