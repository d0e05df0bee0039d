//! Putting files into folders that another program watches, such as Syncthing: nobody ever sees
//! half of one, not under its own name and not under another that would be sent.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::syncthing::{TEMPORARY_PREFIX, TEMPORARY_SUFFIX};
use super::write::same_bytes;
use crate::error::Error;

/// Copies a file into a folder, by way of a temporary one there that Syncthing does not send.
/// Returns whether anything changed: where the destination has these very bytes already, nothing
/// is touched.
///
/// # Errors
/// When the folder does not exist, or a file cannot be read or written; an older file then is as
/// it was.
pub fn deliver(source: &Path, destination: &Path) -> Result<bool, Error> {
    if same_bytes(source, destination) {
        return Ok(false);
    }
    let (mut from, _) = super::open_disk(source)?;
    put(destination, |file| {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut buffer);
            let read = read.map_err(|error| Error::read(source, error))?;
            let Some(bytes) = buffer.get(..read).filter(|it| !it.is_empty()) else {
                return Ok(());
            };
            let written = file.write_all(bytes);
            written.map_err(|error| Error::write(destination, error))?;
        }
    })?;
    Ok(true)
}

/// As [`deliver`], with these bytes.
///
/// # Errors
/// As [`deliver`].
pub fn deliver_bytes(bytes: &[u8], destination: &Path) -> Result<bool, Error> {
    if super::read_if_exists(destination)?.is_some_and(|it| it == bytes) {
        return Ok(false);
    }
    put(destination, |file| {
        let written = file.write_all(bytes);
        written.map_err(|error| Error::write(destination, error))
    })?;
    Ok(true)
}

/// Whether two files hold the same bytes; `false` where one of them cannot be read.
#[must_use]
pub fn are_same(one: &Path, other: &Path) -> bool {
    same_bytes(one, other)
}

/// Whether there is a folder at this path.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// The names of the files in a folder outside of any project, sorted; names that are not UTF-8 are
/// left out.
///
/// # Errors
/// When it cannot be read.
pub fn names_in(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |source| Error::read(folder, source);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// Removes temporary files of deliveries that did not come to their end. One that another run is
/// writing at this moment stays.
///
/// # Errors
/// When the folder cannot be read.
pub fn sweep_deliveries(folder: &Path) -> Result<(), Error> {
    for name in names_in(folder)? {
        if !name.starts_with(TEMPORARY_PREFIX) || !name.ends_with(TEMPORARY_SUFFIX) {
            continue;
        }
        let path: PathBuf = folder.join(name);
        let file = std::fs::OpenOptions::new().write(true).open(&path);
        // Who writes it holds a lock, which ends with the process.
        if file.is_ok_and(|it| it.try_lock().is_ok()) {
            super::remove_file(&path)?;
        }
    }
    Ok(())
}

fn put(
    destination: &Path,
    write: impl FnOnce(&mut std::fs::File) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |source| Error::write(destination, source);
    let folder = match destination.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        // Syncthing sends permissions along: a file that its owner alone can read would be one on
        // the phone, too.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder).map_err(failed)?;
    // Where the file system has no locks, nothing is swept either.
    let _ = temporary.as_file().try_lock();
    write(temporary.as_file_mut())?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary
        .persist(destination)
        .map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_behind_is_swept_and_what_is_written_stays() {
        let folder = super::super::Scratch::new().unwrap();
        let left = folder.path().join(".syncthing.deckle-abc.tmp");
        let foreign = folder.path().join(".syncthing.photo.jpg.tmp");
        let held = folder.path().join(".syncthing.deckle-def.tmp");
        for path in [&left, &foreign, &held] {
            std::fs::write(path, "x").unwrap();
        }
        let file = std::fs::File::open(&held).unwrap();
        file.lock().unwrap();
        sweep_deliveries(folder.path()).unwrap();
        let names = names_in(folder.path()).unwrap();
        assert_eq!(
            names,
            [".syncthing.deckle-def.tmp", ".syncthing.photo.jpg.tmp"]
        );
    }

    #[test]
    fn equal_bytes_are_not_written_and_folders_not_made() {
        let folder = super::super::Scratch::new().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        assert!(deliver_bytes(b"one", &from).unwrap());
        assert!(!deliver_bytes(b"one", &from).unwrap());
        assert!(deliver(&from, &to).unwrap());
        assert!(!deliver(&from, &to).unwrap());
        assert!(deliver(&from, &folder.path().join("no/b")).is_err());
        assert_eq!(names_in(folder.path()).unwrap(), ["a", "b"]);
    }
}
