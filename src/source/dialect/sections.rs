//! The two tools whose notes are a heading with a heading for each field: apy, and ki.
//!
//! apy: lines of `key: value` at the top of the file and below `# Note`, then `## Field`. ki: the
//! settings of a note in a code block below `# Note`, its tags in another one below `### Tags`, and
//! fields of HTML.

use std::ops::Range;

use super::headings::{content, level};
use super::maker::{LeftOut, Maker, STOCK, field_index, fill, fill_html};
use super::page::Page;
use super::{FrontEnd, Given};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::model::Guid;
use crate::model::written::WrittenNote;
use crate::source::defaults::add_tag;
use crate::source::draft::{NoteDraft, NoteSettings, unknown_field};

/// What is said above the fields of a note.
#[derive(Debug, Clone, Default)]
struct Head {
    settings: NoteSettings,
    note_type: Option<Spanned<String>>,
    html: bool,
}

pub(super) fn read(given: &Given<'_>, tool: FrontEnd, sink: &mut Diagnostics) -> Vec<WrittenNote> {
    let body = given.source.len() - given.source.trim_start_matches('\u{feff}').len();
    let page = Page::new(given.file, given.source, body);
    let mut maker = Maker::new(&page, given.types, given.defaults);
    let mut file = Head::default();
    if tool == FrontEnd::Ki {
        file.html = true;
        // Of use where an import writes Markdown; what is HTML breaks lines by itself.
        maker.settings().hard_breaks = true;
        // A file is a note there, and its folder the deck.
        maker.defaults.deck = maker.defaults.base_deck.clone();
        media_folders(&mut maker, given.path);
    }
    maker.end_header();
    let notes: Vec<usize> = (0..page.lines.len())
        .filter(|it| level(&page, *it) == Some(1))
        .collect();
    let first = notes.first().copied().unwrap_or(page.lines.len());
    if tool == FrontEnd::Apy {
        for line in 0..first {
            setting(&mut maker, line, &mut file, sink);
        }
    }
    for (index, from) in notes.iter().enumerate() {
        let end = notes.get(index + 1).copied().unwrap_or(page.lines.len());
        note(&mut maker, tool, &file, *from..end, sink);
    }
    maker.finish(sink)
}

/// Media lie in `_media` beside the notes, and in that of the root.
fn media_folders(maker: &mut Maker<'_>, path: &str) {
    let folder = crate::files::parent(path);
    let beside = [folder, "_media"].join("/");
    for path in [beside.trim_start_matches('/'), "_media"] {
        let paths = &mut maker.settings().media_paths;
        if !paths.iter().any(|it| it == path) {
            paths.push(path.to_owned());
        }
    }
}

fn note(
    maker: &mut Maker<'_>,
    tool: FrontEnd,
    file: &Head,
    lines: Range<usize>,
    sink: &mut Diagnostics,
) {
    let page = maker.page;
    let mut head = file.clone();
    let sections: Vec<usize> = (lines.start + 1..lines.end)
        .filter(|it| level(page, *it) == Some(2))
        .collect();
    let first = sections.first().copied().unwrap_or(lines.end);
    if tool == FrontEnd::Ki {
        blocks(maker, lines.start + 1..first, &mut head, sink);
    } else {
        for line in lines.start + 1..first {
            setting(maker, line, &mut head, sink);
        }
    }
    let span = page.line_span(lines.start);
    let note_type = match &head.note_type {
        Some(name) => maker.of_name(name, sink),
        None => {
            let basic = &maker.defaults.note_type;
            maker.of_name(&basic.clone(), sink)
        }
    };
    let Some(note_type) = note_type else { return };
    let mut draft = NoteDraft::new(note_type, span);
    let mut failed = false;
    for (index, section) in sections.iter().enumerate() {
        let end = sections.get(index + 1).copied().unwrap_or(lines.end);
        let name = page.word(&content(page, *section));
        let Some(field) = field_index(draft.note_type(), &name.value) else {
            sink.push(unknown_field(draft.note_type(), &name));
            failed = true;
            continue;
        };
        let text = page.field(page.between(section + 1, end), &[]);
        if head.html {
            fill_html(&mut draft, field, text, sink);
        } else {
            fill(&mut draft, field, text, sink);
        }
    }
    if !failed {
        maker.finish_note(draft, span, head.settings, sink);
    }
}

/// A line of `key: value`.
fn setting(maker: &mut Maker<'_>, line: usize, head: &mut Head, sink: &mut Diagnostics) {
    let page = maker.page;
    let Some((key, value)) = page.open_line(line).and_then(|it| it.split_once(':')) else {
        if !page.line(line).trim().is_empty() {
            sink.push(
                Diagnostic::new(Code::ForeignSyntax, "text above the fields of a note")
                    .at(page.line_span(line), "not `key: value`")
                    .help(
                        "text belongs below a heading with the name of a field, such as `## Front`",
                    ),
            );
        }
        return;
    };
    let range = page.between(line, line + 1);
    let word = page.word(&(range.end - value.len()..range.end));
    apply(maker, key.trim(), word, page.line_span(line), head, sink);
}

fn apply(
    maker: &mut Maker<'_>,
    key: &str,
    value: Spanned<String>,
    line: Span,
    head: &mut Head,
    sink: &mut Diagnostics,
) {
    match key {
        "model" | "notetype" => head.note_type = Some(value),
        "deck" => head.settings.deck = Some(value),
        "tags" => tags(&value, head, sink),
        "id" => head.settings.id = Some(value),
        "guid" => guid(value, head, sink),
        "markdown" => head.html = value.value == "false",
        "nid" | "cid" => maker.leave_out(LeftOut::NoteIds, line),
        // A table of those numbers.
        "external-ids" => maker.leave_out(LeftOut::NoteIds, line),
        _ => {
            let known = ["model", "deck", "tags", "id", "markdown", "nid"];
            sink.push(
                Diagnostic::new(
                    Code::ForeignSyntax,
                    format!("`{key}` is no setting of a note"),
                )
                .at(line, "not known")
                .help(format!("the settings are `{}`", known.join("`, `"))),
            );
        }
    }
}

/// Tags stand between commas or spaces; several lines add up.
fn tags(value: &Spanned<String>, head: &mut Head, sink: &mut Diagnostics) {
    let words = value
        .value
        .split(|it: char| it == ',' || it.is_whitespace())
        .filter(|it| !it.is_empty());
    for word in words {
        add_tag(&mut head.settings.tags, word, value.span, sink);
    }
}

fn guid(value: Spanned<String>, head: &mut Head, sink: &mut Diagnostics) {
    if Guid::new(value.value.as_str()).is_some() {
        head.settings.guid = Some(value);
    } else {
        sink.push(
            Diagnostic::new(Code::ForeignSyntax, "this note has no guid")
                .at(value.span, "empty")
                .help("write the guid that the note has in Anki, or take the line out"),
        );
    }
}

/// The code blocks above the first field: settings, and below `### Tags` the tags.
fn blocks(maker: &mut Maker<'_>, lines: Range<usize>, head: &mut Head, sink: &mut Diagnostics) {
    let page = maker.page;
    let mut in_tags = false;
    for line in lines {
        let text = page.line(line).trim();
        if level(page, line) == Some(3) {
            in_tags = page.word(&content(page, line)).value == "Tags";
            continue;
        }
        if text.is_empty() || text.starts_with("```") || page.open_line(line).is_some() {
            continue;
        }
        let range = page.between(line, line + 1);
        if in_tags {
            tags(&page.word(&range), head, sink);
        } else if let Some((key, _)) = text.split_once(':') {
            let start = range.end - page.line(line).trim_start().len() + key.len() + 1;
            let word = page.word(&(start.min(range.end)..range.end));
            apply(maker, key.trim(), word, page.line_span(line), head, sink);
        }
    }
}

/// The note types that the notes of a file name and that are none of Anki's own, with the fields
/// that are filled, in the order in which they come.
pub(super) fn types_named(page: &Page<'_>) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let (mut of_file, mut of_note): (Option<String>, Option<String>) = (None, None);
    let mut noted = false;
    for line in 0..page.lines.len() {
        let level = level(page, line);
        if level == Some(1) {
            noted = true;
            of_note = None;
        } else if level == Some(2) {
            let name = of_note.clone().or_else(|| of_file.clone());
            let Some(name) = name.filter(|it| !is_stock(it)) else {
                continue;
            };
            let field = page.word(&content(page, line)).value;
            let index = found.iter().position(|it| it.0 == name);
            let index = index.unwrap_or_else(|| {
                found.push((name, Vec::new()));
                found.len() - 1
            });
            if let Some((_, fields)) = found.get_mut(index)
                && !fields.contains(&field)
            {
                fields.push(field);
            }
        } else if let Some((key, value)) = page.line(line).split_once(':')
            && matches!(key.trim(), "model" | "notetype")
        {
            let name = Some(value.trim().to_owned());
            if noted {
                of_note = name;
            } else {
                of_file = name;
            }
        }
    }
    found
}

/// Whether Anki has a note type of this name from the start.
pub(super) fn is_stock(name: &str) -> bool {
    STOCK.iter().any(|(it, _)| unicase::eq(*it, name))
}
