//! Renders and checks notes, batch by batch, as the front ends hand them on.
//!
//! What a note was written as is let go of with its batch: a deck may have a million notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::media_folders;
use super::show::Watch;
use crate::check::{self, Spellings};
use crate::diag::{Diagnostics, Sources, Span};
use crate::files::Files;
use crate::identity::{
    Claim, ClozeRecord, Digest, KnownSketches, Lock, MaskRecord, NoteRecord, RecordIndex,
    content_hash,
};
use crate::model::written::{Backlink, MathEngine, Settings, WrittenNote, WrittenType};
use crate::model::{DeckName, FieldValues, Note};
use crate::observe::{Count, Observed};
use crate::render::{Asked, MaskGroup, MediaKey, MediaNames, NamedMedia, Renderer};
use crate::source::types::TypeSet;

/// Anki's database check complains about new cards behind this position.
pub(super) const LAST_POSITION: u32 = 999_999;

/// So many notes at least are worth a job of their own, where each takes a moment.
const TOGETHER: usize = 512;

/// What still matters of a note behind rendering, beside the note itself. It goes when identity is
/// settled.
pub(super) struct Facts {
    pub(super) claim: Claim,
    /// The id in the lock; `None` where none is kept, and until it is assigned.
    pub(super) id: Option<Arc<str>>,
    /// Where the lock of the last build has it; as with the id.
    pub(super) record: Option<RecordIndex>,
    /// The hash of what the author controls; of no use where no lock is kept.
    pub(super) content: Digest,
    pub(super) deck: DeckName,
    pub(super) headings: Arc<[String]>,
    pub(super) cards: u32,
    pub(super) media: Box<[MediaKey]>,
    /// What most notes have nothing of, out of the way: there may be a million of them.
    pub(super) rare: Option<Box<Rare>>,
    /// Where the sketch in the claim comes from.
    pub(super) sketched: Sketched,
}

#[derive(Default)]
pub(super) struct Rare {
    pub(super) assets: Vec<NamedMedia>,
    pub(super) given_numbers: Vec<u16>,
    pub(super) clozes: Vec<ClozeRecord>,
    pub(super) mask_groups: Vec<MaskGroup>,
    pub(super) masks: Vec<MaskRecord>,
    pub(super) latex: Vec<(u16, Span)>,
    /// What formulas become, where it is not the default.
    pub(super) math: MathEngine,
    pub(super) math_font: Option<MediaKey>,
}

/// Where the sketch of a note comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sketched {
    /// There is none.
    Not,
    /// From the note, whatever a lock knows.
    Anyway,
    /// From the note, which no lock knows with this content.
    Anew,
    /// From the lock.
    Known,
}

impl Facts {
    pub(super) fn written_type(&self) -> &WrittenType {
        &self.claim.note_type
    }

    pub(super) fn span(&self) -> Span {
        self.claim.span
    }

    /// The media that it shows, each once.
    pub(super) fn media(&self) -> &[MediaKey] {
        &self.media
    }

    /// The files that it loads by other ways than Anki sees, each once.
    pub(super) fn assets(&self) -> &[NamedMedia] {
        self.rare.as_ref().map_or(&[], |it| &it.assets)
    }

    /// The numbers that clozes without one got; where a lock is kept, until it knows better.
    pub(super) fn given_numbers(&self) -> &[u16] {
        self.rare.as_ref().map_or(&[], |it| &it.given_numbers)
    }

    /// The field of each LaTeX tag, and where the author wrote it.
    pub(super) fn latex_places(&self) -> &[(u16, Span)] {
        self.rare.as_ref().map_or(&[], |it| &it.latex)
    }

    /// What formulas of the note become; `None` where it has no LaTeX tags of its own.
    pub(super) fn math_engine(&self) -> Option<MathEngine> {
        let rare = self.rare.as_ref()?;
        (!rare.latex.is_empty()).then_some(rare.math)
    }

    /// The font of what LaTeX tags have beside ASCII.
    pub(super) fn math_font(&self) -> Option<MediaKey> {
        self.rare.as_ref()?.math_font
    }

    /// What the lock is to keep of these clozes.
    pub(super) fn clozes(&self) -> &[ClozeRecord] {
        self.rare.as_ref().map_or(&[], |it| &it.clozes)
    }

    pub(super) fn keep_clozes(&mut self, clozes: Vec<ClozeRecord>) {
        self.rare.get_or_insert_default().clozes = clozes;
    }

    /// The masks that got a number; until the lock knows better.
    pub(super) fn mask_groups(&self) -> &[MaskGroup] {
        self.rare.as_ref().map_or(&[], |it| &it.mask_groups)
    }

    /// What the lock is to keep of these masks.
    pub(super) fn masks(&self) -> &[MaskRecord] {
        self.rare.as_ref().map_or(&[], |it| &it.masks)
    }

    pub(super) fn keep_masks(&mut self, masks: Vec<MaskRecord>) {
        self.rare.get_or_insert_default().masks = masks;
    }

    /// What the lock of the last build has of it.
    pub(super) fn known<'l>(&self, lock: &'l Lock) -> Option<&'l NoteRecord> {
        lock.record(self.record?)
    }
}

/// What became of notes that stand one behind another.
#[derive(Default)]
pub(super) struct Batch {
    /// As they go into the package, but for their guids, the names of their media and, where a
    /// lock is kept, their ids and times.
    pub(super) notes: Vec<Note>,
    /// What is known of each.
    pub(super) facts: Vec<Facts>,
    pub(super) spellings: Spellings,
    pub(super) found: Diagnostics,
    /// What rendering them asked; `None` where that is not all that can be asked again.
    pub(super) asked: Option<Vec<Asked>>,
}

/// Makes notes of what was written.
pub(super) struct Maker<'a> {
    pub(super) renderer: &'a Renderer<'a>,
    pub(super) sources: &'a Sources,
    pub(super) files: &'a (dyn Files + Send + Sync),
    /// What the lock of the last build knows, where there is one that asks what changed.
    pub(super) known: Option<KnownSketches>,
    /// Who wants to see the notes as they were written.
    pub(super) watch: Option<&'a Watch>,
    /// Who wants to know how far it is.
    pub(super) observed: &'a Observed,
}

impl Maker<'_> {
    pub(super) fn batch(&self, notes: Vec<WrittenNote>) -> Batch {
        let spellings = Spellings::of(&notes);
        let mut batch = Batch {
            notes: Vec::with_capacity(notes.len()),
            facts: Vec::with_capacity(notes.len()),
            spellings,
            found: Diagnostics::new(),
            asked: Some(Vec::new()),
        };
        if self.tell_own_folders(&notes, &mut batch.found) {
            // Folders are not asked for again.
            batch.asked = None;
        }
        let each: Vec<(Note, Facts, Diagnostics, Option<Vec<Asked>>)> = notes
            .into_par_iter()
            .with_min_len(64)
            .map(|note| self.one(note))
            .collect();
        for (note, facts, found, asked) in each {
            batch.notes.push(note);
            batch.facts.push(facts);
            batch.found.append(found);
            match (&mut batch.asked, asked) {
                (Some(all), Some(asked)) => all.extend(asked),
                (all, _) => *all = None,
            }
        }
        self.counts(batch.notes.len());
        batch
    }

    /// Tells folders of media that are not there and that the notes' own file names; those that others
    /// name are told without their notes. Returns whether there are folders that it names.
    fn tell_own_folders(&self, notes: &[WrittenNote], sink: &mut Diagnostics) -> bool {
        let is_own = |it: &&WrittenNote| {
            let folders = &it.settings.media_path_spans;
            folders.iter().any(|span| span.file == it.span.file)
        };
        let mut own: Vec<&Settings> = Vec::new();
        for note in notes.iter().filter(is_own) {
            if !own
                .last()
                .is_some_and(|last| std::ptr::eq(*last, &*note.settings))
            {
                own.push(&note.settings);
            }
        }
        media_folders::tell(self.files, own.iter().copied(), sink);
        !own.is_empty()
    }

    /// Tells those who observe that so many notes are done.
    pub(super) fn counts(&self, notes: usize) {
        self.observed.counts(Count::Notes, notes);
    }

    fn one(&self, mut written: WrittenNote) -> (Note, Facts, Diagnostics, Option<Vec<Asked>>) {
        if let Some(watch) = self.watch {
            watch.see(&written, self.sources);
        }
        let path = self.sources.path(written.span.file);
        // By what stands in the sources alone is a note found again.
        let mut claim = Claim::of(&written);
        if self.known.is_some() && written.settings.backlink != Backlink::None {
            claim = claim.with_sketch(&written, None);
        }
        let mut sketched = match claim.sketch {
            None => Sketched::Not,
            Some(_) => Sketched::Anyway,
        };
        self.renderer.fill_source(&mut written, path);
        let written = &written;
        let rendered = self.renderer.note(written, path);
        let mut found = rendered.diagnostics;
        super::quoting::quote_fixes(written, self.sources, &mut found);
        let note_type = &written.note_type.note_type;
        let cards = note_type.cards(&rendered.fields).len();
        // What rendering could not make sense of would only be found a second time.
        if !found.has_errors() {
            check::note(written, &rendered.fields, cards, &mut found);
        }
        let mut content = Digest::default();
        if let Some(known) = &self.known {
            // What was drawn of the note's own text may look otherwise in a newer deckle, which is
            // no reason to send it out: it is not among these.
            let loaded = rendered.assets.iter().map(|it| &it.key);
            let keys = (rendered.known_as.iter())
                .chain(&rendered.drawings)
                .chain(loaded);
            let mut hashes: Vec<String> = keys.map(MediaKey::hex).collect();
            // A sound that moves to another field changes the note, though no source of it does.
            let fields = rendered
                .sounds
                .iter()
                .filter_map(|it| note_type.fields().get(*it));
            hashes.extend(fields.map(|it| format!("sound in {}", it.id.unwrap_or_default())));
            let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
            content = content_hash(written, &hashes, &rendered.shaped);
            if claim.sketch.is_none() {
                let known = known.of_content(content);
                sketched = match known {
                    None => Sketched::Anew,
                    Some(_) => Sketched::Known,
                };
                claim = claim.with_sketch(written, known);
            }
        }
        let mut note = Note::new(note_type)
            .suspend(check::suspended_cards(written, &mut found))
            .flag(written.flag);
        note.position = written.order;
        note.fields = FieldValues::join(rendered.fields.iter().map(String::as_str));
        note.tags = written.tags.iter().map(|tag| tag.value.clone()).collect();
        let rare = !rendered.assets.is_empty()
            || !rendered.given_numbers.is_empty()
            || !rendered.latex.is_empty();
        let few = Rare {
            assets: rendered.assets,
            given_numbers: rendered.given_numbers,
            clozes: Vec::new(),
            mask_groups: rendered.mask_groups,
            masks: Vec::new(),
            latex: rendered.latex,
            math: written.settings.math,
            math_font: rendered.math_font,
        };
        let facts = Facts {
            claim,
            id: None,
            record: None,
            content,
            deck: written.deck.clone(),
            headings: written.headings.clone(),
            media: rendered.media.into(),
            rare: rare.then(|| Box::new(few)),
            cards: u32::try_from(cards).unwrap_or(u32::MAX),
            sketched,
        };
        (note, facts, found, rendered.asked)
    }
}

/// The notes of a build in the order of their sources. They stay in the batches they were made
/// in: while one list of all were put together, they would take their memory twice.
#[derive(Default)]
pub(super) struct Made(Vec<Batch>);

impl Made {
    pub(super) fn push(&mut self, batch: Batch) {
        // Who keeps what rendering asked has it by now.
        let asked = None;
        self.0.push(Batch { asked, ..batch });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Note, &Facts)> + Clone {
        self.0.iter().flat_map(|it| it.notes.iter().zip(&it.facts))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&mut Note, &mut Facts)> {
        let batches = self.0.iter_mut();
        batches.flat_map(|it| it.notes.iter_mut().zip(&mut it.facts))
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = &Facts> + Clone {
        self.0.iter().flat_map(|it| &it.facts)
    }

    /// What a function makes of each note, in their order, on all processors.
    pub(super) fn of_each<T: Send>(&self, make: impl Fn(&Note, &Facts) -> T + Sync) -> Vec<T> {
        let batches = self.0.par_iter();
        let made = batches.flat_map(|batch| {
            let notes = batch.notes.par_iter().zip(&batch.facts);
            let notes = notes.with_min_len(TOGETHER);
            notes.map(|(note, facts)| make(note, facts))
        });
        made.collect()
    }

    /// Gives the notes these types in the place of those of the same keys.
    pub(super) fn retype(&mut self, types: &TypeSet) {
        let types = types.iter().map(|it| (it.key.as_str(), it));
        let types: BTreeMap<&str, &Arc<WrittenType>> = types.collect();
        for (note, facts) in self.iter_mut() {
            if let Some(new) = types.get(facts.written_type().key.as_str()) {
                note.note_type = new.note_type.clone();
                facts.claim.note_type = Arc::clone(new);
            }
        }
    }

    /// Gives the media of the notes their names in packages, in the fields, too. The contents that
    /// `frozen` knows keep the names that it has for them.
    pub(super) fn name_media(
        &mut self,
        renderer: &Renderer<'_>,
        frozen: &BTreeMap<String, Vec<String>>,
    ) -> MediaNames {
        let mut names = renderer.names(self.facts().flat_map(Facts::media), frozen);
        for (note, _) in self.iter_mut() {
            note.fields.change_joined(|fields| names.resolved(fields));
        }
        names
    }

    pub(super) fn into_batches(self) -> impl Iterator<Item = Batch> {
        self.0.into_iter()
    }

    /// Gives the notes that say no position of their own the one that they have in the sources.
    pub(super) fn number(&mut self) {
        for (index, (note, _)) in self.iter_mut().enumerate() {
            let position = u32::try_from(index).unwrap_or(LAST_POSITION);
            note.position.get_or_insert(position.min(LAST_POSITION));
        }
    }
}
