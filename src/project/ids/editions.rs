//! The variants of a project with a matrix, when ids are written.
//!
//! A row that all variants share has a lock record in each, mostly under another id, for ids are
//! made of first fields and these are in other languages. It gets one id, that of the first
//! variant, and each other variant's lock gets the record under that id: with its guid, by which
//! learners have the note.

use std::collections::{BTreeMap, HashMap};

use super::snapshot::{Known, Snapshot};
use crate::Error;
use crate::identity::Lock;
use crate::project::overlay::with_texts;
use crate::project::{Project, Report};

/// A variant beside the first one.
pub(super) struct Edition {
    pub(super) project: Project,
    pub(super) before: Snapshot,
    /// For each of its notes, the same of the first variant.
    pub(super) first: Vec<Option<usize>>,
}

impl Edition {
    /// The variant, or what is wrong with its sources.
    pub(super) fn take(
        project: Project,
        first: &HashMap<(String, usize), usize>,
    ) -> Result<Result<Self, Report>, Error> {
        let before = match Snapshot::take(&project)? {
            Ok(before) => before,
            Err(report) => return Ok(Err(report)),
        };
        let notes = before.notes.iter();
        let first = notes
            .map(|note| first.get(&place(&before, note)).copied())
            .collect();
        Ok(Ok(Self {
            project,
            before,
            first,
        }))
    }

    /// What its notes are called where those of the first variant that `meant` holds get their
    /// ids: pairs of an id in its lock and the new one, where they differ.
    fn renames<'e>(
        &'e self,
        first: &'e Snapshot,
        meant: impl Fn(usize) -> bool,
    ) -> BTreeMap<&'e str, &'e str> {
        let pairs = self.before.notes.iter().zip(&self.first);
        pairs
            .filter_map(|(note, index)| {
                let index = index.filter(|index| meant(*index))?;
                let wanted = &first.notes.get(index)?.id;
                (note.is_known && note.id != *wanted).then_some((&*note.id, &**wanted))
            })
            .collect()
    }

    /// Notes of the first variant whose ids other notes of this lock have.
    pub(super) fn taken(&self, first: &Snapshot, meant: impl Fn(usize) -> bool) -> Vec<usize> {
        let renames = self.renames(first, &meant);
        let lock = &self.before.lock;
        let pairs = self.before.notes.iter().zip(&self.first);
        pairs
            .filter_map(|(note, index)| {
                let index = index.filter(|index| meant(*index))?;
                let wanted = &*first.notes.get(index)?.id;
                let leaves = renames.contains_key(wanted);
                let is_taken = lock.removed.contains_key(wanted)
                    || (lock.notes.contains_key(wanted) && !leaves);
                (*note.id != *wanted && is_taken).then_some(index)
            })
            .collect()
    }

    /// Its lock with the new ids, where that is another one.
    pub(super) fn lock(&self, first: &Snapshot, meant: impl Fn(usize) -> bool) -> Option<Lock> {
        let renames = self.renames(first, meant);
        if renames.is_empty() {
            return None;
        }
        let mut lock = self.before.lock.clone();
        // All leave their places before any takes one.
        let moved: Vec<_> = renames
            .iter()
            .filter_map(|(old, new)| Some(((*new).to_owned(), lock.notes.remove(old)?)))
            .collect();
        for (id, record) in moved {
            lock.notes.insert(id, record);
        }
        lock.sort();
        Some(lock)
    }

    /// It with these texts in the place of those of its files.
    pub(super) fn tried(
        &self,
        texts: BTreeMap<String, Vec<u8>>,
    ) -> Result<Result<Snapshot, Report>, Error> {
        Snapshot::take(&with_texts(&self.project, texts))
    }
}

/// Where the note stands, in whichever variant.
pub(super) fn place(of: &Snapshot, note: &Known) -> (String, usize) {
    let path = of.sources().path(note.span.file).to_owned();
    (path, note.span.range().start)
}
