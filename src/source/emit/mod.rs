//! The way back: notes, note types and projects to the text that an author would have written.
//!
//! HTML becomes Markdown by `markdown`, which offers texts and promises nothing: whoever uses one
//! renders it and compares, so that the converter may be simple and can never change a note.
//! YAML is written by hand, because its reader keeps the scalars as they stand and a general
//! writer would quote by the rules of numbers and booleans.

mod block;
mod html;
mod inline;
mod markdown;
mod masks;
mod note;
mod note_type;
mod page;
mod scalar;

pub use markdown::markdown;
pub use note::{
    EmittedField, EmittedHeader, EmittedNote, EmittedSuspend, notes_file, notes_file_below,
};
pub use note_type::{EmittedType, TextFile, type_file};
pub use page::{PageForm, PageNote, page_file};
pub use scalar::{double_quoted, key, list, value, value_in_flow};
