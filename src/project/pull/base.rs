//! What the phone's notes were before they were edited there: what was last shipped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::PullOptions;
use super::phone::{self, PhoneNote};
use super::reading::Reading;
use crate::files;
use crate::package::{PackageReader, ReadLimits};
use crate::project::{Project, ship};
use crate::{Error, ErrorKind};

/// What the phone's notes are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PullBase {
    /// The package that was named.
    Named(PathBuf),
    /// The packages that were last shipped, which the project keeps.
    Shipped(Vec<PathBuf>),
    /// The package that a build without a project wrote.
    Built(PathBuf),
    /// The sources as they are: an edit cannot be told from an older state then, and only what is
    /// newer than the last build is taken.
    Sources,
}

/// A note as it was shipped.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) modified: i64,
    pub(super) fields: Vec<String>,
    pub(super) tags: BTreeSet<String>,
    pub(super) flag: crate::model::Flag,
    pub(super) suspended: bool,
    /// Whether it is what the sources come to, because nobody shipped it.
    pub(super) is_ours: bool,
}

/// The versions of each note that are known.
pub(super) struct Bases {
    pub(super) origin: PullBase,
    versions: BTreeMap<String, Vec<Version>>,
}

/// What a note of the phone was.
pub(super) enum Before<'b> {
    /// This.
    Known(&'b Version),
    /// Something older than all that is known.
    Older,
    /// Nobody shipped it.
    Nothing,
}

impl Bases {
    pub(super) fn find(
        project: &Project,
        reading: &Reading,
        options: &PullOptions,
    ) -> Result<Self, Error> {
        let origin = origin(project, reading, options)?;
        let paths: Vec<PathBuf> = match &origin {
            PullBase::Named(path) | PullBase::Built(path) => vec![path.clone()],
            PullBase::Shipped(paths) => paths.clone(),
            PullBase::Sources => Vec::new(),
        };
        let mut versions: BTreeMap<String, Vec<Version>> = BTreeMap::new();
        for path in paths {
            let contents =
                PackageReader::open_within(&path, ReadLimits::default())?.into_contents();
            for note in phone::notes(&contents) {
                let version = Version::of(&note);
                versions.entry(note.guid).or_default().push(version);
            }
        }
        // Such as notes of the phone that were pulled and not shipped yet.
        for note in &reading.notes {
            if !versions.contains_key(&note.guid) {
                let record = note.id.as_ref().and_then(|id| reading.lock.notes.get(id));
                let Some(record) = record else { continue };
                let version = Version {
                    modified: record.modified,
                    fields: note.fields.clone(),
                    tags: note.tags.clone(),
                    flag: note.flag(),
                    suspended: note.suspended != "None",
                    is_ours: true,
                };
                versions.entry(note.guid.clone()).or_default().push(version);
            }
        }
        for of_note in versions.values_mut() {
            of_note.sort_by_key(|it| it.modified);
        }
        Ok(Self { origin, versions })
    }

    /// What a note was before it was edited: of the versions that are no newer than it, because an
    /// import gives a note the time of the package, the one that is most like it, and of equally
    /// likely ones the newest.
    pub(super) fn before(&self, note: &PhoneNote) -> Before<'_> {
        let Some(versions) = self.versions.get(&note.guid) else {
            return Before::Nothing;
        };
        let older = versions.iter().filter(|it| it.modified <= note.modified);
        let likeness = |it: &&Version| {
            let same = it
                .fields
                .iter()
                .zip(&note.fields)
                .filter(|(one, two)| one == two);
            (
                same.count() + usize::from(it.tags == note.tags),
                it.modified,
            )
        };
        match older.max_by_key(likeness) {
            Some(version) => Before::Known(version),
            None => Before::Older,
        }
    }

    /// The guids of all notes that were shipped, or built where nothing was.
    pub(super) fn guids(&self) -> impl Iterator<Item = &String> {
        let by_package = self.origin != PullBase::Sources;
        let is_shipped =
            move |versions: &Vec<Version>| !by_package || versions.iter().any(|it| !it.is_ours);
        let shipped = self.versions.iter().filter(move |it| is_shipped(it.1));
        shipped.map(|it| it.0)
    }

    /// The newest version of a note.
    pub(super) fn newest(&self, guid: &str) -> Option<&Version> {
        self.versions.get(guid)?.last()
    }
}

impl Version {
    fn of(note: &PhoneNote) -> Self {
        Self {
            modified: note.modified,
            fields: note.fields.clone(),
            tags: note.tags.clone(),
            flag: note.flag(),
            suspended: note.suspended().is_some(),
            is_ours: false,
        }
    }
}

fn origin(project: &Project, reading: &Reading, options: &PullOptions) -> Result<PullBase, Error> {
    if let Some(path) = &options.base {
        if !files::is_file(path) {
            return Err(Error::read(path, std::io::ErrorKind::NotFound.into()));
        }
        return Ok(PullBase::Named(path.clone()));
    }
    let kept = ship::kept(&project.root)?;
    if let Some(target) = &options.target {
        let of_target: Vec<PathBuf> = kept.get(target).cloned().unwrap_or_default();
        if of_target.is_empty() {
            let known: Vec<String> = kept.keys().map(|it| format!("`{it}`")).collect();
            let known = match known.is_empty() {
                true => "nothing was shipped yet".to_owned(),
                false => format!("packages are kept of {}", known.join(", ")),
            };
            return Err(Error::new(ErrorKind::Usage(format!(
                "no package is kept of the target `{target}`; {known}"
            ))));
        }
        return Ok(PullBase::Shipped(of_target));
    }
    let kept: Vec<PathBuf> = kept.into_values().flatten().collect();
    if !kept.is_empty() {
        return Ok(PullBase::Shipped(kept));
    }
    if !reading.locked && files::is_file(&reading.output) {
        return Ok(PullBase::Built(reading.output.clone()));
    }
    Ok(PullBase::Sources)
}
