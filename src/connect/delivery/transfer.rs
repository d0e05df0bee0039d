//! The package's way to Anki, which imports from paths of its own machine alone.

use std::path::Path;

use super::Client;
use super::options::Transfer;
use crate::{Error, ErrorKind, files};

pub(super) fn import(client: &Client, package: &Path, how: Transfer) -> Result<(), Error> {
    match how {
        Transfer::Path => by_path(client, package),
        Transfer::Upload => by_upload(client, package),
        Transfer::Auto if !client.is_local() => by_upload(client, package),
        Transfer::Auto => match by_path(client, package) {
            // A sandboxed Anki does not see the whole disk.
            Err(error) if matches!(error.kind(), ErrorKind::Refused(_)) => {
                by_upload(client, package).map_err(|second| match second.kind() {
                    ErrorKind::Usage(_) => error,
                    _ => second,
                })
            }
            done => done,
        },
    }
}

fn by_path(client: &Client, package: &Path) -> Result<(), Error> {
    let (path, _) = files::locate(package)?;
    let shown = path.to_str().ok_or_else(|| {
        let shown = path.display();
        Error::usage(format!(
            "the path `{shown}` is no text that AnkiConnect could be told"
        ))
    })?;
    // Python takes Windows' long form for another one than what users see.
    client.import_package(shown.strip_prefix(r"\\?\").unwrap_or(shown))
}

fn by_upload(client: &Client, package: &Path) -> Result<(), Error> {
    let missing = || Error::new(ErrorKind::Read(package.to_owned()));
    let bytes = files::read_if_exists(package)?.ok_or_else(missing)?;
    let hash = blake3::hash(&bytes).to_hex();
    // With `_` in front Anki does not count it among the unused media, should it ever stay.
    let name = format!("_deckle-{}.apkg", hash.get(..16).unwrap_or_default());
    let stored = client.store_media(&name, &bytes)?;
    let folder = client.media_folder()?;
    let between = if folder.contains('\\') { '\\' } else { '/' };
    let imported = client.import_package(&format!("{folder}{between}{stored}"));
    // It must not be synchronized to all devices, whatever became of the import.
    let deleted = client.delete_media(&stored);
    imported.and(deleted)
}
