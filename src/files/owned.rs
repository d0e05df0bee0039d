//! A folder all of whose files one program writes, again and again: what is the same is not touched,
//! what is no longer written goes, and what somebody else put there stays.
//!
//! A file in it lists what was written. The list is as hostile as any file of a stranger: only names
//! below the folder count, and no link leads out of it.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;

/// What the names of files begin and end with that are being written.
const TEMPORARY_PREFIX: &str = ".deckle-";
const TEMPORARY_SUFFIX: &str = ".part";

/// A folder that is being written.
#[derive(Debug)]
#[must_use = "what is no longer written goes only when it is finished"]
pub struct OwnedFolder {
    path: PathBuf,
    list: &'static str,
    /// What stands in the first line of the list.
    head: &'static str,
    /// Files of the last time.
    old: BTreeSet<String>,
    new: Mutex<New>,
    changed: AtomicUsize,
}

/// Files of this time.
#[derive(Debug)]
struct New {
    paths: BTreeSet<String>,
    /// The list, which grows before a file is made: a run that is cut off leaves files, and the next one
    /// has to know that they are its own.
    journal: Option<std::fs::File>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedChanges {
    /// How many files are new or others than before.
    pub written: usize,
    /// How many files of the last time are gone.
    pub removed: usize,
}

impl OwnedFolder {
    /// The folder at this path, made if it is not there. `list` is the name of the file in it that
    /// lists the others below the line `head`. `None` where the folder holds something and has no such
    /// file.
    ///
    /// # Errors
    /// When the folder cannot be read or made.
    pub fn open(
        path: &Path,
        list: &'static str,
        head: &'static str,
    ) -> Result<Option<Self>, Error> {
        if path.join(list).is_symlink() {
            return Ok(None);
        }
        let old = match super::read_if_exists(&path.join(list)) {
            Ok(Some(bytes)) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut lines = text.lines();
                if lines.next() != Some(head) {
                    return Ok(None);
                }
                lines.filter(|it| is_below(it)).map(str::to_owned).collect()
            }
            Ok(None) if !super::is_vacant(path)? => return Ok(None),
            Ok(None) => BTreeSet::new(),
            // A file where the folder should be.
            Err(_) if path.is_file() => return Ok(None),
            Err(error) => return Err(error),
        };
        let failed = |source| Error::write(path, source);
        std::fs::create_dir_all(path).map_err(failed)?;
        let path = std::fs::canonicalize(path).map_err(failed)?;
        let journal = path.join(list);
        if super::is_missing(&journal) {
            write_list(&journal, head, &BTreeSet::new())?;
        }
        let mut options = std::fs::OpenOptions::new();
        let journal = options.append(true).open(&journal).map_err(failed)?;
        let paths = BTreeSet::new();
        Ok(Some(Self {
            path,
            list,
            head,
            old,
            new: Mutex::new(New {
                paths,
                journal: Some(journal),
            }),
            changed: AtomicUsize::new(0),
        }))
    }

    /// Where it is, without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, whole or not at all, whose path has `/` between its parts. One that has these
    /// very bytes is not touched. It is not waited for until the disk has it: all of it can be made
    /// again.
    ///
    /// # Errors
    /// When it cannot be written, or the path leads out of the folder.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let target = self.claim(path)?;
        let failed = |source| Error::write(&target, source);
        let is_same = |mut file: std::fs::File| -> std::io::Result<bool> {
            if file.metadata()?.len() != bytes.len() as u64 {
                return Ok(false);
            }
            let mut there = Vec::with_capacity(bytes.len());
            file.read_to_end(&mut there)?;
            Ok(there == bytes)
        };
        if open_plain(&target).is_some_and(|it| is_same(it).unwrap_or_default()) {
            return Ok(());
        }
        let mut temporary = temporary(&target).map_err(failed)?;
        temporary.write_all(bytes).map_err(failed)?;
        self.replace(temporary, &target)
    }

    /// As [`OwnedFolder::put`], of what a function writes, which is called once or twice: first only
    /// to be compared with what is there.
    ///
    /// # Errors
    /// As [`OwnedFolder::put`], and those of the function.
    pub fn copy(
        &self,
        path: &str,
        mut write: impl FnMut(&mut dyn Write) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let target = self.claim(path)?;
        if let Some(file) = open_plain(&target) {
            let mut comparison = Comparison {
                file: std::io::BufReader::new(file),
                differs: false,
                buffer: Vec::new(),
            };
            write(&mut comparison)?;
            if comparison.ends_the_same() {
                return Ok(());
            }
        }
        let failed = |source| Error::write(&target, source);
        let mut temporary = temporary(&target).map_err(failed)?;
        write(&mut temporary)?;
        self.replace(temporary, &target)
    }

    /// Removes what was written the last time and not this time.
    ///
    /// # Errors
    /// When a file cannot be removed, or the list cannot be written.
    pub fn finish(self) -> Result<OwnedChanges, Error> {
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        // Some systems replace no file that is open.
        new.journal = None;
        let new = std::mem::take(&mut new.paths);
        let mut removed = 0;
        let folded: BTreeMap<String, &String> =
            new.iter().map(|it| (it.to_lowercase(), it)).collect();
        for path in self.old.difference(&new) {
            // What lies behind a link is none of ours.
            let Some(target) = self.within(path, false) else {
                continue;
            };
            // Where `A` and `a` are one file, it is still needed.
            let twin = folded.get(&path.to_lowercase());
            if twin.is_some_and(|it| is_one_file(&target, &self.path.join(it))) {
                continue;
            }
            if std::fs::symlink_metadata(&target).is_ok_and(|it| !it.is_dir()) {
                super::remove_file(&target)?;
                removed += 1;
            }
            // Folders that are empty now; one that is not stays.
            for folder in target.ancestors().skip(1) {
                if folder == self.path || std::fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
        self.sweep(&new)?;
        write_list(&self.path.join(self.list), self.head, &new)?;
        Ok(OwnedChanges {
            written: self.changed.load(Ordering::Relaxed),
            removed,
        })
    }

    /// Removes temporary files of runs that were cut off from the folders of these files. One that
    /// another run is writing at this moment stays.
    fn sweep(&self, paths: &BTreeSet<String>) -> Result<(), Error> {
        let folder_of = |path: &'_ String| path.rsplit_once('/').map_or("", |it| it.0).to_owned();
        let mut folders: BTreeSet<String> = paths.iter().map(folder_of).collect();
        folders.insert(String::new());
        for folder in &folders {
            let path = self.path.join(folder);
            for name in super::names_in(&path)? {
                let is_temporary = name.starts_with(TEMPORARY_PREFIX)
                    && name.ends_with(TEMPORARY_SUFFIX)
                    && !paths.contains(format!("{folder}/{name}").trim_start_matches('/'));
                if !is_temporary {
                    continue;
                }
                let left = path.join(name);
                // Who writes it holds a lock, which ends with the process.
                if open_plain(&left).is_some_and(|it| it.try_lock().is_ok()) {
                    super::remove_file(&left)?;
                }
            }
        }
        Ok(())
    }

    fn replace(&self, temporary: tempfile::NamedTempFile, target: &Path) -> Result<(), Error> {
        temporary
            .persist(target)
            .map_err(|error| Error::write(target, error.error))?;
        self.changed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Where a file goes, whose folder is made.
    fn claim(&self, path: &str) -> Result<PathBuf, Error> {
        let outside = || Error::new(crate::ErrorKind::Outside(path.into()));
        let target = self.within(path, true).ok_or_else(outside)?;
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        if new.paths.insert(path.to_owned()) && !self.old.contains(path) {
            let line = format!("{path}\n");
            if let Some(journal) = &mut new.journal {
                let written = journal.write_all(line.as_bytes());
                written.map_err(|source| Error::write(self.path.join(self.list), source))?;
            }
        }
        Ok(target)
    }

    /// The path of a file, if nothing on the way is a link.
    fn within(&self, path: &str, make: bool) -> Option<PathBuf> {
        if !is_below(path) {
            return None;
        }
        let mut at = self.path.clone();
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in folders.split('/').filter(|it| !it.is_empty()) {
            at.push(part);
            if make && std::fs::create_dir(&at).is_ok() {
                continue;
            }
            std::fs::symlink_metadata(&at)
                .ok()
                .filter(std::fs::Metadata::is_dir)?;
        }
        Some(at.join(name))
    }
}

fn write_list(target: &Path, head: &str, paths: &BTreeSet<String>) -> Result<(), Error> {
    let mut text = format!("{head}\n");
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    let failed = |source| Error::write(target, source);
    if super::read_if_exists(target)?.as_deref() == Some(text.as_bytes()) {
        return Ok(());
    }
    let mut temporary = temporary(target).map_err(failed)?;
    temporary.write_all(text.as_bytes()).map_err(failed)?;
    temporary
        .persist(target)
        .map_err(|error| failed(error.error))?;
    Ok(())
}

/// Whether a path stays below its folder on every system.
fn is_below(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.chars().all(|it| matches!(it, '.' | ' '))
            && !part.contains(['\\', ':', '\0', '\n', '\r'])
    };
    path.split('/').all(plain)
}

fn temporary(target: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As the umask has it for any other file, and not for its owner alone.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(target.parent().unwrap_or(Path::new(".")))?;
    // Where the file system has no locks, nothing is swept either.
    let _ = temporary.as_file().try_lock();
    Ok(temporary)
}

/// The file, if it is one and no link: what lies behind a link, or a pipe that nobody writes, is not read.
fn open_plain(path: &Path) -> Option<std::fs::File> {
    let data = std::fs::symlink_metadata(path).ok()?;
    data.is_file().then(|| std::fs::File::open(path).ok())?
}

/// Whether two names are those of one file, as they are where case does not count.
fn is_one_file(one: &Path, other: &Path) -> bool {
    let (one, other) = (std::fs::canonicalize(one), std::fs::canonicalize(other));
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

/// Compares what is written with a file.
struct Comparison {
    file: std::io::BufReader<std::fs::File>,
    differs: bool,
    buffer: Vec<u8>,
}

impl Comparison {
    fn ends_the_same(mut self) -> bool {
        // The file must end here, too.
        !self.differs && matches!(self.file.read(&mut [0]), Ok(0))
    }
}

impl Write for Comparison {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.differs {
            self.buffer.resize(bytes.len(), 0);
            let read = self.file.read_exact(&mut self.buffer);
            self.differs = read.is_err() || self.buffer != bytes;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = ".list";
    const HEAD: &str = "mine";

    fn open(path: &Path) -> Option<OwnedFolder> {
        OwnedFolder::open(path, LIST, HEAD).unwrap()
    }

    fn write(path: &Path, files: &[(&str, &str)]) -> OwnedChanges {
        let folder = open(path).unwrap();
        for (name, text) in files {
            if name.ends_with("copied") {
                let copied = folder.copy(name, |out| {
                    out.write_all(text.as_bytes())
                        .map_err(|source| Error::write("t", source))
                });
                copied.unwrap();
            } else {
                folder.put(name, text.as_bytes()).unwrap();
            }
        }
        folder.finish().unwrap()
    }

    #[test]
    fn what_is_the_same_is_not_touched_and_what_is_gone_goes() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("deep/site");
        let check = |files: &[(&str, &str)], written: usize, removed: usize| {
            let expect = OwnedChanges { written, removed };
            assert_eq!(write(&path, files), expect, "{files:?}");
        };
        check(&[("a", "1"), ("d/b", "2"), ("e/copied", "3")], 3, 0);
        check(&[("a", "1"), ("d/b", "2"), ("e/copied", "3")], 0, 0);
        check(&[("a", "1"), ("d/b", "22"), ("e/copied", "34")], 2, 0);
        check(&[("a", "1"), ("e/copied", "3")], 1, 1);
        assert!(!path.join("d").exists());
        std::fs::write(path.join("e/other"), "somebody's").unwrap();
        check(&[("a", "1")], 0, 1);
        assert!(path.join("e/other").exists());
        let names = super::super::names_in(&path).unwrap();
        assert_eq!(names, [LIST, "a", "e"]);
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join("letter.txt"), "dear").unwrap();
        assert!(open(scratch.path()).is_none());
        assert!(open(&scratch.path().join("letter.txt")).is_none());
        std::fs::write(scratch.path().join(LIST), "another's\na").unwrap();
        assert!(open(scratch.path()).is_none());
    }

    #[test]
    fn a_run_that_was_cut_off_is_cleaned_up() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("site");
        write(&path, &[("old", "1")]);
        let folder = open(&path).unwrap();
        folder.put("new", b"2").unwrap();
        drop(folder);
        for name in [".deckle-x.part", "m/.deckle-y.part", "m/.deckle-z"] {
            let left = path.join(name);
            std::fs::create_dir_all(left.parent().unwrap()).unwrap();
            std::fs::write(left, "half").unwrap();
        }
        // Another run that is at work.
        let held = temporary(&path.join("m/x")).unwrap();
        assert_eq!(write(&path, &[("m/a", "1")]).removed, 2);
        let names = super::super::names_in(&path.join("m")).unwrap();
        let own = held.path().file_name().unwrap().to_str().unwrap();
        let mut expect = [own, ".deckle-z", "a"];
        expect.sort_unstable();
        assert_eq!(names, expect);
        assert_eq!(super::super::names_in(&path).unwrap(), [LIST, "m"]);
    }

    #[test]
    fn a_name_in_another_case_is_another_file_or_the_same_one() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("site");
        write(&path, &[("A.png", "1")]);
        write(&path, &[("a.png", "1")]);
        assert_eq!(std::fs::read(path.join("a.png")).unwrap(), b"1");
        assert_eq!(super::super::names_in(&path).unwrap().len(), 2);
    }

    #[test]
    fn nothing_leaves_the_folder() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("site");
        std::fs::write(scratch.path().join("victim"), "x").unwrap();
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join(LIST), "mine\n../victim\n/etc/x\na/../../victim\n").unwrap();
        let folder = open(&path).unwrap();
        for name in ["../x", "/x", "a/../x", "a\\b", "c:x", "", "a//b", "."] {
            assert!(folder.put(name, b"x").is_err(), "{name}");
        }
        folder.finish().unwrap();
        assert!(scratch.path().join("victim").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let (path, outer) = (scratch.path().join("site"), scratch.path().join("outer"));
        std::fs::create_dir(&outer).unwrap();
        std::fs::write(outer.join("x"), "x").unwrap();
        write(&path, &[("media/x", "1")]);
        std::fs::remove_dir_all(path.join("media")).unwrap();
        std::os::unix::fs::symlink(&outer, path.join("media")).unwrap();
        let folder = open(&path).unwrap();
        assert!(folder.put("media/y", b"y").is_err());
        folder.finish().unwrap();
        assert!(outer.join("x").exists() && !outer.join("y").exists());
        // Nor is a file in a link's place taken for the same, or a list appended to that lies elsewhere.
        std::fs::remove_file(path.join("media")).unwrap();
        std::os::unix::fs::symlink(outer.join("x"), path.join("z")).unwrap();
        write(&path, &[("z", "x")]);
        assert!(!path.join("z").is_symlink());
        std::fs::rename(path.join(LIST), outer.join(LIST)).unwrap();
        std::os::unix::fs::symlink(outer.join(LIST), path.join(LIST)).unwrap();
        assert!(open(&path).is_none());
    }
}
