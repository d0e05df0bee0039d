//! The media of a build: those of note types, and those of notes under the names that the lock keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Project;
use super::assets::TypeFiles;
use super::render::{Facts, Made};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::files::Cache;
use crate::identity::{Lock, MediaRecord};
use crate::model::written::WrittenType;
use crate::model::{MediaFile, MediaSource};
use crate::render::{ChangedPicture, MediaContent, MediaNames, NamedMedia};

/// The files that the CSS and the card templates of the types in use load, then those that fields
/// load by other ways than Anki sees. They come first in the package: they change least.
pub(super) fn statics(made: &Made, types: &TypeFiles, sink: &mut Diagnostics) -> Vec<NamedMedia> {
    let used: BTreeMap<&str, &WrittenType> = made
        .facts()
        .map(|it| (it.written_type().key.as_str(), it.written_type()))
        .collect();
    let mut files: Vec<NamedMedia> = Vec::new();
    let mut owners: BTreeMap<String, &WrittenType> = BTreeMap::new();
    for (key, written) in used {
        sink.append(types.problems(key));
        for file in types.of(key) {
            let Some(known) = files.iter().find(|it| it.name == file.name) else {
                owners.insert(file.name.clone(), written);
                files.push(file.clone());
                continue;
            };
            if let Some(other) = owners.get(&file.name).filter(|_| known.key != file.key) {
                sink.push(taken(&file.name, written, other));
            }
        }
    }
    for file in made.facts().flat_map(Facts::assets) {
        if !files.iter().any(|it| it.name == file.name) {
            files.push(file.clone());
        }
    }
    files
}

/// Of two types that want different files under one name, which they keep.
fn taken(name: &str, one: &WrittenType, other: &WrittenType) -> Diagnostic {
    let title = format!(
        "the note types `{}` and `{}` have different files `{name}`",
        other.key, one.key
    );
    Diagnostic::new(Code::MediaNameTaken, title)
        .at(one.span, "this one")
        .also(other.span, "and this one")
        .note("a package holds one file of a name, for all its note types")
        .help("rename one of them, or do not keep its name")
}

/// The names of these files, by the ids of the types that load them.
pub(super) fn names_of_types(made: &Made, types: &TypeFiles) -> BTreeMap<i64, Vec<String>> {
    let used: BTreeMap<i64, &str> = made
        .iter()
        .map(|(note, facts)| (note.note_type.id(), facts.written_type().key.as_str()))
        .collect();
    let names = used.into_iter().map(|(id, key)| {
        let names = types.of(key).iter().map(|file| file.name.clone());
        (id, names.collect())
    });
    names.collect()
}

/// The names that the lock has for the media of notes. A content that is shipped under the name
/// of an asset, too, keeps the other one for notes.
pub(super) fn frozen(lock: &Lock, statics: &[NamedMedia]) -> BTreeMap<String, Vec<String>> {
    let mut frozen = lock.media_names();
    for file in statics {
        if let Some(names) = frozen.get_mut(&file.key.hex())
            && names.iter().any(|it| *it != file.name)
        {
            names.retain(|it| *it != file.name);
        }
    }
    frozen
}

/// The media files of the package in their order: those that the lock knows in its order, then
/// new ones. Phones that get packages by delta transfer then read what they have.
/// The pictures of LaTeX tags are among them, `latex`.
pub(super) fn of_notes(
    project: &Project,
    names: &MediaNames,
    latex: &[NamedMedia],
    statics: &[NamedMedia],
    lock: &mut Lock,
    cache: &Arc<Cache>,
) -> Vec<MediaFile> {
    let known: BTreeMap<(&str, &str), usize> = lock
        .media
        .iter()
        .enumerate()
        .map(|(index, it)| ((it.content.as_str(), it.name.as_str()), index))
        .collect();
    // A file that a note shows too goes in once, under the name that all know it by.
    let is_static = |file: &NamedMedia| statics.iter().any(|known| known.name == file.name);
    let mut files: Vec<&NamedMedia> = names.files().iter().chain(latex).collect();
    files.retain(|file| !is_static(file));
    files.sort_by_cached_key(|file| {
        let named = (&*file.key.hex(), file.name.as_str());
        known.get(&named).copied().unwrap_or(usize::MAX)
    });
    let all = statics.iter().chain(files.iter().copied());
    let records = all.map(|file| MediaRecord {
        content: file.key.hex(),
        name: file.name.clone(),
    });
    lock.media = records.collect();
    let files = files.into_iter();
    files.map(|it| file(project, it, cache)).collect()
}

pub(super) fn file(project: &Project, file: &NamedMedia, cache: &Arc<Cache>) -> MediaFile {
    let source = match &file.content {
        MediaContent::File(path) => MediaSource::Project(project.files.clone(), path.clone()),
        MediaContent::Bytes(bytes) => MediaSource::Bytes(bytes.clone()),
        MediaContent::Picture { path, images } => {
            let (files, cache) = (project.files.clone(), Arc::clone(cache));
            let made = ChangedPicture::new(files, cache, &**path, *images, file.key);
            MediaSource::Made(Arc::new(made))
        }
    };
    MediaFile {
        name: file.name.clone(),
        source,
    }
}
