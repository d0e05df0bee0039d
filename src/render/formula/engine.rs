//! The one file that knows the typesetter: TeX in, a drawing out.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ratex_font::{FontId, katex_ttf_glyph_char};
use ratex_layout::{
    FallbackGlyphMetrics, LayoutOptions, layout_with_fallback_metrics, to_display_list,
    validate_layout,
};
use ratex_parser::{ParseError, ParseNode, Parser};
use ratex_types::color::Color;
use ratex_types::display_item::DisplayItem;
use ratex_types::math_style::MathStyle;
use ratex_types::path_command::PathCommand;

use super::FormulaError;
use super::drawing::{Drawing, Face, Item, Paint, Step};
use super::font::Font;
use super::refusal::{self, too_much};

/// The fonts of mathematics, by the names that drawings know them by.
const FONTS: [(FontId, &str); 20] = [
    (FontId::MainRegular, "KaTeX_Main-Regular.ttf"),
    (FontId::AmsRegular, "KaTeX_AMS-Regular.ttf"),
    (FontId::CaligraphicRegular, "KaTeX_Caligraphic-Regular.ttf"),
    (FontId::FrakturBold, "KaTeX_Fraktur-Bold.ttf"),
    (FontId::FrakturRegular, "KaTeX_Fraktur-Regular.ttf"),
    (FontId::MainBold, "KaTeX_Main-Bold.ttf"),
    (FontId::MainBoldItalic, "KaTeX_Main-BoldItalic.ttf"),
    (FontId::MainItalic, "KaTeX_Main-Italic.ttf"),
    (FontId::MathBoldItalic, "KaTeX_Math-BoldItalic.ttf"),
    (FontId::MathItalic, "KaTeX_Math-Italic.ttf"),
    (FontId::SansSerifBold, "KaTeX_SansSerif-Bold.ttf"),
    (FontId::SansSerifItalic, "KaTeX_SansSerif-Italic.ttf"),
    (FontId::SansSerifRegular, "KaTeX_SansSerif-Regular.ttf"),
    (FontId::ScriptRegular, "KaTeX_Script-Regular.ttf"),
    (FontId::Size1Regular, "KaTeX_Size1-Regular.ttf"),
    (FontId::Size2Regular, "KaTeX_Size2-Regular.ttf"),
    (FontId::Size3Regular, "KaTeX_Size3-Regular.ttf"),
    (FontId::Size4Regular, "KaTeX_Size4-Regular.ttf"),
    (FontId::TypewriterRegular, "KaTeX_Typewriter-Regular.ttf"),
    // Text in other scripts: what Latin letters and signs it has stand in the first font.
    (FontId::CjkRegular, "KaTeX_Main-Regular.ttf"),
];

/// The bytes of the font at `face` in the list above.
fn bytes(face: Face) -> Option<&'static [u8]> {
    static LOADED: OnceLock<Vec<Cow<'static, [u8]>>> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let files = FONTS
            .iter()
            .map(|(_, file)| ratex_katex_fonts::ttf_bytes(file));
        files.map(Option::unwrap_or_default).collect()
    });
    loaded.get(face.0).map(AsRef::as_ref)
}

type Outlines = BTreeMap<(Face, char), Arc<[Step]>>;

/// The outline of a character in the font of mathematics of this face; see [`Font::outline`].
pub(super) fn outline(face: Face, character: char) -> Option<Arc<[Step]>> {
    /// Outlines that were asked for, at most as many as the fonts have.
    static KNOWN: Mutex<Outlines> = Mutex::new(BTreeMap::new());
    static FONTS_READ: OnceLock<Vec<Option<Font>>> = OnceLock::new();
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(steps) = known().get(&(face, character)) {
        return Some(Arc::clone(steps));
    }
    let fonts = FONTS_READ.get_or_init(|| {
        let faces = (0..FONTS.len()).map(Face);
        faces.map(|it| Font::of_static(bytes(it)?)).collect()
    });
    let font = fonts.get(face.0)?.as_ref()?;
    let steps: Arc<[Step]> = font.outline(character)?.into();
    known().insert((face, character), Arc::clone(&steps));
    Some(steps)
}

/// Whether the formula can be parsed.
pub(super) fn check(tex: &str) -> Result<(), FormulaError> {
    parse(tex).map(|_| ())
}

/// Commands that MathJax has and the parser does not, by those that it has.
const PRELUDE: [(&str, &str); 27] = [
    (r"\cancelto", r"{\cancel{#2}}^{#1}"),
    (r"\celsius", r"{}^{\circ}\mathrm{C}"),
    (r"\cramped", r"{#1}"),
    (r"\hfil", ""),
    (r"\hfill", ""),
    (r"\idotsint", r"\int\!\cdots\!\int"),
    (r"\iiiint", r"\iint\!\iint"),
    (r"\label", r"\mathrlap{\smash{\phantom{\text{#1}}}}"),
    (r"\mathbfit", r"\boldsymbol{#1}"),
    (r"\mathup", r"\mathrm{#1}"),
    (r"\mbox", r"\text{#1}"),
    (r"\micro", r"\mu"),
    (r"\ohm", r"\Omega"),
    (r"\prescript", r"{}^{#1}_{#2}{#3}"),
    (r"\require", r"\mathrlap{\smash{\phantom{\text{#1}}}}"),
    (r"\strut", r"\vphantom{(}"),
    (r"\symbf", r"\boldsymbol{#1}"),
    (r"\symcal", r"\mathcal{#1}"),
    (r"\symfrak", r"\mathfrak{#1}"),
    (r"\symrm", r"\mathrm{#1}"),
    (r"\symsf", r"\mathsf{#1}"),
    (r"\symtt", r"\mathtt{#1}"),
    (r"\textemdash", "\u{2014}"),
    (r"\textendash", "\u{2013}"),
    (r"\textquotedblleft", "\u{201C}"),
    (r"\textquotedblright", "\u{201D}"),
    (r"\textquoteright", "\u{2019}"),
];

fn parse(tex: &str) -> Result<Vec<ParseNode>, FormulaError> {
    let mut parser = Parser::new(tex);
    for (name, text) in PRELUDE {
        // Most formulas have none of them.
        if tex.contains(name) {
            parser.gullet.set_text_macro(name, text);
        }
    }
    parser.parse().map_err(|error| refused(&error, tex))
}

fn refused(error: &ParseError, tex: &str) -> FormulaError {
    let place = error.loc.as_ref().map(|it| it.start..it.end);
    refusal::of(&error.message, place, tex)
}

/// The formula as a drawing, in em.
pub(super) fn typeset(
    tex: &str,
    display: bool,
    font: Option<&Font>,
) -> Result<Drawing, FormulaError> {
    let nodes = parse(tex)?;
    let style = if display {
        MathStyle::Display
    } else {
        MathStyle::Text
    };
    let options = LayoutOptions {
        style,
        ..LayoutOptions::default()
    };
    let tree = layout_with_fallback_metrics(&nodes, &options, metrics(tex, font));
    validate_layout(&tree).map_err(|_| too_much(0..tex.len(), "the formula draws too much"))?;
    let list = to_display_list(&tree);
    Ok(Drawing {
        width: list.width,
        height: list.height,
        depth: list.depth,
        items: list.items.into_iter().map(item).collect(),
    })
}

/// How large the characters of the formula are that only the author's font may have.
fn metrics(tex: &str, font: Option<&Font>) -> Arc<HashMap<char, FallbackGlyphMetrics>> {
    let mut metrics = HashMap::new();
    for character in tex.chars().filter(|it| !it.is_ascii()) {
        if let Some(size) = font.and_then(|it| it.size(character)) {
            let size = FallbackGlyphMetrics {
                width: size.width,
                height: size.height,
                depth: size.depth,
            };
            metrics.insert(character, size);
        }
    }
    Arc::new(metrics)
}

fn item(item: DisplayItem) -> Item {
    match item {
        DisplayItem::GlyphPath {
            x,
            y,
            scale,
            font,
            char_code,
            color,
        } => {
            let id = FontId::parse(&font).unwrap_or(FontId::MainRegular);
            let face = FONTS
                .iter()
                .position(|(it, _)| *it == id)
                .unwrap_or_default();
            Item::Glyph {
                x,
                y,
                scale,
                face: Face(face),
                character: katex_ttf_glyph_char(id, char_code),
                paint: paint(color),
            }
        }
        DisplayItem::Line {
            x,
            y,
            width,
            thickness,
            color,
            dashed,
        } => Item::Bar {
            x,
            y,
            width,
            thickness,
            dashed,
            paint: paint(color),
        },
        DisplayItem::Rect {
            x,
            y,
            width,
            height,
            color,
        } => Item::Ground {
            x,
            y,
            width,
            height,
            paint: paint(color),
        },
        DisplayItem::Path {
            x,
            y,
            commands,
            fill,
            color,
        } => Item::Shape {
            steps: commands.into_iter().map(|it| step(it, x, y)).collect(),
            fill,
            paint: paint(color),
        },
    }
}

fn step(command: PathCommand, left: f64, top: f64) -> Step {
    let at = |x: f64, y: f64| (x + left, y + top);
    match command {
        PathCommand::MoveTo { x, y } => Step::Move(at(x, y)),
        PathCommand::LineTo { x, y } => Step::Line(at(x, y)),
        PathCommand::QuadTo { x1, y1, x, y } => Step::Quad(at(x1, y1), at(x, y)),
        PathCommand::CubicTo {
            x1,
            y1,
            x2,
            y2,
            x,
            y,
        } => Step::Cubic(at(x1, y1), at(x2, y2), at(x, y)),
        PathCommand::Close => Step::Close,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a byte holds"
)]
fn paint(color: Color) -> Paint {
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    Paint([byte(color.r), byte(color.g), byte(color.b), byte(color.a)])
}
