//! Calls about note types, which AnkiConnect calls models.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Client;
use crate::Error;

impl Client {
    /// The names of all note types, sorted.
    ///
    /// # Errors
    /// As all methods.
    pub fn note_type_names(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = self.ask("modelNames", Value::Null)?;
        names.sort();
        Ok(names)
    }

    /// The ids of all note types by their names.
    ///
    /// # Errors
    /// As all methods.
    pub fn note_type_ids(&self) -> Result<BTreeMap<String, i64>, Error> {
        self.ask("modelNamesAndIds", Value::Null)
    }

    /// The names of a note type's fields, in their order.
    ///
    /// # Errors
    /// As all methods.
    pub fn field_names(&self, note_type: &str) -> Result<Vec<String>, Error> {
        self.ask("modelFieldNames", json!({"modelName": note_type}))
    }

    /// Front and back of a note type's card templates, by their names.
    ///
    /// # Errors
    /// As all methods.
    pub fn templates(&self, note_type: &str) -> Result<BTreeMap<String, (String, String)>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Sides {
            front: String,
            back: String,
        }
        let found: BTreeMap<String, Sides> =
            self.ask("modelTemplates", json!({"modelName": note_type}))?;
        let pairs = found
            .into_iter()
            .map(|(name, it)| (name, (it.front, it.back)));
        Ok(pairs.collect())
    }

    /// Writes front and back of card templates, by their names. AnkiConnect leaves out names that
    /// the note type does not have, and empty sides.
    ///
    /// # Errors
    /// As all methods.
    pub fn set_templates(
        &self,
        note_type: &str,
        templates: &BTreeMap<String, (String, String)>,
    ) -> Result<(), Error> {
        let templates: serde_json::Map<String, Value> = templates
            .iter()
            .map(|(name, (front, back))| (name.clone(), json!({"Front": front, "Back": back})))
            .collect();
        let model = json!({"name": note_type, "templates": templates});
        self.tell("updateModelTemplates", json!({"model": model}))
    }

    /// A note type's style sheet.
    ///
    /// # Errors
    /// As all methods.
    pub fn styling(&self, note_type: &str) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Styling {
            css: String,
        }
        let found: Styling = self.ask("modelStyling", json!({"modelName": note_type}))?;
        Ok(found.css)
    }

    /// Writes a note type's style sheet.
    ///
    /// # Errors
    /// As all methods.
    pub fn set_styling(&self, note_type: &str, css: &str) -> Result<(), Error> {
        let model = json!({"name": note_type, "css": css});
        self.tell("updateModelStyling", json!({"model": model}))
    }
}
