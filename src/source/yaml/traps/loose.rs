//! Traps that are good YAML: a value that ends at a ` #`, keys without a space behind `:`, and an
//! unquoted `[sound:..]`.

use std::ops::Range;

use super::super::node::{Node, Scalar};
use super::super::text::Ground;
use super::{line, span};
use crate::diag::{Code, Diagnostic, FileId, Span};

/// The finding that a comment ends the value of a field.
///
/// A `#` that touches the next word, as in `C #1`, is the author's text more often than not, and
/// so is one that leaves nothing of the value: both are warnings. `a # b` is told as information,
/// since a text may hold it, too. Two spaces before and one behind are how a comment is written
/// on purpose: nothing is said of it.
pub(in super::super) fn dropped_comment(
    source: &str,
    value: &Node,
    name: &str,
) -> Option<Diagnostic> {
    let end = value.span.end as usize;
    let written = value.span.start != value.span.end;
    if value.is_null() && written {
        return None;
    }
    let behind = source.get(end..)?;
    let behind = match behind.strip_prefix(':') {
        Some(behind) if value.is_null() => behind,
        _ => behind,
    };
    let comment = behind.trim_start_matches([' ', '\t']);
    if comment.len() == behind.len() || !comment.starts_with('#') {
        return None;
    }
    let start = source.len() - comment.len();
    let dropped = source.get(start..line::line(source, start).end)?.trim_end();
    let place = Span::new(value.span.file, start..start + dropped.len());
    let title = if value.is_null() {
        format!("the value of `{name}` is a comment to YAML, so the field is empty")
    } else {
        format!("the value of `{name}` ends at a comment")
    };
    let diagnostic = Diagnostic::new(Code::YamlComment, title).at(place, "dropped");
    let from = if value.is_null() {
        start
    } else {
        value.span.start as usize
    };
    let whole = from..start + dropped.len();
    let text = source.get(whole.clone())?;
    if text.contains(['\n', '\r']) {
        return Some(diagnostic.help("quote the value if this belongs to it"));
    }
    let diagnostic = diagnostic.fix(
        "quote the value if this belongs to it",
        Span::new(value.span.file, whole),
        line::quoted(text),
    );
    let is_comment = dropped.len() == 1 || dropped.starts_with("# ");
    if is_comment && !value.is_null() {
        let on_purpose = behind.len() - comment.len() > 1;
        return (!on_purpose).then(|| diagnostic.info());
    }
    Some(diagnostic)
}

/// The finding that `[sound:x.mp3]` without quotes is a list to YAML: its text would be shown, and
/// no sound played.
pub(in super::super) fn bare_sound(source: &str, list: &Node) -> Option<Diagnostic> {
    let range = list.span.range();
    let text = source.get(range.clone())?;
    if !text.starts_with("[sound:") || text.contains(['\n', '\r']) {
        return None;
    }
    let bracket = Span::new(list.span.file, range.start..range.start + 1);
    Some(
        Diagnostic::new(
            Code::YamlSpecialStart,
            "an unquoted value cannot begin with `[`",
        )
        .at(bracket, "YAML reads it as the beginning of a list")
        .fix("quote the value", list.span, line::quoted(text))
        .certain(),
    )
}

/// Where spaces are missing behind `:` or `-` in what YAML reads as one text: what to say, and
/// the edits that put them in.
pub(in super::super) fn missing_spaces(
    file: FileId,
    source: &str,
    scalar: &Scalar,
    is_key: &dyn Fn(&str) -> bool,
) -> Option<(&'static str, Vec<(Span, String)>)> {
    let whole = scalar.text.whole();
    if whole.file != file {
        return None;
    }
    let range = whole.range();
    let mut colons = Vec::new();
    let mut dashes = Vec::new();
    let mut start = range.start;
    for piece in source.get(range)?.split_inclusive('\n') {
        let lead = piece.len() - piece.trim_start().len();
        let text = piece.trim();
        let at = start + lead;
        start += piece.len();
        if let Some(rest) = text.strip_prefix('-')
            && rest.starts_with(|it: char| it.is_alphanumeric() || "[{'\"".contains(it))
        {
            dashes.push((Span::new(file, at + 1..at + 1), " ".to_owned()));
        } else if let Some((key, rest)) = text.split_once(':')
            && is_key(key)
            && !rest.is_empty()
        {
            let colon = at + key.len() + 1;
            colons.push((Span::new(file, colon..colon), " ".to_owned()));
        }
    }
    if !colons.is_empty() {
        return Some(("write a space behind the `:` of a key", colons));
    }
    (!dashes.is_empty()).then_some(("write a space behind the `-` of an item", dashes))
}

/// The finding that a line such as `front:hello` lacks a space.
pub(super) fn missing_colon_space(ground: Ground<'_>, range: &Range<usize>) -> Option<Diagnostic> {
    let start = line::content_start(ground.source, range);
    let text = ground.source.get(start..range.end)?;
    if line::colon(text).is_some() {
        return None;
    }
    let (key, rest) = text.split_once(':')?;
    let is_word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
    if key.is_empty()
        || !key.chars().all(is_word)
        || rest.is_empty()
        || rest.starts_with(['/', ':'])
    {
        return None;
    }
    let colon = start + key.len();
    Some(
        Diagnostic::new(
            Code::YamlSyntax,
            format!("a space is missing behind `{key}:`"),
        )
        .at(
            span(ground, start..colon + 1),
            "a key to you, a text to YAML",
        )
        .fix("write a space", span(ground, colon + 1..colon + 1), " "),
    )
}
