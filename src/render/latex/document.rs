//! The TeX documents that formulas are typeset in: one alone as Anki would, or many at once with
//! a page each.

use std::fmt::Write as _;
use std::ops::Range;

/// What many formulas need around them: each ends its page, as the end of a document does, and
/// begins with the counters that the document began with, so that none depends on those before it.
const SETUP: &str = "\\catcode`\\@=11\\relax\n\
\\begingroup\\def\\@elt#1{\\global\\csname c@#1\\endcsname=\\the\\csname c@#1\\endcsname\\relax}\
\\xdef\\deckleReset{\\cl@@ckpt}\\endgroup\n\
\\def\\deckleBegin{\\deckleReset\\begingroup}\n\
\\def\\deckleEnd{\\par\\endgroup\\clearpage}\n\
\\catcode`\\@=12\\relax\n";

/// What may change more than its own page, or asks for a page of its own: such a formula is
/// typeset alone. Names that only begin so count, too; that costs a run and no more.
const FAR_REACHING: &[&str] = &[
    "\\global",
    "\\gdef",
    "\\xdef",
    "\\glet",
    "\\new",
    "\\renew",
    "\\provide",
    "\\declare",
    "\\def",
    "\\let",
    "\\edef",
    "\\futurelet",
    "\\chardef",
    "\\catcode",
    "\\makeat",
    "\\begingroup",
    "\\bgroup",
    "\\egroup",
    "\\endgroup",
    "\\shipout",
    "\\output",
    "\\deckle",
    "\\end{document}",
    "\\input",
    "\\include",
    "\\open",
    "\\close",
    "\\read",
    "\\write",
    "\\immediate",
    "\\special",
    "\\label",
    "\\ref",
    "\\cite",
    "\\footnote",
    "\\newpage",
    "\\clearpage",
    "\\pagebreak",
    "\\setcounter",
    "\\addtocounter",
    "\\stepcounter",
    "\\refstepcounter",
    "\\csname",
    "\\every",
    "\\at",
    "\\after",
    "\\expandafter",
    "\\usetikz",
    "\\tikzset",
    "\\pgf",
    "remember picture",
    "\\definecolor",
    "\\colorlet",
    "\\set",
    "\\savebox",
    "\\sbox",
    "\\usebox",
    "\\loop",
    "\\batchmode",
    "\\scrollmode",
    "\\errorstop",
    "\\nonstop",
    "\\dump",
    "\\tableof",
    "\\title",
    "\\section",
    "\\chapter",
    "\\begin{figure",
    "\\begin{table",
    "\\begin{longtable",
    "\\begin{filecontents",
    "^^",
];

/// Whether a formula can share a document with others: what surrounds it cannot change it, nor it
/// them, as far as its text tells.
pub(super) fn is_sociable(source: &str) -> bool {
    let lower = source.to_ascii_lowercase();
    !FAR_REACHING.iter().any(|it| lower.contains(it)) && braces_match(source)
}

/// Whether each brace has its partner; a lone one would take the next formula along.
fn braces_match(source: &str) -> bool {
    let mut depth = 0_i64;
    let mut escaped = false;
    for character in source.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// A document, and the lines (from 1) that each formula has in it.
pub(super) struct Document {
    pub(super) text: String,
    pub(super) lines: Vec<Range<usize>>,
}

/// The document of one formula, as Anki writes it.
pub(super) fn alone(preamble: &str, postamble: &str, source: &str) -> Document {
    let first = count_lines(preamble) + 2;
    let lines = first..first + count_lines(source) + 1;
    Document {
        text: format!("{preamble}\n{source}\n{postamble}"),
        lines: vec![lines],
    }
}

/// A document with a page for each formula.
pub(super) fn together(preamble: &str, postamble: &str, sources: &[&str]) -> Document {
    let mut text = format!("{preamble}\n{SETUP}");
    let mut line = count_lines(&text) + 1;
    let mut lines = Vec::with_capacity(sources.len());
    for source in sources {
        let length = count_lines(source) + 3;
        lines.push(line..line + length);
        line += length;
        let written = write!(text, "\\deckleBegin\n{source}\n\\deckleEnd\n");
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
    text.push_str(postamble);
    Document { text, lines }
}

/// How many lines begin behind the first one; that of the text behind it is one more.
fn count_lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_formulas_are_known() {
        let check = |document: &Document, index: usize, expect: &[&str]| {
            let range = document.lines[index].clone();
            let lines: Vec<&str> = document.text.lines().collect();
            assert_eq!(&lines[range.start - 1..range.end - 1], expect);
        };
        check(&alone("a\nb\n", "z", "$x$"), 0, &["$x$"]);
        check(&alone("a", "z", "one\ntwo"), 0, &["one", "two"]);
        let both = together("a\nb", "z", &["$x$", "one\ntwo"]);
        check(&both, 0, &["\\deckleBegin", "$x$", "\\deckleEnd"]);
        check(&both, 1, &["\\deckleBegin", "one", "two", "\\deckleEnd"]);
    }

    #[test]
    fn far_reaching_formulas_stay_alone() {
        for source in [
            "$x$",
            "\\begin{displaymath}\\frac{a}{b}\\end{displaymath}",
            "a text\n\nwith $\\{x$ in it",
        ] {
            assert!(is_sociable(source), "{source}");
        }
        for source in [
            "\\gdef\\x{}",
            "$\\frac{a}{b$",
            "}{",
            "\\newcommand\\x{y}",
            "\\Input{x}",
        ] {
            assert!(!is_sociable(source), "{source}");
        }
    }
}
