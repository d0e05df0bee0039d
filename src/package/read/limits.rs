//! How large a package may be that is read.

/// How large a package may be that is read. What goes beyond is an error, so that a hostile file
/// can fill neither memory nor disk. The defaults let every package through that a learner could
/// use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadLimits {
    /// The largest database, unpacked, in bytes; it lies in memory while it is read. Default:
    /// 1 GiB. More than 2 GiB less 256 bytes is not read whatever this says.
    pub database_bytes: u64,
    /// The largest list of media, unpacked, in bytes. Default: 64 MiB.
    pub media_list_bytes: u64,
    /// The largest media file, unpacked, in bytes. Default: 1 GiB; Anki syncs files of up to
    /// 100 MiB.
    pub media_file_bytes: u64,
    /// The most entries of the archive. Default: 1,000,000.
    pub entries: u64,
    /// The most notes. Default: 5,000,000.
    pub notes: u64,
    /// The most cards. Default: 10,000,000.
    pub cards: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            database_bytes: 1 << 30,
            media_list_bytes: 64 << 20,
            media_file_bytes: 1 << 30,
            entries: 1_000_000,
            notes: 5_000_000,
            cards: 10_000_000,
        }
    }
}

impl ReadLimits {
    /// With this limit for the database, unpacked, in bytes.
    #[must_use]
    pub fn database_bytes(mut self, bytes: u64) -> Self {
        self.database_bytes = bytes;
        self
    }

    /// With this limit for the list of media, unpacked, in bytes.
    #[must_use]
    pub fn media_list_bytes(mut self, bytes: u64) -> Self {
        self.media_list_bytes = bytes;
        self
    }

    /// With this limit for each media file, unpacked, in bytes.
    #[must_use]
    pub fn media_file_bytes(mut self, bytes: u64) -> Self {
        self.media_file_bytes = bytes;
        self
    }

    /// With at most so many entries of the archive.
    #[must_use]
    pub fn entries(mut self, count: u64) -> Self {
        self.entries = count;
        self
    }

    /// With at most so many notes.
    #[must_use]
    pub fn notes(mut self, count: u64) -> Self {
        self.notes = count;
        self
    }

    /// With at most so many cards.
    #[must_use]
    pub fn cards(mut self, count: u64) -> Self {
        self.cards = count;
        self
    }
}
