//! What a build keeps for the next one of the same project, so that it need not be done again.
//!
//! A build is a function: of what its files answer it (`witness`), of its options, of the program
//! and, where notes changed, of the time. One that was written leaves a `record` of the answers, of
//! what it told and of the packages. Where everything is as it was, [`unchanged`] tells the same
//! again without a build.
//!
//! Where something changed, `shelf` has what the files without changes came to.
//!
//! - Texts are read and hashed each time, folders listed. Of media the stamp is enough, if it was
//!   certain when the record was written: see [`Stamp::is_certain`](crate::files::Stamp::is_certain).
//!   No other clock is asked than that of the file system itself.
//! - A record is an entry of the [`Cache`], so it is whole or none. Its key holds for the program,
//!   by a hash of its sources, and for the options.
//! - The lock is read by a build and written by it. A record says the lock that was written, and is
//!   left only where a build that begins with that one tells the same: what is told of the way from
//!   one lock to the next, such as notes that are gone, is told once.

mod bytes;
mod findings;
mod notes;
mod record;
mod shelf;
mod witness;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::lock_file::WrittenLock;
use super::{BuildOptions, Built, Project, Report, Scope, history};
use crate::diag::Code;
use crate::files::{Cache, Files, Stamp};
use crate::observe::Stage;
use record::{Output, Record};
pub(super) use shelf::Shelf;
pub(super) use witness::Witness;
use witness::{Question, Witnessed};

/// The sources of this program and of what it is made with.
const PROGRAM: &str = env!("DECKLE_FINGERPRINT");

/// What the entries of records are called in the cache.
const KIND: &str = "build";

/// A build that there is no need for: an earlier one left the same packages from the same files.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unchanged {
    /// What was found, as a build would find it.
    pub report: Report,
    /// The packages, none of them changed.
    pub built: Vec<Built>,
}

/// What is written down during a build.
#[derive(Debug)]
pub(super) struct Memo {
    project: Project,
    cache: Cache,
    key: [u8; 32],
    pub(super) witness: Arc<Witness>,
}

impl Memo {
    /// Begins to write down, where a build of this project with these options can be known again.
    pub(super) fn begin(project: &Project, options: &BuildOptions) -> Option<Self> {
        let key = key(project, options)?;
        let cache = Cache::of(&project.root);
        let began = cache.just_now();
        Some(Self {
            project: project.clone(),
            cache,
            key,
            witness: Arc::new(Witness::new(began)),
        })
    }

    /// The files, with what is asked of them written down.
    pub(super) fn watch(
        &self,
        below: Arc<dyn Files + Send + Sync>,
    ) -> Arc<dyn Files + Send + Sync> {
        Arc::new(Witnessed {
            below,
            witness: Arc::clone(&self.witness),
        })
    }

    /// Keeps what came of the build: locks and packages that were written, these with the hashes of
    /// their bytes. Where it cannot be known again, nothing is kept.
    pub(super) fn keep(
        self,
        report: Report,
        locks: &[WrittenLock],
        packages: Vec<(Built, [u8; 32])>,
    ) {
        if !is_told_again(&report, locks) {
            return;
        }
        let project = &self.project;
        let inside = |path: &Path| slashed(path.strip_prefix(&project.root).ok()?);
        let outputs = packages.iter().filter_map(|(it, _)| inside(&it.path));
        let mut written: BTreeSet<String> = outputs.collect();
        let mut texts = Vec::new();
        for lock in locks {
            let Some(path) = inside(&lock.path) else {
                return;
            };
            written.insert(path.clone());
            texts.push((path, lock.hash));
        }
        let Some(mut answers) = self.witness.answers(&*project.files, &written) else {
            return;
        };
        for (path, digest) in texts {
            answers.remove(&Question::Size(path.clone()));
            let stamp = None;
            answers.insert(Question::Text(path), witness::Answer { digest, stamp });
        }
        let output = |(built, digest)| Output {
            built,
            content: witness::Answer {
                digest,
                stamp: None,
            },
        };
        let record = Record {
            answers,
            outputs: packages.into_iter().map(output).collect(),
            newest: locks.iter().filter_map(|it| it.newest).max(),
            report,
        };
        if let Some(bytes) = record.to_bytes() {
            self.cache.put(KIND, &self.key, &bytes);
        }
    }
}

/// What a build would tell that has nothing to do. `None` where it is not certain that there is
/// nothing.
pub(super) fn unchanged(
    project: &Project,
    options: &BuildOptions,
    packages: bool,
) -> Option<Unchanged> {
    let key = key(project, options)?;
    let cache = Cache::of(&project.root);
    let bytes = cache.get(KIND, &key)?;
    let _reading = options.observed.stage(Stage::Read);
    let mut record = Record::from_bytes(&bytes)?;
    if history::clock_behind(record.newest, "", options.time).is_some() {
        return None;
    }
    let just_now: Option<Stamp> = cache.just_now();
    let learned = record.still_holds(&*project.files, just_now.as_ref(), packages)?;
    if learned && let Some(bytes) = record.to_bytes() {
        cache.put(KIND, &key, &bytes);
    }
    Some(Unchanged {
        built: record.outputs.into_iter().map(|it| it.built).collect(),
        report: record.report,
    })
}

/// The key of a record: all that a build depends on beside its files and the time. `None` where it
/// depends on more, or nothing is to be kept.
fn key(project: &Project, options: &BuildOptions) -> Option<[u8; 32]> {
    // All of them by name, so that a new one is thought of.
    let BuildOptions {
        time: _,
        output,
        baseline,
        allow_schema_change,
        lock_mode,
        restamp,
        touch,
        format,
        only,
        force,
        levels,
        text,
        cache,
        targets,
        tex,
        changes: _,
        observed: _,
        places: _,
        witness: _,
        past: _,
    } = options;
    let is_whole = project.is_whole() && matches!(project.scope, Scope::Manifest { .. });
    let sends_out = *restamp || !touch.is_empty();
    if !cache || !is_whole || sends_out || *text || baseline.is_some() {
        return None;
    }
    let place = (project.root.to_str()?, &project.variant);
    let shape = (output, allow_schema_change, lock_mode, format, only, force);
    let told = (levels, targets, tex);
    let all = format!("{PROGRAM} {place:?} {shape:?} {told:?}");
    Some(*blake3::hash(all.as_bytes()).as_bytes())
}

/// Whether a build that begins with the locks that this one wrote tells the same.
fn is_told_again(report: &Report, locks: &[WrittenLock]) -> bool {
    let of = |code: fn(Code) -> bool| report.diagnostics.iter().any(|it| code(it.code));
    if locks.is_empty() || of(|it| it == Code::ClockBehind) {
        return false;
    }
    if locks.iter().all(|it| !it.is_changed) {
        return true;
    }
    // Several may lie in one another's way.
    matches!(locks, [lock] if lock.stays) && report.matches.is_empty() && !of(tells_of_changes)
}

/// Whether a finding may be about what is another in this build than in the last one.
fn tells_of_changes(code: Code) -> bool {
    matches!(
        code,
        Code::AmbiguousNote
            | Code::AssetStale
            | Code::KeyFieldEdited
            | Code::LatexChanged
            | Code::LockMissing
            | Code::LockSyntax
            | Code::LockVersion
            | Code::MatrixLock
            | Code::MatrixLockLeft
            | Code::NoteRetyped
            | Code::RemovedNote
            | Code::RenderedAnew
            | Code::SchemaAndEdits
            | Code::SchemaChange
            | Code::WasTaken
            | Code::WasUnknown
    )
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|it| it.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}
