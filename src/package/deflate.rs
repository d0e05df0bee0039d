//! A large entry of the zip, deflated by all processors.
//!
//! What is to be read is cut into blocks of one size. Each is deflated by itself and ends at a whole
//! byte, so that the blocks, one behind the other, are the one stream that any reader inflates. The
//! bytes depend on the content alone.
//!
//! A block that did not change comes out as before, and mostly lies where it lay, because each is
//! filled up to a round length: Syncthing, which compares a file piece by piece with the one that
//! was in its place, sends the other pieces only.

use std::io::{Cursor, Read};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::prelude::*;
use zip::ZipArchive;

use super::archive::{write_failed, zip_failed};
use crate::{Error, ErrorKind};

/// Smaller blocks would cost more bytes: at a block's beginning nothing is known that could be
/// repeated. With this size an entry is larger by a hundredth (measured with a database).
const BLOCK: usize = 512 * 1024;

/// What the length of a deflated block is filled up to a multiple of, so that a note that got longer
/// seldom moves what lies behind its block.
const ROUND: usize = 2048;

/// An empty block of deflate, as it is, and one behind another that ends within a byte: what can be
/// put between two blocks. With five bytes and six any length from 20 on can be filled.
const FIVE: [u8; 5] = [0, 0, 0, 0xff, 0xff];
const SIX: [u8; 6] = [2, 0, 0, 0, 0xff, 0xff];

/// The flags, the method and the date of an entry: none, deflate, the format's first day.
const PROPERTIES: [u16; 4] = [0, 8, 0, 0x21];
/// The version of the format that knows deflate.
const VERSION: u16 = 20;
/// A file of Unix that its owner writes and everybody reads.
const SYSTEM: u16 = 3 << 8;
const MODE: u32 = 0o100_644 << 16;

/// A zip archive with this one entry, whose size must be below 4 GiB.
pub(super) fn archive_of(
    name: &str,
    level: u32,
    reader: &mut dyn Read,
) -> Result<ZipArchive<Cursor<Vec<u8>>>, Error> {
    let mut entry = Entry::new(name);
    // What the header says is known in the end only; it is as long as now.
    let mut archive = entry.header();
    let start = archive.len();
    deflate(level, reader, &mut archive, &mut entry)?;
    entry.packed = number(archive.len() - start)?;
    archive.splice(..start, entry.header());
    let directory = number(archive.len())?;
    archive.extend(entry.in_directory());
    let length = number(archive.len())? - directory;
    archive.extend(end(directory, length));
    ZipArchive::new(Cursor::new(archive)).map_err(zip_failed)
}

fn deflate(
    level: u32,
    reader: &mut dyn Read,
    packed: &mut Vec<u8>,
    entry: &mut Entry<'_>,
) -> Result<(), Error> {
    let at_once = rayon::current_num_threads();
    let mut next = Some(read_block(reader)?);
    while next.is_some() {
        let mut blocks = Vec::with_capacity(at_once);
        while let Some(block) = next.take_if(|_| blocks.len() < at_once) {
            next = Some(read_block(reader)?).filter(|it| !it.is_empty());
            blocks.push((block, next.is_none()));
        }
        let done: Vec<(Vec<u8>, Crc)> = blocks
            .par_iter()
            .map(|(block, is_last)| deflate_block(level, block, *is_last))
            .collect::<Result<_, Error>>()?;
        for (bytes, crc) in done {
            entry.crc.combine(&crc);
            entry.size = entry.size.saturating_add(crc.amount());
            packed.extend(bytes);
        }
    }
    Ok(())
}

/// As much as a block holds; less at the end.
fn read_block(reader: &mut dyn Read) -> Result<Vec<u8>, Error> {
    let mut block = Vec::with_capacity(BLOCK);
    let read = reader.take(BLOCK as u64).read_to_end(&mut block);
    read.map_err(write_failed)?;
    Ok(block)
}

fn deflate_block(level: u32, block: &[u8], is_last: bool) -> Result<(Vec<u8>, Crc), Error> {
    let failed = || {
        Error::new(ErrorKind::Archive(
            "the package cannot be deflated".to_owned(),
        ))
    };
    let mut crc = Crc::new();
    crc.update(block);
    let mut compress = Compress::new(Compression::new(level), false);
    let mut packed = Vec::with_capacity(block.len() / 2);
    let flush = match is_last {
        true => FlushCompress::Finish,
        false => FlushCompress::Sync,
    };
    loop {
        let taken = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let rest = block.get(taken..).unwrap_or_default();
        packed.reserve(BLOCK / 8);
        let status = compress.compress_vec(rest, &mut packed, flush);
        let is_done = match status.map_err(|source| failed().caused_by(source))? {
            Status::StreamEnd => true,
            // What is flushed has room left behind it.
            _ => !is_last && packed.len() < packed.capacity(),
        };
        if is_done {
            break;
        }
    }
    if !is_last {
        fill_up(&mut packed);
    }
    Ok((packed, crc))
}

/// Fills a block that ends at a whole byte up with empty ones.
fn fill_up(packed: &mut Vec<u8>) {
    let mut missing = packed.len().next_multiple_of(ROUND) - packed.len();
    if (1..24).contains(&missing) {
        missing += ROUND;
    }
    let sixes = missing % 5;
    let fives = (missing - SIX.len() * sixes) / FIVE.len();
    packed.extend(SIX.repeat(sixes));
    packed.extend(FIVE.repeat(fives));
}

/// What the headers of the entry say.
struct Entry<'n> {
    name: &'n str,
    crc: Crc,
    packed: u32,
    size: u32,
}

impl<'n> Entry<'n> {
    fn new(name: &'n str) -> Self {
        Self {
            name,
            crc: Crc::new(),
            packed: 0,
            size: 0,
        }
    }

    fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        long(&mut bytes, &[0x0403_4b50]);
        short(&mut bytes, &[VERSION]);
        self.properties(&mut bytes);
        short(&mut bytes, &[0]);
        bytes.extend(self.name.as_bytes());
        bytes
    }

    fn in_directory(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        long(&mut bytes, &[0x0201_4b50]);
        short(&mut bytes, &[SYSTEM | VERSION, VERSION]);
        self.properties(&mut bytes);
        short(&mut bytes, &[0; 4]);
        long(&mut bytes, &[MODE, 0]);
        bytes.extend(self.name.as_bytes());
        bytes
    }

    fn properties(&self, bytes: &mut Vec<u8>) {
        short(bytes, &PROPERTIES);
        long(bytes, &[self.crc.sum(), self.packed, self.size]);
        // Names of entries are ours, and short.
        short(bytes, &[u16::try_from(self.name.len()).unwrap_or(u16::MAX)]);
    }
}

fn end(directory: u32, length: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    long(&mut bytes, &[0x0605_4b50]);
    short(&mut bytes, &[0, 0, 1, 1]);
    long(&mut bytes, &[length, directory]);
    short(&mut bytes, &[0]);
    bytes
}

fn short(bytes: &mut Vec<u8>, values: &[u16]) {
    bytes.extend(values.iter().flat_map(|it| it.to_le_bytes()));
}

fn long(bytes: &mut Vec<u8>, values: &[u32]) {
    bytes.extend(values.iter().flat_map(|it| it.to_le_bytes()));
}

fn number(length: usize) -> Result<u32, Error> {
    let text = "the database is too large for one part of a zip archive";
    u32::try_from(length).map_err(|_| Error::new(ErrorKind::Archive(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What does not repeat itself for long, `length` bytes of it.
    fn text(length: usize) -> Vec<u8> {
        let numbers = (0_u32..).map(|it| it.wrapping_mul(2_654_435_761) >> 20);
        numbers
            .flat_map(|it| format!("word {it} ").into_bytes())
            .take(length)
            .collect()
    }

    fn packed(bytes: &[u8], level: u32) -> Vec<u8> {
        let archive = archive_of("collection.anki2", level, &mut &*bytes).unwrap();
        archive.into_inner().into_inner()
    }

    #[test]
    fn the_entry_is_read_as_it_was() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 77] {
            let bytes = text(length);
            for level in [1, 6] {
                let mut archive = archive_of("collection.anki2", level, &mut &*bytes).unwrap();
                let mut entry = archive.by_name("collection.anki2").unwrap();
                assert_eq!(entry.size(), length as u64);
                let mut found = Vec::new();
                entry.read_to_end(&mut found).unwrap();
                assert!(found == bytes, "{length} at level {level}");
            }
        }
    }

    #[test]
    fn what_cannot_be_made_smaller_is_kept() {
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        });
        let noise: Vec<u8> = noise.take(2 * BLOCK + 5).collect();
        let mut archive = archive_of("x", 1, &mut &*noise).unwrap();
        let mut found = Vec::new();
        archive
            .by_index(0)
            .unwrap()
            .read_to_end(&mut found)
            .unwrap();
        assert!(found == noise);
    }

    #[test]
    fn bytes_do_not_depend_on_the_number_of_threads() {
        let bytes = text(7 * BLOCK);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build().unwrap().install(|| packed(&bytes, 1))
        };
        assert!(with(1) == with(3));
    }

    #[test]
    fn a_change_leaves_the_other_blocks_as_they_were() {
        let bytes = text(6 * BLOCK);
        let mut changed = bytes.clone();
        changed[3 * BLOCK..][..6].copy_from_slice(b"edited");
        let (before, after) = (packed(&bytes, 1), packed(&changed, 1));
        let pieces = |it: &[u8]| it.chunks(1024).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (before, after) = (pieces(&before), pieces(&after));
        let same = before.iter().zip(&after).filter(|it| it.0 == it.1).count();
        assert_eq!(before.len(), after.len());
        assert!(same * 100 > before.len() * 80, "{same} of {}", before.len());
    }

    #[test]
    fn what_is_put_between_blocks_says_nothing() {
        for sixes in 0..5 {
            let (last, _) = deflate_block(1, b"text", true).unwrap();
            let stream = [SIX.repeat(sixes), FIVE.repeat(3), SIX.repeat(sixes), last].concat();
            let mut found = String::new();
            let mut reader = flate2::read::DeflateDecoder::new(&*stream);
            reader.read_to_string(&mut found).unwrap();
            assert_eq!(found, "text", "{sixes}");
        }
    }

    #[test]
    fn any_length_is_filled_up() {
        for length in 0..2 * ROUND {
            let mut packed = vec![0; length];
            fill_up(&mut packed);
            assert_eq!(packed.len() % ROUND, 0, "{length}");
            assert!(packed.len() < length + ROUND + 24, "{length}");
        }
    }
}
