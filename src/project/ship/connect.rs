//! A package into a running Anki, and kept once it is there.

use super::Parcel;
use crate::connect::{self, Client, DeliveryOptions};
use crate::model::Removal;
use crate::{Error, ErrorKind};

impl Parcel {
    /// Delivers to a running Anki, by the difference to the package that was delivered before, and
    /// keeps this one in its place once all of it is there. A dry run changes nothing, neither there
    /// nor here. Where no packages can be imported, this one is kept once the learner has imported it.
    ///
    /// # Errors
    /// As [`connect::deliver`]; [`ErrorKind::Refused`] also where something is not in the collection as
    /// it was sent, or waits for an import by hand; when the package before cannot be read, or this one not be kept.
    pub fn connect(
        &self,
        anki: &Client,
        removal: &Removal,
        dry_run: bool,
    ) -> Result<connect::Delivered, Error> {
        let mut options = DeliveryOptions::new()
            .removed(removal.clone())
            .dry_run(dry_run);
        if let Some(base) = self.base()? {
            options = options.base(base);
        }
        let delivery = connect::deliver(anki, &self.built.path, &options)?;
        if dry_run {
            return Ok(delivery);
        }
        if !delivery.waiting.is_empty() {
            let name = self.built.path.file_name().unwrap_or_default();
            let text = format!(
                "what answers at {} imports no packages, as AnkiConnect on Android; {} waiting for {}: import it there, and ship again. {} brought up to date",
                anki.url(),
                counted(delivery.waiting.len(), "note is", "notes are"),
                name.to_string_lossy(),
                counted(delivery.changed, "other was", "others were"),
            );
            return Err(Error::new(ErrorKind::Refused(text)));
        }
        let (notes, cards) = (delivery.unconfirmed.len(), delivery.unconfirmed_cards);
        if notes + cards > 0 {
            let text = format!(
                "not in the collection as they were sent: {notes} notes, {cards} cards or removed notes; \
                 ship once more, and look at them in Anki if that does not help (Anki gives a note that \
                 was built with a clock ahead of its own another id)"
            );
            return Err(Error::new(ErrorKind::Refused(text)));
        }
        self.keep()?;
        Ok(delivery)
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    let words = if count == 1 { one } else { many };
    format!("{count} {words}")
}
