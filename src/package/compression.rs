//! Streams of Anki's latest format, as they are written.
//!
//! One frame a stream, with the size of its content in front wherever that is known, which some
//! readers need to unpack it. The bytes depend on content and level alone, not on how many threads
//! make them.

use std::io::{Read, Write};

use ::zstd::bulk::Compressor;
use ::zstd::stream::write;
use ::zstd::zstd_safe::CParameter;

use super::archive::copy;
use crate::{Error, ErrorKind};

/// Most media are compressed already: a higher level finds nothing more in them. In what does not
/// compress zstd sees so itself, and lays it into the stream as it is: 100 MB take 37 ms, and a
/// look at three samples of each file, to know it before, 31 ms (measured).
pub(super) const MEDIA_LEVEL: i32 = 1;

/// Each thread holds about 20 MB beside the database (measured), more than its time is worth.
const MOST_THREADS: usize = 2;

/// How hard it is looked for what repeats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    level: i32,
    /// The shortest thing that is taken for a repetition, in bytes; else the level's own.
    shortest: Option<u32>,
    /// How much a thread takes at a time, in bytes; else the level's own. Five times as much is held
    /// of what is yet to be compressed.
    piece: Option<u32>,
}

/// The effort for a database of this size. With 100,000 notes level 1 makes 7.7 MB of 36 MB in
/// 88 ms, but 7.0 MB in the same time where repetitions of five bytes count too: rows are short, and
/// repeat each other's numbers. Level 3 makes 6.7 MB in 158 ms. Where there is little to do, level 6
/// takes 7 % off what level 3 makes, within 8 ms. Pieces of half the size that level 1 has take 7 MB
/// off the memory; of a database of 4 or 7 MB they make as few bytes, of 36 MB some more (measured
/// with zstd 1.5).
pub(super) fn database_effort(size: u64) -> Effort {
    match size > 1 << 20 {
        true => Effort {
            level: 1,
            shortest: Some(5),
            piece: (size <= 16 << 20).then_some(1 << 20),
        },
        false => Effort {
            level: 6,
            shortest: None,
            piece: None,
        },
    }
}

/// The level for a list of media of this size. It is mostly checksums, in which only a level over 12
/// finds more than level 1 does: 3 % of it, for 5 µs a file where level 1 takes a fifth of one
/// (measured).
pub(super) fn list_level(size: usize) -> i32 {
    if size > 1 << 16 { 1 } else { 15 }
}

/// Makes streams of things that are in memory, one after the other.
pub(super) struct Compression(Compressor<'static>);

impl Compression {
    pub(super) fn new(level: i32) -> Result<Self, Error> {
        Compressor::new(level).map(Self).map_err(failed)
    }

    pub(super) fn compress(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.compress(bytes).map_err(failed)
    }
}

/// Writes a stream of so many bytes, on two processors if there are as many.
pub(super) fn write(
    mut writer: impl Write,
    reader: &mut dyn Read,
    size: u64,
    effort: Effort,
) -> Result<(), Error> {
    let threads = rayon::current_num_threads().clamp(1, MOST_THREADS);
    write_on(&mut writer, reader, size, effort, threads)
}

fn write_on(
    writer: &mut impl Write,
    reader: &mut dyn Read,
    size: u64,
    effort: Effort,
    threads: usize,
) -> Result<(), Error> {
    let begin = |writer| {
        let mut encoder = write::Encoder::new(writer, effort.level)?;
        if let Some(shortest) = effort.shortest {
            encoder.set_parameter(CParameter::MinMatch(shortest))?;
        }
        // One thread too is told so: without any, another algorithm would make other bytes.
        encoder.multithread(u32::try_from(threads).unwrap_or(1))?;
        if let Some(piece) = effort.piece {
            encoder.set_parameter(CParameter::JobSize(piece))?;
        }
        encoder.set_pledged_src_size(Some(size))?;
        Ok(encoder)
    };
    let mut encoder = begin(writer).map_err(failed)?;
    copy(reader, &mut encoder)?;
    encoder.finish().map(|_| ()).map_err(failed)
}

/// A stream that is written bit by bit; whoever writes into it must finish it.
pub(super) fn encoder<W: Write>(
    writer: W,
    level: i32,
) -> Result<write::Encoder<'static, W>, Error> {
    write::Encoder::new(writer, level).map_err(failed)
}

fn failed(source: std::io::Error) -> Error {
    let text = "a part of the package cannot be compressed".to_owned();
    Error::new(ErrorKind::Archive(text)).caused_by(source)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8]) {
        let mut compression = Compression::new(MEDIA_LEVEL).unwrap();
        let packed = compression.compress(bytes).unwrap();
        // A compression that was used before makes the same bytes.
        assert_eq!(compression.compress(bytes).unwrap(), packed);
        let mut written = Vec::new();
        let effort = database_effort(u64::MAX);
        write(&mut written, &mut &*bytes, bytes.len() as u64, effort).unwrap();
        for stream in [packed, written] {
            assert_eq!(::zstd::decode_all(&stream[..]).unwrap(), bytes);
            // The size of what is in it stands in front.
            let size = ::zstd::zstd_safe::get_frame_content_size(&stream).unwrap();
            assert_eq!(size, Some(bytes.len() as u64));
        }
    }

    #[test]
    fn the_bytes_do_not_depend_on_threads() {
        // Long enough for several threads, with something to find.
        let bytes: Vec<u8> = (0..20_000_000_u64)
            .map(|at| (at.wrapping_mul(at / 1000) >> 7) as u8 & 0x3f)
            .collect();
        for bytes in [&bytes[..], &bytes[..5_000_000]] {
            let streams = [1, 2, 3, 16].map(|threads| {
                let mut stream = Vec::new();
                let size = bytes.len() as u64;
                let effort = database_effort(size);
                write_on(&mut stream, &mut &*bytes, size, effort, threads).unwrap();
                stream
            });
            assert!(streams.iter().all(|it| *it == streams[0]));
            assert!(::zstd::decode_all(&streams[0][..]).unwrap() == bytes);
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        check(b"");
        check(b"a");
        check(&vec![7; 300_000]);
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes: Vec<u8>) {
            check(&bytes);
        }
    }
}
