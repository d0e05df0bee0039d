//! Renders and checks all notes, on all processors, with findings in source order.

use std::sync::Arc;

use rayon::prelude::*;

use crate::check;
use crate::diag::{Diagnostics, Sources, Span};
use crate::identity::{Identity, content_hash};
use crate::model::written::{WrittenNote, WrittenType};
use crate::model::{DeckName, Note};
use crate::render::{MediaKey, Renderer};

/// Anki's database check complains about new cards behind this position.
const LAST_POSITION: u32 = 999_999;

/// A note behind rendering: all that still matters of it. What it was written as is freed, since
/// a deck may have hundreds of thousands of them.
pub(super) struct Made {
    /// As it goes into the package, but for the names of its media and, where a lock is kept, id
    /// and time.
    pub(super) note: Note,
    /// What goes into the lock; `None` where none is kept.
    pub(super) record: Option<Box<Record>>,
    pub(super) written_type: Arc<WrittenType>,
    pub(super) deck: DeckName,
    pub(super) media: Vec<MediaKey>,
    pub(super) cards: usize,
    pub(super) span: Span,
    /// What was found in it, until all notes are put together.
    found: Diagnostics,
}

/// What the lock keeps of a note.
pub(super) struct Record {
    pub(super) id: String,
    pub(super) fingerprint: String,
    /// The hash of what the author controls.
    pub(super) content: String,
    pub(super) headings: Arc<[String]>,
}

pub(super) fn all(
    notes: Vec<WrittenNote>,
    identities: Vec<Identity>,
    renderer: &Renderer<'_>,
    sources: &Sources,
    locked: bool,
    sink: &mut Diagnostics,
) -> Vec<Made> {
    let mut made: Vec<Made> = notes
        .into_par_iter()
        .zip(identities)
        .enumerate()
        .map(|(index, (note, identity))| one(index, &note, identity, renderer, sources, locked))
        .collect();
    for note in &mut made {
        sink.append(std::mem::take(&mut note.found));
    }
    made
}

fn one(
    index: usize,
    written: &WrittenNote,
    identity: Identity,
    renderer: &Renderer<'_>,
    sources: &Sources,
    locked: bool,
) -> Made {
    let rendered = renderer.note(written, sources.path(written.span.file), &identity.id);
    let mut found = rendered.diagnostics;
    super::quoting::quote_fixes(written, sources, &mut found);
    let note_type = &written.note_type.note_type;
    let cards = note_type.cards(&rendered.fields).len();
    // What rendering could not make sense of would only be found a second time.
    if !found.has_errors() {
        check::note(written, &rendered.fields, cards, &mut found);
    }
    let record = locked.then(|| {
        let hashes: Vec<String> = rendered.media.iter().map(MediaKey::hex).collect();
        let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
        Box::new(Record {
            id: identity.id,
            fingerprint: identity.fingerprint,
            content: content_hash(written, &hashes),
            headings: written.headings.clone(),
        })
    });
    let position = u32::try_from(index)
        .unwrap_or(LAST_POSITION)
        .min(LAST_POSITION);
    let mut note = Note::new(note_type)
        .guid(identity.guid)
        .suspend(check::suspended_cards(written, &mut found))
        .flag(written.flag)
        .position(written.order.unwrap_or(position));
    note.fields = rendered.fields;
    note.tags = written.tags.iter().map(|tag| tag.value.clone()).collect();
    Made {
        note,
        record,
        written_type: written.note_type.clone(),
        deck: written.deck.clone(),
        media: rendered.media,
        cards,
        span: written.span,
        found,
    }
}
