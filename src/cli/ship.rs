//! `deckle ship`

use std::path::{Path, PathBuf};

use deckle::Error;
use deckle::ErrorKind;
use deckle::project::{
    Built, Delivery, DeliveryState, Ignored, Project, ShipOptions, ShipTarget, Shipment,
};
use serde_json::{Value, json};

use super::Outcome;
use super::args::ShipArgs;
use super::build::{options, report, shown};
use super::printer::Printer;
use super::words::{plain, plural, size};

pub(super) fn ship(args: &ShipArgs, printer: &Printer) -> Result<Outcome, Error> {
    let within = Project::open(&args.project)?;
    // From a folder of the project, too, all of it is shipped.
    let project = Project::open(within.root())?;
    let build = project.build(&options(&args.sources)?.force(args.force))?;
    if let Some(outcome) = report(build.report(), &args.sources, project.root(), printer) {
        return Ok(outcome);
    }
    let mut targets = Vec::new();
    for target in chosen(project.ship_targets()?, &args.sources.paths)? {
        let folder = expanded(&target.folder)?;
        targets.push((target, folder));
    }
    let options = ShipOptions::new(super::build_time()?).force(args.force);
    let plan = |built: &[Built]| project.plan_shipments(&targets, built, &options);
    let shipments = if args.dry_run {
        // What would be delivered lies in it only for as long as it is looked at.
        let rehearsal = build.rehearse()?;
        plan(rehearsal.built())?
    } else {
        let shipments = plan(&build.write()?)?;
        for shipment in shipments.iter().filter(|it| !it.away) {
            if args.stignore {
                tell_ignored(&shipment.ignore()?, &shipment.folder, printer);
            }
            shipment.deliver()?;
        }
        shipments
    };
    for shipment in &shipments {
        tell(shipment, args.dry_run, printer);
    }
    if args.json {
        let objects: Value = shipments.iter().map(object).collect();
        printer.data(&objects.to_string());
    }
    match shipments.iter().any(|it| it.away) {
        true => Ok(Outcome::Server),
        false => Ok(Outcome::Done),
    }
}

/// The targets of these names, or all.
fn chosen(targets: Vec<ShipTarget>, names: &[PathBuf]) -> Result<Vec<ShipTarget>, Error> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage(text)));
    if targets.is_empty() {
        return usage(
            "deckle.yaml names no target; add `ship: {phone: {via: folder, path: ~/Sync/anki}}`, \
             with a folder that Syncthing or another program carries to the phone"
                .to_owned(),
        );
    }
    let is_named = |target: &ShipTarget, name: &Path| name.as_os_str() == target.name.as_str();
    for name in names {
        if !targets.iter().any(|it| is_named(it, name)) {
            let mut known: Vec<String> =
                targets.iter().map(|it| format!("`{}`", it.name)).collect();
            known.dedup();
            return usage(format!(
                "`{}` is no target of the project; it has {}",
                plain(&name.to_string_lossy()),
                known.join(", ")
            ));
        }
    }
    let wanted = |it: &ShipTarget| names.is_empty() || names.iter().any(|name| is_named(it, name));
    Ok(targets.into_iter().filter(wanted).collect())
}

/// A folder as it is written, with the user's own for a `~` in front.
fn expanded(folder: &str) -> Result<PathBuf, Error> {
    let rest = folder.strip_prefix('~');
    let Some(rest) = rest.filter(|it| it.is_empty() || it.starts_with(['/', '\\'])) else {
        return Ok(folder.into());
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let home = ["HOME", "USERPROFILE"].iter().find_map(std::env::var_os);
    let home = home.filter(|it| !it.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::Usage(format!(
            "`{folder}` begins with `~`, and neither HOME nor USERPROFILE says which folder that is"
        )))
    })?;
    Ok(PathBuf::from(home).join(rest.trim_start_matches(['/', '\\'])))
}

fn tell(shipment: &Shipment, dry_run: bool, printer: &Printer) {
    let Shipment { target, folder, .. } = shipment;
    let folder = plain(&folder.to_string_lossy());
    if shipment.away {
        printer.failure(&format!(
            "{target}: there is no folder `{folder}`; it is not made, because a folder that is away may be a disk that is not mounted"
        ));
        return;
    }
    for name in &shipment.conflicts {
        printer.summary(&format!(
            "warning: {target}: `{}` is a conflict copy of Syncthing, which phones offer as a deck; remove it",
            plain(name)
        ));
    }
    for it in &shipment.deliveries {
        if let Some(length) = it.long_name {
            printer.summary(&format!(
                "warning: {target}: the name of `{}` has {length} bytes in an address, and AnkiDroid cuts off what is over 100; give it a short `file` in `output`",
                plain(&file_name(&it.path))
            ));
        }
        printer.summary(&format!("{target}: {}", line(it, dry_run)));
    }
}

fn line(it: &Delivery, dry_run: bool) -> String {
    let path = plain(&shown(&it.path).to_string_lossy());
    let bytes = size(it.built.bytes);
    let verb = match (it.state, dry_run) {
        (DeliveryState::Unchanged, _) => return format!("unchanged {path}, {bytes}"),
        (_, true) => "would deliver",
        (_, false) => "delivered",
    };
    let notes = match (it.state, &it.difference) {
        (DeliveryState::New, _) => format!("{}, all new", plural(it.built.notes, "note")),
        (_, None) => format!(
            "{}, in place of what cannot be read",
            plural(it.built.notes, "note")
        ),
        _ => {
            let kept = match it.removed() {
                0 => "",
                _ => " (phones keep them)",
            };
            let (added, changed, removed) = (it.added(), it.changed(), it.removed());
            format!("{added} new, {changed} changed, {removed} removed{kept}")
        }
    };
    let media = plural(it.built.media, "media file");
    let sent = size(it.transfer);
    format!("{verb} {path}: {notes}; {media}; {bytes}, of which Syncthing sends {sent}")
}

fn tell_ignored(ignored: &Ignored, folder: &Path, printer: &Printer) {
    let folder = plain(&folder.to_string_lossy());
    match ignored {
        Ignored::Written(lines) => printer.summary(&format!(
            "{folder}/.stignore: {} added",
            plural(lines.len(), "line")
        )),
        Ignored::Elsewhere(synced, lines) => printer.summary(&format!(
            "warning: Syncthing syncs `{0}`, and only `{0}/.stignore` counts; add to it:\n  {1}",
            plain(&synced.to_string_lossy()),
            lines.join("\n  ")
        )),
        _ => {}
    }
}

fn object(shipment: &Shipment) -> Value {
    let packages = shipment.deliveries.iter().map(|it| {
        json!({
            "package": it.built.name,
            "path": it.path.to_string_lossy(),
            "state": match it.state {
                DeliveryState::New => "new",
                DeliveryState::Changed => "changed",
                _ => "unchanged",
            },
            "bytes": it.built.bytes,
            "transfer": it.transfer,
            "notes": it.built.notes,
            "cards": it.built.cards,
            "media": it.built.media,
            "compared": it.difference.is_some(),
            "added": it.added(),
            "changed": it.changed(),
            "removed": it.removed(),
            "page": it.page.as_ref().map(|it| it.to_string_lossy()),
            "long-name": it.long_name,
        })
    });
    json!({
        "target": shipment.target,
        "folder": shipment.folder.to_string_lossy(),
        "away": shipment.away,
        "conflict-copies": shipment.conflicts,
        "packages": packages.collect::<Value>(),
    })
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
