//! Rules about which cards there are: of which note, which card of it, and which are missing.

use super::finding::{Findings, Place};
use super::generation::{self, Expected};
use super::note_types::{Type, Types};
use super::rules;
use crate::model::NoteTypeKind;
use crate::package::{Contents, StoredCard, StoredNote};

pub(super) fn check(contents: &Contents, types: &Types<'_>, findings: &mut Findings) {
    let mut cards: Vec<&StoredCard> = contents.cards.iter().collect();
    cards.sort_by_key(|card| (card.note, card.ordinal, card.id));
    let mut groups = cards
        .chunk_by(|one, other| one.note == other.note)
        .peekable();
    for note in &contents.notes {
        let mut own: &[&StoredCard] = &[];
        while let Some(group) = groups.next_if(|group| of_note(group) <= note.id) {
            if of_note(group) == note.id {
                own = group;
            } else {
                without_note(group, findings);
            }
        }
        check_note(note, own, types, findings);
    }
    for group in groups {
        without_note(group, findings);
    }
}

fn of_note(group: &[&StoredCard]) -> i64 {
    group.first().map_or(i64::MAX, |card| card.note)
}

fn without_note(group: &[&StoredCard], findings: &mut Findings) {
    for card in group {
        findings.add(&rules::UNKNOWN_NOTE, || (Place::card(card), String::new()));
    }
}

/// `cards` are sorted by their ordinals.
fn check_note(
    note: &StoredNote,
    cards: &[&StoredCard],
    types: &Types<'_>,
    findings: &mut Findings,
) {
    let Some(note_type) = types.get(note.note_type) else {
        return;
    };
    generation::check_clozes(note, note_type, findings);
    if cards.is_empty() {
        findings.add(&rules::NO_CARDS, || (Place::note(note), String::new()));
        return;
    }
    let expected = Expected::of(note, note_type);
    let has = |it: &&u16| cards.binary_search_by_key(*it, |card| card.ordinal).is_ok();
    let missing: Vec<u16> = expected
        .ordinals
        .iter()
        .filter(|it| !has(it))
        .copied()
        .collect();
    if !missing.is_empty() {
        findings.add(&rules::MISSING_CARD, || {
            let words: Vec<String> = missing
                .iter()
                .take(5)
                .map(|it| card_name(note_type, *it))
                .collect();
            (Place::note(note), words.join(", "))
        });
    }
    for same in cards.chunk_by(|one, other| one.ordinal == other.ordinal) {
        let Some((card, again)) = same.split_first() else {
            continue;
        };
        for card in again {
            findings.add(&rules::SAME_CARD, || {
                (Place::card(card), card_name(note_type, card.ordinal))
            });
        }
        check_card(card, note_type, &expected, findings);
    }
}

fn check_card(
    card: &StoredCard,
    note_type: &Type<'_>,
    expected: &Expected,
    findings: &mut Findings,
) {
    let ordinal = card.ordinal;
    if note_type.stored.kind == NoteTypeKind::Normal
        && usize::from(ordinal) >= note_type.fronts.len()
    {
        findings.add(&rules::UNKNOWN_TEMPLATE, || {
            let count = note_type.fronts.len();
            let name = card_name(note_type, ordinal);
            (Place::card(card), format!("{name} of {count}"))
        });
    } else if !expected.allows(ordinal) {
        findings.add(&rules::BLANK_CARD, || {
            (Place::card(card), card_name(note_type, ordinal))
        });
    }
}

fn card_name(note_type: &Type<'_>, ordinal: u16) -> String {
    let number = u32::from(ordinal) + 1;
    match note_type.stored.kind {
        NoteTypeKind::Cloze => format!("cloze {number}"),
        NoteTypeKind::Normal => format!("card template {number}"),
    }
}
