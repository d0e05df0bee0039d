//! Files held in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::{FileList, Files};
use crate::error::{Error, ErrorKind};

/// Files held in memory, for tests and for programs that have no folder.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this file; the path is relative, with `/` between its parts.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl Files for Memory {
    fn list(&self) -> Result<FileList, Error> {
        Ok(FileList {
            paths: self.files.keys().cloned().collect(),
            not_utf8: Vec::new(),
        })
    }

    fn folder(&self, path: &str) -> Vec<String> {
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|it| it.strip_prefix(&prefix))
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        names.dedup();
        names
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(Error::new(ErrorKind::Outside(path.into())));
        }
        Ok(self.files.get(path).map(|bytes| bytes.len() as u64))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        let missing = || Error::read(path, std::io::ErrorKind::NotFound.into());
        let bytes = self.files.get(path).ok_or_else(missing)?;
        Ok(Box::new(Cursor::new(bytes.as_slice())))
    }
}
