//! Rows of notes and of cards, with everything that Anki derives from a note's fields.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::plan::{Plan, PlannedNote};
use crate::model::{FieldValues, Note, Tag};
use crate::template::strip;

/// A row of the table `notes`.
#[derive(Debug)]
pub(super) struct NoteRow<'a> {
    pub(super) id: i64,
    pub(super) guid: &'a str,
    pub(super) note_type: i64,
    pub(super) modified: i64,
    pub(super) tags: String,
    pub(super) fields: Cow<'a, str>,
    pub(super) sort_field: String,
    pub(super) checksum: u32,
}

/// A row of the table `cards`.
#[derive(Debug)]
pub(super) struct CardRow {
    pub(super) note: i64,
    pub(super) deck: i64,
    pub(super) ord: u16,
    pub(super) modified: i64,
    pub(super) suspended: bool,
    pub(super) position: u32,
    pub(super) flags: u8,
}

impl<'a> NoteRow<'a> {
    pub(super) fn new(planned: &'a PlannedNote<'_>) -> Self {
        let note = planned.note;
        let note_type = note.note_type();
        let first = normal(note.values().next().unwrap_or_default());
        let sort_field = match note.own_sort_field() {
            Some(text) => normal(text).into_owned(),
            None => {
                let value = note.values().nth(note_type.sort_field());
                strip::sort_field(&normal(value.unwrap_or_default())).into_owned()
            }
        };
        Self {
            id: planned.id,
            guid: planned.guid_text(),
            note_type: note_type.id(),
            modified: planned.modified,
            tags: tags_text(&note.tags),
            fields: fields_text(planned.note),
            sort_field,
            checksum: strip::checksum(&first),
        }
    }
}

impl CardRow {
    /// Those of a note, by their ords.
    pub(super) fn all_of<'p>(
        plan: &'p Plan<'_>,
        planned: &'p PlannedNote<'_>,
    ) -> impl Iterator<Item = Self> + use<'p> {
        let note = planned.note;
        let suspend = note.suspended();
        note.cards().into_iter().map(move |ord| Self {
            note: planned.id,
            deck: plan.deck_of(planned, ord),
            ord,
            modified: planned.modified,
            suspended: suspend.holds(ord),
            position: planned.position,
            flags: note.flag as u8,
        })
    }
}

/// The fields as the database keeps them: normal (an import would make them so) and joined.
pub(super) fn fields_text(note: &Note) -> Cow<'_, str> {
    let joined = note.fields.joined();
    if is_normal(joined) {
        return Cow::Borrowed(joined);
    }
    // Each by itself: a mark at the beginning of a field belongs to no character before it.
    let values: Vec<Cow<'_, str>> = note.values().map(normal).collect();
    let values = FieldValues::join(values.iter().map(|it| &**it));
    Cow::Owned(values.joined().to_owned())
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
    match is_normal(text) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.nfc().collect()),
    }
}

fn is_normal(text: &str) -> bool {
    text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes
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
