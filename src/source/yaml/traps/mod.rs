//! What authors stumble over in YAML, told with the reason and the mend.
//!
//! The parser says where it stopped, which seldom is what the author did. Each case here starts
//! from that place and reads the line again as an author means it.

mod escape;
mod line;
mod loose;
mod quotes;
mod structure;

use std::ops::Range;

use super::node::Node;
use super::text::Ground;
use crate::diag::{Code, Diagnostic, Severity, Span};

pub(super) use escape::lost as lost_escape;
pub(super) use loose::{bare_sound, dropped_comment, missing_spaces};

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
    UnclosedBracket,
    TooDeep(usize),
    Structure,
    Other(String),
}

/// What the parser's stop means to the author.
pub(super) fn explain(ground: Ground<'_>, stop: &Stop) -> Diagnostic {
    let source = ground.source;
    let at = boundary(source, stop.at);
    let written = line::written(source, at);
    let value = source.get(written.value.clone()).unwrap_or("");
    let in_value = written.value.start <= at && written.key.is_some();
    if in_value && value.starts_with("{{") {
        return unquoted_cloze(ground, written.value);
    }
    let found = match &stop.problem {
        Problem::TooDeep(limit) => Some(
            Diagnostic::new(
                Code::YamlSyntax,
                "lists and mappings stand too deep in one another",
            )
            .at(character(ground, at), format!("deeper than {limit} levels")),
        ),
        Problem::UnclosedQuote => quotes::unclosed(ground, at),
        Problem::Escape => escape::unknown(ground, at),
        Problem::BehindQuote => Some(quotes::behind(ground, at, &written)),
        Problem::Tab => structure::tab(ground, at),
        Problem::Character(it) if it.is_control() => {
            // The parser names the beginning of the value.
            let inner = source.get(at..).and_then(|rest| rest.find(*it));
            Some(control_character(ground, at + inner.unwrap_or(0), *it))
        }
        Problem::Colon => colon(ground, at, &written),
        _ => None,
    };
    found
        .or_else(|| special_start(ground, at, &written))
        .or_else(|| unclosed_bracket(ground, at, &stop.problem))
        .or_else(|| in_flow_value(ground, at, &stop.problem))
        .or_else(|| structure::explain(ground, at, &stop.problem))
        .unwrap_or_else(|| unreadable(ground, at, &stop.problem))
}

fn unreadable(ground: Ground<'_>, at: usize, problem: &Problem) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::YamlSyntax, "the YAML cannot be read on from here")
        .at(character(ground, at), "unexpected here");
    match problem {
        Problem::Other(words) => diagnostic.note(words.clone()),
        _ => diagnostic,
    }
    .help("put a text with special characters in quotes, or below `|` on lines of its own")
}

/// A value that begins with `{{`.
pub(super) fn unquoted_cloze(ground: Ground<'_>, value: Range<usize>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::YamlClozeUnquoted,
        "a value that begins with `{{` must be quoted",
    )
    .at(
        span(ground, value.clone()),
        "YAML reads `{` as the beginning of a mapping",
    );
    quote(diagnostic, ground, value)
}

/// A key that is a list or a mapping, or no key at all.
pub(super) fn bad_key(ground: Ground<'_>, node: &Node) -> Diagnostic {
    let title = match node.shape() {
        "nothing" => "a key is missing before the `:`".to_owned(),
        shape => format!("a key is a text, not {shape}"),
    };
    let at = (node.span.start as usize).saturating_sub(ground.base);
    let place = if node.span.start == node.span.end {
        character(ground, at)
    } else {
        node.span
    };
    Diagnostic::new(Code::WrongShape, title)
        .at(place, "this stands where a key belongs")
        .help("put the text in quotes if it is one")
}

/// An alias of a name that no `&` gave; most likely emphasis.
pub(super) fn unknown_alias(
    ground: Ground<'_>,
    name: &str,
    alias: Range<usize>,
    in_flow: bool,
) -> Diagnostic {
    let value = if in_flow {
        line::written_in_flow(ground.source, alias.end)
    } else {
        alias.start
            ..line::written(ground.source, alias.start)
                .value
                .end
                .max(alias.end)
    };
    let is_name = name
        .chars()
        .all(|it| it.is_alphanumeric() || matches!(it, '_' | '-'));
    if is_name && value.end == alias.end {
        return Diagnostic::new(Code::AliasLimit, format!("`*{name}` refers to nothing"))
            .at(
                span(ground, alias.clone()),
                format!("no `&{name}` stands above"),
            )
            .note("a value that begins with `*` repeats the value marked with `&` and that name")
            .help(format!(
                "quote it if it is text: `{}`",
                line::quoted(&format!("*{name}"))
            ));
    }
    special('*', ground, value)
}

/// An anchor before a text that nothing refers to: most likely text, as in `&nbsp;`.
pub(super) fn unused_anchor(ground: Ground<'_>, anchor: Range<usize>) -> Diagnostic {
    let written = line::written(ground.source, anchor.start);
    let end = written.value.end.max(anchor.end);
    let mut diagnostic = special('&', ground, anchor.start..end)
        .note("a name is there to be used by a `*` below, and none does");
    // A name that looks like one is no more than superfluous.
    let name = ground
        .source
        .get(anchor.start + 1..anchor.end)
        .unwrap_or("");
    if name
        .chars()
        .all(|it| it.is_alphanumeric() || matches!(it, '_' | '-'))
    {
        diagnostic.severity = Severity::Warning;
    }
    diagnostic
}

/// A tag such as `!x`; `value` is what follows it in the same line, with it.
pub(super) fn tag(
    ground: Ground<'_>,
    tag: Range<usize>,
    value: Option<Range<usize>>,
) -> Diagnostic {
    let title = "an unquoted value cannot begin with `!`";
    let diagnostic = Diagnostic::new(Code::YamlSpecialStart, title)
        .at(span(ground, tag), "YAML reads this as the name of a type")
        .note("deckle reads texts as they are written, and no types of YAML");
    match value {
        Some(value) => quote(diagnostic, ground, value),
        None => diagnostic.help("remove it, or quote it if it is text"),
    }
}

/// Where the unquoted value that an author meant ends in the line of `at`.
pub(super) fn value_end(source: &str, at: usize) -> usize {
    line::written(source, at).value.end.max(at)
}

/// Where the unquoted value that begins at `start` ends in `[..]` or `{..}`, as an author means it:
/// before the comma or bracket that no brackets of its own enclose.
pub(super) fn end_in_flow(source: &str, start: usize) -> usize {
    let line = line::line(source, start);
    let text = source.get(start..line.end).unwrap_or("");
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' if depth > 0 => depth -= 1,
            ',' | ']' | '}' if depth == 0 => {
                return start + text.get(..at).unwrap_or("").trim_end().len();
            }
            _ => {}
        }
    }
    start + text.trim_end().len()
}

/// As [`value_end`], with the lines below that belong to the value.
pub(super) fn value_end_below(source: &str, at: usize) -> usize {
    line::value_end(source, at)
}

fn unclosed_bracket(ground: Ground<'_>, at: usize, problem: &Problem) -> Option<Diagnostic> {
    let bracket = ground.source.get(at..)?.chars().next()?;
    let end = closing(bracket)?;
    matches!(problem, Problem::UnclosedBracket).then(|| {
        no_end(ground, bracket, at).help(format!(
            "close it with `{end}`, or quote the value if it is text"
        ))
    })
}

/// A list or mapping in one line whose end is missing: a text has a bracket at its beginning
/// seldom, and seldom several parts behind it.
fn unclosed_list(ground: Ground<'_>, value: Range<usize>) -> Option<Diagnostic> {
    let text = ground.source.get(value.clone())?;
    let bracket = text.chars().next()?;
    let end = closing(bracket)?;
    (text.contains(", ") && !text.contains([']', '}'])).then(|| {
        no_end(ground, bracket, value.start).fix(
            "close it",
            span(ground, value.end..value.end),
            end.to_string(),
        )
    })
}

fn closing(bracket: char) -> Option<char> {
    match bracket {
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    }
}

fn no_end(ground: Ground<'_>, bracket: char, at: usize) -> Diagnostic {
    let title = format!("the bracket `{bracket}` has no end");
    Diagnostic::new(Code::YamlSyntax, title).at(span(ground, at..at + 1), "opened here")
}

/// A bracket or a `: ` inside of an unquoted value that itself stands in `[..]` or `{..}`.
fn in_flow_value(ground: Ground<'_>, at: usize, problem: &Problem) -> Option<Diagnostic> {
    let source = ground.source;
    let found = source.get(at..)?.chars().next()?;
    let meaning = match found {
        '{' => "YAML reads it as the beginning of a mapping",
        '[' => "YAML reads it as the beginning of a list",
        ':' => "YAML takes what stands before it for a key",
        _ => return None,
    };
    let start = line::written_in_flow(source, at).start;
    let own = line::line(source, at);
    let is_inside = source.get(own.start..start)?.contains(['[', '{']);
    if !matches!(problem, Problem::Other(_)) || !is_inside || start >= at {
        return None;
    }
    let value = start..end_in_flow(source, start).max(at + found.len_utf8());
    let place = span(ground, at..at + found.len_utf8());
    if found == ':' {
        // A comma may be what is missing, so that the mend is no certain one.
        let text = line::quoted(source.get(value.clone())?);
        return Some(
            Diagnostic::new(Code::YamlColon, "a second `: ` in an unquoted value")
                .at(place, meaning)
                .note("in `{..}` a comma divides a value from the next key")
                .fix("quote the value", span(ground, value), text),
        );
    }
    let title = format!("an unquoted value inside of `{{..}}` or `[..]` cannot hold `{found}`");
    Some(quote(
        Diagnostic::new(Code::YamlSyntax, title).at(place, meaning),
        ground,
        value,
    ))
}

fn control_character(ground: Ground<'_>, at: usize, found: char) -> Diagnostic {
    let place = at..at + found.len_utf8();
    let number = u32::from(found);
    Diagnostic::new(
        Code::ControlCharacter,
        format!("the file holds the control character U+{number:04X}"),
    )
    .at(span(ground, place.clone()), "nobody can see it")
    .fix("remove it", span(ground, place), "")
    .certain()
}

/// A `:` where no key may stand.
fn colon(ground: Ground<'_>, at: usize, written: &line::Written) -> Option<Diagnostic> {
    let source = ground.source;
    if let Some(key) = &written.key
        && key.end < at
    {
        let value = written.value.clone();
        if source.get(value.clone())?.starts_with(['[', '{']) {
            return None;
        }
        let title = "a second `: ` in an unquoted value";
        let diagnostic = Diagnostic::new(Code::YamlColon, title)
            .at(
                span(ground, at..at + 1),
                "YAML takes what stands before it for a key",
            )
            .also(span(ground, key.clone()), "the key of this line");
        return Some(quote(diagnostic, ground, value));
    }
    let own = line::line(source, at);
    let above = line::line_above(source, own.start)?;
    if let Some(diagnostic) = loose::missing_colon_space(ground, &above) {
        return Some(diagnostic);
    }
    let value = line::written(source, above.start).value;
    let value_text = source.get(value.clone())?;
    if let Some(bracket @ ('[' | '{')) = value_text.chars().next()
        && !value_text.contains([']', '}'])
    {
        return unclosed_list(ground, value.clone())
            .or_else(|| Some(special(bracket, ground, value)));
    }
    let key = source.get(line::content_start(source, &own)..at)?;
    let above_start = line::content_start(source, &above);
    line::colon(source.get(above_start..above.end)?)?;
    let (here, there) = (line::indent(source, &own), above_start - above.start);
    if here <= there || key.contains(' ') {
        let title = "a `: ` in an unquoted value";
        return Some(
            Diagnostic::new(Code::YamlColon, title)
                .at(
                    span(ground, at..at + 1),
                    "YAML takes what stands before it for a key",
                )
                .also(
                    span(ground, above_start..above.end),
                    "the value begins in this line",
                )
                .help("put the value in quotes, or below `|` on lines of its own"),
        );
    }
    Some(
        Diagnostic::new(
            Code::YamlSyntax,
            format!("the key `{key}` stands too far in"),
        )
        .at(span(ground, own.start..own.start + here), "indented deeper")
        .also(span(ground, above_start..above_start), "than this")
        .note("a deeper line goes on with the value above it")
        .fix(
            "give both keys the same indentation",
            span(ground, own.start..own.start + here),
            " ".repeat(there),
        ),
    )
}

/// A value that begins with a character of YAML's own.
fn special_start(ground: Ground<'_>, at: usize, written: &line::Written) -> Option<Diagnostic> {
    let source = ground.source;
    let mut value = written.value.clone();
    let mut first = source.get(value.clone())?.chars().next()?;
    let has_key = written.key.is_some() || value.start > line::line(source, at).start;
    if matches!(first, '[' | '{') && value.start < at && written.key.is_some() {
        let inner = line::written_in_flow(source, at);
        let start = source.get(inner.clone())?.chars().next();
        if let Some(start) = start.filter(|it| matches!(it, '`' | '@' | '%' | '*' | '&' | '!')) {
            value = inner;
            first = start;
        }
    }
    let is_special = "`@%&*!|>[]{},?-#".contains(first);
    if !has_key || !is_special || value.start > at {
        return None;
    }
    unclosed_list(ground, value.clone()).or_else(|| Some(special(first, ground, value)))
}

fn special(first: char, ground: Ground<'_>, value: Range<usize>) -> Diagnostic {
    let meaning = match first {
        '`' | '@' => "YAML reserves it and gives it no meaning",
        '%' => "YAML keeps it for directives",
        '&' => "YAML reads it as the name of what follows",
        '*' => "YAML reads it as a repetition of another value",
        '!' => "YAML reads it as the name of a type",
        '|' | '>' => "YAML reads it as the beginning of a block of lines",
        '[' => "YAML reads it as the beginning of a list",
        '{' => "YAML reads it as the beginning of a mapping",
        '-' => "YAML reads it as an item of a list, which begins on a line of its own",
        _ => "YAML keeps it for itself",
    };
    let title = match first {
        '`' => "an unquoted value cannot begin with a backtick".to_owned(),
        _ => format!("an unquoted value cannot begin with `{first}`"),
    };
    let diagnostic = Diagnostic::new(Code::YamlSpecialStart, title).at(
        span(ground, value.start..value.start + first.len_utf8()),
        meaning,
    );
    quote(diagnostic, ground, value)
}

/// With the mend that puts the value in quotes; where it has several lines, in words.
fn quote(diagnostic: Diagnostic, ground: Ground<'_>, value: Range<usize>) -> Diagnostic {
    let text = ground.source.get(value.clone()).unwrap_or("");
    let goes_on = line::written(ground.source, value.start).goes_on;
    if text.is_empty() || text.contains(['\n', '\r']) || goes_on {
        return diagnostic.help("put the value below `|` on lines of its own, indented deeper");
    }
    let quoted = (span(ground, value.clone()), line::quoted(text));
    let fix = |words: &str| diagnostic.fix(words, quoted.0, quoted.1);
    if meant_as_brackets(text) {
        return fix("quote the value if it is a text").note(
            "in a list or mapping each bracket has its end, and texts with brackets, commas or colons are quoted",
        );
    }
    if holds_another_key(text) {
        return fix("quote the value if it is a text")
            .note("several keys on one line stand in `{..}`, with commas between them");
    }
    fix("quote the value").certain()
}

/// Whether a value is a list or mapping with a mistake in it rather than a text: brackets without
/// their end, or the beginning of a mapping.
fn meant_as_brackets(text: &str) -> bool {
    let Some(inner) = text.strip_prefix(['[', '{']) else {
        return false;
    };
    let count = |bracket: char| text.matches(bracket).count();
    let is_mapping = !inner.starts_with('{')
        && text.starts_with('{')
        && inner.split_once(": ").is_some_and(|(key, _)| is_key(key));
    is_mapping || count('[') != count(']') || count('{') != count('}')
}

/// Whether a comma is followed by what looks like the next key.
fn holds_another_key(text: &str) -> bool {
    let mut parts = text.split(", ").skip(1);
    parts.any(|it| it.split_once(": ").is_some_and(|(key, _)| is_key(key)))
}

fn is_key(text: &str) -> bool {
    let text = text.trim();
    let is_plain = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
    !text.is_empty() && text.chars().all(is_plain)
}

fn character(ground: Ground<'_>, at: usize) -> Span {
    let rest = ground.source.get(at..).unwrap_or("");
    let len = rest
        .chars()
        .next()
        .filter(|it| !matches!(it, '\n' | '\r'))
        .map_or(0, char::len_utf8);
    span(ground, at..at + len)
}

/// The character boundary at or before a byte.
fn boundary(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn span(ground: Ground<'_>, range: Range<usize>) -> Span {
    Span::new(
        ground.file,
        ground.base + range.start..ground.base + range.end,
    )
}
