//! The latest container: everything a zstd stream, media with size and checksum in a list.
//!
//! What never changes comes first, then the media, and the database last: a transfer of what
//! changed finds the file's beginning where it was.

use std::io::{Read, Seek, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, Scope};

use prost::Message;
use sha1::{Digest, Sha1};

use super::archive::{ArchiveWriter, Packing, write_failed};
use super::compression::{self, Compression, MEDIA_LEVEL, database_effort, list_level};
use super::media::OpenMedia;
use super::proto::{MediaEntries, MediaEntry, PackageMetadata};
use super::{legacy, notice};
use crate::model::MediaFile;
use crate::{Error, ErrorKind};

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
/// So many packed files wait to be written, of all threads together.
const WAITING: usize = 16;
/// How much of a large media file is in memory at a time.
const BUFFER: usize = 1 << 16;

/// A media file on its way into the package.
enum Packed {
    Whole { stream: Vec<u8>, entry: MediaEntry },
    Large,
}

/// The list of the media as it is written. It grows with each file, so it is kept as bytes.
#[derive(Default)]
pub(super) struct MediaList(Vec<u8>);

impl MediaList {
    fn push(&mut self, entry: MediaEntry) {
        // Messages one behind the other are one message with the lists of all.
        let list = MediaEntries {
            entries: vec![entry],
        };
        self.0.extend(list.encode_to_vec());
    }
}

/// Writes what is the same in every package, the first entries.
pub(super) fn add_head<W: Write + Seek>(archive: &mut ArchiveWriter<W>) -> Result<(), Error> {
    let metadata = PackageMetadata { version: VERSION };
    archive.add(METADATA, Packing::Stored, &metadata.encode_to_vec())?;
    notice::database()?.read(|notice, _| {
        archive.add_read(legacy::DATABASE, Packing::Deflated(NOTICE_LEVEL), notice)
    })
}

/// Writes the media, in their order. Their streams are made on as many threads as the pool has, and
/// each is the same however many there are.
///
/// The threads are not the pool's: this one waits for them, which would be for ever where a program
/// calls from the only thread of a pool.
pub(super) fn add_media<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    files: &[&MediaFile],
) -> Result<MediaList, Error> {
    let mut list = MediaList::default();
    let count = rayon::current_num_threads().min(files.len());
    std::thread::scope(|scope| {
        let packers = (0..count).map(|first| start_packer(scope, files, first, count));
        let packers = packers.collect::<Result<Vec<_>, Error>>()?;
        // Each packs every so many files, so that they are taken from one after the other.
        for ((index, file), packed) in files.iter().enumerate().zip(packers.iter().cycle()) {
            let packed = packed.recv().map_err(|_| stopped())??;
            list.push(add(archive, &index.to_string(), file, packed)?);
        }
        Ok(list)
    })
}

/// Writes the media list and the database, the last entries.
pub(super) fn add_database<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    list: &MediaList,
    database: &mut dyn Read,
    size: u64,
) -> Result<(), Error> {
    let list = Compression::new(list_level(list.0.len()))?.compress(&list.0)?;
    archive.add(MEDIA_LIST, Packing::Stored, &list)?;
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

/// Starts a thread that packs the files `first`, `first + step` and so on. It ends when they are
/// packed, or nobody takes them any more.
fn start_packer<'scope, 'f: 'scope>(
    scope: &'scope Scope<'scope, '_>,
    files: &'f [&'f MediaFile],
    first: usize,
    step: usize,
) -> Result<Receiver<Result<Packed, Error>>, Error> {
    let (sender, receiver) = sync_channel((WAITING / step).max(1));
    let files = files.iter().copied().skip(first).step_by(step);
    let started = Builder::new().spawn_scoped(scope, move || pack_all(files, &sender));
    started.map_err(|source| stopped().caused_by(source))?;
    Ok(receiver)
}

fn pack_all<'f>(
    files: impl Iterator<Item = &'f MediaFile>,
    sender: &SyncSender<Result<Packed, Error>>,
) {
    let mut packer = match Packer::new() {
        Ok(packer) => packer,
        // Whoever takes what is packed stops at the first error.
        Err(error) => return drop(sender.send(Err(error))),
    };
    for file in files {
        if sender.send(packer.pack(file)).is_err() {
            break;
        }
    }
}

fn stopped() -> Error {
    let text = "the media cannot be packed";
    Error::new(ErrorKind::Archive(text.to_owned()))
}

/// What packs one file at a time. What zstd and a file need of memory is cleared once, which for
/// each file anew takes longer than zstd does with a file that does not compress (measured).
struct Packer {
    compression: Compression,
    buffer: Vec<u8>,
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
