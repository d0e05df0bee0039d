//! An archive of media as the server takes it: files under numbers, and a list of their names.

use std::io::{Cursor, Write as _};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{Error, ErrorKind};

/// The most files that a server takes at once.
const MOST_FILES: usize = 25;
/// Where an archive is full, in bytes.
const FULL: usize = 2 << 20;

/// An archive while it is filled.
#[derive(Default)]
pub(super) struct Parcel {
    files: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

impl Parcel {
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        self.files.push((name.to_owned(), bytes));
    }

    pub(super) fn is_full(&self) -> bool {
        self.files.len() >= MOST_FILES || self.bytes >= FULL
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The archive. Media are packed already, so nothing is compressed.
    pub(super) fn archive(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: zip::result::ZipError| {
            let text = "media cannot be packed for the sync server".to_owned();
            Error::new(ErrorKind::Archive(text)).caused_by(error)
        };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut list = Vec::new();
        for (index, (name, bytes)) in self.files.iter().enumerate() {
            let entry = index.to_string();
            writer.start_file(&entry, options).map_err(failed)?;
            writer.write_all(bytes).map_err(|it| failed(it.into()))?;
            list.push(Value::from(vec![name.clone(), entry]));
        }
        writer.start_file("_meta", options).map_err(failed)?;
        let list = Value::Array(list).to_string();
        let written = writer.write_all(list.as_bytes());
        written.map_err(|it| failed(it.into()))?;
        let archive = writer.finish().map_err(failed)?;
        Ok(archive.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_is_full_by_number_or_by_size() {
        let mut parcel = Parcel::default();
        for _ in 0..24 {
            parcel.add("a.png", vec![1]);
            assert!(!parcel.is_full());
        }
        parcel.add("b.png", vec![1]);
        assert!(parcel.is_full() && parcel.len() == 25);
        let mut parcel = Parcel::default();
        parcel.add("c.png", vec![0; FULL]);
        assert!(parcel.is_full());
        let archive = parcel.archive().unwrap();
        assert!(archive.starts_with(b"PK"));
        let list = br#"[["c.png","0"]]"#;
        assert!(archive.windows(list.len()).any(|it| it == list));
    }
}
