//! Into a running Anki.

use std::path::Path;

use deckle::Error;
use deckle::connect::{Client, Delivered};
use deckle::model::Removal;
use deckle::project::ship::{ConnectServer, Parcel, Secret};
use serde_json::json;

use super::Shipping;
use super::outcome::{Sent, SentState, Shipped};
use super::removal::mend;
use crate::cli::words::{plain, plural};

impl Shipping {
    pub(super) fn to_anki(
        &self,
        server: &ConnectServer,
        root: &Path,
        parcels: &[Parcel],
        shipped: &mut Shipped,
    ) -> Result<(), Error> {
        let key = self.secrets.of(server.key.as_ref(), root)?;
        let anki = Client::new(&server.url, key.as_ref().map(Secret::expose))?;
        for parcel in parcels {
            let removal = &server.removal;
            let delivery = match parcel.connect(&anki, removal, self.dry_run) {
                Ok(delivery) => delivery,
                Err(error) => {
                    shipped.mend = mend(&error, removal);
                    return Err(error);
                }
            };
            shipped.packages.push(sent(parcel, &delivery, removal));
        }
        Ok(())
    }
}

fn sent(parcel: &Parcel, it: &Delivered, removal: &Removal) -> Sent {
    let open = it.sent || !it.waiting.is_empty();
    let known = it.changed + it.current > 0;
    let imported = !it.texts_only && it.added + it.changed + it.unclear.len() > 0;
    let more = [
        ("current", json!(it.current)),
        ("treated", json!(it.treated)),
        ("texts-only", json!(it.texts_only)),
        ("waiting", json!(it.waiting.len())),
        ("undone", json!(it.undone)),
        ("unclear", json!(it.unclear.len())),
        ("overwritten", json!(it.overwritten.len())),
        ("stayed", json!(it.stayed)),
        ("suspended", json!(it.suspended)),
        ("unsuspended", json!(it.unsuspended)),
        ("flagged", json!(it.flagged)),
        ("restyled", json!(it.restyled)),
        ("styles-kept", json!(it.styles_kept)),
        ("assets", json!(it.assets)),
        ("assets-kept", json!(it.assets_kept)),
        ("one-way-sync", json!(it.one_way_sync)),
    ];
    Sent {
        state: SentState::of_server(open, known),
        transfer: if imported { parcel.built.bytes } else { 0 },
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
fn notices(it: &Delivered) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |count: usize, word: &str, text: &str| {
        if count > 0 {
            told.push(format!("{} {text}", plural(count, word)));
        }
    };
    tell(it.suspended, "card", "suspended");
    tell(it.unsuspended, "card", "brought back into study");
    tell(it.flagged, "card", "with another flag");
    tell(it.assets.len(), "file of templates", "replaced");
    tell(
        it.overwritten.len(),
        "note",
        "edited in the collection and changed here later: the edit is overwritten",
    );
    tell(
        it.stayed,
        "card",
        "put elsewhere by the learner: left there",
    );
    tell(
        it.unclear.len(),
        "note",
        "with an id that another note has, or a first field that the learner wrote anew: sent, and left to Anki",
    );
    let names = |names: &[String]| {
        names
            .iter()
            .map(|it| plain(it))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if it.texts_only {
        told.push("no packages are imported there, as with AnkiConnect on Android: texts of notes that are there are brought up to date, and nothing else".to_owned());
    }
    if !it.waiting.is_empty() {
        let notes = plural(it.waiting.len(), "note");
        told.push(format!(
            "{notes} waiting for the package: import it there, and ship again"
        ));
    }
    if it.undone > 0 {
        let count = it.undone;
        told.push(format!("warning: {count} cards and removed notes stay as they are: what answers can neither move, tag, suspend nor delete"));
    }
    if !it.styles_kept.is_empty() {
        let names = names(&it.styles_kept);
        told.push(format!(
            "cards of {names} keep the look that the learner gave them"
        ));
    }
    if !it.assets_kept.is_empty() {
        let names = names(&it.assets_kept);
        told.push(format!("{names}: others than the package's, and kept"));
    }
    if it.one_way_sync {
        told.push("warning: fields or card templates are new, so Anki's next synchronization goes one way: sync all devices before, and choose upload after".to_owned());
    }
    told
}
