//! Another table, whose columns are added to each row by a key.

use std::cell::Cell;
use std::collections::HashMap;

use super::TableText;
use super::head::{Checked, Head};
use super::left_out::{is_pattern, left_out};
use super::rows::{Line, Row, Rows};
use super::settings::Join;
use super::template::column_index;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, Text};

/// A table that is joined, with its rows by their keys.
pub(super) struct Joined<'s> {
    text: TableText<'s>,
    /// Its columns, but for the key and those that are left out: their name and their place.
    pub(super) columns: Vec<(Spanned<String>, usize)>,
    rows: Vec<Row>,
    by_key: HashMap<String, usize>,
    path: &'s str,
    place: Span,
    /// How many keys were looked for in vain.
    missing: Cell<usize>,
}

/// How many missing keys are told one by one.
const TOLD: usize = 10;

impl<'s> Joined<'s> {
    /// Reads the table; `None` where it cannot be used, which is told.
    pub(super) fn read(
        text: TableText<'s>,
        path: &'s str,
        join: &Join,
        sink: &mut Diagnostics,
    ) -> Option<Self> {
        let delimiter = join.delimiter.unwrap_or(text.delimiter);
        let mut rows = Rows::new(text.source, text.start(), delimiter, false);
        let mut checked = Checked::new(text, delimiter);
        let Some(Line::Row(first)) = rows.next() else {
            let title = format!("`{path}` is empty");
            sink.push(
                Diagnostic::new(Code::TableJoin, title)
                    .at(join.file.span, "joined here")
                    .help("its first row names its columns"),
            );
            return None;
        };
        if !checked.quotes(&first, sink) {
            return None;
        }
        let head = Head::of(&text, &first);
        let names: Vec<&str> = head.names.iter().map(|it| it.value.as_str()).collect();
        let key = column_index(&names, &join.theirs, sink)?;
        let mut renamed = head.names.clone();
        let mut dropped = left_out(&names, &join.columns, sink);
        let named = |it: &&(Spanned<String>, _)| !is_pattern(&names, &it.0.value);
        for (name, target) in join.columns.iter().filter(named) {
            let index = column_index(&names, name, sink)?;
            match target {
                Some(target) => {
                    renamed.get_mut(index)?.clone_from(target);
                    *dropped.get_mut(index)? = false;
                }
                None => *dropped.get_mut(index)? = true,
            }
        }
        let columns = renamed.into_iter().zip(dropped).enumerate();
        let columns = columns
            .filter(|(index, (name, dropped))| *index != key && !dropped && !name.value.is_empty())
            .map(|(index, (name, _))| (name, index))
            .collect();
        let mut joined = Self {
            text,
            columns,
            rows: Vec::new(),
            by_key: HashMap::new(),
            path,
            place: join.file.span,
            missing: Cell::new(0),
        };
        let width = head.names.len();
        for line in rows {
            let Line::Row(row) = line else { continue };
            if !checked.row(&row, width, sink) {
                continue;
            }
            joined.add(row, key, sink);
        }
        checked.finish(sink);
        Some(joined)
    }

    fn add(&mut self, row: Row, key: usize, sink: &mut Diagnostics) {
        let Some(cell) = row.cells.get(key) else {
            return;
        };
        let value = cell.text(self.text.file, self.text.source).trim();
        if value.is_empty() {
            return;
        }
        let index = self.rows.len();
        if let Some(first) = self.by_key.get(value.as_str()) {
            let first = self.rows.get(*first).and_then(|it| it.cells.get(key));
            let first = first.map_or(Span::NONE, |it| Span::new(self.text.file, it.inner.clone()));
            let title = format!("`{}` stands twice in `{}`", value.as_str(), self.path);
            sink.push(
                Diagnostic::new(Code::TableJoin, title)
                    .at(value.whole(), "here again")
                    .also(first, "first here")
                    .note("a row is joined to the one row of its key"),
            );
            return;
        }
        self.by_key.insert(value.as_str().to_owned(), index);
        self.rows.push(row);
    }

    /// The row of this key; one that is not there is told. An empty key has none.
    pub(super) fn find(&self, key: &Text, sink: &mut Diagnostics) -> Option<usize> {
        let key = key.trim();
        if key.is_empty() {
            return None;
        }
        let found = self.by_key.get(key.as_str()).copied();
        if found.is_none() {
            self.missing.set(self.missing.get() + 1);
        }
        if found.is_none() && self.missing.get() <= TOLD {
            let title = format!("`{}` has no row for `{}`", self.path, key.as_str());
            let names: Vec<&str> = self.columns.iter().map(|it| it.0.value.as_str()).collect();
            sink.push(
                Diagnostic::new(Code::JoinMissing, title)
                    .at(key.whole(), "looked for by this")
                    .note(format!(
                        "what it would add stays empty: `{}`",
                        names.join("`, `")
                    ))
                    .help("add the row, or empty this cell"),
            );
        }
        found
    }

    /// Tells how many more keys are missing.
    pub(super) fn finish(&self, sink: &mut Diagnostics) {
        if let Some(more) = self.missing.get().checked_sub(TOLD).filter(|it| *it > 0) {
            let title = format!("`{}` has no row for {more} more keys", self.path);
            sink.push(Diagnostic::new(Code::JoinMissing, title).at(self.place, "joined here"));
        }
    }

    /// The text of a cell, by the place of its column in the file.
    pub(super) fn text(&self, row: usize, column: usize) -> Text {
        let cell = self.rows.get(row).and_then(|it| it.cells.get(column));
        cell.map_or_else(
            || Text::detached(""),
            |it| it.text(self.text.file, self.text.source),
        )
    }
}
