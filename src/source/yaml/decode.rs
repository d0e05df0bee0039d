//! From nodes to values: what a key takes, and a finding where the source gives something else.
//!
//! Each function returns `None` after it has told what is wrong, so that readers go on with the
//! next key.

use super::node::{Entry, Node, Scalar, Value};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, Text, nearest};

/// The text of a scalar with its places. An empty value is none.
pub fn text(node: &Node, what: &str, sink: &mut Diagnostics) -> Option<Text> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        _ => wrong_shape(node, what, "a text", sink),
    }
}

/// As [`text`], without white space around it, as a string.
pub fn string(node: &Node, what: &str, sink: &mut Diagnostics) -> Option<Spanned<String>> {
    let text = text(node, what, sink)?.trim();
    let span = text.whole();
    Some(Spanned::new(text.as_str().to_owned(), span))
}

/// The texts of a list; a single text counts as a list of one, nothing as an empty list.
pub fn strings(node: &Node, what: &str, sink: &mut Diagnostics) -> Option<Vec<Spanned<String>>> {
    match &node.value {
        Value::Null => Some(Vec::new()),
        Value::Scalar(_) => Some(vec![string(node, what, sink)?]),
        Value::Sequence(items) => items.iter().map(|it| string(it, what, sink)).collect(),
        Value::Mapping(_) => wrong_shape(node, what, "a list of texts", sink),
    }
}

/// The items of a list; nothing is an empty list.
pub fn list<'n>(node: &'n Node, what: &str, sink: &mut Diagnostics) -> Option<&'n [Node]> {
    match &node.value {
        Value::Null => Some(&[]),
        Value::Sequence(items) => Some(items),
        _ => wrong_shape(node, what, "a list", sink),
    }
}

/// The entries of a mapping; nothing is an empty mapping.
pub fn mapping<'n>(node: &'n Node, what: &str, sink: &mut Diagnostics) -> Option<&'n [Entry]> {
    match &node.value {
        Value::Null => Some(&[]),
        Value::Mapping(entries) => Some(entries),
        _ => wrong_shape(node, what, "a mapping", sink),
    }
}

/// `true` or `false`, also as `yes`, `no`, `on` and `off`.
pub fn boolean(node: &Node, what: &str, sink: &mut Diagnostics) -> Option<bool> {
    let value = scalar_value(node, what, "`true` or `false`", sink)?;
    match as_boolean(&value.value) {
        Some(found) => Some(found),
        None => bad_value(&value, what, "`true` and `false`", sink),
    }
}

/// The meaning of `true`, `yes`, `on` and their opposites, in any case.
#[must_use]
pub fn as_boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A whole number within these limits.
pub fn integer(
    node: &Node,
    what: &str,
    limits: std::ops::RangeInclusive<i64>,
    sink: &mut Diagnostics,
) -> Option<i64> {
    let value = scalar_value(node, what, "a whole number", sink)?;
    as_integer(&value, what, limits, sink)
}

/// A whole number within these limits, from a text.
pub fn as_integer(
    value: &Spanned<String>,
    what: &str,
    limits: std::ops::RangeInclusive<i64>,
    sink: &mut Diagnostics,
) -> Option<i64> {
    match value.value.parse::<i64>() {
        Ok(number) if limits.contains(&number) => Some(number),
        _ => {
            let (least, most) = limits.into_inner();
            let wanted = match most {
                i64::MAX if least == i64::MIN => "whole numbers of 64 bits".to_owned(),
                i64::MAX => format!("whole numbers from {least} on"),
                _ => format!("whole numbers from {least} to {most}"),
            };
            bad_value(value, what, &wanted, sink)
        }
    }
}

/// One of these words, which stand for these values.
pub fn choice<T: Copy>(
    node: &Node,
    what: &str,
    choices: &[(&str, T)],
    sink: &mut Diagnostics,
) -> Option<T> {
    let value = scalar_value(node, what, "a word", sink)?;
    if let Some((_, found)) = choices.iter().find(|(word, _)| *word == value.value) {
        return Some(*found);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let title = format!("`{what}` does not take `{}`", value.value);
    let diagnostic = Diagnostic::new(Code::BadValue, title)
        .at(value.span, format!("expected {}", alternatives(&words)));
    sink.push(match nearest(&value.value, words.iter().copied()) {
        Some(near) => diagnostic.fix("a similar word is taken", value.span, near),
        None => diagnostic,
    });
    None
}

/// Tells that a key means nothing here, with the nearest of `known`.
pub fn unknown_key(key: &Scalar, place: &str, known: &[&str], sink: &mut Diagnostics) {
    let span = key.text.whole();
    let name = key.text.as_str();
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("unknown key `{name}` {place}"))
        .at(span, "this key means nothing here");
    sink.push(match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.fix("a key with a similar name exists", span, near),
        None => diagnostic.help(format!("the keys are {}", enumeration(known))),
    });
}

/// Tells that the value has another shape than `expected`, such as `a list`.
pub fn wrong_shape<T>(
    node: &Node,
    what: &str,
    expected: &str,
    sink: &mut Diagnostics,
) -> Option<T> {
    let title = format!("`{what}` takes {expected}, not {}", node.shape());
    let label = format!("expected {expected}, found {}", node.shape());
    sink.push(Diagnostic::new(Code::WrongShape, title).at(node.span, label));
    None
}

/// Tells that a value is none that the key takes.
pub fn bad_value<T>(
    value: &Spanned<String>,
    what: &str,
    taken: &str,
    sink: &mut Diagnostics,
) -> Option<T> {
    let title = format!("`{what}` does not take `{}`", value.value);
    sink.push(
        Diagnostic::new(Code::BadValue, title)
            .at(value.span, "not a value of this key")
            .note(format!("`{what}` takes {taken}")),
    );
    None
}

/// The words as `` `a`, `b` and `c` ``.
#[must_use]
pub fn enumeration(words: &[&str]) -> String {
    joined(words, "and")
}

/// The words as `` `a`, `b` or `c` ``.
#[must_use]
pub fn alternatives(words: &[&str]) -> String {
    joined(words, "or")
}

fn joined(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [word] => format!("`{word}`"),
        [most @ .., end] => format!("`{}` {last} `{end}`", most.join("`, `")),
    }
}

fn scalar_value(
    node: &Node,
    what: &str,
    expected: &str,
    sink: &mut Diagnostics,
) -> Option<Spanned<String>> {
    match &node.value {
        Value::Scalar(_) => string(node, what, sink),
        _ => wrong_shape(node, what, expected, sink),
    }
}

/// The span of a node, or of its key where the node is empty.
#[must_use]
pub fn visible(entry: &Entry) -> Span {
    if entry.value.is_null() {
        entry.key_span()
    } else {
        entry.value.span
    }
}
