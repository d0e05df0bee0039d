//! `pull`: packages that were exported on the phone, merged into the sources.
//!
//! A note has three states: as it was shipped, as the sources have it now, as the phone has it. What
//! only the phone changed goes into the sources, field by field, in the form in which they are
//! written; what both changed is marked. Every edit is tried out before: the project is read again,
//! and unless the note comes out exactly as the phone has it, and every other note as it was, nothing
//! of it is written and it is told.

mod arrival;
mod attempts;
mod base;
mod canonical;
mod conflict;
mod flags;
mod inbox;
mod matrix;
mod media;
mod merge;
mod notices;
mod outcome;
mod phone;
mod plan;
mod reading;
mod siblings;
mod states;
mod strangers;
mod trial;
mod verdicts;
mod ways;
mod weave;

use std::path::{Path, PathBuf};

use super::ship::PastNote;
use super::{Project, Report, ids, variants};
use crate::diag::Severity;
use crate::files::{self, Disk};
use crate::identity::MediaRecord;
use crate::package::ReadLimits;
use crate::template::strip::strip_html;
use crate::{Error, ErrorKind};

pub use base::PullBase;
pub use flags::{Marked, Marks};
pub use media::PulledMedia;
pub use outcome::{PullOutcome, PulledChange, PulledFile, PulledNote};

/// The most characters of a note that a line shows.
const SHOWN: usize = 60;

/// How to pull.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "options do nothing until a project gets them"]
pub struct PullOptions {
    base: Option<PathBuf>,
    target: Option<String>,
    flags: bool,
    suspended: bool,
    inbox: Option<String>,
    theirs: String,
    limits: ReadLimits,
}

impl Default for PullOptions {
    fn default() -> Self {
        Self {
            base: None,
            target: None,
            flags: false,
            suspended: false,
            inbox: None,
            theirs: "phone".to_owned(),
            limits: ReadLimits::default(),
        }
    }
}

impl PullOptions {
    /// Compared with what was shipped last; fields and tags; new notes into an inbox.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compared with this package, in the place of those that the project keeps.
    pub fn base(mut self, package: impl Into<PathBuf>) -> Self {
        self.base = Some(package.into());
        self
    }

    /// Compared with what was shipped last to this target alone.
    pub fn target(mut self, name: impl Into<String>) -> Self {
        self.target = Some(name.into());
        self
    }

    /// Whether flags of cards go into the sources, as the setting `flag` of their notes. Default: no.
    pub fn flags(mut self, yes: bool) -> Self {
        self.flags = yes;
        self
    }

    /// Whether suspended cards go into the sources, as the setting `suspend` of their notes. Default:
    /// no.
    pub fn suspended(mut self, yes: bool) -> Self {
        self.suspended = yes;
        self
    }

    /// The file in Markdown or YAML, relative to the project, that new notes go into, at its end.
    /// Variables of a matrix, `{{=name}}`, are put into their places. What cannot be written in
    /// Markdown goes into a YAML file beside it. Default: `inbox.md`, and where more notes are written
    /// in YAML or there is one already, `inbox.yaml`.
    pub fn inbox(mut self, path: impl Into<String>) -> Self {
        self.inbox = Some(path.into());
        self
    }

    /// What the phone's version is called where both changed the same. Default: `phone`.
    pub fn theirs(mut self, name: impl Into<String>) -> Self {
        self.theirs = name.into();
        self
    }

    /// With these limits for the packages.
    pub fn limits(mut self, limits: ReadLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// Another text for the lock.
#[derive(Debug)]
struct PulledLock {
    name: String,
    /// `None` where there is none yet.
    before: Option<String>,
    after: String,
}

/// What a pull comes to; nothing is written before [`Pulled::apply`].
#[derive(Debug)]
#[must_use = "a plan changes nothing until it is applied"]
pub struct Pulled {
    root: PathBuf,
    report: Report,
    base: PullBase,
    notes: Vec<PulledNote>,
    unchanged: usize,
    others: usize,
    files: Vec<PulledFile>,
    media: Vec<PulledMedia>,
    locks: Vec<PulledLock>,
    /// The notes of the phone whose edits are taken.
    states: Vec<PastNote>,
}

impl Pulled {
    fn of(project: &Project) -> Self {
        Self {
            root: project.root.clone(),
            report: Report::default(),
            base: PullBase::Sources,
            notes: Vec::new(),
            unchanged: 0,
            others: 0,
            files: Vec::new(),
            media: Vec::new(),
            locks: Vec::new(),
            states: Vec::new(),
        }
    }

    fn refused(mut self, mut report: Report) -> Self {
        report.diagnostics.sort();
        self.report = report;
        self
    }

    fn media_records(&self) -> Vec<MediaRecord> {
        let kept = self.media.iter();
        kept.filter_map(PulledMedia::record).collect()
    }

    /// The errors of the sources. With errors nothing is planned.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The folder that paths are relative to.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the phone's notes were compared with.
    #[must_use]
    pub fn base(&self) -> &PullBase {
        &self.base
    }

    /// The notes of which there is something to say, in the order of outcomes, files and lines.
    #[must_use]
    pub fn notes(&self) -> &[PulledNote] {
        &self.notes
    }

    /// How many notes have this outcome.
    #[must_use]
    pub fn count(&self, outcome: PullOutcome) -> usize {
        self.notes.iter().filter(|it| it.outcome == outcome).count()
    }

    /// How many notes there was nothing to do for.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// How many notes of the packages lie in decks of others, and are left alone.
    #[must_use]
    pub fn others(&self) -> usize {
        self.others
    }

    /// The source files that change or are new, in the order of their paths.
    #[must_use]
    pub fn files(&self) -> &[PulledFile] {
        &self.files
    }

    /// The media files that come into the project.
    #[must_use]
    pub fn media(&self) -> &[PulledMedia] {
        &self.media
    }

    /// Whether the lock gets other times.
    #[must_use]
    pub fn changes_lock(&self) -> bool {
        !self.locks.is_empty()
    }

    /// Writes media, then the lock, then the sources, each file at once or not at all.
    ///
    /// # Errors
    /// When the sources have errors; when one of the files was changed since it was read, or may not
    /// be written over: nothing is written then. When a file cannot be written for another reason;
    /// those before it are written then, and running the same again goes on from there.
    pub fn apply(self) -> Result<(), Error> {
        let errors = self.report.diagnostics.count(Severity::Error);
        if errors > 0 {
            return Err(Error::new(ErrorKind::Sources(errors)));
        }
        let disk = Disk::new(&self.root)?;
        let locks = self.locks.iter();
        let locks = locks.map(|it| (&it.name, &it.before, &it.after));
        let files = self.files.iter();
        let files = files.map(|it| (&it.path, &it.before, &it.after));
        let all: Vec<(&String, &Option<String>, &String)> = locks.chain(files).collect();
        for (path, before, _) in &all {
            disk.check(path, before.as_deref().map(str::as_bytes))?;
        }
        for media in &self.media {
            files::write_below(&self.root, &media.path, &media.bytes)?;
        }
        for (path, before, after) in all {
            match before {
                Some(before) => disk.replace(path, before.as_bytes(), after.as_bytes())?,
                None => {
                    files::write_below(&self.root, path, after.as_bytes())?;
                }
            }
        }
        states::keep(&self.root, self.states)
    }
}

impl Project {
    /// Finds out what packages that were exported on a phone (`.apkg`, `.colpkg`) have in another way
    /// than the sources, and how it is written there. Nothing is written yet; see [`Pulled::apply`].
    ///
    /// Of a project with a matrix each note goes to the variant whose lock knows it. A text that
    /// several variants share changes in all of them.
    ///
    /// # Errors
    /// When a package or a file cannot be read, or the inbox cannot be a file of notes.
    pub fn pull(&self, packages: &[PathBuf], options: &PullOptions) -> Result<Pulled, Error> {
        if let Some(inbox) = &options.inbox {
            if arrival::Form::of(inbox).is_none() {
                return Err(Error::usage(format!(
                    "the inbox `{inbox}` cannot take every note; name a .md or .yaml file"
                )));
            }
            if files::join("", inbox).is_none_or(|it| it != *inbox) {
                return Err(Error::new(ErrorKind::Outside(inbox.into())));
            }
        }
        let (whole, keys) = whole(self)?;
        if keys.is_empty() {
            let mut phone = phone::Phone::read(packages, options.limits)?;
            let siblings = siblings::Siblings::default();
            return Ok(plan::plan(&whole, &mut phone, &siblings, options)?.pulled);
        }
        let only = self.variant.as_deref();
        matrix::pull(&whole, &keys, only, packages, options)
    }
}

/// All of a project, and the keys of its variants where it has a matrix.
fn whole(project: &Project) -> Result<(Project, Vec<String>), Error> {
    let mut whole = ids::whole(project);
    whole.variant = None;
    let keys = variants::keys(&whole)?;
    Ok((whole, keys))
}

/// The beginning of a field as text, on one line.
fn shown(html: &str) -> String {
    let text = strip_html(html);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push_str("..");
    }
    shown
}
