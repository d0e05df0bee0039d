//! Quotes that are not closed, or closed too early.

use super::super::text::Ground;
use super::{line, span};
use crate::diag::{Code, Diagnostic};

pub(super) fn unclosed(ground: Ground<'_>, at: usize) -> Option<Diagnostic> {
    let source = ground.source;
    let quote = source.get(at..)?.chars().next()?;
    if !matches!(quote, '"' | '\'') {
        return None;
    }
    let value = line::written(source, at).value;
    let place = span(ground, value.end..value.end);
    let diagnostic = Diagnostic::new(Code::YamlSyntax, format!("the quote `{quote}` has no end"))
        .at(span(ground, at..at + 1), "opened here");
    let text = source.get(value.clone())?;
    // An apostrophe that begins a word was not meant to open anything.
    if quote == '\'' && value.start == at && text.contains(' ') && !text.ends_with(['.', '?']) {
        return Some(diagnostic.fix(
            "quote the value",
            span(ground, value.clone()),
            line::quoted(text),
        ));
    }
    Some(diagnostic.fix("close it", place, quote.to_string()))
}

pub(super) fn behind(ground: Ground<'_>, at: usize, written: &line::Written) -> Diagnostic {
    let source = ground.source;
    let value = written.value.clone();
    let end = value.end.max(at);
    let diagnostic = Diagnostic::new(Code::YamlSyntax, "text stands behind the closing quote")
        .at(span(ground, at..end), "no part of the quoted text");
    let raw = source.get(value.clone()).unwrap_or("");
    let opened = raw.chars().next().filter(|it| matches!(it, '"' | '\''));
    let Some(quote) = opened else {
        return diagnostic.help("quote the whole value");
    };
    if value.len() < 2 || written.goes_on {
        return diagnostic.help("quote the whole value, or put it below `|`");
    }
    let inner = raw
        .strip_prefix(quote)
        .and_then(|it| it.strip_suffix(quote))
        .filter(|it| !it.contains('\\'));
    let (message, text) = match inner {
        Some(inner) if quote == '\'' => (
            "double the quotes that belong to the text",
            line::quoted(&inner.replace("''", "'")),
        ),
        Some(inner) => ("use single quotes around the text", line::quoted(inner)),
        None => ("quote the whole value", line::quoted(raw)),
    };
    diagnostic.fix(message, span(ground, value), text)
}
