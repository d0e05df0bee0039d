//! HTML of plain text.

/// HTML that shows `text` as it is: `&`, `<` and `>` are escaped, line breaks become `<br>`.
/// Quotes stay, because fields are no attributes and Anki searches for what stands there.
///
/// ```
/// assert_eq!(deckle::escape("a < b\nR&D"), "a &lt; b<br>R&amp;D");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push_escaped(&mut html, text, "<br>");
    html
}

/// Appends `text` with its special characters escaped and its line breaks replaced.
pub(crate) fn push_escaped(html: &mut String, text: &str, line_break: &str) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => html.push_str(line_break),
            _ => html.push(character),
        }
    }
}
