//! `deckle id add` and `deckle id strip`

use deckle::Error;
use deckle::diag::Severity;
use deckle::project::Project;
use deckle::project::ids::{IdOptions, IdPlan, IdStyle};

use super::Outcome;
use super::args::{self, IdAddArgs, IdSourceArgs, IdStripArgs};
use super::git;
use super::printer::Printer;
use super::words::plural;

pub(super) fn add(args: &IdAddArgs, printer: &Printer) -> Result<Outcome, Error> {
    let style = match args.style {
        args::IdStyle::Comment => IdStyle::Comment,
        args::IdStyle::Attribute => IdStyle::Attribute,
        args::IdStyle::Block => IdStyle::Block,
    };
    let project = open(&args.sources)?;
    let plan = project.add_ids(&IdOptions::new().style(style))?;
    let verbs = Verbs {
        sign: '+',
        done: "Wrote",
        planned: "Would write",
        nothing: "Nothing to write",
    };
    carry_out(plan, &args.sources, &verbs, printer)
}

pub(super) fn strip(args: &IdStripArgs, printer: &Printer) -> Result<Outcome, Error> {
    let project = open(&args.sources)?;
    let plan = project.strip_ids(&IdOptions::new().all(args.all))?;
    let verbs = Verbs {
        sign: '-',
        done: "Removed",
        planned: "Would remove",
        nothing: "Nothing to remove",
    };
    carry_out(plan, &args.sources, &verbs, printer)
}

/// The words that the two commands differ in.
struct Verbs {
    sign: char,
    done: &'static str,
    planned: &'static str,
    nothing: &'static str,
}

fn open(args: &IdSourceArgs) -> Result<Project, Error> {
    if args.paths.is_empty() {
        Project::open(".")
    } else {
        Project::open_paths(&args.paths)
    }
}

fn carry_out(
    plan: IdPlan,
    args: &IdSourceArgs,
    verbs: &Verbs,
    printer: &Printer,
) -> Result<Outcome, Error> {
    let report = plan.report();
    if report.diagnostics.has_errors() {
        printer.diagnostics(&report.diagnostics, &report.sources, plan.root());
        let errors = report.diagnostics.count(Severity::Error);
        let errors = plural(errors, "error");
        printer.summary(&format!("{errors}; nothing was changed"));
        return Ok(Outcome::Sources);
    }
    for left in plan.left() {
        let (path, line, reason) = (&left.path, left.line, left.reason);
        printer.summary(&format!("{path}:{line}: left as it is: {reason}"));
    }
    let changes = plan.changes();
    let counts = format!(
        "{} in {}",
        plural(changes, "id"),
        plural(plan.files().len(), "file")
    );
    let mut rest = String::new();
    if !plan.left().is_empty() {
        let left = plural(plan.left().len(), "note");
        rest = format!("; {left} left as told above");
    }
    if changes == 0 {
        printer.summary(&format!("{}{rest}", verbs.nothing));
        return Ok(Outcome::Done);
    }
    if args.dry_run {
        for file in plan.files() {
            for it in &file.changes {
                let (path, sign) = (&file.path, verbs.sign);
                printer.data(&format!("{path}:{}: {sign} {}", it.line, it.text));
            }
        }
        printer.summary(&format!("{} {counts}{rest}", verbs.planned));
        return Ok(Outcome::Done);
    }
    if !args.allow_dirty {
        let files = plan.files().iter().chain(plan.locks());
        let paths: Vec<&str> = files.map(|it| it.path.as_str()).collect();
        let hint = "`deckle id strip` takes ids out again";
        git::refuse_dirty(plan.root(), &paths, hint, printer)?;
    }
    let locks: Vec<String> = plan.locks().iter().map(|it| it.path.clone()).collect();
    plan.write()?;
    printer.summary(&format!("{} {counts}{rest}", verbs.done));
    if !locks.is_empty() {
        printer.summary(&format!(
            "The variants know their notes by these ids now; commit {}, too",
            locks.join(", ")
        ));
    }
    Ok(Outcome::Done)
}
