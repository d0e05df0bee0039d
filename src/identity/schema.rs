//! What makes two versions of a note type incompatible for those who have the older one.

use super::content::{schema_hash, type_content};
use super::lock::{FieldRecord, TypeRecord};
use crate::model::NoteTypeKind;
use crate::model::written::WrittenType;

/// What differs between two versions of a note type, beyond what an import takes over by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SchemaChange {
    /// The fields.
    pub fields: PartsChange,
    /// The card templates.
    pub templates: PartsChange,
    /// Its kind, before and now.
    pub kind: Option<(NoteTypeKind, NoteTypeKind)>,
    /// The names of its sort fields, before and now.
    pub sort_field: Option<(String, String)>,
    /// Its ids in Anki, before and now.
    pub id: Option<(i64, i64)>,
    /// Fields that got a name which another field had, with their names before and now.
    pub moved_names: Vec<(String, String)>,
    /// The kind or the sort field is another, and the old lock does not say which it was.
    pub unknown: bool,
}

/// What differs in the fields or card templates of a note type, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PartsChange {
    /// New ones.
    pub added: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
    /// Those that stay, in their order before and now, where it is not the same.
    pub reordered: Option<(Vec<String>, Vec<String>)>,
    /// Pairs of one that is gone and one that is new at its place: perhaps a new name only.
    pub perhaps_renamed: Vec<(String, String)>,
}

impl PartsChange {
    fn between(old: &[FieldRecord], new: &[FieldRecord]) -> Self {
        let has = |parts: &[FieldRecord], id: i64| parts.iter().any(|it| it.id == id);
        let name = |it: &FieldRecord| it.name.clone();
        let is_new = |it: &&FieldRecord| !has(old, it.id);
        let is_gone = |it: &&FieldRecord| !has(new, it.id);
        let stays_old: Vec<&FieldRecord> = old.iter().filter(|it| !is_gone(it)).collect();
        let stays_new: Vec<&FieldRecord> = new.iter().filter(|it| !is_new(it)).collect();
        let ids = |parts: &[&FieldRecord]| parts.iter().map(|it| it.id).collect::<Vec<_>>();
        let names = |parts: &[&FieldRecord]| parts.iter().map(|it| it.name.clone()).collect();
        let pairs = old.iter().zip(new);
        Self {
            added: new.iter().filter(is_new).map(name).collect(),
            removed: old.iter().filter(is_gone).map(name).collect(),
            reordered: (ids(&stays_old) != ids(&stays_new))
                .then(|| (names(&stays_old), names(&stays_new))),
            perhaps_renamed: pairs
                .filter(|(old, new)| is_gone(old) && is_new(new))
                .map(|(old, new)| (name(old), name(new)))
                .collect(),
        }
    }

    fn is_none(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.reordered.is_none()
    }

    /// As phrases: ``field `Word` is new``.
    fn describe(&self, one: &str, many: &str, into: &mut Vec<String>) {
        for (names, what) in [(&self.removed, "gone"), (&self.added, "new")] {
            match names.as_slice() {
                [] => {}
                [name] => into.push(format!("{one} `{name}` is {what}")),
                names => into.push(format!("{many} `{}` are {what}", names.join("`, `"))),
            }
        }
        if let Some((old, new)) = &self.reordered {
            let (old, new) = (old.join("`, `"), new.join("`, `"));
            into.push(format!("the {many} `{old}` stand in the order `{new}` now"));
        }
    }
}

impl SchemaChange {
    /// What differs; `None` where an import takes the new version over in silence.
    #[must_use]
    pub fn between(old: &TypeRecord, new: &TypeRecord) -> Option<Self> {
        let name_of = |record: &TypeRecord| {
            let field = record.fields.iter().find(|it| it.key == record.sort_field);
            field.map_or_else(|| record.sort_field.clone(), |it| it.name.clone())
        };
        let id_of = |record: &TypeRecord| {
            let mut fields = record.fields.iter();
            fields
                .find(|it| it.key == record.sort_field)
                .map(|it| it.id)
        };
        let mut change = Self {
            fields: PartsChange::between(&old.fields, &new.fields),
            templates: PartsChange::between(&old.templates, &new.templates),
            id: (old.id != new.id).then_some((old.id, new.id)),
            moved_names: moved_names(&old.fields, &new.fields),
            ..Self::default()
        };
        match (old.kind, new.kind) {
            (Some(before), Some(now)) => {
                change.kind = (before != now).then_some((before, now));
                if id_of(old) != id_of(new) {
                    change.sort_field = Some((name_of(old), name_of(new)));
                }
            }
            // A lock of format 1 has both in its hash only.
            _ => change.unknown = change.is_none() && old.schema != new.schema,
        }
        (!change.is_none()).then_some(change)
    }

    fn is_none(&self) -> bool {
        self.fields.is_none()
            && self.templates.is_none()
            && self.kind.is_none()
            && self.sort_field.is_none()
            && self.id.is_none()
            && self.moved_names.is_empty()
            && !self.unknown
    }

    /// Whether an import takes the two versions for two note types: it compares fields and card
    /// templates place by place.
    #[must_use]
    pub fn splits(&self) -> bool {
        !self.fields.is_none() || !self.templates.is_none()
    }

    /// What differs, a phrase each.
    #[must_use]
    pub fn phrases(&self) -> Vec<String> {
        let mut phrases = Vec::new();
        if let Some((old, new)) = self.kind {
            phrases.push(format!(
                "its kind was `{}` and is `{}`",
                word(old),
                word(new)
            ));
        }
        if let Some((old, new)) = self.id {
            phrases.push(format!("its id was {old} and is {new}"));
        }
        for (old, new) in &self.moved_names {
            phrases.push(format!(
                "the field `{old}` is called `{new}` now, as another field was"
            ));
        }
        self.fields.describe("field", "fields", &mut phrases);
        self.templates
            .describe("card template", "card templates", &mut phrases);
        if let Some((old, new)) = &self.sort_field {
            phrases.push(format!("its sort field was `{old}` and is `{new}`"));
        }
        if self.unknown {
            phrases.push("its kind or its sort field is another".to_owned());
        }
        phrases
    }
}

/// Renamed fields whose new name was another field's that stays.
fn moved_names(old: &[FieldRecord], new: &[FieldRecord]) -> Vec<(String, String)> {
    let was = |id: i64| old.iter().find(|it| it.id == id);
    let mut moved = Vec::new();
    for field in new {
        let Some(before) = was(field.id).filter(|it| it.name != field.name) else {
            continue;
        };
        let stays = |it: &FieldRecord| new.iter().any(|other| other.id == it.id);
        let had = |it: &&FieldRecord| it.id != field.id && it.name == field.name && stays(it);
        if old.iter().find(had).is_some() {
            moved.push((before.name.clone(), field.name.clone()));
        }
    }
    moved
}

fn word(kind: NoteTypeKind) -> &'static str {
    match kind {
        NoteTypeKind::Normal => "normal",
        NoteTypeKind::Cloze => "cloze",
    }
}

/// The record of a note type, at this time of its last change.
#[must_use]
pub fn type_record(written: &WrittenType, modified: i64) -> TypeRecord {
    let note_type = &written.note_type;
    let fields = note_type.fields().iter().zip(&written.fields);
    let fields: Vec<FieldRecord> = fields
        .map(|(field, known)| FieldRecord {
            key: known.key.clone(),
            id: field.id.unwrap_or_default(),
            name: field.name.clone(),
        })
        .collect();
    let templates = note_type.templates().iter().zip(&written.templates);
    let templates = templates.map(|(template, known)| FieldRecord {
        key: known.key.clone(),
        id: template.id.unwrap_or_default(),
        name: template.name.clone(),
    });
    TypeRecord {
        key: written.key.clone(),
        id: note_type.id(),
        modified,
        content: type_content(note_type),
        schema: schema_hash(note_type),
        kind: Some(note_type.kind()),
        sort_field: fields
            .get(note_type.sort_field())
            .map_or_else(String::new, |it| it.key.clone()),
        first_field: fields
            .get(written.first_field)
            .map_or_else(String::new, |it| it.key.clone()),
        templates: templates.collect(),
        fields,
    }
}
