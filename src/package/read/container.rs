//! The file around a collection: which entries of the archive count, and their plain bytes,
//! within limits.
//!
//! Sizes that an archive declares are never trusted: what is read is counted.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{ReadLimits, Variant};
use crate::{Error, ErrorKind};

/// What a package is read from.
pub(in crate::package) trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// How every SQLite file begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// What an entry of the archive's list takes where nobody means harm: 46 bytes, a short name and
/// some extra data.
const LISTED_ENTRY: u64 = 128;
/// What is read to find the list of entries, whose place is known from the end of the file.
const LIST_SEARCH: u64 = 16 << 20;
/// Deflate makes at most 1032 bytes of one.
const DEFLATE_RATIO: u64 = 1032;
/// zstd's window in memory, as a power of two: what Anki takes (measured).
const ZSTD_WINDOW: u32 = 27;
/// How much is copied at a time.
const BUFFER: usize = 1 << 16;

/// A package's archive, or a bare database.
pub(in crate::package) struct Container {
    file: File,
    /// Its size in bytes.
    bytes: u64,
    variant: Variant,
    limits: ReadLimits,
}

enum File {
    Archive(ZipArchive<Metered>),
    Database(Box<dyn Source>),
}

impl Container {
    /// Opens what a file or any other reader holds.
    ///
    /// # Errors
    /// When it is neither an archive nor a database, or goes beyond the limits.
    pub(in crate::package) fn open(
        mut reader: Box<dyn Source>,
        limits: ReadLimits,
    ) -> Result<Self, Error> {
        let mut start = Vec::with_capacity(SQLITE.len());
        let bytes = (|| {
            (&mut reader)
                .take(SQLITE.len() as u64)
                .read_to_end(&mut start)?;
            let size = reader.seek(SeekFrom::End(0))?;
            reader.rewind()?;
            Ok(size)
        })()
        .map_err(read_failed)?;
        if start == SQLITE {
            return Ok(Self {
                file: File::Database(reader),
                bytes,
                variant: Variant::Collection,
                limits,
            });
        }
        let allowance = limits
            .entries
            .saturating_mul(LISTED_ENTRY)
            .saturating_add(LIST_SEARCH);
        let allowance = Arc::new(AtomicU64::new(allowance));
        let metered = Metered {
            reader: BufReader::new(reader),
            allowance: Arc::clone(&allowance),
        };
        let mut archive = ZipArchive::new(metered).map_err(zip_failed)?;
        // Entries are counted one by one from here on.
        allowance.store(u64::MAX, Ordering::Relaxed);
        let entries = archive.len() as u64;
        if entries > limits.entries {
            return Err(too_large(
                "archive",
                &format!("{entries} entries"),
                limits.entries,
            ));
        }
        let variant = variant(&mut archive)?;
        Ok(Self {
            file: File::Archive(archive),
            bytes,
            variant,
            limits,
        })
    }

    pub(in crate::package) fn variant(&self) -> Variant {
        self.variant
    }

    pub(super) fn limits(&self) -> ReadLimits {
        self.limits
    }

    /// Gives the plain bytes of the database to `use_it`, with their number.
    ///
    /// # Errors
    /// When there is none, or it is damaged or larger than the limit.
    pub(super) fn read_database<T>(
        &mut self,
        use_it: impl FnOnce(&mut dyn Read, u64) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let limit = self.limits.database_bytes;
        let check = |size: u64| match size > limit {
            true => Err(too_large("database", &format!("{size} bytes"), limit)),
            false => Ok(size),
        };
        let archive = match &mut self.file {
            File::Database(reader) => {
                reader.rewind().map_err(read_failed)?;
                return use_it(reader, check(self.bytes)?);
            }
            File::Archive(archive) => archive,
        };
        let name = match self.variant {
            Variant::Legacy2 => "collection.anki21",
            Variant::Latest => "collection.anki21b",
            Variant::Legacy1 | Variant::Collection => "collection.anki2",
        };
        let index = archive.index_for_name(name).ok_or_else(|| {
            damaged(format!(
                "the archive has no `{name}`, so it is no Anki package"
            ))
        })?;
        if self.variant != Variant::Latest {
            let mut entry = archive.by_index(index).map_err(zip_failed)?;
            let size = check(entry.size())?;
            // SQLite wants its memory at once; nobody gets it by a number in a header alone.
            let packed = entry.compressed_size().min(self.bytes);
            if size / DEFLATE_RATIO > packed {
                return Err(damaged("the package's database is smaller than it says"));
            }
            return use_it(&mut entry, size);
        }
        // A zstd stream need not say how large it is. Unpacking it twice takes less than keeping
        // it in memory twice.
        let size = {
            let entry = archive.by_index(index).map_err(zip_failed)?;
            let mut plain = zstd_reader(entry)?;
            copy_within(&mut plain, &mut io::sink(), limit, "database")?
        };
        let entry = archive.by_index(index).map_err(zip_failed)?;
        use_it(&mut zstd_reader(entry)?, size)
    }

    /// The plain bytes of the list of media, if there is one.
    ///
    /// # Errors
    /// When it is damaged or larger than the limit.
    pub(super) fn media_list(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let limit = self.limits.media_list_bytes;
        let mut bytes = Vec::new();
        let found = self.copy_entry("media", &mut bytes, limit, "list of media")?;
        Ok(found.map(|_| bytes))
    }

    /// The size of an entry as the archive's list says it, if there is such an entry.
    pub(super) fn listed_size(&self, name: &str) -> Option<u64> {
        let File::Archive(archive) = &self.file else {
            return None;
        };
        let entry = archive.by_index_data(archive.index_for_name(name)?).ok()?;
        Some(entry.size())
    }

    /// Writes the plain bytes of an entry; `what` it is stands in errors. Gives back how many
    /// there were, or `None` where there is no such entry.
    pub(super) fn copy_entry(
        &mut self,
        name: &str,
        writer: &mut dyn Write,
        limit: u64,
        what: &str,
    ) -> Result<Option<u64>, Error> {
        let File::Archive(archive) = &mut self.file else {
            return Ok(None);
        };
        let Some(index) = archive.index_for_name(name) else {
            return Ok(None);
        };
        let mut entry = archive.by_index(index).map_err(zip_failed)?;
        match self.variant {
            Variant::Latest => copy_within(&mut zstd_reader(entry)?, writer, limit, what),
            _ => copy_within(&mut entry, writer, limit, what),
        }
        .map(Some)
    }
}

/// The variant that Anki would take the archive for (measured): the entry `meta` decides, then
/// the names of databases.
fn variant(archive: &mut ZipArchive<Metered>) -> Result<Variant, Error> {
    /// A version and what another program may add; Anki writes two bytes.
    const LONGEST: u64 = 1024;
    let Some(index) = archive.index_for_name("meta") else {
        let newer = archive.index_for_name("collection.anki21").is_some();
        return Ok(match newer {
            true => Variant::Legacy2,
            false => Variant::Legacy1,
        });
    };
    let mut entry = archive.by_index(index).map_err(zip_failed)?;
    let mut bytes = Vec::new();
    copy_within(&mut entry, &mut bytes, LONGEST, "entry `meta`")?;
    match super::messages::package_version(&bytes)? {
        1 => Ok(Variant::Legacy1),
        2 => Ok(Variant::Legacy2),
        3 => Ok(Variant::Latest),
        version => Err(damaged(format!(
            "the package says that it has version {version}; 1, 2 and 3 are known"
        ))),
    }
}

/// A reader of the plain bytes, which never takes more memory for it than Anki would.
fn zstd_reader<'a>(
    packed: impl Read + 'a,
) -> Result<zstd::Decoder<'a, BufReader<impl Read + 'a>>, Error> {
    let mut decoder = zstd::Decoder::new(packed).map_err(read_failed)?;
    decoder.window_log_max(ZSTD_WINDOW).map_err(read_failed)?;
    Ok(decoder)
}

fn copy_within(
    reader: &mut dyn Read,
    writer: &mut dyn Write,
    limit: u64,
    what: &str,
) -> Result<u64, Error> {
    let mut buffer = vec![0; BUFFER];
    let mut total = 0_u64;
    loop {
        let length = match reader.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result.map_err(|source| {
                damaged(format!("the package's {what} cannot be read")).caused_by(source)
            })?,
        };
        let Some(bytes) = buffer.get(..length).filter(|it| !it.is_empty()) else {
            return Ok(total);
        };
        total = total.saturating_add(length as u64);
        if total > limit {
            return Err(too_large(what, "more bytes", limit));
        }
        writer.write_all(bytes).map_err(|source| {
            damaged(format!("the package's {what} cannot be written out")).caused_by(source)
        })?;
    }
}

/// A reader with an end to what may be read of it, for the time in which the archive is opened:
/// its list of entries goes into memory whole.
struct Metered {
    reader: BufReader<Box<dyn Source>>,
    allowance: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.load(Ordering::Relaxed);
        let length = self.reader.read(buffer)?;
        if left == u64::MAX {
            return Ok(length);
        }
        let left = left.checked_sub(length as u64).ok_or_else(|| {
            io::Error::other("the archive lists more entries than a package may have")
        })?;
        self.allowance.store(left, Ordering::Relaxed);
        Ok(length)
    }
}

impl Seek for Metered {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.reader.seek(position)
    }
}

pub(super) fn damaged(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Archive(text.into()))
}

pub(super) fn too_large(what: &str, found: &str, limit: u64) -> Error {
    damaged(format!(
        "the package's {what} has {found}, where the limit is {limit}"
    ))
}

fn read_failed(source: io::Error) -> Error {
    damaged("the package cannot be read").caused_by(source)
}

fn zip_failed(source: ZipError) -> Error {
    damaged("the package's zip archive cannot be read").caused_by(source)
}
