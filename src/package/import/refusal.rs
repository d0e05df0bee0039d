//! Why Anki refuses a whole package.

use std::fmt;

/// Why Anki refuses a whole package. Nothing is imported then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The name of a media file is a path, or none at all.
    MediaPath(String),
    /// The latest variant demands names as Anki keeps them: the name, and what it would be.
    MediaName(String, String),
    /// The list names a media file that is needed, and the archive does not have it.
    MediaMissing(String),
    /// A note type has no name.
    NoteTypeName(i64),
    /// A field of this note type has no name, or one that Anki empties.
    FieldName(String),
    /// A card template of this note type has no name.
    TemplateName(String),
    /// The note type has no field.
    NoFields(String),
    /// The note type has no card template.
    NoTemplates(String),
    /// The note with this guid has a note type that is not there.
    NoNoteType(String),
    /// A note has another number of fields than its note type.
    #[non_exhaustive]
    FieldCount {
        /// Its guid.
        guid: String,
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// The deck lies more than eleven levels deep, and those above it are not in the package.
    DeckDepth(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaPath(name) => {
                write!(formatter, "the media file `{name}` has no plain file name")
            }
            Self::MediaName(name, normal) => write!(
                formatter,
                "the media file `{name}` is not named as Anki would name it (`{normal}`), which \
                 the latest format demands"
            ),
            Self::MediaMissing(name) => write!(
                formatter,
                "the media file `{name}` is in the package's list, not in the package"
            ),
            Self::NoteTypeName(id) => write!(formatter, "the note type {id} has no name"),
            Self::FieldName(name) => {
                write!(
                    formatter,
                    "a field of the note type `{name}` has no usable name"
                )
            }
            Self::TemplateName(name) => {
                write!(
                    formatter,
                    "a card template of the note type `{name}` has no name"
                )
            }
            Self::NoFields(name) => write!(formatter, "the note type `{name}` has no fields"),
            Self::NoTemplates(name) => {
                write!(formatter, "the note type `{name}` has no card templates")
            }
            Self::NoNoteType(guid) => write!(
                formatter,
                "the note with the guid `{guid}` has a note type that is not in the package"
            ),
            Self::FieldCount {
                guid,
                found,
                expected,
            } => write!(
                formatter,
                "the note with the guid `{guid}` has {found} fields, its note type has {expected}"
            ),
            Self::DeckDepth(name) => write!(
                formatter,
                "the deck `{name}` lies too deep: the decks above it are not in the package"
            ),
        }
    }
}

impl std::error::Error for Refusal {}
