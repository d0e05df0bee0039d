//! `deckle build` and `deckle check`

use std::path::{Path, PathBuf};

use deckle::Error;
use deckle::diag::{Code, Diagnostic, Severity};
use deckle::files::locate;
use deckle::model::{Client, Targets};
use deckle::project::fix::FixPlan;
use deckle::project::{BuildOptions, Built, LockChange, LockMode, Project, Report};

use super::Outcome;
use super::args::{BuildArgs, CheckArgs, Format, PackageArgs, SourceArgs, TargetArg};
use super::each;
use super::git;
use super::levels;
use super::observers::{self, Observers};
use super::printer::Printer;
use super::words::{plural, size};

pub(super) fn build(args: &BuildArgs, printer: &Printer) -> Result<Outcome, Error> {
    observers::use_threads(args.sources.jobs)?;
    if args.each {
        let one = |project: &Project| build_one(project, args, printer);
        return each::run(&args.sources.paths, printer, one);
    }
    build_one(&open(&args.sources)?, args, printer)
}

fn build_one(project: &Project, args: &BuildArgs, printer: &Printer) -> Result<Outcome, Error> {
    let observers = Observers::new(&args.sources, printer);
    let outcome = build_observed(project, args, &observers, printer);
    observers.tell(printer);
    outcome
}

fn build_observed(
    project: &Project,
    args: &BuildArgs,
    observers: &Observers,
    printer: &Printer,
) -> Result<Outcome, Error> {
    let started = now();
    let options = observers.join(options(&args.sources)?);
    let mut options = package_options(&args.package, options);
    if let Some(baseline) = &args.baseline {
        options = options.baseline(baseline);
    }
    options = options.restamp(args.restamp);
    for selection in &args.touch {
        options = options.touch(selection);
    }
    let root = project.root();
    let written = if let Some(done) = project.unchanged(&options) {
        if let Some(outcome) = report(&done.report, &args.sources, root, printer) {
            return Ok(outcome);
        }
        done.built
    } else {
        let build = project.build(&options)?;
        if let Some(outcome) = report(build.report(), &args.sources, root, printer) {
            return Ok(outcome);
        }
        build.write()?
    };
    let took = started.elapsed();
    let several = written.len() > 1;
    for it in &written {
        tell(it, (!several).then_some(took), printer);
    }
    if several {
        printer.summary(&format!(
            "{} in {:.2} s",
            plural(written.len(), "package"),
            took.as_secs_f64()
        ));
    }
    Ok(Outcome::Done)
}

/// The options with what was said of packages.
pub(super) fn package_options(args: &PackageArgs, mut options: BuildOptions) -> BuildOptions {
    match args.format {
        Some(Format::Legacy) => options = options.format(deckle::Format::Legacy),
        Some(Format::Latest) => options = options.format(deckle::Format::Latest),
        Some(Format::Text) => options = options.text(true),
        None => {}
    }
    if let Some(output) = &args.output {
        options = options.output(output);
    }
    for name in &args.only {
        options = options.only(name);
    }
    options.force(args.force)
}

/// Tells of a package that was written, or stood there as it would be.
pub(super) fn tell(written: &Built, took: Option<std::time::Duration>, printer: &Printer) {
    let verb = if written.changed {
        "Built"
    } else {
        "Unchanged"
    };
    let took = took.map_or_else(String::new, |it| format!(" in {:.2} s", it.as_secs_f64()));
    let path = shown(&written.path);
    printer.package(written, &path);
    printer.summary(&format!(
        "{verb} {}: {}, {}, {}, {}{took}",
        path.display(),
        plural(written.notes, "note"),
        plural(written.cards, "card"),
        plural(written.media, "media file"),
        size(written.bytes),
    ));
}

pub(super) fn check(args: &CheckArgs, printer: &Printer) -> Result<Outcome, Error> {
    observers::use_threads(args.sources.jobs)?;
    if args.each {
        let one = |project: &Project| check_one(project, args, printer);
        return each::run(&args.sources.paths, printer, one);
    }
    check_one(&open(&args.sources)?, args, printer)
}

fn check_one(project: &Project, args: &CheckArgs, printer: &Printer) -> Result<Outcome, Error> {
    let observers = Observers::new(&args.sources, printer);
    let outcome = check_observed(project, args, &observers, printer);
    observers.tell(printer);
    outcome
}

fn check_observed(
    project: &Project,
    args: &CheckArgs,
    observers: &Observers,
    printer: &Printer,
) -> Result<Outcome, Error> {
    let mut options = observers.join(options(&args.sources)?);
    for name in &args.only {
        options = options.only(name);
    }
    let found = if args.fix {
        let plan = project.fix(&options)?;
        mend(plan, args, printer)?
    } else {
        project.check(&options)?
    };
    if args.list {
        super::list::print(&found, printer);
    }
    if let Some(outcome) = report(&found, &args.sources, project.root(), printer) {
        return Ok(outcome);
    }
    printer.summary(&counts(&found));
    Ok(Outcome::Done)
}

/// Writes the certain mends, and tells each of them.
fn mend(plan: FixPlan, args: &CheckArgs, printer: &Printer) -> Result<Report, Error> {
    if plan.mends() == 0 {
        printer.summary("Nothing could be mended without doubt");
        return plan.write();
    }
    if !args.allow_dirty {
        let paths: Vec<&str> = plan.files().iter().map(|it| it.path.as_str()).collect();
        let hint = "what is changed is told here";
        git::refuse_dirty(plan.root(), &paths, hint, printer)?;
    }
    let mut told = Vec::new();
    for file in plan.files() {
        for it in &file.mends {
            let (path, line, code) = (&file.path, it.line, it.code);
            told.push(format!(
                "mended  {path}:{line}  {code}  {}: {}",
                it.problem, it.change
            ));
        }
    }
    let counts = format!(
        "Mended {} in {}",
        plural(plan.mends(), "finding"),
        plural(plan.files().len(), "file")
    );
    let left = plan.write()?;
    told.iter().for_each(|line| printer.summary(line));
    printer.summary(&counts);
    Ok(left)
}

/// Prints what was found; how the run ends, if that ends it.
pub(super) fn report(
    report: &Report,
    args: &SourceArgs,
    root: &Path,
    printer: &Printer,
) -> Option<Outcome> {
    printer.diagnostics(&report.diagnostics, &report.sources, root);
    printer.matches(&report.matches);
    let changes = &report.lock_changes;
    let schema = |it: &Diagnostic| it.code == Code::SchemaChange;
    let mut errors = report
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    let guarded = args.locked || args.frozen;
    if report.diagnostics.has_errors() {
        printer.summary(&counts(report));
        // A changed schema is a change of the lock as well.
        let locked = guarded && report.diagnostics.has_errors() && errors.all(schema);
        return Some(if locked {
            Outcome::Locked
        } else {
            Outcome::Sources
        });
    }
    if changes.is_empty() {
        return None;
    }
    let option = if args.frozen { "--frozen" } else { "--locked" };
    printer.lock_changes(
        changes,
        &format!("{}, and `{option}` forbids it", would_change(changes)),
    );
    Some(Outcome::Locked)
}

/// `deckle.lock would change in 2 places`
pub(super) fn would_change(changes: &[LockChange]) -> String {
    let places = plural(changes.len(), "place");
    let first = changes.first().map_or("", |it| it.lock.as_str());
    let lock = match changes.iter().all(|it| it.lock == first) {
        true => first,
        false => "the locks",
    };
    format!("{lock} would change in {places}")
}

pub(super) fn open(args: &SourceArgs) -> Result<Project, Error> {
    if args.paths.is_empty() {
        Project::open(".")
    } else {
        Project::open_paths(&args.paths)
    }
}

pub(super) fn options(args: &SourceArgs) -> Result<BuildOptions, Error> {
    let options = BuildOptions::new(super::build_time()?);
    let mode = if args.frozen {
        LockMode::Frozen
    } else if args.locked {
        LockMode::Locked
    } else {
        LockMode::Update
    };
    let options = options
        .allow_schema_change(args.allow_schema_change)
        .lock_mode(mode)
        .cache(!args.no_cache)
        .tex(!args.no_tex);
    let options = match targets(&args.target) {
        Some(targets) => options.targets(targets),
        None => options,
    };
    levels::apply(&args.levels, options)
}

/// The devices that were named, if any were.
fn targets(named: &[TargetArg]) -> Option<Targets> {
    if named.is_empty() {
        return None;
    }
    if named.contains(&TargetArg::All) {
        return Some(Targets::all());
    }
    let clients = named.iter().filter_map(|it| match it {
        TargetArg::Desktop => Some(Client::Desktop),
        TargetArg::Ankidroid => Some(Client::AnkiDroid),
        TargetArg::Ios => Some(Client::AnkiMobile),
        TargetArg::Web => Some(Client::AnkiWeb),
        TargetArg::All => None,
    });
    Some(Targets::of(&clients.collect::<Vec<_>>()))
}

/// `12 notes, 14 cards in 3 files: 1 error, 2 warnings`
pub(super) fn counts(report: &Report) -> String {
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
pub(super) fn shown(path: &Path) -> PathBuf {
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
pub(super) fn now() -> std::time::Instant {
    std::time::Instant::now()
}
