//! Notes with equal first fields, which Anki's browser calls duplicates.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Diagnostics, Span};

/// Tells two notes of one note type whose first fields are equal. `notes` are their note types'
/// ids, their first fields as HTML, and their places.
pub fn duplicates<'a>(notes: impl Iterator<Item = (i64, &'a str, Span)>, sink: &mut Diagnostics) {
    let mut seen: HashMap<(i64, &str), Span> = HashMap::with_capacity(notes.size_hint().0);
    for (note_type, text, span) in notes {
        if text.trim().is_empty() {
            continue;
        }
        let first = *seen.entry((note_type, text)).or_insert(span);
        if first == span {
            continue;
        }
        sink.push(
            Diagnostic::new(Code::DuplicateNote, "two notes have the same first field")
                .at(span, "this note")
                .also(first, "and this one")
                .note(
                    "learners cannot tell their questions apart, and Anki marks them as duplicates",
                ),
        );
    }
}
