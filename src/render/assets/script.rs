//! The files that scripts name, as far as a look at their text tells.
//!
//! A text in quotes that begins with `_` and ends in an extension is a name, as it is for Anki. A
//! name that is put together while the script runs cannot be seen; that one is loaded can.

use std::ops::Range;

use super::found::{Found, literal};
use super::style::position;

/// What a script loads.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Names of files.
    pub(super) references: Vec<Found>,
    /// Where names are put together.
    pub(super) computed: Vec<Range<usize>>,
}

/// Functions whose first argument is the name of a file.
const LOADERS: [&str; 4] = ["fetch(", "import(", "importScripts(", "Audio("];

/// Reads a script.
pub(super) fn read(script: &str) -> Script {
    let mut found = Script::default();
    let bytes = script.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = position(script, "\n", at).unwrap_or(bytes.len());
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = position(script, "*/", at + 2).map_or(bytes.len(), |it| it + 2);
            }
            b'"' | b'\'' | b'`' => {
                let inside = string(script, at);
                at = (inside.end + 1).min(bytes.len());
                if is_computed(script, &inside) {
                    found.computed.push(inside);
                } else {
                    found.references.extend(literal(script, inside));
                }
            }
            _ => {
                let call = LOADERS.iter().find(|it| calls(script, at, it));
                let Some(call) = call else {
                    at += 1;
                    continue;
                };
                let from = at + call.len();
                let argument = script.get(from..).unwrap_or_default().trim_start();
                let first = argument.chars().next();
                if first.is_some_and(|it| !matches!(it, '"' | '\'' | '`' | ')')) {
                    found.computed.push(at..from);
                }
                at = from;
            }
        }
    }
    found
}

/// Whether a text that begins like the name of a file is a part of one only.
fn is_computed(script: &str, inside: &Range<usize>) -> bool {
    let text = script.get(inside.clone()).unwrap_or_default();
    if !text.starts_with('_') || text.len() < 2 {
        return false;
    }
    let behind = script
        .get(inside.end + 1..)
        .unwrap_or_default()
        .trim_start();
    text.contains("${") || text.contains("{{") || behind.starts_with('+')
}

/// Whether the function is called at `at`.
fn calls(script: &str, at: usize, call: &str) -> bool {
    let before = at.checked_sub(1).and_then(|it| script.as_bytes().get(it));
    let is_name = before.is_some_and(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'$'));
    !is_name
        && script
            .as_bytes()
            .get(at..)
            .is_some_and(|it| it.starts_with(call.as_bytes()))
}

/// What stands in the quotes that open at `at`; but for backticks they end with the line.
fn string(script: &str, at: usize) -> Range<usize> {
    let bytes = script.as_bytes();
    let quote = bytes.get(at).copied().unwrap_or_default();
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 1,
            b'\n' if quote != b'`' => break,
            _ if byte == quote => break,
            _ => {}
        }
        end += 1;
    }
    let start = (at + 1).min(bytes.len());
    start..end.min(bytes.len()).max(start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(script: &str, references: &str, computed: &[&str]) {
        let found = read(script);
        let names: Vec<String> = found.references.into_iter().map(|it| it.name).collect();
        let parts: Vec<&str> = found.computed.into_iter().map(|it| &script[it]).collect();
        assert_eq!(
            (&*names.join("|"), &*parts),
            (references, computed),
            "{script}"
        );
    }

    #[test]
    fn names_and_what_is_put_together() {
        check(
            "import x from \"_lib.js\"; fetch('_data.json').then(f)",
            "_lib.js|_data.json",
            &[],
        );
        check("load(`_a.js`); // \"_b.js\"\n/* '_c.js' */", "_a.js", &[]);
        check("x = \"_private\"; y = '_ '; z = \"a_b.js\"", "", &[]);
        check("s.src = \"_data-\" + lang + \".js\"", "", &["_data-"]);
        check("s.src = `_data-${lang}.js`", "", &["_data-${lang}.js"]);
        check(
            "fetch(name); prefetch(name); import( path )",
            "",
            &["fetch(", "import("],
        );
        check(
            "new Audio(url); importScripts('_w.js')",
            "_w.js",
            &["Audio("],
        );
        check("t('it\\'s', \"_a.js", "_a.js", &[]);
        check("'_unclosed.js\n\"_b.js\"", "_unclosed.js|_b.js", &[]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), soup in "[fetch(\"'`${}_a.js\\\\/*+\né]{0,40}") {
            for script in [text, soup] {
                let found = read(&script);
                for range in found.computed.into_iter().chain(found.references.into_iter().map(|it| it.range)) {
                    prop_assert!(script.get(range).is_some());
                }
            }
        }
    }
}
