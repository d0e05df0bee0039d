//! Renders and checks notes, batch by batch, as the front ends hand them on.
//!
//! What a note was written as is let go of with its batch: a deck may have a million notes.

use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{self, Spellings};
use crate::diag::{Diagnostics, Sources, Span};
use crate::identity::{Claim, Digest, Lock, NoteRecord, content_hash};
use crate::model::written::{WrittenNote, WrittenType};
use crate::model::{DeckName, Note};
use crate::render::{MediaKey, Renderer};

/// Anki's database check complains about new cards behind this position.
const LAST_POSITION: u32 = 999_999;

/// A note behind rendering: all that still matters of it.
pub(super) struct Made {
    /// As it goes into the package, but for its guid, the names of its media and, where a lock is
    /// kept, its id and time.
    pub(super) note: Note,
    pub(super) claim: Claim,
    /// The id in the lock; `None` where none is kept, and until it is assigned.
    pub(super) id: Option<Box<str>>,
    /// The old id under which the lock has its record.
    pub(super) heir_of: Option<Box<str>>,
    /// The hash of what the author controls; of no use where no lock is kept.
    pub(super) content: Digest,
    pub(super) deck: DeckName,
    pub(super) headings: Arc<[String]>,
    pub(super) media: Vec<MediaKey>,
    pub(super) cards: usize,
}

impl Made {
    pub(super) fn written_type(&self) -> &WrittenType {
        &self.claim.note_type
    }

    pub(super) fn span(&self) -> Span {
        self.claim.span
    }

    /// What the lock of the last build has of it.
    pub(super) fn known<'l>(&self, lock: &'l Lock) -> Option<&'l NoteRecord> {
        let id = self.heir_of.as_deref().or(self.id.as_deref())?;
        lock.notes.get(id).or_else(|| lock.removed.get(id))
    }
}

/// What became of notes that stand one behind another.
pub(super) struct Batch {
    pub(super) made: Vec<Made>,
    pub(super) spellings: Spellings,
    pub(super) found: Diagnostics,
}

/// Makes notes of what was written.
pub(super) struct Maker<'a> {
    pub(super) renderer: &'a Renderer<'a>,
    pub(super) sources: &'a Sources,
    /// Whether there is a lock that asks what changed.
    pub(super) locked: bool,
}

impl Maker<'_> {
    pub(super) fn batch(&self, notes: Vec<WrittenNote>) -> Batch {
        let spellings = Spellings::of(&notes);
        let each: Vec<(Made, Diagnostics)> = notes
            .into_par_iter()
            .with_min_len(64)
            .map(|note| self.one(&note))
            .collect();
        let mut made = Vec::with_capacity(each.len());
        let mut found = Diagnostics::new();
        for (note, more) in each {
            made.push(note);
            found.append(more);
        }
        Batch {
            made,
            spellings,
            found,
        }
    }

    fn one(&self, written: &WrittenNote) -> (Made, Diagnostics) {
        let path = self.sources.path(written.span.file);
        let rendered = self.renderer.note(written, path);
        let mut found = rendered.diagnostics;
        super::quoting::quote_fixes(written, self.sources, &mut found);
        let note_type = &written.note_type.note_type;
        let cards = note_type.cards(&rendered.fields).len();
        // What rendering could not make sense of would only be found a second time.
        if !found.has_errors() {
            check::note(written, &rendered.fields, cards, &mut found);
        }
        let content = if self.locked {
            let hashes: Vec<String> = rendered.media.iter().map(MediaKey::hex).collect();
            let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
            content_hash(written, &hashes)
        } else {
            Digest::default()
        };
        let mut note = Note::new(note_type)
            .suspend(check::suspended_cards(written, &mut found))
            .flag(written.flag);
        note.position = written.order;
        note.fields = rendered.fields;
        note.tags = written.tags.iter().map(|tag| tag.value.clone()).collect();
        let made = Made {
            note,
            claim: Claim::of(written),
            id: None,
            heir_of: None,
            content,
            deck: written.deck.clone(),
            headings: written.headings.clone(),
            media: rendered.media,
            cards,
        };
        (made, found)
    }
}

/// Gives the notes that say no position of their own the one that they have in the sources.
pub(super) fn number(made: &mut [Made]) {
    for (index, made) in made.iter_mut().enumerate() {
        let position = u32::try_from(index).unwrap_or(LAST_POSITION);
        let position = position.min(LAST_POSITION);
        made.note.position.get_or_insert(position);
    }
}
