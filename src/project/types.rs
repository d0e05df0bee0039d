//! The note types of a project: its own and the shipped ones.

use std::sync::Arc;

use super::{BuildOptions, Project, schema};
use crate::Error;
use crate::diag::{Diagnostics, Sources, Spanned};
use crate::files::{file_name, parent};
use crate::identity::{Lock, SchemaChange, known_types, stamp_type, type_record};
use crate::model::written::WrittenType;
use crate::source::layout::Selection;
use crate::source::manifest::{Manifest, TypeSource};
use crate::source::note_types::{TypeContext, read_type, tell_duplicates};
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
    let mut types = shipped::types().to_vec();
    let mut broken = Vec::new();
    let context = TypeContext {
        uid: &manifest.uid,
        project: manifest.name.as_str(),
        folder: "",
        base_css: shipped::BASE_CSS,
    };
    for source in &manifest.types {
        match source {
            TypeSource::Inline(node) => {
                match read_type(node, context, &*project.files, sources, sink) {
                    Some(read) => types.push(Arc::new(read)),
                    None => broken.extend(declared_key(node)),
                }
            }
            TypeSource::Glob(pattern) => {
                for path in matching(project, pattern, sink)? {
                    let context = TypeContext {
                        folder: parent(&path),
                        ..context
                    };
                    // Where the key cannot be read, notes most likely name the folder.
                    let mut key = file_name(parent(&path)).to_owned();
                    match definition(project, &path, context, &mut key, sources, sink)? {
                        Some(read) => types.push(Arc::new(read)),
                        None => broken.push(key),
                    }
                }
            }
        }
    }
    let types = TypeSet::new(types).with_broken(broken);
    tell_duplicates(&types, sink);
    Ok(types)
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
    context: TypeContext<'_>,
    key: &mut String,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<WrittenType>, Error> {
    let Some(file) = super::load::read_text(project, path, sources, sink)? else {
        return Ok(None);
    };
    let documents = yaml::parse(file, sources.text(file), 0, sink);
    let Some(document) = documents.first() else {
        return Ok(None);
    };
    if let Some(declared) = declared_key(document) {
        *key = declared;
    }
    Ok(read_type(document, context, &*project.files, sources, sink))
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
    let types = TypeSet::new(stamped).with_broken(types.broken().to_vec());
    (types, changed)
}
