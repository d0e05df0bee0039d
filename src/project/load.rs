//! Reads a project's files: manifest, note types, sources.

use rayon::prelude::*;

use super::folders::Folders;
use super::render::{Batch, Made, Maker};
use super::{Project, Scope, unread};
use crate::check::Spellings;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity, Sources, Span};
use crate::files::{FileList, parent};
use crate::model::DeckName;
use crate::model::written::WrittenNote;
use crate::render::Renderer;
use crate::source::defaults::Defaults;
use crate::source::layout::{Dialect, Selection};
use crate::source::manifest::{self, Manifest};
use crate::source::types::TypeSet;
use crate::source::{dialect, markdown, yaml};
use crate::{Error, ErrorKind};

/// What the files hold.
pub(super) struct Loaded {
    pub(super) notes: Made,
    pub(super) files: usize,
    /// The files themselves, in their order.
    pub(super) inputs: Vec<Input>,
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
            let Some(file) = read_text(project, manifest::FILE_NAME, sources, sink)? else {
                return Ok(None);
            };
            let manifest = Manifest::read(file, sources.text(file), sink);
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

/// The notes of all sources, in the order of their paths, rendered and checked.
pub(super) fn notes(
    project: &Project,
    manifest: &Manifest,
    types: &TypeSet,
    renderer: &Renderer<'_>,
    locked: bool,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Loaded, Error> {
    let inputs = inputs(project, manifest, sources, sink)?;
    let maker = Maker {
        renderer,
        sources,
        locked,
    };
    let take = |notes: Vec<WrittenNote>| maker.batch(notes);
    // Each file has a sink of its own, so that threads cannot change the order of findings.
    let read: Vec<(Vec<Batch>, Diagnostics)> = inputs
        .par_iter()
        .map(|input| {
            let mut sink = Diagnostics::new();
            let (file, defaults) = (input.file, &input.defaults);
            let text = sources.text(file);
            private_use(file, text, &mut sink);
            let batches = match input.dialect {
                Dialect::Markdown => {
                    let notes = markdown::read(file, text, defaults, types, &mut sink);
                    vec![take(notes)]
                }
                Dialect::Yaml | Dialect::Json => {
                    yaml::read(file, text, defaults, types, &mut sink, &take)
                }
                Dialect::Foreign(tool) => {
                    let place = (file, sources.path(file));
                    let notes = dialect::read(tool, place, text, defaults, types, &mut sink);
                    vec![take(notes)]
                }
            };
            (batches, sink)
        })
        .collect();
    let mut notes = Made::default();
    let mut spellings = Spellings::default();
    for (batches, found) in read {
        sink.append(found);
        for mut batch in batches {
            spellings.append(std::mem::take(&mut batch.spellings));
            sink.append(std::mem::take(&mut batch.found));
            notes.push(batch);
        }
    }
    spellings.tell(sink);
    notes.number();
    Ok(Loaded {
        notes,
        files: inputs.len(),
        inputs,
    })
}

pub(super) fn inputs(
    project: &Project,
    manifest: &Manifest,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::new();
    let listed = project.files.list()?;
    let mut folders = Folders::new(project, manifest, &listed.paths);
    for path in paths(project, manifest, &listed, sink)? {
        let defaults = folders.of_file(&path, sources, sink)?;
        let tool = defaults.front_end.filter(|it| it.reads(&path));
        let Some(dialect) = tool.map(Dialect::Foreign).or_else(|| Dialect::of(&path)) else {
            let title = format!("`{path}` is in no format that this version reads");
            sink.push(
                Diagnostic::new(Code::BadValue, title)
                    .help("notes are read from .md, .markdown, .yaml and .yml files"),
            );
            continue;
        };
        if let Some(file) = read_text(project, &path, sources, sink)? {
            inputs.push(Input {
                file,
                dialect,
                defaults,
            });
        }
    }
    let selection = Selection::new(
        &manifest.sources,
        &manifest.exclude,
        &mut Diagnostics::new(),
    );
    folders.tell_unread(sources, sink, |path| {
        // As any source in its folder would be.
        let beside = format!("{}/a.md", parent(path));
        is_meant(project, path) && !selection.excludes(beside.trim_start_matches('/'))
    });
    Ok(inputs)
}

/// The paths that were named, if any were.
fn only(project: &Project) -> &[String] {
    match &project.scope {
        Scope::Folder { .. } => &[],
        Scope::Manifest { only } => only,
        Scope::Files { paths, .. } => paths,
    }
}

fn is_meant(project: &Project, path: &str) -> bool {
    let only = only(project);
    only.is_empty() || only.iter().any(|it| lies_in(path, it))
}

/// Whether a path is `outer`, or lies in it.
pub(super) fn lies_in(path: &str, outer: &str) -> bool {
    let rest = path.strip_prefix(outer);
    outer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A source file.
pub(super) struct Input {
    pub(super) file: FileId,
    pub(super) dialect: Dialect,
    /// What it inherits.
    pub(super) defaults: Defaults,
}

fn paths(
    project: &Project,
    manifest: &Manifest,
    listed: &FileList,
    sink: &mut Diagnostics,
) -> Result<Vec<String>, Error> {
    let before = sink.count(Severity::Error);
    let selection = Selection::new(&manifest.sources, &manifest.exclude, sink);
    if sink.count(Severity::Error) > before {
        return Ok(Vec::new());
    }
    let only = only(project);
    let meant = |path: &str| is_meant(project, path);
    let mut paths: Vec<String> = listed
        .paths
        .iter()
        .filter(|path| meant(path) && selection.holds(path))
        .cloned()
        .collect();
    // A file that somebody names is meant, whatever its name is.
    for path in only.iter().filter(|it| !it.is_empty()) {
        if !paths.contains(path) && matches!(project.files.size(path), Ok(Some(_))) {
            paths.push(path.clone());
        }
    }
    paths.sort_unstable();
    let unnamed = listed.not_utf8.iter();
    for path in unnamed.filter(|path| meant(path) && selection.holds(path)) {
        sink.push(
            Diagnostic::new(
                Code::NotUtf8,
                format!("the name of the file `{path}` is not UTF-8 text"),
            )
            .note("`\u{fffd}` stands for the bytes that are none")
            .help("rename the file or its folder, or exclude it"),
        );
    }
    unread::tell(project, listed, &paths, sink, |path| {
        meant(path) && !selection.excludes(path)
    })?;
    if paths.is_empty() {
        sink.push(
            Diagnostic::new(Code::NothingToBuild, "there are no source files")
                .note("notes are read from .md, .markdown, .yaml and .yml files")
                .note("README.md, names that begin with `_`, the folder `types` and what .gitignore names are left out"),
        );
    }
    Ok(paths)
}

/// Takes the text of a file in; one that is none is told.
pub(super) fn read_text(
    project: &Project,
    path: &str,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<FileId>, Error> {
    let bytes = match project.files.read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::Outside(_)) => {
            let file = sources.add(path, "");
            sink.push(
                Diagnostic::new(
                    Code::SourceOutside,
                    format!("`{path}` is a link that leads out of the project"),
                )
                .at(Span::new(file, 0..0), "not followed")
                .note("nothing outside of the project's folder is read")
                .help("put the file itself in its place, or take the link away"),
            );
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    match String::from_utf8(bytes) {
        Ok(text) => {
            let lone = text.find('\r').filter(|_| !text.contains('\n'));
            let file = sources.add(path, text);
            let Some(at) = lone else {
                return Ok(Some(file));
            };
            sink.push(
                Diagnostic::new(
                    Code::LineEnds,
                    format!("the lines of `{path}` end in a carriage return alone"),
                )
                .at(Span::new(file, at..at), "the first line would end here")
                .note("so did Macs before 2001; today all of the file would be one line")
                .help("save the file with line ends of Unix (LF) or Windows (CRLF)"),
            );
            Ok(None)
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
fn private_use(file: FileId, text: &str, sink: &mut Diagnostics) {
    let found = text.char_indices().find(|(_, it)| {
        matches!(it, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
    });
    if let Some((at, character)) = found {
        let code = u32::from(character);
        sink.push(
            Diagnostic::new(
                Code::PrivateUse,
                format!("the private-use character U+{code:04X}"),
            )
            .at(Span::new(file, at..at + character.len_utf8()), "here")
            .note("no two fonts show the same for it")
            .help("replace it by the character that you mean, or by a picture"),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::files::Memory;

    fn project(scope: Scope) -> Project {
        let files = ["a.md", "sub/README.md", "sub/b.md", "subway.md", "c.txt"];
        let files = files
            .iter()
            .fold(Memory::new(), |memory, path| memory.with(*path, ""));
        Project {
            files: Arc::new(files),
            root: PathBuf::new(),
            scope,
        }
    }

    #[test]
    fn a_file_that_is_named_is_meant() {
        let check = |only: &[&str], expect: &[&str]| {
            let only: Vec<String> = only.iter().map(|it| (*it).to_owned()).collect();
            let scopes = [
                Scope::Manifest { only: only.clone() },
                Scope::Files {
                    name: "x".to_owned(),
                    paths: only,
                },
            ];
            for scope in scopes {
                let project = project(scope);
                let manifest = Manifest::without_file(&DeckName::new("x").unwrap());
                let mut sink = Diagnostics::new();
                let listed = project.files.list().unwrap();
                let found = paths(&project, &manifest, &listed, &mut sink).unwrap();
                assert_eq!(found, expect);
            }
        };
        check(&["sub/README.md"], &["sub/README.md"]);
        check(&["sub"], &["sub/b.md"]);
        check(&["sub", "a.md"], &["a.md", "sub/b.md"]);
        check(&["sub", "sub/README.md"], &["sub/README.md", "sub/b.md"]);
        check(&["c.txt"], &["c.txt"]);
        check(&[""], &["a.md", "sub/b.md", "subway.md"]);
    }

    #[test]
    fn a_name_that_is_no_text_is_told_where_it_looks_like_a_source() {
        let project = project(Scope::Manifest { only: Vec::new() });
        let manifest = Manifest::without_file(&DeckName::new("x").unwrap());
        let mut listed = project.files.list().unwrap();
        listed.not_utf8 = vec![
            "caf\u{fffd}.md".to_owned(),
            "caf\u{fffd}.png".to_owned(),
            "_caf\u{fffd}/a.md".to_owned(),
        ];
        let mut sink = Diagnostics::new();
        let _ = paths(&project, &manifest, &listed, &mut sink).unwrap();
        let found: Vec<&str> = sink.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            found,
            ["the name of the file `caf\u{fffd}.md` is not UTF-8 text"]
        );
    }
}
