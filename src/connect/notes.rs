//! Calls about notes.
//!
//! AnkiConnect tells and takes no guids: a note has the id of the collection it is in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Client, odd};
use crate::Error;

/// How many notes are asked for at once: a tenth of a second's work, in which Anki stands still.
const BATCH: usize = 1000;

/// A note to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a note is in the collection only when it is added"]
pub struct NewNote {
    deck: String,
    note_type: String,
    fields: BTreeMap<String, String>,
    tags: BTreeSet<String>,
    duplicate: bool,
}

impl NewNote {
    /// A note of this note type, whose cards go into this deck. Both must be there.
    pub fn new(deck: impl Into<String>, note_type: impl Into<String>) -> Self {
        Self {
            deck: deck.into(),
            note_type: note_type.into(),
            fields: BTreeMap::new(),
            tags: BTreeSet::new(),
            duplicate: false,
        }
    }

    /// With this HTML in a field; fields that nobody names are empty.
    pub fn field(mut self, name: impl Into<String>, html: impl Into<String>) -> Self {
        self.fields.insert(name.into(), html.into());
        self
    }

    /// With this tag, which has no spaces.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.insert(tag.into());
        self
    }

    /// Added though another note of its type has the same first field; else it is refused.
    pub fn allow_duplicate(mut self) -> Self {
        self.duplicate = true;
        self
    }

    fn to_json(&self) -> Value {
        json!({
            "deckName": self.deck,
            "modelName": self.note_type,
            "fields": self.fields,
            "tags": self.tags,
            "options": {"allowDuplicate": self.duplicate},
        })
    }
}

/// A note of the collection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteInfo {
    /// The id.
    pub id: i64,
    /// The name of its note type.
    pub note_type: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Names and HTML of its fields, in the order of the note type.
    pub fields: Vec<(String, String)>,
    /// The ids of its cards, in the order of the card templates or clozes.
    pub cards: Vec<i64>,
    /// The last change in seconds; only newer versions of AnkiConnect say it.
    pub modified: Option<i64>,
}

/// What AnkiConnect says of a note, if it is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    note_id: Option<i64>,
    #[serde(default)]
    model_name: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, ToldField>,
    #[serde(default)]
    cards: Vec<i64>,
    #[serde(rename = "mod")]
    modified: Option<i64>,
}

#[derive(Deserialize)]
struct ToldField {
    value: String,
    order: usize,
}

impl Told {
    fn info(self) -> Option<NoteInfo> {
        let mut fields: Vec<_> = self.fields.into_iter().collect();
        let mut tags = self.tags;
        // AnkiConnect on Android says so of a note without tags.
        tags.retain(|it| !it.is_empty());
        fields.sort_by_key(|(_, field)| field.order);
        Some(NoteInfo {
            id: self.note_id?,
            note_type: self.model_name,
            tags,
            fields: fields
                .into_iter()
                .map(|(name, it)| (name, it.value))
                .collect(),
            cards: self.cards,
            modified: self.modified,
        })
    }
}

impl Client {
    /// The ids of the notes that a search in Anki's language finds, such as `deck:Spanish tag:verb`.
    ///
    /// # Errors
    /// As all methods.
    pub fn find_notes(&self, search: &str) -> Result<Vec<i64>, Error> {
        self.ask("findNotes", json!({"query": search}))
    }

    /// Notes by their ids: one answer an id, `None` where there is no such note. 10 000 notes take a
    /// second; they are asked for in several requests.
    ///
    /// # Errors
    /// As all methods.
    pub fn notes_info(&self, ids: &[i64]) -> Result<Vec<Option<NoteInfo>>, Error> {
        let mut notes = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let found: Vec<Told> = self.ask("notesInfo", json!({"notes": batch}))?;
            // AnkiConnect on Android leaves out those that are not there, and has an order of its own.
            let found = found.into_iter().filter_map(Told::info);
            let found: BTreeMap<i64, NoteInfo> = found.map(|it| (it.id, it)).collect();
            notes.extend(batch.iter().map(|id| found.get(id).cloned()));
        }
        Ok(notes)
    }

    /// Adds a note. Gives back its id.
    ///
    /// # Errors
    /// As all methods; also when deck or note type are not there, the first field is empty, another
    /// note has the same, or no card comes of it.
    pub fn add_note(&self, note: &NewNote) -> Result<i64, Error> {
        let id: i64 = self.ask("addNote", json!({"note": note.to_json()}))?;
        self.settle(&[note], &[Some(id)])?;
        Ok(id)
    }

    /// Adds notes; no more than some hundred at a time, for AnkiConnect needs 6 ms a note and Anki
    /// stands still: a package is a hundred times as fast. Gives back their ids, `None` for those
    /// that could not be added; newer versions of AnkiConnect add all or none.
    ///
    /// # Errors
    /// As all methods; with newer versions when any note cannot be added.
    pub fn add_notes(&self, notes: &[NewNote]) -> Result<Vec<Option<i64>>, Error> {
        let list: Vec<Value> = notes.iter().map(NewNote::to_json).collect();
        let ids: Vec<Option<i64>> = self.ask("addNotes", json!({"notes": list}))?;
        if ids.len() != notes.len() {
            return Err(odd("addNotes"));
        }
        self.settle(&notes.iter().collect::<Vec<_>>(), &ids)?;
        Ok(ids)
    }

    /// Brings cards of added notes into the deck that was said: AnkiConnect until the middle of 2025
    /// puts them all into the default deck (measured with that of 2023 and of February 2025, in Anki
    /// 26.9.3 and 25.9.2).
    fn settle(&self, notes: &[&NewNote], ids: &[Option<i64>]) -> Result<(), Error> {
        let added: Vec<i64> = ids.iter().flatten().copied().collect();
        if added.is_empty() {
            return Ok(());
        }
        let infos = self.notes_info(&added)?.into_iter().flatten();
        let cards: BTreeMap<i64, Vec<i64>> = infos.map(|it| (it.id, it.cards)).collect();
        let all: Vec<i64> = cards.values().flatten().copied().collect();
        let decks = self.decks_of(&all)?;
        let Some(default) = self.default_deck()? else {
            return Ok(());
        };
        let lost: BTreeSet<i64> = decks.get(&default).into_iter().flatten().copied().collect();
        let mut wanted: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (note, id) in notes.iter().zip(ids) {
            let own = id.and_then(|it| cards.get(&it)).into_iter().flatten();
            let astray = own.filter(|it| lost.contains(it)).copied();
            if note.deck != default {
                wanted.entry(&note.deck).or_default().extend(astray);
            }
        }
        for (deck, cards) in wanted.into_iter().filter(|(_, cards)| !cards.is_empty()) {
            self.change_deck(&cards, deck)?;
        }
        Ok(())
    }

    /// Writes fields of a note, and its tags if there are any here: all of them, for they take the
    /// place of those it has. Fields that are not named stay. Does nothing while the note is open in
    /// Anki's browser: AnkiConnect cannot.
    ///
    /// # Errors
    /// As all methods; [`ErrorKind::Usage`](crate::ErrorKind::Usage) when there is no such note, or
    /// its type has no such field, which AnkiConnect passes over in silence.
    pub fn update_note(
        &self,
        id: i64,
        fields: &[(&str, &str)],
        tags: Option<&[&str]>,
    ) -> Result<(), Error> {
        let info = self.notes_info(&[id])?.pop().flatten();
        let info = info.ok_or_else(|| Error::usage(format!("there is no note {id}")))?;
        let known = |name: &str| info.fields.iter().any(|(it, _)| it == name);
        if let Some((name, _)) = fields.iter().find(|(name, _)| !known(name)) {
            let names: Vec<String> = info
                .fields
                .iter()
                .map(|(it, _)| format!("`{it}`"))
                .collect();
            return Err(Error::usage(format!(
                "note {id} has no field `{name}`; it has {}",
                names.join(", ")
            )));
        }
        if !fields.is_empty() {
            // All of them: AnkiConnect on Android once counted fields, and did not look at names.
            let mut all: Map<String, Value> = info
                .fields
                .iter()
                .map(|(name, html)| (name.clone(), html.as_str().into()))
                .collect();
            for (name, html) in fields {
                all.insert((*name).to_owned(), (*html).into());
            }
            let note = json!({"id": id, "fields": all});
            self.tell("updateNoteFields", json!({"note": note}))?;
        }
        if let Some(tags) = tags {
            let note = json!({"id": id, "tags": tags});
            self.tell("updateNote", json!({"note": note}))?;
        }
        Ok(())
    }

    /// Deletes notes with their cards, and what learners knew of them.
    ///
    /// # Errors
    /// As all methods.
    pub fn delete_notes(&self, ids: &[i64]) -> Result<(), Error> {
        self.tell("deleteNotes", json!({"notes": ids}))
    }

    /// Adds a tag to notes.
    ///
    /// # Errors
    /// As all methods.
    pub fn add_tag(&self, ids: &[i64], tag: &str) -> Result<(), Error> {
        self.tell("addTags", json!({"notes": ids, "tags": tag}))
    }

    /// Takes a tag from notes.
    ///
    /// # Errors
    /// As all methods.
    pub fn remove_tag(&self, ids: &[i64], tag: &str) -> Result<(), Error> {
        self.tell("removeTags", json!({"notes": ids, "tags": tag}))
    }
}
