//! Files in memory that say when they were written, and count what is opened; for tests.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Mutex;
use std::time::SystemTime;

use super::stamp::Stamp;
use super::{FileList, Files, Memory};
use crate::error::Error;

#[derive(Default)]
pub(crate) struct Counted {
    files: Mutex<BTreeMap<String, (Vec<u8>, SystemTime)>>,
    opened: Mutex<Vec<String>>,
}

impl Counted {
    pub(crate) fn write(&self, path: &str, text: &str, time: SystemTime) {
        let file = (text.as_bytes().to_vec(), time);
        self.files.lock().unwrap().insert(path.to_owned(), file);
    }

    pub(crate) fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    /// What a file holds; this is not counted.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        self.files.lock().unwrap()[path].0.clone()
    }

    /// The hash of what a file holds; this is not counted.
    pub(crate) fn hash_now(&self, path: &str) -> [u8; 32] {
        blake3::hash(&self.bytes(path)).into()
    }

    /// What was opened since this was asked last, sorted.
    pub(crate) fn take_opened(&self) -> Vec<String> {
        let mut opened = std::mem::take(&mut *self.opened.lock().unwrap());
        opened.sort_unstable();
        opened
    }

    /// The same files, of which nothing is known before they are read.
    pub(crate) fn as_memory(&self) -> Memory {
        let files = self.files.lock().unwrap();
        files
            .iter()
            .fold(Memory::new(), |memory, (path, (bytes, _))| {
                memory.with(path.clone(), bytes.clone())
            })
    }
}

impl Files for Counted {
    fn list(&self) -> Result<FileList, Error> {
        self.as_memory().list()
    }

    fn folder(&self, path: &str) -> Vec<String> {
        self.as_memory().folder(path)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        self.as_memory().size(path)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        self.opened.lock().unwrap().push(path.to_owned());
        let files = self.files.lock().unwrap();
        let found = files.get(path);
        let (bytes, _) =
            found.ok_or_else(|| Error::read(path, std::io::ErrorKind::NotFound.into()))?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        let files = self.files.lock().unwrap();
        let found = files.get(path);
        Ok(found.map(|(bytes, time)| Stamp::new(bytes.len() as u64, *time)))
    }
}
