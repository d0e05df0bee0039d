//! Tables: CSV and TSV files, a note a row.
//!
//! The first row names the columns: fields of the note type, or settings of the note such as `id`
//! and `tags`. Every cell is a [`Text`](crate::diag::Text) that knows its place, doubled quotes
//! included, so whatever is wrong in a cell's Markdown is underlined there. That is why rows are
//! cut up here and not by a library: those tell where a record begins, not where its characters
//! stand.

mod columns;
mod fill;
mod head;
mod join;
mod left_out;
mod notes;
mod outline;
mod reader;
mod rows;
mod settings;
mod template;
#[cfg(test)]
mod tests;

pub use outline::{IdColumn, column, id_column};
pub use rows::{Cell, Line, Row, Rows};
pub use settings::{ColumnNames, Filter, JOIN_KEYS, Join, KEYS, TableSettings};
pub use template::Template;

use crate::diag::{Diagnostics, FileId};
use crate::model::written::WrittenNote;
use crate::source::defaults::Defaults;
use crate::source::types::TypeSet;

/// The text of a table.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "callers put it together")]
pub struct TableText<'s> {
    /// The file.
    pub file: FileId,
    /// Its text, with a byte order mark or without.
    pub source: &'s str,
    /// What stands between cells where the settings do not say: what the extension means.
    pub delimiter: char,
}

/// A table that is joined to another.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "callers put it together")]
pub struct JoinedText<'s> {
    /// Its path, for messages.
    pub path: &'s str,
    /// Its text; `None` where it cannot be read, which was told.
    pub text: Option<TableText<'s>>,
}

impl TableText<'_> {
    /// Where its first row begins: behind a byte order mark.
    fn start(&self) -> usize {
        const MARK: char = '\u{feff}';
        if self.source.starts_with(MARK) {
            MARK.len_utf8()
        } else {
            0
        }
    }
}

/// What stands between the cells of a file of this name.
#[must_use]
pub fn delimiter_of(path: &str) -> char {
    if path.to_ascii_lowercase().ends_with(".tsv") {
        '\t'
    } else {
        ','
    }
}

/// Hands the notes of a table on, in batches, and returns what became of each batch, in the order
/// of the rows: no more than a few thousand notes stand in memory as written. `joined` are the
/// tables of `defaults.csv.joins`, in their order. What cannot be read is told and left out.
#[must_use]
pub fn read<T: Send>(
    table: TableText<'_>,
    joined: &[JoinedText<'_>],
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
    take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
) -> Vec<T> {
    notes::read(table, joined, defaults, types, sink, take)
}
