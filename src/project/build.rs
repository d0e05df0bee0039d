//! A build: the stages in their order, and what comes out of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::decks::DeckPlan;
use super::lock_file::{self, LockFile, Touched};
use super::render::{Facts, Made};
use super::{
    BuildOptions, Project, Report, Statistics, clozes, history, includes, load, output,
    predecessor, schema, types,
};
use crate::diag::{Code, Diagnostic, Diagnostics, Levels, Severity, Sources};
use crate::files;
use crate::identity::{self, Assigned, Claim, Lock};
use crate::model::written::Settings;
use crate::model::{Deck, DeckName, MediaFile, MediaSource};
use crate::package::{Baseline, NotesText, Package};
use crate::render::{MediaContent, MediaNames, NamedMedia, Renderer};
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;
use crate::{Error, ErrorKind, check};

/// What a build came to: findings, and the package where there were no errors.
#[derive(Debug)]
#[must_use = "a build is on disk only when it is written"]
pub struct Build {
    report: Report,
    ready: Option<Ready>,
}

#[derive(Debug)]
struct Ready {
    package: Package,
    /// What is written in its place.
    text: Option<NotesText>,
    output: PathBuf,
    /// Whether what stands there may be lost.
    replaces: bool,
    /// The paths and new texts of the locks, if the build is one that writes them.
    locks: Vec<(PathBuf, String)>,
}

/// What a package is made of.
pub(super) struct Parts {
    /// The root deck.
    pub(super) root: DeckName,
    pub(super) decks: Vec<Deck>,
    pub(super) media: Vec<MediaFile>,
    /// The paths and new texts of the locks, if the build is one that writes them.
    pub(super) locks: Vec<(PathBuf, String)>,
    output: PathBuf,
    baseline: Option<Baseline>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Built {
    /// Where the package is.
    pub path: PathBuf,
    /// Whether its bytes changed. The same bytes leave the file alone.
    pub changed: bool,
    /// Its size.
    pub bytes: u64,
    /// How many notes are in it.
    pub notes: usize,
    /// How many cards.
    pub cards: usize,
    /// How many media files.
    pub media: usize,
}

impl Build {
    /// What was found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was found, without the package.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// The package; `None` where the sources have errors, or the lock would change though it must
    /// not.
    #[must_use]
    pub fn package(&self) -> Option<&Package> {
        self.ready.as_ref().map(|ready| &ready.package)
    }

    /// Writes the lock, then the package: after a crash between the two the next build gives the
    /// same bytes.
    ///
    /// # Errors
    /// When the sources have errors, the lock would change though it must not, a file cannot be
    /// written, or the one at the output's path is none that deckle wrote (see
    /// [`BuildOptions::force`]); the older package then is as it was.
    pub fn write(self) -> Result<Built, Error> {
        let refused = self.report.lock_changes.len();
        let Some(ready) = self.ready else {
            if refused > 0 {
                return Err(Error::new(ErrorKind::LockChanges(refused)));
            }
            let count = self.report.diagnostics.count(Severity::Error);
            return Err(Error::new(ErrorKind::Sources(count)));
        };
        if !ready.replaces {
            output::check_replaceable(&ready.output, ready.text.is_some())?;
        }
        for (path, text) in &ready.locks {
            files::write_atomically(path, |file| {
                file.write_all(text.as_bytes())
                    .map_err(|source| Error::write(path, source))
            })?;
        }
        let written = match &ready.text {
            Some(text) => text.write(&ready.output)?,
            None => ready.package.write(&ready.output)?,
        };
        Ok(Built {
            path: ready.output,
            changed: written.changed,
            bytes: written.bytes,
            notes: written.notes,
            cards: written.cards,
            media: written.media,
        })
    }
}

pub(super) fn build(project: &Project, options: &BuildOptions) -> Result<Build, Error> {
    if let Some(now) = options.time.to_system_time() {
        project.files.begin(now);
    }
    let mut report = Report::default();
    let mut levels = options.levels.clone();
    let parts = whole(project, options, &mut levels, 0, &mut report)?;
    let is_refused =
        |report: &Report| report.diagnostics.has_errors() || !report.lock_changes.is_empty();
    let parts = parts.filter(|_| !is_refused(&report));
    let ready = parts.map(|it| it.ready(options, &mut report.diagnostics));
    let ready = ready.transpose()?;
    report.diagnostics.sort();
    // At the end, so that a denied warning keeps no stage from finding more.
    levels.apply(&mut report.diagnostics);
    report.sources.keep_what_is_told(&report.diagnostics);
    let ready = ready.filter(|_| !is_refused(&report));
    Ok(Build { report, ready })
}

/// The project with those that it includes, `depth` projects below the one that is built. `None`
/// where there is no use in going on.
pub(super) fn whole(
    project: &Project,
    options: &BuildOptions,
    levels: &mut Levels,
    depth: usize,
    report: &mut Report,
) -> Result<Option<Parts>, Error> {
    let manifest = load::manifest(project, &mut report.sources, &mut report.diagnostics)?;
    let Some(manifest) = manifest else {
        return Ok(None);
    };
    levels.join(&manifest.levels);
    let found = &mut report.diagnostics;
    let guests = includes::build(project, &manifest, options, depth, found)?;
    let own = run(project, &manifest, options, report)?;
    Ok(includes::merge(own, guests, report))
}

impl Parts {
    /// The package, and what else is written with it.
    fn ready(self, options: &BuildOptions, sink: &mut Diagnostics) -> Result<Ready, Error> {
        let mut package = Package::new(options.time).format(options.format);
        for deck in self.decks {
            package.add_deck(deck);
        }
        for file in self.media {
            package = package.media(file);
        }
        let mut replaces = options.force;
        if let Some(baseline) = &self.baseline {
            package = package.baseline(baseline);
            // It was the output itself, and read for that.
            replaces |= options.baseline.is_none();
        }
        let text = match options.text {
            true => Some(package.to_text()?),
            false => None,
        };
        if let Some(text) = &text {
            tell_losses(text, sink);
        }
        Ok(Ready {
            package,
            text,
            output: self.output,
            replaces,
            locks: self.locks,
        })
    }
}

/// The project itself. `None` where there is no use in going on.
fn run(
    project: &Project,
    manifest: &Manifest,
    options: &BuildOptions,
    report: &mut Report,
) -> Result<Option<Parts>, Error> {
    let Report {
        diagnostics: sink,
        sources,
        statistics,
        files,
        lock_changes,
        matches,
    } = report;
    let types = types::load(project, manifest, sources, sink)?;
    let output = output::path(project, manifest, options, sink);

    let read = LockFile::read(project, manifest, options, &output, sources, sink)?;
    let Some(lock_file) = read else {
        return Ok(None);
    };
    let (lock, locked) = (&lock_file.lock, lock_file.is_kept);
    if let Some(found) = history::clock_behind(lock, options.time) {
        sink.push(found);
    }
    let (types, changed_types) = if locked {
        types::stamped(&types, lock, &manifest.uid, options, sink)
    } else {
        (types, Vec::new())
    };

    let broken_types = sink.has_errors();
    let renderer = Renderer::new(&*project.files);
    let known = locked.then_some(lock);
    let loaded = load::notes(project, manifest, &types, &renderer, known, sources, sink)?;
    statistics.files = loaded.files.len();
    *files = loaded.files;
    // A type that cannot be read makes every note of it an error; one finding is enough.
    if broken_types && loaded.notes.facts().next().is_none() {
        return Ok(None);
    }
    let mut made = loaded.notes;
    let whole = project.is_whole();
    let assigned = identify(&mut made, lock, manifest, locked, whole, sources, sink);
    let heirs = &assigned.heirs;
    if locked {
        for (note, facts) in made.iter_mut() {
            clozes::renumber(note, facts, lock, heirs);
        }
    }
    *matches = history::found_again(&made, &assigned.found, lock, sources);
    let firsts = made
        .iter()
        .map(|(note, facts)| (note.note_type.id(), note.fields.first(), facts.span()));
    check::duplicates(firsts, sink);

    let frozen = lock.media_names();
    let mut names = renderer.names(made.facts().flat_map(Facts::media), &frozen);
    for (note, _) in made.iter_mut() {
        note.fields.change_joined(|fields| names.resolved(fields));
    }
    if let Some(tool) = manifest.compat_guid {
        predecessor::apply(tool, &mut made, &names, lock, heirs, sources);
    }
    let statics = static_media(&made, &types, &renderer, &manifest.defaults.settings, sink);
    *statistics = count(&made, &names, &statics, files.len());
    if statistics.notes == 0 && manifest.included.is_empty() && !sink.has_errors() {
        sink.push(nothing_to_build());
    }
    if sink.has_errors() {
        return Ok(None);
    }

    let touched = Touched::new(options, sink);
    touched.check(&made, sources)?;
    let next = lock_file.next(&made, heirs, &types, &touched, sources, options);
    lock_file::rendered_anew(next.outdated)
        .into_iter()
        .for_each(|found| sink.push(found));
    let mut next = next.lock;
    schema::tell_edits(&made, &changed_types, lock, heirs, sink);
    schema::tell_retyped(&made, &types, lock, heirs, sink);
    if project.is_whole() {
        history::tell_removed(&made, lock, &next, &assigned.unclear, sources, sink);
    }
    let mut media: Vec<MediaFile> = statics.iter().map(|it| media_file(project, it)).collect();
    // A file that a note shows too goes in once, under the name that all know it by.
    let of_notes = media_files(project, &names, &mut next).into_iter();
    let of_notes = of_notes.filter(|it| !statics.iter().any(|known| known.name == it.name));
    media.extend(of_notes);
    *lock_changes = lock_file.refused(&next, project, options);
    if !lock_changes.is_empty() {
        return Ok(None);
    }
    let mut decks = DeckPlan::new(project, manifest, sources, sink)?;
    for batch in made.into_batches() {
        decks.add(batch, &next);
    }
    Ok(Some(Parts {
        root: manifest.name.clone(),
        decks: decks.finish(sink),
        media,
        locks: lock_file.written(&next, project).into_iter().collect(),
        baseline: baseline(locked, options, &output)?,
        output,
    }))
}

/// Gives the notes their guids, and where a lock is kept their ids in it. Returns which of them
/// take over the record of an old id, and which were found again though they were edited.
pub(super) fn identify(
    made: &mut Made,
    lock: &Lock,
    manifest: &Manifest,
    locked: bool,
    whole: bool,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Assigned {
    let claims: Vec<&Claim> = made.facts().map(|it| &it.claim).collect();
    let (uid, ids) = (&manifest.uid, manifest.ids);
    let mut assigned = identity::assign(&claims, lock, uid, ids, whole, sources, sink);
    let identities = std::mem::take(&mut assigned.identities);
    for ((note, facts), identity) in made.iter_mut().zip(identities) {
        note.guid = Some(identity.guid);
        facts.id = locked.then_some(identity.id);
    }
    assigned
}

/// The earlier build that ids and times go on from where no lock keeps them.
fn baseline(
    locked: bool,
    options: &BuildOptions,
    output: &Path,
) -> Result<Option<Baseline>, Error> {
    if let Some(path) = &options.baseline {
        let none = || {
            let path = path.display();
            Error::usage(format!(
                "the baseline `{path}` is no package that deckle wrote"
            ))
        };
        return match Baseline::read(path) {
            // Who names a baseline counts on it.
            Ok(None) if !files::is_file(path) => {
                Err(Error::read(path, std::io::ErrorKind::NotFound.into()))
            }
            Ok(found) => found.map(Some).ok_or_else(none),
            Err(error) if output::is_damage(&error) => Err(none().caused_by(error)),
            Err(error) => Err(error),
        };
    }
    // Times do not matter in a text file, and nothing remembers them there.
    if locked || options.text || !files::is_file(output) {
        return Ok(None);
    }
    match Baseline::read(output) {
        Err(error) if output::is_damage(&error) => {
            if options.force {
                return Ok(None);
            }
            // Building without it would change ids and times.
            let output = output.display();
            let text = format!(
                "`{output}`, whose ids are to be kept, is no package or a damaged one; move it away to begin anew"
            );
            Err(Error::new(ErrorKind::Archive(text)).caused_by(error))
        }
        found => found,
    }
}

/// The files that the CSS and the card templates of the types in use refer to. They come first in
/// the package: they change least.
fn static_media(
    made: &Made,
    types: &TypeSet,
    renderer: &Renderer<'_>,
    settings: &Settings,
    sink: &mut Diagnostics,
) -> Vec<NamedMedia> {
    let used: BTreeSet<&str> = made
        .facts()
        .map(|it| it.written_type().key.as_str())
        .collect();
    let types = types.iter().filter(|it| used.contains(it.key.as_str()));
    let found = renderer.template_media(types.map(|it| &**it), settings);
    sink.append(found.diagnostics);
    found.files
}

/// The media files of the package in their order: those that the lock knows in its order, then
/// new ones. Phones that get packages by delta transfer then read what they have.
fn media_files(project: &Project, names: &MediaNames, lock: &mut Lock) -> Vec<MediaFile> {
    let known: BTreeMap<&str, usize> = lock
        .media
        .iter()
        .enumerate()
        .map(|(index, it)| (it.content.as_str(), index))
        .collect();
    let mut files: Vec<(usize, String, MediaFile)> = names
        .files()
        .iter()
        .map(|file| {
            let source = match &file.content {
                MediaContent::File(path) => {
                    MediaSource::Project(project.files.clone(), path.clone())
                }
                MediaContent::Bytes(bytes) => MediaSource::Bytes(bytes.clone()),
            };
            let content = file.key.hex();
            let rank = known.get(content.as_str()).copied().unwrap_or(usize::MAX);
            (
                rank,
                content,
                MediaFile {
                    name: file.name.clone(),
                    source,
                },
            )
        })
        .collect();
    files.sort_by_key(|(rank, ..)| *rank);
    lock.media = files
        .iter()
        .map(|(_, content, file)| identity::MediaRecord {
            content: content.clone(),
            name: file.name.clone(),
        })
        .collect();
    files.into_iter().map(|(_, _, file)| file).collect()
}

fn media_file(project: &Project, file: &NamedMedia) -> MediaFile {
    let source = match &file.content {
        MediaContent::File(path) => MediaSource::Project(project.files.clone(), path.clone()),
        MediaContent::Bytes(bytes) => MediaSource::Bytes(bytes.clone()),
    };
    MediaFile {
        name: file.name.clone(),
        source,
    }
}

fn count(made: &Made, names: &MediaNames, statics: &[NamedMedia], files: usize) -> Statistics {
    let cards = made.facts().map(|it| it.cards as usize).sum();
    Statistics {
        files,
        notes: made.facts().count(),
        cards,
        media: names.files().len() + statics.len(),
    }
}

/// Tells what a text file leaves behind.
fn tell_losses(text: &NotesText, sink: &mut Diagnostics) {
    let counted = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let mut lost = Vec::new();
    if text.media > 0 {
        lost.push(counted(text.media, "media file"));
    }
    if text.marked > 0 {
        lost.push(format!(
            "the flags or suspension of {}",
            counted(text.marked, "note")
        ));
    }
    if text.elsewhere > 0 {
        lost.push(format!("the decks of {}", counted(text.elsewhere, "card")));
    }
    if !lost.is_empty() {
        let title = format!("the text file does not carry {}", lost.join(", "));
        sink.push(
            Diagnostic::new(Code::TextLoses, title)
                .info()
                .note("it carries guids, note types by name, decks, fields and tags")
                .help("learners who have imported the package once have note types and media; build a package for the others"),
        );
    }
    if text.nameless > 0 {
        let title = format!(
            "Anki leaves out {} of the text file",
            counted(text.nameless, "note")
        );
        sink.push(
            Diagnostic::new(Code::TextLoses, title)
                .note("its import of text passes over notes whose first field is empty")
                .help("fill the first field, or build a package"),
        );
    }
}

fn nothing_to_build() -> Diagnostic {
    Diagnostic::new(Code::NothingToBuild, "there are no notes to build")
        .help("begin with `deckle init`, or see README.md for what a note looks like")
}
