//! What an import compares of two note types.

use std::collections::HashSet;

use super::names::{field_name, free_name, type_name};
use super::refusal::Refusal;
use crate::model::fold;
use crate::package::{StoredField, StoredNoteType, StoredTemplate};

/// Names and ids of a note type's fields and card templates, as Anki keeps them: what decides
/// whether two note types are one in two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeShape {
    fields: Vec<Part>,
    templates: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    name: String,
    id: Option<i64>,
}

impl Part {
    /// Where both have an id it alone counts, so that names may change.
    fn matches(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (Some(one), Some(other)) => one == other,
            _ => self.name == other.name,
        }
    }
}

impl TypeShape {
    pub(super) fn new(stored: &StoredNoteType) -> Self {
        let fields = stored.fields.iter();
        let templates = stored.templates.iter();
        Self {
            fields: unique(fields.map(|it| (field_name(&it.name), it.id))),
            templates: unique(templates.map(|it| (type_name(&it.name), it.id))),
        }
    }

    /// Whether both have the same fields and card templates in the same order.
    pub(super) fn matches(&self, other: &Self) -> bool {
        let same = |one: &[Part], other: &[Part]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.matches(other))
        };
        same(&self.fields, &other.fields) && same(&self.templates, &other.templates)
    }

    /// What keeps Anki from saving the note type, if anything does.
    pub(super) fn check(&self, stored: &StoredNoteType) -> Result<(), Refusal> {
        let name = || stored.name.clone();
        let nameless = |parts: &[Part]| parts.iter().any(|it| it.name.is_empty());
        if type_name(&stored.name).is_empty() {
            Err(Refusal::NoteTypeName(stored.id))
        } else if self.fields.is_empty() {
            Err(Refusal::NoFields(name()))
        } else if self.templates.is_empty() {
            Err(Refusal::NoTemplates(name()))
        } else if nameless(&self.fields) {
            Err(Refusal::FieldName(name()))
        } else if nameless(&self.templates) {
            Err(Refusal::TemplateName(name()))
        } else {
            Ok(())
        }
    }

    pub(super) fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|it| it.name.as_str())
    }

    pub(super) fn template_names(&self) -> impl Iterator<Item = &str> {
        self.templates.iter().map(|it| it.name.as_str())
    }
}

/// Anki tells parts of one name apart by `+`.
fn unique(parts: impl Iterator<Item = (String, Option<i64>)>) -> Vec<Part> {
    let mut taken: HashSet<String> = HashSet::new();
    parts
        .map(|(name, id)| {
            let name = match name.as_str() {
                "" => name,
                _ => free_name(name, |name| taken.contains(name)),
            };
            taken.insert(fold(&name));
            Part { name, id }
        })
        .collect()
}

/// The position of the field that the browser sorts by, as Anki takes it.
pub(super) fn sort_field(stored: &StoredNoteType) -> usize {
    stored.sort_field.min(stored.fields.len().saturating_sub(1))
}

/// Whether two versions of a note type say the same, but for their times.
pub(in crate::package) fn is_same(one: &StoredNoteType, other: &StoredNoteType) -> bool {
    let field = |it: &StoredField| StoredField {
        id: None,
        other: String::new(),
        ..it.clone()
    };
    let template = |it: &StoredTemplate| StoredTemplate {
        id: None,
        other: String::new(),
        ..it.clone()
    };
    one.name == other.name
        && one.kind == other.kind
        && sort_field(one) == sort_field(other)
        && one.css == other.css
        && one.latex == other.latex
        && one
            .fields
            .iter()
            .map(field)
            .eq(other.fields.iter().map(field))
        && one
            .templates
            .iter()
            .map(template)
            .eq(other.templates.iter().map(template))
}

/// In a phrase, what differs in the fields and card templates of two versions of a note type.
pub(in crate::package) fn schema_difference(
    old: &StoredNoteType,
    new: &StoredNoteType,
) -> Option<String> {
    let (old, new) = (TypeShape::new(old), TypeShape::new(new));
    let fields = parts_difference(&old.fields, &new.fields, "field");
    let templates = parts_difference(&old.templates, &new.templates, "card template");
    match (fields, templates) {
        (Some(fields), Some(templates)) => Some(format!("{fields}; {templates}")),
        (fields, templates) => fields.or(templates),
    }
}

fn parts_difference(old: &[Part], new: &[Part], what: &str) -> Option<String> {
    let names = |parts: &[Part], without: &[Part]| -> Vec<String> {
        let missing = parts
            .iter()
            .filter(|part| !without.iter().any(|it| it.matches(part)));
        missing.map(|part| format!("`{}`", part.name)).collect()
    };
    let (removed, added) = (names(old, new), names(new, old));
    let mut said = Vec::new();
    for (names, verb) in [(&added, "added"), (&removed, "removed")] {
        match names.as_slice() {
            [] => {}
            [one] => said.push(format!("{what} {one} {verb}")),
            many => said.push(format!("{what}s {} {verb}", many.join(", "))),
        }
    }
    let moved = old.len() == new.len() && !old.iter().zip(new).all(|(old, new)| old.matches(new));
    if said.is_empty() && (moved || old.len() != new.len()) {
        said.push(format!("{what}s in another order"));
    }
    (!said.is_empty()).then(|| said.join(", "))
}
