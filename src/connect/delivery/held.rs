//! The notes of the collection that may be the package's.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Client, NoteInfo};
use crate::Error;
use crate::package::{Side, StoredNote};

pub(super) struct Held {
    notes: BTreeMap<i64, NoteInfo>,
    /// Ids of note types by their names.
    pub(super) note_types: BTreeMap<String, i64>,
}

/// What the collection has of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Missing,
    /// Another note may have its id, or a learner wrote its first field anew.
    Unclear,
    Older,
    Current,
}

impl Held {
    /// Asks for the notes of these ids. Which there are at all takes one request, however many notes
    /// the collection has.
    pub(super) fn look(client: &Client, ids: &BTreeSet<i64>) -> Result<Self, Error> {
        let mut there = client.find_notes("deck:*")?;
        there.retain(|it| ids.contains(it));
        let infos = client.notes_info(&there)?.into_iter().flatten();
        Ok(Self {
            notes: infos.map(|it| (it.id, it)).collect(),
            note_types: client.note_type_ids()?,
        })
    }

    /// The note that this one of a package became. Another note may have its id, even one of the same
    /// type: projects that were built at the same moment share ids, and shipped note types. So its
    /// first field must be this note's, or what the base says of it.
    pub(super) fn note(&self, note: &StoredNote, base: Option<&Side<'_>>) -> Option<&NoteInfo> {
        let found = self.notes.get(&note.id)?;
        let before = base
            .and_then(|it| it.notes.get(note.guid.as_str()))
            .copied();
        let is_its = |note: &StoredNote| {
            let type_is = self.note_types.get(&found.note_type) == Some(&note.note_type);
            (type_is && same_first_field(found, note)) || same_fields(found, note)
        };
        (is_its(note) || before.is_some_and(is_its)).then_some(found)
    }

    pub(super) fn state(&self, note: &StoredNote, base: Option<&Side<'_>>) -> State {
        let Some(found) = self.note(note, base) else {
            let taken = self.notes.contains_key(&note.id);
            return if taken {
                State::Unclear
            } else {
                State::Missing
            };
        };
        let is_current = match found.modified {
            Some(modified) => modified >= note.modified,
            None => same_fields(found, note) && same_tags(found, note),
        };
        if is_current {
            State::Current
        } else {
            State::Older
        }
    }
}

fn same_first_field(found: &NoteInfo, note: &StoredNote) -> bool {
    found.fields.first().map(|(_, html)| html.as_str()) == note.fields().next()
}

pub(super) fn same_fields(found: &NoteInfo, note: &StoredNote) -> bool {
    found
        .fields
        .iter()
        .map(|(_, html)| html.as_str())
        .eq(note.fields())
}

pub(super) fn same_tags(found: &NoteInfo, note: &StoredNote) -> bool {
    let folded = |tag: &str| tag.to_lowercase();
    let found: BTreeSet<String> = found.tags.iter().map(|it| folded(it)).collect();
    found == note.tags().map(folded).collect()
}
