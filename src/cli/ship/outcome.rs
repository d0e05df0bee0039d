//! What became of one target: the same for every way, so that it is told in one form.

use std::path::{Path, PathBuf};

#[cfg(any(feature = "connect", feature = "sync"))]
use deckle::model::Removal;
use deckle::project::Built;
use deckle::project::ship::ShipTarget;
#[cfg(any(feature = "connect", feature = "sync"))]
use deckle::project::ship::{Parcel, Via};
use deckle::{Error, ErrorKind};
use serde_json::{Map, Value};

#[cfg(any(feature = "connect", feature = "sync"))]
use super::removal::participle;
use crate::cli::Outcome;

/// What became of one target, or in a dry run would.
pub(in crate::cli) struct Shipped {
    /// The name of the target.
    pub(in crate::cli) target: String,
    /// What its `via` says.
    pub(super) via: &'static str,
    /// The folder, or the address.
    pub(super) place: String,
    /// What the folder's own files say, and what is wrong with them.
    pub(super) warnings: Vec<String>,
    /// What only this way knows, for programs.
    pub(super) more: Map<String, Value>,
    /// Its packages, as far as they came.
    pub(super) packages: Vec<Sent>,
    /// The folder or disk is away.
    pub(super) away: bool,
    /// Why not all of it was delivered.
    pub(super) failure: Option<Error>,
    /// How that is mended.
    pub(super) mend: Option<String>,
}

/// What became of one package.
pub(super) struct Sent {
    pub(super) built: Built,
    /// Where it lies then; for servers the package itself.
    pub(super) path: PathBuf,
    pub(super) state: SentState,
    /// How many bytes are carried there.
    pub(super) transfer: u64,
    /// Whether there was anything to count the changes against.
    pub(super) compared: bool,
    pub(super) added: usize,
    pub(super) changed: usize,
    /// Cards that are in another deck now.
    pub(super) moved: usize,
    /// Notes that the package no longer has.
    pub(super) removed: usize,
    /// What becomes of those, and of the cards that moved, in words.
    pub(super) fate: Fate,
    /// What else is to be told, a line each.
    pub(super) notices: Vec<String>,
    /// What only this way knows, for programs.
    pub(super) more: Map<String, Value>,
}

impl Sent {
    /// To a server, before anything is known of it.
    #[cfg(any(feature = "connect", feature = "sync"))]
    pub(super) fn to_server(parcel: &Parcel, removal: &Removal) -> Self {
        Self {
            built: parcel.built.clone(),
            path: parcel.built.path.clone(),
            state: SentState::Unchanged,
            transfer: 0,
            compared: true,
            added: 0,
            changed: 0,
            moved: 0,
            removed: 0,
            fate: Fate {
                removed: participle(removal),
                ..Fate::default()
            },
            notices: Vec::new(),
            more: Map::new(),
        }
    }
}

/// How the place stood to the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SentState {
    /// Nothing of it was there.
    New,
    /// Something was older, or is missing.
    Changed,
    /// There was nothing to do.
    Unchanged,
}

impl SentState {
    /// Of a server, to which something had to be sent or not; `known` where something of the package
    /// was there.
    #[cfg(any(feature = "connect", feature = "sync"))]
    pub(super) fn of_server(sent: bool, known: bool) -> Self {
        match (sent, known) {
            (false, _) => Self::Unchanged,
            (true, false) => Self::New,
            (true, true) => Self::Changed,
        }
    }
}

/// What stands behind the counts of a line.
#[derive(Default)]
pub(super) struct Fate {
    /// Of moved cards: empty where they move.
    pub(super) moved: &'static str,
    /// Of removed notes.
    pub(super) removed: String,
    /// How the bytes travel: behind "of which".
    pub(super) transfer: &'static str,
}

impl Shipped {
    pub(super) fn new(target: &ShipTarget, root: &Path) -> Self {
        let place = match &target.via {
            Via::Folder(way) => root.join(&way.path).to_string_lossy().into_owned(),
            Via::Connect(server) => server.url.clone(),
            Via::Sync(server) => server.url.clone(),
            _ => String::new(),
        };
        Self {
            target: target.name.clone(),
            via: target.via.name(),
            place,
            warnings: Vec::new(),
            more: Map::new(),
            packages: Vec::new(),
            away: false,
            failure: None,
            mend: None,
        }
    }

    /// Whether the folder is not there, or the server does not answer: it may be back later.
    pub(in crate::cli) fn is_away(&self) -> bool {
        let away = |it: &Error| matches!(it.kind(), ErrorKind::Unreachable(_));
        self.away || self.failure.as_ref().is_some_and(away)
    }

    /// Why not all of it was delivered, if so.
    #[cfg(feature = "watch")]
    pub(in crate::cli) fn why(&self) -> Option<String> {
        let error = self.failure.as_ref().map(ToString::to_string);
        error.or_else(|| self.away.then(|| self.place.clone()))
    }

    /// How that ends a run.
    pub(in crate::cli) fn outcome(&self) -> Outcome {
        match &self.failure {
            Some(error) => Outcome::of(error),
            None if self.away => Outcome::Server,
            None => Outcome::Done,
        }
    }
}
