//! Messages of a package's own entries: its version, and its list of media.

use std::fmt;

use prost::Message;
use prost::bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use serde::de::{Deserializer, MapAccess, Visitor};

use super::container::{damaged, too_large};
use crate::Error;
use crate::package::proto::{MediaEntry, PackageMetadata};

/// The version that the entry `meta` says; 0 where it says none.
pub(super) fn package_version(bytes: &[u8]) -> Result<i32, Error> {
    match PackageMetadata::decode(bytes) {
        Ok(metadata) => Ok(metadata.version),
        Err(source) => Err(damaged("the package's entry `meta` cannot be read").caused_by(source)),
    }
}

/// The list of media of the latest variant, with at most `limit` files. They are read one by one,
/// because two bytes of the list are enough for a file without a name.
pub(super) fn media_entries(mut bytes: &[u8], limit: u64) -> Result<Vec<MediaEntry>, Error> {
    /// The list's only field.
    const ENTRIES: u32 = 1;
    let broken = |source| damaged("the package's list of media cannot be read").caused_by(source);
    let cut = || damaged("the package's list of media breaks off");
    let mut entries = Vec::new();
    while bytes.has_remaining() {
        let (tag, wire) = decode_key(&mut bytes).map_err(broken)?;
        if tag != ENTRIES || wire != WireType::LengthDelimited {
            skip_field(wire, tag, &mut bytes, DecodeContext::default()).map_err(broken)?;
            continue;
        }
        let length = decode_varint(&mut bytes).map_err(broken)?;
        let length = usize::try_from(length).map_err(|_| cut())?;
        let (entry, rest) = bytes.split_at_checked(length).ok_or_else(cut)?;
        bytes = rest;
        if entries.len() as u64 == limit {
            return Err(too_large("list of media", "more files", limit));
        }
        entries.push(MediaEntry::decode(entry).map_err(broken)?);
    }
    Ok(entries)
}

/// The list of media of the legacy variants, with at most `limit` files: numbers of entries and
/// names, by number.
pub(super) fn media_map(bytes: &[u8], limit: u64) -> Result<Vec<(u64, String)>, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let found = reader.deserialize_map(Names { limit });
    let found = found.and_then(|found| reader.end().map(|()| found));
    let mut names = found.map_err(|source| {
        damaged("the package's list of media is no object of JSON with a number for each name")
            .caused_by(source)
    })?;
    names.sort_by_key(|(number, _)| *number);
    Ok(names)
}

struct Names {
    limit: u64,
}

impl<'de> Visitor<'de> for Names {
    type Value = Vec<(u64, String)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object from numbers of entries to names of files")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut names: Vec<(u64, String)> = Vec::new();
        while let Some((number, name)) = map.next_entry::<u64, String>()? {
            if names.len() as u64 == self.limit {
                let limit = self.limit;
                let text = format!("more than {limit} files, which is the limit");
                return Err(serde::de::Error::custom(text));
            }
            names.push((number, name));
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::package::proto::MediaEntries;

    #[test]
    fn lists_of_media_are_read_up_to_their_limit() {
        let entry = |name: &str| MediaEntry {
            name: name.to_owned(),
            size: 3,
            sha1: vec![7; 20],
            legacy_zip_filename: None,
        };
        let entries = vec![entry("a.png"), entry("b.png")];
        let list = MediaEntries {
            entries: entries.clone(),
        };
        let bytes = list.encode_to_vec();
        assert_eq!(media_entries(&bytes, 2).unwrap(), entries);
        assert!(media_entries(&bytes, 1).is_err());
        assert!(media_entries(&bytes[..bytes.len() - 1], 2).is_err());
        assert_eq!(media_entries(b"", 0).unwrap(), []);

        let map = br#"{"7": "b", "0": "a"}"#;
        let found = vec![(0, "a".to_owned()), (7, "b".to_owned())];
        assert_eq!(media_map(map, 2).unwrap(), found);
        assert!(media_map(map, 1).is_err());
        for wrong in [
            "",
            "[]",
            r#"{"x": "a"}"#,
            r#"{"0": 1}"#,
            "{} {}",
            r#"{"-1": "a"}"#,
        ] {
            assert!(media_map(wrong.as_bytes(), 9).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = package_version(&bytes);
            let _ = media_entries(&bytes, 10);
            let _ = media_map(&bytes, 10);
        }
    }
}
