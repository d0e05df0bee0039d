//! The note types of a project: its own and the shipped ones.

use std::sync::Arc;

use super::Project;
use crate::Error;
use crate::diag::{Diagnostics, Sources, Spanned};
use crate::files::parent;
use crate::identity::{Lock, schema_hash, stamp_type, type_content};
use crate::model::BuildTime;
use crate::model::written::WrittenType;
use crate::source::layout::Selection;
use crate::source::manifest::{Manifest, TypeSource};
use crate::source::note_types::{TypeContext, read_type, tell_duplicates};
use crate::source::types::TypeSet;
use crate::source::{shipped, yaml};

/// Reads the project's types. A type of its own takes the place of a shipped one with its key.
pub(super) fn load(
    project: &Project,
    manifest: &Manifest,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<TypeSet, Error> {
    let mut types = shipped::types().to_vec();
    let context = TypeContext {
        uid: &manifest.uid,
        project: manifest.name.as_str(),
        folder: "",
        base_css: shipped::BASE_CSS,
    };
    for source in &manifest.types {
        match source {
            TypeSource::Inline(node) => {
                let read = read_type(node, context, &*project.files, sources, sink);
                types.extend(read.map(Arc::new));
            }
            TypeSource::Glob(pattern) => {
                for path in matching(project, pattern, sink)? {
                    let context = TypeContext {
                        folder: parent(&path),
                        ..context
                    };
                    let read = definition(project, &path, context, sources, sink)?;
                    types.extend(read.map(Arc::new));
                }
            }
        }
    }
    let types = TypeSet::new(types);
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
        .into_iter()
        .filter(|path| selection.holds(path))
        .collect())
}

fn definition(
    project: &Project,
    path: &str,
    context: TypeContext<'_>,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Option<WrittenType>, Error> {
    let Some((file, text)) = super::load::read_text(project, path, sources, sink)? else {
        return Ok(None);
    };
    let documents = yaml::parse(file, &text, 0, sink);
    let Some(document) = documents.first() else {
        return Ok(None);
    };
    Ok(read_type(document, context, &*project.files, sources, sink))
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
        let stamp = stamp_type(known, &it.key, &content, &schema, it.span, time);
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
    TypeSet::new(stamped.collect())
}
