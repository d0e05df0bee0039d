//! Tags and decks that differ in letter case only: Anki takes them for one.

use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::written::WrittenNote;

/// Tells tags and deck names that differ from an earlier one in letter case only, each once.
pub fn tag_and_deck_case(notes: &[WrittenNote], sink: &mut Diagnostics) {
    let mut tags: BTreeMap<String, (String, Span)> = BTreeMap::new();
    let mut decks: BTreeMap<String, (String, Span)> = BTreeMap::new();
    let mut told: Vec<String> = Vec::new();
    let mut last_deck: Option<&str> = None;
    for note in notes {
        for tag in &note.tags {
            let entry = || (tag.value.as_str().to_owned(), tag.span);
            let (first, span) = tags.entry(tag.value.folded()).or_insert_with(entry);
            let typed = tag.value.as_str();
            if first != typed && !told.iter().any(|it| it == typed) {
                told.push(typed.to_owned());
                sink.push(
                    Diagnostic::new(
                        Code::TagCase,
                        format!("the tags `{typed}` and `{first}` differ in letter case only"),
                    )
                    .at(tag.span, "written like this here")
                    .also(*span, "and like this here")
                    .note("Anki takes them for one tag"),
                );
            }
        }
        let deck = note.deck.as_str();
        if last_deck == Some(deck) {
            continue;
        }
        last_deck = Some(deck);
        let entry = || (deck.to_owned(), note.span);
        let (first, span) = decks.entry(note.deck.folded()).or_insert_with(entry);
        if first != deck && !told.iter().any(|it| it == deck) {
            told.push(deck.to_owned());
            sink.push(
                Diagnostic::new(
                    Code::BadDeckName,
                    format!("the decks `{deck}` and `{first}` differ in letter case only"),
                )
                .at(note.span, "a note of the one")
                .also(*span, "a note of the other")
                .note("Anki takes them for one deck")
                .help("write both alike"),
            );
        }
    }
}
