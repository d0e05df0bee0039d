//! `unpack`: a package, whoever made it, as a project that builds the same again.
//!
//! Notes keep their guids in the sources; their ids and times, those of their types and the names of
//! media go into the lock. So the first build gives notes, cards, types and decks that an import
//! into the collection they came from finds to be duplicates, and nobody loses anything.
//! What a project cannot hold is told, never dropped.

mod drawn;
mod fields;
pub(super) mod manifest;
mod masks;
pub(super) mod media;
pub(super) mod names;
mod notes;
pub(super) mod notices;
mod roundtrip;
pub(super) mod sources;
pub(super) mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use super::Report;
use crate::Error;
use crate::files::{self, Disk};
use crate::identity::{LOCK_NAME, Lock};
use crate::model::{BuildTime, DeckName};
use crate::package::{Contents, PackageReader, ReadLimits, StoredMedia};
use crate::render::Renderer;

use fields::{choose_kinds, settle};
use media::{MediaPlan, Seen};
use notes::PlannedNote;
use notices::Notices;
pub use notices::{Notice, NoticeKind};
use roundtrip::Places;
use sources::{git_attributes, write};
use types::PlannedType;

/// How to unpack.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "options do nothing until they are given to `unpack`"]
pub struct UnpackOptions {
    uid: String,
    name: Option<String>,
    positions: bool,
    limits: ReadLimits,
}

impl UnpackOptions {
    /// The project's uid, which keeps its new notes apart from everybody else's: a new random
    /// UUID, or that of the project that the package was built from.
    pub fn new(uid: impl Into<String>) -> Self {
        Self {
            uid: uid.into(),
            name: None,
            positions: true,
            limits: ReadLimits::default(),
        }
    }

    /// With this name of the project. Default: the deck above all others, else the package's name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether notes keep their positions among new cards as a number (`order`). Without it they
    /// follow one another as they stand in the sources, which are sorted by those numbers.
    /// Default: yes.
    pub fn positions(mut self, yes: bool) -> Self {
        self.positions = yes;
        self
    }

    /// With these limits for the package.
    pub fn limits(mut self, limits: ReadLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// What was unpacked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Unpacked {
    /// The project's name.
    pub name: String,
    /// How many notes it has, those that builds leave out included.
    pub notes: usize,
    /// How many note types of its own.
    pub note_types: usize,
    /// How many media files.
    pub media: usize,
    /// How many fields are written as Markdown, empty ones aside.
    pub markdown_fields: usize,
    /// How many are written as HTML, because Markdown would come out as something else.
    pub html_fields: usize,
    /// How many notes have masks on a picture, written shape by shape.
    pub masked_notes: usize,
    /// What is not as it was in the package.
    pub notices: Vec<Notice>,
    /// What a check of the project says.
    pub report: Report,
}

/// Unpacks a package (`.apkg`, `.colpkg`) into a folder, which must be empty or not exist. Nothing
/// is written outside of it.
///
/// ```
/// # let temporary = tempfile::tempdir()?;
/// # let (notes, package) = (temporary.path().join("a.md"), temporary.path().join("a.apkg"));
/// # std::fs::write(&notes, "## What is 2 + 2?\n\n4\n")?;
/// # deckle::build(&notes, &package, deckle::BuildTime::from_unix(1_767_225_600))?;
/// # let folder = temporary.path().join("deck");
/// use deckle::project::unpack::{UnpackOptions, unpack};
///
/// let options = UnpackOptions::new("a-uuid-of-its-own").name("Sums");
/// let unpacked = unpack(&package, &folder, &options)?;
/// assert_eq!((unpacked.notes, unpacked.notices.len()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the package cannot be read, the folder holds something, or a file cannot be written.
pub fn unpack(
    package: impl AsRef<Path>,
    folder: impl AsRef<Path>,
    options: &UnpackOptions,
) -> Result<Unpacked, Error> {
    let (package, folder) = (package.as_ref(), folder.as_ref());
    if !files::is_vacant(folder)? {
        return Err(Error::usage(format!(
            "`{}` holds something already; name a folder that is empty or does not exist",
            folder.display()
        )));
    }
    if let Some(name) = &options.name {
        DeckName::new(name).map_err(|error| {
            Error::usage(format!("`{name}` cannot be the name of a deck: {error}"))
        })?;
    }
    let mut reader = PackageReader::open_within(package, options.limits)?;
    let mut notices = Notices::default();
    let listed = reader.contents().media.clone();
    let mut copy = |media: &StoredMedia, to: &mut dyn Write| reader.copy_media(media, to);
    let media = media::write(&listed, &mut copy, folder, &mut notices)?;
    let contents = reader.into_contents();
    let stem = package
        .file_stem()
        .and_then(|it| it.to_str())
        .unwrap_or("Deck");
    let unpacking = Unpacking::new(&contents, media, stem, options, notices);
    unpacking.finish(folder)
}

pub(super) struct Unpacking<'c> {
    contents: &'c Contents,
    options: &'c UnpackOptions,
    name: DeckName,
    types: Vec<PlannedType<'c>>,
    notes: Vec<PlannedNote<'c>>,
    media: MediaPlan,
    seen: Seen,
    notices: Notices,
    /// Whether the notes have ids, times and cards of their own.
    exact: bool,
}

impl<'c> Unpacking<'c> {
    pub(super) fn new(
        contents: &'c Contents,
        media: MediaPlan,
        stem: &str,
        options: &'c UnpackOptions,
        mut notices: Notices,
    ) -> Self {
        let fallback = root_name(stem);
        let (mut types, places) = types::plan(contents, &mut notices);
        let (notes, seen) = notes::plan(
            contents,
            &mut types,
            &places,
            &media,
            &fallback,
            &mut notices,
        );
        let given = options
            .name
            .as_deref()
            .and_then(|it| DeckName::new(it).ok());
        let name = given.unwrap_or_else(|| common_root(&notes).unwrap_or(fallback));
        let mut seen = seen;
        seen.missing += media.missing_in(types.iter().filter_map(|it| it.written.as_deref()));
        Self {
            contents,
            options,
            name,
            types,
            notes,
            media,
            seen,
            notices,
            exact: true,
        }
    }

    /// Of notes that have no ids, times and cards, and only places for them.
    pub(super) fn inexact(self) -> Self {
        Self {
            exact: false,
            ..self
        }
    }

    pub(super) fn finish(mut self, folder: &Path) -> Result<Unpacked, Error> {
        // The sources come later, but the media are looked up as they lie there.
        files::make_folder(folder)?;
        let records = self.media.records.clone();
        let mut names = Lock::default();
        names.media.clone_from(&records);
        let disk = Disk::new(folder)?;
        let renderer = Renderer::new(&disk);
        settle(
            &mut self.notes,
            &self.types,
            &renderer,
            &names.media_names(),
            self.seen,
        );
        choose_kinds(&self.notes, &mut self.types);

        let newest = self.notes.iter().map(|it| it.stored.modified);
        let newest = newest
            .chain(self.types.iter().map(|it| it.stored.modified))
            .max();
        let time = BuildTime::from_unix(newest.unwrap_or_default().max(0));
        self.write_types(folder)?;
        git_attributes(folder, LOCK_NAME)?;
        let mut places = self.write_sources(folder)?;
        let check = |it: &Self, places: &Places| roundtrip::run(folder, it, places, &records, time);
        let mut outcome = check(&self, &places)?;
        // A shipped type asks for more than Anki does, such as an answer.
        let strict: BTreeSet<usize> = outcome
            .refused
            .keys()
            .filter_map(|index| Some(self.notes.get(*index)?.type_index))
            .collect();
        let strict = strict.iter().filter_map(|index| {
            let planned = self.types.get_mut(*index)?;
            planned.shipped.then(|| planned.make_own())
        });
        if strict.count() > 0 {
            self.write_types(folder)?;
            places = self.write_sources(folder)?;
            outcome = check(&self, &places)?;
        }
        if !outcome.refused.is_empty() {
            for (index, reason) in std::mem::take(&mut outcome.refused) {
                if let Some(note) = self.notes.get_mut(index) {
                    note.skip = Some(reason);
                }
            }
            places = self.write_sources(folder)?;
            outcome = check(&self, &places)?;
        }
        self.tell(&outcome);
        let redrawn = drawn::remove(folder, &self.media, &self.notes, &self.types)?;
        self.notices.count_lost(
            redrawn,
            "picture of a formula, which a build draws again from its source",
            "pictures of formulas, which a build draws again from their sources",
        );
        // Notes without times get theirs at the first build; the names of media stay in any case.
        let lock = if self.exact { outcome.lock } else { names };
        write(folder, LOCK_NAME, &lock.to_text())?;
        Ok(self.unpacked(outcome.report, redrawn))
    }

    fn tell(&mut self, outcome: &roundtrip::Outcome) {
        let skipped: Vec<&str> = self
            .notes
            .iter()
            .filter_map(|it| it.skip.as_deref())
            .collect();
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in skipped {
            *reasons.entry(reason).or_default() += 1;
        }
        for (reason, count) in reasons {
            self.notices.broken(format!(
                "{count} {} `skip: true`, because a build would refuse {}: {reason}",
                if count == 1 { "note has" } else { "notes have" },
                if count == 1 { "it" } else { "them" },
            ));
        }
        self.notices.count_changed(
            outcome.different.len(),
            "note comes out of a build in another way than it stood in the package",
            "notes come out of a build in another way than they stood in the package",
        );
        let kept = |note: &&PlannedNote<'_>| {
            let planned = self.types.get(note.type_index);
            let masks = planned.and_then(|it| it.masks);
            let field = masks.and_then(|it| note.fields.get(it));
            field.is_some_and(|it| !it.expected.is_empty() && it.masks.is_none())
        };
        self.notices.count_kept(
            self.notes.iter().filter(kept).count(),
            "note has its masks as Anki's text, because deckle would write them in another way",
            "notes have their masks as Anki's text, because deckle would write them in another way",
        );
        self.notices.count_changed(
            outcome.other_cards.len(),
            "note had other cards than a build makes of it: empty ones, or fewer",
            "notes had other cards than a build makes of them: empty ones, or fewer",
        );
    }

    /// `redrawn` of the media were left out.
    fn unpacked(self, report: Report, redrawn: usize) -> Unpacked {
        let fields = || self.notes.iter().flat_map(|it| &it.fields);
        let filled = || fields().filter(|it| !it.expected.is_empty() && it.masks.is_none());
        Unpacked {
            name: self.name.as_str().to_owned(),
            notes: self.notes.len(),
            note_types: self.types.iter().filter(|it| !it.shipped).count(),
            media: self.media.records.len().saturating_sub(redrawn),
            markdown_fields: filled().filter(|it| it.text().is_some()).count(),
            html_fields: filled().filter(|it| it.text().is_none()).count(),
            masked_notes: fields().filter(|it| it.masks.is_some()).count(),
            notices: self.notices.into_list(),
            report,
        }
    }
}

/// The deck of notes that lie in none.
fn root_name(stem: &str) -> DeckName {
    let clean: String = stem.chars().filter(|it| !it.is_control()).collect();
    let name = DeckName::new(&clean.replace("::", " "));
    name.unwrap_or_else(|_| DeckName::fallback())
}

/// The deck that all notes lie in or below.
fn common_root(notes: &[PlannedNote<'_>]) -> Option<DeckName> {
    let top = |deck: &DeckName| {
        deck.as_str()
            .split("::")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let first = top(&notes.first()?.deck);
    let same = notes.iter().all(|it| top(&it.deck) == first);
    DeckName::new(&first).ok().filter(|_| same)
}
