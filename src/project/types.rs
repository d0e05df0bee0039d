//! The note types of a project: its own and the shipped ones.

use std::sync::Arc;

use super::{BuildOptions, Project, load, schema};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Sources, Span, Spanned};
use crate::files::{file_name, parent};
use crate::identity::{Lock, SchemaChange, known_types, stamp_type, type_record};
use crate::model::written::WrittenType;
use crate::source::layout::Selection;
use crate::source::manifest::{Manifest, TypeSource};
use crate::source::matrix::Unknown;
use crate::source::note_types::{
    Definition, TypeContext, Whole, is_abstract, read_type, tell_duplicates, whole,
};
use crate::source::types::TypeSet;
use crate::source::yaml::{Node, Value};
use crate::source::{shipped, yaml};

/// Reads the project's types. A type of its own takes the place of a shipped one with its key.
pub(super) fn load(
    project: &Project,
    manifest: &Manifest,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<TypeSet, Error> {
    let definitions = definitions(project, manifest, sources, sink)?;
    let wholes: Vec<Option<Whole>> = (0..definitions.len())
        .map(|index| whole(&definitions, index, sources, sink))
        .collect();
    // Those that others extend come first: what is wrong with one is not told again of these.
    let depth = |whole: &Option<Whole>| whole.as_ref().map_or(0, |it| it.bases.len());
    let mut order: Vec<usize> = (0..definitions.len()).collect();
    order.sort_by_key(|index| wholes.get(*index).map(depth));
    let mut read: Vec<Option<WrittenType>> = definitions.iter().map(|_| None).collect();
    let mut broken = vec![false; definitions.len()];
    let mut bases = Vec::new();
    for index in order {
        let (Some(definition), Some(found)) = (definitions.get(index), wholes.get(index)) else {
            continue;
        };
        let node = definition.node.as_ref();
        let is_base = node.is_some_and(|it| is_abstract(it, sink));
        let found = match found {
            Some(_) if is_base => {
                bases.push(definition.key.clone());
                continue;
            }
            Some(found) if !found.bases.iter().any(|it| broken.get(*it) == Some(&true)) => found,
            _ => {
                broken[index] = true;
                continue;
            }
        };
        let context = TypeContext {
            uid: &manifest.uid,
            project: manifest.name.as_str(),
            folder: &definition.folder,
            base_css: shipped::BASE_CSS,
            origins: &found.origins,
            matrix: manifest.variant.as_ref(),
        };
        read[index] = read_type(&found.node, context, &*project.files, sources, sink);
        broken[index] = read[index].is_none();
    }
    let mut types = shipped::types().to_vec();
    types.extend(read.into_iter().flatten().map(Arc::new));
    let broken = definitions.into_iter().zip(broken);
    let broken = broken.filter(|(_, is_broken)| *is_broken);
    let types = TypeSet::new(types)
        .with_broken(broken.map(|(it, _)| it.key).collect())
        .with_bases(bases);
    tell_duplicates(&types, sink);
    Ok(types)
}

/// The definitions of the project's own types, in their order.
fn definitions(
    project: &Project,
    manifest: &Manifest,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Vec<Definition>, Error> {
    let mut found = Vec::new();
    for source in &manifest.types {
        match source {
            TypeSource::Inline(node) => found.push(Definition {
                node: Some(node.clone()),
                folder: String::new(),
                key: declared_key(node).unwrap_or_default(),
            }),
            TypeSource::Glob(pattern) => {
                let matching = matching(project, pattern, sink)?.into_iter();
                for path in matching.filter(|it| !manifest.is_included(it)) {
                    let mut node = definition(project, &path, sources, sink)?;
                    if let (Some(node), Some(variant)) = (&mut node, &manifest.variant) {
                        variant.fill(node, Unknown::Keep, sink);
                    }
                    // Where the key cannot be read, notes most likely name the folder.
                    let folder = parent(&path);
                    let key = node.as_ref().and_then(declared_key);
                    found.push(Definition {
                        key: key.unwrap_or_else(|| file_name(folder).to_owned()),
                        folder: folder.to_owned(),
                        node,
                    });
                }
            }
        }
    }
    Ok(found)
}

/// Files that match the pattern of a `types` entry, which may name excluded folders.
fn matching(
    project: &Project,
    pattern: &Spanned<String>,
    sink: &mut Diagnostics,
) -> Result<Vec<String>, Error> {
    let selection = Selection::of(std::slice::from_ref(pattern), sink);
    Ok(project
        .files
        .list()?
        .paths
        .into_iter()
        .filter(|path| selection.holds(path))
        .collect())
}

fn definition(
    project: &Project,
    path: &str,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<Node>, Error> {
    let before = sink.count(Severity::Error);
    let Some(file) = load::read_text(project, path, sources, sink)? else {
        return Ok(None);
    };
    let documents = yaml::parse(file, sources.text(file), 0, sink);
    if documents.is_empty() && sink.count(Severity::Error) == before {
        let title = format!("`{path}` defines no note type");
        sink.push(
            Diagnostic::new(Code::BadNoteType, title)
                .at(Span::new(file, 0..0), "an empty file")
                .help("write a `key`, `fields` and `card-templates`, or remove the file"),
        );
    }
    Ok(documents.into_iter().next())
}

/// The key that a definition names, whatever else is wrong with it.
fn declared_key(node: &Node) -> Option<String> {
    let Value::Mapping(entries) = &node.value else {
        return None;
    };
    let entry = entries.iter().find(|entry| entry.name() == "key")?;
    Some(entry.value.as_text()?.trim().as_str().to_owned())
}

/// A type of the project, and what of its schema is another than at the last build.
pub(super) struct Changed {
    pub(super) written: Arc<WrittenType>,
    pub(super) change: SchemaChange,
}

/// The types with the ids and the times of their last change, which the lock knows. A changed
/// schema is told unless it is allowed; the types that have one come back beside.
pub(super) fn stamped(
    types: &TypeSet,
    lock: &Lock,
    uid: &str,
    options: &BuildOptions,
    sink: &mut Diagnostics,
) -> (TypeSet, Vec<Changed>) {
    let all: Vec<Arc<WrittenType>> = types.iter().cloned().collect();
    let mut changed = Vec::new();
    let mut stamped = Vec::with_capacity(all.len());
    for written in known_types(&all, lock, uid, sink) {
        if written.shipped {
            stamped.push(written);
            continue;
        }
        let known = lock.types.get(&written.identity);
        let stamp = stamp_type(known, &type_record(&written, 0), options.time);
        let written = Arc::new(WrittenType {
            note_type: written.note_type.with_modified(stamp.modified),
            ..(*written).clone()
        });
        if let (Some(change), Some(known)) = (stamp.schema_change, known) {
            if let Some(found) = schema::refused(&written, known, &change, options) {
                sink.push(found);
            }
            let written = written.clone();
            changed.push(Changed { written, change });
        }
        stamped.push(written);
    }
    let types = TypeSet::new(stamped)
        .with_broken(types.broken().to_vec())
        .with_bases(types.bases().to_vec());
    (types, changed)
}
