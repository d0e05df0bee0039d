//! What a lock holds, at a glance.

use super::{Project, load, variants};
use crate::Error;
use crate::diag::{Diagnostics, Sources};
use crate::identity::Lock;
use crate::model::written::IdMode;

/// A lock at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockState {
    /// The name of its file, in the project's folder.
    pub file: String,
    /// What it holds; `None` where there is no such file.
    pub held: Option<LockHeld>,
    /// What is wrong with it, a title each.
    pub problems: Vec<String>,
}

/// What a lock holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LockHeld {
    /// Notes of the last build.
    pub notes: usize,
    /// Notes that are gone.
    pub removed: usize,
    /// The keys of the note types of the project's own.
    pub note_types: Vec<String>,
    /// The time of the newest change in it, in seconds since 1970.
    pub newest: Option<i64>,
}

pub(super) fn states(project: &Project) -> Result<Vec<LockState>, Error> {
    let keys = variants::keys(project)?;
    if keys.is_empty() {
        return Ok(state(project)?.into_iter().collect());
    }
    let mut all = Vec::with_capacity(keys.len());
    for key in &keys {
        all.extend(state(&variants::one(project, key)?)?);
    }
    Ok(all)
}

fn state(project: &Project) -> Result<Option<LockState>, Error> {
    let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
    let manifest = load::manifest(project, &mut sources, &mut Diagnostics::new())?;
    let keeps = manifest.is_none_or(|it| it.ids != IdMode::Natural);
    if !project.has_manifest() || !keeps {
        return Ok(None);
    }
    let file = project.lock_name();
    let mut held = None;
    if project.files.size(&file)?.is_some() {
        held = Some(LockHeld::default());
        if let Some(id) = load::read_text(project, &file, &mut sources, &mut sink)?
            && let Some(lock) = Lock::parse(id, &file, sources.text(id), &mut sink)
        {
            held = Some(LockHeld {
                notes: lock.notes.len(),
                removed: lock.removed.len(),
                note_types: lock.types.keys().cloned().collect(),
                newest: lock.newest(),
            });
        }
    }
    let problems = sink.iter().map(|it| it.message.clone()).collect();
    Ok(Some(LockState {
        file,
        held,
        problems,
    }))
}
