//! Builds note types, and refuses what Anki would change or show as an error.

use std::ops::Range;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::fold;
use super::note_type::{CardTemplate, Definition, Field, Latex, NoteType, NoteTypeKind};
use crate::template::{self, Template, TemplateProblem, TemplateProblemKind, TemplateSide};
use crate::{Error, ErrorKind};

/// Collects what makes a [`NoteType`].
#[derive(Debug, Clone)]
#[must_use = "a builder makes a note type only when `build` is called"]
pub struct NoteTypeBuilder {
    id: Option<i64>,
    original_id: Option<i64>,
    stock_kind: u32,
    name: String,
    kind: NoteTypeKind,
    fields: Vec<Field>,
    templates: Vec<CardTemplate>,
    css: String,
    latex: Latex,
    sort_field: Option<String>,
    modified: Option<i64>,
}

/// What is wrong with a note type, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteTypeProblem {
    /// The name of the note type is empty, or holds a character that Anki removes.
    Name(String),
    /// The field at this position has such a name, or no name.
    FieldName(usize, String),
    /// The field at this position has the name of an earlier one (letter case aside).
    SameField(usize, usize),
    /// There is no field.
    NoFields,
    /// The card template at this position has such a name, or no name.
    TemplateName(usize, String),
    /// The card template at this position has the name of an earlier one (letter case aside).
    SameTemplate(usize, usize),
    /// There is no card template.
    NoTemplates,
    /// A cloze type has a second card template; Anki uses the first alone.
    ClozeTemplates,
    /// The sort field is none of the fields.
    SortField(String),
    /// Something in a card template.
    Template(TemplateProblem),
}

impl NoteTypeBuilder {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            id: None,
            original_id: None,
            stock_kind: 0,
            name: name.into(),
            kind: NoteTypeKind::Normal,
            fields: Vec::new(),
            templates: Vec::new(),
            css: String::new(),
            latex: Latex::default(),
            sort_field: None,
            modified: None,
        }
    }

    /// With this name instead of the first one.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// With this id, which never may change: importing finds note types by it. Default: derived
    /// from the name, so that a renamed note type needs its old id here.
    pub fn id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// With the id of the note type that this one was made from.
    pub fn original_id(mut self, id: i64) -> Self {
        self.original_id = Some(id);
        self
    }

    /// As a descendant of one of Anki's own note types; see [`NoteType::stock_kind`]. Default: 0.
    pub fn stock_kind(mut self, kind: u32) -> Self {
        self.stock_kind = kind;
        self
    }

    /// With this field behind the others.
    pub fn field(mut self, field: impl Into<Field>) -> Self {
        self.fields.push(field.into());
        self
    }

    /// With these fields behind the others.
    pub fn fields(mut self, fields: impl IntoIterator<Item = impl Into<Field>>) -> Self {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// With a card template of this name, front and back behind the others.
    pub fn template(
        self,
        name: impl Into<String>,
        front: impl Into<String>,
        back: impl Into<String>,
    ) -> Self {
        self.card_template(CardTemplate::new(name, front, back))
    }

    /// With this card template behind the others.
    pub fn card_template(mut self, template: CardTemplate) -> Self {
        self.templates.push(template);
        self
    }

    /// With this style sheet for all cards. Default: none.
    pub fn css(mut self, css: impl Into<String>) -> Self {
        self.css = css.into();
        self
    }

    /// As a cloze type: a card for each cloze number. Default: normal.
    pub fn cloze(mut self) -> Self {
        self.kind = NoteTypeKind::Cloze;
        self
    }

    /// With this LaTeX preamble. Default: Anki's.
    pub fn latex_preamble(mut self, text: impl Into<String>) -> Self {
        self.latex.preamble = text.into();
        self
    }

    /// With this LaTeX postamble. Default: Anki's.
    pub fn latex_postamble(mut self, text: impl Into<String>) -> Self {
        self.latex.postamble = text.into();
        self
    }

    /// With LaTeX pictures as SVG instead of PNG, if `yes`. Default: PNG.
    pub fn latex_svg(mut self, yes: bool) -> Self {
        self.latex.svg = yes;
        self
    }

    /// With the field that the browser sorts by. Default: the first.
    pub fn sort_field(mut self, name: impl Into<String>) -> Self {
        self.sort_field = Some(name.into());
        self
    }

    /// With this time of the last change, in seconds: an import updates the note type in a
    /// collection only if it is newer. Default: the build time, or what the baseline says.
    pub fn modified(mut self, seconds: i64) -> Self {
        self.modified = Some(seconds);
        self
    }

    /// The note type.
    ///
    /// # Errors
    /// When Anki would refuse the note type, change a name, or show an error on its cards; the
    /// text tells all that is wrong.
    pub fn build(self) -> Result<NoteType, Error> {
        let name = self.name.clone();
        self.try_build()
            .map(|(note_type, _)| note_type)
            .map_err(|problems| {
                let list: Vec<String> = problems
                    .iter()
                    .filter(|it| it.is_error())
                    .map(ToString::to_string)
                    .collect();
                Error::new(ErrorKind::NoteType(format!(
                    "note type `{name}`: {}",
                    list.join("; ")
                )))
            })
    }

    /// The note type with what is suspicious about it.
    ///
    /// # Errors
    /// All that is wrong with it, and what is suspicious.
    pub fn try_build(self) -> Result<(NoteType, Vec<NoteTypeProblem>), Vec<NoteTypeProblem>> {
        let mut problems = self.name_problems();
        let sort_field = match &self.sort_field {
            None => 0,
            // Without a field no name can be right: one cause, one sentence.
            Some(_) if self.fields.is_empty() => 0,
            Some(name) => self
                .fields
                .iter()
                .position(|it| it.name == *name)
                .unwrap_or_else(|| {
                    problems.push(NoteTypeProblem::SortField(name.clone()));
                    0
                }),
        };
        let sides: Vec<(&str, &str)> = self
            .templates
            .iter()
            .map(|it| (it.front.as_str(), it.back.as_str()))
            .collect();
        let names: Vec<&str> = self.fields.iter().map(|it| it.name.as_str()).collect();
        let found = template::validate::validate(&sides, &names, self.kind == NoteTypeKind::Cloze);
        let found = found
            .into_iter()
            .filter(|it| !self.fields.is_empty() || !asks_for_fields(&it.kind));
        problems.extend(found.map(NoteTypeProblem::Template));
        let fronts: Vec<Template> = self
            .templates
            .iter()
            .filter_map(|it| Template::parse(&it.front).ok())
            .collect();
        if problems.iter().any(NoteTypeProblem::is_error) {
            return Err(problems);
        }
        let id = self
            .id
            .unwrap_or_else(|| stable_id(&["note type", &self.name]));
        let space = id.to_string();
        let mut definition = Definition {
            id,
            original_id: self.original_id,
            stock_kind: self.stock_kind,
            name: self.name.nfc().collect(),
            kind: self.kind,
            fields: self.fields,
            templates: self.templates,
            fronts,
            css: self.css,
            latex: self.latex,
            sort_field,
            modified: self.modified,
        };
        for field in &mut definition.fields {
            field
                .id
                .get_or_insert_with(|| stable_id(&[&space, "field", &field.name]));
        }
        for template in &mut definition.templates {
            template
                .id
                .get_or_insert_with(|| stable_id(&[&space, "template", &template.name]));
        }
        Ok((NoteType::from_definition(definition), problems))
    }

    fn name_problems(&self) -> Vec<NoteTypeProblem> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() || self.name.contains(['"']) || has_control(&self.name) {
            problems.push(NoteTypeProblem::Name(self.name.clone()));
        }
        if self.fields.is_empty() {
            problems.push(NoteTypeProblem::NoFields);
        }
        for (index, field) in self.fields.iter().enumerate() {
            if !is_field_name(&field.name) {
                problems.push(NoteTypeProblem::FieldName(index, field.name.clone()));
            }
            let folded = fold(&field.name);
            let earlier = self.fields[..index]
                .iter()
                .position(|it| fold(&it.name) == folded);
            problems.extend(earlier.map(|first| NoteTypeProblem::SameField(first, index)));
        }
        if self.templates.is_empty() {
            problems.push(NoteTypeProblem::NoTemplates);
        }
        if self.kind == NoteTypeKind::Cloze && self.templates.len() > 1 {
            problems.push(NoteTypeProblem::ClozeTemplates);
        }
        for (index, template) in self.templates.iter().enumerate() {
            let name = &template.name;
            if name.trim().is_empty() || name.contains('"') || has_control(name) {
                problems.push(NoteTypeProblem::TemplateName(index, name.clone()));
            }
            let folded = fold(name);
            let earlier = self.templates[..index]
                .iter()
                .position(|it| fold(&it.name) == folded);
            problems.extend(earlier.map(|first| NoteTypeProblem::SameTemplate(first, index)));
        }
        problems
    }
}

impl NoteTypeProblem {
    /// Whether a note type with it cannot be built.
    #[must_use]
    pub fn is_error(&self) -> bool {
        match self {
            Self::Template(problem) => problem.kind.is_error(),
            _ => true,
        }
    }

    /// The card template, side and bytes, where the problem lies in one.
    #[must_use]
    pub fn place(&self) -> Option<(usize, TemplateSide, Range<usize>)> {
        match self {
            Self::Template(problem) => {
                Some((problem.template, problem.side, problem.range.clone()))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for NoteTypeProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(formatter, "`{name}` cannot be the name of a note type"),
            Self::FieldName(_, name) => write!(
                formatter,
                "`{name}` cannot be the name of a field: Anki refuses empty ones, removes `:`, \
                 `{{`, `}}` and `\"`, white space around it, and `#`, `/` or `^` at its beginning"
            ),
            Self::SameField(_, index) => {
                write!(
                    formatter,
                    "field {} has the name of an earlier field",
                    index + 1
                )
            }
            Self::NoFields => formatter.write_str("there is no field"),
            Self::TemplateName(_, name) => {
                write!(formatter, "`{name}` cannot be the name of a card template")
            }
            Self::SameTemplate(_, index) => {
                write!(
                    formatter,
                    "card template {} has the name of an earlier one",
                    index + 1
                )
            }
            Self::NoTemplates => formatter.write_str("there is no card template"),
            Self::ClozeTemplates => {
                formatter.write_str("a cloze type has one card template; Anki ignores the others")
            }
            Self::SortField(name) => write!(formatter, "the sort field `{name}` is no field"),
            Self::Template(problem) => write!(formatter, "{problem}"),
        }
    }
}

/// Whether a card template has this problem because fields are missing.
fn asks_for_fields(kind: &TemplateProblemKind) -> bool {
    matches!(
        kind,
        TemplateProblemKind::UnknownField { .. }
            | TemplateProblemKind::NoFieldOnFront
            | TemplateProblemKind::NeverShowsField
            | TemplateProblemKind::NoCloze
    )
}

/// Whether Anki keeps the name of a field as it is (measured; see `NoteTypeProblem::FieldName`).
fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && !name.contains([':', '{', '}', '"'])
        && !name.starts_with(['#', '/', '^'])
        && name.trim() == name
        && !has_control(name)
        && name.nfc().eq(name.chars())
}

fn has_control(name: &str) -> bool {
    name.chars().any(char::is_control)
}

/// A positive id of 53 bits, the largest that every JSON reader keeps, from these parts.
pub(crate) fn stable_id(parts: &[&str]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    // Ids up to a few hundred are Anki's own (deck 1, preset 1).
    i64::try_from(number >> 11).unwrap_or(0).max(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_once() {
        let check = |builder: NoteTypeBuilder, expect: &str| {
            let error = builder.build().unwrap_err();
            assert_eq!(error.to_string(), format!("note type `Vocab`: {expect}"));
        };
        let new = || NoteType::builder("Vocab");
        check(
            new().template("Card", "{{Word}}", "{{FrontSide}} {{Meaning}}"),
            "there is no field",
        );
        check(
            new()
                .cloze()
                .template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}")
                .sort_field("Text"),
            "there is no field",
        );
        check(new().field("Word"), "there is no card template");
        check(new().cloze().field("Text"), "there is no card template");
        check(new(), "there is no field; there is no card template");
        // What is wrong with the text of a template has another cause.
        let unclosed = new().template("Card", "{{#Word}}x", "y").build();
        let text = unclosed.unwrap_err().to_string();
        assert!(
            text.contains("there is no field; ") && text.contains("Word"),
            "{text}"
        );
    }
}
