//! The zip around a package that is written.
//!
//! Each entry has the zip format's first day as its date and the same mode everywhere, so that
//! the bytes depend on the content alone.

use std::io::{BufWriter, Read, Seek, Write};

use zip::write::{FileOptions, SimpleFileOptions};
use zip::{CompressionMethod, ZipWriter};

use super::deflate;
use crate::{Error, ErrorKind};

/// How much is gathered before it is written.
const BUFFER: usize = 1 << 16;

/// How an entry lies in the zip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Stored,
    Deflated(i64),
}

/// A package's zip while it is written. What is written into it goes into the entry that was
/// begun last.
pub(super) struct ArchiveWriter<W: Write + Seek>(ZipWriter<BufWriter<W>>);

impl<W: Write + Seek> ArchiveWriter<W> {
    pub(super) fn new(writer: W) -> Self {
        let writer = BufWriter::with_capacity(BUFFER, writer);
        Self(ZipWriter::new(writer).set_auto_large_file())
    }

    /// Begins an entry.
    pub(super) fn begin(&mut self, name: &str, packing: Packing) -> Result<(), Error> {
        let (method, level) = match packing {
            Packing::Stored => (CompressionMethod::Stored, None),
            Packing::Deflated(level) => (CompressionMethod::Deflated, Some(level)),
        };
        let options: SimpleFileOptions = FileOptions::default()
            .compression_method(method)
            .compression_level(level)
            .system(zip::System::Unix)
            .unix_permissions(0o644);
        self.0.start_file(name, options).map_err(zip_failed)
    }

    /// Adds a whole entry.
    pub(super) fn add(&mut self, name: &str, packing: Packing, bytes: &[u8]) -> Result<(), Error> {
        self.begin(name, packing)?;
        self.write_all(bytes).map_err(write_failed)
    }

    /// Adds an entry of what can be read.
    pub(super) fn add_read(
        &mut self,
        name: &str,
        packing: Packing,
        reader: &mut dyn Read,
    ) -> Result<(), Error> {
        self.begin(name, packing)?;
        copy(reader, self)
    }

    /// Adds an entry of what can be read, `size` bytes, with all processors where it is large.
    pub(super) fn add_large(
        &mut self,
        name: &str,
        level: u32,
        reader: &mut dyn Read,
        size: u64,
    ) -> Result<(), Error> {
        if size > u64::from(u32::MAX / 2) {
            return self.add_read(name, Packing::Deflated(level.into()), reader);
        }
        let mut archive = deflate::archive_of(name, level, reader)?;
        let entry = archive.by_index_raw(0).map_err(zip_failed)?;
        self.0.raw_copy_file(entry).map_err(zip_failed)
    }

    /// Completes the archive; gives back where it ends.
    pub(super) fn finish(self) -> Result<u64, Error> {
        let mut writer = self.0.finish().map_err(zip_failed)?;
        writer.flush().map_err(write_failed)?;
        writer.stream_position().map_err(write_failed)
    }
}

impl<W: Write + Seek> Write for ArchiveWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Writes what can be read, some of it at a time.
pub(super) fn copy(reader: &mut dyn Read, writer: &mut impl Write) -> Result<(), Error> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(write_failed(error)),
        };
        let bytes = buffer.get(..length).unwrap_or_default();
        writer.write_all(bytes).map_err(write_failed)?;
    }
}

pub(super) fn zip_failed(source: zip::result::ZipError) -> Error {
    let text = "the package's zip archive failed".to_owned();
    Error::new(ErrorKind::Archive(text)).caused_by(source)
}

pub(super) fn write_failed(source: std::io::Error) -> Error {
    Error::new(ErrorKind::Archive(
        "the package cannot be written".to_owned(),
    ))
    .caused_by(source)
}
