//! What a push did.

use super::server::HostKey;
use crate::model::RemovedNote;

/// What was done, or in a dry run would be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Pushed {
    /// Whether anything was to be sent. If not, the account is as it was, and other devices see no
    /// change.
    pub sent: bool,
    /// Notes that the account did not have.
    pub added: usize,
    /// Notes that it had, but older.
    pub changed: usize,
    /// Notes that it had already, or that a learner edited later.
    pub current: usize,
    /// Guids of changed notes that a learner had edited since the base: their edit is lost, for the
    /// author changed the note later.
    pub overwritten: Vec<String>,
    /// Guids of notes that a learner edited later than the author. They stay so.
    pub kept: Vec<String>,
    /// Guids of added notes that somebody had deleted.
    pub returned: Vec<String>,
    /// Guids of notes that have another note type there, by a learner's change or the author's. They
    /// stay as they are, as in an import.
    pub conflicts: Vec<String>,
    /// New cards, those of new notes among them.
    pub cards: usize,
    /// Cards that moved to the deck they have in the package.
    pub moved: usize,
    /// Cards that were to move, but a learner has put them elsewhere. They stay there.
    pub stayed: usize,
    /// Notes of the base that the package no longer has and the account has, however they are
    /// treated.
    pub removed: Vec<RemovedNote>,
    /// How many of them were tagged, suspended or deleted, and had not been before.
    pub treated: usize,
    /// Names of new decks.
    pub decks: Vec<String>,
    /// Names of new presets of deck options.
    pub presets: Vec<String>,
    /// Names of new note types.
    pub note_types: Vec<String>,
    /// Names of note types of which names, templates or style sheets were changed.
    pub restyled: Vec<String>,
    /// Those of them in which a learner's own change was overwritten, for the author's is newer.
    pub styles_overwritten: Vec<String>,
    /// Names of note types that a learner changed. What was changed stays so.
    pub styles_kept: Vec<String>,
    /// Names of note types that have more fields or card templates there, or in another order. They
    /// stay so, because notes and cards depend on it.
    pub shapes_kept: Vec<String>,
    /// Names of note types with new fields or card templates. A sync cannot add them to a note type:
    /// there is a new one of this name now, to which the notes were moved, with all their cards.
    pub reshaped: Vec<String>,
    /// How many notes were moved to such a new one.
    pub repointed: usize,
    /// How many media files went out.
    pub media: usize,
    /// How many bytes they have.
    pub media_bytes: u64,
    /// Names of media files that the account has with another content, neither the package's nor the
    /// base's. They stay so.
    pub media_kept: Vec<String>,
    /// Names of media files that no sync takes, and why.
    pub media_left_out: Vec<(String, &'static str)>,
    /// How many bytes went out, packed; in a dry run about how many would.
    pub bytes: u64,
    /// How many bytes came back, packed.
    pub received: u64,
    /// How many requests were made.
    pub requests: u64,
    /// How often the push began anew, for another device was at it.
    pub interruptions: u32,
    /// Whether the account was empty. A device that has cards already will be asked, when it
    /// synchronizes for the first time, which of both to keep.
    pub first: bool,
    /// Seconds by which the newest note lies in the future, where that is more than a push waits
    /// for: until then a learner's edit of it counts as older.
    pub ahead: u64,
    /// What the server has to say.
    pub message: Option<String>,
    /// What the server gave for user and password, which the caller may keep.
    pub key: Option<HostKey>,
}
