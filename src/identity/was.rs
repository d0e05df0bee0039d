//! `was: OLD-ID` on a note: the note takes over what the lock has under its old id.

use std::collections::HashMap;
use std::sync::Arc;

use super::assign::Heirs;
use super::claim::Claim;
use super::lock::{Lock, NoteRecord};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::model::Guid;

/// The notes that take over the record of an old id. A note that says no id of its own gets the
/// old one back, into `ids`. What `was` does not lead to is told.
pub(super) fn heirs(
    claims: &[&Claim],
    ids: &mut [Option<Arc<str>>],
    lock: &Lock,
    uid: &str,
    sink: &mut Diagnostics,
) -> Heirs {
    let mut heirs = Heirs::new();
    if claims.iter().all(|claim| claim.was().is_none()) {
        return heirs;
    }
    let mut search = Search {
        lock,
        uid,
        claims,
        by_id: HashMap::new(),
        by_was: HashMap::new(),
    };
    for (index, (claim, id)) in claims.iter().zip(&*ids).enumerate() {
        if let Some(id) = id {
            search.by_id.entry(id.clone()).or_insert(index);
        }
        if let Some(was) = claim.was() {
            search.by_was.entry(was.value.clone()).or_insert(index);
        }
    }
    for (index, (claim, id)) in claims.iter().zip(ids).enumerate() {
        let Some(was) = claim.was() else { continue };
        let Some(old) = search.old(index, was, id.as_deref(), sink) else {
            continue;
        };
        match id {
            None => *id = Some(old),
            Some(id) => {
                heirs.insert(id.clone(), old);
            }
        }
    }
    heirs
}

struct Search<'a> {
    lock: &'a Lock,
    uid: &'a str,
    claims: &'a [&'a Claim],
    /// The first note that says this id.
    by_id: HashMap<Arc<str>, usize>,
    /// The first note that says it had this id.
    by_was: HashMap<String, usize>,
}

impl Search<'_> {
    fn record(&self, id: &str) -> Option<&NoteRecord> {
        let lock = self.lock;
        lock.notes.get(id).or_else(|| lock.removed.get(id))
    }

    fn span(&self, index: usize) -> Span {
        self.claims.get(index).map_or(Span::NONE, |it| it.span)
    }

    /// The old id, if its record is to be taken over.
    fn old(
        &self,
        index: usize,
        was: &Spanned<String>,
        own: Option<&str>,
        sink: &mut Diagnostics,
    ) -> Option<Arc<str>> {
        if own == Some(was.value.as_str()) {
            sink.push(without_effect(was, "this is its id"));
            return None;
        }
        if let Some(&first) = self.by_was.get(&was.value).filter(|first| **first != index) {
            sink.push(taken(was, self.span(first), "this one says so, too"));
            return None;
        }
        let record = self.record(&was.value);
        let own = own.and_then(|id| Some((id, self.lock.notes.get(id)?)));
        if let Some((id, own)) = own
            && own.guid != Guid::derive(self.uid, id).as_str()
        {
            // An earlier build has taken it over. A merge may have brought the old line back.
            return match record {
                Some(record) if record.guid == own.guid => {
                    (record.modified > own.modified).then(|| was.value.as_str().into())
                }
                Some(_) if !self.by_id.contains_key(was.value.as_str()) => {
                    sink.push(without_effect(was, "the note has a history of its own"));
                    None
                }
                _ => None,
            };
        }
        // A note that takes over another one's id in its turn leaves its own behind.
        let holder = self.by_id.get(was.value.as_str());
        if let Some(&holder) = holder
            && self.claims.get(holder).is_none_or(|it| it.was().is_none())
        {
            sink.push(taken(was, self.span(holder), "this note has that id"));
            return None;
        }
        if record.is_none() {
            match own {
                Some(_) => sink.push(without_effect(
                    was,
                    &format!("{} has nothing under it", self.lock.name()),
                )),
                // Where nothing is known there is nothing to carry over yet.
                None if self.lock.notes.is_empty() && self.lock.removed.is_empty() => {}
                None => sink.push(self.unknown(was)),
            }
            return None;
        }
        if let Some((id, _)) = own
            && !self.by_was.contains_key(id)
        {
            sink.push(second_history(was, id));
        }
        Some(was.value.as_str().into())
    }

    fn unknown(&self, was: &Spanned<String>) -> Diagnostic {
        let title = format!("there is no note `{}` in {}", was.value, self.lock.name());
        let diagnostic =
            Diagnostic::new(Code::WasUnknown, title).at(was.span, "nothing is carried over");
        let lock = self.lock;
        let ids = lock.notes.keys().chain(lock.removed.keys());
        match nearest(&was.value, ids) {
            Some(near) => diagnostic.fix("a note with a similar id exists", was.span, near),
            None => diagnostic.help(format!(
                "the ids of notes are the second column of {}; without an old id remove `was`",
                lock.name()
            )),
        }
    }
}

fn without_effect(was: &Spanned<String>, why: &str) -> Diagnostic {
    let title = format!("`was: {}` has no effect", was.value);
    Diagnostic::new(Code::WasUnknown, title)
        .info()
        .at(was.span, why)
        .help("remove it")
}

fn taken(was: &Spanned<String>, other: Span, label: &str) -> Diagnostic {
    let title = format!("two notes lay claim to the id `{}`", was.value);
    Diagnostic::new(Code::WasTaken, title)
        .at(was.span, "the note that had it")
        .also(other, label)
        .note("the id decides whose learning progress is whose")
        .help("remove `was` from the note that never had this id")
}

fn second_history(was: &Spanned<String>, id: &str) -> Diagnostic {
    let title = format!("the note `{id}` was built as a new one before it got `was`");
    Diagnostic::new(Code::WasUnknown, title)
        .at(was.span, format!("from now on it is `{}` again", was.value))
        .note("who has imported it meanwhile keeps that copy, without updates, until it is deleted")
}
