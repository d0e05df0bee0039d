//! What a package says of itself, and the list of its media.

use prost::Message;

/// The entry `meta`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct PackageMetadata {
    /// 1 legacy 1, 2 legacy 2, 3 latest; whatever else is newer than any known Anki.
    #[prost(int32, tag = "1")]
    pub(in crate::package) version: i32,
}

/// The entry `media`. The position in the list is the name of the zip's entry.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct MediaEntries {
    #[prost(message, repeated, tag = "1")]
    pub(in crate::package) entries: Vec<MediaEntry>,
}

/// A media file of the package.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct MediaEntry {
    #[prost(string, tag = "1")]
    pub(in crate::package) name: String,
    /// Of the plain file, in bytes; 0 where it does not fit.
    #[prost(uint32, tag = "2")]
    pub(in crate::package) size: u32,
    /// Of the plain file, 20 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub(in crate::package) sha1: Vec<u8>,
    /// The zip's entry where it is not the position. No Anki writes it.
    #[prost(uint32, optional, tag = "255")]
    pub(in crate::package) legacy_zip_filename: Option<u32>,
}
