//! Onto a sync server.

use std::path::Path;
use std::time::{Duration, SystemTime};

use deckle::files::read_if_exists;
use deckle::model::Removal;
use deckle::project::ship::{Parcel, SyncServer};
use deckle::sync::{Credentials, Outside, Protocol, Pushed, Server};
use deckle::{Error, ErrorKind};
use serde_json::json;

use super::outcome::{Sent, SentState, Shipped};
use super::removal::mend;
use super::{Shipping, expanded};
use crate::cli::words::{plain, plural};

/// The world as the library wants to know it.
struct World;

impl Outside for World {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn chance(&self) -> u64 {
        // Without chance two programs may get into each other's way a few times more.
        getrandom::u64().unwrap_or_else(|_| std::process::id().into())
    }
}

impl Shipping {
    pub(super) fn to_sync_server(
        &self,
        named: &SyncServer,
        root: &Path,
        parcels: &[Parcel],
        shipped: &mut Shipped,
    ) -> Result<(), Error> {
        let password = self.secrets.of(named.password.as_ref(), root)?;
        let password = password.ok_or_else(|| {
            Error::new(ErrorKind::Usage(format!(
                "a sync server wants a password: name its variable as `password-env` or its file as `password-file` in the target `{}`, or pass `--password-stdin`",
                shipped.target
            )))
        })?;
        let server = server(named, password.expose(), root)?;
        for parcel in parcels {
            let removal = &named.removal;
            let pushed = match parcel.push(&server, removal, self.dry_run, &World) {
                Ok(pushed) => pushed,
                Err(error) => {
                    shipped.mend = mend(&error, removal).or_else(|| trust(&error, named));
                    return Err(error);
                }
            };
            shipped.packages.push(sent(parcel, &pushed, removal));
        }
        Ok(())
    }
}

/// The server that a target names. Paths begin in the project.
pub(in crate::cli) fn server(
    named: &SyncServer,
    password: &str,
    root: &Path,
) -> Result<Server, Error> {
    let login = Credentials::new(&named.user, password);
    let protocol = match named.legacy {
        true => Protocol::Legacy,
        false => Protocol::Current,
    };
    let server = Server::new(&named.url, login)?.protocol(protocol);
    let Some(file) = &named.authorities else {
        return Ok(server);
    };
    let path = root.join(expanded(file)?);
    match read_if_exists(&path)? {
        // None would stand for those that browsers know.
        Some(pem) if !pem.is_empty() => Ok(server.authorities(pem)),
        Some(_) => Err(Error::new(ErrorKind::Usage(format!(
            "`{}`, which `ca-file` names, is empty",
            plain(&path.to_string_lossy())
        )))),
        None => Err(Error::new(ErrorKind::Usage(format!(
            "there is no `{}`, which `ca-file` names",
            plain(&path.to_string_lossy())
        )))),
    }
}

/// How a server comes to be trusted.
pub(in crate::cli) fn trust(error: &Error, named: &SyncServer) -> Option<String> {
    let is_it = matches!(error.kind(), ErrorKind::Untrusted(_));
    is_it.then(|| {
        let text = match named.authorities {
            None => "of a server of your own, name the file with the certificate of its authority, or with its own if it signed itself: `ca-file: PATH` in the target",
            Some(_) => "only what `ca-file` names is trusted: the certificate of its authority, or its own if it signed itself",
        };
        text.to_owned()
    })
}

fn sent(parcel: &Parcel, it: &Pushed, removal: &Removal) -> Sent {
    let known = it.changed + it.current > 0;
    let more = [
        ("current", json!(it.current)),
        ("treated", json!(it.treated)),
        ("new-cards", json!(it.cards)),
        ("overwritten", json!(it.overwritten.len())),
        ("kept", json!(it.kept.len())),
        ("returned", json!(it.returned.len())),
        ("conflicts", json!(it.conflicts.len())),
        ("stayed", json!(it.stayed)),
        ("decks", json!(it.decks)),
        ("note-types", json!(it.note_types)),
        ("restyled", json!(it.restyled)),
        ("styles-overwritten", json!(it.styles_overwritten)),
        ("styles-kept", json!(it.styles_kept)),
        ("shapes-kept", json!(it.shapes_kept)),
        ("reshaped", json!(it.reshaped)),
        ("sent-media", json!(it.media)),
        ("media-kept", json!(it.media_kept)),
        ("requests", json!(it.requests)),
        ("received", json!(it.received)),
    ];
    Sent {
        state: SentState::of_server(it.sent, known),
        transfer: it.bytes,
        added: it.added,
        changed: it.changed,
        moved: it.moved,
        removed: it.removed.len(),
        notices: notices(it),
        more: more
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect(),
        ..Sent::to_server(parcel, removal)
    }
}

/// What the author should know of what learners did, and of what cannot be done.
fn notices(it: &Pushed) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(message) = &it.message {
        told.push(format!("the server says: {}", plain(message)));
    }
    if it.first {
        told.push("warning: the account was empty: a device that has cards already will ask which of both to keep".to_owned());
    }
    if it.ahead > 0 {
        let seconds = it.ahead;
        told.push(format!("warning: the newest note lies {seconds} seconds in the future: until then a learner's edit of it counts as older"));
    }
    let mut count = |count: usize, text: &str| {
        if count > 0 {
            told.push(format!("{} {text}", plural(count, "note")));
        }
    };
    count(
        it.overwritten.len(),
        "edited by the learner and changed here later: the edit is overwritten",
    );
    count(
        it.kept.len(),
        "edited by the learner after the author: kept so",
    );
    count(it.returned.len(), "deleted by the learner: there again");
    count(
        it.conflicts.len(),
        "of another note type there: left as they are",
    );
    if it.stayed > 0 {
        let cards = plural(it.stayed, "card");
        told.push(format!("{cards} put elsewhere by the learner: left there"));
    }
    let mut names = |names: &[String], text: &str| {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|it| plain(it)).collect();
            told.push(format!("{}: {text}", names.join(", ")));
        }
    };
    names(
        &it.reshaped,
        "new fields or card templates, so the notes are of a new note type there, with all their progress",
    );
    names(
        &it.styles_overwritten,
        "the look that the learner gave it is overwritten by a later one",
    );
    names(&it.styles_kept, "keeps the look that the learner gave it");
    names(
        &it.shapes_kept,
        "has other fields or card templates there, or in another order, and keeps them",
    );
    names(&it.media_kept, "others than the package's, and kept");
    for (name, why) in &it.media_left_out {
        told.push(format!("warning: {} is not sent: {why}", plain(name)));
    }
    told
}
