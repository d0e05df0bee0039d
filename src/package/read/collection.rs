//! The row of the table `col`, and the collection's settings.

use std::collections::BTreeMap;

use super::container::damaged;
use super::json::Object;
use super::required;
use super::store::Store;
use crate::Error;

/// The one row of `col`. What newer schemas keep in tables is empty here.
#[derive(Debug, Default)]
pub(in crate::package) struct Collection {
    pub(super) schema: u8,
    pub(super) created: i64,
    pub(super) modified: i64,
    conf: String,
    pub(in crate::package) models: String,
    pub(super) decks: String,
    pub(super) dconf: String,
}

impl Collection {
    /// # Errors
    /// When there is none, or Anki could not read its schema either.
    pub(in crate::package) fn read(store: &Store) -> Result<Self, Error> {
        let mut found: Option<Self> = None;
        let columns = ["ver", "crt", "mod", "conf", "models", "decks", "dconf"];
        store.each("col", &columns, |row| {
            if found.is_some() {
                return Err(damaged("the package's table `col` has more than one row"));
            }
            found = Some(Self {
                schema: schema(row.integer(0)?)?,
                created: row.integer(1)?,
                modified: row.integer(2)?,
                conf: row.text(3)?.to_owned(),
                models: row.text(4)?.to_owned(),
                decks: row.text(5)?.to_owned(),
                dconf: row.text(6)?.to_owned(),
            });
            Ok(())
        })?;
        found.ok_or_else(|| damaged("the package's database is none of Anki's: it has no `col`"))
    }

    /// What Anki does not find in the JSON of schema 11.
    pub(super) fn lacking(&self) -> Vec<String> {
        required::lacking(&self.models, &self.decks, &self.dconf)
    }

    /// All settings as JSON texts.
    pub(in crate::package) fn settings(
        &self,
        store: &Store,
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut settings = BTreeMap::new();
        if store.has_table("config")? {
            store.each("config", &["KEY", "val"], |row| {
                row.in_a_list(settings.len())?;
                // Anki keeps text only; what is none is no setting that anybody could read.
                if let Ok(value) = std::str::from_utf8(row.bytes(1)?) {
                    settings.insert(row.text(0)?.to_owned(), value.to_owned());
                }
                Ok(())
            })?;
        } else if !self.conf.is_empty() {
            let conf = Object::parse("the column `conf`", &self.conf)?;
            for (_, key, value) in conf.into_entries("setting") {
                settings.insert(key, value.to_owned());
            }
        }
        Ok(settings)
    }
}

/// Anki takes 11 and 14 to 18, whatever the file is called (measured on 26.9.3 and 25.9.2).
fn schema(version: i64) -> Result<u8, Error> {
    match u8::try_from(version) {
        Ok(schema @ (11 | 14..=18)) => Ok(schema),
        _ => Err(damaged(format!(
            "the package's database has schema {version}; Anki and deckle know 11 and 14 to 18"
        ))),
    }
}
