//! Text that remembers where each of its characters was written.
//!
//! A field's text seldom is a plain piece of its file: block scalars lose their indentation,
//! double-quoted scalars their escapes. Whatever works on the decoded text (Markdown, clozes,
//! math, templates) reports ranges of the decoded text, and [`Text::span`] leads them back.

use std::ops::Range;

use super::span::{FileId, Span, offset};

/// A decoded string with a map back to its source.
///
/// A deck holds hundreds of thousands of them, and most stand in their file as they are: those
/// keep no map but their beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    value: Box<str>,
    /// Sorted by `decoded`, the first one starting at 0; `None` where the text stands in the
    /// source byte for byte from `start` on.
    pieces: Option<Box<[Piece]>>,
    file: FileId,
    start: u32,
}

/// From `decoded` up to the next piece, the text stands at `source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    decoded: u32,
    source: u32,
    /// Bytes in the source. Where it equals the decoded length the bytes are the same ones;
    /// else (an escape, a folded line break) the piece is pointed at as a whole.
    source_len: u32,
    /// The file that it stands in: a text may be put together of several.
    file: FileId,
}

impl Text {
    /// Text that stands in `file` at `start`, byte for byte.
    #[must_use]
    pub fn verbatim(value: impl Into<String>, file: FileId, start: usize) -> Self {
        Self {
            value: value.into().into_boxed_str(),
            pieces: None,
            file,
            start: offset(start),
        }
    }

    /// Text that stands in no file; its spans are [`Span::NONE`].
    #[must_use]
    pub fn detached(value: impl Into<String>) -> Self {
        Self::verbatim(value, FileId::NONE, 0)
    }

    /// The decoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// Where the whole text stands.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.span(0..self.value.len())
    }

    /// Where a range of the decoded text stands. A range behind the end is the end.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = offset(range.start.min(self.value.len()));
        let end = offset(range.end.min(self.value.len())).max(start);
        let (file, source_start) = self.source_start(start);
        if file == FileId::NONE {
            return Span::NONE;
        }
        let source_end = if end == start {
            source_start
        } else {
            match self.source_end(end) {
                (end_file, source_end) if end_file == file => source_end,
                // A span has one file; of what goes on in another it shows the beginning.
                _ => self.piece_end(start),
            }
        };
        Span {
            file,
            start: source_start,
            end: source_end.max(source_start),
        }
    }

    /// The part of the text in `range`, which still knows its place. A range that is out of
    /// bounds or cuts a character is narrowed to the characters that lie inside it.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut end = range.end.min(self.value.len());
        while !self.value.is_char_boundary(end) {
            end -= 1;
        }
        let mut start = range.start.min(end);
        while !self.value.is_char_boundary(start) {
            start += 1;
        }
        let start = start.min(end);
        let value = self.value[start..end].to_owned();
        let (from, to) = (offset(start), offset(end));
        let Some(pieces) = &self.pieces else {
            return Self::verbatim(value, self.file, self.start.saturating_add(from) as usize);
        };
        let mut kept: Vec<Piece> = Vec::new();
        let first = piece_at(pieces, from);
        let behind = pieces.iter().enumerate().skip(first);
        for (index, piece) in behind.take_while(|(_, piece)| piece.decoded < to) {
            let piece_end = self.decoded_end(pieces, index);
            if piece_end <= from {
                continue;
            }
            let cut_front = from.saturating_sub(piece.decoded);
            let cut_back = piece_end.saturating_sub(to);
            let verbatim = piece_end - piece.decoded == piece.source_len;
            kept.push(if verbatim {
                Piece {
                    decoded: piece.decoded + cut_front - from,
                    source: piece.source + cut_front,
                    source_len: piece.source_len - cut_front - cut_back,
                    file: piece.file,
                }
            } else {
                Piece {
                    decoded: (piece.decoded + cut_front) - from,
                    ..*piece
                }
            });
        }
        let (file, start) = self.source_start(from);
        Self::from_pieces(value, kept, file, start)
    }

    /// Without white space at either end.
    #[must_use]
    pub fn trim(&self) -> Self {
        let kept = self.value.trim();
        if kept.len() == self.value.len() {
            return self.clone();
        }
        let start = self.value.len() - self.value.trim_start().len();
        self.slice(start..start + kept.len())
    }

    /// The text of these pieces; `start` is its place where there is none.
    fn from_pieces(value: String, pieces: Vec<Piece>, file: FileId, start: u32) -> Self {
        let value = value.into_boxed_str();
        let length = offset(value.len());
        let (file, start, pieces) = match pieces.as_slice() {
            [] => (file, start, None),
            [only] if only.source_len == length => (only.file, only.source, None),
            [first, ..] => (first.file, first.source, Some(pieces.into_boxed_slice())),
        };
        Self {
            value,
            pieces,
            file,
            start,
        }
    }

    fn decoded_end(&self, pieces: &[Piece], index: usize) -> u32 {
        pieces
            .get(index + 1)
            .map_or(offset(self.value.len()), |next| next.decoded)
    }

    fn source_start(&self, decoded: u32) -> (FileId, u32) {
        let Some(pieces) = &self.pieces else {
            return (self.file, self.start + decoded);
        };
        let index = piece_at(pieces, decoded);
        let piece = pieces[index];
        let decoded_len = self.decoded_end(pieces, index) - piece.decoded;
        let inside = decoded - piece.decoded;
        let source = if decoded_len == piece.source_len {
            piece.source + inside
        } else if inside >= decoded_len && decoded_len > 0 {
            piece.source + piece.source_len
        } else {
            piece.source
        };
        (piece.file, source)
    }

    /// The end of what stands in one place with the byte at `decoded`.
    fn piece_end(&self, decoded: u32) -> u32 {
        let Some(pieces) = &self.pieces else {
            return self.start.saturating_add(offset(self.value.len()));
        };
        let piece = pieces[piece_at(pieces, decoded)];
        piece.source + piece.source_len
    }

    /// The source place behind the last byte before `decoded`, which is greater than 0: not
    /// the start of the next piece, which may lie behind a line's indentation.
    fn source_end(&self, decoded: u32) -> (FileId, u32) {
        let Some(pieces) = &self.pieces else {
            return (self.file, self.start + decoded);
        };
        let index = piece_at(pieces, decoded - 1);
        let piece = pieces[index];
        let decoded_len = self.decoded_end(pieces, index) - piece.decoded;
        let source = if decoded_len == piece.source_len {
            piece.source + (decoded - piece.decoded)
        } else {
            piece.source + piece.source_len
        };
        (piece.file, source)
    }
}

/// The piece that holds the decoded byte; the last one for the end of the text.
fn piece_at(pieces: &[Piece], decoded: u32) -> usize {
    pieces
        .partition_point(|piece| piece.decoded <= decoded)
        .saturating_sub(1)
}

/// Puts a [`Text`] together from pieces of its source.
#[derive(Debug)]
pub struct TextBuilder {
    value: String,
    file: FileId,
    pieces: Vec<Piece>,
    start: u32,
}

impl TextBuilder {
    /// An empty text of `file`; `start` is its place should it stay empty.
    #[must_use]
    pub fn new(file: FileId, start: usize) -> Self {
        Self {
            value: String::new(),
            file,
            pieces: Vec::new(),
            start: offset(start),
        }
    }

    /// Appends what stands in the source at `start`, byte for byte.
    pub fn push_verbatim(&mut self, part: &str, start: usize) {
        self.push(part, start..start + part.len());
    }

    /// Appends `decoded`, for which the source has the bytes `source`.
    pub fn push(&mut self, decoded: &str, source: Range<usize>) {
        self.push_of(self.file, decoded, source);
    }

    /// Appends another text, which keeps its places, be they in another file.
    pub fn push_text(&mut self, text: &Text) {
        let Some(pieces) = &text.pieces else {
            let start = text.start as usize;
            return self.push_of(text.file, &text.value, start..start + text.value.len());
        };
        for (index, piece) in pieces.iter().enumerate() {
            let end = text.decoded_end(pieces, index) as usize;
            let decoded = text.value.get(piece.decoded as usize..end);
            let source = piece.source as usize..(piece.source + piece.source_len) as usize;
            self.push_of(piece.file, decoded.unwrap_or_default(), source);
        }
    }

    fn push_of(&mut self, file: FileId, decoded: &str, source: Range<usize>) {
        if decoded.is_empty() {
            return;
        }
        let (from, len) = (offset(source.start), offset(source.end - source.start));
        let at = offset(self.value.len());
        let verbatim = len as usize == decoded.len();
        if let Some(last) = self.pieces.last_mut() {
            let last_is_verbatim = at - last.decoded == last.source_len;
            let is_next = last.file == file && last.source + last.source_len == from;
            if verbatim && last_is_verbatim && is_next {
                last.source_len += len;
                self.value.push_str(decoded);
                return;
            }
        }
        self.pieces.push(Piece {
            decoded: at,
            source: from,
            source_len: len,
            file,
        });
        self.value.push_str(decoded);
    }

    /// Whether nothing was appended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> Text {
        Text::from_pieces(self.value, self.pieces, self.file, self.start)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Sources;

    fn file() -> FileId {
        Sources::new().add("a", "")
    }

    #[test]
    fn escapes_are_underlined_whole_and_indentation_is_left_out() {
        // Source: `"a\nb` as a double-quoted escape, then a block line behind indentation.
        let mut text = TextBuilder::new(file(), 10);
        text.push_verbatim("a", 10);
        text.push("\n", 11..13);
        text.push_verbatim("bc\n", 13);
        text.push_verbatim("d", 20);
        let text = text.finish();
        assert_eq!(text.as_str(), "a\nbc\nd");
        let check = |range, expect: Range<usize>| assert_eq!(text.span(range).range(), expect);
        check(0..1, 10..11);
        check(1..2, 11..13);
        check(0..2, 10..13);
        check(2..5, 13..16);
        check(5..6, 20..21);
        check(2..6, 13..21);
        check(6..6, 21..21);
        check(90..95, 21..21);
        assert_eq!(text.slice(5..6).whole().range(), 20..21);
        assert_eq!(text.slice(1..4).span(0..1).range(), 11..13);
        assert_eq!(text.slice(1..4).span(1..3).range(), 13..15);
    }

    #[test]
    fn a_text_of_several_files_knows_the_places_in_each() {
        let mut sources = Sources::new();
        let (outer, inner) = (sources.add("outer", ""), sources.add("inner", ""));
        let mut part = TextBuilder::new(inner, 0);
        part.push_verbatim("bc", 5);
        part.push("\n", 7..9);
        part.push_verbatim("d", 9);
        let mut text = TextBuilder::new(outer, 0);
        text.push_verbatim("a", 0);
        text.push_text(&part.finish());
        text.push_text(&Text::detached("-"));
        text.push_verbatim("e", 20);
        let text = text.finish();
        assert_eq!(text.as_str(), "abc\nd-e");
        let check = |range: Range<usize>, file, expect: Range<usize>| {
            let span = text.span(range.clone());
            assert_eq!((span.file, span.range()), (file, expect), "{range:?}");
            let cut = text.slice(range.clone());
            let span = cut.span(0..range.len());
            assert_eq!(span, text.span(range.clone()), "{range:?} of a slice");
        };
        check(0..1, outer, 0..1);
        check(1..3, inner, 5..7);
        check(3..5, inner, 7..10);
        check(6..7, outer, 20..21);
        // What goes over from one file into another shows as far as the first one goes.
        check(0..3, outer, 0..1);
        check(2..7, inner, 6..7);
        assert_eq!(text.span(5..6), Span::NONE);
    }

    proptest! {
        /// Texts are cut out of a source piece by piece, some of them through an escape; the
        /// span of each decoded character must then be the source of just that character.
        #[test]
        fn each_character_knows_its_place(
            parts in prop::collection::vec(("[a-zé]{0,4}", 0_usize..3, any::<bool>()), 0..8),
            cut in (0_usize..40, 0_usize..40),
        ) {
            let mut source = String::new();
            let mut text = TextBuilder::new(file(), 0);
            let mut expect = Vec::new();
            for (part, gap, escape) in &parts {
                source.push_str(&" ".repeat(*gap));
                for character in part.chars() {
                    expect.push((character, source.len()..source.len() + character.len_utf8()));
                    source.push(character);
                }
                text.push_verbatim(part, source.len() - part.len());
                if *escape {
                    expect.push(('\t', source.len()..source.len() + 2));
                    text.push("\t", source.len()..source.len() + 2);
                    source.push_str("\\t");
                }
            }
            let text = text.finish();
            let whole: String = expect.iter().map(|(character, _)| *character).collect();
            prop_assert_eq!(text.as_str(), &whole);
            let cut = cut.0.min(cut.1)..cut.0.max(cut.1);
            let slice = text.slice(cut.clone());
            let mut decoded = 0;
            for (character, place) in expect {
                let range = decoded..decoded + character.len_utf8();
                prop_assert_eq!(text.span(range.clone()).range(), place.clone());
                if cut.start <= range.start && range.end <= cut.end {
                    let first = slice.as_str().len().min(range.start - cut.start);
                    // A cut through a character moves the slice's start to the next one.
                    let shift = if whole.is_char_boundary(cut.start.min(whole.len())) { 0 } else { 1 };
                    let from = first - shift;
                    let span = slice.span(from..from + character.len_utf8());
                    prop_assert_eq!(span.range(), place);
                }
                decoded = range.end;
            }
        }
    }
}
