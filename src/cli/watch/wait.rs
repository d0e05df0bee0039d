//! Waiting for a change that is complete: a checkout of a thousand files is one.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::snapshot::Snapshot;
use super::{POLL, Wake};
use crate::cli::build::now;

/// So long nothing may happen until a change counts as complete. An editor needs a few milliseconds
/// from the old file to the new one, and who waits for a card does not notice a tenth of a second.
const QUIET: Duration = Duration::from_millis(100);
/// Where something happens all the time, a build comes nevertheless.
const LONGEST: Duration = Duration::from_secs(5);

/// The one who waits.
pub(super) struct Waiting {
    wakes: Receiver<Wake>,
    /// How often files are looked at, if nothing gives an alarm.
    poll: Option<Duration>,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Build: files changed.
    Changed,
    /// Nothing changed, and the moment has come.
    Due,
    /// The user wants an end.
    Stop,
}

impl Waiting {
    pub(super) fn new(wakes: Receiver<Wake>, poll: Option<Duration>) -> Self {
        Self { wakes, poll }
    }

    /// Waits until files are others than when they were last looked at, or until this moment.
    pub(super) fn for_change(&mut self, files: &mut Snapshot, due: Option<Instant>) -> Next {
        loop {
            let rest = due.map(|it| it.saturating_duration_since(now()));
            let longest = rest.into_iter().chain(self.poll).min();
            if !self.next(longest) {
                return Next::Stop;
            }
            // Alarms come in swarms, also for files that are none of the project's.
            if self.poll.is_none() && !self.until_quiet() {
                return Next::Stop;
            }
            if files.look() {
                break;
            }
            if due.is_some_and(|it| it <= now()) {
                return Next::Due;
            }
        }
        // Where there are no alarms, a second look tells whether somebody is still writing.
        let started = now();
        while self.poll.is_some() && started.elapsed() < LONGEST {
            if !self.next(Some(QUIET)) {
                return Next::Stop;
            }
            if !files.look() {
                break;
            }
        }
        Next::Changed
    }

    /// Waits for an alarm, or for this long. Returns whether to go on.
    fn next(&mut self, longest: Option<Duration>) -> bool {
        let wake = match longest {
            Some(longest) => self.wakes.recv_timeout(longest),
            None => self.wakes.recv().map_err(RecvTimeoutError::from),
        };
        match wake {
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            Ok(Wake::Lost) => self.poll = Some(POLL),
            Ok(Wake::Alarm) | Err(RecvTimeoutError::Timeout) => {}
        }
        true
    }

    /// Waits until no more alarms come. Returns whether to go on.
    fn until_quiet(&mut self) -> bool {
        let started = now();
        while started.elapsed() < LONGEST {
            match self.wakes.recv_timeout(QUIET) {
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Ok(Wake::Lost) => self.poll = Some(POLL),
                Ok(Wake::Alarm) => {}
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        true
    }
}
