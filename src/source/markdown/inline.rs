//! Where a line of text shelters its characters: in code, formulas and links a `|` divides no
//! cells and a ` :: ` no question from its answer.

use std::collections::BTreeMap;
use std::ops::Range;

/// Stretches of a text in which nothing divides it, in order.
#[derive(Debug, Default)]
pub(super) struct Shelters(Vec<Range<usize>>);

/// What opens and closes a shelter that ends at the first of its closers.
const PLAIN: [(&str, &str); 7] = [
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("$$", "$$"),
    ("[$]", "[/$]"),
    ("[$$]", "[/$$]"),
    ("[latex]", "[/latex]"),
    ("[[", "]]"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Formulas,
    Plain,
    All,
}

impl Shelters {
    /// The formulas of a line.
    pub(super) fn formulas(text: &str) -> Self {
        Self::new(text, Which::Formulas)
    }

    /// Code, formulas, wiki links and what stands in braces; `all`: of braces only clozes, but links
    /// too.
    pub(super) fn of(text: &str, all: bool) -> Self {
        Self::new(text, if all { Which::All } else { Which::Plain })
    }

    fn new(text: &str, which: Which) -> Self {
        let all = which == Which::All;
        let formulas = which == Which::Formulas;
        if !text.contains(['`', '$', '\\', '[', '{']) {
            return Self::default();
        }
        let mut scan = Scan {
            text,
            closers: [const { None }; PLAIN.len() + 1],
        };
        let mut codes = code_spans(text).into_iter().peekable();
        let dollars = dollars(text);
        let mut found = Vec::new();
        let mut brackets = Vec::new();
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            while codes.next_if(|it| it.start < at).is_some() {}
            if let Some(code) = codes.next_if(|it| it.start == at) {
                at = code.end;
                found.extend(Some(code).filter(|_| !formulas));
                continue;
            }
            let end = match byte {
                b'\\' | b'[' | b'$' => scan.plain(at).or_else(|| dollars.get(&at).copied()),
                _ => None,
            };
            match end {
                Some(end) => {
                    let wiki = text.get(at..end).is_some_and(|it| it.starts_with("[["));
                    found.extend(Some(at..end).filter(|_| !(formulas && wiki)));
                    at = end;
                }
                None if byte == b'\\' => {
                    let next = text.get(at + 1..).and_then(|it| it.chars().next());
                    at += 1 + next.map_or(0, char::len_utf8);
                }
                None => {
                    let brace = !formulas && matches!(byte, b'{' | b'}');
                    if brace || all && matches!(byte, b'[' | b']' | b'(' | b')') {
                        brackets.push(at);
                    }
                    at += 1;
                }
            }
        }
        let pairs = pairs(text, &brackets);
        for &at in &brackets {
            if all {
                found.extend(scan.cloze_or_link(at, &pairs));
            } else {
                found.extend(pairs.get(&at).map(|end| at..end + 1));
            }
        }
        Self(merged(found))
    }

    /// Whether the byte stands in one of them.
    pub(super) fn hold(&self, at: usize) -> bool {
        let index = self.0.partition_point(|it| it.end <= at);
        self.0.get(index).is_some_and(|it| it.start <= at)
    }
}

/// What divides the question of a list note from its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Divider {
    /// The colons.
    pub(super) range: Range<usize>,
    /// Three of them: cards both ways.
    pub(super) both: bool,
}

/// The first ` :: ` or ` ::: ` of a line that stands in no code, formula, cloze or link.
pub(super) fn divider(line: &str) -> Option<Divider> {
    let range = find(line, |before, behind| {
        let apart = |it: char| it.is_ascii_whitespace();
        before.is_none_or(apart) && behind.is_none_or(apart)
    })?;
    let both = range.len() == 3;
    Some(Divider { range, both })
}

/// The first `::` or `:::` between two texts, with spaces around it or not.
pub(super) fn any_divider(line: &str) -> Option<Range<usize>> {
    find(line, |before, behind| {
        before.is_some_and(|it| it != '\\') && behind.is_some()
    })
}

/// The first two or three colons that no shelter holds and that may stand between the characters
/// before and behind them.
fn find(line: &str, fits: impl Fn(Option<char>, Option<char>) -> bool) -> Option<Range<usize>> {
    let mut shelters = None;
    let mut at = 0;
    while let Some(found) = line.get(at..)?.find("::") {
        let start = at + found;
        let rest = line.get(start..)?;
        let behind = rest.trim_start_matches(':');
        let colons = rest.len() - behind.len();
        at = start + colons;
        let before = line.get(..start)?.chars().next_back();
        if colons > 3 || !fits(before, behind.chars().next()) {
            continue;
        }
        let shelters = shelters.get_or_insert_with(|| Shelters::of(line, true));
        if !shelters.hold(start) {
            return Some(start..at);
        }
    }
    None
}

struct Scan<'t> {
    text: &'t str,
    /// For each kind of closer, from where it was sought, and where it ends. Without it a line of
    /// openers without an end takes quadratic time.
    closers: [Option<(usize, Option<usize>)>; PLAIN.len() + 1],
}

impl Scan<'_> {
    /// The end of the shelter that one of [`PLAIN`] opens at `at`.
    fn plain(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let kind = PLAIN.iter().position(|it| rest.starts_with(it.0))?;
        let (open, close) = PLAIN.get(kind)?;
        self.closer(kind, close, at + open.len())
    }

    fn closer(&mut self, kind: usize, close: &str, from: usize) -> Option<usize> {
        let known = self.closers.get_mut(kind)?;
        if let Some((sought, found)) = *known
            && sought <= from
            && found.is_none_or(|end| end >= from + close.len())
        {
            return found;
        }
        let found = self.text.get(from..)?.find(close);
        let found = found.map(|it| from + it + close.len());
        *known = Some((from, found));
        found
    }

    /// The cloze or link that begins with the bracket at `at`.
    fn cloze_or_link(&mut self, at: usize, pairs: &BTreeMap<usize, usize>) -> Option<Range<usize>> {
        let rest = self.text.get(at..)?;
        if let Some(inner) = rest.strip_prefix("{{c") {
            let behind = inner.trim_start_matches(|it: char| it.is_ascii_digit() || it == ',');
            if behind.len() == inner.len() || !behind.starts_with("::") {
                return None;
            }
            let end = pairs.get(&at).map(|it| it + 1);
            let end = end.or_else(|| self.closer(PLAIN.len(), "}}", at));
            return end.map(|end| at..end);
        }
        if !rest.starts_with('[') {
            return None;
        }
        let open = pairs.get(&at)? + 1;
        let target = self.text.get(open..)?.starts_with('(');
        let close = pairs.get(&open).filter(|_| target)?;
        Some(at..close + 1)
    }
}

/// Spans of code, as CommonMark pairs runs of backticks.
fn code_spans(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    // The next run of the same length, by a walk from the end.
    let mut next: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ends: Vec<Option<usize>> = vec![None; runs.len()];
    for (index, run) in runs.iter().enumerate().rev() {
        if let Some(end) = ends.get_mut(index) {
            *end = next.insert(run.len(), run.end);
        }
    }
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (run, end) in runs.iter().zip(ends) {
        let Some(end) = end else { continue };
        let inside = spans.last().is_some_and(|it| it.end > run.start);
        let before = bytes.get(..run.start).unwrap_or_default();
        let backslashes = before.iter().rev().take_while(|it| **it == b'\\').count();
        if !inside && backslashes % 2 == 0 {
            spans.push(run.start..end);
        }
    }
    spans
}

/// For each `$` that opens a formula, where that ends: at the next one outside of its braces.
fn dollars(text: &str) -> BTreeMap<usize, usize> {
    let mut codes = code_spans(text).into_iter().peekable();
    let mut signs: Vec<(usize, i32)> = Vec::new();
    let mut depth = 0_i32;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        while codes.next_if(|it| it.end <= at).is_some() {}
        if codes.peek().is_some_and(|it| it.start <= at) {
            continue;
        }
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            '$' => signs.push((at, depth)),
            _ => {}
        }
    }
    let mut next: BTreeMap<i32, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (open, depth) in signs.into_iter().rev() {
        let close = next.insert(depth, open);
        let Some(close) = close else { continue };
        let inner = text.get(open + 1..close).unwrap_or_default();
        let behind = text.get(close + 1..).and_then(|it| it.chars().next());
        let blank = |it: Option<char>| it.is_none_or(char::is_whitespace);
        if !blank(inner.chars().next())
            && !blank(inner.chars().next_back())
            && !behind.is_some_and(|it| it.is_ascii_digit())
        {
            found.insert(open, close + 1);
        }
    }
    found
}

/// Which bracket closes which.
fn pairs(text: &str, brackets: &[usize]) -> BTreeMap<usize, usize> {
    const KINDS: [(u8, u8); 3] = [(b'[', b']'), (b'(', b')'), (b'{', b'}')];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut counts = [0_usize; KINDS.len()];
    let mut found = BTreeMap::new();
    for &at in brackets {
        let Some(byte) = text.as_bytes().get(at) else {
            continue;
        };
        for (kind, (opener, closer)) in KINDS.iter().enumerate() {
            let Some(count) = counts.get_mut(kind) else {
                continue;
            };
            if byte == opener {
                *count += 1;
                open.push((at, kind));
            } else if byte == closer && *count > 0 {
                // What stands between them unclosed is no bracket.
                while let Some((start, other)) = open.pop() {
                    if let Some(count) = counts.get_mut(other) {
                        *count = count.saturating_sub(1);
                    }
                    if other == kind {
                        found.insert(start, at);
                        break;
                    }
                }
            }
        }
    }
    found
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|it| (it.start, it.end));
    let mut found: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match found.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => found.push(range),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shelters_are_seen() {
        let check = |text: &str, expect: &[&str]| {
            let found = Shelters::of(text, true).0;
            let found: Vec<&str> = found.iter().map(|it| &text[it.clone()]).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("a | b", &[]);
        check("`a|b` ``c`|``", &["`a|b`", "``c`|``"]);
        check("`a | b", &[]);
        check(r"\`a` |b`", &["` |b`"]);
        check("$x|y$ $5 | $6", &["$x|y$"]);
        check("$5|$6", &[]);
        check(r"$\text{a $b$ c}|$", &[r"$\text{a $b$ c}|$"]);
        check(
            r"\(a|b\) \[c\] $$d|e$$ \$f|$",
            &[r"\(a|b\)", r"\[c\]", "$$d|e$$"],
        );
        check(
            "[$]a|b[/$] [[N|m]] [latex]|[/latex]",
            &["[$]a|b[/$]", "[[N|m]]", "[latex]|[/latex]"],
        );
        check("{{c1::a {b}::h}} {x}", &["{{c1::a {b}::h}}"]);
        check(
            "{{c1::a}} [t :: u](v) [w] (x)",
            &["{{c1::a}}", "[t :: u](v)"],
        );
        check("{{c1::a}", &[]);
        check("`$x` $y$", &["`$x`", "$y$"]);
    }

    #[test]
    fn dividers_stand_apart() {
        let check = |line: &str, expect: Option<(&str, &str, bool)>| {
            let found = divider(line);
            let parts = found.as_ref().map(|it| {
                let (before, after) = (&line[..it.range.start], &line[it.range.end..]);
                (before.trim(), after.trim(), it.both)
            });
            assert_eq!(parts, expect, "{line}");
        };
        check("a :: b", Some(("a", "b", false)));
        check("a ::: b :: c", Some(("a", "b :: c", true)));
        check("a ::", Some(("a", "", false)));
        check(":: b", Some(("", "b", false)));
        check("std::vec and a:: b, c ::d, e :::: f", None);
        check(r"a \:: b", None);
        check("`a :: b` :: c", Some(("`a :: b`", "c", false)));
        check("$a :: b$ [x :: y](z) {{c1::p :: q}}", None);
        check("[[a :: b]] ::: c", Some(("[[a :: b]]", "c", true)));
    }

    proptest! {
        #[test]
        fn any_line_is_read(line in "[a`$\\\\\\[\\](){}:|c1 é]{0,80}") {
            for all in [false, true] {
                for range in Shelters::of(&line, all).0 {
                    prop_assert!(line.get(range).is_some());
                }
            }
            if let Some(found) = divider(&line) {
                prop_assert!(line.get(found.range).is_some());
            }
        }
    }

    #[test]
    fn long_lines_take_no_quadratic_time() {
        for part in [
            "`", "``a`", "$ ", "$a", "\\(", "[[", "{{c1::", "[(", "a :: `", "[$]",
        ] {
            let line = part.repeat(20_000);
            Shelters::of(&line, true);
            divider(&line);
        }
    }
}
