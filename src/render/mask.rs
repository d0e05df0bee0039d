//! The text as the Markdown parser sees it: regions and delimiters are single characters.
//!
//! A mask is a letter to the parser, so that emphasis around a formula works and a table is not
//! split at a pipe in it. The delimiters of clozes and marks are seen through: their inner side
//! looks like punctuation, so that emphasis can begin right behind `{{c1::`, and their outer side
//! like a letter, so that it can end right before it.

use std::borrow::Cow;
use std::ops::Range;

use super::scan::{RegionKind, Scan, TokenKind, glyph};

/// What a mask stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Masked {
    /// The region of this index, and the first of the tokens behind its beginning.
    Region { index: usize, first_token: usize },
    /// The token of this index.
    Token(usize),
}

/// The text for the Markdown parser, and the way back from it.
#[derive(Debug)]
pub(super) struct Mask<'s> {
    source: &'s str,
    pub(super) scan: &'s Scan,
    pub(super) text: Cow<'s, str>,
    masks: Vec<Masked>,
    /// From the first offset in the masked text on, the source goes on at the second.
    places: Vec<(usize, usize)>,
}

impl<'s> Mask<'s> {
    pub(super) fn new(source: &'s str, scan: &'s Scan) -> Self {
        let mut mask = Self {
            source,
            scan,
            text: Cow::Borrowed(source),
            masks: Vec::new(),
            places: Vec::new(),
        };
        if !scan.regions.is_empty() || !scan.tokens.is_empty() {
            mask.fill();
        }
        mask
    }

    /// What a character of the masked text stands for.
    pub(super) fn get(&self, character: char) -> Option<Masked> {
        self.masks.get(glyph::mask_index(character)?).copied()
    }

    /// The place in the source of an offset in the masked text.
    pub(super) fn place(&self, offset: usize) -> usize {
        let index = self.places.partition_point(|(masked, _)| *masked <= offset);
        match index
            .checked_sub(1)
            .and_then(|index| self.places.get(index))
        {
            Some((masked, source)) => (source + (offset - masked)).min(self.source.len()),
            None => offset,
        }
    }

    /// The stretch of the source of a range of the masked text.
    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        start..self.place(range.end).max(start)
    }

    /// A part of the masked text with the source in the place of masks.
    pub(super) fn unmasked<'t>(&self, part: &'t str) -> Cow<'t, str> {
        if self.masks.is_empty() || !part.contains(|it| self.is_ours(it)) {
            return Cow::Borrowed(part);
        }
        let mut whole = String::with_capacity(part.len());
        for character in part.chars() {
            match self.get(character) {
                Some(masked) => whole.push_str(self.written(masked)),
                None if character == glyph::PAD => {}
                None => whole.push(character),
            }
        }
        Cow::Owned(whole)
    }

    /// The source of a mask.
    pub(super) fn written(&self, masked: Masked) -> &'s str {
        let range = match masked {
            Masked::Region { index, .. } => self.scan.regions.get(index).map(|it| &it.range),
            Masked::Token(index) => self.scan.tokens.get(index).map(|it| &it.range),
        };
        range
            .and_then(|range| self.source.get(range.clone()))
            .unwrap_or_default()
    }

    fn is_ours(&self, character: char) -> bool {
        character == glyph::PAD || glyph::mask_index(character).is_some()
    }

    fn fill(&mut self) {
        let scan = self.scan;
        let mut text = String::with_capacity(self.source.len() + 16);
        let mut at = 0;
        let mut next_token = 0;
        for (index, region) in scan.regions.iter().enumerate() {
            next_token = self.tokens(&mut text, &mut at, next_token, region.range.start);
            if region.range.start < at {
                // Regions do not overlap; one that did would be text.
                continue;
            }
            match region.kind {
                RegionKind::Code => {
                    next_token = self.tokens(&mut text, &mut at, next_token, region.range.end);
                    self.copy(&mut text, &mut at, region.range.end);
                }
                RegionKind::Comment => {
                    self.copy(&mut text, &mut at, region.range.start);
                    at = region.range.end;
                    self.places.push((text.len(), at));
                }
                _ => {
                    self.copy(&mut text, &mut at, region.range.start);
                    let masked = Masked::Region {
                        index,
                        first_token: next_token,
                    };
                    if let Some(mask) = self.mask(masked) {
                        text.push(mask);
                        at = region.range.end;
                        self.places.push((text.len(), at));
                        let inside = scan.tokens.iter().skip(next_token);
                        next_token += inside
                            .take_while(|token| token.range.start < region.range.end)
                            .count();
                    }
                }
            }
        }
        self.tokens(&mut text, &mut at, next_token, self.source.len());
        self.copy(&mut text, &mut at, self.source.len());
        self.text = Cow::Owned(text);
    }

    /// Writes the tokens that begin before `until`; the index of the next one.
    fn tokens(&mut self, text: &mut String, at: &mut usize, next: usize, until: usize) -> usize {
        let scan = self.scan;
        let mut next = next;
        while let Some(token) = scan.tokens.get(next).filter(|it| it.range.start < until) {
            next += 1;
            if token.range.start < *at {
                continue;
            }
            self.copy(text, at, token.range.start);
            let Some(mask) = self.mask(Masked::Token(next - 1)) else {
                continue;
            };
            let behind = self.source.get(token.range.end..).unwrap_or_default();
            let pad_before = match token.kind {
                TokenKind::Open => text.ends_with('_'),
                TokenKind::Hint | TokenKind::Close => true,
            };
            let pad_behind = match token.kind {
                TokenKind::Open | TokenKind::Hint => true,
                TokenKind::Close => behind.starts_with('_'),
            };
            text.extend(pad_before.then_some(glyph::PAD));
            text.push(mask);
            text.extend(pad_behind.then_some(glyph::PAD));
            *at = token.range.end;
            self.places.push((text.len(), *at));
        }
        next
    }

    fn copy(&self, text: &mut String, at: &mut usize, until: usize) {
        text.push_str(self.source.get(*at..until).unwrap_or_default());
        *at = until.max(*at);
    }

    fn mask(&mut self, masked: Masked) -> Option<char> {
        let mask = glyph::mask(self.masks.len())?;
        self.masks.push(masked);
        Some(mask)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::{Dialect, scan};
    use super::*;
    use crate::diag::{Diagnostics, Text};

    #[test]
    fn places_lead_back_to_the_source() {
        let source = "a $x^2$ b {{c1::c}} d";
        let dialect = Dialect {
            markdown: true,
            clozes: true,
            highlight: false,
            curly: false,
            stray: None,
            math: true,
            percent_comments: false,
            autolinks: false,
            ruby: false,
        };
        let scan = scan(&Text::detached(source), dialect, &mut Diagnostics::new());
        let mask = Mask::new(source, &scan);
        for letter in ["a", "b", "c}", " d"] {
            let letter = letter.get(..1).unwrap();
            let masked = mask.text.rfind(letter).unwrap();
            assert_eq!(Some(mask.place(masked)), source.rfind(letter), "{letter}");
        }
        assert_eq!(mask.unmasked(&mask.text), source);
    }
}
