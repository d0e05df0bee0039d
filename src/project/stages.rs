//! A project with those that it includes, and what its notes are known by.

use super::parts::Parts;
use super::render::Made;
use super::variants::Claims;
use super::{BuildOptions, Project, Report, clozes, includes, load, single};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Levels, Sources, Span};
use crate::identity::{self, Assigned, Claim, Lock};
use crate::model::written::IdMode;
use crate::observe::Stage;
use crate::source::manifest::Manifest;
use crate::source::outputs::Outputs;

/// Where a project stands below the one that is built.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nesting {
    /// How many projects are above it.
    pub(super) depth: usize,
    /// Whether its notes are divided among several packages.
    pub(super) divided: bool,
}

/// The project with those that it includes. `None`
/// where there is no use in going on.
pub(super) fn whole(
    project: &Project,
    options: &BuildOptions,
    levels: &mut Levels,
    mut nesting: Nesting,
    report: &mut Report,
) -> Result<Option<Parts>, Error> {
    let reading = options.observed.stage(Stage::Read);
    let manifest = load::manifest_to_check(project, &mut report.sources, &mut report.diagnostics)?;
    drop(reading);
    let Some(manifest) = manifest else {
        return Ok(None);
    };
    levels.join(&manifest.levels);
    if nesting.depth == 0 {
        nesting.divided = project.is_whole() && manifest.outputs.are_several();
        if nesting.divided && manifest.ids == IdMode::Natural {
            report.diagnostics.push(no_lock(&manifest.outputs));
        }
    }
    let options = &BuildOptions {
        past: match nesting.depth {
            0 => options.past.looked_for(project, &manifest, options),
            _ => options.past.clone(),
        },
        ..options.clone()
    };
    let told = report.diagnostics.len();
    let found = &mut report.diagnostics;
    let guests = includes::build(project, &manifest, options, nesting, found)?;
    let mut own = single::parts(project, &manifest, options, nesting.divided, report)?;
    tell_withheld(&manifest, told, &mut report.diagnostics);
    if let (Some(own), Some(_)) = (&mut own, &project.variant) {
        own.claims = Claims::of(&manifest.uid, &own.decks);
    }
    Ok(includes::merge(own, guests, report))
}

/// Gives the notes their guids, and where a lock is kept their ids in it and the numbers that their
/// clozes and masks had. Returns which of them take over the record of an old id, and which were
/// found again though they were edited.
pub(super) fn identify(
    made: &mut Made,
    lock: Option<&Lock>,
    manifest: &Manifest,
    whole: bool,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Assigned {
    let claims: Vec<&Claim> = made.facts().map(|it| &it.claim).collect();
    let (uid, ids) = (&manifest.uid, manifest.ids);
    let none = Lock::default();
    let known = lock.unwrap_or(&none);
    let mut assigned = identity::assign(&claims, known, uid, ids, whole, sources, sink);
    let identities = std::mem::take(&mut assigned.identities);
    for ((note, facts), identity) in made.iter_mut().zip(identities) {
        note.guid = Some(identity.guid);
        if let Some(lock) = lock {
            facts.id = Some(identity.id);
            facts.record = identity.record;
            clozes::renumber(note, facts, lock);
        }
    }
    assigned
}

/// Takes out what may only follow from errors in the manifest, of which so many findings tell, or in
/// the lock; the last one of the manifest says how much that was.
fn tell_withheld(manifest: &Manifest, told: usize, sink: &mut Diagnostics) {
    let mut rest = sink.split_off(told);
    if rest.iter().any(|it| it.code == Code::LockSyntax) {
        // What it knows cannot be read either.
        rest.retain(|it| it.code != Code::WasUnknown);
    }
    let withheld = match manifest.broken.withhold(&mut rest) {
        0 => None,
        1 => Some("1 finding".to_owned()),
        count => Some(format!("{count} findings")),
    };
    if let (Some(withheld), Some(last)) = (withheld, sink.last_error()) {
        last.notes.push(format!(
            "{withheld} in the notes may follow from what is wrong in the project file, and are told if they are still there when it is mended"
        ));
    }
    sink.append(rest);
}

fn no_lock(outputs: &Outputs) -> Diagnostic {
    let title = "several packages need a lock, and the project says `ids: natural`";
    Diagnostic::new(Code::BadValue, title)
        .at(outputs.span.unwrap_or(Span::NONE), "several packages")
        .note("a note that is in two packages has one id and one time in both, which deckle.lock remembers")
        .help("take `ids: natural` out of deckle.yaml, or make one package")
}
