//! The only place that touches the file system.
//!
//! The stages see files through [`Files`], with paths relative to the project's root and `/`
//! between their parts: a disk in use, memory in tests. Nothing outside of the root is read;
//! a symbolic link that leads out counts as outside.

mod cache;
mod command;
mod container;
mod content;
#[cfg(test)]
pub(crate) mod counted;
mod deliver;
mod disk;
#[cfg(feature = "fetch")]
mod download;
mod ending;
mod exif;
mod look;
mod memory;
mod metadata;
mod owned;
mod picture;
mod pins;
mod remember;
#[cfg(test)]
pub(crate) mod sample;
mod scratch;
mod secret;
mod stamp;
mod svg;
mod syncthing;
mod workspace;
mod write;

use std::io::Read;
use std::sync::Arc;
use std::time::SystemTime;

pub use cache::Cache;
pub use command::{Command, CommandError, Finished};
pub use container::{Container, HEAD, Nature, container_of};
pub use content::Content;
pub use deliver::{are_same, deliver, deliver_bytes, is_folder, names_in, sweep_deliveries};
pub use disk::Disk;
#[cfg(feature = "fetch")]
pub use download::{Downloaded, Downloader};
pub use ending::EarlyEnd;
pub use look::{
    Kind, disk_hash, disk_stamp, hash_of, is_file, is_missing, is_program, is_read_only, is_vacant,
    locate, open_disk, read_if_exists,
};
pub use memory::Memory;
pub use metadata::{Metadata, metadata, without_metadata};
pub use owned::{OwnedChanges, OwnedFolder};
pub(crate) use picture::UNITS;
pub use picture::{Picture, PictureFormat};
pub use pins::{BadLine, FetchedFile, MadeFile, PINS, Pins};
pub use remember::Remembering;
pub use scratch::Scratch;
pub use secret::{Secret, read_secret};
pub use stamp::Stamp;
pub use svg::{SvgFlaw, SvgFlawKind, svg_flaws};
pub use syncthing::{conflict_original, is_conflict_copy, transfer_size};
pub use workspace::Workspace;
pub use write::{make_folder, remove_file, write_atomically, write_below, write_new};

use crate::error::Error;

/// The files below a project's root.
pub trait Files: Sync {
    /// All files that version control would see (what a `.gitignore` inside the project names is
    /// left out, and hidden ones), sorted by their bytes.
    ///
    /// # Errors
    /// When a folder cannot be read.
    fn list(&self) -> Result<FileList, Error>;

    /// The names in one folder, sorted; folders end with `/`. Empty where it does not exist.
    fn folder(&self, path: &str) -> Vec<String>;

    /// The size of a file in bytes; `None` where there is no file of exactly this name.
    ///
    /// # Errors
    /// [`ErrorKind::Outside`](crate::ErrorKind::Outside) when the path leads out of the root.
    fn size(&self, path: &str) -> Result<Option<u64>, Error>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// When it cannot be read, or lies outside of the root.
    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error>;

    /// The whole file.
    ///
    /// # Errors
    /// As [`Files::open`].
    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.open(path)?
            .read_to_end(&mut bytes)
            .map_err(|source| Error::read(path, source))?;
        Ok(bytes)
    }

    /// What a file of media holds: its hash, its format and the like. It is read once, and held
    /// whole only where it is a picture.
    ///
    /// # Errors
    /// As [`Files::open`].
    fn content(&self, path: &str) -> Result<Arc<Content>, Error> {
        let content = Content::read(self.open(path)?);
        content
            .map(Arc::new)
            .map_err(|source| Error::read(path, source))
    }

    /// As [`Files::content`], with the stamp that the very file had which was read, where one is
    /// known. Default: none is.
    ///
    /// # Errors
    /// As [`Files::open`].
    fn content_and_stamp(&self, path: &str) -> Result<(Arc<Content>, Option<Stamp>), Error> {
        Ok((self.content(path)?, None))
    }

    /// The BLAKE3 hash of a file, from [`Files::content`].
    ///
    /// # Errors
    /// As [`Files::open`].
    fn hash(&self, path: &str) -> Result<[u8; 32], Error> {
        Ok(self.content(path)?.hash)
    }

    /// What the content of a file is known by without reading it; `None` where there is no file of
    /// this name. Default: `None` for every file, so that each is read whenever it is asked for.
    ///
    /// # Errors
    /// As [`Files::size`].
    fn stamp(&self, _path: &str) -> Result<Option<Stamp>, Error> {
        Ok(None)
    }

    /// Says that a build begins, and that it is `now` or later: what is read from here on was not
    /// written after. Default: nothing depends on it.
    fn begin(&self, _now: SystemTime) {}
}

/// The files below a root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FileList {
    /// Their paths.
    pub paths: Vec<String>,
    /// Paths of files that no text can name, as near as text comes to them: some part of them is
    /// not UTF-8.
    pub not_utf8: Vec<String>,
}

/// Joins a path in a file with that file's folder, resolving `.` and `..`. `None` where `..`
/// leads out of the root, or a part of the path is one that some system could take for a root.
#[must_use]
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a file, without a slash at its end; empty for the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
#[must_use]
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_do_not_leave_the_root() {
        assert_eq!(join("a/b", "../c.png").as_deref(), Some("a/c.png"));
        assert_eq!(join("a/b", "./c//d").as_deref(), Some("a/b/c/d"));
        assert_eq!(join("a", "../../c"), None);
        assert_eq!((parent("a/b.md"), file_name("a/b.md")), ("a", "b.md"));
        assert_eq!((parent("b.md"), file_name("b.md")), ("", "b.md"));
    }
}
