//! The zip around a package that is written.
//!
//! Media come first and the database last, each entry with the zip format's first day as its
//! date and the same mode everywhere, so that the bytes depend on the content alone.

use std::io::{BufWriter, Seek, Write};

use zip::write::{FileOptions, SimpleFileOptions};
use zip::{CompressionMethod, ZipWriter};

use super::media::OpenMedia;
use crate::model::MediaFile;
use crate::{Error, ErrorKind};

/// The database of schema 11.
const DATABASE: &str = "collection.anki2";
/// A JSON object from names of entries to names of media.
const MEDIA_MAP: &str = "media";

/// The database is what takes time. Of 100,000 notes level 1 makes 8.6 MB, level 2 with twice the
/// time 7.1 MB, level 6 with six times the time 6.8 MB (measured with zlib-rs).
const DATABASE_LEVEL: i64 = 1;
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

/// A package's zip while it is written.
pub(super) struct ArchiveWriter<W: Write + Seek> {
    zip: ZipWriter<BufWriter<W>>,
    names: Vec<String>,
    buffer: Vec<u8>,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    pub(super) fn new(writer: W) -> Self {
        let writer = BufWriter::with_capacity(BUFFER, writer);
        Self {
            zip: ZipWriter::new(writer).set_auto_large_file(),
            names: Vec::new(),
            buffer: vec![0; BUFFER],
        }
    }

    pub(super) fn add_media(&mut self, file: &MediaFile) -> Result<(), Error> {
        let mut open = OpenMedia::new(file)?;
        let method = match is_compressed(&file.name) {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        self.start(&self.names.len().to_string(), method, MEDIA_LEVEL)?;
        loop {
            let length = open.read(&mut self.buffer)?;
            let Some(bytes) = self.buffer.get(..length).filter(|it| !it.is_empty()) else {
                break;
            };
            self.zip.write_all(bytes).map_err(write_failed)?;
        }
        self.names.push(file.name.clone());
        Ok(())
    }

    /// Writes the media map and the database, the last entries.
    pub(super) fn add_database(&mut self, database: &[u8]) -> Result<(), Error> {
        self.start(MEDIA_MAP, CompressionMethod::Deflated, MEDIA_LEVEL)?;
        let map = MediaMap(&self.names);
        serde_json::to_writer(&mut self.zip, &map)
            .map_err(|source| write_failed(std::io::Error::from(source)))?;
        self.start(DATABASE, CompressionMethod::Deflated, DATABASE_LEVEL)?;
        self.zip.write_all(database).map_err(write_failed)
    }

    /// Completes the archive; gives back where it ends.
    pub(super) fn finish(self) -> Result<u64, Error> {
        let mut writer = self.zip.finish().map_err(zip_failed)?;
        writer.flush().map_err(write_failed)?;
        writer.stream_position().map_err(write_failed)
    }

    fn start(&mut self, name: &str, method: CompressionMethod, level: i64) -> Result<(), Error> {
        let level = (method == CompressionMethod::Deflated).then_some(level);
        let options: SimpleFileOptions = FileOptions::default()
            .compression_method(method)
            .compression_level(level)
            .system(zip::System::Unix)
            .unix_permissions(0o644);
        self.zip.start_file(name, options).map_err(zip_failed)
    }
}

struct MediaMap<'a>(&'a [String]);

impl serde::Serialize for MediaMap<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.iter().enumerate();
        serializer.collect_map(entries.map(|(entry, name)| (entry.to_string(), name)))
    }
}

fn is_compressed(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let extension = extension.to_lowercase();
    COMPRESSED.binary_search(&extension.as_str()).is_ok()
}

fn zip_failed(source: zip::result::ZipError) -> Error {
    let text = "the package's zip archive failed".to_owned();
    Error::new(ErrorKind::Archive(text)).caused_by(source)
}

pub(super) fn write_failed(source: std::io::Error) -> Error {
    Error::new(ErrorKind::Archive(
        "the package cannot be written".to_owned(),
    ))
    .caused_by(source)
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
