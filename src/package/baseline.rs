//! What an earlier package says: which notes there were, with which ids and times.
//!
//! Kept small (a guid, two numbers and a hash a note), because it lies in memory beside the notes
//! of the new package.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::collection::MARK;
use super::note_rows;
use super::note_type_rows::NoteTypeRow;
use super::read::{Collection, Container, ReadLimits, Store, StoredNoteType, read_note_types};
use crate::model::MAX_ID;
use crate::model::{Guid, Note, NoteType};
use crate::{Error, ErrorKind, files};

/// An earlier build of a package. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Baseline(Arc<Contents>);

/// A note of an earlier build by its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaselineText {
    pub(crate) guid: Box<str>,
    /// The id of its note type.
    pub(crate) note_type: String,
    /// Its fields, U+001F between them, where they were asked for.
    pub(crate) fields: Option<String>,
}

#[derive(Debug)]
struct Contents {
    path: PathBuf,
    limits: ReadLimits,
    notes: HashMap<Box<str>, BaselineNote>,
    note_types: Vec<StoredNoteType>,
}

/// A note of an earlier build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineNote {
    id: i64,
    modified: i64,
    fingerprint: Fingerprint,
}

/// What decides whether a note changed: its note type, tags and fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of tags and fields as the database keeps them.
    pub(super) fn new(note_type: i64, tags: &str, fields: &str) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(&note_type.to_be_bytes());
        // The length keeps what follows apart.
        hash.update(&(tags.len() as u64).to_be_bytes());
        hash.update(tags.as_bytes());
        hash.update(fields.as_bytes());
        let digest = hash.finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest.as_bytes()[..16]);
        Self(half)
    }
}

impl Baseline {
    /// The package at this path, if deckle wrote it: `None` where there is no file or an empty
    /// one, or it is another program's.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged, or is larger than the default limits.
    pub fn read(path: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        Self::read_within(path, ReadLimits::default())
    }

    /// As [`Baseline::read`], with limits of the caller's own.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn read_within(path: impl AsRef<Path>, limits: ReadLimits) -> Result<Option<Self>, Error> {
        let Found::Package(Some(store)) = Found::at(path.as_ref(), limits)? else {
            return Ok(None);
        };
        let found = Contents::read(&store, path.as_ref(), limits)?;
        Ok(found.map(|contents| Self(Arc::new(contents))))
    }

    /// Whether a package can be written to this path without a loss: nothing or an empty file
    /// stands there, or a package that this version of deckle wrote. No notes are read.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub(crate) fn may_be_replaced(path: &Path) -> Result<bool, Error> {
        match Found::at(path, ReadLimits::default())? {
            Found::Nothing => Ok(true),
            Found::Package(None) => Ok(false),
            Found::Package(Some(store)) => is_marked(&store, &Collection::read(&store)?),
        }
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
        row.is_some_and(|row| NoteTypeRow::new(note_type, 0).is_stored_as(row))
    }

    /// Whether there is a note whose guid is one of these.
    pub(crate) fn has(&self, is_one: impl Fn(&str) -> bool) -> bool {
        self.0.notes.keys().any(|guid| is_one(guid))
    }

    /// All notes in the order of their ids, which is that of the sources that they were first in,
    /// with the fields of those whose guid is one of these. They are read anew: builds in which
    /// nothing is gone need none.
    pub(crate) fn texts_of(
        &self,
        is_one: impl Fn(&str) -> bool,
    ) -> Result<Vec<BaselineText>, Error> {
        let Contents { path, limits, .. } = &*self.0;
        let mut texts: Vec<(i64, BaselineText)> = Vec::new();
        let Found::Package(Some(store)) = Found::at(path, *limits)? else {
            return Ok(Vec::new());
        };
        store.each("notes", &["id", "guid", "mid", "flds"], |row| {
            let guid = row.text(1)?;
            // It may be another file by now; what was not counted is not held.
            if self.0.notes.contains_key(guid) && texts.len() < self.len() {
                let fields = match is_one(guid) {
                    true => Some(row.text(3)?.to_owned()),
                    false => None,
                };
                let text = BaselineText {
                    guid: guid.into(),
                    note_type: row.integer(2)?.to_string(),
                    fields,
                };
                texts.push((row.integer(0)?, text));
            }
            Ok(())
        })?;
        texts.sort_by_key(|(id, _)| *id);
        Ok(texts.into_iter().map(|(_, text)| text).collect())
    }

    pub(super) fn note_type(&self, id: i64) -> Option<&StoredNoteType> {
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

/// What stands at a path.
enum Found {
    /// No file, or an empty one, as `mktemp` makes them.
    Nothing,
    /// A package, and its database if that is none of zero bytes.
    Package(Option<Store>),
}

impl Found {
    fn at(path: &Path, limits: ReadLimits) -> Result<Self, Error> {
        let file = match files::open_disk(path) {
            Ok((_, 0)) => return Ok(Self::Nothing),
            Ok((file, _)) => file,
            Err(_) if files::is_missing(path) => return Ok(Self::Nothing),
            Err(error) => return Err(error),
        };
        let mut container = Container::open(Box::new(file), limits)?;
        Store::open(&mut container).map(Self::Package)
    }
}

/// Whether the collection bears deckle's mark, of this version or an older one.
fn is_marked(store: &Store, collection: &Collection) -> Result<bool, Error> {
    let settings = collection.settings(store)?;
    let mark: Option<u32> = settings.get("deckle").and_then(|it| it.parse().ok());
    Ok(mark.is_some_and(|version| version <= MARK))
}

impl Contents {
    /// `None` where the collection does not bear deckle's mark.
    fn read(store: &Store, path: &Path, limits: ReadLimits) -> Result<Option<Self>, Error> {
        let collection = Collection::read(store)?;
        if !is_marked(store, &collection)? {
            return Ok(None);
        }
        let note_types = read_note_types(store, &collection.models)?;
        let mut notes = HashMap::new();
        let columns = ["id", "guid", "mid", "mod", "tags", "flds"];
        store.each("notes", &columns, |row| {
            if notes.len() as u64 >= limits.notes {
                return Err(damaged(format!(
                    "the package has more than {} notes, which is the limit",
                    limits.notes
                )));
            }
            let note = BaselineNote {
                id: row.integer(0)?,
                modified: row.integer(3)?,
                fingerprint: Fingerprint::new(row.integer(2)?, row.text(4)?, row.text(5)?),
            };
            if !(1..=MAX_ID).contains(&note.id) {
                let text = format!("a note of the package has the id {}", note.id);
                return Err(damaged(text));
            }
            notes.insert(row.text(1)?.into(), note);
            Ok(())
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            limits,
            notes,
            note_types,
        }))
    }
}

fn damaged(text: String) -> Error {
    Error::new(ErrorKind::Archive(text))
}
