//! The first step of an import: note types, which are known by their ids.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::collection::{Collection, HeldNoteType, NOW};
use super::generate::missing_cards;
use super::names::{free_name, type_name};
use super::options::ImportOptions;
use super::refusal::Refusal;
use super::renames::renamed;
use super::schema::{TypeShape, sort_field};
use crate::package::{Contents, StoredNoteType};

/// What became of a note type of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteTypeImport {
    /// Its id in the package.
    pub id: i64,
    /// The id under which the collection has it.
    pub target: i64,
    /// What the collection calls it.
    pub name: String,
    /// What happened.
    pub outcome: NoteTypeOutcome,
}

/// What an import did with a note type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteTypeOutcome {
    /// It came in under its own id.
    Added,
    /// It replaced the collection's.
    #[non_exhaustive]
    Updated {
        /// Whether the browser sorts by another field now. All notes of the type count as changed
        /// by the import, before the package's notes are looked at.
        sort_field: bool,
        /// How many cards Anki made, because the front of a card template changed.
        cards_generated: usize,
        /// Whether Anki changed the package's card templates: names moved from one field to
        /// another, and they show the wrong ones now.
        templates_rewritten: bool,
    },
    /// The collection keeps its own.
    Kept,
    /// Fields or card templates differ: it came in as another note type, and the notes that the
    /// learner has stay with theirs.
    Copied,
    /// Fields or card templates differ from the collection's, not from a copy that an earlier
    /// import brought: notes go with that copy, which was updated if so.
    #[non_exhaustive]
    EarlierCopy {
        /// Whether the package's replaced the copy.
        updated: bool,
    },
}

/// What the other steps need to know of it.
pub(super) struct Imported {
    pub(super) outcomes: Vec<NoteTypeImport>,
    /// By id in the package, the collection's.
    pub(super) targets: HashMap<i64, i64>,
    pub(super) cards_generated: usize,
    pub(super) one_way_sync: bool,
}

pub(super) fn import<'a>(
    collection: &mut Collection<'a>,
    package: &'a Contents,
    options: &ImportOptions,
) -> Result<Imported, Refusal> {
    let used: BTreeSet<i64> = package.notes.iter().map(|note| note.note_type).collect();
    let mut imported = Imported {
        outcomes: Vec::new(),
        targets: HashMap::new(),
        cards_generated: 0,
        one_way_sync: false,
    };
    for stored in package.note_types.iter().filter(|it| used.contains(&it.id)) {
        let shape = TypeShape::new(stored);
        let (target, outcome) = import_one(collection, stored, &shape, options)?;
        if let NoteTypeOutcome::Updated {
            sort_field,
            cards_generated,
            ..
        } = outcome
        {
            imported.one_way_sync |= sort_field;
            imported.cards_generated += cards_generated;
        }
        imported.targets.insert(stored.id, target);
        let name = collection.note_types.get(&target).map(|it| it.name.clone());
        imported.outcomes.push(NoteTypeImport {
            id: stored.id,
            target,
            name: name.unwrap_or_default(),
            outcome,
        });
    }
    Ok(imported)
}

fn import_one<'a>(
    collection: &mut Collection<'a>,
    stored: &'a StoredNoteType,
    shape: &TypeShape,
    options: &ImportOptions,
) -> Result<(i64, NoteTypeOutcome), Refusal> {
    let Some(held) = collection.note_types.get(&stored.id) else {
        put(collection, stored.id, Cow::Borrowed(stored), shape)?;
        return Ok((stored.id, NoteTypeOutcome::Added));
    };
    if held.shape.matches(shape) {
        let outcome = update(collection, stored.id, stored, shape, options)?;
        return Ok((stored.id, outcome));
    }
    let is_copy = |id: i64, held: &HeldNoteType<'_>| {
        id != stored.id && held.original_id == stored.id && held.shape.matches(shape)
    };
    let copies = collection.note_types.iter();
    let copy = copies
        .filter(|(id, held)| is_copy(**id, held))
        .map(|(id, _)| *id)
        .next();
    if let Some(id) = copy {
        let outcome = update(collection, id, stored, shape, options)?;
        let updated = outcome != NoteTypeOutcome::Kept;
        return Ok((id, NoteTypeOutcome::EarlierCopy { updated }));
    }
    let id = collection.new_type_id();
    put(collection, id, Cow::Borrowed(stored), shape)?;
    Ok((id, NoteTypeOutcome::Copied))
}

fn update<'a>(
    collection: &mut Collection<'a>,
    id: i64,
    stored: &'a StoredNoteType,
    shape: &TypeShape,
    options: &ImportOptions,
) -> Result<NoteTypeOutcome, Refusal> {
    let Some(held) = collection.note_types.get(&id) else {
        return Ok(NoteTypeOutcome::Kept);
    };
    if !options
        .update_note_types
        .takes(stored.modified, held.modified)
    {
        return Ok(NoteTypeOutcome::Kept);
    }
    let earlier = held.stored.clone();
    let kept = renamed(stored, shape, &held.shape);
    let sorted_anew = sort_field(&earlier) != sort_field(stored);
    let templates_rewritten = matches!(kept, Cow::Owned(_));
    let fronts = |it: &StoredNoteType| -> Vec<String> {
        it.templates
            .iter()
            .map(|template| template.front.clone())
            .collect()
    };
    let fronts_changed = fronts(&earlier) != fronts(&kept);
    put(collection, id, kept, shape)?;
    if sorted_anew {
        let notes = collection.notes.iter_mut();
        for note in notes.filter(|note| note.note_type == id) {
            note.modified = NOW;
        }
    }
    let cards_generated = match fronts_changed {
        true => missing_cards(collection, id),
        false => 0,
    };
    Ok(NoteTypeOutcome::Updated {
        sort_field: sorted_anew,
        cards_generated,
        templates_rewritten,
    })
}

/// Puts the note type into the collection, under a name that no other one has. One that gets
/// another name counts as changed by the import.
fn put<'a>(
    collection: &mut Collection<'a>,
    id: i64,
    stored: Cow<'a, StoredNoteType>,
    shape: &TypeShape,
) -> Result<(), Refusal> {
    shape.check(&stored)?;
    let wanted = type_name(&stored.name);
    let name = free_name(wanted.clone(), |name| collection.has_type_name(name, id));
    let modified = if name == wanted { stored.modified } else { NOW };
    let held = HeldNoteType {
        name,
        modified,
        original_id: stored.id,
        stored,
        shape: shape.clone(),
    };
    collection.put_type(id, held);
    Ok(())
}
