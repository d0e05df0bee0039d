//! Notes of the base that the package no longer has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Wish, tags};
use crate::model::{Removed, RemovedNote, fold};
use crate::package::Side;
use crate::sync::pushed::Pushed;
use crate::sync::rows::{CardRow, Graves, NoteRow};
use crate::sync::state::State;

const SUSPENDED: i64 = -1;

/// What is to be done to them.
#[derive(Default)]
pub(super) struct Removals {
    pub(super) notes: Vec<NoteRow>,
    pub(super) cards: Vec<CardRow>,
    pub(super) graves: Graves,
}

impl Removals {
    pub(super) fn plan(
        state: &State,
        held: &BTreeMap<i64, Vec<&CardRow>>,
        new: &Side<'_>,
        base: &Side<'_>,
        wish: &Wish<'_>,
        told: &mut Pushed,
    ) -> Self {
        let gone = candidates(new, base);
        let mut planned = Self::default();
        for note in state.notes.values() {
            if !gone.contains(note.guid.as_str()) {
                continue;
            }
            told.removed.push(RemovedNote {
                guid: note.guid.clone(),
                id: note.id,
                text: note.fields().first().map_or("", |it| it).to_owned(),
            });
            let cards = held.get(&note.id).map_or(&[][..], Vec::as_slice);
            let is_open = match wish.removed {
                Removed::Keep => false,
                Removed::Tag => planned.tag(note, wish.tag),
                Removed::Suspend => planned.suspend(cards),
                Removed::Delete => planned.delete(note, cards),
            };
            told.treated += usize::from(is_open);
        }
        planned
    }

    fn tag(&mut self, note: &NoteRow, tag: &str) -> bool {
        if tags::read(&note.tags).contains_key(&fold(tag)) {
            return false;
        }
        let mut row = note.clone();
        row.tags = tags::with(&note.tags, tag);
        // A learner's edit that a device brings later is newer.
        row.modified += 1;
        self.notes.push(row);
        true
    }

    fn suspend(&mut self, cards: &[&CardRow]) -> bool {
        let active = cards.iter().filter(|it| it.queue != SUSPENDED);
        let rows = active.map(|it| {
            let mut row = (*it).clone();
            row.queue = SUSPENDED;
            row.modified += 1;
            row
        });
        let before = self.cards.len();
        self.cards.extend(rows);
        self.cards.len() > before
    }

    /// The cards are named as well: the server deletes what it is told, and no more.
    fn delete(&mut self, note: &NoteRow, cards: &[&CardRow]) -> bool {
        self.graves.notes.push(note.id);
        self.graves.cards.extend(cards.iter().map(|it| it.id));
        true
    }
}

/// Guids of the base's notes that the package does not have.
pub(super) fn candidates<'a>(new: &Side<'_>, base: &Side<'a>) -> BTreeSet<&'a str> {
    let kept: BTreeSet<i64> = new.note_ids().collect();
    let notes = base.notes.iter();
    let gone =
        notes.filter(|(guid, note)| !new.notes.contains_key(*guid) && !kept.contains(&note.id));
    gone.map(|(guid, _)| *guid).collect()
}
