//! The media of a project: each file looked up, read and hashed once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::data_uri;
use super::kind::MediaKind;
use super::lookup::{Finder, Lookup};
use super::{MediaContent, MediaKey, MediaNames};
use crate::Error;
use crate::files::{Cache, Files};
use crate::render::formula::store::Formulas;

/// How a note refers to a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Reference<'r> {
    /// The path as it is written.
    pub(in crate::render) path: &'r str,
    /// The folder of the file that refers to it.
    pub(in crate::render) folder: &'r str,
    /// Further folders, from the root.
    pub(in crate::render) media_paths: &'r [String],
    /// Whether the name alone is enough (`![[name.png]]`).
    pub(in crate::render) wiki: bool,
    /// The largest size of a file, in bytes.
    pub(in crate::render) max_bytes: u64,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::render) enum Resolved {
    /// A file of the project.
    File {
        key: MediaKey,
        kind: MediaKind,
        /// Its path, where the letter case differs from that of the reference.
        other_case: Option<String>,
    },
    /// None; the nearest name, as the reference would have to be written.
    Missing { nearest: Option<String> },
    /// A file outside of the project.
    Outside,
    /// Several files.
    Ambiguous(Vec<String>),
    /// A file of this many bytes, which is too many.
    TooLarge { bytes: u64 },
    /// A file that cannot be read.
    Unreadable(String),
    /// A `data:` address that cannot be read.
    BadData(String),
}

/// The media files that notes refer to. Many threads may use it at a time.
pub(in crate::render) struct Library<'a> {
    finder: Finder<'a>,
    lookups: Mutex<BTreeMap<LookupKey, Arc<OnceLock<Lookup>>>>,
    hashes: Mutex<BTreeMap<String, Arc<Hashed>>>,
    contents: Mutex<BTreeMap<MediaKey, Known>>,
    /// What earlier builds made.
    pub(in crate::render) cache: Cache,
    pub(in crate::render) formulas: Formulas,
}

/// The reference, its folder, the media folders and whether it is a wiki embed.
type LookupKey = (String, String, Vec<String>, bool);

/// The hash of a file, worked out by the first who asks; else why it cannot be read.
type Hashed = OnceLock<Result<MediaKey, String>>;

/// Where a content was found.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The smallest path, from which it is named.
    pub(super) path: String,
    pub(super) content: MediaContent,
}

impl<'a> Library<'a> {
    pub(in crate::render) fn new(files: &'a dyn Files) -> Self {
        Self {
            finder: Finder::new(files),
            lookups: Mutex::default(),
            hashes: Mutex::default(),
            contents: Mutex::default(),
            cache: Cache::none(),
            formulas: Formulas::default(),
        }
    }

    /// The file that a reference leads to.
    pub(in crate::render) fn resolve(&self, reference: &Reference<'_>) -> Resolved {
        let is_data = |it: &[u8]| it.eq_ignore_ascii_case(b"data:");
        if reference.path.as_bytes().get(..5).is_some_and(is_data) {
            return self.resolve_data(reference);
        }
        let key = (
            reference.path.to_owned(),
            reference.folder.to_owned(),
            reference.media_paths.to_vec(),
            reference.wiki,
        );
        let cell = Arc::clone(lock(&self.lookups).entry(key).or_default());
        match cell.get_or_init(|| self.finder.find(reference)) {
            Lookup::Found { size, .. } if *size > reference.max_bytes => {
                Resolved::TooLarge { bytes: *size }
            }
            Lookup::Found {
                path, case_differs, ..
            } => match self.hash(path) {
                Ok(key) => Resolved::File {
                    key,
                    kind: MediaKind::of(path),
                    other_case: case_differs.then(|| path.clone()),
                },
                Err(text) => Resolved::Unreadable(text),
            },
            Lookup::Missing { nearest } => Resolved::Missing {
                nearest: nearest.clone(),
            },
            Lookup::Outside => Resolved::Outside,
            Lookup::Ambiguous(paths) => Resolved::Ambiguous(paths.clone()),
            Lookup::Unreadable(text) => Resolved::Unreadable(text.clone()),
        }
    }

    /// The names of all contents; see [`Renderer::names`](crate::render::Renderer::names).
    pub(in crate::render) fn names<'k>(
        &self,
        used: impl IntoIterator<Item = &'k MediaKey>,
        frozen: &BTreeMap<String, Vec<String>>,
    ) -> MediaNames {
        MediaNames::new(&lock(&self.contents), used, frozen)
    }

    /// Where the bytes of a content are.
    pub(in crate::render) fn content(&self, key: &MediaKey) -> Option<MediaContent> {
        lock(&self.contents).get(key).map(|it| it.content.clone())
    }

    /// Takes in a content that was made; `path` is what it is named from.
    pub(in crate::render) fn made(&self, path: &str, bytes: Vec<u8>) -> MediaKey {
        let key = MediaKey(blake3::hash(&bytes).into());
        self.learn(key, path, || MediaContent::Bytes(bytes.into()));
        key
    }

    /// The bytes of the file at this path.
    pub(in crate::render) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.finder.files().read(path)
    }

    /// The hash of a file's content, which is read piece by piece and only the first time.
    pub(in crate::render) fn hash(&self, path: &str) -> Result<MediaKey, String> {
        let cell = Arc::clone(lock(&self.hashes).entry(path.to_owned()).or_default());
        let hashed = cell.get_or_init(|| {
            let hash = self.finder.files().hash(path);
            let key = MediaKey(hash.map_err(|error| error.to_string())?);
            self.learn(key, path, || MediaContent::File(path.to_owned()));
            Ok(key)
        });
        hashed.clone()
    }

    fn resolve_data(&self, reference: &Reference<'_>) -> Resolved {
        let (bytes, extension) = match data_uri::decode(reference.path) {
            Ok(decoded) => decoded,
            Err(text) => return Resolved::BadData(text),
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > reference.max_bytes {
            return Resolved::TooLarge { bytes: size };
        }
        let key = MediaKey(blake3::hash(&bytes).into());
        let path = format!("pasted.{extension}");
        let kind = MediaKind::of(&path);
        self.learn(key, &path, || MediaContent::Bytes(bytes.into()));
        Resolved::File {
            key,
            kind,
            other_case: None,
        }
    }

    /// Remembers where a content stands. A file comes before bytes in a text, so that what is
    /// remembered does not depend on the order of the notes.
    fn learn(&self, key: MediaKey, path: &str, content: impl FnOnce() -> MediaContent) {
        let mut contents = lock(&self.contents);
        let rank = |content: &MediaContent| matches!(content, MediaContent::Bytes(_));
        let content = content();
        let better = contents.get(&key).is_none_or(|known| {
            (rank(&content), path) < (rank(&known.content), known.path.as_str())
        });
        if better {
            let path = path.to_owned();
            contents.insert(key, Known { path, content });
        }
    }
}

/// A thread that panicked while it held the lock left a whole map behind: entries are put in by
/// one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
