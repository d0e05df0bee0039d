//! Where the display formulas of a text end, for all of them in one pass.
//!
//! A `$$` whose braces do not match looks for an end up to where the text ends. When each of
//! 100,000 did so for itself, that would take minutes.

use std::ops::Range;

use super::math::{End, double_dollar_end};

/// The ends of the formulas that begin in a stretch of text.
#[derive(Debug, Default)]
pub(super) struct Displays {
    range: Range<usize>,
    /// Where a `$$` stands and what its end is, in the order of the text.
    ends: Vec<(usize, End)>,
}

/// A `$$` that was passed.
#[derive(Debug, Clone, Copy)]
struct Opening {
    at: usize,
    /// The next `$$`.
    next: Option<usize>,
    /// The next `$$` outside of braces that opened behind this one.
    balanced: Option<usize>,
}

impl Displays {
    /// What [`double_dollar_end`] says of `open`.
    pub(super) fn end(&mut self, bytes: &[u8], open: usize, stop: usize) -> End {
        if !self.range.contains(&open) || self.range.end != stop {
            self.ends = ends(bytes, open..stop);
            self.range = open..stop;
        }
        match self.ends.binary_search_by_key(&open, |(at, _)| *at) {
            Ok(index) => self.ends.get(index).map_or(End::None, |(_, end)| *end),
            Err(_) => double_dollar_end(bytes, open, stop),
        }
    }
}

fn ends(bytes: &[u8], range: Range<usize>) -> Vec<(usize, End)> {
    let mut openings: Vec<Opening> = Vec::new();
    // The openings that may still be balanced, with the depth at which they stand; ascending.
    let mut waiting: Vec<(i64, usize)> = Vec::new();
    let mut depth = 0_i64;
    let mut at = range.start;
    while at < range.end {
        match bytes.get(at) {
            Some(b'\\') => at += 1,
            Some(b'{') => depth += 1,
            Some(b'}') => {
                depth -= 1;
                while waiting.pop_if(|(other, _)| *other > depth).is_some() {}
            }
            Some(b'$') if bytes.get(at + 1) == Some(&b'$') && at + 1 < range.end => {
                if let Some(last) = openings.last_mut() {
                    last.next = Some(at);
                }
                if let Some((_, index)) = waiting.pop_if(|(other, _)| *other == depth)
                    && let Some(opening) = openings.get_mut(index)
                {
                    opening.balanced = Some(at);
                }
                waiting.push((depth, openings.len()));
                openings.push(Opening {
                    at,
                    next: None,
                    balanced: None,
                });
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    let end = |opening: &Opening| match (opening.next, opening.balanced) {
        (Some(next), _) if is_blank(bytes, opening.at + 2..next) => End::None,
        (_, Some(at)) => End::Balanced(at),
        (Some(at), None) => End::Unbalanced(at),
        (None, None) => End::None,
    };
    openings.iter().map(|it| (it.at, end(it))).collect()
}

/// Whether a formula would hold no more than braces.
fn is_blank(bytes: &[u8], range: Range<usize>) -> bool {
    let inside = bytes.get(range).unwrap_or_default();
    let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'}');
    inside.iter().all(blank)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_ends_are_those_that_each_formula_finds(text in r"([a \\{}$]|\$\$){0,40}") {
            let bytes = text.as_bytes();
            for stop in [bytes.len(), bytes.len() / 2] {
                for (open, end) in ends(bytes, 0..stop) {
                    // Of a longer run only the first pair is asked for.
                    if open > 0 && bytes[open - 1] == b'$' || bytes.get(open + 2) == Some(&b'$') {
                        continue;
                    }
                    prop_assert_eq!(end, double_dollar_end(bytes, open, stop), "{} in {:?}", open, text);
                }
            }
        }
    }
}
