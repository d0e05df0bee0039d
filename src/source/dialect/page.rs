//! A file of another tool as lines, and fields that are cut out of it.
//!
//! Other tools read line by line, so their readers here do, too. Only code blocks are known: what
//! stands in one begins nothing.

use std::ops::Range;

use super::verbatim::verbatim;
use crate::diag::{FileId, Span, Spanned, Text, TextBuilder};

/// A file whose lines are known.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) file: FileId,
    pub(super) source: &'a str,
    pub(super) lines: Vec<Line>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Without its line break.
    pub(super) range: Range<usize>,
    /// Where the next line begins.
    pub(super) end: usize,
    /// It stands in a code block, or opens or closes one.
    pub(super) fenced: bool,
}

/// What is to stand in a field in the place of a range of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }
}

impl<'a> Page<'a> {
    /// The lines of what stands in `source` from `body` on.
    pub(super) fn new(file: FileId, source: &'a str, body: usize) -> Self {
        let mut lines = Vec::new();
        let mut fence: Option<(char, usize)> = None;
        let mut at = body;
        for line in source.get(body..).unwrap_or_default().split_inclusive('\n') {
            let text = line.trim_end_matches('\n').trim_end_matches('\r');
            let fenced = fence.is_some();
            let opened = match fence {
                None => opening_fence(text),
                Some(open) if closes(text, open) => None,
                open => open,
            };
            lines.push(Line {
                range: at..at + text.len(),
                end: at + line.len(),
                fenced: fenced || opened.is_some(),
            });
            fence = opened;
            at += line.len();
        }
        Self {
            file,
            source,
            lines,
        }
    }

    /// What is written in a range.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'a str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    /// The line at an index.
    pub(super) fn line(&self, index: usize) -> &'a str {
        self.lines.get(index).map_or("", |it| self.slice(&it.range))
    }

    /// The line at an index, unless it stands in a code block.
    pub(super) fn open_line(&self, index: usize) -> Option<&'a str> {
        let line = self.lines.get(index)?;
        (!line.fenced).then(|| self.slice(&line.range))
    }

    /// From the beginning of one line to the end of the line before another.
    pub(super) fn between(&self, from: usize, to: usize) -> Range<usize> {
        let end = self.source.len();
        let start = self.lines.get(from).map_or(end, |it| it.range.start);
        let last = to.checked_sub(1).and_then(|it| self.lines.get(it));
        start..last.map_or(start, |it| it.range.end).max(start)
    }

    /// The place of a range.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.clone())
    }

    /// The place of a line.
    pub(super) fn line_span(&self, index: usize) -> Span {
        let line = self.lines.get(index);
        self.span(&line.map_or(0..0, |it| it.range.clone()))
    }

    /// A word of the file with its place, without white space around it.
    pub(super) fn word(&self, range: &Range<usize>) -> Spanned<String> {
        let text = self.slice(range);
        let start = range.start + (text.len() - text.trim_start().len());
        let word = text.trim();
        Spanned::new(word.to_owned(), self.span(&(start..start + word.len())))
    }

    /// Code spans and formulas in a range; `tex` says whether `\(` and `\[` begin formulas.
    pub(super) fn verbatim(&self, range: &Range<usize>, tex: bool) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        // Code blocks are known; what is between them is looked through.
        let mut at = range.start;
        let from = self.lines.partition_point(|it| it.end <= range.start);
        for line in self.lines.iter().skip(from) {
            if line.range.start >= range.end {
                break;
            }
            if line.fenced {
                let start = line.range.start.max(at);
                verbatim(self.source, at..start, tex, &mut found);
                at = line.end.min(range.end).max(start);
                found.push(start..at);
            }
        }
        verbatim(self.source, at..range.end, tex, &mut found);
        found
    }

    /// What is written in a range, with these edits, which lie one behind another. Blank lines at
    /// its ends are left out, and so is white space behind it; line breaks are `\n`.
    pub(super) fn field(&self, range: Range<usize>, edits: &[Edit]) -> Text {
        let range = self.trimmed(range);
        let mut text = TextBuilder::new(self.file, range.start);
        let mut at = range.start;
        let from = edits.partition_point(|it| it.range.start < at);
        let inside = edits.iter().skip(from);
        for edit in inside.take_while(|it| it.range.start < range.end) {
            if edit.range.start >= at && edit.range.end <= range.end {
                self.push_lines(&mut text, at..edit.range.start);
                text.push(&edit.text, edit.range.clone());
                at = edit.range.end;
            }
        }
        self.push_lines(&mut text, at..range.end);
        let text = text.finish();
        if edits.is_empty() {
            return text;
        }
        // What an edit took out may leave white space at an end.
        let value = text.as_str();
        let blank = value.len() - value.trim_start().len();
        let start = value
            .get(..blank)
            .and_then(|it| it.rfind('\n'))
            .map_or(0, |it| it + 1);
        let end = value.trim_end().len();
        text.slice(start.min(end)..end)
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.slice(&range);
        let kept = text.trim_start();
        if kept.is_empty() {
            return range.start..range.start;
        }
        let lead = text.len() - kept.len();
        let end = range.start + text.trim_end().len();
        let starts_line =
            range.start == 0 || self.source.as_bytes().get(range.start - 1) == Some(&b'\n');
        let start = match text.get(..lead).and_then(|it| it.rfind('\n')) {
            Some(newline) => range.start + newline + 1,
            None if starts_line => range.start,
            None => range.start + lead,
        };
        start..end
    }

    fn push_lines(&self, text: &mut TextBuilder, range: Range<usize>) {
        let mut at = range.start;
        let mut rest = self.slice(&range);
        while let Some((line, behind)) = rest.split_once("\r\n") {
            text.push_verbatim(line, at);
            at += line.len();
            text.push("\n", at..at + 2);
            at += 2;
            rest = behind;
        }
        text.push_verbatim(rest, at);
    }
}

/// The character and number of the fence that a line opens.
fn opening_fence(line: &str) -> Option<(char, usize)> {
    let text = line.trim_start();
    let character = text.chars().next().filter(|it| matches!(it, '`' | '~'))?;
    let info = text.trim_start_matches(character);
    let count = text.len() - info.len();
    let is_span = character == '`' && info.contains('`');
    (count >= 3 && !is_span).then_some((character, count))
}

fn closes(line: &str, (character, count): (char, usize)) -> bool {
    let text = line.trim();
    text.len() >= count && text.chars().all(|it| it == character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;

    #[test]
    fn fields_know_their_places() {
        let source = "a\r\n\r\n  b [c] d\r\ne \r\n\r\n";
        let file = Sources::new().add("a.md", source);
        let page = Page::new(file, source, 0);
        let whole = page.field(0..source.len(), &[]);
        assert_eq!(whole.as_str(), "a\n\n  b [c] d\ne");
        let edits = [Edit::new(9..10, "=="), Edit::new(11..12, "==")];
        let field = page.field(3..source.len(), &edits);
        assert_eq!(field.as_str(), "  b ==c== d\ne");
        assert_eq!(field.span(6..7).range(), 10..11);
        assert_eq!(field.span(12..13).range(), 16..17);
        let field = page.field(5..12, &[Edit::new(5..12, "")]);
        assert_eq!(field.as_str(), "");
    }

    #[test]
    fn code_blocks_are_known() {
        let source = "a\n```rust\nb\n````\nc\n~~~\n```\n~~~\n`` `x` ``\n```a`b\nd";
        let page = Page::new(FileId::NONE, source, 0);
        let open: Vec<&str> = (0..page.lines.len())
            .filter_map(|it| page.open_line(it))
            .collect();
        assert_eq!(open, ["a", "c", "`` `x` ``", "```a`b", "d"]);
    }
}
