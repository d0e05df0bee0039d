//! What stands at paths that lie in no project, or not yet in one.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::path::{Path, PathBuf};

use crate::error::Error;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// Where a path leads, without symbolic links, and what is there.
///
/// # Errors
/// When there is nothing.
pub fn locate(path: &Path) -> Result<(PathBuf, Kind), Error> {
    let found = std::fs::canonicalize(path).map_err(|source| Error::read(path, source))?;
    let kind = if found.is_dir() {
        Kind::Folder
    } else {
        Kind::File
    };
    Ok((found, kind))
}

/// Whether there is a file at this path.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether there is nothing at this path, or a folder with nothing in it.
///
/// # Errors
/// When it cannot be looked at.
pub fn is_vacant(path: &Path) -> Result<bool, Error> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(Error::read(path, error)),
    }
}

/// The file as text, for what lies outside of a project's [`Files`](super::Files), such as its own lock.
///
/// # Errors
/// When it cannot be read. A file that does not exist is `None`.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::read(path, error)),
    }
}

/// Opens a file outside of any project, such as a media file that a program names, and says its
/// size in bytes.
///
/// # Errors
/// When it is no file, or cannot be read.
pub fn open_disk(path: &Path) -> Result<(std::fs::File, u64), Error> {
    let failed = |source| Error::read(path, source);
    let file = std::fs::File::open(path).map_err(failed)?;
    let data = file.metadata().map_err(failed)?;
    // A folder can be opened on Unix; reading it then fails late, in the middle of the work.
    if data.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    Ok((file, data.len()))
}

/// Whether there is nothing at this path.
#[must_use]
pub fn is_missing(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

/// Whether the system says of a file or folder that nobody may write it. That it does not say so is
/// no promise.
#[must_use]
pub fn is_read_only(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| it.permissions().readonly())
}

/// Whether there is a program at this path that may be run; on Windows also under the endings that
/// programs have. It is not run.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let data = std::fs::metadata(path);
        data.is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        let name = path.as_os_str().to_owned();
        let with = |ending: &str| {
            let mut name = name.clone();
            name.push(ending);
            PathBuf::from(name).is_file()
        };
        ["", ".exe", ".cmd", ".bat"].into_iter().any(with)
    }
}
