//! The third step of an import: decks, which are known by their names.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::collection::{Collection, DEFAULT_DECK};
use super::names::deck_name;
use super::refusal::Refusal;
use crate::model::fold;
use crate::package::{Contents, StoredDeckKind};

/// The id of Anki's default deck, in every collection.
pub(super) const DEFAULT_DECK_ID: i64 = 1;
/// What Anki puts behind a name that a filtered deck has: the time in seconds, which nobody knows
/// before.
const TIME: &str = " (time of the import)";
/// How many decks above a deck Anki adds by itself.
const MOST_ADDED_ABOVE: usize = 10;

/// What became of a deck of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeckOutcome {
    /// It came in, at this position among the collection's decks.
    Added(usize),
    /// The collection has a deck of that name, at this position. A description replaced its own.
    Found(usize),
    /// No card of the package is in it or below it: it is left out. So is Anki's default deck,
    /// whose cards go to the learner's, whatever it is called.
    LeftOut,
}

impl DeckOutcome {
    /// The position among the collection's decks.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        match *self {
            Self::Added(position) | Self::Found(position) => Some(position),
            Self::LeftOut => None,
        }
    }
}

pub(super) struct Imported {
    pub(super) outcomes: Vec<DeckOutcome>,
    /// By id in the package, the position in the collection.
    pub(super) targets: HashMap<i64, usize>,
}

pub(super) fn import<'a>(
    collection: &mut Collection<'a>,
    package: &'a Contents,
) -> Result<Imported, Refusal> {
    let names: Vec<String> = package
        .decks
        .iter()
        .map(|deck| deck_name(&deck.name))
        .collect();
    let used = used(package, &names);
    // Those above come before those below.
    let mut order: Vec<usize> = (0..names.len())
        .filter(|index| used.contains(index))
        .collect();
    order.sort_by_key(|index| names.get(*index).map(|name| name.matches("::").count()));
    let mut outcomes = vec![DeckOutcome::LeftOut; names.len()];
    let mut targets = HashMap::from([(DEFAULT_DECK_ID, DEFAULT_DECK)]);
    for index in order {
        let (Some(deck), Some(name)) = (package.decks.get(index), names.get(index)) else {
            continue;
        };
        let name = beside_filtered(collection, name);
        let known = collection.by_deck_name.get(&fold(&name)).copied();
        let target = match known {
            Some(target) => target,
            None => add(collection, &name)?,
        };
        if let Some(held) = collection.decks.get_mut(target)
            && let StoredDeckKind::Normal { .. } = deck.kind
            && !deck.description.is_empty()
        {
            // A filtered deck has no description in Anki's newer schemas.
            held.description = &deck.description;
        }
        targets.insert(deck.id, target);
        if let Some(outcome) = outcomes.get_mut(index) {
            *outcome = match known {
                Some(_) => DeckOutcome::Found(target),
                None => DeckOutcome::Added(target),
            };
        }
    }
    Ok(Imported { outcomes, targets })
}

/// Positions of the decks that hold cards of the package's notes, and those above them.
fn used(package: &Contents, names: &[String]) -> BTreeSet<usize> {
    let by_name: HashMap<String, usize> = (0..)
        .zip(names)
        .map(|(index, name)| (fold(name), index))
        .collect();
    let by_id: HashMap<i64, usize> = (0..)
        .zip(&package.decks)
        .map(|(index, deck)| (deck.id, index))
        .collect();
    let notes: BTreeSet<i64> = package.notes.iter().map(|note| note.id).collect();
    let cards = package
        .cards
        .iter()
        .filter(|card| notes.contains(&card.note));
    let held: BTreeSet<i64> = cards.map(|card| card.deck).collect();
    let mut used = BTreeSet::new();
    for id in held {
        let Some(&index) = by_id.get(&id) else {
            continue;
        };
        used.insert(index);
        let mut name = names.get(index).map_or("", String::as_str);
        while let Some((above, _)) = name.rsplit_once("::") {
            used.extend(by_name.get(&fold(above)));
            name = above;
        }
    }
    used.retain(|index| {
        package
            .decks
            .get(*index)
            .is_some_and(|it| it.id != DEFAULT_DECK_ID)
    });
    used
}

/// The name, or another where the learner has a filtered deck of that name or of one above it:
/// no deck that comes in is a filtered one.
fn beside_filtered<'n>(collection: &Collection<'_>, name: &'n str) -> Cow<'n, str> {
    let ends = name.match_indices("::").map(|(at, _)| at);
    for end in ends.chain([name.len()]) {
        let (above, below) = name.split_at_checked(end).unwrap_or((name, ""));
        let held = collection.by_deck_name.get(&fold(above));
        let held = held.and_then(|index| collection.decks.get(*index));
        if held.is_some_and(|it| it.is_filtered) {
            return Cow::Owned(format!("{above}{TIME}{below}"));
        }
    }
    Cow::Borrowed(name)
}

/// Adds a deck and those above it that are missing. Decks above that are there give their spelling.
fn add(collection: &mut Collection<'_>, name: &str) -> Result<usize, Refusal> {
    let parts: Vec<&str> = name.split("::").collect();
    let mut spelled = String::new();
    let mut added_above = 0;
    let mut last = DEFAULT_DECK;
    for (level, part) in parts.iter().enumerate() {
        if level > 0 {
            spelled.push_str("::");
        }
        spelled.push_str(part);
        match collection.by_deck_name.get(&fold(&spelled)) {
            Some(&index) => {
                last = index;
                if let Some(held) = collection.decks.get(index) {
                    spelled.clone_from(&held.name);
                }
            }
            None => {
                added_above += usize::from(level + 1 < parts.len());
                if added_above > MOST_ADDED_ABOVE {
                    return Err(Refusal::DeckDepth(name.to_owned()));
                }
                last = collection.add_deck(spelled.clone());
            }
        }
    }
    Ok(last)
}
