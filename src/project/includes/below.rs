//! The files of one folder, as if it were the root: what a project sees that another one includes.

use std::io::Read;
use std::sync::Arc;
use std::time::SystemTime;

use crate::files::{Content, FileList, Files, Stamp};
use crate::{Error, ErrorKind};

/// The files below a folder.
pub(super) struct Below {
    files: Arc<dyn Files + Send + Sync>,
    folder: String,
}

impl Below {
    /// The files below this folder of `files`.
    pub(super) fn new(files: Arc<dyn Files + Send + Sync>, folder: impl Into<String>) -> Self {
        Self {
            files,
            folder: folder.into(),
        }
    }

    fn outer(&self, path: &str) -> Result<String, Error> {
        if path.split('/').any(|part| part == "..") {
            return Err(Error::new(ErrorKind::Outside(path.into())));
        }
        Ok(match path {
            "" => self.folder.clone(),
            _ => format!("{}/{path}", self.folder),
        })
    }
}

impl Files for Below {
    fn list(&self) -> Result<FileList, Error> {
        let all = self.files.list()?;
        let inside = |paths: Vec<String>| -> Vec<String> {
            let inside = paths.iter().filter_map(|path| {
                let rest = path.strip_prefix(&self.folder)?;
                Some(rest.strip_prefix('/')?.to_owned())
            });
            inside.collect()
        };
        Ok(FileList {
            paths: inside(all.paths),
            not_utf8: inside(all.not_utf8),
        })
    }

    fn folder(&self, path: &str) -> Vec<String> {
        let outer = self.outer(path);
        outer.map_or_else(|_| Vec::new(), |path| self.files.folder(&path))
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        self.files.size(&self.outer(path)?)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        self.files.open(&self.outer(path)?)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.files.read(&self.outer(path)?)
    }

    fn content(&self, path: &str) -> Result<Arc<Content>, Error> {
        self.files.content(&self.outer(path)?)
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        self.files.stamp(&self.outer(path)?)
    }

    fn begin(&self, now: SystemTime) {
        self.files.begin(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    #[test]
    fn a_folder_is_a_root() {
        let files = Memory::new()
            .with("a.md", "a")
            .with("in/b.md", "b")
            .with("in/c/d.md", "d")
            .with("inside/e.md", "e");
        let below = Below::new(Arc::new(files), "in");
        assert_eq!(below.list().unwrap().paths, ["b.md", "c/d.md"]);
        assert_eq!(below.folder(""), ["b.md", "c/"]);
        assert_eq!(below.folder("c"), ["d.md"]);
        assert_eq!(below.size("b.md").unwrap(), Some(1));
        assert_eq!(below.size("a.md").unwrap(), None);
        assert_eq!(below.read("c/d.md").unwrap(), b"d");
        assert!(below.size("../a.md").is_err());
        assert!(below.open("c/../../a.md").is_err());
    }
}
