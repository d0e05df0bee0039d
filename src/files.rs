//! The only place that touches the file system.
//!
//! The stages see files through [`Files`], with paths relative to the project's root and `/`
//! between their parts: a disk in use, memory in tests. Nothing outside of the root is read;
//! a symbolic link that leads out counts as outside.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use crate::error::{Error, ErrorKind};

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
    /// [`ErrorKind::Outside`] when the path leads out of the root.
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

/// A folder on disk.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The folder `root`, with its symbolic links resolved.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn new(root: impl AsRef<Path>) -> Result<Self, Error> {
        let root = root.as_ref();
        let found = std::fs::canonicalize(root).map_err(|source| Error::read(root, source))?;
        Ok(Self { root: found })
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Gives an existing file another content, by way of a temporary file beside it; its
    /// permissions stay. Of a symbolic link that stays inside, the file it leads to changes.
    ///
    /// # Errors
    /// When the file lies outside, cannot be written, or does not hold `old` any more; then it is
    /// as it was.
    pub fn replace(&self, path: &str, old: &[u8], new: &[u8]) -> Result<(), Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let target = self.resolve(path)?.ok_or_else(missing)?;
        let current = std::fs::read(&target).map_err(|source| Error::read(path, source))?;
        if current != old {
            return Err(Error::usage(format!(
                "`{path}` has changed since it was read; it was left as it is"
            )));
        }
        let failed = |source| Error::write(&target, source);
        let data = std::fs::metadata(&target).map_err(|source| Error::read(path, source))?;
        if data.permissions().readonly() {
            return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
        }
        write_atomically(&target, |file| {
            file.write_all(new).map_err(failed)?;
            file.set_permissions(data.permissions()).map_err(failed)
        })?;
        Ok(())
    }

    /// The file on disk, once it is certain that it lies inside. `None` where it does not exist.
    fn resolve(&self, path: &str) -> Result<Option<PathBuf>, Error> {
        let relative = Path::new(path);
        let inside = relative
            .components()
            .all(|it| matches!(it, Component::Normal(_)));
        if !inside {
            return Err(Error::new(ErrorKind::Outside(relative.to_owned())));
        }
        match std::fs::canonicalize(self.root.join(relative)) {
            Ok(found) if found.starts_with(&self.root) => Ok(Some(found)),
            Ok(_) => Err(Error::new(ErrorKind::Outside(relative.to_owned()))),
            Err(_) => Ok(None),
        }
    }
}

impl Files for Disk {
    fn list(&self) -> Result<FileList, Error> {
        let mut list = FileList::default();
        // Only .gitignore files inside the project count: a build must not depend on the
        // settings of the person or the folder above.
        let walk = WalkBuilder::new(&self.root)
            .standard_filters(false)
            .hidden(true)
            .git_ignore(true)
            .require_git(false)
            .parents(false)
            .follow_links(false)
            .build();
        for entry in walk {
            let entry = entry.map_err(|source| {
                Error::new(ErrorKind::Read(self.root.clone())).caused_by(source)
            })?;
            let is_file = entry.file_type().is_some_and(|kind| {
                // A link to a file inside is as good as the file; `size` refuses the others.
                kind.is_file() || (kind.is_symlink() && entry.path().is_file())
            });
            let (true, Ok(relative)) = (is_file, entry.path().strip_prefix(&self.root)) else {
                continue;
            };
            match slashed(relative) {
                Some(path) => list.paths.push(path),
                None => list.not_utf8.push(relative.to_string_lossy().into_owned()),
            }
        }
        list.paths.sort_unstable();
        list.not_utf8.sort_unstable();
        Ok(list)
    }

    fn folder(&self, path: &str) -> Vec<String> {
        let folder = match path {
            "" => Some(self.root.clone()),
            _ => self.resolve(path).ok().flatten(),
        };
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some(if entry.path().is_dir() {
                    name + "/"
                } else {
                    name
                })
            })
            .collect();
        names.sort_unstable();
        names
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        let Some(found) = self.resolve(path)? else {
            return Ok(None);
        };
        let data = std::fs::metadata(found).map_err(|source| Error::read(path, source))?;
        Ok(data.is_file().then_some(data.len()))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let found = self.resolve(path)?.ok_or_else(missing)?;
        let file = std::fs::File::open(found).map_err(|source| Error::read(path, source))?;
        Ok(Box::new(file))
    }
}

/// Files held in memory, for tests and for programs that have no folder.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this file; the path is relative, with `/` between its parts.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl Files for Memory {
    fn list(&self) -> Result<FileList, Error> {
        Ok(FileList {
            paths: self.files.keys().cloned().collect(),
            not_utf8: Vec::new(),
        })
    }

    fn folder(&self, path: &str) -> Vec<String> {
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|it| it.strip_prefix(&prefix))
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        names.dedup();
        names
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(Error::new(ErrorKind::Outside(path.into())));
        }
        Ok(self.files.get(path).map(|bytes| bytes.len() as u64))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let bytes = self.files.get(path).ok_or_else(missing)?;
        Ok(Box::new(Cursor::new(bytes.as_slice())))
    }
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

/// Writes a file by way of a temporary one in the same folder, so that nobody ever sees half of
/// it. Returns whether it changed: where the file has these very bytes already, it is not touched.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written; an older file then is as it was.
pub fn write_atomically<T>(
    path: &Path,
    write: impl FnOnce(&mut std::fs::File) -> Result<T, Error>,
) -> Result<(T, bool), Error> {
    let failed = |source| Error::write(path, source);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".deckle-");
    #[cfg(unix)]
    {
        // The default of temporary files is private to their owner; what we write is to follow
        // the umask, as any other file does.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder).map_err(failed)?;
    let value = write(temporary.as_file_mut())?;
    temporary.as_file_mut().flush().map_err(failed)?;
    if same_bytes(temporary.path(), path) {
        return Ok((value, false));
    }
    temporary.as_file().sync_all().map_err(failed)?;
    temporary
        .persist(path)
        .map_err(|error| failed(error.error))?;
    Ok((value, true))
}

/// Writes a file that must not exist yet, with the folders that it lies in; a link in its place
/// counts as existing.
///
/// # Errors
/// When there is something at the path, or it cannot be written.
pub fn write_new<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Error>,
) -> Result<T, Error> {
    let failed = |source| Error::write(path, source);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = std::fs::File::create_new(path).map_err(failed)?;
    let mut file = std::io::BufWriter::new(file);
    let value = write(&mut file)?;
    file.flush().map_err(failed)?;
    Ok(value)
}

/// Makes a folder, with those that it lies in, where it does not exist.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(|source| Error::write(path, source))
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

/// The file as text, for what lies outside of a project's [`Files`], such as its own lock.
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

fn same_bytes(left: &Path, right: &Path) -> bool {
    let sizes = (std::fs::metadata(left), std::fs::metadata(right));
    let (Ok(left_size), Ok(right_size)) = sizes else {
        return false;
    };
    if left_size.len() != right_size.len() {
        return false;
    }
    let (Ok(mut left), Ok(mut right)) = (std::fs::File::open(left), std::fs::File::open(right))
    else {
        return false;
    };
    let mut buffers = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let (Ok(left_len), Ok(right_len)) = (
            read_full(&mut left, &mut buffers.0),
            read_full(&mut right, &mut buffers.1),
        ) else {
            return false;
        };
        if buffers.0[..left_len] != buffers.1[..right_len] {
            return false;
        }
        if left_len == 0 {
            return true;
        }
    }
}

fn read_full(file: &mut std::fs::File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|it| it.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
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

    #[test]
    fn a_link_that_leads_out_is_outside() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("project");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(outer.path().join("secret"), "x").unwrap();
        std::fs::write(root.join("a.md"), "a").unwrap();
        let disk = Disk::new(&root).unwrap();
        assert_eq!(disk.size("a.md").unwrap(), Some(1));
        assert_eq!(disk.size("b.md").unwrap(), None);
        let outside = |result: Result<Option<u64>, Error>| {
            matches!(result.unwrap_err().kind(), ErrorKind::Outside(_))
        };
        assert!(outside(disk.size("../secret")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret"), root.join("link")).unwrap();
            assert!(outside(disk.size("link")));
        }
    }

    #[test]
    fn equal_bytes_leave_a_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er.txt");
        let put = |text: &str| {
            write_atomically(&path, |file| {
                file.write_all(text.as_bytes())
                    .map_err(|source| Error::write("t", source))
            })
            .unwrap()
            .1
        };
        assert!(put("one"));
        assert!(!put("one"));
        assert!(put("two"));
        assert_eq!(
            std::fs::read_dir(folder.path().join("deep"))
                .unwrap()
                .count(),
            1
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_text_are_listed_for_themselves() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.md");
        std::fs::write(folder.path().join(name), "x").unwrap();
        std::fs::write(folder.path().join("a.md"), "x").unwrap();
        let list = Disk::new(folder.path()).unwrap().list().unwrap();
        assert_eq!(list.paths, ["a.md"]);
        assert_eq!(list.not_utf8, ["caf\u{fffd}.md"]);
    }
}
