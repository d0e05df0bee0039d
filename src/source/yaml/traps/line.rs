//! The value that an author meant, found in the source line by line: YAML's own reading is what
//! went wrong.

use std::ops::Range;

/// A value as it stands in its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The key before it.
    pub(super) key: Option<Range<usize>>,
    /// The value, without white space and without a comment behind it.
    pub(super) value: Range<usize>,
    /// Whether it goes on in the lines below.
    pub(super) goes_on: bool,
}

/// The line that holds `at`, without its line break.
pub(super) fn line(source: &str, at: usize) -> Range<usize> {
    let before = source.get(..at).unwrap_or("");
    let start = before.rfind(['\n', '\r']).map_or(0, |it| it + 1);
    let rest = source.get(start..).unwrap_or("");
    start..start + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// The last line before the one that begins at `start` that is not blank.
pub(super) fn line_above(source: &str, start: usize) -> Option<Range<usize>> {
    let above = source.get(..start)?.trim_end();
    (!above.is_empty()).then(|| line(source, above.len()))
}

/// Columns of white space at the beginning of a line.
pub(super) fn indent(source: &str, line: &Range<usize>) -> usize {
    let text = source.get(line.clone()).unwrap_or("");
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Where the first key or value of a line begins, behind `- ` and `? `.
pub(super) fn content_start(source: &str, line: &Range<usize>) -> usize {
    let mut start = line.start + indent(source, line);
    loop {
        let rest = source.get(start..line.end).unwrap_or("");
        if !rest.starts_with("- ") {
            return start;
        }
        let inner = rest.get(1..).unwrap_or("").trim_start();
        start = line.end - inner.len();
    }
}

/// The value of the line that holds `at`: what stands behind its first `key: `, or else all of it.
pub(super) fn written(source: &str, at: usize) -> Written {
    let line = line(source, at);
    let start = content_start(source, &line);
    let text = source.get(start..line.end).unwrap_or("");
    let (key, value) = match colon(text) {
        Some(colon) => {
            let rest = text.get(colon + 1..).unwrap_or("");
            let value = line.end - rest.trim_start().len();
            (Some(start..start + colon), value)
        }
        None => (None, start),
    };
    let value = value..value + without_comment(source.get(value..line.end).unwrap_or(""));
    let column = start - line.start;
    Written {
        key,
        goes_on: goes_on(source, line.end, column),
        value,
    }
}

/// The value inside of `[..]` or `{..}` that holds `at`.
pub(super) fn written_in_flow(source: &str, at: usize) -> Range<usize> {
    let line = line(source, at);
    let before = source.get(line.start..at).unwrap_or("");
    let start = ["{ ", "[", ", ", ": ", "{"]
        .iter()
        .filter_map(|it| before.rfind(it).map(|at| line.start + at + it.len()))
        .max()
        .unwrap_or(at);
    let rest = source.get(at..line.end).unwrap_or("");
    let end = at + rest.find([',', ']', '}']).unwrap_or(rest.len());
    let value = source.get(start..end).unwrap_or("");
    let start = start + (value.len() - value.trim_start().len());
    start..start + value.trim().len()
}

/// The byte of the first `:` that ends a key: with white space or nothing behind it.
pub(super) fn colon(text: &str) -> Option<usize> {
    let from = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text.get(1..)?.find(quote)? + 2,
        _ => 0,
    };
    text.match_indices(':')
        .map(|(at, _)| at)
        .filter(|&at| at >= from)
        .find(|at| matches!(text.as_bytes().get(at + 1), None | Some(b' ' | b'\t')))
}

/// Bytes of a value's line without white space and without a comment, which has a space on
/// either side of its `#`; a `#` that touches a word is taken for the author's.
fn without_comment(text: &str) -> usize {
    let text = text.trim_end();
    text.find(" # ").map_or(text.len(), |at| {
        text.get(..at).unwrap_or("").trim_end().len()
    })
}

/// Whether the line below stands further in than a key at `column`.
fn goes_on(source: &str, line_end: usize, column: usize) -> bool {
    let below = source.get(line_end..).unwrap_or("");
    let next = below
        .split(['\n', '\r'])
        .skip(1)
        .find(|it| !it.trim().is_empty());
    next.is_some_and(|it| it.len() - it.trim_start_matches(' ').len() > column)
}

/// Where the value ends that begins in the line of `at`: behind the last of the lines that stand
/// further in than its key.
pub(super) fn value_end(source: &str, at: usize) -> usize {
    let written = written(source, at);
    if !written.goes_on {
        return written.value.end.max(at);
    }
    let first = line(source, at);
    let column = content_start(source, &first) - first.start;
    let mut end = first.end;
    let mut start = first.end;
    for below in source.get(first.end..).unwrap_or("").split_inclusive('\n') {
        let text = below.trim_end();
        let deeper = below.len() - below.trim_start_matches(' ').len() > column;
        if !text.is_empty() && !deeper {
            break;
        }
        if !text.is_empty() {
            end = start + text.len();
        }
        start += below.len();
    }
    end
}

/// The text in single quotes, in which only the quote itself is special.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
