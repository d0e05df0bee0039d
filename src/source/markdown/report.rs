//! What looks like a note and is none: the worst thing a card can do is to vanish unsaid.

use std::collections::BTreeSet;
use std::ops::Range;

use super::comment::Comment;
use super::fences;
use super::labels::{Labels, listing};
use super::near_misses;
use super::notation;
use super::page::{Heading, Label, Page, is_atx};
use super::reader::{FormKind, Reader};
use super::tails::HeadLine;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::types::TypeSet;
use crate::source::yaml::Entry;

/// Text directly above `---`; `open` is the form of the note that it stands in.
pub(super) fn setext(
    page: &Page<'_>,
    heading: &Heading,
    underline: &Range<usize>,
    open: Option<FormKind>,
) -> Diagnostic {
    let title = "text directly above `---` is a heading in Markdown";
    let last = page.line(heading.content.end);
    let diagnostic = Diagnostic::new(Code::Setext, title)
        .at(page.span(underline), "makes a heading of the text above");
    let line_break = if page.source[..underline.start].ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let end = page.span(&(last.end..last.end));
    let note = match open {
        Some(FormKind::Headings) => {
            "what divides question and answer is a `---` with a blank line above it"
        }
        Some(FormKind::Labels) => "what ends a note is a `---` with a blank line above it",
        None if last.start <= heading.content.start => {
            let text = page.text(heading.content.clone());
            let whole = page.span(&(heading.content.start..underline.end));
            return diagnostic
                .note("notes and sections are headings with `#` signs")
                .help("if it is a rule, put a blank line above it")
                .fix(
                    "write the heading with `#` signs",
                    whole,
                    format!("## {}", text.as_str()),
                );
        }
        None => "a rule needs a blank line above it",
    };
    diagnostic
        .note(note)
        .fix("put a blank line above it", end, line_break)
}

/// A label that stands in no note.
pub(super) fn orphan(page: &Page<'_>, label: &Label, types: &TypeSet) -> Diagnostic {
    let name = &label.name;
    Diagnostic::new(Code::Labels, format!("`{name}:` belongs to no note"))
        .at(page.span(&label.range), "no note is open here")
        .note("a label note ends before a heading and before `---`")
        .note(listing(types))
        .help(format!("if the line is no label, write `\\{name}:`"))
}

/// Comments that hold settings at a place where they hold for nothing.
pub(super) fn misplaced(reader: &Reader<'_>, claimed: &[bool], sink: &mut Diagnostics) {
    // In prose a comment may look as it likes.
    if reader.form.is_none() && !reader.has_formless {
        return;
    }
    let comments = reader.shelf.comments.iter().zip(claimed);
    for (comment, _) in comments.filter(|it| !it.1) {
        let place = reader.shelf.page.span(&comment.range);
        let mend = match reader.form {
            Some((FormKind::Labels, _)) => {
                "put the comment on a line of its own, directly above the first label of its note"
            }
            Some((FormKind::Headings, _)) => {
                "put the comment directly below the heading of its note"
            }
            None => {
                "put the comment behind the first line of its list item; a row of a table takes settings as columns"
            }
        };
        if comment.has_settings() {
            let title = "these settings stand at a place where they hold for no note";
            sink.push(
                Diagnostic::new(Code::MetaComment, title)
                    .at(place, "belongs to nothing")
                    .help(mend)
                    .help("settings of a whole file stand in its front matter"),
            );
        } else if let Some(field) = field_name(comment, reader.shelf.types) {
            let title = format!("this comment does not fill the field `{field}`");
            sink.push(
                Diagnostic::new(Code::MetaComment, title)
                    .at(place, "a remark that no card shows")
                    .help(format!("if it is meant to fill the field, {mend}"))
                    .info(),
            );
        }
    }
}

/// The field that a comment would fill if it stood at a note.
fn field_name<'c>(comment: &'c Comment, types: &TypeSet) -> Option<&'c str> {
    let mut names = comment.entries().iter().map(Entry::name);
    let is_field = |name: &&str| {
        types
            .iter()
            .any(|it| it.note_type.field_names().any(|field| field == *name))
    };
    names.find(is_field)
}

/// Tells all that looks like a note, and is none by the rules of its file.
pub(super) fn lookalikes(reader: &Reader<'_>, sink: &mut Diagnostics) {
    in_formulas(reader, sink);
    let (page, labels) = (reader.shelf.page, reader.shelf.labels);
    for block in &page.fences {
        let level = reader.shelf.options.note_level;
        if let Some(found) = fences::swallowed(page, block, labels, level) {
            sink.push(found);
        }
    }
    if !matches!(reader.form, Some((FormKind::Labels, _))) {
        near_headings(reader, sink);
    }
    near_misses::misspelt_marker(reader, sink);
    near_misses::switched_off(reader, sink);
    near_misses::unread_items(reader, sink);
    notation::tell(reader, sink);
    notation::tagged_elsewhere(reader, sink);
    match &reader.form {
        None if reader.has_formless || !reader.unread_items.is_empty() => {
            near_labels(reader, sink);
        }
        None if !reader.tagged_elsewhere.is_empty() => {}
        None => no_notes(reader, sink),
        Some((form, first)) => {
            if *form == FormKind::Labels {
                near_labels(reader, sink);
            }
            mixed(reader, *form, first, sink);
        }
    }
}

/// What almost is a label, in a file whose notes are no headings.
fn near_labels(reader: &Reader<'_>, sink: &mut Diagnostics) {
    hidden(reader, sink);
    near_misses::small_labels(reader.shelf.page, sink);
    notation::long_labels(reader, sink);
}

fn mixed(reader: &Reader<'_>, form: FormKind, first: &Range<usize>, sink: &mut Diagnostics) {
    let [other, ..] = reader.others.as_slice() else {
        return;
    };
    let page = reader.shelf.page;
    let count = reader.others.len();
    let level = usize::from(reader.shelf.options.note_level);
    let diagnostic = match form {
        FormKind::Headings => {
            let title = match count {
                1 => "a line looks like a label note in a file of heading notes".to_owned(),
                _ => format!("{count} lines look like label notes in a file of heading notes"),
            };
            let name = &page.source[other.clone()];
            let diagnostic = Diagnostic::new(Code::MixedForms, title)
                .at(page.span(other), "read as text")
                .also(
                    page.span(first),
                    "the first note, which decides for the file",
                );
            let diagnostic = if level < 6 {
                diagnostic.help(format!(
                    "if the headings are chapters and the labels are the notes, write `markdown: {{note-level: {}}}` in the front matter",
                    level + 1
                ))
            } else {
                diagnostic
            };
            diagnostic.help(format!("if it is text, write `\\{name}`"))
        }
        FormKind::Labels => {
            let title = match count {
                1 => "a heading looks like a note in a file of label notes".to_owned(),
                _ => format!("{count} headings look like notes in a file of label notes"),
            };
            Diagnostic::new(Code::MixedForms, title)
                .at(page.span(other), "what stands below it is in no note")
                .also(
                    page.span(first),
                    "the first note, which decides for the file",
                )
                .help("put the heading notes into a file of their own, or write them with labels")
                .help("a heading with no notes of its own carries the word `{skip}`")
        }
    };
    sink.push(diagnostic);
}

/// A heading of a level below that of notes, above the first one of them.
pub(super) fn deeper(page: &Page<'_>, head: &HeadLine, note_level: u8) -> Diagnostic {
    let signs = "#".repeat(usize::from(note_level));
    let level = head.heading.level;
    Diagnostic::new(Code::SkippedHeading, "this heading stands in no note")
        .at(
            page.span(&head.heading.content),
            format!("level {level}, left out with its text"),
        )
        .note(format!(
            "notes are headings of level {note_level}; deeper ones are a part of the note above them"
        ))
        .help(format!(
            "if it is a note, write `{signs}`, or `{{note}}` behind it; if it is none, `{{skip}}`"
        ))
}

/// Labels that cannot be seen as such.
fn hidden(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let page = reader.shelf.page;
    for range in near(page, reader.shelf.labels) {
        let name = &page.source[range.clone()];
        sink.push(
            Diagnostic::new(
                Code::SkippedHeading,
                format!("`{name}` without a space behind it is no label"),
            )
            .at(page.span(range), "read as text")
            .fix(
                "put a space behind it",
                page.span(&(range.end..range.end)),
                " ",
            ),
        );
    }
    for range in &page.hidden_labels {
        let name = &page.source[range.clone()];
        sink.push(
            Diagnostic::new(
                Code::SkippedHeading,
                format!("`{name}` stands in a block of HTML"),
            )
            .at(page.span(range), "read as HTML")
            .note("a block of HTML ends at the next blank line")
            .help("put a blank line above the label"),
        );
    }
}

/// Lines such as `Q:x`; `C:\x` and `A::b` are something else.
fn near<'p>(page: &'p Page<'_>, labels: &Labels) -> impl Iterator<Item = &'p Range<usize>> {
    page.near_labels.iter().filter(|range| {
        let name = page.source[(*range).clone()].trim_end_matches(':');
        labels.begins(name) && lacks_space(page, range)
    })
}

fn lacks_space(page: &Page<'_>, label: &Range<usize>) -> bool {
    let behind = page.source[label.end..].chars().next();
    behind.is_some_and(|it| !matches!(it, '\\' | '/' | ':'))
}

/// Lines such as `##Question`, which are text to Markdown.
fn near_headings(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let page = reader.shelf.page;
    let level = usize::from(reader.shelf.options.note_level);
    for range in page.near_headings.iter().filter(|it| it.len() == level) {
        let signs = &page.source[range.clone()];
        sink.push(
            Diagnostic::new(
                Code::SkippedHeading,
                format!("a space is missing behind `{signs}`"),
            )
            .at(page.span(range), "read as text, not as a note")
            .fix("write a space", page.span(&(range.end..range.end)), " "),
        );
    }
}

/// Headings that a formula swallows, which most likely lacks its end.
fn in_formulas(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let page = reader.shelf.page;
    for formula in &page.masked.formulas {
        let mut at = formula.start;
        for line in page.source[formula.clone()].split_inclusive('\n') {
            if is_atx(line).is_some_and(|it| it <= reader.shelf.options.note_level)
                && at > formula.start
            {
                let width = line.trim_end().len();
                sink.push(
                    Diagnostic::new(Code::SkippedHeading, "this heading stands inside a formula")
                        .at(page.span(&(at..at + width)), "part of the formula")
                        .also(
                            page.span(&page.line(formula.start)),
                            "the formula begins here",
                        )
                        .help("if the formula lacks its end, put it above the heading"),
                );
                break;
            }
            at += line.len();
        }
    }
}

fn no_notes(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let page = reader.shelf.page;
    let level = reader.shelf.options.note_level;
    let start = page.span(&page.line(body_start(page)));
    let left_out = |it: &HeadLine| it.heading.level == level && it.heading.underline.is_none();
    if !reader.shelf.options.tagged_only && reader.shelf.heads.iter().any(left_out) {
        // Each of these headings was left out with `{skip}` or between `cards off` and `cards on`.
        return;
    }
    if reader.shelf.options.tagged_only {
        let tag = &reader.shelf.options.card_tag;
        let diagnostic = Diagnostic::new(Code::NoNotes, "the file holds no note")
            .at(start, format!("no heading carries `#{tag}` or settings"))
            .note("`select: tagged` makes notes only of what is marked as one");
        sink.push(diagnostic.info());
        return;
    }
    if let Some(range) = near(page, reader.shelf.labels).next() {
        let name = &page.source[range.clone()];
        sink.push(
            Diagnostic::new(Code::NoNotes, "the file holds no note")
                .at(page.span(range), "almost a label")
                .fixes(
                    format!("put a space behind `{name}` and its like"),
                    page.near_labels
                        .iter()
                        .filter(|it| lacks_space(page, it))
                        .map(|it| (page.span(&(it.end..it.end)), " ".to_owned()))
                        .collect(),
                ),
        );
        return;
    }
    if !page.notation.pairs().is_empty() && page.labels.is_empty() {
        notation::long_labels(reader, sink);
        return;
    }
    if let Some(diagnostic) = lone_label(reader).or_else(|| other_levels(reader)) {
        sink.push(diagnostic);
        return;
    }
    let is_empty = page.source.trim_start_matches('\u{feff}').trim().is_empty();
    sink.push(
        Diagnostic::new(Code::NoNotes, "the file holds no note")
            .at(start, if is_empty { "the file is empty" } else { "only text from here on" })
            .help("a note is a heading such as `## Question` with its answer below it, or the lines `Q: ..` and `A: ..`")
            .info(),
    );
}

/// A file with labels of which none begins a note.
fn lone_label(reader: &Reader<'_>) -> Option<Diagnostic> {
    let page = reader.shelf.page;
    let (range, label, help) = match page.labels.first() {
        Some(found) => (
            &found.range,
            "begins no note",
            "put the label that begins the note above it",
        ),
        None => (
            &page.small_labels.iter().find(|it| it.begins)?.range,
            "no label",
            "labels are written in upper case",
        ),
    };
    Some(
        Diagnostic::new(Code::NoNotes, "the file holds no note")
            .at(page.span(range), label)
            .note(listing(reader.shelf.types))
            .help(help),
    )
}

/// A file with headings, none of which has the level of notes.
fn other_levels(reader: &Reader<'_>) -> Option<Diagnostic> {
    let level = reader.shelf.options.note_level;
    let heads = reader.shelf.heads;
    let underlined = |it: &&HeadLine| it.heading.underline.is_some() && it.heading.level == 2;
    let (head, is_underlined) = match heads.iter().find(underlined) {
        Some(head) => (head, true),
        None => (heads.iter().find(|it| it.heading.level > 1)?, false),
    };
    let found = head.heading.level;
    let title =
        format!("no heading of this file is a note, for notes are headings of level {level}");
    let diagnostic = Diagnostic::new(Code::SkippedHeading, title)
        .at(
            reader.shelf.page.span(&head.heading.content),
            format!("a heading of level {found}"),
        )
        .info();
    if is_underlined {
        let hashes = "#".repeat(usize::from(level));
        return Some(diagnostic.help(format!(
            "write `{hashes}` in front of a heading to make a note of it"
        )));
    }
    let levels: BTreeSet<u8> = heads.iter().map(|it| it.heading.level).collect();
    let levels: Vec<String> = levels.iter().map(u8::to_string).collect();
    Some(
        diagnostic
            .note(format!("the file has headings of level {}", levels.join(", ")))
            .help(format!(
                "to make notes of them, write `markdown: {{note-level: {found}}}` in the front matter"
            )),
    )
}

/// Where the text of the file begins.
fn body_start(page: &Page<'_>) -> usize {
    page.source.len() - page.masked.text.trim_start().len()
}
