//! The lock behind a build.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::clozes::ClozeRecord;
use super::hash::Digest;
use super::lock::{Lock, NoteRecord};
use super::masks::MaskRecord;
use super::matching::Sketch;
use super::schema::type_record;
use super::shared::Shared;
use super::stamp::{Renewal, stamp};
use crate::model::written::WrittenType;
use crate::model::{BuildTime, Guid, allocate_note_ids};

/// A note of the build.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry<'a> {
    /// Its id.
    pub id: &'a Arc<str>,
    /// The old id whose record is its own.
    pub heir_of: Option<&'a str>,
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
    /// The hash of its rendered fields.
    pub rendered: Digest,
    /// Whether it is sent out though nothing changed.
    pub renewal: Renewal,
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
    /// How many notes are rendered differently than when they last changed, and keep their time.
    pub outdated: usize,
}

/// The lock behind a build of these notes and of the project's own types, which bear the times
/// of this build already. Notes that the old lock has and the build has not are kept as removed.
#[must_use]
pub fn next_lock<'a, 'o>(
    old: &'o Lock,
    entries: impl Iterator<Item = Entry<'a>> + Clone,
    types: impl Iterator<Item = &'a WrittenType>,
    time: BuildTime,
) -> Next {
    let record_of = |entry: &Entry<'a>| -> Option<&'o NoteRecord> {
        let id = entry.heir_of.unwrap_or(entry.id);
        old.notes.get(id).or_else(|| old.removed.get(id))
    };
    let mut fresh = FreshIds::new(old, entries.clone(), record_of, time);
    let mut next = Next {
        lock: Lock {
            name: old.name.clone(),
            media: old.media.clone(),
            types: old.types.clone(),
            ..Lock::default()
        },
        outdated: 0,
    };
    let lock = &mut next.lock;
    lock.notes.reserve(entries.clone().count());
    let mut shared = Shared::default();
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        used.insert(entry.note_type);
        let known = record_of(&entry);
        let stamp = stamp(known, entry.content, entry.rendered, entry.renewal, time);
        next.outdated += usize::from(stamp.outdated);
        let place = places.entry(entry.path).or_default();
        let record = NoteRecord {
            guid: entry
                .guid
                .map_or_else(String::new, |guid| guid.as_str().to_owned()),
            note_id: fresh.take(known.map(|it| it.note_id)),
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
        lock.notes.insert(Arc::clone(entry.id), record);
    }
    let gone = old.notes.iter().chain(old.removed.iter());
    let gone = gone.filter(|(id, _)| !lock.notes.contains_key(id));
    let gone: Vec<(&str, &NoteRecord)> = gone.collect();
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
    lock.sort();
    next
}

/// Note ids for notes that have none. Two branches that added notes at the same time gave the
/// same ids; after a merge one of the notes gets another, which no learner notices.
struct FreshIds {
    fresh: std::vec::IntoIter<i64>,
    used: HashSet<i64>,
}

impl FreshIds {
    fn new<'a, 'o>(
        old: &'o Lock,
        entries: impl Iterator<Item = Entry<'a>>,
        record_of: impl Fn(&Entry<'a>) -> Option<&'o NoteRecord>,
        time: BuildTime,
    ) -> Self {
        let mut used = HashSet::new();
        let needed = entries
            .filter(|entry| record_of(entry).is_none_or(|it| !used.insert(it.note_id)))
            .count();
        let known = old.notes.values().chain(old.removed.values());
        let known = known.filter(|_| needed > 0);
        let taken: BTreeSet<i64> = known.map(|it| it.note_id).collect();
        let milliseconds = time.as_unix().saturating_mul(1000);
        Self {
            fresh: allocate_note_ids(needed, milliseconds, &taken).into_iter(),
            used: HashSet::new(),
        }
    }

    fn take(&mut self, known: Option<i64>) -> i64 {
        let known = known.filter(|id| self.used.insert(*id));
        known.or_else(|| self.fresh.next()).unwrap_or_default()
    }
}
