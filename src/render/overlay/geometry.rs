//! Lengths, transforms and outlines of an SVG file.

use crate::files::UNITS;

/// What a shape covers, in the units of the drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outline {
    /// Left, top, width, height.
    Box([f64; 4]),
    /// The center, and both radii.
    Ellipse([f64; 4]),
    Polygon(Vec<[f64; 2]>),
}

/// A transform: x becomes `a x + c y + e`, y becomes `b x + d y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine([f64; 6]);

/// As many corners stand for an ellipse that is turned.
const CORNERS: u32 = 32;
/// Less than this is rounding.
const NOTHING: f64 = 1e-9;

impl Affine {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// The value of `transform`: a list of functions. `None` where it cannot be read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut all = Self::IDENTITY;
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (name, behind) = rest.split_once('(')?;
            let (values, behind) = behind.split_once(')')?;
            let values = lengths(values)?;
            let (sin, cos) = values
                .first()
                .map_or((0.0, 1.0), |it| it.to_radians().sin_cos());
            let one = match (name.trim(), values.as_slice()) {
                ("matrix", [a, b, c, d, e, f]) => Self([*a, *b, *c, *d, *e, *f]),
                ("translate", [x]) => Self::moved(*x, 0.0),
                ("translate", [x, y]) => Self::moved(*x, *y),
                ("scale", [both]) => Self([*both, 0.0, 0.0, *both, 0.0, 0.0]),
                ("scale", [x, y]) => Self([*x, 0.0, 0.0, *y, 0.0, 0.0]),
                ("rotate", [_]) => Self([cos, sin, -sin, cos, 0.0, 0.0]),
                ("rotate", [_, x, y]) => Self::moved(*x, *y)
                    .then(Self([cos, sin, -sin, cos, 0.0, 0.0]))
                    .then(Self::moved(-x, -y)),
                ("skewX", [angle]) => Self([1.0, 0.0, angle.to_radians().tan(), 1.0, 0.0, 0.0]),
                ("skewY", [angle]) => Self([1.0, angle.to_radians().tan(), 0.0, 1.0, 0.0, 0.0]),
                _ => return None,
            };
            all = all.then(one);
            rest = behind.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
        }
        all.0.iter().all(|it| it.is_finite()).then_some(all)
    }

    fn moved(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// The transform that does `inner` first, as a group does to what is in it.
    pub(super) fn then(self, inner: Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [g, h, i, j, k, l] = inner.0;
        Self([
            a * g + c * h,
            b * g + d * h,
            a * i + c * j,
            b * i + d * j,
            a * k + c * l + e,
            b * k + d * l + f,
        ])
    }

    fn point(self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [a, b, c, d, e, f] = self.0;
        [a * x + c * y + e, b * x + d * y + f]
    }

    /// Whether what was level stays level.
    fn keeps_axes(self) -> bool {
        let [a, b, c, d, ..] = self.0;
        let size = a.abs() + d.abs();
        b.abs() <= NOTHING * size && c.abs() <= NOTHING * size
    }
}

impl Outline {
    /// The outline under a transform; boxes and ellipses that are turned become polygons.
    pub(super) fn under(self, transform: Affine) -> Self {
        let [a, _, _, d, ..] = transform.0;
        match self {
            Self::Box([x, y, width, height]) => {
                let opposite = [x + width, y + height];
                if transform.keeps_axes() {
                    let ([left, top], [right, bottom]) =
                        (transform.point([x, y]), transform.point(opposite));
                    let (width, height) = ((right - left).abs(), (bottom - top).abs());
                    return Self::Box([left.min(right), top.min(bottom), width, height]);
                }
                let [right, bottom] = opposite;
                let corners = [[x, y], [right, y], [right, bottom], [x, bottom]];
                Self::Polygon(corners.map(|it| transform.point(it)).to_vec())
            }
            Self::Ellipse([x, y, rx, ry]) => {
                if transform.keeps_axes() {
                    let [x, y] = transform.point([x, y]);
                    return Self::Ellipse([x, y, (rx * a).abs(), (ry * d).abs()]);
                }
                let corner = |index: u32| {
                    let turn = f64::from(index) / f64::from(CORNERS) * std::f64::consts::TAU;
                    transform.point([x + rx * turn.cos(), y + ry * turn.sin()])
                };
                Self::Polygon((0..CORNERS).map(corner).collect())
            }
            Self::Polygon(corners) => {
                Self::Polygon(corners.into_iter().map(|it| transform.point(it)).collect())
            }
        }
    }
}

/// A length in the units of the drawing; `None` for percents, which depend on what is around.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (digits, factor) = unit.unwrap_or((text, 1.0));
    finite(digits.trim_end()).map(|it| it * factor)
}

/// Numbers with spaces or commas between them, or with nothing where a sign or a second point says
/// that another one begins.
pub(super) fn lengths(text: &str) -> Option<Vec<f64>> {
    let mut found = Vec::new();
    let mut start = None;
    let (mut before, mut has_point) = (' ', false);
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_gap = character.is_whitespace() || character == ',';
        let is_exponent = matches!(before, 'e' | 'E');
        let begins_anew =
            matches!(character, '+' | '-') && !is_exponent || character == '.' && has_point;
        if (is_gap || begins_anew)
            && let Some(from) = start.take()
        {
            found.push(finite(text.get(from..at)?)?);
            has_point = false;
        }
        if !is_gap && start.is_none() {
            start = Some(at);
        }
        has_point |= character == '.' || matches!(character, 'e' | 'E');
        before = character;
    }
    Some(found)
}

fn finite(text: &str) -> Option<f64> {
    // What Rust reads beyond digits, such as `inf`, is no number of a drawing.
    let is_number = |it: char| it.is_ascii_digit() || matches!(it, '+' | '-' | '.' | 'e' | 'E');
    if !text.chars().all(is_number) {
        return None;
    }
    text.parse().ok().filter(|it: &f64| it.abs() < 1e12)
}
