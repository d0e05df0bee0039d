//! Block quotes, and callouts: `> [!note] Title`.
//!
//! The parser knows no titles, and only five kinds; so a callout is a quote whose first line is
//! read here. One that folds is a `<details>` element: every browser that shows cards opens and
//! closes it by itself, without a script, and where one did not, all of it would be seen.

use std::ops::Range;

use super::{Quote, Writer};
use crate::render::piece::{Element, PieceKind};

impl Writer<'_, '_> {
    pub(super) fn quote(&mut self, range: &Range<usize>) {
        let masked = self.mask.text.get(range.clone()).unwrap_or_default();
        let callout = callout(masked).inspect(|callout| {
            self.skip_until = range.start + callout.length;
        });
        let Some(callout) = callout else {
            self.open(Element::Block, "<blockquote>");
            self.quotes.push(Quote::Plain);
            return;
        };
        let (name, title) = self.title_of(callout.kind);
        let element = match callout.fold {
            Fold::None => "div",
            Fold::Open | Fold::Closed => "details",
        };
        // A cloze that is asked for must not be hidden: there would be no question.
        let opens = callout.fold == Fold::Open
            || callout.fold == Fold::Closed && !self.field.scan.groups.is_empty();
        let open = if opens { " open" } else { "" };
        self.open(
            Element::Block,
            &format!("<{element} class=\"callout callout-{name}\"{open}>"),
        );
        let folds = callout.fold != Fold::None;
        let tag = if folds { "summary" } else { "div" };
        self.open(Element::Block, &format!("<{tag} class=\"callout-title\">"));
        if let Some(title) = title {
            self.html.escaped(PieceKind::Text, &title, " ");
        }
        let depth = self.depth;
        self.quotes.push(Quote::Title { depth, folds });
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

    /// Whether the title of a callout is being written right here.
    pub(super) fn is_in_title(&self) -> bool {
        matches!(self.quotes.last(), Some(Quote::Title { depth, .. }) if *depth == self.depth)
    }

    /// Ends the title of a callout and begins its first paragraph. Whether there was a title.
    pub(super) fn end_callout_title(&mut self) -> bool {
        if !self.is_in_title() || self.inline > 0 {
            return false;
        }
        let Some(quote) = self.quotes.last_mut() else {
            return false;
        };
        let folds = matches!(quote, Quote::Title { folds: true, .. });
        *quote = Quote::Callout { folds };
        self.close_title(folds);
        self.open(Element::Block, "<p>");
        true
    }

    pub(super) fn end_quote(&mut self) {
        let folds = match self.quotes.pop() {
            None | Some(Quote::Plain) => {
                self.close(Element::Block, "</blockquote>");
                return;
            }
            Some(Quote::Title { folds, .. }) => {
                self.close_title(folds);
                folds
            }
            Some(Quote::Callout { folds }) => folds,
        };
        self.close(Element::Block, if folds { "</details>" } else { "</div>" });
    }

    fn close_title(&mut self, folds: bool) {
        self.close(Element::Block, if folds { "</summary>" } else { "</div>" });
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

/// What the first line of a callout says.
struct Callout<'q> {
    kind: &'q str,
    fold: Fold,
    /// How much of the quote says so.
    length: usize,
}

/// Whether a callout can be folded, and how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    None,
    Open,
    Closed,
}

/// The callout that a quote is: `> [!note]- `. What Obsidian calls its metadata, behind a `|`, is
/// passed over.
fn callout(quote: &str) -> Option<Callout<'_>> {
    let inside = quote.trim_start().strip_prefix('>')?;
    let inside = inside.trim_start_matches([' ', '\t']).strip_prefix("[!")?;
    let (kind, behind) = inside.split_once(']')?;
    let kind = kind.split_once('|').map_or(kind, |(kind, _)| kind).trim();
    let is_name = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if kind.is_empty() || !kind.chars().all(is_name) {
        return None;
    }
    let fold = match behind.as_bytes().first() {
        Some(b'+') => Fold::Open,
        Some(b'-') => Fold::Closed,
        _ => Fold::None,
    };
    let behind = behind.strip_prefix(['+', '-']).unwrap_or(behind);
    let behind = behind.trim_start_matches([' ', '\t']);
    Some(Callout {
        kind,
        fold,
        length: quote.len() - behind.len(),
    })
}
