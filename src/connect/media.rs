//! Calls about media files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Client, odd};
use crate::Error;

impl Client {
    /// Stores a media file, in place of one of this name. Gives back the name that it got: Anki
    /// drops characters that no file may have, and AnkiConnect on Android adds a number. AnkiConnect
    /// reads large requests slowly: 1 MB takes 0.1 s, 3 MB 4 s, 6 MB 15 s, Anki standing still;
    /// [`Client::store_media_from`] does not.
    ///
    /// # Errors
    /// As all methods; also when there are no bytes.
    pub fn store_media(&self, name: &str, bytes: &[u8]) -> Result<String, Error> {
        let data = STANDARD.encode(bytes);
        self.ask("storeMediaFile", json!({"filename": name, "data": data}))
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
