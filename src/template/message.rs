//! What is wrong in a card template, in words.

use std::fmt;

use super::parse::{ParseError, TemplateSyntaxProblem};
use super::validate::{TemplateProblem, TemplateProblemKind};

impl fmt::Display for TemplateProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} of card template {}: {}",
            self.side,
            self.template + 1,
            self.kind
        )
    }
}

impl fmt::Display for TemplateProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(kind) => syntax(kind).fmt(formatter),
            Self::UnknownField { name, .. } => write!(formatter, "there is no field `{name}`"),
            Self::EmptyTag => formatter.write_str("`{{}}` names no field"),
            Self::FrontSideCondition => {
                formatter.write_str("`FrontSide` is no field that a conditional can ask for")
            }
            Self::NoFieldOnFront => formatter.write_str("the front shows no field"),
            Self::NeverShowsField => formatter
                .write_str("no note can ever fill the front: its conditions exclude one another"),
            Self::SameFront { earlier } => {
                write!(
                    formatter,
                    "the front is the same as that of card template {}",
                    earlier + 1
                )
            }
            Self::NoCloze => formatter.write_str("there is no `{{cloze:Field}}`"),
            Self::ClozeInNormalType { field } => {
                write!(
                    formatter,
                    "`{{{{cloze:{field}}}}}` in a note type that is no cloze type"
                )
            }
            Self::FrontSideOnFront => {
                formatter.write_str("`{{FrontSide}}` shows nothing on the front")
            }
            Self::UnknownFilter { name } => write!(formatter, "there is no filter `{name}`"),
            Self::SpeechWithoutLanguage => {
                formatter.write_str("`tts` needs a language, such as `{{tts en_US:Field}}`")
            }
            Self::DroppedFilters { dropped } => {
                write!(
                    formatter,
                    "Anki drops the filters `{}` beside `type`",
                    dropped.join("`, `")
                )
            }
            Self::FiltersOnFrontSide => {
                formatter.write_str("Anki drops filters on `{{FrontSide}}`")
            }
            Self::SpecialFieldDecides { name } => {
                write!(
                    formatter,
                    "whether there is a card depends on `{{{{{name}}}}}`"
                )
            }
        }
    }
}

fn syntax(kind: &TemplateSyntaxProblem) -> ParseError {
    ParseError {
        kind: kind.clone(),
        range: 0..0,
    }
}
