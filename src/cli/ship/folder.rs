//! Into a folder.

use deckle::Error;
use deckle::project::ship::{Delivery, DeliveryState, Dispatch, Ignored, ShipFolder, ShipTarget};
use serde_json::json;

use super::outcome::{Fate, Sent, SentState, Shipped};
use super::{Shipping, expanded, named};
use crate::cli::printer::Printer;
use crate::cli::words::{plain, plural};

impl Shipping {
    pub(super) fn to_folder(
        &self,
        target: &ShipTarget,
        way: &ShipFolder,
        dispatch: &mut Dispatch<'_>,
        shipped: &mut Shipped,
        printer: &Printer,
    ) -> Result<(), Error> {
        let shipment = dispatch.to_folder(target, &expanded(&way.path)?)?;
        shipped.place = shipment.folder.to_string_lossy().into_owned();
        shipped.away = shipment.away;
        for name in &shipment.conflicts {
            shipped.warnings.push(format!(
                "`{}` is a conflict copy of Syncthing, which phones offer as a deck; remove it",
                plain(name)
            ));
        }
        let copies = json!(shipment.conflicts);
        shipped.more.insert("conflict-copies".to_owned(), copies);
        shipped.packages = shipment.deliveries.iter().map(sent).collect();
        if self.dry_run || shipment.away {
            return Ok(());
        }
        if self.stignore {
            tell_ignored(&shipment.ignore()?, &shipped.place, printer);
        }
        shipment.deliver()
    }
}

fn sent(it: &Delivery) -> Sent {
    let mut notices = Vec::new();
    if let Some(length) = it.long_name {
        let name = it.path.file_name().unwrap_or_default();
        notices.push(format!(
            "warning: the name of `{}` has {length} bytes in an address, and AnkiDroid cuts off what is over 100; give it a short `file` in `output`",
            plain(&name.to_string_lossy())
        ));
    }
    let page = it.page.as_ref().map(|it| it.to_string_lossy());
    let more = [("page", json!(page)), ("long-name", json!(it.long_name))];
    Sent {
        built: it.built.clone(),
        path: it.path.clone(),
        state: match it.state {
            DeliveryState::New => SentState::New,
            DeliveryState::Unchanged => SentState::Unchanged,
            _ => SentState::Changed,
        },
        transfer: it.transfer,
        compared: it.difference.is_some(),
        added: it.added(),
        changed: it.changed(),
        moved: it.moved(),
        removed: it.removed(),
        fate: Fate {
            moved: "phones leave them where they are",
            removed: "phones keep them".to_owned(),
            transfer: "Syncthing sends",
        },
        notices,
        more: more
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect(),
    }
}

fn tell_ignored(ignored: &Ignored, folder: &str, printer: &Printer) {
    match ignored {
        Ignored::Written(lines) => printer.summary(&format!(
            "{}/.stignore: {} added",
            plain(folder),
            plural(lines.len(), "line")
        )),
        Ignored::Elsewhere(synced, lines) => printer.summary(&format!(
            "warning: Syncthing syncs `{0}`, and only `{0}/.stignore` counts; add to it:\n  {1}",
            named(synced),
            lines.join("\n  ")
        )),
        _ => {}
    }
}
