//! Media files: found from the references in notes, read once, named once.
//!
//! Notes are rendered in parallel and in any order, and a file's name in the package depends on
//! all notes of a build (one content has one name, from its smallest path). So rendering writes a
//! placeholder that holds the content's hash, and [`MediaNames`] puts the names in at the end.

mod data_uri;
mod findings;
mod kind;
mod library;
mod lookup;
mod name;
mod names;

pub(super) use kind::{MediaKind, extension, has_media_extension};
pub(super) use library::{Library, Reference, Resolved};
pub(super) use lookup::nfc;
pub(super) use name::asset_name_for;
pub(crate) use name::clean as clean_name;
pub use names::{MediaContent, MediaNames, NamedMedia};

use std::fmt;

/// What stands before and behind the hash in a placeholder: private-use characters, which
/// sources may not hold.
const PLACEHOLDER_START: char = '\u{100000}';
const PLACEHOLDER_END: char = '\u{100001}';
/// What stands in a placeholder before the name as it was written, and before what that means.
const PLACEHOLDER_PART: char = '\u{100002}';

/// The content of a media file: its BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaKey([u8; 32]);

impl MediaKey {
    /// That of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).into())
    }

    /// That of this hash.
    pub(crate) const fn of_hash(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash.
    pub(crate) const fn hash(&self) -> [u8; 32] {
        self.0
    }

    /// The hash in hexadecimal, 64 digits in lower case.
    #[must_use]
    pub fn hex(&self) -> String {
        self.to_string()
    }

    /// What stands for the file's name until it is known.
    pub(super) fn placeholder(&self) -> String {
        format!("{PLACEHOLDER_START}{self}{PLACEHOLDER_END}")
    }

    /// Whether `text` begins with its placeholder.
    pub(super) fn begins(&self, text: &str) -> bool {
        Self::parse_placeholder(text).is_some_and(|it| it.key == *self)
    }

    /// The placeholder at the start of `text`.
    fn parse_placeholder(text: &str) -> Option<Placeholder<'_>> {
        let inside = text.strip_prefix(PLACEHOLDER_START)?;
        let (inside, _) = inside.split_once(PLACEHOLDER_END)?;
        let (digits, behind) = inside.split_at_checked(64)?;
        let written = behind
            .strip_prefix(PLACEHOLDER_PART)
            .and_then(|parts| parts.split_once(PLACEHOLDER_PART));
        Some(Placeholder {
            key: Self(blake3::Hash::from_hex(digits).ok()?.into()),
            written,
            length: PLACEHOLDER_START.len_utf8() + inside.len() + PLACEHOLDER_END.len_utf8(),
        })
    }
}

/// What a placeholder says.
struct Placeholder<'t> {
    key: MediaKey,
    /// The name as it was written, and as it is read.
    written: Option<(&'t str, &'t str)>,
    length: usize,
}

/// The placeholder with the name that the author wrote and what it means: where that is the
/// file's very name in the package, HTML keeps it letter for letter.
pub(super) fn as_written(placeholder: &str, written: &str, name: &str) -> String {
    let marks = [PLACEHOLDER_START, PLACEHOLDER_PART, PLACEHOLDER_END];
    match placeholder.strip_suffix(PLACEHOLDER_END) {
        Some(inside) if !written.contains(marks) && !name.contains(marks) => {
            format!("{inside}{PLACEHOLDER_PART}{written}{PLACEHOLDER_PART}{name}{PLACEHOLDER_END}")
        }
        _ => placeholder.to_owned(),
    }
}

impl fmt::Display for MediaKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for MediaKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MediaKey({self})")
    }
}
