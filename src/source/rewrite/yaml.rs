//! Scalars of YAML files, in the style that they have or in another one.

use std::collections::BTreeMap;
use std::ops::Range;

use super::encode::Encoding;
use super::{Kind, NewField};
use crate::diag::{Diagnostics, FileId};
use crate::source::emit::{key, value, value_in_flow};
use crate::source::stamp::line_start;
use crate::source::yaml::{self, Node, Scalar, ScalarStyle, Value};

/// The scalars and collections of a file, by where they begin.
#[derive(Debug)]
pub(super) struct Scalars {
    scalars: BTreeMap<usize, Place>,
    mappings: BTreeMap<usize, Collection>,
    lists: BTreeMap<usize, Collection>,
}

/// Where a scalar stands.
#[derive(Debug)]
struct Place {
    /// All of it, with its quotes or the sign of its block; `None` where that is not known.
    whole: Option<Range<usize>>,
    /// From its key to its end, where it is the value of one.
    entry: Option<Range<usize>>,
    style: ScalarStyle,
    flow: bool,
    /// The column that its lines have where it is a block; or would have.
    indent: usize,
    /// Whether an alias stands for it, too.
    shared: bool,
}

/// A mapping or list.
#[derive(Debug)]
struct Collection {
    flow: bool,
    /// The end of its last entry.
    end: usize,
    /// The end of all of it.
    close: usize,
    items: usize,
    shared: bool,
}

struct Open<'n> {
    node: &'n Node,
    flow: bool,
    /// Where the key of this value begins and ends.
    key: Option<Range<usize>>,
}

impl Scalars {
    pub(super) fn of(file: FileId, source: &str) -> Self {
        let documents = yaml::parse(file, source, 0, &mut Diagnostics::new());
        let mut found = Self {
            scalars: BTreeMap::new(),
            mappings: BTreeMap::new(),
            lists: BTreeMap::new(),
        };
        let root = |node| Open {
            node,
            flow: false,
            key: None,
        };
        let mut open: Vec<Open<'_>> = documents.iter().map(root).collect();
        while let Some(it) = open.pop() {
            let span = it.node.span.range();
            let begins = |sign: char| {
                let text = source.get(span.start..);
                text.is_some_and(|text| text.starts_with(sign))
            };
            match &it.node.value {
                Value::Null => {}
                Value::Scalar(scalar) => found.scalar(source, scalar, &span, &it),
                Value::Sequence(items) => {
                    let flow = it.flow || begins('[');
                    let end = items.last().map_or(span.start, |it| end_of(source, it));
                    let collection = Collection::new(flow, end, &span, items.len());
                    add(&mut found.lists, span.start, collection);
                    open.extend(items.iter().map(|node| Open {
                        node,
                        flow,
                        key: None,
                    }));
                }
                Value::Mapping(entries) => {
                    let flow = it.flow || begins('{');
                    let last = entries.last();
                    let end = last.map_or(span.start, |it| {
                        end_of(source, &it.value).max(it.key_span().range().end)
                    });
                    let collection = Collection::new(flow, end, &span, entries.len());
                    add(&mut found.mappings, span.start, collection);
                    open.extend(entries.iter().map(|entry| Open {
                        node: &entry.value,
                        flow,
                        key: Some(entry.key_span().range()),
                    }));
                }
            }
        }
        found
    }

    fn scalar(&mut self, source: &str, scalar: &Scalar, span: &Range<usize>, open: &Open<'_>) {
        let start = scalar.text.whole().range().start;
        let is_block = matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded);
        let whole = match (&open.key, is_block) {
            (_, false) => Some(span.clone()),
            (Some(key), true) => block_start(source, key.end).map(|from| {
                let text = source.get(from..span.end).unwrap_or_default();
                from..from + text.trim_end().len()
            }),
            (None, true) => None,
        };
        let entry = open.key.as_ref().map(|it| it.start..span.end);
        let indent = match (&open.key, is_block) {
            (_, true) => start - line_start(source, start).min(start),
            (Some(key), false) => key.start - line_start(source, key.start).min(key.start) + 2,
            (None, false) => span.start - line_start(source, span.start).min(span.start),
        };
        let place = Place {
            whole,
            entry,
            style: scalar.style,
            flow: open.flow,
            indent,
            shared: false,
        };
        match self.scalars.get_mut(&start) {
            Some(known) => known.shared = true,
            None => {
                self.scalars.insert(start, place);
            }
        }
    }

    /// How a text that begins at `start` has to be written.
    pub(super) fn encoding(&self, start: usize) -> Option<Encoding> {
        // A text that was trimmed begins behind the beginning of its scalar.
        let (_, place) = self.scalars.range(..=start).next_back()?;
        if place.shared {
            return None;
        }
        Some(match place.style {
            ScalarStyle::Plain | ScalarStyle::Folded => Encoding::Line,
            ScalarStyle::SingleQuoted => Encoding::Single,
            ScalarStyle::DoubleQuoted => Encoding::Double,
            ScalarStyle::Literal => Encoding::Lines {
                indent: place.indent,
            },
        })
    }

    /// Ways to write the scalar whose text begins at `start` anew, in a style that suits the text.
    pub(super) fn replacements(
        &self,
        source: &str,
        start: usize,
        new: &str,
        kind: Kind,
    ) -> Vec<(Range<usize>, String)> {
        let Some(place) = self.scalars.get(&start).filter(|it| !it.shared) else {
            return Vec::new();
        };
        let mut ways = Vec::new();
        if let Some(whole) = &place.whole {
            let text = match (kind, place.flow) {
                (Kind::Own, false) => value(new, place.indent),
                (Kind::Own, true) => value_in_flow(new),
                (Kind::Html, _) => format!("{{html: {}}}", value_in_flow(new)),
            };
            ways.push((whole.clone(), text));
        }
        if new.is_empty()
            && let Some(entry) = place.entry.as_ref().filter(|_| !place.flow)
        {
            // A field of which nothing is said is empty.
            let line = line_start(source, entry.start);
            let lead = source.get(line..entry.start).unwrap_or_default();
            let text = source.get(entry.clone()).unwrap_or_default();
            let end = entry.start + text.trim_end().len();
            let rest = source.get(end..).unwrap_or_default();
            if lead.trim().is_empty()
                && let Some(found) = rest.find('\n')
                && rest.get(..found).is_some_and(|it| it.trim().is_empty())
            {
                ways.push((line..end + found + 1, String::new()));
            }
        }
        ways
    }

    /// Ways to add a field to the note at `note`.
    pub(super) fn insertion(
        &self,
        source: &str,
        note: usize,
        field: NewField<'_>,
        new: &str,
        kind: Kind,
    ) -> Vec<(usize, String)> {
        let flow_text = match kind {
            Kind::Own => value_in_flow(new),
            Kind::Html => format!("{{html: {}}}", value_in_flow(new)),
        };
        if let Some(list) = self.lists.get(&note).filter(|it| !it.shared) {
            // Only the value behind the last one has a place.
            let fits = list.flow && list.items == field.index;
            return match fits {
                true => vec![(list.end, format!(", {flow_text}"))],
                false => Vec::new(),
            };
        }
        let Some(mapping) = self.mappings.get(&note).filter(|it| !it.shared) else {
            return Vec::new();
        };
        let name = key(field.name);
        if mapping.flow {
            return vec![(mapping.end, format!(", {name}: {flow_text}"))];
        }
        let Some((indent, at)) = end_of_block(source, note, mapping) else {
            return Vec::new();
        };
        let text = match kind {
            Kind::Own => value(new, indent + 2),
            Kind::Html => flow_text,
        };
        let lead = " ".repeat(indent);
        vec![(at, format!("\n{lead}{name}: {text}"))]
    }

    /// Ways to add a setting to the note at `note`, before its fields.
    pub(super) fn setting(
        &self,
        source: &str,
        note: usize,
        name: &str,
        value: &str,
    ) -> Vec<(usize, String)> {
        let Some(mapping) = self.mappings.get(&note).filter(|it| !it.shared) else {
            return Vec::new();
        };
        if mapping.flow {
            return vec![(mapping.end, format!(", {name}: {value}"))];
        }
        let Some((indent, at)) = end_of_block(source, note, mapping) else {
            return Vec::new();
        };
        vec![(at, format!("\n{}{name}: {value}", " ".repeat(indent)))]
    }
}

impl Collection {
    fn new(flow: bool, end: usize, span: &Range<usize>, items: usize) -> Self {
        Self {
            flow,
            end,
            close: span.end,
            items,
            shared: false,
        }
    }
}

fn add(all: &mut BTreeMap<usize, Collection>, start: usize, collection: Collection) {
    match all.get_mut(&start) {
        Some(known) => known.shared = true,
        None => {
            all.insert(start, collection);
        }
    }
}

/// Where a value ends: with its last character, or its closing sign.
fn end_of(source: &str, node: &Node) -> usize {
    let range = node.span.range();
    let text = source.get(range.clone()).unwrap_or_default();
    range.start + text.trim_end().len()
}

/// Where the block that stands behind a key begins: with its `|` or `>`.
fn block_start(source: &str, key_end: usize) -> Option<usize> {
    let rest = source.get(key_end..)?;
    let behind = rest.trim_start_matches(['"', '\'']).trim_start_matches(' ');
    let behind = behind.strip_prefix(':')?.trim_start_matches(' ');
    behind
        .starts_with(['|', '>'])
        .then_some(source.len() - behind.len())
}

/// The column of a mapping's keys, and the end of the line in which it ends.
fn end_of_block(source: &str, note: usize, mapping: &Collection) -> Option<(usize, usize)> {
    let lead = source.get(line_start(source, note)..note)?;
    // Only so it is certain which column the mapping's keys stand in.
    if !lead.bytes().all(|it| matches!(it, b' ' | b'-')) {
        return None;
    }
    // An alias reaches further than its name.
    let end = mapping.end.min(mapping.close.max(mapping.end));
    let rest = source.get(end..)?;
    let line = rest.find('\n').unwrap_or(rest.len());
    let line = rest.get(..line)?;
    Some((lead.len(), end + line.trim_end_matches('\r').len()))
}
