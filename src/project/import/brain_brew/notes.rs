//! `notes_from_yaml_part`: notes in groups, written anew as notes of deckle.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::Model;
use super::reader::{Reader, items};
use crate::Error;
use crate::diag::{Span, Spanned};
use crate::model::Flag;
use crate::source::yaml::{Node, decode};

/// A note.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) model: Arc<Model>,
    pub(super) guid: String,
    pub(super) tags: Vec<String>,
    pub(super) flag: Flag,
    /// The contents of its fields, in the order of the model.
    pub(super) fields: Vec<String>,
    pub(super) span: Span,
}

/// The notes of a file.
pub(super) fn read(
    reader: &mut Reader<'_>,
    file: &Spanned<String>,
    models: &BTreeMap<String, Arc<Model>>,
) -> Result<Option<Vec<Listed>>, Error> {
    let Some(node) = reader.yaml(file)? else {
        return Ok(None);
    };
    let keys = reader.entries(&node, "notes", &["note_groupings"], &[]);
    let mut notes = Vec::new();
    for group in keys.get("note_groupings").map(items).unwrap_or_default() {
        let keys = reader.entries(
            group,
            "note_groupings",
            &["note_model", "tags", "notes"],
            &[],
        );
        let model = reader.optional(&keys, "note_model");
        let tags = tags(reader, keys.get("tags"));
        for node in keys.get("notes").map(items).unwrap_or_default() {
            notes.extend(note(reader, node, model.as_ref(), &tags, models));
        }
    }
    Ok(Some(notes))
}

fn tags(reader: &mut Reader<'_>, node: Option<&Node>) -> Vec<String> {
    let tags = node.and_then(|it| decode::strings(it, "tags", &mut reader.sink));
    tags.unwrap_or_default()
        .into_iter()
        .map(|it| it.value)
        .collect()
}

fn note(
    reader: &mut Reader<'_>,
    node: &Node,
    of_group: Option<&Spanned<String>>,
    more_tags: &[String],
    models: &BTreeMap<String, Arc<Model>>,
) -> Option<Listed> {
    let known = ["fields", "guid", "tags", "flags", "note_model"];
    let keys = reader.entries(node, "a note", &known, &[]);
    let own = reader.optional(&keys, "note_model");
    let Some(name) = of_group.or(own.as_ref()) else {
        reader.error(
            "the note has no note model".to_owned(),
            node.span.at_start(),
            "here",
            |it| it.help("add `note_model: ..` to the note or its group"),
        );
        return None;
    };
    let Some(model) = models.get(&name.value) else {
        let title = format!("there is no note model `{}`", name.value);
        let known: Vec<&str> = models.keys().map(String::as_str).collect();
        let known = known.join("`, `");
        reader.error(title, name.span, "named here", |it| {
            it.note(format!("the recipe has `{known}`"))
        });
        return None;
    };
    let guid = reader.required(&keys, "guid", "a note")?;
    let mut fields = Vec::new();
    for field in keys.get("fields").map(items).unwrap_or_default() {
        let text = field.as_text();
        fields.push(text.map_or_else(String::new, |it| it.as_str().to_owned()));
    }
    if fields.len() > model.fields.len() {
        let title = format!(
            "the note has {} fields, `{}` {}",
            fields.len(),
            model.name,
            model.fields.len()
        );
        reader.error(title, node.span.at_start(), "this note", |it| it);
        return None;
    }
    let mut all = tags(reader, keys.get("tags"));
    all.extend(more_tags.iter().cloned());
    let flag = reader.number(&keys, "flags").unwrap_or_default();
    Some(Listed {
        model: model.clone(),
        guid: guid.value,
        tags: all,
        flag: Flag::parse(&(flag & 7).to_string()).unwrap_or_default(),
        fields,
        span: node.span.at_start(),
    })
}
