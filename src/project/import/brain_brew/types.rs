//! The note models of a recipe as note types of a project.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::model::Model;
use super::reader::Reader;
use super::recipe::Export;
use crate::Error;
use crate::diag::Span;
use crate::files::Files;
use crate::package::{Contents, read_crowd_anki};
use crate::project::unpack::names::Unique;
use crate::project::unpack::notices::Notices;
use crate::project::unpack::sources::write;
use crate::project::unpack::types::{self, PlannedType};
use crate::source::emit::{key, type_file};
use crate::source::shipped;

/// The note types of a project, by what CrowdAnki knows them by.
pub(super) struct Types {
    found: Vec<(Arc<Model>, Contents)>,
    keys: BTreeMap<String, String>,
}

impl Types {
    /// Those of these exports, in their order.
    pub(super) fn new(exports: &[Export], reader: &mut Reader<'_>) -> Self {
        let mut types = Self {
            found: Vec::new(),
            keys: BTreeMap::new(),
        };
        for model in exports.iter().flat_map(|it| &it.models) {
            types.add(model, reader);
        }
        types
    }

    fn add(&mut self, model: &Arc<Model>, reader: &mut Reader<'_>) {
        if let Some((known, _)) = self.found.iter().find(|(it, _)| it.uuid == model.uuid) {
            if known.json != model.json {
                let title = format!(
                    "`{}` and `{}` are two note models with one id",
                    known.name, model.name
                );
                reader.error(title, Span::NONE, "", |it| {
                    it.note(format!(
                        "both say `{}`; Anki would take them for one",
                        model.uuid
                    ))
                    .help("give one of them another id")
                });
            }
            return;
        }
        let export = serde_json::json!({ "name": "Deck", "note_models": [model.json] });
        match read_crowd_anki(&export.to_string()) {
            Ok(contents) => self.found.push((model.clone(), contents)),
            Err(error) => {
                let title = format!("the note model `{}` cannot be read", model.name);
                reader.error(title, Span::NONE, "", |it| {
                    it.note(error.to_string().to_lowercase())
                });
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// The key that sources name a note type by.
    pub(super) fn key(&self, model: &Model) -> &str {
        self.keys.get(&model.uuid).map_or("", String::as_str)
    }

    /// Writes the note types, and gives them their keys. Returns the style sheets that they take
    /// from where these lie.
    pub(super) fn write(
        &mut self,
        reader: &Reader<'_>,
        folder: &Path,
        notices: &mut Notices,
    ) -> Result<Vec<String>, Error> {
        let mut keys = Unique::default();
        for it in shipped::types() {
            keys.reserve(&it.key);
        }
        keys.reserve("bidirectional");
        let mut style_sheets = Vec::new();
        for (model, contents) in &self.found {
            let Some(stored) = contents.note_types.first() else {
                continue;
            };
            let mut planned: PlannedType<'_> = types::planned(stored, &mut keys, notices);
            // All that brain-brew has is HTML.
            planned.html_fields.fill(true);
            let (mut text, files) = type_file(&planned.emitted());
            let path = format!("types/{}", planned.key);
            for file in files {
                let own = model.css_file.as_ref().filter(|_| file.name == "style.css");
                let same = |it: &&String| {
                    let bytes = reader.disk.read(it).unwrap_or_default();
                    bytes == file.text.as_bytes()
                };
                // One style sheet of many note types stays one.
                if let Some(own) = own.filter(same) {
                    let named = format!("\ncss: {}\n", key(&format!("../../{own}")));
                    text = text.replace("\ncss: style.css\n", &named);
                    style_sheets.push(own.clone());
                    continue;
                }
                write(folder, &format!("{path}/{}", file.name), &file.text)?;
            }
            write(folder, &format!("{path}/type.yaml"), &text)?;
            self.keys.insert(model.uuid.clone(), planned.key.clone());
        }
        Ok(style_sheets)
    }
}
