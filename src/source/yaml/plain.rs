//! Notes that need no parser: keys with an unquoted text of one line each.
//!
//! Most items of a large list are as plain as that, and reading YAML is the longest part of a large
//! build. Such an item means one thing only, which is read here at a fifth of the parser's price.
//! Whatever could mean anything else (quotes, a comment, a tab, a second line of text) leaves its
//! item to the parser, and the tests hold both readings against one another.

use std::ops::Range;

use super::node::{Entry, Node, Scalar, ScalarStyle, Value};
use super::split::is_item;
use super::text::Ground;
use crate::diag::{Span, Text};

/// More keys than these, or longer ones, are the parser's; a repeated key is looked for in all.
const MAX_KEYS: usize = 12;
const MAX_KEY_LEN: usize = 100;

/// A part of a list of notes.
#[derive(Debug)]
pub(super) enum Part {
    /// One item.
    Plain(Node),
    /// Items for the parser.
    Other(Range<usize>),
}

/// The items of a list in their order. The text begins with one, and each begins with a `-` at
/// column `indent`; what stands deeper belongs to the item above it.
pub(super) fn parts(ground: Ground<'_>, indent: usize) -> impl Iterator<Item = Part> {
    let mut list = List {
        ground,
        indent,
        at: 0,
    };
    let mut behind = None;
    std::iter::from_fn(move || {
        if let Some(node) = behind.take() {
            return Some(Part::Plain(node));
        }
        let start = list.at;
        while list.at < ground.source.len() {
            let item = list.at;
            match list.plain() {
                Some(node) if item == start => return Some(Part::Plain(node)),
                Some(node) => {
                    behind = Some(node);
                    return Some(Part::Other(start..item));
                }
                None => list.pass(item),
            }
        }
        (start < list.at).then_some(Part::Other(start..list.at))
    })
}

struct List<'s> {
    ground: Ground<'s>,
    indent: usize,
    /// Where the next line begins.
    at: usize,
}

impl<'s> List<'s> {
    /// The item that begins here, if it is plain; `at` then is where the next one begins.
    fn plain(&mut self) -> Option<Node> {
        let mut entries: Vec<Entry> = Vec::with_capacity(2);
        let mut range = 0..0;
        while let Some(line) = self.line() {
            if line.bytes().all(|it| it == b' ') {
                self.at += line.len() + 1;
                continue;
            }
            let (blank, rest) = line.split_at_checked(self.indent)?;
            if !blank.bytes().all(|it| it == b' ') {
                return None;
            }
            let text = match (entries.is_empty(), rest.strip_prefix("- ")) {
                (true, item) => item?,
                // The next item.
                (false, Some(_)) => break,
                (false, None) => rest.strip_prefix("  ")?,
            };
            let start = self.at + line.len() - text.len();
            let entry = self.entry(text, start)?;
            let is_known = |it: &Entry| it.name() == entry.name();
            if entries.len() == MAX_KEYS || entries.iter().any(is_known) {
                return None;
            }
            if entries.is_empty() {
                range.start = start;
            }
            range.end = start + text.len();
            entries.push(entry);
            self.at += line.len() + 1;
        }
        self.at = self.at.min(self.ground.source.len());
        (!entries.is_empty()).then(|| Node {
            value: Value::Mapping(entries),
            span: self.span(range),
        })
    }

    /// The line that begins here, without its end; `None` at the end of the text.
    fn line(&self) -> Option<&'s str> {
        let rest = self.ground.source.get(self.at..)?;
        let end = rest.find('\n').unwrap_or(rest.len());
        rest.get(..end).filter(|_| !rest.is_empty())
    }

    /// Goes on to the item behind the one at `item`.
    fn pass(&mut self, item: usize) {
        self.at = item;
        let mut is_first = true;
        while let Some(line) = self.line() {
            let content = line.trim_start_matches(' ');
            let depth = line.len() - content.len();
            if !std::mem::take(&mut is_first) && depth == self.indent && is_item(content) {
                return;
            }
            self.at = (self.at + line.len() + 1).min(self.ground.source.len());
        }
    }

    fn entry(&self, text: &str, start: usize) -> Option<Entry> {
        let (key, value) = text.split_once(": ")?;
        if !is_plain_key(key) || !is_plain_value(value) {
            return None;
        }
        let value_start = start + text.len() - value.len();
        Some(Entry {
            key: self.scalar(key, start),
            value: Node {
                span: self.span(value_start..value_start + value.len()),
                value: Value::Scalar(self.scalar(value, value_start)),
            },
        })
    }

    fn scalar(&self, text: &str, start: usize) -> Scalar {
        Scalar {
            text: Text::verbatim(text, self.ground.file, self.ground.base + start),
            style: ScalarStyle::Plain,
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        let base = self.ground.base;
        Span::new(self.ground.file, base + range.start..base + range.end)
    }
}

fn is_plain_key(key: &str) -> bool {
    let inner = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-' | ' ');
    key.len() <= MAX_KEY_LEN
        && key.starts_with(char::is_alphanumeric)
        && !key.ends_with(' ')
        && key.chars().all(inner)
        && key != "null"
}

/// Whether a text stands for itself behind a key: nothing of YAML in it, and no character that
/// YAML forbids or takes for the end of a line.
fn is_plain_value(value: &str) -> bool {
    let begins =
        |it: char| it.is_alphanumeric() || matches!(it, '(' | '$' | '<' | '\\' | '/' | '+');
    let mut last = b' ';
    let ascii = value.bytes().all(|byte| {
        let before = std::mem::replace(&mut last, byte);
        match byte {
            b' ' => before != b':',
            b'#' => before != b' ',
            b'!'..=b'~' => true,
            _ => byte >= 0x80,
        }
    });
    ascii
        && !matches!(last, b' ' | b':')
        && value.starts_with(begins)
        && value != "null"
        && (value.is_ascii() || !value.chars().any(is_special))
}

fn is_special(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::{Diagnostics, FileId};
    use crate::source::yaml::tree::parse_items;

    const BASE: usize = 40;

    /// The items as the parser reads them; `None` where it finds anything to tell.
    fn parsed(source: &str, base: usize) -> Option<Vec<Node>> {
        let mut found = Diagnostics::new();
        let mut items = Vec::new();
        let _ = parse_items(FileId::NONE, source, base, &mut found, &mut |item, _| {
            items.push(item.node);
        });
        found.is_empty().then_some(items)
    }

    /// How many items were plain, where all parts together are what the parser reads.
    fn check(source: &str, indent: usize) -> Option<usize> {
        let whole = parsed(source, BASE);
        let ground = Ground {
            file: FileId::NONE,
            source,
            base: BASE,
        };
        let mut items = Vec::new();
        let mut plain = 0;
        for part in parts(ground, indent) {
            match part {
                Part::Plain(node) => {
                    plain += 1;
                    items.push(node);
                }
                Part::Other(range) => {
                    items.extend(parsed(&source[range.clone()], BASE + range.start)?);
                }
            }
        }
        assert_eq!(Some(items), whole, "{source:?}");
        Some(plain)
    }

    #[test]
    fn items_of_one_line_texts_are_plain() {
        let cases = [
            ("- front: a\n  back: b c\n", 1),
            ("- front: a\n  back: b\n\n- front: c\n\n  back: d", 2),
            ("- a: it's 5:30, [x] {y} \"z\" & * # no\n", 0),
            ("- a: it's 5:30, [x] {y} \"z\" & *#!%@`|>\n", 1),
            (
                "- a: 1.10\n- a: yes\n- a: ~\n- a: null\n- null: a\n- Null: a\n",
                3,
            ),
            ("- a: {{c1::b}}\n- a: the {{c1::b}}\n", 1),
            ("- Frage Eins: öäü — 水\n- 質問: 答え\n- a: ¿qué?\n", 2),
            (
                "- a: b\n- a: 'b'\n- a: \"b\"\n- a: b # c\n- a: |\n    b\n- a: b\n",
                2,
            ),
            (
                "- a: b\n  c\n- a:\n    b\n- a: b\n  # c\n  d: e\n- a: b\n",
                1,
            ),
            ("- a: b\n  a: c\n", 0),
            (
                "- a: b\r\n- a: b \n- a: b\t\n-  a: b\n- a:  b\n- a : b\n",
                0,
            ),
            ("- [a, b]\n- a\n-\n- - a\n- a: b\n", 1),
            (
                "- a: &x b\n- a: !x b\n- a: b: c\n- a: b:\n- ? a\n  : b\n",
                0,
            ),
            (
                "- a: b\u{85}c\n- a: b\u{2028}c\n- a: b\u{feff}\n- a: b\u{a0}\n",
                1,
            ),
            ("- a: b\n   c: d\n- a: b\n", 1),
        ];
        for (source, expect) in cases {
            let indented: String = source
                .split_inclusive('\n')
                .map(|it| format!("  {it}"))
                .collect();
            for (source, indent) in [(source, 0), (&*indented, 2)] {
                let found = check(source, indent).unwrap_or_default();
                // Where the parser finds something to tell, nothing of the parts is used.
                if parsed(source, BASE).is_some() {
                    assert_eq!(found, expect, "{source}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn a_plain_item_is_what_the_parser_reads(
            source in "- a((: ?[a:#'\"&*!|>%@`{}\\[\\]~,?\\-\u{85}\u{2028}\u{feff}é水 \t\r]{0,6})?\n( {0,3}-? ?[ab]:? ?[a:#'\" \t-]{0,4}\n){0,3}){1,4}",
        ) {
            check(&source, 0);
        }

        #[test]
        fn items_of_any_texts_are_what_the_parser_reads(
            items in proptest::collection::vec(
                proptest::collection::vec(("[a-c]{1,2}|null|<<", "[^\n]{0,12}"), 1..4),
                1..6,
            ),
        ) {
            let mut source = String::new();
            for item in items {
                for (index, (key, value)) in item.iter().enumerate() {
                    let mark = if index == 0 { "- " } else { "  " };
                    source.push_str(&format!("{mark}{key}: {value}\n"));
                }
            }
            check(&source, 0);
        }
    }
}
