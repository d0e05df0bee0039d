//! Note types: which fields a note has, and which cards it makes of them.

use std::sync::Arc;

use super::NoteTypeBuilder;
use crate::template::{self, Template};

/// A note type that Anki takes as it is: names are unique and normal, templates can be read.
/// Cloning is cheap.
#[derive(Debug, Clone)]
pub struct NoteType(Arc<Definition>);

/// Whether card templates or clozes decide which cards a note makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NoteTypeKind {
    /// A card for each card template whose front shows a field that is not empty.
    #[default]
    Normal,
    /// A card for each cloze number.
    Cloze,
}

/// A field of a note type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub(crate) name: String,
    pub(crate) id: Option<i64>,
    pub(crate) font: String,
    pub(crate) size: u32,
    pub(crate) right_to_left: bool,
    pub(crate) sticky: bool,
    pub(crate) description: String,
    pub(crate) collapsed: bool,
    pub(crate) plain_text: bool,
    pub(crate) exclude_from_search: bool,
    pub(crate) prevent_deletion: bool,
    pub(crate) stock_tag: Option<u32>,
}

/// A card template of a note type: its front and its back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardTemplate {
    pub(crate) name: String,
    pub(crate) id: Option<i64>,
    pub(crate) front: String,
    pub(crate) back: String,
    pub(crate) browser_front: String,
    pub(crate) browser_back: String,
    pub(crate) browser_font: String,
    pub(crate) browser_size: u32,
    pub(crate) deck: Option<String>,
}

/// How LaTeX in `[latex]` tags is typeset on the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Latex {
    /// What stands before the formula.
    pub preamble: String,
    /// What stands behind it.
    pub postamble: String,
    /// Pictures as SVG instead of PNG.
    pub svg: bool,
}

/// Anki's own preamble.
const PREAMBLE: &str = "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n\
                        \\usepackage[utf8]{inputenc}\n\\usepackage{amssymb,amsmath}\n\
                        \\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n";

impl Latex {
    /// Whether the preamble is another than Anki's own: then the author counts on TeX.
    #[must_use]
    pub fn has_own_preamble(&self) -> bool {
        self.preamble != PREAMBLE
    }
}

impl Default for Latex {
    /// Anki's own preamble and postamble, PNG.
    fn default() -> Self {
        Self {
            preamble: PREAMBLE.to_owned(),
            postamble: "\\end{document}".to_owned(),
            svg: false,
        }
    }
}

/// What the builder collected, with the fronts as they were parsed.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) id: i64,
    pub(super) original_id: Option<i64>,
    pub(super) stock_kind: u32,
    pub(super) name: String,
    pub(super) kind: NoteTypeKind,
    pub(super) fields: Vec<Field>,
    pub(super) templates: Vec<CardTemplate>,
    pub(super) fronts: Vec<Template>,
    pub(super) css: String,
    pub(super) latex: Latex,
    pub(super) sort_field: usize,
    pub(super) modified: Option<i64>,
}

impl Definition {
    /// As `clone`, by its own name: a note type is cheap to clone, this is not.
    fn copy(&self) -> Self {
        Self {
            id: self.id,
            original_id: self.original_id,
            stock_kind: self.stock_kind,
            name: self.name.clone(),
            kind: self.kind,
            fields: self.fields.clone(),
            templates: self.templates.clone(),
            fronts: self.fronts.clone(),
            css: self.css.clone(),
            latex: self.latex.clone(),
            sort_field: self.sort_field,
            modified: self.modified,
        }
    }
}

impl NoteType {
    /// A builder for a note type of this name, as it is shown in Anki.
    pub fn builder(name: impl Into<String>) -> NoteTypeBuilder {
        NoteTypeBuilder::new(name)
    }

    pub(super) fn from_definition(definition: Definition) -> Self {
        Self(Arc::new(definition))
    }

    /// The same note type with another time of its last change, in seconds.
    #[must_use]
    pub(crate) fn with_modified(&self, seconds: i64) -> Self {
        Self(Arc::new(Definition {
            modified: Some(seconds),
            ..self.0.copy()
        }))
    }

    /// The same note type with other ids: its own, those of its fields and of its card templates.
    #[must_use]
    pub(crate) fn with_ids(&self, id: i64, fields: &[i64], templates: &[i64]) -> Self {
        let mut it = self.0.copy();
        it.id = id;
        for (field, id) in it.fields.iter_mut().zip(fields) {
            field.id = Some(*id);
        }
        for (template, id) in it.templates.iter_mut().zip(templates) {
            template.id = Some(*id);
        }
        Self(Arc::new(it))
    }

    /// The same note type with other texts, where the functions give some: of each side of its card
    /// templates, and of its CSS. What a front asks for must stay the same.
    #[must_use]
    pub(crate) fn with_texts(
        &self,
        side: &mut dyn FnMut(&str) -> Option<String>,
        css: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Self {
        let mut it = self.0.copy();
        let mut changed = false;
        for (template, front) in it.templates.iter_mut().zip(&mut it.fronts) {
            let sides = [
                &mut template.front,
                &mut template.back,
                &mut template.browser_front,
                &mut template.browser_back,
            ];
            for text in sides {
                if let Some(new) = side(text) {
                    *text = new;
                    changed = true;
                }
            }
            if let Ok(parsed) = Template::parse(&template.front) {
                *front = parsed;
            }
        }
        if let Some(new) = css(&it.css) {
            it.css = new;
            changed = true;
        }
        if changed {
            Self(Arc::new(it))
        } else {
            self.clone()
        }
    }

    /// Whether both are clones of one object.
    pub(crate) fn is_same_object(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The id, by which an import finds the note type in a collection.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.0.id
    }

    /// The id of the note type that this one was derived from.
    #[must_use]
    pub fn original_id(&self) -> Option<i64> {
        self.0.original_id
    }

    /// Which of Anki's own note types it began as, by Anki's number: 0 none or unknown, 1 basic, 2
    /// with a reversed card, 3 with an optional one, 4 with a typed answer, 5 cloze, 6 image
    /// occlusion.
    #[must_use]
    pub fn stock_kind(&self) -> u32 {
        self.0.stock_kind
    }

    /// The name as Anki shows it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Normal or cloze.
    #[must_use]
    pub fn kind(&self) -> NoteTypeKind {
        self.0.kind
    }

    /// The fields; at least one.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// The names of the fields.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.0.fields.iter().map(|field| field.name.as_str())
    }

    /// The position of the field of exactly this name.
    #[must_use]
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.0.fields.iter().position(|field| field.name == name)
    }

    /// The card templates; at least one, just one for a cloze type.
    #[must_use]
    pub fn templates(&self) -> &[CardTemplate] {
        &self.0.templates
    }

    /// The fronts of the card templates, parsed.
    #[must_use]
    pub(crate) fn fronts(&self) -> &[Template] {
        &self.0.fronts
    }

    /// The style sheet of all its cards.
    #[must_use]
    pub fn css(&self) -> &str {
        &self.0.css
    }

    /// How LaTeX is typeset.
    #[must_use]
    pub fn latex(&self) -> &Latex {
        &self.0.latex
    }

    /// The position of the field that the browser sorts by.
    #[must_use]
    pub fn sort_field(&self) -> usize {
        self.0.sort_field
    }

    /// The time of the last change in seconds, where it was given.
    #[must_use]
    pub fn modified(&self) -> Option<i64> {
        self.0.modified
    }

    /// Positions of the cards that a note with these field values makes, ascending, as Anki
    /// generates them from note fields alone: of card templates from 0, or cloze numbers less 1.
    /// Numbers that Anki cannot keep (0, and those over 500) make none.
    #[must_use]
    pub fn cards(&self, values: &[impl AsRef<str>]) -> Vec<u16> {
        match self.0.kind {
            NoteTypeKind::Normal => {
                let filled = |name: &str| {
                    let index = self.field_index(name);
                    let value = index.and_then(|index| values.get(index));
                    value.is_some_and(|value| !template::generate::is_field_empty(value.as_ref()))
                };
                let fronts = (0_u16..).zip(&self.0.fronts);
                fronts
                    .filter(|(_, front)| front.renders(filled))
                    .map(|(ord, _)| ord)
                    .collect()
            }
            NoteTypeKind::Cloze => {
                let mut ords: Vec<u16> = values
                    .iter()
                    .flat_map(|value| template::cloze::cloze_numbers(value.as_ref()))
                    .filter(|number| (1..=500).contains(number))
                    .map(|number| number - 1)
                    .collect();
                ords.sort_unstable();
                ords.dedup();
                ords
            }
        }
    }
}

/// Note types are one if they have one id.
impl PartialEq for NoteType {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for NoteType {}

impl Field {
    /// A field of this name, in Anki's default font (Arial, 20), left to right, not sticky.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            font: "Arial".to_owned(),
            size: 20,
            right_to_left: false,
            sticky: false,
            description: String::new(),
            collapsed: false,
            plain_text: false,
            exclude_from_search: false,
            prevent_deletion: false,
            stock_tag: None,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// With this constant id, by which an import knows the field after it was renamed. Default:
    /// derived from the note type's id and the field's first name.
    #[must_use]
    pub fn id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// With this font and size (in pixels) in the editor and in `{{type:..}}` boxes.
    #[must_use]
    pub fn font(mut self, font: impl Into<String>, size: u32) -> Self {
        self.font = font.into();
        self.size = size;
        self
    }

    /// Written from right to left in the editor, if `yes`.
    #[must_use]
    pub fn right_to_left(mut self, yes: bool) -> Self {
        self.right_to_left = yes;
        self
    }

    /// Kept from one note to the next in the editor, if `yes`.
    #[must_use]
    pub fn sticky(mut self, yes: bool) -> Self {
        self.sticky = yes;
        self
    }

    /// With this text shown in the editor while the field is empty.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Folded away in the editor, if `yes`.
    #[must_use]
    pub fn collapsed(mut self, yes: bool) -> Self {
        self.collapsed = yes;
        self
    }

    /// Edited as HTML in the editor, if `yes`.
    #[must_use]
    pub fn plain_text(mut self, yes: bool) -> Self {
        self.plain_text = yes;
        self
    }

    /// Left out of searches that name no field, if `yes`.
    #[must_use]
    pub fn exclude_from_search(mut self, yes: bool) -> Self {
        self.exclude_from_search = yes;
        self
    }

    /// Kept from being deleted in Anki, if `yes`.
    #[must_use]
    pub fn prevent_deletion(mut self, yes: bool) -> Self {
        self.prevent_deletion = yes;
        self
    }

    /// As this field of one of Anki's own note types; Anki finds the fields of image occlusion by
    /// these numbers (0 occlusion, 1 image, 2 header, 3 back extra, 4 comments).
    #[must_use]
    pub fn stock_tag(mut self, tag: u32) -> Self {
        self.stock_tag = Some(tag);
        self
    }
}

impl From<&str> for Field {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Field {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl CardTemplate {
    /// A card template of this name, with this front and back in Anki's template language.
    #[must_use]
    pub fn new(name: impl Into<String>, front: impl Into<String>, back: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            front: front.into(),
            back: back.into(),
            browser_front: String::new(),
            browser_back: String::new(),
            browser_font: String::new(),
            browser_size: 0,
            deck: None,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The front, in Anki's template language.
    #[must_use]
    pub fn front(&self) -> &str {
        &self.front
    }

    /// The back, in Anki's template language.
    #[must_use]
    pub fn back(&self) -> &str {
        &self.back
    }

    /// With this constant id, by which an import knows the template after it was renamed.
    /// Default: derived from the note type's id and the template's name.
    #[must_use]
    pub fn id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// With these simpler forms of front and back for the browser's list.
    #[must_use]
    pub fn browser(mut self, front: impl Into<String>, back: impl Into<String>) -> Self {
        self.browser_front = front.into();
        self.browser_back = back.into();
        self
    }

    /// With this font and size (in pixels) in the browser's list. Default: the browser's own.
    #[must_use]
    pub fn browser_font(mut self, font: impl Into<String>, size: u32) -> Self {
        self.browser_font = font.into();
        self.browser_size = size;
        self
    }

    /// With its cards in another deck: `::Name` is put below the note's deck, any other name is
    /// the deck itself.
    #[must_use]
    pub fn deck(mut self, name: impl Into<String>) -> Self {
        self.deck = Some(name.into());
        self
    }
}
