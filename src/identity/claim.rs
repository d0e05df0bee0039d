//! What a note says of itself, small enough to be kept for all notes of a build.

use std::sync::Arc;

use super::hash::{Digest, Hasher, folded};
use super::matching::{Sketch, Sketcher};
use crate::diag::{Span, Spanned};
use crate::model::written::{Content, OcclusionFields, WrittenNote, WrittenType};

/// What identity goes by: who a note says it is, and what it is known again by. It holds none of
/// the note's text, so that a note's source can be let go of as soon as it is rendered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Claim {
    /// The note type.
    pub note_type: Arc<WrittenType>,
    said: Option<Box<Said>>,
    /// The hash of its first field, by which the lock knows it again.
    pub fingerprint: Digest,
    /// What the lock keeps of its text, by which it knows the note again when it was edited; `None`
    /// where no lock is kept.
    pub sketch: Option<Sketch>,
    /// Where it begins.
    pub span: Span,
}

/// What few notes say, out of the way: there may be a million of them.
#[derive(Debug, Clone)]
struct Said {
    id: Option<Box<Spanned<String>>>,
    guid: Option<Box<Spanned<String>>>,
    was: Option<Box<Spanned<String>>>,
    key: Option<Arc<str>>,
}

/// What a claim says of who the note is.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimParts {
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) guid: Option<Spanned<String>>,
    pub(crate) was: Option<Spanned<String>>,
    pub(crate) key: Option<Arc<str>>,
}

/// What ids that are made of key fields begin with.
const KEY_FIELDS: &str = "k-";

/// Whether the id looks like one that is made of a note's key fields.
#[must_use]
pub fn is_from_key_fields(id: &str) -> bool {
    id.strip_prefix(KEY_FIELDS).is_some_and(Hasher::is_base32)
}

/// What new ids begin with.
const NEW: &str = "n-";

/// Whether the id looks like one that was made for a note and not thought of by a person.
#[must_use]
pub fn is_generated(id: &str) -> bool {
    id.strip_prefix(NEW).is_some_and(Hasher::is_base32)
}

impl Claim {
    /// What this note says.
    #[must_use]
    pub fn of(note: &WrittenNote) -> Self {
        let mut hasher = Hasher::default();
        let fields = known_by(note);
        match fields.as_slice() {
            [only] => hasher.text(&field_text(note, *only)),
            _ => {
                let texts: Vec<String> = fields.iter().map(|it| field_text(note, *it)).collect();
                hasher.text(&texts.join(" "))
            }
        };
        let explicit = note.id.is_some() || note.guid.is_some();
        let key = (!explicit).then(|| key(note)).flatten();
        let says_something = explicit || note.was.is_some() || key.is_some();
        let said = || Said {
            id: note.id.clone(),
            guid: note.guid.clone(),
            was: note.was.clone(),
            key,
        };
        Self {
            note_type: note.note_type.clone(),
            said: says_something.then(|| Box::new(said())),
            fingerprint: hasher.digest(),
            sketch: None,
            span: note.span,
        }
    }

    /// The claim that was kept in these parts.
    pub(crate) fn of_parts(
        note_type: Arc<WrittenType>,
        said: Option<ClaimParts>,
        fingerprint: Digest,
        span: Span,
    ) -> Self {
        let said = said.map(|it| {
            Box::new(Said {
                id: it.id.map(Box::new),
                guid: it.guid.map(Box::new),
                was: it.was.map(Box::new),
                key: it.key,
            })
        });
        Self {
            note_type,
            said,
            fingerprint,
            sketch: None,
            span,
        }
    }

    /// What it says of who the note is, where it says something.
    pub(crate) fn parts(&self) -> Option<ClaimParts> {
        let said = self.said.as_ref()?;
        Some(ClaimParts {
            id: said.id.as_deref().cloned(),
            guid: said.guid.as_deref().cloned(),
            was: said.was.as_deref().cloned(),
            key: said.key.clone(),
        })
    }

    /// The explicit id, where the author gave one.
    #[must_use]
    pub fn id(&self) -> Option<&Spanned<String>> {
        self.said.as_ref()?.id.as_deref()
    }

    /// The explicit guid of an adopted note.
    #[must_use]
    pub fn guid(&self) -> Option<&Spanned<String>> {
        self.said.as_ref()?.guid.as_deref()
    }

    /// The id that it had before.
    #[must_use]
    pub fn was(&self) -> Option<&Spanned<String>> {
        self.said.as_ref()?.was.as_deref()
    }

    /// The id that its key fields make, where the note type has some and nothing explicit is
    /// said.
    #[must_use]
    pub fn key(&self) -> Option<&Arc<str>> {
        self.said.as_ref()?.key.as_ref()
    }

    /// The same claim with a sketch of the note's text, for a lock: the one that is `known` of
    /// this very content, or a new one.
    #[must_use]
    pub fn with_sketch(mut self, note: &WrittenNote, known: Option<Sketch>) -> Self {
        if known.is_some() {
            self.sketch = known;
            return self;
        }
        let first_fields = known_by(note);
        let mut sketcher = Sketcher::default();
        for (index, content) in note.fields.iter().enumerate() {
            let Some(content) = content else { continue };
            content.texts(&mut |_, text| {
                if first_fields.contains(&index) {
                    sketcher.first(text);
                } else {
                    sketcher.rest(text);
                }
            });
        }
        self.sketch = Some(sketcher.sketch());
        self
    }

    /// The id that the note itself says: by its id, its guid or its key fields.
    pub(super) fn given_id(&self) -> Option<Arc<str>> {
        if let Some(id) = self.id() {
            return Some(id.value.as_str().into());
        }
        if let Some(guid) = self.guid() {
            let mut hasher = Hasher::default();
            hasher.text(&guid.value);
            return Some(hasher.base32("g-").into());
        }
        self.key().cloned()
    }

    /// The id of a note that nobody knows yet. Among equal ones the first has occurrence 0.
    pub(super) fn new_id(&self, occurrence: u32) -> Arc<str> {
        let mut hasher = Hasher::default();
        hasher
            .text(&self.note_type.identity)
            .number(self.fingerprint.number())
            .number(i64::from(occurrence));
        hasher.base32(NEW).into()
    }
}

/// The positions of the fields by which a note is known again: its first one. Of a picture with masks
/// it is the picture and what stands above it, because masks are moved and added.
fn known_by(note: &WrittenNote) -> Vec<usize> {
    let is_masks = |it: &OcclusionFields| {
        let field = note.fields.get(it.occlusion);
        matches!(field, Some(Some(Content::Masks(_))))
    };
    match OcclusionFields::of(&note.note_type.note_type).filter(is_masks) {
        Some(fields) => vec![fields.image, fields.header],
        None => vec![note.note_type.first_field],
    }
}

fn key(note: &WrittenNote) -> Option<Arc<str>> {
    let key_fields = &note.note_type.key_fields;
    if key_fields.is_empty() {
        return None;
    }
    let mut hasher = Hasher::default();
    hasher.text(&note.note_type.identity);
    for &index in key_fields {
        hasher.text(&field_text(note, index));
    }
    Some(hasher.base32(KEY_FIELDS).into())
}

/// The source of a field, with the differences folded that are none to its author.
fn field_text(note: &WrittenNote, index: usize) -> String {
    let mut whole = String::new();
    if let Some(content) = note.fields.get(index).and_then(Option::as_ref) {
        content.texts(&mut |_, text| {
            if !whole.is_empty() {
                whole.push(' ');
            }
            whole.push_str(text);
        });
    }
    folded(&whole)
}
