//! `deckle build` and `deckle check`

use std::path::{Path, PathBuf};

use deckle::Error;
use deckle::diag::Severity;
use deckle::files::locate;
use deckle::project::{BuildOptions, Project, Report};

use super::Outcome;
use super::args::{BuildArgs, CheckArgs, Format, SourceArgs};
use super::printer::Printer;
use super::words::{plural, size};

pub(super) fn build(args: &BuildArgs, printer: &Printer) -> Result<Outcome, Error> {
    let started = now();
    let project = open(&args.sources)?;
    let mut options = options(&args.sources)?.format(match args.format {
        Format::Legacy => deckle::Format::Legacy,
        Format::Latest => deckle::Format::Latest,
    });
    options = options.force(args.force);
    if let Some(output) = &args.output {
        options = options.output(output);
    }
    if let Some(baseline) = &args.baseline {
        options = options.baseline(baseline);
    }
    let build = project.build(&options)?;
    printer.diagnostics(&build.report().diagnostics, &build.report().sources);
    if failed(build.report(), &args.sources) {
        printer.summary(&counts(build.report()));
        return Ok(Outcome::Sources);
    }
    let written = build.write()?;
    let took = started.elapsed();
    let verb = if written.changed {
        "Built"
    } else {
        "Unchanged"
    };
    printer.summary(&format!(
        "{verb} {}: {}, {}, {}, {} in {:.2} s",
        shown(&written.path).display(),
        plural(written.notes, "note"),
        plural(written.cards, "card"),
        plural(written.media, "media file"),
        size(written.bytes),
        took.as_secs_f64()
    ));
    Ok(Outcome::Done)
}

pub(super) fn check(args: &CheckArgs, printer: &Printer) -> Result<Outcome, Error> {
    let project = open(&args.sources)?;
    let report = project.check(&options(&args.sources)?)?;
    printer.diagnostics(&report.diagnostics, &report.sources);
    printer.summary(&counts(&report));
    Ok(if failed(&report, &args.sources) {
        Outcome::Sources
    } else {
        Outcome::Done
    })
}

fn open(args: &SourceArgs) -> Result<Project, Error> {
    if args.paths.is_empty() {
        Project::open(".")
    } else {
        Project::open_paths(&args.paths)
    }
}

fn options(args: &SourceArgs) -> Result<BuildOptions, Error> {
    let options = BuildOptions::new(super::build_time()?);
    Ok(options.allow_schema_change(args.allow_schema_change))
}

fn failed(report: &Report, args: &SourceArgs) -> bool {
    let denied = args.deny.is_some() && report.diagnostics.count(Severity::Warning) > 0;
    denied || report.diagnostics.has_errors()
}

/// `12 notes, 14 cards in 3 files: 1 error, 2 warnings`
fn counts(report: &Report) -> String {
    let findings = [(Severity::Error, "error"), (Severity::Warning, "warning")];
    let findings: Vec<String> = findings
        .iter()
        .map(|(severity, word)| (report.diagnostics.count(*severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count, word))
        .collect();
    let found = if findings.is_empty() {
        "nothing to mend".to_owned()
    } else {
        findings.join(", ")
    };
    let statistics = &report.statistics;
    format!(
        "{}, {} in {}: {found}",
        plural(statistics.notes, "note"),
        plural(statistics.cards, "card"),
        plural(statistics.files, "file")
    )
}

/// A path as seen from the current folder, if it lies there.
fn shown(path: &Path) -> PathBuf {
    let inside = locate(Path::new("."))
        .ok()
        .and_then(|(here, _)| path.strip_prefix(here).ok());
    inside.unwrap_or(path).to_owned()
}

/// The stopwatch of the closing line; nothing in a package comes from it.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line may look at the clock"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
