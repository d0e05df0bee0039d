//! Compiles notes written in YAML and Markdown into Anki packages (`.apkg`).
//!
//! There are three ways in, from the least to the most that a program says itself.
//!
//! **One call** builds a project, a folder or a file, as `deckle build` does:
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let (notes, package) = (folder.path().join("notes.md"), folder.path().join("notes.apkg"));
//! # std::fs::write(&notes, "## What is 2 + 2?\n\n4\n")?;
//! # let now = deckle::BuildTime::from_unix(1_767_225_600);
//! let built = deckle::build(&notes, &package, now)?; // `now`: mostly SystemTime::now()
//! assert_eq!((built.notes, built.cards), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **The builder** makes packages of notes that a program has, not a text file:
//!
//! ```
//! use deckle::{BuildTime, Deck, Note, NoteType, Package, escape};
//!
//! let verbs = NoteType::builder("Verbs (example)")
//!     .id(1_607_392_320) // chosen once, so that learners keep their notes
//!     .fields(["Verb", "Meaning"])
//!     .template("Meaning", "{{Verb}}", "{{FrontSide}}<hr id=answer>{{Meaning}}")
//!     .build()?;
//! let mut deck = Deck::new("Spanish::Verbs");
//! deck.add(
//!     Note::new(&verbs)
//!         .field("Verb", escape("ser"))
//!         .field("Meaning", escape("to be"))
//!         .key("ser"), // which note this is, whatever its text becomes
//! )?;
//! let now = BuildTime::from_unix(1_767_225_600);
//! let bytes = Package::new(now).deck(deck).to_bytes()?;
//! # assert!(bytes.starts_with(b"PK"));
//! # Ok::<(), deckle::Error>(())
//! ```
//!
//! **The stages**: a [`Project`](project::Project) is opened, built, looked at, and only then
//! written. What is wrong with the sources is a [`Diagnostic`](diag::Diagnostic) with a place; an
//! [`Error`] is a world gone wrong.
//!
//! ```
//! use deckle::diag::render_short;
//! use deckle::project::{BuildOptions, Project};
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("notes.md"), "## A question?\n\n![](pmup.png)\n")?;
//! # let now = deckle::BuildTime::from_unix(1_767_225_600);
//!
//! let build = Project::open(folder.path())?.build(&BuildOptions::new(now))?;
//! let report = build.report();
//! let found: Vec<String> = report
//!     .diagnostics
//!     .iter()
//!     .map(|it| render_short(it, &report.sources))
//!     .collect();
//! assert!(found[0].starts_with("notes.md:3:5: error[E0301]"));
//! assert!(build.package().is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`project`] knows the order in which a build goes from text to package, and is the place to begin;
//! [`model`] holds Anki's nouns, which the builder is made of; [`package`] writes the file, reads those
//! of others, and says what an import of them does to learners; [`diag`] is what is told to authors;
//! [`preview`] shows its cards as pages, `connect` brings it into a running Anki, `sync` onto a sync server. These modules and the
//! names below are the public API. What this documentation does not show is no part of it, though the
//! compiler lets it through: it may change in any release.
//!
//! The library never prints, reads no clock and no environment, no network but where `connect`
//! and `sync` are sent, and keeps no state but what a project is
//! [asked to remember](project::Project::remembering): the same sources, lock and options give the
//! same bytes.

pub mod project;

#[cfg(feature = "connect")]
pub mod connect;
#[cfg(feature = "sync")]
pub mod sync;

pub mod package;

pub mod preview;

pub mod model;

pub mod diag;

// The stages of a build, and the ground that they stand on. They are `pub` because the command line,
// the integration tests and the benchmarks are crates of their own and use a few names of them. Nothing
// in them is promised: what callers meet is re-exported where they meet it, mostly by `project`.
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod identity;
#[doc(hidden)]
pub mod render;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod template;

mod error;
mod observe;

pub use error::{Error, ErrorKind};
pub use model::{
    BuildTime, CardTemplate, Deck, DeckOptionValue, DeckOptions, DeckOptionsError, Field, Flag,
    Guid, MediaFile, MediaSource, Note, NoteType, Suspend, escape, guid_for,
};
pub use observe::{Count, Observer, Stage};
pub use package::{Baseline, Format, Package, Written};
pub use project::build;

/// The programs in README.md, which must compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The programs of the page on packages.
#[cfg(doctest)]
#[doc = include_str!("../docs/packages.md")]
struct Packages;
