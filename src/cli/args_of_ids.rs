//! What can be typed behind `deckle id`.

use std::path::PathBuf;

use clap::Subcommand;

use super::choices::IdStyle;

#[derive(Debug, Subcommand)]
pub(crate) enum IdCommand {
    /// Write an id into each note that has none: the one a build gives it
    Add(IdAddArgs),
    /// Take generated ids out again, where the notes stay who they are
    Strip(IdStripArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle id add                        all notes of this folder's project
  deckle id add cells.md --dry-run     what would be written, and where
  deckle id add --style attr           `## What pumps? {#n-..}` instead of a comment below

No note becomes another one by this, and nothing else in the files changes.")]
pub(crate) struct IdAddArgs {
    #[command(flatten)]
    pub(crate) sources: IdSourceArgs,

    /// How ids are written at headings; label notes get comments, YAML notes a key
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    pub(crate) style: IdStyle,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle id strip                      all generated ids of this folder's project
  deckle id strip cells.md --dry-run   what would be taken out, and where

An id stays where the note would be another one without it.")]
pub(crate) struct IdStripArgs {
    #[command(flatten)]
    pub(crate) sources: IdSourceArgs,

    /// Take out ids, too, that a person may have written: those that do not look like
    /// `n-` and twelve letters and digits
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct IdSourceArgs {
    /// Projects, folders or files [default: the project of the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Change files that have uncommitted changes, too
    #[arg(long)]
    pub(crate) allow_dirty: bool,

    /// Write nothing; print a line for each change: path:line: text
    #[arg(long)]
    pub(crate) dry_run: bool,
}
