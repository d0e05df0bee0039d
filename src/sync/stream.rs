//! Bodies of protocol 11: one stream of zstd each.

use std::io::Read as _;

/// The longest body, unpacked, in bytes.
const MOST: u64 = 1 << 30;
/// As fast as it gets; texts shrink to a third.
const LEVEL: i32 = 1;

pub(super) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL)
}

/// The bytes, and whether there are as many as were announced.
pub(super) fn unpack(bytes: &[u8], announced: Option<u64>) -> std::io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    // The frames need not say how much is in them, so nothing is allocated by that.
    let decoder = zstd::stream::read::Decoder::new(bytes)?;
    decoder.take(MOST + 1).read_to_end(&mut unpacked)?;
    let count = unpacked.len() as u64;
    if count > MOST {
        return Err(std::io::Error::other("it has more than 1 GiB"));
    }
    match announced {
        Some(expected) if expected != count => Err(std::io::Error::other(format!(
            "{count} bytes came where {expected} were announced"
        ))),
        _ => Ok(unpacked),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let packed = pack(b"hello").unwrap();
        assert_eq!(unpack(&packed, Some(5)).unwrap(), b"hello");
        assert_eq!(unpack(&packed, None).unwrap(), b"hello");
        let error = unpack(&packed, Some(6)).unwrap_err();
        assert!(error.to_string().contains("5 bytes came where 6"));
        assert!(unpack(b"hello", None).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = unpack(&bytes, None);
        }
    }
}
