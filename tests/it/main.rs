//! The one integration binary: each further one would link SQLite again.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests arrange files of their own, and one that cannot go on should panic"
)]

mod adopt;
mod cards;
mod cli;
mod decks;
mod dialects;
mod diff;
mod docs;
mod edits;
mod formats;
mod history;
mod hostile;
mod ids;
mod import;
mod judge;
mod layers;
mod linear;
mod lock;
mod merges;
mod package;
mod read;
mod render;
mod reproduce;
mod schema;
mod ui;
mod unpack;
mod verify;
