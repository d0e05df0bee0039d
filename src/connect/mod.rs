//! A running Anki with the add-on AnkiConnect: its calls, and the delivery of packages to it.
//!
//! [`Client`] is what programs script with: each call that people use today has a method, and
//! [`Client::call`] makes any other. [`deliver`] brings a built package into the collection, and
//! then does what an import leaves undone: cards move to their new decks, removed notes are treated
//! as the caller wants.
//!
//! Facts about the add-on were measured with those of 2023 and 2025, in Anki 26.9.3 and 25.9.2: it
//! takes one request a connection, no chunked bodies, and answers errors with status 200. `wire` and
//! `envelope` hide that.

mod cards;
mod decks;
mod delivery;
mod envelope;
mod media;
mod multi;
mod note_types;
mod notes;
mod offer;
mod permission;
mod wire;

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use delivery::{Delivered, DeliveryOptions, Transfer, deliver};
pub use notes::{NewNote, NoteInfo};
pub use permission::Permission;

pub use crate::model::{Removal, Removed, RemovedNote};

use crate::diag::nearest;
use crate::{Error, ErrorKind};
use wire::Wire;

/// A running Anki with AnkiConnect.
///
/// ```no_run
/// use deckle::connect::{Client, NewNote};
///
/// let anki = Client::new(Client::URL, None)?;
/// anki.create_deck("Spanish::Verbs")?;
/// let note = NewNote::new("Spanish::Verbs", "Basic")
///     .field("Front", "ser")
///     .field("Back", "to be")
///     .tag("verb");
/// let id = anki.add_note(&note)?;
/// assert_eq!(anki.find_notes("tag:verb")?, [id]);
/// # Ok::<(), deckle::Error>(())
/// ```
///
/// Every method fails with [`ErrorKind::Unreachable`] where nothing answers, or not in time, and with
/// [`ErrorKind::Refused`] where AnkiConnect answers with an error; the text is its own then. A call
/// takes at least 25 ms, for AnkiConnect looks for requests 40 times a second: ask for many notes
/// at once, not for one after the other.
pub struct Client {
    wire: Wire,
    key: Option<String>,
}

impl Client {
    /// Where AnkiConnect listens unless it is told otherwise.
    pub const URL: &'static str = "http://127.0.0.1:8765";

    /// A client of the AnkiConnect at this address, with the key that its settings name as
    /// `apiKey`. Nothing is sent yet. A key where AnkiConnect has none is refused by it.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when the address is none of plain `http`, the only one that AnkiConnect
    /// speaks.
    pub fn new(url: &str, key: Option<&str>) -> Result<Self, Error> {
        Ok(Self {
            wire: Wire::new(url)?,
            key: key.filter(|it| !it.is_empty()).map(str::to_owned),
        })
    }

    /// With this time for one call [default: ten minutes, for an import of a large package keeps
    /// Anki busy].
    #[must_use]
    pub fn longest(mut self, time: Duration) -> Self {
        self.wire.longest = time;
        self
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.wire.url
    }

    /// Calls any action. `params` is an object of JSON; so `{}` where the action takes none. Gives
    /// back the result as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when `params` is no object of JSON; else as all methods.
    pub fn call(&self, action: &str, params: &str) -> Result<String, Error> {
        let read: Result<Value, _> = serde_json::from_str(params);
        let params = match read {
            Ok(Value::Object(object)) => Value::Object(object),
            Ok(_) => {
                let text = "the arguments of an action are an object of JSON, such as `{\"deck\": \"Spanish\"}`";
                return Err(Error::usage(text));
            }
            Err(error) => {
                let text = "the arguments of the action are no JSON";
                return Err(Error::usage(text).caused_by(error));
            }
        };
        Ok(self.reply(action, params)?.to_string())
    }

    /// The version of its protocol: 6 since 2017.
    ///
    /// # Errors
    /// As all methods.
    pub fn version(&self) -> Result<u64, Error> {
        self.ask("version", Value::Null)
    }

    /// The actions that it knows, sorted. Versions before 2021 and AnkiConnect on Android do not
    /// tell: [`ErrorKind::Refused`].
    ///
    /// # Errors
    /// As all methods.
    pub fn actions(&self) -> Result<Vec<String>, Error> {
        #[derive(serde::Deserialize)]
        struct Reflection {
            actions: Vec<String>,
        }
        let params = serde_json::json!({"scopes": ["actions"]});
        let mut found: Reflection = self.ask("apiReflect", params)?;
        found.actions.sort();
        Ok(found.actions)
    }

    /// Begins a synchronization with AnkiWeb or the server that Anki is set up for. Versions before
    /// 2024 do not wait for its end, and open a dialog where nobody is logged in.
    ///
    /// # Errors
    /// As all methods.
    pub fn sync(&self) -> Result<(), Error> {
        self.tell("sync", Value::Null)
    }

    /// Whether Anki is on this machine, as far as the address tells.
    fn is_local(&self) -> bool {
        self.wire.is_local()
    }

    /// Calls an action and reads its result.
    fn ask<T: DeserializeOwned>(&self, action: &str, params: Value) -> Result<T, Error> {
        let reply = self.reply(action, params)?;
        serde_json::from_value(reply).map_err(|error| odd(action).caused_by(error))
    }

    /// Calls an action whose result says nothing.
    fn tell(&self, action: &str, params: Value) -> Result<(), Error> {
        self.reply(action, params).map(drop)
    }

    fn reply(&self, action: &str, params: Value) -> Result<Value, Error> {
        let request = envelope::request(action, params, self.key.as_deref());
        let answer = self.wire.post(&request.to_string())?;
        envelope::reply(&answer).map_err(|failure| self.refused(action, &failure))
    }

    /// The error for what AnkiConnect said, with what would mend it.
    fn refused(&self, action: &str, failure: &envelope::Failure) -> Error {
        use envelope::Failure;
        let text = match failure {
            Failure::Key if self.key.is_some() => format!(
                "AnkiConnect refuses `{action}`: the key is not the one that its settings name as `apiKey`, \
                 or they name none"
            ),
            Failure::Key => format!(
                "AnkiConnect refuses `{action}`: it wants the key that its settings name as `apiKey`"
            ),
            Failure::Unknown => {
                let known = self.near(action);
                let near = known.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
                format!("AnkiConnect knows no action `{action}`{near}")
            }
            Failure::NoProfile => format!(
                "AnkiConnect refuses `{action}`: no profile is open in Anki, so there is no collection"
            ),
            Failure::Said(text) => format!("AnkiConnect refuses `{action}`: {text}"),
            Failure::Banner => format!(
                "AnkiConnect did not understand `{action}`: it does not know the action, or did not get \
                 the request whole"
            ),
            Failure::Odd(text) => format!(
                "what answers `{action}` at {} is not AnkiConnect: {text}",
                self.wire.url
            ),
        };
        Error::new(ErrorKind::Refused(text))
    }

    /// An action of a similar name, if AnkiConnect tells what it knows.
    fn near(&self, action: &str) -> Option<String> {
        if action == "apiReflect" {
            return None;
        }
        let known = self.actions().ok()?;
        nearest(action, known.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// Without the key, which belongs into no log.
impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("url", &self.wire.url)
            .field("has_key", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

/// The error for an answer of another shape than the action's.
fn odd(action: &str) -> Error {
    let text = format!("AnkiConnect answers `{action}` with something else than it should");
    Error::new(ErrorKind::Refused(text))
}
