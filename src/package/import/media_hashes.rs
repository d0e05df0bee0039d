//! The SHA-1 of each media file of a package, which an import goes by.

use std::io::{self, Write};

use sha1::{Digest, Sha1};

use crate::Error;
use crate::package::{Contents, PackageReader, StoredMedia};

impl PackageReader {
    /// What the package holds, with the SHA-1 of each media file. Legacy packages do not say it,
    /// so that all their media are read.
    ///
    /// # Errors
    /// As [`PackageReader::copy_media`].
    pub fn into_contents_with_hashes(mut self) -> Result<Contents, Error> {
        let media = self.contents().media.clone();
        let mut hashes = Vec::with_capacity(media.len());
        for file in &media {
            hashes.push(self.media_hash(file)?);
        }
        let mut contents = self.into_contents();
        for (file, hash) in contents.media.iter_mut().zip(hashes) {
            file.sha1 = hash;
        }
        Ok(contents)
    }

    /// The SHA-1 of a media file; `None` where the archive does not have it.
    pub(crate) fn media_hash(&mut self, file: &StoredMedia) -> Result<Option<[u8; 20]>, Error> {
        if file.sha1.is_some() || !file.present {
            return Ok(file.sha1);
        }
        let mut sink = Hasher(Sha1::new());
        self.copy_media(file, &mut sink)?;
        Ok(Some(sink.0.finalize().into()))
    }
}

struct Hasher(Sha1);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
