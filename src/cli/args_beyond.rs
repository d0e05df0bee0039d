//! What can be typed for the commands that reach beyond the project: `ship`, `doctor`, `audio`,
//! `fetch`, `connect`.

use std::path::PathBuf;

use super::args::{ProjectArg, SourceArgs};

#[derive(Debug, clap::Args)]
#[command(
    mut_arg("paths", |it| it
        .value_name("TARGET")
        .help("Names of targets under `ship` in deckle.yaml [default: all of them]")),
    after_help = "\
Examples:
  deckle ship                        build, and deliver to all targets
  deckle ship phone                  to this one
  deckle ship --dry-run              what would go where, and how much Syncthing would send
  deckle ship --stignore             and tell Syncthing what it should never send
  pass show anki | deckle ship desk --password-stdin

In deckle.yaml:
  ship:
    phone: {via: folder, path: ~/Sync/anki}
    desk: {via: connect, key-env: ANKICONNECT_KEY}

A folder that does not exist is not made. A package that is the same already is not touched. A target
that fails is told, and the others get their packages; docs/ship.md says what becomes of progress.
Exit codes: 1 the sources have errors; 2 a secret or a package is not there; 4 a server refuses or
does not answer, or a folder is away; 5 deckle.lock would change under --locked or --frozen."
)]
pub(crate) struct ShipArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    #[command(flatten)]
    pub(crate) within: ProjectArg,

    /// Tell what would be delivered, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Read the key or password of the one server among the targets from standard input: its first
    /// line
    #[arg(long)]
    pub(crate) password_stdin: bool,

    /// Print an array of JSON, an object for each target; docs/format.md lists its keys
    #[arg(long)]
    pub(crate) json: bool,

    /// Write into the folder's .stignore what Syncthing should never send; your own lines stay
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) stignore: bool,

    /// Write over a file that deckle did not write
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle doctor                      the project of this folder, and this machine
  deckle doctor --json | jq '.[] | select(.state != \"ok\")'

It writes nothing, and asks the servers that `ship` in deckle.yaml names, no others.
Exit codes: 0 where nothing is a problem, 1 else.")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) within: ProjectArg,

    /// Print an array of JSON, an object for each thing: about, state (ok, warning or problem), text,
    /// mend
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle audio                       make what is missing, for the project of this folder
  deckle audio --dry-run             which programs would run, and for which texts
  deckle audio --update              make anew what older versions of the programs made
  deckle audio --prune               remove sounds that no note asks for any more

This is the one command that runs programs which deckle.yaml names: look at its `audio` first where
it is not yours. Builds take what lies in media/made; commit it, and deckle.media, too.
Exit codes: 1 the sources have errors; 3 a sound could not be made.")]
pub(crate) struct AudioArgs {
    /// A project, or a folder or file of one [default: the project of the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Run nothing; print a line for each sound: path, voice, text
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Make sounds anew that other versions of the programs made; learners get the new ones
    #[arg(long)]
    pub(crate) update: bool,

    /// Remove made sounds that no note asks for any more
    #[arg(long)]
    pub(crate) prune: bool,
}

#[cfg(feature = "fetch")]
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle fetch                       what is missing, for the project of this folder
  deckle fetch --check               has something changed at its address? exit code 1 if so
  deckle fetch --update              take what has changed; learners get it
  deckle fetch --prune               remove files that no note names any more

It stores what notes name under `media: {remote: fetch}` in media/fetched; commit it, and
deckle.media, too. A proxy is taken from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, and NO_PROXY is heeded.
Exit codes: 1 the sources have errors, or a file changed at its address; 4 a file could not be
fetched.")]
pub(crate) struct FetchArgs {
    /// A project, or a folder or file of one [default: the project of the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Tell what has changed at its address, and write nothing
    #[arg(long, conflicts_with_all = ["update", "prune"])]
    pub(crate) check: bool,

    /// Fetch everything anew, and take what has changed
    #[arg(long)]
    pub(crate) update: bool,

    /// Remove fetched files that no note names any more
    #[arg(long)]
    pub(crate) prune: bool,

    /// Ask servers of this machine and its own network, too
    #[arg(long)]
    pub(crate) allow_private: bool,
}

#[cfg(feature = "connect")]
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle connect deckNames
  deckle connect createDeck '{\"deck\": \"Spanish::Verbs\"}'
  deckle connect findNotes '{\"query\": \"deck:Spanish tag:verb\"}' | jq length
  jq -n '{notes: [1502298033753]}' | deckle connect notesInfo -
  deckle connect apiReflect '{\"scopes\": [\"actions\"]}'    what your AnkiConnect knows

Where AnkiConnect's settings name an apiKey, it is read from the environment: ANKICONNECT_KEY.
Exit codes: 2 wrong usage, 4 Anki does not answer, or refuses what it is asked for.")]
pub(crate) struct ConnectArgs {
    /// What to do: an action of AnkiConnect's
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,

    /// Its arguments, an object of JSON; `-` reads it from standard input [default: none]
    #[arg(value_name = "JSON")]
    pub(crate) params: Option<String>,

    /// Where AnkiConnect listens
    #[arg(long, value_name = "URL", default_value = deckle::connect::Client::URL)]
    pub(crate) url: String,
}
