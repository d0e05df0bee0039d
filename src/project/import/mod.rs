//! `import`: the files of another tool, once, as a project of deckle's own.
//!
//! The files are read by the front ends that also read them directly, and what they give is written
//! as an author would write it. Each file is read again and compared before it is kept, so that the
//! project holds the same notes. What was not understood is told at its place in the old files.

mod brain_brew;
mod crowd_anki;
mod detect;
mod files;
mod html;
mod manifest;
mod media;
mod types;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::unpack::Notice;
use super::unpack::notices::Notices;
use super::unpack::sources::{git_attributes, write};
use super::{BuildOptions, Project, Report, Scope, load};
use crate::Error;
use crate::diag::Spanned;
use crate::diag::{Diagnostics, Span};
use crate::files::{Disk, Kind, is_vacant, locate, make_folder};
use crate::identity::LOCK_NAME;
use crate::model::written::WrittenNote;
use crate::model::{BuildTime, DeckName};
use crate::source::dialect;
use crate::source::layout::DEFAULT_SOURCES;
use crate::source::manifest::Manifest;

pub use crate::source::dialect::FrontEnd;
pub use detect::ImportFormat;

/// How to import.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "options do nothing until they are given to `import`"]
pub struct ImportOptions {
    uid: String,
    name: Option<String>,
    from: Option<ImportFormat>,
}

impl ImportOptions {
    /// The project's uid, which keeps its new notes apart from everybody else's: a new random
    /// UUID.
    pub fn new(uid: impl Into<String>) -> Self {
        Self {
            uid: uid.into(),
            name: None,
            from: None,
        }
    }

    /// With this name of the project. Default: the name of the folder or file that is imported.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// From this format. Default: the one that the files show signs of.
    pub fn from(mut self, format: ImportFormat) -> Self {
        self.from = Some(format);
        self
    }
}

/// What was imported.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Imported {
    /// The project's name.
    pub name: String,
    /// The format of the old files.
    pub from: ImportFormat,
    /// What the format was guessed by; `None` where it was given.
    pub sign: Option<String>,
    /// How many notes the project has.
    pub notes: usize,
    /// How many note types of its own.
    pub note_types: usize,
    /// How many media files were copied.
    pub media: usize,
    /// The folders of the projects, below the one that was named, where there are several.
    pub folders: Vec<String>,
    /// What was found in the old files, with their places.
    pub found: Report,
    /// What is not as it was.
    pub notices: Vec<Notice>,
    /// What a check of the new project says.
    pub report: Report,
}

/// Imports a file or folder of another tool into a folder, which must be empty or not exist.
/// Nothing is written outside of it, and the old files stay as they are.
///
/// ```
/// # let temporary = tempfile::tempdir()?;
/// # let (cards, folder) = (temporary.path().join("cards.md"), temporary.path().join("deck"));
/// # std::fs::write(&cards, "C: Rome was founded in [753 BC].\n")?;
/// use deckle::project::import::{ImportOptions, import};
///
/// let imported = import(&cards, &folder, &ImportOptions::new("a-uuid-of-its-own"))?;
/// assert_eq!((imported.from.name(), imported.notes), ("hashcards", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When nothing there can be imported or more than one tool may have written it, the folder holds
/// something, or a file cannot be read or written.
pub fn import(
    source: impl AsRef<Path>,
    folder: impl AsRef<Path>,
    options: &ImportOptions,
) -> Result<Imported, Error> {
    let (source, folder) = (source.as_ref(), folder.as_ref());
    if !is_vacant(folder)? {
        return Err(Error::usage(format!(
            "`{}` holds something already; name a folder that is empty or does not exist",
            folder.display()
        )));
    }
    let origin = Origin::new(source)?;
    let name = origin.deck_name(options.name.as_deref())?;
    let detected = detect::format(&origin, options.from)?;
    let (mut imported, time) = match detected.format {
        ImportFormat::CrowdAnki => {
            let export = detected.path.as_deref().unwrap_or_default();
            return crowd_anki::import(&origin, export, folder, options, detected.sign);
        }
        ImportFormat::BrainBrew => {
            let Some(recipes) = &detected.recipes else {
                return Err(Error::usage("there is no recipe of brain-brew"));
            };
            return brain_brew::import(&origin, recipes, folder, options, detected.sign);
        }
        ImportFormat::Text(tool) => {
            let importing = Importing {
                origin: &origin,
                tool,
                name,
                uid: &options.uid,
            };
            (importing.run(folder)?, BuildTime::from_unix(0))
        }
    };
    imported.sign = detected.sign;
    let project = Project::open(folder)?;
    imported.report = project.check(&BuildOptions::new(time))?;
    Ok(imported)
}

/// What is imported: a folder, or some files in one.
struct Origin {
    root: PathBuf,
    disk: Disk,
    /// The one file, where it is no folder.
    file: Option<String>,
    /// The folder's or file's own name.
    stem: String,
}

impl Origin {
    fn new(source: &Path) -> Result<Self, Error> {
        let (found, kind) = locate(source)?;
        let unnamed = || Error::usage(format!("`{}` has no name", source.display()));
        let stem = match kind {
            Kind::File => found.file_stem(),
            Kind::Folder => found.file_name(),
        };
        let stem = stem.and_then(|it| it.to_str()).ok_or_else(unnamed)?;
        let (root, file) = match kind {
            Kind::Folder => (found.clone(), None),
            Kind::File => {
                let name = found.file_name().and_then(|it| it.to_str());
                let root = found.parent().ok_or_else(unnamed)?.to_owned();
                (root, Some(name.ok_or_else(unnamed)?.to_owned()))
            }
        };
        if file.is_none() && crate::files::is_file(&root.join(crate::source::manifest::FILE_NAME)) {
            return Err(Error::usage(format!(
                "`{}` is a project of deckle already",
                source.display()
            )));
        }
        Ok(Self {
            disk: Disk::new(&root)?,
            root,
            file,
            stem: stem.to_owned(),
        })
    }

    fn deck_name(&self, given: Option<&str>) -> Result<DeckName, Error> {
        let own = self.stem.replace("::", ":").replace('"', "'");
        let name = given.unwrap_or(&own);
        DeckName::new(name).map_err(|error| {
            Error::usage(format!("`{name}` cannot be the name of a deck: {error}"))
        })
    }

    /// The sources as a project of their own, read as files of this tool.
    fn project(&self, tool: FrontEnd, name: &DeckName) -> (Project, Manifest) {
        let scope = match &self.file {
            None => Scope::Folder {
                name: name.as_str().to_owned(),
            },
            Some(file) => Scope::Files {
                name: name.as_str().to_owned(),
                paths: vec![file.clone()],
            },
        };
        let project = Project {
            files: Arc::new(self.disk.clone()),
            root: self.root.clone(),
            scope,
            variant: None,
        };
        let mut manifest = Manifest::without_file(name);
        manifest.defaults.front_end = Some(tool);
        if tool.reads("a.txt") {
            let patterns = DEFAULT_SOURCES.iter().chain(&["**/*.txt"]);
            let pattern = |it: &&str| Spanned::new((*it).to_owned(), Span::NONE);
            manifest.sources = patterns.map(pattern).collect();
        }
        (project, manifest)
    }
}

struct Importing<'a> {
    origin: &'a Origin,
    tool: FrontEnd,
    name: DeckName,
    uid: &'a str,
}

/// The notes of a file.
struct Read {
    path: String,
    notes: Vec<WrittenNote>,
}

impl Importing<'_> {
    fn run(&self, folder: &Path) -> Result<Imported, Error> {
        let (project, manifest) = self.origin.project(self.tool, &self.name);
        let mut found = Report::default();
        let Report {
            diagnostics: sink,
            sources,
            ..
        } = &mut found;
        let inputs = load::inputs(&project, &manifest, sources, sink)?;
        let inputs: Vec<_> = inputs
            .into_iter()
            .filter(|it| self.tool.reads(sources.path(it.file)))
            .collect();
        let texts = inputs.iter().map(|it| sources.text(it.file));
        let made = types::made(self.tool, texts);
        let set = types::set(&made);
        let mut read = Vec::new();
        for input in &inputs {
            let path = sources.path(input.file).to_owned();
            let text = sources.text(input.file);
            let mut found = Diagnostics::new();
            let place = (input.file, path.as_str());
            let notes = dialect::read(self.tool, place, text, &input.defaults, &set, &mut found);
            sink.append(found);
            read.push(Read { path, notes });
        }
        sink.sort();
        html::to_markdown(&self.origin.disk, &mut read);
        let media = media::used(&self.origin.disk, &read)?;
        make_folder(folder)?;
        let mut notices = Notices::default();
        types::write(folder, &made, &mut notices)?;
        let settings = manifest::Settings::of(&read);
        let text = manifest::text(self.tool, &self.name, self.uid, &settings, &media);
        write(folder, crate::source::manifest::FILE_NAME, &text)?;
        git_attributes(folder, LOCK_NAME)?;
        let count = read.iter().map(|it| it.notes.len()).sum();
        let writing = files::Writing {
            tool: self.tool,
            root: &self.name,
            types: &set,
            settings: &settings,
            alone: self.origin.file.is_some(),
        };
        writing.write(folder, &read, &mut notices)?;
        let copied = media::copy(&self.origin.disk, folder, &media)?;
        Ok(Imported {
            name: self.name.as_str().to_owned(),
            from: ImportFormat::Text(self.tool),
            sign: None,
            notes: count,
            note_types: made.len(),
            media: copied,
            folders: Vec::new(),
            found,
            notices: notices.into_list(),
            report: Report::default(),
        })
    }
}

/// Files by their paths.
type Paths = BTreeMap<String, u64>;
