//! Markdown files: notes as headings, with labels, in tables and in lists.
//!
//! A file is read in these steps: front matter, comments and formulas that CommonMark must not
//! see (`mask`), the block structure (`page`), then one walk over headings, labels and rules that
//! cuts the file into notes (`reader`). Field texts stay Markdown and know their places; they
//! become HTML much later.

mod attributes;
mod comment;
mod definitions;
mod fences;
mod formless;
mod front_matter;
mod heading_note;
mod inline;
mod item_note;
mod label_note;
mod labels;
mod mask;
mod meta;
mod near_misses;
mod notation;
mod page;
mod reader;
mod report;
mod section;
mod table;
mod table_notes;
mod tails;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Diagnostics, FileId};
use crate::model::written::WrittenNote;
use crate::source::defaults::Defaults;
use crate::source::include::Includes;
use crate::source::types::TypeSet;

/// The notes of a Markdown file, in its order. `defaults` are what the file inherits from its
/// folder and project.
///
/// What cannot be read is told, and so is what looks like a note and is none; a note with an
/// error is left out, the others are read on.
#[must_use]
pub fn read(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
) -> Vec<WrittenNote> {
    read_with(file, source, defaults, types, &Includes::none(), sink)
}

/// As [`read`], in a project whose files may be included.
#[must_use]
pub fn read_with(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    includes: &Includes<'_>,
    sink: &mut Diagnostics,
) -> Vec<WrittenNote> {
    let mut defaults = defaults.clone();
    let body = front_matter::apply(file, source, &mut defaults, sink);
    let mut defaults = defaults.inside_file();
    let options = defaults.markdown.clone();
    let labels = labels::Labels::new(types);
    let page = page(file, source, body, &labels, &defaults);
    if !page.definitions.is_empty() {
        let settings = Arc::make_mut(&mut defaults.settings);
        settings.definitions = page.definitions.shared();
        page.definitions.tell_unused(file, source, sink);
    }
    let comments = comment::read_all(&page, sink);
    let heads = head_lines(&page, &defaults, types);
    let sections = section::Sections::new(defaults);
    let shelf = reader::Shelf {
        page: &page,
        comments: &comments,
        heads: &heads,
        labels: &labels,
        types,
        options: &options,
        includes,
    };
    reader::Reader::new(shelf, sections).read(sink)
}

/// Where an id can be written at a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadingPlace {
    /// All lines of the heading.
    pub range: Range<usize>,
    /// The end of the last of them, or of a comment that begins there and reaches further.
    pub below: usize,
    /// Behind its text, before attributes and the like.
    pub text_end: usize,
    /// Its first attribute, where it has some.
    pub first_attribute: Option<usize>,
    /// Behind all that it says, before the `##` that may close it.
    pub end: usize,
}

/// Where ids can be written into a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Places {
    /// The headings, in their order, whether they are notes or not.
    pub headings: Vec<HeadingPlace>,
    /// List items in the form of notes: where they begin, and where the text of their first line
    /// ends.
    pub items: BTreeMap<usize, usize>,
    /// Rows of tables that hold notes, by where they begin: what makes the id of each.
    pub rows: BTreeMap<usize, RowPlace>,
}

/// Where an id can be written in a table of notes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowPlace {
    /// Into the empty cell of a column `id`.
    Cell(usize),
    /// Into a further column: behind the header, the line below it, and the row, each with
    /// whether a bar stands there already.
    Column([(usize, bool); 3]),
    /// Behind a row that ends before its column `id`, the last one; whether a bar stands there.
    End(usize, bool),
    /// Nowhere: the row is too short.
    None,
}

/// The places of a file that can be read without errors.
#[must_use]
pub fn places(file: FileId, source: &str, defaults: &Defaults, types: &TypeSet) -> Places {
    let mut defaults = defaults.clone();
    let body = front_matter::apply(file, source, &mut defaults, &mut Diagnostics::new());
    let defaults = defaults.inside();
    let page = page(file, source, body, &labels::Labels::new(types), &defaults);
    let heads = head_lines(&page, &defaults, types);
    let headings = heads.iter().map(|head| {
        let mut place = head.place();
        let comments = &page.masked.comments;
        let last = comments.partition_point(|it| it.start < place.range.end);
        if let Some(last) = last.checked_sub(1).and_then(|it| comments.get(it)) {
            place.below = place.below.max(last.end);
        }
        place
    });
    let comments = comment::read_all(&page, &mut Diagnostics::new());
    let tables = comments.iter().filter_map(|it| it.table(&page));
    let items = page.items.iter().map(|it| (it.range.start, it.content.end));
    Places {
        headings: headings.collect(),
        items: items.collect(),
        rows: tables.flat_map(|it| it.places(&page, "id")).collect(),
    }
}

/// As [`Places::rows`], for the column of another name.
#[must_use]
pub fn cells(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    column: &str,
) -> BTreeMap<usize, RowPlace> {
    let mut defaults = defaults.clone();
    let body = front_matter::apply(file, source, &mut defaults, &mut Diagnostics::new());
    let defaults = defaults.inside();
    let page = page(file, source, body, &labels::Labels::new(types), &defaults);
    let comments = comment::read_all(&page, &mut Diagnostics::new());
    let tables = comments.iter().filter_map(|it| it.table(&page));
    tables.flat_map(|it| it.places(&page, column)).collect()
}

fn page<'s>(
    file: FileId,
    source: &'s str,
    body: usize,
    labels: &labels::Labels,
    defaults: &Defaults,
) -> page::Page<'s> {
    let percent = defaults.settings.percent_comments;
    page::Page::new(file, source, body, labels, percent)
}

fn head_lines(page: &page::Page<'_>, defaults: &Defaults, types: &TypeSet) -> Vec<tails::HeadLine> {
    let reading = tails::Reading {
        options: &defaults.markdown,
        curly: defaults.settings.curly,
        types,
    };
    let read = |it: &page::Heading| tails::HeadLine::new(page, it.clone(), reading);
    page.headings.iter().map(read).collect()
}

#[cfg(test)]
mod tests;
