//! Fields and settings that are added to notes in Markdown.

use std::ops::Range;

use super::NewField;
use crate::source::emit::value_in_flow;
use crate::source::markdown::{HeadingPlace, Places};
use crate::source::stamp::{line_break, line_start};

/// Ways to write a field that a note does not have: below a heading of its own or behind a label,
/// else in a comment.
pub(super) fn field(
    source: &str,
    places: &Places,
    note: &Range<usize>,
    field: NewField<'_>,
    new: &str,
) -> Vec<(usize, String)> {
    let mut ways = Vec::new();
    let text_end = |at: usize| {
        let before = source.get(..at).unwrap_or_default();
        before.trim_end().len()
    };
    match heading(places, note) {
        Some(heading) => {
            let line = source.get(heading.range.clone()).unwrap_or_default();
            let level = line.len() - line.trim_start().trim_start_matches('#').len();
            let end = text_end(field.end.max(below(source, heading)));
            if field.index == 1 {
                let start = text_end(below(source, heading));
                ways.push((start, format!("\n\n{new}")));
            }
            let sign = "#".repeat(level + 1);
            ways.push((end, format!("\n\n{sign} {}\n\n{new}", field.name)));
        }
        None if places.items.contains_key(&note.start) => {}
        None => {
            let end = text_end(field.end);
            if let Some(label) = field.label {
                ways.push((end, format!("\n{label}: {new}")));
                ways.push((end, format!("\n{label}:\n{new}")));
            }
        }
    }
    let value = value_in_flow(new);
    if !value.contains("--") {
        let key = crate::source::emit::key(field.name);
        ways.extend(comment(source, places, note, &key, &value));
    }
    ways
}

/// Ways to write a setting, in a comment of its own.
pub(super) fn setting(
    source: &str,
    places: &Places,
    note: &Range<usize>,
    key: &str,
    value: &str,
) -> Vec<(usize, String)> {
    comment(source, places, note, key, value)
        .into_iter()
        .collect()
}

fn comment(
    source: &str,
    places: &Places,
    note: &Range<usize>,
    key: &str,
    value: &str,
) -> Option<(usize, String)> {
    let comment = format!("<!-- {key}: {value} -->");
    if let Some(heading) = heading(places, note) {
        let rest = source.get(heading.below..)?;
        return Some(match rest.find('\n') {
            Some(found) => (heading.below + found + 1, format!("{comment}\n")),
            None => (source.len(), format!("\n{comment}")),
        });
    }
    if let Some(end) = places.items.get(&note.start) {
        return Some((*end, format!(" {comment}")));
    }
    let newline = line_break(source, note.start).replace('\r', "");
    Some((line_start(source, note.start), comment + &newline))
}

/// Behind the heading and the comments directly below it.
fn below(source: &str, heading: &HeadingPlace) -> usize {
    let mut at = heading.below;
    while let Some(rest) = source.get(at..) {
        let Some(inner) = rest.trim_start().strip_prefix("<!--") else {
            break;
        };
        let Some(end) = inner.find("-->") else { break };
        at = source.len() - inner.len() + end + "-->".len();
    }
    at
}

fn heading<'p>(places: &'p Places, note: &Range<usize>) -> Option<&'p HeadingPlace> {
    let headings = &places.headings;
    let found = headings.binary_search_by_key(&note.start, |it| it.range.start);
    headings.get(found.ok()?)
}

/// The column at which the further lines of a list note begin.
pub(super) fn item_column(source: &str, note: usize) -> usize {
    let line = source.get(line_start(source, note)..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    let sign = line.trim_start_matches([' ', '\t']);
    let text = sign
        .trim_start_matches(|it: char| it.is_ascii_digit())
        .trim_start_matches(['-', '*', '+', '.', ')'])
        .trim_start_matches(' ');
    line.len() - text.len()
}
