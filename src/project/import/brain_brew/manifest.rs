//! The project file of what a recipe makes.

use std::fmt::Write as _;

use super::header::Description;
use super::recipe::{Export, Notes};
use super::shape::{LIST, Variables, editions};
use super::table::Table;
use super::types::Types;
use crate::project::unpack::manifest::push_preset;
use crate::project::unpack::names::{Unique, path_part, slug};
use crate::source::emit::{key, value};
use crate::source::settings;

/// What the file says that does not stand in the exports.
pub(super) struct Given<'a> {
    pub(super) uid: &'a str,
    /// The name of the one deck, where the caller has one.
    pub(super) name: Option<&'a str>,
    pub(super) types: &'a Types,
    /// The folders that media lie in.
    pub(super) folders: &'a [String],
    /// The size of the largest media file.
    pub(super) largest: u64,
}

/// The text of the project file, and the keys of the variants; none where it has no matrix.
pub(super) fn text(exports: &[Export], given: &Given<'_>) -> (String, Vec<String>) {
    let mut variables = Variables::new(exports);
    let all = |of: &dyn Fn(&Export) -> String| exports.iter().map(of).collect::<Vec<String>>();
    let name = |it: &Export| given.name.unwrap_or(&it.header.name).to_owned();
    let title = variables.place("title", all(&name));
    let mut body = String::new();
    // Writing to a string cannot fail.
    let output = variables.place("file", all(&|it| path_part(&it.name)));
    let _ = writeln!(body, "output: {}", value(&format!("{output}.apkg"), 2));
    body.push_str("sources:\n");
    let rules = rules(exports, given.types, &mut variables);
    for (path, _) in &rules {
        let _ = writeln!(body, "  - {}", value(path, 4));
    }
    body.push_str("decks:\n  from: flat\n");
    let described = |it: &Export| match &it.header.description {
        Description::None => String::new(),
        Description::Text(text) | Description::File(text) => text.clone(),
    };
    if exports
        .iter()
        .any(|it| it.header.description != Description::None)
    {
        let text = variables.place("description", all(&described));
        let _ = writeln!(
            body,
            "  descriptions:\n    {}:\n      html: {}",
            key(&title),
            value(&text, 8)
        );
    }
    push_presets(&mut body, exports, &mut variables);
    push_media(&mut body, given);
    body.push_str("rules:\n");
    for (path, text) in &rules {
        let _ = write!(body, "  - match: {}\n{text}", value(path, 6));
    }
    let joins = exports.iter().any(|it| match &it.notes {
        Notes::Tables(tables) => tables.iter().any(|it| !it.joins.is_empty()),
        Notes::Listed(_) => false,
    });
    if joins {
        // brain-brew asks for no row of each thing in the tables that are joined.
        body.push_str("diagnostics: {join-missing: allow}\n");
    }
    let mut text = format!(
        "format: 1\nname: {}\nuid: {}\n",
        value(&title, 2),
        value(given.uid, 2)
    );
    let mut keys = Vec::new();
    if variables.are_needed() {
        push_matrix(&mut text, exports, &variables);
        keys = variables.keys;
    }
    text.push_str(&body);
    (text, keys)
}

fn push_matrix(text: &mut String, exports: &[Export], variables: &Variables) {
    let _ = writeln!(text, "matrix:\n  {LIST}:");
    let editions = editions(exports);
    for (index, own) in variables.keys.iter().enumerate() {
        let _ = writeln!(text, "    {}:", key(own));
        let first = editions.get(index).copied().flatten();
        if let Some(first) = first.and_then(|it| variables.keys.get(it)) {
            let _ = writeln!(text, "      edition-of: {}", key(first));
        }
        for (name, values) in &variables.list {
            let text_of = values.get(index).map_or("", String::as_str);
            let _ = writeln!(text, "      {name}: {}", value(text_of, 8));
        }
    }
}

fn push_presets(body: &mut String, exports: &[Export], variables: &mut Variables) {
    let mut keys = Unique::default();
    let mut presets: Vec<(i64, String)> = Vec::new();
    let mut texts = String::new();
    let mut of_exports = Vec::new();
    for export in exports {
        let Some((id, options)) = &export.header.preset else {
            return;
        };
        let known = presets.iter().find(|(known, _)| known == id);
        let preset = match known {
            Some((_, key)) => key.clone(),
            None => {
                let slug = slug(options.name());
                let key = keys.take(if slug.is_empty() { "preset" } else { &slug }, "");
                push_preset(&mut texts, &key, *id, options);
                presets.push((*id, key.clone()));
                key
            }
        };
        of_exports.push(preset);
    }
    let preset = variables.place("preset", of_exports);
    let _ = writeln!(body, "  presets: {{'*': {}}}", key(&preset));
    let _ = write!(body, "presets:\n{texts}");
}

fn push_media(body: &mut String, given: &Given<'_>) {
    if given.folders.is_empty() {
        return;
    }
    body.push_str("media:\n  paths:\n");
    for folder in given.folders {
        let _ = writeln!(body, "    - {}", value(folder, 6));
    }
    if given.largest > 20_000_000 {
        let megabytes = given.largest.div_ceil(1_000_000).min(100);
        let _ = writeln!(body, "  max-mb: {megabytes}");
    }
}

/// The files that hold notes, each with the settings of its notes.
fn rules(exports: &[Export], types: &Types, variables: &mut Variables) -> Vec<(String, String)> {
    let Some(Notes::Tables(first)) = exports.first().map(|it| &it.notes) else {
        let path = match variables.are_needed() {
            true => format!("/notes/{{{{={LIST}}}}}.yaml"),
            false => format!("/notes/{}.yaml", listed_name(&variables.keys, 0)),
        };
        // The file says itself of which type its notes are.
        return vec![(path, "    format: html\n".to_owned())];
    };
    let mut rules = Vec::new();
    for index in 0..first.len() {
        let of_export = |it: &Export| match &it.notes {
            Notes::Tables(tables) => tables.get(index).cloned(),
            Notes::Listed(_) => None,
        };
        let tables: Vec<Table> = exports.iter().filter_map(of_export).collect();
        if let Some(table) = tables.first() {
            rules.push((pattern(&table.path), rule(table, &tables, types, variables)));
        }
    }
    rules
}

/// The name of the file of notes that are listed.
pub(super) fn listed_name(keys: &[String], index: usize) -> String {
    let key = keys.get(index).map_or("notes", String::as_str);
    key.to_owned()
}

/// The settings of the notes of a table; `tables` is the same one in all exports.
fn rule(table: &Table, tables: &[Table], types: &Types, variables: &mut Variables) -> String {
    let keys = tables.iter().map(|it| types.key(&it.model).to_owned());
    let note_type = variables.place("type", keys.collect());
    let mut columns: Vec<(String, Option<String>)> = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut set: Vec<(&str, String)> = Vec::new();
    let mut at = |of: &dyn Fn(&Table) -> String| {
        let names: Vec<String> = tables.iter().map(of).collect();
        variables.place_end("column", &names)
    };
    for (index, (_, place)) in table.fields.iter().enumerate() {
        let column = at(&|it| {
            it.fields
                .get(index)
                .map(|it| it.0.clone())
                .unwrap_or_default()
        });
        let Some(field) = table.model.fields.get(*place) else {
            continue;
        };
        // As the name of a column it would be the setting.
        if settings::KEYS
            .iter()
            .any(|it| unicase::eq(*it, field.as_str()))
        {
            fields.push((field.clone(), format!("{{{{{column}}}}}")));
        } else {
            columns.push((column, Some(field.clone())));
        }
    }
    let own = [
        ("guid", &|it: &Table| it.guid.clone()),
        ("tags", &|it: &Table| it.tags.clone()),
        ("flag", &|it: &Table| it.flags.clone()),
    ] as [(&str, &dyn Fn(&Table) -> Option<String>); 3];
    for (setting, of) in own {
        if of(table).is_some() {
            let column = at(&|it| of(it).unwrap_or_default());
            if column != setting {
                set.push((setting, format!("{{{{{column}}}}}")));
            }
        }
    }
    columns.extend(table.left_out.iter().map(|it| (it.clone(), None)));
    columns.push(("*".to_owned(), None));
    let mut text = format!("    type: {}\n    csv:\n", key(&note_type));
    if let Some(delimiter) = table.delimiter {
        let _ = writeln!(text, "      delimiter: {}", delimiter_text(delimiter));
    }
    match table.joins.as_slice() {
        [] => {}
        joins => {
            text.push_str("      join:\n");
            for join in joins {
                let _ = writeln!(
                    text,
                    "        - file: {}\n          on: {}",
                    value(&format!("/{}", join.path), 12),
                    value(&join.on, 12)
                );
                if let Some(delimiter) = join.delimiter {
                    let _ = writeln!(text, "          delimiter: {}", delimiter_text(delimiter));
                }
            }
        }
    }
    text.push_str("      columns:\n");
    for (column, field) in columns {
        let field = field.map_or_else(|| "~".to_owned(), |it| value(&it, 10));
        let _ = writeln!(text, "        {}: {field}", key(&column));
    }
    if !fields.is_empty() {
        text.push_str("      fields:\n");
        for (field, template) in fields {
            let _ = writeln!(text, "        {}: {}", key(&field), value(&template, 10));
        }
    }
    if !set.is_empty() {
        text.push_str("      set:\n");
        for (setting, template) in set {
            let _ = writeln!(text, "        {setting}: {}", value(&template, 10));
        }
    }
    text
}

fn delimiter_text(delimiter: char) -> String {
    match delimiter {
        '\t' => "tab".to_owned(),
        ';' => "semicolon".to_owned(),
        ',' => "comma".to_owned(),
        '|' => "pipe".to_owned(),
        ':' => "colon".to_owned(),
        ' ' => "space".to_owned(),
        other => value(&other.to_string(), 8),
    }
}

/// A pattern that this path alone matches.
fn pattern(path: &str) -> String {
    let mut pattern = String::from("/");
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
