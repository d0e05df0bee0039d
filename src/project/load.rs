//! Reads a project's files: manifest, note types, sources.

use std::sync::Arc;

use rayon::prelude::*;

use super::{Project, Scope};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity, Sources, Span};
use crate::model::DeckName;
use crate::model::written::WrittenNote;
use crate::source::defaults::Defaults;
use crate::source::layout::{Dialect, Selection, decks_of};
use crate::source::manifest::{self, Manifest};
use crate::source::types::TypeSet;
use crate::source::{markdown, yaml};

/// What the files hold.
pub(super) struct Loaded {
    pub(super) manifest: Manifest,
    pub(super) types: TypeSet,
    pub(super) notes: Vec<WrittenNote>,
    pub(super) files: usize,
}

/// The manifest of a project; `None` where it cannot be read, which is told.
pub(super) fn manifest(
    project: &Project,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<Manifest>, Error> {
    let name = match &project.scope {
        Scope::Folder { name } | Scope::Files { name, .. } => name,
        Scope::Manifest { .. } => {
            let Some((file, text)) = read_text(project, manifest::FILE_NAME, sources, sink)? else {
                return Ok(None);
            };
            let manifest = Manifest::read(file, &text, sink);
            // Going on with half a manifest would find errors that are none.
            return Ok(manifest.filter(|_| !sink.has_errors()));
        }
    };
    let clean = name.replace("::", ":").replace('"', "'");
    let name = DeckName::new(&clean).map_err(|error| {
        Error::usage(format!(
            "`{name}` cannot be the name of a deck: {error}; add a deckle.yaml with a name"
        ))
    })?;
    Ok(Some(Manifest::without_file(&name)))
}

/// The notes of all sources, in the order of their paths.
pub(super) fn sources(
    project: &Project,
    manifest: Manifest,
    types: TypeSet,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Loaded, Error> {
    let mut inputs = Vec::new();
    for path in paths(project, &manifest, sink)? {
        let Some(dialect) = Dialect::of(&path) else {
            let title = format!("`{path}` is in no format that this version reads");
            sink.push(
                Diagnostic::new(Code::BadValue, title)
                    .help("notes are read from .md, .markdown, .yaml and .yml files"),
            );
            continue;
        };
        if let Some((file, text)) = read_text(project, &path, sources, sink)? {
            inputs.push(Input {
                file,
                text,
                dialect,
                defaults: defaults(&path, project, &manifest, sink),
            });
        }
    }
    // Each file has a sink of its own, so that threads cannot change the order of findings.
    let read: Vec<(Vec<WrittenNote>, Diagnostics)> = inputs
        .par_iter()
        .map(|input| {
            let mut sink = Diagnostics::new();
            private_use(input, &mut sink);
            let notes = match input.dialect {
                Dialect::Markdown => {
                    markdown::read(input.file, &input.text, &input.defaults, &types, &mut sink)
                }
                Dialect::Yaml => {
                    yaml::read(input.file, &input.text, &input.defaults, &types, &mut sink)
                }
            };
            (notes, sink)
        })
        .collect();
    let mut notes = Vec::new();
    for (mut more, found) in read {
        // Most projects that are large are one large file: its notes need not be moved.
        if notes.is_empty() {
            notes = more;
        } else {
            notes.append(&mut more);
        }
        sink.append(found);
    }
    Ok(Loaded {
        manifest,
        types,
        notes,
        files: inputs.len(),
    })
}

struct Input {
    file: FileId,
    text: Arc<str>,
    dialect: Dialect,
    defaults: Defaults,
}

fn paths(
    project: &Project,
    manifest: &Manifest,
    sink: &mut Diagnostics,
) -> Result<Vec<String>, Error> {
    let before = sink.count(Severity::Error);
    let selection = Selection::new(&manifest.sources, &manifest.exclude, sink);
    if sink.count(Severity::Error) > before {
        return Ok(Vec::new());
    }
    let inside = |path: &str, only: &[String]| {
        only.iter().any(|it| {
            path == it
                || path
                    .strip_prefix(it.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let mut paths = project.files.list()?;
    match &project.scope {
        Scope::Folder { .. } => paths.retain(|path| selection.holds(path)),
        Scope::Manifest { only } => {
            paths.retain(|path| selection.holds(path) && (only.is_empty() || inside(path, only)));
        }
        Scope::Files { paths: only, .. } => {
            // A file that somebody names is meant, whatever its name is.
            let named = only
                .iter()
                .filter(|it| Dialect::of(it).is_some() || !it.is_empty());
            let named: Vec<String> = named.cloned().collect();
            paths.retain(|path| {
                named.contains(path) || (inside(path, only) && selection.holds(path))
            });
            for path in named {
                let is_file = matches!(project.files.size(&path), Ok(Some(_)));
                if is_file && !paths.contains(&path) {
                    paths.push(path);
                }
            }
            paths.sort_unstable();
        }
    }
    if paths.is_empty() {
        sink.push(
            Diagnostic::new(Code::NothingToBuild, "there are no source files")
                .note("notes are read from .md, .markdown, .yaml and .yml files")
                .note("README.md, names that begin with `_`, the folder `types` and what .gitignore names are left out"),
        );
    }
    Ok(paths)
}

/// What a file's notes inherit from the project and from where the file lies.
fn defaults(
    path: &str,
    project: &Project,
    manifest: &Manifest,
    sink: &mut Diagnostics,
) -> Defaults {
    let mut defaults = manifest.defaults.clone();
    // A file that is built by itself is the root deck.
    if matches!(&project.scope, Scope::Files { paths, .. } if paths.len() == 1 && paths[0] == path)
    {
        return defaults;
    }
    let (folder, deck) = decks_of(path, manifest.name.as_str(), manifest.layout);
    match (DeckName::new(&folder), DeckName::new(&deck)) {
        (Ok(folder), Ok(deck)) => {
            defaults.base_deck = folder;
            defaults.deck = deck;
        }
        (Err(error), _) | (_, Err(error)) => sink.push(
            Diagnostic::new(
                Code::BadDeckName,
                format!("the path `{path}` gives no name of a deck"),
            )
            .note(error.to_string())
            .help("rename the file, or give it a `deck` in its header"),
        ),
    }
    defaults
}

/// A file as text; one that is none is told.
pub(super) fn read_text(
    project: &Project,
    path: &str,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<(FileId, Arc<str>)>, Error> {
    let bytes = project.files.read(path)?;
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text: Arc<str> = text.into();
            Ok(Some((sources.add(path, text.clone()), text)))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = sources.add(path, text);
            sink.push(
                Diagnostic::new(Code::NotUtf8, format!("`{path}` is not UTF-8 text"))
                    .at(Span::new(file, at..at), "the first byte that is none")
                    .help("save the file as UTF-8"),
            );
            Ok(None)
        }
    }
}

/// Private-use characters look different everywhere, and rendering uses some of them itself.
fn private_use(input: &Input, sink: &mut Diagnostics) {
    let found = input.text.char_indices().find(|(_, it)| {
        matches!(it, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
    });
    if let Some((at, character)) = found {
        let code = u32::from(character);
        sink.push(
            Diagnostic::new(
                Code::PrivateUse,
                format!("the private-use character U+{code:04X}"),
            )
            .at(Span::new(input.file, at..at + character.len_utf8()), "here")
            .note("no two fonts show the same for it")
            .help("replace it by the character that you mean, or by a picture"),
        );
    }
}
