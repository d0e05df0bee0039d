//! Footnotes: numbered by field, and listed at the end of the field that refers to them.
//!
//! No links between number and note: Anki's reviewer opens none within a card.

use pulldown_cmark::CowStr;

use super::{Outer, Writer, push_attribute};
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
        for (label, html) in &written {
            let mut tag = String::from("<li");
            if let Some(index) = rank(label) {
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
