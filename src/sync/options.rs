//! What a caller decides about a push.

use std::path::PathBuf;

use crate::model::Removed;

/// How a package is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "options do nothing until something is pushed"]
pub struct PushOptions {
    pub(super) base: Option<PathBuf>,
    pub(super) removed: Removed,
    pub(super) tag: String,
    pub(super) max_removed: Option<usize>,
    pub(super) dry_run: bool,
}

impl Default for PushOptions {
    fn default() -> Self {
        Self {
            base: None,
            removed: Removed::default(),
            tag: Removed::TAG.to_owned(),
            max_removed: None,
            dry_run: false,
        }
    }
}

impl PushOptions {
    /// Removed notes stay, nothing limits how many, nothing was pushed before.
    pub fn new() -> Self {
        Self::default()
    }

    /// The package that was pushed before. Without one no card moves, nothing is known of removed
    /// notes, and of a note type that differs the newer one wins.
    pub fn base(mut self, path: impl Into<PathBuf>) -> Self {
        self.base = Some(path.into());
        self
    }

    /// What becomes of notes that the package no longer has [default: they stay].
    pub fn removed(mut self, removed: Removed) -> Self {
        self.removed = removed;
        self
    }

    /// The tag of removed notes that get one [default: [`Removed::TAG`]].
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = tag.into();
        self
    }

    /// Send nothing if more notes than this were to be tagged, suspended or deleted.
    pub fn max_removed(mut self, most: usize) -> Self {
        self.max_removed = Some(most);
        self
    }

    /// Change nothing; tell what would be done.
    pub fn dry_run(mut self, dry: bool) -> Self {
        self.dry_run = dry;
        self
    }
}
