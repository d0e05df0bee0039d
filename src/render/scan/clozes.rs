//! The openings of clozes, rightly and wrongly spelled.

use std::ops::Range;

/// The opening of a cloze in Anki's own spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opening {
    /// `{{c1::`.
    pub(super) range: Range<usize>,
    /// Its numbers, each once, ascending.
    pub(super) numbers: Vec<u16>,
    /// A number that is 0, over 500 or none at all.
    pub(super) bad_number: bool,
}

/// The highest cloze number that makes a card of its own.
const HIGHEST: u16 = 500;

/// The opening at `at`, spelled as Anki reads it.
pub(super) fn opening(text: &str, at: usize) -> Option<Opening> {
    let inside = text.get(at..)?.strip_prefix("{{c")?;
    let length = inside.find(|it: char| !it.is_ascii_digit() && it != ',')?;
    let (list, behind) = inside.split_at_checked(length)?;
    if list.is_empty() || !behind.starts_with("::") {
        return None;
    }
    let mut numbers: Vec<u16> = Vec::new();
    let mut bad_number = false;
    for piece in list.split(',') {
        match piece.parse::<u16>() {
            Ok(number) if (1..=HIGHEST).contains(&number) => {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
            _ => bad_number = true,
        }
    }
    numbers.sort_unstable();
    Some(Opening {
        range: at..at + 3 + length + 2,
        numbers,
        bad_number,
    })
}

/// What looks like the opening of a cloze at `at` and is none to Anki, and how it has to be
/// spelled: `{{ c1::`, `{{C1::`, `{{c 1::`, `{{c1:`, `{{c1 ::`.
pub(super) fn misspelled(text: &str, at: usize) -> Option<(Range<usize>, String)> {
    let inside = text.get(at..)?.strip_prefix("{{")?;
    let trimmed = inside.trim_start_matches(' ');
    let behind_letter = trimmed.strip_prefix(['c', 'C'])?.trim_start_matches(' ');
    let digits = behind_letter
        .find(|it: char| !it.is_ascii_digit())
        .filter(|length| (1..=5).contains(length))?;
    let (number, behind) = behind_letter.split_at_checked(digits)?;
    let behind = behind.trim_start_matches(' ');
    let rest = behind
        .strip_prefix("::")
        .or_else(|| behind.strip_prefix(": :"))
        .or_else(|| behind.strip_prefix(':'))?;
    let end = text.len() - rest.len();
    Some((at..end, format!("{{{{c{number}::")))
}

/// The number in front of a cloze in short spelling (`2::x`; `2:x` where one colon is enough),
/// and the length of both.
pub(super) fn number_prefix(text: &str, one_colon: bool) -> Option<(u16, usize)> {
    let digits = text.find(|it: char| !it.is_ascii_digit())?;
    let (number, behind) = text.split_at_checked(digits)?;
    let colons = if behind.starts_with("::") {
        2
    } else if one_colon && behind.starts_with(':') {
        1
    } else {
        return None;
    };
    let number = number.parse::<u16>().ok()?;
    Some((number, digits + colons))
}

/// Whether a number makes a card of its own.
pub(super) fn is_good_number(number: u16) -> bool {
    (1..=HIGHEST).contains(&number)
}
