//! Field text without its HTML: what Anki sorts by, hashes and compares.

use std::borrow::Cow;

use sha1::{Digest, Sha1};

use super::{
    entities::named,
    media::keep_file_names,
    scan::{Search, find_from, starts_ignore_case},
};

/// The text of the sort field as Anki stores it (`sfld`): no tags, entities decoded, file
/// names of media kept between spaces; not trimmed.
#[must_use]
pub fn sort_field(field: &str) -> Cow<'_, str> {
    strip_html_keeping_media(field)
}

/// The checksum of the first field (`csum`), by which Anki looks for duplicates: the first
/// four bytes of the SHA-1 of the text that [`sort_field`] would give.
#[must_use]
pub fn checksum(first_field: &str) -> u32 {
    let digest = Sha1::digest(strip_html_keeping_media(first_field).as_bytes());
    let mut first = [0; 4];
    first
        .iter_mut()
        .zip(digest.iter())
        .for_each(|(byte, of_digest)| *byte = *of_digest);
    u32::from_be_bytes(first)
}

/// The text without tags and with entities decoded.
#[must_use]
pub fn strip_html(text: &str) -> Cow<'_, str> {
    match strip_tags(text) {
        Cow::Borrowed(text) => decode_entities(text),
        Cow::Owned(text) => Cow::Owned(decode_entities(&text).into_owned()),
    }
}

/// Like [`strip_html`], but media tags leave their file names behind, between spaces.
#[must_use]
pub fn strip_html_keeping_media(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    match keep_file_names(text) {
        Cow::Borrowed(text) => strip_html(text),
        Cow::Owned(text) => Cow::Owned(strip_html(&text).into_owned()),
    }
}

/// The text without comments, styles, scripts and tags; entities stay as they are.
///
/// A `<` that no `>` follows stays.
#[must_use]
pub fn strip_tags(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut tags = Tags {
        text,
        comment_ends: Search::new(text, "-->"),
        style_ends: Search::new(text, "</style>"),
        script_ends: Search::new(text, "</script>"),
    };
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    let mut from = 0;
    while let Some(start) = find_from(text, "<", from) {
        let Some(end) = tags.end(start) else { break };
        kept.push_str(text.get(at..start).unwrap_or_default());
        (at, from) = (end, end);
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(kept)
}

/// Decodes the text's entities, if every `&` in it begins one: HTML 4's names and numbers.
///
/// One ampersand that begins none, and the whole text stays as it is. After decoding, no-break
/// spaces become plain ones.
#[must_use]
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(mut ampersand) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let mut decoded = String::with_capacity(text.len());
    let mut at = 0;
    loop {
        decoded.push_str(text.get(at..ampersand).unwrap_or_default());
        let Some(end) = find_from(text, ";", ampersand) else {
            return Cow::Borrowed(text);
        };
        let Some(character) = text.get(ampersand + 1..end).and_then(entity) else {
            return Cow::Borrowed(text);
        };
        decoded.push(character);
        at = end + 1;
        match find_from(text, "&", at) {
            Some(next) => ampersand = next,
            None => break,
        }
    }
    decoded.push_str(text.get(at..).unwrap_or_default());
    if decoded.contains('\u{a0}') {
        decoded = decoded.replace('\u{a0}', " ");
    }
    Cow::Owned(decoded)
}

/// The character that the inside of an entity stands for.
fn entity(inside: &str) -> Option<char> {
    let Some(number) = inside.strip_prefix('#') else {
        return named(inside);
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// Finds the ends of what begins with `<`.
struct Tags<'a> {
    text: &'a str,
    comment_ends: Search<'a>,
    style_ends: Search<'a>,
    script_ends: Search<'a>,
}

impl Tags<'_> {
    /// The end of the comment, style, script or tag that begins at `start`; the first of these
    /// that fits counts. `None` when nothing closes it: then nothing later is closed either.
    fn end(&mut self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if starts_ignore_case(bytes, b"<!--", start)
            && let Some(end) = self.comment_ends.at_or_after(start + 4)
        {
            return Some(end + 3);
        }
        let tag = find_from(self.text, ">", start)? + 1;
        if starts_ignore_case(bytes, b"<style", start)
            && let Some(end) = self.style_ends.at_or_after(tag)
        {
            return Some(end + 8);
        }
        if starts_ignore_case(bytes, b"<script", start)
            && let Some(end) = self.script_ends.at_or_after(tag)
        {
            return Some(end + 9);
        }
        Some(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_values() {
        let table = [
            ("a", "a", 2_264_392_759),
            ("", "", 3_661_210_606),
            ("<b>a</b>", "a", 2_264_392_759),
            ("a&amp;b", "a&b", 2_632_617_588),
            ("&nbsp;x&nbsp;", " x ", 3_929_139_380),
            ("<img src=\"x.png\">", " x.png ", 2_926_313_888),
            ("t<img src=\"x.png\"/>u", "t x.png u", 1_041_169_621),
            ("[sound:a.mp3]", "[sound:a.mp3]", 2_685_632_892),
            ("<br>a<br>b", "ab", 3_659_751_758),
            ("{{c1::x}}", "{{c1::x}}", 25_509_827),
            ("&unknown;", "&unknown;", 346_115_698),
            ("é", "é", 3_205_873_265),
            ("5", "5", 2_889_119_958),
            ("<img src = \"sp.png\">", "", 3_661_210_606),
            (
                "<img data-src=\"d.png\" src=\"e.png\">",
                " d.png ",
                1_020_358_907,
            ),
            ("\\(x<y\\)", "\\(x<y\\)", 507_991_251),
        ];
        for (field, stored, sum) in table {
            assert_eq!(sort_field(field), stored, "{field}");
            assert_eq!(checksum(field), sum, "{field}");
        }
    }

    #[test]
    fn entities_all_or_none() {
        let table = [
            ("a & b &lt;c", "a & b &lt;c"),
            ("&hearts;&notin;", "♥∉"),
            ("&apos;&amp;", "&apos;&amp;"),
            ("&#65;&#x41;", "AA"),
            ("&#xD800;", "&#xD800;"),
            ("\u{a0}", "\u{a0}"),
            ("\u{a0}&lt;", " <"),
        ];
        for (text, expect) in table {
            assert_eq!(decode_entities(text), expect, "{text}");
        }
    }

    #[test]
    fn tags_comments_scripts() {
        let table = [
            ("a < b > c", "a  c"),
            ("a < b", "a < b"),
            ("x<!-- <b> -->y", "xy"),
            ("x<!-- y", "x<!-- y"),
            ("x<!-- <b>y", "xy"),
            ("<style>a{}</style>b", "b"),
            ("<style>a{}b", "a{}b"),
            ("<SCRIPT x>if (a<b) {}</sCript>b", "b"),
            ("<!-->a", "a"),
        ];
        for (text, expect) in table {
            assert_eq!(strip_tags(text), expect, "{text}");
        }
    }
}
