//! What was delivered last: a copy of each package, in a folder of the project for each target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::history;
use crate::{Error, files};

/// Where they lie in the project. The cache beside it may be removed; this may not.
pub(in crate::project) const FOLDER: &str = ".deckle/base";

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

    /// Keeps a package as the last one that was delivered: whole, or the one before stays. What it
    /// has in another way than that one is written down.
    pub(super) fn keep(&self, package: &Path) -> Result<(), Error> {
        files::make_folder(&self.0)?;
        files::sweep_deliveries(&self.0)?;
        history::remember(&self.path(package), package)?;
        files::deliver(package, &self.path(package))?;
        Ok(())
    }
}

/// The packages that were last delivered, by the names of their targets.
pub(in crate::project) fn kept(root: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, Error> {
    let folder = root.join(FOLDER);
    let mut kept = BTreeMap::new();
    if !files::is_folder(&folder) {
        return Ok(kept);
    }
    for target in files::names_in(&folder)? {
        let of_target = folder.join(&target);
        if !files::is_folder(&of_target) {
            continue;
        }
        let names = files::names_in(&of_target)?.into_iter();
        let packages = names.filter(|it| it.ends_with(".apkg") && !it.starts_with(['.', '~']));
        let packages: Vec<PathBuf> = packages.map(|it| of_target.join(it)).collect();
        if !packages.is_empty() {
            kept.insert(target, packages);
        }
    }
    Ok(kept)
}
