//! obsidian-spaced-repetition: `::`, `:::`, lines of `?` and `??`, and `==clozes==`.
//!
//! Only files that name a deck by the tag `#flashcards` hold cards. A card of several lines ends at
//! a blank line. Schedules stand in comments, `<!--SR:..-->`, and belong to nobody but the learner.

use std::ops::Range;

use super::blocks::{divider, hashtags, lead, paragraphs};
use super::cloze::{Cloze, edits, holds};
use super::maker::{Form, LeftOut, Maker};
use super::page::{Edit, Page};
use super::{Given, front_matter};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::model::written::WrittenNote;
use crate::source::defaults::deck_from;
use crate::source::draft::NoteSettings;

/// The tag that makes a deck of a file.
const TAG: &str = "flashcards";
const SCHEDULE: &str = "<!--SR:";

pub(super) fn read(given: &Given<'_>, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let (inner, body) = front_matter::split(given.source);
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    maker.settings().hard_breaks = true;
    let mut reader = Reader {
        page: &page,
        is_meant: false,
    };
    for entry in front_matter::entries(given.file, given.source, inner) {
        if matches!(entry.name(), "tags" | "tag") {
            for text in front_matter::texts(&entry.value) {
                for word in text.as_str().split([',', ' ']) {
                    let word = word.trim().trim_start_matches('#');
                    reader.tag(&mut maker, word, text.whole(), sink);
                }
            }
        }
    }
    maker.end_header();
    if !reader.is_meant && !reader.holds_tag() {
        return Vec::new();
    }
    for lines in paragraphs(&page) {
        reader.paragraph(&mut maker, lines, sink);
    }
    maker.finish(sink)
}

struct Reader<'a> {
    page: &'a Page<'a>,
    /// Whether a tag that makes cards stands above.
    is_meant: bool,
}

impl Reader<'_> {
    fn holds_tag(&self) -> bool {
        let mut lines = self.page.lines.iter().filter(|it| !it.fenced);
        lines.any(|it| {
            let tags = hashtags(self.page, &it.range);
            tags.iter().any(|it| below(self.page.slice(it)).is_some())
        })
    }

    /// Takes the deck of a tag for what comes below.
    fn tag(&mut self, maker: &mut Maker<'_>, tag: &str, span: Span, sink: &mut Diagnostics) {
        let Some(deck) = below(tag) else { return };
        self.is_meant = true;
        if let Some(deck) = deck {
            let name = Spanned::new(format!("::{}", deck.replace('/', "::")), span);
            if let Some(deck) = deck_from(&name, &maker.defaults.base_deck, sink) {
                maker.defaults.deck = deck;
            }
        }
    }

    fn paragraph(&mut self, maker: &mut Maker<'_>, lines: Range<usize>, sink: &mut Diagnostics) {
        let page = self.page;
        let mut from = lines.start;
        // A tag alone names the deck of all below, one before a card that of the card.
        let before = maker.defaults.deck.clone();
        let mut of_card = false;
        let first = page.between(from, from + 1);
        let tags = hashtags(page, &first);
        let mut cut = Vec::new();
        for tag in tags.iter().filter(|it| below(page.slice(it)).is_some()) {
            self.tag(maker, page.slice(tag), page.span(tag), sink);
            // With the space behind it, which would be one at the beginning of a text.
            let rest = page.slice(&(tag.end..first.end));
            let space = rest.len() - rest.trim_start().len();
            cut.push(Edit::new(tag.start..tag.end + space, ""));
        }
        if !cut.is_empty() {
            let rest = page.field(first, &cut);
            if rest.as_str().trim().is_empty() {
                from += 1;
                cut.clear();
            } else {
                of_card = true;
            }
        }
        if from < lines.end {
            self.cards(maker, from..lines.end, &cut, sink);
        }
        if of_card {
            maker.defaults.deck = before;
        }
    }

    fn cards(
        &self,
        maker: &mut Maker<'_>,
        lines: Range<usize>,
        cut: &[Edit],
        sink: &mut Diagnostics,
    ) {
        let page = self.page;
        let mut cut = cut.to_vec();
        for line in lines.clone().filter(|it| page.open_line(*it).is_some()) {
            let range = page.between(line, line + 1);
            if let Some(at) = page.slice(&range).find(SCHEDULE) {
                let start = range.start + at;
                let end = page.slice(&(start..range.end)).find("-->");
                let end = end.map_or(range.end, |it| start + it + 3);
                maker.leave_out(LeftOut::Schedules, page.span(&(start..end)));
                cut.push(Edit::new(start..end, ""));
            }
        }
        let separator = |line: &usize| {
            let text = page.open_line(*line).map(str::trim);
            matches!(text, Some("?" | "??"))
        };
        if let Some(line) = lines.clone().find(separator) {
            let form = match page.line(line).trim() {
                "??" => Form::Both,
                _ => Form::Pair,
            };
            let texts = vec![
                page.field(page.between(lines.start, line), &cut),
                page.field(page.between(line + 1, lines.end), &cut),
            ];
            let span = page.line_span(lines.start);
            maker.plain(form, span, texts, NoteSettings::default(), sink);
            return;
        }
        let mut divided = false;
        for line in lines.clone().filter(|it| page.open_line(*it).is_some()) {
            let range = page.between(line, line + 1);
            let start = range.start + lead(page.slice(&range));
            if let Some((colons, both)) = divider(page, &(start..range.end)) {
                divided = true;
                let form = if both { Form::Both } else { Form::Pair };
                let texts = vec![
                    page.field(start..colons.start, &cut),
                    page.field(colons.end..range.end, &cut),
                ];
                let span = page.line_span(line);
                maker.plain(form, span, texts, NoteSettings::default(), sink);
            }
        }
        if !divided {
            self.clozes(maker, lines, cut, sink);
        }
    }

    fn clozes(
        &self,
        maker: &mut Maker<'_>,
        lines: Range<usize>,
        cut: Vec<Edit>,
        sink: &mut Diagnostics,
    ) {
        let page = self.page;
        let range = page.between(lines.start, lines.end);
        let verbatim = page.verbatim(&range, false);
        let clozes = highlights(page, &range, &verbatim, sink);
        if clozes.is_empty() {
            return;
        }
        let mut all = edits(page, &verbatim, &clozes);
        all.extend(cut);
        all.sort_by_key(|it| (it.range.start, it.range.end));
        let text = page.field(range, &all);
        let span = page.line_span(lines.start);
        maker.plain(Form::Cloze, span, vec![text], NoteSettings::default(), sink);
    }
}

/// The deck below the tag, where this is the tag: `None` where it is another one.
fn below(tag: &str) -> Option<Option<&str>> {
    let rest = tag.trim_start_matches('#').strip_prefix(TAG)?;
    if rest.is_empty() {
        return Some(None);
    }
    let deck = rest.strip_prefix('/')?.trim_matches('/');
    Some((!deck.is_empty()).then_some(deck))
}

/// `==x==`, `==x==^[hint]`, `==x==[^1]`.
fn highlights(
    page: &Page<'_>,
    range: &Range<usize>,
    verbatim: &[Range<usize>],
    sink: &mut Diagnostics,
) -> Vec<Cloze> {
    let text = page.slice(range);
    let mut clozes = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|it| it.find("==")) {
        let place = range.start + at + next;
        at += next + 2;
        if holds(verbatim, place) {
            continue;
        }
        let Some(start) = open.take() else {
            open = Some(place);
            continue;
        };
        let mut end = place + 2;
        let mut hint = None;
        let behind = |from: usize| page.slice(&(from..range.end));
        if let Some(rest) = behind(end).strip_prefix("^[")
            && let Some(length) = closing(rest)
        {
            hint = Some(end + 2..end + 2 + length);
            end += length + 3;
        }
        let mut number = None;
        if let Some(rest) = behind(end).strip_prefix("[^")
            && let Some(length) = closing(rest)
        {
            let word = rest.get(..length).unwrap_or_default();
            let actions = !word.is_empty() && word.chars().all(|it| matches!(it, 'a' | 'h' | 's'));
            number = word.parse().ok().filter(|it| (1..=500).contains(it));
            if actions {
                let span = page.span(&(end..end + length + 3));
                sink.push(
                    Diagnostic::new(
                        Code::ForeignLeftOut,
                        "which cards show and hide this cloze is left out",
                    )
                    .at(span, "read as a cloze of its own")
                    .note("Anki hides one number at a time and shows the others"),
                );
            }
            if actions || number.is_some() {
                end += length + 3;
            }
        }
        clozes.push(Cloze {
            range: start..end,
            inner: start + 2..place,
            hint,
            number,
        });
        at = at.max(end - range.start);
    }
    clozes
}

/// The longest hint, in bytes: a bracket that nothing closes is not looked for to the end of the file.
const LONGEST_HINT: usize = 300;

/// The bracket that closes a note behind a cloze, which does not span lines.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes().iter().take(LONGEST_HINT);
    let (at, byte) = bytes
        .enumerate()
        .find(|(_, it)| matches!(it, b']' | b'\n'))?;
    (*byte == b']').then_some(at)
}
