//! A recipe: steps that make parts, and steps that put parts together to exports.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::header::Header;
use super::model::Model;
use super::notes::Listed;
use super::reader::{Keys, Reader, items};
use super::table::Table;
use super::{header, model, notes, table};
use crate::Error;
use crate::diag::{Span, Spanned};
use crate::files::{Disk, Files};
use crate::source::yaml::{Entry, Node, decode};

/// An export that a recipe makes: one deck for one folder.
#[derive(Debug, Clone)]
pub(super) struct Export {
    /// The folder's own name.
    pub(super) name: String,
    pub(super) header: Arc<Header>,
    pub(super) models: Vec<Arc<Model>>,
    pub(super) notes: Notes,
    /// The paths of its media.
    pub(super) media: Vec<String>,
    pub(super) span: Span,
}

/// Where notes come from.
#[derive(Debug, Clone)]
pub(super) enum Notes {
    Tables(Vec<Table>),
    Listed(Arc<Vec<Listed>>),
}

/// The parts of a recipe, by their ids.
#[derive(Default)]
struct Parts {
    headers: BTreeMap<String, Arc<Header>>,
    models: BTreeMap<String, Arc<Model>>,
    notes: BTreeMap<String, Notes>,
    media: BTreeMap<String, Vec<String>>,
    /// Parts that could not be made, which was told.
    broken: Vec<String>,
}

/// The exports of a recipe.
pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Result<Vec<Export>, Error> {
    let named = Spanned::new(path.to_owned(), Span::NONE);
    let Some(node) = reader.yaml(&named)? else {
        return Ok(Vec::new());
    };
    let mut parts = Parts::default();
    let mut exports = Vec::new();
    let steps = decode::list(&node, "a recipe", &mut reader.sink).unwrap_or_default();
    for step in steps {
        let entries = decode::mapping(step, "a step", &mut reader.sink).unwrap_or_default();
        for entry in entries {
            top(reader, entry, &mut parts, &mut exports)?;
        }
    }
    Ok(exports)
}

/// The name of a step in small letters, with one word for the plural forms that it may have.
fn step_name(entry: &Entry) -> String {
    let name = entry.name().to_lowercase();
    let forms = [
        ("build_part", "build_parts"),
        ("generate_csv", "generate_csvs"),
        ("generate_guids_in_csv", "generate_guids_in_csvs"),
        ("save_media_group_to_folder", "save_media_groups_to_folder"),
        ("save_note_model_to_folder", "save_note_models_to_folder"),
        ("header_from_yaml_part", "headers_from_yaml_part"),
        ("header_from_crowd_anki", "headers_from_crowd_anki"),
        ("note_models_from_yaml_part", "note_model_from_yaml_part"),
        ("note_models_from_html_parts", "note_model_from_html_parts"),
        ("notes_from_csv", "notes_from_csvs"),
    ];
    match forms.iter().find(|(form, _)| *form == name) {
        Some((_, usual)) => (*usual).to_owned(),
        None => name,
    }
}

const STEPS: &[&str] = &[
    "build_parts",
    "generate_crowd_anki",
    "generate_guids_in_csvs",
    "generate_csvs",
    "save_media_groups_to_folder",
    "save_note_models_to_folder",
];

fn top(
    reader: &mut Reader<'_>,
    entry: &Entry,
    parts: &mut Parts,
    exports: &mut Vec<Export>,
) -> Result<(), Error> {
    match step_name(entry).as_str() {
        "build_parts" => {
            let steps = decode::list(&entry.value, "build_parts", &mut reader.sink);
            for step in steps.unwrap_or_default() {
                let entries = decode::mapping(step, "a step", &mut reader.sink);
                for entry in entries.unwrap_or_default() {
                    for item in items(&entry.value) {
                        part(reader, entry, item, parts)?;
                    }
                }
            }
        }
        "generate_crowd_anki" => {
            for item in items(&entry.value) {
                exports.extend(export(reader, item, parts)?);
            }
        }
        "generate_guids_in_csvs" => {
            let title = "guids are not written into tables".to_owned();
            reader.left_out(title, entry.key_span(), |it| {
                it.note(
                    "a row with an empty guid gets one at the first build, which deckle.lock keeps",
                )
                .info()
            });
        }
        "generate_csvs" | "save_media_groups_to_folder" | "save_note_models_to_folder" => {
            let title = format!("the step `{}`", entry.name());
            reader.left_out(title, entry.key_span(), |it| {
                it.note("it writes sources out of a collection")
                    .help("`deckle unpack` makes sources of a package, and `deckle adopt` takes over what learners have")
            });
        }
        _ => decode::unknown_key(&entry.key, "in a recipe", STEPS, &mut reader.sink),
    }
    Ok(())
}

const PARTS: &[&str] = &[
    "headers_from_yaml_part",
    "media_group_from_folder",
    "media_group_from_yaml_part",
    "note_model_from_html_parts",
    "note_model_from_yaml_part",
    "notes_from_csvs",
    "notes_from_yaml_part",
];

fn part(
    reader: &mut Reader<'_>,
    entry: &Entry,
    item: &Node,
    parts: &mut Parts,
) -> Result<(), Error> {
    let step = step_name(entry);
    if step.ends_with("_from_crowd_anki") {
        let title = format!("the step `{}` reads an export", entry.name());
        reader.error(title, entry.key_span(), "not read", |it| {
            it.note("the recipe makes sources of what Anki exports")
                .help("import the export itself: `--from crowdanki`")
        });
    } else if !PARTS.contains(&step.as_str()) {
        decode::unknown_key(&entry.key, "in `build_parts`", PARTS, &mut reader.sink);
    }
    let id = match &item.value {
        crate::source::yaml::Value::Mapping(entries) => {
            let id = entries.iter().find(|it| it.name() == "part_id");
            id.and_then(|it| decode::string(&it.value, "part_id", &mut reader.sink))
        }
        _ => None,
    };
    let Some(id) = id else {
        if PARTS.contains(&step.as_str()) {
            let title = format!("`{}` has no `part_id`", entry.name());
            reader.error(title, item.span.at_start(), "here", |it| {
                it.help("other steps name the part by it: add `part_id: ..`")
            });
        }
        return Ok(());
    };
    let known = parts.headers.contains_key(&id.value)
        || parts.models.contains_key(&id.value)
        || parts.notes.contains_key(&id.value)
        || parts.media.contains_key(&id.value);
    if known {
        let title = format!("two parts are called `{}`", id.value);
        reader.error(title, id.span, "here again", |it| {
            it.help("give one of them another name")
        });
        return Ok(());
    }
    let silent = &["save_to_file"];
    let made = match step.as_str() {
        "headers_from_yaml_part" => {
            let keys = reader.entries(item, &step, &["part_id", "file", "override"], silent);
            let found = header::read(reader, &keys)?;
            found.map(|it| parts.headers.insert(id.value.clone(), Arc::new(it)));
            parts.headers.contains_key(&id.value)
        }
        "note_model_from_yaml_part" => {
            let keys = reader.entries(item, &step, &["part_id", "file"], silent);
            let file = reader.required(&keys, "file", &step);
            let found = match file {
                Some(file) => model::of_yaml(reader, &file)?,
                None => None,
            };
            found.map(|it| parts.models.insert(id.value.clone(), Arc::new(it)));
            parts.models.contains_key(&id.value)
        }
        "note_model_from_html_parts" => {
            let found = model::of_html(reader, item)?;
            found.map(|it| parts.models.insert(id.value.clone(), Arc::new(it)));
            parts.models.contains_key(&id.value)
        }
        "notes_from_csvs" => {
            let found = table::read(reader, item, &parts.models, &parts.broken)?.map(Notes::Tables);
            found.map(|it| parts.notes.insert(id.value.clone(), it));
            parts.notes.contains_key(&id.value)
        }
        "notes_from_yaml_part" => {
            let keys = reader.entries(item, &step, &["part_id", "file"], silent);
            let file = reader.required(&keys, "file", &step);
            let found = match file {
                Some(file) => notes::read(reader, &file, &parts.models)?,
                None => None,
            };
            found.map(|it| {
                let notes = Notes::Listed(Arc::new(it));
                parts.notes.insert(id.value.clone(), notes)
            });
            parts.notes.contains_key(&id.value)
        }
        "media_group_from_folder" => {
            let found = media_of_folder(reader, item)?;
            found.map(|it| parts.media.insert(id.value.clone(), it));
            parts.media.contains_key(&id.value)
        }
        "media_group_from_yaml_part" => {
            let found = media_of_list(reader, item)?;
            found.map(|it| parts.media.insert(id.value.clone(), it));
            parts.media.contains_key(&id.value)
        }
        _ => false,
    };
    if !made {
        parts.broken.push(id.value);
    }
    Ok(())
}

fn media_of_folder(reader: &mut Reader<'_>, item: &Node) -> Result<Option<Vec<String>>, Error> {
    let step = "media_group_from_folder";
    let known = [
        "part_id",
        "source",
        "recursive",
        "filter_blacklist_from_parts",
        "filter_whitelist_from_parts",
    ];
    let keys = reader.entries(item, step, &known, &["save_to_file"]);
    for key in ["filter_blacklist_from_parts", "filter_whitelist_from_parts"] {
        if let Some(entry) = keys.entry(key).filter(|it| !items(&it.value).is_empty()) {
            let title = format!("the filter `{key}`");
            reader.left_out(title, entry.key_span(), |it| {
                it.note("a package has the media that its notes show, and no others")
            });
        }
    }
    let Some(source) = reader.required(&keys, "source", step) else {
        return Ok(None);
    };
    let deep = reader.switch(&keys, "recursive").unwrap_or(true);
    let Some(path) = reader.path(&source) else {
        return Ok(None);
    };
    let found = files_in(reader.disk, &path, deep);
    if found.is_empty() {
        let title = format!("the folder `{path}` holds no files");
        reader.error(title, source.span, "named here", |it| {
            it.note("paths count from the folder in which brain-brew is run")
        });
        return Ok(None);
    }
    Ok(Some(found))
}

/// The files of a folder; those that version control does not see are media as well.
fn files_in(disk: &Disk, folder: &str, deep: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for name in disk.folder(&folder) {
            let path = match folder.is_empty() {
                true => name.clone(),
                false => format!("{folder}/{name}"),
            };
            match path.strip_suffix('/') {
                Some(inner) if deep => open.push(inner.to_owned()),
                Some(_) => {}
                // What systems leave behind is no media.
                None if name.starts_with('.') || name == "Thumbs.db" => {}
                None => found.push(path),
            }
        }
    }
    found.sort();
    found
}

fn media_of_list(reader: &mut Reader<'_>, item: &Node) -> Result<Option<Vec<String>>, Error> {
    let step = "media_group_from_yaml_part";
    let keys = reader.entries(item, step, &["part_id", "file"], &[]);
    let Some(file) = reader.required(&keys, "file", step) else {
        return Ok(None);
    };
    let Some(node) = reader.yaml(&file)? else {
        return Ok(None);
    };
    let listed = decode::strings(&node, "a media group", &mut reader.sink).unwrap_or_default();
    let mut found = Vec::new();
    for it in listed {
        let Some(path) = reader.path(&it) else {
            continue;
        };
        if reader.disk.size(&path)?.is_some() {
            found.push(path);
            continue;
        }
        let title = format!("there is no file `{path}`");
        reader.error(title, it.span, "named here", |it| it);
    }
    Ok(Some(found))
}

/// A part that an export asks for; one that is not there is told.
fn wanted<T: Clone>(
    reader: &mut Reader<'_>,
    name: &Spanned<String>,
    of: &BTreeMap<String, T>,
    what: &str,
    broken: &[String],
) -> Option<T> {
    if let Some(found) = of.get(&name.value) {
        return Some(found.clone());
    }
    // Why it is not there was told already.
    if !broken.contains(&name.value) {
        let title = format!("there is no {what} `{}`", name.value);
        let near = crate::diag::nearest(&name.value, of.keys().map(String::as_str));
        let near = near.map(str::to_owned);
        reader.error(title, name.span, "named here", |it| match near {
            Some(near) => it.help(format!("did you mean `{near}`?")),
            None => it.help("parts are made by the steps above, under `build_parts`"),
        });
    }
    None
}

fn export(reader: &mut Reader<'_>, item: &Node, parts: &Parts) -> Result<Option<Export>, Error> {
    let step = "generate_crowd_anki";
    let known = ["folder", "headers", "notes", "note_models", "media"];
    let keys = reader.entries(item, step, &known, &[]);
    let (Some(folder), Some(headers)) = (
        reader.required(&keys, "folder", step),
        part_id(reader, &keys, "headers"),
    ) else {
        return Ok(None);
    };
    let name = folder.value.replace('\\', "/");
    let name = name.trim_end_matches('/');
    let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
    let mut models = Vec::new();
    for id in part_ids(reader, &keys, "note_models") {
        let found = wanted(reader, &id, &parts.models, "note model", &parts.broken);
        models.push((id, found));
    }
    let mut media = Vec::new();
    for id in part_ids(reader, &keys, "media") {
        let found = wanted(reader, &id, &parts.media, "media group", &parts.broken);
        media.extend(found.unwrap_or_default());
    }
    media.sort();
    media.dedup();
    let header = wanted(reader, &headers, &parts.headers, "header", &parts.broken);
    let notes = notes_of(reader, &keys, parts);
    let (Some(header), Some(notes)) = (header, notes) else {
        return Ok(None);
    };
    let models: Option<Vec<Arc<Model>>> = models.into_iter().map(|(_, it)| it).collect();
    Ok(models.map(|models| Export {
        name: name.to_owned(),
        header,
        models,
        notes,
        media,
        span: item.span.at_start(),
    }))
}

/// The id of a part, which may stand in a mapping of its own.
fn part_id(reader: &mut Reader<'_>, keys: &Keys<'_>, key: &str) -> Option<Spanned<String>> {
    let node = keys.get(key)?;
    match &node.value {
        crate::source::yaml::Value::Mapping(_) => {
            let inner = reader.entries(node, key, &["part_id"], &[]);
            reader.required(&inner, "part_id", key)
        }
        _ => decode::string(node, key, &mut reader.sink),
    }
}

/// The ids under `parts`.
fn part_ids(reader: &mut Reader<'_>, keys: &Keys<'_>, key: &str) -> Vec<Spanned<String>> {
    let Some(node) = keys.get(key) else {
        return Vec::new();
    };
    let listed = match &node.value {
        crate::source::yaml::Value::Mapping(_) => {
            let inner = reader.entries(node, key, &["parts"], &[]);
            inner.get("parts").map(items).unwrap_or_default()
        }
        _ => items(node),
    };
    let mut found = Vec::new();
    for item in listed {
        let id = match &item.value {
            crate::source::yaml::Value::Mapping(_) => {
                let inner = reader.entries(item, key, &["part_id"], &[]);
                reader.required(&inner, "part_id", key)
            }
            _ => decode::string(item, key, &mut reader.sink),
        };
        found.extend(id);
    }
    found
}

/// The notes of an export, with the note model that it gives them instead of their own.
fn notes_of(reader: &mut Reader<'_>, keys: &Keys<'_>, parts: &Parts) -> Option<Notes> {
    let node = keys.get("notes")?;
    let known = ["part_id", "override"];
    let other = [
        "sort_order",
        "reverse_sort",
        "case_insensitive_sort",
        "additional_items_to_add",
    ];
    let inner = reader.entries(node, "notes", &known, &other);
    for key in other {
        let Some(entry) = inner.entry(key).filter(|it| !it.value.is_null()) else {
            continue;
        };
        // Without an order there is nothing to be sorted.
        if key == "case_insensitive_sort" {
            continue;
        }
        let title = format!("`{key}` of the notes");
        reader.left_out(title, entry.key_span(), |it| {
            if key == "additional_items_to_add" {
                it.note("packages hold nothing else of a note")
            } else {
                it.note("notes come in the order of their rows, which is that of their new cards")
                    .help("sort the rows of the table")
            }
        });
    }
    let id = reader.required(&inner, "part_id", "notes")?;
    let notes = wanted(reader, &id, &parts.notes, "part of notes", &parts.broken)?;
    let Some(node) = inner.get("override") else {
        return Some(notes);
    };
    let keys = reader.entries(node, "override", &["note_model"], &[]);
    let Some(name) = reader.optional(&keys, "note_model") else {
        return Some(notes);
    };
    let model = wanted(reader, &name, &parts.models, "note model", &parts.broken)?;
    overridden(reader, notes, &model, &name)
}

fn overridden(
    reader: &mut Reader<'_>,
    notes: Notes,
    model: &Arc<Model>,
    name: &Spanned<String>,
) -> Option<Notes> {
    let own: Vec<Arc<Model>> = match &notes {
        Notes::Tables(tables) => tables.iter().map(|it| it.model.clone()).collect(),
        Notes::Listed(listed) => listed.iter().map(|it| it.model.clone()).collect(),
    };
    if let Some(other) = own.iter().find(|it| it.fields.len() != model.fields.len()) {
        let title = format!(
            "`{}` has {} fields, and takes the place of `{}`, which has {}",
            model.name,
            model.fields.len(),
            other.name,
            other.fields.len()
        );
        reader.error(title, name.span, "in place of the notes' own", |it| {
            it.note("brain-brew gives fields to notes by their order")
        });
        return None;
    }
    Some(match notes {
        Notes::Tables(mut tables) => {
            for table in &mut tables {
                table.model = model.clone();
            }
            Notes::Tables(tables)
        }
        Notes::Listed(listed) => {
            let with = |it: &Listed| Listed {
                model: model.clone(),
                ..it.clone()
            };
            Notes::Listed(Arc::new(listed.iter().map(with).collect()))
        }
    })
}
