//! Edits that are tried out: files are read again with the new texts, and only what comes out
//! exactly as wanted, while every other note stays as it was, is kept.
//!
//! Where a file cannot be read any more with several edits, the place of the trouble mostly tells which
//! one it comes of. Where it does not, half of them wait until the others have settled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::media::Media;
use super::merge::Merge;
use super::reading::{Given, Reading};
use super::verdicts::{Verdicts, judge};
use crate::Error;
use crate::diag::FileId;
use crate::project::overlay::with_shared;
use crate::project::{Project, Report, Scope};
use crate::source::stamp::{self, Edit};

/// How often the project is read at most; what has not settled then is left.
const MOST_ROUNDS: usize = 400;

/// A note with the ways to change it.
pub(super) struct Attempt {
    pub(super) merge: Merge,
    /// What the phone calls the note.
    pub(super) guid: String,
    pub(super) parts: Vec<Part>,
    pub(super) state: State,
    /// Why it is left, where that is known.
    pub(super) why: Option<&'static str>,
    /// Whether it was taken to be to blame beside others, so that it gets a second chance without them.
    is_suspect: bool,
    was_suspect: bool,
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
    /// To be tried out, unless there is a reason not to.
    pub(super) fn new(
        merge: Merge,
        guid: String,
        parts: Vec<Part>,
        why: Option<&'static str>,
    ) -> Self {
        Self {
            merge,
            guid,
            parts,
            state: State::Active,
            why,
            is_suspect: false,
            was_suspect: false,
        }
    }

    pub(super) fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.parts.iter().filter_map(Part::edits).flatten()
    }

    /// Leaves it for this reason.
    pub(super) fn leave(&mut self, why: &'static str) {
        self.state = State::Left;
        self.why = Some(why);
    }

    pub(super) fn is_in(&self) -> bool {
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
        if !self.parts.iter().any(is_over) && !self.parts.is_empty() {
            return;
        }
        self.state = State::Left;
        if std::mem::take(&mut self.is_suspect) {
            self.was_suspect = true;
            self.parts.iter_mut().for_each(|it| it.at = 0);
            self.state = State::Waiting;
        }
    }
}

/// Tries the notes out until each has settled or is left. Returns what the project is then.
///
/// Only files with something to try are read, and all of the project once more at the end: what that
/// shows to be wrong is tried again, with the whole project each time.
pub(super) fn settle(
    project: &Project,
    before: &Reading,
    media: &Media,
    attempts: &mut [Attempt],
) -> Result<Option<Reading>, Error> {
    for attempt in attempts.iter_mut() {
        attempt.advance(&|_| false);
    }
    if !attempts.iter().any(Attempt::is_in) {
        return Ok(None);
    }
    let mut parted = can_be_parted(project, before, attempts);
    for _ in 0..MOST_ROUNDS {
        if attempts.iter().all(|it| it.state != State::Active) {
            let waiting = attempts.iter_mut().filter(|it| it.state == State::Waiting);
            waiting.for_each(|it| it.state = State::Active);
        }
        let is_last = attempts.iter().all(|it| it.state != State::Active);
        let active = attempts.iter().filter(|it| it.state == State::Active);
        let only: BTreeSet<&str> = match parted && !is_last {
            true => active.filter_map(|it| before.path_of(it)).collect(),
            false => BTreeSet::new(),
        };
        let after = read(project, before, media, attempts, &only)?;
        let verdicts = judge(before, &after, attempts, &only);
        if is_last && verdicts.are_clean() {
            return Ok(after.ok());
        }
        if is_last {
            parted = false;
            reopen(before, attempts, &verdicts);
        }
        apply(before, attempts, &verdicts);
    }
    for attempt in attempts.iter_mut() {
        if attempt.state != State::Settled {
            attempt.state = State::Left;
        }
    }
    Ok(read(project, before, media, attempts, &BTreeSet::new())?.ok())
}

/// Whether files with edits can be read by themselves: what others take in is only read with these.
fn can_be_parted(project: &Project, before: &Reading, attempts: &[Attempt]) -> bool {
    let is_source = |it: &Attempt| {
        let path = before.path_of(it);
        path.is_some_and(|it| before.files.contains(it))
    };
    matches!(project.scope, Scope::Manifest { .. }) && attempts.iter().all(is_source)
}

/// The project with what is tried out, or these of its files.
fn read(
    project: &Project,
    before: &Reading,
    media: &Media,
    attempts: &[Attempt],
    only: &BTreeSet<&str>,
) -> Result<Result<Reading, Report>, Error> {
    let mut given = given(before, media, attempts);
    let mut tried = with_shared(project, texts(before, media, attempts));
    if !only.is_empty() {
        // Which name a file gets, others have a say in, too.
        given.media.extend(before.media_records());
        let only = only.iter().map(|it| (*it).to_owned()).collect();
        tried.scope = Scope::Manifest { only };
    }
    Reading::take(&tried, &given)
}

/// Tries what has settled again where the whole project does not come out as it has to.
fn reopen(before: &Reading, attempts: &mut [Attempt], verdicts: &Verdicts) {
    let is_explained = |it: &Attempt| {
        let path = before.path_of(it).unwrap_or_default();
        verdicts.trouble.contains_key(path) || verdicts.failed.contains_key(&it.merge.note)
    };
    let any = attempts.iter().any(is_explained);
    for attempt in attempts.iter_mut() {
        if attempt.state == State::Settled && (!any || is_explained(attempt)) {
            attempt.state = State::Active;
        }
    }
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

/// The files with the edits that are tried out or have settled.
pub(super) fn texts(
    before: &Reading,
    media: &Media,
    attempts: &[Attempt],
) -> BTreeMap<String, Arc<[u8]>> {
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

fn apply(before: &Reading, attempts: &mut [Attempt], verdicts: &Verdicts) {
    let path = |attempt: &Attempt| before.path_of(attempt).unwrap_or_default().to_owned();
    let mut active: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, attempt) in attempts.iter().enumerate() {
        if attempt.state == State::Active {
            active.entry(path(attempt)).or_default().push(index);
        }
    }
    // What no edited file explains may come of any of them.
    let is_active = |path: &String| active.contains_key(path);
    let unexplained = !verdicts.trouble.keys().all(is_active);
    for (path, indices) in active {
        let blamed = verdicts.trouble.get(&path);
        if blamed.is_some() || unexplained {
            blame(attempts, &indices, blamed, verdicts);
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

/// Goes on with the notes that are to blame for the trouble of a file. Where that is not known, half
/// of its notes are tried alone; one alone is to blame.
fn blame(
    attempts: &mut [Attempt],
    indices: &[usize],
    blamed: Option<&BTreeSet<usize>>,
    verdicts: &Verdicts,
) {
    let is_blamed = |index: &&usize| {
        let note = attempts.get(**index).map(|it| it.merge.note);
        note.is_some_and(|note| blamed.is_some_and(|it| it.contains(&note)))
    };
    let mut guilty: Vec<usize> = indices.iter().filter(is_blamed).copied().collect();
    if let [only] = indices {
        guilty = vec![*only];
    }
    for index in &guilty {
        if let Some(attempt) = attempts.get_mut(*index) {
            attempt.is_suspect |= indices.len() > 1 && !attempt.was_suspect;
            let failed = verdicts.failed.get(&attempt.merge.note);
            let failed = failed.cloned().unwrap_or_default();
            attempt.advance(&|what| failed.is_empty() || failed.contains(&what));
        }
    }
    if !guilty.is_empty() {
        return;
    }
    let half = indices.len() / 2;
    for index in indices.iter().skip(half) {
        if let Some(attempt) = attempts.get_mut(*index) {
            attempt.state = State::Waiting;
        }
    }
}
