//! HTML in one of the several ways to write the same: what an editor changes by itself is no edit.

use unicode_normalization::UnicodeNormalization;

/// Behind so many tags without an end none is looked for any more.
const MOST_ENDLESS: usize = 16;

/// The HTML as an import stores it, with line breaks, quotes and hard spaces written in one way.
/// Anki's editor writes `&nbsp;` for a hard space and `&quot;` for a quote, deckle writes the
/// characters.
pub(super) fn canonical(html: &str) -> String {
    let goes = |it: char| it.is_ascii_control() && !matches!(it, '\n' | '\t');
    let html: String = html.nfc().filter(|it| !goes(*it)).collect();
    let mut out = String::with_capacity(html.len());
    let mut rest = html.as_str();
    let mut endless = 0;
    while let Some(at) = rest.find(['<', '&']) {
        let (text, behind) = rest.split_at(at);
        out.push_str(text);
        let (written, length) = piece(behind, &mut endless);
        out.push_str(written);
        rest = behind.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What the tag or entity at the beginning is written as, and how much of the text it takes. A tag
/// passes as it is, with its attributes. `endless` counts tags without an end: each is looked for up to
/// the end of the text.
fn piece<'t>(text: &'t str, endless: &mut usize) -> (&'t str, usize) {
    const SAME: [(&str, &str); 6] = [
        ("&nbsp;", "\u{a0}"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("<br />", "<br>"),
        ("<br/>", "<br>"),
    ];
    if let Some((from, to)) = SAME.iter().find(|(from, _)| text.starts_with(from)) {
        return (to, from.len());
    }
    let is_tag = |it: char| it.is_ascii_alphabetic() || it == '/';
    if text.get(1..).is_some_and(|it| it.starts_with(is_tag))
        && text.starts_with('<')
        && *endless < MOST_ENDLESS
    {
        match tag_end(text) {
            Some(end) => return (text.get(..end).unwrap_or_default(), end),
            None => *endless += 1,
        }
    }
    (text.get(..1).unwrap_or_default(), 1)
}

/// Where the tag at the beginning ends; a `>` in an attribute's quotes does not end it.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_an_editor_writes_otherwise_is_the_same() {
        let check = |html: &str, expect: &str| assert_eq!(canonical(html), expect, "{html}");
        check("a&nbsp;b", "a\u{a0}b");
        check("&quot;a&quot; &amp;nbsp; <br/>", "\"a\" &amp;nbsp; <br>");
        check("<img alt=\"&quot;>\">&quot;", "<img alt=\"&quot;>\">\"");
        check("a < b & c", "a < b & c");
        check("e\u{301}\u{7}", "é");
    }

    proptest! {
        #[test]
        fn twice_is_once(html in "[a-c<>&;/\"' =]{0,20}|(&quot;|&nbsp;|<br/>|<img alt=\"|>|x){0,8}") {
            let once = canonical(&html);
            // `&amp;` and the like never come of it, so nothing new can be read.
            if !html.contains('<') {
                prop_assert_eq!(canonical(&once), once);
            }
        }

        #[test]
        fn any_text_passes(html in any::<String>()) {
            let _ = canonical(&html);
        }
    }
}
