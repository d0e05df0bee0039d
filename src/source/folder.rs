//! `_deck.yaml`: what holds for a folder and all below.

use std::sync::Arc;

use super::defaults::Defaults;
use super::header;
use super::matrix::{Unknown, Variant};
use super::rules::{self, Rule};
use super::yaml::{self, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity};

/// The names that such a file may have.
pub const FILE_NAMES: &[&str] = &["_deck.yaml", "_deck.yml"];

/// The keys of such a file beside those of a header.
pub const KEYS: &[&str] = &["rules"];

/// Applies the file of the folder `path`, as it reads in a variant of the project, to what the
/// folder inherits, and returns its rules. What is wrong with it is told.
pub fn apply(
    file: FileId,
    source: &str,
    path: &str,
    defaults: &mut Defaults,
    variant: Option<&Variant>,
    sink: &mut Diagnostics,
) -> Vec<Arc<Rule>> {
    let before = sink.count(Severity::Error);
    let mut documents = yaml::parse(file, source, 0, sink);
    if let (Some(document), Some(variant)) = (documents.first_mut(), variant) {
        variant.fill(document, Unknown::Tell, sink);
    }
    // Going on with half of it would find errors that are none.
    if sink.count(Severity::Error) > before {
        return Vec::new();
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
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in decode::mapping(document, "_deck.yaml", sink).unwrap_or_default() {
        if entry.name() == "rules" {
            found = rules::read(&entry.value, path, defaults, sink);
        } else if !header::apply(entry, defaults, sink) {
            let keys: Vec<&str> = header::KEYS.iter().chain(KEYS).copied().collect();
            decode::unknown_key(&entry.key, "in `_deck.yaml`", &keys, sink);
        }
    }
    found
}
