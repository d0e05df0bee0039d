//! `decks` of a project file: how paths become decks, and what decks have.

use std::sync::Arc;

use super::Manifest;
use crate::diag::Diagnostics;
use crate::model::DeckOptions;
use crate::source::presets;
use crate::source::yaml::{Node, Value, decode};

/// The keys of `decks` in a project file.
pub const DECKS_KEYS: &[&str] = &[
    "from",
    "file-as-deck",
    "strip-order-prefix",
    "path-tags",
    "descriptions",
    "ids",
    "presets",
];

impl Manifest {
    pub(super) fn read_decks(
        &mut self,
        value: &Node,
        presets: &[(String, Arc<DeckOptions>)],
        sink: &mut Diagnostics,
    ) {
        for entry in decode::mapping(value, "decks", sink).unwrap_or_default() {
            let (name, value) = (entry.name(), &entry.value);
            let layout = &mut self.layout;
            match name {
                "from" => {
                    let ways = [
                        ("path", (true, false)),
                        ("front-matter", (false, true)),
                        ("flat", (false, false)),
                    ];
                    let way = decode::choice(value, name, &ways, sink);
                    (layout.folders, self.defaults.deck_wanted) =
                        way.unwrap_or((layout.folders, false));
                }
                "file-as-deck" => {
                    layout.file_as_deck =
                        decode::boolean(value, name, sink).unwrap_or(layout.file_as_deck);
                }
                "strip-order-prefix" => {
                    layout.strip_order_prefix =
                        decode::boolean(value, name, sink).unwrap_or(layout.strip_order_prefix);
                }
                "path-tags" => {
                    self.defaults.path_tag = decode::boolean(value, name, sink).unwrap_or(false);
                }
                "descriptions" => {
                    for entry in decode::mapping(value, name, sink).unwrap_or_default() {
                        if let Value::Mapping(forms) = &entry.value.value {
                            for form in forms {
                                if form.name() != "html" {
                                    let place = "in a description";
                                    decode::unknown_key(&form.key, place, &["html"], sink);
                                    continue;
                                }
                                let text = decode::string(&form.value, "html", sink);
                                self.html_descriptions
                                    .extend(text.map(|it| (entry.spanned_name(), it)));
                            }
                            continue;
                        }
                        let text = decode::string(&entry.value, "a description", sink);
                        self.descriptions
                            .extend(text.map(|it| (entry.spanned_name(), it)));
                    }
                }
                "ids" => {
                    for entry in decode::mapping(value, name, sink).unwrap_or_default() {
                        let id = decode::integer(&entry.value, "a deck id", 2..=i64::MAX, sink);
                        self.deck_ids
                            .extend(id.map(|it| (entry.spanned_name(), it)));
                    }
                }
                "presets" => {
                    for entry in decode::mapping(value, name, sink).unwrap_or_default() {
                        let key = decode::string(&entry.value, "the key of a preset", sink);
                        let Some(key) = key else { continue };
                        match presets.iter().find(|(it, _)| *it == key.value) {
                            Some((_, preset)) => {
                                self.deck_presets
                                    .push((entry.spanned_name(), preset.clone()));
                            }
                            None => sink.push(presets::unknown(&key, presets)),
                        }
                    }
                }
                _ => decode::unknown_key(&entry.key, "in `decks`", DECKS_KEYS, sink),
            }
        }
    }
}
