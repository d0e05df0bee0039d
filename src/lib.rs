//! Compiles notes written in YAML and Markdown into Anki packages.

pub mod check;
pub mod diag;
mod error;
pub mod files;
pub mod identity;
pub mod model;
pub mod source;
pub mod template;

pub use error::{Error, ErrorKind};
pub use model::{
    BuildTime, CardTemplate, Deck, DeckOptions, Field, Flag, Guid, Note, NoteType, Suspend, escape,
    guid_for,
};
