//! Whether this program may talk to Anki.

use serde::Deserialize;

use super::{Client, odd};
use crate::{Error, ErrorKind};

/// What AnkiConnect says to one who asks for permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    /// Whether requests are answered. Programs on the same machine always get it; pages of the web
    /// make Anki ask its user.
    pub granted: bool,
    /// Whether each request needs a key. `false` where permission is denied, for AnkiConnect does
    /// not say.
    pub key_needed: bool,
}

impl Client {
    /// Asks for permission: the first call of a program that does not know what it meets. No key is
    /// sent. It waits 20 seconds at most: while Anki asks its user about a page of the web, nobody is answered.
    ///
    /// # Errors
    /// As all methods.
    pub fn request_permission(&self) -> Result<Permission, Error> {
        #[derive(Deserialize)]
        struct Told {
            permission: String,
            // The add-on writes it so; its description has another capital.
            #[serde(alias = "requireApiKey", rename = "requireApikey", default)]
            key: bool,
        }
        let action = "requestPermission";
        let request = super::envelope::request(action, serde_json::Value::Null, None);
        let answer = self.wire.post_first(&request.to_string())?;
        let reply =
            super::envelope::reply(&answer).map_err(|failure| self.refused(action, &failure))?;
        let told: Told =
            serde_json::from_value(reply).map_err(|error| odd(action).caused_by(error))?;
        Ok(Permission {
            granted: told.permission == "granted",
            key_needed: told.key,
        })
    }

    /// Does nothing if requests are answered; else tells why not, before any work is done.
    pub(super) fn need_permission(&self) -> Result<(), Error> {
        let permission = match self.request_permission() {
            // One that does not know the question answers everybody.
            Err(error) if matches!(error.kind(), ErrorKind::Refused(_)) => return Ok(()),
            told => told?,
        };
        let refused = |text: &str| {
            let text = format!("AnkiConnect at {} {text}", self.wire.url);
            Err(Error::new(ErrorKind::Refused(text)))
        };
        match (permission.granted, permission.key_needed, &self.key) {
            (false, ..) => refused("denies this program its permission"),
            (true, true, None) => refused("wants the key that its settings name as `apiKey`"),
            (true, false, Some(_)) => refused("has no key, and refuses requests that bring one"),
            _ => Ok(()),
        }
    }
}
