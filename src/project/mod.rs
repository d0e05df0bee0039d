//! The way from sources to a package. Only this module knows the order of the stages: sources,
//! identity, rendering, identity again, package.
//!
//! [`Project`] is where everything begins. Here is what it takes and gives to build: [`BuildOptions`]
//! to a [`Build`] with its [`Report`] and packages, of which [`Build::write`] makes [`Built`];
//! [`Unchanged`] where there was nothing to do. What else one does with a project has a module each:
//!
//! - to look: [`show`] for one note, [`preview`] for all cards as pages; here, [`Project::lock_states`] for what a lock holds, and
//!   [`Report::changes`] for each [`LockChange`].
//! - to change the sources: [`fix`], [`ids`], [`audio`] and, from the network, `fetch`; each shows a plan
//!   before it is done.
//! - to deliver: [`ship`]; what was edited on the phone comes back by [`pull`].
//! - to begin a project: [`starter`], [`mod@import`] from the files of another tool, [`mod@unpack`] from a
//!   package, [`adopt`] for the identities of a deck that learners have.

pub mod adopt;
mod assets;
pub mod audio;
mod budget;
mod build;
mod clozes;
mod conflicts;
mod decks;
mod division;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod fix;
mod folders;
mod fonts;
mod gather;
mod history;
pub mod ids;
pub mod import;
mod includes;
mod joins;
mod latex;
mod load;
mod lock_file;
mod lock_state;
mod macros;
mod media;
mod media_folders;
mod memo;
mod observed;
mod open;
mod options;
mod output;
mod outset;
mod overlay;
mod parts;
mod past;
mod predecessor;
pub mod preview;
pub mod pull;
mod quoting;
mod rematch;
mod remembering;
mod render;
mod schema;
pub mod ship;
pub mod show;
mod single;
mod stages;
pub mod starter;
mod target;
mod targets;
mod types;
pub mod unpack;
mod unread;
mod variants;

use std::path::PathBuf;
use std::sync::Arc;

pub use build::{Build, Rehearsal};
pub use lock_state::{LockHeld, LockState};
pub use memo::Unchanged;
pub use options::{BuildOptions, LockMode};
pub use target::{Built, Target};

// What the above holds, and is declared where it is made.
pub use crate::identity::{ChangeKind, LOCK_NAME, LockChange};

use crate::Error;
use crate::diag::{Diagnostics, Severity, Sources, render_short};
use crate::files::{Disk, Files};
use crate::model::BuildTime;
use audio::AudioPlan;
#[cfg(feature = "fetch")]
use fetch::{FetchOptions, FetchOutcome};
use fix::FixPlan;
use ids::{IdOptions, IdPlan};
use preview::ProjectPreview;
use ship::{Dispatch, ShipOptions, ShipTarget};
use show::Shown;

/// Sources to be built: a folder with a `deckle.yaml`, a folder without one, or single files.
#[derive(Clone)]
pub struct Project {
    files: Arc<dyn Files + Send + Sync>,
    /// The folder on disk that paths in `files` are relative to.
    root: PathBuf,
    scope: Scope,
    /// Which of the variants of its matrix it is built as; where it has one and this is `None`,
    /// it stands for all of them.
    variant: Option<Arc<str>>,
}

/// Which of the folder's files are built.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// The project of the manifest, or some of its paths.
    Manifest { only: Vec<String> },
    /// A folder without a manifest, under this name.
    Folder { name: String },
    /// Single files without a manifest, under this name.
    Files { name: String, paths: Vec<String> },
}

/// What was found, and how much there is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Report {
    /// Everything there is to say, in the order of files and lines.
    pub diagnostics: Diagnostics,
    /// The files that diagnostics point into.
    pub sources: Sources,
    /// Counts.
    pub statistics: Statistics,
    /// The source files in the order of their paths, each with what could be read of it.
    pub files: Vec<FileNotes>,
    /// What the build would change in the lock though its [`LockMode`] refuses it.
    pub lock_changes: Vec<LockChange>,
    /// What is another in the lock than in the one before, where [`BuildOptions::changes`] asks for
    /// it.
    pub changes: Vec<LockChange>,
    /// The notes without ids that were edited and are taken for what they were.
    pub matches: Vec<MatchedNote>,
}

/// A note that names no id and was found again though its first field is another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchedNote {
    /// The id that it keeps.
    pub id: String,
    /// The file it stands in.
    pub path: String,
    /// The line it begins in, from 1.
    pub line: usize,
    /// The file it stood in, if it was another.
    pub moved_from: Option<String>,
}

/// What a source file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileNotes {
    /// Its path, relative to the project, with `/` between its parts.
    pub path: String,
    /// How many notes.
    pub notes: usize,
    /// How many cards they make.
    pub cards: usize,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Source files.
    pub files: usize,
    /// Notes.
    pub notes: usize,
    /// Cards.
    pub cards: usize,
    /// Media files.
    pub media: usize,
}

impl Project {
    /// The project that a path belongs to: the folder's own or the nearest above that has a
    /// `deckle.yaml`; else the folder or file by itself.
    ///
    /// # Errors
    /// When there is nothing at this path.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::open_paths(&[path.into()])
    }

    /// The project that these paths belong to. Paths of a project that are not its folder
    /// restrict a build to them; such a build reads the lock and does not write it.
    ///
    /// # Errors
    /// When there is nothing at one of the paths, or they belong to different projects.
    pub fn open_paths(paths: &[PathBuf]) -> Result<Self, Error> {
        let opened = open::open(paths)?;
        let disk = Disk::new(&opened.root)?;
        let root = disk.root().to_owned();
        Ok(Self {
            files: Arc::new(disk),
            root,
            scope: opened.scope,
            variant: None,
        })
    }

    /// The folders of all projects in a folder and below, sorted: those with a `deckle.yaml` that
    /// no `.gitignore` leaves out.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be read.
    pub fn find(folder: impl AsRef<std::path::Path>) -> Result<Vec<PathBuf>, Error> {
        open::find(folder.as_ref())
    }

    /// Does everything but write, and tells what is wrong.
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn check(&self, options: &BuildOptions) -> Result<Report, Error> {
        // What the last build told holds wherever its packages are.
        if let Some(done) = memo::unchanged(self, options, false) {
            return Ok(done.report);
        }
        Ok(self.build(options)?.into_report())
    }

    /// Makes the packages: one, or those that `output` of the project asks for. With errors
    /// in the sources there is none; [`Build::write`] then fails.
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn build(&self, options: &BuildOptions) -> Result<Build, Error> {
        build::build(self, options)
    }

    /// What a build of the whole project with these options would tell and leave, where an earlier
    /// one that kept a [cache](BuildOptions::cache) was written and nothing is another since then:
    /// every file that it read, every name that it looked for, the lock and the packages are as they
    /// were. It is what [`Project::build`] and [`Build::write`] would come to, for a fraction of
    /// their time. `None` where there has to be a build.
    ///
    /// Texts and lists of files are compared by their content. So are media and packages, but those
    /// whose size, times and place on the disk are the same and were certain to change with them.
    #[must_use]
    pub fn unchanged(&self, options: &BuildOptions) -> Option<Unchanged> {
        memo::unchanged(self, options, true)
    }

    /// Makes the packages where nobody else sees them, to be shown as pages; see
    /// [`ProjectPreview::write`]. Neither lock nor packages of the project are written.
    ///
    /// # Errors
    /// When a file or folder cannot be read, or a package cannot be written.
    pub fn preview(&self, options: &BuildOptions) -> Result<ProjectPreview, Error> {
        preview::preview(self, options)
    }

    /// Where pages go if nobody says another place: `.deckle/preview` of a folder; beside single files
    /// `NAME.preview`.
    ///
    /// # Errors
    /// When a link leads from there to another place.
    pub fn preview_folder(&self) -> Result<PathBuf, Error> {
        preview::folder(self)
    }

    /// The note at a line of a file, from 1, whose path is relative to the project: as written, as
    /// rendered, as cards, and who it is. Nothing is built.
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn show(&self, path: &str, line: usize) -> Result<Shown, Error> {
        show::show(self, path, line)
    }

    /// The keys of the variants that the project's `matrix` asks for, in its order; none where it has
    /// no matrix, or one that cannot be read, which a build tells.
    ///
    /// # Errors
    /// When the project file cannot be read.
    pub fn variants(&self) -> Result<Vec<String>, Error> {
        variants::keys(self)
    }

    /// The project as one of the variants of its matrix alone.
    ///
    /// # Errors
    /// When there is no variant of this key, or the project file cannot be read.
    pub fn variant(&self, key: &str) -> Result<Self, Error> {
        variants::one(self, key)
    }

    /// The folder on disk that all paths of the project are relative to, those in diagnostics
    /// included.
    #[must_use]
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }

    /// Finds out what the certain mends of the findings make of the sources; see
    /// [`Diagnostic::certain`](crate::diag::Diagnostic::certain). Nothing is written yet; see
    /// [`FixPlan::write`].
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn fix(&self, options: &BuildOptions) -> Result<FixPlan, Error> {
        fix::fix(self, options)
    }

    /// Finds out how the notes' ids can be written into the sources: to each note that does not
    /// say who it is the id that a build would give it, so that no identity changes. Nothing is
    /// written yet; see [`IdPlan::write`].
    ///
    /// # Errors
    /// When a file or folder cannot be read, or a path of the project is none of its sources.
    pub fn add_ids(&self, options: &IdOptions) -> Result<IdPlan, Error> {
        ids::add(self, options)
    }

    /// Finds out which sounds the notes ask for, and which of them are still to be made. Nothing
    /// is run yet; see [`AudioPlan::run`].
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn audio(&self) -> Result<AudioPlan<'_>, Error> {
        audio::plan(self)
    }

    /// Fetches the files that the notes name under `media: {remote: fetch}`, and keeps them in the
    /// project.
    ///
    /// # Errors
    /// When the sources have errors, or a file cannot be read or written. A file that cannot be
    /// fetched is told in the outcome.
    #[cfg(feature = "fetch")]
    pub fn fetch(&self, options: &FetchOptions) -> Result<FetchOutcome, Error> {
        fetch::fetch(self, options)
    }

    /// The targets that the project declares under `ship`, in its order, for each variant where it
    /// has a matrix; none where its file cannot be read, which a build tells.
    ///
    /// # Errors
    /// When the project file cannot be read.
    pub fn ship_targets(&self) -> Result<Vec<ShipTarget>, Error> {
        ship::targets(self)
    }

    /// What the project's locks hold: one, or one for each variant of its matrix; none where it keeps
    /// none. Nothing is built.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn lock_states(&self) -> Result<Vec<LockState>, Error> {
        lock_state::states(self)
    }

    /// Whether there is a `deckle.yaml`.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.has_manifest()
    }

    /// The packages of a build, ready to be planned for one target after the other.
    ///
    /// # Errors
    /// When the project is opened in part only.
    pub fn dispatch<'a>(
        &'a self,
        built: &'a [Built],
        options: &'a ShipOptions,
    ) -> Result<Dispatch<'a>, Error> {
        Dispatch::new(self, built, options)
    }

    /// Finds out how ids can be taken out of the sources again: those of notes that a build
    /// knows without them. Nothing is written yet; see [`IdPlan::write`].
    ///
    /// # Errors
    /// As [`Project::add_ids`], and when the project says `ids: inline`.
    pub fn strip_ids(&self, options: &IdOptions) -> Result<IdPlan, Error> {
        ids::strip(self, options)
    }

    /// The name of the file that keeps its identities.
    fn lock_name(&self) -> String {
        match &self.variant {
            None => LOCK_NAME.to_owned(),
            Some(key) => variants::lock_name(key),
        }
    }

    fn has_manifest(&self) -> bool {
        matches!(self.scope, Scope::Manifest { .. })
    }

    /// Whether no notes of the same package stand elsewhere.
    fn is_all_there_is(&self) -> bool {
        self.is_whole() || !self.has_manifest()
    }

    /// Whether the whole project is built, so that notes that are not there are gone.
    fn is_whole(&self) -> bool {
        matches!(&self.scope, Scope::Manifest { only } if only.is_empty())
    }
}

impl std::fmt::Debug for Project {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("Project");
        debug
            .field("root", &self.root)
            .field("scope", &self.scope)
            .field("variant", &self.variant)
            .finish_non_exhaustive()
    }
}

/// Builds a project, a folder or a single file, with everything by default, and says what was
/// written. The time is that of new and changed notes; `SystemTime::now()` is what people want.
///
/// # Errors
/// When the sources have errors ([`ErrorKind::Sources`](crate::ErrorKind::Sources); its cause lists
/// them, a line each), or a file cannot be read or written.
pub fn build(
    sources: impl Into<PathBuf>,
    output: impl AsRef<std::path::Path>,
    time: impl Into<BuildTime>,
) -> Result<Built, Error> {
    let build = Project::open(sources)?.build(&BuildOptions::new(time).output(output))?;
    let report = build.report();
    if !report.diagnostics.has_errors() {
        let written = build.write()?.into_iter().next();
        return written.ok_or_else(|| Error::usage("there is no package to write"));
    }
    let errors = report
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    let lines: Vec<String> = errors.map(|it| render_short(it, &report.sources)).collect();
    Err(Error::new(crate::ErrorKind::Sources(lines.len())).caused_by(Listed(lines.join("\n"))))
}

/// Findings as the cause of an error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Listed(String);
