//! Compiles notes written in YAML and Markdown into Anki packages.

pub mod diag;
mod error;
pub mod files;

pub use error::{Error, ErrorKind};
