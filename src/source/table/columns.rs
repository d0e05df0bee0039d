//! What the columns of a table are: fields, settings of a note, or nothing.

use super::left_out::{is_pattern, left_out};
use super::settings::{ColumnNames, TableSettings};
use super::template::column_index;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::model::written::WrittenType;
use crate::source::settings as note_settings;
use crate::source::types::{CLOZE_TYPE, TypeSet};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// How the table calls it, and where.
    pub(super) name: Spanned<String>,
    pub(super) target: Target,
}

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A setting of the note.
    Setting(&'static str),
    /// A field of this name or alias.
    Field(Spanned<String>),
    /// Nothing by itself.
    Nothing,
}

/// The columns of these names, as the settings say; what they cannot mean is told.
pub(super) fn columns(
    names: Vec<Spanned<String>>,
    settings: &TableSettings,
    sink: &mut Diagnostics,
) -> Vec<Column> {
    doubled(&names, sink);
    let told = match &settings.columns {
        ColumnNames::ByName(told) => told.as_slice(),
        ColumnNames::InOrder(_) => &[],
    };
    let known: Vec<&str> = names.iter().map(|it| it.value.as_str()).collect();
    let mut targets: Vec<Option<&Option<Spanned<String>>>> = vec![None; names.len()];
    let left_out = left_out(&known, told, sink);
    for (name, target) in told.iter().filter(|it| !is_pattern(&known, &it.0.value)) {
        if let Some(index) = column_index(&known, name, sink)
            && let Some(place) = targets.get_mut(index)
        {
            *place = Some(target);
        }
    }
    let columns = names.into_iter().zip(targets).zip(left_out);
    columns
        .map(|((name, told), left_out)| Column {
            target: match told {
                Some(None) => Target::Nothing,
                Some(Some(target)) => meaning(target),
                // A pattern means texts; ids and tags are lost only where their own name is said.
                None if left_out && matches!(meaning(&name), Target::Field(_)) => Target::Nothing,
                None if name.value.is_empty() => Target::Nothing,
                None => meaning(&name),
            },
            name,
        })
        .collect()
}

fn meaning(name: &Spanned<String>) -> Target {
    let typed = name.value.as_str();
    let setting = note_settings::KEYS
        .iter()
        .find(|it| unicase::eq(**it, typed));
    match setting {
        Some(key) => Target::Setting(key),
        None => Target::Field(name.clone()),
    }
}

fn doubled(names: &[Spanned<String>], sink: &mut Diagnostics) {
    for (index, name) in names.iter().enumerate() {
        let before = names.get(..index).unwrap_or_default();
        let same = |it: &&Spanned<String>| unicase::eq(&it.value, &name.value);
        if let Some(first) = before.iter().find(same).filter(|_| !name.value.is_empty()) {
            let title = format!("two columns are called `{}`", name.value);
            sink.push(
                Diagnostic::new(Code::TableColumn, title)
                    .at(name.span, "here again")
                    .also(first.span, "first here")
                    .help("give one of them another name"),
            );
        }
    }
}

/// What has to be known to tell whether a column means anything.
pub(super) struct Sense<'a> {
    pub(super) types: &'a TypeSet,
    /// The type of notes that name none.
    pub(super) inherited: Option<&'a WrittenType>,
    /// Names of columns that templates, conditions and joins use.
    pub(super) used: &'a [&'a str],
    /// Names of fields that are computed.
    pub(super) computed: &'a [&'a str],
    /// The file of the table, for what has no better place.
    pub(super) head: Span,
}

impl Sense<'_> {
    /// Tells the columns that mean nothing, and a first field that nothing fills.
    pub(super) fn check(&self, columns: &[Column], sink: &mut Diagnostics) {
        if let [only] = columns
            && let Some(found) = one_column(&only.name)
        {
            sink.push(found);
            return;
        }
        let typed = columns
            .iter()
            .any(|it| it.target == Target::Setting("type"));
        let cloze = self.cloze();
        for column in columns {
            let Target::Field(field) = &column.target else {
                continue;
            };
            let name = field.value.as_str();
            let is_used = self
                .used
                .iter()
                .any(|it| unicase::eq(*it, column.name.value.as_str()));
            let has = |it: &WrittenType| it.field_index(name).is_some();
            let fills = self.inherited.is_some_and(has)
                || cloze.is_some_and(has)
                || typed && self.types.iter().any(|it| has(it));
            if !fills && !is_used {
                sink.push(self.unknown(column, field, typed));
            }
        }
        self.first_field(columns, typed, sink);
    }

    /// The cloze type, where notes of the plain default type may turn out to be of it.
    fn cloze(&self) -> Option<&WrittenType> {
        let plain = self
            .inherited
            .is_some_and(|it| it.shipped && it.key == "basic");
        self.types.get(CLOZE_TYPE).filter(|_| plain).map(|it| &**it)
    }

    fn unknown(&self, column: &Column, field: &Spanned<String>, typed: bool) -> Diagnostic {
        let name = field.value.as_str();
        let key = self.inherited.map_or("", |it| it.key.as_str());
        let title = match (column.name.value == name, typed) {
            (true, false) => {
                format!("the column `{name}` is no field of note type `{key}` and no setting")
            }
            (true, true) => {
                format!("the column `{name}` is no field of any note type and no setting")
            }
            (false, _) => format!("`{name}` is no field of note type `{key}` and no setting"),
        };
        let found = Diagnostic::new(Code::TableColumn, title).at(field.span, "means nothing here");
        let fields = self.inherited.into_iter().flat_map(WrittenType::all_names);
        let names = fields.chain(note_settings::KEYS.iter().copied());
        let found = match nearest(name, names) {
            Some(near) => found.fix("a similar name exists", field.span, near),
            None => {
                let fields = self
                    .inherited
                    .map(|it| it.note_type.field_names().collect());
                let fields: Vec<&str> = fields.unwrap_or_default();
                found.note(format!("the fields are `{}`", fields.join("`, `")))
            }
        };
        let name = &column.name.value;
        found.help(format!(
            "say what it is in `_deck.yaml`: `csv: {{columns: {{{name}: FIELD}}}}`; `{name}: ~` leaves it out"
        ))
    }

    fn first_field(&self, columns: &[Column], typed: bool, sink: &mut Diagnostics) {
        let Some(inherited) = self.inherited.filter(|_| !typed) else {
            return;
        };
        let fills = |it: &WrittenType| {
            let named = columns.iter().filter_map(|it| match &it.target {
                Target::Field(name) => Some(name.value.as_str()),
                _ => None,
            });
            let mut named = named.chain(self.computed.iter().copied());
            named.any(|name| it.field_index(name) == Some(0))
        };
        if fills(inherited) || self.cloze().is_some_and(fills) {
            return;
        }
        let first = inherited.note_type.field_names().next().unwrap_or("");
        let title = format!(
            "no column fills `{first}`, the first field of `{}`",
            inherited.key
        );
        let span = columns
            .iter()
            .map(|it| it.name.span)
            .reduce(Span::to)
            .filter(|it| it.is_some());
        let found = Diagnostic::new(Code::TableColumn, title)
            .at(span.unwrap_or(self.head), "the columns")
            .help(format!(
                "call a column `{first}`, or say which one it is in `_deck.yaml`: `csv: {{columns: {{NAME: {first}}}}}`"
            ));
        sink.push(found);
    }
}

/// What is wrong where another sign stands between the cells.
fn one_column(name: &Spanned<String>) -> Option<Diagnostic> {
    let signs = [';', '\t', ',', '|'];
    let sign = signs.into_iter().find(|it| name.value.contains(*it))?;
    let word = match sign {
        '\t' => "tab".to_owned(),
        sign => sign.to_string(),
    };
    let title = format!("the table has a single column, `{}`", name.value);
    Some(
        Diagnostic::new(Code::TableColumn, title)
            .at(name.span, "read as one name")
            .help(format!(
                "if `{word}` stands between its cells, say so in `_deck.yaml`: `csv: {{delimiter: \"{word}\"}}`"
            )),
    )
}
