//! The bytes of a changed picture when its package is written.

use std::sync::Arc;

use super::{Outcome, change};
use crate::Error;
use crate::files::{Cache, Files};
use crate::model::MadeMedia;
use crate::model::written::Images;
use crate::render::MediaKey;

/// A changed picture: from the cache, else made again. A package of thousands of photos so holds
/// one at a time in memory.
pub struct ChangedPicture {
    files: Arc<dyn Files + Send + Sync>,
    cache: Arc<Cache>,
    path: String,
    images: Images,
    key: MediaKey,
}

impl ChangedPicture {
    /// The file at `path`, as `images` has it; `key` is what its bytes hash to.
    #[must_use]
    pub fn new(
        files: Arc<dyn Files + Send + Sync>,
        cache: Arc<Cache>,
        path: impl Into<String>,
        images: Images,
        key: MediaKey,
    ) -> Self {
        Self {
            files,
            cache,
            path: path.into(),
            images,
            key,
        }
    }
}

impl MadeMedia for ChangedPicture {
    fn label(&self) -> &str {
        &self.path
    }

    fn bytes(&self) -> Result<Vec<u8>, Error> {
        let content = self.files.content(&self.path)?;
        let read = || self.files.read(&self.path).map_err(|it| it.to_string());
        match change(&content, &self.images, &self.cache, read) {
            Outcome::Changed(made) if MediaKey::of(&made.bytes) == self.key => Ok(made.bytes),
            _ => {
                let text = format!("`{}` changed while it was built", self.path);
                Err(Error::usage(text))
            }
        }
    }
}
