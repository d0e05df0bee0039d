//! Passwords and keys: where they are read from files, and that nobody else reads them there or in
//! a log.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use super::look::open_disk;
use crate::error::Error;

/// More than this is no password.
const MOST: u64 = 4096;

/// A password or a key. What prints it for a log shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret in a text: its first line, as files, variables and prompts end it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let line = text.split('\n').next().unwrap_or_default();
        Self(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// The secret in the first line of a file.
///
/// # Errors
/// When the file cannot be read or is no text; on Unix also where others than its owner may read it:
/// they have read it then, or will.
pub fn read_secret(path: &Path) -> Result<Secret, Error> {
    let (mut file, _) = open_disk(path)?;
    check_alone(&file, path)?;
    let mut text = String::new();
    let read = file.by_ref().take(MOST).read_to_string(&mut text);
    read.map_err(|source| Error::read(path, source))?;
    let secret = Secret::new(&text);
    if secret.is_empty() {
        let path = path.display();
        return Err(Error::usage(format!(
            "`{path}` has no secret in its first line"
        )));
    }
    Ok(secret)
}

#[cfg(unix)]
fn check_alone(file: &std::fs::File, path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let data = file.metadata().map_err(|it| Error::read(path, it))?;
    let mode = data.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let (path, mode) = (path.display(), mode & 0o777);
    Err(Error::usage(format!(
        "others may read `{path}` (mode {mode:03o}), which holds a secret; run `chmod 600 {path}`, and change the secret if the file was so for long"
    )))
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "on other systems permissions can refuse it"
)]
fn check_alone(_: &std::fs::File, _: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_line_that_no_log_shows() {
        let check = |text: &str, expect: &str| assert_eq!(Secret::new(text).expose(), expect);
        check("one\n", "one");
        check("one\r\ntwo", "one");
        check(" a b ", " a b ");
        check("", "");
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = super::super::Scratch::new().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "hunter2\n").unwrap();
        let set = |mode| {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, permissions).unwrap();
        };
        for (mode, allowed) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            set(mode);
            match read_secret(&path) {
                Ok(secret) => assert!(allowed && secret.expose() == "hunter2"),
                Err(error) => {
                    let text = error.to_string();
                    assert!(!allowed && text.contains("chmod 600"), "{text}");
                    assert!(!text.contains("hunter2"), "{text}");
                }
            }
        }
        set(0o600);
        std::fs::write(&path, "\n").unwrap();
        assert!(read_secret(&path).is_err());
    }
}
