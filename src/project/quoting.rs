//! Fixes inside quoted YAML: rendering knows nothing of quotes and offers what is to stand in the
//! text; in the file a backslash or a quote of it must be escaped.

use crate::diag::{Diagnostics, Sources, Span};
use crate::model::written::{Content, WrittenNote};
use crate::source::layout::Dialect;

/// Escapes the fixes of a note's findings as the quotes around their place ask for.
pub(super) fn quote_fixes(note: &WrittenNote, sources: &Sources, found: &mut Diagnostics) {
    let Some(source) = sources.get(note.span.file) else {
        return;
    };
    if found.is_empty() || !is_yaml(source.path()) {
        return;
    }
    let mut quoted: Vec<(Span, char)> = Vec::new();
    for content in note.fields.iter().flatten() {
        collect(content, source.text(), &mut quoted);
    }
    for diagnostic in found.iter_mut() {
        let Some(fix) = &mut diagnostic.fix else {
            continue;
        };
        for (span, text) in &mut fix.edits {
            let around = quoted
                .iter()
                .find(|(whole, _)| whole.start <= span.start && span.end <= whole.end);
            match around {
                Some((_, '"')) => *text = text.replace('\\', "\\\\").replace('"', "\\\""),
                Some(_) => *text = text.replace('\'', "''"),
                None => {}
            }
        }
    }
}

fn is_yaml(path: &str) -> bool {
    matches!(Dialect::of(path), Some(Dialect::Yaml | Dialect::Json))
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
