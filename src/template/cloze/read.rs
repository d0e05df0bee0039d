//! Reading of clozes: a field's text cut into openings, ends and text, then paired.

use std::ops::Range;

use super::{ClozeNode, ClozeProblem, ClozeProblemKind, MAX_CLOZE_DEPTH};
use crate::template::{generate::MAX_CLOZE_NUMBER, occlusion::is_occlusion};

/// The pieces of a text, and what is wrong with it, in no particular order.
pub(super) fn read(text: &str) -> (Vec<ClozeNode>, Vec<ClozeProblem>) {
    let mut builder = Builder::new(text);
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next() {
        builder.push(token);
    }
    let (nodes, mut problems) = builder.finish();
    problems.append(&mut tokens.problems);
    (nodes, problems)
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
