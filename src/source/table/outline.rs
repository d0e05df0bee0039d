//! Where ids stand in a table, for writing them into it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::TableText;
use super::head::Head;
use super::rows::{Line, Rows};
use super::settings::{ColumnNames, TableSettings};
use crate::diag::Spanned;

/// The column of ids of a table, or the place where one would be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdColumn {
    /// Whether there is one already.
    pub there: bool,
    /// Whether it is the last one, with a column before it.
    pub last: bool,
    /// Whether one can be added: the table has a row of names.
    pub extensible: bool,
    /// What stands between cells.
    pub delimiter: char,
    /// The cell of the column's name, quotes included; where there is none, the end of that row.
    pub name: Option<Range<usize>>,
    /// For each row, by where it begins, its cell of the column, quotes included; where there is
    /// none, the end of the row.
    pub cells: BTreeMap<usize, Range<usize>>,
}

/// Where the ids of a table stand.
#[must_use]
pub fn id_column(table: TableText<'_>, settings: &TableSettings) -> IdColumn {
    column(table, settings, "id")
}

/// Where the cells of a field or setting stand.
#[must_use]
pub fn column(table: TableText<'_>, settings: &TableSettings, wanted: &str) -> IdColumn {
    let delimiter = settings.delimiter.unwrap_or(table.delimiter);
    let mut rows = Rows::new(table.source, table.start(), delimiter, false);
    let is_id = |name: &Spanned<String>| unicase::eq(name.value.as_str(), wanted);
    let mut name = None;
    let (column, width) = match &settings.columns {
        ColumnNames::InOrder(names) if !settings.header => {
            let found = names.iter().position(|it| it.as_ref().is_some_and(is_id));
            (found, names.len())
        }
        told => match rows.next() {
            Some(Line::Row(row)) => {
                let head = Head::of(&table, &row);
                let told = match told {
                    ColumnNames::ByName(told) => told.as_slice(),
                    ColumnNames::InOrder(_) => &[],
                };
                let found = head.names.iter().position(|column| {
                    let told = told
                        .iter()
                        .find(|it| unicase::eq(&it.0.value, &column.value));
                    told.map_or(is_id(column), |it| it.1.as_ref().is_some_and(is_id))
                });
                let cell = found.and_then(|it| row.cells.get(it));
                name = Some(cell.map_or(row.range.end..row.range.end, |it| it.outer()));
                (found, head.names.len())
            }
            _ => (None, 0),
        },
    };
    let mut cells = BTreeMap::new();
    for line in rows {
        let Line::Row(row) = line else { continue };
        let cell = column.and_then(|it| row.cells.get(it));
        let end = row.range.end;
        cells.insert(row.range.start, cell.map_or(end..end, |it| it.outer()));
    }
    IdColumn {
        there: column.is_some(),
        last: column.is_some_and(|it| it > 0 && it + 1 == width),
        extensible: settings.header && column.is_none(),
        delimiter,
        name,
        cells,
    }
}
