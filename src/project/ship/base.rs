//! What was delivered last: a copy of each package, in a folder of the project for each target.

use std::path::{Path, PathBuf};

use crate::{Error, files};

/// Where they lie in the project. The cache beside it may be removed; this may not.
const FOLDER: &str = ".deckle/base";

/// The packages that were delivered to one target last.
#[derive(Debug, Clone)]
pub(super) struct Base(PathBuf);

impl Base {
    pub(super) fn new(root: &Path, target: &str) -> Self {
        Self(root.join(FOLDER).join(target))
    }

    /// Where the copy of this package is, if there is one.
    pub(super) fn path(&self, package: &Path) -> PathBuf {
        self.0.join(package.file_name().unwrap_or_default())
    }

    /// Keeps a package as the last one that was delivered: whole, or the one before stays.
    pub(super) fn keep(&self, package: &Path) -> Result<(), Error> {
        files::make_folder(&self.0)?;
        files::sweep_deliveries(&self.0)?;
        files::deliver(package, &self.path(package))?;
        Ok(())
    }
}
