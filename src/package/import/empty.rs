//! Cards that show nothing: those that "Empty Cards" deletes, and their progress with them.

use std::collections::BTreeMap;

use super::collection::{Collection, HeldNote};
use super::generate::CardMaker;

/// Knows which cards of a collection show nothing.
pub(in crate::package) struct EmptyCards<'c>(BTreeMap<i64, CardMaker<'c>>);

impl<'c> EmptyCards<'c> {
    pub(in crate::package) fn new(collection: &'c Collection<'_>) -> Self {
        let types = collection.note_types.iter();
        Self(
            types
                .map(|(id, held)| (*id, CardMaker::new(collection.client, held)))
                .collect(),
        )
    }

    /// The ordinals of the note's cards that show nothing, ascending.
    pub(in crate::package) fn of(&self, note: &HeldNote<'_>) -> Vec<u16> {
        let Some(maker) = self.0.get(&note.note_type) else {
            return Vec::new();
        };
        let shown = maker.ordinals(&note.tags, &note.fields);
        let mut empty: Vec<u16> = note.cards.iter().map(|card| card.ordinal).collect();
        empty.retain(|ordinal| !shown.contains(ordinal));
        empty.sort_unstable();
        empty
    }
}

impl<'a> Collection<'a> {
    /// Guids and ordinals of the cards that show nothing, in the order of their notes: those that
    /// "Empty Cards" would delete, and their progress with them.
    #[must_use]
    pub fn empty_cards(&self) -> Vec<(&'a str, u16)> {
        let empty = EmptyCards::new(self);
        let of_note = |note: &HeldNote<'a>| {
            let guid = note.guid;
            empty.of(note).into_iter().map(move |it| (guid, it))
        };
        self.notes.iter().flat_map(of_note).collect()
    }
}
