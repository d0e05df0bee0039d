//! What came back from the phone: the notes of its packages, with the states of their cards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::canonical::canonical;
use crate::Error;
use crate::model::{Flag, NoteTypeKind, Tag};
use crate::package::{CardState, Contents, PackageReader, ReadLimits, StoredCard, StoredDeckKind};

/// Tags that stand for how a learner studies, not for what a note says: Anki sets them by itself.
pub(super) const STUDY_TAGS: [&str; 2] = ["leech", "marked"];

/// All packages together.
pub(super) struct Phone {
    readers: Vec<PackageReader>,
    /// Each note once, the newest of several, by its guid.
    pub(super) notes: BTreeMap<String, PhoneNote>,
    /// Which package has a media file of this name, and where.
    media: BTreeMap<String, (usize, usize)>,
}

/// A note of a package.
#[derive(Debug, Clone)]
pub(super) struct PhoneNote {
    pub(super) id: i64,
    pub(super) guid: String,
    pub(super) note_type: Arc<PhoneType>,
    /// Canonical HTML.
    pub(super) fields: Vec<String>,
    /// Those that say something of the note.
    pub(super) tags: BTreeSet<String>,
    pub(super) is_leech: bool,
    pub(super) modified: i64,
    /// The deck of its first card.
    pub(super) deck: Option<String>,
    /// In the order of their numbers.
    pub(super) cards: Vec<PhoneCard>,
}

/// The note type of a note.
#[derive(Debug, Clone)]
pub(super) struct PhoneType {
    pub(super) id: i64,
    pub(super) original_id: Option<i64>,
    pub(super) name: String,
    pub(super) kind: NoteTypeKind,
    pub(super) fields: Arc<[String]>,
    pub(super) templates: Vec<String>,
}

/// A card of a note.
#[derive(Debug, Clone)]
pub(super) struct PhoneCard {
    pub(super) ordinal: u16,
    pub(super) flag: Flag,
    pub(super) suspended: bool,
    pub(super) deck: Option<String>,
}

impl PhoneNote {
    /// The flag of its first card that has one.
    pub(super) fn flag(&self) -> Flag {
        let mut flags = self.cards.iter().map(|it| it.flag);
        flags.find(|it| *it != Flag::None).unwrap_or_default()
    }

    /// The cards that are suspended, as the setting `suspend` names them; `None` where none is.
    pub(super) fn suspended(&self) -> Option<Suspended> {
        let suspended: Vec<&PhoneCard> = self.cards.iter().filter(|it| it.suspended).collect();
        if suspended.is_empty() {
            return None;
        }
        if suspended.len() == self.cards.len() {
            return Some(Suspended::All);
        }
        let names = suspended.iter().map(|it| self.card_name(it.ordinal));
        Some(Suspended::Cards(names.collect()))
    }

    /// What a card is called: its template, or the number of its cloze.
    pub(super) fn card_name(&self, ordinal: u16) -> String {
        let template = self.note_type.templates.get(usize::from(ordinal));
        match (self.note_type.kind, template) {
            (NoteTypeKind::Normal, Some(name)) => name.clone(),
            _ => (u32::from(ordinal) + 1).to_string(),
        }
    }
}

/// Which cards of a note are suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Suspended {
    All,
    Cards(Vec<String>),
}

impl Phone {
    pub(super) fn read(paths: &[PathBuf], limits: ReadLimits) -> Result<Self, Error> {
        let mut phone = Self {
            readers: Vec::new(),
            notes: BTreeMap::new(),
            media: BTreeMap::new(),
        };
        for path in paths {
            let reader = PackageReader::open_within(path, limits)?;
            let contents = reader.contents();
            for note in notes(contents) {
                let known = phone.notes.get(&note.guid);
                if known.is_none_or(|it| it.modified < note.modified) {
                    phone.notes.insert(note.guid.clone(), note);
                }
            }
            for (index, media) in contents.media.iter().enumerate() {
                let name: String = media.name.nfc().collect();
                let place = (phone.readers.len(), index);
                if media.present {
                    phone.media.entry(name).or_insert(place);
                }
            }
            phone.readers.push(reader);
        }
        Ok(phone)
    }

    /// The bytes of the media file of this name; `None` where no package has it.
    pub(super) fn media(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some((reader, index)) = self.media.get(name).copied() else {
            return Ok(None);
        };
        let Some(reader) = self.readers.get_mut(reader) else {
            return Ok(None);
        };
        let Some(stored) = reader.contents().media.get(index).cloned() else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        reader.copy_media(&stored, &mut bytes)?;
        Ok(Some(bytes))
    }
}

/// The notes of a package whose note types are there.
pub(super) fn notes(contents: &Contents) -> Vec<PhoneNote> {
    let mut decks: BTreeMap<i64, &str> = BTreeMap::new();
    for deck in &contents.decks {
        if matches!(deck.kind, StoredDeckKind::Normal { .. }) {
            decks.insert(deck.id, &deck.name);
        }
    }
    let mut cards: BTreeMap<i64, Vec<&StoredCard>> = BTreeMap::new();
    for card in &contents.cards {
        cards.entry(card.note).or_default().push(card);
    }
    let types: BTreeMap<i64, Arc<PhoneType>> = contents
        .note_types
        .iter()
        .map(|it| {
            let known = PhoneType {
                id: it.id,
                original_id: it.original_id,
                name: it.name.clone(),
                kind: it.kind,
                fields: it.fields.iter().map(|it| it.name.clone()).collect(),
                templates: it.templates.iter().map(|it| it.name.clone()).collect(),
            };
            (it.id, Arc::new(known))
        })
        .collect();
    let mut found = Vec::with_capacity(contents.notes.len());
    for stored in &contents.notes {
        let Some(note_type) = types.get(&stored.note_type) else {
            continue;
        };
        let mut of_note = cards.remove(&stored.id).unwrap_or_default();
        of_note.sort_by_key(|it| (it.ordinal, it.id));
        let cards: Vec<PhoneCard> = of_note
            .iter()
            .map(|it| PhoneCard {
                ordinal: it.ordinal,
                flag: flag(it.flag()),
                suspended: it.state() == CardState::Suspended,
                deck: deck_of(it, &decks),
            })
            .collect();
        let is_leech = |it: &str| it.eq_ignore_ascii_case(STUDY_TAGS[0]);
        found.push(PhoneNote {
            id: stored.id,
            guid: stored.guid.clone(),
            note_type: Arc::clone(note_type),
            fields: stored.fields().map(canonical).collect(),
            is_leech: stored.tags().any(is_leech),
            tags: tags(stored.tags()),
            modified: stored.modified,
            deck: cards.first().and_then(|it| it.deck.clone()),
            cards,
        });
    }
    found
}

/// The tags that say something of a note.
pub(super) fn tags<'t>(written: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    let is_study = |it: &String| STUDY_TAGS.iter().any(|tag| it.eq_ignore_ascii_case(tag));
    let tags = written.into_iter().filter_map(tag);
    tags.filter(|it| !is_study(it)).collect()
}

/// A tag as deckle writes it.
fn tag(written: &str) -> Option<String> {
    let clean: String = written.nfc().filter(|it| !it.is_control()).collect();
    Some(Tag::new(&clean).ok()?.as_str().to_owned())
}

/// The flag of this number.
pub(super) fn flag(number: u8) -> Flag {
    Flag::parse(&number.to_string()).unwrap_or_default()
}

/// The deck that a card belongs to, which is not the filtered deck that it may be in.
fn deck_of(card: &StoredCard, decks: &BTreeMap<i64, &str>) -> Option<String> {
    let id = match card.original_deck {
        0 => card.deck,
        home => home,
    };
    decks.get(&id).map(|it| (*it).to_owned())
}
