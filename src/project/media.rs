//! The media of a build: those of note types, and those of notes under the names that the lock keeps.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use super::render::Made;
use crate::diag::Diagnostics;
use crate::identity::{Lock, MediaRecord};
use crate::model::written::Settings;
use crate::model::{MediaFile, MediaSource};
use crate::render::{MediaContent, MediaNames, NamedMedia, Renderer};
use crate::source::types::TypeSet;

/// The files that the CSS and the card templates of the types in use refer to. They come first in
/// the package: they change least.
pub(super) fn of_types(
    made: &Made,
    types: &TypeSet,
    renderer: &Renderer<'_>,
    settings: &Settings,
    sink: &mut Diagnostics,
) -> Vec<NamedMedia> {
    let used: BTreeSet<&str> = made
        .facts()
        .map(|it| it.written_type().key.as_str())
        .collect();
    let types = types.iter().filter(|it| used.contains(it.key.as_str()));
    let found = renderer.template_media(types.map(|it| &**it), settings);
    sink.append(found.diagnostics);
    found.files
}

/// The names of these files, by the ids of the types that refer to them.
pub(super) fn names_of_types(
    made: &Made,
    types: &TypeSet,
    renderer: &Renderer<'_>,
    settings: &Settings,
) -> BTreeMap<i64, Vec<String>> {
    let used: BTreeSet<i64> = made.iter().map(|(note, _)| note.note_type.id()).collect();
    let types = types.iter().filter(|it| used.contains(&it.note_type.id()));
    let names = types.map(|it| {
        let found = renderer.template_media([&**it], settings);
        let names = found.files.into_iter().map(|file| file.name).collect();
        (it.note_type.id(), names)
    });
    names.collect()
}

/// The media files of the package in their order: those that the lock knows in its order, then
/// new ones. Phones that get packages by delta transfer then read what they have.
/// The pictures of LaTeX tags are among them, `latex`.
pub(super) fn of_notes(
    project: &Project,
    names: &MediaNames,
    latex: &[NamedMedia],
    lock: &mut Lock,
) -> Vec<MediaFile> {
    let known: BTreeMap<(&str, &str), usize> = lock
        .media
        .iter()
        .enumerate()
        .map(|(index, it)| ((it.content.as_str(), it.name.as_str()), index))
        .collect();
    let mut files: Vec<(usize, String, MediaFile)> = names
        .files()
        .iter()
        .chain(latex)
        .map(|file| {
            let content = file.key.hex();
            let named = (content.as_str(), file.name.as_str());
            let rank = known.get(&named).copied().unwrap_or(usize::MAX);
            (rank, content, self::file(project, file))
        })
        .collect();
    files.sort_by_key(|(rank, ..)| *rank);
    lock.media = files
        .iter()
        .map(|(_, content, file)| MediaRecord {
            content: content.clone(),
            name: file.name.clone(),
        })
        .collect();
    files.into_iter().map(|(_, _, file)| file).collect()
}

pub(super) fn file(project: &Project, file: &NamedMedia) -> MediaFile {
    let source = match &file.content {
        MediaContent::File(path) => MediaSource::Project(project.files.clone(), path.clone()),
        MediaContent::Bytes(bytes) => MediaSource::Bytes(bytes.clone()),
    };
    MediaFile {
        name: file.name.clone(),
        source,
    }
}
