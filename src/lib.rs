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
//! The modules in the order in which a build goes through them: [`project`] knows that order and
//! is the place to begin; [`files`] is the only way to the disk; [`source`] reads notes,
//! [`identity`] finds out which notes they are, [`render`] makes Anki's HTML of them, [`check`]
//! looks for what a learner would stumble over, [`package`] writes the file, and reads the files
//! of others; `connect` brings it into a running Anki, `sync` onto a sync server. [`model`] holds
//! Anki's nouns, [`template`] its template language, [`diag`] what is told to authors.
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

pub mod files;
pub mod source;

pub mod identity;
pub mod render;

pub mod check;
pub mod package;

pub mod model;
pub mod template;

pub mod diag;
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
