//! `notes_from_csvs`: tables whose rows are notes, each with the tables that its rows are joined
//! with. The tables stay as they are; what is worked out here is how deckle reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::Model;
use super::reader::{Reader, items};
use crate::Error;
use crate::diag::{Span, Spanned};
use crate::source::settings;
use crate::source::table::{Line, Rows, delimiter_of};
use crate::source::yaml::{Node, decode};

/// A table whose rows are notes.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) path: String,
    /// What stands between its cells, where its name does not say so.
    pub(super) delimiter: Option<char>,
    pub(super) joins: Vec<Joined>,
    pub(super) model: Arc<Model>,
    /// Columns, each with the place of its field among those of the model.
    pub(super) fields: Vec<(String, usize)>,
    pub(super) guid: Option<String>,
    pub(super) tags: Option<String>,
    pub(super) flags: Option<String>,
    /// Columns that would mean something to deckle, and mean nothing here.
    pub(super) left_out: Vec<String>,
    /// The guids that its notes have.
    pub(super) guids: BTreeSet<String>,
    pub(super) span: Span,
}

/// A table that is joined with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) path: String,
    pub(super) delimiter: Option<char>,
    pub(super) on: String,
}

impl Table {
    /// Whether the column is a field by its name alone; a field that is called as a setting of
    /// notes is none.
    fn is_field_by_name(&self, column: &str) -> bool {
        self.fields.iter().any(|(it, place)| {
            let field = self.model.fields.get(*place).map_or("", String::as_str);
            it == column && !settings::KEYS.iter().any(|it| unicase::eq(*it, field))
        })
    }
}

/// What columns are, by the models of the notes.
struct Mapping {
    /// Column and field, in small letters; none where each column is what it is called.
    columns: Vec<(String, Spanned<String>)>,
}

const FILE_KEYS: &[&str] = &["file", "note_model", "derivatives", "delimiter"];
/// They say how brain-brew writes tables.
const SORT_KEYS: &[&str] = &["sort_by_columns", "reverse_sort", "case_insensitive_sort"];

/// The tables of a step.
pub(super) fn read(
    reader: &mut Reader<'_>,
    step: &Node,
    models: &BTreeMap<String, Arc<Model>>,
    broken: &[String],
) -> Result<Option<Vec<Table>>, Error> {
    let known = ["part_id", "note_model_mappings", "file_mappings"];
    let keys = reader.entries(step, "notes_from_csvs", &known, &["save_to_file"]);
    let mut mappings: BTreeMap<String, Arc<Mapping>> = BTreeMap::new();
    for node in keys
        .get("note_model_mappings")
        .map(items)
        .unwrap_or_default()
    {
        let known = ["note_models", "columns_to_fields", "personal_fields"];
        let keys = reader.entries(node, "note_model_mappings", &known, &[]);
        let names = keys.get("note_models");
        let names = names.and_then(|it| decode::strings(it, "note_models", &mut reader.sink));
        let mut columns = Vec::new();
        let mapped = keys.get("columns_to_fields");
        let mapped =
            mapped.and_then(|it| decode::mapping(it, "columns_to_fields", &mut reader.sink));
        for entry in mapped.unwrap_or_default() {
            if let Some(field) = decode::string(&entry.value, entry.name(), &mut reader.sink) {
                columns.push((entry.name().to_lowercase(), field));
            }
        }
        let mapping = Arc::new(Mapping { columns });
        for name in names.unwrap_or_default() {
            mappings.insert(name.value, mapping.clone());
        }
    }
    let mut tables: Vec<Table> = Vec::new();
    for node in keys.get("file_mappings").map(items).unwrap_or_default() {
        let Some(table) = table(reader, node, (models, broken), &mappings)? else {
            return Ok(None);
        };
        if tables.iter().any(|it| it.path == table.path) {
            let title = format!("`{}` stands for notes twice", table.path);
            reader.error(title, table.span, "here again", |it| {
                it.note("a row of a table is one note")
                    .help("divide the table into two files")
            });
            return Ok(None);
        }
        tables.push(table);
    }
    if tables.is_empty() {
        reader.error(
            "the notes come from no table".to_owned(),
            keys.span.at_start(),
            "here",
            |it| it.help("name one: `file_mappings: [{file: .., note_model: ..}]`"),
        );
        return Ok(None);
    }
    Ok(Some(tables))
}

/// A file, with its columns and those that are joined to it.
struct Sheet {
    path: String,
    delimiter: Option<char>,
    columns: Vec<String>,
    files: Vec<Cells>,
    joins: Vec<Joined>,
}

/// The rows of a file.
struct Cells {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Cells {
    fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        let at = self.columns.iter().position(|it| it == name);
        let cells = self.rows.iter();
        cells.filter_map(move |row| row.get(at?).map(String::as_str))
    }
}

fn table(
    reader: &mut Reader<'_>,
    node: &Node,
    (models, broken): (&BTreeMap<String, Arc<Model>>, &[String]),
    mappings: &BTreeMap<String, Arc<Mapping>>,
) -> Result<Option<Table>, Error> {
    let Some(sheet) = sheet(reader, node)? else {
        return Ok(None);
    };
    let keys = reader.entries(node, "file_mappings", FILE_KEYS, SORT_KEYS);
    let Some(name) = reader.required(&keys, "note_model", "file_mappings") else {
        return Ok(None);
    };
    let Some(model) = models.get(&name.value).cloned() else {
        // Why it is not there was told already.
        if !broken.contains(&name.value) {
            unknown_model(reader, &name, models);
        }
        return Ok(None);
    };
    let Some(mapping) = mappings.get(&name.value) else {
        let title = format!("no `note_model_mappings` are for `{}`", name.value);
        reader.error(title, name.span, "the note model of this table", |it| {
            it.help("add one, with the note model under `note_models`")
        });
        return Ok(None);
    };
    let mut table = Table {
        path: sheet.path.clone(),
        delimiter: sheet.delimiter,
        joins: sheet.joins.clone(),
        model: model.clone(),
        fields: Vec::new(),
        guid: None,
        tags: None,
        flags: None,
        left_out: Vec::new(),
        guids: BTreeSet::new(),
        span: node.span.at_start(),
    };
    map_columns(reader, &mut table, &sheet, mapping, &model);
    let Some(guid) = &table.guid else {
        let title = format!("the notes of `{}` have no guids", sheet.path);
        reader.error(title, table.span, "no column is `guid`", |it| {
            it.help("map one: `columns_to_fields: {guid: guid, ..}`")
        });
        return Ok(None);
    };
    for file in &sheet.files {
        let cells = file.column(guid).filter(|it| !it.is_empty());
        table.guids.extend(cells.map(str::to_owned));
    }
    if let Some(tags) = &table.tags {
        let mut cells = sheet.files.iter().flat_map(|it| it.column(tags));
        if let Some(cell) = cells.find(|it| it.contains(';')) {
            let title = format!("tags of `{}` have `;` between them", sheet.path);
            let note = format!("deckle would read `{cell}` as one tag");
            reader.error(title, table.span, "this table", |it| {
                it.note(note).help("write commas or spaces in the table")
            });
        }
    }
    let left_out = sheet.columns.iter().filter(|column| {
        let is_setting = settings::KEYS.contains(&column.as_str());
        let is_set = match column.as_str() {
            "guid" => true,
            "tags" => table.tags.is_some(),
            "flag" => table.flags.is_some(),
            _ => false,
        };
        is_setting && !is_set && !table.is_field_by_name(column)
    });
    table.left_out = left_out.cloned().collect();
    Ok(Some(table))
}

/// Says which column is which field, guid, tags or flags.
fn map_columns(
    reader: &mut Reader<'_>,
    table: &mut Table,
    sheet: &Sheet,
    mapping: &Mapping,
    model: &Model,
) {
    let named: Vec<(String, Spanned<String>)> = if mapping.columns.is_empty() {
        let own = |it: &String| (it.clone(), Spanned::new(it.clone(), Span::NONE));
        sheet.columns.iter().map(own).collect()
    } else {
        mapping.columns.clone()
    };
    for (column, field) in named {
        let place = match field.value.to_lowercase().as_str() {
            "guid" => Err(&mut table.guid),
            "tags" => Err(&mut table.tags),
            "flags" => Err(&mut table.flags),
            lower => match model
                .fields
                .iter()
                .position(|it| it.to_lowercase() == lower)
            {
                Some(place) => Ok(place),
                // Without a mapping, columns that are no field mean nothing.
                None if mapping.columns.is_empty() => continue,
                None => {
                    let title = format!("`{}` has no field `{}`", model.name, field.value);
                    reader.error(title, field.span, "no such field", |it| {
                        it.note(format!("its fields are `{}`", model.fields.join("`, `")))
                    });
                    continue;
                }
            },
        };
        if !sheet.columns.contains(&column) {
            let title = format!("`{}` has no column `{column}`", sheet.path);
            reader.left_out(title, field.span, |it| {
                it.note(format!("the field `{}` stays empty", field.value))
                    .help("add the column, or take it out of the recipe")
            });
            continue;
        }
        match place {
            Ok(place) => {
                // The last of several columns counts.
                table.fields.retain(|(_, it)| *it != place);
                table.fields.push((column, place));
            }
            Err(setting) => *setting = Some(column),
        }
    }
    table.fields.sort_by_key(|(_, place)| *place);
}

fn unknown_model(
    reader: &mut Reader<'_>,
    name: &Spanned<String>,
    models: &BTreeMap<String, Arc<Model>>,
) {
    let title = format!("there is no note model `{}`", name.value);
    let known: Vec<&str> = models.keys().map(String::as_str).collect();
    let near = crate::diag::nearest(&name.value, known.iter().copied()).map(str::to_owned);
    reader.error(title, name.span, "named here", |it| match near {
        Some(near) => it.help(format!("did you mean `{near}`?")),
        None => it.note(format!("the recipe has `{}`", known.join("`, `"))),
    });
}

/// Reads a file and those that are joined to it.
fn sheet(reader: &mut Reader<'_>, node: &Node) -> Result<Option<Sheet>, Error> {
    let keys = reader.entries(node, "file_mappings", FILE_KEYS, SORT_KEYS);
    let Some(file) = reader.required(&keys, "file", "file_mappings") else {
        return Ok(None);
    };
    let Some((path, delimiter, cells)) = cells(reader, &file, keys.get("delimiter"))? else {
        return Ok(None);
    };
    let mut sheet = Sheet {
        path,
        delimiter,
        columns: cells.columns.clone(),
        files: vec![cells],
        joins: Vec::new(),
    };
    let derivatives = keys.get("derivatives").map(items).unwrap_or_default();
    // Those of a derivative are joined behind it, for its columns are there by then.
    let mut open: Vec<(&Node, usize)> = derivatives.into_iter().rev().map(|it| (it, 0)).collect();
    while let Some((node, parent)) = open.pop() {
        let Some(index) = derivative(reader, node, parent, &mut sheet)? else {
            return Ok(None);
        };
        let keys = reader.entries(node, "derivatives", FILE_KEYS, SORT_KEYS);
        let below = keys.get("derivatives").map(items).unwrap_or_default();
        open.extend(below.into_iter().rev().map(|it| (it, index)));
    }
    Ok(Some(sheet))
}

/// Joins a file to the sheet; returns its place among the files.
fn derivative(
    reader: &mut Reader<'_>,
    node: &Node,
    parent: usize,
    sheet: &mut Sheet,
) -> Result<Option<usize>, Error> {
    let keys = reader.entries(node, "derivatives", FILE_KEYS, SORT_KEYS);
    let Some(file) = reader.required(&keys, "file", "derivatives") else {
        return Ok(None);
    };
    if let Some(model) = keys.entry("note_model") {
        let title = "rows of a derivative have a note model of their own".to_owned();
        reader.error(title, model.key_span(), "said here", |it| {
            it.note("deckle takes the note type of a row from a column")
                .help("add a column `type` to the table, or divide it into one file for each note model")
        });
        return Ok(None);
    }
    let Some((path, delimiter, cells)) = cells(reader, &file, keys.get("delimiter"))? else {
        return Ok(None);
    };
    let of_parent = |it: &&String| {
        sheet
            .files
            .get(parent)
            .is_some_and(|p| p.columns.contains(it))
    };
    let shared: Vec<&String> = cells.columns.iter().filter(of_parent).collect();
    let [on] = shared.as_slice() else {
        let title = match shared.is_empty() {
            true => format!("`{path}` shares no column with the table that it is joined to"),
            false => format!("`{path}` is joined by {} columns", shared.len()),
        };
        let names: Vec<&str> = shared.iter().map(|it| it.as_str()).collect();
        reader.error(title, file.span, "joined here", |it| {
            let it = match names.is_empty() {
                true => it,
                false => it.note(format!("both have `{}`", names.join("`, `"))),
            };
            it.help("deckle joins tables by one column: keep one that both have, such as the name of the thing")
        });
        return Ok(None);
    };
    let on = (*on).clone();
    let mut seen = BTreeSet::new();
    let twice = cells
        .column(&on)
        .find(|it| !it.is_empty() && !seen.insert(*it));
    if let Some(twice) = twice.map(str::to_owned) {
        let title = format!("`{twice}` stands twice in `{path}`");
        reader.error(title, file.span, "joined here", |it| {
            it.note("brain-brew takes the last row, deckle would not choose")
                .help("keep one of the rows")
        });
    }
    let again = cells.columns.iter().filter(|it| **it != on);
    let mut again = again.filter(|it| sheet.columns.contains(it));
    if let Some(again) = again.next().cloned() {
        let title = format!("the column `{again}` stands in two of the joined tables");
        reader.error(title, file.span, "joined here", |it| {
            it.help("give one of them another name")
        });
        return Ok(None);
    }
    let index = sheet.files.len();
    for column in cells.columns.iter().filter(|it| **it != on) {
        sheet.columns.push(column.clone());
    }
    sheet.files.push(cells);
    sheet.joins.push(Joined {
        path,
        delimiter,
        on,
    });
    Ok(Some(index))
}

/// The path of a table, its delimiter where its name does not say it, and its rows.
fn cells(
    reader: &mut Reader<'_>,
    file: &Spanned<String>,
    delimiter: Option<&Node>,
) -> Result<Option<(String, Option<char>, Cells)>, Error> {
    let lower = file.value.to_lowercase();
    // brain-brew writes the extension for those who leave it out.
    let named = if lower.contains(".csv") || lower.contains(".tsv") {
        file.clone()
    } else {
        Spanned::new(format!("{}.csv", file.value), file.span)
    };
    let Some(id) = reader.file(&named)? else {
        return Ok(None);
    };
    let path = reader.sources.path(id).to_owned();
    let usual = delimiter_of(&path);
    let given = delimiter.and_then(|it| decode::text(it, "delimiter", &mut reader.sink));
    let given = given.and_then(|it| it.as_str().chars().next());
    let delimiter = given.unwrap_or(usual);
    let source = reader.sources.text(id);
    let start = source.len() - source.trim_start_matches('\u{feff}').len();
    let mut rows = Rows::new(source, start, delimiter, false).filter_map(|line| match line {
        Line::Row(row) => Some(row),
        Line::Comment(_) => None,
    });
    let texts = |row: crate::source::table::Row| -> Vec<String> {
        let cell = |it: &crate::source::table::Cell| it.text(id, source).as_str().to_owned();
        row.cells.iter().map(cell).collect()
    };
    let first = rows.next().map(texts).unwrap_or_default();
    let columns = first.iter().map(|it| it.trim().to_lowercase()).collect();
    let cells = Cells {
        columns,
        rows: rows.map(texts).collect(),
    };
    if cells.columns.is_empty() {
        let title = format!("the table `{path}` is empty");
        reader.error(title, file.span, "named here", |it| {
            it.help("its first row names its columns")
        });
        return Ok(None);
    }
    Ok(Some((
        path,
        Some(delimiter).filter(|it| *it != usual),
        cells,
    )))
}
