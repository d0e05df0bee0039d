//! A project that is watched: whoever waits here goes on when its files are others.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use deckle::Error;
use deckle::project::Built;

use super::POLL;
use super::alarm::Alarm;
use super::snapshot::Snapshot;
use super::stop;
use super::wait::{Next, Waiting};
use crate::cli::build::shown;
use crate::cli::printer::Printer;

/// The files of a project, and what tells that they change.
pub(super) struct Watched {
    files: Snapshot,
    waiting: Waiting,
    _alarm: Option<Alarm>,
}

impl Watched {
    /// Begins to watch a folder, and says so. What changes from here on is seen.
    pub(super) fn begin(
        root: &Path,
        mut poll: Option<Duration>,
        printer: &Printer,
    ) -> Result<Self, Error> {
        let (sender, wakes) = mpsc::channel();
        stop::on_signal(sender.clone())?;
        let mut alarm = None;
        if poll.is_none() {
            match Alarm::new(root, sender) {
                Ok(it) => alarm = Some(it),
                Err(reason) => {
                    printer.summary(&format!(
                        "The system does not tell of changes ({reason}); looking every {} s",
                        POLL.as_secs()
                    ));
                    poll = Some(POLL);
                }
            }
        }
        let mut files = Snapshot::new(root)?;
        // Before the first build, so that no change during it is missed.
        files.look();
        printer.summary(&format!(
            "Watching {}; Ctrl-C ends it",
            match shown(root) {
                path if path.as_os_str().is_empty() => "this folder".to_owned(),
                path => path.display().to_string(),
            }
        ));
        Ok(Self {
            files,
            waiting: Waiting::new(wakes, poll),
            _alarm: alarm,
        })
    }

    /// Waits until files are others than when they were last looked at, or until this moment.
    pub(super) fn wait(&mut self, due: Option<Instant>) -> Next {
        self.waiting.for_change(&mut self.files, due)
    }

    /// Takes what a build wrote for seen.
    pub(super) fn leave_out(&mut self, written: &[Built]) {
        self.files.leave_out(written);
    }

    /// Whether the folder is a project.
    pub(super) fn has_manifest(&self) -> bool {
        self.files.has_manifest()
    }
}
