//! Fixes inside quoted YAML and cells of tables: rendering knows nothing of quotes and offers what is to stand in the
//! text; in the file a backslash or a quote of it must be escaped.

use crate::diag::{Diagnostics, Sources, Span};
use crate::model::written::{Content, WrittenNote};
use crate::source::layout::Dialect;

/// Escapes the fixes of a note's findings as the quotes around their place ask for.
pub(super) fn quote_fixes(note: &WrittenNote, sources: &Sources, found: &mut Diagnostics) {
    let Some(source) = sources.get(note.span.file) else {
        return;
    };
    if found.is_empty() {
        return;
    }
    match Dialect::of(source.path()) {
        Some(Dialect::Yaml | Dialect::Json) => {}
        Some(Dialect::Table | Dialect::AnkiText) => {
            return in_cells(note.span, source.text(), found);
        }
        _ => return,
    }
    let mut quoted: Vec<(Span, char)> = Vec::new();
    for content in note.fields.iter().flatten() {
        collect(content, source.text(), &mut quoted);
    }
    // What stands in a file of its own is quoted by nothing.
    quoted.retain(|(whole, _)| whole.file == note.span.file);
    for diagnostic in found.iter_mut() {
        let Some(fix) = &mut diagnostic.fix else {
            continue;
        };
        for (span, text) in &mut fix.edits {
            let around = quoted.iter().find(|(whole, _)| {
                whole.file == span.file && whole.start <= span.start && span.end <= whole.end
            });
            match around {
                Some((_, '"')) => *text = text.replace('\\', "\\\\").replace('"', "\\\""),
                Some(_) => *text = text.replace('\'', "''"),
                None => {}
            }
        }
    }
}

/// Doubles the quotes of fixes inside of quoted cells. A fix that only a quoted cell could hold is
/// taken back elsewhere.
fn in_cells(row: Span, source: &str, found: &mut Diagnostics) {
    for diagnostic in found.iter_mut() {
        let Some(fix) = &mut diagnostic.fix else {
            continue;
        };
        let mut holds = true;
        for (span, text) in &mut fix.edits {
            if !text.contains(['"', ',', ';', '\t', '|', '\n']) {
                continue;
            }
            // The quotes of the row before a place in quotes are odd in number, those of whole
            // cells even. A place in a table that is joined is not known so well.
            let before = (span.file == row.file).then_some(row.start as usize..span.start as usize);
            let before = before.and_then(|it| source.get(it)).unwrap_or("");
            if before.matches('"').count() % 2 == 1 {
                *text = text.replace('"', "\"\"");
            } else {
                holds = false;
            }
        }
        if !holds {
            diagnostic.fix = None;
        }
    }
}

fn collect(content: &Content, source: &str, quoted: &mut Vec<(Span, char)>) {
    let text = match content {
        Content::Markdown(text)
        | Content::Html(text)
        | Content::Plain(text)
        | Content::Media(text) => text,
        Content::List(items) => {
            items.iter().for_each(|item| collect(item, source, quoted));
            return;
        }
        Content::Masks(_) => return,
    };
    let whole = text.whole();
    let before = source.get(..whole.start as usize).unwrap_or("");
    let behind = source.get(whole.end as usize..).unwrap_or("");
    for quote in ['"', '\''] {
        if before.ends_with(quote) && behind.starts_with(quote) {
            quoted.push((whole, quote));
        }
    }
}
