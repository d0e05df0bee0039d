//! brain-brew: recipes that make exports of CrowdAnki of tables, note models and headers.
//!
//! A recipe is not run: what it says becomes a project file. The tables, style sheets and media stay
//! the files that they are, and deckle reads the tables with columns, joins and a matrix of its own.
//! Several exports that differ in texts alone are variants of one project; others are projects of
//! their own, in folders beside one another.

mod header;
mod manifest;
mod model;
mod notes;
mod reader;
mod recipe;
mod shape;
mod table;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{ImportFormat, ImportOptions, Imported, Origin};
use crate::diag::Diagnostics;
use crate::files::{self, Disk, Files, file_name, parent};
use crate::identity::{LOCK_NAME, Lock, MediaRecord};
use crate::model::{BuildTime, DeckName};
use crate::package::is_media_name;
use crate::project::unpack::names::{Unique, slug};
use crate::project::unpack::notices::Notices;
use crate::project::unpack::sources::{git_attributes, write};
use crate::project::variants::lock_name;
use crate::project::{BuildOptions, Project, Report};
use crate::source::emit::{EmittedField, EmittedHeader, EmittedNote, notes_file_below};
use crate::source::manifest::FILE_NAME;
use crate::{Error, ErrorKind};
use manifest::Given;
use notes::Listed;
use reader::Reader;
use recipe::{Export, Notes};
use types::Types;

/// How far above a recipe the folder may lie in which brain-brew is run.
const HIGHEST: usize = 3;

/// Recipes, and the folder that their paths count from.
pub(super) struct Recipes {
    disk: Disk,
    pub(super) paths: Vec<String>,
}

/// The recipes that are imported from here, if there are some.
pub(super) fn find(origin: &Origin) -> Result<Option<Recipes>, Error> {
    let paths = match &origin.file {
        Some(file) => vec![file.clone()],
        None => origin.disk.list()?.paths,
    };
    let mut found = Vec::new();
    let mut texts = String::new();
    for path in paths.into_iter().filter(|it| it.matches('/').count() <= 1) {
        let lower = path.to_ascii_lowercase();
        if !lower.ends_with(".yaml") && !lower.ends_with(".yml") {
            continue;
        }
        let text = String::from_utf8(origin.disk.read(&path)?).unwrap_or_default();
        if text.contains("build_part") && text.contains("generate_crowd_anki") {
            found.push(path);
            texts.push_str(&text);
        }
    }
    let Some(first) = found.first() else {
        return Ok(None);
    };
    let folder = origin.disk.root();
    let own = folder.join(parent(first));
    let above = match origin.file.is_some() || parent(first).is_empty() {
        true => own.ancestors().take(HIGHEST + 1).collect::<Vec<_>>(),
        false => vec![folder],
    };
    // The folder in which most of what the recipes name can be found; the nearest of several.
    let mut best: Option<(usize, Disk)> = None;
    for root in above {
        let disk = Disk::new(root)?;
        let count = named(&texts).filter(|it| exists(&disk, it)).count();
        if best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, disk));
        }
    }
    let Some((_, disk)) = best else {
        return Ok(None);
    };
    let from_root = |path: &String| {
        let full = folder.join(path);
        let inside = full.strip_prefix(disk.root()).unwrap_or(&full);
        let parts = inside.iter().map(|it| it.to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    };
    let paths = found.iter().map(from_root).collect();
    Ok(Some(Recipes { disk, paths }))
}

/// What recipes name as files and folders, at a glance.
fn named(texts: &str) -> impl Iterator<Item = &str> {
    texts.lines().filter_map(|line| {
        let keys = ["file:", "source:"].iter();
        let value = keys.filter_map(|key| line.split_once(key)).next()?.1;
        let value = value.split([',', '}']).next()?.trim();
        Some(value.trim_matches(['"', '\'']))
    })
}

fn exists(disk: &Disk, path: &str) -> bool {
    matches!(disk.size(path), Ok(Some(_))) || !disk.folder(path).is_empty()
}

pub(super) fn import(
    origin: &Origin,
    recipes: &Recipes,
    folder: &Path,
    options: &ImportOptions,
    sign: Option<String>,
) -> Result<Imported, Error> {
    let mut reader = Reader::new(&recipes.disk);
    let mut exports = Vec::new();
    for path in &recipes.paths {
        exports.extend(recipe::read(&mut reader, path)?);
    }
    let exports = whole(exports, &mut reader);
    if options.name.is_some() && exports.len() > 1 {
        return Err(Error::usage(format!(
            "`--name` is for one deck, and the recipe makes {}",
            exports.len()
        )));
    }
    let mut imported = Imported {
        name: origin
            .deck_name(options.name.as_deref())?
            .as_str()
            .to_owned(),
        from: ImportFormat::BrainBrew,
        sign,
        notes: 0,
        note_types: 0,
        media: 0,
        folders: Vec::new(),
        found: Report::default(),
        notices: Vec::new(),
        report: Report::default(),
    };
    if let [one] = exports.as_slice() {
        let name = options.name.as_deref().unwrap_or(&one.header.name);
        name.clone_into(&mut imported.name);
    }
    let mut notices = Notices::default();
    let groups = shape::groups(exports);
    let several = groups.len() > 1;
    let mut folders = Unique::default();
    for (index, group) in groups.iter().enumerate() {
        let own = match several {
            true => folders.take(&group_name(group), ""),
            false => String::new(),
        };
        let uid = match index {
            0 => options.uid.clone(),
            _ => format!("{}-{}", options.uid, index + 1),
        };
        let writing = Writing {
            exports: group,
            folder: &folder.join(&own),
            below: &own,
            uid: &uid,
            name: options.name.as_deref(),
        };
        writing.write(&mut reader, &mut imported, &mut notices)?;
        if several {
            imported.folders.push(own);
        }
    }
    imported.found.sources = reader.sources;
    imported.found.diagnostics = told_once(&reader.sink);
    imported.notices = notices.into_list();
    Ok(imported)
}

/// Exports that use the same parts find the same.
fn told_once(found: &Diagnostics) -> Diagnostics {
    let mut once = Diagnostics::new();
    let mut known = Vec::new();
    for diagnostic in found {
        if !known.contains(&diagnostic) {
            known.push(diagnostic);
            once.push(diagnostic.clone());
        }
    }
    once.sort();
    once
}

/// The exports without those that cannot be a project, which is told.
fn whole(exports: Vec<Export>, reader: &mut Reader<'_>) -> Vec<Export> {
    let mut whole = Vec::new();
    for export in exports {
        if let Err(error) = DeckName::new(&export.header.name) {
            let title = format!("`{}` cannot be the name of a deck", export.header.name);
            reader.error(title, export.span, "the deck of this export", |it| {
                it.note(error.to_string())
            });
            continue;
        }
        let models = match &export.notes {
            Notes::Tables(tables) => tables
                .iter()
                .map(|it| (it.model.clone(), it.span))
                .collect(),
            Notes::Listed(listed) => listed
                .iter()
                .map(|it| (it.model.clone(), it.span))
                .collect::<Vec<_>>(),
        };
        let has = |uuid: &str| export.models.iter().any(|it| it.uuid == uuid);
        if let Some((model, span)) = models.iter().find(|(it, _)| !has(&it.uuid)) {
            let title = format!(
                "the export `{}` lacks a note model of its notes",
                export.name
            );
            reader.error(title, export.span, "this export", |it| {
                it.also(*span, format!("of the note model `{}`", model.name))
                    .help("name the part under `note_models`")
            });
            continue;
        }
        whole.push(export);
    }
    whole
}

/// The name of a project's folder, of the words that its exports have in common.
fn group_name(exports: &[Export]) -> String {
    let slugs: Vec<String> = exports.iter().map(|it| slug(&it.name)).collect();
    let first = slugs.first().map_or("", String::as_str);
    let words = first.split('-').enumerate();
    let shared =
        words.take_while(|(at, word)| slugs.iter().all(|it| it.split('-').nth(*at) == Some(*word)));
    let shared: Vec<&str> = shared.map(|(_, word)| word).collect();
    match shared.join("-").as_str() {
        "" => "deck".to_owned(),
        name => name.to_owned(),
    }
}

/// A project that is being written.
struct Writing<'a> {
    exports: &'a [Export],
    folder: &'a Path,
    /// Its name below the folder that was asked for; empty where it is that one.
    below: &'a str,
    uid: &'a str,
    name: Option<&'a str>,
}

impl Writing<'_> {
    fn write(
        &self,
        reader: &mut Reader<'_>,
        imported: &mut Imported,
        notices: &mut Notices,
    ) -> Result<(), Error> {
        files::make_folder(self.folder)?;
        let mut types = Types::new(self.exports, reader);
        let mut copied: BTreeSet<String> = BTreeSet::new();
        copied.extend(types.write(reader, self.folder, notices)?);
        let media: BTreeSet<&str> = self
            .exports
            .iter()
            .flat_map(|it| it.media.iter().map(String::as_str))
            .collect();
        let folders: BTreeSet<&str> = media.iter().map(|it| parent(it)).collect();
        let folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
        let mut largest = 0;
        for path in &media {
            largest = largest.max(reader.disk.size(path)?.unwrap_or_default());
        }
        let given = Given {
            uid: self.uid,
            name: self.name,
            types: &types,
            folders: &folders,
            largest,
        };
        let (text, keys) = manifest::text(self.exports, &given);
        write(self.folder, FILE_NAME, &text)?;
        self.write_notes(&types, &keys)?;
        for export in self.exports {
            if let Notes::Tables(tables) = &export.notes {
                for table in tables {
                    copied.insert(table.path.clone());
                    copied.extend(table.joins.iter().map(|it| it.path.clone()));
                }
            }
            if let header::Description::File(path) = &export.header.description {
                copied.insert(path.clone());
            }
        }
        for path in copied
            .iter()
            .map(String::as_str)
            .chain(media.iter().copied())
        {
            copy(reader.disk, path, self.folder)?;
        }
        self.write_locks(reader, &media, &keys, notices)?;
        self.tell_unused(reader, &media, notices);
        imported.note_types += types.count();
        imported.media += media.len();
        let project = Project::open(self.folder)?;
        let report = project.check(&BuildOptions::new(BuildTime::from_unix(0)))?;
        imported.notes += report.statistics.notes;
        imported.report.statistics.notes += report.statistics.notes;
        imported.report.statistics.cards += report.statistics.cards;
        let whole = &mut imported.report;
        if self.below.is_empty() {
            whole.sources = report.sources;
            whole.diagnostics = report.diagnostics;
        } else {
            let found = whole
                .sources
                .absorb(report.sources, self.below, report.diagnostics);
            whole.diagnostics.append(found);
        }
        Ok(())
    }

    /// Writes notes that stand in lists as notes of deckle.
    fn write_notes(&self, types: &Types, keys: &[String]) -> Result<(), Error> {
        let names = shape::Variables::new(self.exports).keys;
        for (index, export) in self.exports.iter().enumerate() {
            let Notes::Listed(listed) = &export.notes else {
                continue;
            };
            let name = match keys.get(index) {
                Some(key) => key.clone(),
                None => manifest::listed_name(&names, index),
            };
            let text = listed_text(listed, types);
            write(self.folder, &format!("notes/{name}.yaml"), &text)?;
        }
        Ok(())
    }

    /// Writes locks that know the names of media, which stay those that learners have.
    fn write_locks(
        &self,
        reader: &Reader<'_>,
        media: &BTreeSet<&str>,
        keys: &[String],
        notices: &mut Notices,
    ) -> Result<(), Error> {
        let mut names: BTreeMap<&str, MediaRecord> = BTreeMap::new();
        for path in media {
            let name = file_name(path);
            if !is_media_name(name) {
                notices.changed(format!(
                    "the media file `{name}` is called otherwise in packages, because Anki would not take its name"
                ));
                continue;
            }
            let hash = reader.disk.hash(path)?;
            let content = blake3::Hash::from_bytes(hash).to_hex().to_string();
            let record = MediaRecord {
                content,
                name: name.to_owned(),
            };
            names.entry(name).or_insert(record);
        }
        let lock = Lock {
            media: names.into_values().collect(),
            ..Lock::default()
        };
        let text = lock.to_text();
        let (locks, pattern) = match keys {
            [] => (vec![LOCK_NAME.to_owned()], LOCK_NAME),
            keys => (
                keys.iter().map(|it| lock_name(it)).collect(),
                "deckle.*.lock",
            ),
        };
        for name in locks {
            write(self.folder, &name, &text)?;
        }
        git_attributes(self.folder, pattern)
    }

    /// Tells how many media nothing shows: brain-brew packs them, a build does not.
    fn tell_unused(&self, reader: &Reader<'_>, media: &BTreeSet<&str>, notices: &mut Notices) {
        let mut texts: Vec<String> = Vec::new();
        for export in self.exports {
            texts.extend(export.models.iter().map(|it| it.json.to_string()));
            match &export.notes {
                Notes::Listed(listed) => {
                    texts.extend(listed.iter().flat_map(|it| it.fields.iter().cloned()));
                }
                Notes::Tables(tables) => {
                    let joins = tables.iter().flat_map(|it| &it.joins);
                    let paths = tables.iter().map(|it| &it.path);
                    for path in paths.chain(joins.map(|it| &it.path)) {
                        let bytes = reader.disk.read(path).unwrap_or_default();
                        texts.push(String::from_utf8_lossy(&bytes).into_owned());
                    }
                }
            }
        }
        texts.sort();
        texts.dedup();
        let shown = |path: &str| texts.iter().any(|it| it.contains(file_name(path)));
        let unused = media.iter().filter(|it| !shown(it)).count();
        notices.count_changed(
            unused,
            "media file is shown by no note, and goes into no package",
            "media files are shown by no note, and go into no package",
        );
    }
}

fn copy(disk: &Disk, path: &str, folder: &Path) -> Result<(), Error> {
    let inside = files::join("", path)
        .filter(|it| it == path)
        .ok_or_else(|| Error::new(ErrorKind::Outside(path.into())))?;
    let target = folder.join(inside);
    let mut file = disk.open(path)?;
    files::write_new(&target, |writer| {
        std::io::copy(&mut file, writer).map_err(|source| Error::write(&target, source))
    })?;
    Ok(())
}

/// Notes as a file of deckle.
fn listed_text(listed: &[Listed], types: &Types) -> String {
    let main = listed.first().map_or("", |it| types.key(&it.model));
    let emitted = listed.iter().map(|note| {
        let own = types.key(&note.model);
        let fields = note.model.fields.iter().zip(&note.fields);
        EmittedNote {
            guid: Some(&note.guid),
            note_type: Some(own).filter(|it| *it != main),
            tags: note.tags.iter().map(String::as_str).collect(),
            flag: note.flag,
            fields: fields
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| (name.as_str(), EmittedField::Plain(text)))
                .collect(),
            ..EmittedNote::default()
        }
    });
    let header = EmittedHeader {
        note_type: Some(main),
        ..EmittedHeader::default()
    };
    notes_file_below(&header, emitted).0
}
