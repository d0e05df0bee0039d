//! Who was found, and what of it goes into the lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::matching::{Candidate, MatchedBy, matching};
use super::text::{folded, folded_all};
use super::types::{self, AdoptedType, TypeFit};
use crate::diag::{Position, Sources};
use crate::identity::{Digest, Lock, NoteRecord};
use crate::model::written::WrittenType;
use crate::model::{Note, NoteTypeKind};
use crate::package::{Contents, StoredNote, StoredNoteType};
use crate::project::render::Facts;

/// Who was found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Notes that are one, in the order of the sources.
    pub matched: Vec<Matched>,
    /// Notes that could be several; none of them is taken.
    pub ambiguous: Vec<Ambiguous>,
    /// Notes that the sources alone have: learners get them as new ones.
    pub only_sources: Vec<SourceNote>,
    /// Notes that the deck alone has: learners keep them.
    pub only_deck: Vec<DeckNote>,
    /// Notes that say the same, but whose note types belong to other ones: they keep their own.
    pub other_types: Vec<Matched>,
    /// The note types of the matched notes.
    pub types: Vec<AdoptedType>,
    /// How many media files keep the names that they have in the deck.
    pub media: usize,
}

/// A note of the sources that is one of the deck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The note in the sources.
    pub source: SourceNote,
    /// The note in the deck.
    pub deck: DeckNote,
    /// How they were found.
    pub by: MatchedBy,
    /// Whether both say exactly the same, so that an import has nothing to update.
    pub same: bool,
}

/// Notes of which nobody can say which is which.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ambiguous {
    /// The notes in the sources.
    pub sources: Vec<SourceNote>,
    /// The notes in the deck.
    pub deck: Vec<DeckNote>,
}

/// A note of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceNote {
    /// Its file, from the project's root.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The beginning of its first field.
    pub text: String,
}

/// A note of the deck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeckNote {
    /// Its guid.
    pub guid: String,
    /// The beginning of its first field.
    pub text: String,
}

impl Outcome {
    /// Matches the notes of both sides, and writes what belongs together into the lock.
    pub(super) fn find(
        &mut self,
        notes: &[(&Note, &Facts)],
        contents: &Contents,
        sources: &Sources,
        lock: &mut Lock,
    ) {
        let stored_types: BTreeMap<i64, &StoredNoteType> =
            contents.note_types.iter().map(|it| (it.id, it)).collect();
        let ours: Vec<Candidate> = notes
            .iter()
            .map(|(note, facts)| ours(note, facts))
            .collect();
        let theirs = contents.notes.iter();
        let theirs: Vec<Candidate> = theirs
            .map(|it| theirs_of(it, stored_types.get(&it.note_type).copied()))
            .collect();
        let found = matching(&ours, &theirs);

        let pairs = found.pairs.iter().filter_map(|(one, other, by)| {
            let (note, facts) = notes.get(*one)?;
            let stored = contents.notes.get(*other)?;
            let stored_type = *stored_types.get(&stored.note_type)?;
            Some((*note, *facts, stored, stored_type, *by))
        });
        let pairs: Vec<_> = pairs.collect();
        let mut uses: BTreeMap<(String, i64), usize> = BTreeMap::new();
        let mut written: BTreeMap<&str, &WrittenType> = BTreeMap::new();
        for (_, facts, _, stored_type, _) in &pairs {
            let own = facts.written_type();
            written.insert(&own.identity, own);
            *uses
                .entry((own.identity.clone(), stored_type.id))
                .or_default() += 1;
        }
        let chosen = types::chosen(&uses);
        for (note, facts, stored, stored_type, by) in pairs {
            let own = facts.written_type();
            let same = same_note(note, own, stored, stored_type);
            let matched = Matched {
                source: source_note(note, facts, sources),
                deck: deck_note(stored),
                by,
                same,
            };
            if chosen.get(&own.identity) != Some(&stored_type.id) {
                self.other_types.push(matched);
                continue;
            }
            // A guid in the sources wins over any that the lock says.
            let given = facts.claim.guid().map(|it| it.value.as_str());
            if given.is_some_and(|it| it != stored.guid) {
                self.other_types.push(matched);
                continue;
            }
            adopt_note(lock, facts, stored, same, sources);
            self.matched.push(matched);
        }
        for (identity, id) in &chosen {
            let (Some(own), Some(stored)) = (written.get(identity.as_str()), stored_types.get(id))
            else {
                continue;
            };
            let fit = types::fit(own, stored);
            if !own.shipped && !matches!(fit, TypeFit::OtherId(_)) {
                types::adopt(lock, own, stored);
            }
            let used = uses.get(&(identity.clone(), *id)).copied();
            self.types.push(AdoptedType {
                name: stored.name.clone(),
                key: own.key.clone(),
                notes: used.unwrap_or_default(),
                fit,
            });
        }
        let source = |index: &usize| {
            let (note, facts) = notes.get(*index)?;
            Some(source_note(note, facts, sources))
        };
        let deck = |index: &usize| contents.notes.get(*index).map(deck_note);
        self.only_sources = found.only_sources.iter().filter_map(source).collect();
        self.only_deck = found.only_deck.iter().filter_map(deck).collect();
        let ties = found.ties.iter().map(|tie| Ambiguous {
            sources: tie.sources.iter().filter_map(source).collect(),
            deck: tie.deck.iter().filter_map(deck).collect(),
        });
        self.ambiguous = ties.collect();
    }
}

fn ours(note: &Note, facts: &Facts) -> Candidate {
    let is_cloze = facts.written_type().note_type.kind() == NoteTypeKind::Cloze;
    Candidate {
        guid: note
            .guid
            .as_ref()
            .map_or_else(String::new, |it| it.as_str().to_owned()),
        first: folded(note.fields.first(), is_cloze),
        whole: folded_all(note.fields.iter(), is_cloze),
    }
}

fn theirs_of(stored: &StoredNote, stored_type: Option<&StoredNoteType>) -> Candidate {
    let is_cloze = stored_type.is_some_and(|it| it.kind == NoteTypeKind::Cloze);
    Candidate {
        guid: stored.guid.clone(),
        first: folded(stored.fields().next().unwrap_or_default(), is_cloze),
        whole: folded_all(stored.fields(), is_cloze),
    }
}

/// Whether an import would find nothing to update: fields of one name say the same, and there are
/// no others that say anything.
fn same_note(
    note: &Note,
    own: &WrittenType,
    stored: &StoredNote,
    stored_type: &StoredNoteType,
) -> bool {
    let names = stored_type.fields.iter().map(|it| it.name.as_str());
    let mut theirs: BTreeMap<&str, &str> = names.zip(stored.fields()).collect();
    let ours = own.note_type.field_names().zip(note.fields.iter());
    for (name, value) in ours {
        if theirs.remove(name).unwrap_or_default() != value {
            return false;
        }
    }
    let tags: BTreeSet<&str> = stored.tags().collect();
    let own_tags: BTreeSet<&str> = note.tags.iter().map(|it| it.as_str()).collect();
    theirs.values().all(|it| it.is_empty()) && tags == own_tags
}

fn adopt_note(lock: &mut Lock, facts: &Facts, stored: &StoredNote, same: bool, sources: &Sources) {
    let Some(id) = &facts.id else { return };
    let record = NoteRecord {
        guid: stored.guid.clone(),
        note_id: stored.id,
        modified: stored.modified,
        // What differs goes out with the next build, newer than what learners have.
        content: if same {
            facts.content
        } else {
            Digest::default()
        },
        note_type: facts.written_type().identity.as_str().into(),
        path: sources.path(facts.span().file).into(),
        heading: facts.headings.join(" / ").into(),
        fingerprint: facts.claim.fingerprint,
        rendered: None,
        sketch: facts.claim.sketch,
        place: None,
        clozes: Box::default(),
        masks: Box::default(),
    };
    lock.removed.remove(id);
    lock.notes.insert(Arc::clone(id), record);
}

fn source_note(note: &Note, facts: &Facts, sources: &Sources) -> SourceNote {
    let position: Option<Position> = sources.position(facts.span());
    SourceNote {
        path: sources.path(facts.span().file).to_owned(),
        line: position.map_or(1, |it| it.line),
        text: beginning(note.fields.first()),
    }
}

fn deck_note(stored: &StoredNote) -> DeckNote {
    DeckNote {
        guid: stored.guid.clone(),
        text: beginning(stored.fields().next().unwrap_or_default()),
    }
}

/// As much of a field's text as fits on a line.
fn beginning(html: &str) -> String {
    const LONGEST: usize = 60;
    let text = crate::template::strip::strip_html_keeping_media(html);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 2).chain("..".chars()).collect()
}
