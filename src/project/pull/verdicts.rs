//! What a reading with edits says of them: which come out as wanted, and which are to blame where
//! something else does not.

use std::collections::{BTreeMap, BTreeSet};

use super::reading::{Reading, SourceNote, errors};
use super::trial::{Attempt, What};
use crate::project::Report;
use crate::source::stamp::Edit;

/// What a reading says: files that are in trouble, with the notes of which it is certain that they
/// are to blame, and for each note that could be compared, what of it came out otherwise.
#[derive(Default)]
pub(super) struct Verdicts {
    pub(super) trouble: BTreeMap<String, BTreeSet<usize>>,
    pub(super) failed: BTreeMap<usize, Vec<What>>,
}

impl Verdicts {
    pub(super) fn are_clean(&self) -> bool {
        self.trouble.is_empty() && self.failed.is_empty()
    }

    fn trouble(&mut self, path: &str, blamed: Option<usize>) {
        let known = self.trouble.entry(path.to_owned()).or_default();
        known.extend(blamed);
    }
}

/// Compares the project, or these of its files, with what it was.
pub(super) fn judge(
    before: &Reading,
    after: &Result<Reading, Report>,
    attempts: &[Attempt],
    only: &BTreeSet<&str>,
) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let tried: BTreeMap<usize, &Attempt> = attempts
        .iter()
        .filter(|it| it.is_in())
        .map(|it| (it.merge.note, it))
        .collect();
    let mut old = before.by_path();
    old.retain(|path, _| only.is_empty() || only.contains(path));
    let report = match after {
        Ok(after) => &after.report,
        Err(report) => report,
    };
    for (path, places) in errors(report) {
        let notes = old.get(path.as_str()).map_or(&[][..], Vec::as_slice);
        let regions = regions(before, notes, &tried);
        verdicts.trouble(&path, None);
        for at in places {
            let behind = regions.partition_point(|it| it.0 <= at);
            let region = behind.checked_sub(1).and_then(|it| regions.get(it));
            let blamed = region.map(|it| it.1).filter(|it| tried.contains_key(it));
            verdicts.trouble(&path, blamed);
        }
    }
    let Ok(after) = after else {
        for path in old.keys() {
            verdicts.trouble(path, None);
        }
        return verdicts;
    };
    let new = after.by_path();
    // Such as those of a file that only an edit asks for.
    for path in new.keys().filter(|it| !old.contains_key(*it)) {
        verdicts.trouble(path, None);
    }
    for (path, notes) in old {
        let now = new.get(path).map_or(&[][..], Vec::as_slice);
        let is_told = verdicts.trouble.contains_key(path);
        let mut last = None;
        let mut is_lost = false;
        for (at, index) in notes.iter().enumerate() {
            let is = now.get(at).and_then(|it| after.notes.get(*it));
            let Some(was) = before.notes.get(*index) else {
                continue;
            };
            let attempt = tried.get(index);
            let fits = match attempt {
                None => is.is_some_and(|it| it.is_like(was)),
                Some(_) => is.is_some_and(|it| it.guid == was.guid),
            };
            if !fits && !is_lost {
                is_lost = true;
                // Only directly behind an edit it is clear what came of it.
                let blamed = last.filter(|_| attempt.is_none() && !is_told);
                verdicts.trouble(path, blamed);
            }
            if let (Some(attempt), Some(is), false) = (attempt, is, is_lost) {
                let failed = failures(attempt, was, is);
                if !failed.is_empty() {
                    verdicts.failed.insert(*index, failed);
                }
            }
            last = attempt.map(|_| *index);
        }
        if notes.len() != now.len() && !is_lost {
            verdicts.trouble(path, last.filter(|_| !is_told));
        }
    }
    verdicts
}

/// Where each note of a file begins in the text with the edits, sorted, and which one it is.
fn regions(
    before: &Reading,
    notes: &[usize],
    tried: &BTreeMap<usize, &Attempt>,
) -> Vec<(usize, usize)> {
    let mut edits: Vec<&Edit> = notes
        .iter()
        .filter_map(|it| tried.get(it))
        .flat_map(|it| it.edits())
        .collect();
    edits.sort_by_key(|it| it.range.start);
    let mut starts: Vec<(usize, usize)> = notes
        .iter()
        .filter_map(|it| Some((before.notes.get(*it)?.span().range().start, *it)))
        .collect();
    starts.sort_unstable();
    let mut edits = edits.into_iter().peekable();
    let (mut came, mut went) = (0, 0);
    for (start, _) in &mut starts {
        while let Some(edit) = edits.next_if(|it| it.range.start < *start) {
            came += edit.text.len();
            went += edit.range.len();
        }
        *start = (*start + came).saturating_sub(went);
    }
    starts
}

/// Which parts of a note did not come out as wanted.
fn failures(attempt: &Attempt, was: &SourceNote, is: &SourceNote) -> Vec<What> {
    let Attempt { merge, parts, .. } = attempt;
    let mut failed = Vec::new();
    let other = is.guid != was.guid
        || is.id != was.id
        || is.written.note_type.key != was.written.note_type.key
        || is.written.deck != was.written.deck
        || is.fields.len() != merge.wanted.len();
    let stray = is
        .fields
        .iter()
        .zip(&merge.wanted)
        .enumerate()
        .any(|(at, (is, wanted))| {
            is != wanted && !parts.iter().any(|it| it.what == What::Field(at))
        });
    for part in parts {
        let wrong = match part.what {
            What::Field(at) => is.fields.get(at) != merge.wanted.get(at),
            What::Tags => is.tags != merge.wanted_tags,
            What::Flag => merge.flag.is_some_and(|it| is.flag() != it),
            What::Suspend => is.suspended == was.suspended,
            What::Id => is.written.id.is_none(),
        };
        if wrong || other || stray {
            failed.push(part.what);
        }
    }
    if failed.is_empty() && is.tags != merge.wanted_tags {
        failed.extend(parts.iter().map(|it| it.what));
    }
    failed
}
