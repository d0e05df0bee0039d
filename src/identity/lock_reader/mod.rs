//! Reads the text of `deckle.lock`: this version's and older ones', also what a merge of two
//! branches made of it. What cannot be read is told with its place, and then there is no lock:
//! going on with half of it would give notes new identities.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::lock::{FieldRecord, Lock, NoteRecord};
use super::lock_text::{END, HEADER, VERSION};
use super::shared::Shared;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use fields::Damage;
use line::{Line, Part};

/// The most lines that one finding underlines.
const MAX_LABELS: usize = 5;

const RESTORE: &str =
    "restore the file from version control; where two branches were merged, keep the lines of both";

impl Lock {
    /// Reads a lock from the text of a file of this name. What cannot be read is told, and then
    /// there is no lock: going on without it would give notes new identities.
    #[must_use]
    pub fn parse(file: FileId, name: &str, text: &str, sink: &mut Diagnostics) -> Option<Self> {
        if let Some(found) = conflict(file, name, text) {
            sink.push(found);
            return None;
        }
        let mut reader = Reader {
            file,
            lock: Self {
                name: name.to_owned(),
                ..Self::default()
            },
            parts: Vec::new(),
            orders: Vec::new(),
            twice: Vec::new(),
            damaged: Vec::new(),
            headers: Vec::new(),
            ends: 0,
            ended: false,
        };
        let mut lines = Lines {
            file,
            text,
            offset: 0,
        };
        if text.is_empty() {
            return reader.finish(text, sink);
        }
        let (span, first) = lines.next().unwrap_or((Span::new(file, 0..0), ""));
        reader.header(first, span, sink)?;
        reader.lock.notes.reserve(text.len() / LINE);
        // Read on all processors, taken in one after another, a window at a time: only so many
        // records stand in memory twice.
        loop {
            let window: Vec<(Span, &str)> = lines.by_ref().take(WINDOW).collect();
            if window.is_empty() {
                return reader.finish(text, sink);
            }
            let read = window.par_chunks(SHARE).flat_map_iter(|lines| {
                let mut shared = Shared::default();
                let mut read = |line| (!is_header(line)).then(|| Line::read(line, &mut shared));
                let read: Vec<_> = lines.iter().map(|(_, line)| read(*line)).collect();
                read
            });
            let read: Vec<Option<Result<Line<'_>, Damage>>> = read.collect();
            for ((span, line), read) in window.into_iter().zip(read) {
                match read {
                    None => reader.header(line, span, sink)?,
                    Some(Ok(line)) => reader.take(line, span),
                    Some(Err(damage)) => reader.damaged.push((span, damage.to_string())),
                }
            }
        }
    }
}

/// How many bytes the line of a note has, about.
const LINE: usize = 160;

/// How many lines are read before they are taken in.
const WINDOW: usize = 1 << 14;

/// How many of them one processor reads at once; they share their texts.
const SHARE: usize = 1 << 9;

/// A merge of two new locks leaves two headers.
fn is_header(line: &str) -> bool {
    line.starts_with(HEADER)
}

/// The lines that are not empty, with their places.
struct Lines<'a> {
    file: FileId,
    text: &'a str,
    offset: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (Span, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.offset;
            let rest = self.text.get(start..).filter(|it| !it.is_empty())?;
            let whole = rest.split_inclusive('\n').next()?;
            self.offset += whole.len();
            let mut line = whole.trim_end_matches(['\n', '\r']);
            if start == 0 {
                line = line.trim_start_matches('\u{feff}');
            }
            if !line.is_empty() {
                let span = Span::new(self.file, start..start + line.len());
                return Some((span, line));
            }
        }
    }
}

struct Reader<'a> {
    file: FileId,
    lock: Lock,
    /// Fields and card templates, which may stand before their type in a merged lock.
    parts: Vec<(Part, String, FieldRecord, Span)>,
    /// The notes of a file in their order. In a merged lock a file may have two orders.
    orders: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
    /// Notes that stand in two lines, and where the second one is.
    twice: Vec<(Arc<str>, Span)>,
    damaged: Vec<(Span, String)>,
    /// The versions that the headers name.
    headers: Vec<u32>,
    /// How many lines are such that end a lock, and whether the last one so far is.
    ends: usize,
    ended: bool,
}

impl<'a> Reader<'a> {
    /// `None` where the rest of the file would be guesswork.
    fn header(&mut self, line: &str, span: Span, sink: &mut Diagnostics) -> Option<()> {
        let version = line
            .strip_prefix(HEADER)
            .map(str::trim)
            .and_then(|it| it.parse::<u32>().ok());
        match version {
            Some(version @ 1..=VERSION) => {
                self.headers.push(version);
                return Some(());
            }
            Some(newer) => sink.push(
                Diagnostic::new(
                    Code::LockVersion,
                    format!(
                        "{} has format {newer}, this deckle reads up to {VERSION}",
                        self.lock.name
                    ),
                )
                .at(span, "written by a newer deckle")
                .help("update deckle; a lock that is not understood must not be rewritten"),
            ),
            None => sink.push(damage(
                if line.is_empty() {
                    format!("{} is empty", self.lock.name)
                } else {
                    format!("{} does not begin as a lock does", self.lock.name)
                },
                &[(span, format!("expected `{HEADER} {VERSION}`"))],
            )),
        }
        None
    }

    fn take(&mut self, line: Line<'a>, span: Span) {
        self.ended = matches!(line, Line::End);
        match line {
            Line::Note {
                is_live,
                id,
                record,
            } => self.note(is_live, id, record, span),
            Line::Type { identity, record } => {
                let known = self.lock.types.get(&identity);
                if known.is_none_or(|it| it.modified < record.modified) {
                    self.lock.types.insert(identity, record);
                }
            }
            Line::Part {
                part,
                identity,
                record,
            } => self.parts.push((part, identity, record, span)),
            Line::Media(record) => self.lock.media.push(record),
            Line::Order { path, ids } => self.orders.push((path, ids)),
            Line::End => self.ends += 1,
        }
    }

    /// A note may stand twice after a merge: the newer time wins, and a live note wins over one
    /// that the other branch removed at the same time.
    fn note(&mut self, live: bool, id: Arc<str>, record: NoteRecord, span: Span) {
        let (notes, others) = match live {
            true => (&mut self.lock.notes, &self.lock.removed),
            false => (&mut self.lock.removed, &self.lock.notes),
        };
        if others.contains_key(&id) {
            self.note_again(live, id, record, span);
        } else if let Some((id, record)) = notes.insert_new(id, record) {
            self.note_again(live, id, record, span);
        }
    }

    fn note_again(&mut self, live: bool, id: Arc<str>, mut record: NoteRecord, span: Span) {
        let known = self.lock.notes.get(&id).map(|it| (it, true));
        let known = known.or_else(|| self.lock.removed.get(&id).map(|it| (it, false)));
        if let Some((known, was_live)) = known {
            // Two branches that made the same of it left nothing to tell.
            if (known, was_live) != (&record, live) {
                self.twice.push((Arc::clone(&id), span));
            }
            if (known.modified, was_live) >= (record.modified, live) {
                return;
            }
            if known.content == record.content {
                record.rendered = record.rendered.or(known.rendered);
            }
            self.lock.notes.remove(&id);
            self.lock.removed.remove(&id);
        }
        let notes = if live {
            &mut self.lock.notes
        } else {
            &mut self.lock.removed
        };
        notes.insert(id, record);
    }

    fn finish(mut self, text: &str, sink: &mut Diagnostics) -> Option<Lock> {
        if text.is_empty() {
            let span = Span::new(self.file, 0..0);
            let found = [(span, "nothing in it".to_owned())];
            sink.push(damage(format!("{} is empty", self.lock.name), &found));
            return None;
        }
        self.attach_parts();
        self.attach_places();
        // One content may have several names, where a package that was unpacked has them.
        let mut seen = HashSet::new();
        self.lock
            .media
            .retain(|media| seen.insert((media.content.clone(), media.name.clone())));
        if !self.damaged.is_empty() {
            let title = match self.damaged.len() {
                1 => format!("a line of {} cannot be read", self.lock.name),
                count => format!("{count} lines of {} cannot be read", self.lock.name),
            };
            sink.push(damage(title, &self.damaged));
            return None;
        }
        if !self.is_whole() {
            let end = text.trim_end().len();
            let found = [(
                Span::new(self.file, end..end),
                format!("the last line must be `{END}`"),
            )];
            sink.push(damage(format!("{} is cut off", self.lock.name), &found));
            return None;
        }
        if let Some(found) = told_twice(&self.lock.name, &self.twice) {
            sink.push(found);
        }
        self.lock.sort();
        Some(self.lock)
    }

    /// Whether the last line is there, where the version has one. In a merge of two new locks, or
    /// of an older and a newer one, lines of the one may stand behind the end of the other.
    fn is_whole(&self) -> bool {
        let with_end = self.headers.iter().filter(|it| **it >= 2).count();
        self.ended || with_end == 0 || self.headers.len() > 1 && self.ends >= with_end
    }

    /// The second order of a merged lock only tells where those notes stand that the first one
    /// does not have: at the end. The next build knows better.
    fn attach_places(&mut self) {
        let notes = &mut self.lock.notes;
        let ids: Vec<&str> = self
            .orders
            .iter()
            .flat_map(|(_, ids)| ids)
            .map(|id| &**id)
            .collect();
        let found: Vec<Option<usize>> = ids.par_iter().map(|id| notes.position(id)).collect();
        let mut found = found.into_iter();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for (path, ids) in &self.orders {
            let count = counts.entry(path).or_default();
            for at in found.by_ref().take(ids.len()) {
                if let Some(note) = at.and_then(|at| notes.at_mut(at))
                    && note.place.is_none()
                    && *note.path == **path
                {
                    note.place = Some(*count);
                    *count = count.saturating_add(1);
                }
            }
        }
    }

    fn attach_parts(&mut self) {
        for (part, identity, record, span) in std::mem::take(&mut self.parts) {
            let Some(owner) = self.lock.types.get_mut(&identity) else {
                let damage = Damage::NoType(identity);
                self.damaged.push((span, damage.to_string()));
                continue;
            };
            let parts = match part {
                Part::Field => &mut owner.fields,
                Part::Template => &mut owner.templates,
            };
            if !parts.iter().any(|it| it.key == record.key) {
                parts.push(record);
            }
        }
        for record in self.lock.types.values_mut() {
            if let (true, Some(first)) = (record.first_field.is_empty(), record.fields.first()) {
                record.first_field.clone_from(&first.key);
            }
        }
    }
}

fn damage(title: String, found: &[(Span, String)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::LockSyntax, title);
    for (index, (span, what)) in found.iter().take(MAX_LABELS).enumerate() {
        diagnostic = if index == 0 {
            diagnostic.at(*span, what.as_str())
        } else {
            diagnostic.also(*span, what.as_str())
        };
    }
    diagnostic
        .note("the lock holds the identities of all notes; without it learners would get each note a second time")
        .help(RESTORE)
}

/// Notes that stand in two lines, in one finding: a merge may leave many.
fn told_twice(name: &str, twice: &[(Arc<str>, Span)]) -> Option<Diagnostic> {
    let title = match twice {
        [] => return None,
        [(id, ..)] => format!("two lines of {name} are about the note `{id}`"),
        more => format!("{} notes of {name} have two lines that differ", more.len()),
    };
    let mut diagnostic = Diagnostic::new(Code::LockSyntax, title).info();
    for (index, (_, span)) in twice.iter().take(MAX_LABELS).enumerate() {
        diagnostic = if index == 0 {
            diagnostic.at(*span, "the second one")
        } else {
            diagnostic.also(*span, "the second one")
        };
    }
    Some(
        diagnostic
            .note("a merge of two branches leaves such lines; the one with the newer time counts")
            .help("build the project: the next lock has one line a note"),
    )
}

/// The marks of git around what two branches wrote. Without them the lock holds the lines of
/// both, which is what it is made for.
fn conflict(file: FileId, name: &str, text: &str) -> Option<Diagnostic> {
    let mut marks = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            marks.push(Span::new(file, offset..offset + line.len()));
        }
        offset += line.len();
    }
    let first = *marks.first()?;
    let edits = marks.iter().map(|mark| (*mark, String::new())).collect();
    Some(
        Diagnostic::new(
            Code::LockSyntax,
            format!("{name} holds a conflict of a merge"),
        )
        .at(first, "left by git")
        .note(format!(
            "`{name} merge=union` in .gitattributes lets git merge it by itself"
        ))
        .fixes("keep the lines of both branches", edits),
    )
}
