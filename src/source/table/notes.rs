//! The rows of a table to its notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::{Column, Sense, Target, columns};
use super::head::{Checked, Head};
use super::join::Joined;
use super::rows::{Line, Row, Rows};
use super::settings::{ColumnNames, TableSettings};
use super::template::{Bound, column_index};
use super::{JoinedText, TableText};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span, Spanned, Text};
use crate::model::written::{Content, FieldKind, WrittenNote, WrittenType};
use crate::source::defaults::{DefaultFormat, Defaults};
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::settings as note_settings;
use crate::source::types::{CLOZE_TYPE, TypeSet};

/// How many notes are handed on at once.
const BATCH: usize = 4096;

pub(super) fn read<T: Send>(
    table: TableText<'_>,
    joined: &[JoinedText<'_>],
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
    take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
) -> Vec<T> {
    let settings = &defaults.csv;
    if settings.broken {
        return Vec::new();
    }
    let delimiter = settings.delimiter.unwrap_or(table.delimiter);
    let mut rows = Rows::new(table.source, table.start(), delimiter, false);
    let mut checked = Checked::new(table, delimiter);
    let before = sink.count(Severity::Error);
    let Some(head) = head(table, settings, &mut rows, &checked, sink) else {
        return Vec::new();
    };
    let width = head.names.len();
    let reader = Reader::new(table, head, joined, defaults.inside_file(), types, sink);
    // What is wrong with the columns would be told again at every row.
    let Some(mut reader) = reader.filter(|_| sink.count(Severity::Error) == before) else {
        return Vec::new();
    };
    let (mut taken, mut notes) = (Vec::new(), Vec::new());
    let (mut seen, mut made) = (0_usize, 0_usize);
    for line in rows {
        let Line::Row(row) = line else { continue };
        seen += usize::from(!row.is_blank(table.source));
        if !checked.row(&row, width, sink) {
            continue;
        }
        match reader.note(&row, sink) {
            Made::Note(note) => {
                made += 1;
                notes.push(*note);
            }
            Made::Skipped => made += 1,
            Made::Filtered | Made::Wrong => {}
        }
        if notes.len() >= BATCH {
            taken.push(take(std::mem::take(&mut notes)));
        }
    }
    checked.finish(sink);
    reader.joined.iter().for_each(|(_, it)| it.finish(sink));
    if !notes.is_empty() {
        taken.push(take(notes));
    }
    let told = sink.count(Severity::Error) > before || !types.broken().is_empty();
    if made == 0 && !told {
        sink.push(no_notes(table, seen));
    }
    taken
}

fn no_notes(table: TableText<'_>, rows: usize) -> Diagnostic {
    let found = Diagnostic::new(Code::NoNotes, "the file holds no note");
    let start = Span::new(table.file, 0..0);
    if rows == 0 {
        return found
            .at(start, "no row below the names of the columns")
            .help("write a row for each note, or remove the file");
    }
    found.at(start, "no row meets `csv.where`")
}

/// The names of the columns, from the first row or from the settings.
fn head(
    table: TableText<'_>,
    settings: &TableSettings,
    rows: &mut Rows<'_>,
    checked: &Checked<'_>,
    sink: &mut Diagnostics,
) -> Option<Head> {
    let start = Span::new(table.file, 0..0);
    if !settings.header {
        let ColumnNames::InOrder(names) = &settings.columns else {
            sink.push(
                Diagnostic::new(Code::TableColumn, "nothing names the columns of the table")
                    .at(start, "the first row is a note, says `csv.header: false`")
                    .help(
                        "list them in `_deck.yaml`: `csv: {header: false, columns: [Front, Back]}`",
                    ),
            );
            return None;
        };
        let name = |it: &Option<Spanned<String>>| match it {
            Some(name) => name.clone(),
            None => Spanned::new(String::new(), start),
        };
        return Some(Head {
            names: names.iter().map(name).collect(),
        });
    }
    if let ColumnNames::InOrder(names) = &settings.columns {
        let span = names.iter().flatten().next().map_or(start, |it| it.span);
        sink.push(
            Diagnostic::new(
                Code::WrongShape,
                "a list of `csv.columns` is for tables without a row of names",
            )
            .at(span, "the names of the first row count")
            .help("say `header: false` beside it, or write `columns: {their name: Field}`"),
        );
        return None;
    }
    let Some(Line::Row(row)) = rows.next() else {
        sink.push(
            Diagnostic::new(Code::NoNotes, "the file holds no note")
                .at(start, "it is empty")
                .help("the first row of a table names its columns: `Front,Back,tags`"),
        );
        return None;
    };
    checked.quotes(&row, sink).then(|| Head::of(&table, &row))
}

enum Made {
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
enum Place {
    Own(usize),
    /// In a joined table: which, and which of its columns.
    Joined(usize, usize),
}

struct Condition {
    column: usize,
    values: Vec<String>,
    not: bool,
}

/// What fills the fields of a note type.
struct Slots {
    note_type: Arc<WrittenType>,
    /// For each column the field that it fills.
    columns: Vec<Option<usize>>,
    /// Computed values and the fields they fill.
    computed: Vec<(usize, usize)>,
}

struct Reader<'r> {
    table: TableText<'r>,
    defaults: Defaults,
    types: &'r TypeSet,
    format: DefaultFormat,
    columns: Vec<Column>,
    places: Vec<Place>,
    /// The tables that are joined, each with the column of the keys.
    joined: Vec<(usize, Joined<'r>)>,
    conditions: Vec<Condition>,
    fields: Vec<(Spanned<String>, Bound)>,
    set: Vec<(Spanned<String>, Bound)>,
    slots: Vec<Slots>,
    /// Types that rows name.
    named: BTreeMap<String, Option<Arc<WrittenType>>>,
    inherited: Option<Arc<WrittenType>>,
    headings: Arc<[String]>,
}

/// A row, and the rows that are joined to it.
struct Record<'a> {
    row: &'a Row,
    joined: Vec<Option<usize>>,
}

impl<'r> Reader<'r> {
    fn new(
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

    fn note(&mut self, row: &Row, sink: &mut Diagnostics) -> Made {
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

    /// The text of a cell.
    fn value(&self, record: &Record<'_>, column: usize) -> Text {
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

    fn computed(&self, record: &Record<'_>, template: &Bound) -> Text {
        let start = record.row.range.start;
        template.fill(self.table.file, start, |it| self.value(record, it))
    }

    fn note_type(
        &mut self,
        own: &NoteSettings,
        record: &Record<'_>,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        if let Some(key) = &own.note_type {
            if let Some(found) = self.named.get(&key.value) {
                return found.clone();
            }
            let found = self.types.resolve(key, sink);
            self.named.insert(key.value.clone(), found.clone());
            return found;
        }
        let inherited = match &self.inherited {
            Some(inherited) => inherited.clone(),
            None => {
                let found = self.types.resolve(&self.defaults.note_type, sink)?;
                self.inherited = Some(found.clone());
                found
            }
        };
        if !inherited.shipped || inherited.key != "basic" {
            return Some(inherited);
        }
        // The plain default gives way to clozes, by the name of a column or by the text.
        let cloze = self.types.get(CLOZE_TYPE)?;
        let mut first = None;
        for (index, column) in self.columns.iter().enumerate() {
            let Target::Field(name) = &column.target else {
                continue;
            };
            if unicase::eq(name.value.as_str(), CLOZE_TYPE) {
                let filled = !self.value(record, index).as_str().trim().is_empty();
                if filled && cloze.field_index(CLOZE_TYPE).is_some() {
                    return Some(cloze.clone());
                }
            }
            if inherited.field_index(&name.value) == Some(0) {
                first = Some(self.value(record, index));
            }
        }
        for (name, template) in &self.fields {
            if inherited.field_index(&name.value) == Some(0) {
                first = Some(self.computed(record, template));
            }
        }
        let first = first.filter(|it| it.as_str().contains("{{c"));
        match first {
            None => Some(inherited),
            Some(first) => {
                let texts = [first.as_str()];
                self.types.infer(&self.defaults.note_type, texts, sink)
            }
        }
    }

    fn fill(&mut self, draft: &mut NoteDraft, record: &Record<'_>, sink: &mut Diagnostics) {
        let index = self.slots(&draft.note_type().clone(), sink);
        let Some(slots) = self.slots.get(index) else {
            return;
        };
        for (column, slot) in slots.columns.iter().enumerate() {
            let Some(Column { name, target }) = self.columns.get(column) else {
                continue;
            };
            if !matches!(target, Target::Field(_)) && slot.is_none() {
                continue;
            }
            let value = self.value(record, column);
            if value.as_str().trim().is_empty() {
                continue;
            }
            match slot {
                Some(field) => {
                    let content = self.content(draft, *field, value);
                    draft.set_index(*field, name.span, content, sink);
                }
                // What a template or condition uses need be no field.
                None if self.is_field_of_another(column, draft.note_type()) => {
                    let key = &draft.note_type().key;
                    let title = format!("note type `{key}` has no field `{}`", name.value);
                    sink.push(
                        Diagnostic::new(Code::TableColumn, title)
                            .at(value.whole(), "no field takes this")
                            .also(name.span, "the column")
                            .help("empty the cell, or give the row another `type`"),
                    );
                }
                None => {}
            }
        }
        for (template, field) in &slots.computed {
            let Some((name, template)) = self.fields.get(*template) else {
                continue;
            };
            let value = self.computed(record, template);
            if !value.as_str().trim().is_empty() {
                let content = self.content(draft, *field, value);
                draft.set_index(*field, name.span, content, sink);
            }
        }
    }

    /// Whether the column is a field elsewhere, so that its value is meant for a card.
    fn is_field_of_another(&self, column: usize, note_type: &WrittenType) -> bool {
        let Some(Column {
            target: Target::Field(name),
            ..
        }) = self.columns.get(column)
        else {
            return false;
        };
        if note_type.field_index(&name.value).is_some() {
            return false;
        }
        let others = self.types.iter().filter(|it| it.key != note_type.key);
        let mut others = others.chain(&self.inherited);
        others.any(|it| it.field_index(&name.value).is_some())
    }

    fn content(&self, draft: &NoteDraft, field: usize, text: Text) -> Content {
        let kind = draft.note_type().fields.get(field).map(|it| it.kind);
        // A field that says what it holds knows better than the file.
        match (self.format, kind) {
            (DefaultFormat::Html, Some(FieldKind::Markdown)) => Content::Html(text),
            (DefaultFormat::Text, Some(FieldKind::Markdown)) => Content::Plain(text),
            _ => draft.content_by_kind(field, text),
        }
    }

    /// The position of what fills the fields of this type.
    fn slots(&mut self, note_type: &Arc<WrittenType>, sink: &mut Diagnostics) -> usize {
        let is_it = |it: &Slots| Arc::ptr_eq(&it.note_type, note_type);
        if let Some(known) = self.slots.iter().position(is_it) {
            return known;
        }
        let mut computed = Vec::new();
        for (index, (name, _)) in self.fields.iter().enumerate() {
            match note_type.field_index(&name.value) {
                Some(field) => computed.push((index, field)),
                None => sink.push(crate::source::draft::unknown_field(note_type, name)),
            }
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let Target::Field(name) = &column.target else {
                columns.push(None);
                continue;
            };
            let field = note_type.field_index(&name.value);
            let field = field.filter(|it| !computed.iter().any(|(_, field)| field == it));
            // Two columns may be one field by its aliases; a row fills one of them.
            columns.push(field);
        }
        self.slots.push(Slots {
            note_type: note_type.clone(),
            columns,
            computed,
        });
        self.slots.len() - 1
    }
}
