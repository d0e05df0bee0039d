//! The note types of a project: its own and the shipped ones.

use std::sync::Arc;

use super::Project;
use crate::Error;
use crate::diag::{Diagnostics, Sources, Spanned};
use crate::files::{file_name, parent};
use crate::identity::{Lock, schema_hash, stamp_type, type_content};
use crate::model::BuildTime;
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

/// The types with the times of their last change, which the lock knows. A changed schema is told
/// unless it is allowed.
pub(super) fn stamped(
    types: &TypeSet,
    lock: &Lock,
    time: BuildTime,
    allow_schema_change: bool,
    sink: &mut Diagnostics,
) -> TypeSet {
    let stamped = types.iter().map(|it| {
        if it.shipped {
            return it.clone();
        }
        let (content, schema) = (type_content(&it.note_type), schema_hash(&it.note_type));
        let known = lock.types.get(&it.key);
        let stamp = stamp_type(known, &it.key, content, schema, it.span, time);
        if !allow_schema_change {
            stamp
                .schema_change
                .into_iter()
                .for_each(|found| sink.push(found));
        }
        let note_type = it.note_type.with_modified(stamp.modified);
        Arc::new(WrittenType {
            note_type,
            ..(**it).clone()
        })
    });
    TypeSet::new(stamped.collect()).with_broken(types.broken().to_vec())
}
