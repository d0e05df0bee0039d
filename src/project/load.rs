//! Reads a project's files: manifest, note types, sources.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::folders::Folders;
use super::memo::Shelf;
use super::render::{Batch, Made, Maker};
use super::show::Watch;
use super::{
    FileNotes, Project, Scope, conflicts, gather, includes, joins, macros, media_folders, unread,
};
use crate::check::Spellings;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity, Sources, Span};
use crate::files::{FileList, parent};
use crate::identity::{KnownSketches, Lock};
use crate::model::DeckName;
use crate::model::written::WrittenNote;
use crate::observe::{Observed, Stage};
use crate::render::Renderer;
use crate::source::defaults::Defaults;
use crate::source::include::{self, Included, Includes, Library, Shelved};
use crate::source::layout::{Dialect, Selection};
use crate::source::manifest::{self, Manifest};
use crate::source::table::{self, JoinedText, TableText};
use crate::source::types::TypeSet;
use crate::source::{anki_text, conflict_marks, dialect, markdown, yaml};
use crate::{Error, ErrorKind};

/// What the files hold.
pub(super) struct Loaded {
    pub(super) notes: Made,
    /// How much each file holds.
    pub(super) files: Vec<FileNotes>,
    /// The files themselves, in their order.
    pub(super) inputs: Vec<Input>,
}

/// The manifest of a project; `None` where there is an error in it, which is told.
pub(super) fn manifest(
    project: &Project,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<Manifest>, Error> {
    let manifest = manifest_as_it_is(project, sources, sink)?;
    // Going on with half a manifest would make another deck.
    Ok(manifest.filter(|_| !sink.has_errors()))
}

/// The manifest of a project for who tells what is wrong and makes nothing of it where there are
/// errors: `None` where notes cannot be read by it, which is told.
pub(super) fn manifest_to_check(
    project: &Project,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<Manifest>, Error> {
    let manifest = manifest_as_it_is(project, sources, sink)?;
    if manifest.is_none()
        && let Some(last) = sink.last_error()
    {
        let text = "the notes are not looked at before the project file is mended";
        last.notes.push(text.to_owned());
    }
    Ok(manifest)
}

/// The manifest with the projects that it includes, whatever is wrong with it; `None` where nothing
/// of it can be used.
fn manifest_as_it_is(
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
            let manifest =
                Manifest::read_as(file, sources.text(file), project.variant.as_deref(), sink);
            let Some(mut manifest) = manifest.filter(|it| !it.broken.stops()) else {
                return Ok(None);
            };
            let before = sink.count(Severity::Error);
            manifest.included = includes::resolve(&*project.files, &manifest, sink)?;
            // Notes of another project would be read as its own.
            let is_resolved = sink.count(Severity::Error) == before;
            return Ok(Some(manifest).filter(|_| is_resolved));
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

/// The notes of all sources, in the order of their paths, rendered and checked, with what the next
/// lock is to know of them where there is one.
pub(super) fn notes(
    project: &Project,
    manifest: &Manifest,
    types: &TypeSet,
    renderer: &Renderer<'_>,
    lock: Option<&Lock>,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Loaded, Error> {
    notes_seen(
        project,
        manifest,
        types,
        renderer,
        lock,
        None,
        &Observed::default(),
        sources,
        sink,
    )
}

/// As [`notes`], while the notes of a file are kept as they were written.
#[expect(
    clippy::too_many_arguments,
    reason = "what a build has at this point, who watches it, and who observes"
)]
pub(super) fn notes_seen(
    project: &Project,
    manifest: &Manifest,
    types: &TypeSet,
    renderer: &Renderer<'_>,
    lock: Option<&Lock>,
    watch: Option<&Watch>,
    observed: &Observed,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Loaded, Error> {
    let reading = observed.stage(Stage::Read);
    let mut inputs = inputs(project, manifest, sources, sink)?;
    let before = sources.len();
    let library = shelve(project, manifest, &inputs, sources, sink)?;
    let included: Vec<FileId> = sources.ids().skip(before).collect();
    macros::learn(project, renderer, &inputs, sources, sink)?;
    drop(reading);
    let _rendering = observed.stage(Stage::Render);
    let maker = Maker {
        renderer,
        sources,
        files: &*project.files,
        known: lock.map(KnownSketches::of),
        watch,
        observed,
    };
    let shelf = Shelf::open(project, types, &maker, &inputs, &included);
    // Each file has a sink of its own, so that threads cannot change the order of findings.
    let read: Vec<(Vec<Batch>, Diagnostics, Vec<Included>)> = inputs
        .par_iter()
        .map(|input| {
            let taken = Mutex::default();
            let includes = Includes::new(sources, &library, &taken);
            let shelf = shelf.as_ref().filter(|it| it.keeps(input));
            let take = |notes: Vec<WrittenNote>| {
                let mut batch = maker.batch(notes);
                if shelf.is_none() {
                    // Of the notes of a large file this would be much.
                    batch.asked = None;
                }
                batch
            };
            let render = || read_notes(input, sources, types, &includes, &take);
            let (batches, sink) = match shelf {
                None => render(),
                Some(shelf) => shelf.recall(input, render),
            };
            let taken = taken.into_inner().unwrap_or_else(PoisonError::into_inner);
            (batches, sink, taken)
        })
        .collect();
    let mut notes = Made::default();
    let mut spellings = Spellings::default();
    let mut files = Vec::with_capacity(inputs.len());
    let mut included = Vec::new();
    for ((batches, mut found, taken), input) in read.into_iter().zip(&inputs) {
        found.keep_first(Code::DeckUnnamed);
        sink.append(found);
        let facts = batches.iter().flat_map(|it| &it.facts);
        files.push(FileNotes {
            path: sources.path(input.file).to_owned(),
            notes: facts.clone().count(),
            cards: facts.map(|it| it.cards as usize).sum(),
        });
        included.extend(taken.into_iter().map(|it| Input {
            file: it.file,
            dialect: it.dialect,
            defaults: it.defaults,
            joined: Vec::new(),
        }));
        for mut batch in batches {
            spellings.append(std::mem::take(&mut batch.spellings));
            sink.append(std::mem::take(&mut batch.found));
            notes.push(batch);
        }
    }
    inputs.append(&mut included);
    spellings.tell(sink);
    gather::tell_unmade(&renderer.made_sounds(), sink);
    let all = inputs.iter().map(|it| &*it.defaults.settings.audio);
    let audio = std::iter::once(&*manifest.defaults.settings.audio).chain(all);
    gather::tell_unknown_fields(audio, types, sink);
    let headers = inputs.iter().map(|it| &*it.defaults.settings);
    let headers = std::iter::once(&*manifest.defaults.settings).chain(headers);
    media_folders::tell(&*project.files, headers, sink);
    gather::tell_list(project, sources, sink)?;
    notes.number();
    Ok(Loaded {
        notes,
        files,
        inputs,
    })
}

/// The notes of a file, and what is found in its text.
fn read_notes(
    input: &Input,
    sources: &Sources,
    types: &TypeSet,
    includes: &Includes<'_>,
    take: &(impl Fn(Vec<WrittenNote>) -> Batch + Sync),
) -> (Vec<Batch>, Diagnostics) {
    let mut sink = Diagnostics::new();
    let (file, defaults) = (input.file, &input.defaults);
    let text = sources.text(file);
    private_use(file, text, &mut sink);
    let batches = match input.dialect {
        Dialect::Table => {
            let joined = joined_texts(&input.joined, sources);
            let table = table_text(file, sources);
            table::read(table, &joined, defaults, types, &mut sink, take)
        }
        Dialect::AnkiText => anki_text::read(file, text, defaults, types, &mut sink, take),
        Dialect::Markdown => {
            let notes = markdown::read_with(file, text, defaults, types, includes, &mut sink);
            vec![take(notes)]
        }
        Dialect::Yaml | Dialect::Json => {
            yaml::read_with(file, text, defaults, types, includes, &mut sink, take)
        }
        Dialect::Foreign(tool) => {
            let place = (file, sources.path(file));
            let notes = dialect::read(tool, place, text, defaults, types, &mut sink);
            vec![take(notes)]
        }
    };
    (batches, sink)
}

/// The files that sources ask for, and those that these ask for.
fn shelve(
    project: &Project,
    manifest: &Manifest,
    inputs: &[Input],
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Library, Error> {
    let mut wanted: Vec<String> = inputs
        .par_iter()
        .map(|it| include::wanted(it.dialect, sources.path(it.file), sources.text(it.file)))
        .flatten()
        .collect();
    if wanted.is_empty() {
        return Ok(Library::default());
    }
    // What is a source of the whole project is one in a build of some of its files, too.
    let others = match &project.scope {
        Scope::Manifest { only } if !only.is_empty() => project.files.list()?.paths,
        _ => Vec::new(),
    };
    let patterns = (&manifest.sources, &manifest.exclude);
    let selection = Selection::new(patterns.0, patterns.1, &mut Diagnostics::new());
    let is_source = |path: &str| {
        let listed = others.binary_search_by(|it| it.as_str().cmp(path));
        listed.is_ok() && selection.holds(path) && Dialect::of(path).is_some()
    };
    let paths = inputs.iter().map(|it| it.file);
    let mut library = Library::new(paths.map(|it| (sources.path(it).to_owned(), it)));
    while !wanted.is_empty() {
        let mut next = Vec::new();
        for path in wanted {
            if library.knows(&path) {
                continue;
            }
            let shelved = match project.files.size(&path) {
                Ok(None) => Shelved::Missing,
                Err(error) if matches!(error.kind(), ErrorKind::Outside(_)) => Shelved::Outside,
                Err(error) => return Err(error),
                Ok(Some(_)) => match read_text(project, &path, sources, sink)? {
                    None => Shelved::Unreadable,
                    Some(file) => {
                        let marks = conflict_marks::conflict(file, &path, sources.text(file));
                        marks.into_iter().for_each(|found| sink.push(found));
                        private_use(file, sources.text(file), sink);
                        if let Some(dialect) = Dialect::of(&path) {
                            next.extend(include::wanted(dialect, &path, sources.text(file)));
                        }
                        Shelved::Text(file)
                    }
                },
            };
            let is_source = is_source(&path);
            library.add(path, shelved, is_source);
        }
        wanted = next;
    }
    Ok(library)
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
    let paths = paths(project, manifest, &listed, sink)?;
    for path in &paths {
        let defaults = folders.of_file(path, sources, sink)?;
        let tool = defaults.front_end.filter(|it| it.reads(path));
        let Some(dialect) = tool.map(Dialect::Foreign).or_else(|| Dialect::of(path)) else {
            let title = format!("`{path}` is in no format that this version reads");
            sink.push(Diagnostic::new(Code::BadValue, title).help(READ_FROM));
            continue;
        };
        let Some(file) = read_text(project, path, sources, sink)? else {
            continue;
        };
        let text = sources.text(file);
        if let Some(found) = conflict_marks::conflict(file, path, text) {
            sink.push(found);
            continue;
        }
        let Some(dialect) = dialect.of_text(text) else {
            let title = format!("`{path}` does not begin as a text file of Anki does");
            sink.push(
                Diagnostic::new(Code::BadValue, title)
                    .at(Span::new(file, 0..0), "not read")
                    .help("begin it with `#separator:tab` or another line that Anki knows"),
            );
            continue;
        };
        // What deckle wrote is no source of its own, unless somebody names it.
        let own = dialect == Dialect::AnkiText && anki_text::is_written_by_deckle(text);
        if own && !only(project).contains(path) {
            continue;
        }
        inputs.push(Input {
            file,
            dialect,
            defaults,
            joined: Vec::new(),
        });
    }
    let joined = joins::read(project, &mut inputs, sources, sink)?;
    // What a part of the project does not match may be meant for the rest of it.
    if only(project).is_empty() && !paths.is_empty() {
        folders.tell_unmatched(&paths, sink);
        includes::tell_nested(project, &listed.paths, &paths, sources, sink);
    }
    let selection = Selection::new(
        &manifest.sources,
        &manifest.exclude,
        &mut Diagnostics::new(),
    );
    let read: Vec<String> = paths.iter().chain(&joined).cloned().collect();
    unread::tell(project, &listed, &read, sink, |path| {
        is_meant(project, path) && !selection.excludes(path)
    })?;
    folders.tell_unread(sources, sink, |path| {
        // As any source in its folder would be.
        let beside = format!("{}/a.md", parent(path));
        is_meant(project, path)
            && !manifest.is_included(path)
            && !selection.excludes(beside.trim_start_matches('/'))
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
    /// The tables that are joined to it; `None` for those that cannot be read.
    pub(super) joined: Vec<Option<FileId>>,
}

/// What notes are read from, as a help.
const READ_FROM: &str = "notes are read from .md, .markdown, .yaml, .yml, .csv and .tsv files, and from Anki's text files";

/// A table with its text.
pub(super) fn table_text(file: FileId, sources: &Sources) -> TableText<'_> {
    TableText {
        file,
        source: sources.text(file),
        delimiter: table::delimiter_of(sources.path(file)),
    }
}

fn joined_texts<'s>(joined: &[Option<FileId>], sources: &'s Sources) -> Vec<JoinedText<'s>> {
    let text = |file: &Option<FileId>| JoinedText {
        path: file.map_or("", |it| sources.path(it)),
        text: file.map(|it| table_text(it, sources)),
    };
    joined.iter().map(text).collect()
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
    let meant = |path: &str| is_meant(project, path) && !manifest.is_included(path);
    let mut paths: Vec<String> = listed
        .paths
        .iter()
        .filter(|path| meant(path) && selection.holds(path))
        .cloned()
        .collect();
    if manifest.sources.is_empty() {
        // Most text files are none of ours.
        paths = unread::without_other_texts(project, paths)?;
    }
    // A file that somebody names is meant, whatever its name is.
    for path in only.iter().filter(|it| !it.is_empty()) {
        if !paths.contains(path) && matches!(project.files.size(path), Ok(Some(_))) {
            paths.push(path.clone());
        }
    }
    conflicts::take_out(&mut paths, only, sink);
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
    if paths.is_empty() && manifest.included.is_empty() {
        sink.push(
            Diagnostic::new(Code::NothingToBuild, "there are no source files")
                .note(READ_FROM)
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
            // Spreadsheets write it, and call it Unicode.
            let is_utf16 = matches!(error.as_bytes(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
            let (title, label) = if is_utf16 {
                let title = format!("`{path}` is UTF-16 text, not UTF-8");
                (title, "the mark of UTF-16")
            } else {
                let title = format!("`{path}` is not UTF-8 text");
                (title, "the first byte that is none")
            };
            sink.push(
                Diagnostic::new(Code::NotUtf8, title)
                    .at(Span::new(file, at..at), label)
                    .help(if is_utf16 {
                        "save the file as UTF-8; spreadsheets call it \"CSV UTF-8\""
                    } else {
                        "save the file as UTF-8"
                    }),
            );
            Ok(None)
        }
    }
}

/// Private-use characters look different everywhere, and rendering uses some of them itself.
fn private_use(file: FileId, text: &str, sink: &mut Diagnostics) {
    // They begin with these bytes, which most texts have nowhere: so much is seen at once.
    let largest = |bytes: &[u8]| bytes.iter().fold(0, |largest, it| largest.max(*it));
    if text.as_bytes().chunks(4096).all(|it| largest(it) < 0xEE) {
        return;
    }
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
            variant: None,
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
