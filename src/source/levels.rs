//! `diagnostics` in `deckle.yaml`: how much findings matter to this project.

use super::yaml::{Node, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Level, Levels, Subject};

/// Reads the mapping from codes and groups to levels. What is wrong is told, and left out.
pub(super) fn read(value: &Node, sink: &mut Diagnostics) -> Levels {
    let mut levels = Levels::new();
    let mut seen: Vec<(Subject, crate::diag::Span)> = Vec::new();
    for entry in decode::mapping(value, "diagnostics", sink).unwrap_or_default() {
        let (name, place) = (entry.name(), entry.key_span());
        let Some(subject) = Subject::parse(name) else {
            let found = Diagnostic::new(Code::BadLevel, format!("there is no code `{name}`"))
                .at(place, "neither a code nor a group of findings");
            sink.push(match Subject::suggest(name) {
                Some(near) => found.fix("a similar one exists", place, near),
                None => found
                    .help("write a code such as `W0310` or `link-target`, `warnings` or `infos`"),
            });
            continue;
        };
        let Some(level) = decode::choice(&entry.value, name, &Level::ALL, sink) else {
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(it, _)| *it == subject) {
            sink.push(
                Diagnostic::new(Code::DuplicateKey, format!("`{subject}` has two levels"))
                    .at(place, "second")
                    .also(*first, "first")
                    .help("keep one of them"),
            );
            continue;
        }
        seen.push((subject, place));
        if subject.takes(level) {
            levels.set_by_project(subject, level);
        } else {
            sink.push(
                Diagnostic::new(
                    Code::BadLevel,
                    format!("`{name}` is an error, which cannot be made less"),
                )
                .at(entry.value.span, "no level for an error")
                .note("errors are what no package can be made of, or what learners would lose by")
                .help(format!(
                    "remove the line; `deckle explain {subject}` tells how such errors are mended"
                )),
            );
        }
    }
    levels
}
