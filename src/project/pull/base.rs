//! What the phone's notes were before they were edited there: what was shipped, last or before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::PullOptions;
use super::canonical::canonical;
use super::phone::{self, Phone, PhoneNote};
use super::reading::Reading;
use super::states;
use crate::files;
use crate::model::Flag;
use crate::package::{PackageReader, ReadLimits};
use crate::project::ship::PastNote;
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
    /// The names of its fields at that time.
    names: Arc<[String]>,
    fields: Vec<String>,
    pub(super) tags: BTreeSet<String>,
    pub(super) flag: Flag,
    pub(super) suspended: bool,
    /// Whether it is what the sources come to, because nobody shipped it.
    pub(super) is_ours: bool,
}

/// The versions of each note that are known.
pub(super) struct Bases {
    pub(super) origin: PullBase,
    series: Vec<Series>,
    /// Notes that the lock knows and that were not shipped, such as those of the phone that were
    /// pulled.
    ours: BTreeMap<String, Version>,
    /// What the phone had when its edits were pulled last.
    pulled: BTreeMap<String, Version>,
}

/// What was delivered under one name, one package after the other.
struct Series {
    versions: BTreeMap<String, Vec<Dated>>,
    /// The phone has imported this one, or a later one.
    since: u32,
    /// It has not imported this one.
    before: u32,
}

/// A version, and which packages of its series had it.
struct Dated {
    /// 0 where the first is not known.
    first: u32,
    last: u32,
    version: Version,
}

/// What a note of the phone was.
pub(super) enum Before<'b> {
    /// One of these, of which there is one at least: the most likely one first, and others that are
    /// as likely.
    Known(Vec<&'b Version>),
    /// Something older than all that is known.
    Older,
    /// Nobody shipped it.
    Nothing,
}

impl Bases {
    /// Looks for what the notes of the phone can have been.
    pub(super) fn find(
        project: &Project,
        reading: &Reading,
        phone: &Phone,
        options: &PullOptions,
    ) -> Result<Self, Error> {
        let origin = origin(project, reading, options)?;
        let mut series = Vec::new();
        let open = |path: &PathBuf| {
            let reader = PackageReader::open_within(path, ReadLimits::default());
            reader.map(PackageReader::into_contents)
        };
        match &origin {
            PullBase::Named(path) | PullBase::Built(path) => {
                let notes = phone::notes(&open(path)?).into_iter();
                series.push(Series::of(notes.map(|note| {
                    let version = Version::of(&note);
                    (note.guid, Dated::always(version))
                })));
            }
            PullBase::Shipped(paths) => {
                for path in paths {
                    let dated = ship::versions(path, &open(path)?)?;
                    series.push(Series::of(dated.into_iter().map(dated_version)));
                }
            }
            PullBase::Sources => {}
        }
        let mut states = match origin {
            PullBase::Named(_) => BTreeMap::new(),
            _ => states::read(&project.root)?,
        };
        let mut bases = Self {
            origin,
            series,
            ours: BTreeMap::new(),
            pulled: BTreeMap::new(),
        };
        for note in &reading.notes {
            let record = note.id.as_ref().and_then(|id| reading.lock.notes.get(id));
            // An older lock knows nothing of that pull, which was undone then.
            let state = states.remove(&note.guid);
            let is_taken = |it: &PastNote| record.is_some_and(|lock| lock.modified >= it.modified);
            if let Some(state) = state.filter(is_taken) {
                bases.pulled.insert(note.guid.clone(), past(state));
            }
            let Some(record) = record.filter(|_| !bases.is_shipped(&note.guid)) else {
                continue;
            };
            let names = note.written.note_type.note_type.field_names();
            let version = Version {
                modified: record.modified,
                names: names.map(str::to_owned).collect(),
                fields: note.fields.clone(),
                tags: note.tags.clone(),
                flag: note.flag(),
                suspended: note.suspended != "None",
                is_ours: true,
            };
            bases.ours.insert(note.guid.clone(), version);
        }
        let Self { series, pulled, .. } = &mut bases;
        for it in series {
            it.learn(phone, pulled);
        }
        Ok(bases)
    }

    /// What a note was before it was edited. An import gives a note the time of the package, and an
    /// edit a later one: so it is no version that is newer than the note. Of the others it is one of
    /// a package that the phone can have imported, as its other notes show, and of these the one that
    /// is most like it.
    pub(super) fn before(&self, note: &PhoneNote) -> Before<'_> {
        let known = self.series.iter().flat_map(|series| {
            let versions = series.versions.get(&note.guid).into_iter().flatten();
            versions.map(|it| (it, series.can_have(it)))
        });
        let known: Vec<(&Dated, bool)> = known.collect();
        let pulled = self.pulled.get(&note.guid);
        let pulled = pulled.filter(|it| it.modified < note.modified);
        if known.is_empty() {
            return match pulled.or(self.ours.get(&note.guid)) {
                None => Before::Nothing,
                Some(ours) if ours.modified <= note.modified => Before::Known(vec![ours]),
                Some(_) => Before::Older,
            };
        }
        let of_time = |is_fit: &dyn Fn(&(&Dated, bool)) -> bool| -> Vec<&Version> {
            let fit = known.iter().filter(|it| is_fit(it));
            fit.map(|it| &it.0.version).collect()
        };
        let from = pulled.map_or(i64::MIN, |it| it.modified);
        let is_before = |it: &Dated| (from..note.modified).contains(&it.version.modified);
        let mut found = of_time(&|it| it.0.version.modified == note.modified);
        if found.is_empty() {
            found = of_time(&|it| is_before(it.0) && it.1);
            found.extend(pulled);
        }
        if found.is_empty() {
            found = of_time(&|it| is_before(it.0));
        }
        let Some(most) = found.iter().map(|it| it.likeness(note)).max() else {
            return Before::Older;
        };
        found.retain(|it| it.likeness(note) == most);
        found.sort_by_key(|it| std::cmp::Reverse(it.modified));
        found.dedup_by(|one, other| one.says_as(other));
        Before::Known(found)
    }

    fn is_shipped(&self, guid: &str) -> bool {
        self.series.iter().any(|it| it.versions.contains_key(guid))
    }

    /// The guids of all notes that were shipped last, or built where nothing was.
    pub(super) fn guids(&self) -> BTreeSet<&String> {
        let last = |versions: &Vec<Dated>| versions.iter().any(|it| it.last == u32::MAX);
        let shipped = self.series.iter().flat_map(|it| &it.versions);
        let shipped = shipped.filter(|it| last(it.1)).map(|it| it.0);
        match self.origin {
            PullBase::Sources => self.ours.keys().collect(),
            _ => shipped.collect(),
        }
    }

    /// The time of the newest version of a note; `None` where it was never shipped.
    pub(super) fn newest(&self, guid: &str) -> Option<i64> {
        let versions = self.series.iter().filter_map(|it| it.versions.get(guid));
        versions.flatten().map(|it| it.version.modified).max()
    }
}

impl Series {
    fn of(versions: impl Iterator<Item = (String, Dated)>) -> Self {
        let mut series = Self {
            versions: BTreeMap::new(),
            since: 0,
            before: u32::MAX,
        };
        for (guid, version) in versions {
            series.versions.entry(guid).or_default().push(version);
        }
        series
    }

    /// Finds out which packages the phone can have imported last: a note with the time of a version
    /// came with a package that has it, and where the phone has an older one, no package that has the
    /// newer one was imported.
    fn learn(&mut self, phone: &Phone, pulled: &BTreeMap<String, Version>) {
        for (guid, versions) in &self.versions {
            let Some(note) = phone.notes.get(guid) else {
                continue;
            };
            let firsts = |is_fit: &dyn Fn(i64) -> bool| {
                let fit = versions.iter().filter(|it| is_fit(it.version.modified));
                fit.map(|it| it.first).min()
            };
            // What the phone wrote itself came with no package.
            let own = pulled.get(guid).map(|it| it.modified);
            if let Some(first) = firsts(&|it| it == note.modified && own != Some(it)) {
                self.since = self.since.max(first);
            }
            if let Some(first) = firsts(&|it| it > note.modified).filter(|it| *it > 0) {
                self.before = self.before.min(first);
            }
        }
        // Such as two devices, or an import that was told to update nothing.
        if self.since >= self.before {
            (self.since, self.before) = (0, u32::MAX);
        }
    }

    fn can_have(&self, version: &Dated) -> bool {
        version.last >= self.since && version.first < self.before
    }
}

impl Dated {
    fn always(version: Version) -> Self {
        Self {
            first: 0,
            last: u32::MAX,
            version,
        }
    }
}

fn dated_version(dated: ship::Dated) -> (String, Dated) {
    let ship::Dated { first, last, note } = dated;
    let guid = note.guid.clone();
    let dated = Dated {
        first,
        last,
        version: past(note),
    };
    (guid, dated)
}

fn past(note: PastNote) -> Version {
    Version {
        modified: note.modified,
        names: note.names.into(),
        fields: note.fields.iter().map(|it| canonical(it)).collect(),
        tags: phone::tags(note.tags.iter().map(String::as_str)),
        flag: phone::flag(note.flag),
        suspended: note.suspended,
        is_ours: false,
    }
}

impl Version {
    fn of(note: &PhoneNote) -> Self {
        Self {
            modified: note.modified,
            names: Arc::clone(&note.note_type.fields),
            fields: note.fields.clone(),
            tags: note.tags.clone(),
            flag: note.flag(),
            suspended: note.suspended().is_some(),
            is_ours: false,
        }
    }

    /// What the field of this name held; `None` where there was none.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let at = self.names.iter().position(|it| it == name)?;
        self.fields.get(at).map(String::as_str)
    }

    /// How many of a note's fields are the same here, and its tags.
    fn likeness(&self, note: &PhoneNote) -> usize {
        let fields = note.note_type.fields.iter().zip(&note.fields);
        let same = fields.filter(|(name, html)| self.field(name) == Some(html.as_str()));
        same.count() + usize::from(self.tags == note.tags)
    }

    fn says_as(&self, other: &Self) -> bool {
        self.names == other.names && self.fields == other.fields && self.tags == other.tags
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
