//! Large notes files cut into pieces that can be read at the same time.
//!
//! Reading YAML is the longest part of a large build, and it is done by one processor. Most large
//! files are one long list, and where each item of it begins can be seen from the indentation
//! alone. Whatever is not as plain as that, is not cut; and a piece that gives the least finding
//! makes the whole file be read as usual, so that findings never depend on where it was cut.

use std::ops::Range;

/// About how long a piece is, in bytes: some thousand notes. Smaller files are read faster than
/// they are cut.
const PIECE_BYTES: usize = 256 * 1024;

/// A file that is one list of notes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// What stands before the first item: the header and `notes:`, or nothing.
    pub(super) header: Range<usize>,
    /// The rest in pieces, each beginning with an item.
    pub(super) pieces: Vec<Range<usize>>,
}

/// Cuts a large file into pieces; `None` where it is small, or not as plain as it must be.
pub(super) fn split(source: &str) -> Option<Split> {
    if source.len() < PIECE_BYTES {
        return None;
    }
    split_after(source, PIECE_BYTES)
}

/// Cuts before the first item behind `length` bytes of a piece.
fn split_after(source: &str, length: usize) -> Option<Split> {
    if refers_to_itself(source) {
        return None;
    }
    let (first, indent) = first_item(source)?;
    let mut starts = vec![first];
    let mut offset = first;
    for line in source.get(first..)?.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let content = line.trim_start_matches(' ');
        // A comment may stand anywhere, and an empty line too.
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        let depth = line.len() - content.len();
        if depth > indent {
            continue;
        }
        if depth < indent || !is_item(content) {
            return None;
        }
        if start - starts.last()? >= length {
            starts.push(start);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([source.len()]);
    let pieces = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| *start..end)
        .collect();
    Some(Split {
        header: 0..first,
        pieces,
    })
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

fn is_item(content: &str) -> bool {
    content
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with([' ', '\n', '\r']))
}

/// Whether there may be an anchor, an alias or a merge key: pieces know nothing of one another.
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
    source.contains("<<")
        || bytes
            .iter()
            .enumerate()
            .any(|(at, byte)| matches!(byte, b'&' | b'*') && begins_value(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lists_are_cut_before_items() {
        let check = |source: &str, expect: Option<Vec<&str>>| {
            let split = split_after(source, 4);
            let found = split.map(|it| {
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
