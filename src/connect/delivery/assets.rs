//! Media files with `_` in front: templates and style sheets name them. An import brings those that
//! are missing, and never replaces one; here those are replaced that the base had brought.

use std::collections::BTreeMap;

use super::{Client, Delivered};
use crate::Error;
use crate::package::PackageReader;

/// What is to be done.
#[derive(Default)]
pub(super) struct Assets {
    stored: BTreeMap<String, Vec<u8>>,
    kept: Vec<String>,
    missing: bool,
}

impl Assets {
    pub(super) fn look(
        client: &Client,
        package: &mut PackageReader,
        mut base: Option<&mut PackageReader>,
    ) -> Result<Self, Error> {
        let mut assets = Self::default();
        for (name, bytes) in read(package, |_| true)? {
            let Some(held) = client.retrieve_media(&name)? else {
                assets.missing = true;
                continue;
            };
            if held == bytes {
                continue;
            }
            let before = match &mut base {
                Some(base) => read(base, |it| it == name)?.remove(&name),
                None => None,
            };
            if before.as_ref() == Some(&held) {
                assets.stored.insert(name, bytes);
            } else {
                assets.kept.push(name);
            }
        }
        Ok(assets)
    }

    /// Whether an import will bring one.
    pub(super) fn is_missing(&self) -> bool {
        self.missing
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    pub(super) fn tell(&self, delivery: &mut Delivered) {
        delivery.assets = self.stored.keys().cloned().collect();
        delivery.assets_kept.clone_from(&self.kept);
    }

    pub(super) fn store(&self, client: &Client) -> Result<(), Error> {
        for (name, bytes) in &self.stored {
            client.store_media(name, bytes)?;
        }
        Ok(())
    }
}

/// The assets of a package that are wanted, with their bytes.
fn read(
    package: &mut PackageReader,
    wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let listed = package.contents().media.clone();
    let mut found = BTreeMap::new();
    for media in listed {
        let Some(name) = media.file_name() else {
            continue;
        };
        // Empty files are refused by AnkiConnect, and name nothing to see.
        if !name.starts_with('_') || !wanted(name) || media.size == Some(0) || !media.present {
            continue;
        }
        let mut bytes = Vec::new();
        package.copy_media(&media, &mut bytes)?;
        found.insert(name.to_owned(), bytes);
    }
    Ok(found)
}
