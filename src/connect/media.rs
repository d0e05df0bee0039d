//! Calls about media files.
//!
//! AnkiConnect looks at what it has of a request anew with each piece that arrives, so long requests
//! take it a time that grows with their square: 1 MB 0.1 s, 3 MB 4 s, 6 MB 15 s, and Anki stands still
//! meanwhile. It fetches as much from an address in 0.1 s.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::offer::Offer;
use super::{Client, odd};
use crate::Error;

/// What is sent without further ado, in bytes.
const SMALL: usize = 1 << 20;
/// What is sent at all, in bytes: AnkiConnect reads this much in half a minute.
const MOST: usize = 8 << 20;

impl Client {
    /// Stores a media file, in place of one of this name. Gives back the name that it got: Anki
    /// drops folders in front of it, and characters that no file may have; AnkiConnect on Android adds a number.
    ///
    /// More than 1 MiB Anki fetches from this process, if it reaches it: for as long as the call
    /// lasts, the bytes lie on a port of that address of this machine from which Anki is reached, for
    /// the machine that Anki is on, and for one request. If it does not, they are sent, which takes
    /// AnkiConnect 4 s for 3 MB and 15 s for 6 MB.
    ///
    /// # Errors
    /// As all methods; also when there are no bytes. [`ErrorKind::Usage`](crate::ErrorKind::Usage) when
    /// there are more than 8 MiB, and Anki cannot fetch them.
    pub fn store_media(&self, name: &str, bytes: &[u8]) -> Result<String, Error> {
        let mut why = None;
        if bytes.len() > SMALL {
            match self.offer_media(name, bytes) {
                Ok(stored) => return Ok(stored),
                Err(reason) => why = Some(reason),
            }
        }
        if bytes.len() > MOST {
            let size = bytes.len().div_ceil(1 << 20);
            let text = format!(
                "`{name}` has {size} MiB; AnkiConnect takes no more than {} MiB in a request, and Anki \
                 cannot fetch it from here ({}); does a firewall of this machine stand between?",
                MOST >> 20,
                why.unwrap_or_default(),
            );
            return Err(Error::usage(text));
        }
        let data = STANDARD.encode(bytes);
        self.ask("storeMediaFile", json!({"filename": name, "data": data}))
    }

    /// Lets Anki fetch a file from here; otherwise says why it did not.
    fn offer_media(&self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let (host, port) = self.wire.host_and_port();
        let offer = Offer::new(&host, port, bytes).map_err(|error| error.to_string())?;
        let stored = offer.during(|| self.store_media_from(name, &offer.url));
        stored.map_err(|error| error.to_string())
    }

    /// Stores a media file that Anki reads itself: from an absolute path of its own machine, or an
    /// address of `http` or `https`. Gives back the name that it got.
    ///
    /// # Errors
    /// As all methods.
    pub fn store_media_from(&self, name: &str, place: &str) -> Result<String, Error> {
        let is_address = place.starts_with("http://") || place.starts_with("https://");
        let key = if is_address { "url" } else { "path" };
        self.ask("storeMediaFile", json!({"filename": name, key: place}))
    }

    /// The bytes of a media file; `None` where there is none of this name.
    ///
    /// # Errors
    /// As all methods.
    pub fn retrieve_media(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let action = "retrieveMediaFile";
        match self.ask(action, json!({"filename": name}))? {
            Value::Bool(false) | Value::Null => Ok(None),
            Value::String(text) => {
                let bytes = STANDARD.decode(text);
                bytes
                    .map(Some)
                    .map_err(|error| odd(action).caused_by(error))
            }
            _ => Err(odd(action)),
        }
    }

    /// The names of media files that fit a pattern such as `*.mp3`, sorted.
    ///
    /// # Errors
    /// As all methods.
    pub fn media_names(&self, pattern: &str) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = self.ask("getMediaFilesNames", json!({"pattern": pattern}))?;
        names.sort();
        Ok(names)
    }

    /// The folder of media files, a path of Anki's own machine.
    ///
    /// # Errors
    /// As all methods.
    pub fn media_folder(&self) -> Result<String, Error> {
        self.ask("getMediaDirPath", Value::Null)
    }

    /// Moves a media file into Anki's trash. One that is not there is no error.
    ///
    /// # Errors
    /// As all methods.
    pub fn delete_media(&self, name: &str) -> Result<(), Error> {
        self.tell("deleteMediaFile", json!({"filename": name}))
    }
}
