//! A phone as far as notes go: it imports as Anki does, edits, and exports.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::model::{Guid, NoteType};
use deckle::package::PackageReader;
use deckle::{BuildTime, Deck, Note, Package};

use crate::cli::Place;

pub(super) struct Phone {
    notes: BTreeMap<String, Known>,
}

struct Known {
    id: i64,
    modified: i64,
    fields: Vec<String>,
    tags: Vec<String>,
    deck: String,
}

impl Phone {
    pub(super) fn new() -> Self {
        Self {
            notes: BTreeMap::new(),
        }
    }

    /// New notes, and those that are newer than what is there.
    pub(super) fn import(&mut self, package: &Path) {
        let contents = PackageReader::open(package).unwrap().into_contents();
        for stored in &contents.notes {
            let known = self.notes.get(&stored.guid);
            if known.is_some_and(|it| it.modified >= stored.modified) {
                continue;
            }
            let card = contents.cards.iter().find(|it| it.note == stored.id);
            let deck = contents.decks.iter().find(|it| it.id == card.unwrap().deck);
            // A note of another variant may have the same id, and gets another one.
            let taken = |id: i64| {
                self.notes
                    .iter()
                    .any(|it| it.1.id == id && *it.0 != stored.guid)
            };
            let id = (stored.id..).find(|id| !taken(*id)).unwrap();
            let note = Known {
                id,
                modified: stored.modified,
                fields: stored.fields().map(str::to_owned).collect(),
                tags: stored.tags().map(str::to_owned).collect(),
                deck: deck.unwrap().name.clone(),
            };
            self.notes.insert(stored.guid.clone(), note);
        }
    }

    fn note(&mut self, front: &str) -> &mut Known {
        let all = &mut self.notes.values_mut();
        all.find(|it| it.fields[0] == front).unwrap()
    }

    /// Gives the note with this first field other ones, by position.
    pub(super) fn edit(&mut self, front: &str, fields: &[(usize, &str)], time: i64) {
        let note = self.note(front);
        for (at, html) in fields {
            note.fields[*at] = (*html).to_owned();
        }
        note.modified = time;
    }

    pub(super) fn add(&mut self, guid: &str, deck: &str, fields: [&str; 2], time: i64) {
        let fields = fields.iter().map(|it| (*it).to_owned());
        let note = Known {
            id: time * 1000,
            modified: time,
            fields: fields.chain([String::new()]).collect(),
            tags: Vec::new(),
            deck: deck.to_owned(),
        };
        self.notes.insert(guid.to_owned(), note);
    }

    pub(super) fn has(&self, front: &str) -> (i64, &[String]) {
        let all = &mut self.notes.values();
        let note = all.find(|it| it.fields[0] == front).unwrap();
        (note.modified, &note.fields)
    }

    /// Everything that is there, as a package beside the project.
    pub(super) fn export(&self, place: &Place) -> PathBuf {
        let basic = NoteType::basic();
        let mut decks: BTreeMap<&str, Deck> = BTreeMap::new();
        for (guid, known) in &self.notes {
            let deck = decks.entry(&known.deck);
            let deck = deck.or_insert_with(|| Deck::new(known.deck.clone()));
            let note = Note::new(&basic)
                .fields(known.fields.clone())
                .guid(Guid::new(guid.clone()).unwrap())
                .id(known.id)
                .modified(known.modified)
                .tags(known.tags.iter().map(String::as_str));
            deck.add(note).unwrap();
        }
        let path = place.outer.path().join("export.apkg");
        let _ = fs::remove_file(&path);
        let mut package = Package::new(BuildTime::from_unix(1_800_000_000));
        for deck in decks.into_values() {
            package = package.deck(deck);
        }
        package.write(&path).unwrap();
        path
    }
}
