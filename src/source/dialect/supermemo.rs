//! SuperMemo's questions and answers: lines that begin with `Q:` and `A:` in any letter case.
//!
//! A label that comes again adds a line to its text; `A1:`, `A2:` and so on are further choices.
//! An item ends at a blank line behind its answer, or at the next question.

use super::Given;
use super::maker::{Form, Maker, fill};
use super::page::{Edit, Page};
use crate::diag::{Code, Diagnostic, Diagnostics, Text};
use crate::model::written::{Content, WrittenNote};
use crate::source::draft::{NoteDraft, NoteSettings};

/// A label at the beginning of a line, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Question(usize),
    Answer(usize),
    Choice(usize),
}

pub(super) fn read(given: &Given<'_>, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let body = given.source.len() - given.source.trim_start_matches('\u{feff}').len();
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    maker.end_header();
    let mut line = 0;
    while line < page.lines.len() {
        match label(page.line(line)) {
            None => line += 1,
            Some(Label::Question(_)) => line = item(&mut maker, line, sink),
            Some(Label::Answer(_) | Label::Choice(_)) => {
                sink.push(
                    Diagnostic::new(Code::ForeignSyntax, "this answer has no question")
                        .at(page.line_span(line), "no `Q:` stands above it")
                        .help("write the question above it, in a line that begins with `Q:`"),
                );
                line += 1;
            }
        }
    }
    maker.finish(sink)
}

fn label(line: &str) -> Option<Label> {
    let (name, _) = line.split_once(':')?;
    let mut characters = name.chars();
    let first = characters.next()?.to_ascii_lowercase();
    let number = characters.as_str();
    let length = name.len() + 1;
    match first {
        'q' if number.is_empty() => Some(Label::Question(length)),
        'a' if number.is_empty() => Some(Label::Answer(length)),
        'a' if number.len() <= 2 && number.chars().all(|it| it.is_ascii_digit()) => {
            Some(Label::Choice(length))
        }
        _ => None,
    }
}

/// The item that begins at a line; returns the line behind it.
fn item(maker: &mut Maker<'_>, from: usize, sink: &mut Diagnostics) -> usize {
    let page = maker.page;
    let mut line = from;
    let question = part(page, &mut line, |it| matches!(it, Label::Question(_)));
    let mut answer = None;
    let mut choices: Vec<Content> = Vec::new();
    while let Some(next) = label(page.line(line)) {
        match next {
            Label::Question(_) => break,
            Label::Answer(_) => {
                answer = Some(part(page, &mut line, |it| matches!(it, Label::Answer(_))));
            }
            Label::Choice(_) => {
                choices.push(Content::Markdown(part(page, &mut line, |_| false)));
            }
        }
    }
    let span = page.line_span(from);
    let texts: Vec<&Text> = [Some(&question), answer.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    let Some(note_type) = maker.of_form(Form::Pair, &texts, sink) else {
        return line;
    };
    let mut draft = NoteDraft::new(note_type, span);
    fill(&mut draft, 0, question, sink);
    if let Some(answer) = answer {
        fill(&mut draft, 1, answer, sink);
    }
    if let Some(first) = choices.first().map(Content::span) {
        match draft.note_type().field_index("Extra") {
            Some(extra) => draft.set_index(extra, first, Content::List(choices), sink),
            None => sink.push(
                Diagnostic::new(
                    Code::ForeignLeftOut,
                    "the choices of this item are left out",
                )
                .at(first, "the first choice")
                .note(format!(
                    "note type `{}` has no field `Extra` for them",
                    draft.note_type().key
                )),
            ),
        }
    }
    maker.finish_note(draft, span, NoteSettings::default(), sink);
    line
}

/// The text behind a label and those of the same kind below it, whose labels go; their lines are
/// lines in Anki, too. `line` moves behind it.
fn part(page: &Page<'_>, line: &mut usize, again: impl Fn(Label) -> bool) -> Text {
    let from = *line;
    let length = |line: usize| match label(page.line(line)) {
        Some(Label::Question(it) | Label::Answer(it) | Label::Choice(it)) => it,
        None => 0,
    };
    let start = page.between(from, from + 1).start + length(from);
    let mut edits = Vec::new();
    let mut at = from + 1;
    while at < page.lines.len() {
        let text = page.line(at);
        match label(text) {
            Some(it) if again(it) => {
                let begin = page.between(at, at + 1).start;
                let behind = text.get(length(at)..).unwrap_or_default();
                let space = behind.len() - behind.trim_start().len();
                // Two spaces at the end of a line are a line break to Markdown.
                let end = page.between(at - 1, at).end;
                edits.push(Edit::new(end..end, "  "));
                edits.push(Edit::new(begin..begin + length(at) + space, ""));
            }
            Some(_) => break,
            None if text.trim().is_empty() => break,
            None => {}
        }
        at += 1;
    }
    let end = page.between(from, at).end;
    while at < page.lines.len() && page.line(at).trim().is_empty() {
        at += 1;
    }
    *line = at;
    page.field(start.min(end)..end, &edits)
}
