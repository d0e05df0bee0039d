//! Delivery: the packages of a build on their way to the targets that the project declares under
//! `ship`. Into folders this module writes them itself, the one place that writes outside of a
//! project, and only into those folders; for servers it prepares what is sent.
//!
//! What is delivered is planned first, against what is there, and only then delivered. The last
//! package that was delivered to a target is kept (`base`): what comes back from the phone is
//! compared with it, and what an import leaves undone on a server follows from it.

mod base;
#[cfg(feature = "connect")]
mod connect;
mod folder;
mod history;
mod ignore;
mod page;
mod parcel;
#[cfg(feature = "sync")]
mod sync;
mod target;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use folder::{Delivery, DeliveryState, Shipment};
pub use ignore::{IgnoreState, Ignored};
pub use parcel::Parcel;
pub use target::ShipTarget;

// What targets hold, and is declared where it is read.
pub use crate::files::{Secret, read_secret};
pub use crate::source::ship::{ConnectServer, SecretSource, ShipFolder, SyncServer, Via};

use super::{Built, Project, load, variants};
use crate::diag::{Diagnostics, Sources};
use crate::model::BuildTime;
use crate::{Error, ErrorKind};
use base::Base;
pub(super) use base::{FOLDER as BASE, kept};
pub(super) use history::{Dated, PastNote, versions};

/// How to deliver.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "options do nothing until a delivery gets them"]
pub struct ShipOptions {
    time: BuildTime,
    force: bool,
    cache: bool,
}

/// The packages of a build, and the targets that they are planned for, one after the other.
#[derive(Debug)]
#[must_use = "nothing is planned until a target is named"]
pub struct Dispatch<'a> {
    project: &'a Project,
    built: &'a [Built],
    options: &'a ShipOptions,
    /// Which package goes to which place, so that none is written over another.
    taken: BTreeMap<PathBuf, &'a Path>,
}

impl ShipOptions {
    /// A delivery at this time, which the pages say.
    pub fn new(time: impl Into<BuildTime>) -> Self {
        Self {
            time: time.into(),
            force: false,
            cache: true,
        }
    }

    /// Delivers, if `yes`, over whatever lies where a package goes. Default: a file that this
    /// version of deckle did not write is an error, and stays as it is.
    pub fn force(mut self, yes: bool) -> Self {
        self.force = yes;
        self
    }

    /// Whether what a sync server has is kept in the project's cache, so that the next delivery asks
    /// only for what changed since. Default: yes.
    pub fn cache(mut self, yes: bool) -> Self {
        self.cache = yes;
        self
    }
}

impl<'a> Dispatch<'a> {
    pub(super) fn new(
        project: &'a Project,
        built: &'a [Built],
        options: &'a ShipOptions,
    ) -> Result<Self, Error> {
        if !project.is_whole() {
            return Err(Error::new(ErrorKind::Usage(
                "only the whole of a project with a deckle.yaml can be shipped".to_owned(),
            )));
        }
        Ok(Self {
            project,
            built,
            options,
            taken: BTreeMap::new(),
        })
    }

    /// Finds out what is to be delivered into a folder: the packages that the target takes. A folder
    /// that is not absolute is one below the project's. Nothing is written yet; see
    /// [`Shipment::deliver`].
    ///
    /// # Errors
    /// When the target asks for a package that does not exist; two packages would get one name; the
    /// file in a package's place is none that deckle wrote (see [`ShipOptions::force`]); a file or
    /// folder cannot be read.
    pub fn to_folder(&mut self, target: &ShipTarget, folder: &Path) -> Result<Shipment, Error> {
        let Via::Folder(way) = &target.via else {
            let text = format!("the target `{}` is no folder", target.name);
            return Err(Error::usage(text));
        };
        let folder = self.project.root.join(folder);
        let packages = target.chosen(self.built)?;
        for it in &packages {
            self.take(&folder, it)?;
        }
        let base = Base::new(&self.project.root, &target.name);
        Shipment::plan(target, way.page, folder, &packages, base, self.options)
    }

    /// What is to be delivered to a server: the packages that the target takes, each with the one
    /// that was delivered before.
    ///
    /// # Errors
    /// When the target asks for a package that does not exist; two packages of it have one name.
    pub fn to_server(&mut self, target: &ShipTarget) -> Result<Vec<Parcel>, Error> {
        let packages = target.chosen(self.built)?;
        // What is kept of them lies there side by side.
        let place = Path::new("server").join(&target.name);
        let mut parcels = Vec::with_capacity(packages.len());
        for built in packages {
            self.take(&place, built)?;
            let base = Base::new(&self.project.root, &target.name);
            let cache = self.options.cache.then(|| self.project.root.clone());
            parcels.push(Parcel::new(built.clone(), base, cache));
        }
        Ok(parcels)
    }

    fn take(&mut self, folder: &Path, built: &'a Built) -> Result<(), Error> {
        let place = folder.join(built.path.file_name().unwrap_or_default());
        let folded = place.to_string_lossy().to_lowercase();
        let other = self.taken.insert(folded.into(), &built.path);
        match other.filter(|it| *it != built.path) {
            None => Ok(()),
            Some(other) => Err(Error::usage(format!(
                "`{}` and `{}` would both be delivered as `{}`; give one of them another `file` in `output`",
                other.display(),
                built.path.display(),
                place.display()
            ))),
        }
    }
}

/// What the `.stignore` lacks that counts for a folder. Nothing is written; see
/// [`Shipment::ignore`].
///
/// # Errors
/// When the file cannot be read, or is no text.
pub fn ignore_state(folder: &Path) -> Result<IgnoreState, Error> {
    ignore::look(folder)
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
