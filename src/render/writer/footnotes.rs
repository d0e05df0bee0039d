//! Footnotes: numbered by field, and listed at the end of the field that refers to them.
//!
//! No links between number and note: Anki's reviewer opens none within a card.

use std::ops::Range;

use pulldown_cmark::CowStr;

use super::{Outer, Writer, push_attribute};
use crate::diag::{Code, Diagnostic};
use crate::render::piece::{Element, Html, PieceKind};

impl Writer<'_, '_> {
    pub(super) fn footnote(&mut self, label: &CowStr<'_>) {
        let label = label.to_string();
        let labels = &mut self.footnotes.labels;
        let known = labels.iter().position(|it| *it == label);
        let first = known.is_none();
        let index = known.unwrap_or_else(|| {
            labels.push(label);
            labels.len() - 1
        });
        let number = index + 1;
        let mut tag = String::from("<sup class=\"footnote-ref\"");
        if first {
            tag.push_str(" id=\"");
            push_attribute(&mut tag, &format!("{}-ref-{number}", self.field.footnotes));
            tag.push('"');
        }
        tag.push('>');
        self.open(Element::Inline, &tag);
        self.html.escaped(PieceKind::Text, &number.to_string(), " ");
        self.close(Element::Inline, "</sup>");
    }

    /// Tells a reference to a footnote that its field does not have. A class of characters such as
    /// `[^a-z]` stands behind a space.
    pub(super) fn tell_footnote(&mut self, text: &str, range: &Range<usize>) {
        let Some(label) = text.strip_prefix('^').filter(|it| !it.is_empty()) else {
            return;
        };
        let is_label = label
            .chars()
            .all(|it| it.is_alphanumeric() || matches!(it, '-' | '_'));
        let before = self.mask.text.get(..range.start).unwrap_or_default();
        let behind = self.mask.text.get(range.end..).unwrap_or_default();
        let word = before
            .strip_suffix('[')
            .and_then(|it| it.chars().next_back());
        let is_behind_word = word.is_some_and(|it| !it.is_whitespace() && it != '\\');
        if !is_label || !is_behind_word || !behind.starts_with(']') {
            return;
        }
        let span = self.span(&(range.start - 1..range.end + 1));
        self.sink.push(
            Diagnostic::new(
                Code::UnknownReference,
                format!("`[^{label}]` refers to a footnote that its field does not define"),
            )
            .at(span, "shown as it is typed")
            .note("each field is read by itself, so a footnote elsewhere in the file does not reach it")
            .help(format!("write the footnote `[^{label}]: ..` into the same field")),
        );
    }

    pub(super) fn start_footnote(&mut self, label: &CowStr<'_>) {
        let html = Html::new(self.html.tracks, 64);
        let outer = std::mem::replace(&mut self.html, html);
        self.footnotes.outer.push(Outer {
            html: outer,
            depth: self.depth,
            blocks: self.blocks,
            first_is_paragraph: self.first_is_paragraph,
            footnote: self.footnotes.written.len(),
        });
        (self.depth, self.blocks, self.first_is_paragraph) = (0, 0, false);
        let slot = (label.to_string(), Html::default());
        self.footnotes.written.push(slot);
    }

    pub(super) fn end_footnote(&mut self) {
        if self.blocks == 1 && self.first_is_paragraph {
            self.html.unwrap_paragraph();
        }
        let Some(outer) = self.footnotes.outer.pop() else {
            return;
        };
        let html = std::mem::replace(&mut self.html, outer.html);
        self.depth = outer.depth;
        self.blocks = outer.blocks;
        self.first_is_paragraph = outer.first_is_paragraph;
        if let Some((_, slot)) = self.footnotes.written.get_mut(outer.footnote) {
            *slot = html;
        }
    }

    /// The list at the end: notes that are referred to in the order of their numbers, then the
    /// others, so that none is lost.
    pub(super) fn write_footnotes(&mut self) {
        let mut written = std::mem::take(&mut self.footnotes.written);
        if written.is_empty() {
            return;
        }
        let labels = std::mem::take(&mut self.footnotes.labels);
        let rank = |label: &str| labels.iter().position(|it| it == label);
        written.sort_by_key(|(label, _)| rank(label).unwrap_or(usize::MAX));
        self.open(Element::Block, "<ol class=\"footnotes\">");
        let mut listed = None;
        for (label, html) in &written {
            let mut tag = String::from("<li");
            // Two footnotes of one label stand behind one another; the first is the one meant.
            if let Some(index) = rank(label).filter(|it| listed != Some(*it)) {
                listed = Some(index);
                tag.push_str(" id=\"");
                push_attribute(&mut tag, &format!("{}-{}", self.field.footnotes, index + 1));
                tag.push('"');
            }
            tag.push('>');
            self.open(Element::Cell, &tag);
            self.html.append(html);
            self.close(Element::Cell, "</li>");
        }
        self.close(Element::Block, "</ol>");
    }
}
