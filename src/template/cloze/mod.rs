//! The clozes of a field: numbers, hints, problems, and what the two sides of a card show.
//!
//! Measured on Anki 26.9.3. The older 25.9.2 (AnkiDroid) differs in three things: it takes
//! `{{c1,2::x}}` for plain text ([`ClozeProblemKind::SeveralNumbers`] points at those), makes no
//! cards for clozes within a cloze of number 0 ([`ClozeProblemKind::NumberZero`]), and reads
//! `::` in the text of image occlusion as the beginning of a hint.

mod read;
mod reveal;

use std::collections::BTreeSet;
use std::ops::Range;

use read::read;
pub(super) use reveal::Attribute;

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
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever reads it must handle each case"
)]
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
#[non_exhaustive]
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
#[non_exhaustive]
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
        let (nodes, mut problems) = read(text);
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

#[cfg(test)]
mod tests {
    use super::*;

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
