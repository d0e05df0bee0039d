//! The masks of an image occlusion note as an author wrote them, and which fields of a note type
//! hold what Anki draws.

use std::fmt;

use super::note_type::{NoteType, NoteTypeKind};
use crate::diag::{Span, Spanned, Text};

/// The masks of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct WrittenMasks {
    /// What a card hides.
    pub mode: MaskMode,
    /// The masks, in the order of the source.
    pub masks: Vec<WrittenMask>,
    /// The path of an SVG drawing whose shapes are masks, too.
    pub overlay: Option<Text>,
    /// Where they stand.
    pub span: Span,
}

/// What a card hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MaskMode {
    /// Every mask; one of them is asked for.
    #[default]
    HideAll,
    /// The mask that is asked for alone.
    HideOne,
}

/// A mask, or a text on the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct WrittenMask {
    /// What it is known by from build to build.
    pub label: Option<Spanned<String>>,
    /// Masks of one group are asked for on one card.
    pub group: Option<Spanned<String>>,
    /// The number of its card, where the author gave one.
    pub number: Option<Spanned<u16>>,
    /// Where it lies.
    pub shape: MaskShape,
    /// How far it is turned clockwise around its upper left corner, in 1/10000 of a turn.
    pub angle: Option<u16>,
    /// Its color instead of the note type's, such as `#ff0000`.
    pub fill: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// The shape of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskShape {
    /// A rectangle: left, top, width, height.
    Rectangle([Length; 4]),
    /// An ellipse: the center's x and y, both radii.
    Ellipse([Length; 4]),
    /// A polygon.
    Polygon {
        /// The x and y of each corner.
        corners: Vec<[Length; 2]>,
        /// Left and top of where it is drawn, if that is not where its corners say: Anki's editor
        /// leaves such polygons, a hair away from their corners.
        at: Option<[Length; 2]>,
    },
    /// A text that stands on the picture on every card: left and top, and the size of its letters,
    /// of the picture's height.
    Label {
        /// Left and top.
        at: [Length; 2],
        /// What it says.
        text: String,
        /// The height of its letters.
        size: Option<Length>,
        /// By how much the letters are larger than that, in 1/10000: what is left of a text that
        /// was pulled larger in Anki's editor.
        scale: Option<u32>,
    },
}

/// A length on a picture, exact as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Length {
    /// Millionths of a pixel.
    Pixels(i64),
    /// Millionths of a percent of the picture's width or height.
    Percent(i64),
}

const MILLION: i64 = 1_000_000;
/// More digits before the point than any picture needs.
const MOST_DIGITS: usize = 7;

impl Length {
    /// `412`, `412px`, `-3.5` or `30.25%`; `None` for anything else, and for more than seven digits
    /// before the point.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, is_percent) = match text.strip_suffix('%') {
            Some(number) => (number, true),
            None => (text.strip_suffix("px").unwrap_or(text), false),
        };
        let number = number.trim_end();
        let (digits, sign) = match number.strip_prefix('-') {
            Some(digits) => (digits, -1),
            None => (number.strip_prefix('+').unwrap_or(number), 1),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
        if whole.len() + part.len() == 0
            || whole.len() > MOST_DIGITS
            || !all_digits(whole)
            || !all_digits(part)
        {
            return None;
        }
        let part: String = part.chars().chain("000000".chars()).take(6).collect();
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let millionths = sign * (whole * MILLION + part.parse::<i64>().ok()?);
        Some(if is_percent {
            Self::Percent(millionths)
        } else {
            Self::Pixels(millionths)
        })
    }

    /// The length as a part of the whole, which has this many pixels; `None` for pixels where that
    /// is not known.
    #[must_use]
    pub fn fraction(self, whole: Option<u32>) -> Option<f64> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "at most 14 digits, which a double holds"
        )]
        let exact = |millionths: i64| millionths as f64 / 1e6;
        match self {
            Self::Percent(millionths) => Some(exact(millionths) / 100.0),
            Self::Pixels(0) => Some(0.0),
            Self::Pixels(millionths) => Some(exact(millionths) / f64::from(whole?)),
        }
    }

    /// Whether the size of the picture has to be known.
    #[must_use]
    pub fn is_pixels(self) -> bool {
        matches!(self, Self::Pixels(it) if it != 0)
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub fn is_negative(self) -> bool {
        let (Self::Pixels(millionths) | Self::Percent(millionths)) = self;
        millionths < 0
    }
}

impl fmt::Display for Length {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (millionths, unit) = match self {
            Self::Pixels(it) => (*it, ""),
            Self::Percent(it) => (*it, "%"),
        };
        let sign = if millionths < 0 { "-" } else { "" };
        let absolute = millionths.unsigned_abs();
        let whole = absolute / MILLION.unsigned_abs();
        let part = format!("{:06}", absolute % MILLION.unsigned_abs());
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{part}{unit}")
    }
}

impl MaskShape {
    /// Its lengths, in the order in which they are written; every second one is vertical.
    pub fn lengths(&self) -> impl Iterator<Item = Length> + '_ {
        let (corners, few, size) = match self {
            Self::Rectangle(lengths) | Self::Ellipse(lengths) => (&[][..], &lengths[..], None),
            Self::Polygon { corners, at } => {
                let at = at.as_ref().map_or(&[][..], |it| &it[..]);
                (corners.as_slice(), at, None)
            }
            Self::Label { at, size, .. } => (&[][..], &at[..], *size),
        };
        let corners = corners.iter().flatten();
        corners.chain(few).copied().chain(size)
    }

    /// The key that names it in sources.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Rectangle(_) => "rect",
            Self::Ellipse(_) => "ellipse",
            Self::Polygon { .. } => "polygon",
            Self::Label { .. } => "text",
        }
    }
}

impl fmt::Display for WrittenMask {
    /// One line that holds all that is said of the mask.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(label) = &self.label {
            write!(formatter, "{}: ", label.value)?;
        }
        formatter.write_str(self.shape.word())?;
        for length in self.shape.lengths() {
            write!(formatter, " {length}")?;
        }
        match &self.shape {
            MaskShape::Label { text, scale, .. } => {
                write!(formatter, " {text}")?;
                if let Some(scale) = scale {
                    write!(formatter, ", scale {scale}/10000")?;
                }
            }
            // The last two lengths are no corner then.
            MaskShape::Polygon { at: Some(_), .. } => formatter.write_str(", at")?,
            _ => {}
        }
        if let Some(group) = &self.group {
            write!(formatter, ", group {}", group.value)?;
        }
        if let Some(number) = &self.number {
            write!(formatter, ", number {}", number.value)?;
        }
        if let Some(angle) = self.angle {
            write!(formatter, ", angle {angle}/10000")?;
        }
        if let Some(fill) = &self.fill {
            write!(formatter, ", fill {fill}")?;
        }
        Ok(())
    }
}

impl WrittenMasks {
    /// What is said of them, a line a mask: what identity hashes and a person is shown.
    pub(super) fn texts(&self, visit: &mut dyn FnMut(&'static str, &str)) {
        for mask in &self.masks {
            visit("mask", &mask.to_string());
        }
        if let Some(overlay) = &self.overlay {
            visit("overlay", overlay.as_str());
        }
        if self.mode == MaskMode::HideOne {
            visit("mode", "hide-one");
        }
    }
}

/// Positions of the fields that Anki's image occlusion works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OcclusionFields {
    /// The masks.
    pub occlusion: usize,
    /// The picture.
    pub image: usize,
    /// What stands above it.
    pub header: usize,
    /// What stands below it on the back.
    pub back_extra: usize,
}

impl OcclusionFields {
    /// The fields of a note type that began as Anki's image occlusion: by their stock tags, else by
    /// their positions, as Anki finds them (measured on Anki 26.9.3 and 25.9.2). `None` for any
    /// other note type.
    #[must_use]
    pub fn of(note_type: &NoteType) -> Option<Self> {
        const STOCK_KIND: u32 = 6;
        let fields = note_type.fields();
        if note_type.stock_kind() != STOCK_KIND
            || note_type.kind() != NoteTypeKind::Cloze
            || fields.len() < 4
        {
            return None;
        }
        let find = |tag: u32, position: usize| {
            let tagged = fields.iter().position(|it| it.stock_tag == Some(tag));
            tagged.unwrap_or(position)
        };
        Some(Self {
            occlusion: find(0, 0),
            image: find(1, 1),
            header: find(2, 2),
            back_extra: find(3, 3),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact() {
        let check = |text: &str, expect: Option<&str>| {
            let found = Length::parse(text).map(|it| it.to_string());
            assert_eq!(found.as_deref(), expect, "{text:?}");
        };
        for (text, expect) in [
            ("412", "412"),
            ("412px", "412"),
            (" 30% ", "30%"),
            ("30 %", "30%"),
            ("30.25%", "30.25%"),
            ("-3.5", "-3.5"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("0.1234567", "0.123456"),
        ] {
            check(text, Some(expect));
        }
        for text in [
            "", "%", "px", ".", "-", "1e3", "1,5", "12345678", "a", "--1", "1%%", "٣",
        ] {
            check(text, None);
        }
        let fraction = |text: &str, whole| Length::parse(text).and_then(|it| it.fraction(whole));
        assert_eq!(fraction("25%", None), Some(0.25));
        assert_eq!(fraction("50", Some(200)), Some(0.25));
        assert_eq!(fraction("50", None), None);
        assert_eq!(fraction("0", None), Some(0.0));
    }
}
