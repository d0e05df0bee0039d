//! Notes files cut into pieces that can be read at the same time, and item by item.
//!
//! Reading YAML is the longest part of a large build. Most files are one long list, and where each
//! item of it begins can be seen from the indentation alone. Whatever is not as plain as that, is
//! not cut; and a piece that gives the least finding makes the whole file be read as usual, so that
//! findings never depend on where it was cut.

use std::ops::Range;

use memchr::{memchr, memchr2_iter, memmem};

/// About how long a piece is, in bytes: some thousand notes.
const PIECE_BYTES: usize = 256 * 1024;
/// Smaller files, in bytes, are read at once.
const MIN_BYTES: usize = 1024;

/// A file that is one list of notes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// What stands before the first item: the header and `notes:`, or nothing.
    pub(super) header: Range<usize>,
    /// The rest in pieces, each beginning with an item.
    pub(super) pieces: Vec<Range<usize>>,
    /// The column at which items begin.
    pub(super) indent: usize,
}

/// Cuts a file into pieces; `None` where it is small, or not as plain as it must be.
pub(super) fn split(source: &str) -> Option<Split> {
    if source.len() < MIN_BYTES {
        return None;
    }
    split_after(source, PIECE_BYTES)
}

/// Cuts before the first item behind `length` bytes of a piece.
fn split_after(source: &str, length: usize) -> Option<Split> {
    let (first, indent) = first_item(source)?;
    let mut pieces = Vec::new();
    let mut start = first;
    while let Some(end) = next_item(source, indent, start.saturating_add(length)) {
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..source.len());
    Some(Split {
        header: 0..first,
        pieces,
        indent,
    })
}

/// Where the first item begins whose line stands behind byte `at`, or begins there.
fn next_item(source: &str, indent: usize, at: usize) -> Option<usize> {
    let before = at.checked_sub(1)?;
    let rest = source.as_bytes().get(before..)?;
    let mut start = at + memchr(b'\n', rest)?;
    loop {
        let line = source.get(start..).filter(|it| !it.is_empty())?;
        if begins_item(line, indent) {
            return Some(start);
        }
        start += memchr(b'\n', line.as_bytes())? + 1;
    }
}

fn begins_item(line: &str, indent: usize) -> bool {
    let (blank, content) = line.split_at_checked(indent).unwrap_or_default();
    blank.len() == indent && blank.bytes().all(|it| it == b' ') && is_item(content)
}

/// Whether all items of a piece begin at this column, and nothing in it stands before them or
/// refers to what is in another piece.
pub(super) fn is_list(piece: &str, indent: usize) -> bool {
    let belongs = |line: &str| {
        let content = line.trim_start_matches(' ');
        let depth = line.len() - content.len();
        depth > indent
            || depth == indent && is_item(content)
            // A comment may stand anywhere, and an empty line too.
            || content.starts_with('#')
            || content.trim().is_empty()
    };
    piece.split_inclusive('\n').all(belongs) && !refers_to_itself(piece)
}

/// Where the first item begins, and how far it is indented: behind a line `notes:`, or at the
/// beginning of the file.
fn first_item(source: &str) -> Option<(usize, usize)> {
    let mut offset = 0;
    let mut last = "";
    for line in source.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let is_blank = content.trim().is_empty() || content.starts_with('#');
        if !is_blank && is_item(content) && (last.is_empty() || last == "notes:") {
            return Some((offset, indent));
        }
        // A marker of documents, and a header whose values reach over several lines.
        if !is_blank {
            if indent > 0 || content.starts_with(['-', '.', '%', '?', '\u{feff}', '\t']) {
                return None;
            }
            last = content.trim_end();
        }
        offset += line.len();
    }
    None
}

pub(super) fn is_item(content: &str) -> bool {
    content
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with([' ', '\n', '\r']))
}

/// Whether there may be an anchor, an alias or a merge key.
fn refers_to_itself(source: &str) -> bool {
    let bytes = source.as_bytes();
    let begins_value = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        let blank = before.iter().rev().take_while(|it| **it == b' ').count();
        let last = before
            .len()
            .checked_sub(blank + 1)
            .and_then(|it| before.get(it));
        matches!(
            last,
            None | Some(b'\n' | b':' | b'-' | b'[' | b'{' | b',' | b'?')
        )
    };
    memmem::find(bytes, b"<<").is_some() || memchr2_iter(b'&', b'*', bytes).any(begins_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lists_are_cut_before_items() {
        let check = |source: &str, expect: Option<Vec<&str>>| {
            let split = split_after(source, 4);
            let fits = |it: &Split| {
                let mut pieces = it.pieces.iter();
                pieces.all(|range| is_list(&source[range.clone()], it.indent))
            };
            let found = split.filter(fits).map(|it| {
                let pieces = it.pieces.iter().map(|range| &source[range.clone()]);
                std::iter::once(&source[it.header])
                    .chain(pieces)
                    .collect::<Vec<_>>()
            });
            assert_eq!(found, expect, "{source}");
        };
        check("- a\n- b\n", Some(vec!["", "- a\n", "- b\n"]));
        check(
            "deck: X\nnotes:\n  - a: 1\n    b: |\n      text\n\n# c\n  - a: 2\n",
            Some(vec![
                "deck: X\nnotes:\n",
                "  - a: 1\n    b: |\n      text\n\n# c\n",
                "  - a: 2\n",
            ]),
        );
        check(
            "notes:\n- a\n- b\n",
            Some(vec!["notes:\n", "- a\n", "- b\n"]),
        );
        check("notes:\n  - a\n  - b\ndeck: X\n", None);
        check("notes:\n  - a\ngroups:\n  - b\n", None);
        check("- a\n---\n- b\n", None);
        check("- &x a\n- *x\n", None);
        check(
            "notes:\n  - a: 1\n   - b\n",
            Some(vec!["notes:\n", "  - a: 1\n   - b\n"]),
        );
        check("pairs:\n  a: b\n", None);
        check("tags:\n  - a\nnotes:\n  - b\n", None);
        check("", None);
    }
}
