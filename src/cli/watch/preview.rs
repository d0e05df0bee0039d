//! `deckle preview --watch`: pages that are written again whenever a file changes, and look for it themselves.

use std::path::Path;

use deckle::preview::settle;
use deckle::project::Project;
use deckle::{Error, ErrorKind};

use super::rebuild::{End, Rebuild, is_refused};
use super::tell::Teller;
use super::wait::Next;
use super::watched::Watched;
use super::{opened, refuse_documents};
use crate::cli::Outcome;
use crate::cli::args::PreviewArgs;
use crate::cli::observers::{self, Observers};
use crate::cli::preview::{options_of, place_of};
use crate::cli::printer::Printer;

pub(in crate::cli) fn preview(args: &PreviewArgs, printer: &Printer) -> Result<Outcome, Error> {
    refuse_documents(printer)?;
    observers::use_threads(args.sources.jobs)?;
    let mut project = opened(&args.sources)?;
    let (folder, ignored) = place_of(args, &project)?;
    let mut watched = Watched::begin(project.root(), args.poll, printer)?;
    let mut teller = Teller::new(printer);
    let mut is_told = false;
    for number in 1.. {
        let had_manifest = watched.has_manifest();
        let build = |observers: &Observers| show(&project, args, &folder, ignored, observers);
        let rebuild = Rebuild::run(&args.sources, number, printer, build);
        match rebuild.end {
            End::Failed(error) if number == 1 && matches!(error.kind(), ErrorKind::Usage(_)) => {
                return Err(error);
            }
            _ => teller.tell(&rebuild, project.root()),
        }
        if let End::Shown(_, previewed) = &rebuild.end
            && !printer.is_json()
            && !std::mem::replace(&mut is_told, true)
        {
            printer.data(&previewed.index.display().to_string());
        }
        if watched.wait(None) == Next::Stop {
            break;
        }
        if !had_manifest && watched.has_manifest() {
            match opened(&args.sources) {
                Ok(it) => project = it,
                Err(error) => printer.error(&error),
            }
        }
    }
    drop(watched);
    settle(&folder)?;
    printer.summary("Stopped");
    Ok(Outcome::Done)
}

fn show(
    project: &Project,
    args: &PreviewArgs,
    folder: &Path,
    ignored: bool,
    observers: &Observers,
) -> Result<End, Error> {
    let options = observers.join(options_of(args)?);
    let built = project.preview(&options)?;
    let report = Box::new(built.report().clone());
    if is_refused(&report) {
        return Ok(End::Refused(report));
    }
    Ok(End::Shown(report, built.write(folder, true, ignored)?))
}
