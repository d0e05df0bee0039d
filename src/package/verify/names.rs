//! Names as they are after an import (measured on Anki 26.9.3 and 25.9.2).

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The name that a note type or a card template has after an import.
pub(super) fn type_name(name: &str) -> String {
    name.nfc().filter(|it| *it != '"').collect()
}

/// The name that a field has after an import.
pub(super) fn field_name(name: &str) -> String {
    let removed = [':', '{', '}', '"'];
    let kept: String = name.nfc().filter(|it| !removed.contains(it)).collect();
    let marks = ['#', '/', '^'];
    kept.trim().trim_start_matches(marks).to_owned()
}

/// The name that a deck has after an import.
pub(super) fn deck_name(name: &str) -> String {
    let parts = name.split("::").map(|part| {
        let kept: String = part.nfc().filter(|it| !it.is_ascii_control()).collect();
        match kept.trim_matches(|it: char| it.is_whitespace() || it == ':') {
            "" => "blank".to_owned(),
            part => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("::")
}

/// The text that a tag is after an import, letter case aside.
pub(super) fn tag(tag: &str) -> String {
    let parts = tag.split("::").map(|part| {
        let kept: String = part.nfc().filter(|it| !it.is_ascii_control()).collect();
        match kept.trim() {
            "" => "blank".to_owned(),
            part => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("::")
}

/// Whether the text is in Unicode's normal form C, in which Anki keeps all texts.
pub(super) fn is_normal(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_an_import_makes_them() {
        let check = |found: String, expect: &str| assert_eq!(found, expect);
        check(type_name("a \"b\" e\u{301}"), "a b é");
        check(
            field_name(" #/a:b{c}\"^ "),
            "a b c^".replace(' ', "").as_str(),
        );
        check(field_name("#^"), "");
        check(deck_name("A::::B"), "A::blank::B");
        check(deck_name(" a:::b\u{7}::c "), "a::b::c");
        check(deck_name(""), "blank");
        check(tag("a::::b"), "a::blank::b");
        check(tag("a\tb"), "ab");
    }
}
