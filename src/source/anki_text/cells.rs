//! The text of cells as Anki makes fields and tags of it.

use crate::diag::{FileId, Text, TextBuilder};

/// Text that is no HTML as the HTML that Anki makes of it: `< > & " '` escaped, line breaks as
/// `<br>`.
pub(super) fn escaped(text: &Text, file: FileId) -> Text {
    let value = text.as_str();
    let html = |sign: char| match sign {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#x27;"),
        '\n' => Some("<br>"),
        _ => None,
    };
    if !value.chars().any(|it| html(it).is_some()) {
        return text.clone();
    }
    let mut built = TextBuilder::new(file, text.whole().range().start);
    let mut done = 0;
    for (at, sign) in value.char_indices() {
        if let Some(html) = html(sign) {
            let place = text.span(at..at + 1).range();
            built.push_text(&text.slice(done..at));
            built.push(html, place);
            done = at + 1;
        }
    }
    built.push_text(&text.slice(done..value.len()));
    built.finish()
}

/// The words between white space; a comma is part of a tag.
pub(super) fn words(text: &Text) -> Vec<Text> {
    let value = text.as_str();
    let mut found = Vec::new();
    let mut start = None;
    for (at, sign) in value.char_indices().chain([(value.len(), ' ')]) {
        match (sign.is_whitespace(), start) {
            (true, Some(from)) => {
                found.push(text.slice(from..at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    found
}
