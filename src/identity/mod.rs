//! Which note is this? Did it change?
//!
//! Learners' progress hangs on a note's guid, their edits on its time. Both come from here and
//! are kept in `deckle.lock`. Identity works on [`Claim`]s, which hold no text: [`assign`] gives
//! each note its id, [`stamp`] its time, by the hash of all that shapes it.

mod assign;
mod claim;
mod content;
mod hash;
mod lock;
mod lock_text;
mod next;
mod stamp;

pub use assign::{Identity, assign};
pub use claim::{Claim, is_from_key_fields, is_generated};
pub use content::{content_hash, schema_hash, type_content};
pub use hash::Digest;
pub use lock::{FieldRecord, Lock, MediaRecord, NoteRecord, TypeRecord};
pub use next::{Entry, next_lock};
pub use stamp::{Stamp, TypeStamp, stamp, stamp_type};

/// The name of the file that keeps a project's identities.
pub const LOCK_NAME: &str = "deckle.lock";
