//! Formulas in TeX: whether they typeset, and as what picture.
//!
//! Everything here is a function of the formula, its options and what is compiled in: no font of
//! the system is looked at, so that a deck comes out the same on every machine. Formulas come from
//! anywhere, so length and nesting are counted before the typesetter sees them.

mod definitions;
#[cfg(feature = "formulas")]
mod drawing;
#[cfg(feature = "formulas")]
mod engine;
#[cfg(feature = "formulas")]
mod font;
mod inline;
mod known;
pub(crate) mod macros;
#[cfg(feature = "formulas")]
mod path;
mod refusal;
pub(in crate::render) mod store;
#[cfg(feature = "formulas")]
mod svg;
pub(crate) mod tokens;

use std::ops::Range;

use crate::files::{join, parent};

#[cfg(feature = "formulas")]
pub(crate) use font::Font;
pub(crate) use inline::{InlineFormula, inline};
#[cfg(feature = "formulas")]
use refusal::too_much;

/// What a formula is typeset with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FormulaOptions<'f> {
    /// Where glyphs come from that the fonts of mathematics lack.
    #[cfg(feature = "formulas")]
    pub(crate) font: Option<&'f Font>,
    #[cfg(not(feature = "formulas"))]
    pub(crate) font: std::marker::PhantomData<&'f ()>,
}

/// A formula as a picture, black on nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FormulaPicture {
    pub(crate) svg: Vec<u8>,
    /// In units of the size of the font around it, as the other two.
    pub(crate) width_em: f64,
    /// Above the baseline.
    pub(crate) height_em: f64,
    /// Below the baseline.
    pub(crate) depth_em: f64,
}

/// Why a formula does not typeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormulaError {
    /// The bytes of the formula that it is about.
    pub(crate) range: Range<usize>,
    /// In the grammar of diagnostics.
    pub(crate) message: String,
    pub(crate) kind: FormulaErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "formulas"),
    expect(dead_code, reason = "nothing is refused by what is not built in")
)]
pub(crate) enum FormulaErrorKind {
    /// A command that nobody knows.
    Command(String),
    /// An environment that nobody knows.
    Environment(String),
    /// Against the rules of TeX.
    Syntax,
    /// Too long, too deep, or it grows too large.
    Limit,
    /// A character that no font at hand can show.
    Glyph(char),
    /// Letters of a script that no font alone makes text of.
    Script,
    /// This program was built without the typesetter.
    #[cfg(not(feature = "formulas"))]
    Unavailable,
}

/// Formulas are at most this long, in bytes.
#[cfg(feature = "formulas")]
const LONGEST: usize = 16_384;

/// Braces, environments and the like stand in one another at most this deep. The parser refuses
/// what is deeper than 32 by its own count, in which scripts count, too; this bound keeps long
/// chains away from it.
#[cfg(feature = "formulas")]
const DEEPEST: usize = 64;

/// The formula as a picture. `display` formulas stand alone on their line.
///
/// # Errors
///
/// The formula breaks TeX's rules, uses what is not known, is too large, or holds a character
/// that neither the fonts of mathematics nor the one in `options` can show.
#[cfg(feature = "formulas")]
pub(crate) fn svg(
    tex: &str,
    display: bool,
    options: &FormulaOptions<'_>,
) -> Result<FormulaPicture, FormulaError> {
    within_bounds(tex)?;
    let drawing = engine::typeset(tex, display, options.font)?;
    svg::write(&drawing, tex, options.font)
}

/// Nothing is typeset in a build without the feature `formulas`.
#[cfg(not(feature = "formulas"))]
pub(crate) fn svg(
    tex: &str,
    _display: bool,
    _options: &FormulaOptions<'_>,
) -> Result<FormulaPicture, FormulaError> {
    Err(refusal::unavailable(tex))
}

/// Whether the formula can be parsed.
///
/// # Errors
///
/// As [`svg`], but for characters without a glyph: what shows the formula may have one.
#[cfg(feature = "formulas")]
pub(crate) fn check(tex: &str) -> Result<(), FormulaError> {
    within_bounds(tex)?;
    engine::check(tex)
}

/// Nothing is wrong with what nobody reads.
#[cfg(not(feature = "formulas"))]
pub(crate) fn check(_tex: &str) -> Result<(), FormulaError> {
    Ok(())
}

#[cfg(feature = "formulas")]
fn within_bounds(tex: &str) -> Result<(), FormulaError> {
    if tex.len() > LONGEST {
        let message = format!("the formula is longer than {LONGEST} bytes");
        return Err(too_much(0..tex.len(), message));
    }
    let mut depth = 0_usize;
    let mut bytes = tex.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'{' | b'[' | b'(' | b'^' | b'_' => {
                depth += usize::from(byte == b'{');
                if depth > DEEPEST {
                    let message = format!("more than {DEEPEST} braces stand inside one another");
                    return Err(too_much(at..at + 1, message));
                }
            }
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// The paths that `name` may mean as the file of macros of what stands in `folder`, nearest first.
pub(crate) fn macro_paths(folder: &str, name: &str) -> impl Iterator<Item = String> {
    let mut next = Some(folder.to_owned());
    std::iter::from_fn(move || {
        let folder = next.take()?;
        if !folder.is_empty() {
            next = Some(parent(&folder).to_owned());
        }
        Some(folder)
    })
    .filter_map(move |folder| join(&folder, name))
}

/// Whether MathJax, as Anki comes with it, knows this command or environment though the
/// typesetter here does not.
pub(crate) fn is_of_mathjax(name: &str) -> bool {
    known::OF_MATHJAX
        .binary_search(&name.trim_start_matches('\\'))
        .is_ok()
}

/// What a misspelled command or environment may have meant, nearest first, with its backslash.
pub(crate) fn commands<'n>() -> impl Iterator<Item = &'n str> {
    known::COMMANDS.iter().copied()
}

/// The same for environments.
pub(crate) fn environments<'n>() -> impl Iterator<Item = &'n str> {
    known::ENVIRONMENTS.iter().copied()
}

#[cfg(test)]
#[cfg(feature = "formulas")]
mod tests;
