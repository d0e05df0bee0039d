//! `deckle ship`: builds, and delivers to one target after the other. One that fails is told, and
//! the others get their packages all the same.

#[cfg(feature = "connect")]
mod connect;
mod folder;
mod home;
mod outcome;
#[cfg(any(feature = "connect", feature = "sync"))]
mod removal;
mod secrets;
#[cfg(feature = "sync")]
mod sync;
mod tell;

use std::path::Path;

use deckle::project::ship::{Dispatch, ShipOptions, ShipTarget, Via};
use deckle::project::{Built, Project};
use deckle::{Error, ErrorKind};
use serde_json::Value;

use super::Outcome;
use super::args::ShipArgs;
use super::build::{options, report};
use super::printer::Printer;
use super::words::plain;
pub(super) use home::expanded;
pub(super) use outcome::Shipped;
pub(super) use secrets::Secrets;
#[cfg(feature = "sync")]
pub(super) use sync::{server as sync_server, trust};
pub(super) use tell::{object, tell};

/// How to deliver, to all targets alike.
pub(super) struct Shipping {
    pub(super) secrets: Secrets,
    pub(super) dry_run: bool,
    pub(super) stignore: bool,
    pub(super) force: bool,
    pub(super) cache: bool,
}

pub(super) fn ship(args: &ShipArgs, printer: &Printer) -> Result<Outcome, Error> {
    let within = Project::open(&args.within.project)?;
    // From a folder of the project, too, all of it is shipped.
    let project = Project::open(within.root())?;
    let build = project.build(&options(&args.sources)?.force(args.force))?;
    if let Some(outcome) = report(build.report(), &args.sources, project.root(), printer) {
        return Ok(outcome);
    }
    let names = args.sources.paths.iter();
    let names: Vec<String> = names.map(|it| it.to_string_lossy().into_owned()).collect();
    let targets = chosen(project.ship_targets()?, &names)?;
    let shipping = Shipping {
        secrets: Secrets::new(args.password_stdin, &targets)?,
        dry_run: args.dry_run,
        stignore: args.stignore,
        force: args.force,
        cache: !args.sources.no_cache,
    };
    let (mut objects, mut outcome) = (Vec::new(), Outcome::Done);
    let arrived = |_: &ShipTarget, shipped: &Shipped| {
        tell(shipped, args.dry_run, true, printer);
        objects.push(object(shipped));
        // Of several that fail, the one with the highest code says how the run ends.
        if shipped.outcome() as u8 > outcome as u8 {
            outcome = shipped.outcome();
        }
    };
    if args.dry_run {
        // What would be delivered lies in it only for as long as it is looked at.
        let rehearsal = build.rehearse()?;
        shipping.each(&project, &targets, rehearsal.built(), printer, arrived)?;
    } else {
        shipping.each(&project, &targets, &build.write()?, printer, arrived)?;
    }
    if args.json {
        printer.data(&Value::Array(objects).to_string());
    }
    Ok(outcome)
}

impl Shipping {
    /// Delivers to one target after the other, and tells what became of each.
    pub(super) fn each(
        &self,
        project: &Project,
        targets: &[ShipTarget],
        built: &[Built],
        printer: &Printer,
        mut arrived: impl FnMut(&ShipTarget, &Shipped),
    ) -> Result<(), Error> {
        let options = ShipOptions::new(super::build_time()?)
            .force(self.force)
            .cache(self.cache);
        let mut dispatch = project.dispatch(built, &options)?;
        for target in targets {
            let mut shipped = Shipped::new(target, project.root());
            if let Err(error) = self.one(project, target, &mut dispatch, &mut shipped, printer) {
                shipped.failure = Some(error);
            }
            arrived(target, &shipped);
        }
        Ok(())
    }

    fn one(
        &self,
        project: &Project,
        target: &ShipTarget,
        dispatch: &mut Dispatch<'_>,
        shipped: &mut Shipped,
        printer: &Printer,
    ) -> Result<(), Error> {
        let root = project.root();
        match &target.via {
            Via::Folder(way) => self.to_folder(target, way, dispatch, shipped, printer),
            #[cfg(feature = "connect")]
            Via::Connect(server) => {
                let parcels = dispatch.to_server(target)?;
                self.to_anki(server, root, &parcels, shipped)
            }
            #[cfg(feature = "sync")]
            Via::Sync(server) => {
                let parcels = dispatch.to_server(target)?;
                self.to_sync_server(server, root, &parcels, shipped)
            }
            other => Err(Error::new(ErrorKind::Usage(format!(
                "this deckle was built without what `via: {}` needs (feature `{0}`)",
                other.name()
            )))),
        }
    }
}

/// The targets of these names, or all.
pub(super) fn chosen(targets: Vec<ShipTarget>, names: &[String]) -> Result<Vec<ShipTarget>, Error> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage(text)));
    if targets.is_empty() {
        return usage(
            "deckle.yaml names no target; add `ship: {phone: {via: folder, path: ~/Sync/anki}}`, \
             with a folder that Syncthing or another program carries to the phone"
                .to_owned(),
        );
    }
    for name in names {
        if !targets.iter().any(|it| it.name == *name) {
            let mut known: Vec<String> =
                targets.iter().map(|it| format!("`{}`", it.name)).collect();
            known.dedup();
            return usage(format!(
                "`{}` is no target of the project; it has {}",
                plain(name),
                known.join(", ")
            ));
        }
    }
    let wanted = |it: &ShipTarget| names.is_empty() || names.contains(&it.name);
    Ok(targets.into_iter().filter(wanted).collect())
}

/// A path of somebody's, as people read it.
fn named(path: &Path) -> String {
    plain(&path.to_string_lossy())
}
