//! The second step of an import: notes, which are known by their guids.

use std::collections::HashMap;

use super::collection::{Collection, HeldNote};
use super::media::MediaPlan;
use super::names::arriving_tags;
use super::options::ImportOptions;
use super::refusal::Refusal;
use crate::package::Contents;

/// What became of a note of the package. The first four are the groups of the log that Anki shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteOutcome {
    /// It came in.
    New,
    /// It replaced fields and tags of the collection's.
    Updated,
    /// The collection has it, and the package's is not newer.
    Duplicate,
    /// The collection has it with another note type.
    Conflicting,
}

pub(super) struct Imported {
    pub(super) outcomes: Vec<NoteOutcome>,
    /// By id in the package, the position in the collection, where cards may be added.
    pub(super) targets: HashMap<i64, usize>,
}

pub(super) fn import<'a>(
    collection: &mut Collection<'a>,
    package: &'a Contents,
    note_types: &HashMap<i64, i64>,
    options: &ImportOptions,
    media: &mut MediaPlan<'a>,
) -> Result<Imported, Refusal> {
    // What came in just now is no duplicate: two notes of one guid in one package both come in.
    let known = collection.by_guid.clone();
    let mut outcomes = Vec::with_capacity(package.notes.len());
    let mut targets = HashMap::with_capacity(package.notes.len());
    for note in &package.notes {
        let guid = note.guid.as_str();
        let note_type = note_types.get(&note.note_type);
        let target = note_type.copied().unwrap_or(note.note_type);
        let index = known.get(guid).copied();
        let Some((index, held)) =
            index.and_then(|index| Some((index, collection.notes.get(index)?)))
        else {
            check(collection, guid, target, &note.fields)?;
            let index = collection.add_note(HeldNote {
                id: note.id,
                guid,
                note_type: target,
                modified: note.modified,
                tags: arriving_tags(&note.tags),
                fields: media.rewrite(&note.fields),
                cards: Vec::new(),
            });
            targets.insert(note.id, index);
            outcomes.push(NoteOutcome::New);
            continue;
        };
        if held.note_type != target {
            outcomes.push(NoteOutcome::Conflicting);
            continue;
        }
        targets.insert(note.id, index);
        if !options.update_notes.takes(note.modified, held.modified) {
            outcomes.push(NoteOutcome::Duplicate);
            continue;
        }
        check(collection, guid, target, &note.fields)?;
        let fields = media.rewrite(&note.fields);
        if let Some(held) = collection.notes.get_mut(index) {
            held.fields = fields;
            held.tags = arriving_tags(&note.tags);
            held.modified = note.modified;
        }
        outcomes.push(NoteOutcome::Updated);
    }
    Ok(Imported { outcomes, targets })
}

/// Whether Anki would save the note: only those that it saves are looked at.
fn check(
    collection: &Collection<'_>,
    guid: &str,
    note_type: i64,
    fields: &str,
) -> Result<(), Refusal> {
    let Some(held) = collection.note_types.get(&note_type) else {
        return Err(Refusal::NoNoteType(guid.to_owned()));
    };
    let found = fields.split('\u{1f}').count();
    let expected = held.stored.fields.len();
    if found != expected {
        return Err(Refusal::FieldCount {
            guid: guid.to_owned(),
            found,
            expected,
        });
    }
    Ok(())
}
