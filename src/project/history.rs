//! What the lock of the last build says of this one: notes that are gone, notes whose key fields
//! were edited, a clock that stands behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::MatchedNote;
use super::past::Gone;
use super::render::{Facts, Made};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};
use crate::identity::{FoundAgain, Lock, NoteRecord, is_from_key_fields};
use crate::model::BuildTime;

/// How far the build time may lie behind the lock without a word, in seconds. Each change of a
/// note moves its time on by a second at least, so builds in quick succession run ahead of the
/// clock by themselves, by seconds or minutes; and the clocks of two people are never quite alike.
const CLOCK_SLACK: i64 = 3600;

/// The most notes that one finding underlines, and the most of one file that are told one by one.
const MAX_LABELS: usize = 5;

/// The most ids that one finding names.
const MAX_IDS: usize = 20;

/// How notes began that are gone, by their ids; those of which nothing is known are not in it.
pub(super) type Said = BTreeMap<String, String>;

/// The finding that the build time lies well behind the newest time of the lock.
pub(super) fn clock_behind(newest: Option<i64>, name: &str, time: BuildTime) -> Option<Diagnostic> {
    let newest = newest?;
    let time = time.as_unix();
    if newest <= time.saturating_add(CLOCK_SLACK) {
        return None;
    }
    let title = format!("the build time {time} lies before {newest}, the newest change in {name}");
    Some(
        Diagnostic::new(Code::ClockBehind, title)
            .note("changed notes get times behind the old ones all the same, so that learners get them")
            .help("set the clock, or SOURCE_DATE_EPOCH"),
    )
}

/// Tells notes of the lock that this build of the whole project, whose lock is the `next` one, does
/// not have. Where in the same file a note of the same type is new, and both are known by their key
/// fields, these were edited. The ids that are `unclear` are told already. What the notes `said` is
/// asked for where some are gone.
pub(super) fn tell_removed(
    made: &Made,
    lock: &Lock,
    next: &Lock,
    unclear: &BTreeSet<Arc<str>>,
    said: impl FnOnce(&[Gone<'_>]) -> Said,
    sources: &Sources,
    sink: &mut Diagnostics,
) {
    let gone = next.removed.keys().filter_map(|id| {
        let record = lock.notes.get(id)?;
        (!unclear.contains(id)).then_some((id, record))
    });
    let gone: Vec<(&str, &NoteRecord)> = gone.collect();
    if gone.is_empty() {
        return;
    }
    let asked: Vec<Gone<'_>> = gone
        .iter()
        .map(|(id, record)| Gone {
            id,
            guid: &record.guid,
        })
        .collect();
    let said = said(&asked);
    let mut keyed: BTreeMap<(&str, &str), Edited<'_>> = BTreeMap::new();
    let mut others: Vec<(&str, &NoteRecord)> = Vec::new();
    for (id, record) in gone {
        if is_from_key_fields(id) {
            let group = (&*record.path, &*record.note_type);
            keyed.entry(group).or_default().gone.push((id, record));
        } else {
            others.push((id, record));
        }
    }
    for note in made.facts() {
        let Some(id) = id_of(note).filter(|id| is_from_key_fields(id)) else {
            continue;
        };
        let group = (
            sources.path(note.span().file),
            note.written_type().identity.as_str(),
        );
        let is_new = !lock.notes.contains_key(id) && !lock.removed.contains_key(id);
        if let (true, Some(edited)) = (is_new, keyed.get_mut(&group)) {
            edited.new.push(note);
        }
    }
    for mut edited in keyed.into_values() {
        if edited.new.is_empty() {
            others.append(&mut edited.gone);
        } else {
            edited.tell(&said, sink);
        }
    }
    others.sort_by_key(|(id, _)| *id);
    let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, record) in &others {
        by_file.entry(&record.path).or_default().push(id);
    }
    by_file.retain(|_, ids| ids.len() > MAX_LABELS);
    for (id, record) in others {
        if !by_file.contains_key(&*record.path) {
            sink.push(removed(id, record, said.get(id)));
        }
    }
    for (path, ids) in by_file {
        sink.push(many_removed(path, &ids, &said));
    }
}

/// The notes that were found again though they were edited, with their places.
pub(super) fn found_again(
    made: &Made,
    found: &[FoundAgain],
    lock: &Lock,
    sources: &Sources,
) -> Vec<MatchedNote> {
    let mut found = found.iter().peekable();
    let mut lines = Lines::default();
    let mut matches = Vec::new();
    for (index, facts) in made.facts().enumerate() {
        let Some(next) = found.peek() else { break };
        let Some(id) = id_of(facts).filter(|_| next.index == index) else {
            continue;
        };
        found.next();
        let path = sources.path(facts.span().file);
        let was = lock.notes.get(id).map(|it| &*it.path);
        matches.push(MatchedNote {
            id: id.to_owned(),
            path: path.into(),
            line: lines.of(facts.span(), sources),
            moved_from: was.filter(|it| *it != path).map(str::to_owned),
        });
    }
    matches
}

/// Counts the lines of spans that follow each other without beginning anew for each.
#[derive(Default)]
pub(super) struct Lines(Option<(Span, usize)>);

impl Lines {
    pub(super) fn of(&mut self, span: Span, sources: &Sources) -> usize {
        let last = self.0.filter(|it| it.0.file == span.file);
        let (from, line) = last.map_or((0, 1), |(last, line)| (last.start as usize, line));
        let text = sources.text(span.file).as_bytes();
        let breaks = |from: usize| {
            let between = text.get(from..span.start as usize).unwrap_or_default();
            between.iter().filter(|byte| **byte == b'\n').count()
        };
        let line = if from <= span.start as usize {
            line + breaks(from)
        } else {
            1 + breaks(0)
        };
        self.0 = Some((span, line));
        line
    }
}

fn id_of(note: &Facts) -> Option<&str> {
    note.id.as_deref()
}

/// Notes of one type in one file, all known by their key fields.
#[derive(Default)]
struct Edited<'a> {
    gone: Vec<(&'a str, &'a NoteRecord)>,
    new: Vec<&'a Facts>,
}

impl Edited<'_> {
    fn tell(mut self, said: &Said, sink: &mut Diagnostics) {
        // Note ids are given in the order of the sources.
        self.gone.sort_by_key(|(_, record)| record.note_id);
        if self.gone.len() == self.new.len() {
            for (note, (id, _)) in self.new.iter().zip(&self.gone) {
                let fields = key_fields(note);
                let title = format!("the note is a new one, because {fields} changed");
                sink.push(
                    Diagnostic::new(Code::KeyFieldEdited, title)
                        .at(note.span(), format!("was the note {}", named(id, said)))
                        .note(explained(note))
                        .help(format!("`id: {id}` on this note keeps its history")),
                );
            }
            return;
        }
        let Some(first) = self.new.first() else {
            return;
        };
        let title = format!(
            "{} new and {} gone of note type `{}`, perhaps because {} changed",
            are(self.new.len()),
            are(self.gone.len()),
            first.written_type().key,
            key_fields(first)
        );
        let mut diagnostic = Diagnostic::new(Code::KeyFieldEdited, title);
        for (index, note) in self.new.iter().take(MAX_LABELS).enumerate() {
            diagnostic = if index == 0 {
                diagnostic.at(note.span(), "a new note")
            } else {
                diagnostic.also(note.span(), "a new note")
            };
        }
        let ids: Vec<String> = self.gone.iter().map(|(id, _)| named(id, said)).collect();
        sink.push(
            diagnostic
                .note(explained(first))
                .note(format!("gone from this file: {}", ids.join(", ")))
                .help("where a note is one of these, `id: ` and that id on it keeps its history"),
        );
    }
}

fn are(count: usize) -> String {
    match count {
        1 => "1 note is".to_owned(),
        _ => format!("{count} notes are"),
    }
}

/// `` `Word` ``, or `` `Word` or `Class` ``.
fn key_fields(note: &Facts) -> String {
    let names: Vec<&str> = note.written_type().note_type.field_names().collect();
    let named = note.written_type().key_fields.iter();
    let named: Vec<String> = named
        .filter_map(|index| names.get(*index))
        .map(|name| format!("`{name}`"))
        .collect();
    named.join(" or ")
}

fn explained(note: &Facts) -> String {
    format!(
        "notes of type `{}` are known by their key fields; learners would start the note anew, and keep the old one until they delete it",
        note.written_type().key
    )
}

/// A note by its id, and how it began where that is known.
fn named(id: &str, said: &Said) -> String {
    match said.get(id) {
        Some(text) => format!("`{id}` ({text})"),
        None => format!("`{id}`"),
    }
}

fn removed(id: &str, record: &NoteRecord, said: Option<&String>) -> Diagnostic {
    let mut title = format!("the note `{id}` is gone from the sources");
    if let Some(text) = said {
        title = format!("{title}: `{text}`");
    }
    Diagnostic::new(Code::RemovedNote, title)
        .note(format!("at the last build it stood in {}", record.stood_in()))
        .note("no new note is enough like it to be this one, edited or moved")
        .help("learners keep the old note until they delete it; to keep its progress, give the note that took its place this id")
}

/// Notes of one file, as when it is deleted.
fn many_removed(path: &str, ids: &[&str], said: &Said) -> Diagnostic {
    let named: Vec<String> = ids.iter().take(MAX_IDS).map(|id| named(id, said)).collect();
    let mut list = named.join(", ");
    let rest = ids.len() - named.len();
    if rest > 0 {
        list = format!("{list} and {rest} more, which the lock keeps as `gone`");
    }
    let title = format!("{} notes are gone from the sources", ids.len());
    Diagnostic::new(Code::RemovedNote, title)
        .note(format!("at the last build they stood in {path}: {list}"))
        .note("no new notes are enough like them to be these, edited or moved")
        .help("learners keep the old notes until they delete them; to keep the progress of one, give the note that took its place its id")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Digest;

    #[test]
    fn a_clock_is_behind_by_more_than_quick_builds_make() {
        let record = NoteRecord {
            guid: "g".to_owned(),
            note_id: 1,
            modified: 10_000,
            content: Digest::default(),
            note_type: "basic".into(),
            path: "a.md".into(),
            heading: "".into(),
            fingerprint: Digest::default(),
            rendered: None,
            sketch: None,
            place: None,
            clozes: Box::default(),
            masks: Box::default(),
        };
        let mut lock = Lock::default();
        let check = |lock: &Lock, time: i64, told: bool| {
            let found = clock_behind(lock.newest(), "deckle.lock", BuildTime::from_unix(time));
            assert_eq!(found.is_some(), told, "{time}");
        };
        check(&lock, 0, false);
        lock.notes.insert("a".to_owned(), record);
        check(&lock, 10_000, false);
        check(&lock, 9_999, false);
        check(&lock, 6_400, false);
        check(&lock, 6_399, true);
        check(&lock, i64::MAX, false);
    }
}
