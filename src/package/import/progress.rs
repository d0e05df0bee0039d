//! What a learner did with cards: the part of a collection that nobody can write anew.

use crate::package::{Contents, StoredCard};

/// What a learner did with a card. The default is a card that nobody has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// Whether the card has a schedule, or had one before the learner reset it.
    pub studied: bool,
    /// How often it was answered, as Anki says in the card's information.
    pub reviews: u32,
    /// The days from one review to the next; 0 while it is new or learned.
    pub interval: u32,
}

impl StoredCard {
    /// What the learner did with the card.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            studied: self.card_type != 0 || self.reps > 0,
            reviews: self.reps,
            interval: self.interval,
        }
    }
}

impl Contents {
    /// Whether somebody has studied what is in the package: it was exported with the learning
    /// progress, or is a whole collection. Suspended and flagged cards alone show nothing, because
    /// an author can write those.
    #[must_use]
    pub fn holds_progress(&self) -> bool {
        self.reviews > 0 || self.cards.iter().any(|card| card.progress().studied)
    }
}
