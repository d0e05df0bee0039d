//! Rows and cells: the text of a table cut up, each cell with its place.
//!
//! Quotes are those of RFC 4180: a cell that begins with `"` ends at the next single `"`, and `""`
//! inside is one. Anki reads its text files by the same rules (measured on Anki 26.9.3 and
//! 25.9.2): a quote inside of an unquoted cell is text, lines end in LF, CRLF or CR, empty lines
//! count for nothing, and what follows a closing quote is appended to the cell.

use std::ops::Range;

use crate::diag::{FileId, Text, TextBuilder};

/// Cuts a text up.
#[derive(Debug, Clone)]
pub struct Rows<'s> {
    source: &'s str,
    at: usize,
    delimiter: char,
    comments: bool,
}

/// What stands between two line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Line {
    /// Cells; at least one.
    Row(Row),
    /// A comment, without its line end.
    Comment(Range<usize>),
}

/// The cells of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain places, read all over")]
pub struct Row {
    /// The cells, at least one.
    pub cells: Vec<Cell>,
    /// From the first cell to the last, quotes included, without the line end.
    pub range: Range<usize>,
}

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// Its text, without the quotes around it.
    pub inner: Range<usize>,
    /// Whether it stands in quotes.
    pub quoted: bool,
    /// Whether its text holds doubled quotes or carriage returns, and differs from the source.
    decoded: bool,
    /// What follows the closing quote, if anything does.
    pub tail: Range<usize>,
    /// Whether the closing quote is missing.
    pub unclosed: bool,
}

impl<'s> Rows<'s> {
    /// The rows of `source` from the byte `at` on. With `comments` a line that begins with `#` is
    /// none.
    #[must_use]
    pub fn new(source: &'s str, at: usize, delimiter: char, comments: bool) -> Self {
        Self {
            source,
            at,
            delimiter,
            comments,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn rest(&self, at: usize) -> &'s str {
        self.source.get(at..).unwrap_or("")
    }

    /// The end of the line that `at` stands in.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.rest(at);
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// Where an unquoted cell ends that begins at `at`.
    fn cell_end(&self, at: usize) -> usize {
        let rest = self.rest(at);
        let delimiter = self.delimiter;
        let end = match u8::try_from(delimiter) {
            Ok(byte) if byte.is_ascii() => rest
                .bytes()
                .position(|it| it == byte || it == b'\n' || it == b'\r'),
            _ => rest.find([delimiter, '\n', '\r']),
        };
        at + end.unwrap_or(rest.len())
    }

    fn cell(&self, at: usize) -> (Cell, usize) {
        if self.byte(at) != Some(b'"') {
            let end = self.cell_end(at);
            let cell = Cell {
                inner: at..end,
                quoted: false,
                decoded: false,
                tail: end..end,
                unclosed: false,
            };
            return (cell, end);
        }
        let start = at + 1;
        let (mut end, mut decoded) = (start, false);
        let closed = loop {
            let Some(found) = self.rest(end).find('"') else {
                break false;
            };
            end += found;
            if self.byte(end + 1) != Some(b'"') {
                break true;
            }
            decoded = true;
            end += 2;
        };
        let end = if closed { end } else { self.source.len() };
        let behind = if closed { end + 1 } else { end };
        let tail = behind..if closed {
            self.cell_end(behind)
        } else {
            behind
        };
        let inner = self.source.get(start..end).unwrap_or("");
        let next = tail.end;
        let cell = Cell {
            inner: start..end,
            quoted: true,
            decoded: decoded || inner.contains('\r'),
            tail,
            unclosed: !closed,
        };
        (cell, next)
    }
}

impl Iterator for Rows<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while matches!(self.byte(self.at), Some(b'\n' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        if start >= self.source.len() {
            return None;
        }
        if self.comments && self.byte(start) == Some(b'#') {
            self.at = self.line_end(start);
            return Some(Line::Comment(start..self.at));
        }
        let mut cells = Vec::new();
        let mut at = start;
        loop {
            let (cell, end) = self.cell(at);
            cells.push(cell);
            at = end;
            if !self.rest(at).starts_with(self.delimiter) {
                break;
            }
            at += self.delimiter.len_utf8();
        }
        self.at = at;
        Some(Line::Row(Row {
            cells,
            range: start..at,
        }))
    }
}

impl Row {
    /// Whether all cells are empty but for white space.
    #[must_use]
    pub fn is_blank(&self, source: &str) -> bool {
        let blank = |it: &Cell| it.tail.is_empty() && it.raw(source).trim().is_empty();
        self.cells.iter().all(blank)
    }
}

impl Cell {
    /// The text between the quotes, as it stands there.
    #[must_use]
    pub fn raw<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.inner.clone()).unwrap_or("")
    }

    /// From its opening to its closing quote, where there are some.
    #[must_use]
    pub fn outer(&self) -> Range<usize> {
        if !self.quoted {
            return self.inner.clone();
        }
        self.inner.start - 1..self.tail.end
    }

    /// The cell's text, which knows its place. Line ends inside are LF.
    #[must_use]
    pub fn text(&self, file: FileId, source: &str) -> Text {
        let raw = self.raw(source);
        if !self.decoded && self.tail.is_empty() {
            return Text::verbatim(raw, file, self.inner.start);
        }
        let mut text = TextBuilder::new(file, self.inner.start);
        let mut done = 0;
        let mut signs = raw.char_indices().peekable();
        while let Some((at, sign)) = signs.next() {
            let (decoded, length) = match sign {
                '"' => ("\"", 2),
                '\r' if signs.peek().is_some_and(|it| it.1 == '\n') => ("\n", 2),
                '\r' => ("\n", 1),
                _ => continue,
            };
            let from = self.inner.start + at;
            text.push_verbatim(raw.get(done..at).unwrap_or(""), self.inner.start + done);
            text.push(decoded, from..from + length);
            done = at + length;
            if length == 2 {
                signs.next();
            }
        }
        text.push_verbatim(raw.get(done..).unwrap_or(""), self.inner.start + done);
        let tail = source.get(self.tail.clone()).unwrap_or("");
        text.push_verbatim(tail, self.tail.start);
        text.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Sources;

    fn file() -> FileId {
        Sources::new().add("a.csv", "")
    }

    fn cells(source: &str, delimiter: char, comments: bool) -> Vec<Vec<String>> {
        let rows = Rows::new(source, 0, delimiter, comments);
        let text = |it: &Cell| it.text(file(), source).as_str().to_owned();
        let line = |it: Line| match it {
            Line::Row(row) => row.cells.iter().map(text).collect(),
            Line::Comment(range) => vec![format!("comment {}", &source[range])],
        };
        rows.map(line).collect()
    }

    #[test]
    fn cells_are_cut_as_anki_cuts_them() {
        let check = |source: &str, expect: &[&[&str]]| {
            assert_eq!(cells(source, ',', true), expect, "{source:?}");
        };
        check("a,b\nc,d\n", &[&["a", "b"], &["c", "d"]]);
        check("a,b\r\nc,d", &[&["a", "b"], &["c", "d"]]);
        check("a,b\rc,", &[&["a", "b"], &["c", ""]]);
        check("\n\na\n\n", &[&["a"]]);
        check("a\"b,c\"d\"", &[&["a\"b", "c\"d\""]]);
        check("\"a\"\"b\",\"c\n#d\r\ne\"", &[&["a\"b", "c\n#d\ne"]]);
        check("\"a\"b,c", &[&["ab", "c"]]);
        check("\"a\" b\"c,d", &[&["a b\"c", "d"]]);
        check("a, \"b\"", &[&["a", " \"b\""]]);
        check("\"a,b\nc", &[&["a,b\nc"]]);
        check(
            "#x,y\na,#b\n #c",
            &[&["comment #x,y"], &["a", "#b"], &[" #c"]],
        );
        check("\"#a\",b", &[&["#a", "b"]]);
        check("\"\",\"\"\"\"", &[&["", "\""]]);
        check("", &[]);
        assert_eq!(
            cells("a·b·\n#c", '·', false),
            [vec!["a", "b", ""], vec!["#c"]]
        );
    }

    fn quoted(value: &str) -> String {
        format!("\"{}\"", value.replace('"', "\"\""))
    }

    proptest! {
        #[test]
        fn no_text_panics_or_loops_and_all_of_it_lies_in_rows(
            source in "[a\"\\n\\r,;#é \\t]{0,60}",
            comments in any::<bool>(),
        ) {
            let mut end = 0;
            for line in Rows::new(&source, 0, ',', comments) {
                let range = match line {
                    Line::Comment(range) => range,
                    Line::Row(row) => {
                        for cell in &row.cells {
                            let text = cell.text(file(), &source);
                            for (at, sign) in text.as_str().char_indices() {
                                let span = text.span(at..at + sign.len_utf8()).range();
                                let there = source.get(span).unwrap_or("");
                                let fits = there.starts_with(sign) || (sign == '\n' && there.starts_with('\r'));
                                prop_assert!(fits, "{there:?} is not {sign:?}");
                            }
                        }
                        row.range
                    }
                };
                prop_assert!(range.start >= end && range.end > range.start);
                let between = source.get(end..range.start).unwrap_or("?");
                prop_assert!(between.chars().all(|it| it == '\n' || it == '\r'));
                end = range.end;
            }
            let between = source.get(end..).unwrap_or("?");
            prop_assert!(between.chars().all(|it| it == '\n' || it == '\r'));
        }

        #[test]
        fn cells_come_out_character_for_character(
            table in prop::collection::vec(
                prop::collection::vec("[a\"\\n,;#é \\t']{0,6}", 1..4), 1..5,
            ),
        ) {
            let lines: Vec<String> = table
                .iter()
                .map(|row| row.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(","))
                .collect();
            prop_assert_eq!(cells(&lines.join("\n"), ',', true), table);
        }
    }
}
