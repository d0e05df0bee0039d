//! HTML that the author wrote: tags in Markdown, HTML blocks, and whole fields of HTML.
//!
//! Media references are the only thing that changes in it.

use std::borrow::Cow;
use std::ops::Range;

use super::html::{entity_length, has_allowed_name, tag_end, tag_name};
use super::media::{MediaKind, as_written};
use super::piece::PieceKind;
use super::sink::{Sink, Target};
use super::writer::{Writer, push_attribute};
use crate::diag::{Code, Diagnostic, Text};
use crate::template::media::{MediaKind as Reference, media_references};

/// Elements whose content is no HTML.
const VERBATIM: [&str; 2] = ["script", "style"];

/// A tag in Markdown text; `start` is its place in the masked text. What is no tag of HTML is
/// written as the text it is.
pub(super) fn push_tag(writer: &mut Writer<'_, '_>, tag: &str, start: usize) {
    let passes = tag_end(tag, 0) == Some(tag.len()) && has_allowed_name(tag, 0);
    if !passes {
        writer.text(tag, " ");
        return;
    }
    let written = writer.mask.unmasked(tag);
    let place = writer.mask.span(&(start..start + tag.len()));
    writer.tags.take(tag, &place);
    let tag = resolve_tag(&written, writer.field.text, place, writer.sink);
    let tag = tag.replace('\n', " ");
    writer.html.raw(&tag);
}

/// An HTML block of Markdown. Line breaks become spaces outside of elements that keep them.
pub(super) fn push_block(writer: &mut Writer<'_, '_>, block: &str, start: usize) {
    let block = block.trim_end();
    let leading = block.len() - block.trim_start().len();
    let mut at = leading;
    let mut keeps_lines = 0_usize;
    while at < block.len() {
        let rest = block.get(at..).unwrap_or_default();
        let line_break = if keeps_lines > 0 { "\n" } else { " " };
        if rest.starts_with('<') {
            let end = tag_end(block, at).filter(|_| has_allowed_name(block, at));
            let Some(end) = end else {
                writer.text("<", " ");
                at += 1;
                continue;
            };
            let tag = block.get(at..end).unwrap_or_default();
            push_tag(writer, tag, start + at);
            let name = tag_name(block, at).to_ascii_lowercase();
            let closes = tag.starts_with("</");
            if matches!(name.as_str(), "pre" | "textarea") {
                keeps_lines = if closes {
                    keeps_lines.saturating_sub(1)
                } else {
                    keeps_lines + 1
                };
            }
            at = end;
            if !closes && VERBATIM.contains(&name.as_str()) {
                let body = block.get(at..).unwrap_or_default();
                let lower = body.to_ascii_lowercase();
                let length = lower.find(&format!("</{name}")).unwrap_or(body.len());
                let body = body.get(..length).unwrap_or_default();
                let body = writer.mask.unmasked(body).into_owned();
                writer.html.raw(&body);
                at += length;
            }
            continue;
        }
        if let Some(length) = entity_length(rest) {
            let entity = rest.get(..length).unwrap_or_default();
            writer
                .html
                .piece(PieceKind::Text, |out| out.push_str(entity));
            at += length;
            continue;
        }
        let length = rest
            .char_indices()
            .skip(1)
            .find(|(_, it)| matches!(it, '<' | '&'))
            .map_or(rest.len(), |(length, _)| length);
        let part = rest.get(..length).unwrap_or_default();
        writer.text(part, line_break);
        at += length;
    }
}

/// A tag with the name of its media file in the place of the path.
///
/// `place` is where the tag stands in the text.
fn resolve_tag<'t>(
    tag: &'t str,
    text: &Text,
    place: Range<usize>,
    sink: &mut Sink<'_>,
) -> Cow<'t, str> {
    let Some(reference) = media_references(tag).into_iter().next() else {
        return Cow::Borrowed(tag);
    };
    let path = tag.get(reference.range.clone()).unwrap_or_default();
    let written = text.as_str().get(place.clone()).unwrap_or_default();
    let from = written.find(path).filter(|_| !path.is_empty());
    let path_place = from.map_or(place.clone(), |at| {
        place.start + at..place.start + at + path.len()
    });
    let span = text.span(path_place);
    match sink.follow(&reference.name, span, false) {
        Target::File(_, MediaKind::Sound) if tag_name(tag, 0).eq_ignore_ascii_case("img") => {
            sink.push(
                Diagnostic::new(
                    Code::MediaKind,
                    format!("an `<img>` cannot show `{}`", reference.name),
                )
                .at(span, "no picture")
                .help(format!(
                    "a sound or a film is played by `[sound:{}]`",
                    reference.name
                )),
            );
            Cow::Borrowed(tag)
        }
        Target::File(name, _) => {
            let before = tag.get(..reference.range.start).unwrap_or_default();
            let behind = tag.get(reference.range.end..).unwrap_or_default();
            let name = as_written(&name, path, &reference.name);
            Cow::Owned(format!("{before}{name}{behind}"))
        }
        Target::Remote(_) | Target::Nowhere => Cow::Borrowed(tag),
    }
}

/// A field of HTML, with its media references resolved and all else as it is.
pub(super) fn render_html(text: &Text, sink: &mut Sink<'_>) -> String {
    let source = text.as_str();
    let mut html = String::with_capacity(source.len());
    let mut at = 0;
    for reference in media_references(source) {
        if reference.range.start < at {
            continue;
        }
        let span = text.span(reference.range.clone());
        let name = match sink.follow(&reference.name, span, false) {
            Target::File(_, kind)
                if reference.kind == Reference::Sound && kind != MediaKind::Sound =>
            {
                sink.push(
                    Diagnostic::new(
                        Code::MediaKind,
                        format!("Anki does not play `{}`", reference.name),
                    )
                    .at(span, "no sound"),
                );
                continue;
            }
            Target::File(name, _) => name,
            Target::Remote(_) | Target::Nowhere => continue,
        };
        html.push_str(source.get(at..reference.range.start).unwrap_or_default());
        let written = source.get(reference.range.clone()).unwrap_or_default();
        html.push_str(&as_written(&name, written, &reference.name));
        at = reference.range.end;
    }
    html.push_str(source.get(at..).unwrap_or_default());
    if html.contains('\r') {
        html = html.replace("\r\n", "\n");
    }
    html
}

/// A field that is the path of a picture or sound.
pub(super) fn render_media(text: &Text, sink: &mut Sink<'_>) -> String {
    let path = text.trim();
    if path.is_empty() {
        return String::new();
    }
    let (name, kind) = match sink.follow(path.as_str(), path.whole(), false) {
        Target::File(name, kind) => (name, kind),
        Target::Remote(address) => {
            let kind = MediaKind::of(address.split(['?', '#']).next().unwrap_or_default());
            let is_sound = kind == MediaKind::Sound;
            let kind = if is_sound { kind } else { MediaKind::Image };
            (address, kind)
        }
        Target::Nowhere => return String::new(),
    };
    match kind {
        MediaKind::Sound => format!("[sound:{name}]"),
        MediaKind::Image => {
            let mut tag = String::from("<img src=\"");
            push_attribute(&mut tag, &name);
            tag.push_str("\">");
            tag
        }
        MediaKind::Other => {
            sink.push(
                Diagnostic::new(
                    Code::MediaKind,
                    format!("Anki neither shows nor plays `{}`", path.as_str()),
                )
                .at(path.whole(), "no picture, no sound")
                .help(
                    "pictures are png, jpg, gif, svg, webp, avif; sounds mp3, ogg, m4a, wav, flac",
                ),
            );
            String::new()
        }
    }
}
