//! Which note is this? Did it change?
//!
//! Learners' progress hangs on a note's guid, their edits on its time. Both come from here and
//! are kept in `deckle.lock`. Identity works on [`Claim`]s, which hold no text: `assign` gives
//! each note its id, [`next_lock`] its time, by the hash of all that shapes it.

mod assign;
mod by_text;
mod changes;
mod claim;
mod clozes;
mod content;
mod hash;
mod known_sketches;
mod known_types;
mod lock;
mod lock_reader;
mod lock_text;
mod masks;
mod matching;
mod next;
mod notes;
mod numbers;
mod predecessor;
mod schema;
mod search;
mod shared;
mod stamp;
mod was;

pub use assign::{Assigned, FoundAgain, Heirs, Identity, assign};
pub use by_text::{FoundByText, TextItem, find_by_text};
pub use changes::{ChangeKind, LockChange, changes};
pub(crate) use claim::ClaimParts;
pub use claim::{Claim, is_from_key_fields, is_generated};
pub use clozes::{ClozeRecord, cloze_text, number_clozes};
pub use content::{content_hash, rendered_hash, schema_hash, type_content};
pub use hash::Digest;
pub use known_sketches::KnownSketches;
pub use known_types::known_types;
pub use lock::{FieldRecord, Lock, MediaRecord, NoteRecord, RecordIndex, TypeRecord};
pub use masks::{MaskCard, MaskRecord, number_masks};
pub use matching::{How, Sketch};
pub use next::{Entry, Next, Stamped, next_lock};
pub use notes::Notes;
pub use predecessor::Predecessor;
pub use schema::{PartsChange, SchemaChange, type_record};
pub use stamp::{Renewal, Stamp, TypeStamp, stamp, stamp_type};

/// The name of the file that keeps a project's identities.
pub const LOCK_NAME: &str = "deckle.lock";
