//! What becomes of removed notes, in words.

use deckle::model::{Removal, Removed};
use deckle::{Error, ErrorKind};

use crate::cli::words::plain;

/// What would let a delivery through that takes away more notes than it may.
pub(super) fn mend(error: &Error, removal: &Removal) -> Option<String> {
    let (ErrorKind::TooManyRemoved(count), Some(most)) = (error.kind(), removal.limit()) else {
        return None;
    };
    Some(format!(
        "nothing was sent; they would be {}, at most {most} at once. If the author took out so many, write `max-removed: {count}` for this delivery",
        participle(removal),
    ))
}

/// `kept`, `tagged deckle::removed`
pub(super) fn participle(removal: &Removal) -> String {
    match removal.how {
        Removed::Tag => format!("tagged {}", plain(&removal.tag)),
        Removed::Suspend => "suspended".to_owned(),
        Removed::Delete => "deleted".to_owned(),
        _ => "kept".to_owned(),
    }
}
