//! YAML: a tree of nodes that know their places, and the notes files made of them.

mod tree;

pub use tree::{Entry, Node, Scalar, ScalarStyle, Value, parse};
