//! Reading packages, whoever wrote them.

mod contents;
mod limits;
mod stored_deck;
mod stored_note_type;

pub use contents::{CardState, Contents, StoredCard, StoredMedia, StoredNote, Variant};
pub use limits::ReadLimits;
pub use stored_deck::{FilterTerm, StoredDeck, StoredDeckKind, StoredPreset};
pub use stored_note_type::{StoredField, StoredNoteType, StoredTemplate};
