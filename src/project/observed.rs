//! Files whose reading is told to those who observe a build.

use std::io::Read;
use std::sync::Arc;
use std::time::SystemTime;

use crate::Error;
use crate::files::{Content, FileList, Files, Stamp};
use crate::observe::{Count, Observed};

/// These files, with what is read of them told.
pub(super) fn files(
    below: &Arc<dyn Files + Send + Sync>,
    observed: &Observed,
) -> Arc<dyn Files + Send + Sync> {
    if observed.by_nobody() {
        return below.clone();
    }
    Arc::new(ObservedFiles {
        below: below.clone(),
        observed: observed.clone(),
    })
}

struct ObservedFiles {
    below: Arc<dyn Files + Send + Sync>,
    observed: Observed,
}

impl Files for ObservedFiles {
    fn list(&self) -> Result<FileList, Error> {
        self.below.list()
    }

    fn folder(&self, path: &str) -> Vec<String> {
        self.below.folder(path)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        self.below.size(path)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        self.below.open(path)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let bytes = self.below.read(path)?;
        self.observed.counts(Count::Files, 1);
        Ok(bytes)
    }

    fn content(&self, path: &str) -> Result<Arc<Content>, Error> {
        let content = self.below.content(path)?;
        self.observed.counts(Count::Hashed, 1);
        Ok(content)
    }

    fn content_and_stamp(&self, path: &str) -> Result<(Arc<Content>, Option<Stamp>), Error> {
        let found = self.below.content_and_stamp(path)?;
        self.observed.counts(Count::Hashed, 1);
        Ok(found)
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        self.below.stamp(path)
    }

    fn begin(&self, now: SystemTime) {
        self.below.begin(now);
    }
}
