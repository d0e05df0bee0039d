//! What Syncthing makes of names and files: which it never syncs, which it made itself in a
//! conflict, and how much of a changed file it sends.
//!
//! Facts from its documentation and from `lib/fs/tempname.go` and `lib/protocol` of its sources.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use super::look::open_disk;
use crate::error::Error;

/// What the names of our temporary files in a synced folder begin with. Syncthing takes whatever
/// begins with `.syncthing.` or `~syncthing~` for a temporary file, on every system.
pub(super) const TEMPORARY_PREFIX: &str = ".syncthing.deckle-";

/// What they end with.
pub(super) const TEMPORARY_SUFFIX: &str = ".tmp";

/// What stands in the name of the older one of two files that were changed on two devices.
const CONFLICT: &str = ".sync-conflict-";

/// The smallest of its blocks, in bytes.
const SMALLEST_BLOCK: u64 = 128 << 10;

/// The largest of its blocks.
const LARGEST_BLOCK: u64 = 16 << 20;

/// A file with this many blocks gets larger ones.
const MANY_BLOCKS: u64 = 2000;

/// Whether Syncthing gave a file this name, because it was changed on two devices:
/// `NAME.sync-conflict-20261123-101500-ABCDEFG.md`.
#[must_use]
pub fn is_conflict_copy(path: &str) -> bool {
    let name = super::file_name(path);
    // A date, a time and the device.
    let is_stamp = |rest: &str| {
        let fits = |(at, byte): (usize, u8)| match at {
            8 | 15 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        rest.len() > 16 && rest.bytes().enumerate().take(16).all(fits)
    };
    name.match_indices(CONFLICT)
        .any(|(at, found)| is_stamp(name.get(at + found.len()..).unwrap_or_default()))
}

/// The file that a conflict copy was made of, by name: `NAME.md` of the example above.
#[must_use]
pub fn conflict_original(path: &str) -> Option<String> {
    if !is_conflict_copy(path) {
        return None;
    }
    let (stem, rest) = path.rsplit_once(CONFLICT)?;
    let extension = rest.split_once('.').map(|(_, extension)| extension);
    Some(extension.map_or_else(|| stem.to_owned(), |it| format!("{stem}.{it}")))
}

/// How many bytes Syncthing sends where the file at `old` becomes the one at `new`: blocks that the
/// old one does not have anywhere. All of it where there is no old one.
///
/// # Errors
/// When one of the files cannot be read.
pub fn transfer_size(old: Option<&Path>, new: &Path) -> Result<u64, Error> {
    let (file, size) = open_disk(new)?;
    let block = block_size(size);
    let mut known = HashSet::new();
    if let Some(old) = old {
        let (file, size) = open_disk(old)?;
        // Blocks of another size have other hashes.
        if block_size(size) == block {
            each_block(file, old, block, |hash, _| {
                known.insert(hash);
            })?;
        }
    }
    let mut sent = 0;
    each_block(file, new, block, |hash, length| {
        if known.insert(hash) {
            sent += length;
        }
    })?;
    Ok(sent)
}

fn block_size(file: u64) -> u64 {
    let mut block = SMALLEST_BLOCK;
    while block < LARGEST_BLOCK && file >= block * MANY_BLOCKS {
        block *= 2;
    }
    block
}

fn each_block(
    mut file: impl Read,
    path: &Path,
    block: u64,
    mut take: impl FnMut([u8; 32], u64),
) -> Result<(), Error> {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = file.by_ref().take(block).read_to_end(&mut bytes);
        match read.map_err(|source| Error::read(path, source))? {
            0 => return Ok(()),
            length => take(*blake3::hash(&bytes).as_bytes(), length as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflict_copies_are_known_by_their_names() {
        let check = |path: &str, original: Option<&str>| {
            assert_eq!(conflict_original(path).as_deref(), original, "{path}");
            assert_eq!(is_conflict_copy(path), original.is_some(), "{path}");
        };
        let of = "a/cells.sync-conflict-20261123-101500-ABCDEFG.md";
        check(of, Some("a/cells.md"));
        check("x.sync-conflict-20261123-101500-ABCDEFG", Some("x"));
        check(
            "x.sync-conflict-20261123-101500-ABCDEFG.tar.gz",
            Some("x.tar.gz"),
        );
        check("about.sync-conflict-files.md", None);
        check("x.sync-conflict-20261123-1015-ABCDEFG.md", None);
        check("x.sync-conflict-20261123-101500", None);
        check("x.sync-conflict-é", None);
        check("x.sync-conflict-20261123-101500-A/y.md", None);
        check("", None);
    }

    #[test]
    fn blocks_grow_with_the_file() {
        let check = |mebibytes: u64, kibibytes: u64| {
            assert_eq!(block_size(mebibytes << 20), kibibytes << 10, "{mebibytes}");
        };
        check(0, 128);
        check(249, 128);
        check(250, 256);
        check(500, 512);
        check(1 << 20, 16 << 10);
    }

    #[test]
    fn only_blocks_that_are_not_there_are_sent() {
        let folder = super::super::Scratch::new().unwrap();
        let put = |name: &str, blocks: &[u8]| {
            let bytes: Vec<u8> = blocks
                .iter()
                .flat_map(|it| vec![*it; 128 << 10])
                .chain([9])
                .collect();
            let path = folder.path().join(name);
            super::super::deliver_bytes(&bytes, &path).unwrap();
            path
        };
        let (old, new) = (put("old", &[1, 2, 3]), put("new", &[1, 4, 2, 4]));
        assert_eq!(transfer_size(Some(&old), &new).unwrap(), 128 << 10);
        assert_eq!(transfer_size(Some(&old), &old).unwrap(), 0);
        assert_eq!(transfer_size(None, &old).unwrap(), (3 << 17) + 1);
    }
}
