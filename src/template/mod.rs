//! Anki's template language, and everything that is Anki's own reading of field text.
//!
//! The lowest layer: plain strings in, values with byte ranges out. It knows nothing of
//! notes, files or diagnostics, so that rendering, packages, checks and the preview can all
//! ask it the same questions: which cards does this note have, what do they show, which files
//! do they use, what does Anki compare when it looks for duplicates.
//!
//! The rules are facts about the file format and the language, found by feeding hand-made
//! note types and fields to two versions of the real program: 26.9.3 (desktop) and 25.9.2
//! (the one inside AnkiDroid). Where the two differ, the item that is concerned says so.
//!
//! - [`Template`]: a parsed card template; [`generate`] decides which cards exist,
//!   [`render`] writes their two sides, [`validate`] finds what Anki refuses or misreads.
//! - [`ClozeText`]: the clozes of a field.
//! - [`strip`], [`latex`], [`media`]: text as Anki stores, hashes and searches it.

pub mod av;
pub mod cloze;
mod entities;
pub mod filters;
pub mod generate;
pub mod latex;
pub mod media;
mod message;
mod occlusion;
mod parse;
pub mod render;
mod scan;
pub mod strip;
pub mod validate;

pub use cloze::{ClozeProblem, ClozeProblemKind, ClozeText};
pub use generate::Requirement;
pub use parse::{Node, ParseError, ParseErrorKind, Template};
pub use render::{Rendered, Situation};
pub use validate::{Problem, ProblemKind, Side};
