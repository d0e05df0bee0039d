//! Code spans and formulas: what stands in them is no sign of any tool.

use std::ops::Range;

/// Finds code spans and formulas in a range of a text, and appends them in their order; `tex` says
/// whether `\(` and `\[` begin formulas. The time is linear: where an end was looked for in vain, it is not looked for again.
pub(super) fn verbatim(
    source: &str,
    range: Range<usize>,
    tex: bool,
    found: &mut Vec<Range<usize>>,
) {
    let Some(text) = source.get(range.clone()) else {
        return;
    };
    let mut scan = Scan {
        text,
        no_code: Vec::new(),
        no_pair: [false, !tex, !tex],
        no_dollar: 0,
    };
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|it| it.find(['\\', '`', '$'])) {
        at += next;
        match scan.end_of(at) {
            Ok(end) => {
                found.push(range.start + at..range.start + end);
                at = end;
            }
            Err(end) => at = end,
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    /// Lengths of runs of backticks that come no more.
    no_code: Vec<usize>,
    /// Whether `$$`, `\)` and `\]` come no more.
    no_pair: [bool; 3],
    /// Before this place no lone dollar closes a formula.
    no_dollar: usize,
}

impl Scan<'_> {
    /// The end of what begins here; else where to look on.
    fn end_of(&mut self, at: usize) -> Result<usize, usize> {
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.starts_with("\\(") {
            return self.pair(at, "\\)", 1);
        }
        if rest.starts_with("\\[") {
            return self.pair(at, "\\]", 2);
        }
        if let Some(behind) = rest.strip_prefix('\\') {
            let escaped = behind.chars().next().map_or(0, char::len_utf8);
            return Err(at + 1 + escaped);
        }
        if rest.starts_with('`') {
            return self.code(at, rest);
        }
        if rest.starts_with("$$") {
            return self.pair(at, "$$", 0);
        }
        self.dollar(at)
    }

    fn pair(&mut self, at: usize, close: &str, index: usize) -> Result<usize, usize> {
        let from = at + 2;
        let behind = self.text.get(from..).unwrap_or_default();
        let gone = self.no_pair.get_mut(index);
        if gone.as_deref() == Some(&true) {
            return Err(from);
        }
        if let Some(length) = behind.find(close) {
            return Ok(from + length + close.len());
        }
        if let Some(gone) = gone {
            *gone = true;
        }
        Err(from)
    }

    fn code(&mut self, at: usize, rest: &str) -> Result<usize, usize> {
        let count = rest.len() - rest.trim_start_matches('`').len();
        let from = at + count;
        if self.no_code.contains(&count) {
            return Err(from);
        }
        let mut end = from;
        while let Some(next) = self.text.get(end..).and_then(|it| it.find('`')) {
            let run = self.text.get(end + next..).unwrap_or_default();
            let length = run.len() - run.trim_start_matches('`').len();
            end += next + length;
            if length == count {
                return Ok(end);
            }
        }
        self.no_code.push(count);
        Err(from)
    }

    fn dollar(&mut self, at: usize) -> Result<usize, usize> {
        let from = at + 1;
        let bytes = self.text.as_bytes();
        let space = |it: usize| bytes.get(it).is_none_or(u8::is_ascii_whitespace);
        if from < self.no_dollar || space(from) {
            return Err(from);
        }
        let mut blank = false;
        let mut end = from;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'\\' => end += 1,
                b'\n' if blank => break,
                b'\n' => blank = true,
                b'$' if end > from
                    && !space(end - 1)
                    && !bytes.get(end + 1).is_some_and(u8::is_ascii_digit) =>
                {
                    return Ok(end + 1);
                }
                // As deckle reads formulas, no other dollar stands in one.
                b'$' => return Err(from),
                b' ' | b'\t' | b'\r' => {}
                _ => blank = false,
            }
            end += 1;
        }
        self.no_dollar = end;
        Err(from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        verbatim(text, 0..text.len(), true, &mut found);
        found.into_iter().map(|it| &text[it]).collect()
    }

    #[test]
    fn code_and_formulas_are_found() {
        let check = |text: &str, expect: &[&str]| assert_eq!(spans(text), expect, "{text}");
        check("a `b` c", &["`b`"]);
        check("`` a`b `` `", &["`` a`b ``"]);
        check("$x$ and $5 or $6", &["$x$"]);
        check("$$a\n\nb$$", &["$$a\n\nb$$"]);
        check("\\(a\\) \\[b\\] \\$ \\`", &["\\(a\\)", "\\[b\\]"]);
        check("$a\n\nb$", &[]);
        check("$a\\$b$", &["$a\\$b$"]);
        check("$a $ b$c$", &["$c$"]);
        check("\\( $$ `", &[]);
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in any::<String>(), marks in "[`$\\\\()a \n\u{e9}]{0,60}") {
            for text in [text, marks] {
                let found = spans(&text);
                prop_assert!(found.iter().all(|it| it.len() >= 2));
            }
        }
    }
}
