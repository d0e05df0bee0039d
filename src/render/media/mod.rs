//! Media files: found from the references in notes, read once, named once.
//!
//! Notes are rendered in parallel and in any order, and a file's name in the package depends on
//! all notes of a build (one content has one name, from its smallest path). So rendering writes a
//! placeholder that holds the content's hash, and [`MediaNames`] puts the names in at the end.

mod data_uri;
mod kind;
mod library;
mod lookup;
mod name;
mod names;

pub(super) use kind::{MediaKind, has_media_extension};
pub(super) use library::{Library, Reference, Resolved};
pub use names::{MediaContent, MediaNames, NamedMedia};

use std::fmt;

/// What stands before and behind the hash in a placeholder: private-use characters, which
/// sources may not hold.
const PLACEHOLDER_START: char = '\u{100000}';
const PLACEHOLDER_END: char = '\u{100001}';

/// The content of a media file: its BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaKey([u8; 32]);

impl MediaKey {
    /// The hash in hexadecimal, 64 digits in lower case.
    #[must_use]
    pub fn hex(&self) -> String {
        self.to_string()
    }

    /// What stands for the file's name until it is known.
    pub(super) fn placeholder(&self) -> String {
        format!("{PLACEHOLDER_START}{self}{PLACEHOLDER_END}")
    }

    /// The key that a placeholder at the start of `text` holds, and the placeholder's length.
    fn parse_placeholder(text: &str) -> Option<(Self, usize)> {
        let inside = text.strip_prefix(PLACEHOLDER_START)?;
        let (digits, behind) = inside.split_at_checked(64)?;
        behind.strip_prefix(PLACEHOLDER_END)?;
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = digits.get(index * 2..index * 2 + 2)?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        let length = PLACEHOLDER_START.len_utf8() + 64 + PLACEHOLDER_END.len_utf8();
        Some((Self(bytes), length))
    }
}

impl fmt::Display for MediaKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for MediaKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MediaKey({self})")
    }
}
