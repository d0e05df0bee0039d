//! Packages that nobody should have to open: they end in an error that says what is wrong, within
//! the limits, or are read as what they are.

use std::io::{Cursor, Write};

use deckle::package::{PackageReader, ReadLimits};
use deckle::{Error, ErrorKind};
use rusqlite::{Connection, MAIN_DB};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TABLES: &str = "
    CREATE TABLE col (id integer PRIMARY KEY, crt integer, mod integer, ver integer, conf text,
        models text, decks text, dconf text);
    CREATE TABLE notes (id integer PRIMARY KEY, guid text, mid integer, mod integer, tags text,
        flds text, csum integer);
    CREATE TABLE cards (id integer PRIMARY KEY, nid integer, did integer, ord integer,
        mod integer, type integer, queue integer, due integer, ivl integer, factor integer,
        reps integer, lapses integer, left integer, odue integer, odid integer, flags integer,
        data text);
    CREATE TABLE revlog (id integer PRIMARY KEY, cid integer);
    INSERT INTO col VALUES (1, 0, 0, 11, '{}', '{}', '{}', '{}');
    INSERT INTO notes VALUES (7, 'g', 1, 0, '', 'a', 0);
    INSERT INTO cards VALUES (8, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '');";

/// A database with these changes.
fn database(sql: &str) -> Vec<u8> {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.serialize(MAIN_DB).unwrap().to_vec()
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn small() -> ReadLimits {
    ReadLimits::default()
        .database_bytes(1 << 20)
        .media_list_bytes(1 << 16)
        .media_file_bytes(1 << 16)
        .entries(20)
}

fn open(bytes: &[u8]) -> Result<PackageReader, Error> {
    PackageReader::new(Cursor::new(bytes.to_vec()), small())
}

/// The error with all its causes.
fn told(bytes: &[u8]) -> String {
    let error = open(bytes).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Archive(_) | ErrorKind::Database(_)),
        "{error:?}"
    );
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[track_caller]
fn check(bytes: &[u8], expect: &str) {
    let text = told(bytes);
    assert!(text.contains(expect), "{text}\nlacks: {expect}");
}

#[test]
fn the_variant_is_what_anki_takes_it_for() {
    let good = database("");
    let check_variant = |entries: &[(&str, &[u8])], expect: &str| {
        let reader = open(&archive(entries)).unwrap();
        assert_eq!(reader.contents().variant.name(), expect);
        assert_eq!(reader.contents().notes.len(), 1);
    };
    let media = ("media", b"{}".as_slice());
    check_variant(&[("collection.anki2", &good)], "legacy1");
    check_variant(&[("collection.anki2", &good), media], "legacy1");
    let junk = ("collection.anki2", b"junk".as_slice());
    check_variant(&[junk, ("collection.anki21", &good), media], "legacy2");
    check_variant(
        &[("meta", b"\x08\x02"), ("collection.anki21", &good)],
        "legacy2",
    );
    check_variant(
        &[("meta", b"\x08\x01"), ("collection.anki2", &good)],
        "legacy1",
    );
    let packed = zstd::encode_all(good.as_slice(), 0).unwrap();
    let no_media = zstd::encode_all([].as_slice(), 0).unwrap();
    check_variant(
        &[
            ("meta", b"\x08\x03"),
            ("collection.anki21b", &packed),
            ("media", &no_media),
        ],
        "latest",
    );
    let twice = [packed.clone(), zstd::encode_all([].as_slice(), 0).unwrap()].concat();
    check_variant(
        &[
            ("meta", b"\x08\x03"),
            ("collection.anki21b", &twice),
            ("media", &no_media),
        ],
        "latest",
    );
    // An empty database is an empty collection.
    let empty = open(&archive(&[("collection.anki2", b"")])).unwrap();
    assert_eq!(
        (empty.contents().schema, empty.contents().notes.len()),
        (11, 0)
    );

    for (meta, expect) in [
        (
            b"\x08\x09".as_slice(),
            "it has version 9; 1, 2 and 3 are known",
        ),
        (b"", "it has version 0"),
        (b"\xff", "the package's entry `meta` cannot be read"),
    ] {
        check(
            &archive(&[("meta", meta), ("collection.anki2", &good)]),
            expect,
        );
    }
    check(
        &archive(&[("notes.txt", b"")]),
        "has no `collection.anki2`, so it is no Anki package",
    );
    check(&archive(&[]), "has no `collection.anki2`");
    check(b"", "the package's zip archive cannot be read");
    let latest = [
        ("meta", b"\x08\x03".as_slice()),
        ("collection.anki21b", &packed),
    ];
    check(&archive(&latest), "has no list of media");
    // The legacy list under the latest variant, as a converter might leave it.
    check(
        &archive(&[latest[0], latest[1], media]),
        "the package's list of media cannot be read",
    );
}

/// What Anki imports however it was zipped (measured on 26.9.3 and 25.9.2).
#[test]
fn archives_are_read_however_they_were_made() {
    let good = database("");
    let notes = |bytes: &[u8]| open(bytes).unwrap().contents().notes.len();
    let plain = archive(&[("collection.anki2", &good), ("unknown", b"x")]);
    assert_eq!(notes(&plain), 1);
    let junk = b"junk, and some more of it";
    assert_eq!(notes(&[junk.as_slice(), &plain].concat()), 1);
    assert_eq!(notes(&[plain.as_slice(), junk].concat()), 1);

    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("collection.anki2", stored.large_file(true))
        .unwrap();
    zip.write_all(&good).unwrap();
    assert_eq!(notes(&zip.finish().unwrap().into_inner()), 1);

    // As a stream, with sizes behind the bytes.
    let mut zip = ZipWriter::new_stream(Vec::new());
    zip.start_file("collection.anki2", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&good).unwrap();
    assert_eq!(notes(&zip.finish().unwrap().into_inner()), 1);

    // Of two entries of one name the last one counts.
    let mut twice = archive(&[("collection.anki2", b"junk"), ("collection.ankiX", &good)]);
    let other = b"collection.ankiX";
    let places: Vec<usize> = (0..twice.len())
        .filter(|at| twice[*at..].starts_with(other))
        .collect();
    for at in places {
        twice[at + other.len() - 1] = b'2';
    }
    assert_eq!(notes(&twice), 1);

    // Compressed as neither Anki nor deckle can read it: bzip2 and LZMA.
    for method in [12, 14] {
        let mut changed = plain.clone();
        for (magic, at) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
            let start = changed.windows(4).position(|it| it == magic).unwrap();
            changed[start + at] = method;
        }
        check(
            &changed,
            "the package's database cannot be read: compression method not supported",
        );
    }
}

#[test]
fn what_is_too_large_is_an_error_early() {
    let good = database("");
    let zeros = vec![0; 4 << 20];
    check(
        &archive(&[("collection.anki2", &zeros)]),
        "has 4194304 bytes, where the limit is 1048576",
    );
    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 0).unwrap();
    let meta = ("meta", b"\x08\x03".as_slice());
    check(
        &archive(&[
            meta,
            ("collection.anki21b", &packed(&zeros)),
            ("media", &packed(b"")),
        ]),
        "the package's database has more bytes, where the limit is 1048576",
    );
    check(
        &archive(&[("collection.anki2", &good), ("media", &zeros)]),
        "the package's list of media has more bytes",
    );
    let names: Vec<String> = (0..30).map(|it| it.to_string()).collect();
    let many: Vec<(&str, &[u8])> = names
        .iter()
        .map(|it| (it.as_str(), b"".as_slice()))
        .collect();
    check(
        &archive(&many),
        "the package's archive has 30 entries, where the limit is 20",
    );
    let lines: Vec<String> = (0..30).map(|it| format!("\"{it}\": \"\"")).collect();
    let map = format!("{{{}}}", lines.join(","));
    check(
        &archive(&[("collection.anki2", &good), ("media", map.as_bytes())]),
        "more than 20 files",
    );
    // A window that takes half a gigabyte to unpack a few bytes.
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(29).unwrap();
    encoder.write_all(&good).unwrap();
    let wide = encoder.finish().unwrap();
    check(
        &archive(&[meta, ("collection.anki21b", &wide), ("media", &packed(b""))]),
        "the package's database cannot be read",
    );
    let rows = database(
        "WITH RECURSIVE n(i) AS (SELECT 9 UNION ALL SELECT i + 1 FROM n LIMIT 50)
        INSERT INTO notes SELECT i, 'g', 1, 0, '', 'a', 0 FROM n",
    );
    let few = PackageReader::new(
        Cursor::new(archive(&[("collection.anki2", &rows)])),
        small().notes(50),
    );
    assert!(
        few.unwrap_err()
            .to_string()
            .contains("more notes, where the limit is 50")
    );

    let map = br#"{"0": "a.mp3"}"#;
    let bytes = archive(&[("collection.anki2", &good), ("media", map), ("0", &zeros)]);
    let mut reader = open(&bytes).unwrap();
    let media = reader.contents().media[0].clone();
    let error = reader.copy_media(&media, &mut std::io::sink()).unwrap_err();
    let expect = "the package's media file `a.mp3` has more bytes, where the limit is 65536";
    assert_eq!(error.to_string(), expect);
}

#[test]
fn a_collection_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("collection.anki2");
    let log = folder.path().join("collection.anki2-wal");
    std::fs::write(&path, database("")).unwrap();
    assert_eq!(
        PackageReader::open(&path).unwrap().contents().notes.len(),
        1
    );
    // What an Anki that ended as it should may leave behind.
    std::fs::write(&log, "").unwrap();
    assert!(PackageReader::open(&path).is_ok());
    std::fs::write(&log, "newer changes").unwrap();
    let error = PackageReader::open(&path).unwrap_err();
    assert!(error.to_string().contains("close Anki first"), "{error}");
}

#[test]
fn sizes_that_lie_are_found() {
    let good = archive(&[("collection.anki2", &database(""))]);
    let size = (database("").len() as u32).to_le_bytes();
    let at = good.windows(4).rposition(|it| it == size).unwrap();
    for lie in [1_u32, 100, 1 << 19, 1 << 20] {
        let mut bytes = good.clone();
        bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
        told(&bytes);
    }
}

#[test]
fn only_tables_are_read() {
    let forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    for (sql, expect) in [
        (
            format!(
                "DROP TABLE notes; CREATE VIEW notes AS {forever} SELECT i AS id, 'g' AS guid,
                 1 AS mid, 0 AS mod, '' AS tags, '' AS flds, 0 AS csum FROM n"
            ),
            "`notes` in the package's database is no table but something that computes",
        ),
        (
            "DROP TABLE notes; CREATE TABLE notes (id integer PRIMARY KEY, guid text, mid integer,
             mod integer, tags text, flds text AS (hex(zeroblob(400000000))), csum integer);
             INSERT INTO notes VALUES (1, '', 1, 0, '', 0)"
                .to_owned(),
            "the table `notes` in the package's database has columns that compute",
        ),
        ("DROP TABLE col".to_owned(), "it has no `col`"),
        ("DELETE FROM col".to_owned(), "it has no `col`"),
        (
            "INSERT INTO col SELECT 2, 0, 0, 11, '', '', '', ''".to_owned(),
            "more than one row",
        ),
        (
            "UPDATE col SET ver = 12".to_owned(),
            "has schema 12; Anki and deckle know 11",
        ),
        ("UPDATE col SET ver = 19".to_owned(), "has schema 19"),
        ("UPDATE col SET ver = -1".to_owned(), "has schema -1"),
        (
            "CREATE TABLE other AS SELECT * FROM notes; DROP TABLE notes;
             ALTER TABLE other RENAME TO notes; INSERT INTO notes SELECT * FROM notes"
                .to_owned(),
            "the package's table `notes` has two rows with the id 7",
        ),
        (
            "ALTER TABLE notes DROP COLUMN flds".to_owned(),
            "no such column: flds",
        ),
    ] {
        check(&archive(&[("collection.anki2", &database(&sql))]), expect);
    }
    let text = b"no database at all, though it is long enough to look like one".repeat(20);
    check(
        &archive(&[("collection.anki2", &text)]),
        "file is not a database",
    );
}

#[test]
fn cells_have_the_types_that_anki_asks_for() {
    let anki = "; Anki does not import such a package";
    for (sql, expect) in [
        (
            "UPDATE notes SET mod = 1.5",
            "the column `mod` of row 7 in the package's table `notes` is the number 1.5, where it must be an integer",
        ),
        (
            "UPDATE notes SET mod = NULL",
            "is nothing, where it must be an integer",
        ),
        (
            "UPDATE notes SET flds = x'00ff'",
            "the column `flds` of row 7 in the package's table `notes` is bytes, where it must be text",
        ),
        (
            "UPDATE notes SET flds = CAST(x'61ff' AS TEXT)",
            "is text that is no UTF-8, where it must be UTF-8",
        ),
        (
            "UPDATE cards SET ord = -1",
            "`ord` of row 8 in the package's table `cards` is -1, where it must be an integer from 0 to 65535",
        ),
        ("UPDATE cards SET ivl = -1", "from 0 to 4294967295"),
        ("UPDATE cards SET factor = 70000", "`factor`"),
        ("UPDATE cards SET flags = 300", "from 0 to 255"),
        ("UPDATE cards SET queue = 'x'", "`queue`"),
    ] {
        let bytes = archive(&[("collection.anki2", &database(sql))]);
        check(&bytes, expect);
        check(&bytes, anki);
    }
    // What Anki reads as something else.
    let sql = "UPDATE cards SET due = 1.5, odue = 'x'; UPDATE notes SET guid = 12, csum = NULL";
    let bytes = archive(&[("collection.anki2", &database(sql))]);
    let contents = open(&bytes).unwrap().into_contents();
    assert_eq!(
        (contents.cards[0].due, contents.cards[0].original_due),
        (0, 0)
    );
    assert_eq!(
        (contents.notes[0].guid.as_str(), contents.notes[0].checksum),
        ("12", 0)
    );
    // NUL and the like are text.
    let sql = "UPDATE notes SET flds = 'a' || char(0) || char(31) || 'b'";
    let bytes = archive(&[("collection.anki2", &database(sql))]);
    let contents = open(&bytes).unwrap().into_contents();
    assert_eq!(contents.notes[0].fields().collect::<Vec<_>>(), ["a\0", "b"]);
}

#[test]
fn settings_that_are_no_json_are_told_with_their_place() {
    let deep = format!("{{\"1\": {}}}", "[".repeat(100_000));
    for (column, json, expect) in [
        (
            "models",
            "[]",
            "the column `models` of the package is no object of JSON",
        ),
        (
            "models",
            r#"{"1": {"flds": [], "tmpls": []}}"#,
            "note type 1 of the package has no `name`",
        ),
        (
            "models",
            r#"{"1": {"name": "x", "mod": 1.5}}"#,
            "`mod` in note type 1 of the package is not an integer",
        ),
        (
            "models",
            r#"{"1": {"name": "x", "type": 2}}"#,
            "of kind 2; 0 (normal) and 1 (cloze) are known",
        ),
        (
            "models",
            r#"{"1": {"name": "x", "flds": [{"name": 1}]}}"#,
            "`name` in flds[0] in note type 1 of the package is not a text",
        ),
        (
            "decks",
            r#"{"1": {"name": "x", "dyn": 1, "terms": [1]}}"#,
            "`terms` in deck 1",
        ),
        (
            "dconf",
            r#"{"1": {"name": "x", "maxTaken": "x"}}"#,
            "`maxTaken` in preset 1 of the package is not an integer",
        ),
        (
            "dconf",
            deep.as_str(),
            "of the package is no object of JSON",
        ),
        ("conf", "", ""),
    ] {
        let sql = format!("UPDATE col SET {column} = '{json}'");
        let bytes = archive(&[("collection.anki2", &database(&sql))]);
        match expect {
            "" => assert!(open(&bytes).is_ok()),
            _ => check(&bytes, expect),
        }
    }
    // Old and careless programs.
    let json = r#"{"9": {"id": "1", "name": "x", "type": 0, "flds": [{"name": "F", "sticky": 1}],
        "extra": {"a": [1, 2]}, "vers": []}}"#;
    let sql = format!("UPDATE col SET models = '{json}'");
    let contents = open(&archive(&[("collection.anki2", &database(&sql))])).unwrap();
    let note_type = &contents.contents().note_types[0];
    assert_eq!((note_type.id, note_type.fields[0].sticky), (1, true));
    assert_eq!(note_type.other, r#"{"extra":{"a": [1, 2]},"vers":[]}"#);
}

#[test]
fn media_are_what_the_list_says_or_an_error() {
    let good = database("");
    let map = br#"{"0": "../../etc/passwd", "5": "a.png", "3": "C:\\x", "10": "a.png"}"#;
    let entries = [
        ("collection.anki2", good.as_slice()),
        ("media", map),
        ("0", b"x"),
        ("5", b"y"),
    ];
    let mut reader = open(&archive(&entries)).unwrap();
    let media = reader.contents().media.clone();
    let entry_names: Vec<&str> = media.iter().map(|it| it.entry.as_str()).collect();
    assert_eq!(entry_names, ["0", "3", "5", "10"]);
    let safe: Vec<Option<&str>> = media.iter().map(|it| it.file_name()).collect();
    assert_eq!(safe, [None, None, Some("a.png"), Some("a.png")]);
    let present: Vec<bool> = media.iter().map(|it| it.present).collect();
    assert_eq!(present, [true, false, true, false]);
    let error = reader
        .copy_media(&media[3], &mut std::io::sink())
        .unwrap_err();
    let expect = "the package lists the media file `a.png` but has no entry `10`";
    assert_eq!(error.to_string(), expect);

    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 0).unwrap();
    let (database, short) = (packed(&good), packed(b"\x0a\x06\x0a\x01a\x1a\x01x"));
    let latest = |list: &[u8]| {
        archive(&[
            ("meta", b"\x08\x03"),
            ("collection.anki21b", &database),
            ("media", list),
        ])
    };
    check(&latest(&short), "no SHA-1 of 20 bytes for `a`");
    check(
        &latest(&packed(b"\x0a\xff\xff\xff\xff\x0f")),
        "the package's list of media breaks off",
    );
    check(&latest(b"{}"), "the package's list of media cannot be read");
}

/// Pages of SQLite that point to each other: each of two dozen levels lists the next one again and
/// again, so that a walk through all rows has no end in sight.
#[test]
fn databases_that_go_in_circles_come_to_an_end() {
    const PAGE: usize = 4096;
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA page_size = 4096").unwrap();
    connection.execute_batch(TABLES).unwrap();
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)
        INSERT INTO revlog SELECT i, i FROM n";
    connection.execute_batch(fill).unwrap();
    let query = "SELECT rootpage FROM sqlite_master WHERE name = 'revlog'";
    let root: i64 = connection.query_row(query, [], |row| row.get(0)).unwrap();
    let root = usize::try_from(root).unwrap();
    let mut bytes = connection.serialize(MAIN_DB).unwrap().to_vec();
    let interior = bytes[(root - 1) * PAGE..root * PAGE].to_vec();
    assert_eq!(interior[0], 5, "the table must have two levels");
    let short = |at: usize| usize::from(u16::from_be_bytes([interior[at], interior[at + 1]]));
    // Where the page keeps the numbers of those below: the last one, then one a cell.
    let mut pointers = vec![8];
    pointers.extend((0..short(3)).map(|cell| short(12 + 2 * cell)));
    let leaf = interior[pointers[1]..pointers[1] + 4].to_vec();
    for level in 0..16 {
        let page = if level == 0 { root } else { bytes.len() / PAGE };
        let below = match level {
            15 => leaf.clone(),
            _ => (bytes.len() as u32 / PAGE as u32 + 1)
                .to_be_bytes()
                .to_vec(),
        };
        let mut changed = interior.clone();
        for at in &pointers {
            changed[*at..*at + 4].copy_from_slice(&below);
        }
        bytes[(page - 1) * PAGE..page * PAGE].copy_from_slice(&changed);
        if level < 15 {
            bytes.extend_from_slice(&interior);
        }
    }
    let pages = (bytes.len() / PAGE) as u32;
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    check(
        &archive(&[("collection.anki2", &bytes)]),
        "the database is damaged",
    );
}
