//! `deckle pull`

use deckle::Error;
use deckle::diag::Severity;
use deckle::project::Project;
use deckle::project::pull::{PullBase, PullOptions, PullOutcome, Pulled, PulledChange, PulledNote};
use serde_json::{Value, json};

use super::Outcome;
use super::args::PullArgs;
use super::git;
use super::printer::Printer;
use super::words::{plain, plural, size};

pub(super) fn pull(args: &PullArgs, printer: &Printer) -> Result<Outcome, Error> {
    let mut project = Project::open(&args.within.project)?;
    if let Some(key) = &args.variant {
        project = project.variant(key)?;
    }
    let pulled = project.pull(&args.packages, &options(args))?;
    let report = pulled.report();
    if report.diagnostics.has_errors() {
        printer.diagnostics(&report.diagnostics, &report.sources, pulled.root());
        let errors = plural(report.diagnostics.count(Severity::Error), "error");
        printer.summary(&format!("{errors}; nothing was changed"));
        return Ok(Outcome::Sources);
    }
    if args.json {
        printer.data(&object(&pulled, args.dry_run).to_string());
    } else {
        pulled.notes().iter().for_each(|it| list(it, printer));
    }
    let outcome = outcome(&pulled);
    let summary = summary(&pulled);
    if args.dry_run {
        printer.summary(&format!("{summary}; nothing was written"));
        return Ok(outcome);
    }
    if !args.allow_dirty {
        let changed = pulled.files().iter().filter(|it| it.before.is_some());
        let paths: Vec<&str> = changed.map(|it| it.path.as_str()).collect();
        if !paths.is_empty() {
            let hint = "`--dry-run` shows what is written";
            git::refuse_dirty(pulled.root(), &paths, hint, printer)?;
        }
    }
    pulled.apply()?;
    printer.summary(&summary);
    Ok(outcome)
}

fn options(args: &PullArgs) -> PullOptions {
    let mut options = PullOptions::new()
        .flags(args.flags)
        .suspended(args.suspended);
    if let Some(inbox) = &args.inbox {
        options = options.inbox(inbox.replace('\\', "/"));
    }
    if let Some(base) = &args.base {
        options = options.base(base);
    }
    if let Some(target) = &args.target {
        options = options.target(target);
    }
    if let [only] = args.packages.as_slice() {
        let name = only.file_name().unwrap_or_default();
        options = options.theirs(plain(&name.to_string_lossy()));
    }
    options
}

/// Something waits for a hand.
fn outcome(pulled: &Pulled) -> Outcome {
    let open = pulled.count(PullOutcome::Conflict) + pulled.count(PullOutcome::Left);
    match open {
        0 => Outcome::Done,
        _ => Outcome::Sources,
    }
}

fn list(note: &PulledNote, printer: &Printer) {
    let text = plain(&note.text);
    printer.data(&format!(
        "{}\t{}\t{text}",
        note.outcome.as_str(),
        place(note)
    ));
    for change in &note.changes {
        let PulledChange {
            what,
            before,
            wanted,
            taken,
            conflict,
            ..
        } = change;
        let sign = match (taken, conflict) {
            (false, _) => "left",
            (true, true) => "both",
            (true, false) => "take",
        };
        let (what, before, wanted) = (plain(what), plain(before), plain(wanted));
        printer.data(&format!("\t{sign}\t{what}\t- {before}"));
        printer.data(&format!("\t{sign}\t{what}\t+ {wanted}"));
    }
    if let Some(reason) = &note.reason {
        printer.data(&format!("\tbecause {}", plain(reason)));
    }
}

/// `cells.md:12`, or the guid where there is no place.
fn place(note: &PulledNote) -> String {
    match (&note.path, note.line) {
        (Some(path), Some(line)) => format!("{}:{line}", plain(path)),
        (Some(path), None) => plain(path),
        _ => plain(&note.guid),
    }
}

fn summary(pulled: &Pulled) -> String {
    let base = match pulled.base() {
        PullBase::Named(path) | PullBase::Built(path) => {
            format!("Compared with {}", plain(&path.to_string_lossy()))
        }
        PullBase::Shipped(paths) => format!(
            "Compared with what was shipped last ({})",
            plural(paths.len(), "package")
        ),
        _ => "Compared with the sources, because nothing was shipped: an edit cannot be told from an older state, so only notes newer than the last build are taken".to_owned(),
    };
    let mut parts = vec![format!(
        "{} edited",
        plural(pulled.count(PullOutcome::Edited), "note")
    )];
    let others = [
        (PullOutcome::Conflict, "in conflict"),
        (PullOutcome::New, "new"),
        (PullOutcome::Left, "left to you"),
        (PullOutcome::Older, "older there than what was shipped"),
        (PullOutcome::Removed, "that the sources no longer have"),
        (PullOutcome::Absent, "not in the packages"),
    ];
    for (outcome, words) in others {
        let count = pulled.count(outcome);
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    parts.push(format!("{} unchanged", pulled.unchanged()));
    if pulled.others() > 0 {
        parts.push(format!("{} in decks of others", pulled.others()));
    }
    for media in pulled.media() {
        let bytes = u64::try_from(media.size()).unwrap_or(u64::MAX);
        parts.push(format!("{} ({}) is new", plain(&media.path), size(bytes)));
    }
    format!("{base}: {}", parts.join(", "))
}

fn object(pulled: &Pulled, dry_run: bool) -> Value {
    let (base, packages) = match pulled.base() {
        PullBase::Named(path) => ("named", vec![path]),
        PullBase::Built(path) => ("built", vec![path]),
        PullBase::Shipped(paths) => ("shipped", paths.iter().collect()),
        _ => ("sources", Vec::new()),
    };
    let packages = packages.iter().map(|it| it.to_string_lossy());
    let notes = pulled.notes().iter().map(|note| {
        let changes = note.changes.iter().map(|it| {
            json!({
                "what": it.what,
                "conflict": it.conflict,
                "taken": it.taken,
                "before": it.before,
                "wanted": it.wanted,
            })
        });
        json!({
            "outcome": note.outcome.as_str(),
            "guid": note.guid,
            "path": note.path,
            "line": note.line,
            "text": note.text,
            "changes": changes.collect::<Value>(),
            "reason": note.reason,
        })
    });
    let media = pulled.media().iter();
    let media = media.map(|it| json!({"path": it.path, "name": it.name, "bytes": it.size()}));
    let files = pulled.files().iter();
    json!({
        "base": base,
        "base-packages": packages.collect::<Value>(),
        "written": !dry_run,
        "unchanged": pulled.unchanged(),
        "others": pulled.others(),
        "notes": notes.collect::<Value>(),
        "files": files.map(|it| json!(it.path)).collect::<Value>(),
        "media": media.collect::<Value>(),
    })
}
