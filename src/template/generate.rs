//! Which cards a note has.
//!
//! Anki never makes cards while it imports a package: the writer must decide exactly as the
//! program itself would, or learners miss cards and see empty ones.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{
    cloze::ClozeText,
    parse::{Node, Template},
};

/// Names that a template may use without a field of that name, besides `FrontSide` and `c1`.
pub const SPECIAL_FIELDS: [&str; 7] = [
    "Card", "CardFlag", "CardID", "Deck", "Subdeck", "Tags", "Type",
];

/// The highest cloze number that gets a card of its own; greater ones share this one's.
pub const MAX_CLOZE_NUMBER: u16 = 500;

/// What old clients need to know to decide whether a template makes a card: the `req` entry
/// of a note type. Fields are ordinals, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever reads it must handle each case"
)]
pub enum Requirement {
    /// No card, whatever the fields hold; or no rule that old clients could follow.
    None,
    /// A card as soon as one of these is not empty.
    Any(Vec<usize>),
    /// A card when all of these are not empty.
    All(Vec<usize>),
}

/// How a template uses a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldUse<'a> {
    /// The name, as the template spells it.
    pub name: &'a str,
    /// The name's place in the template.
    pub range: Range<usize>,
    /// The place of the tag with its brackets.
    pub tag: Range<usize>,
    /// Whether it is the condition of `{{#..}}` or `{{^..}}`, not a replacement.
    pub conditional: bool,
    /// The filters of a replacement, leftmost first.
    pub filters: Vec<&'a str>,
}

impl FieldUse<'_> {
    /// The place of one of the filters in the template; filters stand before the name, each
    /// with a colon behind it.
    #[must_use]
    pub fn filter_range(&self, index: usize) -> Range<usize> {
        let behind = self
            .filters
            .iter()
            .skip(index)
            .map(|filter| filter.len() + 1)
            .sum();
        let start = self.range.start.saturating_sub(behind);
        start..start + self.filters.get(index).map_or(0, |filter| filter.len())
    }
}

/// Whether Anki takes a field with this text for empty when it decides about cards.
///
/// Only ASCII white space and the tags `br` and `div` without attributes count as nothing:
/// `&nbsp;` or `<p></p>` is content.
#[must_use]
pub fn is_field_empty(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => 1,
            b'<' => match empty_tag_length(bytes.get(at..).unwrap_or_default()) {
                Some(length) => length,
                None => return false,
            },
            _ => return false,
        };
    }
    true
}

/// The length of the `br` or `div` tag that `bytes` begins with: at most one space and one
/// slash before `>`.
fn empty_tag_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    if bytes.get(at) == Some(&b'/') {
        at += 1;
    }
    let rest = bytes.get(at..)?;
    at += [&b"br"[..], &b"div"[..]]
        .iter()
        .find(|name| {
            rest.get(..name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        })?
        .len();
    if bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    if bytes.get(at) == Some(&b'/') {
        at += 1;
    }
    (bytes.get(at) == Some(&b'>')).then_some(at + 1)
}

/// Whether the desktop takes the special field `name` for not empty when it decides about
/// cards (measured on Anki 26.9.3; 25.9.2 knows no special fields there).
#[must_use]
pub fn counts_on_desktop(name: &str, has_tags: bool) -> bool {
    SPECIAL_FIELDS.contains(&name) && (name != "Tags" || has_tags)
}

/// The ordinals of the cards of a note of a normal note type: those whose front shows at
/// least one field that is not empty. A front that could not be parsed is `None` and makes
/// no card.
///
/// An empty answer is an author's mistake: the program would add an empty first card.
pub fn normal_card_ords<'a>(
    fronts: impl IntoIterator<Item = Option<&'a Template>>,
    non_empty: impl Fn(&str) -> bool,
) -> Vec<usize> {
    let fronts = fronts.into_iter().enumerate();
    fronts
        .filter(|(_, front)| front.is_some_and(|front| front.renders(&non_empty)))
        .map(|(ord, _)| ord)
        .collect()
}

/// The ordinals of the cards of a note of a cloze note type: one for each number of all its
/// fields, whatever the templates say.
pub fn cloze_card_ords<'a>(fields: impl IntoIterator<Item = &'a str>) -> BTreeSet<usize> {
    let fields = fields.into_iter().filter(|field| field.contains("{{c"));
    fields
        .flat_map(|field| ClozeText::parse(field).numbers())
        .map(|number| usize::from(number.min(MAX_CLOZE_NUMBER)).saturating_sub(1))
        .collect()
}

impl Template {
    /// Whether the template shows anything: whether a replacement whose field is not empty is
    /// reached. Text and comments don't count, filters don't matter.
    ///
    /// `non_empty` is asked about every name, special fields among them. Anki 26.9.3 takes
    /// them for not empty (`Tags` if the note has any), 25.9.2 for empty; see
    /// [`Template::special_fields_decide`].
    pub fn renders(&self, non_empty: impl Fn(&str) -> bool) -> bool {
        self.reaches_field(non_empty, false)
    }

    /// Whether the existence of this front's card depends on whom one asks: on special fields
    /// like `{{Tags}}`, which count on the desktop and not in AnkiDroid.
    ///
    /// `non_empty` answers for the note's own fields, `has_field` tells their names apart.
    pub fn special_fields_decide(
        &self,
        non_empty: impl Fn(&str) -> bool,
        has_field: impl Fn(&str) -> bool,
        has_tags: bool,
    ) -> bool {
        let desktop = self.renders(|name| {
            if has_field(name) {
                non_empty(name)
            } else {
                counts_on_desktop(name, has_tags)
            }
        });
        desktop != self.renders(|name| has_field(name) && non_empty(name))
    }

    fn reaches_field(&self, non_empty: impl Fn(&str) -> bool, negations_open: bool) -> bool {
        let nodes = self.nodes();
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            at = match node {
                Node::Field { key, .. } if non_empty(self.text(key)) => return true,
                Node::Open { negated: true, .. } if negations_open => at + 1,
                Node::Open {
                    key,
                    negated,
                    close,
                    ..
                } if non_empty(self.text(key)) == *negated => *close,
                _ => at + 1,
            };
        }
        false
    }

    /// The uses of fields, in source order; closing tags are left out.
    pub fn field_uses(&self) -> impl Iterator<Item = FieldUse<'_>> {
        self.nodes().iter().filter_map(|node| {
            let (key, tag, conditional) = match node {
                Node::Field { key, tag, .. } => (key, tag, false),
                Node::Open { key, tag, .. } => (key, tag, true),
                Node::Text(_) | Node::Close { .. } => return None,
            };
            Some(FieldUse {
                name: self.text(key),
                range: key.clone(),
                tag: tag.clone(),
                conditional,
                filters: self.filters(node),
            })
        })
    }

    /// The `req` entry for this front.
    ///
    /// First each field is tried alone, then all together with one left out; negated
    /// conditionals count as always open.
    pub fn requirement<S: AsRef<str>>(&self, fields: &[S]) -> Requirement {
        let renders = |filled: &dyn Fn(usize) -> bool| {
            let non_empty = |name: &str| {
                fields
                    .iter()
                    .enumerate()
                    .any(|(ord, field)| field.as_ref() == name && filled(ord))
            };
            self.reaches_field(non_empty, true)
        };
        let ords = || 0..fields.len();
        let any: Vec<usize> = ords()
            .filter(|&ord| renders(&|other| other == ord))
            .collect();
        if !any.is_empty() {
            return Requirement::Any(any);
        }
        if !renders(&|_| true) {
            return Requirement::None;
        }
        let all: Vec<usize> = ords()
            .filter(|&ord| !renders(&|other| other != ord))
            .collect();
        // Different fields may do, none of them alone: old clients have no word for that.
        if all.is_empty() {
            Requirement::None
        } else {
            Requirement::All(all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields() {
        let empty = [
            "",
            " \n\t",
            "<br>",
            "</br>",
            "<br/>",
            "<br />",
            "<BR >",
            "<div></div>",
            "<Div />",
        ];
        let filled = [
            "a",
            "&nbsp;",
            "\u{a0}",
            "\u{3000}",
            "<p></p>",
            "<br class=x>",
            "<br  />",
            "<img src=a>",
            "<br",
            "<",
            "<divx>",
            "<br / >",
        ];
        for text in empty {
            assert!(is_field_empty(text), "{text:?}");
        }
        for text in filled {
            assert!(!is_field_empty(text), "{text:?}");
        }
    }

    #[test]
    fn fronts_that_render() {
        let table = [
            ("{{F}}", "F", true),
            ("{{F}}", "", false),
            ("text", "F", false),
            ("{{#F}}text{{/F}}", "F", false),
            ("{{#F}}{{G}}{{/F}}", "F", false),
            ("{{#F}}{{G}}{{/F}}", "G", false),
            ("{{#F}}{{G}}{{/F}}", "FG", true),
            ("{{^F}}{{G}}{{/F}}", "FG", false),
            ("{{^F}}{{G}}{{/F}}", "G", true),
            ("{{#F}}{{^G}}x{{/G}}{{/F}}{{H}}", "FH", true),
            ("{{text:F}}", "F", true),
            ("<!-- {{F}} -->", "F", false),
        ];
        for (source, filled, expect) in table {
            let template = Template::parse(source).expect("a template without errors");
            assert_eq!(
                template.renders(|name| filled.contains(name)),
                expect,
                "{source} {filled}"
            );
        }
    }

    #[test]
    fn requirements() {
        use Requirement::{All, Any, None};
        let table = [
            ("{{F}}", Any(vec![0])),
            ("{{G}}{{F}}", Any(vec![0, 1])),
            ("{{#F}}{{G}}{{/F}}", All(vec![0, 1])),
            ("{{^F}}{{G}}{{/F}}", Any(vec![1])),
            ("{{#F}}x{{/F}}", None),
            ("{{Tags}}", None),
            ("{{#F}}{{G}}{{/F}}{{#H}}{{I}}{{/H}}", None),
        ];
        for (source, expect) in table {
            let template = Template::parse(source).expect("a template without errors");
            assert_eq!(
                template.requirement(&["F", "G", "H", "I"]),
                expect,
                "{source}"
            );
        }
    }

    #[test]
    fn special_fields() {
        // Front, is `F` filled, has the note tags: does the judgment differ?
        let table = [
            ("{{F}}", true, true, false),
            ("{{F}} {{Deck}}", true, true, false),
            ("{{F}} {{Deck}}", false, false, true),
            ("{{#Tags}}{{F}}{{/Tags}}", true, true, true),
            ("{{#Tags}}{{F}}{{/Tags}}", true, false, false),
            ("{{FrontSide}}", false, true, false),
            ("{{c1}}", false, true, false),
        ];
        for (source, filled, has_tags, expect) in table {
            let template = Template::parse(source).expect("a template without errors");
            let decide = template.special_fields_decide(|_| filled, |name| name == "F", has_tags);
            assert_eq!(decide, expect, "{source}");
        }
    }

    #[test]
    fn cloze_cards() {
        let table = [
            ("{{c1::a}} {{c3::b}} {{c1::c}}", vec![0, 2]),
            ("{{c0::a}}", vec![]),
            ("{{c500::a}} {{c501::a}} {{c65535::b}}", vec![499]),
            ("no cloze", vec![]),
        ];
        for (text, expect) in table {
            let ords: Vec<usize> = cloze_card_ords([text, "plain"]).into_iter().collect();
            assert_eq!(ords, expect, "{text}");
        }
    }
}
