//! The notes of a lock, by their ids.

use std::ops::Index;
use std::sync::Arc;

use indexmap::IndexMap;

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

    /// Takes a record out; the order is another then.
    pub fn remove(&mut self, id: &str) -> Option<NoteRecord> {
        self.0.swap_remove(id)
    }

    /// Brings the records into the order of their ids.
    pub fn sort(&mut self) {
        // The first bytes of two ids mostly differ, and those of a million ids lie far apart.
        let key = |id: &Arc<str>, _: &NoteRecord| (beginning(id), Arc::clone(id));
        self.0.sort_by_cached_key(key);
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
