//! The lock behind a build.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::clozes::ClozeRecord;
use super::hash::Digest;
use super::lock::{Lock, NoteRecord, RecordIndex};
use super::masks::MaskRecord;
use super::matching::Sketch;
use super::schema::type_record;
use super::shared::Shared;
use super::stamp::Stamp;
use crate::model::written::WrittenType;
use crate::model::{BuildTime, Guid, allocate_note_ids};

/// A note of the build.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry<'a> {
    /// Its id.
    pub id: &'a Arc<str>,
    /// Where the old lock has its record.
    pub record: Option<RecordIndex>,
    /// Whether that is the record of an old id.
    pub is_heir: bool,
    /// Its guid.
    pub guid: Option<&'a Guid>,
    /// The hash of its first field.
    pub fingerprint: Digest,
    /// What the lock keeps of its text.
    pub sketch: Option<Sketch>,
    /// Its clozes that have their numbers from deckle, and those that are gone.
    pub clozes: &'a [ClozeRecord],
    /// As its clozes, its masks.
    pub masks: &'a [MaskRecord],
    /// The hash of its content.
    pub content: Digest,
    /// Its time, and how it was rendered then.
    pub stamp: Stamp,
    /// What identity knows its note type by.
    pub note_type: &'a str,
    /// The file it stands in.
    pub path: &'a str,
    /// The headings above it.
    pub headings: &'a [String],
}

/// What a build leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Next {
    /// The lock.
    pub lock: Lock,
    /// What the notes have in the lock that belongs into packages, in the order of the entries.
    pub stamped: Vec<Stamped>,
    /// How many notes are rendered differently than when they last changed, and keep their time.
    pub outdated: usize,
}

/// What a note has in the lock that belongs into packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stamped {
    /// The note id.
    pub note_id: i64,
    /// The time of its last change, in seconds.
    pub modified: i64,
}

/// The lock behind a build of these notes and of the project's own types, which bear the times
/// of this build already. Notes that the old lock has and the build has not are kept as removed. The
/// others are in the order of the entries.
#[must_use]
pub fn next_lock<'a>(
    old: &Lock,
    entries: impl Iterator<Item = Entry<'a>> + Clone,
    types: impl Iterator<Item = &'a WrittenType>,
    time: BuildTime,
) -> Next {
    let note_ids = note_ids(old, entries.clone().map(|it| it.stamp.note_id), time);
    let mut next = Next {
        lock: Lock {
            name: old.name.clone(),
            media: old.media.clone(),
            types: old.types.clone(),
            ..Lock::default()
        },
        stamped: Vec::with_capacity(note_ids.len()),
        outdated: 0,
    };
    let lock = &mut next.lock;
    lock.notes.reserve(note_ids.len());
    let mut stays = vec![false; old.notes.len() + old.removed.len()];
    let mut shared = Shared::default();
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (entry, note_id) in entries.zip(note_ids) {
        used.insert(entry.note_type);
        let own = match entry.is_heir {
            true => old.find(entry.id),
            false => entry.record,
        };
        if let Some(stays) = own.and_then(|it| stays.get_mut(it.position())) {
            *stays = true;
        }
        let stamp = entry.stamp;
        next.outdated += usize::from(stamp.outdated);
        let place = places.entry(entry.path).or_default();
        let record = NoteRecord {
            guid: entry
                .guid
                .map_or_else(String::new, |guid| guid.as_str().to_owned()),
            note_id,
            modified: stamp.modified,
            content: entry.content,
            note_type: shared.get(entry.note_type),
            path: shared.get(entry.path),
            heading: shared.get(&entry.headings.join(" / ")),
            fingerprint: entry.fingerprint,
            rendered: Some(stamp.rendered),
            sketch: entry.sketch,
            place: Some(*place),
            clozes: entry.clozes.into(),
            masks: entry.masks.into(),
        };
        *place += 1;
        next.stamped.push(Stamped {
            note_id,
            modified: stamp.modified,
        });
        lock.notes.insert(Arc::clone(entry.id), record);
    }
    let gone = old.records().zip(stays).filter(|(_, stays)| !stays);
    let gone: Vec<(&str, &NoteRecord)> = gone.map(|it| it.0).collect();
    if !gone.is_empty() {
        // What is called otherwise now is not gone.
        let live: HashSet<&str> = lock.notes.values().map(|it| it.guid.as_str()).collect();
        let gone = gone
            .into_iter()
            .filter(|(_, record)| !live.contains(record.guid.as_str()));
        lock.removed = gone
            .map(|(id, record)| {
                // Its place is another's now.
                let record = NoteRecord {
                    place: None,
                    ..record.clone()
                };
                (id.to_owned(), record)
            })
            .collect();
    }
    // A type that is gone is remembered, but not where a shipped one took its place.
    lock.types.retain(|identity, _| !used.contains(&**identity));
    for written in types {
        let modified = written.note_type.modified();
        let record = type_record(written, modified.unwrap_or_else(|| time.as_unix()));
        lock.types.insert(written.identity.clone(), record);
    }
    next
}

/// The note ids of notes that have these so far, and new ones for those that have none. Two branches that added
/// notes at the same time gave the same ids; after a merge one of the notes gets another, which no
/// learner notices.
fn note_ids(old: &Lock, so_far: impl Iterator<Item = Option<i64>>, time: BuildTime) -> Vec<i64> {
    let mut used = HashSet::with_capacity(old.notes.len());
    let kept = so_far.map(|it| it.filter(|id| used.insert(*id)));
    let kept: Vec<Option<i64>> = kept.collect();
    let needed = kept.iter().filter(|it| it.is_none()).count();
    let known = old.records().filter(|_| needed > 0);
    let taken: BTreeSet<i64> = known.map(|(_, it)| it.note_id).collect();
    let milliseconds = time.as_unix().saturating_mul(1000);
    let mut fresh = allocate_note_ids(needed, milliseconds, &taken).into_iter();
    let ids = kept.into_iter();
    ids.map(|id| id.or_else(|| fresh.next()).unwrap_or_default())
        .collect()
}
