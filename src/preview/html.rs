//! Text on its way into pages.

use std::fmt;

/// Text between tags or within an attribute between quotes of either kind.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut at = 0;
        for (index, character) in self.0.char_indices() {
            let escaped = match character {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                // No page can show it, and some readers end a text there.
                '\0' => "\u{fffd}",
                _ => continue,
            };
            out.write_str(self.0.get(at..index).unwrap_or_default())?;
            out.write_str(escaped)?;
            at = index + character.len_utf8();
        }
        out.write_str(self.0.get(at..).unwrap_or_default())
    }
}

/// A document within an attribute between single quotes: what is escaped is only what could end the
/// attribute, or the element `noscript` around it.
pub(super) struct Document<'a>(pub(super) &'a str);

impl fmt::Display for Document<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut at = 0;
        for (index, character) in self.0.char_indices() {
            let escaped = match character {
                '&' => "&amp;",
                '<' => "&lt;",
                '\'' => "&#39;",
                '\0' => "\u{fffd}",
                _ => continue,
            };
            out.write_str(self.0.get(at..index).unwrap_or_default())?;
            out.write_str(escaped)?;
            at = index + character.len_utf8();
        }
        out.write_str(self.0.get(at..).unwrap_or_default())
    }
}

/// A text with one space where it has any number of characters that show nothing.
pub(super) fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
    }
    squeezed
}

/// The beginning of a text, at most so many characters of it.
pub(super) fn cut(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

/// A name as a part of an address, as Anki writes names of media there: what would end the address or
/// the attribute is a number behind a percent sign. Percent signs themselves stay, so a file whose name
/// has one is not found, by Anki neither.
pub(super) fn address(name: &str) -> String {
    use fmt::Write as _;
    let mut written = String::with_capacity(name.len());
    for character in name.chars() {
        let plain = !character.is_control() && !" \"<>#`'".contains(character);
        if plain {
            written.push(character);
            continue;
        }
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            // Writing to a string cannot fail.
            let _ = write!(written, "%{byte:02X}");
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_what_it_stands_in() {
        let text = "a<b>&\"'\0é";
        assert_eq!(
            Escaped(text).to_string(),
            "a&lt;b&gt;&amp;&quot;&#39;\u{fffd}é"
        );
        let document = "</noscript>'\"&lt;";
        assert_eq!(
            Document(document).to_string(),
            "&lt;/noscript>&#39;\"&amp;lt;"
        );
    }

    #[test]
    fn texts_are_made_short() {
        assert_eq!(squeezed(" a \n\u{a0}b  "), "a b");
        assert_eq!((cut("äöü", 2), cut("a", 2), cut("", 0)), ("äö", "a", ""));
    }

    #[test]
    fn names_are_addresses_as_anki_writes_them() {
        let check = |name: &str, expect: &str| assert_eq!(address(name), expect);
        check("a.png", "a.png");
        check("ä b#c.png", "ä%20b%23c.png");
        check("50%.png", "50%.png");
        check("a\"b'\u{7f}", "a%22b%27%7F");
    }
}
