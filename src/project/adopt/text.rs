//! The text of a field as two tools agree on it: without tags, entities, white space, letter case,
//! the marks of formulas and of clozes.

use unicode_normalization::UnicodeNormalization;

use crate::template::strip::strip_html_keeping_media;

/// What tools put around formulas.
const MATH: [&str; 10] = [
    "[/latex]", "[latex]", "[/$$]", "[$$]", "[/$]", "[$]", "\\(", "\\)", "\\[", "\\]",
];

/// The field's text; `is_cloze` where it is one of a cloze note type.
pub(super) fn folded(html: &str, is_cloze: bool) -> String {
    let text = strip_html_keeping_media(html);
    let mut text = if is_cloze {
        without_clozes(&text)
    } else {
        text.into_owned()
    };
    for mark in MATH {
        if text.contains(mark) {
            text = text.replace(mark, "");
        }
    }
    let kept = text
        .nfkc()
        .filter(|it| !it.is_whitespace() && !it.is_control());
    kept.flat_map(char::to_lowercase).collect()
}

/// All fields' texts, in an order of their own: two tools may have other orders of fields.
pub(super) fn folded_all<'f>(fields: impl Iterator<Item = &'f str>, is_cloze: bool) -> String {
    let mut texts: Vec<String> = fields.map(|it| folded(it, is_cloze)).collect();
    texts.retain(|it| !it.is_empty());
    texts.sort_unstable();
    texts.join("\u{1f}")
}

/// The text with what clozes hide, without their marks and hints.
fn without_clozes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Where each open cloze began in `out`.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(length) = cloze_start(rest) {
            open.push(out.len());
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        if let (Some(behind), Some(start)) = (rest.strip_prefix("}}"), open.last().copied()) {
            open.pop();
            if let Some(hint) = out.get(start..).and_then(|it| it.find("::")) {
                out.truncate(start + hint);
            }
            rest = behind;
            continue;
        }
        out.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    out
}

/// The length of `{{c1::` at the beginning of the text.
fn cloze_start(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("{{c")?;
    let digits = inside.find(|it: char| !it.is_ascii_digit() && it != ',')?;
    let behind = inside.get(digits..)?;
    (digits > 0 && behind.starts_with("::")).then_some("{{c".len() + digits + "::".len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_tools_write_differently_is_the_same() {
        let check = |one: &str, other: &str| assert_eq!(folded(one, true), folded(other, true));
        check("<p>What is <b>x</b>?</p>", "what is&nbsp;x?");
        check("[$]x_1[/$]", "\\(x_1\\)");
        check("{{c1::Rome::city}} fell", "Rome fell");
        check("{{c1::a {{c2::b}} c}}", "a b c");
        check("a<br>b", "<div>a</div><div>b</div>");
        check("e\u{301}", "é");
        assert_ne!(folded("{{c1::x}}", false), folded("x", false));
        assert_ne!(
            folded("<img src=\"a.png\">", false),
            folded("<img src=\"b.png\">", false)
        );
        let all = |fields: &[&str]| folded_all(fields.iter().copied(), false);
        assert_eq!(all(&["a", "", "B"]), all(&["b", "a"]));
    }

    proptest! {
        #[test]
        fn any_text_is_folded_without_panic(text in "[ -~{}c1:é]{0,40}") {
            let _ = folded(&text, true);
        }
    }
}
