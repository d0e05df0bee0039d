//! YAML: a tree of nodes that know their places, and the notes files made of them.

pub mod decode;
mod node;
mod text;
mod traps;
mod tree;

pub use node::{Entry, Node, Scalar, ScalarStyle, Value};
pub use tree::{Item, parse, parse_items};

#[cfg(test)]
mod tests;
