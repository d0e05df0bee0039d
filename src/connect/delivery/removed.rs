//! Notes of the base that the package no longer has. An import leaves them where they are.

use std::collections::BTreeSet;

use super::held::Held;
use super::options::DeliveryOptions;
use super::{Client, Delivered};
use crate::Error;
use crate::model::{Removed, RemovedNote, fold};
use crate::package::Side;

/// What is to be done.
#[derive(Default)]
pub(super) struct Removals {
    notes: Vec<RemovedNote>,
    how: Removed,
    tag: String,
    /// The notes that are not treated yet, and the cards of those.
    ids: Vec<i64>,
    cards: Vec<i64>,
}

impl Removals {
    pub(super) fn look(
        client: &Client,
        held: &Held,
        new: &Side<'_>,
        base: &Side<'_>,
        options: &DeliveryOptions,
    ) -> Result<Self, Error> {
        let kept: BTreeSet<i64> = new.note_ids().collect();
        let how = options.removal.how;
        let mut removals = Self {
            how,
            tag: options.removal.tag.clone(),
            ..Self::default()
        };
        let mut there = Vec::new();
        for (guid, note) in &base.notes {
            if new.notes.contains_key(guid) || kept.contains(&note.id) {
                continue;
            }
            let Some(found) = held.note(note, None) else {
                continue;
            };
            let first = found.fields.first();
            removals.notes.push(RemovedNote {
                guid: (*guid).to_owned(),
                id: found.id,
                text: first.map_or_else(String::new, |(_, html)| html.clone()),
            });
            there.push(found);
        }
        let all: Vec<i64> = there.iter().flat_map(|it| &it.cards).copied().collect();
        let mut active = BTreeSet::new();
        if how == Removed::Suspend {
            let states = client.are_suspended(&all)?;
            let states = all.iter().zip(states).filter(|(_, it)| *it == Some(false));
            active.extend(states.map(|(card, _)| *card));
        }
        for found in there {
            let is_open = match how {
                Removed::Keep => false,
                Removed::Tag => !removals.is_tagged(&found.tags),
                Removed::Suspend => found.cards.iter().any(|it| active.contains(it)),
                Removed::Delete => true,
            };
            if is_open {
                removals.ids.push(found.id);
                removals.cards.extend(&found.cards);
            }
        }
        Ok(removals)
    }

    /// How many notes are to be treated.
    pub(super) fn open(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn tell(&self, delivery: &mut Delivered) {
        delivery.removed.clone_from(&self.notes);
        delivery.treated = self.ids.len();
    }

    pub(super) fn apply(&self, client: &Client) -> Result<(), Error> {
        if self.ids.is_empty() {
            return Ok(());
        }
        match self.how {
            Removed::Keep => Ok(()),
            Removed::Tag => client.add_tag(&self.ids, &self.tag),
            Removed::Suspend => client.suspend(&self.cards),
            Removed::Delete => client.delete_notes(&self.ids),
        }
    }

    /// How many notes, or cards, are not as they were to be.
    pub(super) fn unsettled(&self, client: &Client) -> Result<usize, Error> {
        if self.ids.is_empty() {
            return Ok(0);
        }
        if self.how == Removed::Suspend {
            let states = client.are_suspended(&self.cards)?;
            return Ok(states.iter().filter(|it| **it == Some(false)).count());
        }
        let found = client.notes_info(&self.ids)?;
        let wrong = found.iter().filter(|it| match (self.how, it) {
            (Removed::Delete, note) => note.is_some(),
            (Removed::Tag, Some(note)) => !self.is_tagged(&note.tags),
            _ => false,
        });
        Ok(wrong.count())
    }

    fn is_tagged(&self, tags: &[String]) -> bool {
        tags.iter().any(|it| fold(it) == fold(&self.tag))
    }
}
