//! Fields and card templates of two versions of a note type: which is which.

use serde_json::Value;

use crate::package::StoredNoteType;
use crate::sync::rows::Object;

/// A field or a card template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    name: String,
    id: Option<i64>,
}

/// When two parts are one.
type Rule = fn(&Part, &Part) -> bool;

pub(super) fn fields_of(stored: &StoredNoteType) -> Vec<Part> {
    let fields = stored.fields.iter();
    fields
        .map(|it| Part {
            name: it.name.clone(),
            id: it.id,
        })
        .collect()
}

pub(super) fn templates_of(stored: &StoredNoteType) -> Vec<Part> {
    let templates = stored.templates.iter();
    templates
        .map(|it| Part {
            name: it.name.clone(),
            id: it.id,
        })
        .collect()
}

pub(super) fn of_objects(objects: &[Object]) -> Vec<Part> {
    let text = |it: &Object| it.get("name").and_then(Value::as_str).map(str::to_owned);
    let parts = objects.iter().map(|it| Part {
        name: text(it).unwrap_or_default(),
        id: it.get("id").and_then(Value::as_i64),
    });
    parts.collect()
}

/// The objects of a list inside of a note type, in the order of their `ord`.
pub(super) fn list(note_type: &Object, key: &str) -> Vec<Object> {
    let items = note_type.get(key).and_then(Value::as_array);
    let items = items.into_iter().flatten();
    let mut objects: Vec<Object> = items.filter_map(|it| it.as_object().cloned()).collect();
    objects.sort_by_key(|it| it.get("ord").and_then(Value::as_i64));
    objects
}

/// For each wanted part its position among those that are there. Ids decide, and names where an id
/// is missing or found nowhere: Anki gives ids of its own to parts that came without.
pub(super) fn places(wanted: &[Part], there: &[Part]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut free: Vec<bool> = vec![true; there.len()];
    let rules: [Rule; 2] = [
        |one, other| one.id.is_some() && one.id == other.id,
        |one, other| one.name == other.name,
    ];
    for rule in rules {
        for (part, place) in wanted.iter().zip(&mut found) {
            if place.is_some() {
                continue;
            }
            let mut candidates = there.iter().zip(&mut free).enumerate();
            let hit = candidates.find(|(_, (it, free))| **free && rule(part, it));
            if let Some((index, (_, free))) = hit {
                *free = false;
                *place = Some(index);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_decide_and_names_where_there_are_none() {
        let part = |(name, id): &(&str, i64)| Part {
            name: (*name).to_owned(),
            id: Some(*id).filter(|it| *it != 0),
        };
        let check = |wanted: &[(&str, i64)], there: &[(&str, i64)], expect: &[Option<usize>]| {
            let wanted: Vec<Part> = wanted.iter().map(part).collect();
            let there: Vec<Part> = there.iter().map(part).collect();
            assert_eq!(places(&wanted, &there), expect);
        };
        check(
            &[("A", 1), ("B", 2)],
            &[("A", 1), ("B", 2)],
            &[Some(0), Some(1)],
        );
        // Renamed, and names exchanged.
        check(
            &[("X", 1), ("B", 2)],
            &[("A", 1), ("B", 2)],
            &[Some(0), Some(1)],
        );
        check(
            &[("B", 1), ("A", 2)],
            &[("A", 1), ("B", 2)],
            &[Some(0), Some(1)],
        );
        // Without ids, or with Anki's own.
        check(
            &[("A", 1), ("B", 2)],
            &[("B", 0), ("A", 0)],
            &[Some(1), Some(0)],
        );
        check(&[("A", 1)], &[("A", 9)], &[Some(0)]);
        // New ones.
        check(
            &[("A", 1), ("C", 3)],
            &[("A", 1), ("B", 2)],
            &[Some(0), None],
        );
    }
}
