//! Who wants to see a build go on: which stage it is in, and how much is done.
//!
//! The library reads no clock. It says what begins and what ends; whoever measures does so outside.

use std::fmt;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

/// A stage of a build. Some run side by side, and a project that includes others goes through the
/// first ones once for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Project file, lock, note types and sources are found and read.
    Read,
    /// Notes are parsed, rendered and checked, on all threads; media are hashed where notes show
    /// them.
    Render,
    /// Which note is which, and what changed since the last build.
    Identify,
    /// What goes into the package: decks, ids, times.
    Plan,
    /// Media are read, compressed and written into the package.
    Media,
    /// Rows are made and stored in the database, while media are written.
    Database,
    /// The database is compressed and written into the package.
    Compress,
    /// The package is compared with the one that is there, handed to the disk and put in its place;
    /// so is the lock.
    Write,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Render,
        Self::Identify,
        Self::Plan,
        Self::Media,
        Self::Database,
        Self::Compress,
        Self::Write,
    ];

    /// The word for it, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Render => "render",
            Self::Identify => "identify",
            Self::Plan => "plan",
            Self::Media => "media",
            Self::Database => "database",
            Self::Compress => "compress",
            Self::Write => "write",
        }
    }
}

/// What is counted while a build goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Count {
    /// Text files that were read, or that a project remembers and found unchanged.
    Files,
    /// Media files that were hashed.
    Hashed,
    /// Notes that were rendered and checked.
    Notes,
    /// Notes that are in the database.
    Stored,
    /// Bytes that were written into packages.
    Bytes,
}

/// Is told how a build goes on, from several threads at a time. What it does is part of the build's
/// time, so it had better be little.
///
/// ```
/// # use std::sync::Arc;
/// # use std::sync::atomic::{AtomicU64, Ordering};
/// use deckle::project::{BuildOptions, Project};
/// use deckle::{Count, Observer};
///
/// #[derive(Default)]
/// struct Rendered(AtomicU64);
///
/// impl Observer for Rendered {
///     fn counts(&self, what: Count, more: u64) {
///         if what == Count::Notes {
///             self.0.fetch_add(more, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// # std::fs::write(path.join("a.md"), "## A question?\n\nAn answer.\n")?;
/// # let now = deckle::BuildTime::from_unix(1_767_225_600);
/// let rendered = Arc::new(Rendered::default());
/// let options = BuildOptions::new(now).observer(rendered.clone());
/// Project::open(path)?.check(&options)?;
/// assert_eq!(rendered.0.load(Ordering::Relaxed), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer: Send + Sync {
    /// A stage begins. It may begin again before it ended, where it runs twice side by side.
    fn begins(&self, _stage: Stage) {}

    /// A stage that began is over, be it by an error.
    fn ends(&self, _stage: Stage) {}

    /// So many more of this are done.
    fn counts(&self, _what: Count, _more: u64) {}
}

/// All who observe a build; mostly nobody.
#[derive(Clone, Default)]
pub(crate) struct Observed(Vec<Arc<dyn Observer>>);

impl Observed {
    pub(crate) fn add(&mut self, observer: Arc<dyn Observer>) {
        self.0.push(observer);
    }

    pub(crate) fn by_nobody(&self) -> bool {
        self.0.is_empty()
    }

    /// Begins a stage, which ends when what this gives back is let go of.
    pub(crate) fn stage(&self, stage: Stage) -> Running<'_> {
        self.0.iter().for_each(|it| it.begins(stage));
        Running {
            observed: self,
            stage,
        }
    }

    pub(crate) fn counts(&self, what: Count, more: usize) {
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        self.0.iter().for_each(|it| it.counts(what, more));
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Observed by {}", self.0.len())
    }
}

/// A stage that goes on.
#[must_use = "the stage ends when this is let go of"]
pub(crate) struct Running<'a> {
    observed: &'a Observed,
    stage: Stage,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.observed.0.iter().for_each(|it| it.ends(self.stage));
    }
}

/// A writer of which the bytes are counted.
pub(crate) struct CountedWriter<'a, W> {
    writer: W,
    observed: &'a Observed,
}

impl<'a, W> CountedWriter<'a, W> {
    pub(crate) fn new(writer: W, observed: &'a Observed) -> Self {
        Self { writer, observed }
    }
}

impl<W: Write> Write for CountedWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = self.writer.write(bytes)?;
        self.observed.counts(Count::Bytes, length);
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Seek> Seek for CountedWriter<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.writer.seek(to)
    }
}
