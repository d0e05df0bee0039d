//! Presets of deck options in two packages.

use std::collections::BTreeSet;

use super::Imported;
use crate::package::{Contents, StoredDeckKind};

/// The preset that every collection has, and an import leaves alone.
const DEFAULT_PRESET: i64 = 1;

/// A preset that is not just as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresetDifference {
    /// Its id.
    pub id: i64,
    /// Its name in the new package.
    pub name: String,
    /// What happens to it.
    pub change: PresetChange,
}

/// What happens to a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PresetChange {
    /// It comes in for learners who tick "Import any deck presets", and for no others.
    Added,
    /// It differs, and reaches only learners who do not have it yet: an import never changes a
    /// preset.
    Changed,
}

pub(super) fn compare(imported: &Imported<'_>) -> Vec<PresetDifference> {
    let used = used(imported.new);
    let presets = imported
        .new
        .presets
        .iter()
        .filter(|it| used.contains(&it.id));
    presets
        .filter_map(|preset| {
            let old = imported.old.presets.iter().find(|it| it.id == preset.id);
            let change = match old {
                None => PresetChange::Added,
                Some(old) if old.options != preset.options => PresetChange::Changed,
                Some(_) => return None,
            };
            Some(PresetDifference {
                id: preset.id,
                name: preset.name.clone(),
                change,
            })
        })
        .collect()
}

/// The presets that decks name.
fn used(package: &Contents) -> BTreeSet<i64> {
    let kinds = package.decks.iter().map(|deck| &deck.kind);
    let presets = kinds.filter_map(|kind| match kind {
        StoredDeckKind::Normal { preset, .. } => Some(*preset),
        StoredDeckKind::Filtered { .. } => None,
    });
    presets.filter(|id| *id != DEFAULT_PRESET).collect()
}
