//! What settings give a meaning: addresses without brackets, readings in braces, Obsidian's comments.

use super::{Inside, PERCENTS, Walk};
use crate::diag::{Code as Finding, Diagnostic};
use crate::render::scan::RegionKind;
use crate::render::scan::address::address_end;
use crate::render::scan::ruby::ruby_at;

impl Walk<'_> {
    /// An address without brackets. A cloze or mark around it ends it.
    pub(super) fn address(&mut self, at: usize) -> usize {
        let quick = ["ttp", "ww.", "tp:"]
            .iter()
            .any(|it| self.begins(at + 1, it));
        if !quick {
            return at + 1;
        }
        let line = self.line_end(at);
        let stop = self.next_code_start(at).min(line);
        // What stands before a cloze's first character is no part of a word.
        let opened = self.scan.tokens.last().is_some_and(|it| it.range.end == at);
        let marked = self.mark.as_ref().is_some_and(|it| it.range.end == at);
        let start = if opened || marked { at } else { 0 };
        let ends = |place: usize| {
            let here = |text: &str| {
                let rest = self.bytes.get(start + place..);
                rest.is_some_and(|it| it.starts_with(text.as_bytes()))
            };
            here("{{")
                || !self.stack.is_empty() && (here("}") || here("::"))
                || self.mark.is_some() && (here("==") || here("::"))
        };
        let text = self.text.get(start..).unwrap_or_default();
        match address_end(text, at - start, stop - start, ends) {
            Some((end, bare)) => {
                let end = start + end;
                self.push_region(at..end, RegionKind::Address { bare });
                end
            }
            None => at + 1,
        }
    }

    /// A `{` where readings are written in braces.
    pub(super) fn ruby(&mut self, at: usize) -> usize {
        match ruby_at(self.text, at) {
            Some(inner) => {
                let end = inner.end + 1;
                self.push_region(at..end, RegionKind::Ruby { inner });
                end
            }
            None => self.open_brace(at, 0, Inside::Text),
        }
    }

    /// Obsidian's comment, which may reach over blocks. One without an end would hide the rest of
    /// the note there; here it is text, and told.
    pub(super) fn percent(&mut self, at: usize) -> usize {
        if self.byte(at + 1) != Some(b'%') {
            return at + 1;
        }
        if let Some(end) = self.search(PERCENTS, at + 2) {
            return self.comment(at..end + 2);
        }
        self.diagnostics.push(
            Diagnostic::new(Finding::CommentUnclosed, "the comment has no end")
                .at(self.source.span(at..at + 2), "read as text")
                .help("close it with `%%`; two percent signs that are to be shown are `\\%%`"),
        );
        at + 2
    }
}
