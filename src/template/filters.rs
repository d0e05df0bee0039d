//! The filters of a replacement: `{{filter:Field}}`.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use super::{
    cloze::{CardSide, ClozeText},
    strip::strip_html,
};

/// The filters that Anki knows by name alone.
///
/// `tts` stands with a language behind it (`tts en_US`), and `tts-voices` works on the
/// desktop only.
pub const FILTERS: [&str; 11] = [
    "cloze",
    "cloze-only",
    "furigana",
    "hint",
    "kana",
    "kanji",
    "nc",
    "text",
    "tts",
    "tts-voices",
    "type",
];

/// Whether Anki does something for this filter; an unknown one leaves the text as it is.
#[must_use]
pub fn is_known_filter(name: &str) -> bool {
    let first = name.split(' ').next().unwrap_or_default();
    match first {
        "tts" => name.len() > first.len(),
        _ => name.is_empty() || FILTERS.contains(&name),
    }
}

/// What a filter may ask about its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) field: &'a str,
    pub(super) cloze_number: u16,
    pub(super) side: CardSide,
}

/// Applies the filters (leftmost first in the list, so from its end) to a field's text.
pub(super) fn apply(filters: &[&str], text: &str, place: Place<'_>) -> String {
    let field = place.field;
    // Only these two, exactly as written, keep what stands behind `type`.
    if let ["type", kind @ ("cloze" | "nc")] = filters {
        return format!("[[type:{kind}:{field}]]");
    }
    let filters: Vec<&str> = filters
        .iter()
        .copied()
        .filter(|name| !name.is_empty())
        .collect();
    if filters.first() == Some(&"type") {
        return format!("[[type:{field}]]");
    }
    let mut text = text.to_owned();
    for filter in filters.iter().rev() {
        text = apply_one(filter, text, place);
    }
    text
}

fn apply_one(filter: &str, text: String, place: Place<'_>) -> String {
    match filter {
        "text" => strip_html(&text).into_owned(),
        "furigana" => ruby(&text, Ruby::Both),
        "kanji" => ruby(&text, Ruby::Base),
        "kana" => ruby(&text, Ruby::Reading),
        "type" => format!("[[type:{}]]", place.field),
        "hint" => hint(text, place.field),
        "cloze" => ClozeText::parse(&text).reveal(place.cloze_number, place.side),
        "cloze-only" => ClozeText::parse(&text).reveal_only(place.cloze_number, place.side),
        _ => match filter.strip_prefix("tts ") {
            Some(options) => format!("[anki:tts lang={options}]{text}[/anki:tts]"),
            None => text,
        },
    }
}

/// What `{{kana:Field}}` shows of a text: the readings in brackets instead of what they stand
/// behind.
#[must_use]
pub fn kana(text: &str) -> String {
    ruby(text, Ruby::Reading)
}

/// A link that shows the text when it is clicked.
///
/// Anki derives the element's id from text and field name in its own way; here it is the
/// SHA-1 of both, which serves the same purpose: the same on every rendering, different for
/// different hints.
fn hint(text: String, field: &str) -> String {
    if text.trim().is_empty() {
        return text;
    }
    let digest = Sha1::new()
        .chain_update(&text)
        .chain_update([0])
        .chain_update(field)
        .finalize();
    let mut id = String::from("hint");
    for byte in digest.iter().take(8) {
        let written = write!(id, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
    format!(
        "\n<a class=hint href=\"#\"\n\
         onclick=\"this.style.display='none';\n\
         document.getElementById('{id}').style.display='block';\n\
         return false;\" draggable=false>\n\
         {field}</a>\n\
         <div id=\"{id}\" class=hint style=\"display: none\">{text}</div>\n"
    )
}

/// What of `base[reading]` is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ruby {
    Both,
    Base,
    Reading,
}

/// Reads `base[reading]`: an optional space, then as little as possible without space and `>`
/// up to a bracket that is closed on the same line. Sounds are no readings.
fn ruby(text: &str, keep: Ruby) -> String {
    let text = text.replace("&nbsp;", " ");
    let groups = Groups::new(&text);
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(group) = groups.next(at) {
        let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
        shown.push_str(part(at..group.start));
        let (base, reading) = (
            part(group.base..group.bracket),
            part(group.bracket + 1..group.end),
        );
        if reading.starts_with("sound:") {
            shown.push_str(part(group.start..group.end + 1));
        } else {
            match keep {
                Ruby::Base => shown.push_str(base),
                Ruby::Reading => shown.push_str(reading),
                Ruby::Both => {
                    for piece in ["<ruby><rb>", base, "</rb><rt>", reading, "</rt></ruby>"] {
                        shown.push_str(piece);
                    }
                }
            }
        }
        at = group.end + 1;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}

/// A `base[reading]`: positions of its optional space, its base, its brackets.
struct Group {
    start: usize,
    base: usize,
    bracket: usize,
    end: usize,
}

/// Finds the groups of a text; what a search needs to know is collected once, so that text
/// full of brackets costs linear time.
struct Groups<'a> {
    text: &'a str,
    /// Opening brackets that are closed on their line, with something between: both places.
    brackets: Vec<(usize, usize)>,
}

impl<'a> Groups<'a> {
    fn new(text: &'a str) -> Self {
        let mut brackets = Vec::new();
        // The nearest closing bracket behind, and the one behind that.
        let (mut close, mut second) = (None, None);
        for (at, byte) in text.bytes().enumerate().rev() {
            match byte {
                b'\n' => (close, second) = (None, None),
                b']' => (close, second) = (Some(at), close),
                b'[' => {
                    let end = if close == Some(at + 1) { second } else { close };
                    brackets.extend(end.map(|end| (at, end)));
                }
                _ => {}
            }
        }
        brackets.reverse();
        Self { text, brackets }
    }

    /// The first group that begins at or after `from`.
    fn next(&self, from: usize) -> Option<Group> {
        // Where the base begins: behind the last space or `>` before the bracket.
        let mut base = from;
        loop {
            let first = self.text.get(base..)?.chars().next()?;
            if matches!(first, ' ' | '>') {
                base += 1;
                continue;
            }
            let index = self
                .brackets
                .partition_point(|&(open, _)| open < base + first.len_utf8());
            let &(bracket, end) = self.brackets.get(index)?;
            match self.text.get(base..bracket)?.rfind([' ', '>']) {
                Some(stop) => base += stop + 1,
                None => {
                    let spaced = base > from && self.text.as_bytes().get(base - 1) == Some(&b' ');
                    return Some(Group {
                        start: base - usize::from(spaced),
                        base,
                        bracket,
                        end,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings() {
        // Text; then as furigana, kanji, kana.
        let table = [
            ("日本[にほん]", "<日本|にほん>", "日本", "にほん"),
            (
                " 日本[にほん] 語[ご]",
                "<日本|にほん><語|ご>",
                "日本語",
                "にほんご",
            ),
            ("&nbsp;a&nbsp;b[c]", " a<b|c>", " ab", " ac"),
            ("a\u{3000}b[c]", "<a\u{3000}b|c>", "a\u{3000}b", "c"),
            ("x>日[に]", "x><日|に>", "x>日", "x>に"),
            (
                "日[sound:a.mp3]語[ご]",
                "日[sound:a.mp3]<語|ご>",
                "日[sound:a.mp3]語",
                "日[sound:a.mp3]ご",
            ),
            (
                "[sound:a.mp3]",
                "[sound:a.mp3]",
                "[sound:a.mp3]",
                "[sound:a.mp3]",
            ),
            ("a[]", "a[]", "a[]", "a[]"),
            ("a[]b]", "<a|]b>", "a", "]b"),
            ("[b]", "[b]", "[b]", "[b]"),
            ("a [b]", "a [b]", "a [b]", "a [b]"),
            ("a[b[c]", "<a|b[c>", "a", "b[c"),
            ("[[a]b]", "<[|a>b]", "[b]", "ab]"),
            ("a[b\nc]", "a[b\nc]", "a[b\nc]", "a[b\nc]"),
            ("arr[0]", "<arr|0>", "arr", "0"),
        ];
        for (text, both, base, reading) in table {
            let ruby_tags = both.replace('<', "<ruby><rb>").replace('|', "</rb><rt>");
            let shown = ruby(text, Ruby::Both);
            let shown = shown.replace("</rt></ruby>", ">");
            assert_eq!(shown, ruby_tags, "{text}");
            assert_eq!(ruby(text, Ruby::Base), base, "{text}");
            assert_eq!(ruby(text, Ruby::Reading), reading, "{text}");
        }
    }

    #[test]
    fn filters_in_order() {
        let place = Place {
            field: "F",
            cloze_number: 1,
            side: CardSide::Question,
        };
        let table: [(&[&str], &str, &str); 16] = [
            (&[], "<b>a</b>", "<b>a</b>"),
            (&["text"], "<b>a</b>", "a"),
            (&["text", "cloze"], "{{c1::a}}", "[...]"),
            (&["cloze"], "a", ""),
            (&["type"], "a", "[[type:F]]"),
            (&["type", "text"], "a", "[[type:F]]"),
            (&["", "type", "cloze"], "a", "[[type:F]]"),
            (&["type", "cloze"], "a", "[[type:cloze:F]]"),
            (&["type", "nc"], "a", "[[type:nc:F]]"),
            (&["text", "type"], "a", "[[type:F]]"),
            (
                &["tts en voices=A"],
                "a",
                "[anki:tts lang=en voices=A]a[/anki:tts]",
            ),
            (&["tts"], "a", "a"),
            (&["unknown", ""], "a", "a"),
            (&["hint"], " ", " "),
            (&["text", "hint"], "a", "\n\nF\na\n"),
            (&["Text"], "<b>", "<b>"),
        ];
        for (filters, text, expect) in table {
            assert_eq!(apply(filters, text, place), expect, "{filters:?}");
        }
    }

    #[test]
    fn known_names() {
        for name in ["text", "tts en_US", "", "tts-voices", "cloze-only"] {
            assert!(is_known_filter(name), "{name}");
        }
        for name in ["tts", "Text", "texts", "text x", " text"] {
            assert!(!is_known_filter(name), "{name}");
        }
    }
}
