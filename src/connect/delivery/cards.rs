//! Cards whose deck, suspension or flag the author changed since the base. Each changes in the
//! collection only if it still is there as the base left it: else a learner decided otherwise.

use std::collections::BTreeMap;

use super::held::Held;
use super::{Client, Delivered};
use crate::Error;
use crate::model::Flag;
use crate::model::fold;
use crate::package::{Side, StoredCard};

const SUSPENDED: i8 = -1;

/// What is to be done; the cards are those of the collection.
#[derive(Default)]
pub(super) struct CardChanges<'a> {
    moves: BTreeMap<&'a str, Vec<i64>>,
    stayed: usize,
    suspended: Vec<i64>,
    unsuspended: Vec<i64>,
    flags: BTreeMap<u8, Vec<i64>>,
}

impl<'a> CardChanges<'a> {
    pub(super) fn look(
        client: &Client,
        held: &Held,
        new: &Side<'a>,
        base: &Side<'a>,
    ) -> Result<Self, Error> {
        let mut moves: BTreeMap<i64, (&str, &'a str)> = BTreeMap::new();
        let mut suspensions: BTreeMap<i64, bool> = BTreeMap::new();
        let mut flags: BTreeMap<(u8, u8), Vec<i64>> = BTreeMap::new();
        for (guid, note) in &new.notes {
            let (Some(before), Some(found)) = (base.notes.get(guid), held.note(note, Some(base)))
            else {
                continue;
            };
            let cards = new.cards(note.id);
            for (position, card) in cards.iter().enumerate() {
                let olds = base.cards(before.id);
                let old = olds.iter().find(|it| it.ordinal == card.ordinal);
                let id = of_collection(&found.cards, card, position, cards.len());
                let (Some(old), Some(id)) = (old, id) else {
                    continue;
                };
                if let (Some(from), Some(to)) = (base.deck(old), new.deck(card))
                    && fold(from) != fold(to)
                {
                    moves.insert(id, (from, to));
                }
                let wanted = card.queue == SUSPENDED;
                if wanted != (old.queue == SUSPENDED) {
                    suspensions.insert(id, wanted);
                }
                if card.flag() != old.flag() {
                    let pair = (old.flag(), card.flag());
                    flags.entry(pair).or_default().push(id);
                }
            }
        }
        let mut changes = Self::default();
        changes.look_at_decks(client, &moves)?;
        changes.look_at_suspensions(client, &suspensions)?;
        for ((from, to), cards) in flags {
            let still = client.with_flag(&cards, flag(from))?;
            changes.flags.entry(to).or_default().extend(still);
        }
        changes.flags.retain(|_, cards| !cards.is_empty());
        Ok(changes)
    }

    fn look_at_decks(
        &mut self,
        client: &Client,
        moves: &BTreeMap<i64, (&str, &'a str)>,
    ) -> Result<(), Error> {
        let cards: Vec<i64> = moves.keys().copied().collect();
        for (deck, cards) in client.decks_of(&cards)? {
            let deck = fold(&deck);
            for card in cards {
                let Some((from, to)) = moves.get(&card) else {
                    continue;
                };
                if deck == fold(from) {
                    self.moves.entry(to).or_default().push(card);
                } else if deck != fold(to) {
                    self.stayed += 1;
                }
            }
        }
        Ok(())
    }

    fn look_at_suspensions(
        &mut self,
        client: &Client,
        wanted: &BTreeMap<i64, bool>,
    ) -> Result<(), Error> {
        let cards: Vec<i64> = wanted.keys().copied().collect();
        let now = client.are_suspended(&cards)?;
        for ((card, wanted), now) in wanted.iter().zip(now) {
            match (wanted, now) {
                (true, Some(false)) => self.suspended.push(*card),
                (false, Some(true)) => self.unsuspended.push(*card),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.moves.is_empty()
            && self.suspended.is_empty()
            && self.unsuspended.is_empty()
            && self.flags.is_empty()
    }

    pub(super) fn tell(&self, delivery: &mut Delivered) {
        delivery.moved = self.moves.values().map(Vec::len).sum();
        delivery.stayed = self.stayed;
        delivery.suspended = self.suspended.len();
        delivery.unsuspended = self.unsuspended.len();
        delivery.flagged = self.flags.values().map(Vec::len).sum();
    }

    pub(super) fn apply(&self, client: &Client) -> Result<(), Error> {
        for (deck, cards) in &self.moves {
            client.change_deck(cards, deck)?;
        }
        if !self.suspended.is_empty() {
            client.suspend(&self.suspended)?;
        }
        if !self.unsuspended.is_empty() {
            client.unsuspend(&self.unsuspended)?;
        }
        for (number, cards) in &self.flags {
            client.set_flag(cards, flag(*number))?;
        }
        Ok(())
    }

    /// How many cards are not as they were to be.
    pub(super) fn unsettled(&self, client: &Client) -> Result<usize, Error> {
        let mut count = 0;
        for (deck, cards) in &self.moves {
            let decks = client.decks_of(cards)?;
            let mut there = decks.iter().filter(|(name, _)| fold(name) == fold(deck));
            count += cards.len() - there.next().map_or(0, |(_, it)| it.len().min(cards.len()));
        }
        for (cards, wanted) in [(&self.suspended, true), (&self.unsuspended, false)] {
            let now = client.are_suspended(cards)?;
            count += now.iter().filter(|it| **it != Some(wanted)).count();
        }
        for (number, cards) in &self.flags {
            let there = client.with_flag(cards, flag(*number))?.len();
            count += cards.len() - there.min(cards.len());
        }
        Ok(count)
    }
}

/// The id that a package's card has in the collection: its own, unless another card had it. Then the
/// note's cards are told apart by their order, if there are as many.
fn of_collection(ids: &[i64], card: &StoredCard, position: usize, count: usize) -> Option<i64> {
    if ids.contains(&card.id) {
        return Some(card.id);
    }
    let in_order = (ids.len() == count).then(|| ids.get(position));
    in_order.flatten().copied()
}

fn flag(number: u8) -> Flag {
    let mut all = Flag::ALL.iter();
    all.find(|(it, _)| *it as u8 == number)
        .map_or(Flag::None, |(it, _)| *it)
}
