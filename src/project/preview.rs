//! A project as pages: its packages, built where nobody else sees them, with the places of their notes and what
//! is wrong there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::build::Rehearsal;
use super::parts::NotePlace;
use super::{BuildOptions, Project, Report, Scope};
use crate::diag::Severity;
use crate::preview::{Preview, Previewed};
use crate::{Error, ErrorKind, files};

/// A project that is built, to be shown as pages.
#[derive(Debug)]
#[must_use = "a preview is a folder only when it is written"]
pub struct ProjectPreview {
    report: Report,
    made: Option<(Preview, Rehearsal)>,
}

impl ProjectPreview {
    /// What was found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was found, without the pages.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// Writes the pages into a folder, as [`Preview::write`]; each card has the place of its note in the
    /// sources, and what was found there. Pages that are `live` look every second whether they were written
    /// anew, until [`settle`](crate::preview::settle); a folder that is `ignored` is left out by git and by
    /// builds.
    ///
    /// # Errors
    /// As [`Preview::write`]; and when the sources have errors, or the lock would change though it must not.
    /// An earlier preview then stays as it is.
    pub fn write(
        self,
        folder: impl AsRef<Path>,
        live: bool,
        ignored: bool,
    ) -> Result<Previewed, Error> {
        let refused = self.report.lock_changes.len();
        let errors = self.report.diagnostics.count(Severity::Error);
        let (preview, _rehearsal) = self.made.ok_or_else(|| {
            Error::new(match refused {
                0 => ErrorKind::Sources(errors),
                _ => ErrorKind::LockChanges(refused),
            })
        })?;
        preview.live(live).ignored(ignored).write(folder)
    }
}

pub(super) fn preview(project: &Project, options: &BuildOptions) -> Result<ProjectPreview, Error> {
    let options = BuildOptions {
        places: true,
        // It would be the place of a package.
        output: None,
        text: false,
        ..options.clone()
    };
    let mut build = project.build(&options)?;
    let places = build.take_places();
    let is_made = build.package().is_some();
    let report = build.report().clone();
    if !is_made {
        return Ok(ProjectPreview { report, made: None });
    }
    let rehearsal = build.rehearse()?;
    let built = rehearsal.built();
    let file_stem = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let title = match built {
        [one] => file_stem(&one.path),
        _ => file_stem(&project.root),
    };
    let mut preview = Preview::new(title);
    for package in built {
        let name = package.name.clone();
        let name = name.unwrap_or_else(|| file_stem(&package.path));
        preview = preview.package(name, &package.path);
    }
    for it in &places {
        preview.place(&it.guid, format!("{}:{}", it.path, it.line));
    }
    add_remarks(&mut preview, &report, &places);
    Ok(ProjectPreview {
        report,
        made: Some((preview, rehearsal)),
    })
}

/// Puts findings to the notes that begin at their lines, or nearest above.
fn add_remarks(preview: &mut Preview, report: &Report, places: &[NotePlace]) {
    let mut notes: BTreeMap<&str, BTreeMap<usize, Vec<&str>>> = BTreeMap::new();
    for it in places {
        let lines = notes.entry(&it.path).or_default();
        lines.entry(it.line).or_default().push(&it.guid);
    }
    for found in &report.diagnostics {
        let span = found.span();
        let Some(at) = report.sources.position(span) else {
            continue;
        };
        let lines = notes.get(report.sources.path(span.file));
        let above = lines.and_then(|it| it.range(..=at.line).next_back());
        for guid in above.into_iter().flat_map(|it| it.1) {
            let remark = format!(
                "{}[{}]: {}",
                found.severity.as_str(),
                found.code,
                found.message
            );
            preview.remark(*guid, remark);
        }
    }
}

pub(super) fn folder(project: &Project) -> Result<PathBuf, Error> {
    let parts = match &project.scope {
        Scope::Manifest { .. } | Scope::Folder { .. } => [".deckle".into(), "preview".into()],
        Scope::Files { name, .. } => [format!("{name}.preview"), String::new()],
    };
    let mut folder = project.root.clone();
    for part in parts.iter().filter(|it| !it.is_empty()) {
        folder.push(part);
        // What a stranger's project links to is no place of ours.
        if let Ok((found, _)) = files::locate(&folder)
            && found != folder
        {
            return Err(Error::new(ErrorKind::Outside(folder)));
        }
    }
    Ok(folder)
}
