//! Note types of two packages.

use super::Imported;
use crate::model::NoteTypeKind;
use crate::package::StoredNoteType;
use crate::package::import::{NoteTypeImport, NoteTypeOutcome, is_same, schema_difference};

/// A note type that is not just as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteTypeDifference {
    /// Its id.
    pub id: i64,
    /// Its name in the new package.
    pub name: String,
    /// What learners see it as, where the name is taken by another one.
    pub renamed: Option<String>,
    /// What happens to it.
    pub change: NoteTypeChange,
    /// Whether it was a normal one and is a cloze type now, or the other way round: the cards that
    /// learners have stay, and mostly show nothing.
    pub kind_changed: bool,
}

/// What happens to a note type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteTypeChange {
    /// It comes in.
    Added,
    /// It replaces the one that learners have.
    #[non_exhaustive]
    Updated {
        /// Whether the browser sorts by another field: all learners must sync one way, and all
        /// notes of the type count as edited by the import, so that no text of this package
        /// reaches them.
        sort_field: bool,
        /// How many cards Anki adds, because the front of a card template changed.
        cards_generated: usize,
        /// Whether a name moved from one field to another: Anki renames fields in card templates
        /// once too often, and cards show the wrong field.
        templates_rewritten: bool,
    },
    /// It differs, but learners keep theirs, because the package's is not newer.
    #[non_exhaustive]
    Skipped {
        /// Whether it has the very time of the learner's: no option brings it then.
        same_time: bool,
    },
    /// Fields or card templates differ: it comes in as another note type beside the one that
    /// learners have, for added notes alone.
    #[non_exhaustive]
    Copied {
        /// What differs, in a phrase.
        why: String,
    },
}

pub(super) fn compare(imported: &Imported<'_>) -> Vec<NoteTypeDifference> {
    let log = imported.log.note_types.iter();
    log.filter_map(|entry| {
        let new = imported
            .new
            .note_types
            .iter()
            .find(|it| it.id == entry.id)?;
        compare_one(imported, new, entry)
    })
    .collect()
}

fn compare_one(
    imported: &Imported<'_>,
    new: &StoredNoteType,
    entry: &NoteTypeImport,
) -> Option<NoteTypeDifference> {
    let held = imported.before.note_types().get(&new.id);
    let same = held.is_some_and(|held| is_same(&held.stored, new));
    let mut change = match (entry.outcome, held) {
        (NoteTypeOutcome::Added, _) | (_, None) => NoteTypeChange::Added,
        (
            NoteTypeOutcome::Updated {
                sort_field,
                cards_generated,
                templates_rewritten,
            },
            Some(_),
        ) => {
            if same && !templates_rewritten {
                return None;
            }
            NoteTypeChange::Updated {
                sort_field,
                cards_generated,
                templates_rewritten,
            }
        }
        (NoteTypeOutcome::Kept, Some(held)) => {
            if same {
                return None;
            }
            NoteTypeChange::Skipped {
                same_time: held.modified == new.modified,
            }
        }
        (_, Some(_)) => NoteTypeChange::Copied { why: String::new() },
    };
    if let (NoteTypeChange::Copied { why }, Some(held)) = (&mut change, held) {
        *why = schema_difference(&held.stored, new).unwrap_or_default();
    }
    let kind_changed = held.is_some_and(|held| held.kind() != new.kind)
        && matches!(new.kind, NoteTypeKind::Normal | NoteTypeKind::Cloze);
    Some(NoteTypeDifference {
        id: new.id,
        name: new.name.clone(),
        renamed: (entry.name != new.name).then(|| entry.name.clone()),
        change,
        kind_changed,
    })
}
