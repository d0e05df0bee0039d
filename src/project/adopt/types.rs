//! Which note type of the deck becomes which of the project, and what an import makes of that.

use std::collections::BTreeMap;

use crate::identity::{Digest, FieldRecord, Lock, TypeRecord, schema_hash};
use crate::model::stable_id;
use crate::model::written::WrittenType;
use crate::package::StoredNoteType;

/// A note type of the deck that becomes one of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdoptedType {
    /// Its name in the deck.
    pub name: String,
    /// The key of the project's.
    pub key: String,
    /// How many notes it has that were matched.
    pub notes: usize,
    /// What learners have to know.
    pub fit: TypeFit,
}

/// How a note type of the project suits the one that learners have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeFit {
    /// Fields and card templates are the same: an import updates the notes.
    Same,
    /// Fields or card templates differ: an import updates the notes only with "Merge note types".
    /// The text says what differs.
    Differs(String),
    /// The project's type is one that ships with deckle, whose id is its own: as `Differs`.
    Shipped,
    /// The project gives its type another id than the deck's, which this is.
    OtherId(i64),
}

/// For each note type of the project that of the deck whose notes it has most.
pub(super) fn chosen(uses: &BTreeMap<(String, i64), usize>) -> BTreeMap<String, i64> {
    let mut ranked: Vec<(&(String, i64), &usize)> = uses.iter().collect();
    ranked.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
    let mut chosen: BTreeMap<String, i64> = BTreeMap::new();
    for ((key, id), _) in ranked {
        // Two types cannot have one id.
        if !chosen.contains_key(key) && !chosen.values().any(|it| it == id) {
            chosen.insert(key.clone(), *id);
        }
    }
    chosen
}

/// How the project's type suits that of the deck.
pub(super) fn fit(written: &WrittenType, stored: &StoredNoteType) -> TypeFit {
    if written.shipped {
        return if written.note_type.id() == stored.id {
            TypeFit::Same
        } else {
            TypeFit::Shipped
        };
    }
    if written.has_id && written.note_type.id() != stored.id {
        return TypeFit::OtherId(stored.id);
    }
    let mut differences = Vec::new();
    if written.note_type.kind() != stored.kind {
        differences.push("one of them makes clozes, the other does not".to_owned());
    }
    let ours: Vec<&str> = written.note_type.field_names().collect();
    let theirs: Vec<&str> = stored.fields.iter().map(|it| it.name.as_str()).collect();
    if ours != theirs {
        differences.push(names("fields", &theirs, &ours));
    }
    let ours: Vec<&str> = written
        .note_type
        .templates()
        .iter()
        .map(|it| it.name())
        .collect();
    let theirs: Vec<&str> = stored.templates.iter().map(|it| it.name.as_str()).collect();
    let is_cloze = stored.kind == crate::model::NoteTypeKind::Cloze;
    if ours != theirs && !(is_cloze && ours.len() == theirs.len()) {
        differences.push(names("card templates", &theirs, &ours));
    }
    if differences.is_empty() {
        TypeFit::Same
    } else {
        TypeFit::Differs(differences.join("; "))
    }
}

fn names(what: &str, theirs: &[&str], ours: &[&str]) -> String {
    format!(
        "{what} are `{}` in the deck and `{}` here",
        theirs.join("`, `"),
        ours.join("`, `")
    )
}

/// Writes into the lock that the project's type is the one that learners have. A build then takes
/// over its ids, and tells what an import would not take over in silence.
pub(super) fn adopt(lock: &mut Lock, written: &WrittenType, stored: &StoredNoteType) {
    let derived = |kind: &str, name: &str| stable_id(&[&stored.id.to_string(), kind, name]);
    let record = |kind: &str, name: &str, id: Option<i64>| FieldRecord {
        key: name.to_owned(),
        // Without an id an import goes by the name.
        id: id.unwrap_or_else(|| derived(kind, name)),
        name: name.to_owned(),
    };
    let fields = stored
        .fields
        .iter()
        .map(|it| record("field", &it.name, it.id));
    let templates = stored
        .templates
        .iter()
        .map(|it| record("template", &it.name, it.id));
    let fields: Vec<FieldRecord> = fields.collect();
    let templates: Vec<FieldRecord> = templates.collect();
    let key = |name: Option<&str>| {
        let known = fields.iter().find(|it| Some(it.name.as_str()) == name);
        known.map_or_else(String::new, |it| it.key.clone())
    };
    let sort_field = stored.fields.get(stored.sort_field);
    let sort_field = key(sort_field
        .or(stored.fields.last())
        .map(|it| it.name.as_str()));
    let first_field = key(written.note_type.field_names().nth(written.first_field));
    let ids = |parts: &[FieldRecord]| parts.iter().map(|it| it.id).collect::<Vec<_>>();
    let as_theirs = written
        .note_type
        .with_ids(stored.id, &ids(&fields), &ids(&templates));
    let record = TypeRecord {
        key: written.key.clone(),
        id: stored.id,
        modified: stored.modified,
        // Whatever the project says of the type is newer than what learners have.
        content: Digest::default(),
        schema: schema_hash(&as_theirs),
        kind: Some(stored.kind),
        sort_field,
        first_field,
        fields,
        templates,
    };
    lock.types.insert(written.identity.clone(), record);
}
