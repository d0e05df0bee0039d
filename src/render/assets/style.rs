//! The files that CSS names: `url(..)`, `@import`, `image-set(..)`, each quoted or not.
//!
//! Comments and other strings name none.

use std::ops::Range;

use super::found::{Found, How};

/// The references of CSS, in their order.
pub(super) fn references(css: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    // Whether the next string is what is imported.
    let mut imports = false;
    // How many brackets are open, and the ones of image-set.
    let mut depth = 0_usize;
    let mut sets: Vec<usize> = Vec::new();
    let bytes = css.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = position(css, "*/", at + 2).map_or(bytes.len(), |it| it + 2);
            }
            b'\\' => at += 2,
            b'"' | b'\'' => {
                let inside = string(css, at);
                at = (inside.end + 1).min(bytes.len());
                if imports || !sets.is_empty() {
                    found.extend(reference(css, inside));
                }
                imports = false;
            }
            b';' | b'}' => {
                imports = false;
                at += 1;
            }
            b'(' => {
                depth += 1;
                at += 1;
            }
            b')' => {
                depth = depth.saturating_sub(1);
                if sets.last().is_some_and(|it| *it > depth) {
                    sets.pop();
                }
                at += 1;
            }
            b'@' if word_at(css, at, "@import") => {
                imports = true;
                at += "@import".len();
            }
            b'u' | b'U' if begins_word(css, at) && word_at(css, at, "url(") => {
                let (inside, end) = url(css, at + "url(".len());
                found.extend(reference(css, inside));
                imports = false;
                at = end;
            }
            b'i' | b'I' if word_at(css, at, "image-set(") => {
                depth += 1;
                sets.push(depth);
                at += "image-set(".len();
            }
            _ => at += 1,
        }
    }
    found
}

fn reference(css: &str, inside: Range<usize>) -> Option<Found> {
    let written = css.get(inside.clone())?;
    Found::new(written, inside, unescaped(written), How::Style)
}

/// What stands in the brackets of `url(` and where they end.
fn url(css: &str, from: usize) -> (Range<usize>, usize) {
    let rest = css.get(from..).unwrap_or_default();
    let start = from + rest.len() - rest.trim_start().len();
    match css.as_bytes().get(start) {
        Some(b'"' | b'\'') => {
            let inside = string(css, start);
            let end = position(css, ")", inside.end).map_or(css.len(), |it| it + 1);
            (inside, end)
        }
        _ => {
            let end = position(css, ")", start).unwrap_or(css.len());
            let inside = css.get(start..end).unwrap_or_default();
            (
                start..start + inside.trim_end().len(),
                (end + 1).min(css.len()),
            )
        }
    }
}

/// What stands in the quotes that open at `at`; they end with the line at the latest.
fn string(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let quote = bytes.get(at).copied();
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 1,
            b'\n' => break,
            _ if Some(byte) == quote => break,
            _ => {}
        }
        end += 1;
    }
    let start = (at + 1).min(bytes.len());
    start..end.min(bytes.len()).max(start)
}

/// The text without backslashes before characters that stand for themselves.
fn unescaped(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escapes = characters.peek().is_some_and(|it| !it.is_ascii_hexdigit());
        if character != '\\' || !escapes {
            name.push(character);
        }
    }
    name
}

/// Whether no name goes on at `at`.
fn begins_word(text: &str, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|it| text.as_bytes().get(it));
    before.is_none_or(|it| !(it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'\\')))
}

pub(super) fn word_at(text: &str, at: usize, word: &str) -> bool {
    let found = text.as_bytes().get(at..at + word.len());
    found.is_some_and(|it| it.eq_ignore_ascii_case(word.as_bytes()))
}

pub(super) fn position(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(css: &str) -> String {
        let names: Vec<String> = references(css).into_iter().map(|it| it.name).collect();
        names.join("|")
    }

    #[test]
    fn every_form_is_found() {
        let check = |css: &str, expect: &str| assert_eq!(names(css), expect, "{css}");
        check(
            "@import \"_a.css\"; @import'_b.css' screen; x { y: '_c.css' }",
            "_a.css|_b.css",
        );
        check(
            "@import url(_a.css); @IMPORT URL( \"_b.css\" ) print;",
            "_a.css|_b.css",
        );
        check(
            "@font-face { src: local('X'), url(_f.woff2) format('woff2'), url('_g h.ttf') }",
            "_f.woff2|_g h.ttf",
        );
        check(
            "a { background: url(paper.jpg), url(data:image/png;base64,AA==) }",
            "paper.jpg|data:image/png;base64,AA==",
        );
        check(
            "a { background: -webkit-image-set('_a.png' 1x, url(_b.png) 2x); content: '_c.png' }",
            "_a.png|_b.png",
        );
        check(
            "/* url(_a.png) */ a { content: \"url(_b.png)\"; x: curl(_c.png) }",
            "",
        );
        check(
            "a { src: url(_f.eot?#iefix) } b { src: url(_a\\ b.png) }",
            "_f.eot|_a b.png",
        );
        check("url(_a.png", "_a.png");
        check("url(\"_a.png", "_a.png");
        check("url() url(\"\") @import ;", "");
        check("@import \"\\", "\\");
    }

    #[test]
    fn ranges_hold_the_name_alone() {
        let css = "@import '_a.css';x{src:url( \"_f.eot?#iefix\" )}";
        let found: Vec<&str> = references(css)
            .into_iter()
            .map(|it| &css[it.range])
            .collect();
        assert_eq!(found, ["_a.css", "_f.eot"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), soup in "[url(\"'@import *\\\\/;)a_é{}\n-]{0,40}") {
            for css in [text, soup] {
                for found in references(&css) {
                    prop_assert!(css.get(found.range).is_some());
                }
            }
        }
    }
}
