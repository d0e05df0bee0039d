//! The project at one moment: each note as it was written, as it comes out, and who it is.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::canonical;
use super::trial::Attempt;
use crate::Error;
use crate::diag::{FileId, Severity, Sources, Span};
use crate::identity::{Digest, Lock, MediaRecord, Sketch};
use crate::model::Flag;
use crate::model::written::WrittenNote;
use crate::observe::Observed;
use crate::project::load::{self, Input};
use crate::project::outset::{Outset, SettledTypes};
use crate::project::render::Facts;
use crate::project::show::Watch;
use crate::project::{BuildOptions, Project, Report, assets, predecessor, stages};
use crate::render::MediaContent;
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;

/// A project as it is read.
pub(super) struct Reading {
    pub(super) report: Report,
    pub(super) manifest: Manifest,
    pub(super) types: TypeSet,
    pub(super) lock: Lock,
    /// Whether a lock is kept.
    pub(super) locked: bool,
    lock_name: String,
    /// Where a build would put the package.
    pub(super) output: std::path::PathBuf,
    pub(super) inputs: BTreeMap<FileId, Input>,
    /// The files that are sources by themselves, and not because others take them in.
    pub(super) files: BTreeSet<String>,
    /// In the order of the sources.
    pub(super) notes: Vec<SourceNote>,
    /// The paths of media files in the project, by their names in packages.
    pub(super) media: BTreeMap<String, String>,
    /// The names in packages of the media that are in use, by their contents.
    pub(super) contents: BTreeMap<String, String>,
    /// Where the notes of each file begin, sorted.
    starts: BTreeMap<FileId, Vec<u32>>,
}

/// A note of the sources.
pub(super) struct SourceNote {
    pub(super) written: WrittenNote,
    /// Whether its text serves other notes, too: an alias, or a file that several include.
    pub(super) shared: bool,
    pub(super) id: Option<String>,
    pub(super) guid: String,
    /// As they go into the package.
    pub(super) fields: Vec<String>,
    pub(super) tags: BTreeSet<String>,
    pub(super) content: Digest,
    pub(super) fingerprint: Digest,
    pub(super) sketch: Option<Sketch>,
    pub(super) suspended: String,
}

/// What is known before the project is read.
#[derive(Default, Clone)]
pub(super) struct Given {
    /// Media that the lock does not know yet.
    pub(super) media: Vec<MediaRecord>,
    /// Notes that are known by their place in a file whatever they say: path and position, id.
    pub(super) known: BTreeMap<(String, usize), String>,
}

impl SourceNote {
    pub(super) fn span(&self) -> Span {
        self.written.span
    }

    /// Whether it comes out as another one does.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let one = &self.written;
        let two = &other.written;
        self.guid == other.guid
            && self.id == other.id
            && self.fields == other.fields
            && self.tags == other.tags
            && one.note_type.key == two.note_type.key
            && one.deck == two.deck
            && one.flag == two.flag
            && one.order == two.order
            && self.suspended == other.suspended
    }

    pub(super) fn flag(&self) -> Flag {
        self.written.flag
    }
}

impl Reading {
    /// The project, though it may have errors: notes that cannot be read are left out then. What is
    /// wrong where nothing can be read.
    pub(super) fn take(project: &Project, given: &Given) -> Result<Result<Self, Report>, Error> {
        let mut report = Report::default();
        let taken = taken(project, given, &mut report)?;
        Ok(match taken {
            Some(taken) => Ok(Self { report, ..taken }),
            None => Err(report),
        })
    }

    /// Where the notes of a file begin, sorted.
    pub(super) fn starts(&self, file: FileId) -> &[u32] {
        self.starts.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The text of the lock, as it was read; `None` where there is none.
    pub(super) fn lock_text(&self) -> Option<&str> {
        let sources = self.sources();
        let mut files = sources
            .ids()
            .filter(|it| sources.path(*it) == self.lock_name);
        files.next().map(|it| sources.text(it))
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.report.sources
    }

    pub(super) fn path(&self, note: &SourceNote) -> &str {
        self.sources().path(note.span().file)
    }

    /// The file that an attempt edits.
    pub(super) fn path_of(&self, attempt: &Attempt) -> Option<&str> {
        let note = self.notes.get(attempt.merge.note)?;
        Some(self.path(note))
    }

    /// The names that media in use have in packages.
    pub(super) fn media_records(&self) -> impl Iterator<Item = MediaRecord> {
        self.contents.iter().map(|(content, name)| MediaRecord {
            content: content.clone(),
            name: name.clone(),
        })
    }

    /// The line that a note begins in, from 1.
    pub(super) fn line(&self, note: &SourceNote) -> usize {
        let place = self.sources().position(note.span());
        place.map_or(1, |it| it.line)
    }

    /// The notes of each file, as places in the list of all.
    pub(super) fn by_path(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, note) in self.notes.iter().enumerate() {
            found.entry(self.path(note)).or_default().push(index);
        }
        found
    }
}

/// The places of the errors that were found, by the paths of their files.
pub(super) fn errors(report: &Report) -> BTreeMap<String, Vec<usize>> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let all = report.diagnostics.iter();
    for it in all.filter(|it| it.severity == Severity::Error) {
        let path = report.sources.path(it.span().file).to_owned();
        found.entry(path).or_default().push(it.span().range().start);
    }
    found
}

fn taken(project: &Project, given: &Given, report: &mut Report) -> Result<Option<Reading>, Error> {
    let Report {
        diagnostics: sink,
        sources,
        ..
    } = report;
    let Some(manifest) = load::manifest(project, sources, sink)? else {
        return Ok(None);
    };
    let options = BuildOptions::looking();
    let Some(outset) = Outset::read(project, &manifest, &options, sources, sink)? else {
        return Ok(None);
    };
    let (mut lock, locked) = (outset.lock_file.lock, outset.lock_file.is_kept);
    lock.media.extend(given.media.iter().cloned());
    let renderer = assets::renderer(project, &manifest, &lock, manifest.targets);
    let kept = locked.then_some(&lock);
    let settled = SettledTypes::new(&outset.types, &manifest, kept, &renderer, &options, sink);
    let types = settled.types;
    let watch = Watch::all();
    let loaded = load::notes_seen(
        project,
        &manifest,
        &types,
        &renderer,
        Some(&lock),
        Some(&watch),
        &Observed::default(),
        sources,
        sink,
    )?;
    let mut written: BTreeMap<Span, Vec<WrittenNote>> = BTreeMap::new();
    for note in watch.into_seen() {
        written.entry(note.span).or_default().push(note);
    }
    let mut made = loaded.notes;
    recognize(&mut lock, given, made.facts(), sources);
    let whole = project.is_all_there_is();
    let kept = locked.then_some(&lock);
    stages::identify(&mut made, kept, &manifest, whole, sources, sink);
    let names = made.name_media(&renderer, &lock.media_names());
    if let Some(tool) = manifest.compat_guid {
        predecessor::apply(tool, &mut made, &names, &lock, sources);
    }
    sink.append(renderer.media_findings());
    let mut notes = Vec::new();
    for (note, facts) in made.iter() {
        let Some(of_place) = written.get(&facts.span()) else {
            continue;
        };
        let Some(written) = of_place.first() else {
            continue;
        };
        notes.push(SourceNote {
            written: written.clone(),
            shared: of_place.len() > 1,
            id: facts.id.as_deref().map(str::to_owned),
            guid: note.resolved_guid().as_str().to_owned(),
            fields: note.fields.iter().map(canonical).collect(),
            tags: note.tags.iter().map(|it| it.as_str().to_owned()).collect(),
            content: facts.content,
            fingerprint: facts.claim.fingerprint,
            sketch: facts.claim.sketch,
            suspended: format!("{:?}", note.suspended()),
        });
    }
    let mut media = BTreeMap::new();
    let mut contents = BTreeMap::new();
    for file in names.files() {
        contents.insert(file.key.hex(), file.name.clone());
        if let MediaContent::File(path) | MediaContent::Picture { path, .. } = &file.content {
            media.insert(file.name.clone(), path.to_string());
        }
    }
    let mut starts: BTreeMap<FileId, Vec<u32>> = BTreeMap::new();
    for note in &notes {
        let span = note.span();
        starts.entry(span.file).or_default().push(span.start);
    }
    starts.values_mut().for_each(|it| it.sort_unstable());
    Ok(Some(Reading {
        starts,
        report: Report::default(),
        types,
        lock,
        lock_name: project.lock_name(),
        locked,
        output: outset.output,
        files: loaded.files.into_iter().map(|it| it.path).collect(),
        inputs: loaded.inputs.into_iter().map(|it| (it.file, it)).collect(),
        notes,
        media,
        contents,
        manifest,
    }))
}

/// Lets the lock know the notes again that are known by their places, though they were edited.
fn recognize<'f>(
    lock: &mut Lock,
    given: &Given,
    facts: impl Iterator<Item = &'f Facts>,
    sources: &Sources,
) {
    if given.known.is_empty() {
        return;
    }
    let mut positions: BTreeMap<FileId, usize> = BTreeMap::new();
    for it in facts {
        let file = it.span().file;
        let position = positions.entry(file).or_default();
        let place = (sources.path(file).to_owned(), *position);
        *position += 1;
        let id = given.known.get(&place);
        if let Some(record) = id.and_then(|id| lock.notes.get_mut(id)) {
            record.fingerprint = it.claim.fingerprint;
            record.sketch = it.claim.sketch;
            record.path = place.0.as_str().into();
        }
    }
}
