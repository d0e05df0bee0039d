//! The two tools whose notes are headings: mdanki (and Anki for VS Code, which reads the same), and
//! markdown-anki-decks.
//!
//! mdanki divides a side of several lines by a line of `%`, and takes tags from a line of links such
//! as `[#tag]()`. markdown-anki-decks calls the deck by the first heading of a file, and writes
//! `\\(` for `\(`; questions that are elements of HTML there are told.

use std::ops::Range;
use std::sync::Arc;

use super::maker::{Form, LeftOut, Maker};
use super::page::{Edit, Page};
use super::{FrontEnd, Given, front_matter};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::written::WrittenNote;
use crate::source::defaults::add_tag;
use crate::source::draft::NoteSettings;

pub(super) fn read(given: &Given<'_>, tool: FrontEnd, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let (inner, body) = front_matter::split(given.source);
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    let decks = tool == FrontEnd::MarkdownAnkiDecks;
    if let Some(range) = &inner
        && let Some(css) = front_matter::entries(given.file, given.source, Some(range.clone()))
            .iter()
            .find(|it| decks && it.name() == "css")
    {
        sink.push(
            Diagnostic::new(
                Code::ForeignLeftOut,
                "the style sheets of this file are left out",
            )
            .at(css.key_span(), "not read")
            .help("put them into a note type of your own, under `css` in its type.yaml"),
        );
    }
    if let Some(first) = (0..page.lines.len()).find(|it| level(&page, *it) == Some(1)) {
        let title = content(&page, first);
        let word = page.word(&title);
        if decks && !word.value.is_empty() {
            let name = word.value.replace("::", ":").replace('"', "'");
            let name = Spanned::new(format!("::{name}"), word.span);
            maker.defaults.set_deck(&name, sink);
        }
        maker.headings = Arc::from([word.value]);
    }
    maker.end_header();
    let mut line = 0;
    while line < page.lines.len() {
        if level(&page, line) == Some(2) {
            let end = (line + 1..page.lines.len())
                .find(|it| level(&page, *it).is_some_and(|it| it <= 2))
                .unwrap_or(page.lines.len());
            note(&mut maker, tool, line, end, sink);
            line = end;
        } else {
            line += 1;
        }
    }
    if decks {
        tell_html(&page, sink);
    }
    maker.finish(sink)
}

/// Questions of markdown-anki-decks that are written in HTML.
fn tell_html(page: &Page<'_>, sink: &mut Diagnostics) {
    for line in 0..page.lines.len() {
        let text = page.open_line(line).unwrap_or_default().trim_start();
        if text.starts_with("<h2") || text.starts_with('<') && text.contains(" data-question") {
            sink.push(
                Diagnostic::new(
                    Code::ForeignLeftOut,
                    "a question in HTML is read as text of the note above",
                )
                .at(page.line_span(line), "no note begins here")
                .help("write it as a heading that begins with `##`"),
            );
        }
    }
}

/// The level of the heading that a line is.
pub(super) fn level(page: &Page<'_>, line: usize) -> Option<usize> {
    let text = page.open_line(line)?.trim_start_matches(' ');
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    let spaced = rest.is_empty() || rest.starts_with([' ', '\t']);
    ((1..=6).contains(&level) && spaced).then_some(level)
}

/// The text of a heading, without its signs.
pub(super) fn content(page: &Page<'_>, line: usize) -> Range<usize> {
    let range = page.between(line, line + 1);
    let text = page.slice(&range);
    let kept = text.trim_start_matches([' ', '#']);
    range.end - kept.len()..range.end
}

fn note(maker: &mut Maker<'_>, tool: FrontEnd, from: usize, end: usize, sink: &mut Diagnostics) {
    let page = maker.page;
    let heading = content(page, from);
    let mut settings = NoteSettings::default();
    let mut edits = Vec::new();
    let mut side = None;
    if tool == FrontEnd::MarkdownAnkiDecks {
        edits = backslashes(page, &(heading.start..page.between(from, end).end));
    } else {
        for line in from + 1..end {
            let Some(text) = page.open_line(line).map(str::trim) else {
                continue;
            };
            let range = page.between(line, line + 1);
            if text == "%" && side.is_none() {
                side = Some(line);
            } else if text.starts_with("[#") {
                tags(page, &range, &mut settings, sink);
                edits.push(Edit::new(range, ""));
            } else if is_note_id(text) {
                maker.leave_out(LeftOut::NoteIds, page.span(&range));
                edits.push(Edit::new(range, ""));
            }
        }
    }
    let behind = page.between(from + 1, end);
    let texts = match side {
        None => vec![page.field(heading, &[]), page.field(behind, &edits)],
        Some(side) => vec![
            page.field(heading.start..page.between(from, side).end, &edits),
            page.field(page.between(side + 1, end), &edits),
        ],
    };
    let texts = if tool == FrontEnd::MarkdownAnkiDecks {
        let heading = content(page, from);
        vec![
            page.field(heading, &edits),
            page.field(page.between(from + 1, end), &edits),
        ]
    } else {
        texts
    };
    let span = page.line_span(from);
    maker.plain(Form::Pair, span, texts, settings, sink);
}

/// `[#one](x.md) [#two words]()`
fn tags(
    page: &Page<'_>,
    range: &Range<usize>,
    settings: &mut NoteSettings,
    sink: &mut Diagnostics,
) {
    let text = page.slice(range);
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|it| it.find("[#")) {
        let start = from + open + 2;
        let Some(length) = text.get(start..).and_then(|it| it.find(']')) else {
            return;
        };
        let place = range.start + start..range.start + start + length;
        let word = page.word(&place);
        if !word.value.is_empty() {
            let name = word.value.split_whitespace().collect::<Vec<_>>().join("_");
            add_tag(&mut settings.tags, &name, word.span, sink);
        }
        from = start + length;
    }
}

/// `<!-- notecardId: 1 -->`
fn is_note_id(line: &str) -> bool {
    let inner = line
        .strip_prefix("<!--")
        .and_then(|it| it.strip_suffix("-->"));
    let number = inner.and_then(|it| it.trim().strip_prefix("notecardId"));
    let number = number.and_then(|it| it.trim_start().strip_prefix([':', '=']));
    number.is_some_and(|it| it.trim().chars().all(|it| it.is_ascii_digit()))
}

/// `\\(`, `\\)`, `\\[` and `\\]` with one backslash.
fn backslashes(page: &Page<'_>, range: &Range<usize>) -> Vec<Edit> {
    let text = page.slice(range);
    let found = text.match_indices("\\\\").filter_map(|(at, _)| {
        let next = text.as_bytes().get(at + 2)?;
        let place = range.start + at;
        matches!(next, b'(' | b')' | b'[' | b']').then(|| Edit::new(place..place + 1, ""))
    });
    found.collect()
}
