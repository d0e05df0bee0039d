//! Which cards Anki would make of a note.

use std::collections::BTreeSet;

use super::finding::{Findings, Place, shown};
use super::note_types::Type;
use super::rules;
use crate::model::NoteTypeKind;
use crate::package::StoredNote;
use crate::template::generate::{cloze_card_ords, is_field_empty};
use crate::template::{ClozeProblemKind, ClozeText};

/// The cards of a note, by their ordinals.
pub(super) struct Expected {
    /// Those that every Anki makes.
    pub(super) ordinals: BTreeSet<u16>,
    /// Those that only some make, or whose card template cannot be read.
    undecided: BTreeSet<u16>,
}

impl Expected {
    pub(super) fn of(note: &StoredNote, note_type: &Type<'_>) -> Self {
        if note_type.stored.kind == NoteTypeKind::Cloze {
            let numbers = cloze_card_ords(note.fields());
            return Self {
                ordinals: numbers
                    .into_iter()
                    .filter_map(|it| u16::try_from(it).ok())
                    .collect(),
                undecided: BTreeSet::new(),
            };
        }
        let filled: BTreeSet<&str> = note
            .fields()
            .zip(&note_type.fields)
            .filter(|(text, _)| !is_field_empty(text))
            .map(|(_, name)| name.as_str())
            .collect();
        let is_filled = |name: &str| filled.contains(name);
        let has_field = |name: &str| note_type.fields.iter().any(|it| it == name);
        let has_tags = note.tags().next().is_some();
        let mut expected = Self {
            ordinals: BTreeSet::new(),
            undecided: BTreeSet::new(),
        };
        for (ordinal, front) in (0_u16..).zip(&note_type.fronts) {
            let Some(front) = front else {
                expected.undecided.insert(ordinal);
                continue;
            };
            if front.special_fields_decide(is_filled, has_field, has_tags) {
                expected.undecided.insert(ordinal);
            } else if front.renders(is_filled) {
                expected.ordinals.insert(ordinal);
            }
        }
        expected
    }

    /// Whether there may be such a card.
    pub(super) fn allows(&self, ordinal: u16) -> bool {
        self.ordinals.contains(&ordinal) || self.undecided.contains(&ordinal)
    }
}

/// What a cloze type's note has besides good clozes.
pub(super) fn check_clozes(note: &StoredNote, note_type: &Type<'_>, findings: &mut Findings) {
    if note_type.stored.kind != NoteTypeKind::Cloze {
        return;
    }
    for (text, name) in note.fields().zip(&note_type.fields) {
        if !text.contains("{{c") {
            continue;
        }
        for problem in ClozeText::parse(text).problems() {
            let rule = match problem.kind {
                ClozeProblemKind::NumberTooHigh(_) => &rules::CLOZE_NUMBER,
                ClozeProblemKind::Unclosed | ClozeProblemKind::TooDeep => &rules::CLOZE_TEXT,
                ClozeProblemKind::SeveralNumbers => &rules::SEVERAL_NUMBERS,
                _ => continue,
            };
            findings.add(rule, || {
                let cloze = text.get(problem.range.clone()).unwrap_or_default();
                let detail = format!("`{}` in the field `{}`", shown(cloze), shown(name));
                (Place::note(note), detail)
            });
        }
    }
}
