//! Notes with equal first fields, which Anki's browser calls duplicates.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::repeats;

/// Tells two notes of one note type whose first fields are equal. `notes` are their note types'
/// ids, their first fields as HTML, and their places.
pub fn duplicates<'a>(notes: impl Iterator<Item = (i64, &'a str, Span)>, sink: &mut Diagnostics) {
    let notes: Vec<_> = notes.filter(|it| !it.1.trim().is_empty()).collect();
    let text = |at: u32| notes.get(at as usize).map(|it| (it.0, it.1));
    let count = u32::try_from(notes.len()).unwrap_or(u32::MAX);
    let mut firsts: HashMap<u32, u32> = HashMap::new();
    for (before, later) in repeats(count, text) {
        let first = firsts.get(&before).copied().unwrap_or(before);
        firsts.insert(later, first);
        let span = |at: u32| notes.get(at as usize).map_or(Span::NONE, |it| it.2);
        let (first, span) = (span(first), span(later));
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
