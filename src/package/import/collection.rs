//! A learner's collection, as far as imports go by it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::options::Importer;
use super::progress::Progress;
use super::schema::TypeShape;
use crate::model::{NoteTypeKind, fold};
use crate::package::StoredNoteType;

/// A time that the import itself sets: later than all that packages say.
pub(in crate::package) const NOW: i64 = i64::MAX;
/// The position of the deck that every collection has.
pub(in crate::package) const DEFAULT_DECK: usize = 0;
/// Note types that every new collection has, with names of the learner's language.
const STOCK: [&str; 6] = [
    "Basic",
    "Basic (and reversed card)",
    "Basic (optional reversed card)",
    "Basic (type in the answer)",
    "Cloze",
    "Image Occlusion",
];
/// How far from a taken id Anki looks for a free one.
const NEXT_FREE_ID: i64 = 999;
/// Ids that imports hand out to copies of note types begin here, where no package's id is. What
/// they really are is the time of the import.
const FIRST_COPY: i64 = i64::MAX / 2;

/// A learner's collection, as far as imports go by it: notes, their cards, note types, decks and
/// media. It borrows texts from the packages that were imported.
#[derive(Debug, Clone)]
pub struct Collection<'a> {
    pub(super) client: Importer,
    pub(super) notes: Vec<HeldNote<'a>>,
    /// The ids of the notes.
    pub(super) note_ids: HashSet<i64>,
    /// Positions of notes; of several with one guid, that with the highest id.
    pub(super) by_guid: HashMap<&'a str, usize>,
    pub(super) note_types: BTreeMap<i64, HeldNoteType<'a>>,
    /// Ids of note types by folded name.
    by_type_name: HashMap<String, i64>,
    pub(super) decks: Vec<HeldDeck<'a>>,
    /// Positions of decks by folded name.
    pub(super) by_deck_name: HashMap<String, usize>,
    pub(super) media: BTreeMap<String, [u8; 20]>,
    pub(super) copies: i64,
}

/// A note of a collection.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HeldNote<'a> {
    /// The id: that of the package, unless it was taken.
    pub id: i64,
    /// What imports know it by.
    pub guid: &'a str,
    /// The id of its note type.
    pub note_type: i64,
    /// The last change in seconds; one that an import stamped is `i64::MAX`.
    pub modified: i64,
    /// The column `tags` of the package that it came from, without the tags that an import leaves
    /// out: `marked` and `leech`.
    pub tags: Cow<'a, str>,
    /// The fields' HTML, with U+001F between them, and references to media as the import left
    /// them.
    pub fields: Cow<'a, str>,
    /// Its cards in the order of their coming.
    pub cards: Vec<HeldCard>,
}

/// A card of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldCard {
    /// Which card of its note it is.
    pub ordinal: u16,
    /// The position of its deck among [`Collection::decks`]; the number of the package where the
    /// package has no such deck, which leaves the card in none.
    pub deck: Result<usize, i64>,
    /// What the learner did with it. No import changes it, and cards that come in have none.
    pub progress: Progress,
}

/// A note type of a collection.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HeldNoteType<'a> {
    /// The name.
    pub name: String,
    /// The last change in seconds; one that an import stamped is `i64::MAX`.
    pub modified: i64,
    /// What it is: as in the package that it came from last, but for fields that Anki renamed in
    /// card templates.
    pub stored: Cow<'a, StoredNoteType>,
    /// The id that it had in the package.
    pub original_id: i64,
    pub(super) shape: TypeShape,
}

/// A deck of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldDeck<'a> {
    /// The full name, parts joined by `::`.
    pub name: String,
    /// The description, HTML or Markdown.
    pub description: &'a str,
    /// Whether its cards are borrowed from other decks, by searches.
    pub is_filtered: bool,
}

impl<'a> Collection<'a> {
    /// A new collection of this client: with a deck `Default` and Anki's own note types in
    /// English, nothing else.
    #[must_use]
    pub fn new(client: Importer) -> Self {
        let mut collection = Self {
            client,
            notes: Vec::new(),
            note_ids: HashSet::new(),
            by_guid: HashMap::new(),
            note_types: BTreeMap::new(),
            by_type_name: STOCK.iter().map(|name| (fold(name), 0)).collect(),
            decks: Vec::new(),
            by_deck_name: HashMap::new(),
            media: BTreeMap::new(),
            copies: 0,
        };
        collection.add_deck("Default".to_owned());
        collection
    }

    /// Whose collection it is.
    #[must_use]
    pub fn client(&self) -> Importer {
        self.client
    }

    /// The notes in the order of their coming.
    #[must_use]
    pub fn notes(&self) -> &[HeldNote<'a>] {
        &self.notes
    }

    /// The note with this guid; of several, the one that imports take.
    #[must_use]
    pub fn note(&self, guid: &str) -> Option<&HeldNote<'a>> {
        self.notes.get(*self.by_guid.get(guid)?)
    }

    /// The note types that came by imports, by their ids. What a copy's id will be is not known:
    /// it is a very large number here.
    #[must_use]
    pub fn note_types(&self) -> &BTreeMap<i64, HeldNoteType<'a>> {
        &self.note_types
    }

    /// The decks; the first is Anki's default deck.
    #[must_use]
    pub fn decks(&self) -> &[HeldDeck<'a>] {
        &self.decks
    }

    /// The name of a card's deck, where it is in one.
    #[must_use]
    pub fn deck_of(&self, card: &HeldCard) -> Option<&str> {
        let deck = self.decks.get(card.deck.ok()?)?;
        Some(&deck.name)
    }

    /// The SHA-1 of each media file, by name.
    #[must_use]
    pub fn media(&self) -> &BTreeMap<String, [u8; 20]> {
        &self.media
    }

    pub(super) fn add_deck(&mut self, name: String) -> usize {
        let index = self.decks.len();
        self.by_deck_name.insert(fold(&name), index);
        let description = "";
        self.decks.push(HeldDeck {
            name,
            description,
            is_filtered: false,
        });
        index
    }

    /// Gives the deck that every collection has another name; gives back its position.
    pub(super) fn rename_default(&mut self, name: String) -> usize {
        if let Some(held) = self.decks.get_mut(DEFAULT_DECK) {
            self.by_deck_name.remove(&fold(&held.name));
            self.by_deck_name.insert(fold(&name), DEFAULT_DECK);
            held.name = name;
        }
        DEFAULT_DECK
    }

    /// Whether a note type other than this one has the name, which is folded.
    pub(super) fn has_type_name(&self, name: &str, except: i64) -> bool {
        self.by_type_name.get(name).is_some_and(|id| *id != except)
    }

    pub(super) fn put_type(&mut self, id: i64, held: HeldNoteType<'a>) {
        if let Some(earlier) = self.note_types.get(&id) {
            self.by_type_name.remove(&fold(&earlier.name));
        }
        self.by_type_name.insert(fold(&held.name), id);
        self.note_types.insert(id, held);
    }

    pub(super) fn add_note(&mut self, mut note: HeldNote<'a>) -> usize {
        while !self.note_ids.insert(note.id) {
            note.id = note.id.saturating_add(NEXT_FREE_ID);
        }
        let index = self.notes.len();
        let held = self.note(note.guid);
        if held.is_none_or(|held| held.id < note.id) {
            self.by_guid.insert(note.guid, index);
        }
        self.notes.push(note);
        index
    }

    pub(super) fn new_type_id(&mut self) -> i64 {
        self.copies += 1;
        FIRST_COPY + self.copies
    }
}

impl HeldNoteType<'_> {
    /// Normal or cloze.
    #[must_use]
    pub fn kind(&self) -> NoteTypeKind {
        self.stored.kind
    }

    /// The names of its fields, as Anki keeps them.
    #[must_use]
    pub fn field_names(&self) -> Vec<&str> {
        self.shape.field_names().collect()
    }

    /// The names of its card templates, as Anki keeps them.
    #[must_use]
    pub fn template_names(&self) -> Vec<&str> {
        self.shape.template_names().collect()
    }
}
