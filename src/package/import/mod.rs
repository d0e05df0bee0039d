//! What an import does to a learner's collection, worked out without Anki.
//!
//! [`Collection`] is such a collection, as far as imports go by it; [`Collection::import`] gives
//! back what it is after one, and what happened to each note, note type, deck and media file. The
//! order is Anki's own, because it shows: note types first (which may stamp or add to notes that
//! are there), then notes, decks, cards and media.
//!
//! The rules were found by feeding packages to Anki 26.9.3 (desktop) and 25.9.2 (the one inside
//! AnkiDroid), and randomised tests compare every prediction with both, in new collections and in
//! such as learners have studied and edited. Not worked out is an import with learning progress,
//! or one that merges note types.

mod cards;
mod collection;
mod decks;
mod empty;
mod generate;
mod learner;
mod media;
mod media_hashes;
mod names;
mod note_types;
mod notes;
mod options;
mod progress;
mod refusal;
mod renames;
mod schema;

pub use collection::{Collection, HeldCard, HeldDeck, HeldNote, HeldNoteType};
pub use decks::DeckOutcome;
pub use media::MediaOutcome;
pub use note_types::{NoteTypeImport, NoteTypeOutcome};
pub use notes::NoteOutcome;
pub use options::{ImportOptions, Importer, Update};
pub use progress::Progress;
pub use refusal::Refusal;

pub(super) use empty::EmptyCards;
pub(super) use media::normal_references;
pub(super) use names::arriving_tags;
pub(super) use schema::{is_same, schema_difference};

use super::Contents;

/// What an import did with each part of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportLog {
    /// What became of each note, in the order of [`Contents::notes`].
    pub notes: Vec<NoteOutcome>,
    /// What became of the note types that the package's notes have, by ascending id.
    pub note_types: Vec<NoteTypeImport>,
    /// What became of each deck, in the order of [`Contents::decks`].
    pub decks: Vec<DeckOutcome>,
    /// What became of each media file, in the order of [`Contents::media`].
    pub media: Vec<MediaOutcome>,
    /// How many cards came from the package.
    pub cards_added: usize,
    /// How many cards Anki made itself, because the front of a card template changed.
    pub cards_generated: usize,
    /// Whether the next sync must replace one side as a whole.
    pub one_way_sync: bool,
}

impl ImportLog {
    /// How many notes the log that Anki shows counts as this.
    #[must_use]
    pub fn count(&self, outcome: NoteOutcome) -> usize {
        self.notes.iter().filter(|it| **it == outcome).count()
    }
}

impl<'a> Collection<'a> {
    /// The collection after an import of this package, and what happened. The media's
    /// [`sha1`](super::StoredMedia::sha1) must be filled in; a file without one counts as
    /// different from all others.
    ///
    /// Times that Anki stamps count as later than all times of packages: as if both were imported
    /// after they were built.
    ///
    /// # Errors
    /// When Anki would refuse the package, which leaves the collection as it was.
    pub fn import(
        &self,
        package: &'a Contents,
        options: &ImportOptions,
    ) -> Result<(Self, ImportLog), Refusal> {
        let mut after = self.clone();
        let mut media = media::MediaPlan::new(package, &after)?;
        let types = note_types::import(&mut after, package, options)?;
        let notes = notes::import(&mut after, package, &types.targets, options, &mut media)?;
        let decks = decks::import(&mut after, package)?;
        let cards_added = cards::import(&mut after, package, &notes.targets, &decks.targets);
        let media = media.finish(&mut after)?;
        let log = ImportLog {
            notes: notes.outcomes,
            note_types: types.outcomes,
            decks: decks.outcomes,
            media,
            cards_added,
            cards_generated: types.cards_generated,
            one_way_sync: types.one_way_sync,
        };
        Ok((after, log))
    }
}
