//! A learner's own collection, as it was exported: nothing was imported into it here, so nothing
//! is as an import would make it. Notes have the times of the learner's edits, note types and
//! decks the learner's names, and cards their progress.

use std::borrow::Cow;
use std::collections::HashMap;

use super::collection::{Collection, DEFAULT_DECK, HeldCard, HeldNote, HeldNoteType};
use super::decks::DEFAULT_DECK_ID;
use super::options::Importer;
use super::schema::TypeShape;
use crate::package::{Contents, StoredDeckKind};

impl<'a> Collection<'a> {
    /// The collection that this is an export of, as far as it shows: a `.colpkg`, a
    /// `collection.anki2`, or a package with the learning progress. The media's
    /// [`sha1`](crate::package::StoredMedia::sha1) must be filled in, as for
    /// [`Collection::import`].
    ///
    /// Cards that a filtered deck has borrowed count as being in their home decks.
    #[must_use]
    pub fn of_learner(contents: &'a Contents, client: Importer) -> Self {
        let mut collection = Self::new(client);
        for stored in &contents.note_types {
            let held = HeldNoteType {
                name: stored.name.clone(),
                modified: stored.modified,
                stored: Cow::Borrowed(stored),
                original_id: stored.original_id.unwrap_or(stored.id),
                shape: TypeShape::new(stored),
            };
            collection.put_type(stored.id, held);
        }
        let decks = collection.put_decks(contents);
        let notes: HashMap<i64, usize> = contents
            .notes
            .iter()
            .map(|note| {
                let held = HeldNote {
                    id: note.id,
                    guid: &note.guid,
                    note_type: note.note_type,
                    modified: note.modified,
                    tags: Cow::Borrowed(&*note.tags),
                    fields: Cow::Borrowed(&*note.fields),
                    cards: Vec::new(),
                };
                (note.id, collection.add_note(held))
            })
            .collect();
        for card in &contents.cards {
            let home = match card.original_deck {
                0 => card.deck,
                home => home,
            };
            let held = HeldCard {
                ordinal: card.ordinal,
                deck: decks.get(&home).copied().ok_or(home),
                progress: card.progress(),
            };
            let note = notes.get(&card.note);
            if let Some(note) = note.and_then(|index| collection.notes.get_mut(*index)) {
                note.cards.push(held);
            }
        }
        for media in &contents.media {
            let sha1 = media.sha1.unwrap_or_default();
            collection.media.insert(media.name.clone(), sha1);
        }
        collection
    }

    /// Puts all decks; gives back their positions by id.
    fn put_decks(&mut self, contents: &'a Contents) -> HashMap<i64, usize> {
        let mut positions = HashMap::from([(DEFAULT_DECK_ID, DEFAULT_DECK)]);
        for deck in &contents.decks {
            let position = match deck.id {
                DEFAULT_DECK_ID => self.rename_default(deck.name.clone()),
                id => {
                    let position = self.add_deck(deck.name.clone());
                    positions.insert(id, position);
                    position
                }
            };
            if let Some(held) = self.decks.get_mut(position) {
                held.is_filtered = matches!(deck.kind, StoredDeckKind::Filtered { .. });
                if !held.is_filtered {
                    held.description = &deck.description;
                }
            }
        }
        positions
    }
}
