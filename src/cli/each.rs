//! `--each`: every project below some folders, one after the other.
//!
//! One project alone keeps all processors busy, so there is nothing to win by several at a time,
//! and what is told of each stands together.

use std::path::{Path, PathBuf};

use deckle::Error;
use deckle::project::Project;

use super::Outcome;
use super::build::shown;
use super::printer::Printer;
use super::words::plural;

/// Does something with each project in these folders and below; with the current folder, where
/// none is named. Goes on behind one that fails.
pub(super) fn run(
    folders: &[PathBuf],
    printer: &Printer,
    one: impl Fn(&Project) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    if printer.is_sarif() {
        return Err(Error::new(deckle::ErrorKind::Usage(
            "a SARIF log is one document for one project; with `--each`, choose another `--message-format`".to_owned(),
        )));
    }
    let here = [PathBuf::from(".")];
    let folders = if folders.is_empty() { &here } else { folders };
    let mut found = Vec::new();
    for folder in folders {
        found.extend(Project::find(folder)?);
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(Error::new(deckle::ErrorKind::Usage(
            "there is no deckle.yaml in these folders or below".to_owned(),
        )));
    }
    let mut failed = Vec::new();
    for folder in &found {
        let path = shown(folder);
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &path
        };
        printer.project(path);
        let outcome = Project::open(folder).and_then(|project| one(&project));
        let is_done = match outcome {
            Ok(outcome) => outcome == Outcome::Done,
            Err(error) => {
                printer.error(&error);
                false
            }
        };
        if !is_done {
            failed.push(path.display().to_string());
        }
    }
    let all = plural(found.len(), "project");
    if failed.is_empty() {
        printer.summary(&format!("{all}: all done"));
        return Ok(Outcome::Done);
    }
    printer.failure(&format!(
        "{} of {all} failed: {}",
        failed.len(),
        failed.join(", ")
    ));
    Ok(Outcome::Sources)
}
