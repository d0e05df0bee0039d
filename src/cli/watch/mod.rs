//! `deckle watch`: builds again whenever a file changes, and tells what is new.
//!
//! The system's word that something happened is only an alarm: whether anything changed, the files
//! themselves say ([`snapshot`]). So it costs nothing when an alarm is false, and where there are no
//! alarms, as on network folders, looking at the files every few seconds does as well.

mod alarm;
mod courier;
mod findings;
mod rebuild;
mod snapshot;
mod stop;
mod tell;
mod wait;

use std::sync::mpsc;
use std::time::Duration;

use deckle::project::Project;
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::{Format, WatchArgs};
use super::build::{open, shown};
use super::observers;
use super::printer::Printer;
use alarm::Alarm;
use courier::Courier;
use rebuild::{End, Rebuild};
use snapshot::Snapshot;
use tell::Teller;
use wait::{Next, Waiting};

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
    if !printer.is_continuous() {
        return Err(Error::new(ErrorKind::Usage(
            "builds that follow one another make no document; choose `--message-format` human, short or json".to_owned(),
        )));
    }
    observers::use_threads(args.sources.jobs)?;
    let mut project = opened(args)?;
    let mut courier = courier(args, &project, printer)?;
    let (sender, wakes) = mpsc::channel();
    stop::on_signal(sender.clone())?;
    let mut poll = args.poll;
    let mut alarm = None;
    if poll.is_none() {
        match Alarm::new(project.root(), sender) {
            Ok(it) => alarm = Some(it),
            Err(reason) => {
                printer.summary(&format!(
                    "The system does not tell of changes ({reason}); looking every {} s",
                    POLL.as_secs()
                ));
                poll = Some(POLL);
            }
        }
    }
    let mut files = Snapshot::new(project.root())?;
    // Before the first build, so that no change during it is missed.
    files.look();
    let mut waiting = Waiting::new(wakes, poll);
    let mut teller = Teller::new(printer);
    printer.summary(&format!(
        "Watching {}; Ctrl-C ends it",
        match shown(project.root()) {
            path if path.as_os_str().is_empty() => "this folder".to_owned(),
            path => path.display().to_string(),
        }
    ));
    'builds: for number in 1.. {
        let had_manifest = files.has_manifest();
        let rebuild = Rebuild::run(&project, args, number, printer);
        match rebuild.end {
            // A command line that makes no sense will not do so after the next change.
            End::Failed(error) if number == 1 && matches!(error.kind(), ErrorKind::Usage(_)) => {
                return Err(error);
            }
            _ => teller.tell(&rebuild, project.root()),
        }
        files.leave_out(rebuild.written());
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
            match (waiting.for_change(&mut files, due), &mut late) {
                (Next::Stop, _) => break 'builds,
                (Next::Due, Some(courier)) => {
                    let tried = courier.again(&project, rebuild.written());
                    tried.unwrap_or_else(|error| printer.error(&error));
                }
                _ => break,
            }
        }
        // A folder may become a project. The other way round somebody is in the middle of something.
        if !had_manifest && files.has_manifest() {
            match opened(args) {
                Ok(it) => project = it,
                Err(error) => printer.error(&error),
            }
        }
    }
    drop(alarm);
    printer.summary("Stopped");
    Ok(Outcome::Done)
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
fn opened(args: &WatchArgs) -> Result<Project, Error> {
    let project = open(&args.sources)?;
    // Memory goes by how long a file was left alone, which a time that was given does not tell.
    if super::is_time_given() {
        return Ok(project);
    }
    Ok(project.remembering())
}
