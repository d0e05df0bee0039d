//! Ids in the column `id` of a table.

use std::ops::Range;

use super::{Edit, NoPlace};
use crate::source::table::IdColumn;

/// The edit that gives an id to the row that begins at `row`. Where there is no column yet, it is
/// a cell behind the last one.
pub(super) fn insertion(column: &IdColumn, row: usize, id: &str) -> Result<Edit, NoPlace> {
    if !column.there && !column.extensible {
        return Err(NoPlace::Column);
    }
    let cell = column.cells.get(&row).ok_or(NoPlace::Form)?;
    let text = match column.there {
        true => id.to_owned(),
        false => format!("{}{id}", column.delimiter),
    };
    let range = cell.clone();
    Ok(Edit { range, text })
}

/// The bytes of the cell that holds this id, quotes included.
pub(super) fn removal(source: &str, id: &Range<usize>) -> Option<Range<usize>> {
    let before = source.get(..id.start)?;
    let behind = source.get(id.end..)?;
    if before.ends_with('"') && behind.starts_with('"') {
        return Some(id.start - 1..id.end + 1);
    }
    Some(id.clone())
}

/// What has to be changed beside these edits so that all rows have equally many cells.
pub(super) fn completion(column: &IdColumn, source: &str, edits: &[&Edit]) -> Vec<Edit> {
    let Some(name) = column.name.clone().filter(|_| !edits.is_empty()) else {
        return Vec::new();
    };
    if !column.there {
        let text = column.delimiter.to_string();
        let head = Edit {
            range: name,
            text: format!("{text}id"),
        };
        let bare = |cell: &&Range<usize>| !edits.iter().any(|it| it.range == **cell);
        let rows = column.cells.values().filter(bare).map(|cell| Edit {
            range: cell.clone(),
            text: text.clone(),
        });
        return std::iter::once(head).chain(rows).collect();
    }
    let goes = |cell: &Range<usize>| {
        edits
            .iter()
            .any(|it| it.range == *cell && it.text.is_empty())
    };
    let empty = |cell: &Range<usize>| {
        let text = source.get(cell.clone()).unwrap_or("");
        text.trim_matches('"').trim().is_empty()
    };
    if !column.last || !column.cells.values().all(|it| goes(it) || empty(it)) {
        return Vec::new();
    }
    let width = column.delimiter.len_utf8();
    let cells = column.cells.values().map(|cell| {
        // The removal of an id takes its own cell out.
        let end = if goes(cell) { cell.start } else { cell.end };
        Edit {
            range: cell.start.saturating_sub(width)..end,
            text: String::new(),
        }
    });
    let head = Edit {
        range: name.start.saturating_sub(width)..name.end,
        text: String::new(),
    };
    std::iter::once(head).chain(cells).collect()
}
