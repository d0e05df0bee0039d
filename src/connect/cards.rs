//! Calls about cards.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Client, odd};
use crate::Error;
use crate::model::Flag;

/// How many ids go into a search: Anki's parser reads long ones slowly.
const BATCH: usize = 1000;

impl Client {
    /// The ids of the cards that a search in Anki's language finds.
    ///
    /// # Errors
    /// As all methods.
    pub fn find_cards(&self, search: &str) -> Result<Vec<i64>, Error> {
        self.ask("findCards", json!({"query": search}))
    }

    /// Takes cards out of study. Those that are suspended stay so.
    ///
    /// # Errors
    /// As all methods; also when a card is not there. Nothing is done then.
    pub fn suspend(&self, cards: &[i64]) -> Result<(), Error> {
        self.tell("suspend", json!({"cards": cards}))
    }

    /// Brings cards back into study.
    ///
    /// # Errors
    /// As all methods; also when a card is not there. Nothing is done then.
    pub fn unsuspend(&self, cards: &[i64]) -> Result<(), Error> {
        self.tell("unsuspend", json!({"cards": cards}))
    }

    /// Which of these cards are suspended: one answer a card, `None` for those that are not there.
    ///
    /// # Errors
    /// As all methods.
    pub fn are_suspended(&self, cards: &[i64]) -> Result<Vec<Option<bool>>, Error> {
        if cards.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<Option<bool>> = self.ask("areSuspended", json!({"cards": cards}))?;
        if found.len() == cards.len() {
            Ok(found)
        } else {
            Err(odd("areSuspended"))
        }
    }

    /// Gives cards a flag, or takes it away ([`Flag::None`]).
    ///
    /// # Errors
    /// As all methods; also when a card is not there. The cards before it have the flag then.
    pub fn set_flag(&self, cards: &[i64], flag: Flag) -> Result<(), Error> {
        let action = "setSpecificValueOfCard";
        let params = cards.iter().map(|card| {
            json!({"card": card, "keys": ["flags"], "newValues": [flag as u8], "warning_check": true})
        });
        for result in self.many(action, params)? {
            // What went wrong is told inside of the result: `[[false, "why"]]`.
            match result? {
                Value::Array(list) if list == [Value::Bool(true)] => {}
                other => {
                    let said = super::envelope::Failure::Said(other.to_string());
                    return Err(self.refused(action, &said));
                }
            }
        }
        Ok(())
    }

    /// Which of these cards have this flag.
    ///
    /// # Errors
    /// As all methods.
    pub fn with_flag(&self, cards: &[i64], flag: Flag) -> Result<BTreeSet<i64>, Error> {
        let mut found = BTreeSet::new();
        for batch in cards.chunks(BATCH) {
            let ids: Vec<String> = batch.iter().map(ToString::to_string).collect();
            let search = format!("cid:{} flag:{}", ids.join(","), flag as u8);
            found.extend(self.find_cards(&search)?);
        }
        Ok(found)
    }
}
