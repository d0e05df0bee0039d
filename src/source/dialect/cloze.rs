//! Clozes of other tools, as those of deckle.

use std::ops::Range;

use super::page::{Edit, Page};

/// A cloze as another tool writes it.
#[derive(Debug, Clone)]
pub(super) struct Cloze {
    /// All of it, delimiters included.
    pub(super) range: Range<usize>,
    pub(super) inner: Range<usize>,
    pub(super) hint: Option<Range<usize>>,
    /// Its number, where it has one of its own.
    pub(super) number: Option<u16>,
}

/// The edits that make clozes of deckle's of these, which lie one behind another. Those without
/// numbers become `==x==`, whose numbers the lock keeps; what cannot stand there gets `{{c1::x}}`.
pub(super) fn edits(page: &Page<'_>, verbatim: &[Range<usize>], clozes: &[Cloze]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (index, cloze) in clozes.iter().enumerate() {
        let inner = page.slice(&cloze.inner);
        let inside = |at: usize| holds(verbatim, at);
        let marked = !inner.is_empty()
            && inner.trim() == inner
            && !inner.contains('=')
            && !has_blank_line(inner)
            && !inside(cloze.range.start);
        let own = cloze.number.map(|it| it.to_string());
        let (open, close) = if marked {
            let number = own.map_or_else(String::new, |it| format!("{it}::"));
            (format!("=={number}"), "==")
        } else {
            let number = own.unwrap_or_else(|| (index + 1).to_string());
            (format!("{{{{c{number}::"), "}}")
        };
        edits.push(Edit::new(cloze.range.start..cloze.inner.start, open));
        let mut from = cloze.inner.start;
        while let Some(colons) = page.slice(&(from..cloze.inner.end)).find("::") {
            let at = from + colons;
            if !inside(at) {
                edits.push(Edit::new(at..at, "\\"));
            }
            from = at + 2;
        }
        let mut behind = String::new();
        if let Some(hint) = &cloze.hint {
            let hint = page.slice(hint).trim().replace("::", ":");
            behind = format!("::{hint}");
        }
        behind.push_str(close);
        edits.push(Edit::new(cloze.inner.end..cloze.range.end, behind));
    }
    edits
}

/// Whether one of the ranges, which lie one behind another, holds this place.
pub(super) fn holds(ranges: &[Range<usize>], at: usize) -> bool {
    let index = ranges.partition_point(|it| it.end <= at);
    ranges.get(index).is_some_and(|it| it.start <= at)
}

fn has_blank_line(text: &str) -> bool {
    let mut lines = text.split('\n').skip(1);
    lines.any(|it| it.trim().is_empty())
}
