//! The row of names, and what every row must be like.

use super::TableText;
use super::rows::{Cell, Row};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// How many rows of the wrong length are told one by one.
const TOLD: usize = 10;

/// The names of the columns.
pub(super) struct Head {
    pub(super) names: Vec<Spanned<String>>,
}

impl Head {
    pub(super) fn of(text: &TableText<'_>, row: &Row) -> Self {
        let name = |cell: &Cell| {
            let name = cell.text(text.file, text.source).trim();
            Spanned::new(name.as_str().to_owned(), name.whole())
        };
        Self {
            names: row.cells.iter().map(name).collect(),
        }
    }
}

/// Checks the rows of a table one by one.
pub(super) struct Checked<'s> {
    text: TableText<'s>,
    delimiter: char,
    uneven: usize,
}

impl<'s> Checked<'s> {
    pub(super) fn new(text: TableText<'s>, delimiter: char) -> Self {
        Self {
            text,
            delimiter,
            uneven: 0,
        }
    }

    /// Whether the row can be read; told where it cannot. Rows without any text are no rows.
    pub(super) fn row(&mut self, row: &Row, width: usize, sink: &mut Diagnostics) -> bool {
        if row.is_blank(self.text.source) || !self.quotes(row, sink) {
            return false;
        }
        let count = row.cells.len();
        // What stands behind the last column and is empty means nothing.
        let behind = row.cells.get(width..).unwrap_or_default();
        let extra = behind
            .iter()
            .find(|it| !it.raw(self.text.source).trim().is_empty());
        if count >= width && extra.is_none() {
            return true;
        }
        self.uneven += 1;
        if self.uneven > TOLD {
            return false;
        }
        let cells = if count == 1 { "cell" } else { "cells" };
        let title = format!("the row has {count} {cells}, the table {width} columns");
        let found = Diagnostic::new(Code::TableRow, title);
        let sign = self.sign();
        sink.push(match extra {
            Some(cell) => found
                .at(self.span(cell), "no column is left for this")
                .help(format!("a cell with `{sign}` in it is written in quotes")),
            None => {
                let end = row.range.end;
                found
                    .at(
                        Span::new(self.text.file, row.range.clone()),
                        "cells are missing",
                    )
                    .fix(
                        "if the last ones are empty, write them all the same",
                        Span::new(self.text.file, end..end),
                        self.delimiter.to_string().repeat(width - count),
                    )
            }
        });
        false
    }

    /// Whether the quotes of the row match; told where they do not.
    pub(super) fn quotes(&self, row: &Row, sink: &mut Diagnostics) -> bool {
        let file = self.text.file;
        for cell in &row.cells {
            let start = cell.inner.start;
            if cell.unclosed {
                sink.push(
                    Diagnostic::new(Code::TableQuotes, "the quote has no end")
                        .at(Span::new(file, start - 1..start), "everything behind it is one cell")
                        .help("a quote at the beginning of a cell opens it; write `\"\"\"` if the cell begins with one itself, and end the cell with `\"`"),
                );
                return false;
            }
            if !cell.tail.is_empty() {
                let quote = cell.inner.end..cell.inner.end + 1;
                let found =
                    Diagnostic::new(Code::TableQuotes, "text stands behind a closing quote")
                        .at(Span::new(file, cell.tail.clone()), "belongs to no cell")
                        .also(Span::new(file, quote.clone()), "the cell ends here");
                let tail = self.text.source.get(cell.tail.clone()).unwrap_or("");
                sink.push(if tail.trim().is_empty() {
                    found.fix(
                        "take the space away",
                        Span::new(file, cell.tail.clone()),
                        "",
                    )
                } else {
                    found.help("a quote inside of a quoted cell is written twice: `\"\"`")
                });
                return false;
            }
            let raw = cell.raw(self.text.source);
            let blank = raw.len() - raw.trim_start_matches(' ').len();
            if !cell.quoted && blank > 0 && raw.trim_start_matches(' ').starts_with('"') {
                sink.push(
                    Diagnostic::new(Code::TableQuotes, "a space stands before the opening quote")
                        .at(
                            Span::new(file, start + blank..start + blank + 1),
                            "opens no cell here",
                        )
                        .note("a cell is quoted only if the quote is its first character")
                        .fix(
                            "take the space away",
                            Span::new(file, start..start + blank),
                            "",
                        ),
                );
                return false;
            }
        }
        true
    }

    /// Tells how many more rows are of the wrong length.
    pub(super) fn finish(&self, sink: &mut Diagnostics) {
        if let Some(more) = self.uneven.checked_sub(TOLD).filter(|it| *it > 0) {
            let title =
                format!("{more} more rows have another number of cells than the table has columns");
            sink.push(
                Diagnostic::new(Code::TableRow, title)
                    .at(Span::new(self.text.file, 0..0), "this table")
                    .help(format!("are its cells separated by `{}`?", self.sign())),
            );
        }
    }

    fn span(&self, cell: &Cell) -> Span {
        Span::new(self.text.file, cell.outer())
    }

    fn sign(&self) -> String {
        match self.delimiter {
            '\t' => "tab".to_owned(),
            sign => sign.to_string(),
        }
    }
}
