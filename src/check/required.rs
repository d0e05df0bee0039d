//! Fields that the note type needs.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::written::WrittenNote;
use crate::template::generate::is_field_empty;

pub(super) fn check(note: &WrittenNote, fields: &[String], sink: &mut Diagnostics) {
    let written = |index: usize| {
        let content = note.fields.get(index).and_then(Option::as_ref);
        content.is_some_and(|it| !it.is_blank())
    };
    let comes_out = |index: usize| fields.get(index).is_some_and(|it| !is_field_empty(it));
    let names: Vec<&str> = note.note_type.note_type.field_names().collect();
    for &index in &note.note_type.required {
        // What is spoken comes out though nothing is written.
        if comes_out(index) {
            continue;
        }
        let name = names.get(index).copied().unwrap_or("");
        let span = match note.fields.get(index).and_then(Option::as_ref) {
            Some(content) if content.span().is_some() => content.span(),
            _ => note.span,
        };
        let label = if written(index) {
            format!("nothing of this is shown in `{name}`")
        } else {
            format!("this note has no `{name}`")
        };
        sink.push(
            Diagnostic::new(Code::EmptyField, format!("field `{name}` is empty"))
                .at(span, label)
                .note(format!("note type `{}` needs it", note.note_type.key))
                .help(format!(
                    "write something for `{name}`, or take the note out"
                )),
        );
    }
}
