//! One build of many.

use std::time::Duration;

use deckle::Error;
use deckle::preview::Previewed;
use deckle::project::{Built, Project, Report};

use crate::cli::args::{SourceArgs, WatchArgs};
use crate::cli::build::{now, options, package_options};
use crate::cli::observers::Observers;
use crate::cli::printer::Printer;

/// What a build came to.
pub(super) struct Rebuild {
    /// Which one it is, from 1.
    pub(super) number: usize,
    pub(super) took: Duration,
    pub(super) end: End,
}

/// How a build ended.
pub(super) enum End {
    /// With packages, which are written.
    Written(Box<Report>, Vec<Built>),
    /// With pages, which are written.
    Shown(Box<Report>, Previewed),
    /// The sources have errors, or the lock would change though it must not.
    Refused(Box<Report>),
    /// The world did not do as told.
    Failed(Error),
}

impl Rebuild {
    pub(super) fn run(
        args: &SourceArgs,
        number: usize,
        printer: &Printer,
        build: impl FnOnce(&Observers) -> Result<End, Error>,
    ) -> Self {
        let observers = Observers::new(args, printer);
        let started = now();
        let end = build(&observers).unwrap_or_else(End::Failed);
        let took = started.elapsed();
        observers.tell(printer);
        Self { number, took, end }
    }

    /// The packages, if there are any: what changed of them and what did not.
    pub(super) fn written(&self) -> &[Built] {
        match &self.end {
            End::Written(_, written) => written,
            End::Shown(..) | End::Refused(_) | End::Failed(_) => &[],
        }
    }
}

/// Builds packages and writes them.
pub(super) fn build(
    project: &Project,
    args: &WatchArgs,
    observers: &Observers,
) -> Result<End, Error> {
    let options = package_options(&args.package, options(&args.sources)?);
    let options = observers.join(options).changes(true);
    if let Some(done) = project.unchanged(&options) {
        return Ok(End::Written(Box::new(done.report), done.built));
    }
    let build = project.build(&options)?;
    let report = Box::new(build.report().clone());
    if is_refused(&report) {
        return Ok(End::Refused(report));
    }
    Ok(End::Written(report, build.write()?))
}

/// Whether nothing may be written of a build.
pub(super) fn is_refused(report: &Report) -> bool {
    report.diagnostics.has_errors() || !report.lock_changes.is_empty()
}
