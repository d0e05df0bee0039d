//! Backslashes in double quotes: YAML makes characters of them, authors mean TeX, or a path of
//! Windows.

use std::ops::Range;

use super::super::text::Ground;
use super::{line, span};
use crate::diag::{Code, Diagnostic, Severity, Text};

/// What follows `\n` or `\t` when the author meant a TeX command and no line break or tab. Words
/// that begin a line in some language, as `\ne` and `\nu` would, are left out.
const AFTER_N: [&str; 15] = [
    "abla",
    "eq",
    "eg",
    "ot",
    "otin",
    "exists",
    "atural",
    "earrow",
    "leq",
    "geq",
    "subseteq",
    "onumber",
    "ewline",
    "ewcommand",
    "ormalsize",
];
/// As [`AFTER_N`], right behind the `$` that begins a formula.
const IN_FORMULA: [&str; 3] = ["u", "e", "i"];
const AFTER_T: [&str; 24] = [
    "au",
    "ext",
    "extbf",
    "extit",
    "extrm",
    "heta",
    "imes",
    "op",
    "o",
    "an",
    "anh",
    "riangle",
    "frac",
    "ilde",
    "herefore",
    "binom",
    "extstyle",
    "ag",
    "hickapprox",
    "extsf",
    "extsc",
    "exttt",
    "iny",
    "riangleq",
];

/// Windows knows no longer paths, but where one asks for them; it bounds the look back for the
/// beginning of one.
const LONGEST_PATH: usize = 260;

/// The finding that escapes of a double-quoted value became characters that nobody types.
pub(crate) fn lost(ground: Ground<'_>, scalar: Range<usize>, text: &Text) -> Option<Diagnostic> {
    let raw = ground.source.get(scalar.clone())?;
    let escape = escapes(raw).find(|it| it.is_lost(raw))?;
    // What the parser decoded is what counts; without a control character nothing is lost.
    if !text.as_str().contains(escape.character?) {
        return None;
    }
    let written = escape.command(raw);
    let is_path = escape.is_in_path(raw);
    let title = if is_path {
        format!("`{written}` in double quotes is no part of a path to YAML")
    } else {
        format!("`{written}` in double quotes is no TeX command to YAML")
    };
    let became = match escape.character? {
        '\n' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    };
    let start = scalar.start + escape.at;
    let mut diagnostic = Diagnostic::new(Code::YamlEscape, title)
        .at(
            span(ground, start..start + 2),
            format!("this becomes {became}"),
        )
        .note("in double quotes YAML reads a backslash as the beginning of an escape");
    if is_path && !escape.is_tex(raw) {
        // What looks like a drive may be a word of one letter before a tab.
        diagnostic.severity = Severity::Warning;
    }
    Some(mend(diagnostic, ground, scalar, start))
}

/// The finding that a double-quoted value, which begins at `start`, has an escape that YAML does
/// not know.
pub(super) fn unknown(ground: Ground<'_>, start: usize) -> Option<Diagnostic> {
    let rest = ground.source.get(start..)?;
    let rest = rest.strip_prefix('"').map(|_| rest)?;
    let escape = escapes(rest).find(|it| it.character.is_none())?;
    let written = escape.command(rest);
    let at = start + escape.at;
    let end = escapes(rest).last().map_or(1, |it| it.at + it.len);
    let close = end + rest.get(end..)?.find('"')?;
    let diagnostic = Diagnostic::new(
        Code::YamlEscape,
        format!("`{written}` is no escape that YAML knows"),
    )
    .at(
        span(ground, at..at + escape.len),
        "a backslash in double quotes",
    )
    .note("in double quotes YAML reads a backslash as the beginning of an escape");
    Some(mend(diagnostic, ground, start..start + close + 1, at))
}

fn mend(
    diagnostic: Diagnostic,
    ground: Ground<'_>,
    scalar: Range<usize>,
    backslash: usize,
) -> Diagnostic {
    let raw = ground.source.get(scalar.clone()).unwrap_or("");
    let mended = match in_single_quotes(raw) {
        Some(text) => diagnostic.fix(
            "use single quotes, in which a backslash is a backslash",
            span(ground, scalar),
            text,
        ),
        None => diagnostic.fix(
            "double the backslash, or put the text below `|`, where it needs no quotes",
            span(ground, backslash..backslash),
            "\\",
        ),
    };
    mended.certain()
}

/// A double-quoted value in single quotes; `None` where it has line breaks, which those lack.
fn in_single_quotes(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains(['\n', '\r']) {
        return None;
    }
    if escapes(raw).any(|it| it.character == Some('\n') && !it.is_lost(raw)) {
        return None;
    }
    let text = inner.replace("\\\"", "\"").replace("\\\\", "\\");
    Some(line::quoted(&text))
}

/// A backslash with what belongs to it.
#[derive(Debug, Clone, Copy)]
struct Escape {
    at: usize,
    len: usize,
    /// What YAML makes of it; for an escaped line break a space.
    character: Option<char>,
    /// How many `$` stand before it.
    dollars: usize,
}

impl Escape {
    fn is_lost(self, raw: &str) -> bool {
        self.is_tex(raw) || self.is_in_path(raw)
    }

    fn is_tex(self, raw: &str) -> bool {
        let rest = raw.get(self.at + 2..).unwrap_or("");
        let letters = rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_ascii_alphabetic())
                .len();
        let word = rest.get(..letters).unwrap_or("");
        let before = raw.get(..self.at).unwrap_or("");
        let in_formula = before.ends_with('$') && self.dollars % 2 == 1;
        match (self.character, raw.as_bytes().get(self.at + 1)) {
            (Some('\n'), Some(b'n')) => {
                AFTER_N.contains(&word) || in_formula && IN_FORMULA.contains(&word)
            }
            (Some('\t'), Some(b't')) => AFTER_T.contains(&word),
            (Some('\r' | '\u{85}' | '\u{2028}' | '\u{2029}'), Some(letter)) => {
                !matches!(letter, b'x' | b'u' | b'U') && !word.is_empty()
            }
            (Some('\n' | '\t'), _) => false,
            (Some(character), _) => character.is_control(),
            (None, _) => false,
        }
    }

    /// Whether it stands in a path such as `C:\temp`.
    fn is_in_path(self, raw: &str) -> bool {
        let letter = raw.as_bytes().get(self.at + 1);
        if !letter.is_some_and(|it| b"0abtnvfreN_LP".contains(it)) {
            return false;
        }
        let mut from = self.at.saturating_sub(LONGEST_PATH);
        while !raw.is_char_boundary(from) {
            from += 1;
        }
        let ends = |it: char| it.is_whitespace() || "\"'()[]<>,;|".contains(it);
        let before = raw.get(from..self.at).unwrap_or("");
        let start = before.rfind(ends).map_or(from, |at| {
            let length = before.get(at..).and_then(|it| it.chars().next());
            from + at + length.map_or(1, char::len_utf8)
        });
        let rest = raw.get(start..).unwrap_or("");
        let (Some([drive, b':', b'\\']), true) = (rest.as_bytes().get(..3), self.at >= start + 2)
        else {
            return false;
        };
        if !drive.is_ascii_alphabetic() {
            return false;
        }
        let path: &str = rest
            .get(..rest.find(ends).unwrap_or(rest.len()))
            .unwrap_or("");
        // `"A:\nfoo"` is more likely a line break behind a label than a path.
        let line_breaks = path.matches('\\').count() == path.matches("\\n").count();
        let is_whole = raw.len() == path.len() + 2;
        !line_breaks || is_whole && !b"AaQq".contains(drive)
    }

    /// The backslash with the letters behind it, as in a TeX command.
    fn command(self, raw: &str) -> &str {
        let rest = raw.get(self.at + 1..).unwrap_or("");
        let letters = rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_ascii_alphabetic())
                .len();
        let len = if letters == 0 {
            rest.chars().next().map_or(0, char::len_utf8)
        } else {
            letters
        };
        raw.get(self.at..self.at + 1 + len).unwrap_or("\\")
    }
}

/// The escapes of a double-quoted value up to its closing quote.
fn escapes(raw: &str) -> impl Iterator<Item = Escape> + '_ {
    let mut at = 1;
    let mut dollars = 0;
    std::iter::from_fn(move || {
        let rest = raw.get(at..)?;
        let length = rest.find(['\\', '"'])?;
        let next = at + length;
        if raw.as_bytes().get(next) == Some(&b'"') {
            return None;
        }
        dollars += rest.get(..length)?.matches('$').count();
        let escape = read(raw, next, dollars)?;
        at = next + escape.len;
        Some(escape)
    })
}

fn read(raw: &str, at: usize, dollars: usize) -> Option<Escape> {
    let letter = raw.get(at + 1..)?.chars().next()?;
    let mut len = 1 + letter.len_utf8();
    let character = match letter {
        '0' => Some('\0'),
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        't' | '\t' => Some('\t'),
        'n' => Some('\n'),
        'v' => Some('\u{b}'),
        'f' => Some('\u{c}'),
        'r' => Some('\r'),
        'e' => Some('\u{1b}'),
        'N' => Some('\u{85}'),
        '_' => Some('\u{a0}'),
        'L' => Some('\u{2028}'),
        'P' => Some('\u{2029}'),
        ' ' | '"' | '/' | '\\' => Some(letter),
        '\n' | '\r' => Some(' '),
        'x' | 'u' | 'U' => {
            let digits = match letter {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            let hex = raw.get(at + 2..at + 2 + digits);
            let number = hex.and_then(|it| u32::from_str_radix(it, 16).ok());
            if number.is_some() {
                len += digits;
            }
            // Half of a surrogate pair is left to the parser.
            number.map(|it| char::from_u32(it).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        _ => None,
    };
    Some(Escape {
        at,
        len,
        character,
        dollars,
    })
}
