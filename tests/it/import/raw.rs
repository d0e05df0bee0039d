//! A package taken apart, to be changed into what other programs write.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use rusqlite::{Connection, MAIN_DB};
use serde_json::Value;
use sha1::{Digest, Sha1};
use zip::write::SimpleFileOptions;

pub(super) struct Raw {
    pub database: Connection,
    /// Entry and name of each media file.
    pub names: Vec<(String, String)>,
    /// The bytes of each entry.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Whether it is written in the latest format.
    pub latest: bool,
}

impl Raw {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let name = entry.name().unwrap().into_owned();
            files.insert(name, bytes);
        }
        let image = files.remove("collection.anki2").unwrap();
        let map = files.remove("media").unwrap();
        let map: BTreeMap<String, String> = serde_json::from_slice(&map).unwrap();
        let mut names: Vec<(String, String)> = map.into_iter().collect();
        names.sort_by_key(|(entry, _)| entry.parse::<u32>().unwrap());
        let mut database = Connection::open_in_memory().unwrap();
        let (mut image, size) = (Cursor::new(&image), image.len());
        database
            .deserialize_read_exact(MAIN_DB, &mut image, size, false)
            .unwrap();
        Self {
            database,
            names,
            files,
            latest: false,
        }
    }

    /// Changes one of the JSON texts in the table `col`.
    pub(super) fn json(&self, column: &str, change: impl FnOnce(&mut Value)) {
        let read = format!("select {column} from col");
        let text: String = self
            .database
            .query_row(&read, [], |row| row.get(0))
            .unwrap();
        let mut value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        let write = format!("update col set {column} = ?1");
        self.database.execute(&write, [value.to_string()]).unwrap();
    }

    pub(super) fn run(&self, statement: &str) {
        self.database
            .execute_batch(statement)
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// The ids of a table's rows.
    pub(super) fn ids(&self, table: &str) -> Vec<i64> {
        let mut statement = self
            .database
            .prepare(&format!("select id from {table} order by id"))
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    pub(super) fn bytes(&mut self) -> Vec<u8> {
        let image = self.database.serialize(MAIN_DB).unwrap().to_vec();
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, bytes: &[u8]| {
            archive
                .start_file(name, SimpleFileOptions::default())
                .unwrap();
            archive.write_all(bytes).unwrap();
        };
        if self.latest {
            let packed = |bytes: &[u8]| zstd::encode_all(bytes, 0).unwrap();
            add("meta", &[8, 3]);
            add("collection.anki21b", &packed(&image));
            let mut list = Vec::new();
            for (index, (entry, name)) in self.names.iter().enumerate() {
                let bytes = self.files.get(entry);
                let data = bytes.map_or(&[][..], Vec::as_slice);
                field(&mut list, 1, &media_entry(name, data));
                if bytes.is_some() {
                    add(&index.to_string(), &packed(data));
                }
            }
            add("media", &packed(&list));
        } else {
            add("collection.anki2", &image);
            for (entry, bytes) in &self.files {
                add(entry, bytes);
            }
            let map: serde_json::Map<String, Value> = self
                .names
                .iter()
                .map(|(entry, name)| (entry.clone(), name.as_str().into()))
                .collect();
            add("media", Value::from(map).to_string().as_bytes());
        }
        archive.finish().unwrap().into_inner()
    }
}

/// A message of the list of media in the latest format.
fn media_entry(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    field(&mut message, 1, name.as_bytes());
    message.extend([2 << 3, u8::try_from(bytes.len()).unwrap()]);
    field(&mut message, 3, &Sha1::digest(bytes));
    message
}

/// A field of a protobuf message that holds bytes.
fn field(message: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    message.push(number << 3 | 2);
    let mut length = bytes.len();
    while length >= 128 {
        message.push(length as u8 | 128);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend(bytes);
}
