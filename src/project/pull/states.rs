//! What the phone had when its edits were pulled last: what it edits afterwards are edits of that,
//! whether a package with the merged notes has arrived there meanwhile or not.
//!
//! A text file beside the kept packages, a line a note, as in the histories of packages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::phone::PhoneNote;
use crate::model::Flag;
use crate::project::ship::{BASE, PastNote};
use crate::{Error, files};

const NAME: &str = "pulled.history";

/// The notes that were pulled, by their guids. A line that cannot be read tells nothing.
pub(super) fn read(root: &Path) -> Result<BTreeMap<String, PastNote>, Error> {
    let bytes = files::read_if_exists(&path(root))?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter_map(|it| {
        let line: Value = serde_json::from_str(it).ok()?;
        PastNote::of(&line)
    });
    Ok(lines.map(|it| (it.guid.clone(), it)).collect())
}

/// Writes down what was pulled now.
pub(super) fn keep(root: &Path, pulled: Vec<PastNote>) -> Result<(), Error> {
    if pulled.is_empty() {
        return Ok(());
    }
    let mut known = read(root)?;
    known.extend(pulled.into_iter().map(|it| (it.guid.clone(), it)));
    let text: String = known.values().map(PastNote::line).collect();
    files::make_folder(&root.join(BASE))?;
    files::deliver_bytes(text.as_bytes(), &path(root))?;
    Ok(())
}

/// A note as the phone has it.
pub(super) fn state(note: &PhoneNote) -> PastNote {
    let flag = Flag::ALL.iter().position(|(it, _)| *it == note.flag());
    PastNote {
        guid: note.guid.clone(),
        modified: note.modified,
        names: note.note_type.fields.to_vec(),
        fields: note.fields.clone(),
        tags: note.tags.iter().cloned().collect(),
        flag: flag.and_then(|it| it.try_into().ok()).unwrap_or(0),
        suspended: note.suspended().is_some(),
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(BASE).join(NAME)
}
