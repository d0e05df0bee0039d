//! What a caller decides about a push.

use std::path::PathBuf;

use crate::model::Removal;

/// How a package is pushed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "options do nothing until something is pushed"]
pub struct PushOptions {
    pub(super) base: Option<PathBuf>,
    pub(super) removal: Removal,
    pub(super) dry_run: bool,
    pub(super) cache: Option<PathBuf>,
}

impl PushOptions {
    /// Removed notes stay, nothing was pushed before.
    pub fn new() -> Self {
        Self::default()
    }

    /// The package that was pushed before. Without one no card moves, nothing is known of removed
    /// notes, and of a note type that differs the newer one wins.
    pub fn base(mut self, path: impl Into<PathBuf>) -> Self {
        self.base = Some(path.into());
        self
    }

    /// What becomes of notes that the package no longer has [default: they stay], and of how many
    /// at most; a [`Removed`](crate::model::Removed) alone will do.
    pub fn removed(mut self, removal: impl Into<Removal>) -> Self {
        self.removal = removal.into();
        self
    }

    /// Keeps what the account has in `.deckle/cache/` of the project in this folder, so that the next
    /// push of whatever package asks only for what changed since [default: nothing is kept]. It holds
    /// notes and cards of the account, but neither a password nor a key. It may be lost, damaged, of
    /// another time, or used by two pushes at once: what does not fit is not believed.
    ///
    /// It needs [`Credentials`](super::Credentials) with a user, and is of no use to
    /// [`Protocol::Legacy`](super::Protocol::Legacy).
    pub fn cache(mut self, project: impl Into<PathBuf>) -> Self {
        self.cache = Some(project.into());
        self
    }

    /// Change nothing on the server; tell what would be done.
    pub fn dry_run(mut self, dry: bool) -> Self {
        self.dry_run = dry;
        self
    }
}
