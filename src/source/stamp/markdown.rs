//! Ids of notes in Markdown files.

use std::ops::Range;

use super::{IdStyle, NoPlace, entry, line_break, line_start, whole_line};
use crate::source::markdown::{HeadingPlace, Places, RowPlace};

/// Where the id of a note goes, and what is written there.
pub(super) fn insertions(
    source: &str,
    note: &Range<usize>,
    places: &Places,
    id: &str,
    style: IdStyle,
) -> Result<Vec<(usize, String)>, NoPlace> {
    let at = note.start;
    match places.rows.get(&at) {
        Some(RowPlace::Cell(cell)) => return Ok(vec![(*cell, id.to_owned())]),
        Some(RowPlace::Column(ends)) => {
            let texts = ["id", "---", id];
            let edit = |((end, closed), text): (&(usize, bool), &str)| {
                let text = if *closed {
                    format!(" {text} |")
                } else {
                    format!(" | {text}")
                };
                (*end, text)
            };
            return Ok(ends.iter().zip(texts).map(edit).collect());
        }
        Some(RowPlace::End(end, closed)) => {
            let bar = if *closed { "" } else { " |" };
            return Ok(vec![(*end, format!("{bar} {id}"))]);
        }
        Some(RowPlace::None) => return Err(NoPlace::Row),
        None => {}
    }
    let headings = &places.headings;
    let heading = headings.binary_search_by_key(&at, |it| it.range.start);
    let heading = heading.ok().and_then(|at| headings.get(at));
    if let (None, Some(end)) = (heading, places.items.get(&at)) {
        return Ok(vec![(*end, format!(" ^{id}"))]);
    }
    Ok(vec![insertion(source, note, heading, id, style)])
}

/// As [`insertions`], of heading notes and label notes. Without a heading it is a label note, whose
/// settings stand above its first line.
fn insertion(
    source: &str,
    note: &Range<usize>,
    heading: Option<&HeadingPlace>,
    id: &str,
    style: IdStyle,
) -> (usize, String) {
    let comment = format!("<!-- id: {id} -->");
    let Some(heading) = heading else {
        return (note.start, comment + line_break(source, note.start));
    };
    let newline = line_break(source, heading.below);
    match style {
        IdStyle::Comment => match source.get(heading.below..).and_then(|rest| rest.find('\n')) {
            Some(found) => (heading.below + found + 1, comment + newline),
            None => (source.len(), format!("{newline}{comment}")),
        },
        IdStyle::Attribute => match heading.first_attribute {
            Some(first) => (first, format!("#{id} ")),
            None => (heading.text_end, format!(" {{#{id}}}")),
        },
        IdStyle::Block => (heading.end, format!(" ^{id}")),
    }
}

/// The bytes of an id in a comment, in attributes or behind `^`, with what belongs to it alone.
pub(super) fn removal(source: &str, id: &Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (source.get(..id.start)?, source.get(id.end..)?);
    if let Some(before) = before.strip_suffix('^') {
        return Some(before.strip_suffix(' ')?.len()..id.end);
    }
    let cell = before.trim_end_matches([' ', '\t']).ends_with('|');
    let behind = after.trim_start_matches([' ', '\t']);
    if cell && behind.starts_with('|') {
        return Some(id.clone());
    }
    if cell && (behind.is_empty() || behind.starts_with(['\n', '\r'])) {
        let space = usize::from(before.ends_with(' '));
        return Some(id.start - space..id.end);
    }
    if let Some(before) = before.strip_suffix('#') {
        return match before.strip_suffix('{') {
            Some(outside) if after.starts_with('}') => {
                Some(outside.strip_suffix(' ')?.len()..id.end + 1)
            }
            Some(_) => after.starts_with(' ').then_some(before.len()..id.end + 1),
            None => Some(before.strip_suffix(' ')?.len()..id.end),
        };
    }
    let Some(before) = before
        .strip_suffix("<!-- id: ")
        .filter(|_| after.starts_with(" -->"))
    else {
        return entry::removal(source, id.start, id);
    };
    let end = id.end + " -->".len();
    let start = before.len();
    if line_start(source, start) == start
        && let Some(line) = whole_line(source, start, end)
    {
        return Some(line);
    }
    Some(before.strip_suffix(' ')?.len()..end)
}
