//! What masks stand for, put back into the text of the Markdown parser's events.

use std::ops::Range;

use super::{Writer, push_text};
use crate::render::mask::Masked;
use crate::render::piece::PieceKind;
use crate::render::scan::{RegionKind, Token, glyph};

impl<'w> Writer<'w, '_> {
    /// Text with masks in it.
    pub(in crate::render) fn text(&mut self, text: &str, line_break: &str) {
        let is_ours = |it: char| it == glyph::PAD || glyph::mask_index(it).is_some();
        let mut rest = text;
        while let Some(at) = rest.find(is_ours) {
            let (before, from) = rest.split_at(at);
            push_text(&mut self.html, before, line_break);
            let character = from.chars().next().unwrap_or(glyph::PAD);
            if let Some(masked) = self.mask.get(character) {
                self.restore(masked);
            }
            rest = from.get(character.len_utf8()..).unwrap_or_default();
        }
        push_text(&mut self.html, rest, line_break);
    }

    /// Writes what a mask stands for.
    pub(super) fn restore(&mut self, masked: Masked) {
        let (index, first_token) = match masked {
            Masked::Token(index) => return self.html.token(index),
            Masked::Region { index, first_token } => (index, first_token),
        };
        let mask = self.mask;
        let Some(region) = mask.scan.regions.get(index) else {
            return;
        };
        let source = self.field.text.as_str();
        let part = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
        match &region.kind {
            RegionKind::Math { content, display } => {
                self.formula(&region.range, content, first_token, *display);
            }
            RegionKind::Latex { content, document } => {
                let span = self.field.text.span(region.range.clone());
                self.sink.latex_tag(span, !part(&region.range).is_ascii());
                let open = part(&(region.range.start..content.start));
                let close = part(&(content.end..region.range.end));
                if *document {
                    self.document(content, first_token, open, close);
                } else {
                    self.tex(content, first_token, open, close);
                }
            }
            RegionKind::Sound { path } => {
                let span = self.field.text.span(path.clone());
                self.sound(part(path), span, part(&region.range));
            }
            RegionKind::Speech { .. } => {
                let written = part(&region.range);
                self.html.escaped(PieceKind::Text, written, "<br>");
            }
            RegionKind::Embed { inner } => self.embed(part(inner), inner.start),
            RegionKind::Wiki { inner } => self.wiki_link(part(inner)),
            RegionKind::Address { bare } => self.address(part(&region.range), *bare),
            RegionKind::Ruby { inner } => self.ruby(part(inner), inner.start),
            RegionKind::Literal => {
                let written = part(&region.range);
                self.html.escaped(PieceKind::Text, written, " ");
            }
            RegionKind::Code | RegionKind::Comment => {}
        }
    }

    pub(super) fn tokens_in(&self, content: &Range<usize>, first: usize) -> &'w [Token] {
        let tokens = &self.mask.scan.tokens;
        let count = tokens
            .iter()
            .skip(first)
            .take_while(|token| token.range.end <= content.end)
            .count();
        tokens.get(first..first + count).unwrap_or_default()
    }

    /// `[latex]`, whose lines matter: Anki makes line breaks of `<br>` before it typesets.
    pub(super) fn document(
        &mut self,
        content: &Range<usize>,
        first: usize,
        open: &str,
        close: &str,
    ) {
        let source = self.field.text.as_str();
        self.html.escaped(PieceKind::Text, open, "");
        let mut at = content.start;
        for (index, token) in (first..).zip(self.tokens_in(content, first)) {
            let part = source.get(at..token.range.start).unwrap_or_default();
            self.html.escaped(PieceKind::Text, part, "<br>");
            self.html.token(index);
            at = token.range.end;
        }
        let part = source.get(at..content.end).unwrap_or_default();
        self.html.escaped(PieceKind::Text, part, "<br>");
        self.html.escaped(PieceKind::Text, close, "");
    }
}
