//! A folder on disk.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
#[cfg(unix)]
use std::time::{Duration, UNIX_EPOCH};

use ignore::WalkBuilder;

use super::stamp::Stamp;
use super::write::write_atomically;
use super::{Content, FileList, Files};
use crate::error::{Error, ErrorKind};

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

    /// Looks whether a file still holds `old`, or, with `None`, still does not exist, and may be
    /// written over.
    ///
    /// # Errors
    /// When the file lies outside, cannot be read, may not be written, or holds something else.
    pub fn check(&self, path: &str, old: Option<&[u8]>) -> Result<(), Error> {
        match old {
            Some(old) => self.unchanged(path, old).map(|_| ()),
            None if self.resolve(path)?.is_none() => Ok(()),
            None => Err(changed(path)),
        }
    }

    /// Gives an existing file another content, by way of a temporary file beside it; its
    /// permissions stay. Of a symbolic link that stays inside, the file it leads to changes.
    ///
    /// # Errors
    /// When the file lies outside, cannot be written, or does not hold `old` any more; then it is
    /// as it was.
    pub fn replace(&self, path: &str, old: &[u8], new: &[u8]) -> Result<(), Error> {
        let (target, permissions) = self.unchanged(path, old)?;
        let failed = |source| Error::write(&target, source);
        write_atomically(&target, |file| {
            file.write_all(new).map_err(failed)?;
            file.set_permissions(permissions.clone()).map_err(failed)
        })?;
        Ok(())
    }

    /// The file on disk that a path leads to, and its permissions, if it still holds `old` and may
    /// be written.
    fn unchanged(&self, path: &str, old: &[u8]) -> Result<(PathBuf, std::fs::Permissions), Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let target = self.resolve(path)?.ok_or_else(missing)?;
        let current = std::fs::read(&target).map_err(|source| Error::read(path, source))?;
        if current != old {
            return Err(changed(path));
        }
        let data = std::fs::metadata(&target).map_err(|source| Error::read(path, source))?;
        let permissions = data.permissions();
        if permissions.readonly() {
            let denied = std::io::ErrorKind::PermissionDenied.into();
            return Err(Error::write(&target, denied));
        }
        Ok((target, permissions))
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

fn changed(path: &str) -> Error {
    Error::usage(format!(
        "`{path}` has changed since it was read; it was left as it is"
    ))
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

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let found = self.resolve(path)?.ok_or_else(missing)?;
        std::fs::read(found).map_err(|source| Error::read(path, source))
    }

    fn content_and_stamp(&self, path: &str) -> Result<(Arc<Content>, Option<Stamp>), Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let found = self.resolve(path)?.ok_or_else(missing)?;
        let failed = |source| Error::read(path, source);
        let file = std::fs::File::open(found).map_err(failed)?;
        // Of the file that is open, whatever comes into its place.
        let stamp = stamp_of(&file.metadata().map_err(failed)?);
        let content = Content::read(file).map_err(failed)?;
        Ok((Arc::new(content), stamp))
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        let Some(found) = self.resolve(path)? else {
            return Ok(None);
        };
        let data = std::fs::metadata(found).map_err(|source| Error::read(path, source))?;
        Ok(stamp_of(&data).filter(|_| data.is_file()))
    }
}

#[cfg(unix)]
pub(super) fn stamp_of(data: &std::fs::Metadata) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let seconds = Duration::from_secs(data.ctime().unsigned_abs());
    let changed = match data.ctime() {
        0.. => UNIX_EPOCH.checked_add(seconds)?,
        _ => UNIX_EPOCH.checked_sub(seconds)?,
    };
    let within = u64::try_from(data.ctime_nsec()).ok()?;
    let changed = changed.checked_add(Duration::from_nanos(within))?;
    let stamp = Stamp::new(data.len(), data.modified().ok()?);
    Some(stamp.changed(changed).place(data.dev(), data.ino()))
}

/// The standard library knows neither the time of change nor the place here; when the file was
/// created tells at least one file from another.
#[cfg(not(unix))]
pub(super) fn stamp_of(data: &std::fs::Metadata) -> Option<Stamp> {
    let stamp = Stamp::new(data.len(), data.modified().ok()?);
    Some(data.created().map_or(stamp, |it| stamp.changed(it)))
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
    fn a_stamp_changes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("a.md", "a");
        put("b.md", "b");
        let disk = Disk::new(folder.path()).unwrap();
        let stamp = || disk.stamp("a.md").unwrap().unwrap();
        let first = stamp();
        assert_eq!((first, first.size()), (stamp(), 1));
        put("a.md", "aa");
        assert_ne!(first, stamp());
        assert_eq!(disk.stamp("c.md").unwrap(), None);
        assert!(disk.stamp("../a.md").is_err());
        #[cfg(unix)]
        {
            // Neither a time that is set back nor another file in its place goes unseen, once the
            // clock of the file system went on.
            let tick = || {
                put("tick", "");
                disk.stamp("tick").unwrap()
            };
            let start = tick();
            while tick() == start {}
            put("a.md", "a");
            let file = std::fs::File::options()
                .write(true)
                .open(folder.path().join("a.md"));
            file.unwrap().set_modified(first.modified()).unwrap();
            assert_ne!(first, stamp());
            let last = stamp();
            std::fs::rename(folder.path().join("b.md"), folder.path().join("a.md")).unwrap();
            assert_ne!(last, stamp());
        }
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
