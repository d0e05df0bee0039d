//! The one integration binary: each further one would link SQLite again.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests arrange files of their own, and one that cannot go on should panic"
)]

mod adopt;
mod ankiconnect;
mod assets;
#[cfg(unix)]
mod audio;
mod brain_brew;
mod browser;
mod cache;
mod cards;
mod cli;
mod connect;
mod decks;
mod definitions;
mod dialects;
mod diff;
mod divided;
mod docs;
mod doctor;
mod edits;
mod explain;
#[cfg(feature = "fetch")]
mod fetch;
mod fields;
mod fix;
mod fonts;
mod formats;
mod formulas;
mod golden;
mod history;
mod hostile;
mod ids;
mod import;
mod includes;
mod judge;
mod latex;
mod layers;
mod linear;
mod links;
mod lock;
mod matrix;
mod merges;
mod note_forms;
mod note_types;
mod observe;
mod occlusion;
mod outputs;
mod package;
#[cfg(feature = "images")]
mod pictures;
mod preview;
mod pull;
mod read;
mod rebuilt;
mod render;
mod reproduce;
mod rules;
#[path = "../../src/files/sample.rs"]
mod sample;
mod schema;
mod shell;
mod ship;
mod shipped;
mod show;
mod specification;
#[cfg(feature = "sync")]
mod sync;
mod tables;
mod tex;
mod ui;
mod unpack;
mod verify;
#[cfg(all(unix, feature = "watch"))]
mod watch;
