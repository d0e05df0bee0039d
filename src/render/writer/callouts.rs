//! Block quotes, and callouts: `> [!note] Title`.
//!
//! The parser knows no titles, and only five kinds; so a callout is a quote whose first line is
//! read here.

use std::ops::Range;

use super::{Quote, Writer};
use crate::render::piece::{Element, PieceKind};

impl Writer<'_, '_> {
    pub(super) fn quote(&mut self, range: &Range<usize>) {
        let masked = self.mask.text.get(range.clone()).unwrap_or_default();
        let callout = callout(masked).map(|(kind, length)| {
            self.skip_until = range.start + length;
            kind
        });
        let Some(kind) = callout else {
            self.open(Element::Block, "<blockquote>");
            self.quotes.push(Quote::Plain);
            return;
        };
        let (name, title) = self.title_of(kind);
        self.open(
            Element::Block,
            &format!("<div class=\"callout callout-{name}\">"),
        );
        self.open(Element::Block, "<div class=\"callout-title\">");
        if let Some(title) = title {
            self.html.escaped(PieceKind::Text, &title, " ");
        }
        self.quotes.push(Quote::Title(self.depth));
    }

    /// The class of a callout, and its kind as a title where it has none of its own.
    pub(super) fn title_of(&self, kind: &str) -> (String, Option<String>) {
        let name = self.mask.unmasked(kind).to_lowercase();
        let behind = self.mask.text.get(self.skip_until..).unwrap_or_default();
        let line = behind.lines().next().unwrap_or_default();
        let title = line.trim().is_empty().then(|| {
            let mut letters = name.chars();
            let first = letters.next().map(|it| it.to_uppercase().to_string());
            format!("{}{}", first.unwrap_or_default(), letters.as_str())
        });
        (name, title)
    }

    /// Ends the title of a callout and begins its first paragraph. Whether there was a title.
    pub(super) fn end_callout_title(&mut self) -> bool {
        match self.quotes.last_mut() {
            Some(quote) if *quote == Quote::Title(self.depth) && self.inline == 0 => {
                *quote = Quote::Callout;
            }
            _ => return false,
        }
        self.close(Element::Block, "</div>");
        self.open(Element::Block, "<p>");
        true
    }

    pub(super) fn close_or_drop_paragraph(&mut self) {
        if self.html.text.ends_with("<p>") {
            let shorter = self.html.text.len() - "<p>".len();
            self.html.text.truncate(shorter);
            if self.html.tracks {
                self.html.pieces.pop();
            }
            self.depth = self.depth.saturating_sub(1);
        } else {
            self.close(Element::Block, "</p>");
        }
    }
}

/// The kind of the callout that a quote is, and the length of what says so: `> [!note]- `.
fn callout(quote: &str) -> Option<(&str, usize)> {
    let inside = quote.trim_start().strip_prefix('>')?;
    let inside = inside.trim_start_matches([' ', '\t']).strip_prefix("[!")?;
    let (kind, behind) = inside.split_once(']')?;
    let is_name = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if kind.is_empty() || !kind.chars().all(is_name) {
        return None;
    }
    let behind = behind.strip_prefix(['+', '-']).unwrap_or(behind);
    let behind = behind.trim_start_matches([' ', '\t']);
    Some((kind, quote.len() - behind.len()))
}
