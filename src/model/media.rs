//! Files that travel with the notes.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;
use crate::files::Files;

/// A media file of a package.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MediaFile {
    /// The name that fields, templates and CSS refer to.
    pub name: String,
    /// Where its bytes are. They are read only when the package is written.
    pub source: MediaSource,
}

/// Where the bytes of a media file are.
#[derive(Clone)]
#[non_exhaustive]
pub enum MediaSource {
    /// A file on disk.
    Path(PathBuf),
    /// Here.
    Bytes(Arc<[u8]>),
    // Hidden as `Files` is: a project's build alone makes it.
    /// A file of a project.
    #[doc(hidden)]
    Project(Arc<dyn Files + Send + Sync>, Arc<str>),
    /// Made when it is asked for, so that a package of many pictures holds one at a time.
    Made(Arc<dyn MadeMedia>),
}

/// A media file that is made when it is asked for, the same each time.
pub trait MadeMedia: Send + Sync {
    /// What it is made of, for messages.
    fn label(&self) -> &str;

    /// Its bytes.
    ///
    /// # Errors
    /// When they cannot be made, or not be made the same as before.
    fn bytes(&self) -> Result<Vec<u8>, Error>;
}

impl fmt::Debug for MediaSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => formatter.debug_tuple("Path").field(path).finish(),
            Self::Bytes(bytes) => write!(formatter, "Bytes({} bytes)", bytes.len()),
            Self::Project(_, path) => formatter.debug_tuple("Project").field(path).finish(),
            Self::Made(made) => formatter.debug_tuple("Made").field(&made.label()).finish(),
        }
    }
}
