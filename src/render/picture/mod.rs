//! Pictures as a package is to have them: narrower, in fewer bytes, without what they say beside
//! their pixels.
//!
//! JPEG, PNG and WebP are changed; animations, SVG and everything else stay as they are, and so
//! does whatever would not get smaller. A picture whose pixels are encoded anew is known by the
//! file it was made of and what was done to it, not by its bytes: another version of an encoder
//! must not make learners' notes new.

#[cfg(feature = "images")]
mod pixels;
mod remade;

#[cfg(feature = "images")]
use std::sync::{Mutex, PoisonError};

pub use remade::ChangedPicture;

use crate::files::{Cache, Container, Content, Picture, without_metadata};
use crate::model::written::{Images, Recompress};

/// Another number makes every cached picture anew.
const VERSION: u32 = 1;

/// As many pixels are decoded, and no more: 100 million, which take 400 MB.
#[cfg(feature = "images")]
const MOST_PIXELS: u64 = 100_000_000;

/// Pictures of more pixels are decoded one at a time, whatever the number of processors.
#[cfg(feature = "images")]
const MANY_PIXELS: u64 = 16_000_000;

#[cfg(feature = "images")]
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What became of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It stays as it is.
    Same,
    /// It is another file now.
    Changed(Changed),
    /// It stays as it is, for this reason.
    Failed(String),
}

/// Another file in the place of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) bytes: Vec<u8>,
    pub(super) container: Container,
    /// What was done to the pixels or how they are stored; empty where a part was taken out and
    /// nothing else.
    pub(super) done: String,
}

/// Whether these settings could change a file of this content.
pub(super) fn concerns(content: &Content, images: &Images) -> bool {
    let changeable = [Container::Jpeg, Container::Png, Container::WebP];
    content.container.is_some_and(|it| changeable.contains(&it))
        && !content.metadata.animated
        && !content.metadata.cut_short
        && (images.strip_metadata && content.metadata.is_there
            || images.recompress != Recompress::Never
            || new_width(content, images).is_some())
}

/// The picture as `images` has it, from the cache or made now. `read` gives its file.
pub(super) fn change(
    content: &Content,
    images: &Images,
    cache: &Cache,
    read: impl FnOnce() -> Result<Vec<u8>, String>,
) -> Outcome {
    let (true, Some(container)) = (concerns(content, images), content.container) else {
        return Outcome::Same;
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&content.hash);
    hasher.update(format!("{VERSION} {images:?}").as_bytes());
    let key = hasher.finalize().into();
    if let Some(outcome) = cache.get("picture", &key).and_then(|it| unpack(&it)) {
        return outcome;
    }
    let bytes = match read() {
        Ok(bytes) => bytes,
        Err(text) => return Outcome::Failed(text),
    };
    if blake3::hash(&bytes) != content.hash {
        return Outcome::Failed("the file changed while it was read".to_owned());
    }
    let outcome = changed(&bytes, container, content, images);
    if let Some(packed) = pack(&outcome) {
        cache.put("picture", &key, &packed);
    }
    outcome
}

/// The width that the picture gets, where it is too wide.
fn new_width(content: &Content, images: &Images) -> Option<u32> {
    let (width, _) = shown_size(content)?;
    images.max_width.filter(|most| *most < width)
}

/// Width and height behind the turn that EXIF asks for.
pub(super) fn shown_size(content: &Content) -> Option<(u32, u32)> {
    let Picture { width, height, .. } = content.picture?;
    // Of a JPEG they are told as it is shown.
    let is_jpeg = content.container == Some(Container::Jpeg);
    Some(if content.metadata.orientation >= 5 && !is_jpeg {
        (height, width)
    } else {
        (width, height)
    })
}

fn changed(bytes: &[u8], container: Container, content: &Content, images: &Images) -> Outcome {
    let stripped = images
        .strip_metadata
        .then(|| without_metadata(bytes, container))
        .flatten();
    let base = stripped.as_deref().unwrap_or(bytes);
    let width = new_width(content, images);
    let recompress = images.recompress != Recompress::Never;
    let mut failure = None;
    if width.is_some() || recompress && container == Container::Png {
        match encoded(base, container, content, images, width) {
            Ok(Some(made)) if made.bytes.len() < base.len() => return Outcome::Changed(made),
            Ok(_) => {}
            Err(text) => failure = Some(text),
        }
    }
    match (stripped, failure) {
        (Some(bytes), _) => Outcome::Changed(Changed {
            bytes,
            container,
            done: String::new(),
        }),
        (None, Some(text)) => Outcome::Failed(text),
        (None, None) => Outcome::Same,
    }
}

#[cfg(feature = "images")]
fn encoded(
    bytes: &[u8],
    container: Container,
    content: &Content,
    images: &Images,
    width: Option<u32>,
) -> Result<Option<Changed>, String> {
    let Some((shown_width, shown_height)) = shown_size(content) else {
        return Err("its size cannot be read".to_owned());
    };
    let pixels = u64::from(shown_width) * u64::from(shown_height);
    if pixels > MOST_PIXELS {
        let text = format!("{shown_width} × {shown_height} pixels are more than are decoded");
        return Err(text);
    }
    let _guard = (pixels > MANY_PIXELS)
        .then(|| ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner));
    let size = width.map(|width| {
        let height = u64::from(shown_height) * u64::from(width) / u64::from(shown_width.max(1));
        (width, u32::try_from(height.max(1)).unwrap_or(u32::MAX))
    });
    let task = pixels::Task {
        container,
        size,
        orientation: content.metadata.orientation,
        as_webp: images.recompress == Recompress::WebP,
    };
    let made = pixels::encode(bytes, &task)?;
    Ok(made.map(|(bytes, container)| {
        let done = match size {
            Some((width, height)) => format!("{container:?} {width} {height}"),
            None => format!("{container:?}"),
        };
        Changed {
            bytes,
            container,
            done,
        }
    }))
}

/// Without the feature no setting asks for it; see `source::header`.
#[cfg(not(feature = "images"))]
fn encoded(
    _: &[u8],
    _: Container,
    _: &Content,
    _: &Images,
    _: Option<u32>,
) -> Result<Option<Changed>, String> {
    Err("this deckle was built without the feature `images`".to_owned())
}

/// An outcome as bytes for the cache; `None` where it is not worth keeping.
fn pack(outcome: &Outcome) -> Option<Vec<u8>> {
    match outcome {
        Outcome::Same => Some(Vec::new()),
        Outcome::Failed(_) => None,
        Outcome::Changed(it) => {
            let container = match it.container {
                Container::Jpeg => 0,
                Container::Png => 1,
                _ => 2,
            };
            let length = u8::try_from(it.done.len()).ok()?;
            Some([&[container, length], it.done.as_bytes(), &it.bytes].concat())
        }
    }
}

fn unpack(packed: &[u8]) -> Option<Outcome> {
    let [container, length, rest @ ..] = packed else {
        return packed.is_empty().then_some(Outcome::Same);
    };
    let containers = [Container::Jpeg, Container::Png, Container::WebP];
    let (done, bytes) = rest.split_at_checked(usize::from(*length))?;
    Some(Outcome::Changed(Changed {
        bytes: bytes.to_vec(),
        container: *containers.get(usize::from(*container))?,
        done: String::from_utf8(done.to_vec()).ok()?,
    }))
}

#[cfg(all(test, feature = "images"))]
mod tests;
