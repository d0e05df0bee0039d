//! Which options learners should choose, so that they get what the author changed.

use std::fmt;

use super::{Conflict, Difference, NoteChange, NoteTypeChange, PresetChange};

/// What learners should choose in the import's window. Displayed, it is a sentence for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Advice {
    /// Tick "Merge note types": fields or card templates of a note type differ. The next sync must
    /// replace one side as a whole.
    pub merge_note_types: bool,
    /// Set "Update notes" to "Always".
    pub always_update_notes: bool,
    /// Set "Update note types" to "Always".
    pub always_update_note_types: bool,
    /// Tick "Import any deck presets".
    pub import_presets: bool,
}

impl Advice {
    /// Whether the options are good as they come.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Difference {
    /// What learners should choose, so that they get as much as an import can bring.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let changed =
            |wanted: &dyn Fn(&NoteChange) -> bool| self.notes.iter().any(|it| wanted(&it.change));
        let merge = self
            .note_types
            .iter()
            .any(|it| matches!(it.change, NoteTypeChange::Copied { .. }) && !it.kind_changed)
            && changed(&|it| *it == NoteChange::Conflicting(Conflict::NoteTypeChanged));
        // Merging would make one note type of a note's old and its new one.
        let retyped = changed(&|it| *it == NoteChange::Conflicting(Conflict::OtherNoteType));
        let merge = merge && !retyped;
        // What one learner has newer is what that learner wrote.
        let is_release = self.learner.is_none();
        let skipped = changed(&|it| matches!(it, NoteChange::Skipped { same_time: false }));
        let types_skipped = self
            .note_types
            .iter()
            .any(|it| matches!(it.change, NoteTypeChange::Skipped { same_time: false }));
        Advice {
            merge_note_types: merge,
            // Merging stamps the notes that learners have, so that none of the package's is newer.
            always_update_notes: merge || (skipped && is_release),
            always_update_note_types: types_skipped && is_release,
            import_presets: self
                .presets
                .iter()
                .any(|it| it.change == PresetChange::Added),
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.merge_note_types {
            parts.push("tick \"Merge note types\"");
        }
        if self.import_presets {
            parts.push("tick \"Import any deck presets\"");
        }
        if self.always_update_notes {
            parts.push("set \"Update notes\" to \"Always\"");
        }
        if self.always_update_note_types {
            parts.push("set \"Update note types\" to \"Always\"");
        }
        let said = match parts.as_slice() {
            [] => return formatter.write_str("When you import it, leave the options as they are."),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        };
        write!(formatter, "When you import it, {said}.")
    }
}
