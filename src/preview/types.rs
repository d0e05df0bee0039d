//! The styles of note types as files beside the media, because what a style names lies there.

use std::collections::{BTreeMap, BTreeSet};

use crate::package::Contents;

/// The names of the files of styles.
pub(super) struct TypeFiles(BTreeMap<i64, String>);

impl TypeFiles {
    /// One for each note type, called as no medium is.
    pub(super) fn new(contents: &Contents) -> Self {
        let media = contents.media.iter();
        let taken: BTreeSet<String> = media.map(|it| it.name.to_lowercase()).collect();
        let types = contents.note_types.iter().map(|it| {
            let mut name = format!("deckle-type-{}.css", it.id);
            while taken.contains(&name) {
                name.insert(0, '_');
            }
            (it.id, name)
        });
        Self(types.collect())
    }

    /// The name of the file of a note type.
    pub(super) fn style(&self, id: i64) -> &str {
        self.0.get(&id).map_or("", String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &str)> {
        self.0.iter().map(|(id, name)| (*id, name.as_str()))
    }
}
