//! The files of a brain-brew project, read with their places, so that what cannot be taken over is
//! told where it stands.

use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Sources, Span, Spanned};
use crate::files::{Disk, Files, join};
use crate::source::yaml::{self, Entry, Node, decode};

/// Reads files and collects what is wrong with them.
pub(super) struct Reader<'d> {
    pub(super) disk: &'d Disk,
    pub(super) sources: Sources,
    pub(super) sink: Diagnostics,
}

impl<'d> Reader<'d> {
    pub(super) fn new(disk: &'d Disk) -> Self {
        Self {
            disk,
            sources: Sources::new(),
            sink: Diagnostics::new(),
        }
    }

    /// The path as deckle writes it; paths count from where brain-brew is run.
    pub(super) fn path(&mut self, named: &Spanned<String>) -> Option<String> {
        let plain = named.value.replace('\\', "/");
        let found = join("", plain.trim_end_matches('/')).filter(|_| !plain.starts_with('/'));
        if found.is_none() {
            let title = format!("`{}` lies outside of the project", named.value);
            self.error(title, named.span, "not read", |it| {
                it.help("put the file into the project, and name it by its path from there")
            });
        }
        found
    }

    /// The file at a path, as text; one that is not there is told.
    pub(super) fn file(&mut self, named: &Spanned<String>) -> Result<Option<FileId>, Error> {
        let Some(path) = self.path(named) else {
            return Ok(None);
        };
        if self.disk.size(&path)?.is_none() {
            let title = format!("there is no file `{path}`");
            self.error(title, named.span, "named here", |it| {
                it.note("paths count from the folder in which brain-brew is run")
                    .help("if a program of the project makes it, run that first")
            });
            return Ok(None);
        }
        match String::from_utf8(self.disk.read(&path)?) {
            Ok(text) => Ok(Some(self.sources.add(path, text))),
            Err(_) => {
                let title = format!("`{path}` is not UTF-8 text");
                self.error(title, named.span, "named here", |it| {
                    it.help("save the file as UTF-8")
                });
                Ok(None)
            }
        }
    }

    /// The text of a file with line ends of Unix, as Python reads it.
    pub(super) fn text(&mut self, named: &Spanned<String>) -> Result<Option<String>, Error> {
        let file = self.file(named)?;
        Ok(file.map(|it| {
            let text = self.sources.text(it);
            text.replace("\r\n", "\n").replace('\r', "\n")
        }))
    }

    /// The first document of a YAML file.
    pub(super) fn yaml(&mut self, named: &Spanned<String>) -> Result<Option<Node>, Error> {
        let Some(file) = self.file(named)? else {
            return Ok(None);
        };
        let text = self.sources.text(file).to_owned();
        let mut documents = yaml::parse(file, &text, 0, &mut self.sink).into_iter();
        Ok(documents.next())
    }

    /// Tells what cannot be taken over.
    pub(super) fn error(
        &mut self,
        title: String,
        span: Span,
        label: &str,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let found = Diagnostic::new(Code::ForeignSyntax, title).at(span, label);
        self.sink.push(more(found));
    }

    /// Tells what has no counterpart here.
    pub(super) fn left_out(
        &mut self,
        title: String,
        span: Span,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let found = Diagnostic::new(Code::ForeignLeftOut, title).at(span, "left out");
        self.sink.push(more(found));
    }

    /// The entries of a mapping, of which those that are not known are told. A key of `silent`
    /// says nothing that a project of deckle could need.
    pub(super) fn entries<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        known: &[&str],
        silent: &[&str],
    ) -> Keys<'n> {
        let entries = decode::mapping(node, what, &mut self.sink).unwrap_or_default();
        for entry in entries {
            let name = entry.name();
            if !known.contains(&name) && !silent.contains(&name) {
                let place = format!("in `{what}`");
                decode::unknown_key(&entry.key, &place, known, &mut self.sink);
            }
        }
        Keys {
            entries,
            span: node.span,
        }
    }

    /// The text of a key that has to be there.
    pub(super) fn required(
        &mut self,
        keys: &Keys<'_>,
        key: &str,
        what: &str,
    ) -> Option<Spanned<String>> {
        match keys.get(key) {
            Some(node) => decode::string(node, key, &mut self.sink),
            None => {
                let title = format!("`{what}` has no `{key}`");
                self.error(title, keys.span.at_start(), "here", |it| {
                    it.help(format!("brain-brew asks for it: add `{key}: ..`"))
                });
                None
            }
        }
    }

    /// The text of a key, if it is there.
    pub(super) fn optional(&mut self, keys: &Keys<'_>, key: &str) -> Option<Spanned<String>> {
        let node = keys.get(key).filter(|it| !it.is_null())?;
        decode::string(node, key, &mut self.sink)
    }

    /// The text of a key, letter for letter.
    pub(super) fn verbatim(&mut self, keys: &Keys<'_>, key: &str) -> Option<String> {
        let node = keys.get(key).filter(|it| !it.is_null())?;
        let text = decode::text(node, key, &mut self.sink)?;
        Some(text.as_str().to_owned())
    }

    /// Whether a key says yes.
    pub(super) fn switch(&mut self, keys: &Keys<'_>, key: &str) -> Option<bool> {
        let node = keys.get(key).filter(|it| !it.is_null())?;
        decode::boolean(node, key, &mut self.sink)
    }

    /// A number of a key.
    pub(super) fn number(&mut self, keys: &Keys<'_>, key: &str) -> Option<i64> {
        let node = keys.get(key).filter(|it| !it.is_null())?;
        decode::integer(node, key, 0..=i64::from(u32::MAX), &mut self.sink)
    }
}

/// The entries of a mapping by their keys.
pub(super) struct Keys<'n> {
    pub(super) entries: &'n [Entry],
    pub(super) span: Span,
}

impl<'n> Keys<'n> {
    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|it| it.name() == key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|it| &it.value)
    }
}

/// The items of a list; one item may stand without a list around it.
pub(super) fn items(node: &Node) -> Vec<&Node> {
    match &node.value {
        yaml::Value::Sequence(items) => items.iter().collect(),
        yaml::Value::Null => Vec::new(),
        _ => vec![node],
    }
}
