//! Packages into a folder that Syncthing, or another program, carries on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::base::Base;
use super::{Ignored, ShipOptions, ShipTarget, ignore, page};
use crate::package::{self, Difference, ImportOptions, Importer, Measure, PackageReader, Summary};
use crate::project::{Built, output};
use crate::{Error, files};

/// How long a file's name may be in an address: AnkiDroid cuts longer ones off.
const LONGEST_NAME: usize = 100;

/// What is to be delivered to one target.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a shipment arrives only when it is delivered"]
pub struct Shipment {
    /// The name of the target.
    pub target: String,
    /// The folder.
    pub folder: PathBuf,
    /// Whether the folder does not exist: nothing can be delivered then, and it is not made, for a
    /// folder that is away mostly means that the disk or the phone is.
    pub away: bool,
    /// The packages.
    pub deliveries: Vec<Delivery>,
    /// Names of conflict copies of packages that Syncthing left in the folder. A phone offers them
    /// as decks, and they are older than they look.
    pub conflicts: Vec<String>,
    base: Base,
}

/// A package on its way into a folder.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// What was built.
    pub built: Built,
    /// Where it goes.
    pub path: PathBuf,
    /// What lies there.
    pub state: DeliveryState,
    /// How many bytes Syncthing sends.
    pub transfer: u64,
    /// What an import does to who has the package that lies there; `None` where there is none, it
    /// cannot be read, or it is the same.
    pub difference: Option<Difference>,
    /// The page that goes beside it, where one does and is to be written.
    pub page: Option<PathBuf>,
    /// How many bytes the file's name has in an address, where AnkiDroid would cut it off.
    pub long_name: Option<usize>,
    html: String,
}

/// What lies where a package goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryState {
    /// Nothing yet.
    New,
    /// Another package.
    Changed,
    /// The very same bytes.
    Unchanged,
}

impl Shipment {
    pub(super) fn plan(
        target: &ShipTarget,
        page: bool,
        folder: PathBuf,
        packages: &[&Built],
        base: Base,
        options: &ShipOptions,
    ) -> Result<Self, Error> {
        let mut shipment = Self {
            target: target.name.clone(),
            away: !files::is_folder(&folder),
            deliveries: Vec::new(),
            conflicts: Vec::new(),
            base,
            folder,
        };
        if shipment.away {
            return Ok(shipment);
        }
        let names = files::names_in(&shipment.folder)?;
        let is_package = |name: &String| name.to_lowercase().ends_with(".apkg");
        let copies = names.into_iter().filter(is_package);
        shipment.conflicts = copies.filter(|it| files::is_conflict_copy(it)).collect();
        for package in packages {
            let base = shipment.base.path(&package.path);
            let delivery = delivery(package, page, &shipment.folder, &base, options)?;
            shipment.deliveries.push(delivery);
        }
        Ok(shipment)
    }

    /// Delivers: to each package's folder first the page, then the package, each complete or as it
    /// was before; then the package is kept as the last one that was delivered. What is the same
    /// already is not touched. Nothing happens where the folder is [away](Shipment::away).
    ///
    /// # Errors
    /// When a file cannot be written; those before it are delivered.
    pub fn deliver(&self) -> Result<(), Error> {
        if self.away {
            return Ok(());
        }
        files::sweep_deliveries(&self.folder)?;
        for it in &self.deliveries {
            // A page that is there before its package tells too much for a moment; the other way
            // round an end between the two would leave the page of an older package for good.
            if let Some(page) = &it.page {
                files::deliver_bytes(it.html.as_bytes(), page)?;
            }
            files::deliver(&it.built.path, &it.path)?;
            self.base.keep(&it.built.path)?;
        }
        Ok(())
    }

    /// Writes into the folder's `.stignore` what Syncthing should never send; lines that are there
    /// stay as they are.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is no text.
    pub fn ignore(&self) -> Result<Ignored, Error> {
        ignore::write(&self.folder)
    }
}

impl Delivery {
    /// How many notes are new to who has what lies in the folder.
    #[must_use]
    pub fn added(&self) -> usize {
        match self.state {
            DeliveryState::New => self.built.notes,
            _ => self.count(Measure::Added),
        }
    }

    /// How many notes are changed.
    #[must_use]
    pub fn changed(&self) -> usize {
        self.count(Measure::Updated)
    }

    /// How many cards are in another deck; who has them keeps them where they are.
    #[must_use]
    pub fn moved(&self) -> usize {
        self.count(Measure::Moved)
    }

    /// How many notes are not in it any more; who has them keeps them.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.count(Measure::Removed)
    }

    fn count(&self, measure: Measure) -> usize {
        self.difference.as_ref().map_or(0, |it| it.count(measure))
    }
}

fn delivery(
    built: &Built,
    page: bool,
    folder: &Path,
    base: &Path,
    options: &ShipOptions,
) -> Result<Delivery, Error> {
    let name = built.path.file_name().unwrap_or_default();
    let path = folder.join(name);
    package::check_file_name(&path)?;
    let state = if files::is_missing(&path) {
        DeliveryState::New
    } else if files::are_same(&built.path, &path) {
        DeliveryState::Unchanged
    } else {
        if !options.force {
            output::check_replaceable(&path, false)?;
        }
        DeliveryState::Changed
    };
    let old = (state == DeliveryState::Changed).then_some(path.as_path());
    let transfer = match state {
        DeliveryState::Unchanged => 0,
        _ => files::transfer_size(old, &built.path)?,
    };
    let beside = path.with_extension("html");
    // The page of the same package is of an earlier delivery, and says what that one brought.
    let wanted = state != DeliveryState::Unchanged || files::is_missing(&beside);
    let page = Some(beside).filter(|_| page && wanted);
    let (mut difference, mut html) = (None, String::new());
    if page.is_some() || old.is_some() {
        let new = PackageReader::open(&built.path)?.into_contents_with_hashes()?;
        if let Some(old) = old.and_then(readable) {
            if !options.force && are_strangers(&old, &new) && !files::are_same(&path, base) {
                return Err(Error::usage(format!(
                    "`{}` holds other notes, none of which is in this project, and stays as it is: another project may deliver it. \
                     Give `output` another `file`, or say `--force` if this is to take its place",
                    path.display()
                )));
            }
            let options = ImportOptions::default();
            difference = Some(Difference::new(&old, &new, Importer::AnkiDroid, &options));
        }
        if page.is_some() {
            let facts = page::Facts {
                file: &name.to_string_lossy(),
                bytes: built.bytes,
                time: options.time,
                summary: &Summary::new(&new),
                difference: difference.as_ref(),
                first: state == DeliveryState::New,
            };
            html = page::html(&facts);
        }
    }
    let length = encoded_length(&name.to_string_lossy());
    Ok(Delivery {
        built: built.clone(),
        path,
        state,
        transfer,
        difference,
        page,
        long_name: Some(length).filter(|it| *it > LONGEST_NAME),
        html,
    })
}

/// Whether two packages have no note in common: they are hardly two releases of one deck.
fn are_strangers(old: &package::Contents, new: &package::Contents) -> bool {
    let known: BTreeSet<&str> = new.notes.iter().map(|it| it.guid.as_str()).collect();
    let is_known = |it: &package::StoredNote| known.contains(it.guid.as_str());
    !old.notes.is_empty() && !old.notes.iter().any(is_known)
}

/// What lies in the folder; `None` where it is damaged, so that nothing can be compared with it.
fn readable(path: &Path) -> Option<package::Contents> {
    let reader = PackageReader::open(path).ok()?;
    reader.into_contents_with_hashes().ok()
}

/// How many bytes a name has where it is part of an address.
fn encoded_length(name: &str) -> usize {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.~".contains(&it);
    name.bytes().map(|it| if plain(it) { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_as_addresses_write_them() {
        assert_eq!(encoded_length("a-b_c.apkg"), 10);
        assert_eq!(encoded_length("é b.apkg"), 6 + 3 + 1 + 5);
    }
}
