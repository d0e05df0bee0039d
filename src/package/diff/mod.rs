//! What the next release does to learners who have the last one: two packages, imported one after
//! the other into a new [`Collection`](super::Collection), compared and put into words that an
//! author can act on.

mod advice;
mod decks;
mod excerpt;
mod json;
mod measure;
mod media;
mod note_types;
mod notes;
mod presets;
mod progress;
mod scope;

pub use advice::Advice;
pub use decks::{DeckChange, DeckDifference};
pub use excerpt::excerpts;
pub use measure::Measure;
pub use media::{MediaChange, MediaDifference};
pub use note_types::{NoteTypeChange, NoteTypeDifference};
pub use notes::{CardPlace, Conflict, FieldDifference, NoteChange, NoteDifference};
pub use presets::{PresetChange, PresetDifference};
pub use progress::{EmptiedCard, ExchangedCard, LearnerSummary, SaidAgain, Studied};

use super::import::{Collection, ImportLog, ImportOptions, Importer, NoteOutcome, Refusal};
use super::read::Contents;
use scope::Scope;

/// What an import of one package does to learners who imported another one before, or to one
/// learner's collection ([`Difference::of_learner`]).
///
/// ```
/// use deckle::package::{Importer, Difference, ImportOptions, Measure, PackageReader};
/// # use deckle::{BuildTime, Deck, Note, NoteType, Package};
/// # let folder = tempfile::tempdir()?;
/// # let (last, next) = (folder.path().join("last.apkg"), folder.path().join("next.apkg"));
/// # let words = NoteType::builder("Words").id(7).fields(["Word"]).template("Card", "{{Word}}", "")
/// #     .build()?;
/// # for (path, time, text) in [(&last, 1_700_000_000, "ser"), (&next, 1_700_000_100, "estar")] {
/// #     let mut deck = Deck::new("Verbs");
/// #     deck.add(Note::new(&words).field("Word", text).key("one"))?;
/// #     Package::new(BuildTime::from_unix(time)).deck(deck).write(path)?;
/// # }
///
/// let last = PackageReader::open(&last)?.into_contents_with_hashes()?;
/// let next = PackageReader::open(&next)?.into_contents_with_hashes()?;
/// let difference = Difference::new(&last, &next, Importer::Desktop, &ImportOptions::default());
/// assert_eq!(difference.count(Measure::Updated), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Whose import it is.
    pub client: Importer,
    /// Why Anki refuses one of the packages. Where it is the new one, nothing else is said; where
    /// it is the old one, learners have nothing yet.
    pub refused: Option<Refused>,
    /// What Anki's own log of the import counts.
    pub log: LogCounts,
    /// Notes that are not just as they were, in the order of the new package; then those that
    /// only learners have.
    pub notes: Vec<NoteDifference>,
    /// Note types that are not just as they were, by id.
    pub note_types: Vec<NoteTypeDifference>,
    /// Decks that are not just as they were, by name.
    pub decks: Vec<DeckDifference>,
    /// Media that are not just as they were, by name.
    pub media: Vec<MediaDifference>,
    /// Presets of deck options that learners do not get without asking for them, by id.
    pub presets: Vec<PresetDifference>,
    /// Whether the next sync must replace one side as a whole, for every learner.
    pub one_way_sync: bool,
    /// What there is of progress, where the difference is one learner's.
    pub learner: Option<LearnerSummary>,
    /// Cards of the new package that somebody studied. They come in as new ones: an import leaves
    /// out their progress, suspensions, flags and filtered decks.
    pub progress_left_out: usize,
}

/// Why Anki refuses a package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Whether it is the new package.
    pub is_new: bool,
    /// Why.
    pub why: Refusal,
}

/// What Anki's log of an import counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LogCounts {
    /// Notes that came in.
    pub new: usize,
    /// Notes whose fields and tags were replaced.
    pub updated: usize,
    /// Notes that are there already and not older.
    pub duplicate: usize,
    /// Notes that are there with another note type.
    pub conflicting: usize,
}

/// Both packages, and the collection before and after the second.
struct Imported<'a> {
    old: &'a Contents,
    new: &'a Contents,
    before: &'a Collection<'a>,
    after: &'a Collection<'a>,
    log: &'a ImportLog,
    scope: &'a Scope,
}

impl Difference {
    /// What an import of `new` with these options does where `old` was imported with the default
    /// ones, which leave out all progress, and learners changed nothing since: a note that they
    /// edited on their own counts as newer until the package's is newer than that edit. Both need the media's [`sha1`](super::StoredMedia::sha1); see
    /// [`PackageReader::into_contents_with_hashes`](super::PackageReader::into_contents_with_hashes).
    #[must_use]
    pub fn new(old: &Contents, new: &Contents, client: Importer, options: &ImportOptions) -> Self {
        let mut difference = Self::empty(client);
        let empty = Collection::new(client);
        let before = match empty.import(old, &ImportOptions::default()) {
            Ok((collection, _)) => collection,
            Err(why) => {
                difference.refused = Some(Refused { is_new: false, why });
                empty
            }
        };
        difference.compare(old, new, &before, options);
        difference
    }

    /// What an import of `new` with these options does to the learner whose collection, or part of
    /// it, `old` is: exported with the learning progress, with edits, decks and note types as the
    /// learner has them. Of a collection's other decks nothing is said. Both need the media's
    /// [`sha1`](super::StoredMedia::sha1), as for [`Difference::new`].
    #[must_use]
    pub fn of_learner(
        old: &Contents,
        new: &Contents,
        client: Importer,
        options: &ImportOptions,
    ) -> Self {
        let before = Collection::of_learner(old, client);
        let mut difference = Self::empty(client);
        let mut learner = LearnerSummary::default();
        for note in before.notes() {
            let studied = Studied::of(note);
            learner.studied += studied.cards;
            learner.reviews += studied.reviews;
        }
        difference.learner = Some(learner);
        difference.compare(old, new, &before, options);
        difference
    }

    fn empty(client: Importer) -> Self {
        Self {
            client,
            refused: None,
            log: LogCounts::default(),
            notes: Vec::new(),
            note_types: Vec::new(),
            decks: Vec::new(),
            media: Vec::new(),
            presets: Vec::new(),
            one_way_sync: false,
            learner: None,
            progress_left_out: 0,
        }
    }

    fn compare(
        &mut self,
        old: &Contents,
        new: &Contents,
        before: &Collection<'_>,
        options: &ImportOptions,
    ) {
        let (after, log) = match before.import(new, options) {
            Ok(imported) => imported,
            Err(why) => {
                self.refused = Some(Refused { is_new: true, why });
                return;
            }
        };
        let mut imported = Imported {
            old,
            new,
            before,
            after: &after,
            log: &log,
            scope: &Scope::whole(),
        };
        let scope;
        if let Some(learner) = &mut self.learner {
            scope = Scope::of_learner(&imported);
            learner.own_notes = scope.others();
            imported.scope = &scope;
        }
        self.log = LogCounts {
            new: log.count(NoteOutcome::New),
            updated: log.count(NoteOutcome::Updated),
            duplicate: log.count(NoteOutcome::Duplicate),
            conflicting: log.count(NoteOutcome::Conflicting),
        };
        self.notes = notes::compare(&imported);
        self.note_types = note_types::compare(&imported);
        self.decks = decks::compare(&imported);
        self.media = media::compare(&imported);
        self.presets = presets::compare(&imported);
        self.one_way_sync = log.one_way_sync;
        let studied = new.cards.iter().filter(|card| card.progress().studied);
        self.progress_left_out = studied.count();
    }

    /// Whether learners get or keep anything else than they have.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.refused.is_none()
            && self.notes.is_empty()
            && self.note_types.is_empty()
            && self.decks.is_empty()
            && self.media.is_empty()
            && self.presets.is_empty()
    }

    /// Whether it says the same of two clients.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let client = self.client;
        *self
            == Self {
                client,
                ..other.clone()
            }
    }
}
