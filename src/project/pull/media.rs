//! Pictures and sounds of the phone: those that the project has, under the paths that it has them
//! at, and new ones, which come into its folder of media.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::phone::Phone;
use super::reading::Reading;
use crate::Error;
use crate::files::parent;
use crate::identity::MediaRecord;
use crate::package::is_media_name;
use crate::project::Project;
use crate::project::unpack::media::{FOLDER, replaced};
use crate::project::unpack::names::media_file;
use crate::template::media::media_references;

/// A file that comes into the project.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PulledMedia {
    /// Its path, relative to the project, with `/` between its parts.
    pub path: String,
    /// Its name on the phone, which packages keep.
    pub name: String,
    /// What it holds.
    pub(super) bytes: Arc<[u8]>,
    content: String,
}

impl PulledMedia {
    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What the lock is to keep of its name.
    pub(super) fn record(&self) -> Option<MediaRecord> {
        is_media_name(&self.name).then(|| MediaRecord {
            content: self.content.clone(),
            name: self.name.clone(),
        })
    }
}

/// What is known of the media of the phone's notes.
#[derive(Default)]
pub(super) struct Media {
    pub(super) new: Vec<PulledMedia>,
    /// Names of contents that the project has under another name, which is the second.
    renamed: BTreeMap<String, String>,
    paths: BTreeMap<String, String>,
    /// The names of new files by their contents, and the paths of these, in lower case.
    contents: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Media {
    /// Those that the project has.
    pub(super) fn of(reading: &Reading) -> Self {
        Self {
            paths: reading.media.clone(),
            ..Self::default()
        }
    }

    /// Looks after the files that a field names.
    pub(super) fn learn(
        &mut self,
        html: &str,
        phone: &mut Phone,
        project: &Project,
        reading: &Reading,
    ) -> Result<(), Error> {
        for reference in media_references(html) {
            let name: String = reference.name.trim().nfc().collect();
            if self.paths.contains_key(&name) || self.renamed.contains_key(&name) {
                continue;
            }
            let Some(bytes) = phone.media(&name)? else {
                continue;
            };
            let content = blake3::hash(&bytes).to_hex().to_string();
            let known = reading.contents.get(&content);
            if let Some(known) = known.or(self.contents.get(&content)) {
                self.renamed.insert(name, known.clone());
                continue;
            }
            let path = self.free_path(&name, project, reading)?;
            self.paths.insert(name.clone(), path.clone());
            self.taken.insert(path.to_lowercase());
            self.contents.insert(content.clone(), name.clone());
            self.new.push(PulledMedia {
                path,
                name,
                bytes: bytes.into(),
                content,
            });
        }
        Ok(())
    }

    /// A path that no file has yet.
    fn free_path(&self, name: &str, project: &Project, reading: &Reading) -> Result<String, Error> {
        let folders = &reading.manifest.defaults.settings.media_paths;
        let folder = folders.first().map_or(FOLDER, String::as_str);
        let (stem, extension) = media_file(name);
        for number in 1_u32.. {
            let file = match number {
                1 => format!("{folder}/{stem}{extension}"),
                _ => format!("{folder}/{stem}-{number}{extension}"),
            };
            let taken = self.taken.contains(&file.to_lowercase());
            if !taken && project.files.size(&file)?.is_none() {
                return Ok(file);
            }
        }
        Ok(format!("{folder}/{stem}{extension}"))
    }

    /// A field with the names that its media have in the packages of the project.
    pub(super) fn renamed(&self, html: &str) -> String {
        if self.renamed.is_empty() {
            return html.to_owned();
        }
        replaced(html, |name| self.renamed.get(name).map(String::as_str))
    }

    /// A field with the paths of its media, as the file at `path` may name them.
    pub(super) fn with_paths(&self, html: &str, path: &str) -> String {
        let folder = parent(path);
        replaced(html, |name| {
            let found = self.paths.get(name)?.as_str();
            let below = found
                .strip_prefix(folder)
                .and_then(|it| it.strip_prefix('/'));
            Some(below.filter(|_| !folder.is_empty()).unwrap_or(found))
        })
    }

    /// The names that the lock is to keep.
    pub(super) fn records(&self) -> Vec<MediaRecord> {
        self.new.iter().filter_map(PulledMedia::record).collect()
    }

    /// The files by their paths.
    pub(super) fn texts(&self) -> BTreeMap<String, Arc<[u8]>> {
        let all = self.new.iter();
        all.map(|it| (it.path.clone(), Arc::clone(&it.bytes)))
            .collect()
    }
}
