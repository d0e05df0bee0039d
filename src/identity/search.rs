//! Finds the notes that name no id in the lock, and tells where it cannot decide.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::assign::{FoundAgain, Heirs};
use super::claim::Claim;
use super::lock::{Lock, NoteRecord};
use super::matching::{self, Ambiguity, How, Item, Matching};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources};

/// What the search came to.
#[derive(Default)]
pub(super) struct Found {
    /// The notes whose first field is another now.
    pub(super) edited: Vec<FoundAgain>,
    /// The ids of old notes that more than one new note may be, or one that may be another too.
    pub(super) unclear: BTreeSet<Arc<str>>,
}

/// Gives the notes that have no id yet those that the lock knows them by. What could be either of
/// two notes is told, and gets none.
pub(super) fn fill(
    claims: &[&Claim],
    ids: &mut [Option<Arc<str>>],
    heirs: &Heirs,
    lock: &Lock,
    whole: bool,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Found {
    if ids.iter().all(Option::is_some) || lock.notes.is_empty() && lock.removed.is_empty() {
        return Found::default();
    }
    let live = in_order(lock.notes.iter());
    let mut at: HashMap<&str, usize> = HashMap::new();
    if ids.iter().any(Option::is_some) {
        at.extend(live.iter().enumerate().map(|(at, (id, _))| (*id, at)));
    }
    let known = ids.iter().enumerate().filter_map(|(new, id)| {
        let id = id.as_ref()?;
        let id = heirs.get(id).unwrap_or(id);
        Some((*at.get(&**id)?, new))
    });
    let known: Vec<(usize, usize)> = known.collect();
    let given = ids.iter().flatten().chain(heirs.values());
    let given: HashSet<&str> = given.map(|id| &**id).collect();
    let gone = lock.removed.iter();
    let gone = in_order(gone.filter(|(id, _)| !given.contains(id)));

    let new: Vec<Item<'_>> = claims.iter().map(|it| claimed(it, sources)).collect();
    let paths: HashSet<&str> = new.iter().map(|it| it.path).collect();
    let mut old: Vec<Item<'_>> = live.iter().map(|(_, it)| recorded(it)).collect();
    if !whole {
        // Notes of files that are not part of the build are not gone from there.
        for item in old.iter_mut().filter(|it| !paths.contains(it.path)) {
            item.sketch = None;
        }
    }
    let removed: Vec<Item<'_>> = gone.iter().map(|(_, it)| recorded(it)).collect();
    let Matching {
        matches,
        ambiguities,
        ..
    } = matching::find(&old, &removed, &new, &known);

    let mut found = Found::default();
    for it in matches {
        let from = if it.how == How::CameBack {
            &gone
        } else {
            &live
        };
        let (Some(slot), Some((id, _))) = (ids.get_mut(it.new), from.get(it.old)) else {
            continue;
        };
        *slot = Some((*id).into());
        if matches!(it.how, How::Edited | How::EditedAndMoved) {
            let (index, how) = (it.new, it.how);
            found.edited.push(FoundAgain { index, how });
        }
    }
    for it in &ambiguities {
        let old = it.old.iter().filter_map(|at| live.get(*at));
        found.unclear.extend(old.map(|(id, _)| Arc::from(*id)));
        if let Some(told) = unclear(it, claims, &live) {
            sink.push(told);
        }
    }
    found
}

/// Records in the order of their files: that of the last build, as far as it is known, else the
/// one they were first written in.
fn in_order<'a>(
    records: impl Iterator<Item = (&'a str, &'a NoteRecord)>,
) -> Vec<(&'a str, &'a NoteRecord)> {
    let mut files: HashMap<&str, usize> = HashMap::new();
    let mut sorted: Vec<(usize, u32, i64, &str, &NoteRecord)> = records
        .map(|(id, it)| {
            let next = files.len();
            let file = *files.entry(&it.path).or_insert(next);
            (file, it.place.unwrap_or(u32::MAX), it.note_id, id, it)
        })
        .collect();
    sorted.par_sort_unstable_by_key(|it| (it.0, it.1, it.2, it.3));
    sorted.into_iter().map(|(.., id, it)| (id, it)).collect()
}

fn recorded(record: &NoteRecord) -> Item<'_> {
    Item {
        note_type: &record.note_type,
        path: &record.path,
        fingerprint: record.fingerprint,
        sketch: record.sketch,
    }
}

fn claimed<'a>(claim: &'a Claim, sources: &'a Sources) -> Item<'a> {
    Item {
        note_type: &claim.note_type.identity,
        path: sources.path(claim.span.file),
        fingerprint: claim.fingerprint,
        sketch: claim.sketch,
    }
}

fn unclear(
    found: &Ambiguity,
    claims: &[&Claim],
    live: &[(&str, &NoteRecord)],
) -> Option<Diagnostic> {
    let old = |at: usize| found.old.get(at).and_then(|at| live.get(*at)).copied();
    let new = |at: usize| found.new.get(at).and_then(|at| claims.get(*at));
    let ((id, record), note) = (old(0)?, new(0)?);
    let stood = record.stood_in();
    let diagnostic = if let Some((other, other_record)) = old(1) {
        let also_stood = other_record.stood_in();
        let stood = if stood == also_stood {
            stood
        } else {
            format!("{stood} and {also_stood}")
        };
        let title = format!("this may be the note `{id}` or the note `{other}`, edited");
        Diagnostic::new(Code::AmbiguousNote, title)
            .at(note.span, "counts as a new note until you say so")
            .note(format!("at the last build they stood in {stood}"))
            .help(format!(
                "`id: {id}` or `id: {other}` on this note says which it is"
            ))
    } else {
        let title = format!("two notes may be the note `{id}`, edited");
        Diagnostic::new(Code::AmbiguousNote, title)
            .at(note.span, "counts as a new note until you say so")
            .also(new(1)?.span, "and so does this one")
            .note(format!("at the last build it stood in {stood}"))
            .help(format!("`id: {id}` on one of them says which it is"))
    };
    Some(
        diagnostic
            .note("a wrong guess would put the learning progress of one card on another")
            .help("`deckle id add` writes ids into the sources, so that nothing is left to guess"),
    )
}
