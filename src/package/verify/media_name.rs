//! The names of media as Anki keeps them (measured on 26.9.3 and 25.9.2).

use unicode_normalization::UnicodeNormalization;

use crate::package::media::is_device;
use crate::package::unknown_characters::is_unknown;

/// The longest name in bytes.
const LONGEST: usize = 120;
/// The longest ending of a name that is cut, in bytes.
const LONGEST_ENDING: usize = 10;

/// The name that a media file has after an import.
pub(super) fn normal(name: &str) -> String {
    let kept = name
        .nfc()
        .filter(|it| !("[]<>:\"/?*^\\|".contains(*it) || it.is_ascii_control() || is_unknown(*it)));
    let mut normal: String = kept
        .map(|it| if it == '\u{a0}' { ' ' } else { it })
        .collect();
    if is_device(&normal) {
        let stem = normal.find('.').unwrap_or(normal.len());
        normal.insert(stem, '_');
    }
    close(&mut normal);
    if normal.len() > LONGEST {
        let (stem, ending) = normal.rsplit_once('.').unwrap_or((&normal, ""));
        let ending = cut(ending, LONGEST_ENDING);
        // The dot, and a mark behind it where the name must not end so.
        let stem = cut(stem, (LONGEST - 2).saturating_sub(ending.len()));
        normal = format!("{stem}.{ending}");
        close(&mut normal);
    }
    normal
}

/// Windows takes no name that ends in a space or a dot.
fn close(name: &mut String) {
    if name.ends_with([' ', '.']) {
        name.push('_');
    }
}

/// At most so many bytes of the text.
fn cut(text: &str, longest: usize) -> &str {
    let mut end = longest.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_an_import_makes_them() {
        let check = |name: &str, expect: &str| assert_eq!(normal(name), expect, "{name:?}");
        check("größe 2.png", "größe 2.png");
        check("e\u{301}.png", "é.png");
        check("a:b?.png", "ab.png");
        check("🥰.png", ".png");
        check("a\u{a0}b.png", "a b.png");
        check("con.png", "con_.png");
        check("LPT1", "LPT1_");
        check("com10.png", "com10.png");
        check("a.", "a._");
        check("a ", "a _");
        let long = format!("{}.png", "a".repeat(200));
        check(&long, &format!("{}.png", "a".repeat(115)));
    }
}
