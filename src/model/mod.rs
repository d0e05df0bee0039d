//! Anki's nouns and their invariants.
//!
//! Nothing here knows of YAML, Markdown, SQLite, archives or paths on disk. [`NoteType`],
//! [`Note`] and [`Deck`] are what goes into a package.

mod audio;
mod build_time;
mod client;
mod code;
mod deck;
mod deck_name;
mod deck_options;
mod escape;
mod field_values;
mod fold;
mod guid;
mod media;
mod note;
mod note_ids;
mod note_type;
mod note_type_builder;
mod occlusion;
mod removal;
mod removed;
mod repeats;
mod tag;

// Notes and note types as an author wrote them, before they are rendered, and what which client does
// not show: for the stages and the tests alone; see `lib.rs`.
#[doc(hidden)]
pub mod support;
#[doc(hidden)]
pub mod written;

pub use build_time::BuildTime;
pub use client::{Client, Targets};
pub use deck::Deck;
pub use deck_name::{DeckName, DeckNameError};
pub use deck_options::{DeckOptionValue, DeckOptions, DeckOptionsError};
pub use escape::escape;
pub(crate) use escape::push_escaped;
pub(crate) use field_values::FieldValues;
pub(crate) use fold::fold;
pub use guid::{Guid, guid_for};
pub use media::{MadeMedia, MediaFile, MediaSource};
pub use note::{Flag, Note, Suspend};
pub(crate) use note_ids::{MAX_ID, SPACING, allocate_note_ids};
pub use note_type::{CardTemplate, Field, Latex, NoteType, NoteTypeKind};
pub(crate) use note_type_builder::stable_id;
pub use note_type_builder::{NoteTypeBuilder, NoteTypeProblem};
pub use removal::Removal;
pub use removed::{Removed, RemovedNote};
pub(crate) use repeats::repeats;
pub use tag::{Tag, TagError};

// What a note type's problem says of its card templates.
pub use crate::template::{
    TemplateProblem, TemplateProblemKind, TemplateSide, TemplateSyntaxProblem,
};
