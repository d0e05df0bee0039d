//! Where code stands, by the Markdown parser's own reading.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use crate::render::markdown::options;

/// A code span or block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) range: Range<usize>,
    pub(super) kind: CodeKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CodeKind {
    /// Between backticks.
    Span,
    /// Between fences; the content begins behind the first line.
    Fenced { math: bool },
    /// By its indentation.
    Indented,
}

/// All code of a text, in its order.
pub(super) fn ranges(text: &str) -> Vec<Code> {
    if !may_hold_code(text) {
        return Vec::new();
    }
    let mut codes: Vec<Code> = Vec::new();
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let kind = match event {
            Event::Code(_) => CodeKind::Span,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => CodeKind::Fenced {
                math: info.trim().eq_ignore_ascii_case("math"),
            },
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => CodeKind::Indented,
            _ => continue,
        };
        let end = text
            .get(range.clone())
            .map_or(range.end, |it| range.start + it.trim_end().len());
        codes.push(Code {
            range: range.start..end,
            kind,
        });
    }
    codes.sort_by_key(|code| code.range.start);
    codes
}

/// A quick look, so that text without code is parsed once only.
fn may_hold_code(text: &str) -> bool {
    text.contains('`') || text.contains("~~~") || text.contains('\t') || text.contains("    ")
}
