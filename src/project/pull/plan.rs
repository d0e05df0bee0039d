//! The plan of a pull: who is compared with whom, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::attempts::{attempts, flag_name, suspend_value};
use super::base::Bases;
use super::inbox::InboxFile;
use super::media::Media;
use super::merge::{Merge, Verdict, merge};
use super::outcome::{PullOutcome, PulledChange, PulledFile, PulledNote};
use super::phone::{Phone, PhoneNote};
use super::reading::{Reading, SourceNote};
use super::siblings::{Effect, Siblings};
use super::states;
use super::strangers::Strangers;
use super::trial::{self, Attempt, Part, State, What};
use super::{PullOptions, Pulled, PulledLock, conflict, inbox, shown};
use crate::Error;
use crate::diag::Severity;
use crate::identity::{Lock, NoteRecord};
use crate::model::written::Content;
use crate::project::Project;
use crate::project::ship::PastNote;
use crate::source::stamp::{self, Edit};

/// What comes of one project, or one variant of it.
pub(super) struct Planned {
    pub(super) pulled: Pulled,
    /// The files as they will be, without marks.
    pub(super) texts: BTreeMap<String, Arc<[u8]>>,
}

/// What comes of the notes that the phone and the sources both have.
#[derive(Default)]
struct Compared {
    /// Those that were edited on the phone.
    merges: Vec<(Merge, PhoneNote)>,
    /// When they were changed there, by the ids of the sources.
    times: BTreeMap<String, i64>,
}

pub(super) fn plan(
    project: &Project,
    phone: &mut Phone,
    siblings: &Siblings,
    options: &PullOptions,
) -> Result<Planned, Error> {
    let mut pulled = Pulled::of(project);
    let refused = |pulled: Pulled, report| {
        let pulled = pulled.refused(report);
        let texts = BTreeMap::new();
        Ok(Planned { pulled, texts })
    };
    let reading = match Reading::take(project, &super::reading::Given::default())? {
        Ok(reading) => reading,
        Err(report) => return refused(pulled, report),
    };
    if reading.report.diagnostics.count(Severity::Error) > 0 {
        return refused(pulled, reading.report);
    }
    let bases = Bases::find(project, &reading, phone, options)?;
    pulled.base = bases.origin.clone();
    let by_guid: BTreeMap<&str, usize> = reading
        .notes
        .iter()
        .enumerate()
        .map(|(index, it)| (it.guid.as_str(), index))
        .collect();
    let all = std::mem::take(&mut phone.notes);
    pulled.absent(&bases, &all, &reading, &by_guid);
    let mut strangers = Strangers::new(project, &reading, &bases)?;
    let mut media = Media::of(&reading);
    let mut compared = Compared::default();
    for note in all.into_values() {
        let known = by_guid.get(note.guid.as_str());
        let Some((index, source)) = known.and_then(|at| Some((*at, reading.notes.get(*at)?)))
        else {
            strangers.take(note);
            continue;
        };
        for html in &note.fields {
            if !source.fields.contains(html) {
                media.learn(html, phone, project, &reading)?;
            }
        }
        let note = PhoneNote {
            fields: note.fields.iter().map(|it| media.renamed(it)).collect(),
            ..note
        };
        pulled.compare(index, note, &reading, &bases, options, &mut compared);
    }
    let Compared { merges, mut times } = compared;
    let Strangers {
        notes,
        unchanged,
        others,
        arrivals,
        ..
    } = strangers;
    pulled.notes.extend(notes);
    pulled.unchanged += unchanged;
    pulled.others = others;
    // The media of notes that are nobody's here are none of ours either.
    for html in arrivals.iter().flat_map(|it| &it.phone.fields) {
        media.learn(html, phone, project, &reading)?;
    }
    let states: BTreeMap<String, PastNote> = merges
        .iter()
        .map(|(_, note)| (note.guid.clone(), states::state(note)))
        .collect();
    let mut attempts = attempts(project, &reading, &media, siblings, merges);
    let (after, effect) = settle(project, &reading, &media, siblings, &mut attempts)?;
    let given = trial::given(&reading, &media, &attempts);
    let written = pulled.write_files(&reading, &attempts, options);
    pulled.tell(&reading, &attempts, &mut times);
    let settled = attempts.iter().filter(|it| it.state == State::Settled);
    let settled = settled.filter_map(|it| states.get(&it.guid).cloned());
    pulled.states.extend(settled);
    pulled.states.retain(|_| reading.locked);
    // With marks in a file nothing of it can be read, so the inbox is tried out beside the rest.
    let mut texts: BTreeMap<String, Arc<[u8]>> = media.texts();
    texts.extend(written);
    let wanted = inbox::Wanted {
        reading: &reading,
        media: &media,
        texts: &texts,
        given: &given,
        siblings,
    };
    let inbox = inbox::write(project, arrivals, &wanted, options)?;
    pulled.notes.extend(inbox.notes);
    for file in inbox.files {
        let (path, text) = file.readable(&texts);
        pulled.add(file);
        texts.insert(path, text);
    }
    pulled.files.sort_by(|one, other| one.path.cmp(&other.path));
    pulled.keep_used(media);
    let lock = pulled.next_lock(&reading, after.as_ref(), &attempts, times, inbox.records);
    pulled.locks = effect.locks;
    pulled.locks.extend(PulledLock::of(project, &reading, lock));
    for lock in &pulled.locks {
        texts.insert(lock.name.clone(), lock.after.clone().into_bytes().into());
    }
    pulled.report = reading.report;
    pulled.notes.sort_by(|one, other| {
        let key = |it: &PulledNote| (it.outcome, it.path.clone(), it.line, it.guid.clone());
        key(one).cmp(&key(other))
    });
    Ok(Planned { pulled, texts })
}

/// Tries the edits out until those are left that change their own notes alone, in this project and
/// in its other variants. Returns the sources with them, where there are any, and what they do to
/// the variants.
fn settle(
    project: &Project,
    reading: &Reading,
    media: &Media,
    siblings: &Siblings,
    attempts: &mut [Attempt],
) -> Result<(Option<Reading>, Effect), Error> {
    loop {
        let after = trial::settle(project, reading, media, attempts)?;
        let texts = trial::texts(reading, media, attempts);
        let effect = siblings.effect(reading, attempts, &texts)?;
        let mut refused = 0;
        for attempt in attempts.iter_mut().filter(|it| it.state == State::Settled) {
            let path = reading.path_of(attempt).unwrap_or_default();
            if effect.trouble.contains(path) {
                attempt.leave("with it, notes of another variant would not come out as before");
                refused += 1;
            }
        }
        if refused == 0 {
            return Ok((after, effect));
        }
    }
}

/// Lets the lock know notes again whose first field is another now.
fn recognize(lock: &mut Lock, after: &Reading, attempts: &[Attempt], before: &Reading) {
    let settled = attempts.iter().filter(|it| it.state == State::Settled);
    // What the author decides of the other fields does not matter to who the note is.
    let settled = settled.filter_map(|it| {
        let source = before.notes.get(it.merge.note)?;
        let first = source.written.note_type.first_field;
        let open = it.parts.iter().filter(|it| it.conflict);
        let is_known = !open.clone().any(|it| it.what == What::Field(first));
        let id = source.id.as_ref().filter(|_| is_known)?;
        Some((id, open.count() == 0))
    });
    let settled: BTreeMap<&String, bool> = settled.collect();
    for note in &after.notes {
        let known = note.id.as_ref().and_then(|it| settled.get_key_value(it));
        let Some((id, is_clear)) = known else {
            continue;
        };
        if let Some(record) = lock.notes.get_mut(id) {
            record.fingerprint = note.fingerprint;
            record.sketch = note.sketch;
            // The next build has nothing newer to say: what the phone edited behind its export stays.
            if *is_clear {
                record.content = note.content;
                record.rendered = None;
            }
        }
    }
}

pub(super) fn told(
    reading: &Reading,
    source: &SourceNote,
    outcome: PullOutcome,
    reason: Option<String>,
) -> PulledNote {
    PulledNote {
        outcome,
        guid: source.guid.clone(),
        path: Some(reading.path(source).to_owned()),
        line: Some(reading.line(source)),
        text: shown(source.fields.first().map_or("", String::as_str)),
        changes: Vec::new(),
        reason,
    }
}

impl Pulled {
    /// Finds out what the phone did to the note of the sources at `index`.
    fn compare(
        &mut self,
        index: usize,
        note: PhoneNote,
        reading: &Reading,
        bases: &Bases,
        options: &PullOptions,
        compared: &mut Compared,
    ) {
        let Some(source) = reading.notes.get(index) else {
            return;
        };
        let mut tell = |outcome, reason, changes| {
            let told = told(reading, source, outcome, reason);
            self.notes.push(PulledNote { changes, ..told });
        };
        match merge(reading, index, source, &note, bases, options) {
            Verdict::Nothing(time) => {
                self.unchanged += 1;
                if let (Some(time), Some(id)) = (time, &source.id) {
                    compared.times.insert(id.clone(), time);
                    self.states.push(states::state(&note));
                }
            }
            Verdict::Older(fields) => {
                let fields = fields.into_iter();
                let changes = fields.map(|(at, html)| change(source, at, html, false, false));
                tell(PullOutcome::Older, None, changes.collect());
            }
            Verdict::Left(reason) => tell(PullOutcome::Left, Some(reason), Vec::new()),
            Verdict::Changes(merge) => compared.merges.push((merge, note)),
        }
    }

    /// The lock behind the pull: what the phone has is no news to it.
    fn next_lock(
        &self,
        reading: &Reading,
        after: Option<&Reading>,
        attempts: &[Attempt],
        times: BTreeMap<String, i64>,
        new: Vec<(String, NoteRecord)>,
    ) -> Lock {
        let mut lock = reading.lock.clone();
        for (id, time) in times {
            if let Some(record) = lock.notes.get_mut(&id) {
                record.modified = record.modified.max(time);
            }
        }
        if let Some(after) = after {
            recognize(&mut lock, after, attempts, reading);
        }
        for (id, record) in new {
            lock.notes.insert(id, record);
        }
        for record in self.media_records() {
            if !lock.media.contains(&record) {
                lock.media.push(record);
            }
        }
        lock
    }

    /// Makes the files of what has settled. Returns their texts without marks, as they can be read.
    fn write_files(
        &mut self,
        reading: &Reading,
        attempts: &[Attempt],
        options: &PullOptions,
    ) -> Vec<(String, Arc<[u8]>)> {
        let mut readable = Vec::new();
        for (file, attempts) in trial::edits_by_file(reading, attempts) {
            let source = reading.sources().text(file);
            let path = reading.sources().path(file).to_owned();
            let of = |conflict: bool| -> Vec<&Edit> {
                let parts = attempts.iter().flat_map(|it| &it.parts);
                let parts = parts.filter(|it| it.conflict == conflict);
                parts.filter_map(Part::edits).flatten().collect()
            };
            let (clear, conflicting) = (of(false), of(true));
            let all = clear.iter().chain(&conflicting).copied();
            let merged = stamp::apply(source, all);
            let after = match conflicting.is_empty() {
                true => merged.clone(),
                false => conflict::marked(source, &clear, &conflicting, &options.theirs),
            };
            readable.push((path.clone(), merged.into_bytes().into()));
            self.files.push(PulledFile {
                path,
                before: Some(source.to_owned()),
                after,
            });
        }
        readable
    }

    /// Adds the file of new notes. What stands in it besides may have been edited, too.
    fn add(&mut self, inbox: InboxFile) {
        let InboxFile {
            path,
            before,
            new,
            form,
        } = inbox;
        let edited = self.files.iter_mut().find(|it| it.path == path);
        if let Some(file) = edited {
            let after = std::mem::take(&mut file.after);
            file.after = form.continued(Some(&after), &new);
            return;
        }
        self.files.push(PulledFile {
            path,
            after: form.continued(before.as_deref(), &new),
            before,
        });
    }

    fn tell(&mut self, reading: &Reading, attempts: &[Attempt], times: &mut BTreeMap<String, i64>) {
        for attempt in attempts {
            let Some(source) = reading.notes.get(attempt.merge.note) else {
                continue;
            };
            let settled = attempt.state == State::Settled;
            let conflict = attempt.merge.fields.iter().any(|it| it.conflict);
            let outcome = match (settled, conflict) {
                (false, _) => PullOutcome::Left,
                (true, true) => PullOutcome::Conflict,
                (true, false) => PullOutcome::Edited,
            };
            if let (true, Some(id)) = (settled, &source.id) {
                times.insert(id.clone(), attempt.merge.time);
            }
            let reason = (!settled).then(|| reason(source, attempt));
            let mut told = told(reading, source, outcome, reason);
            told.guid.clone_from(&attempt.guid);
            told.changes = changes(source, attempt, settled);
            self.notes.push(told);
        }
    }

    /// Tells what was shipped and is in no package of the phone.
    fn absent(
        &mut self,
        bases: &Bases,
        phone: &BTreeMap<String, PhoneNote>,
        reading: &Reading,
        by_guid: &BTreeMap<&str, usize>,
    ) {
        let guids = bases.guids().into_iter();
        for guid in guids.filter(|it| !phone.contains_key(*it)) {
            let index = by_guid.get(guid.as_str()).copied();
            if let Some(source) = index.and_then(|it| reading.notes.get(it)) {
                self.notes
                    .push(told(reading, source, PullOutcome::Absent, None));
            }
        }
    }

    /// Keeps the media that a file of the plan names.
    fn keep_used(&mut self, media: Media) {
        let used = |path: &str| {
            let name = crate::files::file_name(path);
            self.files.iter().any(|it| it.after.contains(name))
        };
        let new = media.new.into_iter().filter(|it| used(&it.path));
        self.media = new.collect();
    }
}

/// What is to be said of a field.
fn change(
    source: &SourceNote,
    field: usize,
    wanted: String,
    conflict: bool,
    taken: bool,
) -> PulledChange {
    let names = &mut source.written.note_type.note_type.field_names();
    PulledChange {
        what: names.nth(field).unwrap_or_default().to_owned(),
        conflict,
        before: source.fields.get(field).cloned().unwrap_or_default(),
        wanted,
        taken,
    }
}

fn changes(source: &SourceNote, attempt: &Attempt, settled: bool) -> Vec<PulledChange> {
    let merge = &attempt.merge;
    let has = |what: What| attempt.parts.iter().any(|it| it.what == what);
    let mut found: Vec<PulledChange> = merge
        .fields
        .iter()
        .map(|it| change(source, it.index, it.wanted.clone(), it.conflict, settled))
        .collect();
    let words = |all: &BTreeSet<String>| {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        all.join(" ")
    };
    let mut state = |what: &str, before: String, wanted: String, taken: bool| {
        found.push(PulledChange {
            what: what.to_owned(),
            conflict: false,
            before,
            wanted,
            taken,
        });
    };
    if merge.wanted_tags != source.tags {
        let (before, wanted) = (words(&source.tags), words(&merge.wanted_tags));
        state("tags", before, wanted, settled);
    }
    if let Some(flag) = merge.flag {
        let before = flag_name(source.flag()).to_owned();
        let taken = settled && has(What::Flag);
        state("flag", before, flag_name(flag).to_owned(), taken);
    }
    if let Some(suspended) = &merge.suspended {
        let taken = settled && has(What::Suspend);
        state(
            "suspend",
            "false".to_owned(),
            suspend_value(suspended),
            taken,
        );
    }
    found
}

/// Why a note could not be written, as far as that is known.
fn reason(source: &SourceNote, attempt: &Attempt) -> String {
    if let Some(why) = attempt.why {
        return why.to_owned();
    }
    let written = &source.written;
    let fields = attempt.merge.fields.iter();
    let contents = fields.map(|it| written.fields.get(it.index).and_then(Option::as_ref));
    for content in contents {
        match content {
            _ if source.shared => {
                return "its text serves several notes".to_owned();
            }
            Some(Content::List(_)) => return "a field of it is a list of values".to_owned(),
            Some(Content::Masks(_)) => return "its masks are drawn in the sources".to_owned(),
            Some(content) if content.span().file != written.span.file => {
                return "the text of a field stands in another file, or in none".to_owned();
            }
            _ => {}
        }
    }
    "no way to write it comes out as the phone has it, or the build would refuse it; edit it by hand"
        .to_owned()
}
