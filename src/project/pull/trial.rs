//! Edits that are tried out: the project is read again with the new texts, and only what comes out
//! exactly as wanted, while every other note stays as it was, is kept.
//!
//! Where a file cannot be read any more with several edits, half of them wait until the others have
//! settled: so the one that breaks it is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::media::Media;
use super::merge::Merge;
use super::reading::{Given, Reading, SourceNote, new_errors};
use crate::Error;
use crate::diag::FileId;
use crate::project::Project;
use crate::project::overlay::with_shared;
use crate::source::stamp::{self, Edit};

/// How often the project is read at most; what has not settled then is left.
const MOST_ROUNDS: usize = 80;

/// A note with the ways to change it.
pub(super) struct Attempt {
    pub(super) merge: Merge,
    /// What the phone calls the note.
    pub(super) guid: String,
    pub(super) parts: Vec<Part>,
    pub(super) state: State,
}

/// A field, the tags or a setting.
pub(super) struct Part {
    pub(super) what: What,
    pub(super) conflict: bool,
    ways: Vec<Vec<Edit>>,
    at: usize,
}

/// What a part is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Field(usize),
    Tags,
    Flag,
    Suspend,
    /// The id that the note has, written down.
    Id,
}

/// How far a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Being tried out.
    Active,
    /// To be tried out when others have settled.
    Waiting,
    /// It comes out as it has to.
    Settled,
    /// It cannot be written.
    Left,
}

impl Part {
    pub(super) fn new(what: What, conflict: bool, ways: Vec<Vec<Edit>>) -> Self {
        Self {
            what,
            conflict,
            ways,
            at: 0,
        }
    }

    /// The edits of the way that is tried; `None` where there is none left.
    pub(super) fn edits(&self) -> Option<&[Edit]> {
        self.ways.get(self.at).map(Vec::as_slice)
    }

    /// States of cards are worth no note.
    fn is_optional(&self) -> bool {
        matches!(self.what, What::Flag | What::Suspend | What::Id)
    }
}

impl Attempt {
    pub(super) fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.parts.iter().filter_map(Part::edits).flatten()
    }

    fn is_in(&self) -> bool {
        matches!(self.state, State::Active | State::Settled)
    }

    /// Goes on to the next ways of these parts.
    fn advance(&mut self, failed: &dyn Fn(What) -> bool) {
        for part in &mut self.parts {
            if failed(part.what) {
                part.at += 1;
            }
        }
        let is_over = |it: &Part| it.edits().is_none();
        self.parts.retain(|it| !is_over(it) || !it.is_optional());
        if self.parts.iter().any(is_over) || self.parts.is_empty() {
            self.state = State::Left;
        }
    }
}

/// Tries the notes out until each has settled or is left. Returns what the project is then.
pub(super) fn settle(
    project: &Project,
    before: &Reading,
    media: &Media,
    attempts: &mut [Attempt],
) -> Result<Option<Reading>, Error> {
    for attempt in attempts.iter_mut() {
        attempt.advance(&|_| false);
    }
    let mut last = None;
    for _ in 0..MOST_ROUNDS {
        if attempts.iter().all(|it| it.state != State::Active) {
            let waiting = attempts.iter_mut().filter(|it| it.state == State::Waiting);
            waiting.for_each(|it| it.state = State::Active);
            if attempts.iter().all(|it| it.state != State::Active) {
                return Ok(last);
            }
        }
        let given = given(before, media, attempts);
        let tried = with_shared(project, texts(before, media, attempts));
        let after = Reading::take(&tried, &given)?;
        let verdicts = judge(before, after.as_ref().ok(), after.as_ref().err(), attempts);
        apply(before, attempts, &verdicts);
        last = after.ok();
    }
    for attempt in attempts.iter_mut() {
        if attempt.state != State::Settled {
            attempt.state = State::Left;
        }
    }
    let given = given(before, media, attempts);
    let tried = with_shared(project, texts(before, media, attempts));
    Ok(Reading::take(&tried, &given)?.ok())
}

/// What is known of the notes that are edited.
pub(super) fn given(before: &Reading, media: &Media, attempts: &[Attempt]) -> Given {
    let mut given = Given {
        media: media.records(),
        ..Given::default()
    };
    let edited: BTreeMap<usize, &Attempt> = attempts
        .iter()
        .filter(|it| it.is_in())
        .map(|it| (it.merge.note, it))
        .collect();
    for (path, notes) in before.by_path() {
        for (position, index) in notes.iter().enumerate() {
            if !edited.contains_key(index) {
                continue;
            }
            if let Some(id) = before.notes.get(*index).and_then(|it| it.id.clone()) {
                given.known.insert((path.to_owned(), position), id);
            }
        }
    }
    given
}

/// The edits of each file.
pub(super) fn edits_by_file<'a>(
    before: &Reading,
    attempts: &'a [Attempt],
) -> BTreeMap<FileId, Vec<&'a Attempt>> {
    let mut found: BTreeMap<FileId, Vec<&Attempt>> = BTreeMap::new();
    for attempt in attempts.iter().filter(|it| it.is_in()) {
        if let Some(note) = before.notes.get(attempt.merge.note) {
            found.entry(note.span().file).or_default().push(attempt);
        }
    }
    found
}

fn texts(before: &Reading, media: &Media, attempts: &[Attempt]) -> BTreeMap<String, Arc<[u8]>> {
    let mut texts = media.texts();
    for (file, attempts) in edits_by_file(before, attempts) {
        let edits = attempts.iter().flat_map(|it| it.edits());
        let text = stamp::apply(before.sources().text(file), edits);
        texts.insert(
            before.sources().path(file).to_owned(),
            text.into_bytes().into(),
        );
    }
    texts
}

/// What a reading says: files that are in trouble, and for each note that could be compared, what of
/// it came out otherwise.
struct Verdicts {
    trouble: BTreeSet<String>,
    failed: BTreeMap<usize, Vec<What>>,
}

fn judge(
    before: &Reading,
    after: Option<&Reading>,
    broken: Option<&crate::project::Report>,
    attempts: &[Attempt],
) -> Verdicts {
    let mut verdicts = Verdicts {
        trouble: BTreeSet::new(),
        failed: BTreeMap::new(),
    };
    let report = after.map(|it| &it.report).or(broken);
    if let Some(report) = report {
        verdicts.trouble = new_errors(&before.report, report);
    }
    let Some(after) = after else {
        let paths = attempts
            .iter()
            .filter_map(|it| before.notes.get(it.merge.note));
        verdicts
            .trouble
            .extend(paths.map(|it| before.path(it).to_owned()));
        return verdicts;
    };
    let tried: BTreeMap<usize, &Attempt> = attempts
        .iter()
        .filter(|it| it.is_in())
        .map(|it| (it.merge.note, it))
        .collect();
    let (old, new) = (before.by_path(), after.by_path());
    // Such as those of a file that only an edit asks for.
    let strange = new.keys().filter(|it| !old.contains_key(*it));
    verdicts.trouble.extend(strange.map(|it| (*it).to_owned()));
    for (path, notes) in old {
        let now = new.get(path).map_or(&[][..], Vec::as_slice);
        if notes.len() != now.len() {
            verdicts.trouble.insert(path.to_owned());
            continue;
        }
        for (index, now) in notes.iter().zip(now) {
            let (Some(was), Some(is)) = (before.notes.get(*index), after.notes.get(*now)) else {
                continue;
            };
            match tried.get(index) {
                None if is.is_like(was) => {}
                None => {
                    verdicts.trouble.insert(path.to_owned());
                }
                Some(attempt) => {
                    let failed = failures(attempt, was, is);
                    if !failed.is_empty() {
                        verdicts.failed.insert(*index, failed);
                    }
                }
            }
        }
    }
    verdicts
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

fn apply(before: &Reading, attempts: &mut [Attempt], verdicts: &Verdicts) {
    let path = |attempt: &Attempt| {
        let note = before.notes.get(attempt.merge.note);
        note.map_or("", |it| before.path(it)).to_owned()
    };
    let mut active: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, attempt) in attempts.iter().enumerate() {
        if attempt.state == State::Active {
            active.entry(path(attempt)).or_default().push(index);
        }
    }
    // What no edited file explains may come of any of them.
    let unexplained = verdicts.trouble.iter().any(|it| !active.contains_key(it));
    for (path, indices) in active {
        if unexplained || verdicts.trouble.contains(&path) {
            blame(attempts, &indices, verdicts);
            continue;
        }
        for index in indices {
            let Some(attempt) = attempts.get_mut(index) else {
                continue;
            };
            match verdicts.failed.get(&attempt.merge.note) {
                None => attempt.state = State::Settled,
                Some(failed) => attempt.advance(&|what| failed.contains(&what)),
            }
        }
    }
}

/// Of several notes in a file that is in trouble half are tried alone; one alone is to blame.
fn blame(attempts: &mut [Attempt], indices: &[usize], verdicts: &Verdicts) {
    if let [only] = indices {
        if let Some(attempt) = attempts.get_mut(*only) {
            let failed = verdicts.failed.get(&attempt.merge.note);
            let failed = failed.cloned().unwrap_or_default();
            attempt.advance(&|what| failed.is_empty() || failed.contains(&what));
        }
        return;
    }
    let half = indices.len() / 2;
    for index in indices.iter().skip(half) {
        if let Some(attempt) = attempts.get_mut(*index) {
            attempt.state = State::Waiting;
        }
    }
}
