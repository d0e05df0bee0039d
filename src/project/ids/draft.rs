//! A plan that is being made: edits by the notes they are for, tried out until none of them
//! changes a note, in any variant of the project.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::editions::{Edition, place};
use super::snapshot::{self, Known, Snapshot};
use super::{IdChange, IdFile, IdLeft, IdPlan, whole};
use crate::Error;
use crate::diag::FileId;
use crate::project::load::{Input, lies_in, table_text};
use crate::project::overlay::with_texts;
use crate::project::{Project, Report, Scope, variants};
use crate::source::layout::Dialect;
use crate::source::stamp::{self, Edit, Outline};

/// How often edits that change a note are left out before all of them are.
const MOST_TRIES: usize = 8;

/// A plan that is being made.
pub(super) struct Draft {
    project: Project,
    /// The paths that were asked for; all where it is empty.
    only: Vec<String>,
    pub(super) before: Snapshot,
    /// The other variants of a project with a matrix; the draft is made in the first.
    editions: Vec<Edition>,
    /// Notes that the first variant does not have.
    others: Vec<IdLeft>,
    /// Edits by the notes they are for.
    pub(super) planned: BTreeMap<usize, Vec<Edit>>,
    pub(super) left: BTreeMap<usize, &'static str>,
}

impl Draft {
    /// An empty plan, or what is wrong with the sources.
    pub(super) fn new(project: &Project) -> Result<Result<Self, Report>, Error> {
        let mut whole = whole(project);
        let keys = variants::keys(&whole)?;
        let mut variants = keys.iter().map(|key| variants::as_variant(&whole, key));
        let first = variants.next();
        let others: Vec<Project> = variants.collect();
        whole = first.unwrap_or(whole);
        let before = match Snapshot::take(&whole)? {
            Ok(before) => before,
            Err(report) => return Ok(Err(report)),
        };
        let places = before.notes.iter().map(|note| place(&before, note));
        let places: HashMap<(String, usize), usize> = places.zip(0..).collect();
        let mut editions = Vec::with_capacity(others.len());
        for other in others {
            match Edition::take(other, &places)? {
                Ok(edition) => editions.push(edition),
                Err(report) => return Ok(Err(report)),
            }
        }
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
            editions,
            others: Vec::new(),
            planned: BTreeMap::new(),
            left: BTreeMap::new(),
        }))
    }

    pub(super) fn meant(&self, note: &Known) -> bool {
        let path = self.before.sources().path(note.span.file);
        self.only.is_empty() || self.only.iter().any(|it| lies_in(path, it))
    }

    /// Leaves out ids that a variant's lock has for other notes.
    pub(super) fn leave_taken(&mut self) {
        loop {
            let meant = |index| self.planned.contains_key(&index);
            let taken = self.editions.iter();
            let taken: Vec<usize> = taken
                .flat_map(|edition| edition.taken(&self.before, meant))
                .collect();
            if taken.is_empty() {
                return;
            }
            for index in taken {
                self.planned.remove(&index);
                self.left.insert(
                    index,
                    "its id in the first variant is that of another note in another variant; write one by hand",
                );
            }
        }
    }

    /// The locks that change, by the places of their variants.
    fn locks(&self) -> BTreeMap<usize, String> {
        let meant = |index| self.planned.contains_key(&index);
        let locks = self.editions.iter().enumerate();
        locks
            .filter_map(|(at, edition)| {
                let lock = edition.lock(&self.before, meant)?;
                Some((at, lock.to_text()))
            })
            .collect()
    }

    /// Leaves out what would change a note, until nothing does. `arrived` says whether a note is
    /// as its edit wants it to be, given as it was before.
    pub(super) fn settle(
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
            let texts: BTreeMap<String, Vec<u8>> = texts.collect();
            let mut locks = self.locks();
            let tried = with_texts(&self.project, texts.clone());
            let after = Snapshot::take(&tried)?;
            let own = |index| Some(index);
            let mut odd = self.odd(&self.before, &own, &after, &arrived);
            for (at, edition) in self.editions.iter().enumerate() {
                let mut texts = texts.clone();
                if let Some(lock) = locks.remove(&at) {
                    texts.insert(edition.project.lock_name(), lock.into_bytes());
                }
                let after = edition.tried(texts)?;
                let first = |index: usize| edition.first.get(index).copied().flatten();
                odd.extend(self.odd(&edition.before, &first, &after, &arrived));
            }
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

    /// The notes whose edits are to be left out, as a variant shows it, which was this `before`;
    /// `first` says which note of the first variant one of it is.
    fn odd(
        &self,
        before: &Snapshot,
        first: &impl Fn(usize) -> Option<usize>,
        after: &Result<Snapshot, Report>,
        arrived: impl Fn(&Known, &Known) -> bool,
    ) -> BTreeSet<usize> {
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
                    let same = first(index).and_then(|it| Some((it, self.before.notes.get(it)?)));
                    let planned = same.filter(|(index, _)| self.planned.contains_key(index));
                    let wanted = planned.map_or(was, |(_, it)| it);
                    let same_guid = !was.is_known || is.guid == was.guid;
                    let same = is.id == wanted.id && same_guid && is.like == was.like;
                    if same && (planned.is_none() || arrived(is, wanted)) {
                        continue;
                    }
                    if let Some((index, _)) = planned {
                        odd.insert(index);
                    } else {
                        files.insert(path.to_owned());
                    }
                }
            }
        }
        let path = |index: &usize| {
            let note = self.before.notes.get(*index);
            note.map_or("", |it| self.before.sources().path(it.span.file))
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

    pub(super) fn finish(self) -> IdPlan {
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
        let left: Vec<IdLeft> = left.chain(self.others.iter().cloned()).collect();
        let locks = self.locks().into_iter().filter_map(|(at, after)| {
            let edition = self.editions.get(at)?;
            Some(IdFile {
                path: edition.project.lock_name(),
                before: edition.before.lock_text.clone(),
                after,
                changes: Vec::new(),
            })
        });
        let locks: Vec<IdFile> = locks.collect();
        let meant = self.before.notes.iter().filter(|it| self.meant(it)).count();
        IdPlan {
            root: self.project.root.clone(),
            settled: meant.saturating_sub(self.planned.len() + self.left.len()),
            files: files.into_values().collect(),
            locks,
            left,
            report: Report::default(),
        }
    }

    /// Leaves the notes that the first variant does not have, where they are `wanted`.
    pub(super) fn leave_others(&mut self, wanted: impl Fn(&Known) -> bool) {
        let mut left: BTreeMap<(String, usize), IdLeft> = BTreeMap::new();
        for edition in &self.editions {
            let notes = edition.before.notes.iter().zip(&edition.first);
            for (note, _) in notes.filter(|(note, first)| first.is_none() && wanted(note)) {
                let (path, start) = place(&edition.before, note);
                if !self.only.is_empty() && !self.only.iter().any(|it| lies_in(&path, it)) {
                    continue;
                }
                let text = edition.before.sources().text(note.span.file);
                let before = text.get(..start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let id = note.id.to_string();
                left.entry((path.clone(), start)).or_insert(IdLeft {
                    path,
                    line,
                    id,
                    reason: "the first variant of the matrix does not have it; edit it by hand",
                });
            }
        }
        self.others = left.into_values().collect();
    }
}

/// What has to be known of a file to write ids into it.
pub(super) fn outline(input: &Input, source: &str, before: &Snapshot) -> Outline {
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
