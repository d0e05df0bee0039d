//! Step one: each note gets its id and guid.
//!
//! The first that applies: an explicit guid, an explicit id, the note type's key fields, the
//! lock, a new id. Neither deck, path, tags nor position go into a guid, so none of them changes
//! one.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::claim::Claim;
use super::hash::Digest;
use super::lock::{Lock, NoteRecord};
use super::was::heirs;
use crate::diag::{Code, Diagnostic, Diagnostics, Sources};
use crate::model::Guid;
use crate::model::written::IdMode;

/// Who a note is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The id, unique in the project.
    pub id: String,
    /// The guid, unique in the world.
    pub guid: Guid,
    /// The old id whose record in the lock is this note's from now on.
    pub heir_of: Option<String>,
}

/// Gives each note its identity, in the order of `claims`. Two notes with one id or guid, ids
/// that are missing, guids that cannot be one and old ids that lead nowhere are told.
#[must_use]
pub fn assign(
    claims: &[&Claim],
    lock: &Lock,
    uid: &str,
    mode: IdMode,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Vec<Identity> {
    let mut ids: Vec<Option<String>> = claims.par_iter().map(|it| it.given_id()).collect();
    claims.iter().for_each(|claim| check_guid(claim, sink));
    let heirs = if mode == IdMode::Natural {
        // Without a lock the old id itself makes the guid, as long as the note says it.
        let was = claims.iter().map(|claim| claim.was.as_ref());
        was.map(|was| was.map(|it| it.value.clone())).collect()
    } else {
        heirs(claims, &mut ids, lock, uid, sink)
    };
    let given = ids.iter().chain(&heirs);
    let mut taken: HashSet<String> = given.flatten().cloned().collect();
    if mode == IdMode::Lock {
        Matcher::new(lock, &taken).fill(claims, &mut ids, sources);
    }
    if mode != IdMode::Natural {
        taken.extend(lock.notes.keys().chain(lock.removed.keys()).cloned());
    }
    if mode == IdMode::Inline {
        for (claim, _) in claims.iter().zip(&ids).filter(|(_, id)| id.is_none()) {
            sink.push(
                Diagnostic::new(Code::IdRequired, "the note has no id")
                    .at(claim.span, "this note")
                    .note("the project says `ids: inline`, where each note names its own id")
                    .help("give it one, such as `id: ` and a word that no other note has"),
            );
        }
    }
    fill_new(claims, &mut ids, &mut taken);
    let guids = Guids::new(lock, uid, mode);
    let identities: Vec<Identity> = claims
        .par_iter()
        .zip(ids)
        .zip(heirs)
        .map(|((claim, id), heir_of)| {
            let id = id.unwrap_or_default();
            let guid = guids.of(claim, &id, heir_of.as_deref());
            Identity { id, guid, heir_of }
        })
        .collect();
    tell_duplicates(claims, &identities, sink);
    identities
}

/// Gives new ids to the notes that still have none. Among equal notes the source order decides
/// who is first.
fn fill_new(claims: &[&Claim], ids: &mut [Option<String>], taken: &mut HashSet<String>) {
    let first: Vec<Option<String>> = claims
        .par_iter()
        .zip(&*ids)
        .map(|(claim, id)| id.is_none().then(|| claim.new_id(0)))
        .collect();
    // Notes that are equal to one before them are few; each is counted on from its first one.
    let mut occurrences: HashMap<String, u32> = HashMap::new();
    for ((claim, id), first) in claims.iter().zip(ids).zip(first) {
        let Some(first) = first else { continue };
        if taken.insert(first.clone()) {
            *id = Some(first);
            continue;
        }
        let occurrence = occurrences.entry(first).or_default();
        loop {
            *occurrence += 1;
            let next = claim.new_id(*occurrence);
            if taken.insert(next.clone()) {
                *id = Some(next);
                break;
            }
        }
    }
}

/// Gives notes their guids.
struct Guids<'a> {
    lock: &'a Lock,
    uid: &'a str,
    mode: IdMode,
    /// The guids that are in the lock: a new note must get none of them, though a note that is
    /// called otherwise now may have had the very id.
    taken: HashSet<&'a str>,
}

impl<'a> Guids<'a> {
    fn new(lock: &'a Lock, uid: &'a str, mode: IdMode) -> Self {
        let records = lock.notes.values().chain(lock.removed.values());
        Self {
            lock,
            uid,
            mode,
            taken: records.map(|it| it.guid.as_str()).collect(),
        }
    }

    fn of(&self, claim: &Claim, id: &str, heir_of: Option<&str>) -> Guid {
        let given = claim.guid.as_ref();
        if let Some(guid) = given.and_then(|guid| Guid::new(guid.value.clone())) {
            return guid;
        }
        let source = heir_of.unwrap_or(id);
        if self.mode == IdMode::Natural {
            return Guid::derive(self.uid, source);
        }
        let lock = self.lock;
        let known = lock.notes.get(source).or_else(|| lock.removed.get(source));
        if let Some(guid) = known.and_then(|record| Guid::new(record.guid.clone())) {
            return guid;
        }
        let mut guid = Guid::derive(self.uid, id);
        let mut number = 1;
        while self.taken.contains(guid.as_str()) {
            number += 1;
            // The separator cannot be part of an id.
            guid = Guid::derive(self.uid, &format!("{id}~{number}"));
        }
        guid
    }
}

fn check_guid(claim: &Claim, sink: &mut Diagnostics) {
    if let Some(guid) = &claim.guid
        && Guid::new(guid.value.clone()).is_none()
    {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{}` cannot be a guid", guid.value))
                .at(guid.span, "empty, or with a control character"),
        );
    }
}

/// Finds the records of notes that say no id themselves: first in the same file, then anywhere
/// (the note was moved), then among the removed ones (its deletion was undone).
struct Matcher<'a> {
    /// Records nobody has claimed, by note type and fingerprint, in the order of their note ids,
    /// which is the order the notes were first written in.
    open: HashMap<(&'a str, Digest), Vec<(&'a str, &'a NoteRecord)>>,
    removed: HashMap<(&'a str, Digest), Vec<(&'a str, &'a NoteRecord)>>,
}

impl<'a> Matcher<'a> {
    fn new(lock: &'a Lock, given: &HashSet<String>) -> Self {
        let index = |notes: &'a BTreeMap<String, NoteRecord>| {
            let unclaimed = notes.iter().filter(|(id, _)| !given.contains(*id));
            let mut unclaimed: Vec<(&String, &NoteRecord)> = unclaimed.collect();
            unclaimed.sort_by_key(|(_, record)| record.note_id);
            let mut open: HashMap<_, Vec<(&str, &NoteRecord)>> = HashMap::new();
            for (id, record) in unclaimed {
                let key = (record.note_type.as_str(), record.fingerprint);
                open.entry(key).or_default().push((id, record));
            }
            open
        };
        Self {
            open: index(&lock.notes),
            removed: index(&lock.removed),
        }
    }

    fn fill(mut self, claims: &[&'a Claim], ids: &mut [Option<String>], sources: &Sources) {
        for step in [Step::SameFile, Step::Anywhere, Step::Removed] {
            for (claim, id) in claims.iter().zip(ids.iter_mut()) {
                if id.is_none() {
                    let key = (claim.note_type.identity.as_str(), claim.fingerprint);
                    *id = self.take(step, &key, sources.path(claim.span.file));
                }
            }
        }
    }

    fn take(&mut self, step: Step, key: &(&'a str, Digest), path: &str) -> Option<String> {
        let index = if step == Step::Removed {
            &mut self.removed
        } else {
            &mut self.open
        };
        let records = index.get_mut(key)?;
        let fits = |record: &NoteRecord| step != Step::SameFile || record.path == path;
        let at = records.iter().position(|(_, record)| fits(record))?;
        Some(records.remove(at).0.to_owned())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    SameFile,
    Anywhere,
    Removed,
}

fn tell_duplicates(claims: &[&Claim], identities: &[Identity], sink: &mut Diagnostics) {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut guids: HashMap<&str, usize> = HashMap::new();
    for (index, identity) in identities.iter().enumerate() {
        let place = |at: usize| {
            let claim = &claims[at];
            claim.id.as_ref().map_or(claim.span, |id| id.span)
        };
        let (first_id, first_guid) = (
            ids.insert(&identity.id, index),
            guids.insert(identity.guid.as_str(), index),
        );
        // The id of an adopted note comes from its guid.
        let by_guid = claims[index].guid.is_some() && claims[index].id.is_none();
        if let Some(first) = first_id.filter(|_| !by_guid) {
            let by_key = claims[index].id.is_none();
            let title = if by_key {
                "two notes have the same key fields".to_owned()
            } else {
                format!("note id `{}` is used twice", identity.id)
            };
            sink.push(
                Diagnostic::new(Code::DuplicateId, title)
                    .at(place(index), "second use")
                    .also(place(first), "first use")
                    .note("the id decides whose learning progress is whose")
                    .help("give one of the notes another id"),
            );
        } else if let Some(first) = first_guid {
            let guid_place = |at: usize| claims[at].guid.as_ref().map_or(place(at), |it| it.span);
            sink.push(
                Diagnostic::new(
                    Code::DuplicateGuid,
                    format!("guid `{}` is used twice", identity.guid),
                )
                .at(guid_place(index), "second use")
                .also(guid_place(first), "first use")
                .help("give one of the notes another guid, or none"),
            );
        }
    }
}
