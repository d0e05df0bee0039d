//! Which note type a row is of, and what fills its fields.

use std::sync::Arc;

use super::columns::{Column, Target};
use super::reader::{Reader, Record};
use crate::diag::{Code, Diagnostic, Diagnostics, Text};
use crate::model::written::{Content, FieldKind, WrittenType};
use crate::source::defaults::DefaultFormat;
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::types::{CLOZE_TYPE, OCCLUSION_TYPE};

/// What fills the fields of a note type.
pub(super) struct Slots {
    note_type: Arc<WrittenType>,
    /// For each column the field that it fills.
    columns: Vec<Option<usize>>,
    /// Computed values and the fields they fill.
    computed: Vec<(usize, usize)>,
}

impl Reader<'_> {
    /// The note type of a row.
    pub(super) fn note_type(
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

    /// Fills the fields of a note.
    pub(super) fn fill(
        &mut self,
        draft: &mut NoteDraft,
        record: &Record<'_>,
        sink: &mut Diagnostics,
    ) {
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
        // Only rows that name it are of this type, and its fields have names that many columns have.
        let named = Target::Setting("type");
        let is_typed = self.columns.iter().any(|it| it.target == named);
        let others = self.types.iter().filter(|it| {
            it.key != note_type.key && (is_typed || !it.shipped || it.key != OCCLUSION_TYPE)
        });
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
