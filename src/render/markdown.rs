//! Markdown to the HTML of a field.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, Options, Parser};

use super::emit::emit;
use super::mask::Mask;
use super::piece::Html;
use super::place::place;
use super::references::{self, References};
use super::scan::{GroupKind, Scan};
use super::sink::Sink;
use super::writer::Writer;
use crate::diag::{Code, Diagnostic, Text};

/// A Markdown field that was scanned, and how it is to be written.
pub(super) struct Field<'f> {
    pub(super) text: &'f Text,
    pub(super) scan: &'f Scan,
    /// The numbers of each group's cards.
    pub(super) numbers: &'f [Vec<u16>],
    /// Whether its note is of a cloze type, where text must not be read as a cloze.
    pub(super) guards: bool,
    /// What the ids of its footnotes begin with.
    pub(super) footnotes: &'f str,
}

/// The extensions of CommonMark that the parser itself reads.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// The HTML of a field.
pub(super) fn render(field: &Field<'_>, sink: &mut Sink<'_>) -> String {
    let source = field.text.as_str();
    let mask = Mask::new(source, field.scan);
    let has_tokens = !field.scan.tokens.is_empty();
    let mut html = write(field, &mask, has_tokens, sink);
    if !(has_tokens || field.guards && html.text.contains("{{c")) {
        return html.text;
    }
    if !has_tokens {
        // Something looks like a cloze and is none; only pieces tell text from tags. What there
        // is to tell was told the first time.
        let told = std::mem::take(&mut sink.diagnostics);
        html = write(field, &mask, true, sink);
        sink.diagnostics = told;
    }
    finish(html, field, sink)
}

/// The HTML of plain text: escaped, with line breaks.
pub(super) fn render_plain(field: &Field<'_>, sink: &mut Sink<'_>) -> String {
    let source = field.text.as_str();
    let mut html = Html::new(true, source.len() + 16);
    let mut at = 0;
    let push = |html: &mut Html, range: Range<usize>| {
        let part = source.get(range).unwrap_or_default();
        super::writer::push_text(html, part, "<br>");
    };
    for (index, token) in field.scan.tokens.iter().enumerate() {
        push(&mut html, at..token.range.start);
        html.token(index);
        at = token.range.end;
    }
    push(&mut html, at..source.len());
    finish(html, field, sink)
}

fn finish(mut html: Html, field: &Field<'_>, sink: &mut Sink<'_>) -> String {
    for group in place(&mut html, field.scan, field.text.as_str()) {
        let Some(range) = field.scan.groups.get(group).map(|it| it.range.clone()) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::ClozeCrossing,
                "the cloze reaches from one list item or table cell into the next",
            )
            .at(field.text.span(range), "")
            .note("hidden, it swallows the border between the two")
            .help("make it several clozes with one number"),
        );
    }
    emit(&html, field.scan, field.numbers, field.guards)
}

/// The pieces of a field, with its clozes where they stand in the source.
pub(super) fn write(field: &Field<'_>, mask: &Mask<'_>, tracks: bool, sink: &mut Sink<'_>) -> Html {
    let mut missing: Vec<Range<usize>> = Vec::new();
    let mut shaped: Vec<String> = Vec::new();
    let of_file = std::sync::Arc::clone(&sink.settings.definitions);
    let mut take_missing = |link: BrokenLink<'_>| {
        let found = references::shared(&link, &of_file, &mut shaped);
        if found.is_none() {
            missing.extend(references::missing(&link));
        }
        found
    };
    let parser =
        Parser::new_with_broken_link_callback(&mask.text, options(), Some(&mut take_missing));
    let definitions = references::places(parser.reference_definitions());
    let mut used = References::default();
    let mut parser = parser.into_offset_iter();
    let mut writer = Writer::new(field, mask, tracks, sink);
    while let Some((event, range)) = parser.next() {
        if !definitions.is_empty() {
            used.take(&event, parser.reference_definitions());
        }
        writer.event(event, range);
    }
    drop(parser);
    let html = writer.finish();
    sink.shaped.extend(shaped);
    used.tell_unused(&definitions, field, mask, sink);
    references::tell_missing(&missing, field, mask, sink);
    html
}

/// Numbers for the groups of a field: `used` holds those that are taken, in ascending order.
pub(super) fn number(scan: &Scan, used: &mut Vec<u16>) -> Vec<Vec<u16>> {
    let mut next = 1;
    let groups = scan.groups.iter();
    groups
        .map(|group| match &group.kind {
            GroupKind::Cloze(numbers) => numbers.clone(),
            GroupKind::Mark => Vec::new(),
            GroupKind::NextCloze => {
                while used.binary_search(&next).is_ok() {
                    next += 1;
                }
                if let Err(place) = used.binary_search(&next) {
                    used.insert(place, next);
                }
                vec![next]
            }
        })
        .collect()
}

/// Whether the text is one line without markup: such a field is its own HTML.
pub(super) fn is_plain_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts_block = match bytes.first() {
        Some(b'#' | b'+' | b'-' | b'~') => true,
        Some(first) if first.is_ascii_digit() => {
            let digits = bytes.iter().take_while(|it| it.is_ascii_digit()).count();
            matches!(bytes.get(digits), Some(b'.' | b')'))
        }
        _ => false,
    };
    !starts_block
        && !bytes
            .iter()
            .any(|byte| MARKUP.get(usize::from(*byte)) == Some(&true))
}

/// The bytes that may be markup somewhere in a line.
const MARKUP: [bool; 256] = {
    let mut table = [false; 256];
    let mut markup: &[u8] = b"\\`*_{}[]<>&$=~!|\n\r\t\x00\xF0\xF3\xF4";
    while let [byte, rest @ ..] = markup {
        table[*byte as usize] = true;
        markup = rest;
    }
    table
};
