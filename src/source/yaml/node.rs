//! The tree that YAML is read into: each scalar as it was written, with its place.
//!
//! `1.10`, `yes` and `007` are texts of a note, not numbers; only nothing, `~` and `null` are
//! empty.

use crate::diag::{Span, Spanned, Text};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// The value.
    pub value: Value,
    /// From its first to its last character.
    pub span: Span,
}

/// What YAML knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing, `~` or an unquoted `null`.
    Null,
    /// A text.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the order of the file; each key once.
    Mapping(Vec<Entry>),
}

/// A text as YAML decodes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scalar {
    /// The decoded text, which knows its place.
    pub text: Text,
    /// How it was written.
    pub style: ScalarStyle,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'..'`
    SingleQuoted,
    /// `".."`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The key, always a scalar.
    pub key: Scalar,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The text of a scalar; empty for [`Value::Null`], `None` for lists and mappings.
    #[must_use]
    pub fn as_text(&self) -> Option<Text> {
        match &self.value {
            Value::Null => Some(Text::verbatim("", self.span.file, self.span.start as usize)),
            Value::Scalar(scalar) => Some(scalar.text.clone()),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// A word for its shape in messages: `a text`, `a list`, `a mapping`, `nothing`.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// Whether nothing is said: an empty value, `~` or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}

impl Entry {
    /// The key's text.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.text.as_str()
    }

    /// Whether neither a value nor a `:` stands behind the key, as only `{..}` lets it.
    #[must_use]
    pub fn is_word_alone(&self) -> bool {
        self.value.is_null() && self.value.span.start <= self.key_span().end
    }

    /// Where the key stands.
    #[must_use]
    pub fn key_span(&self) -> Span {
        self.key.text.whole()
    }

    /// The key's text and its place.
    #[must_use]
    pub fn spanned_name(&self) -> Spanned<String> {
        Spanned::new(self.name().to_owned(), self.key_span())
    }
}
