//! LaTeX tags and the names of the images that stand for them.
//!
//! The name is a hash of the formula alone: preamble and note type are no part of it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use sha1::{Digest, Sha1};

use super::{
    cloze::Attribute,
    scan::{Search, starts_ignore_case},
    strip::strip_html,
};

/// A formula in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatexTag {
    /// The tag with its brackets, in bytes of the text.
    pub range: Range<usize>,
    /// What stands between them.
    pub body: Range<usize>,
    /// The LaTeX source, wrapped as its tag asks for, without HTML.
    pub source: String,
}

impl LatexTag {
    /// The name of the image that Anki shows for the formula: `latex-<sha1>.png` or `.svg`.
    #[must_use]
    pub fn file_name(&self, svg: bool) -> String {
        let mut name = String::from("latex-");
        for byte in Sha1::digest(self.source.as_bytes()) {
            let written = write!(name, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a string can't fail");
        }
        name.push_str(if svg { ".svg" } else { ".png" });
        name
    }
}

/// The formulas of a text: `[latex]..[/latex]`, `[$]..[/$]`, `[$$]..[/$$]`, in any case.
///
/// Anki looks for them in a card's rendered sides, so a formula with clozes has one image for
/// each side of each card.
#[must_use]
pub fn latex_tags(text: &str) -> Vec<LatexTag> {
    let mut found = Vec::new();
    let mut ends: Vec<_> = KINDS
        .iter()
        .map(|kind| Search::new(text, kind.close))
        .collect();
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find('[')) {
        let start = at + offset;
        at = start + 1;
        for (kind, ends) in KINDS.iter().zip(&mut ends) {
            if !starts_ignore_case(text.as_bytes(), kind.open.as_bytes(), start) {
                continue;
            }
            let body = start + kind.open.len();
            // At least one character belongs to the formula.
            let Some(end) = ends.at_or_after(body + 1) else {
                continue;
            };
            let range = start..end + kind.close.len();
            at = range.end;
            let source = source(text.get(body..end).unwrap_or_default(), kind);
            found.push(LatexTag {
                range,
                body: body..end,
                source,
            });
            break;
        }
    }
    found
}

/// The text with every formula replaced by the tag of its image.
#[must_use]
pub fn replace_latex(text: &str, svg: bool) -> Cow<'_, str> {
    let tags = latex_tags(text);
    if tags.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for tag in tags {
        shown.push_str(text.get(at..tag.range.start).unwrap_or_default());
        let alt = Attribute(&tag.source);
        let name = tag.file_name(svg);
        let written = write!(shown, "<img class=latex alt=\"{alt}\" src=\"{name}\">");
        debug_assert!(written.is_ok(), "writing to a string can't fail");
        at = tag.range.end;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(shown)
}

struct Kind {
    open: &'static str,
    close: &'static str,
    before: &'static str,
    after: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        open: "[latex]",
        close: "[/latex]",
        before: "",
        after: "",
    },
    Kind {
        open: "[$]",
        close: "[/$]",
        before: "$",
        after: "$",
    },
    Kind {
        open: "[$$]",
        close: "[/$$]",
        before: "\\begin{displaymath}",
        after: "\\end{displaymath}",
    },
];

/// The formula without HTML: `<br>`, `<br/>` and `<div>` become newlines (`<br />` does not),
/// then tags go, then entities.
fn source(body: &str, kind: &Kind) -> String {
    let wrapped = format!("{}{body}{}", kind.before, kind.after);
    let mut lines = String::with_capacity(wrapped.len());
    let mut at = 0;
    while let Some(rest) = wrapped.get(at..) {
        let length = rest.find('<').unwrap_or(rest.len());
        lines.push_str(rest.get(..length).unwrap_or_default());
        at += length;
        if at >= wrapped.len() {
            break;
        }
        let tag = ["<br>", "<br/>", "<div>"]
            .into_iter()
            .find(|tag| starts_ignore_case(wrapped.as_bytes(), tag.as_bytes(), at));
        lines.push(if tag.is_some() { '\n' } else { '<' });
        at += tag.map_or(1, str::len);
    }
    strip_html(&lines).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_anki_gives() {
        let table = [
            ("[$]x[/$]", "26eeb5258ca5099acf8fe96b2a1049c48c89a5e6"),
            (
                "[latex]x[/latex]",
                "11f6ad8ec52a2984abaafd7c3b516503785c2072",
            ),
            ("[$$]x[/$$]", "291ba45a7c0f5521a78ef3a6e04f25000a3a3f5c"),
            (
                "[$]a &lt; b[/$]",
                "55f8abc0d69ac6ab491f6125f9550af6b25e22fb",
            ),
            ("[$]a<br>b[/$]", "a19865a3a77e182294d4ae70203b74544dab70b4"),
            (
                "[latex] x [/latex]",
                "ea31e8b43909a0c94f7c19f0833c16d86dd95aa7",
            ),
        ];
        for (text, hash) in table {
            let names: Vec<_> = latex_tags(text)
                .iter()
                .map(|tag| tag.file_name(false))
                .collect();
            assert_eq!(names, [format!("latex-{hash}.png")], "{text}");
        }
    }

    #[test]
    fn tags_in_text() {
        let table = [
            ("a [$]x[/$] b [LaTeX]y[/latex]", "$x$|y"),
            ("[$][/$]", ""),
            ("[$][/$][/$]", "$[/$]$"),
            ("[$]x", ""),
            ("[$]a<b>b</b>[/$]", "$ab$"),
            ("[$]a<br/>b<BR>c<DIV>d[/$]", "$a\nb\nc\nd$"),
            ("[$]a<br />b</div>c[/$]", "$abc$"),
        ];
        for (text, expect) in table {
            let sources: Vec<_> = latex_tags(text).into_iter().map(|tag| tag.source).collect();
            assert_eq!(sources.join("|"), expect, "{text}");
        }
    }
}
