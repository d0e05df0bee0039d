//! What of a learner's collection has to do with the new package.
//!
//! A collection holds the learner's other decks too. That they are not in the package is no news:
//! a note counts that is in the package, or has one of its note types, or lies in one of its
//! decks, below one, or elsewhere below the deck that all of them are in, if there is one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Imported;
use crate::model::fold;
use crate::package::import::HeldNote;
use crate::template::media::media_references;

pub(super) struct Scope {
    /// By position in the collection: whether the note counts. Empty where all do.
    notes: Vec<bool>,
    /// Positions of decks that hold cards of notes that count.
    decks: BTreeSet<usize>,
    /// Names of media that those notes refer to.
    media: HashSet<String>,
    is_whole: bool,
}

impl Scope {
    /// That of a collection of what was imported: all of it.
    pub(super) fn whole() -> Self {
        Self {
            notes: Vec::new(),
            decks: BTreeSet::new(),
            media: HashSet::new(),
            is_whole: true,
        }
    }

    pub(super) fn of_learner(imported: &Imported<'_>) -> Self {
        let before = imported.before;
        let guids: HashSet<&str> = imported
            .new
            .notes
            .iter()
            .map(|it| it.guid.as_str())
            .collect();
        let types: HashSet<i64> = imported.log.note_types.iter().map(|it| it.id).collect();
        let has_type = |id: i64| {
            let original = before.note_types().get(&id).map(|it| it.original_id);
            types.contains(&id) || original.is_some_and(|id| types.contains(&id))
        };
        let decks = imported.new.decks.iter().zip(&imported.log.decks);
        let filled: HashSet<i64> = imported.new.cards.iter().map(|card| card.deck).collect();
        let used: BTreeSet<usize> = decks
            .filter(|(deck, _)| filled.contains(&deck.id))
            .filter_map(|(_, outcome)| outcome.position())
            .collect();
        let names = used
            .iter()
            .filter_map(|index| imported.after.decks().get(*index));
        let roots = roots(names.map(|it| it.name.as_str()));
        let is_below: HashMap<usize, bool> = before
            .decks()
            .iter()
            .enumerate()
            .map(|(index, deck)| (index, is_below(&deck.name, &roots)))
            .collect();
        let counts = |note: &HeldNote<'_>| {
            let in_deck = |deck: Result<usize, i64>| {
                deck.is_ok_and(|index| is_below.get(&index).copied().unwrap_or_default())
            };
            guids.contains(note.guid)
                || has_type(note.note_type)
                || note.cards.iter().any(|card| in_deck(card.deck))
        };
        let notes: Vec<bool> = before.notes().iter().map(counts).collect();
        let mut decks = BTreeSet::new();
        let mut media = HashSet::new();
        let counting = before
            .notes()
            .iter()
            .zip(&notes)
            .filter(|(_, counts)| **counts);
        for (note, _) in counting {
            decks.extend(note.cards.iter().filter_map(|card| card.deck.ok()));
            if note.fields.contains(['<', '[']) {
                let references = note.fields.split('\u{1f}').flat_map(media_references);
                media.extend(references.map(|it| it.name.into_owned()));
            }
        }
        Self {
            notes,
            decks,
            media,
            is_whole: false,
        }
    }

    /// Whether the note at this position of the collection counts.
    pub(super) fn has_note(&self, index: usize) -> bool {
        self.is_whole || self.notes.get(index).copied().unwrap_or_default()
    }

    pub(super) fn has_deck(&self, index: usize) -> bool {
        self.is_whole || self.decks.contains(&index)
    }

    pub(super) fn has_media(&self, name: &str) -> bool {
        self.is_whole || self.media.contains(name)
    }

    /// How many notes do not count.
    pub(super) fn others(&self) -> usize {
        self.notes.iter().filter(|counts| !**counts).count()
    }
}

/// The decks, folded, below which others count too: the one above all of them if there is one.
fn roots<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let names: Vec<String> = names.map(fold).collect();
    let mut above: Option<Vec<&str>> = None;
    for name in &names {
        let parts: Vec<&str> = name.split("::").collect();
        above = Some(match above {
            None => parts,
            Some(above) => {
                let pairs = above.iter().zip(&parts);
                let same = pairs.take_while(|(one, other)| one == other).count();
                above.into_iter().take(same).collect()
            }
        });
    }
    match above {
        Some(above) if !above.is_empty() => vec![above.join("::")],
        _ => names,
    }
}

fn is_below(name: &str, roots: &[String]) -> bool {
    let name = fold(name);
    roots.iter().any(|root| {
        let rest = name.strip_prefix(root.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decks_beside_those_of_the_package_count() {
        let check = |names: &[&str], deck: &str, expect: bool| {
            let roots = roots(names.iter().copied());
            assert_eq!(is_below(deck, &roots), expect, "{deck} {names:?}");
        };
        check(&["A::B", "A::C"], "a::D", true);
        check(&["A::B", "A::C"], "A", true);
        check(&["A::B"], "A::C", false);
        check(&["A::B"], "A::B::C", true);
        check(&["A::B", "C"], "A::B::D", true);
        check(&["A::B", "C"], "A::D", false);
        check(&["A"], "AB", false);
        check(&[], "A", false);
    }
}
