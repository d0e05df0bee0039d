//! A copy of a text with the mends that its findings propose, and the way back to the original.

use super::text::Ground;
use crate::diag::{Diagnostic, FileId, Span};

/// A text with all edits so far, each further down than the one before.
pub(super) struct Mended {
    file: FileId,
    base: usize,
    text: String,
    edits: Vec<Edit>,
}

/// What was replaced, in places of the mended text.
struct Edit {
    start: usize,
    /// Behind what stands there now.
    end: usize,
    /// The length of what stood there.
    replaced: usize,
}

impl Mended {
    pub(super) fn new(ground: Ground<'_>) -> Self {
        Self {
            file: ground.file,
            base: ground.base,
            text: ground.source.to_owned(),
            edits: Vec::new(),
        }
    }

    /// The text as it is now. Places in it begin where the original's do.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            file: self.file,
            source: &self.text,
            base: self.base,
        }
    }

    /// Mends the text as a finding in it proposes. Returns the byte behind the mend; `None`
    /// where the finding proposes none, or one that is not further down than the last.
    pub(super) fn apply(&mut self, finding: &Diagnostic) -> Option<usize> {
        let [(span, text)] = finding.fix.as_ref()?.edits.as_slice() else {
            return None;
        };
        let start = (span.start as usize).checked_sub(self.base)?;
        let end = (span.end as usize).checked_sub(self.base)?;
        let before = self.edits.last().map_or(0, |it| it.end);
        if span.file != self.file || start < before || self.text.get(start..end).is_none() {
            return None;
        }
        self.text.replace_range(start..end, text);
        self.edits.push(Edit {
            start,
            end: start + text.len(),
            replaced: end - start,
        });
        Some(start + text.len())
    }

    /// The finding with the places of the original text.
    pub(super) fn in_original(&self, mut finding: Diagnostic) -> Diagnostic {
        for label in &mut finding.labels {
            label.span = self.original(label.span);
        }
        for (span, _) in finding.fix.iter_mut().flat_map(|it| &mut it.edits) {
            *span = self.original(*span);
        }
        finding
    }

    fn original(&self, span: Span) -> Span {
        if span.file != self.file {
            return span;
        }
        let place = |at: u32| {
            let at = (at as usize).saturating_sub(self.base);
            let mut grown: isize = 0;
            for edit in &self.edits {
                if at < edit.end {
                    // Inside of a mend only its beginning has a place of its own.
                    let at = at.min(edit.start);
                    return self.base + at.saturating_add_signed(-grown);
                }
                let (new, old) = (edit.end - edit.start, edit.replaced);
                grown += isize::try_from(new).unwrap_or(0) - isize::try_from(old).unwrap_or(0);
            }
            self.base + at.saturating_add_signed(-grown)
        };
        Span::new(self.file, place(span.start)..place(span.end))
    }
}
