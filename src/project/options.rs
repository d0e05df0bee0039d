//! What a caller may say of a build.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::memo::Witness;
use super::past::Past;
use crate::diag::{Level, Levels, Subject};
use crate::model::{BuildTime, Targets};
use crate::observe::{Observed, Observer};
use crate::package::Format;

/// How to build.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "options do nothing until a build gets them"]
pub struct BuildOptions {
    pub(super) time: BuildTime,
    pub(super) output: Option<PathBuf>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) allow_schema_change: bool,
    pub(super) lock_mode: LockMode,
    pub(super) restamp: bool,
    pub(super) touch: Vec<String>,
    pub(super) format: Option<Format>,
    pub(super) only: Vec<String>,
    pub(super) force: bool,
    pub(super) levels: Levels,
    pub(super) text: bool,
    pub(super) cache: bool,
    pub(super) targets: Option<Targets>,
    pub(super) tex: bool,
    pub(super) changes: bool,
    /// Whether it is written down where each note stands.
    pub(super) places: bool,
    pub(super) observed: Observed,
    /// Who writes down what the build asks, where somebody does.
    pub(super) witness: Option<Arc<Witness>>,
    /// What notes said that are gone.
    pub(super) past: Past,
}

/// What a build may change in `deckle.lock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LockMode {
    /// Everything.
    #[default]
    Update,
    /// Nothing that is about who a note is or what a note type is made of: no note may be new,
    /// gone or taken for another, no schema may change.
    Locked,
    /// Nothing at all.
    Frozen,
}

impl BuildOptions {
    /// A build at this time: the time of notes that are new or changed.
    pub fn new(time: impl Into<BuildTime>) -> Self {
        Self {
            time: time.into(),
            output: None,
            baseline: None,
            allow_schema_change: false,
            lock_mode: LockMode::Update,
            restamp: false,
            touch: Vec::new(),
            format: None,
            only: Vec::new(),
            force: false,
            levels: Levels::new(),
            text: false,
            cache: false,
            targets: None,
            tex: false,
            changes: false,
            places: false,
            observed: Observed::default(),
            witness: None,
            past: Past::default(),
        }
    }

    /// For looking at what a build would be made of: times and changed schemas are for the next
    /// build to tell.
    pub(super) fn looking() -> Self {
        Self::new(BuildTime::from_unix(0)).allow_schema_change(true)
    }

    /// With the package at this path. Where the project has several, [`BuildOptions::only`] must
    /// choose one. Default: what the manifest says, else beside the sources.
    pub fn output(mut self, path: impl AsRef<Path>) -> Self {
        self.output = Some(path.as_ref().to_owned());
        self
    }

    /// With the package of an earlier build to go on from, where no lock is kept; where one is, a
    /// baseline is wrong usage. Default: the output itself, if deckle wrote it and the project has
    /// no manifest.
    pub fn baseline(mut self, path: impl AsRef<Path>) -> Self {
        self.baseline = Some(path.as_ref().to_owned());
        self
    }

    /// With this guard of the lock. What it refuses is in [`Report::lock_changes`], and there is
    /// no package then. Default: [`LockMode::Update`].
    ///
    /// [`Report::lock_changes`]: super::Report::lock_changes
    pub fn lock_mode(mut self, mode: LockMode) -> Self {
        self.lock_mode = mode;
        self
    }

    /// Sends notes out, if `yes`, that did not change but are rendered differently than when they
    /// last did, as a newer deckle may do. Default: learners keep the older form.
    pub fn restamp(mut self, yes: bool) -> Self {
        self.restamp = yes;
        self
    }

    /// Sends notes out that did not change: those of this id, file or folder, or in files that
    /// match this pattern, relative to the project's folder. Learners then lose what they edited
    /// in them. Callable several times.
    pub fn touch(mut self, selection: impl Into<String>) -> Self {
        self.touch.push(selection.into());
        self
    }

    /// Goes on, if `yes`, though fields, card templates or the sort field of a note type are others
    /// than in the lock. Default: an error. A changed kind stays one.
    pub fn allow_schema_change(mut self, yes: bool) -> Self {
        self.allow_schema_change = yes;
        self
    }

    /// With all packages in this container. Default: what the project says of each, else
    /// [`Format::Legacy`].
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// With this package alone, of the several that the project has: the name of an output, of a
    /// part of it (`verbs/Irregular`) or, where an output without a name is split, of a deck or
    /// source file. The project is built as a whole all the same, so that the package has the
    /// bytes that it has among the others. Of a project with a matrix it is the key of a variant, or
    /// that and the name of one of its packages (`de/verbs`); the other variants are not built then.
    /// Callable several times. Default: all packages.
    pub fn only(mut self, name: impl Into<String>) -> Self {
        self.only.push(name.into());
        self
    }

    /// Writes, if `yes`, a text file that Anki imports instead of a package: see
    /// [`Package::to_text`](crate::Package::to_text). Its name ends in `.txt` where the package's
    /// would end in `.apkg`. Default: a package.
    pub fn text(mut self, yes: bool) -> Self {
        self.text = yes;
        self
    }

    /// Writes, if `yes`, over whatever stands where the package goes. Default: a file that this
    /// version of deckle did not write is an error, and stays as it is.
    pub fn force(mut self, yes: bool) -> Self {
        self.force = yes;
        self
    }

    /// Keeps, if `yes`, what takes long to make in `.deckle/cache/` of a project with a
    /// `deckle.yaml`, and takes from there what an earlier build made. The packages are the same
    /// bytes with and without. Default: nothing is kept.
    pub fn cache(mut self, yes: bool) -> Self {
        self.cache = yes;
        self
    }

    /// For these clients: what they do not show is told. Default: those that the project names; where
    /// it names none, what is lost on every phone is told.
    pub fn targets(mut self, targets: Targets) -> Self {
        self.targets = Some(targets);
        self
    }

    /// Runs the TeX of the machine for pictures that need it, if `yes`: `latex`, then `dvisvgm` or
    /// `dvipng`. It cannot start other programs, reads and writes no files but its own and is
    /// stopped after a time, but it is a programming language, and a project of strangers is a
    /// program in it. Default: such pictures are told to be missing.
    pub fn tex(mut self, yes: bool) -> Self {
        self.tex = yes;
        self
    }

    /// Tells, if `yes`, in [`Report::changes`] what a build of a whole project changes in its lock:
    /// which notes are new, changed, gone. Default: nothing is compared.
    ///
    /// [`Report::changes`]: super::Report::changes
    pub fn changes(mut self, yes: bool) -> Self {
        self.changes = yes;
        self
    }

    /// While this observer looks on; what it sees changes nothing. Callable several times.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observed.add(observer);
        self
    }

    /// With this level for a code or a group of findings; it wins over what the project file says.
    /// Errors stay errors, whatever is set. Callable several times. Default: what the project says,
    /// else the severity of each code.
    pub fn level(mut self, subject: Subject, level: Level) -> Self {
        self.levels.set(subject, level);
        self
    }
}
