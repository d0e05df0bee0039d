//! The notes of a lock, by their ids.

use std::ops::Index;
use std::sync::Arc;

use indexmap::IndexMap;
use indexmap::map::Entry;
use rayon::prelude::*;

use super::lock::NoteRecord;

/// Records of notes by their ids, in the order of the ids once they are sorted.
///
/// Found by hashes, because a build of a hundred thousand notes asks for each of them a dozen
/// times.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes(IndexMap<Arc<str>, NoteRecord>);

impl Notes {
    /// The record of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&NoteRecord> {
        self.0.get(id)
    }

    /// The record of this id, to be changed.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut NoteRecord> {
        self.0.get_mut(id)
    }

    /// The position of the record of this id.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.0.get_index_of(id)
    }

    /// The record at this position.
    pub(super) fn at(&self, position: usize) -> Option<&NoteRecord> {
        self.0.get_index(position).map(|it| it.1)
    }

    /// Ids and records in the order of the ids, be they sorted or not.
    pub(super) fn by_id(&self) -> Vec<(&str, &NoteRecord)> {
        let mut notes: Vec<(&str, &NoteRecord)> = self.iter().collect();
        if !notes.is_sorted_by_key(|it| it.0) {
            // The first bytes of two ids mostly differ, and those of a million ids lie far apart.
            notes.par_sort_by_cached_key(|(id, _)| (beginning(id), *id));
        }
        notes
    }

    /// What finds the records of ids that come in their order: mostly the next one is asked for.
    pub(super) fn in_order<'s>(&'s self) -> impl FnMut(&str) -> Option<&'s NoteRecord> {
        let mut next = 0;
        move |id| {
            let is_next = self.0.get_index(next).is_some_and(|it| **it.0 == *id);
            let at = if is_next { next } else { self.position(id)? };
            next = at + 1;
            self.at(at)
        }
    }

    /// The record at this position, to be changed.
    pub(super) fn at_mut(&mut self, position: usize) -> Option<&mut NoteRecord> {
        self.0.get_index_mut(position).map(|it| it.1)
    }

    /// Whether there is a record of this id.
    #[must_use]
    pub fn contains_key(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    /// Adds a record, in the place of the one that its id had.
    pub fn insert(&mut self, id: impl Into<Arc<str>>, record: NoteRecord) -> Option<NoteRecord> {
        self.0.insert(id.into(), record)
    }

    /// Adds a record where its id has none yet; else gives both back.
    pub(super) fn insert_new(
        &mut self,
        id: Arc<str>,
        record: NoteRecord,
    ) -> Option<(Arc<str>, NoteRecord)> {
        match self.0.entry(id) {
            Entry::Vacant(free) => {
                free.insert(record);
                None
            }
            Entry::Occupied(taken) => Some((Arc::clone(taken.key()), record)),
        }
    }

    /// Takes a record out; the order is another then.
    pub fn remove(&mut self, id: &str) -> Option<NoteRecord> {
        self.0.swap_remove(id)
    }

    /// Brings the records into the order of their ids.
    pub fn sort(&mut self) {
        // A lock that no merge put together is read in its order.
        if !self.0.keys().is_sorted() {
            self.0.par_sort_unstable_keys();
        }
    }

    /// Ids and records.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &NoteRecord)> + Clone {
        self.0.iter().map(|(id, record)| (&**id, record))
    }

    /// The ids.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|id| &**id)
    }

    /// The records.
    pub fn values(&self) -> impl Iterator<Item = &NoteRecord> {
        self.0.values()
    }
}

/// The first bytes of an id, as a number that is in the order of ids.
fn beginning(id: &str) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(id.bytes()) {
        *to = from;
    }
    u128::from_be_bytes(bytes)
}

impl Index<&str> for Notes {
    type Output = NoteRecord;

    fn index(&self, id: &str) -> &NoteRecord {
        &self.0[id]
    }
}

impl FromIterator<(String, NoteRecord)> for Notes {
    fn from_iter<I: IntoIterator<Item = (String, NoteRecord)>>(records: I) -> Self {
        let records = records.into_iter();
        let mut notes = Self(records.map(|(id, record)| (id.into(), record)).collect());
        notes.sort();
        notes
    }
}

impl<const N: usize> From<[(String, NoteRecord); N]> for Notes {
    fn from(records: [(String, NoteRecord); N]) -> Self {
        records.into_iter().collect()
    }
}
