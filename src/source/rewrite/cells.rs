//! The cells of a table.

use std::ops::Range;

use super::encode::Encoding;
use crate::source::table::{Line, Rows};

/// Where the cells of a table stand.
#[derive(Debug)]
pub(super) struct Cells {
    delimiter: char,
    /// Texts and whether they stand in quotes, in the order of the file.
    cells: Vec<(Range<usize>, Range<usize>, bool)>,
}

impl Cells {
    /// Those of a file; with `comments` a line that begins with `#` holds none.
    pub(super) fn of(source: &str, delimiter: char, comments: bool) -> Self {
        let start = if source.starts_with('\u{feff}') { 3 } else { 0 };
        let mut cells = Vec::new();
        for line in Rows::new(source, start, delimiter, comments) {
            if let Line::Row(row) = line {
                let places = row.cells.iter();
                cells.extend(places.map(|it| (it.inner.clone(), it.outer(), it.quoted)));
            }
        }
        Self { delimiter, cells }
    }

    fn at(&self, place: &Range<usize>) -> Option<&(Range<usize>, Range<usize>, bool)> {
        let behind = self.cells.partition_point(|it| it.0.start <= place.start);
        let found = self.cells.get(behind.checked_sub(1)?)?;
        (place.end <= found.0.end).then_some(found)
    }

    /// How a text at this place has to be written.
    pub(super) fn encoding(&self, place: &Range<usize>) -> Option<Encoding> {
        let (_, _, quoted) = self.at(place)?;
        Some(match quoted {
            true => Encoding::QuotedCell,
            false => Encoding::BareCell {
                delimiter: self.delimiter,
            },
        })
    }

    /// A cell whose text this is, written anew.
    pub(super) fn replacement(
        &self,
        place: &Range<usize>,
        new: &str,
    ) -> Option<(Range<usize>, String)> {
        let (_, outer, _) = self.at(place)?;
        Some((outer.clone(), self.written(new)))
    }

    /// A text as a cell, in quotes where it needs them.
    pub(super) fn written(&self, text: &str) -> String {
        let special = text.contains([self.delimiter, '"', '\n', '\r']);
        let edges = text.trim() != text || text.starts_with('#');
        if special || edges {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }
}
