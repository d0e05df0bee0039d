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
    let heads: Vec<attributes::HeadLine> = page
        .headings
        .iter()
        .map(|heading| {
            let curly = defaults.settings.curly;
            attributes::HeadLine::new(&page, heading.clone(), &options, curly, types)
        })
        .collect();
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

#[cfg(test)]
mod tests;
