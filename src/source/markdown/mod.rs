//! Markdown files: heading notes and label notes.
//!
//! A file is read in these steps: front matter, comments and formulas that CommonMark must not
//! see (`mask`), the block structure (`page`), then one walk over headings, labels and rules that
//! cuts the file into notes (`reader`). Field texts stay Markdown and know their places; they
//! become HTML much later.

mod attributes;
mod comment;
mod front_matter;
mod heading_note;
mod label_note;
mod labels;
mod mask;
mod meta;
mod page;
mod reader;
mod report;
mod section;

use std::ops::Range;

use crate::diag::{Diagnostics, FileId};
use crate::model::written::WrittenNote;
use crate::source::defaults::Defaults;
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
    let mut defaults = defaults.clone();
    let body = front_matter::apply(file, source, &mut defaults, sink);
    let defaults = defaults.inside_file();
    let options = defaults.markdown.clone();
    let labels = labels::Labels::new(types);
    let page = page::Page::new(file, source, body, &labels);
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

/// The headings of a file, in their order, whether they are notes or not.
#[must_use]
pub fn heading_places(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
) -> Vec<HeadingPlace> {
    let mut defaults = defaults.clone();
    let body = front_matter::apply(file, source, &mut defaults, &mut Diagnostics::new());
    let defaults = defaults.inside();
    let page = page::Page::new(file, source, body, &labels::Labels::new(types));
    let heads = head_lines(&page, &defaults, types);
    let places = heads.iter().map(|head| {
        let mut place = head.place();
        let comments = &page.masked.comments;
        let last = comments.partition_point(|it| it.start < place.range.end);
        if let Some(last) = last.checked_sub(1).and_then(|it| comments.get(it)) {
            place.below = place.below.max(last.end);
        }
        place
    });
    places.collect()
}

fn head_lines(
    page: &page::Page<'_>,
    defaults: &Defaults,
    types: &TypeSet,
) -> Vec<attributes::HeadLine> {
    let (options, curly) = (&defaults.markdown, defaults.settings.curly);
    let read =
        |it: &page::Heading| attributes::HeadLine::new(page, it.clone(), options, curly, types);
    page.headings.iter().map(read).collect()
}

#[cfg(test)]
mod tests;
