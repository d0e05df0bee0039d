//! Rendering of a card: the HTML of its question and its answer.

use std::borrow::Cow;
use std::fmt;

use super::{
    cloze::{CardSide, cloze_numbers},
    filters::{self, Place},
    generate::{counts_on_desktop, is_field_empty},
    parse::{Node, ParseError, Template},
    validate::TemplateSide,
};

/// What a card's templates can ask for: its note, and its place in the collection.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct Situation<'a> {
    /// The note's fields, name and text, in the order of the note type.
    pub fields: &'a [(&'a str, &'a str)],
    /// The note's tags with a space between them.
    pub tags: &'a str,
    /// The name of the note type.
    pub note_type: &'a str,
    /// The full name of the deck, levels joined by `::`.
    pub deck: &'a str,
    /// The name of the card template.
    pub template: &'a str,
    /// The card's flag, 0 to 7.
    pub flag: u8,
    /// The card's ordinal: of its template, or its cloze number less one.
    pub ord: u16,
    /// The card's id.
    pub card_id: i64,
    /// Whether the note type is a cloze type.
    pub is_cloze: bool,
}

/// The two sides of a card, sounds still written as `[sound:..]`; see [`super::av`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// So long a side is at most, in bytes: a few pictures that are written into fields fit, and what a small
/// template makes of a long field does not fill the memory.
const MOST_SIDE: usize = 16 << 20;

/// Why a card shows a message instead of its sides.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenderError {
    /// A template can't be read.
    Syntax {
        /// Whose.
        side: TemplateSide,
        /// Why.
        error: ParseError,
    },
    /// A template names a field that the note type hasn't.
    UnknownField {
        /// In which template.
        side: TemplateSide,
        /// The name.
        name: String,
    },
    /// The front shows no field that has content.
    BlankFront {
        /// What it shows besides.
        question: String,
    },
    /// A side would be longer than any that is shown: templates can name a long field again and again.
    TooLong {
        /// Which one.
        side: TemplateSide,
    },
    /// The note has no cloze with the card's number.
    NoCloze {
        /// The number.
        number: u16,
        /// What the front shows besides.
        question: String,
    },
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { side, error } => write!(f, "the {side} template is broken: {error}"),
            Self::UnknownField { side, name } => {
                write!(
                    f,
                    "the {side} template asks for `{name}`, which is no field"
                )
            }
            Self::BlankFront { .. } => f.write_str("the front shows no field with content"),
            Self::TooLong { side } => {
                write!(f, "the {side} is longer than {} MiB", MOST_SIDE >> 20)
            }
            Self::NoCloze { number, .. } => write!(f, "the note has no cloze {number}"),
        }
    }
}

impl std::error::Error for RenderError {}

/// Renders both sides of a card.
///
/// # Errors
///
/// When Anki would show a message instead: a broken template, an unknown field, a front
/// without content, a missing cloze; or when a side is longer than 16 MiB, for which Anki has no
/// limit. The back is looked at only when the front is fine.
pub fn render_card(
    front: &str,
    back: &str,
    situation: &Situation<'_>,
) -> Result<Rendered, RenderError> {
    let front = Page::parse(front, TemplateSide::Front, situation)?;
    let question = front.render(None)?;
    situation.check_front(&front.template, &question)?;
    let back = Page::parse(back, TemplateSide::Back, situation)?;
    let answer = back.render(Some(&question))?;
    Ok(Rendered { question, answer })
}

impl<'a> Situation<'a> {
    fn check_front(&self, front: &Template, question: &str) -> Result<(), RenderError> {
        if self.is_cloze {
            let number = self.ord.saturating_add(1);
            let found = self
                .fields
                .iter()
                .any(|(_, text)| cloze_numbers(text).contains(&number));
            return if found {
                Ok(())
            } else {
                Err(RenderError::NoCloze {
                    number,
                    question: question.to_owned(),
                })
            };
        }
        if front.renders(|name| self.is_filled(name)) {
            Ok(())
        } else {
            Err(RenderError::BlankFront {
                question: question.to_owned(),
            })
        }
    }

    /// The text of a field or special field.
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        if let Some((_, text)) = self.fields.iter().find(|(field, _)| *field == name) {
            return Some(Cow::Borrowed(*text));
        }
        Some(Cow::Borrowed(match name {
            "Tags" => self.tags,
            "Type" => self.note_type,
            "Deck" => self.deck,
            "Subdeck" => self.deck.rsplit("::").next().unwrap_or_default(),
            "Card" => self.template,
            "CardFlag" => return Some(Cow::Owned(format!("flag{}", self.flag))),
            "CardID" => return Some(Cow::Owned(self.card_id.to_string())),
            _ => {
                let number = name.strip_prefix('c')?;
                (number == (u32::from(self.ord) + 1).to_string()).then_some("1")?
            }
        }))
    }

    /// Whether a field counts as not empty, for conditionals and for the blank front.
    fn is_filled(&self, name: &str) -> bool {
        match self.fields.iter().find(|(field, _)| *field == name) {
            Some((_, text)) => !is_field_empty(text),
            None => {
                counts_on_desktop(name, !self.tags.is_empty())
                    || self
                        .value(name)
                        .is_some_and(|value| !is_field_empty(&value))
            }
        }
    }

    /// Whether a conditional may ask for `name`.
    fn knows_condition(&self, name: &str) -> bool {
        self.value(name).is_some() || is_cloze_condition(name)
    }
}

/// Whether `name` is `c` and a number, which conditionals may ask for on every card.
pub(super) fn is_cloze_condition(name: &str) -> bool {
    name.strip_prefix('c')
        .is_some_and(|number| number.parse::<u32>().is_ok())
}

/// A template on its way to HTML.
struct Page<'a> {
    template: Template,
    side: TemplateSide,
    situation: &'a Situation<'a>,
}

impl<'a> Page<'a> {
    fn parse(
        source: &str,
        side: TemplateSide,
        situation: &'a Situation<'a>,
    ) -> Result<Self, RenderError> {
        let template =
            Template::parse(source).map_err(|error| RenderError::Syntax { side, error })?;
        for node in template.nodes() {
            let (name, known) = match node {
                Node::Field { key, body, .. } => {
                    let name = template.text(key);
                    let filtered_nothing = name.is_empty() && body.len() > key.len();
                    (
                        name,
                        filtered_nothing || name == "FrontSide" || situation.value(name).is_some(),
                    )
                }
                Node::Open { key, .. } => {
                    let name = template.text(key);
                    (name, situation.knows_condition(name))
                }
                Node::Text(_) | Node::Close { .. } => continue,
            };
            if !known {
                return Err(RenderError::UnknownField {
                    side,
                    name: name.to_owned(),
                });
            }
        }
        Ok(Self {
            template,
            side,
            situation,
        })
    }

    /// The HTML; `front_side` is what `{{FrontSide}}` shows.
    fn render(&self, front_side: Option<&str>) -> Result<String, RenderError> {
        let template = &self.template;
        let mut shown = String::new();
        let mut at = 0;
        while let Some(node) = template.nodes().get(at) {
            at += 1;
            if shown.len() > MOST_SIDE {
                return Err(RenderError::TooLong { side: self.side });
            }
            match node {
                Node::Text(range) => shown.push_str(template.text(range)),
                Node::Field { key, .. } => {
                    let name = template.text(key);
                    if name == "FrontSide" {
                        shown.push_str(front_side.unwrap_or_default());
                    } else {
                        shown.push_str(&self.field(name, &template.filters(node)));
                    }
                }
                Node::Open {
                    key,
                    negated,
                    close,
                    ..
                } => {
                    if self.situation.is_filled(template.text(key)) == *negated {
                        at = *close;
                    }
                }
                Node::Close { .. } => {}
            }
        }
        Ok(shown)
    }

    fn field(&self, name: &str, names: &[&str]) -> String {
        // `{{text:}}` shows nothing, whatever its filters would make of nothing.
        if name.is_empty() {
            return String::new();
        }
        let text = self.situation.value(name).unwrap_or_default();
        let side = match self.side {
            TemplateSide::Front => CardSide::Question,
            TemplateSide::Back => CardSide::Answer,
        };
        let cloze_number = self.situation.ord.saturating_add(1);
        filters::apply(
            names,
            &text,
            Place {
                field: name,
                cloze_number,
                side,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_named_without_end_fills_no_memory() {
        let long = "x".repeat(1 << 20);
        let fields = [("F", long.as_str())];
        let situation = Situation {
            fields: &fields,
            tags: "",
            note_type: "",
            deck: "",
            template: "",
            flag: 0,
            ord: 0,
            card_id: 7,
            is_cloze: false,
        };
        let check = |front: &str, back: &str, expect: Option<TemplateSide>| {
            let error = render_card(front, back, &situation).err();
            assert_eq!(error, expect.map(|side| RenderError::TooLong { side }));
        };
        check(&"{{F}}".repeat(8), "{{FrontSide}}", None);
        check(&"{{F}}".repeat(100_000), "", Some(TemplateSide::Front));
        let back = "{{FrontSide}}".repeat(100_000);
        check(&"{{F}}".repeat(8), &back, Some(TemplateSide::Back));
    }

    fn render(front: &str, back: &str) -> Result<Rendered, RenderError> {
        let fields = [("F", "<b>f</b>"), ("G", "<br>"), ("Type", "own")];
        let situation = Situation {
            fields: &fields,
            tags: "a b",
            note_type: "Basic",
            deck: "A::B",
            template: "Card 1",
            flag: 2,
            ord: 0,
            card_id: 7,
            is_cloze: false,
        };
        render_card(front, back, &situation)
    }

    #[test]
    fn sides() {
        let table = [
            (
                "{{F}}",
                "{{FrontSide}}|{{text:F}}",
                "<b>f</b>",
                "<b>f</b>|f",
            ),
            (
                "{{F}}{{FrontSide}}",
                "{{text:FrontSide}}",
                "<b>f</b>",
                "<b>f</b>",
            ),
            ("{{F}}{{#G}}g{{/G}}{{^G}}no{{/G}}", "", "<b>f</b>no", ""),
            (
                "{{F}}",
                "{{Tags}}|{{Type}}|{{Deck}}|{{Subdeck}}|{{Card}}|{{CardFlag}}|{{CardID}}|{{c1}}",
                "<b>f</b>",
                "a b|own|A::B|B|Card 1|flag2|7|1",
            ),
            ("{{F}}{{#c1}}1{{/c1}}{{#c2}}2{{/c2}}", "", "<b>f</b>1", ""),
            ("<!-- {{F}} -->{{F}}", "", "<!-- {{F}} --><b>f</b>", ""),
            ("{{F}}{{type:}}", "", "<b>f</b>", ""),
        ];
        for (front, back, question, answer) in table {
            let expect = Rendered {
                question: question.to_owned(),
                answer: answer.to_owned(),
            };
            assert_eq!(render(front, back), Ok(expect), "{front}");
        }
    }

    #[test]
    fn messages() {
        let table = [
            ("{{G}}", "{{Nope}}", "the front shows no field with content"),
            (
                "{{F}}",
                "{{Nope}}",
                "the back template asks for `Nope`, which is no field",
            ),
            (
                "{{F}}{{c2}}",
                "",
                "the front template asks for `c2`, which is no field",
            ),
            (
                "{{F}}{{#Nope}}{{/Nope}}",
                "",
                "the front template asks for `Nope`, which is no field",
            ),
            (
                "{{F}}{{#G}}{{Nope}}{{/G}}",
                "",
                "the front template asks for `Nope`, which is no field",
            ),
            (
                "{{F}}{{}}",
                "",
                "the front template asks for ``, which is no field",
            ),
            (
                "{{#F}}",
                "",
                "the front template is broken: `{{#F}}` is never closed",
            ),
        ];
        for (front, back, message) in table {
            let error = render(front, back).map_err(|error| error.to_string());
            assert_eq!(error, Err(message.to_owned()), "{front}");
        }
    }
}
