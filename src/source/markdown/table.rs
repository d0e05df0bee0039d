//! The rows and cells of a table of notes.
//!
//! CommonMark cuts cells before it looks at what is in them, so that each `|` in code or a formula
//! would have to be escaped. Here such a `|` is part of its cell.

use std::ops::Range;

use super::RowPlace;
use super::inline::Shelters;
use super::page::Page;
use crate::diag::{Text, TextBuilder};

/// A table that CommonMark found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) header: Row,
    /// The line of dashes below the header.
    pub(super) delimiter: Range<usize>,
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Without white space at its ends.
    pub(super) range: Range<usize>,
    /// What stands between the bars, with the white space.
    pub(super) cells: Vec<Range<usize>>,
}

impl Table {
    /// The table in `range`, up to `end`.
    pub(super) fn new(page: &Page<'_>, range: &Range<usize>, end: usize) -> Option<Self> {
        let masked = page.masked.text.get(range.start..range.end.min(end))?;
        let mut at = range.start;
        let mut lines = Vec::new();
        for line in masked.split_inclusive('\n') {
            let text = line.trim();
            let start = at + line.len() - line.trim_start().len();
            if !text.is_empty() {
                lines.push(start..start + text.len());
            }
            at += line.len();
        }
        let [header, delimiter, rows @ ..] = lines.as_slice() else {
            return None;
        };
        let dashes = page.masked.text.get(delimiter.clone())?;
        let count = cells(dashes, 0, None).len();
        let row = |line: &Range<usize>| -> Option<Row> {
            let text = page.masked.text.get(line.clone())?;
            let shelters = Shelters::of(text, false);
            let mut found = cells(text, line.start, Some(&shelters));
            // Two prices are no formula, and braces need not match: what has the right number of cells without, is read
            // without.
            if found.len() != count {
                let plain = cells(text, line.start, None);
                if plain.len() == count {
                    found = plain;
                }
            }
            Some(Row {
                range: line.clone(),
                cells: found,
            })
        };
        Some(Self {
            header: row(header)?,
            delimiter: delimiter.clone(),
            rows: rows.iter().filter_map(row).collect(),
        })
    }
}

impl Table {
    /// Where an id, or what another column holds, can be written for each row, by where the row
    /// begins.
    pub(super) fn places(&self, page: &Page<'_>, wanted: &str) -> Vec<(usize, RowPlace)> {
        let is_it = |cell: &Range<usize>| {
            let name = page.source.get(trimmed(page, cell)).unwrap_or_default();
            name == wanted
                || wanted != "id" && unicase::eq(name.trim_matches(['*', '`']).trim(), wanted)
        };
        let column = self.header.cells.iter().position(is_it);
        let width = self.header.cells.len();
        let end = |range: &Range<usize>| {
            let text = page.source.get(range.clone()).unwrap_or_default();
            (range.end, text.ends_with('|') && !text.ends_with("\\|"))
        };
        let place = |row: &Row| {
            let (last, closed) = end(&row.range);
            let place = match column {
                Some(column) => match row.cells.get(column) {
                    // Between its spaces, where it has two.
                    Some(cell) if page.is_blank(cell.clone()) => {
                        RowPlace::Cell(cell.start + usize::from(!cell.is_empty()))
                    }
                    None if column + 1 == width && row.cells.len() == column => {
                        RowPlace::End(last, closed)
                    }
                    _ => RowPlace::None,
                },
                None if row.cells.len() == width => RowPlace::Column([
                    end(&self.header.range),
                    end(&self.delimiter),
                    (last, closed),
                ]),
                None => RowPlace::None,
            };
            (row.range.start, place)
        };
        self.rows.iter().map(place).collect()
    }
}

/// The cells of a row that begins at `offset`.
fn cells(text: &str, offset: usize, shelters: Option<&Shelters>) -> Vec<Range<usize>> {
    let mut bars = Vec::new();
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        let sheltered = || shelters.is_some_and(|it| it.hold(at));
        match byte {
            _ if escaped => escaped = false,
            b'\\' if !sheltered() => escaped = true,
            b'|' if !sheltered() => bars.push(at),
            _ => {}
        }
    }
    // Bars at the very ends belong to no cell.
    let first = usize::from(bars.first() == Some(&0));
    let last = bars
        .last()
        .is_some_and(|it| it + 1 == text.len() && *it > 0);
    let inner = bars.get(first..bars.len() - usize::from(last));
    let inner = inner.unwrap_or_default();
    let starts = std::iter::once(first).chain(inner.iter().map(|it| it + 1));
    let end = text.len() - usize::from(last);
    let ends = inner.iter().copied().chain([end]);
    starts
        .zip(ends)
        .map(|(start, end)| offset + start..offset + end.max(start))
        .collect()
}

/// The range without white space at its ends.
pub(super) fn trimmed(page: &Page<'_>, range: &Range<usize>) -> Range<usize> {
    let text = page.source.get(range.clone()).unwrap_or_default();
    let start = range.start + text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// The text of a cell: `\|` is a bar, in code too, but not in formulas, where it is a sign of TeX.
/// As `markdown` it stays one line of text, whatever it begins with.
pub(super) fn text(page: &Page<'_>, cell: &Range<usize>, markdown: bool) -> Text {
    let range = trimmed(page, cell);
    let source = page.source.get(range.clone()).unwrap_or_default();
    let mut text = TextBuilder::new(page.file, range.start);
    let mut at = range.start;
    if let Some(sign) = block_sign(source).filter(|_| markdown) {
        let sign = range.start + sign;
        page.push_to(&mut text, at..sign);
        text.push("\\", sign..sign);
        at = sign;
    }
    let formulas = source.contains("\\|").then(|| Shelters::formulas(source));
    for (found, _) in source.match_indices("\\|") {
        let start = range.start + found;
        if start < at || formulas.as_ref().is_some_and(|it| it.hold(found)) {
            continue;
        }
        page.push_to(&mut text, at..start);
        text.push("|", start..start + 2);
        at = start + 2;
    }
    page.push_to(&mut text, at..range.end);
    text.finish()
}

/// Where a backslash keeps a text from being a block of Markdown, such as a list.
fn block_sign(text: &str) -> Option<usize> {
    let digits = text.len()
        - text
            .trim_start_matches(|it: char| it.is_ascii_digit())
            .len();
    let ends = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.is_empty() || rest.starts_with([' ', '\t'])
    };
    let first = text.chars().next()?;
    let signs = text.len() - text.trim_start_matches(first).len();
    let rule = |it: char| matches!(it, '-' | '*' | '_');
    let is_rule = rule(first)
        && text.chars().all(|it| it == first || it.is_whitespace())
        && text.matches(first).count() >= 3;
    let found = match first {
        '0'..='9' => {
            let dotted = text.get(digits..)?.starts_with(['.', ')']);
            return (digits <= 9 && dotted && ends(digits + 1)).then_some(digits);
        }
        '#' => signs <= 6 && ends(signs),
        '-' | '+' | '*' => ends(1) || is_rule,
        '_' => is_rule,
        '>' => true,
        '`' => signs >= 3 && !text.get(signs..)?.contains('`'),
        '~' => signs >= 3,
        '[' => text.contains("]:"),
        _ => false,
    };
    found.then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_at_bars() {
        let check = |row: &str, expect: &[&str]| {
            let found = cells(row, 0, Some(&Shelters::of(row, false)));
            let found: Vec<&str> = found.iter().map(|it| row[it.clone()].trim()).collect();
            assert_eq!(found, expect, "{row}");
        };
        check("| a | b |", &["a", "b"]);
        check("a | b", &["a", "b"]);
        check("| a", &["a"]);
        check("|", &[""]);
        check("||", &[""]);
        check("| | |", &["", ""]);
        check(r"| a \| b | c |", &[r"a \| b", "c"]);
        check(r"| a \\| b |", &[r"a \\", "b"]);
        check("| `x|y` | $a|b$ |", &["`x|y`", "$a|b$"]);
        check("| $5 | $6 |", &["$5", "$6"]);
        check("| [[N|m]] | ![[p.png|3]] |", &["[[N|m]]", "![[p.png|3]]"]);
        check(r"| a \|", &[r"a \|"]);
        check("| {{c1::a|b}} | {x | y} |", &["{{c1::a|b}}", "{x | y}"]);
        check("| a} | {b |", &["a}", "{b"]);
    }

    #[test]
    fn what_would_be_a_block_is_escaped() {
        let check = |text: &str, expect: Option<usize>| {
            assert_eq!(block_sign(text), expect, "{text}");
        };
        for text in [
            "- a", "-", "+ a", "* a", "# a", "###", "> a", ">a", "---", "* * *", "___", "~~~",
            "``` a", "[a]: b",
        ] {
            check(text, Some(0));
        }
        check("1. April", Some(1));
        check("12) x", Some(2));
        for text in [
            "-a", "**a**", "_a_", "#a", "1.5", "1990", "```a```", "[a](b)", "`-`", "", "é",
        ] {
            check(text, None);
        }
    }
}
