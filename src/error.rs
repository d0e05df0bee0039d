//! What the author cannot mend in the text: a full disk, a broken archive, a wrong call.
//!
//! One opaque type, so that it composes through `?`; [`Error::kind`] tells callers what happened.

use std::fmt;
use std::path::{Path, PathBuf};

/// The world, or a program's call, is wrong. What is wrong with an author's text is a
/// [`Diagnostic`](crate::diag::Diagnostic).
#[derive(Debug)]
pub struct Error {
    kind: Box<ErrorKind>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder cannot be read.
    Read(PathBuf),
    /// A file or folder cannot be written.
    Write(PathBuf),
    /// The path leads out of the project's folder, by itself or through a symbolic link.
    Outside(PathBuf),
    /// SQLite failed; the text says at what.
    Database(String),
    /// The package's archive cannot be read or written; the text says why.
    Archive(String),
    /// The sources have errors; they are told as diagnostics.
    Sources(usize),
    /// The lock (`deckle.lock`, or that of a variant) would change in this many places, and the caller wants it as it is.
    LockChanges(usize),
    /// A server does not answer, or not in time; the text says which, and what may be why.
    Unreachable(String),
    /// A server cannot be trusted to be the one that was meant: nobody known has signed its
    /// certificate, or it is for another one; the text says which server, and why.
    Untrusted(String),
    /// A server refuses what it is asked for; the text says what, and its reason.
    Refused(String),
    /// So many notes were removed that the caller wants nothing to be delivered.
    TooManyRemoved(usize),
    /// A program asked for something that makes no sense; the text says what, and what would.
    Usage(String),
    /// A note type made by a program is none that Anki takes; the text says why.
    NoteType(String),
    /// A note made by a program cannot become a note in Anki; the text says why.
    Note(String),
}

impl Error {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self {
            kind: Box::new(kind),
            source: None,
        }
    }

    /// With what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The same with another kind, which says more; the cause stays.
    #[cfg(feature = "sync")]
    pub(crate) fn retold(mut self, kind: ErrorKind) -> Self {
        *self.kind = kind;
        self
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    pub(crate) fn read(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Read(path.as_ref().to_owned())).caused_by(source)
    }

    pub(crate) fn write(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Write(path.as_ref().to_owned())).caused_by(source)
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage(text.into()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            ErrorKind::Read(path) => write!(formatter, "cannot read `{}`", path.display()),
            ErrorKind::Write(path) => write!(formatter, "cannot write `{}`", path.display()),
            ErrorKind::Outside(path) => {
                write!(
                    formatter,
                    "`{}` lies outside of the project",
                    path.display()
                )
            }
            ErrorKind::Database(text) => write!(formatter, "the database failed at {text}"),
            ErrorKind::Sources(1) => write!(formatter, "the sources have an error"),
            ErrorKind::Sources(count) => write!(formatter, "the sources have {count} errors"),
            ErrorKind::LockChanges(1) => write!(formatter, "the lock would change"),
            ErrorKind::LockChanges(count) => {
                write!(formatter, "the lock would change in {count} places")
            }
            ErrorKind::TooManyRemoved(count) => write!(
                formatter,
                "{count} removed notes would be treated, which is more than was allowed"
            ),
            ErrorKind::Archive(text)
            | ErrorKind::Unreachable(text)
            | ErrorKind::Untrusted(text)
            | ErrorKind::Refused(text)
            | ErrorKind::Usage(text)
            | ErrorKind::NoteType(text)
            | ErrorKind::Note(text) => formatter.write_str(text),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
