//! A note type as a package holds it.

use crate::model::{Latex, NoteTypeKind};

/// A note type, from `col.models` (schema 11) or the tables `notetypes`, `fields` and
/// `templates`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredNoteType {
    /// The id, by which an import finds it in a collection.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Normal or cloze.
    pub kind: NoteTypeKind,
    /// The last change, in seconds. An import replaces a note type only by a newer one.
    pub modified: i64,
    /// The position of the field that the browser sorts by. Nothing says that there is one.
    pub sort_field: usize,
    /// The style sheet of its cards.
    pub css: String,
    /// How LaTeX is typeset.
    pub latex: Latex,
    /// Which of Anki's own note types it began as: 0 unknown, 1 basic, 2 with a reversed card, 3
    /// with an optional one, 4 with a typed answer, 5 cloze, 6 image occlusion.
    pub original_stock_kind: u32,
    /// The id of the note type that it was derived from; imports write it.
    pub original_id: Option<i64>,
    /// The fields in their order.
    pub fields: Vec<StoredField>,
    /// The card templates in their order.
    pub templates: Vec<StoredTemplate>,
    /// What other programs keep with it: keys that Anki does not know, as a JSON object, or empty.
    pub other: String,
}

/// A field of a note type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StoredField {
    /// The name.
    pub name: String,
    /// By what an import knows the field after it was renamed.
    pub id: Option<i64>,
    /// Kept from one note to the next in the editor.
    pub sticky: bool,
    /// Written from right to left in the editor.
    pub rtl: bool,
    /// The editor's font.
    pub font: String,
    /// Its size in pixels.
    pub size: u32,
    /// What the editor shows while the field is empty.
    pub description: String,
    /// Edited as HTML.
    pub plain_text: bool,
    /// Folded away in the editor.
    pub collapsed: bool,
    /// Left out of searches that name no field.
    pub exclude_from_search: bool,
    /// Which field of a stock note type it is; Anki finds image occlusion's fields by it.
    pub tag: Option<u32>,
    /// Whether Anki keeps the learner from deleting it.
    pub prevent_deletion: bool,
    /// Keys that Anki does not know, as a JSON object, or empty.
    pub other: String,
}

/// A card template of a note type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StoredTemplate {
    /// The name.
    pub name: String,
    /// By what an import knows the template after it was renamed.
    pub id: Option<i64>,
    /// The front.
    pub front: String,
    /// The back.
    pub back: String,
    /// The front in the browser's list, or empty.
    pub browser_front: String,
    /// The back in the browser's list, or empty.
    pub browser_back: String,
    /// The font in the browser's list, or empty.
    pub browser_font: String,
    /// Its size, or 0.
    pub browser_size: u32,
    /// The deck that new cards go to, whatever deck the note is added to. An import leaves the
    /// number as it is, though decks get other ids.
    pub deck: Option<i64>,
    /// Keys that Anki does not know, as a JSON object, or empty.
    pub other: String,
}
