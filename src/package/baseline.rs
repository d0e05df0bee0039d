//! What an earlier package says: which notes there were, with which ids and times.
//!
//! Kept small (a guid, two numbers and a hash a note), because it lies in memory beside the notes
//! of the new package.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, MAIN_DB, OptionalExtension};
use sha2::{Digest, Sha256};

use super::archive::read_database;
use super::collection::{MARK, Mark};
use super::database::{COL, NOTES, failed, open};
use super::note_rows;
use super::note_type_rows::NoteTypeRow;
use crate::model::MAX_ID;
use crate::model::{Guid, Note, NoteType};
use crate::{Error, ErrorKind, files};

/// An earlier build of a package. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Baseline(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    notes: HashMap<Box<str>, BaselineNote>,
    note_types: Vec<NoteTypeRow>,
}

/// A note of an earlier build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineNote {
    id: i64,
    modified: i64,
    fingerprint: Fingerprint,
}

/// How large a package may be that is read; what is larger is an error, so that a hostile file
/// cannot fill the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BaselineLimits {
    /// The largest database, unpacked, in bytes. Default: 1 GiB, the most that deckle writes.
    pub database_bytes: u64,
}

impl Default for BaselineLimits {
    fn default() -> Self {
        Self {
            database_bytes: 1 << 30,
        }
    }
}

impl BaselineLimits {
    /// With this limit for the database, unpacked, in bytes.
    #[must_use]
    pub fn database_bytes(mut self, bytes: u64) -> Self {
        self.database_bytes = bytes;
        self
    }
}

/// What decides whether a note changed: its note type, tags and fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of tags and fields as the database keeps them.
    pub(super) fn new(note_type: i64, tags: &str, fields: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(note_type.to_be_bytes());
        // The length keeps what follows apart.
        hash.update((tags.len() as u64).to_be_bytes());
        hash.update(tags.as_bytes());
        hash.update(fields.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(half)
    }
}

impl Baseline {
    /// The package at this path, if deckle wrote it: `None` where there is no file, or it is
    /// another program's.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged, or is larger than the default limits.
    pub fn read(path: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        Self::read_within(path, BaselineLimits::default())
    }

    /// As [`Baseline::read`], with limits of the caller's own.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn read_within(
        path: impl AsRef<Path>,
        limits: BaselineLimits,
    ) -> Result<Option<Self>, Error> {
        let path = path.as_ref();
        let file = match files::open_disk(path) {
            Ok((file, _)) => file,
            Err(_) if files::is_missing(path) => return Ok(None),
            Err(error) => return Err(error),
        };
        let reader = std::io::BufReader::new(file);
        let found = read_database(reader, limits.database_bytes, |entry, size| {
            let Some(connection) = load(entry, size)? else {
                return Ok(None);
            };
            Contents::read(&connection)
        })?;
        Ok(found.flatten().map(|contents| Self(Arc::new(contents))))
    }

    /// The note of this guid.
    #[must_use]
    pub fn note(&self, guid: &Guid) -> Option<&BaselineNote> {
        self.0.notes.get(guid.as_str())
    }

    /// How many notes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.notes.len()
    }

    /// Whether there is no note.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.notes.is_empty()
    }

    /// The time of the newest note or note type, in seconds; `None` where there is neither. A
    /// build at an earlier time most likely has a wrong clock.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        // The greatest of all: the order of visiting does not matter.
        let notes = self.0.notes.values().map(|note| note.modified).max();
        let note_types = self.0.note_types.iter().map(|row| row.modified).max();
        notes.max(note_types)
    }

    /// The time of the last change of the note type with this id, in seconds.
    #[must_use]
    pub fn note_type_modified(&self, id: i64) -> Option<i64> {
        self.note_type(id).map(|row| row.modified)
    }

    /// Whether there is this very note type, under its id. Its time does not count.
    #[must_use]
    pub fn has_note_type(&self, note_type: &NoteType) -> bool {
        let row = self.note_type(note_type.id());
        row.is_some_and(|row| row.says_the_same(&NoteTypeRow::new(note_type, 0)))
    }

    pub(super) fn note_type(&self, id: i64) -> Option<&NoteTypeRow> {
        self.0.note_types.iter().find(|row| row.id == id)
    }

    pub(super) fn note_ids(&self) -> impl Iterator<Item = i64> {
        self.0.notes.values().map(|note| note.id)
    }
}

impl BaselineNote {
    /// The id, in milliseconds.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The time of the last change, in seconds.
    #[must_use]
    pub fn modified(&self) -> i64 {
        self.modified
    }

    /// Whether the note says the same: note type, fields and tags.
    #[must_use]
    pub fn says_the_same(&self, note: &Note) -> bool {
        let tags = note_rows::tags_text(&note.tags);
        let fields = note_rows::fields_text(note);
        self.has(&Fingerprint::new(note.note_type().id(), &tags, &fields))
    }

    pub(super) fn has(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint == *fingerprint
    }
}

/// The database of a package, if its tables are deckle's own. A table that is not made exactly as
/// deckle makes it, such as a view that never ends, is not read at all.
fn load(entry: &mut dyn Read, size: u64) -> Result<Option<Connection>, Error> {
    let broken = || {
        Error::new(ErrorKind::Archive(
            "the package's database is damaged".to_owned(),
        ))
    };
    let size = usize::try_from(size).map_err(|_| broken())?;
    if size == 0 {
        return Ok(None);
    }
    let mut connection = open()?;
    connection
        .deserialize_read_exact(MAIN_DB, &mut *entry, size, true)
        .map_err(failed("reading the earlier package"))?;
    // An entry may hold more than its header says.
    if entry
        .read(&mut [0])
        .map_err(|source| broken().caused_by(source))?
        > 0
    {
        return Err(broken());
    }
    for (name, sql) in [("col", COL), ("notes", NOTES)] {
        let found: Option<String> = connection
            .query_row(
                "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()
            .map_err(failed("reading the earlier package's tables"))?;
        if found.as_deref() != Some(sql) {
            return Ok(None);
        }
    }
    Ok(Some(connection))
}

impl Contents {
    /// `None` where the collection does not bear deckle's mark.
    fn read(connection: &Connection) -> Result<Option<Self>, Error> {
        let failed = failed("reading the earlier package's rows");
        let json = |source: serde_json::Error| {
            let text = "the package's settings are damaged".to_owned();
            Error::new(ErrorKind::Archive(text)).caused_by(source)
        };
        let collection = connection
            .query_row("SELECT conf, models FROM col", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()
            .map_err(failed)?;
        let Some((conf, models)) = collection else {
            return Ok(None);
        };
        let mark: Mark = serde_json::from_str(&conf).map_err(json)?;
        if mark.deckle.is_none_or(|version| version > MARK) {
            return Ok(None);
        }
        let models: BTreeMap<String, NoteTypeRow> = serde_json::from_str(&models).map_err(json)?;
        let mut notes = HashMap::new();
        let mut statement = connection
            .prepare("SELECT id, guid, mid, mod, tags, flds FROM notes NOT INDEXED")
            .map_err(failed)?;
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
        Ok(Some(Self {
            notes,
            note_types: models.into_values().collect(),
        }))
    }
}

fn read_note(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Box<str>, BaselineNote)> {
    let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let fingerprint = Fingerprint::new(row.get(2)?, text(4)?, text(5)?);
    let note = BaselineNote {
        id: row.get(0)?,
        modified: row.get(3)?,
        fingerprint,
    };
    Ok((text(1)?.into(), note))
}
