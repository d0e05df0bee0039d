//! Ids in the text of sources: where one is written, and how it is taken out again.
//!
//! Text in, edits out. An edit inserts or removes and touches nothing beside; what [`removal`]
//! takes out is, byte for byte, what [`Outline::insertion`] has put in. Whether an edit leaves
//! the notes as they were is not known here: who applies it reads the new text and compares.

mod entry;
mod markdown;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::FileId;
use crate::source::defaults::Defaults;
use crate::source::layout::Dialect;
use crate::source::markdown::HeadingPlace;
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

/// What stands at `range` gives way to `text`; one of the two is empty.
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
    Markdown(Vec<HeadingPlace>),
    Yaml(BTreeMap<usize, Shape>),
    Foreign,
}

impl Outline {
    /// The outline of a file that can be read without errors. `defaults` are what the file
    /// inherits.
    #[must_use]
    pub fn of(
        dialect: Dialect,
        file: FileId,
        source: &str,
        defaults: &Defaults,
        types: &TypeSet,
    ) -> Self {
        Self(match dialect {
            Dialect::Markdown => Notation::Markdown(crate::source::markdown::heading_places(
                file, source, defaults, types,
            )),
            Dialect::Yaml => Notation::Yaml(yaml::shapes(file, source)),
            Dialect::Json | Dialect::Foreign(_) => Notation::Foreign,
        })
    }

    /// The edit that gives an id to the note that stands at `note`.
    ///
    /// # Errors
    /// Where the note has no place for one.
    pub fn insertion(
        &self,
        source: &str,
        note: &Range<usize>,
        id: &str,
        style: IdStyle,
    ) -> Result<Edit, NoPlace> {
        let (at, text) = match &self.0 {
            Notation::Markdown(headings) => {
                let heading = headings.binary_search_by_key(&note.start, |it| it.range.start);
                let heading = heading.ok().and_then(|at| headings.get(at));
                markdown::insertion(source, note, heading, id, style)
            }
            Notation::Yaml(shapes) => {
                let shape = shapes.get(&note.start).copied();
                yaml::insertion(source, note.start, shape.ok_or(NoPlace::Form)?, id)?
            }
            Notation::Foreign => return Err(NoPlace::Foreign),
        };
        let range = at..at;
        let inside = source.is_char_boundary(at);
        inside.then_some(Edit { range, text }).ok_or(NoPlace::Form)
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

/// The text with these edits, which do not overlap, in any order.
#[must_use]
pub fn apply<'e>(source: &str, edits: impl IntoIterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|it| (it.range.start, it.range.end));
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
fn line_break(source: &str, at: usize) -> &'static str {
    let here = source.get(at..).and_then(|rest| rest.split_once('\n'));
    let line = here.or_else(|| source.split_once('\n')).map(|it| it.0);
    match line {
        Some(line) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line of `at` begins, behind a byte order mark.
fn line_start(source: &str, at: usize) -> usize {
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
