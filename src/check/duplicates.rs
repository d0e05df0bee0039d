//! Notes with equal first fields, which Anki's browser calls duplicates.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::written::WrittenNote;

/// Tells two notes of one note type whose first fields are equal. `first_field` gives the HTML
/// of a note's first field.
pub fn duplicates<'a>(
    notes: &[WrittenNote],
    first_field: impl Fn(usize) -> &'a str,
    sink: &mut Diagnostics,
) {
    // Hashes first: the texts of 100,000 notes need not be kept twice. Equal hashes are compared.
    let mut seen: HashMap<u64, usize> = HashMap::with_capacity(notes.len());
    for (index, note) in notes.iter().enumerate() {
        let text = first_field(index);
        if text.trim().is_empty() {
            continue;
        }
        let mut hasher = DefaultHasher::new();
        (note.note_type.note_type.id(), text).hash(&mut hasher);
        let first = *seen.entry(hasher.finish()).or_insert(index);
        let same_type = notes[first].note_type.note_type.id() == note.note_type.note_type.id();
        if first == index || !same_type || first_field(first) != text {
            continue;
        }
        sink.push(
            Diagnostic::new(Code::DuplicateNote, "two notes have the same first field")
                .at(note.span, "this note")
                .also(notes[first].span, "and this one")
                .note(
                    "learners cannot tell their questions apart, and Anki marks them as duplicates",
                ),
        );
    }
}
