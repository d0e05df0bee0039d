//! How long to wait before another attempt.
//!
//! Whoever asks for an account's state ends the open sync of every other client. Clients that try
//! again after a fixed time end one another's forever (measured: four pushers, sixty attempts); so
//! the time grows, and chance decides about it.

use std::time::Duration;

/// How often a push begins anew at most.
pub(super) const ATTEMPTS: u32 = 14;

/// The first wait is shorter than this, in milliseconds.
const FIRST: u64 = 200;
/// No wait is longer, in milliseconds.
const LONGEST: u64 = 8000;

/// The time before an attempt, after so many that failed.
pub(super) fn pause(failed: u32, chance: u64) -> Duration {
    let most = FIRST
        .saturating_mul(
            1_u64
                .checked_shl(failed.saturating_sub(1))
                .unwrap_or(u64::MAX),
        )
        .min(LONGEST);
    let least = most / 4;
    Duration::from_millis(least + chance % (most - least).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_differ() {
        let check = |failed, chance, expect| {
            assert_eq!(pause(failed, chance), Duration::from_millis(expect));
        };
        check(0, 0, 50);
        check(1, 0, 50);
        check(1, 149, 199);
        check(1, 150, 50);
        check(2, 0, 100);
        check(3, 599, 799);
        check(6, 0, 1600);
        check(7, 0, 2000);
        check(u32::MAX, u64::MAX, 2000 + u64::MAX % 6000);
    }
}
