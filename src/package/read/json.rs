//! Objects of JSON as schema 11 keeps them: known keys are taken out one by one, the rest stays
//! as text.
//!
//! What is missing has a default here even where Anki asks for it, so that a package that Anki
//! refuses can still be looked at. Names are an exception: nothing has none. A value of another
//! type is an error.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::container::damaged;
use crate::Error;

/// The longest text of JSON that is read, in bytes: its values take several times as much memory.
const LONGEST: usize = 32 << 20;

/// An object, and what it is in messages.
pub(super) struct Object<'a> {
    what: String,
    entries: BTreeMap<String, &'a RawValue>,
}

impl<'a> Object<'a> {
    /// # Errors
    /// When the text is no object of JSON.
    pub(super) fn parse(what: impl Into<String>, text: &'a str) -> Result<Self, Error> {
        let what = what.into();
        if text.len() > LONGEST {
            return Err(damaged(format!(
                "{what} of the package has {} bytes, where the limit is {LONGEST}",
                text.len()
            )));
        }
        match serde_json::from_str(text) {
            Ok(entries) => Ok(Self { what, entries }),
            Err(source) => Err(
                damaged(format!("{what} of the package is no object of JSON")).caused_by(source),
            ),
        }
    }

    /// The objects inside the list under this key.
    pub(super) fn objects(&mut self, key: &str) -> Result<Vec<Self>, Error> {
        let Some(raw) = self.raw(key) else {
            return Ok(Vec::new());
        };
        let items: Vec<&RawValue> = self.read(key, "a list", raw)?;
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                let what = format!("{key}[{index}] in {}", self.what);
                Self::parse(what, item.get())
            })
            .collect()
    }

    /// The texts of the items of the list under this key, each with what it is in messages.
    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<(String, &'a str)>, Error> {
        let Some(raw) = self.raw(key) else {
            return Ok(Vec::new());
        };
        let items: Vec<&'a RawValue> = self.read(key, "a list", raw)?;
        let named = |(index, item): (usize, &'a RawValue)| {
            (format!("{key}[{index}] in {}", self.what), item.get())
        };
        Ok(items.into_iter().enumerate().map(named).collect())
    }

    /// All entries, each with what it is in messages.
    pub(super) fn into_entries(
        self,
        what: &str,
    ) -> impl Iterator<Item = (String, String, &'a str)> {
        self.entries
            .into_iter()
            .map(move |(key, raw)| (format!("{what} {key}"), key, raw.get()))
    }

    pub(super) fn text(&mut self, key: &str) -> Result<String, Error> {
        self.value(key, "a text").map(Option::unwrap_or_default)
    }

    pub(super) fn optional_text(&mut self, key: &str) -> Result<Option<String>, Error> {
        self.value(key, "a text")
    }

    /// A text without which the object is nothing.
    pub(super) fn required_text(&mut self, key: &str) -> Result<String, Error> {
        let text = self.optional_text(key)?;
        text.ok_or_else(|| damaged(format!("{} of the package has no `{key}`", self.what)))
    }

    /// An integer, which may stand in quotes, as old programs wrote ids.
    pub(super) fn integer(&mut self, key: &str) -> Result<Option<i64>, Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Integer {
            Number(i64),
            Quoted(String),
        }
        match self.value(key, "an integer")? {
            None => Ok(None),
            Some(Integer::Number(number)) => Ok(Some(number)),
            Some(Integer::Quoted(text)) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.wrong(key, "an integer")),
            },
        }
    }

    /// An integer in the range of `T`.
    pub(super) fn narrow<T: TryFrom<i64>>(&mut self, key: &str) -> Result<Option<T>, Error> {
        let value = self.integer(key)?.map(T::try_from).transpose();
        value.map_err(|_| self.wrong(key, "an integer in the range of its column"))
    }

    /// On or off, which may be 1 or 0.
    pub(super) fn switch(&mut self, key: &str) -> Result<Option<bool>, Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Switch {
            Switch(bool),
            Number(i64),
        }
        let value = self.value(key, "true or false")?;
        Ok(value.map(|value| match value {
            Switch::Switch(on) => on,
            Switch::Number(number) => number != 0,
        }))
    }

    /// Whatever `T` is; `None` where the key is missing or null.
    pub(super) fn value<T: DeserializeOwned>(
        &mut self,
        key: &str,
        expected: &str,
    ) -> Result<Option<T>, Error> {
        match self.raw(key) {
            Some(raw) => self.read(key, expected, raw).map(Some),
            None => Ok(None),
        }
    }

    /// Leaves out keys that say nothing of their own.
    pub(super) fn drop(&mut self, keys: &[&str]) {
        for key in keys {
            self.entries.remove(*key);
        }
    }

    /// What was not taken, as JSON; empty where nothing is left.
    pub(super) fn rest(self) -> String {
        if self.entries.is_empty() {
            return String::new();
        }
        // Keys and texts come from JSON and are written as such.
        serde_json::to_string(&self.entries).unwrap_or_default()
    }

    fn raw(&mut self, key: &str) -> Option<&'a RawValue> {
        self.entries.remove(key).filter(|raw| raw.get() != "null")
    }

    fn read<T: serde::Deserialize<'a>>(
        &self,
        key: &str,
        expected: &str,
        raw: &'a RawValue,
    ) -> Result<T, Error> {
        serde_json::from_str(raw.get())
            .map_err(|source| self.wrong(key, expected).caused_by(source))
    }

    fn wrong(&self, key: &str, expected: &str) -> Error {
        damaged(format!(
            "`{key}` in {} of the package is not {expected}",
            self.what
        ))
    }
}
