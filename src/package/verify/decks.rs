//! Rules about decks and their presets.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Findings, Place, shown};
use super::{names, rules};
use crate::model::fold;
use crate::package::{Contents, StoredDeck, StoredDeckKind};

/// The id of everybody's own Default, and of the preset with Anki's own options.
const DEFAULT: i64 = 1;
/// How many levels Anki makes at once.
const LEVELS: usize = 11;
/// How many levels of a name are looked at: a hostile one may have millions.
const MOST_LEVELS: usize = 100;

pub(super) fn check(contents: &Contents, whole: bool, findings: &mut Findings) {
    let by_id: BTreeMap<i64, &StoredDeck> = contents.decks.iter().map(|it| (it.id, it)).collect();
    check_cards(contents, &by_id, findings);
    let used: BTreeSet<i64> = contents
        .cards
        .iter()
        .flat_map(|card| [card.deck, card.original_deck])
        .collect();
    check_default(&by_id, &used, whole, findings);
    let named: Vec<(String, &StoredDeck)> = contents
        .decks
        .iter()
        .map(|it| (fold(&names::deck_name(&it.name)), it))
        .collect();
    let all: BTreeSet<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    for (name, _) in named.iter().filter(|(_, deck)| used.contains(&deck.id)) {
        needed.extend(above(name).chain([name.as_str()]));
    }
    let presets: BTreeSet<i64> = contents.presets.iter().map(|it| it.id).collect();
    let mut seen: BTreeMap<&str, i64> = BTreeMap::new();
    for (name, deck) in &named {
        let place = || Place::deck(deck);
        if deck.id == DEFAULT && !whole {
            continue;
        }
        if !needed.contains(name.as_str()) {
            if !whole {
                findings.add(&rules::UNUSED_DECK, || (place(), String::new()));
            }
            continue;
        }
        let becomes = names::deck_name(&deck.name);
        if becomes != deck.name {
            let detail = || format!("becomes `{}`", shown(&becomes));
            findings.add(&rules::DECK_NAME, || (place(), detail()));
        }
        if let Some(other) = seen.insert(name, deck.id) {
            findings.add(&rules::SAME_NAME, || {
                (place(), format!("so is deck {other}"))
            });
        }
        check_above(name, deck, &all, findings);
        check_kind(&presets, deck, findings);
    }
    for preset in contents.presets.iter().filter(|it| !it.refused.is_empty()) {
        findings.add(&rules::REFUSED_OPTIONS, || {
            (Place::preset(preset), preset.refused.join(", "))
        });
    }
}

/// The decks above the one of this name, the highest first.
fn above(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices("::").take(MOST_LEVELS);
    ends.filter_map(|(at, _)| name.get(..at))
}

fn check_cards(contents: &Contents, decks: &BTreeMap<i64, &StoredDeck>, findings: &mut Findings) {
    for card in &contents.cards {
        let home = Some(card.original_deck).filter(|id| *id != 0);
        let missing = [Some(card.deck), home].into_iter().flatten();
        for id in missing.filter(|id| !decks.contains_key(id)) {
            findings.add(&rules::UNKNOWN_DECK, || {
                (Place::card(card), format!("deck {id}"))
            });
        }
    }
}

fn check_default(
    decks: &BTreeMap<i64, &StoredDeck>,
    used: &BTreeSet<i64>,
    whole: bool,
    findings: &mut Findings,
) {
    if whole || !used.contains(&DEFAULT) {
        return;
    }
    let Some(deck) = decks.get(&DEFAULT) else {
        return;
    };
    let own = !deck.description.is_empty() || deck.name != "Default";
    let rule = if own {
        &rules::DEFAULT_DECK
    } else {
        &rules::DEFAULT_USED
    };
    findings.add(rule, || (Place::deck(deck), String::new()));
}

fn check_above(name: &str, deck: &StoredDeck, all: &BTreeSet<&str>, findings: &mut Findings) {
    let levels = above(name).count() + 1;
    let present = above(name).filter(|it| all.contains(it)).count();
    let place = || {
        (
            Place::deck(deck),
            format!("{levels} levels, {present} of them above it there"),
        )
    };
    if levels > LEVELS && present == 0 {
        findings.add(&rules::DECK_DEPTH, place);
    } else if present + 1 < levels {
        findings.add(&rules::DECKS_ABOVE, place);
    }
}

fn check_kind(presets: &BTreeSet<i64>, deck: &StoredDeck, findings: &mut Findings) {
    match deck.kind {
        StoredDeckKind::Filtered { .. } => {
            findings.add(&rules::FILTERED_DECK, || (Place::deck(deck), String::new()));
        }
        StoredDeckKind::Normal { preset, .. } => {
            // Anki has a preset 1 of its own.
            if preset != DEFAULT && !presets.contains(&preset) {
                findings.add(&rules::UNKNOWN_PRESET, || {
                    (Place::deck(deck), format!("preset {preset}"))
                });
            }
        }
    }
}
