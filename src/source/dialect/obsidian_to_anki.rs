//! `Obsidian_to_Anki`: blocks between `START` and `END`, and notes in a line between `STARTI` and
//! `ENDI`.
//!
//! The first line of a block names its note type; `Field:` at the beginning of a line goes on with
//! that field. Clozes are `{x}`, `{2:x}`, `{2|x}` and `{c2:x}`. Styles made of regular expressions
//! are not read: they stand in settings of the plugin.

use std::ops::Range;
use std::sync::Arc;

use super::cloze::{Cloze, edits, holds};
use super::maker::{LeftOut, Maker, field_index, fill};
use super::page::{Edit, Page};
use super::sections::is_stock;
use super::{Given, front_matter};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::NoteTypeKind;
use crate::model::written::{WrittenNote, WrittenType};
use crate::source::defaults::add_tag;
use crate::source::draft::{NoteDraft, NoteSettings};

/// Texts that are put behind what the notes of a type write themselves.
struct Frozen {
    note_type: String,
    /// Names of fields, and the lines of their texts.
    fields: Vec<(String, Range<usize>)>,
}

pub(super) fn read(given: &Given<'_>, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let (_, body) = front_matter::split(given.source);
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    maker.settings().hard_breaks = true;
    header(&mut maker, sink);
    maker.end_header();
    let frozen = frozen(&page);
    let mut line = 0;
    while line < page.lines.len() {
        let text = page.open_line(line).unwrap_or_default();
        let range = page.between(line, line + 1);
        if text.trim() == "START" {
            let end = (line + 1..page.lines.len()).find(|it| page.line(*it).trim() == "END");
            let Some(end) = end else {
                sink.push(unclosed(&page, line, "START", "END"));
                break;
            };
            block(&mut maker, line, end, &frozen, sink);
            line = end;
        } else if let Some(at) = text.find("STARTI") {
            in_line(&mut maker, range.start + at, &range, sink);
        } else if text.trim() == "DELETE" {
            maker.leave_out(LeftOut::Removals, page.span(&range));
        }
        line += 1;
    }
    maker.finish(sink)
}

fn unclosed(page: &Page<'_>, line: usize, open: &str, close: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ForeignSyntax,
        format!("this `{open}` has no `{close}`"),
    )
    .at(page.line_span(line), "the note has no end")
    .help(format!("write `{close}` behind the note"))
}

/// `TARGET DECK` and `FILE TAGS`, with their values behind a colon or in the next line.
fn header(maker: &mut Maker<'_>, sink: &mut Diagnostics) {
    let page = maker.page;
    for line in 0..page.lines.len() {
        let Some(text) = page.open_line(line) else {
            continue;
        };
        for key in ["TARGET DECK", "FILE TAGS"] {
            let Some(rest) = text.strip_prefix(key) else {
                continue;
            };
            let range = page.between(line, line + 1);
            let value = if rest.trim().is_empty() {
                page.word(&page.between(line + 1, line + 2))
            } else if rest.starts_with(':') {
                page.word(&(range.start + key.len() + 1..range.end))
            } else {
                continue;
            };
            if value.value.is_empty() {
                continue;
            }
            if key == "TARGET DECK" {
                maker.defaults.set_deck(&value, sink);
            } else {
                for word in value.value.split_whitespace() {
                    maker
                        .defaults
                        .add_tag(word.trim_start_matches('#'), value.span, sink);
                }
            }
        }
    }
}

/// `FROZEN - Type:` and the lines of fields below.
fn frozen(page: &Page<'_>) -> Vec<Frozen> {
    let mut found = Vec::new();
    let mut next = 0;
    while next < page.lines.len() {
        let line = next;
        next += 1;
        let text = page.open_line(line).map(str::trim_end);
        let name = text.and_then(|it| it.strip_prefix("FROZEN - ")?.strip_suffix(':'));
        let Some(name) = name else { continue };
        let end = (line + 1..page.lines.len())
            .find(|it| page.line(*it).trim().is_empty())
            .unwrap_or(page.lines.len());
        next = end;
        let mut fields: Vec<(String, Range<usize>)> = Vec::new();
        for at in line + 1..end {
            let range = page.between(at, at + 1);
            let field = page
                .line(at)
                .split_once(':')
                .filter(|(name, _)| is_name(name));
            match (field, fields.last_mut()) {
                (Some((name, _)), _) => {
                    let start = range.start + name.len() + 1;
                    fields.push((name.to_owned(), start..range.end));
                }
                (None, Some((_, last))) => last.end = range.end,
                (None, None) => {}
            }
        }
        found.push(Frozen {
            note_type: name.trim().to_owned(),
            fields,
        });
    }
    found
}

/// Whether this could be the name of a field in front of a colon.
fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(char::is_alphabetic)
        && text
            .chars()
            .all(|it| it.is_alphanumeric() || matches!(it, ' ' | '_' | '-'))
}

fn block(
    maker: &mut Maker<'_>,
    from: usize,
    end: usize,
    frozen: &[Frozen],
    sink: &mut Diagnostics,
) {
    let page = maker.page;
    let name = page.word(&page.between(from + 1, from + 2));
    if from + 1 >= end || name.value.is_empty() {
        sink.push(
            Diagnostic::new(Code::ForeignSyntax, "this block has no note type")
                .at(page.line_span(from), "the line below is to name it")
                .help("write `Basic`, or the name of a note type of yours, below `START`"),
        );
        return;
    }
    let Some(note_type) = maker.of_name(&name, sink) else {
        return;
    };
    let mut settings = NoteSettings::default();
    let mut last = end;
    // The lines for the tool itself stand at the end.
    while let Some(line) = last.checked_sub(1).filter(|it| *it > from + 1) {
        let range = page.between(line, line + 1);
        let text = page.line(line).trim();
        if text.is_empty() {
            last = line;
        } else if is_id(text) {
            maker.leave_out(LeftOut::NoteIds, page.span(&range));
            last = line;
        } else if let Some(tags) = text.strip_prefix("Tags:") {
            let word = page.word(&(range.end - tags.len()..range.end));
            for tag in word.value.split_whitespace() {
                add_tag(
                    &mut settings.tags,
                    tag.trim_start_matches('#'),
                    word.span,
                    sink,
                );
            }
            last = line;
        } else {
            break;
        }
    }
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    for line in from + 2..last {
        let range = page.between(line, line + 1);
        let field = page.open_line(line).and_then(|it| it.split_once(':'));
        let field = field.and_then(|(name, _)| {
            Some((field_index(&note_type, name.trim_start())?, name.len() + 1))
        });
        match (field, parts.last_mut()) {
            (Some((index, length)), _) => parts.push((index, range.start + length..range.end)),
            (None, Some((_, part))) => part.end = range.end,
            (None, None) => parts.push((0, range)),
        }
    }
    // Text above the first name of a field belongs to the first one.
    let span = page.line_span(from);
    note(
        maker,
        span,
        &note_type,
        parts,
        settings,
        &name.value,
        frozen,
        sink,
    );
}

#[expect(clippy::too_many_arguments, reason = "the parts of one note")]
fn note(
    maker: &mut Maker<'_>,
    span: crate::diag::Span,
    note_type: &Arc<WrittenType>,
    parts: Vec<(usize, Range<usize>)>,
    settings: NoteSettings,
    name: &str,
    frozen: &[Frozen],
    sink: &mut Diagnostics,
) {
    let page = maker.page;
    let mut draft = NoteDraft::new(note_type.clone(), span);
    let is_cloze = note_type.note_type.kind() == NoteTypeKind::Cloze;
    let mut failed = false;
    for (index, range) in parts {
        let mut all = if is_cloze {
            let verbatim = page.verbatim(&range, true);
            edits(page, &verbatim, &curly(page, &range, &verbatim))
        } else {
            Vec::new()
        };
        let of_type = frozen.iter().filter(|it| it.note_type == name);
        let frozen: Vec<&str> = of_type
            .flat_map(|it| &it.fields)
            .filter(|(name, _)| field_index(note_type, name) == Some(index))
            .map(|(_, text)| page.slice(text).trim())
            .collect();
        if !frozen.is_empty() {
            let end = range.start + page.slice(&range).trim_end().len();
            let frozen = frozen.concat();
            let gap = if frozen.starts_with('<') { "" } else { " " };
            all.push(Edit::new(end..end, format!("{gap}{frozen}")));
        }
        let text = page.field(range, &all);
        if draft.has(index) {
            let name = note_type.note_type.field_names().nth(index).unwrap_or("");
            sink.push(
                Diagnostic::new(
                    Code::ForeignSyntax,
                    format!("the field `{name}` is filled twice"),
                )
                .at(text.whole(), "here again")
                .help("write all of it behind one name"),
            );
            failed = true;
            continue;
        }
        fill(&mut draft, index, text, sink);
    }
    if !failed {
        maker.finish_note(draft, span, settings, sink);
    }
}

/// `ID: 123` or `<!--ID: 123-->`
fn is_id(text: &str) -> bool {
    let text = text.strip_prefix("<!--").unwrap_or(text);
    let number = text.strip_prefix("ID:").map(str::trim_start);
    number.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

/// `STARTI [Basic] Front Back: text ENDI`
fn in_line(maker: &mut Maker<'_>, at: usize, line: &Range<usize>, sink: &mut Diagnostics) {
    let page = maker.page;
    let from = at + "STARTI".len();
    let text = page.slice(&(from..line.end));
    let Some(end) = text.rfind("ENDI") else {
        let index = page.lines.partition_point(|it| it.end <= at);
        sink.push(unclosed(page, index, "STARTI", "ENDI"));
        return;
    };
    let text = text.get(..end).unwrap_or_default();
    let bracket = text.find('[').zip(text.find(']')).filter(|(open, close)| {
        open < close && text.get(..*open).is_some_and(|it| it.trim().is_empty())
    });
    let Some((open, close)) = bracket else {
        sink.push(
            Diagnostic::new(Code::ForeignSyntax, "this note has no note type")
                .at(page.span(line), "`[Type]` belongs behind `STARTI`")
                .help("write `STARTI [Basic]`, or the name of a note type of yours"),
        );
        return;
    };
    let name: Spanned<String> = page.word(&(from + open + 1..from + close));
    let Some(note_type) = maker.of_name(&name, sink) else {
        return;
    };
    let mut settings = NoteSettings::default();
    let mut rest = from + close + 1..from + end;
    let mut id = None;
    for mark in ["<!--ID:", "ID:"] {
        let inside = page.slice(&rest);
        if let Some(place) = inside.rfind(mark)
            && is_id(inside.get(place..).unwrap_or_default())
        {
            id = Some(rest.start + place..rest.end);
            rest.end = rest.start + place;
        }
    }
    if let Some(id) = id {
        maker.leave_out(LeftOut::NoteIds, page.span(&id));
    }
    if let Some(place) = page.slice(&rest).rfind("Tags:") {
        let word = page.word(&(rest.start + place + 5..rest.end));
        for tag in word.value.split_whitespace() {
            add_tag(
                &mut settings.tags,
                tag.trim_start_matches('#'),
                word.span,
                sink,
            );
        }
        rest.end = rest.start + place;
    }
    let parts = parts_of_line(page, &note_type, &rest);
    let span = page.span(line);
    note(
        maker,
        span,
        &note_type,
        parts,
        settings,
        &name.value,
        &[],
        sink,
    );
}

/// The fields of a note in a line: each begins with its name and a colon, the first one without.
fn parts_of_line(
    page: &Page<'_>,
    note_type: &WrittenType,
    rest: &Range<usize>,
) -> Vec<(usize, Range<usize>)> {
    let text = page.slice(rest);
    let mut parts = vec![(0, rest.clone())];
    let mut from = 0;
    for (colon, _) in text.match_indices(':') {
        // Names are short.
        let mut near = colon.saturating_sub(80).max(from);
        while !text.is_char_boundary(near) {
            near += 1;
        }
        let before = text.get(near..colon).unwrap_or_default();
        // The longest name wins: names may hold spaces.
        let starts = before.char_indices().map(|(at, _)| at);
        let mut starts = starts.filter(|at| {
            *at == 0
                || before
                    .get(..*at)
                    .is_some_and(|it| it.ends_with(char::is_whitespace))
        });
        let named = starts.find_map(|at| {
            let name = before.get(at..)?;
            Some((at, field_index(note_type, name)?))
        });
        if let Some((at, index)) = named {
            if let Some((_, last)) = parts.last_mut() {
                last.end = rest.start + near + at;
            }
            parts.push((index, rest.start + colon + 1..rest.end));
            from = colon + 1;
        }
    }
    parts.retain(|(_, range)| !page.slice(range).trim().is_empty());
    parts
}

/// `{x}`, `{2:x}`, `{2|x}`, `{c2:x}`, `{c2|x}`; Anki's own form is left as it is.
fn curly(page: &Page<'_>, range: &Range<usize>, verbatim: &[Range<usize>]) -> Vec<Cloze> {
    let text = page.slice(range);
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|it| it.find('{')) {
        let open = at + next;
        let place = range.start + open;
        if bytes.get(open + 1) == Some(&b'{') {
            let end = text.get(open..).and_then(|it| it.find("}}"));
            at = end.map_or(text.len(), |it| open + it + 2);
            continue;
        }
        at = open + 1;
        if holds(verbatim, place) {
            continue;
        }
        let Some(length) = text.get(at..).and_then(|it| it.find('}')) else {
            break;
        };
        let inner = text.get(at..at + length).unwrap_or_default();
        let bare = inner.strip_prefix('c').unwrap_or(inner);
        let digits = bare.len()
            - bare
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .len();
        let number = bare.get(..digits).and_then(|it| it.parse().ok());
        let number = number.filter(|it| (1..=500).contains(it));
        let divided = bare
            .get(digits..)
            .is_some_and(|it| it.starts_with([':', '|']));
        let skip = match number {
            Some(_) if divided => inner.len() - bare.len() + digits + 1,
            _ => 0,
        };
        found.push(Cloze {
            range: place..range.start + at + length + 1,
            inner: range.start + at + skip..range.start + at + length,
            hint: None,
            number: number.filter(|_| skip > 0),
        });
        at += length + 1;
    }
    found
}

/// The note types that blocks name and that are none of Anki's own, with the names of fields that
/// stand before colons.
pub(super) fn types_named(page: &Page<'_>) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut current: Option<usize> = None;
    for line in 0..page.lines.len() {
        let text = page.line(line).trim();
        let above = line.checked_sub(1).map(|it| page.line(it).trim());
        if above == Some("START") && page.open_line(line).is_some() {
            let index = found.iter().position(|it| it.0 == text);
            current = (!is_stock(text) && !text.is_empty()).then(|| {
                index.unwrap_or_else(|| {
                    found.push((text.to_owned(), Vec::new()));
                    found.len() - 1
                })
            });
        } else if text == "END" {
            current = None;
        } else if let Some((_, fields)) = current.and_then(|it| found.get_mut(it))
            && let Some((name, _)) = text.split_once(':')
            && is_name(name)
            && !["Tags", "ID"].contains(&name)
            && !fields.iter().any(|it| it == name)
        {
            fields.push(name.to_owned());
        }
    }
    found
}
