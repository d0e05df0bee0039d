//! What `deckle.lock` remembers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clozes::ClozeRecord;
use super::hash::Digest;
use super::masks::MaskRecord;
use super::matching::Sketch;
use super::notes::Notes;
use crate::model::NoteTypeKind;

/// The memory of a project's builds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Lock {
    /// The name of the file that it was read from; empty where it was read from none.
    pub name: String,
    /// The notes of the last build, by their ids.
    pub notes: Notes,
    /// Notes that are gone, by their ids: an undone deletion gets its id back, and no new note
    /// ever gets the id of one.
    pub removed: Notes,
    /// The project's note types, by the keys that they had first. A type that is gone stays, so
    /// that it comes back as the one it was.
    pub types: BTreeMap<String, TypeRecord>,
    /// Names of media files, in the order they have in packages.
    pub media: Vec<MediaRecord>,
}

/// Where a lock has the record of a note, for whoever comes back to it: a lock of a hundred thousand
/// notes is more than the caches of a processor hold, and each search by an id is a walk through
/// memory. It holds as long as no record is added, removed or put in another order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordIndex(u32);

impl RecordIndex {
    /// The position in [`Lock::records`].
    pub(super) fn position(self) -> usize {
        self.0 as usize
    }
}

/// A note as it was built last.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteRecord {
    /// The guid, which Anki knows it by.
    pub guid: String,
    /// The note id, its creation time in milliseconds.
    pub note_id: i64,
    /// The time of its last change, in seconds.
    pub modified: i64,
    /// The hash of its content.
    pub content: Digest,
    /// The key of its note type.
    pub note_type: Arc<str>,
    /// The file it stood in.
    pub path: Arc<str>,
    /// The headings above it, joined by ` / `.
    pub heading: Arc<str>,
    /// The hash of its first field.
    pub fingerprint: Digest,
    /// The hash of its rendered fields at the time of its last change; `None` in a lock of format
    /// 1. What a newer deckle makes of the same content may be another.
    pub rendered: Option<Digest>,
    /// What is left of its text; `None` in a lock of format 1.
    pub sketch: Option<Sketch>,
    /// Its place among the notes of its file, from 0; `None` where it is not known, as in a lock
    /// of format 1.
    pub place: Option<u32>,
    /// The clozes that have their numbers from deckle: those of the note in their order, then
    /// those that are gone.
    pub clozes: Box<[ClozeRecord]>,
    /// The masks that have their numbers from deckle, as with the clozes.
    pub masks: Box<[MaskRecord]>,
}

/// A note type as it was built last.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeRecord {
    /// The key that sources name it by. A renamed type keeps its record.
    pub key: String,
    /// Its id in Anki.
    pub id: i64,
    /// The time of its last change, in seconds.
    pub modified: i64,
    /// The hash of all that an import takes over.
    pub content: Digest,
    /// The hash of what makes two versions incompatible.
    pub schema: Digest,
    /// Whether card templates or clozes make its cards; `None` in a lock of format 1.
    pub kind: Option<NoteTypeKind>,
    /// The key of the field that Anki's browser sorts by; empty in a lock of format 1.
    pub sort_field: String,
    /// The key of the field that came first at the first build: notes are known again by it.
    pub first_field: String,
    /// Its fields, in their order.
    pub fields: Vec<FieldRecord>,
    /// Its card templates, in their order.
    pub templates: Vec<FieldRecord>,
}

/// A field or a card template of a note type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldRecord {
    /// The stable key.
    pub key: String,
    /// Its id in Anki.
    pub id: i64,
    /// Its name at the last build.
    pub name: String,
}

/// A media file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaRecord {
    /// The hash of its bytes, in hexadecimal digits.
    pub content: String,
    /// Its name in packages, which stays. A content may have several, on a line each; the first
    /// counts, the others serve references that say them.
    pub name: String,
}

impl NoteRecord {
    /// Where it stood at the last build: `heart.md`, or ``heart.md, below `Valves` ``.
    #[must_use]
    pub fn stood_in(&self) -> String {
        if self.heading.is_empty() {
            self.path.to_string()
        } else {
            format!("{}, below `{}`", self.path, self.heading)
        }
    }
}

impl Lock {
    /// The name of its file, or the one that a project's lock has.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.name.as_str() {
            "" => super::LOCK_NAME,
            name => name,
        }
    }

    /// Where the record of this id is, be the note live or gone.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<RecordIndex> {
        let gone = || Some(self.notes.len() + self.removed.position(id)?);
        let position = self.notes.position(id).or_else(gone)?;
        u32::try_from(position).ok().map(RecordIndex)
    }

    /// The record that was found there.
    #[must_use]
    pub fn record(&self, at: RecordIndex) -> Option<&NoteRecord> {
        let position = at.position();
        match position.checked_sub(self.notes.len()) {
            None => self.notes.at(position),
            Some(gone) => self.removed.at(gone),
        }
    }

    /// The records of live notes, then of those that are gone.
    pub(super) fn records(&self) -> impl Iterator<Item = (&str, &NoteRecord)> {
        self.notes.iter().chain(self.removed.iter())
    }

    /// Brings the notes into the order of their ids.
    pub fn sort(&mut self) {
        self.notes.sort();
        self.removed.sort();
    }

    /// The names of media by the hashes of their contents, in the lock's order, each once.
    #[must_use]
    pub fn media_names(&self) -> BTreeMap<String, Vec<String>> {
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in &self.media {
            let of_content = names.entry(record.content.clone()).or_default();
            if !of_content.contains(&record.name) {
                of_content.push(record.name.clone());
            }
        }
        names
    }

    /// The newest time of a change; `None` for an empty lock.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        let notes = self
            .notes
            .values()
            .chain(self.removed.values())
            .map(|it| it.modified);
        notes.chain(self.types.values().map(|it| it.modified)).max()
    }
}
