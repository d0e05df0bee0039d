//! The clozes of a field: numbers, hints, problems, and what the two sides of a card show.
//!
//! Measured on Anki 26.9.3. The older 25.9.2 (AnkiDroid) differs in one thing: it takes
//! `{{c1,2::x}}` for plain text; [`ClozeProblemKind::SeveralNumbers`] points at those.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use super::{
    generate::MAX_CLOZE_NUMBER,
    occlusion::{is_occlusion, push_occlusion},
    scan::find_from,
    strip::strip_tags,
};

/// How many clozes may stand inside one another; further openings are passed over.
pub const MAX_CLOZE_DEPTH: usize = 10;

/// The text of a field, read as clozes.
#[derive(Debug, Clone)]
pub struct ClozeText<'a> {
    text: &'a str,
    nodes: Vec<ClozeNode>,
    problems: Vec<ClozeProblem>,
}

/// One piece of a field's text; ranges count bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClozeNode {
    /// Text that is shown.
    Text(Range<usize>),
    /// The beginning of a cloze.
    Open {
        /// `{{c1::`.
        tag: Range<usize>,
        /// Its numbers: ascending, each once. Number 0 never makes a card.
        numbers: Vec<u16>,
        /// The text behind the second `::`, if there is one.
        hint: Option<Range<usize>>,
        /// The index of the [`ClozeNode::Close`] that belongs to it.
        close: usize,
    },
    /// The end of a cloze.
    Close {
        /// `}}`.
        tag: Range<usize>,
    },
}

/// Something in a field that looks like a cloze and isn't read as its author meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClozeProblem {
    /// What is wrong.
    pub kind: ClozeProblemKind,
    /// Where, in bytes of the field.
    pub range: Range<usize>,
}

/// What can be wrong with a cloze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClozeProblemKind {
    /// The cloze is never closed: Anki drops it and its text. The range is the opening.
    Unclosed,
    /// Number 0 makes no card (image occlusion uses it for text labels).
    NumberZero,
    /// The number is above 500: all such clozes share one card, which shows an error.
    NumberTooHigh(u16),
    /// No number is within 0 to 65535: the opening is plain text.
    NumberOutOfRange,
    /// Several numbers: plain text for AnkiDroid's 25.9.2.
    SeveralNumbers,
    /// More than ten levels: the opening is passed over, its end closes another cloze.
    TooDeep,
    /// Looks like a cloze and is plain text: `{{C1::`, `{{ c1::`, `{{c 1::`, `{{c1:`.
    Misspelled,
    /// `}}` without a cloze; only told when the text has clozes at all.
    StrayClose,
}

/// The side of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardSide {
    /// What is asked.
    Question,
    /// What is shown afterwards.
    Answer,
}

impl<'a> ClozeText<'a> {
    /// Reads the clozes of a field's text.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let mut builder = Builder::new(text);
        let mut tokens = Tokens::new(text);
        while let Some(token) = tokens.next() {
            builder.push(token);
        }
        let (nodes, mut problems) = builder.finish();
        problems.append(&mut tokens.problems);
        if !nodes
            .iter()
            .any(|node| matches!(node, ClozeNode::Open { .. }))
        {
            problems.retain(|problem| problem.kind != ClozeProblemKind::StrayClose);
        }
        problems.sort_by_key(|problem| problem.range.start);
        Self {
            text,
            nodes,
            problems,
        }
    }

    /// The pieces, in the order of the text. What Anki drops is not among them.
    #[must_use]
    pub fn nodes(&self) -> &[ClozeNode] {
        &self.nodes
    }

    /// The text of a range that one of the nodes holds.
    #[must_use]
    pub fn text(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// What Anki would misread, in the order of the text.
    #[must_use]
    pub fn problems(&self) -> &[ClozeProblem] {
        &self.problems
    }

    /// The numbers that make cards: those of closed clozes, above 0.
    #[must_use]
    pub fn numbers(&self) -> BTreeSet<u16> {
        let numbers = self.nodes.iter().flat_map(|node| match node {
            ClozeNode::Open { numbers, .. } => numbers.as_slice(),
            _ => &[],
        });
        numbers.copied().filter(|&number| number > 0).collect()
    }

    /// Whether there is a cloze with this number.
    #[must_use]
    pub fn has_number(&self, wanted: u16) -> bool {
        self.nodes.iter().any(|node| match node {
            ClozeNode::Open { numbers, .. } => numbers.contains(&wanted),
            _ => false,
        })
    }

    /// What `{{cloze:Field}}` shows for the card with this number; empty when the field has no
    /// such cloze.
    #[must_use]
    pub fn reveal(&self, number: u16, side: CardSide) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut open: Vec<(usize, String)> = Vec::new();
        let mut found = false;
        let mut index = 0;
        while let Some(node) = self.nodes.get(index) {
            match node {
                ClozeNode::Text(range) => shown.push_str(self.text(range)),
                ClozeNode::Open { numbers, close, .. } => {
                    let active = numbers.contains(&number);
                    found |= active;
                    if let Some(shape) = self.occlusion(index) {
                        // A shape is all that its cloze shows.
                        let ordinals = Ordinals(numbers).to_string();
                        push_occlusion(&mut shown, shape, active, side, numbers, &ordinals);
                        index = *close;
                    } else {
                        open.push((index, std::mem::take(&mut shown)));
                    }
                }
                ClozeNode::Close { .. } => {
                    if let Some((opened, before)) = open.pop() {
                        let content = std::mem::replace(&mut shown, before);
                        self.push_cloze(&mut shown, opened, &content, number, side);
                    }
                }
            }
            index += 1;
        }
        if found {
            strip_tags_in_math(&shown)
        } else {
            String::new()
        }
    }

    /// What `{{cloze-only:Field}}` shows for the card with this number: the hidden texts, or
    /// their hints, with a comma between them.
    #[must_use]
    pub fn reveal_only(&self, number: u16, side: CardSide) -> String {
        let mut parts: Vec<String> = Vec::new();
        // The open clozes that are asked for: index of their part.
        let mut open: Vec<Option<usize>> = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            match node {
                ClozeNode::Open { numbers, .. } => {
                    let part = numbers.contains(&number).then_some(parts.len());
                    if part.is_some() {
                        parts.push(match side {
                            CardSide::Question => self.hint(index).to_owned(),
                            CardSide::Answer => String::new(),
                        });
                    }
                    open.push(part);
                }
                ClozeNode::Close { .. } => {
                    open.pop();
                }
                ClozeNode::Text(range) if side == CardSide::Answer => {
                    for part in open.iter().flatten() {
                        if let Some(part) = parts.get_mut(*part) {
                            part.push_str(self.text(range));
                        }
                    }
                }
                ClozeNode::Text(_) => {}
            }
        }
        parts.join(", ")
    }

    /// The shape that the cloze which opens at `index` holds.
    fn occlusion(&self, index: usize) -> Option<&'a str> {
        match self.nodes.get(index + 1) {
            Some(ClozeNode::Text(range)) => {
                Some(self.text(range)).filter(|text| is_occlusion(text))
            }
            _ => None,
        }
    }

    /// What hides the cloze that opens at `index`.
    fn hint(&self, index: usize) -> &'a str {
        match self.nodes.get(index) {
            Some(ClozeNode::Open {
                hint: Some(hint), ..
            }) => self.text(hint),
            _ => "...",
        }
    }

    fn push_cloze(
        &self,
        shown: &mut String,
        index: usize,
        content: &str,
        number: u16,
        side: CardSide,
    ) {
        let Some(ClozeNode::Open { numbers, .. }) = self.nodes.get(index) else {
            return;
        };
        let active = numbers.contains(&number);
        let ordinals = Ordinals(numbers);
        let written = match (active, side) {
            (true, CardSide::Question) => write!(
                shown,
                r#"<span class="cloze" data-cloze="{}" data-ordinal="{ordinals}">[{}]</span>"#,
                Attribute(content),
                self.hint(index),
            ),
            (true, CardSide::Answer) => {
                write!(
                    shown,
                    r#"<span class="cloze" data-ordinal="{ordinals}">{content}</span>"#
                )
            }
            (false, _) => write!(
                shown,
                r#"<span class="cloze-inactive" data-ordinal="{ordinals}">{content}</span>"#
            ),
        };
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
}

/// The numbers of the clozes in `text` that make cards.
#[must_use]
pub fn cloze_numbers(text: &str) -> BTreeSet<u16> {
    if text.contains("{{c") {
        ClozeText::parse(text).numbers()
    } else {
        BTreeSet::new()
    }
}

struct Ordinals<'a>(&'a [u16]);

impl std::fmt::Display for Ordinals<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, number) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{number}")?;
        }
        Ok(())
    }
}

/// Text as the value of a quoted attribute: of the first 256 characters everything but ASCII
/// letters and digits is an entity.
pub(super) struct Attribute<'a>(pub(super) &'a str);

impl std::fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                _ if is_plain(character) => f.write_char(character)?,
                _ => write!(f, "&#x{:02X};", u32::from(character))?,
            }
        }
        Ok(())
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || u32::from(character) > 0xff
}

/// Takes the tags out of `\(..\)` and `\[..\]`: MathJax would show them as text. Either end
/// goes with either beginning.
fn strip_tags_in_math(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    let mut at = 0;
    let mut from = 0;
    while let Some(start) = find_from(text, "\\", from) {
        from = start + 1;
        if !matches!(text.as_bytes().get(from), Some(b'(' | b'[')) {
            continue;
        }
        let Some(end) = math_end(text, start + 2) else {
            break;
        };
        stripped.push_str(text.get(at..start + 2).unwrap_or_default());
        stripped.push_str(&strip_tags(text.get(start + 2..end).unwrap_or_default()));
        (at, from) = (end, end + 2);
    }
    stripped.push_str(text.get(at..).unwrap_or_default());
    stripped
}

/// The next `\)` or `\]`.
fn math_end(text: &str, mut from: usize) -> Option<usize> {
    loop {
        let at = find_from(text, "\\", from)?;
        if matches!(text.as_bytes().get(at + 1), Some(b')' | b']')) {
            return Some(at);
        }
        from = at + 1;
    }
}

enum Token {
    Open {
        tag: Range<usize>,
        numbers: Vec<u16>,
    },
    Close {
        tag: Range<usize>,
    },
    Text(Range<usize>),
}

/// Cuts a field's text into openings, ends and text between them.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
    pending: Option<Token>,
    problems: Vec<ClozeProblem>,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            pending: None,
            problems: Vec::new(),
        }
    }

    fn next(&mut self) -> Option<Token> {
        if let Some(token) = self.pending.take() {
            return Some(token);
        }
        let start = self.at;
        while let Some(offset) = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.find(['{', '}']))
        {
            let at = self.at + offset;
            let (token, end) = match self.token(at) {
                Some(found) => found,
                None => {
                    self.at = at + 1;
                    continue;
                }
            };
            self.at = end;
            if start == at {
                return Some(token);
            }
            self.pending = Some(token);
            return Some(Token::Text(start..at));
        }
        self.at = self.text.len();
        (start < self.at).then_some(Token::Text(start..self.at))
    }

    fn token(&mut self, at: usize) -> Option<(Token, usize)> {
        let rest = self.text.get(at..)?;
        if rest.starts_with("}}") {
            return Some((Token::Close { tag: at..at + 2 }, at + 2));
        }
        let inside = rest.strip_prefix("{{")?;
        let Some(list) = inside.strip_prefix('c') else {
            self.misspelled(at, inside);
            return None;
        };
        let length = list
            .find(|c: char| !c.is_ascii_digit() && c != ',')
            .unwrap_or(list.len());
        let (digits, behind) = list.split_at_checked(length)?;
        if digits.is_empty() || !behind.starts_with("::") {
            self.misspelled(at, inside);
            return None;
        }
        let end = at + 3 + length + 2;
        let mut numbers: Vec<u16> = digits
            .split(',')
            .filter_map(|part| part.parse().ok())
            .collect();
        if numbers.is_empty() {
            self.problem(ClozeProblemKind::NumberOutOfRange, at..end);
            return None;
        }
        numbers.sort_unstable();
        numbers.dedup();
        self.check_numbers(digits, &numbers, at..end);
        Some((
            Token::Open {
                tag: at..end,
                numbers,
            },
            end,
        ))
    }

    fn check_numbers(&mut self, digits: &str, numbers: &[u16], range: Range<usize>) {
        if digits.contains(',') {
            self.problem(ClozeProblemKind::SeveralNumbers, range.clone());
            if digits
                .split(',')
                .any(|part| !part.is_empty() && part.parse::<u16>().is_err())
            {
                self.problem(ClozeProblemKind::NumberOutOfRange, range.clone());
            }
        }
        if numbers.first() == Some(&0) {
            self.problem(ClozeProblemKind::NumberZero, range.clone());
        }
        if let Some(&number) = numbers.last().filter(|&&number| number > MAX_CLOZE_NUMBER) {
            self.problem(ClozeProblemKind::NumberTooHigh(number), range);
        }
    }

    /// Tells of an opening that is almost one: another case, a space, a single colon.
    fn misspelled(&mut self, at: usize, inside: &str) {
        let trimmed = inside.trim_start();
        let Some(list) = trimmed.strip_prefix(['c', 'C']) else {
            return;
        };
        let list = list.trim_start();
        let digits = list.trim_start_matches(|c: char| c.is_ascii_digit());
        let behind = digits.trim_start();
        if digits.len() < list.len() && behind.starts_with(':') {
            let colons = behind.len() - behind.trim_start_matches(':').len();
            let end = self.text.len() - behind.len() + colons.min(2);
            self.problem(ClozeProblemKind::Misspelled, at..end);
        }
    }

    fn problem(&mut self, kind: ClozeProblemKind, range: Range<usize>) {
        self.problems.push(ClozeProblem { kind, range });
    }
}

/// Pairs openings and ends.
struct Builder<'a> {
    text: &'a str,
    nodes: Vec<ClozeNode>,
    open: Vec<usize>,
    problems: Vec<ClozeProblem>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            nodes: Vec::new(),
            open: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn push(&mut self, token: Token) {
        match token {
            Token::Open { tag, .. } if self.open.len() >= MAX_CLOZE_DEPTH => {
                self.problems.push(ClozeProblem {
                    kind: ClozeProblemKind::TooDeep,
                    range: tag,
                });
            }
            Token::Open { tag, numbers } => {
                self.open.push(self.nodes.len());
                self.nodes.push(ClozeNode::Open {
                    tag,
                    numbers,
                    hint: None,
                    close: usize::MAX,
                });
            }
            Token::Close { tag } => self.close(tag),
            Token::Text(range) => self.push_text(range),
        }
    }

    fn close(&mut self, tag: Range<usize>) {
        let here = self.nodes.len();
        let Some(open) = self.open.pop() else {
            let kind = ClozeProblemKind::StrayClose;
            self.problems.push(ClozeProblem {
                kind,
                range: tag.clone(),
            });
            return self.nodes.push(ClozeNode::Text(tag));
        };
        if let Some(ClozeNode::Open { close, .. }) = self.nodes.get_mut(open) {
            *close = here;
        }
        self.nodes.push(ClozeNode::Close { tag });
    }

    fn push_text(&mut self, range: Range<usize>) {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let split = text.find("::").filter(|_| !is_occlusion(text));
        let open = self.open.last().and_then(|&open| self.nodes.get_mut(open));
        if let (Some(split), Some(ClozeNode::Open { hint, .. })) = (split, open) {
            let colons = range.start + split;
            *hint = Some(colons + 2..range.end);
            self.nodes.push(ClozeNode::Text(range.start..colons));
        } else {
            self.nodes.push(ClozeNode::Text(range));
        }
    }

    fn finish(mut self) -> (Vec<ClozeNode>, Vec<ClozeProblem>) {
        for &open in &self.open {
            if let Some(ClozeNode::Open { tag, .. }) = self.nodes.get(open) {
                let kind = ClozeProblemKind::Unclosed;
                self.problems.push(ClozeProblem {
                    kind,
                    range: tag.clone(),
                });
            }
        }
        if let Some(&outermost) = self.open.first() {
            self.nodes.truncate(outermost);
        }
        (self.nodes, self.problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: CardSide = CardSide::Question;
    const ANSWER: CardSide = CardSide::Answer;

    #[test]
    fn numbers() {
        let table: [(&str, &[u16]); 18] = [
            ("{{c1::a}}", &[1]),
            ("{{c2::a}}{{c1::b}}", &[1, 2]),
            ("{{c1::a{{c2::b}}}}", &[1, 2]),
            ("{{c1,3::a}}", &[1, 3]),
            ("{{c1,,2::a}}", &[1, 2]),
            ("{{c,::a}}", &[]),
            ("{{c01::a}}", &[1]),
            ("{{c0::a}}", &[]),
            ("{{c70000::a}}", &[]),
            ("{{c70000,1::a}}", &[1]),
            ("{{C1::a}}", &[]),
            ("{{c 1::a}}", &[]),
            ("{{c1:a}}", &[]),
            ("{{c1::a", &[]),
            ("{{c1::a}} {{c2::b", &[1]),
            ("{{c2::b {{c1::a}}", &[]),
            ("{{{c1::a}}}", &[1]),
            ("<!-- {{c1::a}} -->", &[1]),
        ];
        for (text, expect) in table {
            let numbers: Vec<u16> = cloze_numbers(text).into_iter().collect();
            assert_eq!(numbers, expect, "{text}");
        }
    }

    #[test]
    fn sides() {
        let table = [
            (
                "x {{c1::a}} {{c2::b::h}}",
                1,
                r#"x <span class="cloze" data-cloze="a" data-ordinal="1">[...]</span> <span class="cloze-inactive" data-ordinal="2">b</span>"#,
                r#"x <span class="cloze" data-ordinal="1">a</span> <span class="cloze-inactive" data-ordinal="2">b</span>"#,
            ),
            (
                "{{c1::a::b::c}}",
                1,
                r#"<span class="cloze" data-cloze="a" data-ordinal="1">[b::c]</span>"#,
                r#"<span class="cloze" data-ordinal="1">a</span>"#,
            ),
            (
                "{{c1::::}}",
                1,
                r#"<span class="cloze" data-cloze="" data-ordinal="1">[]</span>"#,
                r#"<span class="cloze" data-ordinal="1"></span>"#,
            ),
            (
                "{{c1::a{{c2::b}}c}}",
                2,
                r#"<span class="cloze-inactive" data-ordinal="1">a<span class="cloze" data-cloze="b" data-ordinal="2">[...]</span>c</span>"#,
                r#"<span class="cloze-inactive" data-ordinal="1">a<span class="cloze" data-ordinal="2">b</span>c</span>"#,
            ),
            ("{{c1::a}}", 2, "", ""),
            (r"\({{c1::a}} <b>b</b>\)", 1, r"\([...] b\)", r"\(a b\)"),
            (
                "{{c1::<é>}}",
                1,
                r#"<span class="cloze" data-cloze="&lt;&#xE9;&gt;" data-ordinal="1">[...]</span>"#,
                r#"<span class="cloze" data-ordinal="1"><é></span>"#,
            ),
            (
                "{{c1::image-occlusion:rect:left=.1:width=0:oi=1}}",
                1,
                r#"<div class="cloze" data-ordinal="1" data-shape="rect" data-left=".1" data-occludeInactive="1" ></div>"#,
                r#"<div class="cloze-highlight" data-ordinal="1" data-shape="rect" data-left=".1" data-occludeInactive="1" ></div>"#,
            ),
        ];
        for (text, number, question, answer) in table {
            let read = ClozeText::parse(text);
            assert_eq!(read.reveal(number, QUESTION), question, "{text}");
            assert_eq!(read.reveal(number, ANSWER), answer, "{text}");
        }
    }

    #[test]
    fn only() {
        let table = [
            ("x {{c1::a}} {{c1::b::h}} {{c2::c}}", "..., h", "a, b"),
            ("{{c1::a{{c1::b::h}}c}}", "..., h", "abc, b"),
            ("{{c2::a{{c1::b}}c}}", "...", "b"),
            ("{{c2::a}}", "", ""),
        ];
        for (text, question, answer) in table {
            let read = ClozeText::parse(text);
            assert_eq!(read.reveal_only(1, QUESTION), question, "{text}");
            assert_eq!(read.reveal_only(1, ANSWER), answer, "{text}");
        }
    }

    #[test]
    fn problems() {
        use ClozeProblemKind::*;
        let deep = "{{c1::".repeat(11) + &"}}".repeat(11);
        let table = [
            ("{{c1::a}} {b} }", vec![]),
            ("a }} b", vec![]),
            ("{{c1::a}} }}", vec![(StrayClose, 10..12)]),
            ("a {{c1::b", vec![(Unclosed, 2..8)]),
            ("{{c0::a}}", vec![(NumberZero, 0..6)]),
            ("{{c501::a}}", vec![(NumberTooHigh(501), 0..8)]),
            ("{{c65536::a}}", vec![(NumberOutOfRange, 0..10)]),
            ("{{c1,2::a}}", vec![(SeveralNumbers, 0..8)]),
            ("{{C1::a}}", vec![(Misspelled, 0..6)]),
            ("{{ c1::a}}", vec![(Misspelled, 0..7)]),
            ("{{c 1::a}}", vec![(Misspelled, 0..7)]),
            ("{{c1:a}}", vec![(Misspelled, 0..5)]),
            ("{{cat::a}} {{c}} {{color:red}}", vec![]),
            (&deep, vec![(TooDeep, 60..66), (StrayClose, 86..88)]),
        ];
        for (text, expect) in table {
            let read = ClozeText::parse(text);
            let found: Vec<_> = read
                .problems()
                .iter()
                .map(|found| (found.kind, found.range.clone()))
                .collect();
            assert_eq!(found, expect, "{text}");
        }
    }
}
