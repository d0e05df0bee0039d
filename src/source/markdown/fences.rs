//! Code blocks that lack their end, and take the notes behind them along.

use std::ops::Range;

use super::labels::Labels;
use super::page::{Page, is_atx};
use crate::diag::{Code, Diagnostic};

/// Tells the first note that stands in a block which most likely lacks its end: none comes, or
/// another block begins in it behind that note, whose end is taken for its own.
pub(super) fn swallowed(
    page: &Page<'_>,
    block: &Range<usize>,
    labels: &Labels,
    note_level: u8,
) -> Option<Diagnostic> {
    let text = page.source.get(block.clone())?;
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    let sign = first.trim_start().chars().next()?;
    let length = fence(first, sign).0;
    let mut note: Option<(Range<usize>, &str)> = None;
    let (mut begins_again, mut is_closed) = (false, false);
    let mut at = block.start + first.len();
    for line in lines {
        let (run, rest) = fence(line, sign);
        let is_fence = run >= length;
        begins_again |= note.is_some() && is_fence && !rest.is_empty() && !rest.contains(sign);
        if !line.trim().is_empty() {
            is_closed = is_fence && rest.is_empty();
        }
        let what = if is_atx(line).is_some_and(|it| it == note_level) {
            Some("heading")
        } else {
            let label = labels.at(line);
            let begins = label.is_some_and(|(name, spaced)| spaced && labels.begins(name));
            begins.then_some("label")
        };
        if let (None, Some(what)) = (&note, what) {
            note = Some((at..at + line.trim_end().len(), what));
        }
        at += line.len();
    }
    let (range, what) = note.filter(|_| begins_again || !is_closed)?;
    let signs = if sign == '~' { "tildes" } else { "backticks" };
    let title = format!("this {what} stands inside a block of code");
    Some(
        Diagnostic::new(Code::SkippedHeading, title)
            .at(page.span(&range), "part of the code")
            .also(page.span(&page.line(block.start)), "the code begins here")
            .help(format!(
                "if the code lacks its end, put a line of {length} {signs} above the {what}"
            )),
    )
}

/// How many of the signs of a fence a line begins with, and what stands behind them.
fn fence(line: &str, sign: char) -> (usize, &str) {
    let line = line.trim();
    let rest = line.trim_start_matches(sign);
    ((line.len() - rest.len()) / sign.len_utf8(), rest.trim())
}
