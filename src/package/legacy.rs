//! The legacy container: media as they are, a map of their names in JSON, a plain database.
//!
//! Media come first and the database last: media change seldom, so that a transfer of what
//! changed finds the file's beginning where it was.

use std::io::{Read, Seek, Write};

use super::archive::{ArchiveWriter, Packing, write_failed};
use super::media::OpenMedia;
use crate::Error;
use crate::model::MediaFile;

/// The database of schema 11.
pub(super) const DATABASE: &str = "collection.anki2";
/// A JSON object from names of entries to names of media.
const MEDIA_MAP: &str = "media";

/// The database is what takes time. Of 100,000 notes level 1 makes 8.6 MB, level 2 with twice the
/// time 7.1 MB, level 6 with six times the time 6.8 MB (measured with zlib-rs).
const DATABASE_LEVEL: u32 = 1;
/// Media are small, or compressed already.
const MEDIA_LEVEL: i64 = 6;

/// Formats that are compressed already.
const COMPRESSED: &[&str] = &[
    "7z", "aac", "apng", "avif", "br", "bz2", "flac", "gif", "gz", "heic", "jpeg", "jpg", "jxl",
    "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "oga", "ogg", "ogv", "opus", "png",
    "spx", "webm", "webp", "wma", "woff", "woff2", "xz", "zip", "zst",
];

/// How much of a media file is in memory at a time.
const BUFFER: usize = 1 << 16;

/// Writes the media, the first entries.
pub(super) fn add_media<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    files: &[&MediaFile],
) -> Result<(), Error> {
    let mut buffer = vec![0; BUFFER];
    for (entry, file) in files.iter().enumerate() {
        let mut open = OpenMedia::new(file)?;
        let packing = match is_compressed(&file.name) {
            true => Packing::Stored,
            false => Packing::Deflated(MEDIA_LEVEL),
        };
        archive.begin(&entry.to_string(), packing)?;
        loop {
            let length = open.read(&mut buffer)?;
            let Some(bytes) = buffer.get(..length).filter(|it| !it.is_empty()) else {
                break;
            };
            archive.write_all(bytes).map_err(write_failed)?;
        }
    }
    Ok(())
}

/// Writes the media map and the database, the last entries.
pub(super) fn add_database<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    files: &[&MediaFile],
    database: &mut dyn Read,
    size: u64,
) -> Result<(), Error> {
    archive.begin(MEDIA_MAP, Packing::Deflated(MEDIA_LEVEL))?;
    serde_json::to_writer(&mut *archive, &MediaMap(files))
        .map_err(|source| write_failed(std::io::Error::from(source)))?;
    archive.add_large(DATABASE, DATABASE_LEVEL, database, size)
}

struct MediaMap<'a>(&'a [&'a MediaFile]);

impl serde::Serialize for MediaMap<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.iter().enumerate();
        serializer.collect_map(entries.map(|(entry, file)| (entry.to_string(), &file.name)))
    }
}

fn is_compressed(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let extension = extension.to_lowercase();
    COMPRESSED.binary_search(&extension.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_is_stored() {
        assert!(COMPRESSED.is_sorted());
        assert!(is_compressed("a.PNG"));
        assert!(is_compressed("a.tar.gz"));
        assert!(!is_compressed("a.svg"));
        assert!(!is_compressed("png"));
    }
}
