//! Compiles notes written in YAML and Markdown into Anki packages.

pub mod check;
pub mod diag;
mod error;
pub mod files;
pub mod identity;
pub mod model;
pub mod package;
pub mod project;
pub mod render;
pub mod source;
pub mod template;

pub use error::{Error, ErrorKind};
pub use model::{
    BuildTime, CardTemplate, Deck, DeckOptionValue, DeckOptions, DeckOptionsError, Field, Flag,
    Guid, MediaFile, MediaSource, Note, NoteType, Suspend, escape, guid_for,
};
pub use package::{Baseline, Package, Written};
pub use project::build;
