//! What of a field is spoken: its text as a learner reads it on the answer, and nothing else.

use crate::render::html::{tag_end, tag_name};
use crate::template::ClozeText;
use crate::template::av::extract_av;
use crate::template::cloze::{CardSide, ClozeNode};
use crate::template::filters::kana;
use crate::template::latex::latex_tags;
use crate::template::strip::decode_entities;

/// A text to be spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    /// On one line, without white space around it; empty where nothing can be spoken.
    pub(super) text: String,
    /// Whether a formula was left out.
    pub(super) formula: bool,
}

/// Elements that end a line.
const LINES: [&str; 21] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "p",
    "pre",
    "td",
    "tr",
];

/// Elements whose content is not read: `rp` holds brackets for browsers without ruby.
const SILENT: [&str; 5] = ["rp", "script", "style", "svg", "template"];

/// What is spoken of a field's HTML. `brackets` where cards show it through a furigana filter.
pub(super) fn spoken(html: &str, is_cloze: bool, brackets: bool) -> Spoken {
    let html = if is_cloze {
        without_clozes(html)
    } else {
        html.to_owned()
    };
    let (html, tags) = extract_av(&html, CardSide::Answer);
    let mut html = html.into_owned();
    for index in 0..tags.len() {
        html = html.replacen(&format!("[anki:play:a:{index}]"), " ", 1);
    }
    let (html, formula) = without_formulas(&html);
    // A reading is what would be said; with the characters a word would be heard twice.
    let html = if brackets { kana(&html) } else { html };
    let (text, picture) = without_tags(&html);
    Spoken {
        text: lines(&text),
        formula: formula || picture,
    }
}

/// The texts of clozes without their marks and hints.
fn without_clozes(html: &str) -> String {
    let clozes = ClozeText::parse(html);
    let mut text = String::with_capacity(html.len());
    for node in clozes.nodes() {
        if let ClozeNode::Text(range) = node {
            text.push_str(clozes.text(range));
        }
    }
    text
}

/// Without `\(..\)`, `\[..\]` and the tags of LaTeX, and whether there were some.
fn without_formulas(html: &str) -> (String, bool) {
    let mut text = String::with_capacity(html.len());
    let mut at = 0;
    for tag in latex_tags(html) {
        if let Some(part) = html.get(at..tag.range.start) {
            text.push_str(part);
            at = tag.range.end;
        }
    }
    text.push_str(html.get(at..).unwrap_or_default());
    let mut found = at > 0;
    for (open, close) in [("\\(", "\\)"), ("\\[", "\\]")] {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once(open) {
            let Some((_, behind)) = behind.split_once(close) else {
                break;
            };
            found = true;
            kept.push_str(before);
            kept.push(' ');
            rest = behind;
        }
        kept.push_str(rest);
        text = kept;
    }
    (text, found)
}

/// The text between the tags, and whether one of them shows a formula. Of ruby only the readings
/// stay.
fn without_tags(html: &str) -> (String, bool) {
    let mut text = String::with_capacity(html.len());
    let mut formula = false;
    // Where the base of a reading began, inside of ruby.
    let mut base: Option<usize> = None;
    let mut at = 0;
    while let Some(start) = html.get(at..).and_then(|it| it.find('<')).map(|it| at + it) {
        push_decoded(html.get(at..start).unwrap_or_default(), &mut text);
        let Some(end) = tag_end(html, start) else {
            let comment = html.get(start..).unwrap_or_default();
            match comment.strip_prefix("<!--").and_then(|it| it.find("-->")) {
                Some(length) => at = start + 4 + length + 3,
                None => {
                    text.push('<');
                    at = start + 1;
                }
            }
            continue;
        };
        let tag = html.get(start..end).unwrap_or_default();
        let closes = tag.starts_with("</");
        let name = tag_name(html, start).to_ascii_lowercase();
        at = end;
        match (name.as_str(), closes) {
            ("ruby", false) => base = Some(text.len()),
            ("ruby", true) => base = None,
            ("rt", false) => {
                if let Some(from) = base {
                    text.truncate(from);
                }
            }
            ("rt", true) => base = base.map(|_| text.len()),
            ("img", _) => formula |= tag.contains("latex"),
            (name, false) if SILENT.contains(&name) => {
                let rest = html.get(at..).unwrap_or_default();
                let ends = rest.find(&format!("</{name}"));
                at += ends.unwrap_or(rest.len());
            }
            (name, _) if LINES.contains(&name) => text.push('\n'),
            _ => {}
        }
    }
    push_decoded(html.get(at..).unwrap_or_default(), &mut text);
    (text, formula)
}

fn push_decoded(part: &str, text: &mut String) {
    if !part.contains('&') {
        return text.push_str(part);
    }
    // Piece by piece: one `&` that begins no entity would leave all others as they are.
    for (index, piece) in part.split('&').enumerate() {
        if index == 0 {
            text.push_str(piece);
            continue;
        }
        let whole = format!("&{piece}");
        match whole
            .find(';')
            .and_then(|it| whole.split_at_checked(it + 1))
        {
            Some((entity, rest)) => {
                text.push_str(&decode_entities(entity));
                text.push_str(rest);
            }
            None => text.push_str(&whole),
        }
    }
}

/// One line of them all: where one ends in a word there is a pause.
fn lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        if joined.ends_with(char::is_alphanumeric) {
            joined.push(',');
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&words.join(" "));
    }
    // Marks that a program might take for its own, and that nobody can hear.
    joined.retain(|it| !it.is_control());
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_learner_reads_is_spoken() {
        let check = |html: &str, expect: &str| {
            assert_eq!(spoken(html, false, false).text, expect, "{html}");
        };
        check("hablar", "hablar");
        check("<b>hab</b>lar &amp; reír", "hablar & reír");
        check("AT&T &lt; x; y", "AT&T < x; y");
        check("uno<br>dos", "uno, dos");
        check("<p>uno.</p><p>dos</p>", "uno. dos");
        check(
            "<ul><li>das Ei</li><li>die Eier</li></ul>",
            "das Ei, die Eier",
        );
        check("hola [sound:x.mp3]", "hola");
        check("[anki:tts lang=es_ES]adiós[/anki:tts]hola", "hola");
        check("a<img src=\"x.png\" alt=\"b\">", "a");
        check("<!-- x -->a", "a");
        check("1 < 2", "1 < 2");
        check("<style>a{}</style>x", "x");
        check("a\u{1b}[31mb", "a[31mb");
        check(
            "<ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby>へ",
            "とうきょうへ",
        );
        check("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "かん");
        check("", "");
    }

    #[test]
    fn readings_in_brackets_are_spoken_where_cards_show_them_so() {
        assert_eq!(
            spoken(" 東京[とうきょう]へ", false, true).text,
            "とうきょうへ"
        );
        assert_eq!(spoken("a[b]", false, false).text, "a[b]");
    }

    #[test]
    fn clozes_are_spoken_without_their_marks() {
        let check =
            |html: &str, expect: &str| assert_eq!(spoken(html, true, false).text, expect, "{html}");
        check("yo {{c1::hablo::to speak}} bien", "yo hablo bien");
        check("{{c1::a {{c2::b::hint}} c}}", "a b c");
    }

    #[test]
    fn formulas_are_left_out_and_known() {
        for html in [
            "x \\(a^2\\) y",
            "x [$]a^2[/$] y",
            "x <img class=\"latex\" src=\"a.svg\"> y",
            "x \\[a\\] y",
        ] {
            let spoken = spoken(html, false, false);
            assert_eq!(
                (spoken.text.as_str(), spoken.formula),
                ("x y", true),
                "{html}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_spoken_without_a_panic(html in "[<>/&;a-z{}:1c\\[\\]() rubyt=\"\n-]*", flags: (bool, bool)) {
            let spoken = spoken(&html, flags.0, flags.1);
            prop_assert!(!spoken.text.contains('\n'));
        }
    }
}
