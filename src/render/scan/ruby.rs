//! Readings above characters: `{東京|とうきょう}`.

use std::ops::Range;

/// Bases and readings are words; what is longer is something else.
const LONGEST: usize = 512;

/// The inside of the braces at `at`, where they hold a base and at least one reading, one of them
/// with a letter beyond ASCII: `{x|x > 0}` is a set.
pub(super) fn ruby_at(text: &str, at: usize) -> Option<Range<usize>> {
    let inside = text.get(at + 1..)?;
    let ends = |it: char| matches!(it, '{' | '}' | '\n' | '`' | '$' | '<' | '[');
    let mut near = LONGEST.min(inside.len());
    while !inside.is_char_boundary(near) {
        near -= 1;
    }
    let length = inside.get(..near)?.find(ends)?;
    let whole = inside.get(..length)?;
    let closes = inside.get(length..)?.starts_with('}');
    let (base, readings) = parts(whole)?;
    let beyond = |it: char| !it.is_ascii() && it.is_alphabetic();
    let is_ruby = closes
        && !base.is_empty()
        && readings.iter().any(|it| !it.is_empty())
        && whole.contains(beyond);
    is_ruby.then_some(at + 1..at + 1 + length)
}

/// A base and its readings. A pipe may be escaped, as it must be in the cells of tables elsewhere.
pub(in crate::render) fn parts(inside: &str) -> Option<(&str, Vec<&str>)> {
    let (base, readings) = inside.split_once('|')?;
    let clean = |part: &str| -> usize { part.strip_suffix('\\').unwrap_or(part).len() };
    let base = base.get(..clean(base))?.trim();
    let readings = readings.split('|');
    let readings = readings.filter_map(|it| Some(it.get(..clean(it))?.trim()));
    Some((base, readings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_with_readings_are_ruby() {
        let check = |text: &str, expect: Option<&str>| {
            let found = ruby_at(text, 0).map(|range| &text[range]);
            assert_eq!(found, expect, "{text}");
        };
        check("{東京|とうきょう} x", Some("東京|とうきょう"));
        check("{東京|とう|きょう}", Some("東京|とう|きょう"));
        check(
            "{WHO|ダブリューエイチオー}",
            Some("WHO|ダブリューエイチオー"),
        );
        check("{汉|hàn}", Some("汉|hàn"));
        check("{x|x > 0}", None);
        check("{東京}", None);
        check("{|あ}", None);
        check("{東|}", None);
        check("{東|あ", None);
        check("{東|$x$}", None);
        assert_eq!(
            parts(r"東京\|とう \| きょう"),
            Some(("東京", vec!["とう", "きょう"]))
        );
    }
}
