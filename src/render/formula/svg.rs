//! A drawing as a small SVG picture.
//!
//! Coordinates are whole thousandths of an em: at the size of a card's text a fiftieth of a pixel.
//! All glyphs of one color are one path; a glyph that comes often is written once and used.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use super::drawing::{Drawing, Face, Item, Paint, Step};
use super::engine;
use super::font::Font;
use super::path::{Bounds, Path, Point};
use super::refusal::too_much;
use super::{FormulaError, FormulaErrorKind, FormulaPicture};

/// How many units an em has.
const EM: f64 = 1000.0;

/// Pictures are this much larger than the text around them, in hundredths: letters of the fonts of
/// mathematics are as much smaller than those of other fonts. MathJax and KaTeX do the same.
const SCALE: i64 = 121;

/// Pictures are at most this wide and high, in units: two hundred lines.
const LARGEST: i64 = 200_000;

/// How wide lines are that come without a width, in units.
const PEN: i64 = 38;

/// What a reference to a glyph and its definition take beside the outline, in bytes.
const REFERENCE: usize = 32;
const DEFINITION: usize = 20;

/// A glyph in a size.
type GlyphKey = (Face, char, i64);

struct Glyph {
    path: Path,
    count: usize,
    from_author: bool,
    /// What it is called where it is defined once.
    name: Option<String>,
}

/// The picture of a drawing of `tex`.
pub(super) fn write(
    drawing: &Drawing,
    tex: &str,
    font: Option<&Font>,
) -> Result<FormulaPicture, FormulaError> {
    let mut glyphs = collect(drawing, tex, font)?;
    let mut defined = String::new();
    let mut count = 0_usize;
    for glyph in glyphs.values_mut() {
        let length = glyph.path.text.len();
        let inlined = glyph.count * length;
        if glyph.count > 1 && inlined > length + DEFINITION + glyph.count * REFERENCE {
            let name = name(count);
            count += 1;
            let _ = write!(defined, "<path id=\"{name}\" d=\"{}\"/>", glyph.path.text);
            glyph.name = Some(name);
        }
    }
    let mut page = Page::default();
    for item in &drawing.items {
        page.item(item, &glyphs);
    }
    page.flush();
    finish(drawing, &page, &defined, tex)
}

fn finish(
    drawing: &Drawing,
    page: &Page,
    defined: &str,
    tex: &str,
) -> Result<FormulaPicture, FormulaError> {
    let baseline = units(drawing.height);
    let mut bounds = page.bounds;
    bounds.include((0, 0));
    bounds.include((units(drawing.width), baseline + units(drawing.depth)));
    let Some(((left, top), (right, bottom))) = bounds.corners() else {
        return Err(too_much(0..tex.len(), "the formula has no size"));
    };
    let (width, height) = ((right - left).max(1), (bottom - top).max(1));
    let is_finite = [drawing.width, drawing.height, drawing.depth]
        .iter()
        .all(|it| it.is_finite());
    if width > LARGEST || height > LARGEST || !is_finite {
        let lines = LARGEST / 1000;
        let message = format!("the formula is larger than {lines} em");
        return Err(too_much(0..tex.len(), message));
    }
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}em\" height=\"{}em\" viewBox=\"{left} {top} {width} {height}\">",
        thousandths(width * SCALE / 100),
        thousandths(height * SCALE / 100),
    );
    if !defined.is_empty() {
        let _ = write!(svg, "<defs>{defined}</defs>");
    }
    svg.push_str(&page.out);
    svg.push_str("</svg>");
    Ok(FormulaPicture {
        svg: svg.into_bytes(),
        width_em: em(width),
        height_em: em(baseline - top),
        depth_em: em(bottom - baseline),
    })
}

/// The outlines of all glyphs, and how often each comes.
fn collect(
    drawing: &Drawing,
    tex: &str,
    font: Option<&Font>,
) -> Result<BTreeMap<GlyphKey, Glyph>, FormulaError> {
    let mut glyphs: BTreeMap<GlyphKey, Glyph> = BTreeMap::new();
    for item in &drawing.items {
        let Item::Glyph {
            face,
            character,
            scale,
            ..
        } = item
        else {
            continue;
        };
        let key = (*face, *character, units(*scale));
        if let Some(known) = glyphs.get_mut(&key) {
            known.count += 1;
            continue;
        }
        let (steps, from_author) = outline(*face, *character, tex, font)?;
        let mut path = Path::default();
        trace(&mut path, &steps, |(x, y)| {
            (units(x * scale), units(-y * scale))
        });
        let glyph = Glyph {
            path,
            count: 1,
            from_author,
            name: None,
        };
        glyphs.insert(key, glyph);
    }
    Ok(glyphs)
}

/// The outline of a character, from the first font that has it, and whether that is the author's.
fn outline(
    face: Face,
    character: char,
    tex: &str,
    font: Option<&Font>,
) -> Result<(Arc<[Step]>, bool), FormulaError> {
    let faces = [face, Face::MAIN].into_iter();
    if let Some(steps) = faces.filter_map(|it| engine::outline(it, character)).next() {
        return Ok((steps, false));
    }
    if character.is_whitespace() || character.is_control() || is_invisible(character) {
        return Ok((Arc::default(), false));
    }
    if let Some(steps) = font
        .filter(|_| !is_joined(character))
        .and_then(|it| it.outline(character))
    {
        return Ok((steps.into(), true));
    }
    let at = tex.find(character);
    let range = at.map_or(0..tex.len(), |at| at..at + character.len_utf8());
    let why = if is_joined(character) {
        "pictures of formulas cannot show letters that join or run from the right, such as"
    } else if font.is_none() {
        "the fonts of mathematics have no"
    } else {
        "neither the fonts of mathematics nor the one of `math.font` have"
    };
    Err(FormulaError {
        range,
        message: format!("{why} `{character}`"),
        kind: if is_joined(character) {
            FormulaErrorKind::Script
        } else {
            FormulaErrorKind::Glyph(character)
        },
    })
}

/// Joiners, selectors and marks of direction.
fn is_invisible(character: char) -> bool {
    matches!(u32::from(character), 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2064 | 0xFE00..=0xFE0F)
}

/// Letters of scripts that take another shape beside others, or that run from the right: their
/// glyphs one behind another are not what a reader of them would call text.
fn is_joined(character: char) -> bool {
    matches!(
        u32::from(character),
        0x0590..=0x08FF | 0x0900..=0x0DFF | 0x0E00..=0x109F | 0x1780..=0x18AF | 0x1A00..=0x1CFF
            | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF | 0x10800..=0x10FFF | 0x11000..=0x11FFF | 0x1E800..=0x1EFFF
    )
}

fn trace(path: &mut Path, steps: &[Step], place: impl Fn((f64, f64)) -> Point) {
    for step in steps {
        match step {
            Step::Move(to) => path.move_to(place(*to)),
            Step::Line(to) => path.line_to(place(*to)),
            Step::Quad(control, to) => path.quad_to(place(*control), place(*to)),
            Step::Cubic(first, second, to) => {
                path.cubic_to(place(*first), place(*second), place(*to));
            }
            Step::Close => path.close(),
        }
    }
}

/// What was drawn so far. Shapes of one paint lie in one layer; glyphs, bars and the author's
/// glyphs in a path each, since their outlines run in different directions and would cut holes
/// into one another.
#[derive(Default)]
struct Page {
    out: String,
    bounds: Bounds,
    paint: Option<Paint>,
    glyphs: String,
    glyph_paths: [Path; 2],
    bars: Path,
    shapes: String,
}

impl Page {
    fn item(&mut self, item: &Item, glyphs: &BTreeMap<GlyphKey, Glyph>) {
        match item {
            Item::Glyph {
                x,
                y,
                scale,
                face,
                character,
                paint,
            } => {
                let key = (*face, *character, units(*scale));
                if let Some(glyph) = glyphs.get(&key) {
                    self.paint(*paint);
                    self.glyph(glyph, (units(*x), units(*y)));
                }
            }
            Item::Bar {
                x,
                y,
                width,
                thickness,
                dashed,
                paint,
            } => {
                self.paint(*paint);
                self.bar((*x, *y), *width, *thickness, *dashed);
            }
            Item::Ground {
                x,
                y,
                width,
                height,
                paint,
            } => {
                self.flush();
                self.paint(*paint);
                let (low, high) = (
                    (units(*x), units(*y)),
                    (units(x + width), units(y + height)),
                );
                self.bars.rectangle(low, high);
                self.flush();
            }
            Item::Shape { steps, fill, paint } => {
                self.paint(*paint);
                let mut path = Path::default();
                trace(&mut path, steps, |(x, y)| (units(x), units(y)));
                self.bounds.unite(path.bounds(), (0, 0));
                let d = &path.text;
                let _ = if *fill {
                    write!(self.shapes, "<path d=\"{d}\"/>")
                } else {
                    let color = hex(*paint);
                    write!(
                        self.shapes,
                        "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"{PEN}\" stroke-linecap=\"round\" stroke-linejoin=\"round\" d=\"{d}\"/>"
                    )
                };
            }
        }
    }

    fn paint(&mut self, paint: Paint) {
        if self.paint != Some(paint) {
            self.flush();
            self.paint = Some(paint);
        }
    }

    fn glyph(&mut self, glyph: &Glyph, at: Point) {
        if glyph.path.is_empty() {
            return;
        }
        self.bounds.unite(glyph.path.bounds(), at);
        if let Some(name) = &glyph.name {
            let _ = write!(self.glyphs, "<use href=\"#{name}\"");
            for (axis, value) in [("x", at.0), ("y", at.1)] {
                if value != 0 {
                    let _ = write!(self.glyphs, " {axis}=\"{value}\"");
                }
            }
            self.glyphs.push_str("/>");
            return;
        }
        let index = usize::from(glyph.from_author);
        if let Some(path) = self.glyph_paths.get_mut(index) {
            path.append(&glyph.path, at);
        }
    }

    fn bar(&mut self, (x, y): (f64, f64), width: f64, thickness: f64, dashed: bool) {
        let (top, bottom) = (units(y - thickness / 2.0), units(y + thickness / 2.0));
        let bottom = bottom.max(top + 1);
        let right = units(x + width);
        if !dashed {
            self.bars.rectangle((units(x), top), (right, bottom));
            return;
        }
        let dash = units(thickness * 3.0).max(1);
        // What lies further out makes the picture too large.
        let mut left = units(x).max(-LARGEST);
        while left < right.min(LARGEST) {
            let end = (left + dash).min(right);
            self.bars.rectangle((left, top), (end, bottom));
            left = end + dash;
        }
    }

    /// Ends the layer of one paint.
    fn flush(&mut self) {
        let mut layer = std::mem::take(&mut self.shapes);
        let paths = std::mem::take(&mut self.glyph_paths);
        let bars = std::mem::take(&mut self.bars);
        self.bounds.unite(bars.bounds(), (0, 0));
        for path in paths.iter().chain([&bars]).filter(|it| !it.is_empty()) {
            let _ = write!(layer, "<path d=\"{}\"/>", path.text);
        }
        layer.push_str(&std::mem::take(&mut self.glyphs));
        let paint = self.paint.unwrap_or(Paint::BLACK);
        if layer.is_empty() {
            return;
        }
        if paint == Paint::BLACK {
            self.out.push_str(&layer);
            return;
        }
        let _ = write!(self.out, "<g fill=\"{}\"", hex(paint));
        let alpha = paint.0[3];
        if alpha < 255 {
            let thousandth = i64::from(alpha) * 1000 / 255;
            let _ = write!(self.out, " fill-opacity=\"{}\"", thousandths(thousandth));
        }
        let _ = write!(self.out, ">{layer}</g>");
    }
}

fn hex(paint: Paint) -> String {
    let [red, green, blue, _] = paint.0;
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// `a` to `z`, then `a1` and so on.
fn name(index: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap_or_default());
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// In units, far enough from the ends of the numbers to be reckoned with.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped; what is no number is zero"
)]
fn units(length: f64) -> i64 {
    (length * EM).round().clamp(-1e9, 1e9) as i64
}

/// In sizes of the font around the picture.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn em(length: i64) -> f64 {
    (length * SCALE) as f64 / EM / 100.0
}

/// A number of thousandths as a decimal.
pub(in crate::render) fn thousandths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let number = number.unsigned_abs();
    let text = format!("{sign}{}.{:03}", number / 1000, number % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
