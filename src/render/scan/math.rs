//! Where a formula ends, and whether it is one.

use std::ops::Range;

/// Formulas in a line are at most this long; it bounds the search behind each `$`.
pub(super) const LONGEST_INLINE: usize = 4096;

/// The end of something that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It closes here, with its braces in order.
    Balanced(usize),
    /// It closes here, but its braces do not match.
    Unbalanced(usize),
    /// It does not close.
    None,
}

/// The closing `$` of the formula that `$` at `open` begins: in the same paragraph, not behind a
/// space, not before a digit, outside of braces. TeX knows no `$` inside of a formula but in braces,
/// so one that cannot close says that the first was a price. `stop` is where the paragraph or the text before
/// the next code ends.
pub(super) fn dollar_end(bytes: &[u8], open: usize, stop: usize) -> End {
    let start = open + 1;
    let stop = stop.min(start + LONGEST_INLINE);
    let opens = bytes
        .get(start)
        .is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'$');
    if !opens {
        return End::None;
    }
    let mut depth = 0_i32;
    let mut broken = false;
    let mut unbalanced = None;
    let mut at = start;
    while at < stop {
        match bytes.get(at) {
            Some(b'\\') => at += 1,
            Some(b'{') => depth += 1,
            Some(b'}') => {
                depth -= 1;
                broken |= depth < 0;
            }
            Some(b'$') => {
                let before = bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace);
                let digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                if at > start && !before && !digit {
                    if depth == 0 && !broken {
                        return End::Balanced(at);
                    }
                    unbalanced.get_or_insert(at);
                } else if depth == 0 && !broken {
                    return End::None;
                }
            }
            _ => {}
        }
        at += 1;
    }
    unbalanced.map_or(End::None, End::Unbalanced)
}

/// The closing `$$` of the display formula that begins at `open`; it may span blank lines.
pub(super) fn double_dollar_end(bytes: &[u8], open: usize, stop: usize) -> End {
    let mut depth = 0_i32;
    let mut broken = false;
    let mut unbalanced = None;
    let mut blank = true;
    let mut at = open + 2;
    while at < stop {
        match bytes.get(at) {
            Some(b'\\') => {
                at += 1;
                blank = false;
            }
            Some(b'{') => depth += 1,
            Some(b'}') => {
                depth -= 1;
                broken |= depth < 0;
            }
            Some(b'$') if bytes.get(at + 1) == Some(&b'$') && at + 1 < stop => {
                if blank {
                    return End::None;
                }
                if depth == 0 && !broken {
                    return End::Balanced(at);
                }
                unbalanced.get_or_insert(at);
                at += 1;
            }
            Some(byte) => blank &= byte.is_ascii_whitespace(),
            None => {}
        }
        at += 1;
    }
    unbalanced.map_or(End::None, End::Unbalanced)
}

/// The closing `\)` or `\]` of the formula that begins at `open`.
pub(super) fn bracket_end(bytes: &[u8], open: usize, stop: usize) -> Option<usize> {
    let close = match bytes.get(open + 1)? {
        b'(' => b')',
        b'[' => b']',
        _ => return None,
    };
    let mut at = open + 2;
    while at + 1 < stop {
        if bytes.get(at) == Some(&b'\\') {
            if bytes.get(at + 1) == Some(&close) {
                return (at > open + 2).then_some(at);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// Whether the braces of a formula match.
pub(super) fn braces_match(bytes: &[u8], content: Range<usize>) -> bool {
    let mut depth = 0_i32;
    let mut escaped = false;
    for byte in bytes.get(content).unwrap_or_default() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}
