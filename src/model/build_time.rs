//! The moment of a build. The library never reads the clock: whoever calls it says the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Unix time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildTime(i64);

impl BuildTime {
    /// This many seconds after 1970-01-01 00:00 UTC. Times before 1970 count as 1970.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(if seconds < 0 { 0 } else { seconds })
    }

    /// Seconds after 1970-01-01 00:00 UTC.
    #[must_use]
    pub const fn as_unix(self) -> i64 {
        self.0
    }

    /// The same as the time of a system; `None` where its times do not reach so far.
    pub(crate) fn to_system_time(self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.0).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
}

impl From<SystemTime> for BuildTime {
    fn from(time: SystemTime) -> Self {
        let seconds = time
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Self(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}
