//! Packages: notes, note types, decks and media as one file that Anki imports.
//!
//! [`Package`] writes one. [`PackageReader`] reads any program's into [`Contents`], whose parts are
//! called `Stored…`; [`Summary`] is that at a glance, [`Verification`] the rules that it breaks,
//! [`Difference`] what it does to learners who have an earlier one. [`Collection`] is what a learner has,
//! its parts `Held…`: packages are imported into it by the rules of an [`Importer`].
//!
//! The way of a package: `plan` settles names, ids and times and refuses what Anki would change
//! or drop; `database` writes the rows, with `schema_11` or `schema_18` for what is not a note or
//! a card; `legacy` or `latest` puts database and media into the zip of `archive`. [`Baseline`] is
//! what an earlier package says about ids and times.
//!
//! By default the format is Anki's oldest that is still read everywhere (schema 11 in
//! `collection.anki2`, known as "legacy 1"): every version of Anki and AnkiDroid imports it. Its
//! [latest](Format::Latest) is smaller. The same package gives the same bytes, on every system.

mod archive;
mod baseline;
mod collection;
mod compression;
mod database;
mod deck_rows;
mod decks;
mod deflate;
mod diff;
mod file_name;
mod format;
mod import;
mod insertion;
mod latest;
mod legacy;
mod media;
mod note_rows;
mod note_type_blobs;
mod note_type_rows;
mod notice;
mod past_fields;
mod plan;
mod preset_places;
mod preset_rows;
mod proto;
mod read;
mod schema_11;
mod schema_18;
#[cfg(any(feature = "connect", feature = "sync"))]
mod side;
mod summary;
mod text;
mod unknown_characters;
mod verify;

use std::io::{Cursor, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use baseline::BaselineText;
pub use baseline::{Baseline, BaselineNote};
pub use diff::{
    Advice, CardPlace, Conflict, DeckChange, DeckDifference, Difference, EmptiedCard,
    ExchangedCard, FieldDifference, LearnerSummary, LogCounts, Measure, MediaChange,
    MediaDifference, NoteChange, NoteDifference, NoteTypeChange, NoteTypeDifference, PresetChange,
    PresetDifference, Refused, SaidAgain, Studied, excerpts,
};
pub use format::Format;
pub use import::{
    Collection, DeckOutcome, HeldCard, HeldDeck, HeldNote, HeldNoteType, ImportLog, ImportOptions,
    Importer, MediaOutcome, NoteOutcome, NoteTypeImport, NoteTypeOutcome, Progress, Refusal,
    Update,
};
pub(crate) use past_fields::fields_of;
#[cfg(feature = "sync")]
pub(crate) use preset_rows::preset_json;
pub use read::{
    CardState, Contents, FilterTerm, PackageReader, ReadLimits, StoredCard, StoredDeck,
    StoredDeckKind, StoredField, StoredMedia, StoredNote, StoredNoteType, StoredPreset,
    StoredTemplate, Variant, read_crowd_anki,
};
#[cfg(any(feature = "connect", feature = "sync"))]
pub(crate) use side::Side;
pub use summary::{DeckSummary, NoteTypeSummary, Summary};
pub use text::NotesText;
pub use verify::{Example, Finding, Harm, Place, Rule, Verification};

use crate::files;
use crate::model::{BuildTime, Deck, MediaFile, MediaSource};
use crate::observe::{CountedWriter, Observed, Observer, Stage};
use crate::{Error, ErrorKind};

/// Whether a package may have a media file of this name.
pub(crate) fn is_media_name(name: &str) -> bool {
    media::check_name(name).is_ok()
}

/// What becomes one `.apkg` file: decks with their notes, and media.
///
/// ```
/// use deckle::{BuildTime, Deck, Note, NoteType, Package};
///
/// let words = NoteType::builder("Words (example)")
///     .id(1_607_392_319)
///     .fields(["Word", "Meaning"])
///     .template("Meaning", "{{Word}}", "{{FrontSide}}<hr id=answer>{{Meaning}}")
///     .build()?;
/// let mut deck = Deck::new("Spanish::Verbs");
/// deck.add(Note::new(&words).fields(["ser", "to be"]).key("ser"))?;
/// let bytes = Package::new(BuildTime::from_unix(1_700_000_000)).deck(deck).to_bytes()?;
/// # assert!(bytes.starts_with(b"PK"));
/// # Ok::<(), deckle::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a package is a file only when it is written"]
pub struct Package {
    time: BuildTime,
    decks: Vec<Deck>,
    media: Vec<MediaFile>,
    baseline: Option<Baseline>,
    format: Format,
    observed: Observed,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Whether the file changed: where it had these very bytes already, it was not touched.
    pub changed: bool,
    /// The size of the package in bytes.
    pub bytes: u64,
    /// How many notes are in it.
    pub notes: usize,
    /// How many cards.
    pub cards: usize,
    /// How many media files.
    pub media: usize,
    /// How many decks, those that only hold other decks among them.
    pub decks: usize,
    /// Names of media files that no field, template or style refers to, sorted: Anki leaves them
    /// out when it imports.
    pub unused_media: Vec<String>,
    /// Names of media files that a field refers to and that are not in the package, sorted.
    /// Cards show them only if the learner has them already.
    pub missing_media: Vec<String>,
}

impl Package {
    /// An empty package, built at this time; [`SystemTime::now()`](std::time::SystemTime::now)
    /// is one, as is a commit's time in seconds through [`BuildTime::from_unix`].
    ///
    /// The time decides what learners get: an import changes a note only if the package's is
    /// newer than the learner's. The library does not read the clock itself, so that the same
    /// input gives the same bytes, and there is no default, because one that lies in the past
    /// would lose updates without a word. See [`Package::baseline`] for what keeps its time.
    pub fn new(time: impl Into<BuildTime>) -> Self {
        Self {
            time: time.into(),
            decks: Vec::new(),
            media: Vec::new(),
            baseline: None,
            format: Format::default(),
            observed: Observed::default(),
        }
    }

    /// With this deck. Decks of one name become one, and decks above it need not be given. A deck
    /// without notes, itself and below, is left out, as Anki would do.
    pub fn deck(mut self, deck: Deck) -> Self {
        self.decks.push(deck);
        self
    }

    /// Adds a deck, as [`Package::deck`].
    pub fn add_deck(&mut self, deck: Deck) -> &mut Self {
        self.decks.push(deck);
        self
    }

    /// With the file at this path; fields refer to it by the last part of the path. It is read
    /// when the package is written.
    ///
    /// # Errors
    /// When it cannot be read, or Anki would change its name.
    pub fn media_file(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path: PathBuf = path.as_ref().to_owned();
        files::open_disk(&path)?;
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| {
            let text = format!("the name of `{}` is no valid Unicode", path.display());
            Error::new(ErrorKind::Usage(text))
        })?;
        media::check_name(name)?;
        let name = name.to_owned();
        Ok(self.media(MediaFile {
            name,
            source: MediaSource::Path(path),
        }))
    }

    /// With a media file of this name and content.
    pub fn media_bytes(self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.media(MediaFile {
            name: name.into(),
            source: MediaSource::Bytes(bytes.into().into()),
        })
    }

    /// With this media file. Files keep the order in which they are added.
    pub fn media(mut self, file: MediaFile) -> Self {
        self.media.push(file);
        self
    }

    /// With these media files, which take no more room than they need.
    pub(crate) fn all_media(mut self, files: Vec<MediaFile>) -> Self {
        self.media.extend(files);
        self
    }

    /// With an earlier build of the same package to go on from: notes and note types that did
    /// not change keep ids and times, so that an import leaves alone what the learner edited;
    /// what changed is newer than it was, whatever the clocks say. Ids and times that notes and
    /// note types were given win over it.
    ///
    /// A media file that changes under its old name does not make its notes newer, and an import
    /// brings media of new and updated notes alone: give a changed file a new name.
    pub fn baseline(mut self, baseline: &Baseline) -> Self {
        self.baseline = Some(baseline.clone());
        self
    }

    /// In this container. Default: [`Format::Legacy`].
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// While this observer looks on; what it sees changes nothing. Callable several times.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observed.add(observer);
        self
    }

    /// While all of them look on, and nobody else.
    pub(crate) fn observed(mut self, observed: &Observed) -> Self {
        self.observed = observed.clone();
        self
    }

    /// Writes the package to a file, whose name ends in `.apkg`. It is complete or not there:
    /// bytes go to a temporary file in the same folder first. A file that has these very bytes
    /// already is not touched. Folders of the path that do not exist are made.
    ///
    /// # Errors
    /// When something in the package is nothing that Anki would keep as it is, or the file or a
    /// media file fails; an older file then is as it was.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<Written, Error> {
        Ok(self.write_beside(path.as_ref(), false, || Ok(()))?.0)
    }

    /// As [`Package::write`], beside something that comes to its end before the package is in its
    /// place, and without which it never is. If it is to be `hashed`, with the BLAKE3 hash of the
    /// bytes: of those that were written, whatever another program puts in their place.
    pub(crate) fn write_beside(
        &self,
        path: &Path,
        hashed: bool,
        other: impl FnOnce() -> Result<(), Error> + Send,
    ) -> Result<(Written, [u8; 32]), Error> {
        file_name::check(path)?;
        // What comes behind the last byte: comparing, syncing, renaming.
        let mut writing = None;
        let mut hash = [0; 32];
        let outcome = files::write_atomically(path, |file| {
            let mut done = Ok(());
            let written = rayon::in_place_scope(|scope| {
                scope.spawn(|_| done = other());
                self.write_to(&mut *file)
            });
            done?;
            let written = written?;
            writing = Some(self.observed.stage(Stage::Write));
            if hashed {
                hash = files::hash_of(file).map_err(|source| Error::read(path, source))?;
            }
            Ok(written)
        });
        drop(writing);
        let (mut written, changed) = outcome?;
        written.changed = changed;
        Ok((written, hash))
    }

    /// Writes the package to anything that can be written and sought in, such as a file or a
    /// [`Cursor`] over bytes. Seeking is what gives the zip complete headers, which some programs
    /// need that read packages as a stream.
    ///
    /// # Errors
    /// As [`Package::write`].
    pub fn write_to(&self, mut writer: impl Write + Seek) -> Result<Written, Error> {
        let start = writer.stream_position();
        let start = start.map_err(archive::write_failed)?;
        let observed = &self.observed;
        let planning = observed.stage(Stage::Plan);
        let plan = plan::Plan::new(&self.decks, self.time, self.baseline.as_ref())?;
        let media = media::Media::new(&self.media)?;
        drop(planning);
        let writer = CountedWriter::new(writer, observed);
        let mut archive = archive::ArchiveWriter::new(writer);
        // It is there when the scope has ended.
        let mut database = Err(Error::new(ErrorKind::Database("writing it".to_owned())));
        let (list, references) = rayon::in_place_scope(|scope| {
            scope.spawn(|_| {
                let _storing = observed.stage(Stage::Database);
                database = database::Database::build(&plan, self.format, observed);
            });
            let _packing = observed.stage(Stage::Media);
            let list = match self.format {
                Format::Legacy => {
                    legacy::add_media(&mut archive, media.files())?;
                    None
                }
                Format::Latest => {
                    latest::add_head(&mut archive)?;
                    Some(latest::add_media(&mut archive, media.files())?)
                }
            };
            Ok::<_, Error>((list, media.references(&plan)))
        })?;
        let database = database?;
        let _compressing = observed.stage(Stage::Compress);
        let cards = database.cards();
        database.read(|image, size| match list {
            None => legacy::add_database(&mut archive, media.files(), image, size),
            Some(list) => latest::add_database(&mut archive, &list, image, size),
        })?;
        let bytes = archive.finish()?;
        Ok(Written {
            changed: true,
            bytes: bytes.saturating_sub(start),
            notes: plan.notes.len(),
            cards,
            media: media.files().len(),
            decks: plan.decks.len(),
            unused_media: references.unused,
            missing_media: references.missing,
        })
    }

    /// The package as bytes.
    ///
    /// # Errors
    /// As [`Package::write_to`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut cursor = Cursor::new(Vec::new());
        self.write_to(&mut cursor)?;
        Ok(cursor.into_inner())
    }
}

/// Whether a package may have this file name.
///
/// # Errors
/// When it does not end in `.apkg`, or Anki would take it for a backup of a whole collection,
/// which replaces everything there is.
pub fn check_file_name(path: &Path) -> Result<(), Error> {
    file_name::check(path)
}
