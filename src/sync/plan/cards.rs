//! Cards: those that notes lack, and those that move to another deck. A card that is there is never
//! sent for another reason, so that no schedule is touched.

use std::collections::{BTreeMap, BTreeSet};

use super::decks::{Decks, compared};
use super::fresh::text;
use super::ids::Ids;
use super::notes::Settled;
use super::parts::list;
use crate::model::NoteTypeKind;
use crate::package::{Side, StoredCard};
use crate::sync::pushed::Pushed;
use crate::sync::rows::CardRow;
use crate::sync::state::State;
use crate::template::Template;
use crate::template::generate::{
    cloze_card_ords, counts_on_desktop, is_field_empty, normal_card_ords,
};

const SUSPENDED: i8 = -1;

/// Where positions of new cards end that can be gone on from.
const LAST_POSITION: i64 = 1 << 30;

/// The cards of the server by their notes.
pub(super) fn by_note(state: &State) -> BTreeMap<i64, Vec<&CardRow>> {
    let mut cards: BTreeMap<i64, Vec<&CardRow>> = BTreeMap::new();
    for card in state.cards.values() {
        cards.entry(card.note).or_default().push(card);
    }
    cards
}

/// A card that a note lacks.
struct Lacking<'a> {
    note: i64,
    ordinal: i64,
    /// The package's, if it has one.
    own: Option<&'a StoredCard>,
    deck: i64,
    /// That of the note. It is as old as can be: the first answer of a learner must be newer than
    /// anything that is done to the card here.
    modified: i64,
    /// Where it stands among the new cards of the package.
    place: (i64, i64),
}

/// The new cards of these notes.
pub(super) fn lacking(
    state: &State,
    notes: &[Settled<'_>],
    held: &BTreeMap<i64, Vec<&CardRow>>,
    new: &Side<'_>,
    decks: &mut Decks<'_>,
) -> Vec<CardRow> {
    let mut found: Vec<Lacking<'_>> = Vec::new();
    for note in notes {
        let there = held.get(&note.id).map_or(&[][..], Vec::as_slice);
        let own = new.cards(note.note.id);
        let wanted: Vec<(i64, Option<&StoredCard>)> = if note.is_own {
            let cards = own.iter();
            cards.map(|it| (note.ordinal(it), Some(*it))).collect()
        } else if note.target.makes_cards {
            let made = generated(note).into_iter();
            let of_package = |ordinal| own.iter().copied().find(|it| note.ordinal(it) == ordinal);
            made.map(|it| (it, of_package(it))).collect()
        } else {
            // Whoever edited the note made its cards.
            Vec::new()
        };
        for (ordinal, card) in wanted {
            if there.iter().any(|it| it.ordinal == ordinal) {
                continue;
            }
            let named = card.or(own.first().copied());
            let deck = match (card.and_then(|it| new.deck(it)), there.first()) {
                (Some(name), _) => decks.deck(name),
                (None, Some(sibling)) => sibling.home(),
                (None, None) => named
                    .and_then(|it| new.deck(it))
                    .map_or(1, |it| decks.deck(it)),
            };
            let due = own.iter().map(|it| it.due).min();
            found.push(Lacking {
                note: note.id,
                ordinal,
                own: card,
                deck,
                modified: note.note.modified,
                place: (due.unwrap_or_default(), note.note.id),
            });
        }
    }
    found.sort_by_key(|it| (it.place, it.note, it.ordinal));
    rows(state, &found)
}

fn rows(state: &State, found: &[Lacking<'_>]) -> Vec<CardRow> {
    let buried = state.graves.cards.iter();
    let mut ids = Ids::new(state.cards.keys().chain(buried).copied());
    let new_there = state.cards.values().filter(|it| it.card_type == 0);
    let dues = new_there.map(|it| it.due).filter(|it| *it < LAST_POSITION);
    let behind = dues.max().map_or(0, |it| it + 1);
    let mut position = state.next_position.clamp(0, LAST_POSITION).max(behind);
    let mut last = None;
    let mut rows = Vec::with_capacity(found.len());
    for it in found {
        // Cards of one note have one position.
        if last.is_some_and(|note| note != it.note) {
            position += 1;
        }
        last = Some(it.note);
        let wanted = it.own.map_or(it.note + it.ordinal, |card| card.id);
        let is_suspended = it.own.is_some_and(|card| card.queue == SUSPENDED);
        rows.push(CardRow {
            id: ids.take(wanted),
            note: it.note,
            deck: it.deck,
            ordinal: it.ordinal,
            modified: it.modified,
            usn: 0,
            card_type: 0,
            queue: if is_suspended { SUSPENDED.into() } else { 0 },
            due: position,
            schedule: [0; 6],
            original_deck: 0,
            flags: it.own.map_or(0, |card| card.flag().into()),
            data: String::new(),
        });
    }
    rows
}

/// The ordinals that the note's own text makes, as the desktop decides.
fn generated(note: &Settled<'_>) -> Vec<i64> {
    let values: Vec<&str> = note.fields.split('\u{1f}').collect();
    let object = &note.target.object;
    let found: Vec<usize> = match note.target.kind {
        NoteTypeKind::Cloze => cloze_card_ords(values).into_iter().collect(),
        NoteTypeKind::Normal => {
            let fields = list(object, "flds");
            let has_tags = !note.tags.trim().is_empty();
            let filled = |name: &str| {
                let own = fields.iter().position(|it| text(it, "name") == name);
                match own.and_then(|index| values.get(index)) {
                    Some(value) => !is_field_empty(value),
                    None => counts_on_desktop(name, has_tags),
                }
            };
            let templates = list(object, "tmpls");
            let fronts = templates.iter().map(|it| text(it, "qfmt"));
            let fronts: Vec<Option<Template>> = fronts.map(|it| Template::parse(it).ok()).collect();
            normal_card_ords(fronts.iter().map(Option::as_ref), filled)
        }
    };
    let ordinals = found.into_iter().map(|it| i64::try_from(it).ok());
    ordinals.flatten().collect()
}

impl Settled<'_> {
    /// Which card of the note a package's card is there.
    pub(super) fn ordinal(&self, card: &StoredCard) -> i64 {
        let own = usize::from(card.ordinal);
        match self.target.kind {
            NoteTypeKind::Cloze => card.ordinal.into(),
            NoteTypeKind::Normal => {
                let there = self.target.templates.get(own).copied().unwrap_or(own);
                i64::try_from(there).unwrap_or(i64::MAX)
            }
        }
    }
}

/// Cards that the author put into another deck since the base, and that still are where the base
/// left them.
pub(super) fn moved(
    notes: &[Settled<'_>],
    held: &BTreeMap<i64, Vec<&CardRow>>,
    new: &Side<'_>,
    base: &Side<'_>,
    decks: &mut Decks<'_>,
    told: &mut Pushed,
) -> Vec<CardRow> {
    let mut rows = Vec::new();
    let mut seen: BTreeSet<i64> = BTreeSet::new();
    for note in notes.iter().filter(|it| !it.is_new) {
        let Some(before) = base.notes.get(note.note.guid.as_str()) else {
            continue;
        };
        for card in new.cards(note.note.id) {
            let mut olds = base.cards(before.id).iter();
            let old = olds.find(|it| it.ordinal == card.ordinal);
            let from = old.and_then(|it| base.deck(it)).map(compared);
            let to = new.deck(card);
            let (Some(from), Some(to)) = (from, to) else {
                continue;
            };
            if from == compared(to) {
                continue;
            }
            let ordinal = note.ordinal(card);
            let there = held.get(&note.id).into_iter().flatten();
            let Some(there) = there.copied().find(|it| it.ordinal == ordinal) else {
                continue;
            };
            match decks.name(there.home()) {
                Some(name) if name == compared(to) => {}
                Some(name) if name == from => {
                    if seen.insert(there.id) {
                        rows.push(in_deck(there, decks.deck(to)));
                    }
                }
                _ => told.stayed += 1,
            }
        }
    }
    told.moved = rows.len();
    rows
}

/// The card in another home. Its time is one second later than the server's and no more: what a
/// device answered meanwhile, and brings later, is newer, so that no review is lost (measured).
fn in_deck(card: &CardRow, deck: i64) -> CardRow {
    let mut row = card.clone();
    match row.original_deck {
        0 => row.deck = deck,
        _ => row.original_deck = deck,
    }
    row.modified += 1;
    row
}
