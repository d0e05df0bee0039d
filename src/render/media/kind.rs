//! Which files Anki shows as pictures and which it plays.

use crate::files::file_name;

/// What Anki does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum MediaKind {
    /// Shows it: `<img>`.
    Image,
    /// Plays it, sound or film: `[sound:]`.
    Sound,
    /// Neither.
    Other,
}

/// The extensions for which Anki's editor makes a picture.
const IMAGES: [&str; 11] = [
    "avif", "bmp", "gif", "ico", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp",
];

/// The extensions for which Anki's editor makes a sound tag.
const SOUNDS: [&str; 20] = [
    "3gp", "aac", "avi", "flac", "flv", "m4a", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "oga",
    "ogg", "ogv", "ogx", "opus", "spx", "wav", "webm",
];

impl MediaKind {
    /// The kind of the file at `path`, from its extension.
    pub(in crate::render) fn of(path: &str) -> Self {
        let extension = extension(path).to_ascii_lowercase();
        if IMAGES.contains(&extension.as_str()) {
            Self::Image
        } else if SOUNDS.contains(&extension.as_str()) {
            Self::Sound
        } else {
            Self::Other
        }
    }
}

/// Whether the path ends like that of a picture or sound.
pub(in crate::render) fn has_media_extension(path: &str) -> bool {
    MediaKind::of(path) != MediaKind::Other
}

/// What stands behind the last dot of the file's name.
pub(in crate::render) fn extension(path: &str) -> &str {
    file_name(path).rsplit_once('.').map_or("", |(_, it)| it)
}
