//! Writes the project: its file, its note types, its notes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use super::names::{Unique, path_part};
use super::notes::PlannedNote;
use super::roundtrip::Places;
use super::types::PlannedType;
use super::{Unpacking, manifest};
use crate::model::DeckName;
use crate::render::asset_names;
use crate::source::emit::{EmittedField, EmittedNote, notes_file, type_file};
use crate::source::manifest::FILE_NAME;
use crate::template::media::media_references;
use crate::{Error, ErrorKind, files};

impl Unpacking<'_> {
    pub(super) fn write_types(&self, folder: &Path) -> Result<(), Error> {
        for planned in self.types.iter().filter(|it| !it.shipped) {
            let (text, files) = type_file(&planned.emitted());
            let path = format!("types/{}", planned.key);
            write(folder, &format!("{path}/type.yaml"), &text)?;
            for file in files {
                write(folder, &format!("{path}/{}", file.name), &file.text)?;
            }
        }
        Ok(())
    }

    /// Writes the project file and the notes, and says where the notes stand.
    pub(super) fn write_sources(&mut self, folder: &Path) -> Result<Places, Error> {
        let broken = |it: &PlannedNote<'_>| {
            it.skip.is_some()
                || self
                    .types
                    .get(it.type_index)
                    .is_none_or(|it| it.written.is_none())
        };
        let built = self.notes.iter().filter(|it| !broken(it));
        let used: BTreeSet<DeckName> = built.map(|it| it.deck.clone()).collect();
        self.notices.forget_decks();
        let settings = manifest::decks(self.contents, &used, &mut self.notices);
        let mut named: BTreeSet<String> = BTreeSet::new();
        for it in self.types.iter().filter_map(|it| it.written.as_deref()) {
            named.extend(asset_names(&it.note_type));
        }
        for note in &self.notes {
            let references = media_references(&note.stored.fields).into_iter();
            named.extend(references.map(|it| it.name.into_owned()));
        }
        let kept = self.media.unnamed(named, folder);
        let text = manifest::text(
            &self.name,
            &self.options.uid,
            &settings,
            &self.media,
            self.seen,
            &kept,
        );
        write(folder, FILE_NAME, &text)?;

        // Builds read the files in the order of their paths: positions count along it.
        let mut paths = Unique::default();
        let mut decks: Vec<(String, std::ops::Range<usize>)> = Vec::new();
        let mut start = 0;
        while let Some(first) = self.notes.get(start) {
            let same = |it: &&PlannedNote<'_>| it.deck == first.deck;
            let rest = self.notes.get(start..).unwrap_or_default();
            let end = start + rest.iter().take_while(same).count();
            let parts: Vec<String> = first.deck.as_str().split("::").map(path_part).collect();
            let path = paths.take(&format!("notes/{}", parts.join("/")), ".yaml");
            decks.push((path, start..end));
            start = end;
        }
        decks.sort_by(|one, other| one.0.cmp(&other.0));
        let mut places = Places::new();
        let mut position = 0;
        for (path, range) in decks {
            let text = self.notes_text(range.clone(), &mut position);
            let Some((text, starts)) = text else { continue };
            places.insert(path.clone(), starts.into_iter().zip(range).collect());
            write(folder, &path, &text)?;
        }
        Ok(places)
    }

    /// The notes of one deck; `position` counts the notes that are built.
    fn notes_text(
        &self,
        range: std::ops::Range<usize>,
        position: &mut u32,
    ) -> Option<(String, Vec<usize>)> {
        let notes = self.notes.get(range)?;
        let mut uses: BTreeMap<usize, usize> = BTreeMap::new();
        for note in notes {
            *uses.entry(note.type_index).or_default() += 1;
        }
        // Of types that are equally frequent the first one.
        let most = uses
            .iter()
            .max_by_key(|(index, count)| (**count, std::cmp::Reverse(**index)))?;
        let main = self.types.get(*most.0)?;
        let emitted: Vec<EmittedNote<'_>> = notes
            .iter()
            .map(|note| self.emitted(note, main, position))
            .collect();
        let deck = &notes.first()?.deck;
        Some(notes_file(deck.as_str(), &main.key, emitted))
    }

    fn emitted<'n>(
        &'n self,
        note: &'n PlannedNote<'_>,
        main: &PlannedType<'_>,
        position: &mut u32,
    ) -> EmittedNote<'n> {
        let mut emitted = EmittedNote {
            guid: note.guid.as_ref().map(|it| it.as_str()),
            tags: note.tags.iter().map(|it| it.as_str()).collect(),
            flag: note.flag,
            suspend: note.suspend.clone(),
            skip: note.skip.as_deref(),
            ..EmittedNote::default()
        };
        let Some(planned) = self.types.get(note.type_index) else {
            return emitted;
        };
        // A note of the shipped basic type that holds a cloze would be taken for a cloze note.
        let first = note.fields.first().map_or("", |it| it.html.as_str());
        let looks_like_cloze = planned.shipped && first.contains("{{c");
        if planned.key != main.key || looks_like_cloze {
            emitted.note_type = Some(&planned.key);
        }
        if self.options.positions {
            emitted.order = note.position.filter(|it| *it != *position);
        }
        if note.skip.is_none() {
            *position = position.saturating_add(1);
        }
        let fields = planned
            .fields
            .iter()
            .zip(&note.fields)
            .zip(&planned.html_fields);
        for ((field, content), is_html) in fields {
            if content.expected.is_empty() {
                continue;
            }
            if let Some(masks) = &content.masks {
                emitted.masks = Some(masks);
                continue;
            }
            let form = match (content.text(), is_html) {
                (Some(text), false) => EmittedField::Plain(text),
                (Some(text), true) if text != content.html => EmittedField::Markdown(text),
                (None, false) => EmittedField::Html(&content.html),
                (_, true) => EmittedField::Plain(&content.html),
            };
            emitted.fields.push((field.name.as_str(), form));
        }
        emitted
    }
}

/// Writes what git is to know of locks with names of this pattern: how two branches become one, and
/// that their lines end alike on every system.
pub(in crate::project) fn git_attributes(folder: &Path, pattern: &str) -> Result<(), Error> {
    let text = format!("{pattern} merge=union eol=lf\n");
    write(folder, ".gitattributes", &text)
}

/// Writes a file of the project, which never lies outside of its folder.
pub(in crate::project) fn write(folder: &Path, path: &str, text: &str) -> Result<(), Error> {
    let inside = files::join("", path)
        .filter(|it| it == path)
        .ok_or_else(|| Error::new(ErrorKind::Outside(path.into())))?;
    let target = folder.join(inside);
    files::write_atomically(&target, |file| {
        file.write_all(text.as_bytes())
            .map_err(|source| Error::write(&target, source))
    })?;
    Ok(())
}
