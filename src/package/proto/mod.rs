//! The messages that Anki keeps in packages of its latest format, for writing and for reading.
//!
//! Numbers and types of the fields are facts of Anki's file format (measured on Anki 26.9.3 and
//! 25.9.2); names follow them. Blobs are written whole: a field that is missing reads as zero,
//! which is not what Anki would choose.

mod container;
mod deck;
mod note_type;
mod preset;

pub(super) use container::{MediaEntries, MediaEntry, PackageMetadata};
pub(super) use deck::{DeckCommon, DeckKind, Kind, Normal};
pub(super) use note_type::{CardRequirement, FieldConfig, NoteTypeConfig, TemplateConfig};
pub(super) use preset::DeckConfig;
