//! The one integration binary: each further one would link SQLite again.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests arrange files of their own, and one that cannot go on should panic"
)]

mod cards;
mod cli;
mod decks;
mod docs;
mod formats;
mod history;
mod hostile;
mod judge;
mod layers;
mod linear;
mod package;
mod read;
mod render;
mod reproduce;
mod ui;
