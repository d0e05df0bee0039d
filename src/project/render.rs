//! Renders and checks all notes, on all processors, with findings in source order.

use rayon::prelude::*;

use crate::check;
use crate::diag::{Diagnostics, FileId, Sources, Span};
use crate::identity::{Identity, content_hash};
use crate::model::written::{WrittenNote, WrittenType};
use crate::model::{DeckName, Flag, Suspend, Tag};
use crate::render::{MediaKey, Renderer};
use std::sync::Arc;

/// A note behind rendering: all that still matters of it. What it was written as is freed, since
/// a deck may have hundreds of thousands of them.
pub(super) struct Made {
    pub(super) identity: Identity,
    pub(super) note_type: Arc<WrittenType>,
    pub(super) deck: DeckName,
    pub(super) tags: Vec<Tag>,
    pub(super) fields: Vec<String>,
    pub(super) media: Vec<MediaKey>,
    /// The hash of what the author controls.
    pub(super) content: String,
    pub(super) suspend: Suspend,
    pub(super) flag: Flag,
    pub(super) order: Option<u32>,
    pub(super) file: FileId,
    pub(super) span: Span,
    pub(super) headings: Arc<[String]>,
}

pub(super) fn all(
    notes: Vec<WrittenNote>,
    identities: Vec<Identity>,
    renderer: &Renderer<'_>,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Vec<Made> {
    let made: Vec<(Made, Diagnostics)> = notes
        .into_par_iter()
        .zip(identities)
        .map(|(note, identity)| one(&note, identity, renderer, sources))
        .collect();
    let mut notes = Vec::with_capacity(made.len());
    for (note, found) in made {
        notes.push(note);
        sink.append(found);
    }
    notes
}

fn one(
    note: &WrittenNote,
    identity: Identity,
    renderer: &Renderer<'_>,
    sources: &Sources,
) -> (Made, Diagnostics) {
    let file = note.span.file;
    let rendered = renderer.note(note, sources.path(file), &identity.id);
    let mut found = rendered.diagnostics;
    super::quoting::quote_fixes(note, sources, &mut found);
    // What rendering could not make sense of would only be found a second time.
    if !found.has_errors() {
        check::note(note, &rendered.fields, &mut found);
    }
    let suspend = check::suspended_cards(note, &mut found);
    let hashes: Vec<String> = rendered.media.iter().map(MediaKey::hex).collect();
    let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    let made = Made {
        content: content_hash(note, &hashes),
        identity,
        note_type: note.note_type.clone(),
        deck: note.deck.clone(),
        tags: note.tags.iter().map(|tag| tag.value.clone()).collect(),
        fields: rendered.fields,
        media: rendered.media,
        suspend,
        flag: note.flag,
        order: note.order,
        file,
        span: note.span,
        headings: note.headings.clone(),
    };
    (made, found)
}
