//! `presets` of a project file: deck options by keys that `decks.presets` names.

use std::sync::Arc;

use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::{DeckOptionValue, DeckOptions, DeckOptionsError};

/// The presets under `presets`, by their keys.
pub(super) fn read(
    entry: &Entry,
    uid: &str,
    sink: &mut Diagnostics,
) -> Vec<(String, Arc<DeckOptions>)> {
    let mut presets = Vec::new();
    for preset in decode::mapping(&entry.value, "presets", sink).unwrap_or_default() {
        let key = preset.name();
        let entries = decode::mapping(&preset.value, key, sink).unwrap_or_default();
        let find = |key: &str| entries.iter().find(|entry| entry.name() == key);
        let name = find("name").and_then(|it| decode::string(&it.value, "name", sink));
        let mut options = DeckOptions::new(name.map_or_else(|| key.to_owned(), |it| it.value));
        let id = find("id").and_then(|it| decode::integer(&it.value, "id", 2..=i64::MAX, sink));
        options = options.id(id.unwrap_or_else(|| crate::model::stable_id(&[uid, "preset", key])));
        for option in entries
            .iter()
            .filter(|it| !matches!(it.name(), "name" | "id"))
        {
            let Some(value) = option_value(&option.value, option.name(), sink) else {
                continue;
            };
            match options.set(option.name(), value) {
                Ok(()) => {}
                Err(DeckOptionsError::UnknownKey(_)) => {
                    let keys: Vec<&str> = ["name", "id"]
                        .into_iter()
                        .chain(DeckOptions::keys())
                        .collect();
                    decode::unknown_key(&option.key, "in a preset of deck options", &keys, sink);
                }
                Err(error) => sink.push(
                    Diagnostic::new(Code::BadDeckOptions, error.to_string())
                        .at(decode::visible(option), "this value"),
                ),
            }
        }
        presets.push((key.to_owned(), Arc::new(options)));
    }
    presets
}

/// A value of a deck option, as the scalar looks: deck options check for themselves what they
/// take.
fn option_value(node: &Node, what: &str, sink: &mut Diagnostics) -> Option<DeckOptionValue> {
    if let Value::Sequence(_) = node.value {
        let items = decode::strings(node, what, sink)?;
        let numbers: Option<Vec<f64>> = items.iter().map(|it| it.value.parse().ok()).collect();
        return Some(match numbers {
            Some(numbers) => DeckOptionValue::Numbers(numbers),
            None => {
                let words: Vec<&str> = items.iter().map(|it| it.value.as_str()).collect();
                DeckOptionValue::Text(words.join(" "))
            }
        });
    }
    let text = decode::string(node, what, sink)?.value;
    let value = text.parse().map(DeckOptionValue::Integer);
    let value = value.or_else(|_| text.parse().map(DeckOptionValue::Number));
    Some(value.unwrap_or_else(|_| match decode::as_boolean(&text) {
        Some(switch) => DeckOptionValue::Switch(switch),
        None => DeckOptionValue::Text(text),
    }))
}

/// The finding that there is no such preset, with the nearest key.
pub(super) fn unknown(key: &Spanned<String>, presets: &[(String, Arc<DeckOptions>)]) -> Diagnostic {
    let title = format!("there is no preset `{}`", key.value);
    let diagnostic = Diagnostic::new(Code::BadDeckOptions, title).at(key.span, "no such preset");
    let keys: Vec<&str> = presets.iter().map(|(key, _)| key.as_str()).collect();
    match crate::diag::nearest(&key.value, keys.iter().copied()) {
        Some(near) => diagnostic.fix("a preset with a similar key exists", key.span, near),
        None if keys.is_empty() => diagnostic.help("define it under `presets:`"),
        None => diagnostic.help(format!("the presets are {}", decode::enumeration(&keys))),
    }
}
