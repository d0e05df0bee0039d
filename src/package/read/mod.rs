//! Reading packages, whoever wrote them.
//!
//! The way of a package in: [`container`] finds the variant and gives plain bytes within
//! [`ReadLimits`]; [`store`] opens the database so that nothing in it can do harm; the other files
//! read a table or two each, of every schema; [`PackageReader`] puts them together as
//! [`Contents`]. What Anki would not import is mostly an error here too, and told with its place.

mod collection;
mod container;
mod contents;
mod crowd_anki;
mod decks;
mod json;
mod limits;
mod messages;
mod note_types;
mod preset_groups;
mod presets;
mod reader;
mod required;
mod rows;
mod store;
mod stored_deck;
mod stored_note_type;

pub use contents::{CardState, Contents, StoredCard, StoredMedia, StoredNote, Variant};
pub use crowd_anki::read_crowd_anki;
pub use limits::ReadLimits;
pub use reader::PackageReader;
pub use stored_deck::{FilterTerm, StoredDeck, StoredDeckKind, StoredPreset};
pub use stored_note_type::{StoredField, StoredNoteType, StoredTemplate};

pub(super) use collection::Collection;
pub(super) use container::Container;
pub(super) use note_types::read as read_note_types;
pub(super) use store::Store;
