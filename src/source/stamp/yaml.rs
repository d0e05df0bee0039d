//! Ids of notes in YAML files.

use std::collections::BTreeMap;

use super::{NoPlace, line_break, line_start};
use crate::diag::{Diagnostics, FileId};
use crate::source::yaml::{self, Entry, Node, Value};

/// How a note is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A mapping, a key a line.
    Block,
    /// A mapping in braces.
    Flow,
    /// In a way that has no place for an id.
    Other(NoPlace),
}

/// The shapes of a file's notes, by where they begin.
pub(super) fn shapes(file: FileId, source: &str) -> BTreeMap<usize, Shape> {
    let documents = yaml::parse(file, source, 0, &mut Diagnostics::new());
    let mut shapes = Shapes {
        source,
        found: BTreeMap::new(),
    };
    let mut open: Vec<&Node> = Vec::new();
    for document in &documents {
        match &document.value {
            Value::Sequence(_) => shapes.items(document),
            _ => open.push(document),
        }
    }
    // Groups may stand in groups.
    while let Some(node) = open.pop() {
        for entry in entries(node) {
            match (entry.name(), &entry.value.value) {
                ("notes", _) => shapes.items(&entry.value),
                ("groups", Value::Sequence(groups)) => open.extend(groups),
                ("pairs", _) => {
                    for pair in entries(&entry.value) {
                        let start = pair.key_span().to(pair.value.span).range().start;
                        shapes.add(start, Shape::Other(NoPlace::Pair));
                    }
                }
                _ => {}
            }
        }
    }
    shapes.found
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}

struct Shapes<'s> {
    source: &'s str,
    found: BTreeMap<usize, Shape>,
}

impl Shapes<'_> {
    fn items(&mut self, list: &Node) {
        let Value::Sequence(items) = &list.value else {
            return;
        };
        let in_flow = self.begins_with(list.span.range().start, '[');
        for item in items {
            let start = item.span.range().start;
            let shape = match &item.value {
                Value::Mapping(_) if self.begins_with(start, '{') => Shape::Flow,
                Value::Mapping(_) if in_flow => Shape::Other(NoPlace::Bare),
                Value::Mapping(_) => Shape::Block,
                _ => Shape::Other(NoPlace::List),
            };
            self.add(start, shape);
        }
    }

    fn begins_with(&self, at: usize, sign: char) -> bool {
        self.source.get(at..).is_some_and(|it| it.starts_with(sign))
    }

    /// An alias stands for a note at another place.
    fn add(&mut self, start: usize, shape: Shape) {
        let shared = self.found.contains_key(&start);
        let shape = if shared {
            Shape::Other(NoPlace::Shared)
        } else {
            shape
        };
        self.found.insert(start, shape);
    }
}

/// Where the id of the note at `start` goes, and what is written there.
pub(super) fn insertion(
    source: &str,
    start: usize,
    shape: Shape,
    id: &str,
) -> Result<(usize, String), NoPlace> {
    match shape {
        Shape::Other(reason) => Err(reason),
        Shape::Flow => {
            let inside = start + 1;
            let rest = source.get(inside..).ok_or(NoPlace::Form)?;
            let first = rest.trim_start_matches(' ');
            Ok(if first.starts_with(['\n', '\r', '\t', '#']) {
                (inside, format!("id: {id},"))
            } else {
                (inside + rest.len() - first.len(), format!("id: {id}, "))
            })
        }
        Shape::Block => {
            let lead = source.get(line_start(source, start)..start);
            let lead = lead.ok_or(NoPlace::Form)?;
            // Only so it is certain which column the mapping's keys stand in.
            if !lead.bytes().all(|it| matches!(it, b' ' | b'-')) {
                return Err(NoPlace::Form);
            }
            let (newline, indent) = (line_break(source, start), " ".repeat(lead.len()));
            Ok((start, format!("id: {id}{newline}{indent}")))
        }
    }
}
