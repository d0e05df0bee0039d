//! What can be typed for the commands about packages, whoever made them: `unpack`, `adopt`,
//! `inspect`, `diff`, `verify`.

use std::path::PathBuf;

use super::choices::{ClientName, OldIs, UpdateChoice};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle unpack French.apkg french              the project french/, notes in YAML
  deckle unpack French.apkg french --name Verbs
  deckle build french                           the same notes again, with the same guids

What a project cannot hold, such as the learner's schedule, is told.")]
pub(crate) struct UnpackArgs {
    /// The package: .apkg or .colpkg, of Anki or of any other program
    #[arg(value_name = "FILE")]
    pub(crate) package: PathBuf,

    /// The new project's folder, empty or not there yet
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// The name of the project [default: the deck above all others, else the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// The uid of the project that the package was built from [default: a new one]
    #[arg(long, value_name = "UID")]
    pub(crate) uid: Option<String>,

    /// Leave out the positions of new cards: notes follow one another as they stand in the sources
    #[arg(long)]
    pub(crate) no_positions: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle adopt old.apkg --dry-run     who is who, without a change
  deckle adopt old.apkg               writes it into deckle.lock
  deckle build                        the next release: learners keep their schedules

Notes are matched by the text of their first fields, then by their whole text. Where more than one
could be meant, none is taken; edit one of them, adopt, and edit it back.")]
pub(crate) struct AdoptArgs {
    /// The deck that learners have: .apkg or .colpkg, of any program
    #[arg(value_name = "FILE")]
    pub(crate) package: PathBuf,

    /// The project [default: that of the current folder]
    #[arg(value_name = "PROJECT", default_value = ".")]
    pub(crate) project: PathBuf,

    /// Of a project with a `matrix`, the variant that the deck is
    #[arg(long, value_name = "KEY")]
    pub(crate) variant: Option<String>,

    /// Tell who is who, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
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

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle diff spanish-1.0.apkg spanish-1.1.apkg
  deckle diff old.apkg new.apkg --markdown > release-notes.md
  deckle diff old.apkg new.apkg --fail-if 'removed>5' --fail-if 'conflicting>0'
  deckle diff old.apkg new.apkg --update-notes always
  deckle diff my-collection.colpkg new.apkg    what it does to one's own collection

What can be counted: added, updated, skipped, conflicting, removed, doubled (notes);
cards-added, cards-left, moved, cards-emptied, cards-exchanged, studied-removed (cards);
reviews-lost; tags-lost; note-types-added, note-types-updated, note-types-skipped,
note-types-copied; decks-added; media-added, media-renamed, media-kept, media-unused;
one-way-sync, refused (0 or 1).")]
pub(crate) struct DiffArgs {
    /// What learners have: the last release, or a learner's own export
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,

    /// The package that they will import next
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,

    /// Print an array of JSON, an object for each client; docs/packages.md lists its keys
    #[arg(long)]
    pub(crate) json: bool,

    /// Print release notes for learners, in Markdown
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,

    /// Exit with 1 if a count is so: NAME>NUMBER, NAME>=NUMBER or NAME=NUMBER; may be given
    /// several times
    #[arg(long, value_name = "CONDITION")]
    pub(crate) fail_if: Vec<String>,

    /// What OLD is [default: a learner's if it is a collection or holds learning progress]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) old_is: Option<OldIs>,

    /// Whose import [default: both]
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) client: Option<ClientName>,

    /// What learners choose at "Update notes"
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) update_notes: UpdateChoice,

    /// What learners choose at "Update note types"
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) update_note_types: UpdateChoice,

    /// Name all notes, not the first ten of a kind
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  deckle verify spanish.apkg
  deckle verify spanish.apkg --json | jq '.findings[].rule'

Exit codes: 0 nothing, or only what looks odd; 1 an import fails, or loses or changes content;
3 the file cannot be opened.")]
pub(crate) struct VerifyArgs {
    /// An .apkg or .colpkg file of any program, or a collection.anki2
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Print an object of JSON; docs/packages.md lists its keys
    #[arg(long)]
    pub(crate) json: bool,
}
