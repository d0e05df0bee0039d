//! Files as they are shipped: with the hash of their content in their names, and with the names of
//! the files that they load themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::found::{Found, How};
use super::keep::matches;
use super::{markup, script, style, tell};
use crate::diag::{Code, Diagnostic, Span};
use crate::files::{file_name, parent};
use crate::model::written::{Images, Missing, Settings};
use crate::render::fonts::{self, Characters};
use crate::render::media::{
    Library, MediaKey, NamedMedia, Reference, Resolved, asset_name_for, extension,
};

/// How deep files may load one another. Sheets that import sheets that import sheets are rare.
const DEEPEST: usize = 16;

/// What is known of the files that templates, CSS and fields load. Many threads may use it.
#[derive(Debug, Default)]
pub(in crate::render) struct Store {
    /// Patterns of names that stay.
    keep: Vec<String>,
    /// Names by the hashes of contents.
    frozen: BTreeMap<String, Vec<String>>,
    /// What is kept of fonts that are cut, by their paths.
    fonts: BTreeMap<String, Characters>,
    known: Mutex<BTreeMap<Wanted, Arc<Shipped>>>,
}

/// The path of a file, whether its name stays, and where its references lead to.
type Wanted = (String, bool, Vec<String>);

/// A file as it goes into the package.
#[derive(Debug, Clone, Default)]
pub(in crate::render) struct Shipped {
    /// Itself, and before it what it loads; empty where it cannot be shipped.
    pub(super) files: Vec<NamedMedia>,
    /// What is wrong in it.
    pub(super) problems: Vec<Diagnostic>,
}

/// From where references count.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The folder of the text.
    pub(super) folder: String,
    /// Further folders, from the root.
    pub(super) folders: Vec<String>,
    pub(super) max_bytes: u64,
    pub(super) missing: Missing,
}

/// What a reference comes to.
pub(super) enum Follow {
    /// A file; its name in the package.
    Name(String),
    /// Nothing of the project.
    Stay,
}

impl Store {
    pub(in crate::render) fn new(keep: Vec<String>, frozen: BTreeMap<String, Vec<String>>) -> Self {
        Self {
            keep,
            frozen,
            fonts: BTreeMap::new(),
            known: Mutex::default(),
        }
    }

    /// The same, with these fonts cut; nothing is known of files any more.
    pub(in crate::render) fn with_fonts(self, fonts: BTreeMap<String, Characters>) -> Self {
        Self {
            fonts,
            ..Self::new(self.keep, self.frozen)
        }
    }

    pub(super) fn keeps(&self, name: &str) -> bool {
        self.keep.iter().any(|it| matches(it, name))
    }

    pub(super) fn keeps_any(&self) -> bool {
        !self.keep.is_empty()
    }

    /// The name of a content; the one that it had before, if it had one.
    fn name(&self, path: &str, key: &MediaKey) -> String {
        let frozen = self.frozen.get(&key.hex()).map(Vec::as_slice);
        let mut frozen = frozen
            .unwrap_or_default()
            .iter()
            .filter(|it| it.starts_with('_'));
        let own = file_name(path);
        let same = frozen.clone().find(|it| *it == own);
        let name = same.or_else(|| frozen.next());
        name.cloned().unwrap_or_else(|| asset_name_for(path, key))
    }
}

/// Follows the references of texts.
pub(super) struct Shipper<'s, 'f> {
    pub(super) library: &'s Library<'f>,
    pub(super) store: &'s Store,
}

impl Shipper<'_, '_> {
    /// The text with the names that files have in the package; `None` where none changes.
    pub(super) fn rewritten(
        &self,
        text: &str,
        found: &[Found],
        mut follow: impl FnMut(&Found) -> Follow,
    ) -> Option<String> {
        let mut new = String::new();
        let mut at = 0;
        for found in found {
            let Follow::Name(name) = follow(found) else {
                continue;
            };
            let written = text.get(found.range.clone()).unwrap_or_default();
            if written == name || found.range.start < at {
                continue;
            }
            new.push_str(text.get(at..found.range.start).unwrap_or_default());
            // For Anki a name without quotes ends with the tag only.
            if found.how == (How::Attribute { bare: true }) {
                new.push('"');
                new.push_str(&name);
                new.push('"');
            } else {
                new.push_str(&name);
            }
            at = found.range.end;
        }
        if at == 0 {
            return None;
        }
        new.push_str(text.get(at..).unwrap_or_default());
        Some(new)
    }

    /// Follows a reference to a file: what it comes to, what comes along, and what is wrong.
    pub(super) fn follow(
        &self,
        found: &Found,
        place: &Place,
        kept: bool,
        chain: &mut Vec<String>,
        into: &mut Shipped,
    ) -> Follow {
        if found.is_address() {
            return Follow::Stay;
        }
        let reference = Reference {
            path: found.name.trim(),
            folder: &place.folder,
            media_paths: &place.folders,
            wiki: false,
            max_bytes: place.max_bytes,
            // Other files than notes show go in as they are.
            images: Images::default(),
            span: Span::NONE,
            lenient: place.missing == Missing::Keep,
            ships: true,
        };
        let resolved = self.library.resolve(&reference);
        if let Some(problem) = tell::unresolved(found.name.trim(), &resolved, place.missing) {
            // A path that begins at the root of the server may lead to what Anki brings along.
            let of_server = found.name.starts_with('/') && problem.code == Code::MediaMissing;
            if found.is_surely_file() && !of_server {
                into.problems.push(problem);
            }
            return Follow::Stay;
        }
        let Some(path) = self.library.path(&reference) else {
            return Follow::Stay;
        };
        if let Resolved::File {
            other_case: Some(real),
            ..
        } = &resolved
        {
            into.problems.push(tell::other_case(real));
        }
        let shipped = self.ship(&path, place, kept, chain);
        into.problems.extend(shipped.problems.iter().cloned());
        let Some(own) = shipped.files.last() else {
            return Follow::Stay;
        };
        for file in &shipped.files {
            add(&mut into.files, file);
        }
        Follow::Name(own.name.clone())
    }

    /// The file at this path, with those that it loads.
    pub(super) fn ship(
        &self,
        path: &str,
        place: &Place,
        kept: bool,
        chain: &mut Vec<String>,
    ) -> Arc<Shipped> {
        let kept = kept || self.store.keeps(file_name(path));
        let mut folders = vec![place.folder.clone()];
        folders.extend(place.folders.iter().cloned());
        let wanted = (path.to_owned(), kept, folders);
        if let Some(known) = lock(&self.store.known).get(&wanted) {
            return known.clone();
        }
        if let Some(at) = chain.iter().position(|it| it == path).filter(|_| !kept) {
            let problems = vec![tell::cycle(chain.get(at..).unwrap_or_default())];
            return Arc::new(Shipped {
                files: Vec::new(),
                problems,
            });
        }
        if chain.len() >= DEEPEST || chain.iter().any(|it| it == path) {
            return Arc::default();
        }
        chain.push(path.to_owned());
        let inner = Place {
            folder: parent(path).to_owned(),
            folders: wanted.2.clone(),
            ..place.clone()
        };
        let shipped = Arc::new(self.made(path, &inner, kept, chain));
        chain.pop();
        lock(&self.store.known).insert(wanted, shipped.clone());
        shipped
    }

    fn made(&self, path: &str, place: &Place, kept: bool, chain: &mut Vec<String>) -> Shipped {
        let mut shipped = Shipped::default();
        let mut key = match self.library.key(path) {
            Ok(key) => key,
            Err(why) => {
                shipped
                    .problems
                    .push(tell::unreadable(file_name(path), &why));
                return shipped;
            }
        };
        // Who keeps a name keeps the content under it, here and below.
        if let Some(characters) = self.store.fonts.get(path).filter(|_| !kept) {
            let cut = match self.library.read(path) {
                Ok(font) => fonts::cut(&font, characters, &self.library.cache),
                Err(error) => Err(error.to_string()),
            };
            match cut {
                Ok(font) => key = self.library.made(path, font),
                Err(why) => shipped
                    .problems
                    .push(tell::whole_font(file_name(path), &why)),
            }
        }
        let text = if loads_others(path) {
            self.library
                .read(path)
                .ok()
                .and_then(|it| String::from_utf8(it).ok())
        } else {
            None
        };
        if let Some(text) = text {
            let (found, computed) = read(path, &text);
            let new = self.rewritten(&text, &found, |it| {
                let before = shipped.problems.len();
                let follow = self.follow(it, place, kept, chain, &mut shipped);
                let line = line_of(&text, it.range.start);
                for problem in shipped.problems.iter_mut().skip(before) {
                    problem.notes.push(format!("in `{path}`, line {line}"));
                }
                follow
            });
            if !self.store.keeps_any() {
                for range in computed {
                    let line = line_of(&text, range.start);
                    let problem = tell::computed(text.get(range).unwrap_or_default());
                    shipped
                        .problems
                        .push(problem.note(format!("in `{path}`, line {line}")));
                }
            }
            // A file that refers to new names would reach nobody who has the older one.
            if let Some(new) = new.filter(|_| !kept) {
                key = self.library.made(path, new.into_bytes());
            }
        }
        let name = if kept {
            file_name(path).to_owned()
        } else {
            self.store.name(path, &key)
        };
        if kept && !name.starts_with('_') {
            shipped.problems.push(tell::not_static(&name));
        }
        if let Some(content) = self.library.content(&key) {
            shipped.files.push(NamedMedia { name, key, content });
        }
        shipped
    }
}

/// The references of a file, and where it puts names together.
fn read(path: &str, text: &str) -> (Vec<Found>, Vec<std::ops::Range<usize>>) {
    match extension(path).to_ascii_lowercase().as_str() {
        "css" => (style::references(text), Vec::new()),
        "js" | "mjs" => {
            let script = script::read(text);
            (script.references, script.computed)
        }
        _ => {
            let markup = markup::read(text);
            (markup.references, markup.computed)
        }
    }
}

/// Whether a file of this name may name others.
fn loads_others(path: &str) -> bool {
    let extension = extension(path);
    ["css", "js", "mjs", "html", "htm"]
        .iter()
        .any(|it| extension.eq_ignore_ascii_case(it))
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.bytes().filter(|it| *it == b'\n').count() + 1
}

/// Adds a file that is not there yet. Two that differ and keep one name are told elsewhere.
pub(super) fn add(files: &mut Vec<NamedMedia>, file: &NamedMedia) {
    if !files
        .iter()
        .any(|it| it.name == file.name && it.key == file.key)
    {
        files.push(file.clone());
    }
}

impl Place {
    pub(super) fn new(folder: &str, folders: Vec<String>, settings: &Settings) -> Self {
        Self {
            folder: folder.to_owned(),
            folders,
            max_bytes: settings.max_media_bytes,
            missing: settings.missing,
        }
    }
}

/// A thread that panicked while it held the lock left a whole map behind: entries are put in by
/// one call.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
