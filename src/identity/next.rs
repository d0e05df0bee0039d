//! The lock behind a build.

use super::content::{schema_hash, type_content};
use super::hash::Digest;
use super::lock::{FieldRecord, Lock, NoteRecord, TypeRecord};
use super::stamp::stamp;
use crate::model::written::WrittenType;
use crate::model::{BuildTime, Guid, allocate_note_ids};

/// A note of the build.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its guid.
    pub guid: Option<&'a Guid>,
    /// The hash of its first field.
    pub fingerprint: Digest,
    /// The hash of its content.
    pub content: Digest,
    /// The key of its note type.
    pub note_type: &'a str,
    /// The file it stands in.
    pub path: &'a str,
    /// The headings above it.
    pub headings: &'a [String],
}

/// The lock behind a build of these notes and of the project's own types, which bear the times
/// of this build already. Notes that the old lock has and the build has not are kept as removed.
#[must_use]
pub fn next_lock<'a>(
    old: &Lock,
    entries: impl Iterator<Item = Entry<'a>> + Clone,
    types: impl Iterator<Item = &'a WrittenType>,
    time: BuildTime,
) -> Lock {
    let record_of = |id: &str| old.notes.get(id).or_else(|| old.removed.get(id));
    let taken = old
        .notes
        .values()
        .chain(old.removed.values())
        .map(|it| it.note_id)
        .collect();
    let new = entries
        .clone()
        .filter(|it| record_of(it.id).is_none())
        .count();
    let milliseconds = time.as_unix().saturating_mul(1000);
    let mut fresh = allocate_note_ids(new, milliseconds, &taken).into_iter();

    let mut lock = Lock {
        media: old.media.clone(),
        ..Lock::default()
    };
    for entry in entries {
        let id = entry.id;
        let stamp = stamp(old, id, entry.content, time);
        let note_id = record_of(id).map(|it| it.note_id).or_else(|| fresh.next());
        let record = NoteRecord {
            guid: entry
                .guid
                .map_or_else(String::new, |guid| guid.as_str().to_owned()),
            note_id: note_id.unwrap_or_default(),
            modified: stamp.modified,
            content: entry.content,
            note_type: entry.note_type.to_owned(),
            path: entry.path.to_owned(),
            heading: entry.headings.join(" / "),
            fingerprint: entry.fingerprint,
        };
        lock.notes.insert(id.to_owned(), record);
    }
    for (id, record) in old.notes.iter().chain(&old.removed) {
        if !lock.notes.contains_key(id) {
            lock.removed.insert(id.clone(), record.clone());
        }
    }
    for written in types {
        let note_type = &written.note_type;
        let fields = note_type
            .fields()
            .iter()
            .zip(&written.fields)
            .map(|(field, known)| {
                let (id, name) = (field.id.unwrap_or_default(), field.name.clone());
                FieldRecord {
                    key: known.key.clone(),
                    id,
                    name,
                }
            });
        let templates = note_type.templates().iter().map(|it| {
            let (id, name) = (it.id.unwrap_or_default(), it.name.clone());
            FieldRecord {
                key: name.clone(),
                id,
                name,
            }
        });
        let record = TypeRecord {
            id: note_type.id(),
            modified: note_type.modified().unwrap_or_else(|| time.as_unix()),
            content: type_content(note_type),
            schema: schema_hash(note_type),
            fields: fields.collect(),
            templates: templates.collect(),
        };
        lock.types.insert(written.key.clone(), record);
    }
    lock
}
