//! What notes said in a package, for who knows their guids.

use std::collections::BTreeMap;
use std::path::Path;

use super::read::{Container, ReadLimits, Store};
use crate::{Error, files};

/// The fields, U+001F between them, of the notes of a package whose guid is one of these. Any
/// program's package will do; of several notes with one guid it is the first.
///
/// # Errors
/// When the file cannot be read, is damaged, or is larger than the default limits.
pub(crate) fn fields_of(
    path: &Path,
    is_one: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    let (file, _) = files::open_disk(path)?;
    let mut container = Container::open(Box::new(file), ReadLimits::default())?;
    // A database of no bytes has no notes.
    let Some(store) = Store::open(&mut container)? else {
        return Ok(found);
    };
    store.each("notes", &["guid", "flds"], |row| {
        let guid = row.text(0)?;
        if is_one(guid) && !found.contains_key(guid) {
            found.insert(guid.to_owned(), row.text(1)?.to_owned());
        }
        Ok(())
    })?;
    Ok(found)
}
