//! hashcards: `Q:` and `A:`, and `C:` with `[clozes]`.
//!
//! A card ends where the next begins, or at a line of `---`. A line of TOML at the top may name
//! the deck. `\[` is a bracket, and `![` begins a picture.

use std::ops::Range;

use super::cloze::{Cloze, edits, holds};
use super::maker::{Form, Maker, fill};
use super::page::{Edit, Page};
use super::{Given, front_matter};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, Text};
use crate::model::written::WrittenNote;
use crate::source::draft::NoteSettings;

pub(super) fn read(given: &Given<'_>, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let (inner, body) = front_matter::split(given.source);
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    if let Some(inner) = inner {
        deck(&mut maker, &inner, sink);
    }
    maker.end_header();
    let mut line = 0;
    while line < page.lines.len() {
        let Some(label) = label(&page, line) else {
            line += 1;
            continue;
        };
        let end = end_of(&page, line + 1);
        match label {
            'Q' => question(&mut maker, line, end, sink),
            'C' => cloze(&mut maker, line, end, sink),
            _ => sink.push(
                Diagnostic::new(Code::ForeignSyntax, "this answer has no question")
                    .at(page.line_span(line), "no `Q:` stands above it")
                    .help("write the question above it, in a line that begins with `Q:`"),
            ),
        }
        line = end;
    }
    maker.finish(sink)
}

fn label(page: &Page<'_>, line: usize) -> Option<char> {
    let text = page.open_line(line)?;
    ['Q', 'A', 'C']
        .into_iter()
        .find(|it| text.strip_prefix(*it).is_some_and(|it| it.starts_with(':')))
}

/// The line that ends the card: the next one's first, or a line of `---`. The answer is part of it.
fn end_of(page: &Page<'_>, from: usize) -> usize {
    let ends = |line: &usize| {
        matches!(label(page, *line), Some('Q' | 'C'))
            || page
                .open_line(*line)
                .is_some_and(|it| it.trim_end() == "---")
    };
    (from..page.lines.len())
        .find(ends)
        .unwrap_or(page.lines.len())
}

/// `name = "Medicine"` is the last part of the deck's name.
fn deck(maker: &mut Maker<'_>, inner: &Range<usize>, sink: &mut Diagnostics) {
    let mut at = inner.start;
    for line in maker.page.slice(inner).split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let quoted = value.trim();
        let name = ['"', '\'']
            .into_iter()
            .find_map(|it| quoted.strip_prefix(it)?.strip_suffix(it));
        if key.trim() == "name"
            && let Some(name) = name
        {
            let place = start + key.len() + 1;
            let span = maker.page.word(&(place..place + value.len())).span;
            let name = Spanned::new(format!("::{}", name.replace("\\\"", "'")), span);
            maker.defaults.set_deck(&name, sink);
        }
    }
}

fn question(maker: &mut Maker<'_>, from: usize, end: usize, sink: &mut Diagnostics) {
    let page = maker.page;
    let answers: Vec<usize> = (from + 1..end)
        .filter(|it| label(page, *it) == Some('A'))
        .collect();
    let first = answers.first().copied().unwrap_or(end);
    let text = |from: usize, to: usize| {
        let range = page.between(from, to);
        let start = range.start + 2;
        page.field(start.min(range.end)..range.end, &[])
    };
    if let Some(second) = answers.get(1) {
        sink.push(
            Diagnostic::new(Code::ForeignSyntax, "this card has two answers")
                .at(page.line_span(*second), "the second one")
                .also(page.line_span(first), "the first one")
                .help("write both below one `A:`"),
        );
        return;
    }
    let mut texts = vec![text(from, first)];
    if first < end {
        texts.push(text(first, end));
    }
    let span = page.line_span(from);
    maker.plain(Form::Pair, span, texts, NoteSettings::default(), sink);
}

fn cloze(maker: &mut Maker<'_>, from: usize, end: usize, sink: &mut Diagnostics) {
    let page = maker.page;
    let range = page.between(from, end);
    let range = (range.start + 2).min(range.end)..range.end;
    let verbatim = page.verbatim(&range, false);
    let (clozes, escapes) = brackets(page, &range, &verbatim);
    let span = page.line_span(from);
    if clozes.is_empty() {
        sink.push(
            Diagnostic::new(Code::ForeignSyntax, "this card has no cloze")
                .at(span, "nothing stands in `[..]`")
                .help("put what is to be hidden into brackets, or write `Q:` and `A:`"),
        );
        return;
    }
    let mut all = edits(page, &verbatim, &clozes);
    all.extend(escapes);
    all.sort_by_key(|it| (it.range.start, it.range.end));
    let text: Text = page.field(range, &all);
    let Some(note_type) = maker.of_form(Form::Cloze, &[&text], sink) else {
        return;
    };
    let mut draft = crate::source::draft::NoteDraft::new(note_type, span);
    fill(&mut draft, 0, text, sink);
    maker.finish_note(draft, span, NoteSettings::default(), sink);
}

/// What stands in brackets, and the backslashes before brackets that are text: deckle reads
/// `\[` as the beginning of a formula.
fn brackets(
    page: &Page<'_>,
    range: &Range<usize>,
    verbatim: &[Range<usize>],
) -> (Vec<Cloze>, Vec<Edit>) {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() && !it.eq_ignore_ascii_case(&b'x');
    let text = page.slice(range).as_bytes();
    let mut clozes = Vec::new();
    let mut escapes = Vec::new();
    let (mut open, mut picture) = (None, false);
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let place = range.start + at;
        let next = text.get(at + 1);
        match byte {
            b'\\' if matches!(next, Some(b'[' | b']')) => {
                let behind = text.get(at + 2).copied();
                let bracket = match (next, holds(verbatim, place)) {
                    (Some(b'['), true) => "[",
                    (_, true) => "]",
                    // What Markdown could take for a link, a footnote or a task.
                    (Some(b'['), _) if behind.is_some_and(is_plain) => "[",
                    (Some(b'['), _) => "&#91;",
                    _ if matches!(behind, Some(b'(' | b'[' | b':')) => "&#93;",
                    _ => "]",
                };
                escapes.push(Edit::new(place..place + 2, bracket));
                at += 1;
            }
            b'!' if next == Some(&b'[') => {
                picture = true;
                at += 1;
            }
            b'[' if open.is_none() => open = Some(place),
            b']' if picture => picture = false,
            b']' => {
                if let Some(start) = open.take() {
                    clozes.push(Cloze {
                        range: start..place + 1,
                        inner: start + 1..place,
                        hint: None,
                        number: None,
                    });
                }
            }
            _ => {}
        }
        at += 1;
    }
    (clozes, escapes)
}
