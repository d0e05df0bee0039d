//! Fields that the note type needs.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::written::WrittenNote;

pub(super) fn check(note: &WrittenNote, sink: &mut Diagnostics) {
    let blank = |index: &&usize| {
        note.fields
            .get(**index)
            .is_none_or(|it| it.as_ref().is_none_or(|it| it.is_blank()))
    };
    let names: Vec<&str> = note.note_type.note_type.field_names().collect();
    for &index in note.note_type.required.iter().filter(blank) {
        let name = names.get(index).copied().unwrap_or("");
        let span = match note.fields.get(index).and_then(Option::as_ref) {
            Some(content) if content.span().is_some() => content.span(),
            _ => note.span,
        };
        sink.push(
            Diagnostic::new(Code::EmptyField, format!("field `{name}` is empty"))
                .at(span, format!("this note has no `{name}`"))
                .note(format!("note type `{}` needs it", note.note_type.key))
                .help(format!(
                    "write something for `{name}`, or take the note out"
                )),
        );
    }
}
