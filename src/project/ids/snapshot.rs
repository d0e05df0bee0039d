//! Who the notes of a project are, and what they come to, at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::Error;
use crate::diag::{Code, Diagnostics, FileId, Sources, Span, Spanned};
use crate::identity::{self, Claim, Digest, Lock};
use crate::model::written::IdMode;
use crate::model::{Guid, Note};
use crate::project::assets;
use crate::project::load::{self, Input};
use crate::project::outset::{Outset, SettledTypes};
use crate::project::render::Facts;
use crate::project::{BuildOptions, Project, Report};
use crate::source::types::TypeSet;

/// The notes of all sources that can be read without errors.
pub(super) struct Snapshot {
    /// The files, and the findings that are no errors.
    pub(super) report: Report,
    pub(super) types: TypeSet,
    /// What the project says of ids.
    pub(super) mode: IdMode,
    pub(super) inputs: BTreeMap<FileId, Input>,
    /// In the order of the sources.
    pub(super) notes: Vec<Known>,
    /// What earlier builds say.
    pub(super) lock: Lock,
    /// The text of the lock; empty where there is none.
    pub(super) lock_text: String,
}

/// A note.
pub(super) struct Known {
    pub(super) span: Span,
    /// The id that a build gives it.
    pub(super) id: Arc<str>,
    /// The guid that a build gives it.
    pub(super) guid: Guid,
    /// Whether the lock has its id.
    pub(super) is_known: bool,
    /// The id that the sources give it.
    pub(super) written: Option<Spanned<String>>,
    /// Its sources say who it is: by an id, a guid or key fields.
    pub(super) says_itself: bool,
    /// What it comes to.
    pub(super) like: (Digest, u64),
}

impl Snapshot {
    /// The notes, or what is wrong with the sources.
    pub(super) fn take(project: &Project) -> Result<Result<Self, Report>, Error> {
        let mut report = Report::default();
        let taken = taken(project, &mut report.sources, &mut report.diagnostics)?;
        Ok(match taken {
            Some(taken) if !report.diagnostics.has_errors() => Ok(Self { report, ..taken }),
            _ => Err(report),
        })
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.report.sources
    }

    /// The notes of each file, as places in the list of all.
    pub(super) fn by_path(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, note) in self.notes.iter().enumerate() {
            let path = self.sources().path(note.span.file);
            found.entry(path).or_default().push(index);
        }
        found
    }
}

fn taken(
    project: &Project,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<Snapshot>, Error> {
    let Some(manifest) = load::manifest(project, sources, sink)? else {
        return Ok(None);
    };
    let options = BuildOptions::looking();
    let Some(outset) = Outset::read(project, &manifest, &options, sources, sink)? else {
        return Ok(None);
    };
    let lock_text = outset.lock_file.text(sources);
    let lock_text = lock_text.unwrap_or_default().to_owned();
    let lock = &outset.lock_file.lock;
    let renderer = assets::renderer(project, &manifest, lock, manifest.targets);
    let kept = outset.lock_file.kept();
    let settled = SettledTypes::new(&outset.types, &manifest, kept, &renderer, &options, sink);
    let types = settled.types;
    // The content of each note is compared, whether a lock asks for it or not.
    let loaded = load::notes(
        project,
        &manifest,
        &types,
        &renderer,
        Some(lock),
        sources,
        sink,
    )?;
    let claims: Vec<&Claim> = loaded.notes.facts().map(|it| &it.claim).collect();
    // Under `ids: inline` the lock of earlier builds still knows the notes that have no id yet.
    let mode = match manifest.ids {
        IdMode::Inline => IdMode::Lock,
        other => other,
    };
    let uid = &manifest.uid;
    let assigned = identity::assign(&claims, lock, uid, mode, true, sources, sink);
    let notes = loaded.notes.iter().zip(assigned.identities);
    let notes = notes.map(|((note, facts), identity)| Known {
        span: facts.span(),
        is_known: lock.notes.contains_key(&identity.id),
        guid: identity.guid,
        id: identity.id,
        written: facts.claim.id().cloned(),
        says_itself: facts.claim.id().is_some()
            || facts.claim.guid().is_some()
            || facts.claim.key().is_some(),
        like: (facts.content, like(note, facts)),
    });
    let notes = notes.collect();
    let inputs = loaded.inputs.into_iter().map(|it| (it.file, it));
    Ok(Some(Snapshot {
        report: Report::default(),
        mode: manifest.ids,
        inputs: inputs.collect(),
        notes,
        types,
        lock: outset.lock_file.lock,
        lock_text,
    }))
}

/// What the hash of a note's content leaves out, for comparing within this run.
fn like(note: &Note, facts: &Facts) -> u64 {
    let mut hasher = DefaultHasher::new();
    note.fields.hash(&mut hasher);
    note.position.hash(&mut hasher);
    format!("{:?} {:?} {:?}", note.tags, note.flag, note.suspended()).hash(&mut hasher);
    facts.deck.as_str().hash(&mut hasher);
    facts.headings.hash(&mut hasher);
    facts.cards.hash(&mut hasher);
    hasher.finish()
}

/// The files that have more findings of some kind than they had before.
pub(super) fn new_findings(before: &Report, now: &Report) -> BTreeSet<String> {
    let before = findings(before);
    let more = |(key, count): &(_, usize)| *count > before.get(key).copied().unwrap_or(0);
    let files = findings(now).into_iter().filter(more);
    files.map(|((path, _), _)| path).collect()
}

/// How many findings of each code each file has.
fn findings(report: &Report) -> BTreeMap<(String, Code), usize> {
    let mut findings = BTreeMap::new();
    for found in &report.diagnostics {
        let path = report.sources.path(found.span().file).to_owned();
        *findings.entry((path, found.code)).or_default() += 1;
    }
    findings
}
