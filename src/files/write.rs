//! Writing, so that nobody ever sees half of a file.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::io::{Read, Write};
use std::path::Path;

use crate::error::Error;

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
    let made = std::fs::create_dir_all(folder);
    made.map_err(|error| failed(in_folder("the folder cannot be made", folder, error)))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".deckle-");
    #[cfg(unix)]
    {
        // The default of temporary files is private to their owner; what we write is to follow
        // the umask, as any other file does.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let made = builder.tempfile_in(folder);
    let mut temporary = made.map_err(|error| {
        failed(in_folder(
            "no file can be made in the folder",
            folder,
            error,
        ))
    })?;
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

/// An error that says which folder it is about, and not which temporary file.
fn in_folder(what: &str, folder: &Path, error: std::io::Error) -> std::io::Error {
    let kind = error.kind();
    let plain = std::io::Error::from(kind);
    match plain.kind() {
        // What the system has no word for it says itself.
        std::io::ErrorKind::Other => error,
        _ => std::io::Error::new(kind, format!("{what} `{}`: {plain}", folder.display())),
    }
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

/// Writes a file below `root`, whose path has `/` between its parts, as [`write_atomically`] does.
///
/// # Errors
/// [`ErrorKind::Outside`](crate::ErrorKind::Outside) when a link leads out of the root; else as
/// [`write_atomically`].
pub fn write_below(root: &Path, path: &str, bytes: &[u8]) -> Result<bool, Error> {
    let outside = || Error::new(crate::ErrorKind::Outside(path.into()));
    let path = root.join(super::join("", path).ok_or_else(outside)?);
    let folder = path.parent().unwrap_or(root);
    // The part that exists shows a link before anything is made behind it.
    let existing = folder.ancestors().find(|it| it.exists()).unwrap_or(root);
    let failed = |source| Error::write(&path, source);
    let real = std::fs::canonicalize(existing).map_err(failed)?;
    if !real.starts_with(std::fs::canonicalize(root).map_err(failed)?) {
        return Err(outside());
    }
    let put = |file: &mut std::fs::File| file.write_all(bytes).map_err(failed);
    Ok(write_atomically(&path, put)?.1)
}

/// Removes a file; one that is not there is none the less gone.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_file(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::write(path, error))
        }
        _ => Ok(()),
    }
}

pub(super) fn same_bytes(left: &Path, right: &Path) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
