//! What is wrong with a note type, at its place in the definition or in a template file.

use super::Reader;
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::model::NoteTypeProblem;
use crate::source::types::TypeSet;
use crate::source::yaml::decode;
use crate::template::filters::FILTERS;
use crate::template::{TemplateProblemKind, TemplateSide};

impl Reader<'_> {
    pub(super) fn problem(&self, problem: &NoteTypeProblem) -> Diagnostic {
        let span = match problem {
            NoteTypeProblem::FieldName(index, _) | NoteTypeProblem::SameField(_, index) => {
                self.names.get(*index).map_or(self.span, |name| name.span)
            }
            _ => self.span,
        };
        let NoteTypeProblem::Template(inner) = problem else {
            return Diagnostic::new(Code::BadNoteType, problem.to_string())
                .at(span, "here")
                .note(format!("in note type `{}`", self.key));
        };
        let side = if inner.side == TemplateSide::Front {
            0
        } else {
            1
        };
        let text = self.sides.get(inner.template).map(|sides| &sides[side]);
        let span = text.map_or(self.span, |text| text.span(inner.range.clone()));
        // Where something is missing there is nothing to underline but the file's beginning.
        let span = if matches!(
            inner.kind,
            TemplateProblemKind::NoFieldOnFront | TemplateProblemKind::NoCloze
        ) {
            span.at_start()
        } else {
            span
        };
        let diagnostic = Diagnostic::new(template_code(&inner.kind), inner.kind.to_string())
            .at(span, "here")
            .note(format!(
                "on the {} of a card template of note type `{}`",
                inner.side, self.key
            ));
        let names: Vec<&str> = self.names.iter().map(|it| it.value.as_str()).collect();
        match &inner.kind {
            TemplateProblemKind::UnknownField { name, conditional } => {
                match nearest(name, names.iter().copied().chain(["FrontSide"])) {
                    // A conditional has an end that names the field, too.
                    Some(near) if *conditional => {
                        diagnostic.help(format!("did you mean `{near}`?"))
                    }
                    Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
                    None => {
                        diagnostic.help(format!("the fields are {}", decode::enumeration(&names)))
                    }
                }
            }
            TemplateProblemKind::UnknownFilter { name } => match nearest(name, FILTERS) {
                Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
                None => diagnostic.help(format!(
                    "without a filter the field is shown the same; the filters are {}",
                    decode::enumeration(&FILTERS)
                )),
            },
            TemplateProblemKind::NoCloze => diagnostic.help(format!(
                "write `{{{{cloze:{}}}}}` where the text is to stand",
                names.first().unwrap_or(&"Text")
            )),
            TemplateProblemKind::SpecialFieldDecides { name } => diagnostic
                .note("desktop Anki counts special fields, AnkiDroid does not; cards are made by note fields alone")
                .help(format!("put `{{{{{name}}}}}` inside of a condition on a field of the note")),
            _ => diagnostic,
        }
    }
}

/// Whether a problem is no more than what another one leads to: templates of a type without
/// fields, and a front that shows nothing because of what it asks for.
pub(super) fn follows(problem: &NoteTypeProblem, all: &[NoteTypeProblem]) -> bool {
    let NoteTypeProblem::Template(inner) = problem else {
        return false;
    };
    all.iter().any(|other| match other {
        NoteTypeProblem::Template(other) => {
            let same = (other.template, other.side) == (inner.template, inner.side);
            let follows = matches!(
                inner.kind,
                TemplateProblemKind::NeverShowsField | TemplateProblemKind::NoFieldOnFront
            );
            let leads = matches!(
                other.kind,
                TemplateProblemKind::UnknownField { .. } | TemplateProblemKind::Syntax(_)
            );
            same && follows && leads
        }
        _ => true,
    })
}

fn template_code(kind: &TemplateProblemKind) -> Code {
    match kind {
        TemplateProblemKind::Syntax(_)
        | TemplateProblemKind::EmptyTag
        | TemplateProblemKind::FrontSideCondition => Code::TemplateSyntax,
        TemplateProblemKind::UnknownField { .. } => Code::TemplateUnknownField,
        TemplateProblemKind::NoFieldOnFront | TemplateProblemKind::NeverShowsField => {
            Code::TemplateNoField
        }
        TemplateProblemKind::SameFront { .. } => Code::TemplateIdentical,
        TemplateProblemKind::NoCloze => Code::TemplateNoCloze,
        TemplateProblemKind::SpecialFieldDecides { .. } => Code::TemplateSpecialField,
        TemplateProblemKind::UnknownFilter { .. } => Code::TemplateUnknownFilter,
        _ => Code::TemplateSuspicious,
    }
}

/// Tells types of the project that have one key, id or name.
pub fn tell_duplicates(types: &TypeSet, sink: &mut Diagnostics) {
    let own: Vec<_> = types.iter().filter(|it| !it.shipped).collect();
    for (index, later) in own.iter().enumerate() {
        let name = later.note_type.name().to_lowercase();
        for earlier in types
            .iter()
            // One that is replaced is not there.
            .filter(|it| it.shipped && it.key != later.key)
            .chain(own[..index].iter().copied())
        {
            let what = if later.key == earlier.key && !earlier.shipped {
                format!("key `{}`", later.key)
            } else if later.note_type.id() == earlier.note_type.id() {
                format!("id {}", later.note_type.id())
            } else if name == earlier.note_type.name().to_lowercase() {
                format!("name `{}`", later.note_type.name())
            } else {
                continue;
            };
            sink.push(
                Diagnostic::new(
                    Code::DuplicateNoteType,
                    format!("two note types have the {what}"),
                )
                .at(later.span, "this one")
                .also(earlier.span, "and this one")
                .help("give one of them another"),
            );
            break;
        }
    }
}
