//! Cards that Anki makes itself: when an import changes the front of a card template, all notes of
//! the type get the cards that they lack.

use std::borrow::Cow;

use super::collection::{Collection, DEFAULT_DECK, HeldCard, HeldNoteType};
use super::options::Importer;
use super::progress::Progress;
use crate::model::NoteTypeKind;
use crate::package::StoredNoteType;
use crate::template::Template;
use crate::template::generate::{
    cloze_card_ords, counts_on_desktop, is_field_empty, normal_card_ords,
};

/// Gives the notes of the type what cards they lack; gives back how many came.
pub(super) fn missing_cards(collection: &mut Collection<'_>, note_type: i64) -> usize {
    let Some(held) = collection.note_types.get(&note_type) else {
        return 0;
    };
    let held = held.clone();
    let maker = CardMaker::new(collection.client, &held);
    let mut made = 0;
    let notes = collection.notes.iter_mut();
    for note in notes.filter(|note| note.note_type == note_type) {
        // A note that has no card at all gets none.
        if note.cards.is_empty() {
            continue;
        }
        let ordinals = maker.ordinals(&note.tags, &note.fields);
        let deck = common_deck(&note.cards);
        for ordinal in ordinals {
            if note.cards.iter().all(|card| card.ordinal != ordinal) {
                note.cards.push(HeldCard {
                    ordinal,
                    deck,
                    progress: Progress::default(),
                });
                made += 1;
            }
        }
    }
    made
}

/// The deck of all cards, or the default deck where they are in several.
fn common_deck(cards: &[HeldCard]) -> Result<usize, i64> {
    let first = cards.first().map(|card| card.deck);
    let common = first.filter(|deck| cards.iter().all(|card| card.deck == *deck));
    common.unwrap_or(Ok(DEFAULT_DECK))
}

/// Knows which cards the notes of a type have.
pub(super) struct CardMaker<'a> {
    client: Importer,
    stored: &'a StoredNoteType,
    names: Vec<&'a str>,
    fronts: Vec<Option<Template>>,
}

impl<'a> CardMaker<'a> {
    pub(super) fn new(client: Importer, held: &'a HeldNoteType<'_>) -> Self {
        let templates = held.stored.templates.iter();
        Self {
            client,
            stored: &held.stored,
            names: held.field_names(),
            fronts: templates
                .map(|it| Template::parse(&it.front).ok())
                .collect(),
        }
    }

    /// The ordinals of the cards that show something, with these columns of a note.
    pub(super) fn ordinals(&self, tags: &str, fields: &str) -> Vec<u16> {
        let values: Vec<&str> = fields.split('\u{1f}').collect();
        let found: Vec<usize> = match self.stored.kind {
            NoteTypeKind::Normal => {
                let has_tags = !tags.trim().is_empty();
                let filled = |name: &str| {
                    let own = self.names.iter().position(|it| *it == name);
                    match own.and_then(|index| values.get(index)) {
                        Some(value) => !is_field_empty(value),
                        None => {
                            self.client == Importer::Desktop && counts_on_desktop(name, has_tags)
                        }
                    }
                };
                normal_card_ords(self.fronts.iter().map(Option::as_ref), filled)
            }
            NoteTypeKind::Cloze => {
                let read = values.iter().map(|value| match self.client {
                    Importer::Desktop => Cow::Borrowed(*value),
                    Importer::AnkiDroid => without_lists(value),
                });
                let read: Vec<Cow<'_, str>> = read.collect();
                cloze_card_ords(read.iter().map(AsRef::as_ref))
                    .into_iter()
                    .collect()
            }
        };
        found
            .into_iter()
            .filter_map(|it| u16::try_from(it).ok())
            .collect()
    }
}

/// The text as 25.9.2 reads it: to it `{{c1,2::` is no opening but text.
fn without_lists(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut at = 0;
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("{{c")) {
        let open = from + found;
        let list = text.get(open + 3..).unwrap_or_default();
        let length = list
            .find(|it: char| !it.is_ascii_digit() && it != ',')
            .unwrap_or(list.len());
        let (numbers, behind) = list.split_at_checked(length).unwrap_or((list, ""));
        if numbers.contains(',') && behind.starts_with("::") {
            kept.push_str(text.get(at..open).unwrap_or_default());
            at = open + 3 + length;
        }
        from = open + 3;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_numbers_are_text_to_ankidroid() {
        let check = |text: &str, expect: &str| assert_eq!(without_lists(text), expect);
        check("{{c1::a}}", "{{c1::a}}");
        check("x{{c1,2::a}} {{c3::b}}", "x::a}} {{c3::b}}");
        check("{{c1,2:a}}", "{{c1,2:a}}");
        check("{{c1,", "{{c1,");
    }
}
