//! Notes of a note type that an import gave new fields or card templates.
//!
//! To merge note types, Anki writes all their notes anew and with its own time, and then takes the
//! package's notes for older: what the author changed in the same release is passed over (measured
//! on Anki 26.9.3 and 25.9.2). Which notes the author changed last is known from before the import,
//! so these are written here.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::NoteInfo;
use super::Client;
use super::held::Held;
use crate::Error;
use crate::package::{Side, StoredNote};

/// Writes those of `older`, the notes that were older than the package's, that the import passed
/// over.
pub(super) fn rewrite(
    client: &Client,
    new: &Side<'_>,
    base: Option<&Side<'_>>,
    merged: &BTreeSet<i64>,
    older: &[&StoredNote],
) -> Result<(), Error> {
    let concerned = older.iter().filter(|it| merged.contains(&it.note_type));
    let concerned: Vec<&StoredNote> = concerned.copied().collect();
    if concerned.is_empty() {
        return Ok(());
    }
    let held = Held::look(client, &concerned.iter().map(|it| it.id).collect())?;
    let (mut fields, mut tags) = (Vec::new(), Vec::new());
    for note in concerned {
        let Some(found) = held.note(note, base) else {
            continue;
        };
        let wanted = values(new, note);
        if wanted
            .iter()
            .any(|(name, html)| value(found, name) != html.as_str())
        {
            fields.push(json!({"note": {"id": found.id, "fields": wanted}}));
        }
        let own: BTreeSet<&str> = note.tags().collect();
        if own != found.tags.iter().map(String::as_str).collect() {
            tags.push(json!({"note": {"id": found.id, "tags": own}}));
        }
    }
    for (action, params) in [("updateNoteFields", fields), ("updateNote", tags)] {
        for result in client.many(action, params)? {
            result?;
        }
    }
    Ok(())
}

/// A package's note as names and HTML of its fields.
pub(super) fn values(new: &Side<'_>, note: &StoredNote) -> Map<String, Value> {
    let fields = new.note_types.get(&note.note_type);
    let names = fields.into_iter().flat_map(|it| &it.fields);
    let pairs = names.zip(note.fields());
    pairs
        .map(|(field, html)| (field.name.clone(), html.into()))
        .collect()
}

fn value<'a>(found: &'a NoteInfo, name: &str) -> Option<&'a str> {
    let mut fields = found.fields.iter();
    fields
        .find(|(it, _)| it == name)
        .map(|(_, html)| html.as_str())
}
