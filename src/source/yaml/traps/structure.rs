//! Lines that do not fit their neighbors: indentation, and items of lists among keys.

use std::ops::Range;

use super::super::text::Ground;
use super::{Problem, line, loose, span};
use crate::diag::{Code, Diagnostic};

/// How many lines above are looked at for one to belong to.
const MAX_LINES: usize = 200;

pub(super) fn explain(ground: Ground<'_>, at: usize, problem: &Problem) -> Option<Diagnostic> {
    let source = ground.source;
    let own = line::line(source, at);
    if let Some(diagnostic) = loose::missing_colon_space(ground, &own) {
        return Some(diagnostic);
    }
    if !matches!(problem, Problem::Structure | Problem::Other(_)) {
        return None;
    }
    let above = line::line_above(source, own.start)?;
    if let Some(diagnostic) = loose::missing_colon_space(ground, &above) {
        return Some(diagnostic);
    }
    let here = line::indent(source, &own);
    let first = own.start + here;
    let text = source.get(first..own.end)?.trim_end();
    let place = span(ground, first..first + text.len());
    let is_item = text.starts_with("- ") || text == "-";
    if let Some(rest) = text.strip_prefix('-')
        && rest.starts_with(char::is_alphanumeric)
    {
        return Some(
            Diagnostic::new(Code::YamlSyntax, "a space is missing behind `-`")
                .at(
                    span(ground, first..first + 1),
                    "an item to you, a text to YAML",
                )
                .fix("write a space", span(ground, first + 1..first + 1), " "),
        );
    }
    let open = open_columns(source, above.clone(), is_item);
    if let Some(nearest) = open.iter().copied().min_by_key(|it| it.abs_diff(here))
        && !open.contains(&here)
        && !open_columns(source, above, !is_item).contains(&here)
        && nearest.abs_diff(here) <= 2
    {
        return Some(
            Diagnostic::new(Code::YamlSyntax, "the indentation fits no line above")
                .at(place, format!("indented by {here}"))
                .note("a line belongs to what stands above it with the same indentation")
                .fix(
                    "use the indentation of a line above",
                    span(ground, own.start..first),
                    " ".repeat(nearest),
                ),
        );
    }
    let (title, help) = if is_item {
        (
            "an item of a list stands where a key belongs",
            "indent the items deeper than the key that they belong to",
        )
    } else {
        (
            "this line fits neither the list nor the mapping above",
            "write `- ` before it if it begins an item, or indent it as the lines it belongs to",
        )
    };
    Some(
        Diagnostic::new(Code::YamlSyntax, title)
            .at(place, "does not belong here")
            .help(help),
    )
}

/// A tab where YAML wants spaces.
pub(super) fn tab(ground: Ground<'_>, at: usize) -> Option<Diagnostic> {
    let source = ground.source;
    let mut line = line::line(source, at);
    // A value goes on in the lines below; the parser names its beginning.
    for _ in 0..MAX_LINES {
        if source.get(line.clone())?.contains('\t') {
            break;
        }
        let rest = source.get(line.end..)?;
        let next = line.end + rest.find(|it| !matches!(it, '\n' | '\r'))?;
        line = line::line(source, next);
    }
    let indent = line.start + line::indent(source, &line);
    let lead = source.get(line.start..indent)?;
    let diagnostic = |place: Range<usize>| {
        Diagnostic::new(
            Code::YamlSyntax,
            "YAML is indented with spaces, not with tabs",
        )
        .at(span(ground, place), "a tab")
    };
    if let Some(first) = lead.find('\t') {
        let tabs = lead.get(first..)?;
        let first = line.start + first;
        let place = first..first + tabs.len() - tabs.trim_start_matches('\t').len();
        let text = source.get(indent..line.end)?;
        let is_item = text.starts_with("- ") || text == "-";
        let width = lead.replace('\t', "  ").len();
        let open = line::line_above(source, line.start)
            .map(|above| open_columns(source, above, is_item))
            .unwrap_or_default();
        let nearest = open.iter().copied().min_by_key(|it| it.abs_diff(width));
        return Some(diagnostic(place).fix(
            "use spaces, as far in as the lines around it",
            span(ground, line.start..indent),
            " ".repeat(nearest.unwrap_or(width)),
        ));
    }
    let found = line.start + source.get(line.clone())?.find('\t')?;
    let place = span(ground, found..found + 1);
    Some(diagnostic(found..found + 1).fix("write a space", place, " "))
}

/// The columns at which lists (for an item) or mappings (for a key) are open above, the
/// innermost first.
fn open_columns(source: &str, above: Range<usize>, items: bool) -> Vec<usize> {
    let mut open = Vec::new();
    let mut least = usize::MAX;
    let mut line = above;
    for _ in 0..MAX_LINES {
        let column = line::indent(source, &line);
        let start = line::content_start(source, &line);
        let inner = start - line.start;
        let is_item = inner > column;
        let has_key = line::colon(source.get(start..line.end).unwrap_or("")).is_some();
        if column < least {
            if has_key && !items && inner < least {
                open.push(inner);
            }
            if is_item && items {
                open.push(column);
            }
            least = column;
        }
        if column == 0 {
            break;
        }
        match line::line_above(source, line.start) {
            Some(next) => line = next,
            None => break,
        }
    }
    open
}
