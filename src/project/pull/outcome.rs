//! What a pull comes to, note by note.

/// A note that the phone has in another way than the sources, or that only one of them has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PulledNote {
    /// What becomes of it.
    pub outcome: PullOutcome,
    /// What Anki knows it by.
    pub guid: String,
    /// The file that it stands in, or will, relative to the project.
    pub path: Option<String>,
    /// The line that it begins in, from 1: that of the file before the pull, but for new notes.
    pub line: Option<usize>,
    /// Its first field as text, cut to a line.
    pub text: String,
    /// What is another on the phone.
    pub changes: Vec<PulledChange>,
    /// Why it stays as it is, or what else there is to say, as a phrase.
    pub reason: Option<String>,
}

/// What becomes of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PullOutcome {
    /// The phone's version goes into the sources.
    Edited,
    /// Both changed the same: both versions go into the file, between marks.
    Conflict,
    /// A note of the phone, which goes into the inbox.
    New,
    /// It cannot be written by a program; the sources stay as they are.
    Left,
    /// The phone has an older version than the one that was shipped, so that nothing can be said of
    /// edits.
    Older,
    /// It was shipped, and the sources do not have it any more.
    Removed,
    /// It was shipped, and the packages do not have it: it was deleted there, or not exported.
    Absent,
}

impl PullOutcome {
    /// A word for it, for programs and people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Conflict => "conflict",
            Self::New => "new",
            Self::Left => "left",
            Self::Older => "older",
            Self::Removed => "removed",
            Self::Absent => "absent",
        }
    }
}

/// A field, the tags or a state that is another on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PulledChange {
    /// The field's name, or `tags`, `flag`, `suspend`.
    pub what: String,
    /// Whether the sources changed it, too.
    pub conflict: bool,
    /// As the sources have it: HTML of a field.
    pub before: String,
    /// As the phone has it.
    pub wanted: String,
    /// Whether it goes into the sources.
    pub taken: bool,
}

/// A source file that changes or is new.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PulledFile {
    /// Its path, relative to the project, with `/` between its parts.
    pub path: String,
    /// Its text; `None` of a new file.
    pub before: Option<String>,
    /// Its text with the changes.
    pub after: String,
}
