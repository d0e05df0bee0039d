//! Decks of two packages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Imported;
use crate::model::fold;
use crate::package::import::DeckOutcome;

/// A deck that is not just as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeckDifference {
    /// Its full name, as learners see it.
    pub name: String,
    /// What happens to it.
    pub change: DeckChange,
}

/// What happens to a deck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeckChange {
    /// It comes in.
    #[non_exhaustive]
    Added {
        /// How many cards come into it. Those that learners have already stay where they are.
        cards: usize,
        /// The deck whose cards the new package has in this one: it has another name now.
        renamed_from: Option<String>,
    },
    /// Its description is replaced.
    #[non_exhaustive]
    Described {
        /// What learners have.
        old: String,
        /// What the new package says.
        new: String,
    },
    /// The new package has no card in it any more. Learners keep it.
    Left,
}

pub(super) fn compare(imported: &Imported<'_>) -> Vec<DeckDifference> {
    let (before, after) = (imported.before.decks(), imported.after.decks());
    let renamed = renamed(imported);
    let cards = cards_of(imported);
    let mut found: BTreeMap<&str, DeckChange> = BTreeMap::new();
    for (index, deck) in after.iter().enumerate() {
        let change = match before.get(index) {
            None => DeckChange::Added {
                cards: cards.get(&index).copied().unwrap_or_default(),
                renamed_from: renamed.get(&index).cloned(),
            },
            Some(held) if held.description != deck.description => DeckChange::Described {
                old: held.description.to_owned(),
                new: deck.description.to_owned(),
            },
            Some(_) => continue,
        };
        found.insert(&deck.name, change);
    }
    let outcomes = imported.log.decks.iter();
    let used: BTreeSet<usize> = outcomes.filter_map(DeckOutcome::position).collect();
    for (index, deck) in before.iter().enumerate() {
        // Anki's default deck is everybody's own.
        if index > 0 && !used.contains(&index) && imported.scope.has_deck(index) {
            found.insert(&deck.name, DeckChange::Left);
        }
    }
    let found = found.into_iter();
    found
        .map(|(name, change)| DeckDifference {
            name: name.to_owned(),
            change,
        })
        .collect()
}

/// How many cards came into each deck, by its position.
fn cards_of(imported: &Imported<'_>) -> HashMap<usize, usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let cards = imported.after.notes().iter().flat_map(|note| &note.cards);
    for card in cards {
        if let Ok(deck) = card.deck {
            *counts.entry(deck).or_default() += 1;
        }
    }
    counts
}

/// Added decks that have another name in the old package, which knows them by their id. The old
/// name must not be in use any more.
fn renamed(imported: &Imported<'_>) -> HashMap<usize, String> {
    let outcomes = imported.new.decks.iter().zip(&imported.log.decks);
    let used: BTreeSet<usize> = imported
        .log
        .decks
        .iter()
        .filter_map(DeckOutcome::position)
        .collect();
    let held = imported.before.decks().iter().enumerate();
    let by_name: HashMap<String, usize> = held
        .map(|(index, deck)| (fold(&deck.name), index))
        .collect();
    let mut renamed = HashMap::new();
    for (deck, outcome) in outcomes {
        let DeckOutcome::Added(position) = outcome else {
            continue;
        };
        let decks = &imported.old.decks;
        let earlier = decks.binary_search_by_key(&deck.id, |it| it.id).ok();
        let earlier = earlier.and_then(|index| decks.get(index));
        let held = earlier.and_then(|it| by_name.get(&fold(&it.name)));
        let held = held.and_then(|index| Some((*index, imported.before.decks().get(*index)?)));
        if let Some((index, held)) = held
            && !used.contains(&index)
        {
            renamed.insert(*position, held.name.clone());
        }
    }
    for (wanted, decks) in moved(imported) {
        let mut decks = decks.iter();
        if let (Some(only), None) = (decks.next(), decks.next())
            && !used.contains(only)
            && let Some(held) = imported.before.decks().get(*only)
        {
            renamed.entry(wanted).or_insert_with(|| held.name.clone());
        }
    }
    renamed
}

/// For each added deck, those that its cards are in with learners.
fn moved(imported: &Imported<'_>) -> BTreeMap<usize, BTreeSet<usize>> {
    let outcomes = imported.new.decks.iter().zip(&imported.log.decks);
    let added: HashMap<i64, usize> = outcomes
        .filter_map(|(deck, outcome)| match outcome {
            DeckOutcome::Added(position) => Some((deck.id, *position)),
            _ => None,
        })
        .collect();
    let notes: HashMap<i64, &str> = imported
        .new
        .notes
        .iter()
        .map(|note| (note.id, note.guid.as_str()))
        .collect();
    let mut moved: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for card in &imported.new.cards {
        let Some(&wanted) = added.get(&card.deck) else {
            continue;
        };
        let note = notes
            .get(&card.note)
            .and_then(|guid| imported.before.note(guid));
        let held = note.and_then(|note| note.cards.iter().find(|it| it.ordinal == card.ordinal));
        // Everybody has a default deck, and may have put the card there.
        if let Some(Ok(deck @ 1..)) = held.map(|it| it.deck) {
            moved.entry(wanted).or_default().insert(deck);
        }
    }
    moved
}
