//! `.stignore`: what Syncthing should never send.

use std::path::{Path, PathBuf};

use crate::Error;
use crate::files;

/// The file.
const NAME: &str = ".stignore";

/// What Syncthing puts into the folder that it syncs.
const MARKER: &str = ".stfolder";

/// Our temporary files, our cache, and what Syncthing makes of conflicts. `(?d)`: such a file does
/// not keep a folder from being removed.
const PATTERNS: [&str; 4] = [
    "(?d).deckle-*",
    "(?d).deckle/cache",
    "(?d).syncthing.*.tmp",
    "(?d)*.sync-conflict-*",
];

/// What became of a `.stignore`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ignored {
    /// These lines were added.
    Written(Vec<String>),
    /// They are all there.
    Unchanged,
    /// The folder lies in this one, which is what Syncthing syncs: only a file there counts, and
    /// deckle writes into folders that the project names alone. These lines belong into it.
    Elsewhere(PathBuf, Vec<String>),
}

/// What a `.stignore` lacks, before anything is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IgnoreState {
    /// The folder that Syncthing syncs, where one is found: this one or one above it.
    pub synced: Option<PathBuf>,
    /// The lines that are not in its `.stignore`.
    pub missing: Vec<String>,
}

/// Looks, and writes nothing.
pub(super) fn look(folder: &Path) -> Result<IgnoreState, Error> {
    let synced = synced(folder);
    let text = read(&synced.unwrap_or(folder).join(NAME))?;
    Ok(IgnoreState {
        synced: synced.map(Path::to_owned),
        missing: completed(&text).1,
    })
}

pub(super) fn write(folder: &Path) -> Result<Ignored, Error> {
    let elsewhere = synced(folder).filter(|it| *it != folder);
    let path = elsewhere.unwrap_or(folder).join(NAME);
    let (text, added) = completed(&read(&path)?);
    if added.is_empty() {
        return Ok(Ignored::Unchanged);
    }
    if let Some(folder) = elsewhere {
        return Ok(Ignored::Elsewhere(folder.to_owned(), added));
    }
    files::deliver_bytes(text.as_bytes(), &path)?;
    Ok(Ignored::Written(added))
}

/// The folder that Syncthing syncs: the nearest that has its marker, this one or one above.
fn synced(folder: &Path) -> Option<&Path> {
    let mut all = folder.ancestors();
    all.find(|it| files::is_folder(&it.join(MARKER)))
}

fn read(path: &Path) -> Result<String, Error> {
    match files::read_if_exists(path)? {
        None => Ok(String::new()),
        Some(bytes) => String::from_utf8(bytes).map_err(|_| {
            let path = path.display();
            Error::usage(format!("`{path}` is not UTF-8 text, and stays as it is"))
        }),
    }
}

/// The text with the lines that it lacks, and those lines.
fn completed(text: &str) -> (String, Vec<String>) {
    let has = |pattern: &&str| !text.lines().any(|line| line.trim() == *pattern);
    let missing: Vec<String> = PATTERNS
        .into_iter()
        .filter(has)
        .map(str::to_owned)
        .collect();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = text.to_owned();
    if !missing.is_empty() && !text.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
    for line in &missing {
        text.push_str(line);
        text.push_str(end);
    }
    (text, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_user_stay() {
        let all = PATTERNS.join("\n") + "\n";
        assert_eq!(completed("").0, all);
        assert_eq!(
            completed("// mine\n*.bak").0,
            format!("// mine\n*.bak\n{all}")
        );
        let (again, added) = completed(&completed("!keep\r\n").0);
        assert!(added.is_empty());
        assert_eq!(again, format!("!keep\r\n{}\r\n", PATTERNS.join("\r\n")));
    }
}
