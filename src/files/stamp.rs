//! What a file's content is known by, without reading it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

    /// Whether a file that has this stamp still has the content that it has now, when nothing but
    /// the clock of its own file system is believed, by which a file was written `just now`.
    ///
    /// Never, where the system does not tell of the time of change, which no program can set back,
    /// and of a file on another file system, which may have another clock.
    #[must_use]
    pub fn is_certain(&self, just_now: &Self) -> bool {
        let device = |it: &Self| it.place.map(|(device, _)| device);
        let same_clock = device(self).is_some() && device(self) == device(just_now);
        same_clock && self.changed.is_some() && self.is_settled(just_now.modified)
    }

    /// The hash of all that it says.
    #[must_use]
    pub fn digest(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        let mut number = |number: u64| {
            hasher.update(&number.to_le_bytes());
        };
        number(self.size);
        for time in [Some(self.modified), self.changed] {
            let since = time.map(|it| match it.duration_since(UNIX_EPOCH) {
                Ok(since) => (2, since),
                Err(before) => (1, before.duration()),
            });
            let (sign, since) = since.unwrap_or_default();
            number(sign);
            number(since.as_secs());
            number(since.subsec_nanos().into());
        }
        let (device, file) = self.place.unwrap_or_default();
        number(device);
        number(file);
        let mut half = [0; 16];
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_certain_by_the_clock_of_its_file_system() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let stamp = |seconds| Stamp::new(3, at(seconds)).changed(at(seconds)).place(7, 1);
        let check = |stamp: Stamp, now: Stamp, expect: bool| {
            assert_eq!(stamp.is_certain(&now), expect, "{stamp:?} at {now:?}");
        };
        check(stamp(100), stamp(102), true);
        check(stamp(100), stamp(101), false);
        // A time in the future.
        check(stamp(500), stamp(102), false);
        // A time that was set back.
        check(stamp(100).changed(at(101)), stamp(102), false);
        // Another file system, and none that is known.
        check(stamp(100).place(8, 1), stamp(102), false);
        check(Stamp::new(3, at(1)).changed(at(1)), stamp(102), false);
        check(Stamp::new(3, at(1)).place(7, 1), stamp(102), false);
    }

    #[test]
    fn every_part_counts() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let stamp = Stamp::new(3, at(100)).changed(at(200)).place(7, 1);
        let others = [
            Stamp::new(4, at(100)).changed(at(200)).place(7, 1),
            Stamp::new(3, at(101)).changed(at(200)).place(7, 1),
            Stamp::new(3, UNIX_EPOCH - Duration::from_secs(100))
                .changed(at(200))
                .place(7, 1),
            Stamp::new(3, at(100)).place(7, 1),
            stamp.changed(at(201)),
            stamp.place(8, 1),
            stamp.place(7, 2),
        ];
        assert_eq!(stamp.digest(), { stamp }.digest());
        for other in others {
            assert_ne!(stamp.digest(), other.digest(), "{other:?}");
        }
    }
}
