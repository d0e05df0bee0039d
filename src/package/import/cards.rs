//! The fourth step of an import: cards. Those that the collection has are never touched.

use std::collections::HashMap;

use super::collection::{Collection, HeldCard};
use super::progress::Progress;
use crate::package::Contents;

/// Adds the cards whose notes lack them; gives back how many.
pub(super) fn import(
    collection: &mut Collection<'_>,
    package: &Contents,
    notes: &HashMap<i64, usize>,
    decks: &HashMap<i64, usize>,
) -> usize {
    // Two cards of one note and position both come in, unless the collection had one before.
    let before: Vec<usize> = collection
        .notes
        .iter()
        .map(|note| note.cards.len())
        .collect();
    let mut added = 0;
    for card in &package.cards {
        let Some(&index) = notes.get(&card.note) else {
            continue;
        };
        let Some(note) = collection.notes.get_mut(index) else {
            continue;
        };
        let had = before.get(index).copied().unwrap_or_default();
        if note
            .cards
            .iter()
            .take(had)
            .any(|it| it.ordinal == card.ordinal)
        {
            continue;
        }
        note.cards.push(HeldCard {
            ordinal: card.ordinal,
            deck: decks.get(&card.deck).copied().ok_or(card.deck),
            progress: Progress::default(),
        });
        added += 1;
    }
    added
}
