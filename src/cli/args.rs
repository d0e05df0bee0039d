//! What can be typed.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use clap_complete::Shell;
use deckle::diag::Subject;
use deckle::project::import::ImportFormat;

#[cfg(feature = "connect")]
pub(crate) use super::args_beyond::ConnectArgs;
#[cfg(feature = "fetch")]
pub(crate) use super::args_beyond::FetchArgs;
pub(crate) use super::args_beyond::{AudioArgs, DoctorArgs, ShipArgs};
pub(crate) use super::args_of_ids::{IdAddArgs, IdCommand, IdSourceArgs, IdStripArgs};
pub(crate) use super::args_of_packages::{
    AdoptArgs, DiffArgs, InspectArgs, UnpackArgs, VerifyArgs,
};
pub(crate) use super::args_of_pull::{FlagsArgs, PullArgs};
pub(crate) use super::choices::{
    ClientName, ColorChoice, Format, IdStyle, MessageFormat, OldIs, SchemaName, Starter,
    UpdateChoice,
};

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

Exit codes: 0 done, 1 the sources have errors (or warnings under --deny warnings, or a condition
of --fail-if holds), 2 wrong usage, 3 files or disk failed, 4 a server refuses or does not answer
or a folder to ship to is away, 5 deckle.lock would change under --locked or --frozen.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile a project, a folder or single files into a package
    Build(BuildArgs),
    /// Do everything but write: tell what is wrong with the sources
    Check(CheckArgs),
    /// Build again whenever a file changes, and tell what is new
    #[cfg(feature = "watch")]
    Watch(WatchArgs),
    /// Tell what an import of a new package will do to learners who have the old one
    Diff(DiffArgs),
    /// Build, and deliver the packages to the folders and servers that deckle.yaml names
    Ship(ShipArgs),
    /// Merge into the sources what was edited on the phone
    Pull(PullArgs),
    /// List what was flagged on the phone, with its places in the sources
    Flags(FlagsArgs),
    /// Look what is there and what is not: lock, TeX, sounds, the targets of ship; each with its mend
    Doctor(DoctorArgs),
    /// Show the note at a line: as written, as HTML, as cards, and who it is
    Show(ShowArgs),
    /// Write pages that show every card, front and back, as Anki shows it
    Preview(PreviewArgs),
    /// Make the sounds that notes ask for, by the programs that the project names
    Audio(AudioArgs),
    /// Store the pictures and sounds in the project that notes name on the network
    #[cfg(feature = "fetch")]
    Fetch(FetchArgs),
    /// Begin a new project
    Init(InitArgs),
    /// Write the notes' ids into the sources, or take them out again
    #[command(subcommand)]
    Id(IdCommand),
    /// Show what a package holds, whoever made it
    Inspect(InspectArgs),
    /// Turn the files of another tool into a project, once
    Import(ImportArgs),
    /// Turn a package back into a project that builds the same again
    Unpack(UnpackArgs),
    /// Make the notes of a deck that learners have the project's own, so that they keep their progress
    Adopt(AdoptArgs),
    /// Tell what Anki would refuse, lose or change of a package, whoever made it
    Verify(VerifyArgs),
    /// Ask a running Anki for something, through its add-on AnkiConnect
    #[cfg(feature = "connect")]
    Connect(ConnectArgs),
    /// Tell what a code such as E0301 means, and how it is mended
    Explain(ExplainArgs),
    /// Print the JSON Schemas with which editors complete and check what you write
    Schema(SchemaArgs),
    /// Print the script with which a shell completes deckle's commands
    Completions(CompletionsArgs),
    /// Print the man page, or write those of all commands
    Man(ManArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle build                       the project that this folder belongs to
  deckle build biology/              a folder, with a deckle.yaml or without
  deckle build notes.md words.yaml   single files
  deckle build -o out/bio.apkg       the package somewhere else
  deckle build --format text         a text file for Anki's import instead: biology.txt
  deckle build --only verbs          one of the packages that deckle.yaml names
  deckle build --only de             one of the variants that its matrix names
  deckle build --timings             where the time went
  deckle build --each decks/         every project below a folder
  deckle build --locked              in CI: nothing but what the committed lock knows
  SOURCE_DATE_EPOCH=1767225600 deckle build    the same bytes at any time

With errors no package is written, and an older one stays as it was.")]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    #[command(flatten)]
    pub(crate) package: PackageArgs,

    /// The last release: notes that are unchanged since keep their ids and times. Without a
    /// project the existing output serves by itself
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Send out notes that a newer deckle renders differently, though their content is the same
    #[arg(long)]
    pub(crate) restamp: bool,

    /// Send out the notes of this id, file, folder or pattern of files, though nothing changed;
    /// what learners edited in them is overwritten. May be repeated
    #[arg(long, value_name = "SELECTION")]
    pub(crate) touch: Vec<String>,

    /// Build each project in these folders and below, one after the other; go on behind one that
    /// fails
    #[arg(long, conflicts_with_all = ["output", "baseline", "touch", "only"])]
    pub(crate) each: bool,
}

/// What is written of a build, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct PackageArgs {
    /// Where the package goes [default: what deckle.yaml says, else beside the sources]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// What is written. Notes, cards and media are the same in both kinds of packages [default:
    /// what deckle.yaml says, else legacy]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,

    /// Write this package alone, of those that `output` or `matrix` in deckle.yaml names. May be
    /// repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,

    /// Write over a file that deckle did not write
    #[arg(long)]
    pub(crate) force: bool,
}

#[cfg(feature = "watch")]
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle watch                       the project that this folder belongs to
  deckle watch --ship                and deliver to the targets that deckle.yaml names, see deckle ship
  deckle watch --ship phone          to this one alone
  deckle watch biology/ -o ~/Sync/anki/biology.apkg
  deckle watch --poll 5              on a network folder, where changes are not announced
  deckle watch --message-format json one object for each build, on stdout

Told is what changed: notes by deckle.lock, findings with `+` that are new and with `-` that are
gone. Errors do not end it, nor does what --locked or --frozen forbids; Ctrl-C does, with exit code
0, behind the build that runs. What begins with a dot and what .gitignore names is not watched.")]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    #[command(flatten)]
    pub(crate) package: PackageArgs,

    /// Look every so many seconds what changed, in the place of being told by the system
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) poll: Option<std::time::Duration>,

    /// Deliver what is new to this target under `ship` in deckle.yaml, or to all of them; may be
    /// repeated. One that fails is tried again at the next change, one that is away also meanwhile
    #[arg(
        long,
        value_name = "TARGET",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["output", "only"],
    )]
    pub(crate) ship: Option<Vec<String>>,

    /// With --ship: read the key or password of the one server among the targets from standard
    /// input: its first line
    #[arg(long, requires = "ship")]
    pub(crate) password_stdin: bool,
}

#[cfg(feature = "watch")]
fn seconds(typed: &str) -> Result<std::time::Duration, String> {
    let number: Option<f64> = typed.parse().ok();
    let number = number.filter(|it| (0.1..=3600.0).contains(it));
    number
        .map(std::time::Duration::from_secs_f64)
        .ok_or_else(|| "a number of seconds from 0.1 to 3600".to_owned())
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle check
  deckle check cells.md --message-format json
  deckle check --deny warnings       for CI: warnings fail too
  deckle check --fix                 mend what leaves no doubt, and tell the rest
  deckle check --each decks/         every project below a folder
  deckle check --list                how many notes each file has, and what is none
  deckle check --message-format sarif > deckle.sarif
  deckle check --frozen              is the committed deckle.lock the one of these sources?")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    /// Change the sources where a mend leaves no doubt, such as missing quotes; similar names are
    /// guesses and stay
    #[arg(long)]
    pub(crate) fix: bool,

    /// With --fix: change files that have uncommitted changes, too
    #[arg(long, requires = "fix")]
    pub(crate) allow_dirty: bool,

    /// Check this package alone, of those that `output` or `matrix` in deckle.yaml names. May be
    /// repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,

    /// Check each project in these folders and below, one after the other
    #[arg(long, conflicts_with_all = ["fix", "only"])]
    pub(crate) each: bool,

    /// Print a line for each file: its notes, its cards, and what looks like a note and is none
    #[arg(long)]
    pub(crate) list: bool,
}

// The options of a build come from `SourceArgs`, whose paths are the names of targets here: a whole
// project is shipped, or nothing.

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TargetArg {
    Desktop,
    Ankidroid,
    Ios,
    Web,
    All,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// Projects, folders or files [default: the project of the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    /// Tell what these devices do not show: desktop, ankidroid, ios, web or all. May be repeated
    /// [default: what deckle.yaml says, else what is lost on every phone]
    #[arg(long, value_enum, value_name = "DEVICE", value_delimiter = ',')]
    pub(crate) target: Vec<TargetArg>,

    /// Go on though fields, card templates or the sort field of a note type changed; your
    /// learners must import with "Merge note types"
    #[arg(long)]
    pub(crate) allow_schema_change: bool,

    /// End with exit code 5 where notes would be new, gone or taken for others, or a schema would
    /// change: for CI, which must build what was committed
    #[arg(long)]
    pub(crate) locked: bool,

    /// End with exit code 5 where anything in deckle.lock would change
    #[arg(long, conflicts_with = "locked")]
    pub(crate) frozen: bool,

    /// Neither keep in .deckle/cache nor take from there what takes long to make
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Never run TeX, whatever formulas need it
    #[arg(long)]
    pub(crate) no_tex: bool,

    /// Work on this many threads [default: one for each processor]. The bytes are the same
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,

    /// Tell where the time went, stage by stage
    #[arg(long)]
    pub(crate) timings: bool,
}

/// Where the project is, for commands that take other things than paths.
#[derive(Debug, clap::Args)]
pub(crate) struct ProjectArg {
    /// The project [default: that of the current folder]
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".",
        hide_default_value = true
    )]
    pub(crate) project: PathBuf,
}

/// They win over `diagnostics` in deckle.yaml.
#[derive(Debug, clap::Args)]
pub(crate) struct LevelArgs {
    /// Do not tell of this: a code such as W0310 or link-target, `warnings` or `infos`
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = super::levels::subject)]
    pub(crate) allow: Vec<Subject>,

    /// Tell of this as a warning
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = super::levels::subject)]
    pub(crate) warn: Vec<Subject>,

    /// Let this fail the run; `--deny warnings` is for CI
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = super::levels::subject)]
    pub(crate) deny: Vec<Subject>,
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
  deckle import ~/cards biology                  the tool is guessed, and the guess is said
  deckle import vault deck --from flashcards-obsidian
  deckle import geography.json geo               an export of CrowdAnki, with its media

The old files stay as they are. What has no counterpart is told with its place; docs/import.md says
for each tool what is kept, and how learners keep their progress.")]
pub(crate) struct ImportArgs {
    /// The files of the other tool: a folder, or one file
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,

    /// The new project's folder, empty or not there yet
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// The tool [default: the one whose signs the files show]
    #[arg(long, value_name = "NAME", value_parser = import_format())]
    pub(crate) from: Option<ImportFormat>,

    /// The name of the project [default: the name of SRC; of an export, that of its deck]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// The uid of the project [default: a new one]
    #[arg(long, value_name = "UID")]
    pub(crate) uid: Option<String>,
}

/// Takes the names of formats, and lists them in the help.
fn import_format() -> impl TypedValueParser<Value = ImportFormat> {
    PossibleValuesParser::new(ImportFormat::names())
        .try_map(|name| ImportFormat::parse(&name).ok_or("not a format"))
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle show cells.md:14
  deckle show words.yaml:3 --json | jq .cards

Where the line belongs to no note, the nearest one and the reason are told, with exit code 1.")]
pub(crate) struct ShowArgs {
    /// A file, and a line of the note
    #[arg(value_name = "FILE:LINE")]
    pub(crate) place: String,

    /// Of a project with a `matrix`, the note of this variant [default: the first]
    #[arg(long, value_name = "KEY")]
    pub(crate) variant: Option<String>,

    /// Print an object of JSON; docs/format.md lists its keys
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    mut_arg("paths", |it| it
        .help("Projects, folders or files, or one package (.apkg, .colpkg) of any program [default: the project of the current folder]")),
    after_help = "\
Examples:
  deckle preview                     the project of this folder: .deckle/preview/index.html
  deckle preview --watch             again at every change; open pages show it by themselves
  deckle preview cells.md            one file: cells.preview/index.html
  deckle preview deck.apkg           any package: deck.preview/index.html
  deckle preview -o preview          in CI: a folder to keep, or for GitHub Pages
  xdg-open \"$(deckle preview)\"

Pages open from disk: there is no server, and they load nothing from the network. Nothing else is
written, neither packages nor deckle.lock. With errors an earlier preview stays as it was.
docs/preview.md says what is shown, and what is another than in Anki."
)]
pub(crate) struct PreviewArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    /// The folder that pages go into: a new one, an empty one, or one with an earlier preview [default:
    /// .deckle/preview; of single files and packages NAME.preview beside them]
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,

    /// Show this package alone, of those that `output` or `matrix` in deckle.yaml names. May be
    /// repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,

    /// Write the pages again whenever a file changes, until Ctrl-C
    #[cfg(feature = "watch")]
    #[arg(long)]
    pub(crate) watch: bool,

    /// With --watch: look every so many seconds what changed, in the place of being told by the system
    #[cfg(feature = "watch")]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "watch")]
    pub(crate) poll: Option<std::time::Duration>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle explain E0301
  deckle explain media-missing
  deckle explain | grep cloze        all codes, a line each")]
pub(crate) struct ExplainArgs {
    /// The number or the name of a code [default: a list of all]
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle schema notes > notes.json
  deckle schema --write              refreshes .deckle/schema/ of this project, after an update

Editors with the YAML language server read the schema that a file's first line names:
  # yaml-language-server: $schema=.deckle/schema/notes.json")]
pub(crate) struct SchemaArgs {
    /// Which schema is printed
    #[arg(value_enum, value_name = "NAME")]
    pub(crate) name: Option<SchemaName>,

    /// Write all of them into .deckle/schema/ of this folder's project, as `deckle init` does
    #[arg(long, conflicts_with = "name")]
    pub(crate) write: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle completions bash > ~/.local/share/bash-completion/completions/deckle
  deckle completions zsh > ~/.zfunc/_deckle
  deckle completions fish > ~/.config/fish/completions/deckle.fish
  deckle completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// Your shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle man | man -l -
  deckle man ~/.local/share/man/man1    the pages of all commands")]
pub(crate) struct ManArgs {
    /// The folder that the pages of all commands are written into
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Args::command().debug_assert();
    }
}
