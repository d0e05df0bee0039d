//! What a file's content is known by, without reading it.

use std::time::{Duration, SystemTime};

/// How coarse the coarsest clock is that a file system keeps times by: two seconds, on FAT.
const CLOCK: Duration = Duration::from_secs(2);

/// What a file system says of a file and changes with each change of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    modified: SystemTime,
    changed: Option<SystemTime>,
    /// The device, and which of its files.
    place: Option<(u64, u64)>,
}

impl Stamp {
    /// The stamp of a file with this many bytes, modified at this time.
    #[must_use]
    pub const fn new(size: u64, modified: SystemTime) -> Self {
        Self {
            size,
            modified,
            changed: None,
            place: None,
        }
    }

    /// With the time at which anything about the file changed. No program can set it back as it
    /// can that of the modification. Default: not known.
    #[must_use]
    pub const fn changed(mut self, time: SystemTime) -> Self {
        self.changed = Some(time);
        self
    }

    /// With the device and the number of the file there: another file of the same name has another
    /// one. Default: not known.
    #[must_use]
    pub const fn place(mut self, device: u64, number: u64) -> Self {
        self.place = Some((device, number));
        self
    }

    /// The size of the file in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// When it was modified.
    #[must_use]
    pub const fn modified(&self) -> SystemTime {
        self.modified
    }

    /// Whether a change at `now` or later gives the file another stamp for certain: this one is two
    /// seconds old, as long as the coarsest file systems keep the same time.
    #[must_use]
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let newest = self
            .changed
            .map_or(self.modified, |it| it.max(self.modified));
        newest.checked_add(CLOCK).is_some_and(|it| it <= now)
    }
}
