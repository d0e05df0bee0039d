//! Sketches that a lock holds already: most notes of a build are what they were at the last one, and
//! to sketch a text is the most work of all that identity does.

use rayon::prelude::*;

use super::hash::Digest;
use super::lock::Lock;
use super::matching::Sketch;

/// The sketches of a lock by the contents of their notes.
#[derive(Debug, Default)]
pub struct KnownSketches(Vec<(Digest, Sketch)>);

impl KnownSketches {
    /// Those of the notes of this lock.
    #[must_use]
    pub fn of(lock: &Lock) -> Self {
        let notes = lock.notes.values();
        let sketched = notes.filter_map(|it| Some((it.content, it.sketch?)));
        // An adopted note has no content that deckle hashed.
        let hashed = sketched.filter(|it| it.0 != Digest::default());
        let mut known: Vec<(Digest, Sketch)> = hashed.collect();
        known.par_sort_unstable_by_key(|it| it.0);
        Self(known)
    }

    /// The sketch of the notes of this content. Equal contents have equal texts.
    #[must_use]
    pub fn of_content(&self, content: Digest) -> Option<Sketch> {
        let at = self.0.binary_search_by_key(&content, |it| it.0).ok()?;
        self.0.get(at).map(|it| it.1)
    }
}
