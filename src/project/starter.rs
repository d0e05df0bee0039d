//! `init`: new projects from what is compiled in.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::files::{self, Disk, Files as _};
use crate::model::DeckName;
use crate::source::layout::Dialect;
use crate::source::manifest::FILE_NAME;
use crate::{Error, ErrorKind};

pub use crate::source::schema::Schema;

/// What a new project begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Starter {
    /// A few notes in Markdown and YAML.
    #[default]
    Default,
    /// Words with sound and a note type of its own.
    Vocabulary,
    /// Formulas and pictures.
    Science,
}

/// A project that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Created {
    /// The name of its root deck.
    pub name: String,
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// Whether the sample notes were left out, because the folder holds notes already.
    pub without_samples: bool,
}

macro_rules! starter {
    ($folder:literal: $($file:literal)*) => {
        &[$(($file, include_bytes!(concat!("../../templates/starters/", $folder, "/", $file)))),*]
    };
}

type Files = &'static [(&'static str, &'static [u8])];

const DEFAULT: Files = starter!("default": "deckle.yaml" "README.md" ".gitignore" ".gitattributes"
    "facts.md" "words.yaml");
const VOCABULARY: Files = starter!("vocabulary": "deckle.yaml" "README.md" ".gitignore"
    ".gitattributes" "words.yaml" "phrases.md" "types/word/type.yaml" "types/word/style.css"
    "types/word/recognize.front.html" "types/word/recognize.back.html"
    "types/word/produce.front.html" "types/word/produce.back.html" "audio/ciao.mp3"
    "audio/grazie.mp3");
const SCIENCE: Files = starter!("science": "deckle.yaml" "README.md" ".gitignore"
    ".gitattributes" "formulas.yaml" "motion.md" "img/throw.svg");

/// Files that a folder may have already: lines are added to them, or they stay as they are.
const SHARED: &[&str] = &[".gitignore", ".gitattributes"];
const KEPT: &str = "README.md";

/// Where the note types of a starter stand.
const TYPES: &str = "types/";

/// Begins a project in `folder`, under `name` or the folder's own name. The uid keeps its notes
/// apart from everybody else's; it should be a new random UUID. In a folder that holds sources
/// already the sample notes are left out.
///
/// # Errors
/// When the folder holds a project or one of the files already, or cannot be written.
pub fn create(
    folder: impl AsRef<Path>,
    starter: Starter,
    name: Option<&str>,
    uid: &str,
) -> Result<Created, Error> {
    let folder = folder.as_ref();
    let own = match files::locate(folder) {
        Ok((found, files::Kind::Folder)) => found,
        Ok((found, _)) => return Err(Error::usage(format!("`{}` is a file", found.display()))),
        Err(_) => folder.to_owned(),
    };
    let own = own
        .file_name()
        .and_then(|it| it.to_str())
        .unwrap_or("Notes");
    let name = name.unwrap_or(own);
    DeckName::new(name)
        .map_err(|error| Error::usage(format!("`{name}` cannot be the name of a deck: {error}")))?;
    let files = match starter {
        Starter::Default => DEFAULT,
        Starter::Vocabulary => VOCABULARY,
        Starter::Science => SCIENCE,
    };
    let without_samples = holds_sources(folder)?;
    let wanted = |path: &str| {
        !without_samples || path == FILE_NAME || SHARED.contains(&path) || path.starts_with(TYPES)
    };
    let files = || files.iter().filter(|(path, _)| wanted(path));
    let in_the_way = |path: &str| path != KEPT && !SHARED.contains(&path);
    for (path, _) in files().filter(|(path, _)| in_the_way(path)) {
        if files::is_file(&folder.join(path)) {
            return Err(Error::usage(format!(
                "`{}` exists already; nothing was written",
                folder.join(path).display()
            )));
        }
    }
    let mut created = Created {
        name: name.to_owned(),
        files: Vec::new(),
        without_samples,
    };
    for (path, bytes) in files() {
        let target = folder.join(path);
        let existing = files::read_if_exists(&target)?;
        let bytes = match existing {
            Some(_) if *path == KEPT => continue,
            Some(existing) => with_lines(&existing, bytes),
            None if *path == FILE_NAME || *path == KEPT => filled(bytes, name, uid)?,
            None => bytes.to_vec(),
        };
        write(&target, &bytes)?;
        created.files.push(target);
    }
    created.files.extend(write_schemas(folder)?);
    Ok(created)
}

/// Whether a folder holds files that notes may stand in.
fn holds_sources(folder: &Path) -> Result<bool, Error> {
    if files::is_missing(folder) {
        return Ok(false);
    }
    let is_source = |path: &String| {
        let name = files::file_name(path);
        Dialect::of(path).is_some()
            && name != FILE_NAME
            && name != KEPT
            && !name.starts_with('_')
            && !path.starts_with(TYPES)
    };
    Ok(Disk::new(folder)?.list()?.paths.iter().any(is_source))
}

/// Writes the schemas of this deckle into a project's `.deckle/schema/`, where the first lines of
/// its files name them to editors, and returns their paths. Files of the same bytes are left alone.
///
/// # Errors
/// When a file cannot be written.
pub fn write_schemas(project: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
    let folder = project.as_ref().join(Schema::FOLDER);
    let mut written = Vec::new();
    for schema in Schema::ALL {
        let target = folder.join(schema.file_name());
        write(&target, schema.text().as_bytes())?;
        written.push(target);
    }
    Ok(written)
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), Error> {
    files::write_atomically(target, |file| {
        file.write_all(bytes)
            .map_err(|source| Error::write(target, source))
    })?;
    Ok(())
}

/// The manifest with the project's name and uid in their places.
fn filled(bytes: &[u8], name: &str, uid: &str) -> Result<Vec<u8>, Error> {
    let quoted = serde_yaml::to_string(name).map_err(|error| {
        Error::new(ErrorKind::Usage(format!(
            "`{name}` cannot be written as YAML"
        )))
        .caused_by(error)
    })?;
    let text = String::from_utf8_lossy(bytes);
    Ok(text
        .replace("{{name}}", quoted.trim_end())
        .replace("{{uid}}", uid)
        .into_bytes())
}

/// A file with the lines of another that it does not have.
fn with_lines(existing: &[u8], more: &[u8]) -> Vec<u8> {
    let existing = String::from_utf8_lossy(existing);
    let more = String::from_utf8_lossy(more);
    let mut text = existing.clone().into_owned();
    for line in more
        .lines()
        .filter(|line| !existing.lines().any(|it| it == *line))
    {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
    text.into_bytes()
}
