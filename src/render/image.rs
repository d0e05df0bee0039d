//! Pictures and sounds in Markdown: their tags, sizes and targets.

use std::fmt;

use super::media::{MediaKind, has_media_extension};
use super::sink::Target;
use super::writer::{Writer, push_attribute, push_text};
use crate::diag::{Code, Diagnostic, Span};

/// The size that an author gives a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    pub(super) width: Option<Length>,
    pub(super) height: Option<Length>,
}

/// A length as HTML's attributes have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Pixels(u32),
    /// Of what the element stands in.
    Percent(u32),
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(number) => write!(f, "{number}"),
            Self::Percent(number) => write!(f, "{number}%"),
        }
    }
}

/// The text of an image and the size behind a `|` at its end: `pump|300`, `|300x200`.
pub(super) fn alt_and_size(alt: &str) -> (&str, Size) {
    match alt.rsplit_once('|') {
        Some((text, size)) => match parse_size(size) {
            Some(size) => (text.trim_end().trim_end_matches('\\'), size),
            None => (alt, Size::default()),
        },
        None => (alt, Size::default()),
    }
}

/// `300` or `300x200`.
fn parse_size(text: &str) -> Option<Size> {
    let number = |text: &str| {
        let number = text.trim().parse::<u32>().ok().filter(|it| *it > 0);
        number.map(Length::Pixels)
    };
    match text.split_once(['x', 'X', '×']) {
        Some((width, height)) => Some(Size {
            width: Some(number(width)?),
            height: Some(number(height)?),
        }),
        None => Some(Size {
            width: Some(number(text)?),
            height: None,
        }),
    }
}

/// The size in `{width=300 height=50%}` at the start of a text, and its length.
pub(super) fn attributes(text: &str) -> Option<(Size, usize)> {
    let inside = text.strip_prefix('{')?;
    let (inside, _) = inside.split_once('}')?;
    let mut size = Size::default();
    for word in inside.split_whitespace() {
        let (key, value) = word.split_once('=')?;
        let value = value.trim_matches(['"', '\'']);
        let value = match value.strip_suffix('%') {
            Some(share) => Length::Percent(share.parse().ok()?),
            None => Length::Pixels(value.strip_suffix("px").unwrap_or(value).parse().ok()?),
        };
        match key {
            "width" => size.width = Some(value),
            "height" => size.height = Some(value),
            _ => return None,
        }
    }
    (size != Size::default()).then_some((size, inside.len() + 2))
}

impl Writer<'_, '_> {
    /// A picture or sound of Markdown.
    pub(super) fn media(
        &mut self,
        path: &str,
        span: Span,
        wiki: bool,
        alt: &str,
        title: &str,
        size: Size,
    ) {
        let (name, kind) = match self.sink.follow(path, span, wiki) {
            Target::File(name, kind) => (name, kind),
            Target::Remote(address) => {
                let kind = MediaKind::of(address.split(['?', '#']).next().unwrap_or_default());
                // Addresses often say nothing of the kind; pictures are the rule.
                let kind = match kind {
                    MediaKind::Other => MediaKind::Image,
                    kind => kind,
                };
                (address, kind)
            }
            Target::Nowhere => (path.to_owned(), MediaKind::Image),
        };
        match kind {
            MediaKind::Image => {
                let mut tag = String::from("<img src=\"");
                push_attribute(&mut tag, &name);
                tag.push('"');
                for (key, value) in [("alt", alt), ("title", title)] {
                    if !value.trim().is_empty() {
                        tag.push_str(&format!(" {key}=\""));
                        push_attribute(&mut tag, value.trim());
                        tag.push('"');
                    }
                }
                for (key, value) in [("width", size.width), ("height", size.height)] {
                    if let Some(value) = value {
                        tag.push_str(&format!(" {key}=\"{value}\""));
                    }
                }
                tag.push('>');
                self.html.raw(&tag);
            }
            MediaKind::Sound => self.html.raw(&format!("[sound:{name}]")),
            MediaKind::Other => self.tell_kind(path, span),
        }
    }

    /// `[sound:path]`.
    pub(super) fn sound(&mut self, path: &str, span: Span, written: &str) {
        // A name from Anki's own editor may hold entities.
        let decoded = crate::template::strip::decode_entities(path);
        match self.sink.follow(&decoded, span, false) {
            Target::File(name, MediaKind::Sound) => self.html.raw(&format!("[sound:{name}]")),
            Target::File(..) => self.tell_kind(path, span),
            Target::Remote(_) => self.html.raw(written),
            Target::Nowhere => push_text(&mut self.html, written, " "),
        }
    }

    /// `![[path|size]]`; `start` is the place of `inner` in the source.
    pub(super) fn embed(&mut self, inner: &str, start: usize) {
        let (path, rest) = match inner.split_once('|') {
            Some((path, rest)) => (path.trim_end_matches('\\'), rest),
            None => (inner, ""),
        };
        let whole = path;
        let path = path.split_once('#').map_or(path, |(path, _)| path);
        let from = start + (path.len() - path.trim_start().len());
        let path = path.trim();
        let span = self.field.text.span(from..from + path.len());
        if is_note(path) {
            let span = self.field.text.span(start..start + inner.len());
            self.sink.push(
                Diagnostic::new(
                    Code::NoteEmbed,
                    format!("`![[{inner}]]` would embed a note, which a card cannot show"),
                )
                .at(span, "written as its name")
                .help("copy what the card is to show, or write a link: `[[..]]`"),
            );
            return self.wiki_link(inner);
        }
        if !has_media_extension(path) {
            return self.tell_kind(path, span);
        }
        if whole.len() > path.len() && whole.contains('#') {
            let fragment = whole.find('#').unwrap_or_default();
            let span = self.field.text.span(start + fragment..start + whole.len());
            self.sink.push(
                Diagnostic::new(
                    Code::EmbedFragment,
                    format!(
                        "`{}` means nothing on a card",
                        whole.get(fragment..).unwrap_or_default()
                    ),
                )
                .at(span, "passed over")
                .info(),
            );
        }
        let (alt, size) = match parse_size(rest.trim()) {
            Some(size) => ("", size),
            None => alt_and_size(rest),
        };
        self.media(path, span, true, alt, "", size);
    }

    fn tell_kind(&mut self, path: &str, span: Span) {
        self.sink.push(
            Diagnostic::new(
                Code::MediaKind,
                format!("Anki neither shows nor plays `{path}`"),
            )
            .at(span, "no picture, no sound")
            .help("pictures are png, jpg, gif, svg, webp, avif; sounds mp3, ogg, m4a, wav, flac"),
        );
        push_text(&mut self.html, path, " ");
    }
}

/// Whether an embed is of a note: its name ends in `.md` or in nothing that is an extension.
fn is_note(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        None => true,
        Some((_, "md")) => true,
        Some((_, extension)) => {
            extension.is_empty() || !extension.chars().all(|it| it.is_ascii_alphanumeric())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_each_spelling() {
        let pixels = |number: Option<u32>| number.map(Length::Pixels);
        let size = |width, height| Size {
            width: pixels(width),
            height: pixels(height),
        };
        assert_eq!(alt_and_size("a|300"), ("a", size(Some(300), None)));
        assert_eq!(alt_and_size("|300x200"), ("", size(Some(300), Some(200))));
        assert_eq!(alt_and_size("a|b"), ("a|b", Size::default()));
        assert_eq!(
            attributes("{width=300 height=\"20px\"} x"),
            Some((size(Some(300), Some(20)), 25))
        );
        let half = Size {
            width: Some(Length::Percent(50)),
            height: None,
        };
        assert_eq!(attributes("{width=50%}"), Some((half, 11)));
        assert_eq!(attributes("{x}"), None);
        assert_eq!(attributes("{}"), None);
        assert_eq!(attributes("{width=300"), None);
    }
}
