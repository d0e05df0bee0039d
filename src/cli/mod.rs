//! Arguments in, exit code out. Commands print through one [`Printer`]; what people read goes to
//! stderr, data to stdout.

mod adopt;
mod args;
mod args_beyond;
mod args_of_ids;
mod args_of_packages;
mod args_of_pull;
mod audio;
mod build;
mod choices;
#[cfg(feature = "connect")]
mod connect;
mod diff;
mod doctor;
mod each;
mod explain;
#[cfg(feature = "fetch")]
mod fetch;
mod flags;
mod git;
mod id;
mod import;
mod init;
mod inspect;
mod levels;
mod list;
mod observers;
mod preview;
mod printer;
mod progress;
mod pull;
mod schema;
mod shell;
mod ship;
mod show;
mod timings;
mod unpack;
mod verify;
#[cfg(feature = "watch")]
mod watch;
mod words;

use std::process::ExitCode;

use clap::Parser;
use deckle::{BuildTime, Error, ErrorKind};

use args::{Args, Command, IdCommand};
use printer::Printer;

/// How a run ended, as the number that scripts see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done.
    Done = 0,
    /// The sources have errors, or warnings that were denied; one of several projects failed; a condition of `--fail-if` holds; an
    /// import would fail or lose content.
    Sources = 1,
    /// The command line itself makes no sense.
    Usage = 2,
    /// Files, the disk, the database; a program that makes sounds.
    Environment = 3,
    /// A server refused, or could not be reached; a folder to deliver to is away.
    Server = 4,
    /// `deckle.lock` would change, and must not.
    Locked = 5,
}

impl Outcome {
    /// How an error ends a run.
    fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Usage(_) => Self::Usage,
            ErrorKind::Sources(_) | ErrorKind::TooManyRemoved(_) => Self::Sources,
            ErrorKind::Unreachable(_) | ErrorKind::Untrusted(_) | ErrorKind::Refused(_) => {
                Self::Server
            }
            ErrorKind::LockChanges(_) => Self::Locked,
            _ => Self::Environment,
        }
    }
}

/// Runs the command that the process was called with.
pub(crate) fn run() -> ExitCode {
    let args = Args::parse();
    let printer = Printer::new(&args);
    let result = match &args.command {
        Command::Build(it) => build::build(it, &printer),
        Command::Check(it) => build::check(it, &printer),
        #[cfg(feature = "watch")]
        Command::Watch(it) => watch::watch(it, &printer),
        Command::Diff(it) => diff::diff(it, &printer),
        Command::Show(it) => show::show(it, &printer),
        Command::Preview(it) => preview::preview(it, &printer),
        Command::Ship(it) => ship::ship(it, &printer),
        Command::Pull(it) => pull::pull(it, &printer),
        Command::Flags(it) => flags::flags(it, &printer),
        Command::Doctor(it) => doctor::doctor(it, &printer),
        Command::Init(it) => init::init(it, &printer),
        Command::Adopt(it) => adopt::adopt(it, &printer),
        Command::Import(it) => import::import(it, &printer),
        Command::Unpack(it) => unpack::unpack(it, &printer),
        Command::Audio(it) => audio::audio(it, &printer),
        #[cfg(feature = "fetch")]
        Command::Fetch(it) => fetch::fetch(it, &printer),
        Command::Id(IdCommand::Add(it)) => id::add(it, &printer),
        Command::Id(IdCommand::Strip(it)) => id::strip(it, &printer),
        Command::Inspect(it) => inspect::inspect(it, &printer),
        Command::Verify(it) => verify::verify(it, &printer),
        #[cfg(feature = "connect")]
        Command::Connect(it) => connect::connect(it, &printer),
        Command::Explain(it) => explain::explain(it, &printer),
        Command::Schema(it) => schema::schema(it, &printer),
        Command::Completions(it) => shell::completions(it, &printer),
        Command::Man(it) => shell::man(it, &printer),
    };
    let outcome = result.unwrap_or_else(|error| {
        printer.error(&error);
        Outcome::of(&error)
    });
    ExitCode::from(outcome as u8)
}

/// What the clock says.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the world comes in"
)]
fn clock() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// Whether the moment of a build is given, whatever the clock says.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the world comes in"
)]
fn is_time_given() -> bool {
    std::env::var_os("SOURCE_DATE_EPOCH").is_some()
}

/// The moment of this build: `SOURCE_DATE_EPOCH` where it is set, else the clock. This is the one
/// place that reads either.
fn build_time() -> Result<BuildTime, Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let (variable, now) = (
        std::env::var("SOURCE_DATE_EPOCH"),
        std::time::SystemTime::now(),
    );
    match variable {
        Err(_) => Ok(BuildTime::from(now)),
        Ok(typed) => match typed.trim().parse() {
            Ok(seconds) if seconds >= 0 => Ok(BuildTime::from_unix(seconds)),
            _ => Err(Error::new(ErrorKind::Usage(format!(
                "SOURCE_DATE_EPOCH is `{typed}`; it must be seconds since 1970, such as 1767225600"
            )))),
        },
    }
}
