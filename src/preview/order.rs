//! Which cards there are, in which order, on which page: by decks, and within a deck in the order in which
//! they are learned.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sha1::{Digest, Sha1};

use crate::package::{Contents, StoredCard, StoredNote, StoredNoteType};

/// So many cards are on a page.
pub(super) const PER_PAGE: usize = 50;

/// So many levels of decks are told apart; what is below stays in the name of the last one. A name of
/// thousands would have as many decks above it, whose names are together as long as its square.
const MOST_LEVELS: usize = 32;

/// So long the readable part of a page's name is at most.
const MOST_NAME: usize = 40;

/// The cards of a package in their order.
pub(super) struct Order<'a> {
    notes: HashMap<i64, &'a StoredNote>,
    note_types: HashMap<i64, &'a StoredNoteType>,
    /// The decks that have cards and those above them, by their names.
    pub(super) decks: Vec<OrderedDeck<'a>>,
    /// How many cards have a note.
    pub(super) cards: usize,
    /// How many notes have cards.
    pub(super) notes_with_cards: usize,
    /// How many cards are shown nowhere, because their note or its note type is not in the package.
    pub(super) orphans: usize,
    /// How many notes have no card.
    pub(super) cardless: usize,
}

/// A deck.
pub(super) struct OrderedDeck<'a> {
    pub(super) name: String,
    /// How many levels are above it.
    pub(super) level: usize,
    /// Its own cards.
    pub(super) cards: Vec<&'a StoredCard>,
    /// How many cards it has with all decks below.
    pub(super) all: usize,
    /// What the names of its pages begin with.
    pub(super) stem: String,
}

impl<'a> OrderedDeck<'a> {
    /// The cards of each of its pages.
    pub(super) fn pages(&self) -> impl ExactSizeIterator<Item = &[&'a StoredCard]> {
        self.cards.chunks(PER_PAGE)
    }

    /// The name of one of its pages, from 0.
    pub(super) fn page_name(&self, page: usize) -> String {
        format!("{}-{}.html", self.stem, page + 1)
    }

    /// The last part of its name.
    pub(super) fn last_name(&self) -> &str {
        self.name.rsplit("::").next().unwrap_or(&self.name)
    }
}

impl<'a> Order<'a> {
    pub(super) fn new(contents: &'a Contents) -> Self {
        let mut order = Self {
            notes: contents.notes.iter().map(|it| (it.id, it)).collect(),
            note_types: contents.note_types.iter().map(|it| (it.id, it)).collect(),
            decks: Vec::new(),
            cards: 0,
            notes_with_cards: 0,
            orphans: 0,
            cardless: 0,
        };
        let names: HashMap<i64, &str> = contents
            .decks
            .iter()
            .map(|it| (it.id, it.name.as_str()))
            .collect();
        let mut by_deck: BTreeMap<Vec<String>, Vec<&StoredCard>> = BTreeMap::new();
        let mut seen = HashSet::new();
        for card in &contents.cards {
            let note = order.note(card.note);
            let known = note.and_then(|it| order.note_type(it.note_type));
            if known.is_none() {
                order.orphans += 1;
                continue;
            }
            seen.insert(card.note);
            // A filtered deck only borrows cards.
            let home = match card.original_deck {
                0 => card.deck,
                home => home,
            };
            let name = names.get(&home).map_or_else(
                || format!("(deck {home}, which is not in the package)"),
                |it| (*it).to_owned(),
            );
            let levels = name.splitn(MOST_LEVELS, "::").map(str::to_owned);
            let levels: Vec<String> = levels.collect();
            by_deck.entry(levels).or_default().push(card);
        }
        order.cards = contents.cards.len() - order.orphans;
        order.notes_with_cards = seen.len();
        let noted = contents.notes.iter();
        order.cardless = noted.filter(|it| !seen.contains(&it.id)).count();
        // Decks above others are there, cards or none.
        let above: BTreeSet<&[String]> = by_deck
            .keys()
            .flat_map(|levels| (1..levels.len()).filter_map(|it| levels.get(..it)))
            .filter(|levels| !by_deck.contains_key(*levels))
            .collect();
        let above: Vec<Vec<String>> = above.into_iter().map(<[String]>::to_vec).collect();
        for levels in above {
            by_deck.entry(levels).or_default();
        }
        let mut open: Vec<usize> = Vec::new();
        let mut stems = Stems::default();
        for (levels, mut cards) in by_deck {
            cards.sort_by_key(|it| {
                // The due number of new cards is their place; of others it is a day.
                let place = if it.card_type == 0 { it.due } else { i64::MAX };
                (place, it.note, it.ordinal, it.id)
            });
            let (level, count, name) = (levels.len() - 1, cards.len(), levels.join("::"));
            open.truncate(level);
            open.push(order.decks.len());
            order.decks.push(OrderedDeck {
                stem: stems.of(&name),
                name,
                level,
                cards,
                all: 0,
            });
            for at in &open {
                if let Some(deck) = order.decks.get_mut(*at) {
                    deck.all += count;
                }
            }
        }
        order
    }

    pub(super) fn note(&self, id: i64) -> Option<&'a StoredNote> {
        self.notes.get(&id).copied()
    }

    pub(super) fn note_type(&self, id: i64) -> Option<&'a StoredNoteType> {
        self.note_types.get(&id).copied()
    }
}

/// Names of files, each of which is given away once.
#[derive(Default)]
pub(super) struct Stems(HashSet<String>);

impl Stems {
    /// The [`stem`] of a name, with a number where another one has it: a hash of four bytes can be met on
    /// purpose.
    pub(super) fn of(&mut self, name: &str) -> String {
        let plain = stem(name);
        let mut stem = plain.clone();
        let mut number = 1;
        while !self.0.insert(stem.clone()) {
            number += 1;
            // No stem has an underscore of its own.
            stem = format!("{plain}_{number}");
        }
        stem
    }
}

/// The name of a deck as a part of a file's name, on every system: its letters of ASCII for people, and
/// a hash that tells most decks apart.
fn stem(name: &str) -> String {
    let mut readable = String::new();
    for character in name.chars() {
        if readable.len() >= MOST_NAME {
            break;
        }
        match character {
            'a'..='z' | '0'..='9' => readable.push(character),
            'A'..='Z' => readable.push(character.to_ascii_lowercase()),
            _ if !readable.is_empty() && !readable.ends_with('-') => readable.push('-'),
            _ => {}
        }
    }
    let hash = Sha1::digest(name.as_bytes());
    let digits: String = hash.iter().take(4).map(|it| format!("{it:02x}")).collect();
    match readable.trim_end_matches('-') {
        "" => digits,
        readable => format!("{readable}-{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pages_are_plain_whatever_the_deck_is_called() {
        let check = |name: &str, begin: &str| {
            let stem = stem(name);
            let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
            assert!(stem.starts_with(begin) && stem.chars().all(plain), "{stem}");
        };
        check("Spanish::Verbs", "spanish-verbs-");
        check("../../etc/passwd", "etc-passwd-");
        check("<script>alert(1)</script>", "script-alert-1-script-");
        check("漢字", "");
        check(&"x".repeat(500), "xxx");
        assert_ne!(stem("A"), stem("a"));
    }

    #[test]
    fn no_stem_is_given_away_twice() {
        let mut stems = Stems::default();
        let given = ["A", "A", "a", "A"].map(|it| stems.of(it));
        assert_eq!(given.iter().collect::<HashSet<_>>().len(), given.len());
        assert_eq!(given[0], stem("A"));
    }
}
