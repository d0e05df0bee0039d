//! The header key `csv`: how the tables of a folder or a file are read.

use super::template::Template;
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, Text};
use crate::source::defaults::DefaultFormat;
use crate::source::settings as note_settings;
use crate::source::yaml::decode;
use crate::source::yaml::{Entry, Node, Value};

/// The keys of `csv`.
pub const KEYS: &[&str] = &[
    "delimiter",
    "format",
    "header",
    "columns",
    "where",
    "join",
    "fields",
    "set",
];

/// The keys of an entry of `csv.join`.
pub const JOIN_KEYS: &[&str] = &["file", "on", "columns", "delimiter"];

/// How tables are read. Each key that is said replaces the inherited one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableSettings {
    /// What stands between cells; by default what the file's extension says.
    pub delimiter: Option<char>,
    /// How cells are read; by default as the header's `format` says.
    pub format: Option<DefaultFormat>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// What the columns are.
    pub columns: ColumnNames,
    /// The conditions that a row must meet to be a note.
    pub filters: Vec<Filter>,
    /// Other tables, whose columns are added.
    pub joins: Vec<Join>,
    /// Fields that are computed.
    pub fields: Vec<(Spanned<String>, Template)>,
    /// Settings of the note that are computed.
    pub set: Vec<(Spanned<String>, Template)>,
    /// Whether a part of it could not be read, which was told: going on without it would find
    /// errors that are none.
    pub broken: bool,
}

/// Names of columns and what they stand for; `None` for nothing.
type Renamed = Vec<(Spanned<String>, Option<Spanned<String>>)>;

/// What an author says of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnNames {
    /// Of these names in the table, what they are; `None`: nothing, but templates and conditions
    /// may use them.
    ByName(Vec<(Spanned<String>, Option<Spanned<String>>)>),
    /// The columns in their order, where no row names them.
    InOrder(Vec<Option<Spanned<String>>>),
}

/// A condition on a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// The column.
    pub column: Spanned<String>,
    /// The texts that meet it; an empty one stands for an empty cell.
    pub values: Vec<String>,
    /// Whether it is met by all other texts instead.
    pub not: bool,
}

/// A table that is joined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Join {
    /// Its path, relative to the table; with `/` in front from the project's root.
    pub file: Spanned<String>,
    /// The column of the table whose texts are looked for.
    pub ours: Spanned<String>,
    /// The column that they are looked for in.
    pub theirs: Spanned<String>,
    /// Other names for its columns; `None`: it is left out.
    pub columns: Vec<(Spanned<String>, Option<Spanned<String>>)>,
    /// What stands between its cells.
    pub delimiter: Option<char>,
}

impl Default for TableSettings {
    /// A row of names, whose columns are what they are called.
    fn default() -> Self {
        Self {
            delimiter: None,
            format: None,
            header: true,
            columns: ColumnNames::ByName(Vec::new()),
            filters: Vec::new(),
            joins: Vec::new(),
            fields: Vec::new(),
            set: Vec::new(),
            broken: false,
        }
    }
}

impl TableSettings {
    /// Applies one entry of `csv`, whose key is one of [`KEYS`] and called `what` in messages.
    pub fn apply(&mut self, entry: &Entry, what: &str, sink: &mut Diagnostics) {
        let mut found = Diagnostics::new();
        self.apply_key(entry, what, &mut found);
        self.broken |= found.has_errors();
        sink.append(found);
    }

    fn apply_key(&mut self, entry: &Entry, what: &str, sink: &mut Diagnostics) {
        let value = &entry.value;
        match entry.name() {
            "delimiter" => {
                if let Some(found) = delimiter(value, what, sink) {
                    self.delimiter = Some(found);
                }
            }
            "format" => {
                let formats = [
                    ("md", DefaultFormat::ByField),
                    ("html", DefaultFormat::Html),
                    ("text", DefaultFormat::Text),
                ];
                if let Some(format) = decode::choice(value, what, &formats, sink) {
                    self.format = Some(format);
                }
            }
            "header" => {
                if let Some(header) = decode::boolean(value, what, sink) {
                    self.header = header;
                }
            }
            "columns" => {
                if let Some(columns) = columns(value, what, sink) {
                    self.columns = columns;
                }
            }
            "where" => {
                let entries = decode::mapping(value, what, sink).unwrap_or_default();
                self.filters = entries.iter().filter_map(|it| filter(it, sink)).collect();
            }
            "join" => {
                self.joins = match &value.value {
                    Value::Sequence(items) => {
                        items.iter().filter_map(|it| join(it, sink)).collect()
                    }
                    Value::Null => Vec::new(),
                    _ => join(value, sink).into_iter().collect(),
                };
            }
            "fields" => self.fields = templates(value, what, sink),
            _ => {
                self.set = templates(value, what, sink);
                self.set.retain(|(key, _)| {
                    let known = note_settings::KEYS.contains(&key.value.as_str());
                    if !known {
                        let title = format!("`{what}` has no `{}`", key.value);
                        let keys = decode::enumeration(note_settings::KEYS);
                        sink.push(
                            Diagnostic::new(Code::UnknownKey, title)
                                .at(key.span, "no setting of a note")
                                .help(format!("the settings of a note are {keys}")),
                        );
                    }
                    known
                });
            }
        }
    }
}

fn delimiter(value: &Node, what: &str, sink: &mut Diagnostics) -> Option<char> {
    const NAMES: [(&str, char); 6] = [
        ("comma", ','),
        ("semicolon", ';'),
        ("tab", '\t'),
        ("pipe", '|'),
        ("colon", ':'),
        ("space", ' '),
    ];
    let text = decode::text(value, what, sink)?;
    let typed = text.as_str();
    if let Some((_, sign)) = NAMES.iter().find(|it| it.0 == typed.trim()) {
        return Some(*sign);
    }
    let mut signs = typed.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) if !matches!(sign, '"' | '\n' | '\r') => Some(sign),
        _ => {
            let value = Spanned::new(typed.to_owned(), text.whole());
            let names: Vec<&str> = NAMES.iter().map(|it| it.0).collect();
            let taken = format!("a single character, or {}", decode::alternatives(&names));
            decode::bad_value(&value, what, &taken, sink)
        }
    }
}

fn columns(value: &Node, what: &str, sink: &mut Diagnostics) -> Option<ColumnNames> {
    match &value.value {
        Value::Sequence(items) => {
            let mut names = Vec::with_capacity(items.len());
            for item in items {
                names.push(match item.is_null() {
                    true => None,
                    false => Some(decode::string(item, what, sink)?),
                });
            }
            Some(ColumnNames::InOrder(names))
        }
        Value::Scalar(_) => decode::wrong_shape(value, what, "a mapping or a list", sink),
        Value::Mapping(_) | Value::Null => Some(ColumnNames::ByName(renamed(value, what, sink)?)),
    }
}

/// Names, and what they stand for.
fn renamed(value: &Node, what: &str, sink: &mut Diagnostics) -> Option<Renamed> {
    let mut names = Vec::new();
    for entry in decode::mapping(value, what, sink)? {
        let target = match entry.value.is_null() {
            true => None,
            false => Some(decode::string(&entry.value, what, sink)?),
        };
        names.push((entry.spanned_name(), target));
    }
    Some(names)
}

fn filter(entry: &Entry, sink: &mut Diagnostics) -> Option<Filter> {
    let what = format!("csv.where.{}", entry.name());
    let (value, not) = match &entry.value.value {
        Value::Mapping(inner) => match inner.as_slice() {
            [only] if only.name() == "not" => (&only.value, true),
            _ => {
                let expected = "a text, a list of texts, or `{not: ..}`";
                return decode::wrong_shape(&entry.value, &what, expected, sink);
            }
        },
        _ => (&entry.value, false),
    };
    let text = |node: &Node, sink: &mut Diagnostics| match &node.value {
        Value::Null => Some(String::new()),
        _ => Some(decode::string(node, &what, sink)?.value),
    };
    let values = match &value.value {
        Value::Sequence(items) => {
            let values: Option<Vec<String>> = items.iter().map(|it| text(it, sink)).collect();
            values?
        }
        _ => vec![text(value, sink)?],
    };
    Some(Filter {
        column: entry.spanned_name(),
        values,
        not,
    })
}

fn join(value: &Node, sink: &mut Diagnostics) -> Option<Join> {
    let entries = decode::mapping(value, "csv.join", sink)?;
    let (mut file, mut on, mut columns, mut sign) = (None, None, Vec::new(), None);
    for entry in entries {
        let value = &entry.value;
        match entry.name() {
            "file" => file = decode::string(value, "csv.join.file", sink),
            "on" => on = keys(value, sink),
            "columns" => columns = renamed(value, "csv.join.columns", sink)?,
            "delimiter" => sign = delimiter(value, "csv.join.delimiter", sink),
            _ => decode::unknown_key(&entry.key, "in `csv.join`", JOIN_KEYS, sink),
        }
    }
    let (Some(file), Some((ours, theirs))) = (file, on) else {
        let has = |name: &str| entries.iter().any(|it| it.name() == name);
        if !has("file") || !has("on") {
            sink.push(
                Diagnostic::new(Code::WrongShape, "a join needs `file` and `on`")
                    .at(value.span, "one of them is missing")
                    .help("write `join: {file: sounds.csv, on: word}`"),
            );
        }
        return None;
    };
    Some(Join {
        file,
        ours,
        theirs,
        columns,
        delimiter: sign,
    })
}

/// `on: word`, or `on: {word: term}` where the other table calls it otherwise.
fn keys(value: &Node, sink: &mut Diagnostics) -> Option<(Spanned<String>, Spanned<String>)> {
    let what = "csv.join.on";
    match &value.value {
        Value::Mapping(entries) => match entries.as_slice() {
            [only] => {
                let theirs = decode::string(&only.value, what, sink)?;
                Some((only.spanned_name(), theirs))
            }
            _ => decode::wrong_shape(value, what, "one column, or `{ours: theirs}`", sink),
        },
        _ => {
            let column = decode::string(value, what, sink)?;
            Some((column.clone(), column))
        }
    }
}

fn templates(value: &Node, what: &str, sink: &mut Diagnostics) -> Vec<(Spanned<String>, Template)> {
    let mut found = Vec::new();
    for entry in decode::mapping(value, what, sink).unwrap_or_default() {
        let text: Option<Text> = decode::text(&entry.value, what, sink);
        if let Some(template) = text.and_then(|it| Template::parse(&it, sink)) {
            found.push((entry.spanned_name(), template));
        }
    }
    found
}
