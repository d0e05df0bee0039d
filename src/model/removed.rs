//! What becomes, in a learner's collection, of notes that an author took out.

/// What becomes of notes that the package no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Removed {
    /// They stay as they are.
    #[default]
    Keep,
    /// They get a tag, [`Removed::TAG`] unless another one is said.
    Tag,
    /// Their cards are suspended.
    Suspend,
    /// They are deleted, with all that the learner knew of them.
    Delete,
}

impl Removed {
    /// The tag of removed notes.
    pub const TAG: &'static str = "deckle::removed";

    /// Each with its name: `keep`, `tag`, `suspend`, `delete`.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Keep, "keep"),
        (Self::Tag, "tag"),
        (Self::Suspend, "suspend"),
        (Self::Delete, "delete"),
    ];
}

/// A note that the package no longer has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedNote {
    /// What the base knew it by.
    pub guid: String,
    /// Its id in the collection.
    pub id: i64,
    /// The HTML of its first field, as the collection has it.
    pub text: String,
}
