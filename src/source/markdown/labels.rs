//! The labels that notes can be written with, such as `Q:` and `A:`, and the types they belong to.

use std::sync::Arc;

use crate::model::written::WrittenType;
use crate::source::types::TypeSet;

/// The labels of all note types.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Longer ones first, so that `EX:` is not read as `E`.
    all: Vec<String>,
    first: Vec<String>,
}

impl Labels {
    /// The labels of these types.
    pub(super) fn new(types: &TypeSet) -> Self {
        let mut labels = Self::default();
        for note_type in types.iter() {
            labels
                .all
                .extend(note_type.labels.iter().map(|it| it.0.clone()));
            labels
                .first
                .extend(first_label(note_type).map(str::to_owned));
        }
        labels
            .all
            .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        labels.all.dedup();
        labels
    }

    /// The label that a line begins with, and whether white space follows it.
    pub(super) fn at(&self, line: &str) -> Option<(&str, bool)> {
        self.all.iter().find_map(|label| {
            let rest = line.strip_prefix(label.as_str())?.strip_prefix(':')?;
            let spaced = rest.is_empty() || rest.starts_with(|it: char| it.is_ascii_whitespace());
            Some((label.as_str(), spaced))
        })
    }

    /// Whether the label begins a note.
    pub(super) fn begins(&self, label: &str) -> bool {
        self.first.iter().any(|it| it == label)
    }
}

/// The label that notes of this type begin with: the one of its foremost field.
pub(super) fn first_label(note_type: &WrittenType) -> Option<&str> {
    let first = note_type.labels.iter().min_by_key(|it| it.1)?;
    Some(&first.0)
}

/// The field that a label opens in notes of this type. A type without labels takes them for
/// names, so that `Q:` and `A:` work in a file of `type: typed`.
pub(super) fn field_of(note_type: &WrittenType, label: &str) -> Option<usize> {
    if note_type.labels.is_empty() {
        return note_type.field_index(label);
    }
    let found = note_type.labels.iter().find(|it| it.0 == label)?;
    Some(found.1)
}

/// Whether all of these labels belong to the type.
pub(super) fn fits<'a>(note_type: &WrittenType, mut labels: impl Iterator<Item = &'a str>) -> bool {
    labels.all(|label| field_of(note_type, label).is_some())
}

/// The label sets of all types, as a sentence for people.
pub(super) fn listing(types: &TypeSet) -> String {
    let set = |note_type: &Arc<WrittenType>| {
        let labels: Vec<String> = note_type
            .labels
            .iter()
            .map(|it| format!("`{}:`", it.0))
            .collect();
        format!("{} (type `{}`)", labels.join(" "), note_type.key)
    };
    let sets: Vec<String> = types
        .iter()
        .filter(|it| !it.labels.is_empty())
        .map(set)
        .collect();
    format!("labels that go together: {}", sets.join(", "))
}
