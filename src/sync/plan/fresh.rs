//! A package's note type as the object that a sync sends.

use serde_json::{Value, json};

use crate::model::NoteTypeKind;
use crate::package::{StoredField, StoredNoteType, StoredTemplate};
use crate::sync::rows::Object;
use crate::template::{Requirement, Template};

pub(super) fn note_type(stored: &StoredNoteType) -> Object {
    let mut object = object(json!({
        "id": stored.id,
        "name": stored.name,
        "type": match stored.kind {
            NoteTypeKind::Normal => 0,
            NoteTypeKind::Cloze => 1,
        },
        "mod": stored.modified,
        "usn": 0,
        "sortf": stored.sort_field,
        "did": null,
        "css": stored.css,
        "latexPre": stored.latex.preamble,
        "latexPost": stored.latex.postamble,
        "latexsvg": stored.latex.svg,
        "originalStockKind": stored.original_stock_kind,
    }));
    if let Some(id) = stored.original_id {
        object.insert("originalId".to_owned(), id.into());
    }
    put_fields(&mut object, stored.fields.iter().map(field).collect());
    put_templates(&mut object, stored.templates.iter().map(template).collect());
    object
}

pub(super) fn field(field: &StoredField) -> Object {
    object(json!({
        "name": field.name,
        "ord": 0,
        "id": field.id,
        "sticky": field.sticky,
        "rtl": field.rtl,
        "font": field.font,
        "size": field.size,
        "description": field.description,
        "plainText": field.plain_text,
        "collapsed": field.collapsed,
        "excludeFromSearch": field.exclude_from_search,
        "tag": field.tag,
        "preventDeletion": field.prevent_deletion,
    }))
}

pub(super) fn template(template: &StoredTemplate) -> Object {
    object(json!({
        "name": template.name,
        "ord": 0,
        "id": template.id,
        "qfmt": template.front,
        "afmt": template.back,
        "bqfmt": template.browser_front,
        "bafmt": template.browser_back,
        "bfont": template.browser_font,
        "bsize": template.browser_size,
        // An id of the package's deck would be another deck here.
        "did": null,
    }))
}

/// Puts fields into a note type, numbered.
pub(super) fn put_fields(note_type: &mut Object, fields: Vec<Object>) {
    note_type.insert("flds".to_owned(), numbered(fields));
}

/// Puts card templates into a note type, numbered, and what old programs need to know of them.
pub(super) fn put_templates(note_type: &mut Object, templates: Vec<Object>) {
    let fields = super::parts::list(note_type, "flds");
    let names: Vec<&str> = fields.iter().map(|it| text(it, "name")).collect();
    let requirement = |front: &str| {
        let parsed = Template::parse(front).ok();
        parsed.map_or(Requirement::None, |it| it.requirement(&names))
    };
    let fronts = templates.iter().map(|it| requirement(text(it, "qfmt")));
    let rows = fronts.enumerate().map(|(ord, it)| match it {
        Requirement::None => json!([ord, "none", []]),
        Requirement::Any(fields) => json!([ord, "any", fields]),
        Requirement::All(fields) => json!([ord, "all", fields]),
    });
    let required = rows.collect();
    note_type.insert("req".to_owned(), Value::Array(required));
    note_type.insert("tmpls".to_owned(), numbered(templates));
}

fn numbered(objects: Vec<Object>) -> Value {
    let items = objects.into_iter().enumerate().map(|(ord, mut it)| {
        it.insert("ord".to_owned(), ord.into());
        Value::Object(it)
    });
    items.collect()
}

/// A text of an object; empty where it has none.
pub(super) fn text<'a>(object: &'a Object, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(it) => it,
        _ => Object::new(),
    }
}
