//! Files that sources take in: `<!-- include: path.md -->`, `include:` and `{file: path.md}` in YAML.
//!
//! Front ends read no files. So what they may ask for is found before, in a quick look at each
//! text ([`wanted`]), and read by whoever reads files; the front ends then find it in a
//! [`Library`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use memchr::memmem;

use super::defaults::Defaults;
use super::layout::Dialect;
use super::markdown;
use super::types::TypeSet;
use super::yaml::{self, Node, Value};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Sources, Span, Spanned, nearest};
use crate::files::{join, parent};
use crate::model::written::WrittenNote;

/// The key of a file that takes others in.
pub const INCLUDE: &str = "include";

/// How many files may stand inside one another.
const MAX_DEPTH: usize = 16;
/// How many files one source may take in, all in all.
const MAX_FILES: usize = 1_000;

/// What is there of a file that a source asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shelved {
    /// Its text.
    Text(FileId),
    /// Nothing of this name.
    Missing,
    /// It lies outside of the project.
    Outside,
    /// No text; why, was told when it was read.
    Unreadable,
}

/// The files that sources ask for, by their paths.
#[derive(Debug, Default)]
pub struct Library {
    files: BTreeMap<String, Shelved>,
    sources: BTreeSet<FileId>,
}

impl Library {
    /// An empty library of a project with these sources, which are in it.
    #[must_use]
    pub fn new(sources: impl IntoIterator<Item = (String, FileId)>) -> Self {
        let mut library = Self::default();
        for (path, file) in sources {
            library.files.insert(path, Shelved::Text(file));
            library.sources.insert(file);
        }
        library
    }

    /// Whether something is known of a path.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Takes a file in, which may be a source of the project that is not read in this run.
    pub fn add(&mut self, path: String, shelved: Shelved, is_source: bool) {
        if let (Shelved::Text(file), true) = (shelved, is_source) {
            self.sources.insert(file);
        }
        self.files.insert(path, shelved);
    }
}

/// A file whose notes stand in another one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Included {
    /// The file.
    pub file: FileId,
    /// What it is written in.
    pub dialect: Dialect,
    /// What it inherits from the place where it stands.
    pub defaults: Defaults,
}

/// What a file may take in, while it is read.
#[derive(Debug, Clone, Copy)]
pub struct Includes<'a> {
    shelf: Option<Shelf<'a>>,
    /// The files around this one, and where they take it in.
    outer: Option<&'a Inner<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Shelf<'a> {
    sources: &'a Sources,
    library: &'a Library,
    taken: &'a Mutex<Vec<Included>>,
}

#[derive(Debug)]
struct Inner<'a> {
    at: Span,
    depth: usize,
    outer: Option<&'a Inner<'a>>,
}

impl<'a> Includes<'a> {
    /// Nothing: each file that is asked for is told to be missing.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            shelf: None,
            outer: None,
        }
    }

    /// The files of a library. What is read of them is written down in `taken`.
    #[must_use]
    pub const fn new(
        sources: &'a Sources,
        library: &'a Library,
        taken: &'a Mutex<Vec<Included>>,
    ) -> Self {
        let shelf = Some(Shelf {
            sources,
            library,
            taken,
        });
        Self { shelf, outer: None }
    }

    /// The text of the file that is written as `path`, for a field.
    pub(super) fn text(
        &self,
        path: &Spanned<String>,
        sink: &mut Diagnostics,
    ) -> Option<(FileId, &'a str, &'a str)> {
        let (shelf, file) = self.file(path, sink)?;
        Some((file, shelf.sources.text(file), shelf.sources.path(file)))
    }

    /// The notes of the file that is written as `path`. They inherit `defaults`.
    pub(super) fn notes(
        &self,
        path: &Spanned<String>,
        defaults: &Defaults,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Vec<WrittenNote> {
        let Some((shelf, file)) = self.file(path, sink) else {
            return Vec::new();
        };
        let name = shelf.sources.path(file);
        if let Some(told) = self.refusal(shelf, path, file, name) {
            sink.push(told);
            return Vec::new();
        }
        let Some(dialect @ (Dialect::Markdown | Dialect::Yaml)) = Dialect::of(name) else {
            sink.push(
                Diagnostic::new(Code::Include, format!("`{name}` cannot be included"))
                    .at(path.span, "in no format that may stand inside another file")
                    .help("notes can be included from .md, .markdown, .yaml and .yml files"),
            );
            return Vec::new();
        };
        let inner = Inner {
            at: path.span,
            depth: self.outer.map_or(0, |it| it.depth) + 1,
            outer: self.outer,
        };
        let includes = Includes {
            shelf: Some(shelf),
            outer: Some(&inner),
        };
        let inherited = defaults.inside();
        let mut taken = shelf.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.push(Included {
            file,
            dialect,
            defaults: inherited.clone(),
        });
        drop(taken);
        let text = shelf.sources.text(file);
        if dialect == Dialect::Yaml {
            let take = |notes: Vec<WrittenNote>| notes;
            yaml::read_with(file, text, &inherited, types, &includes, sink, &take).concat()
        } else {
            markdown::read_with(file, text, &inherited, types, &includes, sink)
        }
    }

    /// The file that is written as `path`; told where there is none.
    fn file(&self, path: &Spanned<String>, sink: &mut Diagnostics) -> Option<(Shelf<'a>, FileId)> {
        let from = self.shelf.map_or("", |it| it.sources.path(path.span.file));
        let resolved = resolve(from, &path.value);
        let shelved = match (&self.shelf, &resolved) {
            (_, None) => Shelved::Outside,
            (Some(shelf), Some(resolved)) => {
                let found = shelf.library.files.get(resolved);
                found.copied().unwrap_or(Shelved::Missing)
            }
            (None, Some(_)) => Shelved::Missing,
        };
        let diagnostic = match shelved {
            Shelved::Text(file) => return self.shelf.map(|shelf| (shelf, file)),
            Shelved::Unreadable => return None,
            Shelved::Outside => {
                let title = format!("`{}` lies outside of the project", path.value);
                Diagnostic::new(Code::Include, title)
                    .at(path.span, "not read")
                    .note("nothing outside of the project's folder is read")
                    .help("put the file into the project")
            }
            Shelved::Missing => {
                let title = format!("there is no file `{}`", path.value);
                let diagnostic = Diagnostic::new(Code::Include, title).at(path.span, "not found");
                match self.near(from, &path.value) {
                    Some(near) => {
                        diagnostic.fix("a file with a similar name exists", path.span, near)
                    }
                    None => diagnostic
                        .note("paths count from the file that they stand in; `/x.md` lies at the root of the project"),
                }
            }
        };
        sink.push(diagnostic);
        None
    }

    /// A source beside the file that asks, with a similar name.
    fn near(&self, from: &str, typed: &str) -> Option<String> {
        let library = self.shelf?.library;
        let folder = parent(from);
        let beside = library.files.iter().filter(|(path, shelved)| {
            matches!(shelved, Shelved::Text(_)) && parent(path) == folder && *path != from
        });
        let names = beside.map(|(path, _)| crate::files::file_name(path));
        nearest(typed, names).map(str::to_owned)
    }

    /// Why a file that is there must not be read here.
    fn refusal(
        &self,
        shelf: Shelf<'_>,
        path: &Spanned<String>,
        file: FileId,
        name: &str,
    ) -> Option<Diagnostic> {
        let mut chain = vec![(path.span.file, path.span)];
        let mut around = self.outer;
        while let Some(inner) = around {
            chain.push((inner.at.file, inner.at));
            around = inner.outer;
        }
        if let Some(first) = chain.iter().position(|it| it.0 == file) {
            let mut names: Vec<String> = chain[..=first]
                .iter()
                .rev()
                .map(|it| format!("`{}`", shelf.sources.path(it.0)))
                .collect();
            names.push(format!("`{name}`"));
            let mut diagnostic =
                Diagnostic::new(Code::IncludeCycle, format!("`{name}` includes itself"))
                    .at(path.span, "and so on without an end");
            for (_, span) in chain[..=first].iter().skip(1) {
                diagnostic = diagnostic.also(*span, "included here");
            }
            return Some(
                diagnostic
                    .note(format!("the chain is {}", names.join(" -> ")))
                    .help("take one of these includes out"),
            );
        }
        if shelf.library.sources.contains(&file) {
            let title = format!("`{name}` is a source itself");
            return Some(
                Diagnostic::new(Code::IncludedSource, title)
                    .at(path.span, "not read a second time, for that would double its notes")
                    .help("give it a name that begins with `_`, or name it under `exclude` in deckle.yaml; then its notes stand here only"),
            );
        }
        let depth = chain.len();
        let count = shelf
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        (depth > MAX_DEPTH || count >= MAX_FILES).then(|| {
            Diagnostic::new(Code::Include, format!("`{name}` is one include too many"))
                .at(path.span, "not read")
                .note(format!(
                    "at most {MAX_DEPTH} files may stand inside one another, and {MAX_FILES} in one source"
                ))
        })
    }
}

/// The path from the root that `written` means in the file `from`; nothing where it leads out.
fn resolve(from: &str, written: &str) -> Option<String> {
    let rooted = written
        .strip_prefix("@/")
        .or_else(|| written.strip_prefix('/'));
    match rooted {
        Some(rest) => join("", rest),
        None => join(parent(from), written),
    }
}

/// The files that a source may ask for, as paths from the root, each once. What stands in code or
/// in a remark may be among them.
#[must_use]
pub fn wanted(dialect: Dialect, path: &str, text: &str) -> Vec<String> {
    let mut written = Vec::new();
    if dialect == Dialect::Markdown {
        in_comments(text, &mut written);
    } else if dialect == Dialect::Yaml && (has_key(text, INCLUDE) || has_key(text, yaml::FILE)) {
        let documents = yaml::parse(FileId::NONE, text, 0, &mut Diagnostics::new());
        in_nodes(&documents, &mut written);
    }
    let mut known = BTreeSet::new();
    let resolved = written.iter().filter_map(|it| resolve(path, it));
    resolved.filter(|it| known.insert(it.clone())).collect()
}

fn in_comments(text: &str, found: &mut Vec<String>) {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("<!--") {
        rest = behind;
        let inner = behind.trim_start();
        let Some(inner) = inner.strip_prefix(INCLUDE) else {
            continue;
        };
        let Some(inner) = inner.trim_start().strip_prefix(':') else {
            continue;
        };
        let line = inner.trim_start().lines().next().unwrap_or_default();
        let path = line.split_once("-->").map_or(line, |it| it.0);
        found.push(path.trim().to_owned());
    }
}

/// A quick look whether a text may hold this key.
fn has_key(text: &str, key: &str) -> bool {
    memmem::find_iter(text.as_bytes(), key).any(|at| {
        let behind = text.get(at + key.len()..).unwrap_or_default();
        behind.trim_start_matches(['"', '\'', ' ']).starts_with(':')
    })
}

fn in_nodes(nodes: &[Node], found: &mut Vec<String>) {
    let mut open: Vec<&Node> = nodes.iter().collect();
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Sequence(items) => open.extend(items),
            Value::Mapping(entries) => {
                for entry in entries {
                    if [INCLUDE, yaml::FILE].contains(&entry.name()) {
                        let mut texts = vec![&entry.value];
                        if let Value::Sequence(items) = &entry.value.value {
                            texts = items.iter().collect();
                        }
                        let texts = texts.into_iter().filter_map(Node::as_text);
                        found.extend(texts.map(|it| it.trim().as_str().to_owned()));
                    }
                    open.push(&entry.value);
                }
            }
            Value::Null | Value::Scalar(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_asked_for_is_found() {
        let check = |path: &str, text: &str, expect: &[&str]| {
            let dialect = Dialect::of(path).unwrap();
            assert_eq!(wanted(dialect, path, text), expect, "{text}");
        };
        check(
            "a/b.md",
            "x\n<!-- include: c.md -->\n<!--include: ../d e.md\n-->",
            &["a/c.md", "d e.md"],
        );
        check(
            "b.md",
            "<!-- include: /x.md --> <!-- include: ../x.md --> <!-- included: y -->",
            &["x.md"],
        );
        check(
            "b.yaml",
            "include: [x.md, y/z.yaml]\nnotes:\n- {a: {file: f.md}}\n",
            &["x.md", "y/z.yaml", "f.md"],
        );
        check("b.yaml", "include: x.md\n", &["x.md"]);
        check("b.yaml", "- [a file, b]\n", &[]);
    }
}
