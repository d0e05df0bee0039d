//! `deckle watch`: builds again whenever a file changes, and tells what is new.
//!
//! The system's word that something happened is only an alarm: whether anything changed, the files
//! themselves say ([`snapshot`]). So it costs nothing when an alarm is false, and where there are no
//! alarms, as on network folders, looking at the files every few seconds does as well.

mod alarm;
mod courier;
mod findings;
mod preview;
mod rebuild;
mod snapshot;
mod stop;
mod tell;
mod wait;
mod watched;

use std::time::Duration;

use deckle::project::Project;
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::{Format, SourceArgs, WatchArgs};
use super::build::open;
use super::observers::{self, Observers};
use super::printer::Printer;
use courier::Courier;
use rebuild::{End, Rebuild};
use tell::Teller;
use wait::Next;
use watched::Watched;

pub(super) use preview::preview;

/// How often files are looked at where the system does not tell of changes.
const POLL: Duration = Duration::from_secs(2);

/// What wakes the one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// Something may have changed.
    Alarm,
    /// There will be no more alarms.
    Lost,
    /// The user wants an end.
    Stop,
}

pub(super) fn watch(args: &WatchArgs, printer: &Printer) -> Result<Outcome, Error> {
    refuse_documents(printer)?;
    observers::use_threads(args.sources.jobs)?;
    let mut project = opened(&args.sources)?;
    let mut courier = courier(args, &project, printer)?;
    let mut watched = Watched::begin(project.root(), args.poll, printer)?;
    let mut teller = Teller::new(printer);
    'builds: for number in 1.. {
        let had_manifest = watched.has_manifest();
        let build = |observers: &Observers| rebuild::build(&project, args, observers);
        let rebuild = Rebuild::run(&args.sources, number, printer, build);
        match rebuild.end {
            // A command line that makes no sense will not do so after the next change.
            End::Failed(error) if number == 1 && matches!(error.kind(), ErrorKind::Usage(_)) => {
                return Err(error);
            }
            _ => teller.tell(&rebuild, project.root()),
        }
        watched.leave_out(rebuild.written());
        if let Some(courier) = &mut courier
            && matches!(rebuild.end, End::Written(..))
        {
            match courier.deliver(&project, rebuild.written()) {
                Err(error) if number == 1 && matches!(error.kind(), ErrorKind::Usage(_)) => {
                    return Err(error);
                }
                done => done.unwrap_or_else(|error| printer.error(&error)),
            }
        }
        let mut late = courier
            .as_mut()
            .filter(|_| matches!(rebuild.end, End::Written(..)));
        loop {
            let due = late.as_ref().and_then(|it| it.due());
            match (watched.wait(due), &mut late) {
                (Next::Stop, _) => break 'builds,
                (Next::Due, Some(courier)) => {
                    let tried = courier.again(&project, rebuild.written());
                    tried.unwrap_or_else(|error| printer.error(&error));
                }
                _ => break,
            }
        }
        // A folder may become a project. The other way round somebody is in the middle of something.
        if !had_manifest && watched.has_manifest() {
            match opened(&args.sources) {
                Ok(it) => project = it,
                Err(error) => printer.error(&error),
            }
        }
    }
    drop(watched);
    printer.summary("Stopped");
    Ok(Outcome::Done)
}

/// Refuses forms of output that are one document.
fn refuse_documents(printer: &Printer) -> Result<(), Error> {
    if !printer.is_continuous() {
        return Err(Error::new(ErrorKind::Usage(
            "builds that follow one another make no document; choose `--message-format` human, short or json".to_owned(),
        )));
    }
    Ok(())
}

/// Who delivers, where that is asked for.
fn courier<'a>(
    args: &WatchArgs,
    project: &Project,
    printer: &'a Printer,
) -> Result<Option<Courier<'a>>, Error> {
    let Some(names) = &args.ship else {
        return Ok(None);
    };
    if args.package.format == Some(Format::Text) {
        return Err(Error::new(ErrorKind::Usage(
            "packages are delivered, no text files; leave out `--format text`".to_owned(),
        )));
    }
    let names: Vec<String> = names.iter().filter(|it| !it.is_empty()).cloned().collect();
    let force = args.package.force;
    let cache = !args.sources.no_cache;
    Courier::new(&names, args.password_stdin, force, cache, project, printer).map(Some)
}

/// The project, which remembers what it read.
fn opened(args: &SourceArgs) -> Result<Project, Error> {
    let project = open(args)?;
    // Memory goes by how long a file was left alone, which a time that was given does not tell.
    if super::is_time_given() {
        return Ok(project);
    }
    Ok(project.remembering())
}
