//! A project with a matrix: each note of the phone belongs to one of its variants, which are merged one
//! after the other, each with what the ones before it have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::phone::{Phone, PhoneNote};
use super::plan::{Planned, plan};
use super::siblings::Siblings;
use super::{PullOptions, PullOutcome, Pulled, PulledFile, PulledLock};
use crate::Error;
use crate::diag::{Diagnostics, Sources};
use crate::identity::Lock;
use crate::project::overlay::with_shared;
use crate::project::{Project, load, variants};

/// Merges packages into the variants that their notes belong to, or into the one that is named.
pub(super) fn pull(
    project: &Project,
    keys: &[String],
    only: Option<&str>,
    paths: &[PathBuf],
    options: &PullOptions,
) -> Result<Pulled, Error> {
    let mut phone = Phone::read(paths, options.limits)?;
    let notes = std::mem::take(&mut phone.notes);
    let Owned {
        mut of_variants,
        mut unknown,
    } = owned(project, keys, notes)?;
    let wanted = |key: &str| only.is_none_or(|it| it == key);
    let mut chosen: Vec<&String> = keys
        .iter()
        .filter(|it| wanted(it) && of_variants.contains_key(*it))
        .collect();
    // Something has to be told of packages in which nothing is known.
    if chosen.is_empty() {
        chosen.extend(keys.iter().find(|it| wanted(it)));
    }
    let mut all = Pulled::of(project);
    let mut texts: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    let mut marked = BTreeSet::new();
    for (number, key) in chosen.into_iter().enumerate() {
        phone.notes = of_variants.remove(key).unwrap_or_default();
        phone.notes.append(&mut unknown.clone());
        let variant =
            |key: &String| with_shared(&variants::as_variant(project, key), texts.clone());
        let siblings = Siblings {
            variants: keys.iter().filter(|it| *it != key).map(variant).collect(),
            marked: std::mem::take(&mut marked),
        };
        let planned = plan(&variant(key), &mut phone, &siblings, options)?;
        let Planned { pulled, texts: new } = planned;
        if pulled.report.diagnostics.has_errors() {
            return Ok(pulled);
        }
        texts.extend(new);
        marked = siblings.marked;
        marked.extend(pulled.marked_files().map(str::to_owned));
        for note in &pulled.notes {
            unknown.remove(&note.guid);
        }
        if number == 0 {
            all.base = pulled.base.clone();
        }
        add(&mut all, pulled);
    }
    let others = of_variants.into_values().map(|it| it.len());
    all.others = unknown.len() + others.sum::<usize>();
    Ok(all)
}

/// Puts what comes of a variant behind that of others, which it goes on from.
fn add(all: &mut Pulled, of_variant: Pulled) {
    let Pulled {
        report,
        notes,
        unchanged,
        files,
        media,
        locks,
        states,
        ..
    } = of_variant;
    all.report = report;
    all.notes.extend(notes);
    all.notes.sort_by(|one, other| {
        let key = |it: &super::PulledNote| (it.outcome, it.path.clone(), it.line, it.guid.clone());
        key(one).cmp(&key(other))
    });
    all.unchanged += unchanged;
    all.states.extend(states);
    for it in media {
        if !all.media.iter().any(|known| known.path == it.path) {
            all.media.push(it);
        }
    }
    for file in files {
        match all.files.iter_mut().find(|it| it.path == file.path) {
            Some(known) => known.after = file.after,
            None => all.files.push(file),
        }
    }
    let path = |it: &PulledFile| it.path.clone();
    all.files.sort_by_key(path);
    for lock in locks {
        add_lock(&mut all.locks, lock);
    }
}

/// Adds a lock, or what becomes of one that is there.
pub(super) fn add_lock(locks: &mut Vec<PulledLock>, lock: PulledLock) {
    match locks.iter_mut().find(|it| it.name == lock.name) {
        Some(known) => known.after = lock.after,
        None => locks.push(lock),
    }
}

/// The notes of the phone by the variants that they belong to.
struct Owned {
    of_variants: BTreeMap<String, BTreeMap<String, PhoneNote>>,
    /// Those that no lock knows.
    unknown: BTreeMap<String, PhoneNote>,
}

fn owned(
    project: &Project,
    keys: &[String],
    notes: BTreeMap<String, PhoneNote>,
) -> Result<Owned, Error> {
    let locks: Vec<BTreeMap<String, i64>> = keys
        .iter()
        .map(|key| known(project, key))
        .collect::<Result<_, _>>()?;
    // Editions have the same notes, and a learner has one of them: the one whose times are there.
    let exact = |lock: &BTreeMap<String, i64>| {
        let has = |note: &&PhoneNote| lock.get(&note.guid) == Some(&note.modified);
        notes.values().filter(has).count()
    };
    let mut ranked: Vec<(usize, &String, &BTreeMap<String, i64>)> = keys
        .iter()
        .zip(&locks)
        .map(|(key, lock)| (exact(lock), key, lock))
        .collect();
    ranked.sort_by_key(|it| std::cmp::Reverse(it.0));
    let mut owned = Owned {
        of_variants: BTreeMap::new(),
        unknown: BTreeMap::new(),
    };
    for (guid, note) in notes {
        let owner = ranked.iter().find(|it| it.2.contains_key(&guid));
        let notes = match owner {
            Some((_, key, _)) => owned.of_variants.entry((*key).clone()).or_default(),
            None => &mut owned.unknown,
        };
        notes.insert(guid, note);
    }
    Ok(owned)
}

/// The notes that the lock of a variant knows, with their times.
fn known(project: &Project, key: &str) -> Result<BTreeMap<String, i64>, Error> {
    let name = variants::lock_name(key);
    if project.files.size(&name)?.is_none() {
        return Ok(BTreeMap::new());
    }
    // What is wrong with it is told when the variant is read.
    let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
    let Some(file) = load::read_text(project, &name, &mut sources, &mut sink)? else {
        return Ok(BTreeMap::new());
    };
    let lock = Lock::parse(file, &name, sources.text(file), &mut sink).unwrap_or_default();
    let all = lock.notes.values().chain(lock.removed.values());
    Ok(all.map(|it| (it.guid.clone(), it.modified)).collect())
}

impl Pulled {
    /// The files that have marks.
    fn marked_files(&self) -> impl Iterator<Item = &str> {
        let open = self
            .notes
            .iter()
            .filter(|it| it.outcome == PullOutcome::Conflict);
        open.filter_map(|it| it.path.as_deref())
    }
}
