//! A folder of its own for a program that makes files, gone when nobody holds it any more.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::io::Read;
use std::path::Path;

use crate::{Error, ErrorKind};

/// A folder for temporary files.
#[derive(Debug)]
pub struct Workspace(tempfile::TempDir);

impl Workspace {
    /// An empty one.
    ///
    /// # Errors
    /// When the system has no room for it.
    pub fn new() -> Result<Self, Error> {
        let folder = std::env::temp_dir();
        tempfile::Builder::new()
            .prefix("deckle-")
            .tempdir()
            .map(Self)
            .map_err(|error| Error::write(&folder, error))
    }

    /// The folder, for a program to run in.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file into it.
    ///
    /// # Errors
    /// When it cannot be written, or the name is none of a file in this folder.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.0.path().join(name);
        if name.contains(['/', '\\']) || path.parent() != Some(self.0.path()) {
            return Err(Error::new(ErrorKind::Outside(path)));
        }
        std::fs::write(&path, bytes).map_err(|error| Error::write(&path, error))
    }

    /// A file that a program made; `None` where there is none, it cannot be read or has more than
    /// `most` bytes.
    #[must_use]
    pub fn read(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        let path = self.0.path().join(name);
        let found = std::fs::symlink_metadata(&path).ok()?;
        if !found.is_file() || found.len() > most {
            return None;
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&path).ok()?;
        file.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_in_it_and_go_with_it() {
        let workspace = Workspace::new().unwrap();
        let path = workspace.path().to_owned();
        workspace.write("a.tex", b"x").unwrap();
        assert_eq!(workspace.read("a.tex", 1).as_deref(), Some(&b"x"[..]));
        assert_eq!(workspace.read("a.tex", 0), None);
        assert_eq!(workspace.read("b.tex", 9), None);
        for name in ["../a.tex", "a/b", "..", ""] {
            assert!(workspace.write(name, b"").is_err(), "{name}");
        }
        drop(workspace);
        assert!(!path.exists());
    }
}
