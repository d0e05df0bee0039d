//! Decks that cards go to: found by their names, and made where they are missing.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::fresh::text;
use super::ids::Ids;
use crate::model::{DeckName, fold};
use crate::package::{Contents, StoredDeck, StoredDeckKind, StoredPreset, preset_json};
use crate::sync::rows::Object;
use crate::sync::state::State;

/// Anki's own preset.
const DEFAULT_PRESET: i64 = 1;

/// A deck of the server.
#[derive(Clone)]
struct Known {
    id: i64,
    /// As it is spelled there.
    name: String,
    /// No card is at home there, and no deck lies in it.
    is_filtered: bool,
}

pub(super) struct Decks<'a> {
    /// Names of the server's decks, as they compare.
    names: BTreeMap<i64, String>,
    /// The other way round.
    by_name: BTreeMap<String, Known>,
    /// Decks of the package, by their names as they compare.
    own: BTreeMap<String, &'a StoredDeck>,
    presets: BTreeMap<i64, &'a StoredPreset>,
    there: &'a BTreeMap<i64, Object>,
    ids: Ids,
    now: i64,
    /// What is to be sent.
    pub(super) new: Vec<Object>,
    pub(super) new_presets: Vec<Object>,
}

impl<'a> Decks<'a> {
    pub(super) fn new(state: &'a State, package: &'a Contents, now: i64) -> Self {
        let is_filtered = |deck: &Object| match deck.get("dyn") {
            Some(Value::Number(it)) => it.as_i64() != Some(0),
            Some(Value::Bool(it)) => *it,
            _ => false,
        };
        let decks = state.decks.iter();
        let known = decks.map(|(id, it)| Known {
            id: *id,
            name: text(it, "name").to_owned(),
            is_filtered: is_filtered(it),
        });
        let known: Vec<Known> = known.collect();
        let buried = state.graves.decks.iter().copied();
        Self {
            names: known.iter().map(|it| (it.id, compared(&it.name))).collect(),
            by_name: known
                .into_iter()
                .map(|it| (compared(&it.name), it))
                .collect(),
            own: package
                .decks
                .iter()
                .map(|it| (compared(&it.name), it))
                .collect(),
            presets: package.presets.iter().map(|it| (it.id, it)).collect(),
            there: &state.presets,
            ids: Ids::new(state.decks.keys().copied().chain(buried)),
            now,
            new: Vec::new(),
            new_presets: Vec::new(),
        }
    }

    /// The name of a deck of the server as names compare.
    pub(super) fn name(&self, id: i64) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// The deck of this name, with all decks that it lies in.
    pub(super) fn deck(&mut self, name: &str) -> i64 {
        let name = DeckName::new(name).unwrap_or_else(|_| DeckName::fallback());
        let known = self.by_name.get(&compared(name.as_str()));
        if let Some(known) = known.filter(|it| !it.is_filtered) {
            return known.id;
        }
        let mut path = String::new();
        let mut own = String::new();
        let mut last = 1;
        for part in name.as_str().split("::") {
            let between = if path.is_empty() { "" } else { "::" };
            own.push_str(between);
            own.push_str(part);
            path.push_str(between);
            path.push_str(part);
            let known = loop {
                match self.by_name.get(&compared(&path)) {
                    Some(known) if known.is_filtered => path.push('+'),
                    known => break known.cloned(),
                }
            };
            last = match known {
                Some(known) => {
                    path = known.name;
                    known.id
                }
                None => self.make(&path, &own),
            };
        }
        last
    }

    /// Makes a deck; `own` is its name in the package, which may have one there.
    fn make(&mut self, name: &str, own: &str) -> i64 {
        let stored = self.own.get(&compared(own)).copied();
        let wanted = stored.map_or(self.now.saturating_mul(1000), |it| it.id);
        let id = self.ids.take(wanted.max(2));
        let deck = json!({
            "id": id,
            "name": name,
            "mod": self.now,
            "usn": 0,
            "lrnToday": [0, 0],
            "revToday": [0, 0],
            "newToday": [0, 0],
            "timeToday": [0, 0],
            "collapsed": false,
            "browserCollapsed": false,
            "desc": stored.map_or("", |it| it.description.as_str()),
            "md": stored.is_some_and(|it| it.markdown_description),
            "dyn": 0,
            "conf": stored.map_or(DEFAULT_PRESET, |it| self.preset(it)),
            "extendNew": 0,
            "extendRev": 0,
        });
        if let Value::Object(deck) = deck {
            self.new.push(deck);
        }
        let known = Known {
            id,
            name: name.to_owned(),
            is_filtered: false,
        };
        self.by_name.insert(compared(name), known);
        self.names.insert(id, compared(name));
        id
    }

    /// The preset of a new deck: the package's, which is sent if the server does not have it. One
    /// that it has stays as it is.
    fn preset(&mut self, deck: &StoredDeck) -> i64 {
        let StoredDeckKind::Normal { preset, .. } = deck.kind else {
            return DEFAULT_PRESET;
        };
        if preset == DEFAULT_PRESET || self.there.contains_key(&preset) {
            return preset;
        }
        let Some(stored) = self.presets.get(&preset) else {
            return DEFAULT_PRESET;
        };
        let id = |it: &Object| it.get("id").and_then(Value::as_i64);
        if !self.new_presets.iter().any(|it| id(it) == Some(preset)) {
            self.new_presets.push(preset_json(stored));
        }
        preset
    }
}

/// A deck's name as Anki compares it.
pub(super) fn compared(name: &str) -> String {
    let normal: String = name.nfc().collect();
    fold(&normal)
}
