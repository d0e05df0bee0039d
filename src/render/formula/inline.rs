//! A formula as a part of a page: in the color of the text around it, and with names that no other
//! formula on the page has.

use super::{FormulaOptions, svg};

/// A formula as an element of HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InlineFormula {
    /// An `svg` element without the bracket that begins it and the word `svg`, so that attributes can
    /// be put in front.
    pub(crate) rest: String,
    /// How far it reaches below the baseline, as a length of CSS.
    pub(crate) depth: String,
}

/// The formula as a part of a page; `prefix` begins the names in it.
///
/// # Errors
/// Why it cannot be typeset here, as a phrase.
pub(crate) fn inline(tex: &str, display: bool, prefix: &str) -> Result<InlineFormula, String> {
    let picture = svg(tex, display, &FormulaOptions::default()).map_err(|it| it.message)?;
    let text = String::from_utf8_lossy(&picture.svg);
    let rest = text.strip_prefix("<svg").unwrap_or_default();
    let rest = rest
        .replace(" id=\"", &format!(" id=\"{prefix}"))
        .replace(" href=\"#", &format!(" href=\"#{prefix}"))
        .replace("=\"#000000\"", "=\"currentColor\"");
    Ok(InlineFormula {
        rest,
        depth: format!("{:.3}em", picture.depth_em),
    })
}
