//! Ids of heading notes and label notes.

use std::ops::Range;

use super::{IdStyle, entry, line_break, line_start, whole_line};
use crate::source::markdown::HeadingPlace;

/// Where the id goes, and what is written there. Without a heading it is a label note, whose
/// settings stand above its first line.
pub(super) fn insertion(
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
