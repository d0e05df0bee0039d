//! The other variants of a project with a matrix, which are read from the same files: an edit of a text
//! that several of them share changes the same note in each, and nothing else there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PulledLock;
use super::reading::{Given, Reading, errors};
use super::trial::{Attempt, State};
use crate::Error;
use crate::identity::Lock;
use crate::project::Project;
use crate::project::overlay::with_shared;

/// The other variants.
#[derive(Default)]
pub(super) struct Siblings {
    pub(super) variants: Vec<Project>,
    /// Files that have marks of another variant already, and take no more edits.
    pub(super) marked: BTreeSet<String>,
}

/// What the edits of one variant do to the others.
#[derive(Default)]
pub(super) struct Effect {
    /// Files whose edits change more than the notes that were edited.
    pub(super) trouble: BTreeSet<String>,
    /// Locks that have to know notes again.
    pub(super) locks: Vec<PulledLock>,
}

/// Where a note begins: the file and the byte.
type Place = (String, u32);

impl Siblings {
    /// What these texts, with the edits that have settled in them, do to the other variants.
    pub(super) fn effect(
        &self,
        before: &Reading,
        attempts: &[Attempt],
        texts: &BTreeMap<String, Arc<[u8]>>,
    ) -> Result<Effect, Error> {
        let mut effect = Effect::default();
        let settled = attempts.iter().filter(|it| it.state == State::Settled);
        let places: BTreeSet<Place> = settled
            .filter_map(|it| before.notes.get(it.merge.note))
            .map(|it| (before.path(it).to_owned(), it.span().start))
            .collect();
        if places.is_empty() {
            return Ok(effect);
        }
        for variant in &self.variants {
            // What cannot be read cannot come to harm.
            let Ok(old) = Reading::take(variant, &Given::default())? else {
                continue;
            };
            if !errors(&old.report).is_empty() {
                continue;
            }
            let given = given(&old, &places);
            let tried = with_shared(variant, texts.clone());
            let new = Reading::take(&tried, &given)?;
            match new {
                Ok(new) => effect.of(variant, &old, &new, &places),
                Err(report) => effect.trouble.extend(errors(&report).into_keys()),
            }
        }
        // What no edited file explains comes of all of them.
        let edited: BTreeSet<&String> = places.iter().map(|it| &it.0).collect();
        if !effect.trouble.iter().all(|it| edited.contains(it)) {
            effect.trouble = edited.into_iter().cloned().collect();
        }
        Ok(effect)
    }

    /// Whether another variant reads notes from a file with this text.
    pub(super) fn read(
        &self,
        path: &str,
        texts: &BTreeMap<String, Arc<[u8]>>,
    ) -> Result<bool, Error> {
        for variant in &self.variants {
            let tried = with_shared(variant, texts.clone());
            let reads = match Reading::take(&tried, &Given::default())? {
                Ok(reading) => reading.files.contains(path),
                Err(_) => false,
            };
            if reads {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Effect {
    fn of(&mut self, variant: &Project, old: &Reading, new: &Reading, places: &BTreeSet<Place>) {
        self.trouble.extend(errors(&new.report).into_keys());
        let mut lock = old.lock.clone();
        let now = new.by_path();
        for (path, notes) in old.by_path() {
            let now = now.get(path).map_or(&[][..], Vec::as_slice);
            let mut fits = notes.len() == now.len();
            for (was, is) in notes.iter().zip(now) {
                let (Some(was), Some(is)) = (old.notes.get(*was), new.notes.get(*is)) else {
                    continue;
                };
                let place = (path.to_owned(), was.span().start);
                if !places.contains(&place) {
                    fits &= is.is_like(was);
                    continue;
                }
                fits &= is.guid == was.guid && is.id == was.id;
                if let Some(record) = was.id.as_ref().and_then(|it| lock.notes.get_mut(it)) {
                    record.fingerprint = is.fingerprint;
                    record.sketch = is.sketch;
                }
            }
            if !fits {
                self.trouble.insert(path.to_owned());
            }
        }
        self.locks.extend(PulledLock::of(variant, old, lock));
    }
}

impl PulledLock {
    /// The lock of a project as it is to be; `None` where it stays, or none is kept.
    pub(super) fn of(project: &Project, reading: &Reading, mut lock: Lock) -> Option<Self> {
        lock.sort();
        (reading.locked && lock != reading.lock).then(|| Self {
            name: project.lock_name(),
            before: reading.lock_text().map(str::to_owned),
            after: lock.to_text(),
        })
    }
}

/// The notes at these places, which are known whatever they say.
fn given(reading: &Reading, places: &BTreeSet<Place>) -> Given {
    let mut given = Given {
        media: reading.media_records().collect(),
        ..Given::default()
    };
    for (path, notes) in reading.by_path() {
        for (position, note) in notes.iter().enumerate() {
            let Some(note) = reading.notes.get(*note) else {
                continue;
            };
            let place = (path.to_owned(), note.span().start);
            if let Some(id) = note.id.clone().filter(|_| places.contains(&place)) {
                given.known.insert((place.0, position), id);
            }
        }
    }
    given
}
