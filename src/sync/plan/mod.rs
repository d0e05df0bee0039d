//! What a push changes: worked out of what the server has and what the package has, without a call.

mod cards;
mod decks;
mod fresh;
mod ids;
mod merge;
mod note_types;
mod notes;
mod parts;
mod removals;
mod tags;

use serde_json::{Value, json};

use super::pushed::Pushed;
use super::rows::{CardRow, Graves, NoteRow, Object};
use super::state::State;
use crate::model::Removed;
use crate::package::{Contents, Side};
use decks::Decks;
use note_types::NoteTypes;
use notes::Notes;
use removals::Removals;

/// What is wanted of a push.
pub(super) struct Wish<'a> {
    pub(super) package: &'a Contents,
    pub(super) base: Option<&'a Contents>,
    pub(super) removed: Removed,
    /// What [`Removed::Tag`] gives.
    pub(super) tag: &'a str,
    /// The time in seconds.
    pub(super) now: i64,
}

/// What goes out.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) note_types: Vec<Object>,
    pub(super) decks: Vec<Object>,
    pub(super) presets: Vec<Object>,
    pub(super) tags: Vec<String>,
    pub(super) notes: Vec<NoteRow>,
    pub(super) cards: Vec<CardRow>,
    pub(super) graves: Graves,
    pub(super) told: Pushed,
    /// How many of the note types are new; of the decks and presets all are.
    new_note_types: usize,
}

impl Plan {
    /// Works it out.
    pub(super) fn new(state: &State, wish: &Wish<'_>) -> Self {
        let new = Side::new(wish.package);
        let base = wish.base.map(Side::new);
        let mut told = Pushed::default();
        let types = NoteTypes::plan(state, &new, base.as_ref(), wish.now, &mut told);
        let mut notes = Notes::plan(state, &new, base.as_ref(), &types, &mut told);
        let held = cards::by_note(state);
        let mut decks = Decks::new(state, wish.package, wish.now);
        let settled = &notes.settled;
        let mut rows = cards::lacking(state, settled, &held, &new, &mut decks);
        told.cards = rows.len();
        let mut graves = Graves::default();
        if let Some(base) = &base {
            let moved = cards::moved(settled, &held, &new, base, &mut decks, &mut told);
            rows.extend(moved);
            let removals = Removals::plan(state, &held, &new, base, wish, &mut told);
            rows.extend(removals.cards);
            notes.sent.extend(removals.notes);
            graves = removals.graves;
        }
        let columns = notes.sent.iter().map(|it| it.tags.as_str());
        let tags = tags::unlisted(columns, &state.tags);
        let name = |it: &Object| fresh::text(it, "name").to_owned();
        told.decks = decks.new.iter().map(name).collect();
        told.presets = decks.new_presets.iter().map(name).collect();
        Self {
            new_note_types: types.added,
            note_types: types.sent.clone(),
            decks: decks.new,
            presets: decks.new_presets,
            tags,
            notes: notes.sent,
            cards: rows,
            graves,
            told,
        }
    }

    /// How many removed notes would be treated at most, whatever the server has.
    pub(super) fn most_removed(package: &Contents, base: &Contents) -> usize {
        removals::candidates(&Side::new(package), &Side::new(base)).len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.note_types.is_empty()
            && self.decks.is_empty()
            && self.notes.is_empty()
            && self.cards.is_empty()
            && self.graves == Graves::default()
    }

    /// The newest time of the rows that go out, in seconds. What a learner does in that very second
    /// could not be told from it.
    pub(super) fn newest(&self) -> i64 {
        let notes = self.notes.iter().map(|it| it.modified);
        let cards = self.cards.iter().map(|it| it.modified);
        notes.chain(cards).max().unwrap_or_default()
    }

    /// Gives all that goes out the number by which other clients find it.
    pub(super) fn stamp(&mut self, usn: i64) {
        for object in self.note_types.iter_mut().chain(&mut self.decks) {
            object.insert("usn".to_owned(), usn.into());
        }
        for preset in &mut self.presets {
            preset.insert("usn".to_owned(), usn.into());
        }
        self.notes.iter_mut().for_each(|it| it.usn = usn);
        self.cards.iter_mut().for_each(|it| it.usn = usn);
    }

    /// What goes out beside rows and graves.
    pub(super) fn changes(&self) -> Value {
        json!({
            "models": self.note_types,
            "decks": [self.decks, self.presets],
            "tags": self.tags,
        })
    }

    /// Rows in parts of at most so many, notes in front of their cards.
    pub(super) fn chunks(&self, rows: usize) -> Vec<Value> {
        let notes = self.notes.chunks(rows);
        let cards = self.cards.chunks(rows);
        let notes = notes.map(|it| json!({"done": false, "notes": it}));
        let cards = cards.map(|it| json!({"done": false, "cards": it}));
        let mut chunks: Vec<Value> = notes.chain(cards).collect();
        match chunks.last_mut().and_then(Value::as_object_mut) {
            Some(last) => {
                last.insert("done".to_owned(), true.into());
            }
            None => chunks.push(json!({"done": true})),
        }
        chunks
    }

    /// Graves in parts of at most so many.
    pub(super) fn grave_parts(&self, rows: usize) -> Vec<Graves> {
        let cards = self.graves.cards.chunks(rows).map(|it| Graves {
            cards: it.to_vec(),
            ..Graves::default()
        });
        let notes = self.graves.notes.chunks(rows).map(|it| Graves {
            notes: it.to_vec(),
            ..Graves::default()
        });
        cards.chain(notes).collect()
    }

    /// How many of each the server must have afterwards.
    pub(super) fn counts(&self, state: &State) -> Value {
        let added = |rows: usize, new: usize, gone: usize| (rows + new).saturating_sub(gone);
        let new_notes = self.notes.iter();
        let new_notes = new_notes.filter(|it| !state.notes.contains_key(&it.id));
        let new_cards = self.cards.iter();
        let new_cards = new_cards.filter(|it| !state.cards.contains_key(&it.id));
        json!([
            [0, 0, 0],
            added(
                state.cards.len(),
                new_cards.count(),
                self.graves.cards.len()
            ),
            added(
                state.notes.len(),
                new_notes.count(),
                self.graves.notes.len()
            ),
            state.reviews,
            0,
            state.note_types.len() + self.new_note_types,
            state.decks.len() + self.decks.len(),
            state.presets.len() + self.presets.len(),
        ])
    }
}

#[cfg(test)]
mod tests;
