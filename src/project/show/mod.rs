//! One note as everything sees it: as written, as rendered, as cards, and who it is.

mod cards;

use std::sync::{Mutex, PoisonError};

use crate::Error;
use crate::diag::{FileId, Sources, Span};
use crate::identity::{Assigned, Lock};
use crate::model::Note;
use crate::model::written::{Content, IdMode, WrittenNote};
use crate::observe::Observed;
use crate::project::outset::{Outset, SettledTypes};
use crate::project::render::Facts;
use crate::project::{BuildOptions, Project, Report, assets, ids, load, stages, variants};
use crate::source::layout::Dialect;

/// What stands at a line, and what there is to say of the project.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shown {
    /// The findings of all sources.
    pub report: Report,
    /// What stands at the line; `None` where the project cannot be read, which the report tells.
    pub at: Option<ShownAt>,
}

/// What stands at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShownAt {
    /// A note.
    Note(Box<ShownNote>),
    /// No note.
    Nothing {
        /// Why the line belongs to none, as a phrase.
        reason: String,
        /// The line that the nearest note of the file begins in, from 1.
        nearest: Option<usize>,
    },
}

/// A note, from its text to its cards.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownNote {
    /// The file, relative to the project.
    pub path: String,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// The line that its text ends in.
    pub end_line: usize,
    /// The variant of the project's matrix that it is shown as; `None` where there is no matrix.
    pub variant: Option<String>,
    /// The key of its note type.
    pub note_type: String,
    /// The full name of its deck.
    pub deck: String,
    /// Its tags, inherited ones first.
    pub tags: Vec<String>,
    /// Its fields, in the order of the note type.
    pub fields: Vec<ShownField>,
    /// Its cards.
    pub cards: Vec<ShownCard>,
    /// Its id in `deckle.lock`; `None` where the project keeps none.
    pub id: Option<String>,
    /// What Anki knows it by.
    pub guid: String,
    /// Where its id or guid comes from.
    pub identity: IdSource,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownField {
    /// Its name.
    pub name: String,
    /// What was written, and in which form: `md`, `html`, `text` or `media`; the items of a list
    /// one by one. Empty where nothing was.
    pub written: Vec<(&'static str, String)>,
    /// What goes into the package.
    pub html: String,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownCard {
    /// The name of its card template; of a cloze type with the number of the cloze.
    pub name: String,
    /// The question as text, or the reason why Anki shows none.
    pub question: String,
    /// The answer as text.
    pub answer: String,
}

/// Where the identity of a note comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdSource {
    /// The sources name its id.
    Id,
    /// The sources name its guid.
    Guid,
    /// It is made of the note type's key fields.
    KeyFields,
    /// `deckle.lock` knows the note by its text.
    Lock,
    /// `deckle.lock` knows the note, though it was edited or moved since the last build.
    FoundAgain,
    /// The note is new; the next build writes its id into `deckle.lock`.
    New,
    /// It is made of the note's text, because the project keeps no ids.
    Natural,
}

impl IdSource {
    /// A word for it, for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Guid => "guid",
            Self::KeyFields => "key-fields",
            Self::Lock => "lock",
            Self::FoundAgain => "found-again",
            Self::New => "new",
            Self::Natural => "natural",
        }
    }
}

/// Keeps the notes of one file, or of all, as they were written: a build lets go of them as soon as they are
/// rendered.
pub(in crate::project) struct Watch {
    /// All files where it is `None`.
    path: Option<String>,
    seen: Mutex<Vec<WrittenNote>>,
}

impl Watch {
    /// Of every file.
    pub(in crate::project) fn all() -> Self {
        Self {
            path: None,
            seen: Mutex::new(Vec::new()),
        }
    }

    /// What was seen, in no order.
    pub(in crate::project) fn into_seen(self) -> Vec<WrittenNote> {
        self.seen
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::project) fn see(&self, note: &WrittenNote, sources: &Sources) {
        let path = || sources.path(note.span.file);
        if self.path.as_deref().is_none_or(|it| it == path()) {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(note.clone());
        }
    }
}

pub(in crate::project) fn show(project: &Project, path: &str, line: usize) -> Result<Shown, Error> {
    // Who a note is depends on the others.
    let mut project = ids::whole(project);
    if let Some(first) = variants::keys(&project)?.first() {
        project = variants::one(&project, first)?;
    }
    let mut report = Report::default();
    let at = at(&project, path, line, &mut report)?;
    report.diagnostics.sort();
    report.sources.keep_what_is_told(&report.diagnostics);
    Ok(Shown { report, at })
}

fn at(
    project: &Project,
    path: &str,
    line: usize,
    report: &mut Report,
) -> Result<Option<ShownAt>, Error> {
    let Report {
        diagnostics: sink,
        sources,
        ..
    } = &mut *report;
    let Some(manifest) = load::manifest(project, sources, sink)? else {
        return Ok(None);
    };
    let options = BuildOptions::looking();
    let Some(outset) = Outset::read(project, &manifest, &options, sources, sink)? else {
        return Ok(None);
    };
    let (lock, kept) = (&outset.lock_file.lock, outset.lock_file.kept());
    let watch = Watch {
        path: Some(path.to_owned()),
        seen: Mutex::new(Vec::new()),
    };
    let renderer = assets::renderer(project, &manifest, lock, manifest.targets);
    let settled = SettledTypes::new(&outset.types, &manifest, kept, &renderer, &options, sink);
    let loaded = load::notes_seen(
        project,
        &manifest,
        &settled.types,
        &renderer,
        kept,
        Some(&watch),
        &Observed::default(),
        sources,
        sink,
    )?;
    let file = loaded.inputs.iter().map(|it| it.file);
    let Some(file) = file.clone().find(|it| sources.path(*it) == path) else {
        return Ok(Some(ShownAt::Nothing {
            reason: format!("`{path}` is none of the project's sources"),
            nearest: None,
        }));
    };
    let mut made = loaded.notes;
    let assigned = stages::identify(&mut made, kept, &manifest, true, sources, sink);
    made.name_media(&renderer, &lock.media_names());
    let mut seen = watch.into_seen();
    seen.sort_by_key(|it| it.span);
    let lines = Lines { file, sources };
    let Some(written) = seen.iter().find(|it| lines.hold(it, line)) else {
        let nearest = seen.iter().map(|it| lines.of(it).0);
        let nearest = nearest.min_by_key(|it| it.abs_diff(line));
        let reason = reason(report, file, line);
        return Ok(Some(ShownAt::Nothing { reason, nearest }));
    };
    let found = made
        .iter()
        .enumerate()
        .find(|(_, (_, facts))| facts.span() == written.span);
    let Some((index, (note, facts))) = found else {
        return Ok(None);
    };
    let identity = identity_of(facts, index, &assigned, lock, manifest.ids);
    let (first, last) = lines.of(written);
    Ok(Some(ShownAt::Note(Box::new(ShownNote {
        path: path.to_owned(),
        line: first,
        end_line: last,
        variant: project.variant.as_deref().map(str::to_owned),
        note_type: written.note_type.key.clone(),
        deck: written.deck.as_str().to_owned(),
        tags: note.tags.iter().map(|it| it.as_str().to_owned()).collect(),
        fields: fields(written, note),
        cards: cards::of(written, note),
        id: facts.id.as_deref().map(str::to_owned),
        guid: note.resolved_guid().as_str().to_owned(),
        identity,
    }))))
}

/// The lines of a file's notes.
struct Lines<'s> {
    file: FileId,
    sources: &'s Sources,
}

impl Lines<'_> {
    /// The first and the last line of a note.
    fn of(&self, note: &WrittenNote) -> (usize, usize) {
        let line = |at: u32| {
            let position = self.sources.position_at(self.file, at as usize);
            position.map_or(1, |it| it.line)
        };
        let fields = note.fields.iter().flatten().map(Content::span);
        let own = fields.filter(|it| it.file == self.file);
        let end = own.map(|it| it.end).fold(note.span.end, u32::max);
        // A text that ends with its line break ends in the line before.
        let text = self.sources.text(self.file);
        let text = text.get(..end as usize).unwrap_or_default();
        let end = text.trim_end().len().max(note.span.start as usize);
        (
            line(note.span.start),
            line(u32::try_from(end).unwrap_or(u32::MAX)),
        )
    }

    fn hold(&self, note: &WrittenNote, line: usize) -> bool {
        let (first, last) = self.of(note);
        note.span.file == self.file && (first..=last).contains(&line)
    }
}

/// Why a line belongs to no note.
fn reason(report: &Report, file: FileId, line: usize) -> String {
    let sources = &report.sources;
    let told = report.diagnostics.iter().find(|it| {
        let place = it.span();
        let is_here = |it: Span| {
            let (start, end) = (
                sources.position(it),
                sources.position_at(it.file, it.end as usize),
            );
            start.is_some_and(|it| it.line <= line) && end.is_some_and(|it| line <= it.line)
        };
        place.file == file && is_here(place)
    });
    if let Some(told) = told {
        let (code, message) = (told.code, &told.message);
        return format!("{message} ({code})");
    }
    let text = sources.text(file);
    let Some(text) = text.lines().nth(line.saturating_sub(1)) else {
        return format!("the file ends at line {}", text.lines().count());
    };
    let text = text.trim();
    let is_yaml = Dialect::of(sources.path(file)) == Some(Dialect::Yaml);
    let reason = if text.is_empty() {
        "the line is blank and stands outside of all notes"
    } else if text.starts_with('#') && is_yaml {
        "the line is a comment"
    } else if text.starts_with('#') && text.contains("{skip") {
        "the heading says `skip`"
    } else if text.starts_with('#') {
        "the heading is of a level that divides the file and makes no note"
    } else {
        "the line belongs to the settings of the file, or stands outside of all notes"
    };
    reason.to_owned()
}

fn identity_of(
    facts: &Facts,
    index: usize,
    assigned: &Assigned,
    lock: &Lock,
    mode: IdMode,
) -> IdSource {
    let claim = &facts.claim;
    let known = facts.known(lock).is_some();
    if claim.id().is_some() {
        IdSource::Id
    } else if claim.guid().is_some() {
        IdSource::Guid
    } else if claim.key().is_some() {
        IdSource::KeyFields
    } else if mode == IdMode::Natural || facts.id.is_none() {
        IdSource::Natural
    } else if assigned.found.iter().any(|it| it.index == index) {
        IdSource::FoundAgain
    } else if known {
        IdSource::Lock
    } else {
        IdSource::New
    }
}

fn fields(written: &WrittenNote, note: &Note) -> Vec<ShownField> {
    let names = written.note_type.note_type.field_names().enumerate();
    names
        .map(|(index, name)| {
            let mut texts = Vec::new();
            if let Some(Some(content)) = written.fields.get(index) {
                content.texts(&mut |form, text| {
                    if !["list", "end"].contains(&form) {
                        texts.push((form, text.to_owned()));
                    }
                });
            }
            ShownField {
                name: name.to_owned(),
                written: texts,
                html: note.fields.iter().nth(index).unwrap_or_default().to_owned(),
            }
        })
        .collect()
}
