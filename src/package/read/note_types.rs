//! Note types: from `col.models` in schemas up to 14, from tables of their own since.

use std::collections::BTreeMap;

use super::container::damaged;
use super::json::Object;
use super::store::{Cells, Store};
use super::{StoredField, StoredNoteType, StoredTemplate};
use crate::Error;
use crate::model::{Latex, NoteTypeKind};
use crate::package::proto::{FieldConfig, NoteTypeConfig, TemplateConfig};

/// Sorted by id.
pub(in crate::package) fn read(store: &Store, models: &str) -> Result<Vec<StoredNoteType>, Error> {
    match store.has_table("notetypes")? {
        true => from_tables(store),
        false => from_json(models),
    }
}

fn from_json(models: &str) -> Result<Vec<StoredNoteType>, Error> {
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (what, key, text) in Object::parse("the column `models`", models)?.into_entries("note type")
    {
        found.push(note_type(&what, &key, text)?);
    }
    found.sort_by_key(|it: &StoredNoteType| it.id);
    Ok(found)
}

pub(super) fn note_type(what: &str, key: &str, text: &str) -> Result<StoredNoteType, Error> {
    let mut object = Object::parse(what, text)?;
    let fields = object.objects("flds")?.into_iter().map(field);
    let fields = fields.collect::<Result<_, Error>>()?;
    let templates = object.objects("tmpls")?.into_iter().map(template);
    let templates = templates.collect::<Result<_, Error>>()?;
    let default = Latex::default();
    let latex = Latex {
        preamble: object
            .optional_text("latexPre")?
            .unwrap_or(default.preamble),
        postamble: object
            .optional_text("latexPost")?
            .unwrap_or(default.postamble),
        svg: object.switch("latexsvg")?.unwrap_or_default(),
    };
    let id = object.integer("id")?.or_else(|| key.parse().ok());
    let kind = object.integer("type")?.unwrap_or_default();
    // What an import works out anew, or ignores.
    object.drop(&["usn", "did", "req"]);
    Ok(StoredNoteType {
        id: id.ok_or_else(|| damaged(format!("{what} of the package has no id")))?,
        name: object.required_text("name")?,
        kind: of_number(what, kind)?,
        modified: object.integer("mod")?.unwrap_or_default(),
        sort_field: object.narrow("sortf")?.unwrap_or_default(),
        css: object.text("css")?,
        latex,
        original_stock_kind: object.narrow("originalStockKind")?.unwrap_or_default(),
        original_id: object.integer("originalId")?,
        fields,
        templates,
        other: object.rest(),
    })
}

fn field(mut object: Object<'_>) -> Result<StoredField, Error> {
    object.drop(&["ord"]);
    Ok(StoredField {
        name: object.required_text("name")?,
        id: object.integer("id")?,
        sticky: object.switch("sticky")?.unwrap_or_default(),
        rtl: object.switch("rtl")?.unwrap_or_default(),
        font: object.text("font")?,
        size: object.narrow("size")?.unwrap_or_default(),
        description: object.text("description")?,
        plain_text: object.switch("plainText")?.unwrap_or_default(),
        collapsed: object.switch("collapsed")?.unwrap_or_default(),
        exclude_from_search: object.switch("excludeFromSearch")?.unwrap_or_default(),
        tag: object.narrow("tag")?,
        prevent_deletion: object.switch("preventDeletion")?.unwrap_or_default(),
        other: object.rest(),
    })
}

fn template(mut object: Object<'_>) -> Result<StoredTemplate, Error> {
    object.drop(&["ord"]);
    Ok(StoredTemplate {
        name: object.required_text("name")?,
        id: object.integer("id")?,
        front: object.text("qfmt")?,
        back: object.text("afmt")?,
        browser_front: object.text("bqfmt")?,
        browser_back: object.text("bafmt")?,
        browser_font: object.text("bfont")?,
        browser_size: object.narrow("bsize")?.unwrap_or_default(),
        deck: object.integer("did")?.filter(|id| *id != 0),
        other: object.rest(),
    })
}

fn from_tables(store: &Store) -> Result<Vec<StoredNoteType>, Error> {
    let mut found: BTreeMap<i64, StoredNoteType> = BTreeMap::new();
    store.each(
        "notetypes",
        &["id", "name", "mtime_secs", "config"],
        |row| {
            row.in_a_list(found.len())?;
            let id = row.integer(0)?;
            let config: NoteTypeConfig = row.message(3)?;
            let what = format!("note type {id}");
            let note_type = StoredNoteType {
                id,
                name: row.text(1)?.to_owned(),
                kind: of_number(&what, config.kind.into())?,
                modified: row.integer(2)?,
                sort_field: config.sort_field_idx as usize,
                css: config.css,
                latex: Latex {
                    preamble: config.latex_pre,
                    postamble: config.latex_post,
                    svg: config.latex_svg,
                },
                original_stock_kind: u32::try_from(config.original_stock_kind).unwrap_or_default(),
                original_id: config.original_id,
                fields: Vec::new(),
                templates: Vec::new(),
                other: other(config.other),
            };
            found.insert(id, note_type);
            Ok(())
        },
    )?;
    // Anki's own packages have rows of note types that are not there any more (measured).
    for (id, field) in in_order(store, "fields", field_row)? {
        if let Some(note_type) = found.get_mut(&id) {
            note_type.fields.push(field);
        }
    }
    for (id, template) in in_order(store, "templates", template_row)? {
        if let Some(note_type) = found.get_mut(&id) {
            note_type.templates.push(template);
        }
    }
    Ok(found.into_values().collect())
}

/// Rows of the parts of note types, by note type and position.
fn in_order<T>(
    store: &Store,
    table: &'static str,
    part: impl Fn(&Cells<'_>) -> Result<T, Error>,
) -> Result<impl Iterator<Item = (i64, T)>, Error> {
    let mut rows = Vec::new();
    store.each(table, &["ntid", "ord", "name", "config"], |row| {
        row.in_a_list(rows.len())?;
        rows.push((row.integer(0)?, row.integer(1)?, part(row)?));
        Ok(())
    })?;
    rows.sort_by_key(|(id, ord, _)| (*id, *ord));
    Ok(rows.into_iter().map(|(id, _, part)| (id, part)))
}

fn field_row(row: &Cells<'_>) -> Result<StoredField, Error> {
    let config: FieldConfig = row.message(3)?;
    Ok(StoredField {
        name: row.text(2)?.to_owned(),
        id: config.id,
        sticky: config.sticky,
        rtl: config.rtl,
        font: config.font_name,
        size: config.font_size,
        description: config.description,
        plain_text: config.plain_text,
        collapsed: config.collapsed,
        exclude_from_search: config.exclude_from_search,
        tag: config.tag,
        prevent_deletion: config.prevent_deletion,
        other: other(config.other),
    })
}

fn template_row(row: &Cells<'_>) -> Result<StoredTemplate, Error> {
    let config: TemplateConfig = row.message(3)?;
    Ok(StoredTemplate {
        name: row.text(2)?.to_owned(),
        id: config.id,
        front: config.q_format,
        back: config.a_format,
        browser_front: config.q_format_browser,
        browser_back: config.a_format_browser,
        browser_font: config.browser_font_name,
        browser_size: config.browser_font_size,
        deck: Some(config.target_deck_id).filter(|id| *id != 0),
        other: other(config.other),
    })
}

fn of_number(what: &str, kind: i64) -> Result<NoteTypeKind, Error> {
    match kind {
        0 => Ok(NoteTypeKind::Normal),
        1 => Ok(NoteTypeKind::Cloze),
        _ => Err(damaged(format!(
            "{what} of the package is of kind {kind}; 0 (normal) and 1 (cloze) are known"
        ))),
    }
}

/// JSON of keys that Anki does not know. What is no text is nothing that can be kept.
pub(super) fn other(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) if text != "{}" => text,
        _ => String::new(),
    }
}
