//! What authors stumble over in YAML, told with the reason and the mend.

use std::ops::Range;

use super::node::Node;
use super::text::Ground;
use crate::diag::{Code, Diagnostic, Span, Text};

/// Where and why the parser stopped.
#[derive(Debug)]
pub(super) struct Stop {
    /// The byte of the YAML text.
    pub(super) at: usize,
    pub(super) problem: Problem,
}

/// Why the parser stopped.
#[derive(Debug)]
pub(super) enum Problem {
    UnclosedQuote,
    BehindQuote,
    Escape,
    Colon,
    Character(char),
    BlockHeader,
    Tab,
    UnclosedBracket(char),
    TooDeep(usize),
    Structure,
    Other(String),
}

pub(super) fn explain(ground: Ground<'_>, stop: &Stop) -> Diagnostic {
    Diagnostic::new(Code::YamlSyntax, format!("{:?}", stop.problem))
        .at(span(ground, stop.at..stop.at), "here")
}

pub(super) fn unknown_alias(ground: Ground<'_>, name: &str, range: Range<usize>) -> Diagnostic {
    Diagnostic::new(Code::AliasLimit, format!("there is no anchor `&{name}`"))
        .at(span(ground, range), "")
}

pub(super) fn unquoted_cloze(ground: Ground<'_>, range: Range<usize>) -> Diagnostic {
    Diagnostic::new(Code::YamlClozeUnquoted, "cloze").at(span(ground, range), "")
}

pub(super) fn lost_escape(
    _ground: Ground<'_>,
    _range: Range<usize>,
    _text: &Text,
) -> Option<Diagnostic> {
    None
}

pub(super) fn bad_key(_ground: Ground<'_>, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::WrongShape, "a key must be a text").at(node.span, "")
}

pub(super) fn tag(
    ground: Ground<'_>,
    tag: Range<usize>,
    _value: Option<Range<usize>>,
) -> Diagnostic {
    Diagnostic::new(Code::YamlSpecialStart, "tag").at(span(ground, tag), "")
}

/// The end of the line that `at` stands in, without its white space.
pub(super) fn line_end(source: &str, at: usize) -> usize {
    let rest = source.get(at..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    at + line.trim_end().len()
}

fn span(ground: Ground<'_>, range: Range<usize>) -> Span {
    Span::new(
        ground.file,
        ground.base + range.start..ground.base + range.end,
    )
}
