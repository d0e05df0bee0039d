//! A project some of whose files have another text.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;
use std::time::SystemTime;

use crate::Error;
use crate::files::{Content, FileList, Files, Stamp, file_name, parent};
use crate::project::Project;

/// The project with these texts in the place of what its files hold.
pub(super) fn with_texts(project: &Project, texts: BTreeMap<String, Vec<u8>>) -> Project {
    let shared = texts.into_iter().map(|(path, text)| (path, text.into()));
    with_shared(project, shared.collect())
}

/// As [`with_texts`], of texts that others hold, too.
pub(super) fn with_shared(project: &Project, texts: BTreeMap<String, Arc<[u8]>>) -> Project {
    Project {
        files: Arc::new(Overlay {
            below: project.files.clone(),
            texts,
        }),
        ..project.clone()
    }
}

struct Overlay {
    below: Arc<dyn Files + Send + Sync>,
    texts: BTreeMap<String, Arc<[u8]>>,
}

impl Files for Overlay {
    fn list(&self) -> Result<FileList, Error> {
        let mut list = self.below.list()?;
        for path in self.texts.keys() {
            // A file that there is and that is not listed is left out on purpose.
            if self.below.size(path)?.is_none() && !list.paths.contains(path) {
                list.paths.push(path.clone());
            }
        }
        list.paths.sort_unstable();
        Ok(list)
    }

    fn folder(&self, path: &str) -> Vec<String> {
        let mut names = self.below.folder(path);
        let new = self.texts.keys().filter(|it| parent(it) == path);
        for name in new.map(|it| file_name(it)) {
            if !names.iter().any(|it| it == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        match self.texts.get(path) {
            Some(text) => Ok(Some(text.len() as u64)),
            None => self.below.size(path),
        }
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        match self.texts.get(path) {
            Some(text) => Ok(Box::new(Cursor::new(&text[..]))),
            None => self.below.open(path),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        match self.texts.get(path) {
            Some(text) => Ok(text.to_vec()),
            None => self.below.read(path),
        }
    }

    fn content(&self, path: &str) -> Result<Arc<Content>, Error> {
        match self.texts.get(path) {
            Some(text) => Content::read(&text[..])
                .map(Arc::new)
                .map_err(|source| Error::read(path, source)),
            None => self.below.content(path),
        }
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        match self.texts.get(path) {
            Some(_) => Ok(None),
            None => self.below.stamp(path),
        }
    }

    fn begin(&self, now: SystemTime) {
        self.below.begin(now);
    }
}
