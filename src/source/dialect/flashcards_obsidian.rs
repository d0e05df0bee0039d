//! flashcards-obsidian: `#card` behind a question, `::` and `:::`, and `==clozes==` or `{clozes}`.
//!
//! An answer ends at a blank line. Only files that show a sign of the tool are read: `cards-deck` in
//! their front matter, a `#card`, or the `^1234567890123` that it writes below cards.

use std::ops::Range;

use super::blocks::{divider, hashtags, lead, paragraphs};
use super::cloze::holds;
use super::maker::{Form, LeftOut, Maker};
use super::page::{Edit, Page};
use super::{Given, front_matter};
use crate::diag::{Diagnostics, Spanned};
use crate::model::written::WrittenNote;
use crate::source::defaults::add_tag;
use crate::source::draft::NoteSettings;

const TAG: &str = "card";

pub(super) fn read(given: &Given<'_>, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let (inner, body) = front_matter::split(given.source);
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    let settings = maker.settings();
    settings.hard_breaks = true;
    settings.curly = true;
    let mut is_meant = false;
    for entry in front_matter::entries(given.file, given.source, inner) {
        let mut texts = front_matter::texts(&entry.value).into_iter();
        match entry.name() {
            "cards-deck" => {
                is_meant = true;
                if let Some(text) = texts.next() {
                    let name = Spanned::new(text.as_str().to_owned(), text.whole());
                    maker.defaults.set_deck(&name, sink);
                }
            }
            "tags" => {
                for text in texts {
                    let words = text.as_str().split([',', ' ']).map(str::trim);
                    for word in words.filter(|it| !it.is_empty()) {
                        let tag = word.trim_start_matches('#').replace('/', "::");
                        maker.defaults.add_tag(&tag, text.whole(), sink);
                    }
                }
            }
            _ => {}
        }
    }
    maker.end_header();
    let paragraphs = paragraphs(&page);
    let is_sign = |line: &usize| {
        page.open_line(*line)
            .is_some_and(|it| card_tag(&page, *line).is_some() || note_id(it).is_some())
    };
    if !is_meant && !(0..page.lines.len()).any(|it| is_sign(&it)) {
        return Vec::new();
    }
    let mut index = 0;
    while let Some(lines) = paragraphs.get(index) {
        index += 1;
        let asked = lines.clone().find(|it| card_tag(&page, *it).is_some());
        if let Some(asked) = asked {
            let answer = if asked + 1 < lines.end && !is_only_id(&page, asked + 1..lines.end) {
                asked + 1..lines.end
            } else {
                index += 1;
                let next = paragraphs.get(index - 1).cloned();
                next.unwrap_or(lines.end..lines.end)
            };
            tagged(&mut maker, lines.start..asked, answer, sink);
        } else {
            inline(&mut maker, lines.clone(), sink);
        }
    }
    maker.finish(sink)
}

fn is_only_id(page: &Page<'_>, lines: Range<usize>) -> bool {
    let mut lines = lines;
    lines.all(|it| note_id(page.line(it)).is_some())
}

/// `#card`, `#card-reverse`, `#card/spaced` and the like in a line, where it begins, and what stands
/// behind `card`.
fn card_tag<'a>(page: &Page<'a>, line: usize) -> Option<(usize, &'a str)> {
    page.open_line(line)?;
    let range = page.between(line, line + 1);
    hashtags(page, &range).into_iter().find_map(|it| {
        let tag = page.slice(&it).get(1..)?;
        let kind = tag.strip_prefix(TAG)?;
        let kind = kind
            .strip_prefix(['-', '/'])
            .or(kind.is_empty().then_some(kind))?;
        ["", "reverse", "spaced"]
            .contains(&kind)
            .then_some((it.start, kind))
    })
}

/// The `^1234567890123` of a line, with the white space before it.
fn note_id(line: &str) -> Option<usize> {
    let text = line.trim_end();
    let at = text.rfind('^')?;
    let number = text.get(at + 1..)?;
    let alone = text.get(..at)?;
    let is_id = number.len() == 13 && number.chars().all(|it| it.is_ascii_digit());
    let apart = alone.is_empty() || alone.ends_with(char::is_whitespace);
    (is_id && apart).then_some(at)
}

/// Edits that take the numbers of notes out of these lines.
fn without_ids(maker: &mut Maker<'_>, lines: Range<usize>) -> Vec<Edit> {
    let page = maker.page;
    let mut edits = Vec::new();
    for line in lines {
        let Some(at) = page.open_line(line).and_then(note_id) else {
            continue;
        };
        let range = page.between(line, line + 1);
        let place = range.start + at..range.end;
        maker.leave_out(LeftOut::NoteIds, page.span(&place));
        edits.push(Edit::new(place, ""));
    }
    edits
}

/// Tags from a place to the end of a line.
fn tags_from(page: &Page<'_>, range: &Range<usize>, sink: &mut Diagnostics) -> NoteSettings {
    let mut settings = NoteSettings::default();
    for tag in hashtags(page, range) {
        let name = page.slice(&tag).trim_start_matches('#').replace('/', "::");
        add_tag(&mut settings.tags, &name, page.span(&tag), sink);
    }
    settings
}

/// `above` are the lines of the question above the one with the tag.
fn tagged(
    maker: &mut Maker<'_>,
    above: Range<usize>,
    answer: Range<usize>,
    sink: &mut Diagnostics,
) {
    let page = maker.page;
    let asked = above.end;
    let Some((at, kind)) = card_tag(page, asked) else {
        return;
    };
    let line = page.between(asked, asked + 1);
    let behind = page.slice(&(at..line.end));
    let length = behind.find(char::is_whitespace).unwrap_or(behind.len());
    let settings = tags_from(page, &(at + length..line.end), sink);
    let start = page.between(above.start, above.start + 1).start;
    let first = page.line(above.start);
    let text = first.trim_start_matches([' ', '#']);
    let is_heading = first.trim_start().starts_with('#') && !first.trim_start().starts_with("#c");
    let start = if is_heading {
        start + first.len() - text.len()
    } else {
        start
    };
    let edits = without_ids(maker, answer.clone());
    let question = page.field(start.min(at)..at, &[]);
    let answer = page.field(page.between(answer.start, answer.end), &edits);
    let span = page.line_span(above.start);
    let form = match kind {
        "reverse" => Form::Both,
        _ => Form::Pair,
    };
    let texts = if kind == "spaced" && answer.as_str().trim().is_empty() {
        // A card that is only looked at has one side; Anki asks for two.
        vec![question.clone(), question]
    } else {
        vec![question, answer]
    };
    maker.plain(form, span, texts, settings, sink);
}

fn inline(maker: &mut Maker<'_>, lines: Range<usize>, sink: &mut Diagnostics) {
    let page = maker.page;
    let ids = without_ids(maker, lines.clone());
    for line in lines.filter(|it| page.open_line(*it).is_some()) {
        let range = page.between(line, line + 1);
        let start = range.start + lead(page.slice(&range));
        let id = ids.get(ids.partition_point(|it| it.range.start < range.start));
        let id = id.filter(|it| it.range.end <= range.end);
        let end = id.map_or(range.end, |it| it.range.start);
        let last = trailing_tags(page, &(start.min(end)..end));
        let settings = tags_from(page, &(last..end), sink);
        let text = start.min(last)..last;
        let span = page.line_span(line);
        if let Some((colons, both)) = divider(page, &text) {
            let form = if both { Form::Both } else { Form::Pair };
            let texts = vec![
                page.field(text.start..colons.start, &[]),
                page.field(colons.end..text.end, &[]),
            ];
            maker.plain(form, span, texts, settings, sink);
        } else if holds_cloze(page, &text) {
            let texts = vec![page.field(text, &[])];
            maker.plain(Form::Cloze, span, texts, settings, sink);
        }
    }
}

/// Where the tags at the end of a line begin.
fn trailing_tags(page: &Page<'_>, range: &Range<usize>) -> usize {
    let mut end = range.end;
    for tag in hashtags(page, range).into_iter().rev() {
        let gap = page.slice(&(tag.end..end));
        if !gap.trim().is_empty() {
            break;
        }
        end = tag.start;
    }
    end
}

fn holds_cloze(page: &Page<'_>, range: &Range<usize>) -> bool {
    let verbatim = page.verbatim(range, false);
    let text = page.slice(range);
    let pair = |open: &str, close: &str| {
        let starts = text.match_indices(open);
        let mut starts = starts.filter(|(at, _)| !holds(&verbatim, range.start + at));
        starts.next().is_some_and(|(at, _)| {
            let inner = at + open.len();
            let behind = text.get(inner..).unwrap_or_default();
            behind.find(close).is_some_and(|it| it > 0)
        })
    };
    pair("==", "==") || pair("{", "}")
}
