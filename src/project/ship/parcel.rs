//! A package on its way to a server. What the server does with it is told by who speaks to it.

use std::path::PathBuf;

use super::base::Base;
use crate::package::PackageReader;
use crate::project::{Built, output};
use crate::{Error, files};

/// A package on its way to a server, and the one that was delivered there before.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parcel {
    /// What was built.
    pub built: Built,
    base: Base,
    /// The project whose cache may be used.
    #[cfg_attr(
        not(feature = "sync"),
        expect(dead_code, reason = "only of sync servers anything is kept")
    )]
    pub(super) cache: Option<PathBuf>,
}

impl Parcel {
    pub(super) fn new(built: Built, base: Base, cache: Option<PathBuf>) -> Self {
        Self { built, base, cache }
    }

    /// The package that was delivered to this target last; `None` where this is the first time.
    ///
    /// # Errors
    /// When what was kept cannot be read any more.
    pub fn base(&self) -> Result<Option<PathBuf>, Error> {
        let path = self.base.path(&self.built.path);
        if files::is_missing(&path) {
            return Ok(None);
        }
        match PackageReader::open(&path) {
            Ok(_) => Ok(Some(path)),
            Err(error) if output::is_damage(&error) => {
                let text = format!(
                    "`{}`, the package that was delivered last, is damaged; remove it to go on without: moved cards stay this once, and removed notes are not known",
                    path.display()
                );
                Err(Error::usage(text).caused_by(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether these very bytes were delivered last.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        files::are_same(&self.built.path, &self.base.path(&self.built.path))
    }

    /// Keeps the package as the one that was delivered last. For after it has arrived, and that was
    /// looked at: what is kept is believed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self) -> Result<(), Error> {
        self.base.keep(&self.built.path)
    }
}
