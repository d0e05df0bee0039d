//! A build: the stages in their order, and what comes out of them.

use std::sync::Arc;

use super::lock_file::{NextLock, WrittenLock};
use super::memo::Memo;
use super::parts::{NotePlace, Parts};
use super::past::Past;
use super::stages::{Nesting, whole};
use super::target::{Built, Target};
use super::{BuildOptions, Project, Report, observed, output, variants};
use crate::diag::Severity;
use crate::files;
use crate::observe::{Observed, Stage};
use crate::package::Package;
use crate::{Error, ErrorKind};

/// What a build came to: findings, and the packages where there were no errors.
#[derive(Debug)]
#[must_use = "a build is on disk only when it is written"]
pub struct Build {
    report: Report,
    ready: Option<Ready>,
    memo: Option<Memo>,
}

/// Packages, and what is written with them.
#[derive(Debug, Default)]
pub(super) struct Ready {
    pub(super) targets: Vec<Target>,
    /// Where the notes stand, if somebody asks.
    pub(super) places: Vec<NotePlace>,
    /// The locks, if the build is one that writes them.
    pub(super) locks: Vec<NextLock>,
    pub(super) observed: Observed,
}

impl Build {
    /// What was found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was found, without the package.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// The package, the first of several; `None` where the sources have errors, or the lock would
    /// change though it must not.
    #[must_use]
    pub fn package(&self) -> Option<&Package> {
        self.packages().first().map(|it| &it.package)
    }

    /// All packages, in the order of the project file; none where [`Build::package`] is `None`.
    #[must_use]
    pub fn packages(&self) -> &[Target] {
        self.ready.as_ref().map_or(&[], |ready| &ready.targets)
    }

    /// Writes the lock, then the packages: after a crash between them the next build gives the
    /// same bytes. Returns what was written, in the order of [`Build::packages`].
    ///
    /// # Errors
    /// When the sources have errors, the lock would change though it must not, or the file at the
    /// path of a package is none that deckle wrote (see [`BuildOptions::force`]): nothing is
    /// written then. When a file cannot be written: each package then is the new one or as it was.
    pub fn write(mut self) -> Result<Vec<Built>, Error> {
        let memo = self.memo.take();
        let report = memo.is_some().then(|| self.report.clone());
        let ready = self.into_ready()?;
        for target in ready.targets.iter().filter(|it| !it.replaces) {
            output::check_replaceable(&target.path, target.text.is_some())?;
        }
        let Ready {
            targets,
            mut locks,
            observed,
            ..
        } = ready;
        let remembered = memo.is_some();
        let mut written_locks: Vec<WrittenLock> = Vec::new();
        // Beside the first package, and before it is in its place.
        let mut write_locks = || {
            let _writing = observed.stage(Stage::Write);
            for lock in locks.drain(..) {
                written_locks.push(lock.write(remembered)?);
            }
            Ok(())
        };
        let mut written: Vec<(Built, [u8; 32])> = Vec::new();
        for target in targets {
            written.push(target.write(&observed, remembered, &mut write_locks)?);
        }
        write_locks()?;
        let built = written.iter().map(|(it, _)| it.clone()).collect();
        if let (Some(memo), Some(report)) = (memo, report) {
            memo.keep(report, &written_locks, written);
        }
        Ok(built)
    }

    /// Writes the packages into a temporary folder, with the bytes that [`Build::write`] would
    /// write, and no lock.
    ///
    /// # Errors
    /// When the sources have errors, the lock would change though it must not, or a file cannot
    /// be written.
    pub fn rehearse(self) -> Result<Rehearsal, Error> {
        let folder = files::Scratch::new()?;
        let mut built = Vec::new();
        let ready = self.into_ready()?;
        for (index, mut target) in ready.targets.into_iter().enumerate() {
            let name = target.path.file_name().unwrap_or_default();
            // Packages of several folders may have one name.
            target.path = folder.path().join(index.to_string()).join(name);
            built.push(target.write(&ready.observed, false, || Ok(()))?.0);
        }
        Ok(Rehearsal {
            built,
            _folder: folder,
        })
    }

    /// Where the notes stand, if the options asked for it.
    pub(super) fn take_places(&mut self) -> Vec<NotePlace> {
        let ready = self.ready.as_mut();
        ready.map_or_else(Vec::new, |it| std::mem::take(&mut it.places))
    }

    fn into_ready(self) -> Result<Ready, Error> {
        let refused = self.report.lock_changes.len();
        let count = self.report.diagnostics.count(Severity::Error);
        self.ready.ok_or_else(|| {
            Error::new(match refused {
                0 => ErrorKind::Sources(count),
                _ => ErrorKind::LockChanges(refused),
            })
        })
    }
}

/// The packages of a build where nobody else sees them, until this is dropped.
#[derive(Debug)]
#[must_use = "the packages are gone with it"]
pub struct Rehearsal {
    built: Vec<Built>,
    _folder: files::Scratch,
}

impl Rehearsal {
    /// What would be written; the paths are those of the packages out of sight, with the names that
    /// they would have.
    #[must_use]
    pub fn built(&self) -> &[Built] {
        &self.built
    }
}

pub(super) fn build(project: &Project, options: &BuildOptions) -> Result<Build, Error> {
    if let Some(now) = options.time.to_system_time() {
        project.files.begin(now);
    }
    let memo = Memo::begin(project, options);
    let files = observed::files(&project.files, &options.observed);
    let project = &Project {
        files: memo.as_ref().map_or(files.clone(), |it| it.watch(files)),
        ..project.clone()
    };
    let options = &BuildOptions {
        witness: memo.as_ref().map(|it| Arc::clone(&it.witness)),
        past: Past::default(),
        ..options.clone()
    };
    let mut report = Report::default();
    let mut levels = options.levels.clone();
    let ready = match variants::of(project, &mut report)? {
        None => {
            let nesting = Nesting::default();
            let parts = whole(project, options, &mut levels, nesting, &mut report)?;
            ready(parts, project, options, &mut report)?
        }
        Some(matrix) => variants::build(project, &matrix, options, &mut levels, &mut report)?,
    };
    report.diagnostics.sort();
    // At the end, so that a denied warning keeps no stage from finding more.
    levels.apply(&mut report.diagnostics);
    report.sources.keep_what_is_told(&report.diagnostics);
    let ready = ready.filter(|_| !is_refused(&report));
    let ready = ready.map(|ready| Ready {
        observed: options.observed.clone(),
        ..ready
    });
    Ok(Build {
        report,
        ready,
        memo,
    })
}

fn is_refused(report: &Report) -> bool {
    report.diagnostics.has_errors() || !report.lock_changes.is_empty()
}

/// The packages of what a project came to, where nothing is wrong with it.
pub(super) fn ready(
    parts: Option<Parts>,
    project: &Project,
    options: &BuildOptions,
    report: &mut Report,
) -> Result<Option<Ready>, Error> {
    let parts = parts.filter(|_| !is_refused(report));
    let ready = parts.map(|it| it.ready(project, options, &mut report.diagnostics));
    ready.transpose()
}
