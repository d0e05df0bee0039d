//! The note types that come with deckle.
