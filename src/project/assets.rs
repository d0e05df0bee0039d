//! The files that note types load, and the names that they have in packages.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Project;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::files::file_name;
use crate::identity::Lock;
use crate::model::Targets;
use crate::model::written::Settings;
use crate::render::{NamedMedia, Renderer, TypeAssets};
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;

/// The renderer of a project: with the names that its files keep, and those that the lock knows.
pub(super) fn renderer<'p>(
    project: &'p Project,
    manifest: &Manifest,
    lock: &Lock,
    targets: Targets,
) -> Renderer<'p> {
    let keep = manifest.assets.keep.iter().map(|it| it.value.clone());
    Renderer::new(&*project.files)
        .with_assets(keep.collect(), lock.media_names())
        .for_targets(targets)
}

/// What the note types of a project load, by their keys.
#[derive(Default)]
pub(super) struct TypeFiles(BTreeMap<String, TypeAssets>);

/// The types with the names that files have in packages, and these files. Types that ship with
/// deckle load none.
pub(super) fn named(
    types: &TypeSet,
    renderer: &Renderer<'_>,
    settings: &Settings,
) -> (TypeSet, TypeFiles) {
    let mut files = TypeFiles::default();
    let mut named = Vec::new();
    for written in types.iter() {
        if written.shipped {
            named.push(Arc::clone(written));
            continue;
        }
        let assets = renderer.type_assets(written, settings);
        named.push(assets.written.clone());
        files.0.insert(written.key.clone(), assets);
    }
    let named = TypeSet::new(named)
        .with_broken(types.broken().to_vec())
        .with_bases(types.bases().to_vec());
    (named, files)
}

impl TypeFiles {
    /// What the type of this key loads.
    pub(super) fn of(&self, key: &str) -> &[NamedMedia] {
        self.0.get(key).map_or(&[], |it| &it.files)
    }

    /// What is wrong with the references of the type of this key.
    pub(super) fn problems(&self, key: &str) -> Diagnostics {
        let found = self.0.get(key);
        found.map(|it| it.diagnostics.clone()).unwrap_or_default()
    }
}

/// Tells what names that are kept do: those that lead to no file, and those under which learners
/// have another content.
pub(super) fn tell_kept(
    manifest: &Manifest,
    files: &[NamedMedia],
    lock: &Lock,
    sink: &mut Diagnostics,
) {
    let mut stale: Vec<&str> = Vec::new();
    for file in files {
        let known = lock.media.iter().filter(|it| it.name == file.name);
        let contents: Vec<&str> = known.map(|it| it.content.as_str()).collect();
        if !contents.is_empty() && !contents.contains(&file.key.hex().as_str()) {
            stale.push(&file.name);
        }
    }
    for name in stale {
        let title = format!("`{name}` has changed and keeps its name");
        let found = Diagnostic::new(Code::AssetStale, title)
            .note("an import never writes over a file whose name begins with `_`: learners who have the older one keep it")
            .help("give the file another name, and name that in the script or template that loads it");
        let keep = manifest.assets.keep.first();
        sink.push(match keep {
            Some(keep) => found.at(keep.span, "here names are kept"),
            None => found,
        });
    }
    for keep in &manifest.assets.keep {
        let pattern = &keep.value;
        let used = files
            .iter()
            .any(|it| crate::render::is_kept_by(pattern, file_name(&it.name)));
        if !used {
            sink.push(
                Diagnostic::new(Code::AssetKeep, format!("no file is called `{pattern}`"))
                    .at(keep.span, "keeps nothing")
                    .note("looked for in the folders of the note types in use, at the root and in the media folders")
                    .help("mend the name, or take it out"),
            );
        }
    }
}
