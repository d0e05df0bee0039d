//! What the typesetter says of a formula, in the words of this program.

#[cfg(feature = "formulas")]
use std::ops::Range;

use super::{FormulaError, FormulaErrorKind};

/// The formula is past a bound.
#[cfg(feature = "formulas")]
pub(super) fn too_much(range: Range<usize>, message: impl Into<String>) -> FormulaError {
    FormulaError {
        range,
        message: message.into(),
        kind: FormulaErrorKind::Limit,
    }
}

#[cfg(not(feature = "formulas"))]
pub(super) fn unavailable(tex: &str) -> FormulaError {
    FormulaError {
        range: 0..tex.len(),
        message: "this deckle was built without the typesetter".to_owned(),
        kind: FormulaErrorKind::Unavailable,
    }
}

/// A message of the typesetter, and where in `tex` it points to, if it knows.
#[cfg(feature = "formulas")]
pub(super) fn of(message: &str, place: Option<Range<usize>>, tex: &str) -> FormulaError {
    let (kind, message) = reworded(message);
    let range = match &kind {
        // What stands in a command that the typesetter defines by others has no place of its own.
        FormulaErrorKind::Command(name) | FormulaErrorKind::Environment(name) => place
            .filter(|it| tex.get(it.clone()) == Some(name.as_str()))
            .or_else(|| find(tex, name)),
        _ => place.map(|it| inside(tex, it)),
    };
    FormulaError {
        range: range.unwrap_or(0..tex.len()),
        message,
        kind,
    }
}

/// The first place of a name in the formula; a command does not go on with a letter.
#[cfg(feature = "formulas")]
fn find(tex: &str, name: &str) -> Option<Range<usize>> {
    let is_word = name.ends_with(|it: char| it.is_ascii_alphabetic());
    let mut places = tex.match_indices(name).map(|(at, _)| at..at + name.len());
    places.find(|it| {
        let behind = tex.get(it.end..).and_then(|rest| rest.chars().next());
        !(is_word && behind.is_some_and(|it| it.is_ascii_alphabetic()))
    })
}

/// The place within the formula and on the borders of its characters. The end of a formula that
/// goes on nowhere is its last character.
#[cfg(feature = "formulas")]
fn inside(tex: &str, place: Range<usize>) -> Range<usize> {
    let mut start = place.start.min(tex.len());
    if start == tex.len() {
        start = tex.char_indices().next_back().map_or(0, |(at, _)| at);
    }
    while !tex.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = place.end.clamp(start, tex.len());
    while !tex.is_char_boundary(end) {
        end += 1;
    }
    if end == start {
        end += tex
            .get(start..)
            .and_then(|it| it.chars().next())
            .map_or(0, char::len_utf8);
    }
    start..end
}

#[cfg(feature = "formulas")]
fn reworded(message: &str) -> (FormulaErrorKind, String) {
    use FormulaErrorKind::{Command, Environment, Limit, Syntax};
    let quoted = |text: &str| match text {
        "EOF" => "the end of the formula".to_owned(),
        text => format!("`{text}`"),
    };
    if let Some(name) = message.strip_prefix("Undefined control sequence: ") {
        return (
            Command(name.to_owned()),
            format!("`{name}` is no known command"),
        );
    }
    if let Some(name) = message.strip_prefix("No such environment: ") {
        return (
            Environment(name.to_owned()),
            format!("`{name}` is no known environment"),
        );
    }
    if ["limit exceeded", "Too many expansions"]
        .iter()
        .any(|it| message.contains(it))
    {
        return (
            Limit,
            "the formula is nested too deep or grows too large".to_owned(),
        );
    }
    let expected = message
        .strip_prefix("Expected '")
        .and_then(|it| it.strip_suffix('\''));
    if let Some((wanted, found)) = expected.and_then(|it| it.split_once("', got '")) {
        let text = match (wanted, found) {
            ("EOF", "}") => "`}` closes nothing".to_owned(),
            ("EOF", "&") => "`&` stands outside of a table or an aligned formula".to_owned(),
            ("EOF", "\\right") => "`\\right` has no `\\left`".to_owned(),
            ("EOF", found) => format!("{} has no place here", quoted(found)),
            ("}", "EOF") => "a `{` is not closed".to_owned(),
            ("\\right", _) => "`\\left` has no `\\right`".to_owned(),
            _ => format!("{} is expected, not {}", quoted(wanted), quoted(found)),
        };
        return (Syntax, text);
    }
    if let Some(command) = message.strip_prefix("Expected group after '") {
        let command = command.trim_end_matches('\'');
        return (Syntax, format!("nothing stands behind `{command}`"));
    }
    if let Some(name) = message.strip_prefix("Expected group as argument to '") {
        let name = name.trim_end_matches('\'');
        return (Syntax, format!("an argument of `{name}` is missing"));
    }
    let text = match message {
        "Double superscript" => "two superscripts stand behind one another".to_owned(),
        "Double subscript" => "two subscripts stand behind one another".to_owned(),
        "Extra }" => "`}` closes nothing".to_owned(),
        "Expected \\right after \\left" => "`\\left` has no `\\right`".to_owned(),
        "Expected \\end after environment body" => "`\\begin` has no `\\end`".to_owned(),
        "Too many tab characters: &" => "a row has more `&` than columns".to_owned(),
        _ => lowered(message),
    };
    (Syntax, text)
}

/// In lower case, in one line, with what was typed in backticks.
#[cfg(feature = "formulas")]
fn lowered(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let mut characters = line.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    let rest: String = characters.take(120).collect();
    let text: String = first.chain(rest.chars()).collect();
    text.replace('\'', "`")
}
