//! Numbers of cards that belong to what they ask for: clozes without a number, masks on pictures.
//!
//! A number is a card with its own learning progress. So whatever is known again keeps its number,
//! what is new gets one that nothing ever had, and what is taken away leaves its own to nobody. How
//! something is known again is the business of its kind: `clozes` goes by texts and their order,
//! `masks` by labels and shapes.

use std::collections::BTreeSet;

/// The highest number that makes a card of its own in Anki.
pub(super) const LAST: u16 = 500;

/// Something that got its number from deckle.
pub(super) trait Numbered: Copy {
    /// What of the note it stands for.
    type Asked;

    /// The record of something with this number, which the note has.
    fn new(asked: &Self::Asked, number: u16) -> Self;

    fn number(&self) -> u16;

    /// Whether the note still has it.
    fn is_live(&self) -> bool;

    /// The same of a note that has it no more.
    fn gone(self) -> Self;
}

/// The records of a note behind the build: first one for each of `asked`, in their order, then those
/// that are gone. The `explicit` numbers are the author's; `find` says which record is whose.
pub(super) fn number<R: Numbered>(
    known: &[R],
    asked: &[R::Asked],
    explicit: &BTreeSet<u16>,
    find: impl FnOnce(&mut Partners<'_, R>),
) -> Vec<R> {
    let known: Vec<R> = known
        .iter()
        .copied()
        .filter(|it| !explicit.contains(&it.number()))
        .collect();
    let mut partners = Partners {
        known: &known,
        asked,
        found: vec![None; asked.len()],
        open: vec![true; known.len()],
    };
    find(&mut partners);
    let found = partners.found.iter();
    let found: Vec<Option<u16>> = found.map(|at| Some(known.get((*at)?)?.number())).collect();

    let mut taken: BTreeSet<u16> = explicit.iter().copied().collect();
    taken.extend(known.iter().map(R::number));
    let mut used = explicit.clone();
    used.extend(found.iter().flatten());
    let mut records: Vec<R> = Vec::with_capacity(asked.len());
    for (asked, number) in asked.iter().zip(found) {
        let number = number.unwrap_or_else(|| {
            // Where all numbers are used up, those of what is gone are better than none.
            let free = (1..=LAST).find(|it| !taken.contains(it));
            let free = free.or_else(|| (1..=LAST).find(|it| !used.contains(it)));
            free.unwrap_or(LAST)
        });
        taken.insert(number);
        used.insert(number);
        records.push(R::new(asked, number));
    }
    let gone = known.iter().filter(|it| !used.contains(&it.number()));
    records.extend(gone.map(|it| it.gone()));
    records
}

/// Which known record belongs to what.
pub(super) struct Partners<'k, R: Numbered> {
    pub(super) known: &'k [R],
    asked: &'k [R::Asked],
    /// For each of what is asked for the position of its record.
    pub(super) found: Vec<Option<usize>>,
    open: Vec<bool>,
}

impl<R: Numbered> Partners<'_, R> {
    /// Gives everything without a record the first open one that matches, among those that the note
    /// has (`live`) or those that it had.
    pub(super) fn find(&mut self, live: bool, matches: impl Fn(&R, &R::Asked) -> bool) {
        for (asked, partner) in self.asked.iter().zip(&mut self.found) {
            if partner.is_some() {
                continue;
            }
            let mut records = self.known.iter().zip(&self.open);
            let at =
                records.position(|(it, open)| *open && it.is_live() == live && matches(it, asked));
            if let Some(open) = at.and_then(|at| self.open.get_mut(at)) {
                *open = false;
                *partner = at;
            }
        }
    }
}
