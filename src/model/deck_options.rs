//! Deck options presets.

/// A preset of deck options.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckOptions {
    pub(crate) name: String,
}

/// A value out of Anki's range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeckOptionsError;
