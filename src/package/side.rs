//! A package by guids and ids, as far as deliveries go by it.

use std::collections::BTreeMap;

use super::{Contents, StoredCard, StoredNote, StoredNoteType};

/// The new package, or the base.
pub(crate) struct Side<'a> {
    /// By guid.
    pub(crate) notes: BTreeMap<&'a str, &'a StoredNote>,
    /// Those that notes use, by id.
    pub(crate) note_types: BTreeMap<i64, &'a StoredNoteType>,
    /// By the id of their note, in the order of their ordinals.
    cards: BTreeMap<i64, Vec<&'a StoredCard>>,
    decks: BTreeMap<i64, &'a str>,
}

impl<'a> Side<'a> {
    pub(crate) fn new(contents: &'a Contents) -> Self {
        let mut cards: BTreeMap<i64, Vec<&StoredCard>> = BTreeMap::new();
        for card in &contents.cards {
            cards.entry(card.note).or_default().push(card);
        }
        for cards in cards.values_mut() {
            cards.sort_by_key(|it| it.ordinal);
        }
        let types = contents.note_types.iter();
        let mut note_types: BTreeMap<i64, _> = types.map(|it| (it.id, it)).collect();
        note_types.retain(|id, _| contents.notes.iter().any(|note| note.note_type == *id));
        Self {
            notes: contents
                .notes
                .iter()
                .map(|it| (it.guid.as_str(), it))
                .collect(),
            note_types,
            cards,
            decks: contents
                .decks
                .iter()
                .map(|it| (it.id, it.name.as_str()))
                .collect(),
        }
    }

    pub(crate) fn note_ids(&self) -> impl Iterator<Item = i64> {
        self.notes.values().map(|it| it.id)
    }

    pub(crate) fn cards(&self, note: i64) -> &[&'a StoredCard] {
        self.cards.get(&note).map_or(&[], Vec::as_slice)
    }

    /// The name of a card's deck.
    pub(crate) fn deck(&self, card: &StoredCard) -> Option<&'a str> {
        self.decks.get(&card.deck).copied()
    }
}
