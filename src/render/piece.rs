//! HTML as it is written: text, tags and the places of clozes, still apart.
//!
//! A cloze may begin in one element and end in another, so it takes its final place only when the
//! whole field is written ([`place`](super::place)). Fields without clozes and marks are written
//! as plain text, without pieces.

use std::ops::Range;

/// A piece of a field's HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    /// Its text in the buffer.
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Text, escaped.
    Text,
    /// A formula, escaped, with its delimiters.
    Math,
    /// A tag without an end, or one that the author wrote.
    Raw,
    /// The start of an element.
    Start(Element),
    /// Its end.
    End(Element),
    /// The delimiter of a cloze or mark: the index of its token.
    Token(usize),
}

/// What an element is to a cloze that begins or ends in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// It can be ended and begun again: `<strong>`.
    Inline,
    /// It cannot: `<p>`.
    Block,
    /// It cannot, and stands beside others of its kind: `<li>`, `<td>`.
    Cell,
}

/// HTML that is being written.
#[derive(Debug, Clone, Default)]
pub(super) struct Html {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
    /// Whether pieces are kept.
    pub(super) tracks: bool,
}

impl Html {
    pub(super) fn new(tracks: bool, capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            pieces: Vec::new(),
            tracks,
        }
    }

    /// What `write` appends is a piece of this kind.
    pub(super) fn piece(&mut self, kind: PieceKind, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        if !self.tracks {
            return;
        }
        let end = self.text.len();
        match self.pieces.last_mut() {
            Some(last)
                if last.kind == kind && matches!(kind, PieceKind::Text | PieceKind::Math) =>
            {
                last.range.end = end;
            }
            _ => self.pieces.push(Piece {
                kind,
                range: start..end,
            }),
        }
    }

    pub(super) fn raw(&mut self, tag: &str) {
        self.piece(PieceKind::Raw, |text| text.push_str(tag));
    }

    pub(super) fn start(&mut self, element: Element, tag: &str) {
        self.piece(PieceKind::Start(element), |text| text.push_str(tag));
    }

    pub(super) fn end(&mut self, element: Element, tag: &str) {
        self.piece(PieceKind::End(element), |text| text.push_str(tag));
    }

    pub(super) fn token(&mut self, index: usize) {
        self.piece(PieceKind::Token(index), |_| {});
    }

    /// Escaped text; line breaks become `line_break`.
    pub(super) fn escaped(&mut self, kind: PieceKind, part: &str, line_break: &str) {
        self.piece(kind, |text| {
            crate::model::push_escaped(text, part, line_break);
        });
    }

    /// Takes over what was written elsewhere.
    pub(super) fn append(&mut self, other: &Self) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.pieces.extend(other.pieces.iter().map(|piece| Piece {
            kind: piece.kind,
            range: piece.range.start + shift..piece.range.end + shift,
        }));
    }

    /// Without the paragraph tags at both ends.
    pub(super) fn unwrap_paragraph(&mut self) {
        const START: &str = "<p>";
        const END: &str = "</p>";
        let inside = self.text.strip_prefix(START);
        let Some(inside) = inside.and_then(|it| it.strip_suffix(END)) else {
            return;
        };
        let inside = inside.to_owned();
        self.text = inside;
        let whole = self.text.len();
        self.pieces.retain_mut(|piece| {
            let is_wrapper = piece.range.start == 0 && piece.range.end == START.len()
                || piece.range.start >= whole + START.len()
                    && matches!(piece.kind, PieceKind::End(_));
            piece.range.start = piece.range.start.saturating_sub(START.len()).min(whole);
            piece.range.end = piece.range.end.saturating_sub(START.len()).min(whole);
            !is_wrapper
        });
    }
}
