//! The latest container: everything a zstd stream, media with size and checksum in a list.
//!
//! What never changes comes first, then the media, and the database last: a transfer of what
//! changed finds the file's beginning where it was.

use std::io::{Read, Seek, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use prost::Message;
use rayon::prelude::*;
use sha1::{Digest, Sha1};

use super::archive::{ArchiveWriter, Packing, write_failed};
use super::compression::{self, Compression, MEDIA_LEVEL, database_effort, list_effort};
use super::media::OpenMedia;
use super::proto::{MediaEntries, MediaEntry, PackageMetadata};
use super::{legacy, notice};
use crate::Error;
use crate::model::MediaFile;

/// The database of schema 18.
const DATABASE: &str = "collection.anki21b";
/// Which container the package is.
const METADATA: &str = "meta";
/// The number of this container in the metadata.
const VERSION: i32 = 3;
/// Names, sizes and checksums of the media.
const MEDIA_LIST: &str = "media";
/// The database for programs that know the old container alone is empty but for a notice.
const NOTICE_LEVEL: i64 = 6;

/// Files up to this size are packed in memory, several at a time; larger ones go through a buffer,
/// one after the other.
const IN_MEMORY: usize = 1 << 20;
/// So many files are packed while as many are written: at most 64 MiB are in memory for it.
const BATCH: usize = 32;
/// How much of a large media file is in memory at a time.
const BUFFER: usize = 1 << 16;

/// A media file on its way into the package.
enum Packed {
    Whole { stream: Vec<u8>, entry: MediaEntry },
    Large,
}

/// Writes what is the same in every package, the first entries.
pub(super) fn add_head<W: Write + Seek>(archive: &mut ArchiveWriter<W>) -> Result<(), Error> {
    let metadata = PackageMetadata { version: VERSION };
    archive.add(METADATA, Packing::Stored, &metadata.encode_to_vec())?;
    notice::database()?.read(|notice, _| {
        archive.add_read(legacy::DATABASE, Packing::Deflated(NOTICE_LEVEL), notice)
    })
}

/// Writes the media, in their order. Their streams are made on all processors, and each is the
/// same however many there are.
pub(super) fn add_media<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    files: &[&MediaFile],
) -> Result<MediaEntries, Error> {
    let mut list = MediaEntries::default();
    let packers = Packers::default();
    let mut batches = files.chunks(BATCH);
    let mut batch = batches.next().unwrap_or_default();
    let mut packed = packers.pack(batch);
    while !batch.is_empty() {
        let next = batches.next().unwrap_or_default();
        let mut next_packed = Vec::new();
        // The thread that writes never waits for one that packs inside of the scope: that would
        // be for ever where a program calls from the only thread of a pool.
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| next_packed = packers.pack(next));
            for (file, packed) in batch.iter().zip(packed.drain(..)) {
                let name = list.entries.len().to_string();
                list.entries.push(add(archive, &name, file, packed?)?);
            }
            Ok::<_, Error>(())
        })?;
        (batch, packed) = (next, next_packed);
    }
    Ok(list)
}

/// Writes the media list and the database, the last entries.
pub(super) fn add_database<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    list: &MediaEntries,
    database: &mut dyn Read,
    size: u64,
) -> Result<(), Error> {
    let list = list.encode_to_vec();
    archive.begin(MEDIA_LIST, Packing::Stored)?;
    let length = list.len() as u64;
    compression::write(&mut *archive, &mut &*list, length, list_effort(length))?;
    archive.begin(DATABASE, Packing::Stored)?;
    compression::write(archive, database, size, database_effort(size))
}

fn add<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    name: &str,
    file: &MediaFile,
    packed: Packed,
) -> Result<MediaEntry, Error> {
    match packed {
        Packed::Whole { stream, entry } => {
            archive.add(name, Packing::Stored, &stream)?;
            Ok(entry)
        }
        Packed::Large => {
            archive.begin(name, Packing::Stored)?;
            copy(archive, file)
        }
    }
}

/// What packs one file at a time. What zstd and a file need of memory is cleared once, which for
/// each file anew takes longer than zstd does with a file that does not compress (measured).
struct Packer {
    compression: Compression,
    buffer: Vec<u8>,
}

/// The packers that are free: as many are made as threads pack at a time.
#[derive(Default)]
struct Packers(Mutex<Vec<Packer>>);

impl Packers {
    fn pack(&self, batch: &[&MediaFile]) -> Vec<Result<Packed, Error>> {
        let packed = batch.par_iter().map(|file| {
            let mut packer = self.take()?;
            let packed = packer.pack(file);
            self.free().push(packer);
            packed
        });
        packed.collect()
    }

    fn take(&self) -> Result<Packer, Error> {
        let free = self.free().pop();
        free.map_or_else(Packer::new, Ok)
    }

    fn free(&self) -> MutexGuard<'_, Vec<Packer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Packer {
    fn new() -> Result<Self, Error> {
        Ok(Self {
            compression: Compression::new(MEDIA_LEVEL)?,
            // One more byte tells a file that just fits from one that does not.
            buffer: vec![0; IN_MEMORY + 1],
        })
    }

    fn pack(&mut self, file: &MediaFile) -> Result<Packed, Error> {
        let length = OpenMedia::new(file)?.read(&mut self.buffer)?;
        let bytes = self.buffer.get(..length).unwrap_or_default();
        if bytes.len() > IN_MEMORY {
            return Ok(Packed::Large);
        }
        Ok(Packed::Whole {
            stream: self.compression.compress(bytes)?,
            entry: entry(file, length as u64, Sha1::digest(bytes).into()),
        })
    }
}

fn copy<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    file: &MediaFile,
) -> Result<MediaEntry, Error> {
    let mut open = OpenMedia::new(file)?;
    let mut encoder = compression::encoder(archive, MEDIA_LEVEL)?;
    let mut hash = Sha1::new();
    let mut buffer = vec![0; BUFFER];
    let mut size = 0;
    loop {
        let length = open.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..length).filter(|it| !it.is_empty()) else {
            break;
        };
        hash.update(bytes);
        encoder.write_all(bytes).map_err(write_failed)?;
        size += length as u64;
    }
    encoder.finish().map_err(write_failed)?;
    Ok(entry(file, size, hash.finalize().into()))
}

fn entry(file: &MediaFile, size: u64, sha1: [u8; 20]) -> MediaEntry {
    MediaEntry {
        name: file.name.clone(),
        // What does not fit is written as 0, as Anki does.
        size: u32::try_from(size).unwrap_or_default(),
        sha1: sha1.to_vec(),
        legacy_zip_filename: None,
    }
}
