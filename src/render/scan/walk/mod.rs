//! The pass from left to right over a field's text.

mod delimiters;
mod environment;
mod marks;
mod spans;

use std::collections::BTreeSet;
use std::ops::Range;

use super::clozes::opening;
use super::code::{Code, CodeKind};
use super::displays::Displays;
use super::math::braces_match;
use super::{Dialect, Region, RegionKind, Scan, TokenKind};
use crate::diag::{Code as Finding, Diagnostic, Diagnostics, Text};

pub(in crate::render::scan) struct Walk<'t> {
    source: &'t Text,
    text: &'t str,
    bytes: &'t [u8],
    dialect: Dialect,
    code: &'t [Code],
    /// The index of the first code that does not lie behind.
    next_code: usize,
    loose: &'t BTreeSet<usize>,
    all_loose: bool,
    scan: Scan,
    closed: Vec<bool>,
    stack: Vec<Open>,
    mark: Option<Mark>,
    /// The paragraph's end that was last worked out: for all places before it.
    paragraph: Range<usize>,
    /// The line that was last asked for.
    line: Range<usize>,
    /// For each code, where the next one begins that is not just indented.
    solid: Vec<usize>,
    displays: Displays,
    /// No `\]` ends a formula from here on, up to the end of the stretch.
    no_bracket: Range<usize>,
    /// Behind the last `](` that was looked at for a space.
    told_target: usize,
    told_stray: bool,
    /// Behind the last `\begin{..}` that was told.
    told_environment: usize,
    /// Environments, by their index, that have no end from here on.
    unended: BTreeSet<usize>,
    searches: [Search; 12],
    diagnostics: Diagnostics,
    /// Openings of clozes that have no end at which their braces match.
    pub(in crate::render::scan) unbalanced: Vec<usize>,
}

/// A cloze that waits for its end.
struct Open {
    group: usize,
    at: usize,
    /// Braces inside it that are open.
    depth: u32,
    curly: bool,
    hint: bool,
    /// Whether it opened in code or in a formula, where `::` is text.
    in_region: bool,
    /// How many clozes deep it stands, itself included, each number counted.
    level: usize,
}

/// A `==` that waits for its other half.
struct Mark {
    range: Range<usize>,
    number: Option<u16>,
    hint: Option<Range<usize>>,
    /// How many clozes were open.
    stack: usize,
}

/// The next place of a fixed text, remembered so that many openings without an end cost no more
/// than one.
#[derive(Clone, Copy)]
struct Search {
    needle: &'static str,
    next: Option<usize>,
    from: usize,
}

const DOLLAR: usize = 0;
const DOLLARS: usize = 1;
const LATEX: usize = 2;
const SPEECH: usize = 3;
const COMMENT: usize = 4;
const BRACKET: usize = 5;
const PARENTHESIS: usize = 6;
const TARGET: usize = 7;
const ANGLE: usize = 8;
const SQUARE: usize = 9;

const ROUND: usize = 10;
const PERCENTS: usize = 11;

const NEEDLES: [&str; 12] = [
    "[/$]",
    "[/$$]",
    "[/latex]",
    "[/anki:tts]",
    "-->",
    "\\]",
    "\\)",
    "](",
    ">",
    "]",
    ")",
    "%%",
];

/// Where the pass is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Code,
    Math,
}

impl<'t> Walk<'t> {
    pub(in crate::render::scan) fn new(
        source: &'t Text,
        dialect: Dialect,
        code: &'t [Code],
        loose: &'t BTreeSet<usize>,
        all_loose: bool,
    ) -> Self {
        let search = |needle| Search {
            needle,
            next: Some(0),
            from: usize::MAX,
        };
        let text = source.as_str();
        let mut solid = vec![text.len(); code.len()];
        let mut next = text.len();
        for (slot, code) in solid.iter_mut().zip(code).rev() {
            if code.kind != CodeKind::Indented {
                next = code.range.start;
            }
            *slot = next;
        }
        Self {
            source,
            text,
            bytes: text.as_bytes(),
            dialect,
            code,
            next_code: 0,
            loose,
            all_loose,
            scan: Scan::default(),
            closed: Vec::new(),
            stack: Vec::new(),
            mark: None,
            paragraph: 0..0,
            line: 0..line_end(text, 0),
            solid,
            displays: Displays::default(),
            no_bracket: 0..0,
            told_target: 0,
            told_stray: false,
            told_environment: 0,
            unended: BTreeSet::new(),
            searches: NEEDLES.map(search),
            diagnostics: Diagnostics::new(),
            unbalanced: Vec::new(),
        }
    }

    pub(in crate::render::scan) fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at = if let Some(end) = self.code_at(at) {
                end
            } else if self.dialect.markdown {
                self.step(byte, at)
            } else {
                match byte {
                    b'{' => self.open_brace(at, 0, Inside::Text),
                    b'}' => self.close_brace(at, 0),
                    b':' if self.byte(at + 1) == Some(b':') => self.colons(at),
                    _ => at + 1,
                }
            };
        }
        self.leave(0);
    }

    /// What was found, without the delimiters that belong to nothing.
    pub(in crate::render::scan) fn finish(mut self, found: &mut Diagnostics) -> Scan {
        let stack = std::mem::take(&mut self.stack);
        for open in stack.iter().filter(|open| !open.curly) {
            let range =
                open.at..open.at + opening(self.text, open.at).map_or(2, |it| it.range.len());
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeUnclosed, "the cloze has no end")
                    .at(self.source.span(range), "begins here")
                    .help("close it with `}}`"),
            );
        }
        let closed = &self.closed;
        let is_closed = |group: usize| closed.get(group).copied().unwrap_or(false);
        self.scan.tokens.retain(|token| is_closed(token.group));
        self.scan
            .tokens
            .sort_by_key(|token| (token.range.start, token.range.end));
        let used: BTreeSet<usize> = self.scan.tokens.iter().map(|token| token.group).collect();
        let mut new_index = vec![0; self.scan.groups.len()];
        let mut groups = Vec::with_capacity(used.len());
        // Groups in the order of their openings: numbers are given out in that order.
        for token in self
            .scan
            .tokens
            .iter()
            .filter(|it| it.kind == TokenKind::Open)
        {
            if let (Some(slot), Some(group)) = (
                new_index.get_mut(token.group),
                self.scan.groups.get(token.group),
            ) {
                *slot = groups.len();
                groups.push(group.clone());
            }
        }
        for token in &mut self.scan.tokens {
            token.group = new_index.get(token.group).copied().unwrap_or_default();
        }
        self.scan.groups = groups;
        self.scan.regions.sort_by_key(|region| region.range.start);
        found.append(self.diagnostics);
        self.scan
    }

    /// One step in Markdown text; the place to go on from.
    fn step(&mut self, byte: u8, at: usize) -> usize {
        match byte {
            b'\\' => self.backslash(at),
            b'$' => self.dollar(at),
            b'[' => self.bracket(at),
            b'!' => self.exclamation(at),
            b']' if self.byte(at + 1) == Some(b'(') => self.destination(at + 2),
            b'<' => self.angle(at),
            b'{' if self.dialect.ruby => self.ruby(at),
            b'{' => self.open_brace(at, 0, Inside::Text),
            b'}' => self.close_brace(at, 0),
            b':' if self.byte(at + 1) == Some(b':') => self.colons(at),
            b'h' | b'H' | b'w' | b'f' | b'F' if self.dialect.autolinks => self.address(at),
            b'=' => self.equals(at),
            b'%' if self.dialect.percent_comments => self.percent(at),
            b'\n' => {
                if self.paragraph_end(at) == at {
                    self.mark = None;
                    self.drop_curly();
                }
                at + 1
            }
            0xF0 | 0xF3 | 0xF4 => self.reserved(at),
            _ => at + 1,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn starts_with(&self, at: usize, prefix: &str) -> bool {
        self.bytes
            .get(at..)
            .is_some_and(|rest| rest.starts_with(prefix.as_bytes()))
    }

    /// Whether the text at `at` begins with this ASCII text, letter case aside.
    fn begins(&self, at: usize, prefix: &str) -> bool {
        self.bytes
            .get(at..at + prefix.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(prefix.as_bytes()))
    }

    /// The next place of a search's text at or behind `from`.
    fn search(&mut self, which: usize, from: usize) -> Option<usize> {
        let text = self.text;
        let search = self.searches.get_mut(which)?;
        let known = search.from <= from && search.next.is_none_or(|next| next >= from);
        if !known {
            search.next = text.get(from..)?.find(search.needle).map(|it| from + it);
            search.from = from;
        }
        search.next
    }

    /// Walks over the code that begins at `at`; the place behind it.
    fn code_at(&mut self, at: usize) -> Option<usize> {
        while self
            .code
            .get(self.next_code)
            .is_some_and(|code| code.range.start < at)
        {
            self.next_code += 1;
        }
        let code = self.code.get(self.next_code)?;
        if code.range.start != at || code.range.is_empty() {
            return None;
        }
        self.next_code += 1;
        let range = code.range.clone();
        let content = match code.kind {
            CodeKind::Fenced { math } => {
                let first_line = self.line_end(at).min(range.end);
                if math {
                    let last_line = self
                        .text
                        .get(range.clone())
                        .and_then(|it| it.rfind('\n'))
                        .map_or(range.end, |it| range.start + it);
                    let content = first_line.min(last_line)..last_line;
                    self.push_math(range.clone(), content, true);
                    return Some(range.end);
                }
                first_line..range.end
            }
            CodeKind::Span | CodeKind::Indented => range.clone(),
        };
        self.push_region(range.clone(), RegionKind::Code);
        self.inside(content, Inside::Code);
        Some(range.end)
    }

    /// Where the code behind `at` begins that a formula cannot reach over.
    fn next_code_start(&self, at: usize) -> usize {
        let behind = self.code.get(self.next_code..).unwrap_or_default();
        let index = behind.partition_point(|code| code.range.start < at);
        let next = self.solid.get(self.next_code + index);
        next.copied().unwrap_or(self.bytes.len())
    }

    /// The line that holds `at`, without its line break.
    fn line_around(&mut self, at: usize) -> Range<usize> {
        if at < self.line.start || self.line.end < at {
            let before = self.text.get(..at).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |it| it + 1);
            self.line = start..line_end(self.text, at);
        }
        self.line.clone()
    }

    fn line_end(&mut self, at: usize) -> usize {
        self.line_around(at).end
    }

    /// Where the paragraph ends that holds `at`: at the line break before a blank line.
    fn paragraph_end(&mut self, at: usize) -> usize {
        if self.paragraph.start <= at && at <= self.paragraph.end && !self.paragraph.is_empty() {
            return self.paragraph.end;
        }
        let mut end = line_end(self.text, at);
        while end < self.bytes.len() {
            let next = line_end(self.text, end + 1);
            let line = self.bytes.get(end + 1..next).unwrap_or_default();
            let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
            if line.iter().all(is_blank) {
                break;
            }
            end = next;
        }
        self.paragraph = at..end;
        end
    }

    fn push_region(&mut self, range: Range<usize>, kind: RegionKind) {
        self.scan.regions.push(Region { range, kind });
    }

    fn push_math(&mut self, range: Range<usize>, content: Range<usize>, display: bool) {
        if !braces_match(self.bytes, content.clone()) {
            self.diagnostics.push(
                Diagnostic::new(
                    Finding::MathBraces,
                    "the braces of the formula do not match",
                )
                .at(self.source.span(content.clone()), "")
                .help("each `{` needs its `}`; a brace that is to be shown is written `\\{`"),
            );
        }
        let kind = RegionKind::Math {
            content: content.clone(),
            display,
        };
        self.push_region(range, kind);
        self.inside(content, Inside::Math);
    }

    /// Clozes within code or a formula.
    fn inside(&mut self, range: Range<usize>, inside: Inside) {
        let base = self.stack.len();
        let mut at = range.start;
        while at < range.end {
            at = match self.byte(at) {
                Some(b'{') => self.open_brace(at, base, inside),
                Some(b'}') => self.close_brace(at, base),
                Some(b'\\') if inside == Inside::Math => at + 2,
                _ => at + 1,
            };
        }
        self.leave(base);
    }

    /// What is still open where a stretch of text ends has no end inside it.
    fn leave(&mut self, base: usize) {
        for open in self.stack.iter().skip(base) {
            if !open.curly && !self.is_loose(open.at) {
                self.unbalanced.push(open.at);
            }
        }
    }
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |it| at + it)
}
