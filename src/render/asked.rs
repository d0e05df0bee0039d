//! What rendering a note asked beyond the note itself, so that who kept what came of it can ask again.
//!
//! The HTML of a note is a function of the note, of what stands around it (macros, note types,
//! settings) and of what its references lead to. These are the references; following them again gives
//! the library of media all that it had from the rendering, too.

use super::media::{Library, MediaContent, MediaKey, Reference, Resolved};
use crate::diag::Span;
use crate::model::written::Images;

/// Something that was asked, and what the answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Where a reference leads.
    File(Box<AskedFile>),
    /// For a place among the media, by what was drawn of the note's own text.
    Drawing(Vec<u8>),
}

/// A reference, and the hash of where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskedFile {
    pub(crate) path: String,
    pub(crate) media_paths: Vec<String>,
    pub(crate) wiki: bool,
    pub(crate) max_bytes: u64,
    pub(crate) images: Images,
    pub(crate) span: Span,
    pub(crate) lenient: bool,
    pub(crate) ships: bool,
    pub(crate) answer: [u8; 16],
}

/// What is asked while a note is rendered.
#[derive(Debug)]
pub(super) struct Asking {
    /// Whether anybody wants to know.
    is_wanted: bool,
    files: Vec<Asked>,
    drawings: Vec<MediaKey>,
    more: bool,
}

impl Asking {
    /// For a note of these media; only a cache keeps what was asked.
    pub(super) fn new(library: &Library<'_>) -> Self {
        Self {
            is_wanted: !library.cache.is_none(),
            files: Vec::new(),
            drawings: Vec::new(),
            more: false,
        }
    }

    /// Takes in a reference that led here.
    pub(super) fn file(&mut self, reference: &Reference<'_>, led_to: &Resolved) {
        if !self.is_wanted {
            return;
        }
        self.files.push(Asked::File(Box::new(AskedFile {
            path: reference.path.to_owned(),
            media_paths: reference.media_paths.to_vec(),
            wiki: reference.wiki,
            max_bytes: reference.max_bytes,
            images: reference.images,
            span: reference.span,
            lenient: reference.lenient,
            ships: reference.ships,
            answer: digest(led_to),
        })));
    }

    /// Takes in what was drawn.
    pub(super) fn drawing(&mut self, key: MediaKey) {
        if !self.drawings.contains(&key) {
            self.drawings.push(key);
        }
    }

    /// Says that more was asked, which cannot be asked again by itself.
    pub(super) fn more(&mut self) {
        self.more = true;
    }

    /// All that was asked; `None` where there was more than can be asked again.
    pub(super) fn finish(self, library: &Library<'_>) -> Option<Vec<Asked>> {
        if self.more || !self.is_wanted {
            return None;
        }
        let mut all = self.files;
        for key in self.drawings {
            let MediaContent::Bytes(bytes) = library.content(&key)? else {
                return None;
            };
            all.push(Asked::Drawing(bytes.to_vec()));
        }
        Some(all)
    }
}

/// Asks again. Returns whether the answer is the same.
pub(super) fn ask_again(library: &Library<'_>, asked: &Asked, folder: &str) -> bool {
    match asked {
        Asked::File(file) => {
            let reference = Reference {
                path: &file.path,
                folder,
                media_paths: &file.media_paths,
                wiki: file.wiki,
                max_bytes: file.max_bytes,
                images: file.images,
                span: file.span,
                lenient: file.lenient,
                ships: file.ships,
            };
            digest(&library.resolve(&reference)) == file.answer
        }
        Asked::Drawing(bytes) => {
            library.made(DRAWING, bytes.clone());
            true
        }
    }
}

/// What drawings are named from.
pub(super) const DRAWING: &str = "formula.svg";

fn digest(led_to: &Resolved) -> [u8; 16] {
    let mut half = [0; 16];
    // Every part of an answer is in the form that programmers see.
    let hash = blake3::hash(format!("{led_to:?}").as_bytes());
    half.copy_from_slice(&hash.as_bytes()[..16]);
    half
}
