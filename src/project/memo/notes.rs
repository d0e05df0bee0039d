//! Rendered notes as bytes.
//!
//! Note types are named and not written; a sketch that came from the lock is taken from there again.

use super::bytes::{Kept, Reader, Writer, one_of, put_one_of};
use crate::check::Spellings;
use crate::diag::Span;
use crate::identity::{Claim, ClaimParts, Digest, KnownSketches, Sketch};
use crate::model::written::{Images, MathEngine, Recompress};
use crate::model::{DeckName, FieldValues, Flag, Note, Suspend, Tag};
use crate::project::render::{Batch, Facts, Rare, Sketched};
use crate::render::{Asked, AskedFile, MediaKey};
use crate::source::types::TypeSet;

/// What notes are written and read with.
pub(super) struct Desk<'a> {
    pub(super) types: &'a TypeSet,
    /// What the lock knows, where one is kept.
    pub(super) known: Option<&'a KnownSketches>,
}

impl Desk<'_> {
    /// `None` where something in it cannot be kept.
    pub(super) fn put_batch(&self, batch: &Batch, to: &mut Writer) -> Option<()> {
        to.length(batch.notes.len());
        let mut before: Option<(&Note, &Facts)> = None;
        for (note, facts) in batch.notes.iter().zip(&batch.facts) {
            self.put_note((note, facts), before, to)?;
            before = Some((note, facts));
        }
        let (tags, decks) = batch.spellings.parts();
        to.length(tags.len());
        for (tag, span) in tags {
            put_tag(tag, to)?;
            to.put(span);
        }
        to.length(decks.len());
        for (deck, span) in decks {
            put_deck(deck, to)?;
            to.put(span);
        }
        to.put(&batch.found);
        Some(())
    }

    pub(super) fn batch(&self, from: &mut Reader<'_>) -> Option<Batch> {
        let (mut notes, mut facts) = (Vec::new(), Vec::new());
        for _ in 0..from.length()? {
            let before = notes.last().zip(facts.last());
            let (note, fact) = self.note(before, from)?;
            notes.push(note);
            facts.push(fact);
        }
        let mut tags = Vec::new();
        for _ in 0..from.length()? {
            tags.push((tag(from)?, from.get()?));
        }
        let mut decks = Vec::new();
        for _ in 0..from.length()? {
            decks.push((deck(from)?, from.get()?));
        }
        Some(Batch {
            notes,
            facts,
            spellings: Spellings::of_parts(tags, decks),
            found: from.get()?,
            asked: None,
        })
    }

    /// A note; what is as in the one `before` takes a byte.
    fn put_note(
        &self,
        (note, facts): (&Note, &Facts),
        before: Option<(&Note, &Facts)>,
        to: &mut Writer,
    ) -> Option<()> {
        let written = facts.written_type();
        let known = self.types.get(&written.key)?;
        // What is put in here has no id and no time yet.
        let is_plain = std::ptr::eq(&**known, written)
            && note.guid.is_none()
            && note.id.is_none()
            && note.modified.is_none()
            && note.note_type().id() == written.note_type.id()
            && facts.id.is_none();
        if !is_plain {
            return None;
        }
        to.text(&written.key);
        to.text(note.fields.joined());
        let same_tags = before.is_some_and(|(it, _)| it.tags == note.tags);
        to.put(&same_tags);
        if !same_tags {
            to.length(note.tags.len());
            for tag in &note.tags {
                put_tag(tag, to)?;
            }
        }
        to.put(&note.position);
        put_one_of(&Flag::ALL.map(|(it, _)| it as u8), note.flag as u8, to);
        match note.suspended() {
            Suspend::None => to.put(&0_u8),
            Suspend::All => to.put(&1_u8),
            Suspend::Cards(cards) => {
                to.put(&2_u8);
                to.put(&cards);
            }
        }
        let same_deck = before.is_some_and(|(_, it)| it.deck == facts.deck);
        to.put(&same_deck);
        if !same_deck {
            put_deck(&facts.deck, to)?;
        }
        let same_headings = before.is_some_and(|(_, it)| it.headings == facts.headings);
        to.put(&same_headings);
        if !same_headings {
            to.put(&facts.headings.to_vec());
        }
        put_facts(facts, to)
    }

    fn note(
        &self,
        before: Option<(&Note, &Facts)>,
        from: &mut Reader<'_>,
    ) -> Option<(Note, Facts)> {
        let written = self.types.get(from.text()?)?;
        let mut note = Note::new(&written.note_type);
        note.fields = FieldValues::of_joined(from.text()?);
        note.tags = if from.get()? {
            before?.0.tags.clone()
        } else {
            let mut tags = Vec::new();
            for _ in 0..from.length()? {
                tags.push(tag(from)?);
            }
            tags
        };
        let position = from.get()?;
        let flag = one_of(&Flag::ALL.map(|(it, _)| it as u8), from)?;
        let (flag, _) = Flag::ALL.into_iter().find(|(it, _)| *it as u8 == flag)?;
        let suspend = match from.get::<u8>()? {
            0 => Suspend::None,
            1 => Suspend::All,
            2 => Suspend::Cards(from.get()?),
            _ => return None,
        };
        note.position = position;
        let note = note.suspend(suspend).flag(flag);
        let deck = match from.get()? {
            true => before?.1.deck.clone(),
            false => deck(from)?,
        };
        let headings = match from.get()? {
            true => before?.1.headings.clone(),
            false => from.get::<Vec<String>>()?.into(),
        };
        let said = from.get()?;
        let fingerprint = from.get()?;
        let span = from.get()?;
        let mut claim = Claim::of_parts(written.clone(), said, fingerprint, span);
        let content = from.get()?;
        let sketched = one_of(&SKETCHED, from)?;
        let kept: Option<Sketch> = from.get()?;
        claim.sketch = self.sketch(sketched, content, kept)?;
        let cards = from.get()?;
        let facts = Facts {
            claim,
            id: None,
            record: None,
            content,
            deck,
            headings,
            cards,
            media: from.get::<Vec<MediaKey>>()?.into(),
            rare: from.get::<Option<Rare>>()?.map(Box::new),
            sketched,
        };
        Some((note, facts))
    }

    /// The sketch that rendering would find; `None` where only rendering finds out.
    fn sketch(
        &self,
        sketched: Sketched,
        content: Digest,
        kept: Option<Sketch>,
    ) -> Option<Option<Sketch>> {
        let known = || self.known.and_then(|it| it.of_content(content));
        Some(match sketched {
            Sketched::Not | Sketched::Anyway => kept,
            Sketched::Anew => known().or(kept),
            Sketched::Known => Some(known()?),
        })
    }
}

const SKETCHED: [Sketched; 4] = [
    Sketched::Not,
    Sketched::Anyway,
    Sketched::Anew,
    Sketched::Known,
];

const ENGINES: [MathEngine; 6] = [
    MathEngine::Mathjax,
    MathEngine::Image,
    MathEngine::LatexTag,
    MathEngine::Latex,
    MathEngine::Auto,
    MathEngine::None,
];

const RECOMPRESS: [Recompress; 3] = [Recompress::Never, Recompress::Lossless, Recompress::WebP];

fn put_facts(facts: &Facts, to: &mut Writer) -> Option<()> {
    let claim = &facts.claim;
    to.put(&claim.parts());
    to.put(&claim.fingerprint);
    to.put(&claim.span);
    to.put(&facts.content);
    put_one_of(&SKETCHED, facts.sketched, to);
    to.put(&claim.sketch);
    to.put(&facts.cards);
    to.put(&facts.media.to_vec());
    let rare = facts.rare.as_deref();
    // These come of what cannot be asked again, or later.
    let has_more = rare.is_some_and(|it| {
        !it.assets.is_empty()
            || !it.clozes.is_empty()
            || !it.mask_groups.is_empty()
            || !it.masks.is_empty()
    });
    if has_more {
        return None;
    }
    to.put(&rare.is_some());
    if let Some(rare) = rare {
        to.put(rare);
    }
    Some(())
}

/// `None` where the name, read again, would be another.
fn put_deck(deck: &DeckName, to: &mut Writer) -> Option<()> {
    DeckName::new(deck.as_str()).ok().filter(|it| it == deck)?;
    to.text(deck.as_str());
    Some(())
}

fn deck(from: &mut Reader<'_>) -> Option<DeckName> {
    DeckName::new(from.text()?).ok()
}

/// `None` where the tag, read again, would be another.
fn put_tag(tag: &Tag, to: &mut Writer) -> Option<()> {
    Tag::new(tag.as_str()).ok().filter(|it| it == tag)?;
    to.text(tag.as_str());
    Some(())
}

fn tag(from: &mut Reader<'_>) -> Option<Tag> {
    Tag::new(from.text()?).ok()
}

impl Kept for Rare {
    fn write(&self, to: &mut Writer) {
        to.put(&self.given_numbers);
        to.put(&self.latex);
        put_one_of(&ENGINES, self.math, to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            given_numbers: from.get()?,
            latex: from.get::<Vec<(u16, Span)>>()?,
            math: one_of(&ENGINES, from)?,
            ..Self::default()
        })
    }
}

impl Kept for ClaimParts {
    fn write(&self, to: &mut Writer) {
        to.put(&self.id);
        to.put(&self.guid);
        to.put(&self.was);
        to.put(&self.key);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            id: from.get()?,
            guid: from.get()?,
            was: from.get()?,
            key: from.get()?,
        })
    }
}

impl Kept for Digest {
    fn write(&self, to: &mut Writer) {
        to.put(&self.as_number().to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::of_number(u64::from_le_bytes(from.get()?)))
    }
}

impl Kept for Sketch {
    fn write(&self, to: &mut Writer) {
        to.put(&self.first.to_le_bytes());
        to.put(&self.rest.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            first: u64::from_le_bytes(from.get()?),
            rest: u64::from_le_bytes(from.get()?),
        })
    }
}

impl Kept for MediaKey {
    fn write(&self, to: &mut Writer) {
        to.put(&self.hash());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::of_hash(from.get()?))
    }
}

impl Kept for Asked {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Drawing(bytes) => {
                to.put(&false);
                to.length(bytes.len());
                to.raw(bytes);
            }
            Self::File(file) => {
                to.put(&true);
                to.put(&file.path);
                to.put(&file.media_paths);
                to.put(&file.wiki);
                to.put(&file.max_bytes);
                to.put(&file.images.max_width);
                put_one_of(&RECOMPRESS, file.images.recompress, to);
                to.put(&file.images.strip_metadata);
                to.put(&file.span);
                to.put(&file.lenient);
                to.put(&file.ships);
                to.put(&file.answer);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        if !from.get::<bool>()? {
            let length = from.length()?;
            return Some(Self::Drawing(from.raw(length)?.to_vec()));
        }
        Some(Self::File(Box::new(AskedFile {
            path: from.get()?,
            media_paths: from.get()?,
            wiki: from.get()?,
            max_bytes: from.get()?,
            images: Images {
                max_width: from.get()?,
                recompress: one_of(&RECOMPRESS, from)?,
                strip_metadata: from.get()?,
            },
            span: from.get()?,
            lenient: from.get()?,
            ships: from.get()?,
            answer: from.get()?,
        })))
    }
}
