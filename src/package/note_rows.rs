//! Rows of notes and cards, with everything that Anki derives from a note's fields.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::plan::{Plan, PlannedNote};
use crate::model::{Note, Tag};
use crate::template::strip;

/// What stands between two fields.
const SEPARATOR: char = '\u{1f}';

/// A row of the table `notes`, with the note's cards.
#[derive(Debug)]
pub(super) struct NoteRow<'a> {
    pub(super) id: i64,
    pub(super) guid: &'a str,
    pub(super) note_type: i64,
    pub(super) modified: i64,
    pub(super) tags: String,
    pub(super) fields: String,
    pub(super) sort_field: String,
    pub(super) checksum: u32,
    pub(super) position: u32,
    pub(super) flags: u8,
    pub(super) cards: Vec<CardRow>,
}

/// What the cards of a note do not share.
#[derive(Debug)]
pub(super) struct CardRow {
    pub(super) ord: u16,
    pub(super) deck: i64,
    pub(super) suspended: bool,
}

impl<'a> NoteRow<'a> {
    pub(super) fn new(plan: &Plan<'_>, planned: &'a PlannedNote<'_>) -> Self {
        let note = planned.note;
        let note_type = note.note_type();
        let first = note.values().first().map(|it| normal(it));
        let sort_field = match note.own_sort_field() {
            Some(text) => normal(text).into_owned(),
            None => {
                let value = note.values().get(note_type.sort_field());
                value.map_or_else(String::new, |it| {
                    strip::sort_field(&normal(it)).into_owned()
                })
            }
        };
        let suspend = note.suspended();
        let card = |ord| CardRow {
            ord,
            deck: plan.deck_of(planned, ord),
            suspended: suspend.holds(ord),
        };
        Self {
            id: planned.id,
            guid: planned.guid.as_str(),
            note_type: note_type.id(),
            modified: planned.modified,
            tags: tags_text(&note.tags),
            fields: fields_text(note),
            sort_field,
            checksum: strip::checksum(&first.unwrap_or_default()),
            position: planned.position,
            flags: note.flag as u8,
            cards: note.cards().into_iter().map(card).collect(),
        }
    }
}

/// The fields as the database keeps them: normal (an import would make them so) and joined.
pub(super) fn fields_text(note: &Note) -> String {
    let length: usize = note.values().iter().map(|it| it.len() + 1).sum();
    let mut text = String::with_capacity(length);
    for (index, value) in note.values().iter().enumerate() {
        if index > 0 {
            text.push(SEPARATOR);
        }
        text.push_str(&normal(value));
    }
    text
}

/// The tags as Anki keeps them: each once, sorted, letter case aside, and spaces around each.
pub(super) fn tags_text(tags: &[Tag]) -> String {
    let mut sorted: Vec<(String, &Tag)> = tags.iter().map(|tag| (tag.folded(), tag)).collect();
    // The sort is stable: of two spellings the first stays.
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    sorted.dedup_by(|later, earlier| later.0 == earlier.0);
    let mut text = String::new();
    for (_, tag) in &sorted {
        text.push(' ');
        text.push_str(tag.as_str());
    }
    if !sorted.is_empty() {
        text.push(' ');
    }
    text
}

/// The text in Unicode's normal form C, which Anki keeps fields in.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    match text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.nfc().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoteType;

    #[test]
    fn tags_come_out_as_anki_writes_them() {
        let check = |tags: &[&str], expect: &str| {
            let tags: Vec<Tag> = tags.iter().map(|it| Tag::new(it).unwrap()).collect();
            assert_eq!(tags_text(&tags), expect);
        };
        check(&[], "");
        check(&["one"], " one ");
        check(&["b", "A", "c"], " A b c ");
        check(&["Verb", "verb", "VERB"], " Verb ");
        check(&["e\u{301}"], " é ");
    }

    #[test]
    fn fields_are_normal_and_joined() {
        let note_type = NoteType::builder("t")
            .fields(["A", "B", "C"])
            .template("c", "{{A}}", "")
            .build()
            .unwrap();
        let note = Note::new(&note_type).fields(["e\u{301}", "", "x"]);
        assert_eq!(fields_text(&note), "é\u{1f}\u{1f}x");
    }
}
