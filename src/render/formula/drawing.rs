//! What a formula is drawn with: glyphs, bars and shapes, in em, downward from its top.

/// A formula that was laid out. Its baseline lies `height` below its top.
#[derive(Debug, Clone)]
pub(super) struct Drawing {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) depth: f64,
    /// Later ones lie above earlier ones.
    pub(super) items: Vec<Item>,
}

/// One of the fonts of mathematics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Face(pub(super) usize);

impl Face {
    /// The one that has the most characters.
    pub(super) const MAIN: Self = Self(0);
}

/// Red, green, blue and how much of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint(pub(super) [u8; 4]);

impl Paint {
    pub(super) const BLACK: Self = Self([0, 0, 0, 255]);
}

#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A glyph whose origin is at `x`, `y`.
    Glyph {
        x: f64,
        y: f64,
        scale: f64,
        face: Face,
        character: char,
        paint: Paint,
    },
    /// A horizontal line around `y`.
    Bar {
        x: f64,
        y: f64,
        width: f64,
        thickness: f64,
        dashed: bool,
        paint: Paint,
    },
    /// A rectangle behind what follows.
    Ground {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        paint: Paint,
    },
    /// Radical signs, arrows and the like; without `fill` they are lines.
    Shape {
        steps: Vec<Step>,
        fill: bool,
        paint: Paint,
    },
}

/// A step along an outline, to the last point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    Move((f64, f64)),
    Line((f64, f64)),
    Quad((f64, f64), (f64, f64)),
    Cubic((f64, f64), (f64, f64), (f64, f64)),
    Close,
}
