//! Where the lines of a file begin, and how many characters stand before a place.
//!
//! A run can have a finding for each of 100,000 lines, or 100,000 findings in one line of a
//! megabyte; counting from the beginning for each of them would take minutes.

use std::ops::Range;

use super::sources::Position;

/// Characters are counted up to each multiple of this many bytes.
const BLOCK: usize = 256;

/// The lines of one text.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// Where each line begins; the first at 0.
    starts: Box<[usize]>,
    /// How many characters begin before each multiple of [`BLOCK`].
    characters: Box<[usize]>,
    /// As `characters`, in the units of UTF-16.
    units: Box<[usize]>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
        let sums = |count: fn(&[u8]) -> usize| {
            let mut before = 0;
            let blocks = bytes.chunks(BLOCK).map(|block| {
                let here = before;
                before += count(block);
                here
            });
            blocks.collect()
        };
        Self {
            starts: starts.collect(),
            characters: sums(beginnings),
            units: sums(utf16_units),
        }
    }

    /// The position of a byte of the text that this was made of.
    pub(super) fn position(&self, text: &str, at: usize) -> Position {
        let line = self.line(at);
        let start = self.starts.get(line).copied().unwrap_or(0);
        Position {
            line: line + 1,
            column: before(&self.characters, beginnings, text, at)
                - before(&self.characters, beginnings, text, start)
                + 1,
        }
    }

    /// As [`Lines::position`], with the column in the units of UTF-16.
    pub(super) fn utf16(&self, text: &str, at: usize) -> (usize, usize) {
        let line = self.line(at);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let units = |at| before(&self.units, utf16_units, text, at);
        (line + 1, units(at) - units(start) + 1)
    }

    /// The line that holds this byte, from 0: where it begins, and where its line break stands.
    pub(super) fn around(&self, text: &str, at: usize) -> (usize, Range<usize>) {
        let line = self.line(at);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let end = self
            .starts
            .get(line + 1)
            .map_or(text.len(), |next| next - 1);
        (line, start..end)
    }

    fn line(&self, at: usize) -> usize {
        // The first line begins at 0, so that there is one before any place.
        self.starts.partition_point(|start| *start <= at).max(1) - 1
    }
}

/// How much stands before this byte, given the sums before each block and the way to count: only
/// what begins is counted, so that a byte inside of a character is no harm.
fn before(sums: &[usize], count: fn(&[u8]) -> usize, text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    let block = (at / BLOCK).min(sums.len().saturating_sub(1));
    let counted = sums.get(block).copied().unwrap_or(0);
    let rest = text.as_bytes().get(block * BLOCK..at).unwrap_or_default();
    counted + count(rest)
}

/// How many characters begin in these bytes.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

/// How many units of UTF-16 the characters have that begin in these bytes: two for those of four
/// bytes.
fn utf16_units(bytes: &[u8]) -> usize {
    beginnings(bytes) + bytes.iter().filter(|&&byte| byte >= 0xF0).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_are_those_that_counting_gives(
            text in prop::collection::vec("[añ€😀\\n]{0,90}", 0..12),
            at in 0_usize..2_000,
        ) {
            let text = text.concat();
            let at = at.min(text.len());
            let before = &text.as_bytes()[..at];
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |it| it + 1);
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let lines = Lines::new(&text);
            let column = beginnings(&before[start..]) + 1;
            prop_assert_eq!(lines.position(&text, at), Position { line, column });
            if text.is_char_boundary(at) {
                let units = text[start..at].encode_utf16().count() + 1;
                prop_assert_eq!(lines.utf16(&text, at), (line, units));
            }
            let end = text.as_bytes()[at..].iter().position(|byte| *byte == b'\n');
            let end = end.map_or(text.len(), |it| at + it);
            prop_assert_eq!(lines.around(&text, at), (line - 1, start..end));
        }
    }
}
