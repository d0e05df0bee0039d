//! Notes: what goes out, what a learner's edit keeps as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::fresh::text;
use super::ids::Ids;
use super::note_types::{NoteTypes, Target};
use super::parts::list;
use super::tags;
use crate::package::{Side, StoredNote};
use crate::sync::pushed::Pushed;
use crate::sync::rows::NoteRow;
use crate::sync::state::State;

/// What became of a note of the package.
pub(super) struct Settled<'a> {
    pub(super) note: &'a StoredNote,
    pub(super) target: &'a Target,
    /// Its id there.
    pub(super) id: i64,
    /// Its fields and tags, as they will be.
    pub(super) fields: String,
    pub(super) tags: String,
    /// Whether these are the package's, so that its cards are.
    pub(super) is_own: bool,
    pub(super) is_new: bool,
}

/// The notes of the package, and those rows that are sent.
#[derive(Default)]
pub(super) struct Notes<'a> {
    pub(super) settled: Vec<Settled<'a>>,
    pub(super) sent: Vec<NoteRow>,
}

impl<'a> Notes<'a> {
    pub(super) fn plan(
        state: &State,
        new: &Side<'a>,
        base: Option<&Side<'_>>,
        types: &'a NoteTypes,
        told: &mut Pushed,
    ) -> Self {
        let mut held: BTreeMap<&str, &NoteRow> = BTreeMap::new();
        for note in state.notes.values() {
            held.entry(note.guid.as_str()).or_insert(note);
        }
        let buried: BTreeSet<i64> = state.graves.notes.iter().copied().collect();
        let mut ids = Ids::new(state.notes.keys().chain(&buried).copied());
        let mut notes: Vec<&StoredNote> = new.notes.values().copied().collect();
        notes.sort_by_key(|it| it.id);
        let mut planned = Self::default();
        for note in notes {
            let Some(target) = types.targets.get(&note.note_type) else {
                told.conflicts.push(note.guid.clone());
                continue;
            };
            let before = base.and_then(|it| it.notes.get(note.guid.as_str()));
            match held.get(note.guid.as_str()) {
                None => {
                    told.added += 1;
                    if buried.contains(&note.id) {
                        told.returned.push(note.guid.clone());
                    }
                    planned.add(note, target, ids.take(note.id));
                }
                Some(there) => {
                    let meeting = Meeting {
                        note,
                        there,
                        before: before.copied(),
                        target,
                    };
                    planned.meet(&meeting, state, base, told);
                }
            }
        }
        planned
    }

    fn add(&mut self, note: &'a StoredNote, target: &'a Target, id: i64) {
        let fields = target.package_fields(note);
        let fields: Vec<&str> = fields.iter().map(|it| it.unwrap_or_default()).collect();
        let fields = fields.join("\u{1f}");
        let tags = tags::column(tags::read(&note.tags).into_values());
        self.sent.push(NoteRow {
            id,
            guid: note.guid.clone(),
            note_type: target.id,
            modified: note.modified,
            usn: 0,
            tags: tags.clone(),
            fields: fields.clone(),
            flags: 0,
            data: String::new(),
        });
        self.settled.push(Settled {
            note,
            target,
            id,
            fields,
            tags,
            is_own: true,
            is_new: true,
        });
    }

    fn meet(
        &mut self,
        meeting: &Meeting<'a, '_>,
        state: &State,
        base: Option<&Side<'_>>,
        told: &mut Pushed,
    ) {
        let Meeting {
            note,
            there,
            before,
            target,
        } = *meeting;
        let Some(places) = target.from.get(&there.note_type) else {
            told.conflicts.push(note.guid.clone());
            return;
        };
        let own = target.package_fields(note);
        let held = there.fields();
        let held: Vec<Option<&str>> = places
            .iter()
            .map(|place| place.and_then(|it| held.get(it)).copied())
            .collect();
        let is_newer = note.modified > there.modified;
        let moves = there.note_type != target.id;
        // Each field of one side, and of the other where the one does not have it.
        let join = |first: &[Option<&str>], second: &[Option<&str>]| {
            let pairs = first.iter().zip(second);
            let values = pairs.map(|(one, other)| one.or(*other).unwrap_or_default());
            values.collect::<Vec<&str>>().join("\u{1f}")
        };
        let authors = join(&own, &held);
        let learners = join(&held, &own);
        let mut row = (*there).clone();
        if is_newer {
            told.changed += 1;
            if let Some(before) = before
                && there.modified > before.modified
                && meeting.was_edited(before, state, base)
            {
                told.overwritten.push(note.guid.clone());
            }
            row.fields = authors.clone();
            row.tags = tags::merged(&there.tags, &note.tags, before.map(|it| &*it.tags));
            row.modified = note.modified;
        } else {
            told.current += 1;
            if there.modified > note.modified && learners != authors {
                told.kept.push(note.guid.clone());
            }
            if moves {
                row.fields = learners.clone();
                // Newer than what the server has, and older than what a device may bring yet.
                row.modified = there.modified + 1;
            }
        }
        let is_own = is_newer || learners == authors;
        let settled = Settled {
            note,
            target,
            id: there.id,
            fields: if is_newer { authors } else { learners },
            tags: row.tags.clone(),
            is_own,
            is_new: false,
        };
        if moves {
            told.repointed += 1;
            row.note_type = target.id;
        }
        if is_newer || moves {
            self.sent.push(row);
        }
        self.settled.push(settled);
    }
}

/// A note of the package, and the same note on the server.
#[derive(Clone, Copy)]
struct Meeting<'a, 'b> {
    note: &'a StoredNote,
    there: &'b NoteRow,
    before: Option<&'b StoredNote>,
    target: &'a Target,
}

impl Meeting<'_, '_> {
    /// Whether a field is not as the base brought it. Tags alone, such as of leeches, count for
    /// nothing: they are merged.
    fn was_edited(&self, before: &StoredNote, state: &State, base: Option<&Side<'_>>) -> bool {
        let own_type = base.and_then(|it| it.note_types.get(&before.note_type));
        let names = own_type.into_iter().flat_map(|it| &it.fields);
        let names = names.map(|it| it.name.as_str());
        let before: BTreeMap<&str, &str> = names.zip(before.fields()).collect();
        let there_type = state.note_types.get(&self.there.note_type);
        let fields = there_type.map(|it| list(it, "flds")).unwrap_or_default();
        let mut pairs = fields.iter().zip(self.there.fields());
        pairs.any(|(field, value)| {
            let was = before.get(text(field, "name"));
            was.is_some_and(|it| *it != value)
        })
    }
}

impl Target {
    /// The package's values in the order of the fields here.
    fn package_fields<'n>(&self, note: &'n StoredNote) -> Vec<Option<&'n str>> {
        let values: Vec<&str> = note.fields().collect();
        let places = self.fields.iter();
        places
            .map(|place| place.and_then(|it| values.get(it)).copied())
            .collect()
    }
}
