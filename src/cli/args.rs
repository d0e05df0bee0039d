//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Compiles notes written in YAML and Markdown into Anki packages.
#[derive(Debug, Parser)]
#[command(name = "deckle", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// How findings are written
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(crate) message_format: MessageFormat,

    /// When to use colors; `NO_COLOR` is heeded
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,

    /// Print errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  deckle init spanish --starter vocabulary    a new project
  deckle build                                the project of this folder
  deckle build notes.md                       one file, without any project: notes.apkg
  deckle check --message-format short         what is wrong, a line each

Exit codes: 0 done, 1 the sources have errors (or warnings under --deny warnings),
2 wrong usage, 3 files or disk failed.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile a project, a folder or single files into a package
    Build(BuildArgs),
    /// Do everything but write: tell what is wrong with the sources
    Check(CheckArgs),
    /// Begin a new project
    Init(InitArgs),
    /// Show what a package holds, whoever made it
    Inspect(InspectArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle build                       the project that this folder belongs to
  deckle build biology/              a folder, with a deckle.yaml or without
  deckle build notes.md words.yaml   single files
  deckle build -o out/bio.apkg       the package somewhere else
  SOURCE_DATE_EPOCH=1767225600 deckle build    the same bytes at any time

With errors no package is written, and an older one stays as it was.")]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    /// Where the package goes [default: what deckle.yaml says, else beside the sources]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The last release: notes that are unchanged since keep their ids and times. Without a
    /// project the existing output serves by itself
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// The container of the package; notes, cards and media are the same in both
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,

    /// Write over a file that deckle did not write
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle check
  deckle check cells.md --message-format json
  deckle check --deny warnings       for CI: warnings fail too")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// Projects, folders or files [default: the project of the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Let warnings fail the run
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) deny: Option<Deny>,

    /// Go on though fields or card templates of a note type changed; your learners must import
    /// with "Merge note types"
    #[arg(long)]
    pub(crate) allow_schema_change: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle init                               here
  deckle init spanish --starter vocabulary  words with sound
  deckle init physics --starter science     formulas and pictures")]
pub(crate) struct InitArgs {
    /// The new project's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,

    /// What to begin with
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    pub(crate) starter: Starter,

    /// The name of the root deck [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle inspect spanish.apkg
  deckle inspect backup.colpkg --json | jq .decks
  deckle inspect collection.anki2    a collection itself, while Anki is closed")]
pub(crate) struct InspectArgs {
    /// An .apkg or .colpkg file of any version of Anki, or a collection.anki2
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Print an object of JSON; docs/packages.md lists its keys
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum MessageFormat {
    /// With source lines and underlines
    #[default]
    Human,
    /// A line each, on stdout: path:line:column: severity[code]: message
    Short,
    /// A JSON object a line, on stdout
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For every version of Anki, AnkiDroid and AnkiMobile
    #[default]
    Legacy,
    /// Smaller, for Anki from 2.1.52 and AnkiDroid from 2.17 on
    Latest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    Warnings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Starter {
    /// A few notes in Markdown and YAML
    #[default]
    Default,
    /// Words with sound, a note type of its own
    Vocabulary,
    /// Formulas and pictures
    Science,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Args::command().debug_assert();
    }
}
