//! What can be typed for the commands that bring back what was done on the phone: `pull`, `flags`.

use std::path::PathBuf;

use super::args::ProjectArg;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle pull phone.apkg --dry-run       what was edited on the phone, and where it would go
  deckle pull phone.apkg                 writes it into the sources; look at it with `git diff`
  deckle build                           the next package has the phone's version of these notes
  deckle pull backup.colpkg --flags      flags, too, as the setting `flag` of their notes
  deckle pull phone.apkg --base old.apkg compared with this package, not with what was shipped last

Fields and tags that only the phone changed go into the sources, in the form in which they are
written. What both changed is marked in the file as git does, and the next build stops there. What
cannot be written is told. Notes are never deleted; new ones go into the inbox.
Exit code 1: there are conflicts, edits that could not be written, or errors in the sources.")]
pub(crate) struct PullArgs {
    /// Packages that were exported on the phone: .apkg or .colpkg
    #[arg(value_name = "FILE", required = true)]
    pub(crate) packages: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) within: ProjectArg,

    /// Of a project with a `matrix`, the one variant whose notes count
    #[arg(long, value_name = "KEY")]
    pub(crate) variant: Option<String>,

    /// The package that the phone had before [default: what was shipped last]
    #[arg(long, value_name = "FILE")]
    pub(crate) base: Option<PathBuf>,

    /// The target whose last package the phone had, where there are several under `ship`
    #[arg(long, value_name = "TARGET", conflicts_with = "base")]
    pub(crate) target: Option<String>,

    /// The file of the project that new notes are added to, in Markdown or YAML [default: inbox.md, or
    /// inbox.yaml where more notes are written in YAML]
    #[arg(long, value_name = "FILE")]
    pub(crate) inbox: Option<String>,

    /// Write flags of cards into the sources, as the setting `flag` of their notes
    #[arg(long)]
    pub(crate) flags: bool,

    /// Write suspended cards into the sources, as the setting `suspend` of their notes
    #[arg(long)]
    pub(crate) suspended: bool,

    /// Change files that have uncommitted changes, too
    #[arg(long)]
    pub(crate) allow_dirty: bool,

    /// Tell what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print an object of JSON; docs/pull.md lists its keys
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle flags phone.apkg              what was flagged on the phone, and where it is written
  deckle flags phone.apkg --leeches    and what was forgotten again and again
  deckle flags phone.apkg --json | jq -r '.[] | select(.flag == \"red\").place'

A line for each card: place, mark, deck and the beginning of the first field, with tabs between.")]
pub(crate) struct FlagsArgs {
    /// Packages that were exported on the phone: .apkg or .colpkg
    #[arg(value_name = "FILE", required = true)]
    pub(crate) packages: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) within: ProjectArg,

    /// Of a project with a `matrix`, the one variant whose notes count
    #[arg(long, value_name = "KEY")]
    pub(crate) variant: Option<String>,

    /// List suspended cards, too
    #[arg(long)]
    pub(crate) suspended: bool,

    /// List leeches, too: notes that were forgotten often
    #[arg(long)]
    pub(crate) leeches: bool,

    /// Print an array of JSON
    #[arg(long)]
    pub(crate) json: bool,
}
