//! How far a build is that takes longer than a second: one line on the terminal, with counts of
//! what is done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use deckle::{Count, Observer, Stage};

use super::printer::redraw;
use super::words::{plural, size};

/// What is done sooner needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a line stands.
const PULSE: Duration = Duration::from_millis(100);

/// The line, until this is let go of.
pub(super) struct Progress {
    shared: Arc<Shared>,
    /// Ends the thread by its own end.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the threads of a build and the one that draws know.
#[derive(Default)]
struct Shared {
    counts: Counts,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Counts {
    files: AtomicU64,
    hashed: AtomicU64,
    notes: AtomicU64,
    stored: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Default)]
struct Line {
    active: Vec<Stage>,
    /// How many characters stand there.
    width: usize,
}

impl Progress {
    pub(super) fn begin() -> Self {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = mpsc::channel();
        let drawn = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let mut wait = PATIENCE;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                drawn.draw();
                wait = PULSE;
            }
        });
        Self {
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(super) fn observer(&self) -> Arc<dyn Observer> {
        self.shared.clone()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked draws no more, which is all that is wanted.
            let _ = thread.join();
        }
        self.shared.line().show("");
    }
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) {
        let mut line = self.line();
        // Between two stages something else may be printed.
        if let Some(stage) = line.active.iter().max() {
            let text = self.counts.text(*stage);
            line.show(&text);
        }
    }
}

impl Observer for Shared {
    fn begins(&self, stage: Stage) {
        self.line().active.push(stage);
    }

    fn ends(&self, stage: Stage) {
        let mut line = self.line();
        if let Some(index) = line.active.iter().position(|it| *it == stage) {
            line.active.remove(index);
        }
        if line.active.is_empty() {
            line.show("");
        }
    }

    fn counts(&self, what: Count, more: u64) {
        let counter = match what {
            Count::Files => &self.counts.files,
            Count::Hashed => &self.counts.hashed,
            Count::Notes => &self.counts.notes,
            Count::Stored => &self.counts.stored,
            Count::Bytes => &self.counts.bytes,
            _ => return,
        };
        counter.fetch_add(more, Ordering::Relaxed);
    }
}

impl Line {
    /// Puts a text in the place of what stands there.
    fn show(&mut self, text: &str) {
        if self.width == 0 && text.is_empty() {
            return;
        }
        redraw(text, self.width);
        self.width = text.chars().count();
    }
}

impl Counts {
    fn text(&self, stage: Stage) -> String {
        let count = |counter: &AtomicU64| {
            usize::try_from(counter.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
        };
        let written = size(self.bytes.load(Ordering::Relaxed));
        let notes = plural(count(&self.notes), "note");
        match stage {
            Stage::Read => format!("Reading: {}", plural(count(&self.files), "file")),
            Stage::Render => match count(&self.hashed) {
                0 => format!("Rendering: {notes}"),
                hashed => format!("Rendering: {notes}, {}", plural(hashed, "media file")),
            },
            Stage::Identify => format!("Comparing with the last build: {notes}"),
            Stage::Plan => format!("Arranging: {notes}"),
            Stage::Media | Stage::Database | Stage::Compress => {
                let stored = plural(count(&self.stored), "note");
                format!("Packing: {stored}, {written}")
            }
            _ => format!("Writing: {written}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_done() {
        let shared = Shared::default();
        shared.counts(Count::Files, 3);
        shared.counts(Count::Notes, 1_200);
        let check = |stage: Stage, expect: &str| assert_eq!(shared.counts.text(stage), expect);
        check(Stage::Read, "Reading: 3 files");
        check(Stage::Render, "Rendering: 1 200 notes");
        shared.counts(Count::Hashed, 1);
        check(Stage::Render, "Rendering: 1 200 notes, 1 media file");
        shared.counts(Count::Stored, 600);
        shared.counts(Count::Bytes, 8_140_000);
        check(Stage::Database, "Packing: 600 notes, 8.1 MB");
        check(Stage::Write, "Writing: 8.1 MB");
        for stage in Stage::ALL {
            let text = shared.counts.text(stage);
            // A longer one would break into two lines on a narrow terminal.
            assert!(text.len() < 60, "{text}");
        }
    }
}
