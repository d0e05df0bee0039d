//! Step one: each note gets its id and guid.
//!
//! The first that applies: an explicit guid, an explicit id, the note type's key fields, the
//! lock, a new id. Neither deck, path, tags nor position go into a guid, so none of them changes
//! one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::claim::Claim;
use super::lock::{Lock, RecordIndex};
use super::matching::How;
use super::search;
use super::was::heirs;
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
    /// Where the lock has what it knows of the note, be it under an old id.
    pub record: Option<RecordIndex>,
}

/// Who the notes of a build are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Assigned {
    /// The identity of each note, in the order of the claims.
    pub identities: Vec<Identity>,
    /// Ids of notes that take over what the lock has under an old one.
    pub heirs: Heirs,
    /// The notes that name no id and were found in the lock though their first field is another,
    /// in the order of the claims.
    pub found: Vec<FoundAgain>,
    /// The ids of notes in the lock that could not be told from another, which is told.
    pub unclear: BTreeSet<Arc<str>>,
}

/// A note that was found again in the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundAgain {
    /// Its position among the claims.
    pub index: usize,
    /// What became of it.
    pub how: How,
}

/// Ids of notes that take over what the lock has under an old id, and that old id.
pub type Heirs = BTreeMap<Arc<str>, Arc<str>>;

/// Gives each note its identity, in the order of `claims`, which are those of the `whole` project
/// or of a part of it. Two notes with one id or guid, ids
/// that are missing, guids that cannot be one and old ids that lead nowhere are told.
#[must_use]
pub fn assign(
    claims: &[&Claim],
    lock: &Lock,
    uid: &str,
    mode: IdMode,
    whole: bool,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Assigned {
    let mut ids: Vec<Option<Arc<str>>> = claims.par_iter().map(|it| it.given_id()).collect();
    claims.iter().for_each(|claim| check_guid(claim, sink));
    let heirs = if mode == IdMode::Natural {
        Heirs::default()
    } else {
        heirs(claims, &mut ids, lock, uid, sink)
    };
    let given = ids.iter().flatten().chain(heirs.values());
    let mut taken: HashSet<Arc<str>> = given.cloned().collect();
    let found = if mode == IdMode::Lock {
        search::fill(claims, &mut ids, &heirs, lock, whole, sources, sink)
    } else {
        search::Found::default()
    };
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
    let is_known = |id: &str| {
        mode != IdMode::Natural && (lock.notes.contains_key(id) || lock.removed.contains_key(id))
    };
    fill_new(claims, &mut ids, &mut taken, is_known);
    drop(taken);
    let record_of = |id: &Option<Arc<str>>| {
        let id = id.as_ref()?;
        lock.find(heirs.get(id).unwrap_or(id))
    };
    let records: Vec<Option<RecordIndex>> = ids.par_iter().map(record_of).collect();
    let guids = Guids {
        lock,
        uid,
        mode,
        taken: OnceLock::new(),
    };
    let identities: Vec<Identity> = claims
        .par_iter()
        .zip(ids)
        .zip(records)
        .map(|((claim, id), record)| {
            let id = id.unwrap_or_else(|| "".into());
            let guid = guids.of(claim, &id, record);
            Identity { id, guid, record }
        })
        .collect();
    tell_duplicates(claims, &identities, sink);
    Assigned {
        identities,
        heirs,
        found: found.edited,
        unclear: found.unclear,
    }
}

/// Gives new ids to the notes that still have none. Among equal notes the source order decides
/// who is first. Neither what is taken nor what is known is given.
fn fill_new(
    claims: &[&Claim],
    ids: &mut [Option<Arc<str>>],
    taken: &mut HashSet<Arc<str>>,
    is_known: impl Fn(&str) -> bool + Sync,
) {
    let first: Vec<Option<Arc<str>>> = claims
        .par_iter()
        .zip(&*ids)
        .map(|(claim, id)| id.is_none().then(|| claim.new_id(0)))
        .collect();
    let count = u32::try_from(first.len()).unwrap_or(u32::MAX);
    let new = |at: u32| first.get(at as usize).and_then(Option::as_ref);
    let is_free = |id: &Arc<str>| !is_known(id) && !taken.contains(id);
    // As good as always each is free.
    if first.par_iter().flatten().all(is_free)
        && repeats(count, new).iter().all(|it| new(it.0).is_none())
    {
        for (id, first) in ids.iter_mut().zip(first) {
            *id = id.take().or(first);
        }
        return;
    }
    // Notes that are equal to one before them are few; each is counted on from its first one.
    let mut occurrences: HashMap<Arc<str>, u32> = HashMap::new();
    for ((claim, id), first) in claims.iter().zip(ids).zip(first) {
        let Some(first) = first else { continue };
        if !is_known(&first) && taken.insert(first.clone()) {
            *id = Some(first);
            continue;
        }
        let occurrence = occurrences.entry(first).or_default();
        loop {
            *occurrence += 1;
            let next = claim.new_id(*occurrence);
            if !is_known(&next) && taken.insert(next.clone()) {
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
    /// called otherwise now may have had the very id. Put together when there is one.
    taken: OnceLock<HashSet<&'a str>>,
}

impl Guids<'_> {
    fn of(&self, claim: &Claim, id: &str, record: Option<RecordIndex>) -> Guid {
        let given = claim.guid();
        if let Some(guid) = given.and_then(|guid| Guid::new(guid.value.clone())) {
            return guid;
        }
        if self.mode == IdMode::Natural {
            // Without a lock the old id itself makes the guid, as long as the note says it.
            let was = claim.was().map(|it| it.value.as_str());
            return Guid::derive(self.uid, was.unwrap_or(id));
        }
        let known = record.and_then(|it| self.lock.record(it));
        if let Some(guid) = known.and_then(|record| Guid::new(record.guid.clone())) {
            return guid;
        }
        let in_lock = || {
            self.lock
                .records()
                .map(|(_, it)| it.guid.as_str())
                .collect()
        };
        let taken = self.taken.get_or_init(in_lock);
        let mut guid = Guid::derive(self.uid, id);
        let mut number = 1;
        while taken.contains(guid.as_str()) {
            number += 1;
            // The separator cannot be part of an id.
            guid = Guid::derive(self.uid, &format!("{id}~{number}"));
        }
        guid
    }
}

fn check_guid(claim: &Claim, sink: &mut Diagnostics) {
    if let Some(guid) = claim.guid()
        && Guid::new(guid.value.clone()).is_none()
    {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{}` cannot be a guid", guid.value))
                .at(guid.span, "empty, or with a control character"),
        );
    }
}

fn tell_duplicates(claims: &[&Claim], identities: &[Identity], sink: &mut Diagnostics) {
    let count = u32::try_from(identities.len()).unwrap_or(u32::MAX);
    let place = |claim: &Claim| claim.id().map_or(claim.span, |id| id.span);
    let by_id = repeats(count, |at| &identities[at as usize].id);
    for (first, second) in &by_id {
        let (first, second) = (claims[*first as usize], claims[*second as usize]);
        // The id of an adopted note comes from its guid.
        if second.guid().is_some() && second.id().is_none() {
            continue;
        }
        let title = match second.id() {
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
        let by_guid = other.guid().is_some() && other.id().is_none();
        if !by_guid && by_id.binary_search_by_key(&second, |(_, it)| *it).is_ok() {
            continue;
        }
        let place = |claim: &Claim| claim.guid().map_or(place(claim), |it| it.span);
        let title = format!("guid `{}` is used twice", identities[second as usize].guid);
        sink.push(
            Diagnostic::new(Code::DuplicateGuid, title)
                .at(place(other), "second use")
                .also(place(one), "first use")
                .help("give one of the notes another guid, or none"),
        );
    }
}
