//! Notes of the phone that the sources do not have: those that were taken out, those of projects that
//! are included, those that were written on the phone, and all that is somebody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::base::Bases;
use super::outcome::{PullOutcome, PulledNote};
use super::phone::PhoneNote;
use super::reading::Reading;
use super::shown;
use crate::Error;
use crate::diag::{Diagnostics, Sources};
use crate::files::file_name;
use crate::identity::Lock;
use crate::model::DeckName;
use crate::model::written::WrittenType;
use crate::project::{Project, load, variants};

/// What is known of them so far.
pub(super) struct Strangers<'r> {
    reading: &'r Reading,
    bases: &'r Bases,
    /// The times of notes that the lock knows as removed, by their guids.
    gone: BTreeMap<&'r str, i64>,
    /// The folders and times of notes of included projects, by their guids.
    guests: BTreeMap<String, (String, i64)>,
    decks: BTreeSet<&'r str>,
    /// What there is to say of them.
    pub(super) notes: Vec<PulledNote>,
    /// How many of them are as they were.
    pub(super) unchanged: usize,
    /// How many lie in decks of others.
    pub(super) others: usize,
    /// Notes that were written on the phone, in one of the project's decks.
    pub(super) arrivals: Vec<Arrival>,
}

/// A note that was written on the phone.
pub(super) struct Arrival {
    pub(super) phone: PhoneNote,
    /// The type that it has here.
    pub(super) note_type: Arc<WrittenType>,
    pub(super) deck: String,
}

impl<'r> Strangers<'r> {
    pub(super) fn new(
        project: &Project,
        reading: &'r Reading,
        bases: &'r Bases,
    ) -> Result<Self, Error> {
        let removed = reading.lock.removed.values();
        let notes = reading.notes.iter();
        let mut decks: BTreeSet<&str> = notes.map(|it| it.written.deck.as_str()).collect();
        decks.insert(reading.manifest.name.as_str());
        Ok(Self {
            reading,
            bases,
            gone: removed.map(|it| (it.guid.as_str(), it.modified)).collect(),
            guests: guests(project, reading)?,
            decks,
            notes: Vec::new(),
            unchanged: 0,
            others: 0,
            arrivals: Vec::new(),
        })
    }

    /// Takes in a note that the sources do not have.
    pub(super) fn take(&mut self, note: PhoneNote) {
        let shipped = self.bases.newest(&note.guid);
        if let Some((folder, modified)) = self.guests.get(&note.guid) {
            let reason = format!(
                "it was edited on the phone, and belongs to the project in `{folder}`, which this one includes; `deckle pull` there takes it"
            );
            match note.modified > shipped.unwrap_or(*modified) {
                true => self.tell(&note, PullOutcome::Left, Some(reason)),
                false => self.unchanged += 1,
            }
            return;
        }
        let gone = self.gone.get(note.guid.as_str()).copied();
        if let Some(modified) = shipped.or(gone) {
            let reason = "it was edited on the phone, and the sources do not have it any more";
            let reason = (note.modified > modified).then(|| reason.to_owned());
            self.tell(&note, PullOutcome::Removed, reason);
            return;
        }
        match self.belongs(&note) {
            Belongs::No => self.others += 1,
            Belongs::Untyped(reason) => self.tell(&note, PullOutcome::Left, Some(reason)),
            Belongs::Yes(note_type, deck) => self.arrivals.push(Arrival {
                phone: note,
                note_type,
                deck,
            }),
        }
    }

    fn tell(&mut self, note: &PhoneNote, outcome: PullOutcome, reason: Option<String>) {
        self.notes.push(told(note, outcome, None, reason));
    }

    /// Whether a note lies in one of the project's decks, and which type it has here.
    fn belongs(&self, phone: &PhoneNote) -> Belongs {
        let Some(deck) = &phone.deck else {
            return Belongs::No;
        };
        let outer = deck.match_indices("::").filter_map(|it| deck.get(..it.0));
        let mut names = outer.chain([deck.as_str()]);
        if !names.any(|it| self.decks.contains(it)) {
            return Belongs::No;
        }
        let Ok(deck) = DeckName::new(deck) else {
            return Belongs::No;
        };
        match self.note_type(phone) {
            Some(found) => Belongs::Yes(Arc::clone(found), deck.as_str().to_owned()),
            None => Belongs::Untyped(format!(
                "no note type of the project has the fields of `{}`; `deckle unpack` makes one of it",
                phone.note_type.name
            )),
        }
    }

    fn note_type(&self, phone: &PhoneNote) -> Option<&'r Arc<WrittenType>> {
        let (types, stored) = (&self.reading.types, &phone.note_type);
        let by_id = types.iter().find(|it| {
            let id = it.note_type.id();
            id == stored.id || Some(id) == stored.original_id
        });
        let fits = |it: &&Arc<WrittenType>| {
            let filled = stored.fields.iter().zip(&phone.fields);
            it.note_type.kind() == stored.kind
                && it.note_type.templates().len() == stored.templates.len()
                && filled
                    .filter(|(_, html)| !html.is_empty())
                    .all(|(name, _)| it.field_index(name).is_some())
        };
        let names = |it: &&Arc<WrittenType>| {
            let own = it.note_type.field_names();
            own.eq(stored.fields.iter().map(String::as_str))
        };
        by_id
            .filter(names)
            .or_else(|| types.iter().find(|it| names(it) && fits(it)))
            .or_else(|| types.iter().find(fits))
    }
}

enum Belongs {
    /// It is somebody else's.
    No,
    /// Its deck is the project's, and its type is not.
    Untyped(String),
    Yes(Arc<WrittenType>, String),
}

/// What the locks of included projects know, by guids.
fn guests(project: &Project, reading: &Reading) -> Result<BTreeMap<String, (String, i64)>, Error> {
    let mut found = BTreeMap::new();
    let included = &reading.manifest.included;
    if included.is_empty() {
        return Ok(found);
    }
    let listed = project.files.list()?.paths;
    for path in listed.iter().filter(|it| variants::is_lock(file_name(it))) {
        let Some(owner) = included.iter().find(|it| load::lies_in(path, &it.folder)) else {
            continue;
        };
        // What is wrong with it is told where that project is built.
        let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
        let Some(file) = load::read_text(project, path, &mut sources, &mut sink)? else {
            continue;
        };
        let lock = Lock::parse(file, path, sources.text(file), &mut sink).unwrap_or_default();
        for note in lock.notes.values() {
            found.insert(note.guid.clone(), (owner.folder.clone(), note.modified));
        }
    }
    Ok(found)
}

/// What is to be said of a note of the phone.
pub(super) fn told(
    phone: &PhoneNote,
    outcome: PullOutcome,
    path: Option<String>,
    reason: Option<String>,
) -> PulledNote {
    PulledNote {
        outcome,
        guid: phone.guid.clone(),
        path,
        line: None,
        text: shown(phone.fields.first().map_or("", String::as_str)),
        changes: Vec::new(),
        reason,
    }
}
