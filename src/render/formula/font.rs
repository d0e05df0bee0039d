//! Outlines of glyphs, from the fonts of mathematics and from one that an author names.

use std::borrow::Cow;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::drawing::Step;

/// A font in OpenType's format, or the first one of a collection.
#[derive(Debug, Clone)]
pub(crate) struct Font {
    bytes: Cow<'static, [u8]>,
    units: f64,
}

/// What a character takes, in em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) depth: f64,
}

impl Font {
    /// A font from the bytes of its file; `None` if they hold none with outlines.
    #[must_use]
    pub(crate) fn new(bytes: Vec<u8>) -> Option<Self> {
        Self::of(Cow::Owned(bytes))
    }

    pub(super) fn of_static(bytes: &'static [u8]) -> Option<Self> {
        Self::of(Cow::Borrowed(bytes))
    }

    fn of(bytes: Cow<'static, [u8]>) -> Option<Self> {
        let face = Face::parse(&bytes, 0).ok()?;
        let units = f64::from(face.units_per_em());
        let tables = face.tables();
        let has_outlines = tables.glyf.is_some() || tables.cff.is_some();
        has_outlines.then_some(Self { bytes, units })
    }

    /// The outline of a character in em, upward from its origin. It is empty for spaces; `None`
    /// where the font does not have the character.
    pub(super) fn outline(&self, character: char) -> Option<Vec<Step>> {
        let (face, glyph) = self.glyph(character)?;
        let mut outline = Outline {
            steps: Vec::new(),
            units: self.units,
        };
        face.outline_glyph(glyph, &mut outline);
        Some(outline.steps)
    }

    /// What a character takes.
    pub(super) fn size(&self, character: char) -> Option<Size> {
        let (face, glyph) = self.glyph(character)?;
        let advance = f64::from(face.glyph_hor_advance(glyph).unwrap_or_default());
        let (top, bottom) = match face.glyph_bounding_box(glyph) {
            Some(bounds) => (f64::from(bounds.y_max), f64::from(bounds.y_min)),
            None => (0.0, 0.0),
        };
        Some(Size {
            width: advance / self.units,
            height: (top / self.units).max(0.0),
            depth: (-bottom / self.units).max(0.0),
        })
    }

    fn glyph(&self, character: char) -> Option<(Face<'_>, GlyphId)> {
        let face = Face::parse(&self.bytes, 0).ok()?;
        let glyph = face.glyph_index(character).filter(|it| it.0 != 0)?;
        Some((face, glyph))
    }
}

struct Outline {
    steps: Vec<Step>,
    units: f64,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> (f64, f64) {
        (f64::from(x) / self.units, f64::from(y) / self.units)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.steps.push(Step::Move(self.at(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.steps.push(Step::Line(self.at(x, y)));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.steps.push(Step::Quad(self.at(x1, y1), self.at(x, y)));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let step = Step::Cubic(self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.steps.push(step);
    }

    fn close(&mut self) {
        self.steps.push(Step::Close);
    }
}
