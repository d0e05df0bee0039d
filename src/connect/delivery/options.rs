//! What a caller decides about a delivery.

use std::path::PathBuf;

use crate::model::Removed;

/// How a package is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "options do nothing until something is delivered"]
pub struct DeliveryOptions {
    pub(super) base: Option<PathBuf>,
    pub(super) removed: Removed,
    pub(super) tag: String,
    pub(super) max_removed: Option<usize>,
    pub(super) transfer: Transfer,
    pub(super) dry_run: bool,
}

/// How the package comes to Anki.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Transfer {
    /// By its path if AnkiConnect is on this machine, and where Anki cannot read that, or is
    /// elsewhere, by upload.
    #[default]
    Auto,
    /// Anki reads the file itself.
    Path,
    /// The bytes are stored among Anki's media, imported from there, and deleted.
    Upload,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl DeliveryOptions {
    /// Removed notes stay, nothing limits how many, nothing was delivered before.
    pub fn new() -> Self {
        Self {
            base: None,
            removed: Removed::Keep,
            tag: Removed::TAG.to_owned(),
            max_removed: None,
            transfer: Transfer::Auto,
            dry_run: false,
        }
    }

    /// The package that was delivered before. Without one no card moves, and nothing is known of
    /// removed notes.
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

    /// How the package comes to Anki.
    pub fn transfer(mut self, transfer: Transfer) -> Self {
        self.transfer = transfer;
        self
    }

    /// Change nothing; tell what would be done.
    pub fn dry_run(mut self, dry: bool) -> Self {
        self.dry_run = dry;
        self
    }
}
