//! What goes over the wire: rows of notes and cards as lists, note types and decks as objects.
//!
//! Objects stay as the server has them but for what a push changes, so that nothing is lost that
//! this version does not know.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// A note type, a deck, a preset or the settings.
pub(super) type Object = Map<String, Value>;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoteRow {
    pub(super) id: i64,
    pub(super) guid: String,
    pub(super) note_type: i64,
    pub(super) modified: i64,
    pub(super) usn: i64,
    pub(super) tags: String,
    pub(super) fields: String,
    pub(super) flags: i64,
    pub(super) data: String,
}

/// The list of a note. Sort field and checksum are worked out by whoever gets it.
type NoteList = (
    i64,
    String,
    i64,
    i64,
    i64,
    String,
    String,
    IgnoredAny,
    IgnoredAny,
    i64,
    String,
);

impl<'de> Deserialize<'de> for NoteRow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (id, guid, note_type, modified, usn, tags, fields, _, _, flags, data) =
            NoteList::deserialize(deserializer)?;
        Ok(Self {
            id,
            guid,
            note_type,
            modified,
            usn,
            tags,
            fields,
            flags,
            data,
        })
    }
}

impl Serialize for NoteRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list = (
            self.id,
            &self.guid,
            self.note_type,
            self.modified,
            self.usn,
            &self.tags,
            &self.fields,
            "",
            "",
            self.flags,
            &self.data,
        );
        list.serialize(serializer)
    }
}

impl NoteRow {
    pub(super) fn fields(&self) -> Vec<&str> {
        self.fields.split('\u{1f}').collect()
    }
}

/// A card: the columns of the table, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CardRow {
    pub(super) id: i64,
    pub(super) note: i64,
    pub(super) deck: i64,
    pub(super) ordinal: i64,
    pub(super) modified: i64,
    pub(super) usn: i64,
    pub(super) card_type: i64,
    pub(super) queue: i64,
    pub(super) due: i64,
    /// `ivl`, `factor`, `reps`, `lapses`, `left`, `odue`: what a push never touches.
    pub(super) schedule: [i64; 6],
    /// The home deck while the card is in a filtered one, else 0.
    pub(super) original_deck: i64,
    pub(super) flags: i64,
    pub(super) data: String,
}

/// The list of a card is longer than tuples that serde knows.
#[derive(Deserialize)]
struct CardList(
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    String,
);

impl<'de> Deserialize<'de> for CardRow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let it = CardList::deserialize(deserializer)?;
        Ok(Self {
            id: it.0,
            note: it.1,
            deck: it.2,
            ordinal: it.3,
            modified: it.4,
            usn: it.5,
            card_type: it.6,
            queue: it.7,
            due: it.8,
            schedule: [it.9, it.10, it.11, it.12, it.13, it.14],
            original_deck: it.15,
            flags: it.16,
            data: it.17,
        })
    }
}

impl Serialize for CardRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let front = [
            self.id,
            self.note,
            self.deck,
            self.ordinal,
            self.modified,
            self.usn,
            self.card_type,
            self.queue,
            self.due,
        ];
        let behind = [self.original_deck, self.flags];
        let numbers = front.into_iter().chain(self.schedule).chain(behind);
        let mut list: Vec<Value> = numbers.map(Value::from).collect();
        list.push(self.data.as_str().into());
        list.serialize(serializer)
    }
}

impl CardRow {
    /// The deck that the card is at home in, even while a filtered one holds it.
    pub(super) fn home(&self) -> i64 {
        match self.original_deck {
            0 => self.deck,
            home => home,
        }
    }
}

/// A review, of which only its number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Review {
    pub(super) usn: i64,
}

impl<'de> Deserialize<'de> for Review {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ReviewList)
    }
}

/// Reads the list of a review: its id, that of its card, the number, and what is not looked at.
struct ReviewList;

impl<'de> Visitor<'de> for ReviewList {
    type Value = Review;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the list of a review")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Review, A::Error> {
        for _ in 0..2 {
            list.next_element::<IgnoredAny>()?;
        }
        let usn = list.next_element()?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        let missing = || serde::de::Error::custom("a review has no number");
        Ok(Review {
            usn: usn.ok_or_else(missing)?,
        })
    }
}

/// Part of the rows.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chunk {
    pub(super) done: bool,
    #[serde(default)]
    pub(super) revlog: Vec<Review>,
    #[serde(default)]
    pub(super) cards: Vec<CardRow>,
    #[serde(default)]
    pub(super) notes: Vec<NoteRow>,
}

/// What was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Graves {
    #[serde(default)]
    pub(super) cards: Vec<i64>,
    #[serde(default)]
    pub(super) decks: Vec<i64>,
    #[serde(default)]
    pub(super) notes: Vec<i64>,
}

/// All that is no row.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct Changes {
    #[serde(default)]
    pub(super) models: Vec<Object>,
    /// Decks, and presets.
    #[serde(default)]
    pub(super) decks: (Vec<Object>, Vec<Object>),
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) conf: Option<Object>,
}

/// What a server says of an account.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub(super) usn: i64,
    /// When its contents last changed, in milliseconds.
    #[serde(rename = "mod", default)]
    pub(super) modified: i64,
    /// When it began anew: with a full upload, or where clients had to take all of it.
    #[serde(rename = "scm", default)]
    pub(super) schema: i64,
    /// Its time, in seconds.
    #[serde(rename = "ts", default)]
    pub(super) time: i64,
    #[serde(rename = "msg", default)]
    pub(super) message: String,
    /// Whether it takes this client.
    #[serde(rename = "cont", default)]
    pub(super) goes_on: bool,
    /// Whether there is no collection yet.
    #[serde(default)]
    pub(super) empty: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_and_go_as_lists() {
        let note = r#"[1,"g",2,3,4," a ","x\u001fy","","",0,""]"#;
        let read: NoteRow = serde_json::from_str(note).unwrap();
        assert_eq!(read.fields(), ["x", "y"]);
        assert_eq!(serde_json::to_string(&read).unwrap(), note);
        // Older servers say both as numbers.
        let older = r#"[1,"g",2,3,4," a ","x\u001fy",5,6,0,""]"#;
        assert_eq!(serde_json::from_str::<NoteRow>(older).unwrap(), read);

        let card = r#"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,"{}"]"#;
        let read: CardRow = serde_json::from_str(card).unwrap();
        assert_eq!((read.home(), read.schedule), (16, [10, 11, 12, 13, 14, 15]));
        assert_eq!(serde_json::to_string(&read).unwrap(), card);
        assert!(serde_json::from_str::<CardRow>("[1,2]").is_err());

        let review = "[1,2,7,4,5,6,7,8,9]";
        let read: Review = serde_json::from_str(review).unwrap();
        assert_eq!(read.usn, 7);
        for short in ["[1,2]", "[]", "7", "[1,2,\"7\"]"] {
            assert!(serde_json::from_str::<Review>(short).is_err(), "{short}");
        }
    }

    #[test]
    fn a_chunk_may_lack_what_it_has_none_of() {
        let read: Chunk = serde_json::from_str(r#"{"done":true}"#).unwrap();
        assert!(read.done && read.notes.is_empty());
        let read: Changes = serde_json::from_str(r#"{"models":[],"decks":[[],[]]}"#).unwrap();
        assert_eq!(read, Changes::default());
    }
}
