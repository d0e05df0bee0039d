//! What is wrong with the templates of a note type: everything that Anki refuses to save, and
//! what it takes without a word though the author meant something else.

use std::fmt;
use std::ops::Range;

use super::{
    filters::is_known_filter,
    generate::{FieldUse, Requirement, SPECIAL_FIELDS, counts_on_desktop},
    parse::{Template, TemplateSyntaxProblem},
    render::is_cloze_condition,
};

/// A side of a card template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever reads it must handle each case"
)]
pub enum TemplateSide {
    /// The question.
    Front,
    /// The answer.
    Back,
}

impl fmt::Display for TemplateSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Front => "front",
            Self::Back => "back",
        })
    }
}

/// Something wrong in a card template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TemplateProblem {
    /// The index of the card template.
    pub template: usize,
    /// The side that holds the problem.
    pub side: TemplateSide,
    /// What is wrong.
    pub kind: TemplateProblemKind,
    /// Where, in bytes of that side's source; the whole of it when something is missing.
    pub range: Range<usize>,
}

/// What can be wrong in a card template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateProblemKind {
    /// The conditionals don't match.
    Syntax(TemplateSyntaxProblem),
    /// No field has this name.
    UnknownField {
        /// The name.
        name: String,
        /// Whether a conditional asks for it.
        conditional: bool,
    },
    /// `{{}}` names nothing.
    EmptyTag,
    /// `FrontSide` is no field that a conditional can ask for.
    FrontSideCondition,
    /// The front uses no field at all.
    NoFieldOnFront,
    /// The front uses fields, but no filling of them makes it show one: there is never a card.
    NeverShowsField,
    /// The front is the same text as that of an earlier card template.
    SameFront {
        /// The index of the earlier one.
        earlier: usize,
    },
    /// A cloze note type without `{{cloze:Field}}` on this side of its first template, the only
    /// one that it uses.
    NoCloze,
    /// `{{cloze:Field}}` in a note type that is no cloze type.
    ClozeInNormalType {
        /// The field.
        field: String,
    },
    /// `{{FrontSide}}` on the front shows nothing.
    FrontSideOnFront,
    /// No such filter: the text is shown as it is.
    UnknownFilter {
        /// The filter.
        name: String,
    },
    /// `{{tts:Field}}` without a language does nothing.
    SpeechWithoutLanguage,
    /// Filters beside `type`, which Anki drops.
    DroppedFilters {
        /// The filters.
        dropped: Vec<String>,
    },
    /// Filters on `{{FrontSide}}`, which Anki drops.
    FiltersOnFrontSide,
    /// Whether there is a card depends on a special field, which AnkiDroid does not count.
    SpecialFieldDecides {
        /// The special field.
        name: String,
    },
}

impl TemplateProblemKind {
    /// Whether Anki refuses to save the note type (an import is not checked).
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(
            self,
            Self::Syntax(_)
                | Self::UnknownField { .. }
                | Self::NoFieldOnFront
                | Self::SameFront { .. }
                | Self::NoCloze
        )
    }

    /// Whether it can't be meant: Anki refuses it, shows a message in place of every card, or
    /// never makes a card. The other kinds are taken without a word.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.is_refused()
            || matches!(
                self,
                Self::EmptyTag | Self::FrontSideCondition | Self::NeverShowsField
            )
    }
}

/// What is wrong with the templates (front and back each) of a note type, in their order.
#[must_use]
pub fn validate<S: AsRef<str>>(
    templates: &[(S, S)],
    fields: &[S],
    is_cloze: bool,
) -> Vec<TemplateProblem> {
    let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
    let mut problems = Vec::new();
    for (template, (front, back)) in templates.iter().enumerate() {
        for (side, source) in [
            (TemplateSide::Front, front.as_ref()),
            (TemplateSide::Back, back.as_ref()),
        ] {
            let mut check = Check {
                template,
                side,
                fields: &fields,
                is_cloze,
                problems: &mut problems,
            };
            check.side(source);
        }
        let front = front.as_ref();
        let same = |(other, _): &(S, S)| other.as_ref() == front;
        let earlier = templates.iter().take(template).position(same);
        if let Some(earlier) = earlier.filter(|_| !front.contains("{{Card}}")) {
            problems.push(TemplateProblem {
                template,
                side: TemplateSide::Front,
                kind: TemplateProblemKind::SameFront { earlier },
                range: 0..front.len(),
            });
        }
    }
    problems
}

/// Checks one side of one card template.
struct Check<'a> {
    template: usize,
    side: TemplateSide,
    fields: &'a [&'a str],
    is_cloze: bool,
    problems: &'a mut Vec<TemplateProblem>,
}

impl Check<'_> {
    fn side(&mut self, source: &str) {
        let parsed = match Template::parse(source) {
            Ok(parsed) => parsed,
            Err(error) => return self.push(TemplateProblemKind::Syntax(error.kind), error.range),
        };
        let uses: Vec<FieldUse<'_>> = parsed.field_uses().collect();
        for used in &uses {
            self.name(used);
            self.filters(used);
        }
        let whole = 0..source.len();
        if self.side == TemplateSide::Front && !uses.iter().any(counts_as_field) {
            self.push(TemplateProblemKind::NoFieldOnFront, whole.clone());
        }
        if self.is_cloze
            && self.template == 0
            && !uses.iter().any(|used| used.filters.contains(&"cloze"))
        {
            self.push(TemplateProblemKind::NoCloze, whole);
        }
        if self.side == TemplateSide::Front && !self.is_cloze {
            self.card_existence(&parsed, &uses);
        }
    }

    fn push(&mut self, kind: TemplateProblemKind, range: Range<usize>) {
        self.problems.push(TemplateProblem {
            template: self.template,
            side: self.side,
            kind,
            range,
        });
    }

    fn name(&mut self, used: &FieldUse<'_>) {
        let name = used.name;
        let range = used.range.clone();
        if self.fields.contains(&name) && name != "FrontSide" {
            return;
        }
        if name == "FrontSide" && used.conditional {
            return self.push(TemplateProblemKind::FrontSideCondition, range);
        }
        if name == "FrontSide" {
            if self.side == TemplateSide::Front {
                self.push(TemplateProblemKind::FrontSideOnFront, range);
            } else if used.filters.iter().any(|filter| !filter.is_empty()) {
                self.push(TemplateProblemKind::FiltersOnFrontSide, range);
            }
            return;
        }
        let filtered_nothing = name.is_empty() && !used.filters.is_empty();
        let cloze_condition = used.conditional && is_cloze_condition(name);
        if filtered_nothing || SPECIAL_FIELDS.contains(&name) || cloze_condition {
            return;
        }
        if name.is_empty() {
            return self.push(TemplateProblemKind::EmptyTag, used.tag.clone());
        }
        let (name, conditional) = (name.to_owned(), used.conditional);
        self.push(
            TemplateProblemKind::UnknownField { name, conditional },
            range,
        );
    }

    fn filters(&mut self, used: &FieldUse<'_>) {
        for (index, filter) in used.filters.iter().enumerate() {
            if is_known_filter(filter) {
                continue;
            }
            let kind = match filter.trim_end() {
                "tts" => TemplateProblemKind::SpeechWithoutLanguage,
                _ => TemplateProblemKind::UnknownFilter {
                    name: (*filter).to_owned(),
                },
            };
            self.push(kind, used.filter_range(index));
        }
        let named: Vec<&str> = used
            .filters
            .iter()
            .copied()
            .filter(|f| !f.is_empty())
            .collect();
        match named.as_slice() {
            ["type"] => {}
            ["type", "cloze" | "nc"] if used.filters.len() == 2 => {}
            ["type", dropped @ ..] => {
                let dropped = dropped.iter().map(|filter| (*filter).to_owned()).collect();
                self.push(
                    TemplateProblemKind::DroppedFilters { dropped },
                    used.tag.clone(),
                );
            }
            _ => {
                let cloze = used.filters.iter().position(|filter| *filter == "cloze");
                if let Some(index) = cloze.filter(|_| !self.is_cloze) {
                    let field = used.name.to_owned();
                    self.push(
                        TemplateProblemKind::ClozeInNormalType { field },
                        used.filter_range(index),
                    );
                }
            }
        }
    }

    /// Tells of a front that never makes a card, or needs a special field for it even when
    /// every field of the note is filled.
    fn card_existence(&mut self, parsed: &Template, uses: &[FieldUse<'_>]) {
        let fields = self.fields;
        let filled = |name: &str| fields.contains(&name);
        let decides = [false, true]
            .into_iter()
            .any(|has_tags| parsed.special_fields_decide(filled, filled, has_tags));
        let special = uses
            .iter()
            .find(|used| counts_on_desktop(used.name, true) && !fields.contains(&used.name));
        if let Some(used) = special.filter(|_| decides) {
            let name = used.name.to_owned();
            self.push(
                TemplateProblemKind::SpecialFieldDecides { name },
                used.range.clone(),
            );
        } else if uses.iter().any(counts_as_field)
            && parsed.requirement(fields) == Requirement::None
        {
            self.push(
                TemplateProblemKind::NeverShowsField,
                0..parsed.source().len(),
            );
        }
    }
}

/// Whether Anki takes it for the field that it wants to see on a front: anything but the
/// conditionals that ask for a cloze number.
fn counts_as_field(used: &FieldUse<'_>) -> bool {
    !(used.conditional && is_cloze_condition(used.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(templates: &[(&str, &str)], is_cloze: bool, expect: &[(usize, TemplateSide, &str)]) {
        let found: Vec<(usize, TemplateSide, String)> = validate(templates, &["F", "G"], is_cloze)
            .into_iter()
            .map(|problem| {
                let kind = format!("{:?}", problem.kind);
                let name = kind.split([' ', '(']).next().unwrap_or_default().to_owned();
                (problem.template, problem.side, name)
            })
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|(at, side, name)| (*at, *side, (*name).to_owned()))
            .collect();
        assert_eq!(found, expect, "{templates:?}");
    }

    #[test]
    fn fronts_of_normal_types() {
        let table = [
            ("{{F}}", ""),
            ("{{text:F}}{{Tags}}{{#c2}}{{/c2}}", ""),
            ("", "NoFieldOnFront"),
            ("{{#c1}}x{{/c1}}", "NoFieldOnFront"),
            ("{{#F}}x{{/F}}", "NeverShowsField"),
            ("{{#F}}{{^F}}{{G}}{{/F}}{{/F}}", ""),
            ("{{F}}{{#G}}", "Syntax"),
            ("{{F}}{{H}}", "UnknownField"),
            ("{{F}}{{c1}}", "UnknownField"),
            ("{{F}}{{#H}}{{/H}}", "UnknownField"),
            ("{{F}}{{}}", "EmptyTag"),
            ("{{F}}{{text:}}", ""),
            ("{{F}}{{#FrontSide}}{{/FrontSide}}", "FrontSideCondition"),
            ("{{F}}{{FrontSide}}", "FrontSideOnFront"),
            ("{{cloze:F}}", "ClozeInNormalType"),
            ("{{F}}{{txt:G}}", "UnknownFilter"),
            ("{{tts:F}}", "SpeechWithoutLanguage"),
            ("{{type:text:F}}", "DroppedFilters"),
            ("{{type:cloze:F}}", ""),
            ("{{Deck}}", "SpecialFieldDecides"),
            ("{{#Tags}}{{F}}{{/Tags}}", "SpecialFieldDecides"),
        ];
        for (front, expect) in table {
            let expect: &[_] = if expect.is_empty() {
                &[]
            } else {
                &[(0, TemplateSide::Front, expect)]
            };
            check(&[(front, "{{FrontSide}}")], false, expect);
        }
    }

    #[test]
    fn ranges() {
        let table = [
            ("x {{ a:b:F }}", "a b"),
            ("{{F}}{{ }}", "{{ }}"),
            ("{{F}}{{# H }}{{/H}}", "H"),
            ("{{text:cloze:F}}", "cloze"),
            ("{{type:text:F}}", "{{type:text:F}}"),
            ("{{=<% %>=}}<%F%><%text:H%>", "H"),
            ("{{F}}{{#G}}", "{{#G}}"),
        ];
        for (front, expect) in table {
            let problems = validate(&[(front, "")], &["F", "G"], false);
            let found: Vec<&str> = problems
                .iter()
                .map(|problem| &front[problem.range.clone()])
                .collect();
            assert_eq!(found.join(" "), expect, "{front}");
        }
    }

    #[test]
    fn same_fronts() {
        check(
            &[("{{F}}", ""), ("{{G}}", ""), ("{{F}}", "")],
            false,
            &[(2, TemplateSide::Front, "SameFront")],
        );
        check(&[("{{F}}", ""), ("{{F}} ", "")], false, &[]);
        check(&[("{{F}}{{Card}}", ""), ("{{F}}{{Card}}", "")], false, &[]);
    }

    #[test]
    fn cloze_types() {
        let cloze = "{{cloze:F}}";
        check(&[(cloze, cloze)], true, &[]);
        check(&[(cloze, cloze), ("{{F}}", "")], true, &[]);
        check(
            &[(cloze, "{{FrontSide}}")],
            true,
            &[(0, TemplateSide::Back, "NoCloze")],
        );
        check(
            &[("{{F}}", cloze)],
            true,
            &[(0, TemplateSide::Front, "NoCloze")],
        );
        check(
            &[("{{cloze-only:F}}", cloze)],
            true,
            &[(0, TemplateSide::Front, "NoCloze")],
        );
    }
}
