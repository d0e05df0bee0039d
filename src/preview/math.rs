//! Formulas between `\(..\)` and `\[..\]` in a side of a card, drawn where MathJax would typeset them.
//!
//! No network and no script of others: the engine that makes pictures of formulas draws them here, too.
//! What it cannot draw stands as it is written, and says why.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::html::Escaped;
use crate::render::{InlineFormula, inline_formula};
use crate::template::strip::decode_entities;

/// Elements that MathJax looks for no formulas in.
const LEFT_ALONE: &[&str] = &[
    "script", "noscript", "style", "textarea", "pre", "code", "math", "select", "option", "svg",
];

/// So long is a side at most, in bytes, when another formula is drawn in it: each is hundreds of times as long
/// as its TeX.
const MOST_DRAWN: usize = 16 << 20;

/// Formulas that were drawn, for a page on which many come twice: on the question and on the answer.
#[derive(Debug, Default)]
pub(super) struct Formulas(BTreeMap<(String, bool), Result<InlineFormula, String>>);

impl Formulas {
    /// The side with its formulas drawn.
    pub(super) fn typeset<'h>(&mut self, html: &'h str) -> Cow<'h, str> {
        if !html.contains("\\(") && !html.contains("\\[") {
            return Cow::Borrowed(html);
        }
        let mut out = String::with_capacity(html.len() * 2);
        let mut scan = Scan {
            html,
            hopeless: [0; 2],
        };
        let (mut at, mut copied) = (0, 0);
        while let Some(offset) = html.get(at..).and_then(|rest| rest.find(['<', '\\'])) {
            let start = at + offset;
            if html.as_bytes().get(start) == Some(&b'<') {
                at = scan.behind_tag(start);
                continue;
            }
            let display = match html.as_bytes().get(start + 1) {
                Some(b'(') => false,
                Some(b'[') => true,
                // A backslash takes the next character with it nowhere but in formulas.
                _ => {
                    at = start + 1;
                    continue;
                }
            };
            match scan.formula(start + 2, display) {
                Some((_, end)) if out.len() > MOST_DRAWN => at = end,
                Some((tex, end)) => {
                    out.push_str(html.get(copied..start).unwrap_or_default());
                    self.push(
                        &mut out,
                        &tex,
                        display,
                        html.get(start..end).unwrap_or_default(),
                    );
                    (at, copied) = (end, end);
                }
                None => at = start + 2,
            }
        }
        out.push_str(html.get(copied..).unwrap_or_default());
        Cow::Owned(out)
    }

    fn push(&mut self, out: &mut String, tex: &str, display: bool, source: &str) {
        let count = self.0.len();
        let key = (tex.to_owned(), display);
        let drawn = self
            .0
            .entry(key)
            .or_insert_with(|| inline_formula(tex, display, &format!("f{count}-")));
        let label = Escaped(tex.trim());
        // Writing to a string cannot fail.
        let _ = match drawn {
            Ok(drawn) => {
                let class = if display { " deckle-display" } else { "" };
                write!(
                    out,
                    "<span class=\"deckle-formula{class}\"><svg role=\"img\" aria-label=\"{label}\" fill=\"currentColor\" style=\"vertical-align:-{}\"{}</span>",
                    drawn.depth, drawn.rest
                )
            }
            Err(reason) => write!(
                out,
                "<span class=\"deckle-tex\" title=\"MathJax typesets this in Anki; this preview does not: {}\">{source}</span>",
                Escaped(reason)
            ),
        };
    }
}

/// A walk through HTML.
struct Scan<'h> {
    html: &'h str,
    /// Up to here no formula ends that begins before, in a line and on one of its own: so that a text
    /// full of beginnings costs linear time.
    hopeless: [usize; 2],
}

impl Scan<'_> {
    /// The TeX of a formula that begins behind its bracket, and where it ends. Line breaks and comments
    /// may stand in it; any other tag keeps it from being one.
    fn formula(&mut self, start: usize, display: bool) -> Option<(String, usize)> {
        let kind = usize::from(display);
        if *self.hopeless.get(kind)? > start {
            return None;
        }
        let close = if display { b']' } else { b')' };
        let bytes = self.html.as_bytes();
        let mut source = String::new();
        let (mut at, mut copied, mut depth) = (start, start, 0_usize);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' if depth == 0 && bytes.get(at + 1) == Some(&close) => {
                    source.push_str(self.html.get(copied..at)?);
                    let tex = decode_entities(&source).into_owned();
                    return (!tex.trim().is_empty()).then_some((tex, at + 2));
                }
                b'\\' => {
                    let escaped = self.html.get(at + 1..).and_then(|it| it.chars().next());
                    at += 1 + escaped.filter(|it| *it != '<').map_or(0, char::len_utf8);
                }
                b'{' => (at, depth) = (at + 1, depth + 1),
                b'}' => (at, depth) = (at + 1, depth.saturating_sub(1)),
                // Only these begin a tag.
                b'<' if !begins_tag(bytes.get(at + 1)) => at += 1,
                b'<' => {
                    let between = match name_of_tag(self.html.get(at..)?) {
                        _ if bytes.get(at..)?.starts_with(b"<!--") => "",
                        Some("wbr") => "",
                        Some(name) if name.eq_ignore_ascii_case("br") => "\n",
                        _ => break,
                    };
                    source.push_str(self.html.get(copied..at)?);
                    source.push_str(between);
                    at = self.behind_tag(at);
                    copied = at;
                }
                _ => at += 1,
            }
        }
        if let Some(hopeless) = self.hopeless.get_mut(kind) {
            *hopeless = at;
        }
        None
    }

    /// Where what begins with `<` ends: a comment, a tag, an element that holds no formulas.
    fn behind_tag(&self, start: usize) -> usize {
        let rest = self.html.get(start..).unwrap_or_default();
        let all = self.html.len();
        if rest.starts_with("<!--") {
            return rest.find("-->").map_or(all, |end| start + end + 3);
        }
        let Some(name) = name_of_tag(rest) else {
            return start + 1;
        };
        let end = start + end_of_tag(rest);
        let alone = LEFT_ALONE.iter().find(|it| it.eq_ignore_ascii_case(name));
        let Some(alone) = alone else { return end };
        let mut at = end;
        while let Some(offset) = self.html.get(at..).and_then(|it| it.find("</")) {
            at += offset + 2;
            let closes = self.html.get(at..at + alone.len());
            if closes.is_some_and(|it| it.eq_ignore_ascii_case(alone)) {
                return at;
            }
        }
        all
    }
}

/// Whether a `<` in front of this begins a tag or a comment, and is no character by itself.
fn begins_tag(next: Option<&u8>) -> bool {
    next.is_some_and(|it| it.is_ascii_alphabetic() || b"/!?".contains(it))
}

/// The name of a tag that begins an element.
fn name_of_tag(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix('<')?;
    let length = inside
        .find(|it: char| !it.is_ascii_alphanumeric())
        .unwrap_or(inside.len());
    let name = inside.get(..length)?;
    name.starts_with(|it: char| it.is_ascii_alphabetic())
        .then_some(name)
}

/// How long a tag is, with its brackets.
fn end_of_tag(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typeset(html: &str) -> String {
        Formulas::default().typeset(html).into_owned()
    }

    /// The formulas that are found, in their order.
    fn found(html: &str) -> Vec<String> {
        let mut formulas = Formulas::default();
        let _ = formulas.typeset(html);
        formulas.0.into_keys().map(|it| it.0).collect()
    }

    #[test]
    fn formulas_are_found_where_mathjax_finds_them() {
        let check = |html: &str, expect: &[&str]| assert_eq!(found(html), expect, "{html}");
        check("a \\(x\\) b", &["x"]);
        check("\\[a &lt; b\\]", &["a < b"]);
        check("\\(a < b\\)", &["a < b"]);
        check("\\(a<br>b<!-- } -->c\\)", &["a\nbc"]);
        check("\\(\\text{a \\) b}\\)", &["\\text{a \\) b}"]);
        check("\\(a\\\\b\\)", &["a\\\\b"]);
        for none in [
            "\\(x",
            "\\(x\\]",
            "\\(<b>x</b>\\)",
            "\\( \\)",
            "<code>\\(x\\)</code>",
            "<PRE class=a>\\(x\\)</pre>",
            "<script>\"\\(x\\)\"</script>",
            "<a title=\"\\(x\\)\">y</a>",
            "<!-- \\(x\\) -->",
            "$x$",
        ] {
            check(none, &[]);
            assert_eq!(typeset(none), none);
        }
        check("<code>c</code>\\(x\\)<i>\\(y\\)</i>", &["x", "y"]);
    }

    #[cfg(feature = "formulas")]
    #[test]
    fn formulas_are_drawn_in_the_color_of_the_text() {
        let html = typeset("\\(a < b^{\"}\\) and \\(\\nosuchthing\\)");
        assert!(html.contains("aria-label=\"a &lt; b^{&quot;}\""), "{html}");
        assert!(html.contains("fill=\"currentColor\""), "{html}");
        assert!(
            html.contains("class=\"deckle-tex\"") && html.contains(">\\(\\nosuchthing\\)</span>"),
            "{html}"
        );
        // What is used more than once is named, and no two formulas share a name.
        let html = typeset("\\(aaaaaaaa\\) \\(bbbbbbbb\\)");
        let mut names: Vec<&str> = html.split(" id=\"").skip(1).collect();
        names
            .iter_mut()
            .for_each(|it| *it = it.split('"').next().unwrap());
        assert!(names.len() == 2 && names[0] != names[1], "{names:?}");
        assert!(html.contains(&format!("href=\"#{}\"", names[0])));
    }

    #[test]
    fn a_text_full_of_beginnings_costs_linear_time() {
        assert_eq!(found(&"\\(\\[".repeat(50_000)).len(), 0);
        assert_eq!(found(&"\\({".repeat(50_000)).len(), 0);
        assert_eq!(found(&"<code>\\(".repeat(5_000)).len(), 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\\\\\(|\\\\\\)|\\\\\\[|\\\\\\]|<|>|br|code|/|[{}\"'é!-]|\\\\| )*") {
            let _ = typeset(&text);
        }
    }
}
