//! `_deck.yaml`: what holds for a folder and all below.

use super::defaults::Defaults;
use super::header;
use super::yaml::{self, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity};

/// The names that such a file may have.
pub const FILE_NAMES: &[&str] = &["_deck.yaml", "_deck.yml"];

/// Applies the file of a folder to what the folder inherits. What is wrong with it is told.
pub fn apply(file: FileId, source: &str, defaults: &mut Defaults, sink: &mut Diagnostics) {
    let before = sink.count(Severity::Error);
    let documents = yaml::parse(file, source, 0, sink);
    // Going on with half of it would find errors that are none.
    if sink.count(Severity::Error) > before {
        return;
    }
    if let Some(second) = documents.get(1) {
        sink.push(
            Diagnostic::new(
                Code::WrongShape,
                "the file of a folder holds more than one document",
            )
            .at(second.span, "the second one"),
        );
    }
    let Some(document) = documents.first() else {
        return;
    };
    for entry in decode::mapping(document, "_deck.yaml", sink).unwrap_or_default() {
        if !header::apply(entry, defaults, sink) {
            decode::unknown_key(&entry.key, "in `_deck.yaml`", header::KEYS, sink);
        }
    }
}
