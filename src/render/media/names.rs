//! The names that media get in the package, and their way into the fields.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::data_uri::percent_decode;
use super::library::Known;
use super::name::name_for;
use super::{MediaKey, PLACEHOLDER_START, Placeholder};
use crate::model::written::Images;

/// Where the bytes of a media file are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaContent {
    /// In a file of the project, at this path.
    File(Arc<str>),
    /// In the text of a note, as a `data:` address.
    Bytes(Arc<[u8]>),
    /// Made of a picture of the project.
    Picture {
        /// The picture's path.
        path: Arc<str>,
        /// What is done to it.
        images: Images,
    },
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
    /// Contents that have several names; their files are those that fields ask for.
    several: BTreeMap<MediaKey, (Vec<String>, MediaContent)>,
}

impl MediaNames {
    pub(super) fn new<'k>(
        contents: &BTreeMap<MediaKey, Known>,
        used: impl IntoIterator<Item = &'k MediaKey>,
        frozen: &BTreeMap<String, Vec<String>>,
    ) -> Self {
        let mut names = Self {
            files: Vec::with_capacity(contents.len()),
            ..Self::default()
        };
        let taken: BTreeSet<&String> = frozen.values().flatten().collect();
        for key in used {
            let Some(known) = contents.get(key) else {
                continue;
            };
            if names.by_key.contains_key(key) || names.several.contains_key(key) {
                continue;
            }
            let given = frozen
                .get(&key.hex())
                .map(Vec::as_slice)
                .unwrap_or_default();
            if given.len() > 1 {
                let several = (given.to_vec(), known.content.clone());
                names.several.insert(*key, several);
                continue;
            }
            let name = given.first().cloned().unwrap_or_else(|| {
                let mut name = name_for(&known.path, key);
                // Sixteen digits of the hash differ for any two files; a name that is frozen
                // for another content could have been written by hand.
                while taken.contains(&name) {
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

    /// Puts the names into rendered fields, as [`MediaNames::resolved`].
    pub fn resolve(&mut self, fields: &mut [String]) {
        for field in fields {
            if let Some(resolved) = self.resolved(field) {
                *field = resolved;
            }
        }
    }

    /// A rendered text with the names in the place of what stands for them; `None` where nothing
    /// does. When all fields went through here, [`MediaNames::files`] is complete.
    pub fn resolved(&mut self, text: &str) -> Option<String> {
        let mut rest = text;
        if !text.contains(PLACEHOLDER_START) {
            return None;
        }
        // Names are shorter than what stands for them.
        let mut resolved = String::with_capacity(text.len());
        while let Some(at) = rest.find(PLACEHOLDER_START) {
            let (before, from) = rest.split_at(at);
            resolved.push_str(before);
            let found = MediaKey::parse_placeholder(from)
                .and_then(|found| Some((self.text_of(&found)?, found.length)));
            let length = match found {
                Some((name, length)) => {
                    resolved.push_str(&name);
                    length
                }
                None => {
                    resolved.push(PLACEHOLDER_START);
                    PLACEHOLDER_START.len_utf8()
                }
            };
            rest = from.get(length..).unwrap_or_default();
        }
        resolved.push_str(rest);
        Some(resolved)
    }

    /// The files: each content once, in the order of first use.
    #[must_use]
    pub fn files(&self) -> &[NamedMedia] {
        &self.files
    }

    /// The name of a content.
    #[must_use]
    pub fn name(&self, key: &MediaKey) -> Option<&str> {
        if let Some((names, _)) = self.several.get(key) {
            return names.first().map(String::as_str);
        }
        let index = self.by_key.get(key)?;
        self.files.get(*index).map(|file| file.name.as_str())
    }

    /// What goes into the place of a placeholder.
    fn text_of(&mut self, placeholder: &Placeholder<'_>) -> Option<String> {
        let key = &placeholder.key;
        let said = |name: &str| {
            placeholder.written.filter(|(_, read)| {
                *read == name || percent_decode(read.as_bytes()) == name.as_bytes()
            })
        };
        let Some((names, content)) = self.several.get(key) else {
            let name = self.name(key)?;
            return Some(said(name).map_or(name, |(written, _)| written).to_owned());
        };
        let name = names.iter().find(|name| said(name).is_some());
        let name = name.or_else(|| names.first())?;
        let text = said(name).map_or(name.as_str(), |(written, _)| written);
        let text = text.to_owned();
        if !self.files.iter().any(|file| file.name == *name) {
            self.files.push(NamedMedia {
                name: name.clone(),
                key: *key,
                content: content.clone(),
            });
        }
        Some(text)
    }
}
