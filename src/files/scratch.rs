//! A folder for the work of external programs and for what is too large for memory, gone when it is
//! done.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::io::Read;
use std::path::Path;

use crate::error::Error;

/// A folder that nobody else uses, removed with all in it when it is dropped.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// A new folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self, Error> {
        let made = tempfile::Builder::new().prefix("deckle-").tempdir();
        let failed = |source| Error::write("the folder for temporary files", source);
        Ok(Self(made.map_err(failed)?))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The file of this name in it; `None` where there is none, or no plain file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path().join(name);
        match std::fs::symlink_metadata(&path) {
            Ok(data) if data.is_file() => {}
            _ => return Ok(None),
        }
        let failed = |source| Error::read(&path, source);
        let mut bytes = Vec::new();
        let mut file = std::fs::File::open(&path).map_err(failed)?;
        file.read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    /// Opens the file of this name in it; says its size in bytes, too.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, name: &str) -> Result<(impl Read + use<>, u64), Error> {
        let path = self.path().join(name);
        let open = || {
            let file = std::fs::File::open(&path)?;
            let size = file.metadata()?.len();
            Ok((file, size))
        };
        open().map_err(|source| Error::read(&path, source))
    }
}
