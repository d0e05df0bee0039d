//! Files that look as if they held notes, and are none of the project's sources.

use std::io::Read;

use super::Project;
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::files::FileList;
use crate::source::anki_text;
use crate::source::layout::Dialect;

/// How much of a file is looked at: the lines at the top of Anki's are short.
const HEAD: u64 = 1024;
/// How many files are named; a folder of tables may hold hundreds.
const NAMED: usize = 10;

/// Tells once which files in `meant` are data that is passed over. What is in `read` is told for
/// itself.
pub(super) fn tell(
    project: &Project,
    listed: &FileList,
    read: &[String],
    sink: &mut Diagnostics,
    meant: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    let mut found = Vec::new();
    for path in listed.paths.iter().filter(|path| meant(path)) {
        if is_data(project, path)? && !read.contains(path) {
            found.push(format!("`{path}`"));
        }
    }
    let title = match found.as_slice() {
        [] => return Ok(()),
        [one] => format!("{one} is not read"),
        _ => format!("{} files of data are not read", found.len()),
    };
    let mut diagnostic = Diagnostic::new(Code::NoNotes, title)
        .info()
        .note("`sources` in deckle.yaml names other files");
    if found.len() > 1 {
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        let rest = match more {
            0 => String::new(),
            _ => format!(" and {more} more"),
        };
        diagnostic = diagnostic.note(format!("they are {}{rest}", found.join(", ")));
    }
    sink.push(
        diagnostic.help("name them under `sources`, or under `exclude` if they are no notes"),
    );
    Ok(())
}

/// The paths but for text files that do not begin as Anki's do.
pub(super) fn without_other_texts(
    project: &Project,
    paths: Vec<String>,
) -> Result<Vec<String>, Error> {
    let mut kept = Vec::with_capacity(paths.len());
    for path in paths {
        if !is_text(&path) || begins_as_ankis(project, &path)? {
            kept.push(path);
        }
    }
    Ok(kept)
}

/// A table, or a text file as Anki exports notes.
fn is_data(project: &Project, path: &str) -> Result<bool, Error> {
    match Dialect::of(path) {
        Some(Dialect::Table) => Ok(true),
        Some(Dialect::AnkiText) => begins_as_ankis(project, path),
        _ => Ok(false),
    }
}

fn is_text(path: &str) -> bool {
    Dialect::of(path) == Some(Dialect::AnkiText)
}

/// Whether a file begins as Anki's text files do, and was not written by deckle.
fn begins_as_ankis(project: &Project, path: &str) -> Result<bool, Error> {
    // A link that leads out is none of ours, and told by nobody who does not use it.
    if !matches!(project.files.size(path), Ok(Some(_))) {
        return Ok(false);
    }
    let mut start = Vec::new();
    project
        .files
        .open(path)?
        .take(HEAD)
        .read_to_end(&mut start)
        .map_err(|source| Error::read(path, source))?;
    let start = String::from_utf8_lossy(&start);
    Ok(anki_text::begins(&start) && !anki_text::is_written_by_deckle(&start))
}
