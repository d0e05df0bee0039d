//! The names that media get in the package, and their way into the fields.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::library::Known;
use super::name::name_for;
use super::{MediaKey, PLACEHOLDER_START};

/// Where the bytes of a media file are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaContent {
    /// In a file of the project, at this path.
    File(String),
    /// In the text of a note, as a `data:` address.
    Bytes(Arc<[u8]>),
}

/// A media file and its name in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedMedia {
    /// The name in the package.
    pub name: String,
    /// The hash of its bytes.
    pub key: MediaKey,
    /// Where its bytes are.
    pub content: MediaContent,
}

/// The names of the media of all rendered notes.
#[derive(Debug, Clone, Default)]
pub struct MediaNames {
    /// In the order of their first use.
    files: Vec<NamedMedia>,
    by_key: BTreeMap<MediaKey, usize>,
}

impl MediaNames {
    pub(super) fn new<'k>(
        contents: &BTreeMap<MediaKey, Known>,
        used: impl IntoIterator<Item = &'k MediaKey>,
        frozen: &BTreeMap<String, String>,
    ) -> Self {
        let mut names = Self::default();
        let mut taken: BTreeSet<String> = frozen.values().cloned().collect();
        for key in used {
            let Some(known) = contents.get(key) else {
                continue;
            };
            if names.by_key.contains_key(key) {
                continue;
            }
            let name = frozen.get(&key.hex()).cloned().unwrap_or_else(|| {
                let mut name = name_for(&known.path, key);
                // Sixteen digits of the hash differ for any two files; a name that is frozen
                // for another content could have been written by hand.
                while !taken.insert(name.clone()) {
                    name.insert(0, 'x');
                }
                name
            });
            names.by_key.insert(*key, names.files.len());
            names.files.push(NamedMedia {
                name,
                key: *key,
                content: known.content.clone(),
            });
        }
        names
    }

    /// Puts the names into rendered fields, in the place of what stands for them.
    pub fn resolve(&self, fields: &mut [String]) {
        for field in fields {
            if let Some(resolved) = self.resolved(field) {
                *field = resolved;
            }
        }
    }

    /// The files: each content once, in the order of first use.
    #[must_use]
    pub fn files(&self) -> &[NamedMedia] {
        &self.files
    }

    /// The name of a content.
    #[must_use]
    pub fn name(&self, key: &MediaKey) -> Option<&str> {
        let index = self.by_key.get(key)?;
        self.files.get(*index).map(|file| file.name.as_str())
    }

    fn resolved(&self, field: &str) -> Option<String> {
        let mut rest = field;
        let mut resolved = String::new();
        while let Some(at) = rest.find(PLACEHOLDER_START) {
            let (before, from) = rest.split_at(at);
            resolved.push_str(before);
            let found = MediaKey::parse_placeholder(from)
                .and_then(|(key, length)| Some((self.name(&key)?, length)));
            let length = match found {
                Some((name, length)) => {
                    resolved.push_str(name);
                    length
                }
                None => {
                    resolved.push(PLACEHOLDER_START);
                    PLACEHOLDER_START.len_utf8()
                }
            };
            rest = from.get(length..).unwrap_or_default();
        }
        if rest.len() == field.len() {
            return None;
        }
        resolved.push_str(rest);
        Some(resolved)
    }
}
