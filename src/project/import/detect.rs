//! Which format files are in: the one that was asked for, else the one that they show signs of.

use super::Origin;
use super::brain_brew::{self, Recipes};
use crate::Error;
use crate::files::{Files, file_name};
use crate::source::dialect::{FrontEnd, guess};

/// A format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportFormat {
    /// Text files that a front end reads.
    Text(FrontEnd),
    /// An export of CrowdAnki: a JSON file, and a folder `media` beside it.
    CrowdAnki,
    /// Recipes of brain-brew, with the tables and note models that they name.
    BrainBrew,
}

const CROWD_ANKI: &str = "crowdanki";
const BRAIN_BREW: &str = "brain-brew";

impl ImportFormat {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text(tool) => tool.name(),
            Self::CrowdAnki => CROWD_ANKI,
            Self::BrainBrew => BRAIN_BREW,
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            CROWD_ANKI => Some(Self::CrowdAnki),
            BRAIN_BREW => Some(Self::BrainBrew),
            _ => FrontEnd::parse(name).map(Self::Text),
        }
    }

    /// The names of all formats.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        let text = FrontEnd::ALL.iter().map(|(name, _)| *name);
        text.chain([CROWD_ANKI, BRAIN_BREW]).collect()
    }
}

/// What files are in.
pub(super) struct Detected {
    pub(super) format: ImportFormat,
    /// What the format was guessed by.
    pub(super) sign: Option<String>,
    /// The file that it is about, where it is one.
    pub(super) path: Option<String>,
    /// The recipes that it is about.
    pub(super) recipes: Option<Recipes>,
}

pub(super) fn format(origin: &Origin, given: Option<ImportFormat>) -> Result<Detected, Error> {
    // Recipes come first: the exports beside them are what they made.
    let recipes = match given {
        None | Some(ImportFormat::BrainBrew) => brain_brew::find(origin)?,
        Some(_) => None,
    };
    if let Some(recipes) = recipes {
        let first = recipes.paths.first().map_or("", String::as_str);
        let sign = given.is_none().then(|| format!("`build_parts` in {first}"));
        return Ok(Detected {
            format: ImportFormat::BrainBrew,
            sign,
            path: None,
            recipes: Some(recipes),
        });
    }
    let export = match given {
        Some(ImportFormat::BrainBrew) => {
            return Err(Error::usage(
                "there is no recipe of brain-brew: a YAML file, here or in `recipes`, with `build_parts` and `generate_crowd_anki`",
            ));
        }
        Some(ImportFormat::Text(_)) => None,
        _ => export(origin)?,
    };
    match (given, export) {
        (Some(ImportFormat::CrowdAnki), None) => Err(Error::usage(
            "there is no export of CrowdAnki: a JSON file that holds a deck with its `note_models`",
        )),
        (None | Some(ImportFormat::CrowdAnki), Some(path)) => Ok(Detected {
            format: ImportFormat::CrowdAnki,
            sign: given.is_none().then(|| format!("`note_models` in {path}")),
            path: Some(path),
            recipes: None,
        }),
        (Some(format), _) => Ok(Detected {
            format,
            sign: None,
            path: None,
            recipes: None,
        }),
        (None, None) => guessed(origin),
    }
}

/// The files that are looked at.
fn paths(origin: &Origin) -> Result<Vec<String>, Error> {
    match &origin.file {
        Some(file) => Ok(vec![file.clone()]),
        None => Ok(origin.disk.list()?.paths),
    }
}

/// The JSON file of an export, which lies at the top or in a folder there.
fn export(origin: &Origin) -> Result<Option<String>, Error> {
    let is_near = |path: &String| path.matches('/').count() <= 1;
    let is_json = |path: &String| path.to_ascii_lowercase().ends_with(".json");
    for path in paths(origin)?.into_iter().filter(is_json).filter(is_near) {
        let bytes = origin.disk.read(&path)?;
        let holds = |word: &str| bytes.windows(word.len()).any(|it| it == word.as_bytes());
        if holds("\"__type__\"") && holds("\"note_models\"") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn guessed(origin: &Origin) -> Result<Detected, Error> {
    let mut files: Vec<(String, String)> = Vec::new();
    for path in paths(origin)? {
        let name = file_name(&path);
        let is_text = FrontEnd::ALL.iter().any(|(_, it)| it.reads(&path));
        let is_about = name.to_ascii_lowercase().starts_with("readme.");
        if !is_text || is_about && origin.file.is_none() {
            continue;
        }
        // What is no text is told by whoever reads it.
        if let Ok(text) = String::from_utf8(origin.disk.read(&path)?) {
            files.push((path, text));
        }
    }
    let found = guess(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    match found.as_slice() {
        [one] => Ok(Detected {
            format: ImportFormat::Text(one.tool),
            sign: Some(one.sign.clone()),
            path: None,
            recipes: None,
        }),
        [] => Err(Error::usage(format!(
            "nothing here shows a sign of a tool whose files can be imported; the formats are {}",
            ImportFormat::names().join(", ")
        ))),
        several => {
            let several: Vec<String> = several
                .iter()
                .map(|it| format!("{} ({})", it.tool.name(), it.sign))
                .collect();
            Err(Error::usage(format!(
                "these files may have been written for {}; say which one with --from",
                several.join(" or ")
            )))
        }
    }
}
