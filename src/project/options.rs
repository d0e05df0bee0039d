//! What a caller may say of a build.

use std::path::{Path, PathBuf};

use crate::model::BuildTime;
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
    pub(super) format: Format,
    pub(super) force: bool,
}

impl BuildOptions {
    /// A build at this time: the time of notes that are new or changed.
    pub fn new(time: impl Into<BuildTime>) -> Self {
        Self {
            time: time.into(),
            output: None,
            baseline: None,
            allow_schema_change: false,
            format: Format::default(),
            force: false,
        }
    }

    /// With the package at this path. Default: what the manifest says, else beside the sources.
    pub fn output(mut self, path: impl AsRef<Path>) -> Self {
        self.output = Some(path.as_ref().to_owned());
        self
    }

    /// With the package of an earlier build to go on from, where no lock is kept. Default: the
    /// output itself, if deckle wrote it and the project has no manifest.
    pub fn baseline(mut self, path: impl AsRef<Path>) -> Self {
        self.baseline = Some(path.as_ref().to_owned());
        self
    }

    /// Goes on, if `yes`, though fields or card templates of a note type are others than in the
    /// lock. Default: an error.
    pub fn allow_schema_change(mut self, yes: bool) -> Self {
        self.allow_schema_change = yes;
        self
    }

    /// With the package in this container. Default: [`Format::Legacy`].
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Writes, if `yes`, over whatever stands where the package goes. Default: a file that this
    /// version of deckle did not write is an error, and stays as it is.
    pub fn force(mut self, yes: bool) -> Self {
        self.force = yes;
        self
    }
}
