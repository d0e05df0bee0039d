//! Ids written into the sources of a project, and taken out of them.
//!
//! What is planned is tried out: the project is read again with the new texts, and an edit after
//! which any note is another one, or reads differently, is left out and told. So neither writing
//! ids nor taking them out ever changes who a note is, whatever the text around it looks like.

mod draft;
mod editions;
mod snapshot;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Project, Report, Scope};
use crate::Error;
use crate::diag::{FileId, Severity};
use crate::files::Disk;
use crate::identity::is_generated;
use crate::model::written::IdMode;
use crate::source::stamp::{self, NoPlace, Outline};
use draft::{Draft, outline};

pub use crate::source::stamp::IdStyle;

/// How ids are written and taken out.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
#[must_use = "options do nothing until a project gets them"]
pub struct IdOptions {
    style: IdStyle,
    all: bool,
}

impl IdOptions {
    /// Comments below headings; only generated ids are taken out.
    pub fn new() -> Self {
        Self::default()
    }

    /// How [`Project::add_ids`] writes ids at headings. Default: [`IdStyle::Comment`].
    pub fn style(mut self, style: IdStyle) -> Self {
        self.style = style;
        self
    }

    /// Whether [`Project::strip_ids`] takes out ids, too, that do not look generated. Default:
    /// no, a person may have written them.
    pub fn all(mut self, yes: bool) -> Self {
        self.all = yes;
        self
    }
}

/// What is to be written into which file.
#[derive(Debug)]
#[must_use = "a plan changes nothing until it is written"]
pub struct IdPlan {
    root: PathBuf,
    report: Report,
    files: Vec<IdFile>,
    locks: Vec<IdFile>,
    left: Vec<IdLeft>,
    settled: usize,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdFile {
    /// Its path, relative to [`IdPlan::root`], with `/` between its parts.
    pub path: String,
    /// Its text.
    pub before: String,
    /// Its text with the changes.
    pub after: String,
    /// The changes, in the order of the file.
    pub changes: Vec<IdChange>,
}

/// An id that is written or taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdChange {
    /// The line of the old text that it stands in or before, from 1.
    pub line: usize,
    /// The id.
    pub id: String,
    /// What is inserted or removed, without white space around it.
    pub text: String,
}

/// A note whose id stays as it is though it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdLeft {
    /// The file.
    pub path: String,
    /// The line that the note begins in, from 1.
    pub line: usize,
    /// The note's id.
    pub id: String,
    /// Why, as a phrase.
    pub reason: &'static str,
}

impl IdPlan {
    /// The errors of the sources. With errors nothing is planned, for who the notes are is
    /// known only where a build would go through.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The folder that paths are relative to.
    #[must_use]
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }

    /// The files that change, in the order of their paths.
    #[must_use]
    pub fn files(&self) -> &[IdFile] {
        &self.files
    }

    /// The locks of variants that know notes by other ids so far: each has what it knows under the
    /// ids that the sources get. They have no [`changes`](IdFile::changes) of their own.
    #[must_use]
    pub fn locks(&self) -> &[IdFile] {
        &self.locks
    }

    /// The notes that are left as they are though their ids should be written or taken out.
    #[must_use]
    pub fn left(&self) -> &[IdLeft] {
        &self.left
    }

    /// How many notes there was nothing to do for.
    #[must_use]
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// How many ids are written or taken out.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.files.iter().map(|it| it.changes.len()).sum()
    }

    /// Writes the files, each at once or not at all.
    ///
    /// # Errors
    /// When the sources have errors, or a file cannot be written or was changed meanwhile; the
    /// files before it then are written. Running the same again goes on from there.
    pub fn write(self) -> Result<(), Error> {
        let errors = self.report.diagnostics.count(Severity::Error);
        if errors > 0 {
            return Err(Error::new(crate::ErrorKind::Sources(errors)));
        }
        let disk = Disk::new(&self.root)?;
        // With an id in its lock alone a note is found by its text, as before.
        for file in self.locks.iter().chain(&self.files) {
            disk.replace(&file.path, file.before.as_bytes(), file.after.as_bytes())?;
        }
        Ok(())
    }
}

pub(super) fn add(project: &Project, options: &IdOptions) -> Result<IdPlan, Error> {
    let mut draft = match Draft::new(project)? {
        Ok(draft) => draft,
        Err(report) => return Ok(nothing(project, report)),
    };
    let mut outlines: BTreeMap<FileId, Outline> = BTreeMap::new();
    let mut planned = BTreeMap::new();
    let mut left = BTreeMap::new();
    let before = &draft.before;
    for (index, note) in before.notes.iter().enumerate() {
        if note.says_itself || !draft.meant(note) {
            continue;
        }
        let Some(input) = before.inputs.get(&note.span.file) else {
            continue;
        };
        let source = before.sources().text(note.span.file);
        let outline = outlines
            .entry(note.span.file)
            .or_insert_with(|| outline(input, source, before));
        match outline.insertion(source, &note.span.range(), &note.id, options.style) {
            Ok(edits) => {
                planned.insert(index, edits);
            }
            Err(reason) => {
                left.insert(index, reason.reason());
            }
        }
    }
    (draft.planned, draft.left) = (planned, left);
    draft.leave_others(|note| !note.says_itself);
    draft.leave_taken();
    draft.settle(
        "an id would change how the file is read here; write it by hand",
        |note, was| note.written.as_ref().is_some_and(|it| it.value == *was.id),
    )?;
    Ok(draft.finish())
}

pub(super) fn strip(project: &Project, options: &IdOptions) -> Result<IdPlan, Error> {
    let mut draft = match Draft::new(project)? {
        Ok(draft) => draft,
        Err(report) => return Ok(nothing(project, report)),
    };
    let before = &draft.before;
    if before.mode == IdMode::Inline {
        return Err(Error::usage(
            "the project says `ids: inline`, where each note names its own id; say `ids: lock` in deckle.yaml and build once, then deckle.lock knows the notes without",
        ));
    }
    let mut planned = BTreeMap::new();
    let mut left = BTreeMap::new();
    for (index, note) in before.notes.iter().enumerate() {
        let Some(id) = note.written.as_ref().filter(|_| draft.meant(note)) else {
            continue;
        };
        if !options.all && !is_generated(&id.value) {
            continue;
        }
        let source = before.sources().text(note.span.file);
        let edit = before
            .inputs
            .get(&note.span.file)
            .ok_or(NoPlace::Form)
            .and_then(|input| {
                // An id that an alias brings stands at another note.
                if id.span.file != note.span.file {
                    return Err(NoPlace::Form);
                }
                let (place, id) = (note.span.range(), id.span.range());
                stamp::removal(input.dialect, source, &place, &id)
            });
        match edit {
            Ok(edit) => {
                planned.insert(index, vec![edit]);
            }
            Err(reason) => {
                left.insert(index, reason.reason());
            }
        }
    }
    (draft.planned, draft.left) = (planned, left);
    draft.leave_others(|note| {
        let id = note.written.as_ref();
        id.is_some_and(|id| options.all || is_generated(&id.value))
    });
    let reason = if draft.before.mode == IdMode::Lock {
        "without its id it would be taken for another note; a build first, so that deckle.lock knows it as it is now"
    } else {
        "without its id it would be taken for another note: its first field was edited"
    };
    draft.settle(reason, |note, _| note.written.is_none())?;
    Ok(draft.finish())
}

/// The plan of a project that has errors.
fn nothing(project: &Project, mut report: Report) -> IdPlan {
    report.diagnostics.sort();
    IdPlan {
        root: project.root.clone(),
        report,
        files: Vec::new(),
        locks: Vec::new(),
        left: Vec::new(),
        settled: 0,
    }
}

/// All of the project: who a note is depends on the others.
pub(super) fn whole(project: &Project) -> Project {
    let mut whole = project.clone();
    if let Scope::Manifest { only } = &mut whole.scope {
        only.clear();
    }
    whole
}
