//! Taking `id: x` out of a YAML mapping, in a notes file or in a comment.

use std::ops::Range;

use super::{leading_break, line_start, whole_line};

const KEY: &str = "id: ";

/// The bytes of the entry whose value stands at `id`; `note` is where the mapping begins.
pub(super) fn removal(source: &str, note: usize, id: &Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (source.get(..id.start)?, source.get(id.end..)?);
    let before = before.strip_suffix(KEY)?;
    let start = before.len();
    if before.trim_end_matches(' ').ends_with('{') {
        let rest = after.strip_prefix(',')?;
        let behind = rest.trim_start_matches(' ');
        let ends_line = behind.is_empty() || behind.starts_with(['\n', '\r', '\t', '#']);
        let space = usize::from(rest.starts_with(' ') && !ends_line);
        return Some(start..id.end + 1 + space);
    }
    if let Some(before) = before.strip_suffix(", ") {
        return after
            .starts_with([',', '}'])
            .then_some(before.len()..id.end);
    }
    let line = line_start(source, start);
    let lead = source.get(line..start)?;
    if start == note && leading_break(after).is_some() {
        // The next key takes the place of this one.
        let found = leading_break(after)?;
        let next = after.get(found.len()..)?;
        let indent = next.len() - next.trim_start_matches(' ').len();
        let same = indent == lead.chars().count();
        let key = next.get(indent..)?;
        let blank = key.trim_start().is_empty() || key.starts_with(char::is_whitespace);
        return (same && !blank).then_some(start..id.end + found.len() + indent);
    }
    let alone = lead.bytes().all(|it| it == b' ');
    alone.then(|| whole_line(source, line, id.end)).flatten()
}
