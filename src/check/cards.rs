//! A note must make a card, and clozes must stand where cards come from.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::NoteTypeKind;
use crate::model::written::WrittenNote;
use crate::template::cloze::cloze_numbers;

pub(super) fn check(
    note: &WrittenNote,
    fields: &[String],
    card_count: usize,
    sink: &mut Diagnostics,
) {
    let note_type = &note.note_type.note_type;
    if note_type.kind() == NoteTypeKind::Cloze {
        outside(note, fields, sink);
    }
    if card_count > 0 {
        return;
    }
    let key = &note.note_type.key;
    sink.push(if note_type.kind() == NoteTypeKind::Cloze {
        Diagnostic::new(Code::ClozeMissing, "the cloze note has no cloze")
            .at(note.span, "this note")
            .note("Anki would make a card of it that shows an error")
            .help("hide a word by writing `{{c1::word}}`, or give the note another type")
    } else {
        Diagnostic::new(Code::NoCard, "the note makes no card")
            .at(note.span, "this note")
            .note(format!(
                "the fronts of all card templates of `{key}` come out empty for it"
            ))
            .help("fill the fields that the fronts show")
    });
}

/// Clozes in fields that the front does not show through `{{cloze:..}}` make cards all the same,
/// and these are blank.
fn outside(note: &WrittenNote, fields: &[String], sink: &mut Diagnostics) {
    let note_type = &note.note_type.note_type;
    let Some(front) = note_type.fronts().first() else {
        return;
    };
    let shown: Vec<&str> = front
        .field_uses()
        .filter(|it| it.filters.iter().any(|filter| filter.starts_with("cloze")))
        .map(|it| it.name)
        .collect();
    for ((name, value), content) in note_type.field_names().zip(fields).zip(&note.fields) {
        if shown.contains(&name) || !value.contains("{{c") || cloze_numbers(value).is_empty() {
            continue;
        }
        let span = content.as_ref().map_or(note.span, |content| content.span());
        sink.push(
            Diagnostic::new(Code::ClozeOutside, format!("a cloze in field `{name}`"))
                .at(span, "this field is not shown as a cloze")
                .note("Anki makes a card for each cloze number of a note, and this one would be blank")
                .help(format!("move it into `{}`", shown.join("`, `"))),
        );
    }
}
