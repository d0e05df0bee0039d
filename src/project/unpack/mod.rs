//! `unpack`: a package, whoever made it, as a project that builds the same again.
//!
//! Notes keep their guids in the sources; their ids and times, those of their types and the names of
//! media go into the lock. So the first build gives notes, cards, types and decks that an import
//! into the collection they came from finds to be duplicates, and nobody loses anything.
//! What a project cannot hold is told, never dropped.

mod fields;
mod manifest;
mod media;
mod names;
mod notes;
mod notices;
mod roundtrip;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use super::Report;
use crate::files::{self, Disk};
use crate::identity::{LOCK_NAME, Lock};
use crate::model::{BuildTime, DeckName};
use crate::package::{Contents, PackageReader, ReadLimits};
use crate::render::Renderer;
use crate::source::emit::{EmittedField, EmittedNote, notes_file, type_file};
use crate::source::manifest::FILE_NAME;
use crate::{Error, ErrorKind};

use fields::{choose_kinds, settle};
use media::{MediaPlan, Seen};
use names::{Unique, path_part};
use notes::PlannedNote;
use notices::Notices;
pub use notices::{Notice, NoticeKind};
use roundtrip::Places;
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
/// use deckle::project::{UnpackOptions, unpack};
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
    let media = media::write(&mut reader, folder, &mut notices)?;
    let contents = reader.into_contents();
    let stem = package
        .file_stem()
        .and_then(|it| it.to_str())
        .unwrap_or("Deck");
    let unpacking = Unpacking::new(&contents, media, stem, options, notices);
    unpacking.finish(folder)
}

struct Unpacking<'c> {
    contents: &'c Contents,
    options: &'c UnpackOptions,
    name: DeckName,
    types: Vec<PlannedType<'c>>,
    notes: Vec<PlannedNote<'c>>,
    media: MediaPlan,
    seen: Seen,
    notices: Notices,
}

impl<'c> Unpacking<'c> {
    fn new(
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
        Self {
            contents,
            options,
            name,
            types,
            notes,
            media,
            seen,
            notices,
        }
    }

    fn finish(mut self, folder: &Path) -> Result<Unpacked, Error> {
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
        );
        choose_kinds(&self.notes, &mut self.types);

        let newest = self.notes.iter().map(|it| it.stored.modified);
        let newest = newest
            .chain(self.types.iter().map(|it| it.stored.modified))
            .max();
        let time = BuildTime::from_unix(newest.unwrap_or_default().max(0));
        self.write_types(folder)?;
        write(
            folder,
            ".gitattributes",
            &format!("{LOCK_NAME} merge=union\n"),
        )?;
        let mut places = self.write_sources(folder)?;
        let check = |it: &Self, places: &Places| {
            roundtrip::run(folder, &it.notes, &it.types, places, &records, time)
        };
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
        write(folder, LOCK_NAME, &outcome.lock.to_text())?;
        Ok(self.unpacked(outcome.report))
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
        self.notices.count_changed(
            outcome.other_cards.len(),
            "note had other cards than a build makes of it: empty ones, or fewer",
            "notes had other cards than a build makes of them: empty ones, or fewer",
        );
    }

    fn unpacked(self, report: Report) -> Unpacked {
        let fields = || self.notes.iter().flat_map(|it| &it.fields);
        let filled = || fields().filter(|it| !it.expected.is_empty());
        Unpacked {
            name: self.name.as_str().to_owned(),
            notes: self.notes.len(),
            note_types: self.types.iter().filter(|it| !it.shipped).count(),
            media: self.media.records.len(),
            markdown_fields: filled().filter(|it| it.text().is_some()).count(),
            html_fields: filled().filter(|it| it.text().is_none()).count(),
            notices: self.notices.into_list(),
            report,
        }
    }

    fn write_types(&self, folder: &Path) -> Result<(), Error> {
        for planned in self.types.iter().filter(|it| !it.shipped) {
            let (text, files) = type_file(&planned.emitted());
            let path = format!("types/{}", planned.key);
            write(folder, &format!("{path}/type.yaml"), &text)?;
            for file in files {
                write(folder, &format!("{path}/{}", file.name), &file.text)?;
            }
        }
        Ok(())
    }

    /// Writes the project file and the notes, and says where the notes stand.
    fn write_sources(&mut self, folder: &Path) -> Result<Places, Error> {
        let broken = |it: &PlannedNote<'_>| {
            it.skip.is_some()
                || self
                    .types
                    .get(it.type_index)
                    .is_none_or(|it| it.written.is_none())
        };
        let built = self.notes.iter().filter(|it| !broken(it));
        let used: BTreeSet<DeckName> = built.map(|it| it.deck.clone()).collect();
        self.notices.forget_decks();
        let settings = manifest::decks(self.contents, &used, &mut self.notices);
        let text = manifest::text(
            &self.name,
            &self.options.uid,
            &settings,
            &self.media,
            self.seen,
        );
        write(folder, FILE_NAME, &text)?;

        // Builds read the files in the order of their paths: positions count along it.
        let mut paths = Unique::default();
        let mut decks: Vec<(String, std::ops::Range<usize>)> = Vec::new();
        let mut start = 0;
        while let Some(first) = self.notes.get(start) {
            let same = |it: &&PlannedNote<'_>| it.deck == first.deck;
            let rest = self.notes.get(start..).unwrap_or_default();
            let end = start + rest.iter().take_while(same).count();
            let parts: Vec<String> = first.deck.as_str().split("::").map(path_part).collect();
            let path = paths.take(&format!("notes/{}", parts.join("/")), ".yaml");
            decks.push((path, start..end));
            start = end;
        }
        decks.sort_by(|one, other| one.0.cmp(&other.0));
        let mut places = Places::new();
        let mut position = 0;
        for (path, range) in decks {
            let text = self.notes_text(range.clone(), &mut position);
            let Some((text, starts)) = text else { continue };
            places.insert(path.clone(), starts.into_iter().zip(range).collect());
            write(folder, &path, &text)?;
        }
        Ok(places)
    }

    /// The notes of one deck; `position` counts the notes that are built.
    fn notes_text(
        &self,
        range: std::ops::Range<usize>,
        position: &mut u32,
    ) -> Option<(String, Vec<usize>)> {
        let notes = self.notes.get(range)?;
        let mut uses: BTreeMap<usize, usize> = BTreeMap::new();
        for note in notes {
            *uses.entry(note.type_index).or_default() += 1;
        }
        // Of types that are equally frequent the first one.
        let most = uses
            .iter()
            .max_by_key(|(index, count)| (**count, std::cmp::Reverse(**index)))?;
        let main = self.types.get(*most.0)?;
        let emitted: Vec<EmittedNote<'_>> = notes
            .iter()
            .map(|note| self.emitted(note, main, position))
            .collect();
        let deck = &notes.first()?.deck;
        Some(notes_file(deck.as_str(), &main.key, emitted))
    }

    fn emitted<'n>(
        &'n self,
        note: &'n PlannedNote<'_>,
        main: &PlannedType<'_>,
        position: &mut u32,
    ) -> EmittedNote<'n> {
        let mut emitted = EmittedNote {
            guid: note.guid.as_ref().map(|it| it.as_str()),
            tags: note.tags.iter().map(|it| it.as_str()).collect(),
            flag: note.flag,
            suspend: note.suspend.clone(),
            skip: note.skip.as_deref(),
            ..EmittedNote::default()
        };
        let Some(planned) = self.types.get(note.type_index) else {
            return emitted;
        };
        // A note of the shipped basic type that holds a cloze would be taken for a cloze note.
        let first = note.fields.first().map_or("", |it| it.html.as_str());
        let looks_like_cloze = planned.shipped && first.contains("{{c");
        if planned.key != main.key || looks_like_cloze {
            emitted.note_type = Some(&planned.key);
        }
        if self.options.positions {
            emitted.order = note.position.filter(|it| *it != *position);
        }
        if note.skip.is_none() {
            *position = position.saturating_add(1);
        }
        let fields = planned
            .fields
            .iter()
            .zip(&note.fields)
            .zip(&planned.html_fields);
        for ((field, content), is_html) in fields {
            if content.expected.is_empty() {
                continue;
            }
            let form = match (content.text(), is_html) {
                (Some(text), false) => EmittedField::Plain(text),
                (Some(text), true) if text != content.html => EmittedField::Markdown(text),
                (None, false) => EmittedField::Html(&content.html),
                (_, true) => EmittedField::Plain(&content.html),
            };
            emitted.fields.push((field.name.as_str(), form));
        }
        emitted
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

fn write(folder: &Path, path: &str, text: &str) -> Result<(), Error> {
    let inside = files::join("", path)
        .filter(|it| it == path)
        .ok_or_else(|| Error::new(ErrorKind::Outside(path.into())))?;
    let target = folder.join(inside);
    files::write_atomically(&target, |file| {
        file.write_all(text.as_bytes())
            .map_err(|source| Error::write(&target, source))
    })?;
    Ok(())
}
