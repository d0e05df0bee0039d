//! Whose import it is, and what is ticked in its window.

use std::fmt;

/// A program that imports packages, by the version whose rules were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Importer {
    /// Anki on the desktop, 26.9.3.
    Desktop,
    /// AnkiDroid, whose backend is 25.9.2.
    AnkiDroid,
}

impl Importer {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Desktop, Self::AnkiDroid];

    /// A word for programs: `desktop`, `ankidroid`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::AnkiDroid => "ankidroid",
        }
    }

    /// The version whose rules were measured, of Anki or of AnkiDroid's backend: `26.9.3`,
    /// `25.9.2`.
    #[must_use]
    pub fn version(self) -> &'static str {
        match self {
            Self::Desktop => "26.9.3",
            Self::AnkiDroid => "25.9.2",
        }
    }
}

impl fmt::Display for Importer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Desktop => "Anki",
            Self::AnkiDroid => "AnkiDroid",
        };
        write!(formatter, "{name} {}", self.version())
    }
}

/// When something that the learner has already is replaced by the package's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Update {
    /// When the package's is newer.
    #[default]
    IfNewer,
    /// When the times differ.
    Always,
    /// Never.
    Never,
}

impl Update {
    pub(super) fn takes(self, incoming: i64, existing: i64) -> bool {
        match self {
            Self::IfNewer => incoming > existing,
            Self::Always => incoming != existing,
            Self::Never => false,
        }
    }
}

/// What a learner ticks when importing. The default is Anki's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ImportOptions {
    /// "Update notes". Default: if newer.
    pub update_notes: Update,
    /// "Update note types". Default: if newer.
    pub update_note_types: Update,
}

impl ImportOptions {
    /// With this answer to "Update notes".
    #[must_use]
    pub fn update_notes(mut self, update: Update) -> Self {
        self.update_notes = update;
        self
    }

    /// With this answer to "Update note types".
    #[must_use]
    pub fn update_note_types(mut self, update: Update) -> Self {
        self.update_note_types = update;
        self
    }
}
