//! The media that imported notes show, copied to the same paths.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use super::{Paths, Read};
use crate::Error;
use crate::files::{Disk, Files, write_new};
use crate::render::{MediaContent, MediaKey, Renderer};

/// The files that notes show, with their sizes. Of files with the same content all are taken: what
/// a note says of one must lead somewhere.
pub(super) fn used(disk: &Disk, read: &[Read]) -> Result<Paths, Error> {
    let renderer = Renderer::new(disk);
    let mut keys: Vec<MediaKey> = Vec::new();
    for file in read {
        for note in &file.notes {
            keys.extend(renderer.note(note, &file.path).media);
        }
    }
    let names = renderer.names(&keys, &BTreeMap::new());
    let mut paths = Paths::new();
    for file in names.files() {
        if let MediaContent::File(path) | MediaContent::Picture { path, .. } = &file.content {
            paths.insert(path.to_string(), disk.size(path)?.unwrap_or_default());
        }
    }
    if paths.is_empty() {
        return Ok(paths);
    }
    let wanted: BTreeSet<String> = keys.iter().map(MediaKey::hex).collect();
    let sizes: BTreeSet<u64> = paths.values().copied().collect();
    for path in disk.list()?.paths {
        if paths.contains_key(&path) {
            continue;
        }
        let Ok(Some(size)) = disk.size(&path) else {
            continue;
        };
        if sizes.contains(&size) && wanted.contains(&content(disk, &path)?) {
            paths.insert(path, size);
        }
    }
    Ok(paths)
}

fn content(disk: &Disk, path: &str) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    let mut file = disk.open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file
            .read(&mut buffer)
            .map_err(|source| Error::read(path, source))?;
        if count == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
}

/// Copies the files; returns how many there are.
pub(super) fn copy(disk: &Disk, folder: &Path, media: &Paths) -> Result<usize, Error> {
    for path in media.keys() {
        let mut file = disk.open(path)?;
        let target = folder.join(path);
        write_new(&target, |writer| {
            std::io::copy(&mut file, writer).map_err(|source| Error::write(&target, source))
        })?;
    }
    Ok(media.len())
}
