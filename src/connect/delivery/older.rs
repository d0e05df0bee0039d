//! What the import of older Anki cannot do.
//!
//! Up to Anki 25.9 AnkiConnect calls another import than Anki's menu does (measured with AnkiConnect of
//! 2023 and 2025: so in Anki 25.9.2, no longer in 26.9.3). Where fields or card templates of a note type
//! are others than the package's, in number, name or order, it makes a second note type with a hash
//! behind the name: new notes get that one, changed notes are passed over, and all without a word. It
//! reads no packages of the latest format. The import of the menu does both, so there one is told to
//! import by hand. To add the fields by AnkiConnect first would not help: they would get other ids, and
//! the next import by those would add them a second time.

use std::path::Path;

use super::Client;
use super::appearance::Appearance;
use crate::package::{Contents, Variant};
use crate::{Error, ErrorKind};

/// Where there is no package on any machine. The two imports say so in other words.
const NOWHERE: &str = "/deckle/there-is-no-such-package.apkg";

/// Refuses what the import of this Anki would do wrong.
pub(super) fn refuse(
    client: &Client,
    package: &Path,
    contents: &Contents,
    appearance: &Appearance,
) -> Result<(), Error> {
    let is_latest = contents.variant == Variant::Latest;
    let reshaped = appearance.reshaped();
    if !is_latest && reshaped.is_empty() || !is_older(client)? {
        return Ok(());
    }
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    let text = if is_latest {
        format!(
            "AnkiConnect in an Anki of 25.9 or before cannot import {name}, which has the format `latest`: \
             build it with `--format legacy`, or update Anki"
        )
    } else {
        let names: Vec<String> = reshaped.iter().map(|it| format!("`{it}`")).collect();
        format!(
            "fields or card templates of {} are others in the collection than in {name}, and AnkiConnect in \
             an Anki of 25.9 or before would make a second note type of that: import {name} there by File > \
             Import, and ship again; or update Anki",
            names.join(", ")
        )
    };
    Err(Error::new(ErrorKind::Refused(text)))
}

/// Whether what AnkiConnect calls here is the older import, which is written in Python.
fn is_older(client: &Client) -> Result<bool, Error> {
    match client.import_package(NOWHERE) {
        Err(error) => match error.kind() {
            ErrorKind::Refused(text) => Ok(text.contains("[Errno ")),
            _ => Err(error),
        },
        Ok(()) => Ok(false),
    }
}
