//! The settings at the top of files of other tools. Keys that mean nothing to the tool belong to
//! the editor or the site that the file was written for, and are no business of deckle's.

use std::ops::Range;

use crate::diag::{Diagnostics, FileId, Text};
use crate::source::yaml::{self, Entry, Node, Value};

/// The lines between two `---` lines at the top of a file, and where the text begins.
pub(super) fn split(source: &str) -> (Option<Range<usize>>, usize) {
    let start = source.len() - source.trim_start_matches('\u{feff}').len();
    let mut lines = source
        .get(start..)
        .unwrap_or_default()
        .split_inclusive('\n');
    let mut at = start;
    let Some(first) = lines.next().filter(|it| it.trim_end() == "---") else {
        return (None, start);
    };
    at += first.len();
    let inner = at;
    for line in lines {
        if line.trim_end() == "---" {
            return (Some(inner..at), at + line.len());
        }
        at += line.len();
    }
    (None, start)
}

/// The entries of front matter in YAML. What cannot be read has none: it was never meant for
/// deckle, and the tool that it was meant for passes over it, too.
pub(super) fn entries(file: FileId, source: &str, inner: Option<Range<usize>>) -> Vec<Entry> {
    let Some(inner) = inner else {
        return Vec::new();
    };
    let text = source.get(inner.clone()).unwrap_or_default();
    let mut documents = yaml::parse(file, text, inner.start, &mut Diagnostics::new());
    match documents.drain(..).next().map(|it| it.value) {
        Some(Value::Mapping(entries)) => entries,
        _ => Vec::new(),
    }
}

/// The texts of a value: of a list each, else the one.
pub(super) fn texts(value: &Node) -> Vec<Text> {
    match &value.value {
        Value::Sequence(items) => items.iter().filter_map(Node::as_text).collect(),
        _ => value.as_text().into_iter().collect(),
    }
}
