//! Other words in the place of what stands in the text of sources: those of a field, of a tag, of a
//! setting.
//!
//! Text in, edits out, as in `stamp`: an edit touches nothing beside, and keeps to the form of what
//! is there, be it a quoted scalar, a cell or a list item. Several ways are offered, the one that
//! reads best first, and none is promised: whoever uses one reads the new text and compares.

mod cells;
mod encode;
mod markdown;
mod tags;
#[cfg(test)]
mod tests;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::{FileId, Spanned, Text};
use crate::model::Tag;
use crate::source::defaults::Defaults;
use crate::source::layout::Dialect;
use crate::source::markdown::{Places, RowPlace, cells as markdown_cells, places};
use crate::source::stamp::Edit;
use crate::source::table::{IdColumn, TableText, column};
use crate::source::types::TypeSet;
use cells::Cells;
use encode::Encoding;
use yaml::Scalars;

/// A part of a text that gives way to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers put it together")]
pub struct Hunk {
    /// Which bytes of the decoded text go.
    pub range: Range<usize>,
    /// What comes.
    pub text: String,
}

/// A field of which the sources say nothing yet.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "callers put it together")]
pub struct NewField<'a> {
    /// Its name.
    pub name: &'a str,
    /// The label that opens it, where it has one.
    pub label: Option<&'a str>,
    /// Its position in the note type.
    pub index: usize,
    /// Where the text of the note ends, as far as its fields tell.
    pub end: usize,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a field is one or the other")]
pub enum Kind {
    /// In the form that the place has by itself.
    Own,
    /// As HTML, which only YAML has a word for.
    Html,
}

/// A file whose text is to be changed.
#[derive(Debug)]
pub struct Sheet<'s> {
    file: FileId,
    source: &'s str,
    newline: &'static str,
    form: Form<'s>,
}

#[derive(Debug)]
enum Form<'s> {
    Markdown {
        places: Places,
        defaults: &'s Defaults,
        types: &'s TypeSet,
    },
    Yaml(Scalars),
    Table {
        cells: Cells,
        text: TableText<'s>,
        defaults: &'s Defaults,
    },
    /// Anki's text files have cells, and nothing that could be added.
    Cells(Cells),
    Foreign,
}

impl<'s> Sheet<'s> {
    /// A file that can be read without errors. `defaults` are what it inherits.
    #[must_use]
    pub fn of(
        dialect: Dialect,
        table: TableText<'s>,
        defaults: &'s Defaults,
        types: &'s TypeSet,
    ) -> Self {
        let (file, source) = (table.file, table.source);
        let form = match dialect {
            Dialect::Markdown => Form::Markdown {
                places: places(file, source, defaults, types),
                defaults,
                types,
            },
            Dialect::Yaml => Form::Yaml(Scalars::of(file, source)),
            Dialect::Table => {
                let delimiter = defaults.csv.delimiter.unwrap_or(table.delimiter);
                Form::Table {
                    cells: Cells::of(source, delimiter, false),
                    text: table,
                    defaults,
                }
            }
            Dialect::AnkiText => Form::Cells(Cells::of(source, '\t', true)),
            Dialect::Json | Dialect::Foreign(_) => Form::Foreign,
        };
        Self {
            file,
            source,
            newline: encode::newline(source),
            form,
        }
    }

    /// Ways to change parts of a text of the note at `note`.
    #[must_use]
    pub fn change(&self, note: &Range<usize>, text: &Text, hunks: &[Hunk]) -> Vec<Vec<Edit>> {
        let encodings = self.encodings(note, text);
        let ways = encodings.iter().filter_map(|encoding| {
            let edits = hunks.iter().map(|hunk| {
                let span = text.span(hunk.range.clone());
                let encoded = encoding.text(&hunk.text, self.newline)?;
                (span.file == self.file)
                    .then(|| self.edit(span.range(), encoded))
                    .flatten()
            });
            edits.collect::<Option<Vec<Edit>>>()
        });
        distinct(ways)
    }

    /// Ways to put another text into the place of a whole one.
    #[must_use]
    pub fn replace(
        &self,
        note: &Range<usize>,
        text: &Text,
        new: &str,
        kind: Kind,
    ) -> Vec<Vec<Edit>> {
        let whole = text.whole();
        if whole.file != self.file {
            return Vec::new();
        }
        let mut ways = Vec::new();
        if kind == Kind::Own && self.is_all_its_own(text) {
            let hunk = Hunk {
                range: 0..text.as_str().len(),
                text: new.to_owned(),
            };
            ways.extend(self.change(note, text, &[hunk]));
        }
        let place = whole.range();
        match &self.form {
            Form::Yaml(scalars) => {
                let ranges = scalars.replacements(self.source, place.start, new, kind);
                ways.extend(ranges.into_iter().filter_map(|(range, text)| {
                    let text = text.replace('\n', self.newline);
                    Some(vec![self.edit(range, text)?])
                }));
                // What is nothing is best said by saying nothing.
                if new.is_empty() {
                    ways.reverse();
                }
            }
            Form::Table { cells, .. } | Form::Cells(cells) if kind == Kind::Own => {
                let edit = cells.replacement(&place, new);
                let edit = edit.and_then(|(range, text)| self.edit(range, text));
                ways.extend(edit.map(|it| vec![it]));
            }
            _ => {}
        }
        distinct(ways)
    }

    /// Ways to add a field to the note at `note`.
    #[must_use]
    pub fn insert(
        &self,
        note: &Range<usize>,
        field: NewField<'_>,
        new: &str,
        kind: Kind,
    ) -> Vec<Vec<Edit>> {
        let mut ways: Vec<(usize, String)> = Vec::new();
        match &self.form {
            Form::Yaml(scalars) => {
                ways.extend(scalars.insertion(self.source, note.start, field, new, kind));
            }
            _ if kind == Kind::Html => {}
            Form::Markdown { places, .. } => {
                if let Some(edit) = self.cell(note, field.name, new) {
                    return vec![vec![edit]];
                }
                ways.extend(markdown::field(self.source, places, note, field, new));
            }
            Form::Table { .. } => {
                return self
                    .cell(note, field.name, new)
                    .map(|it| vec![it])
                    .into_iter()
                    .collect();
            }
            Form::Cells(_) | Form::Foreign => {}
        }
        self.insertions(ways)
    }

    /// Ways to add a setting to the note at `note`; `value` is written as in YAML.
    #[must_use]
    pub fn setting(&self, note: &Range<usize>, key: &str, value: &str) -> Vec<Vec<Edit>> {
        let ways = match &self.form {
            Form::Yaml(scalars) => scalars.setting(self.source, note.start, key, value),
            Form::Markdown { places, .. } => {
                let plain = value.trim_matches(['[', ']']).replace(',', "");
                if let Some(edit) = self.cell(note, key, &plain) {
                    return vec![vec![edit]];
                }
                markdown::setting(self.source, places, note, key, value)
            }
            Form::Table { .. } => {
                let plain = value.trim_matches(['[', ']']).replace(',', "");
                let edit = self.cell(note, key, &plain);
                return edit.map(|it| vec![it]).into_iter().collect();
            }
            Form::Cells(_) | Form::Foreign => Vec::new(),
        };
        self.insertions(ways)
    }

    /// Ways to take these tags out, which stand in the file, and to add new ones beside `kept`,
    /// another one that stays.
    #[must_use]
    pub fn tags(
        &self,
        note: &Range<usize>,
        gone: &[&Spanned<Tag>],
        kept: Option<&Spanned<Tag>>,
        new: &[&str],
    ) -> Vec<Vec<Edit>> {
        if gone
            .iter()
            .copied()
            .chain(kept)
            .any(|it| it.span.file != self.file)
        {
            return Vec::new();
        }
        let places: Vec<Range<usize>> = gone.iter().map(|it| it.span.range()).collect();
        // A list whose last tag goes gets the new ones in its place.
        let mut ways: Vec<Vec<Edit>> = Vec::new();
        if let (None, Some((last, others))) = (kept, places.split_last())
            && let Some(others) = tags::removals(self.source, others)
        {
            let others = others.into_iter().map(|range| (range, String::new()));
            let instead = tags::instead(self.source, last, new, self.newline);
            let edits = others
                .chain(instead)
                .map(|(range, text)| self.edit(range, text));
            ways.extend(
                edits
                    .collect::<Option<Vec<Edit>>>()
                    .filter(|_| !new.is_empty()),
            );
        }
        let Some(gone) = tags::removals(self.source, &places) else {
            return ways;
        };
        let gone = gone
            .into_iter()
            .filter_map(|it| self.edit(it, String::new()));
        let gone: Vec<Edit> = gone.collect();
        if new.is_empty() {
            return vec![gone];
        }
        let mut more: Vec<Vec<Edit>> = Vec::new();
        if let Some(kept) = kept {
            let beside = tags::additions(self.source, &kept.span.range(), new, self.newline);
            more.extend(self.insertions(beside));
        }
        more.extend(self.setting(note, "tags", &crate::source::emit::list(new)));
        let with_gone = more.into_iter().map(|mut edits| {
            edits.extend(gone.iter().cloned());
            edits
        });
        ways.extend(with_gone);
        ways
    }

    fn insertions(&self, ways: Vec<(usize, String)>) -> Vec<Vec<Edit>> {
        let edits = ways.into_iter().filter_map(|(at, text)| {
            let text = text.replace('\n', self.newline);
            self.edit(at..at, text).map(|it| vec![it])
        });
        edits.collect()
    }

    fn edit(&self, range: Range<usize>, text: String) -> Option<Edit> {
        self.source.get(range.clone())?;
        Some(Edit { range, text })
    }

    /// The empty cell of a row in the column of this name, filled.
    fn cell(&self, note: &Range<usize>, name: &str, new: &str) -> Option<Edit> {
        match &self.form {
            Form::Markdown {
                places,
                defaults,
                types,
            } => {
                if !places.rows.contains_key(&note.start) {
                    return None;
                }
                let rows: BTreeMap<usize, RowPlace> =
                    markdown_cells(self.file, self.source, defaults, types, name);
                let RowPlace::Cell(at) = rows.get(&note.start)? else {
                    return None;
                };
                let text = Encoding::Cell { escapes: true }.text(new, self.newline)?;
                self.edit(*at..*at, text)
            }
            Form::Table {
                cells,
                text,
                defaults,
            } => {
                let column: IdColumn = column(*text, &defaults.csv, name);
                let place = column.cells.get(&note.start).filter(|_| column.there)?;
                let written = self.source.get(place.clone())?;
                if !written.trim_matches('"').trim().is_empty() {
                    return None;
                }
                self.edit(place.clone(), cells.written(new))
            }
            _ => None,
        }
    }

    /// How a text at this place has to be written; several where it could be either.
    fn encodings(&self, note: &Range<usize>, text: &Text) -> Vec<Encoding> {
        let place = text.whole().range();
        match &self.form {
            Form::Markdown { places, .. } => {
                if places.rows.contains_key(&note.start) {
                    return vec![
                        Encoding::Cell { escapes: true },
                        Encoding::Cell { escapes: false },
                    ];
                }
                let is_heading = places
                    .headings
                    .binary_search_by_key(&note.start, |it| it.range.start)
                    .is_ok();
                let indent = match places.items.contains_key(&note.start) && !is_heading {
                    true => markdown::item_column(self.source, note.start),
                    false => 0,
                };
                vec![Encoding::Lines { indent }]
            }
            Form::Yaml(scalars) => scalars.encoding(place.start).into_iter().collect(),
            Form::Table { cells, .. } | Form::Cells(cells) => {
                cells.encoding(&place).into_iter().collect()
            }
            Form::Foreign => Vec::new(),
        }
    }

    /// Whether nothing stands between the beginning and the end of a text that is none of it.
    fn is_all_its_own(&self, text: &Text) -> bool {
        let Some(written) = self.source.get(text.whole().range()) else {
            return false;
        };
        if !matches!(self.form, Form::Markdown { .. }) {
            return true;
        }
        let solid = |it: &str| it.split_whitespace().collect::<String>();
        solid(written) == solid(text.as_str())
    }
}

/// Each way once, in their order.
fn distinct(ways: impl IntoIterator<Item = Vec<Edit>>) -> Vec<Vec<Edit>> {
    let mut found: Vec<Vec<Edit>> = Vec::new();
    for way in ways {
        if !found.contains(&way) {
            found.push(way);
        }
    }
    found
}
