//! The media of a project: each file looked up, read and hashed once.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::data_uri;
use super::findings::{self, Use};
use super::kind::{MediaKind, extension};
use super::lookup::{Finder, Lookup};
use super::{MediaContent, MediaKey, MediaNames};
use crate::Error;
use crate::diag::{Diagnostics, Span};
use crate::files::{Cache, Container, Content, FetchedFile, Files, PINS, Picture, Pins};
use crate::model::written::Images;
use crate::render::RemoteMedia;
use crate::render::audio::{MadeSound, MadeSounds, Recorded};
use crate::render::formula::store::{Formulas, SharedFont};
use crate::render::picture::{self, Outcome};

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
    /// What is done to pictures.
    pub(in crate::render) images: Images,
    /// Where the reference stands.
    pub(in crate::render) span: Span,
    /// Whether a file that shows nothing is a warning only.
    pub(in crate::render) lenient: bool,
    /// Whether a learner gets to see or hear it.
    pub(in crate::render) ships: bool,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::render) enum Resolved {
    /// A file of the project.
    File {
        key: MediaKey,
        /// What it is known by when it is asked whether a note changed.
        known_as: MediaKey,
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
    lookups: Mutex<HashMap<Asked, Arc<OnceLock<Lookup>>>>,
    read: Mutex<BTreeMap<Arc<str>, Arc<Read>>>,
    changed: Mutex<BTreeMap<Wanted, Arc<Change>>>,
    uses: Mutex<BTreeMap<String, Use>>,
    contents: Mutex<BTreeMap<MediaKey, Known>>,
    /// What earlier builds made.
    pub(in crate::render) cache: Cache,
    /// What was fetched and made, once somebody asks.
    pins: OnceLock<Pins>,
    recorded: Mutex<BTreeMap<String, Arc<OnceLock<Recorded>>>>,
    made: Mutex<MadeSounds>,
    remote: Mutex<BTreeMap<String, RemoteMedia>>,
    pub(in crate::render) formulas: Formulas,
}

/// The hash of what decides where a reference leads: a deck may have a reference for each of its
/// notes, and paths are long.
type Asked = [u8; 16];

/// What a file holds, worked out by the first who asks; else why it cannot be read.
type Read = OnceLock<Result<Arc<Content>, String>>;

/// The path of a picture, and what is to be done to it.
type Wanted = (Arc<str>, Images);

/// How a picture goes into the package, worked out by the first who asks.
type Change = OnceLock<Shipped>;

/// How a file goes into the package.
#[derive(Debug, Clone)]
struct Shipped {
    key: MediaKey,
    known_as: MediaKey,
    /// Why a picture stayed as it is, though it was to be changed.
    failure: Option<String>,
    /// The size of what goes into the package, in bytes and pixels.
    bytes: u64,
    size: Option<(u32, u32)>,
}

/// Where a content was found.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The smallest path, from which it is named.
    pub(super) path: Arc<str>,
    pub(super) content: MediaContent,
}

impl<'a> Library<'a> {
    pub(in crate::render) fn new(files: &'a dyn Files) -> Self {
        Self {
            finder: Finder::new(files),
            lookups: Mutex::default(),
            read: Mutex::default(),
            changed: Mutex::default(),
            uses: Mutex::default(),
            contents: Mutex::default(),
            cache: Cache::none(),
            pins: OnceLock::new(),
            recorded: Mutex::default(),
            made: Mutex::default(),
            remote: Mutex::default(),
            formulas: Formulas::default(),
        }
    }

    /// The file that was fetched from an address.
    pub(in crate::render) fn fetched(&self, address: &str) -> Option<FetchedFile> {
        let pins = self.pins.get_or_init(|| {
            // What cannot be read of the list is told where the sources are read.
            let bytes = self.finder.files().read(PINS).unwrap_or_default();
            Pins::read(&String::from_utf8_lossy(&bytes)).0
        });
        pins.fetched.get(address).cloned()
    }

    /// Remembers that a note names this address.
    pub(in crate::render) fn name_remote(&self, address: &str, remote: RemoteMedia) {
        let mut known = lock(&self.remote);
        match known.get_mut(address) {
            None => drop(known.insert(address.to_owned(), remote)),
            Some(it) => {
                let most = it.max_bytes.max(remote.max_bytes);
                if place(&remote.source, remote.span) < place(&it.source, it.span) {
                    *it = remote;
                }
                it.max_bytes = most;
            }
        }
    }

    /// The addresses that notes name.
    pub(in crate::render) fn remote(&self) -> BTreeMap<String, RemoteMedia> {
        lock(&self.remote).clone()
    }

    /// Remembers that a note asks for a made sound.
    pub(in crate::render) fn ask(&self, path: &str, sound: MadeSound) {
        let mut known = lock(&self.made);
        match known.get_mut(path) {
            None => drop(known.insert(path.to_owned(), sound)),
            Some(it) => {
                let may_miss = it.may_miss && sound.may_miss;
                if place(&sound.source, sound.span) < place(&it.source, it.span) {
                    *it = sound;
                }
                it.may_miss = may_miss;
            }
        }
    }

    /// The made sounds that notes ask for, by their paths.
    pub(in crate::render) fn made_sounds(&self) -> MadeSounds {
        lock(&self.made).clone()
    }

    /// What `index` makes of the names in a folder, the first time.
    pub(in crate::render) fn recorded_in(
        &self,
        folder: &str,
        index: impl FnOnce(&[String]) -> Recorded,
    ) -> Arc<OnceLock<Recorded>> {
        let cell = Arc::clone(lock(&self.recorded).entry(folder.to_owned()).or_default());
        cell.get_or_init(|| index(&self.finder.files().folder(folder)));
        cell
    }

    /// The file that a reference leads to.
    pub(in crate::render) fn resolve(&self, reference: &Reference<'_>) -> Resolved {
        let is_data = |it: &[u8]| it.eq_ignore_ascii_case(b"data:");
        if reference.path.as_bytes().get(..5).is_some_and(is_data) {
            return self.resolve_data(reference);
        }
        let cell = Arc::clone(lock(&self.lookups).entry(asked(reference)).or_default());
        match cell.get_or_init(|| self.finder.find(reference)) {
            Lookup::Found { size, .. } if *size > reference.max_bytes => {
                Resolved::TooLarge { bytes: *size }
            }
            Lookup::Found {
                path, case_differs, ..
            } => match self.shipped(path, reference) {
                Ok(shipped) => Resolved::File {
                    key: shipped.key,
                    known_as: shipped.known_as,
                    kind: MediaKind::of(path),
                    other_case: case_differs.then(|| path.to_string()),
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

    /// The first bytes of a content, at most so many; `None` where it cannot be read.
    pub(in crate::render) fn head(&self, key: &MediaKey, limit: u64) -> Option<Vec<u8>> {
        match self.content(key)? {
            MediaContent::File(path) | MediaContent::Picture { path, .. } => {
                let mut bytes = Vec::new();
                let file = self.finder.files().open(&path).ok()?;
                file.take(limit).read_to_end(&mut bytes).ok()?;
                Some(bytes)
            }
            MediaContent::Bytes(bytes) => {
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                Some(bytes.get(..limit).unwrap_or(&bytes).to_vec())
            }
        }
    }

    /// The path of the file that a reference leads to, if it leads to one.
    pub(in crate::render) fn path(&self, reference: &Reference<'_>) -> Option<String> {
        match self.finder.find(reference) {
            Lookup::Found { path, .. } => Some(path.to_string()),
            _ => None,
        }
    }

    /// The names in a folder, sorted; folders end with `/`.
    pub(in crate::render) fn folder(&self, path: &str) -> Vec<String> {
        self.finder.files().folder(path)
    }

    /// The content of the file at this path; else why it cannot be read.
    pub(in crate::render) fn key(&self, path: &str) -> Result<MediaKey, String> {
        let path = Arc::from(path);
        let content = self.looked_into(&path)?;
        let key = MediaKey(content.hash);
        self.learn(key, &path, MediaContent::File(Arc::clone(&path)));
        Ok(key)
    }

    /// The bytes of the file at this path.
    pub(in crate::render) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.finder.files().read(path)
    }

    /// The font of formulas with this content; `None` where it is no font.
    pub(in crate::render) fn font(&self, key: MediaKey) -> Option<SharedFont> {
        let read = || match self.content(&key)? {
            MediaContent::File(path) | MediaContent::Picture { path, .. } => self.read(&path).ok(),
            MediaContent::Bytes(bytes) => Some(bytes.to_vec()),
        };
        self.formulas.font(key, read)
    }

    /// Takes in a content that was made; `path` is what it is named from.
    pub(in crate::render) fn made(&self, path: &str, bytes: Vec<u8>) -> MediaKey {
        let key = MediaKey(blake3::hash(&bytes).into());
        self.learn(key, &path.into(), MediaContent::Bytes(bytes.into()));
        key
    }

    /// What is wrong with the files that were asked for, each thing once a file.
    pub(in crate::render) fn findings(&self) -> Diagnostics {
        findings::tell(&lock(&self.uses))
    }

    /// What a file holds. It is read only the first time.
    fn looked_into(&self, path: &Arc<str>) -> Result<Arc<Content>, String> {
        let cell = Arc::clone(lock(&self.read).entry(Arc::clone(path)).or_default());
        let content = cell.get_or_init(|| {
            let content = self.finder.files().content(path);
            content.map_err(|error| error.to_string())
        });
        content.clone()
    }

    /// How a file goes into the package.
    fn shipped(&self, path: &Arc<str>, reference: &Reference<'_>) -> Result<Shipped, String> {
        let content = &self.looked_into(path)?;
        let images = &reference.images;
        let shipped = if picture::concerns(content, images) {
            let key = (Arc::clone(path), *images);
            let cell = Arc::clone(lock(&self.changed).entry(key).or_default());
            cell.get_or_init(|| self.change(path, content, images))
                .clone()
        } else {
            let key = MediaKey(content.hash);
            self.learn(key, path, MediaContent::File(Arc::clone(path)));
            Shipped {
                key,
                known_as: key,
                failure: None,
                bytes: content.size,
                size: picture::shown_size(content),
            }
        };
        if reference.ships && findings::is_worth_telling(path, content, &shipped.as_used()) {
            let mut uses = lock(&self.uses);
            let place = uses.entry(path.to_string()).or_insert_with(|| Use {
                content: Arc::clone(content),
                span: reference.span,
                lenient: reference.lenient,
                strips: images.strip_metadata,
                shipped: shipped.as_used(),
            });
            // The first in the order of the sources, whichever thread comes first.
            if reference.span < place.span {
                place.span = reference.span;
                place.lenient = reference.lenient;
                place.strips = images.strip_metadata;
                place.shipped = shipped.as_used();
            }
        }
        Ok(shipped)
    }

    /// A picture as the settings have it.
    fn change(&self, path: &Arc<str>, content: &Content, images: &Images) -> Shipped {
        let files = self.finder.files();
        let read = || files.read(path).map_err(|error| error.to_string());
        let outcome = picture::change(content, images, &self.cache, read);
        let key = MediaKey(content.hash);
        let mut shipped = Shipped {
            key,
            known_as: key,
            failure: None,
            bytes: content.size,
            size: picture::shown_size(content),
        };
        match outcome {
            Outcome::Same => {}
            Outcome::Failed(text) => shipped.failure = Some(text),
            Outcome::Changed(made) => {
                shipped.key = MediaKey::of(&made.bytes);
                shipped.known_as = if made.done.is_empty() {
                    shipped.key
                } else {
                    MediaKey::of(&[&content.hash, made.done.as_bytes()].concat())
                };
                shipped.bytes = u64::try_from(made.bytes.len()).unwrap_or(u64::MAX);
                shipped.size = Picture::of(&made.bytes).map(|it| (it.width, it.height));
                let name = renamed(path, made.container);
                let content = MediaContent::Picture {
                    path: Arc::clone(path),
                    images: *images,
                };
                self.learn(shipped.key, &name.into(), content);
                return shipped;
            }
        }
        self.learn(key, path, MediaContent::File(Arc::clone(path)));
        shipped
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
        self.learn(key, &path.into(), MediaContent::Bytes(bytes.into()));
        Resolved::File {
            key,
            known_as: key,
            kind,
            other_case: None,
        }
    }

    /// Remembers where a content stands. A file comes before bytes in a text, so that what is
    /// remembered does not depend on the order of the notes.
    fn learn(&self, key: MediaKey, path: &Arc<str>, content: MediaContent) {
        let mut contents = lock(&self.contents);
        let rank = |content: &MediaContent| match content {
            MediaContent::File(_) => 0,
            MediaContent::Picture { .. } => 1,
            MediaContent::Bytes(_) => 2,
        };
        let better = contents
            .get(&key)
            .is_none_or(|known| (rank(&content), path) < (rank(&known.content), &known.path));
        if better {
            let path = Arc::clone(path);
            contents.insert(key, Known { path, content });
        }
    }
}

/// What decides where a reference leads.
fn asked(reference: &Reference<'_>) -> Asked {
    let mut hasher = blake3::Hasher::new();
    let parts = [reference.path, reference.folder].into_iter();
    for part in parts.chain(reference.media_paths.iter().map(String::as_str)) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(&[u8::from(reference.wiki)]);
    let mut asked = Asked::default();
    hasher.finalize_xof().fill(&mut asked);
    asked
}

/// The order of places in a build, in which files are numbered as they come.
fn place(source: &str, span: Span) -> (&str, usize) {
    (source, span.range().start)
}

impl Shipped {
    fn as_used(&self) -> findings::Shipped {
        findings::Shipped {
            failure: self.failure.clone(),
            bytes: self.bytes,
            size: self.size,
        }
    }
}

/// The path, with the extension of what the file became.
fn renamed(path: &str, container: Container) -> String {
    let is_right = container
        .extensions()
        .iter()
        .any(|it| it.eq_ignore_ascii_case(extension(path)));
    match (path.rsplit_once('.'), container.extensions().first()) {
        (Some((stem, _)), Some(extension)) if !is_right => format!("{stem}.{extension}"),
        _ => path.to_owned(),
    }
}

/// A thread that panicked while it held the lock left a whole map behind: entries are put in by
/// one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
