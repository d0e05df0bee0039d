//! Step one: each note gets its id and guid, before anything is rendered.
//!
//! The first that applies: an explicit guid, an explicit id, the note type's key fields, the
//! lock, a new id. Neither deck, path, tags nor position go into a guid, so none of them changes
//! one.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::hash::{BASE32_DIGITS, Hasher, folded, is_base32};
use super::lock::{Lock, NoteRecord};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources};
use crate::model::Guid;
use crate::model::written::{IdMode, WrittenNote};

/// Who a note is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The id, unique in the project.
    pub id: String,
    /// The guid, unique in the world.
    pub guid: Guid,
    /// The hash of its first field, by which the lock knows it again; empty where none is kept.
    pub fingerprint: String,
}

/// What ids that are made of key fields begin with.
const KEY_FIELDS: &str = "k-";

/// Whether the id looks like one that is made of a note's key fields.
#[must_use]
pub fn is_from_key_fields(id: &str) -> bool {
    id.strip_prefix(KEY_FIELDS)
        .is_some_and(|rest| rest.len() == BASE32_DIGITS && rest.bytes().all(is_base32))
}

/// Gives each note its identity, in the order of `notes`. Two notes with one id or guid, ids that
/// are missing and guids that cannot be one are told.
#[must_use]
pub fn assign(
    notes: &[WrittenNote],
    lock: &Lock,
    uid: &str,
    mode: IdMode,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Vec<Identity> {
    let mut ids: Vec<Option<String>> = notes.par_iter().map(given_id).collect();
    notes.iter().for_each(|note| check_guid(note, sink));
    // Without a lock there is nobody to compare fingerprints with.
    let fingerprints: Vec<String> = if mode == IdMode::Natural {
        vec![String::new(); notes.len()]
    } else {
        notes.par_iter().map(fingerprint).collect()
    };
    let mut taken: HashSet<String> = ids.iter().flatten().cloned().collect();
    if mode == IdMode::Lock {
        Matcher::new(lock, &taken).fill(notes, &fingerprints, &mut ids, sources);
    }
    if mode != IdMode::Natural {
        taken.extend(lock.notes.keys().chain(lock.removed.keys()).cloned());
    }
    if mode == IdMode::Inline {
        for (note, _) in notes.iter().zip(&ids).filter(|(_, id)| id.is_none()) {
            sink.push(
                Diagnostic::new(Code::IdRequired, "the note has no id")
                    .at(note.span, "this note")
                    .note("the project says `ids: inline`, where each note names its own id")
                    .help("give it one, such as `id: ` and a word that no other note has"),
            );
        }
    }
    fill_new(notes, &mut ids, &mut taken);
    let identities: Vec<Identity> = notes
        .par_iter()
        .zip(ids)
        .zip(fingerprints)
        .map(|((note, id), fingerprint)| {
            let id = id.unwrap_or_default();
            let guid = guid(note, &id, lock, uid, mode);
            Identity {
                id,
                guid,
                fingerprint,
            }
        })
        .collect();
    tell_duplicates(notes, &identities, sink);
    identities
}

/// Gives new ids to the notes that still have none. Among equal notes the source order decides
/// who is first.
fn fill_new(notes: &[WrittenNote], ids: &mut [Option<String>], taken: &mut HashSet<String>) {
    let first: Vec<Option<String>> = notes
        .par_iter()
        .zip(&*ids)
        .map(|(note, id)| id.is_none().then(|| new_id(note, 0)))
        .collect();
    // Notes that are equal to one before them are few; each is counted on from its first one.
    let mut occurrences: HashMap<String, u32> = HashMap::new();
    for ((note, id), first) in notes.iter().zip(ids).zip(first) {
        let Some(first) = first else { continue };
        if taken.insert(first.clone()) {
            *id = Some(first);
            continue;
        }
        let occurrence = occurrences.entry(first).or_default();
        loop {
            *occurrence += 1;
            let next = new_id(note, *occurrence);
            if taken.insert(next.clone()) {
                *id = Some(next);
                break;
            }
        }
    }
}

fn guid(note: &WrittenNote, id: &str, lock: &Lock, uid: &str, mode: IdMode) -> Guid {
    let given = note
        .guid
        .as_ref()
        .and_then(|guid| Guid::new(guid.value.clone()));
    let record = || lock.notes.get(id).or_else(|| lock.removed.get(id));
    let known = || (mode != IdMode::Natural).then(record).flatten();
    given
        .or_else(|| known().and_then(|record| Guid::new(record.guid.clone())))
        .unwrap_or_else(|| Guid::derive(uid, id))
}

fn check_guid(note: &WrittenNote, sink: &mut Diagnostics) {
    if let Some(guid) = &note.guid
        && Guid::new(guid.value.clone()).is_none()
    {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{}` cannot be a guid", guid.value))
                .at(guid.span, "empty, or with a control character"),
        );
    }
}

/// The id that the note itself says: by its guid, its id or its key fields.
fn given_id(note: &WrittenNote) -> Option<String> {
    if let Some(guid) = &note.guid {
        if let Some(id) = &note.id {
            return Some(id.value.clone());
        }
        let mut hasher = Hasher::default();
        hasher.text(&guid.value);
        return Some(format!("g-{}", hasher.base32()));
    }
    if let Some(id) = &note.id {
        return Some(id.value.clone());
    }
    let key_fields = &note.note_type.key_fields;
    if key_fields.is_empty() {
        return None;
    }
    let mut hasher = Hasher::default();
    hasher.text(&note.note_type.key);
    for &index in key_fields {
        hasher.text(&field_text(note, index));
    }
    Some(format!("{KEY_FIELDS}{}", hasher.base32()))
}

fn new_id(note: &WrittenNote, occurrence: u32) -> String {
    let mut hasher = Hasher::default();
    hasher
        .text(&note.note_type.key)
        .text(&field_text(note, 0))
        .number(i64::from(occurrence));
    format!("n-{}", hasher.base32())
}

fn fingerprint(note: &WrittenNote) -> String {
    let mut hasher = Hasher::default();
    hasher.text(&field_text(note, 0));
    hasher.hex()
}

/// The source of a field, with the differences folded that are none to its author.
fn field_text(note: &WrittenNote, index: usize) -> String {
    let mut whole = String::new();
    if let Some(content) = note.fields.get(index).and_then(Option::as_ref) {
        content.texts(&mut |_, text| {
            if !whole.is_empty() {
                whole.push(' ');
            }
            whole.push_str(text);
        });
    }
    folded(&whole)
}

/// Finds the records of notes that say no id themselves: first in the same file, then anywhere
/// (the note was moved), then among the removed ones (its deletion was undone).
struct Matcher<'a> {
    /// Records nobody has claimed, by note type and fingerprint, in the order of their note ids,
    /// which is the order the notes were first written in.
    open: BTreeMap<(&'a str, &'a str), Vec<(&'a str, &'a NoteRecord)>>,
    removed: BTreeMap<(&'a str, &'a str), Vec<(&'a str, &'a NoteRecord)>>,
}

impl<'a> Matcher<'a> {
    fn new(lock: &'a Lock, given: &HashSet<String>) -> Self {
        let index = |notes: &'a BTreeMap<String, NoteRecord>| {
            let mut open: BTreeMap<_, Vec<(&str, &NoteRecord)>> = BTreeMap::new();
            for (id, record) in notes.iter().filter(|(id, _)| !given.contains(*id)) {
                let key = (record.note_type.as_str(), record.fingerprint.as_str());
                open.entry(key).or_default().push((id, record));
            }
            for records in open.values_mut() {
                records.sort_by_key(|(_, record)| record.note_id);
            }
            open
        };
        Self {
            open: index(&lock.notes),
            removed: index(&lock.removed),
        }
    }

    fn fill(
        mut self,
        notes: &'a [WrittenNote],
        fingerprints: &'a [String],
        ids: &mut [Option<String>],
        sources: &Sources,
    ) {
        for step in [Step::SameFile, Step::Anywhere, Step::Removed] {
            for ((note, fingerprint), id) in notes.iter().zip(fingerprints).zip(ids.iter_mut()) {
                if id.is_none() {
                    let key = (note.note_type.key.as_str(), fingerprint.as_str());
                    *id = self.take(step, &key, sources.path(note.span.file));
                }
            }
        }
    }

    fn take(&mut self, step: Step, key: &(&'a str, &'a str), path: &str) -> Option<String> {
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

fn tell_duplicates(notes: &[WrittenNote], identities: &[Identity], sink: &mut Diagnostics) {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut guids: HashMap<&str, usize> = HashMap::new();
    for (index, identity) in identities.iter().enumerate() {
        let place = |at: usize| {
            let note = &notes[at];
            note.id.as_ref().map_or(note.span, |id| id.span)
        };
        let (first_id, first_guid) = (
            ids.insert(&identity.id, index),
            guids.insert(identity.guid.as_str(), index),
        );
        // The id of an adopted note comes from its guid.
        let by_guid = notes[index].guid.is_some() && notes[index].id.is_none();
        if let Some(first) = first_id.filter(|_| !by_guid) {
            let by_key = notes[index].id.is_none();
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
            let guid_place = |at: usize| notes[at].guid.as_ref().map_or(place(at), |it| it.span);
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
