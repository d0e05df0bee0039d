//! Calls about decks, and whole packages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Client, odd};
use crate::Error;
use crate::model::fold;

/// The id of the deck that every collection has, whatever its language calls it.
const DEFAULT: i64 = 1;

impl Client {
    /// The names of all decks, sorted.
    ///
    /// # Errors
    /// As all methods.
    pub fn deck_names(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = self.ask("deckNames", Value::Null)?;
        names.sort();
        Ok(names)
    }

    /// The ids of all decks by their names.
    ///
    /// # Errors
    /// As all methods.
    pub fn deck_ids(&self) -> Result<BTreeMap<String, i64>, Error> {
        self.ask("deckNamesAndIds", Value::Null)
    }

    /// Makes a deck, and those above it, unless they are there. Gives back its id. That it is there
    /// is looked up: some servers say so of what they did not do.
    ///
    /// # Errors
    /// As all methods.
    pub fn create_deck(&self, name: &str) -> Result<i64, Error> {
        let made: Result<i64, Error> = self.ask("createDeck", json!({"deck": name}));
        match made {
            Ok(id) => Ok(id),
            Err(error) => {
                let ids = self.deck_ids()?;
                let found = ids.iter().find(|(it, _)| fold(it) == fold(name));
                found.map(|(_, id)| *id).ok_or(error)
            }
        }
    }

    /// Deletes decks with all decks below and **all their cards**. Case does not matter, as to Anki;
    /// names that are not there do not either.
    ///
    /// # Errors
    /// As all methods.
    pub fn delete_decks(&self, names: &[&str]) -> Result<(), Error> {
        // AnkiConnect passes over names that are written otherwise.
        let wanted: BTreeSet<String> = names.iter().map(|it| fold(it)).collect();
        let mut there = self.deck_names()?;
        there.retain(|it| wanted.contains(&fold(it)));
        self.tell("deleteDecks", json!({"decks": there, "cardsToo": true}))
    }

    /// Moves cards into a deck, which is made where it is not there.
    ///
    /// # Errors
    /// As all methods.
    pub fn change_deck(&self, cards: &[i64], deck: &str) -> Result<(), Error> {
        self.tell("changeDeck", json!({"cards": cards, "deck": deck}))
    }

    /// The decks that these cards are in, by name, with the cards of each. Cards that are not there
    /// are listed with the deck that every collection has.
    ///
    /// # Errors
    /// As all methods.
    pub fn decks_of(&self, cards: &[i64]) -> Result<BTreeMap<String, Vec<i64>>, Error> {
        if cards.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.ask("getDecks", json!({"cards": cards}))
    }

    /// The name of the deck that every collection has: `Default` in English.
    pub(super) fn default_deck(&self) -> Result<Option<String>, Error> {
        let ids = self.deck_ids()?;
        Ok(ids
            .into_iter()
            .find(|(_, id)| *id == DEFAULT)
            .map(|(name, _)| name))
    }

    /// Imports a package from a path that **Anki** can read, an absolute one. Anki updates notes by
    /// their guids where the package's are newer, and keeps schedules. See
    /// [`deliver`](super::deliver) for all that belongs to a delivery.
    ///
    /// # Errors
    /// As all methods.
    pub fn import_package(&self, path: &str) -> Result<(), Error> {
        match self.ask("importPackage", json!({"path": path}))? {
            Value::Bool(true) | Value::Null => Ok(()),
            _ => Err(odd("importPackage")),
        }
    }

    /// Exports a deck and those below into a package at a path of Anki's machine, with the
    /// learner's schedule if `schedule`. Gives back whether there is such a deck.
    ///
    /// # Errors
    /// As all methods.
    pub fn export_package(&self, deck: &str, path: &str, schedule: bool) -> Result<bool, Error> {
        let params = json!({"deck": deck, "path": path, "includeSched": schedule});
        self.ask("exportPackage", params)
    }

    /// Shows the list of decks anew, unless the learner is in a review: no other call makes Anki's
    /// window show what changed.
    ///
    /// # Errors
    /// As all methods.
    pub fn refresh(&self) -> Result<(), Error> {
        // Where it does not tell, the window is none of ours.
        let reviewing: bool = self.ask("guiReviewActive", Value::Null).unwrap_or(true);
        if reviewing {
            return Ok(());
        }
        self.tell("guiDeckBrowser", Value::Null)
    }
}
