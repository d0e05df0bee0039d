//! YAML scalars, as an author would write them.
//!
//! deckle reads scalars as the text they are, so numbers and `yes` need no quotes; but whatever
//! another reader of YAML could trip over has them.

use std::fmt::Write as _;

/// A text as a key of a mapping.
#[must_use]
pub fn key(text: &str) -> String {
    let plain = text
        .chars()
        .all(|it| it.is_alphanumeric() || matches!(it, ' ' | '_' | '-' | '.'));
    if plain && is_plain(text) {
        text.to_owned()
    } else if is_printable(text) {
        single_quoted(text)
    } else {
        double_quoted(text)
    }
}

/// A text as the value of a key or an item of a list, beginning on the line of that key. Further
/// lines are indented by `indent` spaces, which must be more than the key has.
#[must_use]
pub fn value(text: &str, indent: usize) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if is_block(text) {
        let mut block = String::from("|-");
        for line in text.split('\n') {
            block.push('\n');
            if !line.is_empty() {
                block.extend(std::iter::repeat_n(' ', indent));
                block.push_str(line);
            }
        }
        return block;
    }
    inside_flow(text)
}

/// A text as a value inside of `{..}` or `[..]`, in the fewest quotes.
#[must_use]
pub fn value_in_flow(text: &str) -> String {
    let special = |it: char| matches!(it, ',' | '[' | ']' | '{' | '}' | ':' | '#');
    if is_plain(text) && !text.contains(special) {
        text.to_owned()
    } else {
        inside_flow(text)
    }
}

/// Words as a list on one line: `[a, b]`.
#[must_use]
pub fn list(words: &[&str]) -> String {
    flow_list(words.iter().copied())
}

/// A text as a value inside of `{..}` or `[..]`, in quotes.
pub(super) fn inside_flow(text: &str) -> String {
    if is_printable(text) {
        single_quoted(text)
    } else {
        double_quoted(text)
    }
}

/// A list of words on one line.
pub(super) fn flow_list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let word = |it: &str| {
        let simple = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-' | '.');
        let parts = it
            .split("::")
            .all(|part| part.starts_with(char::is_alphanumeric) && part.chars().all(simple));
        if parts && is_plain(it) {
            it.to_owned()
        } else {
            inside_flow(it)
        }
    };
    let items: Vec<String> = items.map(word).collect();
    format!("[{}]", items.join(", "))
}

/// Whether the text stands for itself without quotes.
fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(char::is_alphanumeric);
    let empty = ["null", "Null", "NULL"].contains(&text);
    let marked = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    begins && !empty && !marked && text.trim() == text && !text.contains('\t') && is_printable(text)
}

/// Whether the text can stand below `|-`.
fn is_block(text: &str) -> bool {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let is_line =
        |line: &str| is_printable(line) && line.trim_end() == line && !line.starts_with('\t');
    text.contains('\n')
        && !text.ends_with('\n')
        && !first.is_empty()
        && !first.starts_with(' ')
        && text.split('\n').all(is_line)
}

/// Whether every reader of YAML takes the characters as they are, and an editor shows them.
fn is_printable(text: &str) -> bool {
    text.chars().all(|it| !needs_escape(it))
}

fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes.
#[must_use]
pub fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // deckle takes `\nabla` and the like for TeX that lost its backslash.
        let word = characters.peek().is_some_and(|it| it.is_ascii_alphabetic());
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' if !word => quoted.push_str("\\n"),
            '\t' if !word => quoted.push_str("\\t"),
            it if needs_escape(it) => {
                // Writing to a string cannot fail.
                let _ = match u32::from(it) {
                    code @ 0..0x100 => write!(quoted, "\\x{code:02X}"),
                    code @ 0..0x1_0000 => write!(quoted, "\\u{code:04X}"),
                    code => write!(quoted, "\\U{code:08X}"),
                };
            }
            it => quoted.push(it),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::{Diagnostics, Sources};
    use crate::source::yaml::{self, Value};

    /// What deckle reads from a mapping with this value.
    fn read(text: &str) -> Option<String> {
        let source = format!("k: {}\n", value(text, 2));
        let file = Sources::new().add("a.yaml", source.as_str());
        let mut sink = Diagnostics::new();
        let documents = yaml::parse(file, &source, 0, &mut sink);
        assert!(!sink.has_errors(), "{source}");
        let Value::Mapping(entries) = &documents.first()?.value else {
            return None;
        };
        let text = entries.first()?.value.as_text()?.as_str().to_owned();
        // The line break at the end of a block is taken off where fields are read.
        Some(text)
    }

    #[test]
    fn each_text_has_the_quotes_it_needs() {
        let check = |text: &str, expect: &str| assert_eq!(value(text, 2), expect);
        check("plain text, yes?", "plain text, yes?");
        check("1.10", "1.10");
        check("null", "'null'");
        check("a: b", "'a: b'");
        check("it's #1", "'it''s #1'");
        check("{{c1::x}}", "'{{c1::x}}'");
        check("a\n\nb", "|-\n  a\n\n  b");
        check("a\n", "\"a\\n\"");
        check(" a\nb", "\" a\\x0Ab\"");
        check("", "''");
        check("\u{e001}", "\"\\uE001\"");
        assert_eq!(
            flow_list(["a", "b::c", "d,e", "[x]"].into_iter()),
            "[a, b::c, 'd,e', '[x]']"
        );
        assert_eq!(key("Front: x"), "'Front: x'");
        assert_eq!(key("Add Reverse"), "Add Reverse");
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was(text in "[ -~äß\u{a0}\u{2028}\u{e000}\n\t'\"#:{}|>-]{0,40}") {
            prop_assert_eq!(read(&text).unwrap_or_default(), text);
        }

        #[test]
        fn any_text_is_read_as_it_was(text in any::<String>()) {
            prop_assert_eq!(read(&text).unwrap_or_default(), text);
        }
    }
}
