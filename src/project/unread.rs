//! Files that look as if they held notes, in formats that this version does not read.

use std::io::Read;

use super::Project;
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::files::{FileList, file_name};

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
        if is_data(project, path)? && read.binary_search(path).is_err() {
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
        .note("this version reads notes from .md, .markdown, .yaml and .yml files");
    if found.len() > 1 {
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        let rest = match more {
            0 => String::new(),
            _ => format!(" and {more} more"),
        };
        diagnostic = diagnostic.note(format!("they are {}{rest}", found.join(", ")));
    }
    sink.push(diagnostic.help("if they are no notes, name them under `exclude` in deckle.yaml"));
    Ok(())
}

/// A table, or a text file as Anki exports notes.
fn is_data(project: &Project, path: &str) -> Result<bool, Error> {
    let Some((_, extension)) = file_name(path).rsplit_once('.') else {
        return Ok(false);
    };
    match extension.to_ascii_lowercase().as_str() {
        "csv" | "tsv" => Ok(true),
        "txt" => {
            const MARK: &[u8] = b"#separator";
            const BYTE_ORDER: &[u8] = "\u{feff}".as_bytes();
            // A link that leads out is none of ours, and told by nobody who does not use it.
            if !matches!(project.files.size(path), Ok(Some(_))) {
                return Ok(false);
            }
            let mut start = Vec::new();
            let wanted = (MARK.len() + BYTE_ORDER.len()) as u64;
            project
                .files
                .open(path)?
                .take(wanted)
                .read_to_end(&mut start)
                .map_err(|source| Error::read(path, source))?;
            let start = start.strip_prefix(BYTE_ORDER).unwrap_or(&start);
            Ok(start.starts_with(MARK))
        }
        _ => Ok(false),
    }
}
