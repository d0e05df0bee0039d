//! JSON Schemas of what people write, for editors that complete and check it.
//!
//! Two of them are files of docs/schema and list every key. The others are parts of those two,
//! put together here so that each stands by itself.

use serde_json::{Map, Value, json};

use super::{folder, header};

const DECKLE: &str = include_str!("../../docs/schema/deckle.json");
const NOTES: &str = include_str!("../../docs/schema/notes.json");

/// Which files a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schema {
    /// `deckle.yaml`, the project file.
    Deckle,
    /// `_deck.yaml`, the settings of a folder.
    Folder,
    /// `type.yaml`, a note type.
    Type,
    /// Files of notes in YAML.
    Notes,
}

impl Schema {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Deckle, Self::Folder, Self::Type, Self::Notes];

    /// The folder of a project that `deckle init` puts them into, for editors.
    pub const FOLDER: &'static str = ".deckle/schema";

    /// The name of its file, such as `notes.json`.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Deckle => "deckle.json",
            Self::Folder => "folder.json",
            Self::Type => "type.json",
            Self::Notes => "notes.json",
        }
    }

    /// The schema: JSON of draft 7 that refers to nothing outside, with a line break at its end.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Deckle => DECKLE.to_owned(),
            Self::Notes => NOTES.to_owned(),
            Self::Type => note_type(),
            Self::Folder => of_folders(),
        }
    }
}

fn parsed(text: &str) -> Value {
    // A test reads both; there is no input that could be none.
    serde_json::from_str(text).unwrap_or_default()
}

fn note_type() -> String {
    written(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "type.yaml",
        "description": "A note type of a deckle project.",
        "allOf": [{"$ref": "#/definitions/noteType"}],
        "definitions": parsed(DECKLE)["definitions"],
    }))
}

fn of_folders() -> String {
    let (project, notes) = (parsed(DECKLE), parsed(NOTES));
    let of_project = &project["definitions"]["defaults"]["properties"];
    let of_key = |key: &'static str| match key {
        // The defaults of a project have no deck: the project's name is theirs.
        "deck" => &notes["definitions"]["file"]["properties"][key],
        key if folder::KEYS.contains(&key) => &project["properties"][key],
        _ => &of_project[key],
    };
    let keys = header::KEYS.iter().chain(folder::KEYS).copied();
    let properties: Map<String, Value> = keys
        .map(|key| (key.to_owned(), of_key(key).clone()))
        .collect();
    written(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "_deck.yaml",
        "description": "What the files of a folder and of the folders below it inherit.",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": false,
        "definitions": project["definitions"],
    }))
}

fn written(schema: &Value) -> String {
    format!("{schema:#}\n")
}
