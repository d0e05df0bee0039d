//! Files of YAML that hold no key of a file of notes: the settings of another tool, questions
//! without `pairs` above them, or notes below a key of another name. One finding for the file says
//! more than one for each of its keys.

use super::node::{Entry, Value};
use super::notes::PARTS;
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::header;

/// Tells a file none of whose keys means anything, nor nearly; returns whether it is one.
pub(super) fn tell(entries: &[Entry], sink: &mut Diagnostics) -> bool {
    let known = || PARTS.iter().chain(header::KEYS).copied();
    let is_strange = |it: &Entry| {
        let name = it.name();
        let means_something = PARTS.contains(&name) || header::is_known(name);
        !means_something && nearest(name, known()).is_none()
    };
    let Some(first) = entries.first().filter(|_| entries.iter().all(is_strange)) else {
        return false;
    };
    let (name, span) = (first.name(), first.key_span());
    let title = match entries.len() {
        1 => format!("unknown key `{name}` in a file of notes"),
        count => format!("none of the {count} keys of this file is one of a file of notes"),
    };
    let found = Diagnostic::new(Code::UnknownKey, title).at(span, "this key means nothing here");
    let no_notes = "if the file holds no notes, name it under `exclude` in deckle.yaml";
    let is_list_of_notes = |it: &Value| match it {
        Value::Sequence(items) => items
            .first()
            .is_some_and(|it| matches!(it.value, Value::Mapping(_) | Value::Sequence(_))),
        _ => false,
    };
    let is_answer = |it: &Entry| match &it.value.value {
        Value::Scalar(_) => true,
        Value::Sequence(items) => items.iter().all(|it| matches!(it.value, Value::Scalar(_))),
        _ => false,
    };
    let are_pairs =
        entries.iter().all(is_answer) && entries.iter().any(|it| it.name().contains(' '));
    sink.push(if entries.len() == 1 && is_list_of_notes(&first.value.value) {
        found
            .fix("a list of notes stands below `notes`", span, "notes")
            .help(no_notes)
    } else if are_pairs {
        found.help(
            "questions with their answers stand below `pairs:`, each indented by two",
        )
    } else {
        found
            .help("a file of notes is a list of them, or a mapping with `notes`, `groups` or `pairs`")
            .help(no_notes)
    });
    true
}
