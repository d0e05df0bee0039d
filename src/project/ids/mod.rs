//! Ids written into the sources of a project, and taken out of them.
//!
//! What is planned is tried out: the project is read again with the new texts, and an edit after
//! which any note is another one, or reads differently, is left out and told. So neither writing
//! ids nor taking them out ever changes who a note is, whatever the text around it looks like.

mod snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::load::{Input, lies_in, table_text};
use super::overlay::with_texts;
use super::{Project, Report, Scope, variants};
use crate::Error;
use crate::diag::{FileId, Severity};
use crate::files::Disk;
use crate::identity::is_generated;
use crate::model::written::IdMode;
use crate::source::layout::Dialect;
use crate::source::stamp::{self, Edit, IdStyle, NoPlace, Outline};
use snapshot::{Known, Snapshot};

/// How often edits that change a note are left out before all of them are.
const MOST_TRIES: usize = 8;

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
        for file in &self.files {
            disk.replace(&file.path, file.before.as_bytes(), file.after.as_bytes())?;
        }
        Ok(())
    }
}

/// A note of a project with a matrix has an id in each variant, and its source takes one.
fn refuse_matrix(project: &Project) -> Result<(), Error> {
    match variants::keys(project)?.is_empty() {
        true => Ok(()),
        false => Err(Error::usage(
            "the project has a matrix, and a note may have another id in each of its variants; an `id` that you write yourself (in a table, a column `id`) holds for all of them",
        )),
    }
}

pub(super) fn add(project: &Project, options: &IdOptions) -> Result<IdPlan, Error> {
    refuse_matrix(project)?;
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
    draft.settle(
        "an id would change how the file is read here; write it by hand",
        |note, was| note.written.as_ref().is_some_and(|it| it.value == *was.id),
    )?;
    Ok(draft.finish())
}

pub(super) fn strip(project: &Project, options: &IdOptions) -> Result<IdPlan, Error> {
    refuse_matrix(project)?;
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
        left: Vec::new(),
        settled: 0,
    }
}

/// What has to be known of a file to write ids into it.
fn outline(input: &Input, source: &str, before: &Snapshot) -> Outline {
    let (dialect, defaults) = (input.dialect, &input.defaults);
    let delimiter = table_text(input.file, before.sources()).delimiter;
    Outline::of(
        dialect,
        input.file,
        source,
        defaults,
        &before.types,
        delimiter,
    )
}

/// All of the project: who a note is depends on the others.
pub(super) fn whole(project: &Project) -> Project {
    let mut whole = project.clone();
    if let Scope::Manifest { only } = &mut whole.scope {
        only.clear();
    }
    whole
}

/// A plan that is being made.
struct Draft {
    project: Project,
    /// The paths that were asked for; all where it is empty.
    only: Vec<String>,
    before: Snapshot,
    /// Edits by the notes they are for.
    planned: BTreeMap<usize, Vec<Edit>>,
    left: BTreeMap<usize, &'static str>,
}

impl Draft {
    /// An empty plan, or what is wrong with the sources.
    fn new(project: &Project) -> Result<Result<Self, Report>, Error> {
        let whole = whole(project);
        let before = match Snapshot::take(&whole)? {
            Ok(before) => before,
            Err(report) => return Ok(Err(report)),
        };
        let only = match &project.scope {
            Scope::Manifest { only } => only.clone(),
            _ => Vec::new(),
        };
        let paths: Vec<&str> = before
            .inputs
            .keys()
            .map(|it| before.sources().path(*it))
            .collect();
        if let Some(path) = only
            .iter()
            .find(|it| !paths.iter().any(|path| lies_in(path, it)))
        {
            return Err(Error::usage(format!(
                "`{path}` is none of the project's sources and holds none; nothing was changed"
            )));
        }
        Ok(Ok(Self {
            project: whole,
            only,
            before,
            planned: BTreeMap::new(),
            left: BTreeMap::new(),
        }))
    }

    fn meant(&self, note: &Known) -> bool {
        let path = self.before.sources().path(note.span.file);
        self.only.is_empty() || self.only.iter().any(|it| lies_in(path, it))
    }

    /// Leaves out what would change a note, until nothing does. `arrived` says whether a note is
    /// as its edit wants it to be, given as it was before.
    fn settle(
        &mut self,
        reason: &'static str,
        arrived: impl Fn(&Known, &Known) -> bool,
    ) -> Result<(), Error> {
        for tries in 0.. {
            if self.planned.is_empty() {
                return Ok(());
            }
            let texts = self.texts().into_iter().map(|(file, text)| {
                let path = self.before.sources().path(file).to_owned();
                (path, text.into_bytes())
            });
            let tried = with_texts(&self.project, texts.collect());
            let after = Snapshot::take(&tried)?;
            let odd = self.odd(&after, &arrived);
            if odd.is_empty() {
                return Ok(());
            }
            let all = tries >= MOST_TRIES;
            let dropped: Vec<usize> = self
                .planned
                .keys()
                .filter(|it| all || odd.contains(it))
                .copied()
                .collect();
            for index in dropped {
                self.planned.remove(&index);
                self.left.insert(index, reason);
            }
        }
        Ok(())
    }

    /// The notes whose edits are to be left out.
    fn odd(
        &self,
        after: &Result<Snapshot, Report>,
        arrived: impl Fn(&Known, &Known) -> bool,
    ) -> BTreeSet<usize> {
        let before = &self.before;
        let mut odd = BTreeSet::new();
        let report = after.as_ref().map_or_else(|it| it, |it| &it.report);
        let mut files = snapshot::new_findings(&before.report, report);
        if let Ok(after) = after {
            let (old, new) = (before.by_path(), after.by_path());
            for (path, notes) in old {
                let now = new.get(path).map_or(&[][..], Vec::as_slice);
                if notes.len() != now.len() {
                    files.insert(path.to_owned());
                    continue;
                }
                for (&index, &now) in notes.iter().zip(now) {
                    let (Some(was), Some(is)) = (before.notes.get(index), after.notes.get(now))
                    else {
                        continue;
                    };
                    let planned = self.planned.contains_key(&index);
                    if is.id == was.id && is.like == was.like && (!planned || arrived(is, was)) {
                        continue;
                    }
                    if planned {
                        odd.insert(index);
                    } else {
                        files.insert(path.to_owned());
                    }
                }
            }
        }
        let path = |index: &usize| {
            let note = before.notes.get(*index);
            note.map_or("", |it| before.sources().path(it.span.file))
        };
        odd.extend(self.planned.keys().filter(|it| files.contains(path(it))));
        // What edits of one file do to another cannot be told apart.
        if odd.is_empty() && (after.is_err() || !files.is_empty()) {
            odd.extend(self.planned.keys());
        }
        odd
    }

    /// The files that change, and what they become.
    fn texts(&self) -> BTreeMap<FileId, String> {
        let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for (index, planned) in &self.planned {
            if let Some(note) = self.before.notes.get(*index) {
                edits.entry(note.span.file).or_default().extend(planned);
            }
        }
        let apply = |(file, edits): (FileId, Vec<&Edit>)| {
            let source = self.before.sources().text(file);
            let input = self.before.inputs.get(&file);
            let table = input.filter(|it| it.dialect == Dialect::Table);
            let beside = table.map(|input| {
                let outline = outline(input, source, &self.before);
                outline.completion(source, &edits)
            });
            let beside = beside.unwrap_or_default();
            (file, stamp::apply(source, edits.into_iter().chain(&beside)))
        };
        edits.into_iter().map(apply).collect()
    }

    fn finish(self) -> IdPlan {
        let texts = self.texts();
        let sources = self.before.sources();
        let mut files: BTreeMap<&str, IdFile> = BTreeMap::new();
        for (file, after) in texts {
            let path = sources.path(file);
            let new = IdFile {
                path: path.to_owned(),
                before: sources.text(file).to_owned(),
                after,
                changes: Vec::new(),
            };
            files.insert(path, new);
        }
        // A line is looked up for each note, so the breaks of a file are found once.
        let mut breaks: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
        let mut line = |file: FileId, at: usize| {
            let breaks = breaks.entry(file).or_insert_with(|| {
                let found = sources.text(file).match_indices('\n');
                found.map(|(at, _)| at).collect()
            });
            breaks.partition_point(|it| *it < at) + 1
        };
        for (index, planned) in &self.planned {
            let note = self.before.notes.get(*index);
            // The last edit is the note's own.
            let (Some(note), Some(edit)) = (note, planned.last()) else {
                continue;
            };
            let file = note.span.file;
            let Some(changed) = files.get_mut(sources.path(file)) else {
                continue;
            };
            let removed = changed.before.get(edit.range.clone()).unwrap_or("");
            changed.changes.push(IdChange {
                line: line(file, edit.range.start),
                id: note.id.to_string(),
                text: format!("{removed}{}", edit.text).trim().to_owned(),
            });
        }
        let left = self.left.iter().filter_map(|(index, reason)| {
            let note = self.before.notes.get(*index)?;
            Some(IdLeft {
                path: sources.path(note.span.file).to_owned(),
                line: line(note.span.file, note.span.range().start),
                id: note.id.to_string(),
                reason,
            })
        });
        let left: Vec<IdLeft> = left.collect();
        let meant = self.before.notes.iter().filter(|it| self.meant(it)).count();
        IdPlan {
            root: self.project.root.clone(),
            settled: meant.saturating_sub(self.planned.len() + left.len()),
            files: files.into_values().collect(),
            left,
            report: Report::default(),
        }
    }
}
