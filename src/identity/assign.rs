//! Step one: each note gets its id and guid.
//!
//! The first that applies: an explicit guid, an explicit id, the note type's key fields, the
//! lock, a new id. Neither deck, path, tags nor position go into a guid, so none of them changes
//! one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::claim::Claim;
use super::hash::Digest;
use super::lock::{Lock, NoteRecord};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources};
use crate::model::written::IdMode;
use crate::model::{Guid, repeats};

/// Who a note is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The id, unique in the project.
    pub id: Arc<str>,
    /// The guid, unique in the world.
    pub guid: Guid,
}

/// Gives each note its identity, in the order of `claims`. Two notes with one id or guid, ids
/// that are missing and guids that cannot be one are told.
#[must_use]
pub fn assign(
    claims: &[&Claim],
    lock: &Lock,
    uid: &str,
    mode: IdMode,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Vec<Identity> {
    let mut ids: Vec<Option<Arc<str>>> = claims.par_iter().map(|it| it.given_id()).collect();
    claims.iter().for_each(|claim| check_guid(claim, sink));
    let mut taken: HashSet<Arc<str>> = ids.iter().flatten().cloned().collect();
    if mode == IdMode::Lock {
        Matcher::new(lock, &taken).fill(claims, &mut ids, sources);
    }
    if mode != IdMode::Natural {
        let known = lock.notes.keys().chain(lock.removed.keys());
        taken.extend(known.map(|id| id.as_str().into()));
    }
    if mode == IdMode::Inline {
        for (claim, _) in claims.iter().zip(&ids).filter(|(_, id)| id.is_none()) {
            sink.push(
                Diagnostic::new(Code::IdRequired, "the note has no id")
                    .at(claim.span, "this note")
                    .note("the project says `ids: inline`, where each note names its own id")
                    .help("give it one, such as `id: ` and a word that no other note has")
                    .help("`deckle id add` writes an id into each note that has none"),
            );
        }
    }
    fill_new(claims, &mut ids, &mut taken);
    let identities: Vec<Identity> = claims
        .par_iter()
        .zip(ids)
        .map(|(claim, id)| {
            let id = id.unwrap_or_else(|| "".into());
            let guid = guid(claim, &id, lock, uid, mode);
            Identity { id, guid }
        })
        .collect();
    tell_duplicates(claims, &identities, sink);
    identities
}

/// Gives new ids to the notes that still have none. Among equal notes the source order decides
/// who is first.
fn fill_new(claims: &[&Claim], ids: &mut [Option<Arc<str>>], taken: &mut HashSet<Arc<str>>) {
    let first: Vec<Option<Arc<str>>> = claims
        .par_iter()
        .zip(&*ids)
        .map(|(claim, id)| id.is_none().then(|| claim.new_id(0)))
        .collect();
    // Notes that are equal to one before them are few; each is counted on from its first one.
    let mut occurrences: HashMap<Arc<str>, u32> = HashMap::new();
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

fn guid(claim: &Claim, id: &str, lock: &Lock, uid: &str, mode: IdMode) -> Guid {
    let given = claim
        .guid
        .as_ref()
        .and_then(|guid| Guid::new(guid.value.clone()));
    let record = || lock.notes.get(id).or_else(|| lock.removed.get(id));
    let known = || (mode != IdMode::Natural).then(record).flatten();
    given
        .or_else(|| known().and_then(|record| Guid::new(record.guid.clone())))
        .unwrap_or_else(|| Guid::derive(uid, id))
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
    fn new(lock: &'a Lock, given: &HashSet<Arc<str>>) -> Self {
        let index = |notes: &'a BTreeMap<String, NoteRecord>| {
            let unclaimed = notes.iter().filter(|(id, _)| !given.contains(id.as_str()));
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

    fn fill(mut self, claims: &[&'a Claim], ids: &mut [Option<Arc<str>>], sources: &Sources) {
        for step in [Step::SameFile, Step::Anywhere, Step::Removed] {
            for (claim, id) in claims.iter().zip(ids.iter_mut()) {
                if id.is_none() {
                    let key = (claim.note_type.key.as_str(), claim.fingerprint);
                    *id = self.take(step, &key, sources.path(claim.span.file));
                }
            }
        }
    }

    fn take(&mut self, step: Step, key: &(&'a str, Digest), path: &str) -> Option<Arc<str>> {
        let index = if step == Step::Removed {
            &mut self.removed
        } else {
            &mut self.open
        };
        let records = index.get_mut(key)?;
        let fits = |record: &NoteRecord| step != Step::SameFile || record.path == path;
        let at = records.iter().position(|(_, record)| fits(record))?;
        Some(records.remove(at).0.into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    SameFile,
    Anywhere,
    Removed,
}

fn tell_duplicates(claims: &[&Claim], identities: &[Identity], sink: &mut Diagnostics) {
    let count = u32::try_from(identities.len()).unwrap_or(u32::MAX);
    let place = |claim: &Claim| claim.id.as_ref().map_or(claim.span, |id| id.span);
    let by_id = repeats(count, |at| &identities[at as usize].id);
    for (first, second) in &by_id {
        let (first, second) = (claims[*first as usize], claims[*second as usize]);
        // The id of an adopted note comes from its guid.
        if second.guid.is_some() && second.id.is_none() {
            continue;
        }
        let title = match &second.id {
            Some(id) => format!("note id `{}` is used twice", id.value),
            None => "two notes have the same key fields".to_owned(),
        };
        sink.push(
            Diagnostic::new(Code::DuplicateId, title)
                .at(place(second), "second use")
                .also(place(first), "first use")
                .note("the id decides whose learning progress is whose")
                .help("give one of the notes another id"),
        );
    }
    for (first, second) in repeats(count, |at| &identities[at as usize].guid) {
        let (one, other) = (claims[first as usize], claims[second as usize]);
        let by_guid = other.guid.is_some() && other.id.is_none();
        if !by_guid && by_id.binary_search_by_key(&second, |(_, it)| *it).is_ok() {
            continue;
        }
        let place = |claim: &Claim| claim.guid.as_ref().map_or(place(claim), |it| it.span);
        let title = format!("guid `{}` is used twice", identities[second as usize].guid);
        sink.push(
            Diagnostic::new(Code::DuplicateGuid, title)
                .at(place(other), "second use")
                .also(place(one), "first use")
                .help("give one of the notes another guid, or none"),
        );
    }
}
