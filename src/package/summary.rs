//! A package at a glance: what `deckle inspect` shows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::{CardState, Contents, StoredDeckKind, StoredMedia, Variant};
use crate::model::NoteTypeKind;

/// A package at a glance. Counts are of what the package holds, also where Anki would not import
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The container.
    pub variant: Variant,
    /// The version of the database's tables.
    pub schema: u8,
    /// How many notes there are.
    pub notes: usize,
    /// How many cards.
    pub cards: usize,
    /// How many reviews of cards.
    pub reviews: u64,
    /// The decks, sorted by name.
    pub decks: Vec<DeckSummary>,
    /// The note types, sorted by name.
    pub note_types: Vec<NoteTypeSummary>,
    /// Names of the presets of deck options, sorted.
    pub presets: Vec<String>,
    /// How many cards there are in each state; states without a card are left out.
    pub states: BTreeMap<CardState, usize>,
    /// How many cards have each flag, by its number (1 red to 7 purple); others are left out.
    pub flags: BTreeMap<u8, usize>,
    /// How many different tags the notes have, letter case aside.
    pub tags: usize,
    /// The media, in the package's order.
    pub media: Vec<StoredMedia>,
}

/// A deck at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeckSummary {
    /// The id.
    pub id: i64,
    /// The name, with `::` between its levels.
    pub name: String,
    /// Whether it is filtered: its cards then are borrowed, and counted in their home decks too.
    pub filtered: bool,
    /// How many notes have a card here, decks below not counted.
    pub notes: usize,
    /// How many cards are here, decks below not counted.
    pub cards: usize,
}

/// A note type at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteTypeSummary {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Normal or cloze.
    pub kind: NoteTypeKind,
    /// Names of the fields, in order.
    pub fields: Vec<String>,
    /// Names of the card templates, in order.
    pub templates: Vec<String>,
    /// How many notes there are of it.
    pub notes: usize,
    /// How many cards these have.
    pub cards: usize,
}

impl Summary {
    /// What there is to say of a package.
    #[must_use]
    pub fn new(contents: &Contents) -> Self {
        let mut states: BTreeMap<CardState, usize> = BTreeMap::new();
        let mut flags: BTreeMap<u8, usize> = BTreeMap::new();
        for card in &contents.cards {
            *states.entry(card.state()).or_default() += 1;
            if card.flag() > 0 {
                *flags.entry(card.flag()).or_default() += 1;
            }
        }
        let tags: HashSet<String> = contents
            .notes
            .iter()
            .flat_map(|note| note.tags().map(str::to_lowercase))
            .collect();
        let mut presets: Vec<String> = contents.presets.iter().map(|it| it.name.clone()).collect();
        presets.sort_unstable();
        Self {
            variant: contents.variant,
            schema: contents.schema,
            notes: contents.notes.len(),
            cards: contents.cards.len(),
            reviews: contents.reviews,
            decks: decks(contents),
            note_types: note_types(contents),
            presets,
            states,
            flags,
            tags: tags.len(),
            media: contents.media.clone(),
        }
    }

    /// The size of all media in bytes, as far as the package says it.
    #[must_use]
    pub fn media_bytes(&self) -> u64 {
        let sizes = self.media.iter().filter_map(|it| it.size);
        sizes.fold(0, u64::saturating_add)
    }

    /// The summary as an object of JSON in one line. Keys keep their names and meaning; a later
    /// version may add some.
    #[must_use]
    pub fn to_json(&self) -> String {
        let decks = self.decks.iter().map(|it| {
            json!({
                "id": it.id,
                "name": it.name,
                "filtered": it.filtered,
                "notes": it.notes,
                "cards": it.cards,
            })
        });
        let note_types = self.note_types.iter().map(|it| {
            json!({
                "id": it.id,
                "name": it.name,
                "kind": match it.kind {
                    NoteTypeKind::Normal => "normal",
                    NoteTypeKind::Cloze => "cloze",
                },
                "fields": it.fields,
                "templates": it.templates,
                "notes": it.notes,
                "cards": it.cards,
            })
        });
        let media = self.media.iter().map(|it| {
            json!({"name": it.name, "entry": it.entry, "bytes": it.size, "present": it.present})
        });
        let count = |state| self.states.get(&state).copied().unwrap_or_default();
        let flags = (1..8_u8).map(|flag| self.flags.get(&flag).copied().unwrap_or_default());
        json!({
            "variant": self.variant.name(),
            "schema": self.schema,
            "notes": self.notes,
            "cards": self.cards,
            "reviews": self.reviews,
            "decks": decks.collect::<Value>(),
            "note_types": note_types.collect::<Value>(),
            "presets": self.presets,
            "states": {
                "new": count(CardState::New),
                "learning": count(CardState::Learning),
                "review": count(CardState::Review),
                "suspended": count(CardState::Suspended),
                "buried": count(CardState::Buried),
            },
            "flags": flags.collect::<Value>(),
            "tags": self.tags,
            "media": media.collect::<Value>(),
        })
        .to_string()
    }
}

fn decks(contents: &Contents) -> Vec<DeckSummary> {
    // A set of pairs, not a set a deck: a package may have more decks than notes.
    let mut notes: BTreeSet<(i64, i64)> = BTreeSet::new();
    let mut cards: HashMap<i64, usize> = HashMap::new();
    for card in &contents.cards {
        let home = Some(card.original_deck).filter(|id| *id != 0 && *id != card.deck);
        for deck in [Some(card.deck), home].into_iter().flatten() {
            notes.insert((deck, card.note));
            *cards.entry(deck).or_default() += 1;
        }
    }
    let mut found: Vec<DeckSummary> = contents
        .decks
        .iter()
        .map(|deck| DeckSummary {
            id: deck.id,
            name: deck.name.clone(),
            filtered: matches!(deck.kind, StoredDeckKind::Filtered { .. }),
            notes: notes
                .range((deck.id, i64::MIN)..=(deck.id, i64::MAX))
                .count(),
            cards: cards.get(&deck.id).copied().unwrap_or_default(),
        })
        .collect();
    // By levels, so that a deck stands right below the one that it is in.
    found.sort_by_cached_key(|deck| {
        let levels: Vec<String> = deck.name.split("::").map(str::to_owned).collect();
        (levels, deck.id)
    });
    found
}

fn note_types(contents: &Contents) -> Vec<NoteTypeSummary> {
    let type_of: HashMap<i64, i64> = contents
        .notes
        .iter()
        .map(|note| (note.id, note.note_type))
        .collect();
    let mut notes: HashMap<i64, usize> = HashMap::new();
    for note in &contents.notes {
        *notes.entry(note.note_type).or_default() += 1;
    }
    let mut cards: HashMap<i64, usize> = HashMap::new();
    for note_type in contents.cards.iter().filter_map(|it| type_of.get(&it.note)) {
        *cards.entry(*note_type).or_default() += 1;
    }
    let mut found: Vec<NoteTypeSummary> = contents
        .note_types
        .iter()
        .map(|it| NoteTypeSummary {
            id: it.id,
            name: it.name.clone(),
            kind: it.kind,
            fields: it.fields.iter().map(|it| it.name.clone()).collect(),
            templates: it.templates.iter().map(|it| it.name.clone()).collect(),
            notes: notes.get(&it.id).copied().unwrap_or_default(),
            cards: cards.get(&it.id).copied().unwrap_or_default(),
        })
        .collect();
    found.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    found
}
