//! Fonts of note types, cut down to the characters that their cards show.
//!
//! Which these are is known when all notes are rendered, and then a font has another content, so
//! another name, and the CSS that loads it another text. So the note types are named a second time
//! where a project asks for it, and take the place of those that the notes were rendered with.

use std::collections::BTreeMap;

use super::Project;
use super::assets::TypeFiles;
use super::render::Made;
use crate::model::NoteType;
use crate::render::{Characters, MediaContent, NamedMedia, Renderer, is_font};
use crate::source::types::TypeSet;

/// Cuts the fonts that types in use load down to what their cards show; `false` where they load
/// none. The types are as they were read, `files` what they load; they are to be settled again.
pub(super) fn cut(
    project: &Project,
    made: &Made,
    types: &TypeSet,
    files: &TypeFiles,
    renderer: &mut Renderer<'_>,
) -> bool {
    let fonts = wanted(project, made, types, files);
    let any = !fonts.is_empty();
    if any {
        renderer.cut_fonts(fonts);
    }
    any
}

/// The fonts that types in use load, by their paths, with what all cards of these types show.
fn wanted(
    project: &Project,
    made: &Made,
    types: &TypeSet,
    files: &TypeFiles,
) -> BTreeMap<String, Characters> {
    let mut shown: BTreeMap<String, Characters> = BTreeMap::new();
    for (note, facts) in made.iter() {
        let key = &facts.written_type().key;
        if !files.of(key).iter().any(|it| font_path(it).is_some()) {
            continue;
        }
        let characters = match shown.get_mut(key) {
            Some(known) => known,
            None => shown.entry(key.clone()).or_default(),
        };
        characters.read(note.fields.joined());
        characters.read(facts.deck.as_str());
        for tag in &note.tags {
            characters.read(tag.as_str());
        }
    }
    let mut fonts: BTreeMap<String, Characters> = BTreeMap::new();
    for (key, mut characters) in shown {
        if let Some(written) = types.iter().find(|it| it.key == key) {
            read_type(&written.note_type, &mut characters);
        }
        for file in files.of(&key) {
            read_file(project, file, &mut characters);
        }
        for path in files.of(&key).iter().filter_map(font_path) {
            let font = fonts.entry(path.to_owned());
            font.or_insert_with(Characters::always).unite(&characters);
        }
    }
    fonts
        .into_iter()
        .map(|(path, characters)| (path, characters.closed()))
        .collect()
}

/// What card templates and CSS show, and the names that a card can show.
fn read_type(note_type: &NoteType, characters: &mut Characters) {
    characters.read(note_type.name());
    characters.read_code(note_type.css());
    for template in note_type.templates() {
        characters.read(template.name());
        characters.read_code(template.front());
        characters.read_code(template.back());
    }
}

/// What a file may show that a type loads: pages, scripts and data are texts.
fn read_file(project: &Project, file: &NamedMedia, characters: &mut Characters) {
    const TEXTS: [&str; 9] = [
        "css", "csv", "htm", "html", "js", "json", "mjs", "svg", "txt",
    ];
    let extension = file.name.rsplit_once('.').map_or("", |(_, it)| it);
    if !TEXTS.iter().any(|it| extension.eq_ignore_ascii_case(it)) {
        return;
    }
    let bytes = match &file.content {
        MediaContent::Bytes(bytes) => bytes.to_vec(),
        // What cannot be read was told where it was named.
        MediaContent::File(path) | MediaContent::Picture { path, .. } => {
            project.files.read(path).unwrap_or_default()
        }
    };
    characters.read_code(&String::from_utf8_lossy(&bytes));
}

/// The path of a font of the project.
fn font_path(file: &NamedMedia) -> Option<&str> {
    match &file.content {
        MediaContent::File(path) => Some(&**path).filter(|it| is_font(it)),
        MediaContent::Bytes(_) | MediaContent::Picture { .. } => None,
    }
}
