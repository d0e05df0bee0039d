//! A note type as JSON of schema 11.

use serde::Serialize;

use super::read::{StoredField, StoredNoteType, StoredTemplate};
use crate::model::{CardTemplate, Field, NoteType, NoteTypeKind};
use crate::template::Requirement;

/// Every key that Anki writes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NoteTypeRow {
    pub(super) id: i64,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: u8,
    #[serde(rename = "mod")]
    pub(super) modified: i64,
    pub(super) usn: i32,
    pub(super) sortf: usize,
    pub(super) did: Option<i64>,
    pub(super) tmpls: Vec<TemplateRow>,
    pub(super) flds: Vec<FieldRow>,
    pub(super) css: String,
    pub(super) latex_pre: String,
    pub(super) latex_post: String,
    #[serde(rename = "latexsvg")]
    pub(super) latex_svg: bool,
    /// What old clients decide by whether a card exists; newer ones work it out themselves.
    pub(super) req: Vec<(usize, String, Vec<usize>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) original_id: Option<i64>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) original_stock_kind: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldRow {
    pub(super) name: String,
    pub(super) ord: usize,
    pub(super) sticky: bool,
    pub(super) rtl: bool,
    pub(super) font: String,
    pub(super) size: u32,
    pub(super) description: String,
    pub(super) plain_text: bool,
    pub(super) collapsed: bool,
    pub(super) exclude_from_search: bool,
    pub(super) id: Option<i64>,
    pub(super) tag: Option<u32>,
    pub(super) prevent_deletion: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct TemplateRow {
    pub(super) name: String,
    pub(super) ord: usize,
    pub(super) qfmt: String,
    pub(super) afmt: String,
    pub(super) bqfmt: String,
    pub(super) bafmt: String,
    /// Never set: an import gives decks new ids and leaves this one as it is (measured).
    pub(super) did: Option<i64>,
    pub(super) bfont: String,
    pub(super) bsize: u32,
    pub(super) id: Option<i64>,
}

impl NoteTypeRow {
    pub(super) fn new(note_type: &NoteType, modified: i64) -> Self {
        let names: Vec<&str> = note_type.field_names().collect();
        let latex = note_type.latex();
        let fronts = note_type.fronts().iter().enumerate();
        // Only normal types have requirements: clozes decide about a cloze type's cards, for
        // which Anki writes the fields of the front all the same.
        let req = fronts
            .map(|(ord, front)| match front.requirement(&names) {
                Requirement::None => (ord, "none".to_owned(), Vec::new()),
                Requirement::Any(fields) => (ord, "any".to_owned(), fields),
                Requirement::All(fields) => (ord, "all".to_owned(), fields),
            })
            .collect();
        Self {
            id: note_type.id(),
            name: note_type.name().to_owned(),
            kind: match note_type.kind() {
                NoteTypeKind::Normal => 0,
                NoteTypeKind::Cloze => 1,
            },
            modified,
            usn: -1,
            sortf: note_type.sort_field(),
            did: None,
            tmpls: (0..)
                .zip(note_type.templates())
                .map(|(ord, it)| TemplateRow::new(ord, it))
                .collect(),
            flds: (0..)
                .zip(note_type.fields())
                .map(|(ord, it)| FieldRow::new(ord, it))
                .collect(),
            css: note_type.css().to_owned(),
            latex_pre: latex.preamble.clone(),
            latex_post: latex.postamble.clone(),
            latex_svg: latex.svg,
            req,
            original_id: note_type.original_id(),
            original_stock_kind: note_type.stock_kind(),
        }
    }

    /// Whether both say the same, apart from the time and from what is worked out of the rest.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let bare = |row: &Self| Self {
            modified: 0,
            usn: 0,
            req: Vec::new(),
            ..row.clone()
        };
        bare(self) == bare(other)
    }

    /// Whether a package has this very note type, apart from the time and from what deckle does
    /// not write.
    pub(super) fn is_stored_as(&self, stored: &StoredNoteType) -> bool {
        let kind = match stored.kind {
            NoteTypeKind::Normal => 0,
            NoteTypeKind::Cloze => 1,
        };
        let fields = self.flds.iter().zip(&stored.fields);
        let templates = self.tmpls.iter().zip(&stored.templates);
        self.id == stored.id
            && self.name == stored.name
            && self.kind == kind
            && self.sortf == stored.sort_field
            && self.css == stored.css
            && self.latex_pre == stored.latex.preamble
            && self.latex_post == stored.latex.postamble
            && self.latex_svg == stored.latex.svg
            && self.original_id == stored.original_id
            && self.flds.len() == stored.fields.len()
            && self.tmpls.len() == stored.templates.len()
            && fields.into_iter().all(|(row, it)| row.stored(it) == *it)
            && templates.into_iter().all(|(row, it)| row.stored(it) == *it)
    }
}

impl FieldRow {
    fn new(ord: usize, field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            ord,
            sticky: field.sticky,
            rtl: field.right_to_left,
            font: field.font.clone(),
            size: field.size,
            description: field.description.clone(),
            plain_text: field.plain_text,
            collapsed: field.collapsed,
            exclude_from_search: field.exclude_from_search,
            id: field.id,
            tag: field.stock_tag,
            prevent_deletion: field.prevent_deletion,
        }
    }
}

impl FieldRow {
    /// As it is read back, with what `other` has beyond it.
    fn stored(&self, other: &StoredField) -> StoredField {
        StoredField {
            name: self.name.clone(),
            id: self.id,
            sticky: self.sticky,
            rtl: self.rtl,
            font: self.font.clone(),
            size: self.size,
            description: self.description.clone(),
            plain_text: self.plain_text,
            collapsed: self.collapsed,
            exclude_from_search: self.exclude_from_search,
            tag: self.tag,
            prevent_deletion: self.prevent_deletion,
            other: other.other.clone(),
        }
    }
}

impl TemplateRow {
    /// As it is read back, with what `other` has beyond it.
    fn stored(&self, other: &StoredTemplate) -> StoredTemplate {
        StoredTemplate {
            name: self.name.clone(),
            id: self.id,
            front: self.qfmt.clone(),
            back: self.afmt.clone(),
            browser_front: self.bqfmt.clone(),
            browser_back: self.bafmt.clone(),
            browser_font: self.bfont.clone(),
            browser_size: self.bsize,
            deck: self.did,
            other: other.other.clone(),
        }
    }

    fn new(ord: usize, template: &CardTemplate) -> Self {
        Self {
            name: template.name.clone(),
            ord,
            qfmt: template.front.clone(),
            afmt: template.back.clone(),
            bqfmt: template.browser_front.clone(),
            bafmt: template.browser_back.clone(),
            did: None,
            bfont: template.browser_font.clone(),
            bsize: template.browser_size,
            id: template.id,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
