//! What git knows of a folder's files.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use deckle::{Error, ErrorKind};

use super::printer::Printer;
use super::words::plural;

/// What git says of a folder.
pub(super) enum Git {
    /// The files with changes that are not committed, new ones included, relative to the folder
    /// and with `/` between their parts.
    Uncommitted(BTreeSet<String>),
    /// The folder lies in no repository.
    NoRepository,
    /// There is no git.
    NotInstalled,
}

/// Which files below `folder` have changes that are not committed.
pub(super) fn uncommitted(folder: &Path) -> Result<Git, Error> {
    let output = match run(folder, &["rev-parse", "--show-prefix"]) {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Git::NotInstalled);
        }
        Err(error) => return Err(failed("cannot be run", error)),
    };
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        if told.contains("not a git repository") {
            return Ok(Git::NoRepository);
        }
        return Err(refused(&told));
    }
    let prefix = String::from_utf8_lossy(&output.stdout);
    let prefix = prefix.trim_end_matches(['\n', '\r']);
    let arguments = [
        "status",
        "--porcelain=v1",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        "--",
        ".",
    ];
    let output = run(folder, &arguments).map_err(|error| failed("cannot be run", error))?;
    if !output.status.success() {
        return Err(refused(&String::from_utf8_lossy(&output.stderr)));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    let paths = listed.split('\0').filter_map(|entry| {
        // Two letters of state, a space, the path from the repository's top.
        entry.get(3..)?.strip_prefix(prefix)
    });
    Ok(Git::Uncommitted(paths.map(str::to_owned).collect()))
}

/// What git does with a file where two branches changed it: the value of its attribute `merge`,
/// `unspecified` where there is none. `None` where the folder is in no repository, or git does not
/// tell.
pub(super) fn merge_attribute(folder: &Path, file: &str) -> Option<String> {
    let output = run(folder, &["check-attr", "-z", "merge", "--", file]).ok()?;
    if !output.status.success() {
        return None;
    }
    // The path, the attribute and its value, a zero behind each.
    let listed = String::from_utf8_lossy(&output.stdout);
    listed.split('\0').nth(2).map(str::to_owned)
}

/// An error where one of the files, whose paths are relative to the folder, has changes that are
/// not committed: they could not be got back if the author does not like the outcome. Outside of a
/// repository `hint` is told.
pub(super) fn refuse_dirty(
    folder: &Path,
    paths: &[&str],
    hint: &str,
    printer: &Printer,
) -> Result<(), Error> {
    let dirty = match uncommitted(folder)? {
        Git::Uncommitted(dirty) => dirty,
        Git::NoRepository => {
            printer.summary(&format!("The folder is in no git repository; {hint}"));
            return Ok(());
        }
        Git::NotInstalled => {
            printer.summary("There is no git here to ask for uncommitted changes");
            return Ok(());
        }
    };
    let found = paths.iter().filter(|path| dirty.contains(**path));
    let found: Vec<String> = found.map(|path| format!("`{path}`")).collect();
    let (first, more) = match found.as_slice() {
        [] => return Ok(()),
        [first] => (first, String::new()),
        [first, rest @ ..] => (
            first,
            format!(" and {} have", plural(rest.len(), "more file")),
        ),
    };
    let has = if more.is_empty() { " has" } else { &more };
    Err(Error::new(ErrorKind::Usage(format!(
        "{first}{has} uncommitted changes; commit them, or say --allow-dirty. Nothing was changed"
    ))))
}

fn run(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("git")
        // Asking must neither write into the repository nor run what its settings name.
        .args(["--no-optional-locks", "-c", "core.fsmonitor=false"])
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .output()
}

fn failed(what: &str, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Usage(format!("git {what}"))).caused_by(error)
}

fn refused(told: &str) -> Error {
    let line = told.lines().next().unwrap_or("no reason given");
    Error::new(ErrorKind::Usage(format!(
        "git does not tell whether there are uncommitted changes ({line}); --allow-dirty goes on without"
    )))
}
