//! The least that any program must do which fills a database with rusqlite and zips it: inserts the
//! rows of a finished package, as they are, and deflates the database at the same level.
//! `bare-rows-peer PACKAGE.apkg OUT.apkg` prints how many seconds that took; reading the rows
//! beforehand does not count.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const DATABASE: &str = "collection.anki2";
const MEDIA_MAP: &str = "media";
const TABLES: [&str; 5] = ["col", "notes", "cards", "revlog", "graves"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [package, out] = arguments.as_slice() else {
        panic!("usage: bare-rows-peer PACKAGE.apkg OUT.apkg");
    };
    let work = std::env::temp_dir();
    let original = work.join("original.anki2");
    unzip(package, &original);
    let source = Connection::open(&original).expect("the package's database opens");
    let statements = |kind: &str| -> Vec<String> {
        let query = "SELECT sql FROM sqlite_master WHERE type = ?1 AND sql IS NOT NULL";
        let mut found = source.prepare(query).expect("a schema");
        let rows = found.query_map([kind], |row| row.get(0)).expect("a schema");
        rows.map(|it| it.expect("a statement")).collect()
    };
    let (tables, indexes) = (statements("table"), statements("index"));
    let rows = TABLES.map(|table| (table, rows(&source, table)));

    let started = Instant::now();
    let path = work.join("bare.anki2");
    let mut made = Connection::open(&path).expect("a new database");
    made.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").expect("settings");
    let insertion = made.transaction().expect("a transaction");
    for statement in &tables {
        insertion.execute_batch(statement).expect("a table");
    }
    for (table, rows) in &rows {
        let Some(first) = rows.first() else { continue };
        let marks = vec!["?"; first.len()].join(", ");
        let insert = format!("INSERT INTO {table} VALUES ({marks})");
        let mut insert = insertion.prepare(&insert).expect("an insertion");
        for row in rows {
            insert.execute(params_from_iter(row)).expect("a row");
        }
    }
    for statement in &indexes {
        insertion.execute_batch(statement).expect("an index");
    }
    insertion.commit().expect("the end");
    drop(made);
    zip(&path, out);
    println!("{:.4}", started.elapsed().as_secs_f64());
}

fn unzip(package: &str, path: &std::path::Path) {
    let mut archive = ZipArchive::new(File::open(package).expect("a package")).expect("a zip");
    let mut entry = archive.by_name(DATABASE).expect("a database");
    let mut file = File::create(path).expect("a file");
    std::io::copy(&mut entry, &mut file).expect("a copy");
}

fn rows(source: &Connection, table: &str) -> Vec<Vec<Value>> {
    let query = format!("SELECT * FROM {table} ORDER BY rowid");
    let mut statement = source.prepare(&query).expect("a table");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

fn zip(database: &std::path::Path, out: &str) {
    let mut writer = ZipWriter::new(BufWriter::new(File::create(out).expect("a package")));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1));
    writer.start_file(MEDIA_MAP, options).expect("an entry");
    writer.write_all(b"{}").expect("no media");
    writer.start_file(DATABASE, options).expect("an entry");
    let mut file = File::open(database).expect("the database");
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut buffer).expect("the database");
        if length == 0 {
            break;
        }
        writer.write_all(&buffer[..length]).expect("the database");
    }
    writer.finish().expect("the package");
}
