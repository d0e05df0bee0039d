//! One row, with what is joined to it and computed of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::{Column, Sense, Target, columns};
use super::fill::Slots;
use super::head::Head;
use super::join::Joined;
use super::rows::Row;
use super::template::{Bound, column_index};
use super::{JoinedText, TableText};
use crate::diag::{Diagnostics, Span, Spanned, Text};
use crate::model::written::{WrittenNote, WrittenType};
use crate::source::defaults::{DefaultFormat, Defaults};
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::settings as note_settings;
use crate::source::types::TypeSet;

/// What became of a row.
pub(super) enum Made {
    Note(Box<WrittenNote>),
    /// `skip` says so.
    Skipped,
    /// A condition is not met.
    Filtered,
    /// It was told why.
    Wrong,
}

/// Where a column's cells stand.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Own(usize),
    /// In a joined table: which, and which of its columns.
    Joined(usize, usize),
}

struct Condition {
    column: usize,
    values: Vec<String>,
    not: bool,
}
/// Makes notes of rows.
pub(super) struct Reader<'r> {
    table: TableText<'r>,
    pub(super) defaults: Defaults,
    pub(super) types: &'r TypeSet,
    pub(super) format: DefaultFormat,
    pub(super) columns: Vec<Column>,
    places: Vec<Place>,
    /// The tables that are joined, each with the column of the keys.
    joined: Vec<(usize, Joined<'r>)>,
    conditions: Vec<Condition>,
    pub(super) fields: Vec<(Spanned<String>, Bound)>,
    set: Vec<(Spanned<String>, Bound)>,
    pub(super) slots: Vec<Slots>,
    /// Types that rows name.
    pub(super) named: BTreeMap<String, Option<Arc<WrittenType>>>,
    pub(super) inherited: Option<Arc<WrittenType>>,
    headings: Arc<[String]>,
}

/// A row, and the rows that are joined to it.
pub(super) struct Record<'a> {
    row: &'a Row,
    joined: Vec<Option<usize>>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(
        table: TableText<'r>,
        head: Head,
        joined: &[JoinedText<'r>],
        defaults: Defaults,
        types: &'r TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<Self> {
        let settings = defaults.csv.clone();
        let mut names = head.names;
        let mut places: Vec<Place> = (0..names.len()).map(Place::Own).collect();
        let mut tables = Vec::new();
        for (index, (join, other)) in settings.joins.iter().zip(joined).enumerate() {
            let own: Vec<&str> = names.iter().map(|it| it.value.as_str()).collect();
            let key = column_index(&own, &join.ours, sink);
            let other = Joined::read(other.text?, other.path, join, sink)?;
            for (name, place) in &other.columns {
                names.push(name.clone());
                places.push(Place::Joined(index, *place));
            }
            tables.push((key?, other));
        }
        let columns = columns(names, &settings, sink);
        let names: Vec<&str> = columns.iter().map(|it| it.name.value.as_str()).collect();
        let mut conditions = Vec::new();
        for filter in &settings.filters {
            conditions.push(Condition {
                column: column_index(&names, &filter.column, sink)?,
                values: filter.values.clone(),
                not: filter.not,
            });
        }
        let mut bind = |templates: &[(Spanned<String>, super::Template)]| {
            let bound = templates.iter().map(|(key, template)| {
                let bound = template.bind(&names, sink)?;
                Some((key.clone(), bound))
            });
            bound.collect::<Option<Vec<_>>>()
        };
        let (fields, set) = (bind(&settings.fields)?, bind(&settings.set)?);
        let typed = columns
            .iter()
            .any(|it| it.target == Target::Setting("type"));
        let inherited = match typed {
            // Rows may all name a type of their own.
            true => types.get(&defaults.note_type.value).cloned(),
            false => Some(types.resolve(&defaults.note_type, sink)?),
        };
        let templates = settings.fields.iter().chain(&settings.set);
        let used = templates.flat_map(|it| it.1.columns());
        let used = used.map(|it| it.value.as_str());
        let used = used.chain(settings.filters.iter().map(|it| it.column.value.as_str()));
        let used = used.chain(settings.joins.iter().map(|it| it.ours.value.as_str()));
        let used: Vec<&str> = used.collect();
        let computed: Vec<&str> = fields.iter().map(|it| it.0.value.as_str()).collect();
        let sense = Sense {
            types,
            inherited: inherited.as_deref(),
            used: &used,
            computed: &computed,
            head: Span::new(table.file, 0..0),
        };
        sense.check(&columns, sink);
        Some(Self {
            table,
            format: settings.format.unwrap_or(defaults.format),
            defaults,
            types,
            columns,
            places,
            joined: tables,
            conditions,
            fields,
            set,
            slots: Vec::new(),
            named: BTreeMap::new(),
            inherited,
            headings: Arc::new([]),
        })
    }

    /// What a row comes to; what is wrong with it is told.
    pub(super) fn note(&mut self, row: &Row, sink: &mut Diagnostics) -> Made {
        // Findings of the row alone: a table may have very many.
        let mut found = Diagnostics::new();
        let made = self.made(row, &mut found);
        sink.append(found);
        made
    }

    fn made(&mut self, row: &Row, sink: &mut Diagnostics) -> Made {
        let mut record = Record {
            row,
            joined: Vec::with_capacity(self.joined.len()),
        };
        // Rows that are no notes need no partner; what a condition asks of one does.
        if !self.meets(&record, false) {
            return Made::Filtered;
        }
        for (key, joined) in &self.joined {
            let key = self.value(&record, *key);
            record.joined.push(joined.find(&key, sink));
        }
        if !self.meets(&record, true) {
            return Made::Filtered;
        }
        let own = self.settings(&record, sink);
        if own.skip {
            return Made::Skipped;
        }
        let span = Span::new(self.table.file, row.range.clone());
        let Some(note_type) = self.note_type(&own, &record, sink) else {
            return match sink.has_errors() {
                true => Made::Wrong,
                // Of a type that is broken: it is there all the same.
                false => Made::Skipped,
            };
        };
        let mut draft = NoteDraft::new(note_type, span);
        self.fill(&mut draft, &record, sink);
        let note = draft.finish(own, &self.defaults, &self.headings, sink);
        match note.filter(|_| !sink.has_errors()) {
            Some(note) => Made::Note(Box::new(note)),
            None => Made::Wrong,
        }
    }

    /// Tells what is known only behind the last row.
    pub(super) fn finish(&self, sink: &mut Diagnostics) {
        self.joined.iter().for_each(|(_, it)| it.finish(sink));
    }

    /// The text of a cell.
    pub(super) fn value(&self, record: &Record<'_>, column: usize) -> Text {
        let nothing = || Text::detached("");
        match self.places.get(column) {
            Some(Place::Own(index)) => record
                .row
                .cells
                .get(*index)
                .map_or_else(nothing, |it| it.text(self.table.file, self.table.source)),
            Some(Place::Joined(table, index)) => {
                let row = record.joined.get(*table).copied().flatten();
                let table = self.joined.get(*table);
                match (table, row) {
                    (Some((_, table)), Some(row)) => table.text(row, *index),
                    _ => nothing(),
                }
            }
            None => nothing(),
        }
    }

    /// Whether the row meets the conditions on its own columns, or those on joined ones.
    fn meets(&self, record: &Record<'_>, joined: bool) -> bool {
        self.conditions
            .iter()
            .filter(|it| {
                let place = self.places.get(it.column);
                matches!(place, Some(Place::Joined(..))) == joined
            })
            .all(|it| {
                let value = self.value(record, it.column);
                let value = value.as_str().trim();
                it.values.iter().any(|wanted| wanted.trim() == value) != it.not
            })
    }

    fn settings(&self, record: &Record<'_>, sink: &mut Diagnostics) -> NoteSettings {
        let mut own = NoteSettings::default();
        for (index, column) in self.columns.iter().enumerate() {
            if let Target::Setting(key) = column.target {
                let value = self.value(record, index).trim();
                if !value.is_empty() {
                    let name = Spanned::new(key.to_owned(), column.name.span);
                    let mut found = Diagnostics::new();
                    note_settings::apply_text(&name, &value, &mut own, &mut found);
                    let column = &column.name.value;
                    for found in &found {
                        sink.push(found.clone().help(format!(
                            "`{key}` is a setting of the note; if the column is something else, say so in `_deck.yaml`: `csv: {{columns: {{{column}: FIELD}}}}`"
                        )));
                    }
                }
            }
        }
        for (key, template) in &self.set {
            let value = self.computed(record, template).trim();
            if !value.is_empty() {
                note_settings::apply_text(key, &value, &mut own, sink);
            }
        }
        own
    }

    pub(super) fn computed(&self, record: &Record<'_>, template: &Bound) -> Text {
        let start = record.row.range.start;
        template.fill(self.table.file, start, |it| self.value(record, it))
    }
}
