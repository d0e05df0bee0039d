//! `deckle preview`

use std::path::{Path, PathBuf};
use std::time::Duration;

use deckle::preview::{Preview, Previewed};
use deckle::project::{BuildOptions, Project};
use deckle::{Error, ErrorKind};
use serde_json::{Value, json};

use super::Outcome;
use super::args::PreviewArgs;
use super::build::{now, open, options, report, shown};
use super::observers::{self, Observers};
use super::printer::Printer;
use super::words::plural;

pub(super) fn preview(args: &PreviewArgs, printer: &Printer) -> Result<Outcome, Error> {
    if let Some(path) = package_of(args)? {
        return of_package(path, args, printer);
    }
    #[cfg(feature = "watch")]
    if args.watch {
        return super::watch::preview(args, printer);
    }
    observers::use_threads(args.sources.jobs)?;
    let observers = Observers::new(&args.sources, printer);
    let outcome = of_project(args, &observers, printer);
    observers.tell(printer);
    outcome
}

fn of_project(
    args: &PreviewArgs,
    observers: &Observers,
    printer: &Printer,
) -> Result<Outcome, Error> {
    let started = now();
    let project = open(&args.sources)?;
    let (folder, ignored) = place_of(args, &project)?;
    let built = project.preview(&observers.join(options_of(args)?))?;
    if let Some(outcome) = report(built.report(), &args.sources, project.root(), printer) {
        return Ok(outcome);
    }
    let previewed = built.write(&folder, false, ignored)?;
    tell(&previewed, started.elapsed(), printer);
    print(&previewed, printer);
    Ok(Outcome::Done)
}

fn of_package(path: &Path, args: &PreviewArgs, printer: &Printer) -> Result<Outcome, Error> {
    let started = now();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let (folder, ignored) = match &args.output {
        Some(folder) => (folder.clone(), false),
        None => (path.with_file_name(format!("{name}.preview")), true),
    };
    let preview = Preview::new(name.clone()).package(name, path);
    let previewed = preview.ignored(ignored).write(folder)?;
    tell(&previewed, started.elapsed(), printer);
    print(&previewed, printer);
    Ok(Outcome::Done)
}

/// The package that is named in the place of sources, if one is.
fn package_of(args: &PreviewArgs) -> Result<Option<&Path>, Error> {
    let is_package = |path: &&PathBuf| {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        ending == "apkg" || ending == "colpkg"
    };
    let paths = &args.sources.paths;
    let Some(package) = paths.iter().find(is_package) else {
        return Ok(None);
    };
    let usage = |text: &str| Err(Error::new(ErrorKind::Usage(text.to_owned())));
    if paths.len() > 1 {
        return usage("a package is shown alone; name it, or sources");
    }
    #[cfg(feature = "watch")]
    if args.watch {
        return usage("sources are watched, no packages; leave out `--watch`, or name the sources");
    }
    if !args.only.is_empty() {
        return usage("`--only` chooses among the packages of a project, and this is one");
    }
    Ok(Some(package))
}

/// How a project is built for its preview.
pub(super) fn options_of(args: &PreviewArgs) -> Result<BuildOptions, Error> {
    let mut options = options(&args.sources)?;
    for name in &args.only {
        options = options.only(name);
    }
    Ok(options)
}

/// Where pages go, and whether git is to leave them out: not where somebody chose the place.
pub(super) fn place_of(args: &PreviewArgs, project: &Project) -> Result<(PathBuf, bool), Error> {
    match &args.output {
        Some(folder) => Ok((folder.clone(), false)),
        None => Ok((shown(&project.preview_folder()?), true)),
    }
}

/// Tells of pages that were written, or stood there as they would be.
pub(super) fn tell(previewed: &Previewed, took: Duration, printer: &Printer) {
    let changed = previewed.changed + previewed.removed;
    printer.summary(&format!(
        "Preview of {} of {} on {}: {} changed in {:.2} s",
        plural(previewed.cards, "card"),
        plural(previewed.notes, "note"),
        plural(previewed.pages, "page"),
        plural(changed, "file"),
        took.as_secs_f64(),
    ));
}

fn print(previewed: &Previewed, printer: &Printer) {
    if printer.is_json() {
        printer.data(&json(previewed).to_string());
    } else {
        printer.data(&previewed.index.display().to_string());
    }
}

pub(super) fn json(previewed: &Previewed) -> Value {
    json!({
        "preview": previewed.index.to_string_lossy(),
        "packages": previewed.packages,
        "notes": previewed.notes,
        "cards": previewed.cards,
        "pages": previewed.pages,
        "media": previewed.media,
        "changed": previewed.changed,
        "removed": previewed.removed,
    })
}
