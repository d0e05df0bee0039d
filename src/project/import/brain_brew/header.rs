//! Headers: what an export says of its deck.

use serde_json::{Map, Value};

use super::reader::{Keys, Reader};
use crate::Error;
use crate::diag::{Span, Spanned};
use crate::model::DeckOptions;
use crate::package::{StoredDeckKind, StoredPreset, read_crowd_anki};
use crate::source::yaml::{self, Node, ScalarStyle};

/// How deep a header may be.
const DEEPEST: usize = 16;

/// A deck of an export.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) name: String,
    /// HTML, or the file that holds it.
    pub(super) description: Description,
    /// Its options, with the number that they are known by.
    pub(super) preset: Option<(i64, DeckOptions)>,
}

/// What a deck says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Description {
    None,
    Text(String),
    File(String),
}

/// The header that a step `headers_from_yaml_part` asks for.
pub(super) fn read(reader: &mut Reader<'_>, step: &Keys<'_>) -> Result<Option<Header>, Error> {
    let what = "headers_from_yaml_part";
    let Some(file) = reader.required(step, "file", what) else {
        return Ok(None);
    };
    let Some(node) = reader.yaml(&file)? else {
        return Ok(None);
    };
    let mut deck = match json(&node, 0) {
        Some(Value::Object(map)) => map,
        _ => {
            let title = format!("`{}` is no header", file.value);
            reader.error(title, node.span, "expected a mapping", |it| it);
            return Ok(None);
        }
    };
    let mut description = match deck.get("desc").and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Description::Text(text.to_owned()),
        _ => Description::None,
    };
    if let Some(node) = step.get("override") {
        let known = ["crowdanki_uuid", "deck_description_html_file", "name"];
        let keys = reader.entries(node, "override", &known, &[]);
        if let Some(name) = reader.optional(&keys, "name") {
            deck.insert("name".to_owned(), name.value.into());
        }
        if let Some(file) = reader.optional(&keys, "deck_description_html_file") {
            if reader.file(&file)?.is_none() {
                return Ok(None);
            }
            if let Some(path) = reader.path(&file) {
                description = Description::File(path);
            }
        }
    }
    header(reader, deck, description, &file, node.span)
}

fn header(
    reader: &mut Reader<'_>,
    mut deck: Map<String, Value>,
    description: Description,
    file: &Spanned<String>,
    span: Span,
) -> Result<Option<Header>, Error> {
    if !deck.get("name").is_some_and(Value::is_string) {
        let title = format!("the header `{}` has no name", file.value);
        reader.error(title, span.at_start(), "here", |it| {
            it.help("write `name: ..`, or give it one in the recipe: `override: {name: ..}`")
        });
        return Ok(None);
    }
    for key in ["notes", "children", "note_models", "media_files"] {
        let full = deck.remove(key).filter(|it| match it {
            Value::Array(items) => !items.is_empty(),
            _ => false,
        });
        if full.is_some() {
            let title = format!("`{key}` in the header `{}`", file.value);
            reader.left_out(title, file.span, |it| {
                it.help("an export of CrowdAnki is imported as a whole: `--from crowdanki`")
            });
        }
    }
    let contents = match read_crowd_anki(&Value::Object(deck).to_string()) {
        Ok(contents) => contents,
        Err(error) => {
            let title = format!("the header `{}` cannot be read", file.value);
            reader.error(title, span.at_start(), "here", |it| {
                it.note(error.to_string().to_lowercase())
            });
            return Ok(None);
        }
    };
    let Some(stored) = contents.decks.first() else {
        return Ok(None);
    };
    let preset = match &stored.kind {
        StoredDeckKind::Normal { preset, .. } => {
            contents.presets.iter().find(|it| it.id == *preset)
        }
        StoredDeckKind::Filtered { .. } => {
            let title = format!("the deck `{}` is a filtered one", stored.name);
            reader.left_out(title, span.at_start(), |it| {
                it.note("packages hold no filtered decks; its notes lie in a plain one")
            });
            None
        }
    };
    if let Some(preset) = preset {
        tell_options(reader, preset, span);
    }
    Ok(Some(Header {
        name: stored.name.clone(),
        description,
        preset: preset.map(|it| (it.id, it.options.clone())),
    }))
}

fn tell_options(reader: &mut Reader<'_>, preset: &StoredPreset, span: Span) {
    if !preset.refused.is_empty() {
        let title = format!("some options of the preset `{}`", preset.name);
        let refused = preset.refused.join(", ");
        reader.left_out(title, span.at_start(), |it| {
            it.note(format!("Anki would not take what they say: {refused}"))
        });
    }
}

/// A YAML node as JSON, numbers and switches read as YAML reads them; `None` where it is too deep.
fn json(node: &Node, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    Some(match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Scalar(scalar) => {
            let text = scalar.text.as_str();
            let plain = scalar.style == ScalarStyle::Plain;
            let parsed = plain.then(|| serde_json::from_str::<Value>(text).ok());
            match (parsed.flatten(), text) {
                (Some(value @ (Value::Number(_) | Value::Bool(_))), _) => value,
                (None, "True" | "TRUE") if plain => Value::Bool(true),
                (None, "False" | "FALSE") if plain => Value::Bool(false),
                _ => Value::String(text.to_owned()),
            }
        }
        yaml::Value::Sequence(items) => {
            let items: Option<Vec<Value>> = items.iter().map(|it| json(it, depth + 1)).collect();
            Value::Array(items?)
        }
        yaml::Value::Mapping(entries) => {
            let mut map = Map::new();
            for entry in entries {
                map.insert(entry.name().to_owned(), json(&entry.value, depth + 1)?);
            }
            Value::Object(map)
        }
    })
}
