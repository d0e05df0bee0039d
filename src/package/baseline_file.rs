//! Reads an earlier package of deckle's own, in either container.
//!
//! Only what deckle itself made is read at all: a table that is not made exactly as deckle makes
//! it, such as a view that never ends, makes the package another program's.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};

use prost::Message;
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row};

use super::archive::ArchiveReader;
use super::baseline::{BaselineNote, Contents, Fingerprint};
use super::collection::{MARK, Mark};
use super::database::{COL, NOTES, failed, open};
use super::note_type_rows::NoteTypeRow;
use super::proto::PackageMetadata;
use super::{Format, compression, latest, legacy, note_type_blobs, schema_18};
use crate::model::MAX_ID;
use crate::{Error, ErrorKind};

/// The entry that names the container has two bytes.
const LONGEST_METADATA: u64 = 64;

/// What an earlier package says; `None` where deckle did not write it.
///
/// # Errors
/// When this is no zip, it is damaged, or its database is larger than `limit` bytes.
pub(super) fn read(reader: impl Read + Seek, limit: u64) -> Result<Option<Contents>, Error> {
    let mut archive = ArchiveReader::new(reader)?;
    let Some(format) = format(&mut archive)? else {
        return Ok(None);
    };
    let connection = match format {
        Format::Legacy => {
            let Some((size, entry)) = archive.entry(legacy::DATABASE)? else {
                return Ok(None);
            };
            load(entry, size, limit)?
        }
        Format::Latest => {
            let Some((_, entry)) = archive.entry(latest::DATABASE)? else {
                return Ok(None);
            };
            let Some((size, stream)) = compression::decoder(entry)? else {
                return Ok(None);
            };
            load(stream, size, limit)?
        }
    };
    match connection {
        Some(connection) => read_contents(&connection, format),
        None => Ok(None),
    }
}

/// Which container this is, if it is one that deckle writes.
fn format<R: Read + Seek>(archive: &mut ArchiveReader<R>) -> Result<Option<Format>, Error> {
    let Some((_, entry)) = archive.entry(latest::METADATA)? else {
        return Ok(Some(Format::Legacy));
    };
    let mut bytes = Vec::new();
    entry
        .take(LONGEST_METADATA)
        .read_to_end(&mut bytes)
        .map_err(|source| broken().caused_by(source))?;
    let metadata = PackageMetadata::decode(&bytes[..]);
    let is_latest = metadata.is_ok_and(|it| it.version == latest::VERSION);
    Ok(is_latest.then_some(Format::Latest))
}

/// The database of a package; `None` where there is none.
fn load(mut reader: impl Read, size: u64, limit: u64) -> Result<Option<Connection>, Error> {
    if size > limit {
        return Err(Error::new(ErrorKind::Archive(format!(
            "the package's database has {size} bytes, more than the limit of {limit}"
        ))));
    }
    let size = usize::try_from(size).map_err(|_| broken())?;
    if size == 0 {
        return Ok(None);
    }
    let mut connection = open()?;
    connection
        .deserialize_read_exact(MAIN_DB, &mut reader, size, true)
        .map_err(failed("reading the earlier package"))?;
    // An entry may hold more than its header says.
    let more = reader.read(&mut [0]);
    if more.map_err(|source| broken().caused_by(source))? > 0 {
        return Err(broken());
    }
    schema_18::add_collation(&connection)?;
    Ok(Some(connection))
}

/// `None` where the collection does not bear deckle's mark.
fn read_contents(connection: &Connection, format: Format) -> Result<Option<Contents>, Error> {
    let tables: &[(&str, &str)] = match format {
        Format::Legacy => &[("col", COL), ("notes", NOTES)],
        Format::Latest => &[
            ("notes", NOTES),
            ("config", schema_18::CONFIG),
            ("notetypes", schema_18::NOTE_TYPES),
            ("fields", schema_18::FIELDS),
            ("templates", schema_18::TEMPLATES),
        ],
    };
    for (name, sql) in tables {
        if !has_table(connection, name, sql).map_err(failed("reading the earlier tables"))? {
            return Ok(None);
        }
    }
    let failed = failed("reading the earlier package's rows");
    let note_types = match format {
        Format::Legacy => {
            let Some((conf, models)) = settings(connection).map_err(failed)? else {
                return Ok(None);
            };
            let mark: Mark = serde_json::from_str(&conf).map_err(damaged_settings)?;
            if !is_ours(mark.deckle) {
                return Ok(None);
            }
            let models: BTreeMap<String, NoteTypeRow> =
                serde_json::from_str(&models).map_err(damaged_settings)?;
            models.into_values().collect()
        }
        Format::Latest => {
            let mark = mark(connection).map_err(failed)?;
            let mark = mark.map(|json| serde_json::from_slice(&json));
            if !is_ours(mark.transpose().map_err(damaged_settings)?) {
                return Ok(None);
            }
            note_types(connection)?
        }
    };
    let notes = notes(connection)?;
    Ok(Some(Contents { notes, note_types }))
}

fn has_table(connection: &Connection, name: &str, sql: &str) -> rusqlite::Result<bool> {
    const QUERY: &str = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1";
    let found: Option<String> = connection
        .query_row(QUERY, [name], |row| row.get(0))
        .optional()?;
    Ok(found.as_deref() == Some(sql))
}

fn is_ours(mark: Option<u32>) -> bool {
    mark.is_some_and(|version| version <= MARK)
}

fn settings(connection: &Connection) -> rusqlite::Result<Option<(String, String)>> {
    const QUERY: &str = "SELECT conf, models FROM col";
    let row = connection.query_row(QUERY, [], |row| Ok((row.get(0)?, row.get(1)?)));
    row.optional()
}

fn mark(connection: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    const QUERY: &str = "SELECT val FROM config WHERE KEY = 'deckle'";
    let row = connection.query_row(QUERY, [], |row| row.get(0));
    row.optional()
}

/// The note types of schema 18, with their fields and card templates.
fn note_types(connection: &Connection) -> Result<Vec<NoteTypeRow>, Error> {
    const NOTE_TYPES: &str = "SELECT id, 0, name, config, mtime_secs FROM notetypes NOT INDEXED";
    const FIELDS: &str = "SELECT ntid, ord, name, config, 0 FROM fields ORDER BY ntid, ord";
    const TEMPLATES: &str = "SELECT ntid, ord, name, config, 0 FROM templates ORDER BY ntid, ord";
    let mut found: BTreeMap<i64, NoteTypeRow> = BTreeMap::new();
    for row in named_blobs(connection, NOTE_TYPES)? {
        let config = decode(&row.config)?;
        let note_type = note_type_blobs::read_note_type(row.id, row.name, row.modified, config);
        found.insert(row.id, note_type);
    }
    for row in named_blobs(connection, FIELDS)? {
        let config = decode(&row.config)?;
        if let Some(note_type) = found.get_mut(&row.id) {
            let field = note_type_blobs::read_field(row.ord as usize, row.name, config);
            note_type.flds.push(field);
        }
    }
    for row in named_blobs(connection, TEMPLATES)? {
        let config = decode(&row.config)?;
        if let Some(note_type) = found.get_mut(&row.id) {
            let template = note_type_blobs::read_template(row.ord as usize, row.name, config);
            note_type.tmpls.push(template);
        }
    }
    Ok(found.into_values().collect())
}

/// A row of a note type, a field or a card template.
struct NamedBlob {
    id: i64,
    ord: u32,
    name: String,
    config: Vec<u8>,
    modified: i64,
}

fn named_blobs(connection: &Connection, query: &str) -> Result<Vec<NamedBlob>, Error> {
    let failed = failed("reading the earlier package's note types");
    let mut statement = connection.prepare(query).map_err(failed)?;
    let rows = statement.query_map([], |row| {
        Ok(NamedBlob {
            id: row.get(0)?,
            ord: row.get(1)?,
            name: row.get(2)?,
            config: row.get(3)?,
            modified: row.get(4)?,
        })
    });
    rows.and_then(Iterator::collect).map_err(failed)
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, Error> {
    M::decode(bytes).map_err(|source| broken().caused_by(source))
}

fn notes(connection: &Connection) -> Result<HashMap<Box<str>, BaselineNote>, Error> {
    const QUERY: &str = "SELECT id, guid, mid, mod, tags, flds FROM notes NOT INDEXED";
    let failed = failed("reading the earlier package's rows");
    let mut notes = HashMap::new();
    let mut statement = connection.prepare(QUERY).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let (guid, note) = read_note(row).map_err(failed)?;
        if !(1..=MAX_ID).contains(&note.id) {
            return Err(Error::new(ErrorKind::Archive(format!(
                "a note of the package has the id {}",
                note.id
            ))));
        }
        notes.insert(guid, note);
    }
    Ok(notes)
}

fn read_note(row: &Row<'_>) -> rusqlite::Result<(Box<str>, BaselineNote)> {
    let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let fingerprint = Fingerprint::new(row.get(2)?, text(4)?, text(5)?);
    let note = BaselineNote {
        id: row.get(0)?,
        modified: row.get(3)?,
        fingerprint,
    };
    Ok((text(1)?.into(), note))
}

fn broken() -> Error {
    Error::new(ErrorKind::Archive(
        "the package's database is damaged".to_owned(),
    ))
}

fn damaged_settings(source: serde_json::Error) -> Error {
    let text = "the package's settings are damaged".to_owned();
    Error::new(ErrorKind::Archive(text)).caused_by(source)
}
