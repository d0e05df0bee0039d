//! Delivery: the packages of a build, copied into the folders that the project declares under
//! `ship`. This is the one place that writes outside of a project, and only into those folders.
//!
//! A shipment is planned first, against what lies in the folder, and only then delivered. The last
//! package that was delivered to a target is kept in `.deckle/base/`: what comes back from the
//! phone is compared with it.

mod ignore;
mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use ignore::Ignored;

use super::{Built, Project, load, output, variants};
use crate::diag::{Diagnostics, Sources};
use crate::files;
use crate::model::BuildTime;
use crate::package::{self, Client, Difference, ImportOptions, Measure, PackageReader, Summary};
use crate::source::ship::Channel;
use crate::{Error, ErrorKind};

/// Where the last delivered packages are kept, in the project.
const BASE: &str = ".deckle/base";

/// How long a file's name may be in an address: AnkiDroid cuts longer ones off.
const LONGEST_NAME: usize = 100;

/// A place that the project declares for its packages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShipTarget {
    /// What it is called in the project file.
    pub name: String,
    /// The folder as it is written there: a `~` in front stands for the user's own, which the
    /// library does not know.
    pub folder: String,
    /// Whether a page for the phone lies beside each package.
    pub page: bool,
    /// Of a project with a matrix, the variant whose packages go there.
    pub variant: Option<String>,
    /// Which packages go there, by name; empty for all.
    outputs: Vec<String>,
}

/// How to deliver.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "options do nothing until a shipment gets them"]
pub struct ShipOptions {
    time: BuildTime,
    force: bool,
}

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
    base: PathBuf,
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

impl ShipTarget {
    fn of(channel: &Channel, variant: Option<&str>) -> Self {
        Self {
            name: channel.name.value.clone(),
            folder: channel.path.value.clone(),
            page: channel.page,
            variant: variant.map(str::to_owned),
            outputs: channel.outputs.iter().map(|it| it.value.clone()).collect(),
        }
    }

    /// The names by which a package can be chosen: its own, and that in its variant. `None` where
    /// it is another variant's.
    fn names<'n>(&self, package: Option<&'n str>) -> Option<Vec<&'n str>> {
        let Some(variant) = &self.variant else {
            return Some(package.into_iter().collect());
        };
        let name = package?;
        let rest = name.strip_prefix(variant.as_str())?;
        match rest.strip_prefix('/') {
            Some(rest) => Some(vec![name, rest]),
            None => rest.is_empty().then(|| vec![name]),
        }
    }

    /// The packages that go there.
    fn chosen<'b>(&self, built: &'b [Built]) -> Result<Vec<&'b Built>, Error> {
        let own = |it: &&Built| self.names(it.name.as_deref()).is_some();
        let own: Vec<&Built> = built.iter().filter(own).collect();
        if self.outputs.is_empty() {
            return Ok(own);
        }
        let means = |built: &Built, wish: &str| {
            let names = self.names(built.name.as_deref()).unwrap_or_default();
            names.iter().any(|name| {
                let rest = name.strip_prefix(wish);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        for wish in &self.outputs {
            if !own.iter().any(|it| means(it, wish)) {
                let names = own.iter().filter_map(|it| it.name.as_deref());
                let names: Vec<String> = names.map(|it| format!("`{it}`")).collect();
                let known = match names.is_empty() {
                    true => "it has one package without a name".to_owned(),
                    false => format!("it has {}", names.join(", ")),
                };
                return Err(Error::usage(format!(
                    "`output` of the target `{}` in deckle.yaml names `{wish}`, which is no package of the project; {known}",
                    self.name
                )));
            }
        }
        let wanted = |it: &&Built| self.outputs.iter().any(|wish| means(it, wish));
        Ok(own.into_iter().filter(wanted).collect())
    }
}

impl ShipOptions {
    /// A delivery at this time, which the pages say.
    pub fn new(time: impl Into<BuildTime>) -> Self {
        Self {
            time: time.into(),
            force: false,
        }
    }

    /// Delivers, if `yes`, over whatever lies where a package goes. Default: a file that this
    /// version of deckle did not write is an error, and stays as it is.
    pub fn force(mut self, yes: bool) -> Self {
        self.force = yes;
        self
    }
}

impl Shipment {
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
            files::make_folder(&self.base)?;
            if let Some(name) = it.path.file_name() {
                files::sweep_deliveries(&self.base)?;
                files::deliver(&it.built.path, &self.base.join(name))?;
            }
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

    /// How many notes are not in it any more; who has them keeps them.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.count(Measure::Removed)
    }

    fn count(&self, measure: Measure) -> usize {
        self.difference.as_ref().map_or(0, |it| it.count(measure))
    }
}

/// The targets that a project declares; none where its file cannot be read, which a build tells.
pub(super) fn targets(project: &Project) -> Result<Vec<ShipTarget>, Error> {
    let read = |project: &Project, variant: Option<&str>| -> Result<Vec<ShipTarget>, Error> {
        let found = load::manifest(project, &mut Sources::new(), &mut Diagnostics::new())?;
        let channels = found.map(|it| it.ship).unwrap_or_default();
        let targets = channels.iter().map(|it| ShipTarget::of(it, variant));
        Ok(targets.collect())
    };
    let keys = variants::keys(project)?;
    if keys.is_empty() {
        return read(project, None);
    }
    let mut targets = Vec::new();
    for key in &keys {
        targets.extend(read(&variants::one(project, key)?, Some(key))?);
    }
    Ok(targets)
}

/// Compares what was built with what lies in the folders.
pub(super) fn plan(
    project: &Project,
    targets: &[(ShipTarget, PathBuf)],
    built: &[Built],
    options: &ShipOptions,
) -> Result<Vec<Shipment>, Error> {
    let mut shipments = Vec::with_capacity(targets.len());
    let mut taken: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for (target, folder) in targets {
        let folder = project.root.join(folder);
        let packages = target.chosen(built)?;
        let mut shipment = Shipment {
            target: target.name.clone(),
            away: !files::is_folder(&folder),
            deliveries: Vec::new(),
            conflicts: Vec::new(),
            base: project.root.join(BASE).join(&target.name),
            folder,
        };
        if !shipment.away {
            let names = files::names_in(&shipment.folder)?;
            let is_package = |name: &String| name.to_lowercase().ends_with(".apkg");
            let copies = names.into_iter().filter(is_package);
            shipment.conflicts = copies.filter(|it| files::is_conflict_copy(it)).collect();
            for package in packages {
                let delivery = delivery(package, target, &shipment.folder, options)?;
                let place = delivery.path.to_string_lossy().to_lowercase();
                let other = taken.insert(place.into(), &package.path);
                if let Some(other) = other.filter(|it| *it != package.path) {
                    return Err(Error::usage(format!(
                        "`{}` and `{}` would both be delivered as `{}`; give one of them another `file` in `output`",
                        other.display(),
                        package.path.display(),
                        delivery.path.display()
                    )));
                }
                shipment.deliveries.push(delivery);
            }
        }
        shipments.push(shipment);
    }
    Ok(shipments)
}

fn delivery(
    built: &Built,
    target: &ShipTarget,
    folder: &Path,
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
    let page = path.with_extension("html");
    // The page of the same package is of an earlier delivery, and says what that one brought.
    let wanted = state != DeliveryState::Unchanged || files::is_missing(&page);
    let page = Some(page).filter(|_| target.page && wanted);
    let (mut difference, mut html) = (None, String::new());
    if page.is_some() || old.is_some() {
        let new = PackageReader::open(&built.path)?.into_contents_with_hashes()?;
        if let Some(old) = old.and_then(readable) {
            let options = ImportOptions::default();
            difference = Some(Difference::new(&old, &new, Client::AnkiDroid, &options));
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

/// The packages that were last delivered, by the names of their targets.
pub(super) fn kept(project: &Project) -> Result<BTreeMap<String, Vec<PathBuf>>, Error> {
    let folder = project.root.join(BASE);
    let mut kept = BTreeMap::new();
    if !files::is_folder(&folder) {
        return Ok(kept);
    }
    for target in files::names_in(&folder)? {
        let of_target = folder.join(&target);
        if !files::is_folder(&of_target) {
            continue;
        }
        let names = files::names_in(&of_target)?.into_iter();
        let packages = names.filter(|it| it.ends_with(".apkg") && !it.starts_with(['.', '~']));
        let packages: Vec<PathBuf> = packages.map(|it| of_target.join(it)).collect();
        if !packages.is_empty() {
            kept.insert(target, packages);
        }
    }
    Ok(kept)
}

/// The whole of a project is shipped, or nothing.
pub(super) fn check_whole(project: &Project) -> Result<(), Error> {
    if project.is_whole() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Usage(
        "only the whole of a project with a deckle.yaml can be shipped".to_owned(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_as_addresses_write_them() {
        assert_eq!(encoded_length("a-b_c.apkg"), 10);
        assert_eq!(encoded_length("é b.apkg"), 6 + 3 + 1 + 5);
    }

    #[test]
    fn a_target_takes_what_its_output_names() {
        let check = |variant: Option<&str>, outputs: &[&str], names: &[&str], expect: &[&str]| {
            let target = ShipTarget {
                name: "phone".to_owned(),
                folder: String::new(),
                page: true,
                variant: variant.map(str::to_owned),
                outputs: outputs.iter().map(|it| (*it).to_owned()).collect(),
            };
            let built = |name: &&str| Built {
                name: Some((*name).to_owned()),
                path: PathBuf::new(),
                changed: true,
                bytes: 0,
                notes: 0,
                cards: 0,
                media: 0,
            };
            let built: Vec<Built> = names.iter().map(built).collect();
            let chosen = target.chosen(&built).map(|found| {
                let names = found.iter().filter_map(|it| it.name.clone());
                names.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(
                chosen.unwrap_or("error".to_owned()),
                expect.join(" "),
                "{outputs:?}"
            );
        };
        check(None, &[], &["a", "b"], &["a", "b"]);
        check(None, &["b"], &["a", "b", "b/x", "bc"], &["b", "b/x"]);
        check(None, &["c"], &["a", "b"], &["error"]);
        check(
            Some("de"),
            &[],
            &["de", "de/x", "den", "fr"],
            &["de", "de/x"],
        );
        check(Some("de"), &["x"], &["de/x", "de/y", "fr/x"], &["de/x"]);
        check(Some("de"), &["de/y"], &["de/x", "de/y"], &["de/y"]);
    }
}
