//! Streams of Anki's latest format. The only file that knows the zstd library.
//!
//! One frame a stream, with the size of its content in front wherever that is known, which some
//! readers need to unpack it. The bytes depend on content and level alone: each frame is made by
//! one thread.

use std::io::{Read, Write};

use ::zstd::bulk::Compressor;
use ::zstd::stream::{read, write};
use ::zstd::zstd_safe;

use crate::{Error, ErrorKind};

/// Of a small package and of one with 100,000 notes: level 3 takes less time than deflate at its
/// fastest and makes less of it; what comes above costs far more than it saves (docs/packages.md).
pub(super) const DATABASE_LEVEL: i32 = 3;
/// Most media are compressed already: a higher level finds nothing more in them.
pub(super) const MEDIA_LEVEL: i32 = 1;

/// The header of a frame is at most this long.
const LONGEST_HEADER: u64 = 18;

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

/// A stream that is written bit by bit; whoever writes into it must finish it.
pub(super) fn encoder<W: Write>(
    writer: W,
    level: i32,
    size: Option<u64>,
) -> Result<write::Encoder<'static, W>, Error> {
    let mut encoder = write::Encoder::new(writer, level).map_err(failed)?;
    encoder.set_pledged_src_size(size).map_err(failed)?;
    Ok(encoder)
}

/// Reads a stream whose header says how much is in it: its size in bytes, and what is in it. A
/// stream that does not say it is `None`.
pub(super) fn decoder<'a>(
    mut reader: impl Read + 'a,
) -> Result<Option<(u64, impl Read + 'a)>, Error> {
    let mut header = Vec::new();
    reader
        .by_ref()
        .take(LONGEST_HEADER)
        .read_to_end(&mut header)
        .map_err(failed)?;
    let Ok(Some(size)) = zstd_safe::get_frame_content_size(&header) else {
        return Ok(None);
    };
    let whole = std::io::Cursor::new(header).chain(reader);
    Ok(Some((size, read::Decoder::new(whole).map_err(failed)?)))
}

fn failed(source: std::io::Error) -> Error {
    let text = "a part of the package cannot be packed or unpacked".to_owned();
    Error::new(ErrorKind::Archive(text)).caused_by(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let check = |bytes: &[u8]| {
            let packed = Compression::new(MEDIA_LEVEL)
                .unwrap()
                .compress(bytes)
                .unwrap();
            let mut streamed =
                encoder(Vec::new(), DATABASE_LEVEL, Some(bytes.len() as u64)).unwrap();
            streamed.write_all(bytes).unwrap();
            for stream in [packed, streamed.finish().unwrap()] {
                let (size, mut reader) = decoder(&stream[..]).unwrap().unwrap();
                let mut found = Vec::new();
                reader.read_to_end(&mut found).unwrap();
                assert_eq!((size, &found[..]), (bytes.len() as u64, bytes));
            }
        };
        check(b"");
        check(b"a");
        check(&vec![7; 300_000]);
    }

    #[test]
    fn what_is_no_stream_is_none() {
        assert!(decoder(&b""[..]).unwrap().is_none());
        assert!(
            decoder(&b"SQLite format 3\0 and so on"[..])
                .unwrap()
                .is_none()
        );
    }
}
