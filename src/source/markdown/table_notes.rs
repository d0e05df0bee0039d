//! A table whose rows are notes: `<!-- notes -->` above a table makes each of its columns a field
//! or a setting.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::meta;
use super::page::Page;
use super::section::Scope;
use super::table::{self, Row, Table};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, nearest};
use crate::model::written::{Content, FieldKind, WrittenNote, WrittenType};
use crate::source::draft::{NoteDraft, NoteSettings, unknown_field};
use crate::source::settings;
use crate::source::types::{CLOZE_TYPE, TypeSet};

/// A table of notes, and what holds for it.
pub(super) struct TableNotes<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) table: &'a Table,
    pub(super) scope: Rc<Scope>,
    /// The type that the comment above names.
    pub(super) note_type: Option<&'a Spanned<String>>,
    pub(super) types: &'a TypeSet,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Setting,
    Field,
    /// It has no name.
    Nothing,
}

impl TableNotes<'_> {
    /// The notes, in the order of the rows.
    pub(super) fn read(&self, sink: &mut Diagnostics) -> Vec<WrittenNote> {
        let columns = self.columns();
        let Some(base) = self.base(&columns, sink) else {
            return Vec::new();
        };
        if !self.check(&columns, &base, sink) {
            return Vec::new();
        }
        let mut told = BTreeSet::new();
        let rows = self.table.rows.iter();
        rows.filter_map(|row| self.note(row, &columns, &base, &mut told, sink))
            .collect()
    }

    fn columns(&self) -> Vec<(Spanned<String>, Column)> {
        let column = |cell: &Range<usize>| {
            let range = table::trimmed(self.page, cell);
            let typed = self.page.source.get(range.clone()).unwrap_or_default();
            // The header may be set off from the rows.
            let name = typed.trim_matches(['*', '`']).trim();
            let column = match name {
                "" => Column::Nothing,
                _ if settings::KEYS.contains(&name) || name == "bury" => Column::Setting,
                _ => Column::Field,
            };
            let name = Spanned::new(name.to_owned(), self.page.span(&range));
            (name, column)
        };
        self.table.header.cells.iter().map(column).collect()
    }

    /// The type of rows that say none themselves, before clozes are looked for.
    fn base(
        &self,
        columns: &[(Spanned<String>, Column)],
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        if let Some(key) = self.note_type {
            return self.types.resolve(key, sink);
        }
        let inherited = self.types.resolve(&self.scope.defaults.note_type, sink)?;
        let cloze = self.types.get(CLOZE_TYPE).filter(|cloze| {
            columns.iter().any(|(name, _)| {
                name.value.eq_ignore_ascii_case(CLOZE_TYPE)
                    && inherited.field_index(&name.value).is_none()
                    && cloze.field_index(&name.value).is_some()
            })
        });
        Some(cloze.cloned().unwrap_or(inherited))
    }

    /// Whether the columns make notes of the type at all.
    fn check(
        &self,
        columns: &[(Spanned<String>, Column)],
        base: &WrittenType,
        sink: &mut Diagnostics,
    ) -> bool {
        let mut fine = true;
        let names = |it: &str| {
            base.field_index(it)
                .map_or(it.to_lowercase(), |it| it.to_string())
        };
        for (index, (name, column)) in columns.iter().enumerate() {
            let same = |it: &&(Spanned<String>, Column)| {
                it.1 == *column && names(&it.0.value) == names(&name.value)
            };
            let first = columns.iter().take(index).find(same);
            if let Some((first, _)) = first.filter(|_| *column != Column::Nothing) {
                fine = false;
                let title = format!("the column `{}` stands twice in one table", name.value);
                sink.push(
                    Diagnostic::new(Code::DuplicateKey, title)
                        .at(name.span, "here again")
                        .also(first.span, "first here"),
                );
            }
        }
        // Where each row names its type, each is held against its own.
        if columns.iter().any(|(name, _)| name.value == "type") {
            return fine;
        }
        for (name, column) in columns {
            if *column == Column::Field && base.field_index(&name.value).is_none() {
                fine = false;
                sink.push(unknown_column(base, name));
            }
        }
        let has_first = columns.iter().any(|(name, column)| {
            *column == Column::Field && base.field_index(&name.value) == Some(0)
        });
        if fine && !has_first {
            fine = false;
            let first = base.note_type.field_names().next().unwrap_or("");
            let title = format!("the table has no column for the field `{first}`");
            sink.push(
                Diagnostic::new(Code::TableNotes, title)
                    .at(
                        self.page.span(&self.table.header.range),
                        format!("no note of type `{}` without it", base.key),
                    )
                    .help(format!(
                        "write `{first}` into the header of the column that holds it"
                    )),
            );
        }
        fine
    }

    fn note(
        &self,
        row: &Row,
        columns: &[(Spanned<String>, Column)],
        base: &Arc<WrittenType>,
        told: &mut BTreeSet<usize>,
        sink: &mut Diagnostics,
    ) -> Option<WrittenNote> {
        let page = self.page;
        let mut blank = row.cells.iter().map(|it| page.is_blank(it.clone()));
        if blank.all(|it| it) {
            return None;
        }
        if let Some(more) = row.cells.get(columns.len()..)
            && let Some(first) = more.iter().find(|it| !page.is_blank((*it).clone()))
        {
            sink.push(self.too_many(row, first, columns.len()));
            return None;
        }
        let cells = || {
            let cells = row.cells.iter().zip(columns).enumerate();
            cells.filter(|(_, (cell, _))| !page.is_blank((*cell).clone()))
        };
        let mut own = NoteSettings::default();
        for (_, (cell, (name, column))) in cells() {
            if *column == Column::Setting {
                settings::apply_text(name, &table::text(page, cell, false), &mut own, sink);
            }
        }
        if own.skip {
            return None;
        }
        let note_type = match &own.note_type {
            Some(key) => self.types.resolve(key, sink)?,
            None => self.inferred(row, columns, base, sink)?,
        };
        let defaults = &self.scope.defaults;
        let mut draft = NoteDraft::new(note_type, page.span(&row.range));
        let mut failed = false;
        for (index, (cell, (name, column))) in cells() {
            match column {
                Column::Setting => {}
                Column::Nothing => {
                    failed = true;
                    if told.insert(index) {
                        sink.push(self.nameless(cell, index));
                    }
                }
                Column::Field => match draft.note_type().field_index(&name.value) {
                    Some(field) => {
                        let content = self.content(cell, field, &draft);
                        let place = content.span();
                        draft.set_index(field, place, content, sink);
                    }
                    None => {
                        failed = true;
                        if told.insert(index) {
                            sink.push(unknown_column(draft.note_type(), name));
                        }
                    }
                },
            }
        }
        meta::fill_context(page.file, &self.scope, &mut draft, sink);
        if failed {
            return None;
        }
        if let Some(missing) = self.missing(row, &draft) {
            sink.push(missing);
            return None;
        }
        draft.finish(own, defaults, &self.scope.headings, sink)
    }

    fn content(&self, cell: &Range<usize>, field: usize, draft: &NoteDraft) -> Content {
        let kind = draft.note_type().fields.get(field).map(|it| it.kind);
        let markdown = kind.is_none_or(|it| it == FieldKind::Markdown);
        draft.content_by_kind(field, table::text(self.page, cell, markdown))
    }

    /// The cloze type where a plain row holds a cloze, else the type of the table.
    fn inferred(
        &self,
        row: &Row,
        columns: &[(Spanned<String>, Column)],
        base: &Arc<WrittenType>,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        let inherited = &self.scope.defaults.note_type;
        let plain = self.types.get(&inherited.value);
        if self.note_type.is_some() || !plain.is_some_and(|it| Arc::ptr_eq(it, base)) {
            return Some(base.clone());
        }
        let first = row.cells.iter().zip(columns).find(|(_, (name, column))| {
            *column == Column::Field && base.field_index(&name.value) == Some(0)
        });
        let text = first.and_then(|(cell, _)| self.page.source.get(cell.clone()));
        meta::infer(inherited, &self.scope, text, self.types, sink)
    }

    fn missing(&self, row: &Row, draft: &NoteDraft) -> Option<Diagnostic> {
        let note_type = draft.note_type();
        let at = self.page.span(&row.range);
        let empty = if !draft.has(0) {
            0
        } else if meta::needs_second(note_type, &self.scope.defaults.settings) && !draft.has(1) {
            1
        } else {
            return None;
        };
        let field = note_type.note_type.field_names().nth(empty).unwrap_or("");
        let title = format!("this row has nothing in `{field}`");
        Some(
            Diagnostic::new(Code::EmptyField, title)
                .at(
                    at,
                    format!("a note of type `{}`, which needs it", note_type.key),
                )
                .help("fill the cell; to leave a row out, write `true` into a column `skip`"),
        )
    }

    fn too_many(&self, row: &Row, first: &Range<usize>, columns: usize) -> Diagnostic {
        let title = format!(
            "the row has {} cells, the table has {columns} columns",
            row.cells.len()
        );
        Diagnostic::new(Code::TableNotes, title)
            .at(
                self.page.span(&table::trimmed(self.page, first)),
                "belongs to no column",
            )
            .also(self.page.span(&self.table.header.range), "the columns")
            .help("for a bar that is text, write `\\|`; in code and formulas it needs none")
    }

    fn nameless(&self, cell: &Range<usize>, index: usize) -> Diagnostic {
        let title = format!("column {} of the table has no name", index + 1);
        Diagnostic::new(Code::TableNotes, title)
            .at(
                self.page.span(&table::trimmed(self.page, cell)),
                "belongs to no field",
            )
            .also(self.page.span(&self.table.header.range), "the columns")
            .help("write the name of a field into the header, or take the column out")
    }
}

/// That a column is neither a field nor a setting.
fn unknown_column(note_type: &WrittenType, name: &Spanned<String>) -> Diagnostic {
    let known = || note_type.all_names().chain(settings::KEYS.iter().copied());
    let mut diagnostic = unknown_field(note_type, name);
    // A setting may be nearer than any field.
    if diagnostic.fix.is_none()
        && let Some(near) = nearest(&name.value, known())
    {
        return Diagnostic::new(Code::UnknownField, diagnostic.message)
            .at(name.span, "neither a field nor a setting")
            .fix("a setting with a similar name exists", name.span, near);
    }
    diagnostic.helps.push(format!(
        "other columns are `{}`",
        settings::KEYS.join("`, `")
    ));
    diagnostic
}
