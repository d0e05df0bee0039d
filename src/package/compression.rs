//! Streams of Anki's latest format, as they are written.
//!
//! One frame a stream, with the size of its content in front wherever that is known, which some
//! readers need to unpack it. The bytes depend on content and level alone: each frame is made by
//! one thread.

use std::io::Write;

use ::zstd::bulk::Compressor;
use ::zstd::stream::write;

use crate::{Error, ErrorKind};

/// Of a small package and of one with 100,000 notes: level 3 takes less time than deflate at its
/// fastest and makes less of it; what comes above costs far more than it saves (docs/packages.md).
pub(super) const DATABASE_LEVEL: i32 = 3;
/// Most media are compressed already: a higher level finds nothing more in them.
pub(super) const MEDIA_LEVEL: i32 = 1;

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
        let mut streamed = encoder(Vec::new(), DATABASE_LEVEL, Some(bytes.len() as u64)).unwrap();
        streamed.write_all(bytes).unwrap();
        for stream in [packed, streamed.finish().unwrap()] {
            assert_eq!(::zstd::decode_all(&stream[..]).unwrap(), bytes);
            // The size of what is in it stands in front.
            let size = ::zstd::zstd_safe::get_frame_content_size(&stream).unwrap();
            assert_eq!(size, Some(bytes.len() as u64));
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
