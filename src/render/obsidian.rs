//! What Obsidian's own links become: `[[Page#Heading|text]]`, and the way back from a card to
//! the note that it was made of.

use super::piece::PieceKind;
use super::writer::{Writer, push_attribute};
use crate::diag::Text;
use crate::model::written::{Backlink, Content, WikiLinks, WrittenNote};

/// The field that a link back goes into.
const SOURCE: &str = "Source";

/// The target of a wiki link and what is shown of it.
struct WikiLink<'t> {
    target: &'t str,
    alias: Option<&'t str>,
}

impl<'t> WikiLink<'t> {
    fn new(inside: &'t str) -> Self {
        match inside.split_once('|') {
            Some((target, alias)) => Self {
                target: target.trim_end_matches('\\').trim(),
                alias: Some(alias.trim()).filter(|it| !it.is_empty()),
            },
            None => Self {
                target: inside.trim(),
                alias: None,
            },
        }
    }

    /// As Obsidian shows it: `Page > Heading`. What names a block means nothing to a reader.
    fn shown(&self) -> String {
        if let Some(alias) = self.alias {
            return alias.to_owned();
        }
        let mut parts = self.target.split('#').map(str::trim);
        let page = without_extension(parts.next().unwrap_or_default());
        let headings = parts.filter(|it| !it.starts_with('^'));
        let shown: Vec<&str> = std::iter::once(page)
            .chain(headings)
            .filter(|it| !it.is_empty())
            .collect();
        if shown.is_empty() {
            return self.target.to_owned();
        }
        shown.join(" > ")
    }
}

impl Writer<'_, '_> {
    /// `[[target|alias]]`.
    pub(super) fn wiki_link(&mut self, inside: &str) {
        let inside = inside.replace("\\|", "|");
        let link = WikiLink::new(&inside);
        if self.sink.settings.wiki_links == WikiLinks::Text || self.is_in_link() {
            super::writer::push_text(&mut self.html, &link.shown(), " ");
            return;
        }
        let (page, place) = match link.target.split_once('#') {
            Some((page, place)) => (page.trim(), format!("#{}", place.trim())),
            None => (link.target, String::new()),
        };
        let page = if page.is_empty() {
            self.sink.path
        } else {
            page
        };
        let file = format!("{}{place}", without_extension(page));
        let mut tag = String::from("<a href=\"");
        push_attribute(&mut tag, &address(&self.sink.settings.vault, &file));
        tag.push_str("\">");
        self.open_inline(&tag);
        self.html.escaped(PieceKind::Text, &link.shown(), " ");
        self.close_inline("</a>");
    }
}

/// Fills the field Source of a note with the way back to its file, where the settings say so, the
/// note type has this field and the note leaves it empty.
pub(super) fn fill_source(note: &mut WrittenNote, path: &str) {
    let backlink = note.settings.backlink;
    if backlink == Backlink::None {
        return;
    }
    let Some(index) = note.note_type.field_index(SOURCE) else {
        return;
    };
    // By this field the note is known.
    if index == note.note_type.first_field {
        return;
    }
    let is_filled = |content: &Content| !content.is_blank();
    if note
        .fields
        .get(index)
        .and_then(Option::as_ref)
        .is_some_and(is_filled)
    {
        return;
    }
    let content = if backlink == Backlink::Obsidian {
        let mut html = String::from("<a href=\"");
        let target = address(&note.settings.vault, without_extension(path));
        push_attribute(&mut html, &target);
        html.push_str("\">");
        crate::model::push_escaped(&mut html, path, " ");
        html.push_str("</a>");
        Content::Html(Text::detached(html))
    } else {
        Content::Plain(Text::detached(path))
    };
    if note.fields.len() <= index {
        note.fields.resize(index + 1, None);
    }
    if let Some(field) = note.fields.get_mut(index) {
        *field = Some(content);
    }
}

/// Obsidian's address of a note. It is found by its path or by its name alone, without `.md`.
fn address(vault: &str, file: &str) -> String {
    let mut address = String::from("obsidian://open?vault=");
    push_encoded(&mut address, vault);
    address.push_str("&file=");
    push_encoded(&mut address, file);
    address
}

fn without_extension(page: &str) -> &str {
    page.strip_suffix(".md").unwrap_or(page)
}

/// Percent-encodes all but the characters that no part of an address reserves.
fn push_encoded(address: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| char::from(HEX.get(usize::from(value)).copied().unwrap_or(b'0'));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push('%');
            address.push(digit(byte >> 4));
            address.push(digit(byte & 15));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_show_what_obsidian_shows() {
        let check = |inside: &str, expect: &str| {
            assert_eq!(WikiLink::new(inside).shown(), expect, "{inside}");
        };
        check("Note", "Note");
        check("Note|alias", "alias");
        check("Note|", "Note");
        check("folder/Note.md#Heading#Sub", "folder/Note > Heading > Sub");
        check("#Heading", "Heading");
        check("Note#^block", "Note");
        check("#^block", "#^block");
    }

    #[test]
    fn addresses_hold_no_reserved_character() {
        assert_eq!(
            address("My vault & co", "a/ü#H \"1\""),
            "obsidian://open?vault=My%20vault%20%26%20co&file=a%2F%C3%BC%23H%20%221%22"
        );
    }
}
