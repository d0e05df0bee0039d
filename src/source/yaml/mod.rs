//! YAML: a tree of nodes that know their places, and the notes files made of them.

mod content;
pub mod decode;
mod map;
mod mapping;
mod mended;
mod node;
mod note;
mod notes;
mod plain;
mod split;
mod strange;
mod text;
mod traps;
mod tree;

pub use content::{FILE, FORMS};
pub use node::{Entry, Node, Scalar, ScalarStyle, Value};
pub use note::FIELDS;
pub use notes::{PARTS, read, read_with};
pub use tree::{Item, parse, parse_items};

#[cfg(test)]
mod notes_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod traps_tests;
