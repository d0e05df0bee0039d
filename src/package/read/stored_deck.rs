//! Decks and presets of deck options as a package holds them.

use crate::model::DeckOptions;

/// A deck, from `col.decks` (schema 11) or the table `decks`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredDeck {
    /// The id. Cards name it; an import goes by the name instead and gives new ids.
    pub id: i64,
    /// The name, with `::` between its levels whatever the schema.
    pub name: String,
    /// The last change, in seconds.
    pub modified: i64,
    /// What the deck's overview shows: HTML, or Markdown. Filtered decks have none in newer
    /// schemas.
    pub description: String,
    /// Whether the description is Markdown.
    pub markdown_description: bool,
    /// Whether its decks below are folded away.
    pub collapsed: bool,
    /// Normal or filtered.
    pub kind: StoredDeckKind,
    /// Keys that Anki does not know, as a JSON object, or empty.
    pub other: String,
}

/// What a deck's cards are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StoredDeckKind {
    /// Its own.
    #[non_exhaustive]
    Normal {
        /// The id of its preset of deck options.
        preset: i64,
        /// New cards a day, where the deck says so itself.
        new_limit: Option<u32>,
        /// Reviews a day, where the deck says so itself.
        review_limit: Option<u32>,
        /// The desired retention, a share such as 0.9, where the deck says so itself.
        desired_retention: Option<f32>,
    },
    /// Gathered by searches.
    #[non_exhaustive]
    Filtered {
        /// Whether answers there change the cards' schedule.
        reschedule: bool,
        /// The searches, at least one where Anki wrote it.
        terms: Vec<FilterTerm>,
    },
}

/// A search of a filtered deck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterTerm {
    /// The search, in Anki's language.
    pub search: String,
    /// How many cards at most.
    pub limit: u32,
    /// Anki's number of the order in which they are taken.
    pub order: u32,
}

/// A preset of deck options, from `col.dconf` (schema 11) or the table `deck_config`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredPreset {
    /// The id, by which an import knows it.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The last change, in seconds.
    pub modified: i64,
    /// The options. What Anki would not take as it stands has Anki's default here.
    pub options: DeckOptions,
    /// Keys of the options that have the default because Anki would not take what stands there.
    pub refused: Vec<&'static str>,
    /// Keys that Anki does not know, as a JSON object, or empty.
    pub other: String,
}
