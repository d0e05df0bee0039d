//! `deckle audio`

use std::path::PathBuf;

use deckle::Error;
use deckle::project::Project;
use deckle::project::audio::{AudioOptions, PlannedSound};

use super::Outcome;
use super::args::AudioArgs;
use super::printer::Printer;
use super::words::{plain, plural};

pub(super) fn audio(args: &AudioArgs, printer: &Printer) -> Result<Outcome, Error> {
    let project = open(&args.paths)?;
    let plan = project.audio()?;
    let report = plan.report();
    if report.diagnostics.has_errors() {
        printer.diagnostics(&report.diagnostics, &report.sources, project.root());
        printer.summary("No sound was made: the sources have errors");
        return Ok(Outcome::Sources);
    }
    let missing = plan.missing();
    let programs: Vec<String> = plan
        .programs()
        .iter()
        .map(|it| format!("`{}`", plain(it)))
        .collect();
    if args.dry_run {
        for sound in &missing {
            printer.data(&line("make", sound));
        }
        printer.summary(&format!(
            "{} to make, with {}; {} there. Nothing was run",
            plural(missing.len(), "sound"),
            if programs.is_empty() {
                "no program".to_owned()
            } else {
                programs.join(" and ")
            },
            plan.there()
        ));
        return Ok(Outcome::Done);
    }
    let there = plan.there();
    if !programs.is_empty() {
        let count = plural(missing.len(), "sound");
        printer.summary(&format!("Making {count} with {}", programs.join(" and ")));
    }
    let outcome = plan.run(AudioOptions::new().update(args.update).prune(args.prune))?;
    for sound in &outcome.made {
        printer.data(&line("made", sound));
    }
    for path in &outcome.removed {
        printer.data(&format!("removed\t{path}"));
    }
    for failed in &outcome.failed {
        let (path, line) = &failed.sound.source;
        let (text, reason) = (plain(&failed.sound.text), &failed.reason);
        let reason: Vec<String> = reason.lines().map(plain).collect();
        printer.failure(&format!(
            "{path}:{line}: `{text}` was not made: {}",
            reason.join("\n  ")
        ));
    }
    if outcome.older > 0 {
        printer.summary(&format!(
            "{} by other versions of the programs; they stay, so that learners need not get them \
             again. `deckle audio --update` makes them anew",
            if outcome.older == 1 {
                "1 sound was made".to_owned()
            } else {
                format!("{} were made", plural(outcome.older, "sound"))
            }
        ));
    }
    if !outcome.replaced.is_empty() {
        printer.summary(&format!(
            "{} in media/made not made by deckle; they stay",
            if outcome.replaced.len() == 1 {
                "1 file is".to_owned()
            } else {
                format!("{} are", plural(outcome.replaced.len(), "file"))
            }
        ));
    }
    if !outcome.failed.is_empty() {
        printer.summary(&format!(
            "{} made, {} failed",
            outcome.made.len(),
            outcome.failed.len()
        ));
        return Ok(Outcome::Environment);
    }
    let done = match outcome.made.len() {
        0 => format!("{} there, nothing to make", plural(there, "sound")),
        count => format!("{} made, {there} there before", plural(count, "sound")),
    };
    printer.summary(&done);
    Ok(Outcome::Done)
}

fn line(what: &str, sound: &PlannedSound) -> String {
    let PlannedSound {
        path, voice, text, ..
    } = sound;
    format!("{what}\t{path}\t{}\t{}", plain(voice), plain(text))
}

/// The project of these paths, or of the current folder.
pub(super) fn open(paths: &[PathBuf]) -> Result<Project, Error> {
    match paths {
        [] => Project::open("."),
        paths => Project::open_paths(paths),
    }
}
