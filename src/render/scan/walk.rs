//! The pass from left to right over a field's text.

use std::collections::BTreeSet;
use std::ops::Range;

use super::clozes::{is_good_number, misspelled, number_prefix, opening};
use super::code::{Code, CodeKind};
use super::math::{End, LONGEST_INLINE, braces_match, bracket_end, dollar_end, double_dollar_end};
use super::{Dialect, Group, GroupKind, Region, RegionKind, Scan, Token, TokenKind, glyph};
use crate::diag::{Code as Finding, Diagnostic, Diagnostics, Span, Text};
use crate::render::html::{autolink_end, has_allowed_name, tag_end};
use crate::render::media::has_media_extension;

/// Clozes may stand this deep inside one another.
const DEEPEST: usize = 10;

pub(super) struct Walk<'t> {
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
    searches: [Search; 6],
    diagnostics: Diagnostics,
    /// Openings of clozes that have no end at which their braces match.
    pub(super) unbalanced: Vec<usize>,
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

/// Where the pass is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Code,
    Math,
}

impl<'t> Walk<'t> {
    pub(super) fn new(
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
        Self {
            source,
            text: source.as_str(),
            bytes: source.as_str().as_bytes(),
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
            searches: ["[/$]", "[/$$]", "[/latex]", "[/anki:tts]", "-->", "\\]"].map(search),
            diagnostics: Diagnostics::new(),
            unbalanced: Vec::new(),
        }
    }

    pub(super) fn run(&mut self) {
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
    pub(super) fn finish(mut self, found: &mut Diagnostics) -> Scan {
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
            b'{' => self.open_brace(at, 0, Inside::Text),
            b'}' => self.close_brace(at, 0),
            b':' if self.byte(at + 1) == Some(b':') => self.colons(at),
            b'=' => self.equals(at),
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
        self.code
            .iter()
            .skip(self.next_code)
            .find(|code| code.range.start >= at && code.kind != CodeKind::Indented)
            .map_or(self.bytes.len(), |code| code.range.start)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text
            .get(at..)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.bytes.len(), |it| at + it)
    }

    /// Where the paragraph ends that holds `at`: at the line break before a blank line.
    fn paragraph_end(&mut self, at: usize) -> usize {
        if self.paragraph.start <= at && at <= self.paragraph.end && !self.paragraph.is_empty() {
            return self.paragraph.end;
        }
        let mut end = self.line_end(at);
        while end < self.bytes.len() {
            let next = self.line_end(end + 1);
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

    fn is_loose(&self, at: usize) -> bool {
        self.all_loose || self.loose.contains(&at)
    }

    fn drop_curly(&mut self) {
        self.stack.retain(|open| !open.curly);
    }

    fn open_brace(&mut self, at: usize, base: usize, inside: Inside) -> usize {
        if let Some(opening) = opening(self.text, at) {
            return self.open_cloze(opening, inside);
        }
        let live = self.dialect.clozes && inside != Inside::Code;
        if live && let Some((range, right)) = misspelled(self.text, at) {
            let typed = self.text.get(range.clone()).unwrap_or_default();
            let span = self.source.span(range.clone());
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeSpacing, format!("`{typed}` opens no cloze"))
                    .at(span, format!("Anki reads only `{right}`"))
                    .fix(format!("write `{right}`"), span, right),
            );
        }
        let reachable = self.stack.len() > base;
        match self.stack.last_mut() {
            Some(open) if reachable => open.depth = open.depth.saturating_add(1),
            // Braces of code or a formula are no concern of a cloze around it.
            Some(_) => {}
            None if self.dialect.curly && inside == Inside::Text => return self.open_curly(at),
            None => {}
        }
        at + 1
    }

    fn open_cloze(&mut self, opening: super::clozes::Opening, inside: Inside) -> usize {
        let end = opening.range.end;
        let span = self.source.span(opening.range.clone());
        if !self.dialect.clozes {
            if inside != Inside::Code {
                self.tell_stray(span);
            }
            if let Some(open) = self.stack.last_mut() {
                open.depth = open.depth.saturating_add(2);
            }
            return end;
        }
        if opening.bad_number {
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeNumber, "cloze numbers go from 1 to 500")
                    .at(span, "no card has this number")
                    .note("Anki makes no card for 0, and one broken card for all above 500"),
            );
        }
        let level = self.level() + opening.numbers.len().max(1);
        if level > DEEPEST {
            self.diagnostics.push(
                Diagnostic::new(
                    Finding::ClozeNesting,
                    "more than ten clozes stand inside one another",
                )
                .at(span, "Anki passes over this one"),
            );
        }
        let group = self.push_group(GroupKind::Cloze(opening.numbers), opening.range.start);
        self.push_token(opening.range.clone(), group, TokenKind::Open);
        self.stack.push(Open {
            group,
            at: opening.range.start,
            depth: 0,
            curly: false,
            hint: false,
            in_region: inside != Inside::Text,
            level,
        });
        end
    }

    /// Tells a cloze where none is live, once a field.
    fn tell_stray(&mut self, span: Span) {
        let Some(code) = self.dialect.stray else {
            return;
        };
        if self.diagnostics.iter().any(|it| it.code == code) {
            return;
        }
        let diagnostic = if code == Finding::ClozeOutside {
            Diagnostic::new(
                code,
                "a cloze in a field that its card template does not show as one",
            )
            .at(span, "makes a blank card")
            .help("move it to a field that the front shows with `{{cloze:..}}`, or write `\\{{`")
        } else {
            Diagnostic::new(code, "a cloze in a note that is not of a cloze type")
                .at(span, "shown as it is typed")
                .help("give the note a cloze type, such as `type: cloze`")
        };
        self.diagnostics.push(diagnostic);
    }

    fn level(&self) -> usize {
        self.stack.last().map_or(0, |open| open.level)
    }

    fn open_curly(&mut self, at: usize) -> usize {
        let inside = self.text.get(at + 1..).unwrap_or_default();
        let attributes = at > 0
            && self.byte(at - 1) == Some(b')')
            && (inside.starts_with("width=") || inside.starts_with("height="));
        if attributes || inside.starts_with(['{', '}']) || self.mark.is_some() {
            return at + 1;
        }
        let (kind, length) = match number_prefix(inside, true) {
            Some((number, length)) => (self.numbered(number, at + 1..at + 1 + length), length),
            None => (GroupKind::NextCloze, 0),
        };
        let group = self.push_group(kind, at);
        let end = at + 1 + length;
        self.push_token(at..end, group, TokenKind::Open);
        self.stack.push(Open {
            group,
            at,
            depth: 0,
            curly: true,
            hint: false,
            in_region: false,
            level: 1,
        });
        end
    }

    /// A cloze with this number, which is told where it makes no card.
    fn numbered(&mut self, number: u16, range: Range<usize>) -> GroupKind {
        if !is_good_number(number) {
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeNumber, "cloze numbers go from 1 to 500")
                    .at(self.source.span(range), "no card has this number"),
            );
            return GroupKind::Cloze(Vec::new());
        }
        GroupKind::Cloze(vec![number])
    }

    /// A `}`, which may close the cloze that was opened last, if that one is not below `base`.
    fn close_brace(&mut self, at: usize, base: usize) -> usize {
        let is_double = self.byte(at + 1) == Some(b'}');
        let reachable = self.stack.len() > base;
        let Some(open) = self.stack.last() else {
            return at + 1;
        };
        let loose = !open.curly && self.is_loose(open.at);
        let closes = if open.curly {
            reachable && open.depth == 0
        } else {
            is_double && (loose || (reachable && open.depth == 0))
        };
        if !closes {
            if reachable && let Some(open) = self.stack.last_mut() {
                open.depth = open.depth.saturating_sub(1);
            }
            return at + 1;
        }
        let Some(open) = self.stack.pop() else {
            return at + 1;
        };
        let end = at + if open.curly { 1 } else { 2 };
        if loose {
            self.diagnostics.push(
                Diagnostic::new(
                    Finding::ClozeBrace,
                    "the braces inside the cloze do not match",
                )
                .at(self.source.span(open.at..end), "it ends at the first `}}`")
                .help("a brace that stands alone is written `\\{` or `\\}`"),
            );
        }
        self.push_token(at..end, open.group, TokenKind::Close);
        self.close_group(open.group, end);
        if let Some(mark) = &self.mark
            && mark.stack > self.stack.len()
        {
            self.mark = None;
        }
        end
    }

    fn push_group(&mut self, kind: GroupKind, start: usize) -> usize {
        self.scan.groups.push(Group {
            kind,
            range: start..start,
        });
        self.closed.push(false);
        self.scan.groups.len() - 1
    }

    fn close_group(&mut self, group: usize, end: usize) {
        if let Some(closed) = self.closed.get_mut(group) {
            *closed = true;
        }
        if let Some(group) = self.scan.groups.get_mut(group) {
            group.range.end = end;
        }
    }

    fn push_token(&mut self, range: Range<usize>, group: usize, kind: TokenKind) {
        self.scan.tokens.push(Token { range, group, kind });
    }

    /// `::` in text: what stands behind it is the hint of the cloze around it.
    fn colons(&mut self, at: usize) -> usize {
        let end = at + 2;
        let open_clozes = self.stack.len();
        if let Some(mark) = &mut self.mark
            && mark.stack == open_clozes
        {
            if self.dialect.highlight && at > mark.range.end {
                mark.hint.get_or_insert(at..end);
            }
            return end;
        }
        let Some(open) = self.stack.last_mut() else {
            return end;
        };
        if open.depth > 0 || open.in_region || open.curly {
            return end;
        }
        if open.hint {
            let span = self.source.span(at..end);
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeHint, "the cloze has a second `::`")
                    .at(span, "all behind the first one is the hint")
                    .help("a `::` that is to be shown is written `\\::`")
                    .fix("write `\\::`", span, "\\::"),
            );
            return end;
        }
        open.hint = true;
        let group = open.group;
        self.push_token(at..end, group, TokenKind::Hint);
        end
    }

    fn equals(&mut self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| **byte == b'=').count();
        let end = at + run;
        if run != 2 {
            return end;
        }
        let space = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        let space_before = at == 0 || space(self.byte(at - 1));
        let space_behind = space(self.byte(end));
        let stack = self.stack.len();
        let closes = self
            .mark
            .as_ref()
            .is_some_and(|mark| mark.stack == stack && at > mark.range.end && !space_before);
        if closes && let Some(mark) = self.mark.take() {
            self.close_mark(mark, at..end);
        } else if self.mark.is_none() && !space_behind && !self.stack.iter().any(|it| it.curly) {
            let inside = self.text.get(end..).unwrap_or_default();
            let prefix = if self.dialect.highlight {
                number_prefix(inside, false)
            } else {
                None
            };
            let length = prefix.map_or(0, |(_, length)| length);
            self.mark = Some(Mark {
                range: at..end + length,
                number: prefix.map(|(number, _)| number),
                hint: None,
                stack,
            });
            return end + length;
        }
        end
    }

    fn close_mark(&mut self, mark: Mark, close: Range<usize>) {
        let kind = match mark.number {
            _ if !self.dialect.highlight => GroupKind::Mark,
            Some(number) => self.numbered(number, mark.range.clone()),
            None => GroupKind::NextCloze,
        };
        let group = self.push_group(kind, mark.range.start);
        self.close_group(group, close.end);
        self.push_token(mark.range, group, TokenKind::Open);
        if let Some(hint) = mark.hint {
            self.push_token(hint, group, TokenKind::Hint);
        }
        self.push_token(close, group, TokenKind::Close);
    }

    fn backslash(&mut self, at: usize) -> usize {
        match self.byte(at + 1) {
            Some(b'(') => {
                let stop = self.paragraph_end(at).min(self.next_code_start(at));
                let stop = stop.min(at + LONGEST_INLINE);
                if let Some(end) = bracket_end(self.bytes, at, stop) {
                    self.push_math(at..end + 2, at + 2..end, false);
                    return end + 2;
                }
                self.warn_unclosed(at..at + 2, "\\)");
                at + 2
            }
            Some(b'[') if !self.starts_with(at + 2, "sound:") => {
                if self.search(BRACKET, at + 2).is_some() {
                    let stop = self.next_code_start(at);
                    if let Some(end) = bracket_end(self.bytes, at, stop) {
                        self.push_math(at..end + 2, at + 2..end, true);
                        return end + 2;
                    }
                }
                // An escaped bracket, unless what follows is TeX beyond doubt.
                let line = self.text.get(at + 2..self.line_end(at)).unwrap_or_default();
                if line.trim().is_empty() || line.contains('\\') {
                    self.warn_unclosed(at..at + 2, "\\]");
                }
                at + 2
            }
            Some(b'{') if self.byte(at + 2) == Some(b'{') => at + 3,
            // `\}}` is two literal braces, but `\}}}` one before the end of a cloze.
            Some(b'}') if self.byte(at + 2) == Some(b'}') => {
                if self.byte(at + 3) == Some(b'}') && self.byte(at + 4) != Some(b'}') {
                    at + 2
                } else {
                    at + 3
                }
            }
            Some(b':') if self.byte(at + 2) == Some(b':') => at + 3,
            Some(b'=') if self.byte(at + 2) == Some(b'=') => at + 3,
            Some(byte) if byte.is_ascii_punctuation() => at + 2,
            _ => at + 1,
        }
    }

    fn warn_unclosed(&mut self, range: Range<usize>, end: &str) {
        self.diagnostics.push(
            Diagnostic::new(Finding::MathUnclosed, "the formula has no end")
                .at(self.source.span(range), "read as text")
                .help(format!("close it with `{end}`")),
        );
    }

    fn dollar(&mut self, at: usize) -> usize {
        let spelled_by_github = self
            .code
            .get(self.next_code)
            .filter(|code| code.range.start == at + 1 && code.kind == CodeKind::Span)
            .map(|code| code.range.clone())
            .filter(|code| self.byte(code.end) == Some(b'$'));
        if let Some(code) = spelled_by_github {
            let inside = self.text.get(code.clone()).unwrap_or_default();
            let ticks = inside.len() - inside.trim_start_matches('`').len();
            self.next_code += 1;
            let content = code.start + ticks..code.end - ticks;
            self.push_math(at..code.end + 1, content, false);
            return code.end + 1;
        }
        let run = self.bytes.get(at..).map_or(0, |rest| {
            rest.iter().take_while(|byte| **byte == b'$').count()
        });
        let display = run == 2;
        if run > 2 {
            return at + run;
        }
        let code = self.next_code_start(at);
        let end = if display {
            double_dollar_end(self.bytes, at, code)
        } else {
            let stop = self.paragraph_end(at).min(code);
            dollar_end(self.bytes, at, stop)
        };
        let end = match end {
            End::Balanced(end) => Some(end),
            // Braces that do not match are more likely a price list than a formula, unless
            // there is TeX.
            End::Unbalanced(end) => {
                let tex = self.text.get(at..end).is_some_and(|it| it.contains('\\'));
                (self.stack.is_empty() && tex).then_some(end)
            }
            End::None => None,
        };
        match end {
            Some(end) => {
                self.push_math(at..end + run, at + run..end, display);
                end + run
            }
            None => {
                let alone = self.text.get(at + run..self.line_end(at));
                if display && alone.is_some_and(|rest| rest.trim().is_empty()) {
                    let before = self.text.get(..at).unwrap_or_default();
                    if before
                        .rsplit('\n')
                        .next()
                        .is_some_and(|it| it.trim().is_empty())
                    {
                        self.warn_unclosed(at..at + run, "$$");
                    }
                }
                at + run
            }
        }
    }

    fn bracket(&mut self, at: usize) -> usize {
        let (which, open, close) = if self.starts_with(at, "[sound:") {
            let line = self.line_end(at);
            let end = self.text.get(at..line).and_then(|it| it.find(']'));
            return match end.map(|it| at + it) {
                Some(end) if end > at + 7 => {
                    self.push_region(at..end + 1, RegionKind::Sound { path: at + 7..end });
                    end + 1
                }
                _ => at + 1,
            };
        } else if self.starts_with(at, "[[") {
            return self.wiki(at, at + 2).unwrap_or(at + 1);
        } else if self.begins(at, "[$]") {
            (DOLLAR, 3, 4)
        } else if self.begins(at, "[$$]") {
            (DOLLARS, 4, 5)
        } else if self.begins(at, "[latex]") {
            (LATEX, 7, 8)
        } else if self.starts_with(at, "[anki:tts") {
            (SPEECH, 9, 11)
        } else {
            return at + 1;
        };
        let Some(end) = self.search(which, at + open) else {
            return at + 1;
        };
        let content = at + open..end;
        let range = at..end + close;
        if which == SPEECH {
            self.push_region(range.clone(), RegionKind::Speech { content });
            return range.end;
        }
        let kind = RegionKind::Latex {
            content: content.clone(),
            document: which == LATEX,
        };
        self.push_region(range.clone(), kind);
        self.inside(content, Inside::Math);
        range.end
    }

    /// The wiki link whose brackets begin at `at` and whose inside begins at `start`.
    fn wiki(&mut self, at: usize, start: usize) -> Option<usize> {
        let line = self.text.get(start..self.line_end(start))?;
        let length = line.find(['[', ']'])?;
        let inner = start..start + length;
        if !self.starts_with(inner.end, "]]") || self.byte(inner.end + 2) == Some(b'(') {
            return None;
        }
        // `[[1, 2]]` is a list of numbers.
        let names = self
            .text
            .get(inner.clone())?
            .chars()
            .any(char::is_alphabetic);
        let is_embed = self.byte(at) == Some(b'!');
        if !names && !is_embed {
            return None;
        }
        let end = inner.end + 2;
        let kind = if is_embed {
            RegionKind::Embed { inner }
        } else {
            RegionKind::Wiki { inner }
        };
        self.push_region(at..end, kind);
        Some(end)
    }

    fn exclamation(&mut self, at: usize) -> usize {
        if self.starts_with(at, "![[")
            && let Some(end) = self.wiki(at, at + 3)
        {
            return end;
        }
        if self.starts_with(at, "![") {
            self.tell_space(at);
        }
        at + 1
    }

    /// Tells a space in the target of an image, which makes Markdown take it for text.
    fn tell_space(&mut self, at: usize) {
        let line_end = self.line_end(at);
        let line = self.text.get(at..line_end).unwrap_or_default();
        let Some(start) = line.find("](").map(|it| it + 2) else {
            return;
        };
        let target = line.get(start..).unwrap_or_default();
        let Some(length) = target.find(')') else {
            return;
        };
        let target = target.get(..length).unwrap_or_default();
        let title = target.find(" \"").or_else(|| target.find(" '"));
        let path = title.and_then(|it| target.get(..it)).unwrap_or(target);
        let trimmed = path.trim();
        let is_text = trimmed.contains([' ', '\t']) && !trimmed.starts_with('<');
        if !is_text || !has_media_extension(trimmed) {
            return;
        }
        let offset = at + start + (path.len() - path.trim_start().len());
        let span = self.source.span(offset..offset + trimmed.len());
        self.diagnostics.push(
            Diagnostic::new(
                Finding::MediaSpace,
                format!("the space in `{trimmed}` makes this text and no image"),
            )
            .at(span, "Markdown ends the path at the space")
            .help(format!(
                "write `<{trimmed}>` or `{}`",
                trimmed.replace(' ', "%20")
            ))
            .fix("put the path into `<>`", span, format!("<{trimmed}>")),
        );
    }

    /// The end of a link's target that begins at `at`: nothing in it is markup.
    fn destination(&self, at: usize) -> usize {
        if self.byte(at) == Some(b'<') {
            let line = self.text.get(at..self.line_end(at)).unwrap_or_default();
            return line.find('>').map_or(at, |it| at + it + 1);
        }
        let mut depth = 0_usize;
        let mut end = at;
        while let Some(byte) = self.byte(end) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => return end,
                b')' => depth -= 1,
                b'\\' => end += 1,
                _ if byte.is_ascii_whitespace() => return end,
                _ => {}
            }
            end += 1;
        }
        end.min(self.bytes.len())
    }

    fn angle(&mut self, at: usize) -> usize {
        if self.starts_with(at, "<!--") {
            return match self.search(COMMENT, at + 2) {
                Some(end) => self.comment(at..end + 3),
                None => at + 1,
            };
        }
        if let Some(end) = tag_end(self.text, at)
            && has_allowed_name(self.text, at)
        {
            return end;
        }
        autolink_end(self.text, at).unwrap_or(at + 1)
    }

    /// Removes a comment; one that has its lines for itself goes with them, since the blank line
    /// that it left would end a paragraph.
    fn comment(&mut self, range: Range<usize>) -> usize {
        let before = self.text.get(..range.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        let line_end = self.line_end(range.end);
        let blank = |part: Option<&str>| part.is_some_and(|it| it.trim().is_empty());
        let alone = blank(self.text.get(line_start..range.start))
            && blank(self.text.get(range.end..line_end))
            && self
                .scan
                .regions
                .last()
                .is_none_or(|last| last.range.end <= line_start);
        let range = if alone {
            line_start..(line_end + 1).min(self.bytes.len())
        } else {
            range
        };
        let end = range.end;
        self.push_region(range, RegionKind::Comment);
        end
    }

    fn reserved(&mut self, at: usize) -> usize {
        let character = self.text.get(at..).and_then(|rest| rest.chars().next());
        let end = at + character.map_or(1, char::len_utf8);
        if character.is_some_and(glyph::is_reserved) {
            self.push_region(at..end, RegionKind::Literal);
        }
        end
    }
}
