//! `include` of a project file: other projects that lie inside of this one and go into its
//! package.

use super::defaults::deck_from;
use super::manifest::FILE_NAME;
use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::files::{join, parent};
use crate::model::DeckName;

/// The keys of an entry that is a mapping.
pub const KEYS: &[&str] = &["path", "deck", "variant"];

/// A project, or the projects, that an entry of `include` names.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Include {
    /// The path of a `deckle.yaml`, or a pattern of such paths, as it was written.
    pub path: Spanned<String>,
    /// The deck that takes the place of the project's root deck.
    pub deck: Option<DeckName>,
    /// Which variant it is of a project with a matrix.
    pub variant: Option<Spanned<String>>,
}

/// A project that is included.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Included {
    /// Its folder.
    pub folder: String,
    /// The deck that takes the place of its root deck.
    pub deck: Option<DeckName>,
    /// Which variant it is of a project with a matrix.
    pub variant: Option<Spanned<String>>,
    /// Where it is asked for.
    pub span: Span,
}

/// The entries of `include`. `name` is the root deck of the project that includes.
#[must_use]
pub fn read(value: &Node, name: &DeckName, sink: &mut Diagnostics) -> Vec<Include> {
    let items = match &value.value {
        Value::Scalar(_) => std::slice::from_ref(value),
        _ => decode::list(value, "include", sink).unwrap_or_default(),
    };
    items
        .iter()
        .filter_map(|it| include(it, name, sink))
        .collect()
}

fn include(item: &Node, name: &DeckName, sink: &mut Diagnostics) -> Option<Include> {
    let Value::Mapping(entries) = &item.value else {
        let path = decode::string(item, "include", sink)?;
        return Some(Include {
            path,
            deck: None,
            variant: None,
        });
    };
    for entry in entries.iter().filter(|it| !KEYS.contains(&it.name())) {
        decode::unknown_key(&entry.key, "in `include`", KEYS, sink);
    }
    let find = |key: &str| entries.iter().find(|it: &&Entry| it.name() == key);
    let Some(path) = find("path") else {
        sink.push(
            Diagnostic::new(Code::ProjectInclude, "the entry of `include` has no `path`")
                .at(item.span.at_start(), "which project?")
                .help(format!("add `path: ` and the path of its {FILE_NAME}")),
        );
        return None;
    };
    let deck = find("deck").and_then(|it| decode::string(&it.value, "deck", sink));
    Some(Include {
        path: decode::string(&path.value, "path", sink)?,
        deck: deck.and_then(|it| deck_from(&it, name, sink)),
        variant: find("variant").and_then(|it| decode::string(&it.value, "variant", sink)),
    })
}

impl Include {
    /// Whether it names projects by a pattern.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.path.value.contains(['*', '?', '[', '{'])
    }

    /// The folder of the project that it names: that of the `deckle.yaml`, or the one that is
    /// named itself. `None` where that lies outside of the project, or is the project.
    #[must_use]
    pub fn folder(&self) -> Option<String> {
        let path = join("", self.path.value.trim_end_matches('/'))?;
        let folder = if crate::files::file_name(&path) == FILE_NAME {
            parent(&path)
        } else {
            &path
        };
        (!folder.is_empty() && !self.path.value.starts_with('/')).then(|| folder.to_owned())
    }
}
