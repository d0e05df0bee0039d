//! Ids in the text of sources: where one is written, and how it is taken out again.
//!
//! Text in, edits out. An edit inserts or removes and touches nothing beside; what [`removal`]
//! takes out is, byte for byte, what [`Outline::insertion`] has put in, but for the column `id` of
//! a table, which stays. Whether an edit leaves
//! the notes as they were is not known here: who applies it reads the new text and compares.

mod entry;
mod markdown;
mod table;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::FileId;
use crate::source::defaults::Defaults;
use crate::source::layout::Dialect;
use crate::source::markdown::{Places, places};
use crate::source::table::{IdColumn, TableText, id_column};
use crate::source::types::TypeSet;
use yaml::Shape;

/// How an id is written at a heading. Label notes and YAML have one way only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum IdStyle {
    /// `<!-- id: x -->` on a line of its own below the heading.
    #[default]
    Comment,
    /// `{#x}` behind the heading's text.
    Attribute,
    /// `^x` at the end of the heading.
    Block,
}

/// What stands at `range` gives way to `text`; one of the two is empty, or an empty cell's quotes
/// give way to an id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// The bytes that go; empty for an insertion.
    pub range: Range<usize>,
    /// The text that comes; empty for a removal.
    pub text: String,
}

/// Why an id cannot be written, or not be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoPlace {
    /// The note is a list of values.
    List,
    /// The note is a key and its value below `pairs`.
    Pair,
    /// The note is a mapping without braces in `[..]`.
    Bare,
    /// Several notes are written at this one place, by means of an alias.
    Shared,
    /// The row of a table has fewer cells than its header.
    Row,
    /// The table has no column of ids, and no row of names that one could be added to.
    Column,
    /// The file is one of Anki's, where a note has a guid or none.
    AnkiText,
    /// The file is written for another tool, or in JSON, where an id would break something.
    Foreign,
    /// The text around it has a form that is not known here.
    Form,
}

impl NoPlace {
    /// The reason and the mend, as a phrase.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::List => {
                "a list of values has no place for an id; write the note as `{id: .., front: .., back: ..}`"
            }
            Self::Pair => {
                "a line of `pairs` has no place for an id; write the note as `{id: .., front: .., back: ..}` below `notes`"
            }
            Self::Bare => {
                "a note without braces in `[..]` has no place for an id; write `{..}` around it"
            }
            Self::Shared => {
                "an alias makes several notes of one text, which cannot have one id; write them out"
            }
            Self::Row => {
                "the row has fewer cells than the table has columns, so that an id has no cell; fill it up with `|`"
            }
            Self::Column => {
                "the table has no row of names that a column could be added to; list `id` among `csv.columns`"
            }
            Self::AnkiText => {
                "a text file of Anki has guids and no ids; deckle.lock knows the note"
            }
            Self::Foreign => {
                "ids are not written into JSON and the files of other tools; `deckle import` makes files of deckle's own of those"
            }
            Self::Form => "its id has to be written or removed by hand",
        }
    }
}

/// What has to be known of a file to write ids into it.
#[derive(Debug)]
pub struct Outline(Notation);

#[derive(Debug)]
enum Notation {
    Markdown(Places),
    Yaml(BTreeMap<usize, Shape>),
    Table(IdColumn),
    AnkiText,
    Foreign,
}

impl Outline {
    /// The outline of a file that can be read without errors. `defaults` are what the file
    /// inherits, `delimiter` is what stands between the cells of a table that says nothing else.
    #[must_use]
    pub fn of(
        dialect: Dialect,
        file: FileId,
        source: &str,
        defaults: &Defaults,
        types: &TypeSet,
        delimiter: char,
    ) -> Self {
        Self(match dialect {
            Dialect::Markdown => Notation::Markdown(places(file, source, defaults, types)),
            Dialect::Yaml => Notation::Yaml(yaml::shapes(file, source)),
            Dialect::Table => Notation::Table(id_column(
                TableText {
                    file,
                    source,
                    delimiter,
                },
                &defaults.csv,
            )),
            Dialect::AnkiText => Notation::AnkiText,
            Dialect::Json | Dialect::Foreign(_) => Notation::Foreign,
        })
    }

    /// The edits that give an id to the note that stands at `note`; the last one holds the id. Rows
    /// of a table without a column `id` have two in common, which make it.
    ///
    /// # Errors
    /// Where the note has no place for one.
    pub fn insertion(
        &self,
        source: &str,
        note: &Range<usize>,
        id: &str,
        style: IdStyle,
    ) -> Result<Vec<Edit>, NoPlace> {
        let edits = match &self.0 {
            Notation::Markdown(places) => markdown::insertions(source, note, places, id, style)?,
            Notation::Table(column) => {
                return table::insertion(column, note.start, id).map(|it| vec![it]);
            }
            Notation::AnkiText => return Err(NoPlace::AnkiText),
            Notation::Yaml(shapes) => {
                let shape = shapes.get(&note.start).copied();
                vec![yaml::insertion(
                    source,
                    note.start,
                    shape.ok_or(NoPlace::Form)?,
                    id,
                )?]
            }
            Notation::Foreign => return Err(NoPlace::Foreign),
        };
        let edits = edits.into_iter().map(|(at, text)| {
            let range = at..at;
            let inside = source.is_char_boundary(at);
            inside.then_some(Edit { range, text }).ok_or(NoPlace::Form)
        });
        edits.collect()
    }

    /// What has to be changed beside these edits of the file, so that it stays what it is: a
    /// table gets the name of a new column and a cell in each row; a last column that is empty
    /// without its ids goes.
    #[must_use]
    pub fn completion(&self, source: &str, edits: &[&Edit]) -> Vec<Edit> {
        match &self.0 {
            Notation::Table(column) => table::completion(column, source, edits),
            _ => Vec::new(),
        }
    }
}

/// The edit that takes out the id that stands at `id` and belongs to the note at `note`.
///
/// # Errors
/// Where it was written in a way that is not known here.
pub fn removal(
    dialect: Dialect,
    source: &str,
    note: &Range<usize>,
    id: &Range<usize>,
) -> Result<Edit, NoPlace> {
    let range = match dialect {
        Dialect::Markdown => markdown::removal(source, id),
        Dialect::Yaml => entry::removal(source, note.start, id),
        Dialect::Table => table::removal(source, id),
        Dialect::AnkiText => None,
        Dialect::Json | Dialect::Foreign(_) => return Err(NoPlace::Foreign),
    };
    let range = range.filter(|it| source.get(it.clone()).is_some());
    range
        .map(|range| Edit {
            range,
            text: String::new(),
        })
        .ok_or(NoPlace::Form)
}

/// The text with these edits, which do not overlap, in any order; equal ones are made once.
#[must_use]
pub fn apply<'e>(source: &str, edits: impl IntoIterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|it| (it.range.start, it.range.end));
    edits.dedup();
    let mut text = String::with_capacity(source.len() + edits.len() * 40);
    let mut done = 0;
    for edit in edits {
        text.push_str(source.get(done..edit.range.start).unwrap_or(""));
        text.push_str(&edit.text);
        done = edit.range.end.max(done);
    }
    text.push_str(source.get(done..).unwrap_or(""));
    text
}

/// The line break that ends the line of `at`; that of the file's first line where it is the last.
pub(in crate::source) fn line_break(source: &str, at: usize) -> &'static str {
    let here = source.get(at..).and_then(|rest| rest.split_once('\n'));
    let line = here.or_else(|| source.split_once('\n')).map(|it| it.0);
    match line {
        Some(line) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line of `at` begins, behind a byte order mark.
pub(in crate::source) fn line_start(source: &str, at: usize) -> usize {
    let before = source.get(..at).unwrap_or("");
    match before.rfind('\n') {
        Some(newline) => newline + 1,
        None if before.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
        None => 0,
    }
}

/// The line break that `text` begins with.
fn leading_break(text: &str) -> Option<&'static str> {
    ["\r\n", "\n"].into_iter().find(|it| text.starts_with(it))
}

/// The line that reaches from `start` to `end`, together with a line break: the one behind it, at
/// the end of the file the one before.
fn whole_line(source: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let rest = source.get(end..)?;
    if let Some(found) = leading_break(rest) {
        return Some(start..end + found.len());
    }
    let before = source.get(..start)?;
    let kept = before.strip_suffix('\n');
    let kept = kept.map_or(before, |it| it.strip_suffix('\r').unwrap_or(it));
    rest.is_empty().then_some(kept.len()..end)
}

#[cfg(test)]
mod tests;
