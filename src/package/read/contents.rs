//! What a package holds, as values: notes, cards and media, and all around them.
//!
//! The values say what stands in the file, whoever wrote it; nothing is mended, sorted out or
//! filled in beyond what each field says. Facts about the format were measured on Anki 26.9.3
//! and 25.9.2.

use std::collections::BTreeMap;

use super::{StoredDeck, StoredNoteType, StoredPreset};

/// What a package holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contents {
    /// The container, which the entry `meta` decides, or without one the names of entries.
    pub variant: Variant,
    /// The version of the database's tables, from `col.ver`: 11 or 14 to 18.
    pub schema: u8,
    /// When the collection was created, in seconds (`col.crt`). Days of reviews count from here.
    pub created: i64,
    /// The collection's last change, in milliseconds (`col.mod`).
    pub modified: i64,
    /// The position that the next new card would get (the setting `nextPos`).
    pub next_position: Option<u32>,
    /// All settings of the collection as JSON texts, by their keys, from `col.conf` or the table
    /// `config`.
    pub settings: BTreeMap<String, String>,
    /// The note types, sorted by id, used or not.
    pub note_types: Vec<StoredNoteType>,
    /// The decks, sorted by id. Anki puts a deck `Default` with id 1 into every package.
    pub decks: Vec<StoredDeck>,
    /// The presets of deck options, sorted by id.
    pub presets: Vec<StoredPreset>,
    /// The notes, sorted by id.
    pub notes: Vec<StoredNote>,
    /// The cards, sorted by id. Nothing says that a card's note or deck is there.
    pub cards: Vec<StoredCard>,
    /// How many reviews there are (rows of `revlog`).
    pub reviews: u64,
    /// What Anki asks for in note types, decks and presets of schema 11 and does not find, or finds
    /// to be of another kind, as phrases such as "note type 5 has no `css`"; it imports nothing
    /// then. At most a hundred.
    pub lacking: Vec<String>,
    /// The media, in the package's order: of the list in the latest variant, else by the number
    /// of the entry.
    pub media: Vec<StoredMedia>,
}

/// The container of a collection. The newer ones hold the same, but older programs do not read
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Variant {
    /// `collection.anki2` and media as they are; every program reads it.
    Legacy1,
    /// `collection.anki21` and media as they are: Anki 2.1 and newer.
    Legacy2,
    /// `collection.anki21b` and media compressed with zstd: Anki 2.1.52, AnkiDroid 2.17 and newer.
    Latest,
    /// No package but a collection's own database file, without media.
    Collection,
}

impl Variant {
    /// A word for programs and people: `legacy1`, `legacy2`, `latest`, `collection`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Legacy1 => "legacy1",
            Self::Legacy2 => "legacy2",
            Self::Latest => "latest",
            Self::Collection => "collection",
        }
    }
}

/// A note, from a row of the table `notes`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredNote {
    /// The id: mostly the time of its making in milliseconds.
    pub id: i64,
    /// What an import knows the note by, letter for letter (`guid`).
    pub guid: String,
    /// The id of its note type (`mid`).
    pub note_type: i64,
    /// The last change, in seconds (`mod`). An import replaces a note only by a newer one.
    pub modified: i64,
    /// The column `tags` as it stands: spaces around each tag, where Anki wrote it.
    pub tags: Box<str>,
    /// The column `flds` as it stands: the fields' HTML, with U+001F between them.
    pub fields: Box<str>,
    /// The column `csum`, by which Anki finds notes of one first field. An import works it out
    /// anew; what is no integer counts as 0.
    pub checksum: i64,
}

impl StoredNote {
    /// The tags one by one. Anki separates them at spaces and at U+3000.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags
            .split([' ', '\u{3000}'])
            .filter(|tag| !tag.is_empty())
    }

    /// The fields' HTML one by one, in the order of the note type. At least one.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.split('\u{1f}')
    }
}

/// A card, from a row of the table `cards`. The columns keep Anki's own numbers, because their
/// meaning hangs together: see [`StoredCard::state`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredCard {
    /// The id: mostly the time of its making in milliseconds.
    pub id: i64,
    /// The id of its note (`nid`).
    pub note: i64,
    /// The id of its deck (`did`).
    pub deck: i64,
    /// Which card of its note it is (`ord`): the card template's position, or the cloze number
    /// less 1.
    pub ordinal: u16,
    /// The last change, in seconds (`mod`).
    pub modified: i64,
    /// 0 new, 1 learning, 2 review, 3 relearning (`type`).
    pub card_type: u8,
    /// 0 new, 1 learning, 2 review, 3 learning in steps of days, 4 preview; -1 suspended, -2
    /// buried by the scheduler, -3 buried by the learner (`queue`).
    pub queue: i8,
    /// A new card's position, a review card's day counted from [`Contents::created`], a learning
    /// card's time in seconds. What is no integer counts as 0, as in an import.
    pub due: i64,
    /// The interval in days (`ivl`).
    pub interval: u32,
    /// The ease in thousandths, 0 for new cards.
    pub factor: u16,
    /// How often it was answered.
    pub reps: u32,
    /// How often it was forgotten.
    pub lapses: u32,
    /// Learning steps that remain.
    pub left: u32,
    /// `due` of the home deck while the card is in a filtered deck, else 0 (`odue`). What is no
    /// integer counts as 0, as in an import.
    pub original_due: i64,
    /// The id of the home deck while the card is in a filtered deck, else 0 (`odid`).
    pub original_deck: i64,
    /// The column `flags`; its low three bits are the flag, see [`StoredCard::flag`].
    pub flags: u8,
    /// Empty, or a JSON object with the card's memory state under FSRS and its first position.
    pub data: String,
}

/// What a card is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CardState {
    /// Not seen yet.
    New,
    /// In its learning or relearning steps.
    Learning,
    /// In review.
    Review,
    /// Taken out of study until the learner brings it back.
    Suspended,
    /// Taken out of study until the next day.
    Buried,
}

impl StoredCard {
    /// What the card is doing. Suspended and buried win over what it did before.
    #[must_use]
    pub fn state(&self) -> CardState {
        match (self.queue, self.card_type) {
            (-1, _) => CardState::Suspended,
            (..=-2, _) => CardState::Buried,
            (_, 0) => CardState::New,
            (_, 2) => CardState::Review,
            _ => CardState::Learning,
        }
    }

    /// The flag: 0 none, 1 red, 2 orange, 3 green, 4 blue, 5 pink, 6 turquoise, 7 purple.
    #[must_use]
    pub fn flag(&self) -> u8 {
        self.flags & 7
    }
}

/// A media file of a package, as its list says. Whether the file is as listed shows only when it
/// is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredMedia {
    /// The name as the package gives it: any text at all, and no path to write to. See
    /// [`StoredMedia::file_name`].
    pub name: String,
    /// The name of its entry in the archive: a number.
    pub entry: String,
    /// Whether the archive has that entry.
    pub present: bool,
    /// Its size in bytes, as the list or the archive says; `None` where neither does.
    pub size: Option<u64>,
    /// The SHA-1 of its bytes, which only the latest variant says.
    pub sha1: Option<[u8; 20]>,
}

impl StoredMedia {
    /// The name, if a file of exactly this name can be written into a folder without leaving it:
    /// one plain part of a path on Linux, macOS and Windows alike. Anki refuses the whole package
    /// where a name is none (measured on 26.9.3 and 25.9.2). `None` for names such as `../a`,
    /// `a/b`, `C:a`, `..`, and empty ones. What else a system does not take, such as `a?b` or
    /// `con.png` on Windows, ends in an error of that system.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        let name = self.name.as_str();
        let parts = ['/', '\\', ':', '\0'];
        let nothing = name.chars().all(|it| matches!(it, '.' | ' '));
        let plain = !nothing && !name.contains(parts);
        plain.then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_one_plain_part_of_a_path() {
        let check = |name: &str, expect: bool| {
            let media = StoredMedia {
                name: name.to_owned(),
                entry: "0".to_owned(),
                present: true,
                size: None,
                sha1: None,
            };
            assert_eq!(media.file_name().is_some(), expect, "{name}");
        };
        for name in ["a.png", "..a", "ä ö.mp3", "_x", "-"] {
            check(name, true);
        }
        let tricks = [
            "", ".", "..", ". .", "/", "/a", "../a", "a/b", "a/", "\\", "..\\a", "C:a", "a:b",
            "a\0b",
        ];
        for name in tricks {
            check(name, false);
        }
    }

    #[test]
    fn tags_and_fields_come_one_by_one() {
        let note = StoredNote {
            id: 1,
            guid: String::new(),
            note_type: 1,
            modified: 0,
            tags: " a  b\u{3000}c::d ".into(),
            fields: "x\u{1f}\u{1f}z".into(),
            checksum: 0,
        };
        assert_eq!(note.tags().collect::<Vec<_>>(), ["a", "b", "c::d"]);
        assert_eq!(note.fields().collect::<Vec<_>>(), ["x", "", "z"]);
    }
}
