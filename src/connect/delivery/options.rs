//! What a caller decides about a delivery.

use std::path::PathBuf;

use crate::model::Removal;

/// How a package is delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "options do nothing until something is delivered"]
pub struct DeliveryOptions {
    pub(super) base: Option<PathBuf>,
    pub(super) removal: Removal,
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
    /// The bytes are stored among Anki's media, as by [`Client::store_media`](crate::connect::Client::store_media), imported from
    /// there, and deleted.
    Upload,
}

impl DeliveryOptions {
    /// Removed notes stay, nothing was delivered before.
    pub fn new() -> Self {
        Self::default()
    }

    /// The package that was delivered before. Without one no card moves, and nothing is known of
    /// removed notes.
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
