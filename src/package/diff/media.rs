//! Media of two packages.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Imported;
use crate::package::import::MediaOutcome;

/// A media file that is not just as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaDifference {
    /// Its name in the new package; in the old one where only that has it.
    pub name: String,
    /// What happens to it.
    pub change: MediaChange,
}

/// What happens to a media file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaChange {
    /// It comes in.
    Added,
    /// It replaces the file of its name that learners have. Anki 26.9.3 does so where the name has
    /// capitals.
    Replaced,
    /// Another file has its name: it comes in under this one, which the notes that are added or
    /// updated then name.
    Renamed(String),
    /// It differs from the file of its name that learners have, and stays away: files whose names
    /// begin with `_` or `latex-` are never replaced.
    Kept,
    /// It differs from the file of its name that learners have, and stays away, because no note
    /// that is added or updated names it.
    NotSent,
    /// It stays away, because no note that is added or updated names it.
    Unused,
    /// The new package does not have it. Learners keep it.
    Left,
}

pub(super) fn compare(imported: &Imported<'_>) -> Vec<MediaDifference> {
    let had = imported.before.media();
    let old: HashMap<&str, Option<[u8; 20]>> = imported
        .old
        .media
        .iter()
        .map(|it| (it.name.as_str(), it.sha1))
        .collect();
    let mut found: BTreeMap<&str, MediaChange> = BTreeMap::new();
    for (file, outcome) in imported.new.media.iter().zip(&imported.log.media) {
        let there = had.get(&file.name);
        let was_there_too = || old.get(file.name.as_str()) == Some(&file.sha1);
        let change = match outcome {
            MediaOutcome::Added(name) if had.contains_key(name) => MediaChange::Replaced,
            MediaOutcome::Added(_) => MediaChange::Added,
            MediaOutcome::Renamed(name) => MediaChange::Renamed(name.clone()),
            MediaOutcome::Kept => MediaChange::Kept,
            MediaOutcome::Unused if there.is_some() && there != file.sha1.as_ref() => {
                MediaChange::NotSent
            }
            // What was of no use before is no news.
            MediaOutcome::Unused if there.is_none() && !was_there_too() => MediaChange::Unused,
            _ => continue,
        };
        found.insert(&file.name, change);
    }
    let names: HashSet<&str> = imported
        .new
        .media
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    for file in &imported.old.media {
        let counts = had.contains_key(&file.name) && imported.scope.has_media(&file.name);
        if counts && !names.contains(file.name.as_str()) {
            found.insert(&file.name, MediaChange::Left);
        }
    }
    let found = found.into_iter();
    found
        .map(|(name, change)| MediaDifference {
            name: name.to_owned(),
            change,
        })
        .collect()
}
