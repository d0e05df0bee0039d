//! The targets that the project ships to.

use deckle::Error;
use deckle::files::{is_conflict_copy, is_folder, is_read_only, names_in};
use deckle::project::Project;
use deckle::project::ship::{Secret, ShipFolder, SyncServer, Via, ignore_state};

use super::Findings;
use crate::cli::ship::{Secrets, expanded};
use crate::cli::words::{plain, plural};

pub(super) fn look(project: &Project, findings: &mut Findings) -> Result<(), Error> {
    let targets = project.ship_targets()?;
    if targets.is_empty() && project.is_declared() {
        findings.ok(
            "ship",
            "no targets: `deckle ship` has nowhere to deliver to",
        );
    }
    let secrets = Secrets::none();
    for target in &targets {
        let about = format!("ship {}", target.name);
        match &target.via {
            Via::Folder(way) => folder(project, way, &about, findings),
            #[cfg(feature = "connect")]
            Via::Connect(server) => match secrets.of(server.key.as_ref(), project.root()) {
                Ok(key) => anki(&server.url, key.as_ref(), &about, findings),
                Err(error) => findings.failed(&about, &error, SECRET),
            },
            Via::Sync(server) => {
                let password = secrets.of(server.password.as_ref(), project.root());
                if let Err(error) = &password {
                    findings.failed(&about, error, SECRET);
                }
                let password = password.ok().flatten();
                sync_server(server, password.as_ref(), project, &about, findings);
            }
            other => findings.problem(
                &about,
                format!(
                    "this deckle was built without what `via: {}` needs",
                    other.name()
                ),
                "install one that was built with all features",
            ),
        }
    }
    Ok(())
}

const SECRET: &str = "docs/ship.md says where secrets come from";

fn folder(project: &Project, way: &ShipFolder, about: &str, findings: &mut Findings) {
    let path = match expanded(&way.path) {
        Ok(path) => project.root().join(path),
        Err(error) => return findings.failed(about, &error, "write the whole path"),
    };
    let shown = plain(&path.to_string_lossy());
    if !is_folder(&path) {
        return findings.problem(
            about,
            format!("there is no folder {shown}"),
            "make it, or mount its disk; deckle never makes it",
        );
    }
    if is_read_only(&path) {
        return findings.problem(
            about,
            format!("{shown} is read only"),
            "change its permissions, or mount it for writing",
        );
    }
    findings.ok(about, format!("{shown} is there"));
    let names = names_in(&path).unwrap_or_default();
    let copies = names.iter().filter(|it| is_conflict_copy(it)).count();
    if copies > 0 {
        findings.warn(
            about,
            format!("{} of conflicts in it", plural(copies, "file")),
            "remove what has `.sync-conflict-` in its name: phones offer such packages as decks",
        );
    }
    match ignore_state(&path) {
        Err(error) => findings.failed(about, &error, "save it as UTF-8"),
        Ok(state) => match (&state.synced, state.missing.len()) {
            (None, _) => findings.ok(
                about,
                "Syncthing does not sync it from here, as far as its marker `.stfolder` tells",
            ),
            (Some(_), 0) => findings.ok(about, "Syncthing leaves out temporary files (.stignore)"),
            (Some(synced), missing) => findings.warn(
                about,
                format!(
                    "{} not in {}/.stignore",
                    plural(missing, "line"),
                    plain(&synced.to_string_lossy())
                ),
                match *synced == path {
                    true => "run `deckle ship --stignore`".to_owned(),
                    false => format!("add to it: {}", state.missing.join("  ")),
                },
            ),
        },
    }
}

#[cfg(feature = "connect")]
fn anki(
    url: &str,
    key: Option<&deckle::project::ship::Secret>,
    about: &str,
    findings: &mut Findings,
) {
    use deckle::connect::Client;
    /// Anki answers in a moment, unless a dialog is open.
    const LONGEST: std::time::Duration = std::time::Duration::from_secs(5);
    let open = "open Anki; the add-on is 2055492159, under Tools, Add-ons, Get Add-ons";
    let client = match Client::new(url, key.map(deckle::project::ship::Secret::expose)) {
        Ok(client) => client.longest(LONGEST),
        Err(error) => return findings.failed(about, &error, "mend `url`"),
    };
    let permission = match client.request_permission() {
        Ok(permission) => Some(permission),
        // AnkiConnect on Android does not know the question.
        Err(error) if matches!(error.kind(), deckle::ErrorKind::Refused(_)) => None,
        Err(error) => return findings.failed(about, &error, open),
    };
    if permission.is_some_and(|it| !it.granted) {
        return findings.problem(
            about,
            format!("AnkiConnect at {url} denies this program its permission"),
            "allow it in the dialog that Anki shows, or in the add-on's settings (webCorsOriginList)",
        );
    }
    let version = match client.version() {
        Ok(version) => version,
        Err(error) => {
            let mend = match permission.map(|it| it.key_needed) {
                Some(true) => "name the variable or file with its apiKey: `key-env` or `key-file`",
                Some(false) if key.is_some() => {
                    "its settings name no apiKey: take `key-env` or `key-file` out"
                }
                _ => open,
            };
            return findings.failed(about, &error, mend);
        }
    };
    findings.ok(
        about,
        format!("AnkiConnect answers at {url} (version {version})"),
    );
    match client.actions() {
        Ok(known) if known.iter().any(|it| it == "importPackage") => {}
        Ok(_) | Err(_) => findings.warn(
            about,
            "it imports no packages, as on Android: new notes, moves and removals need the package",
            "deliver into a folder, too, and import the package from there; texts of notes that are there change by themselves",
        ),
    }
}

#[cfg(feature = "sync")]
fn sync_server(
    named: &SyncServer,
    password: Option<&Secret>,
    project: &Project,
    about: &str,
    findings: &mut Findings,
) {
    use crate::cli::ship::{sync_server, trust};

    let url = &named.url;
    let given = password.map_or("", Secret::expose);
    let server = sync_server(named, given, project.root());
    let found = server.and_then(|it| it.answers().map(|()| it));
    let server = match found {
        Ok(server) => server,
        Err(error) => {
            let mend = match error.kind() {
                deckle::ErrorKind::Usage(_) => "mend `ca-file`, or take it out",
                _ => "start the server, or mend `url`: it is what devices are set up with",
            };
            let mend = trust(&error, named).unwrap_or_else(|| mend.to_owned());
            return findings.failed(about, &error, mend);
        }
    };
    let logged_in = password.map(|_| server.logs_in());
    match logged_in {
        None => findings.ok(about, format!("a sync server answers at {url}")),
        Some(Ok(_)) => {
            let user = plain(&named.user);
            findings.ok(about, format!("a sync server at {url} lets {user} log in"));
        }
        Some(Err(error)) => findings.failed(
            about,
            &error,
            "mend `user` or the password: they are those that devices log in with",
        ),
    }
}

#[cfg(not(feature = "sync"))]
fn sync_server(
    server: &SyncServer,
    _: Option<&Secret>,
    _: &Project,
    about: &str,
    findings: &mut Findings,
) {
    findings.warn(
        about,
        format!("this deckle cannot ask {}", server.url),
        "install one that was built with all features",
    );
}
