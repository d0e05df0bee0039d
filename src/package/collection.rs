//! The one row of the table `col`: what a collection has besides notes and cards.

use std::collections::BTreeMap;

use serde::Serialize;

use super::deck_rows::{DEFAULT_DECK, DeckRow};
use super::plan::Plan;
use super::preset_rows::{DEFAULT_PRESET, PresetRow};
use crate::Error;
use crate::model::DeckOptions;

/// 2020-01-01 04:00 UTC. Days of review cards count from here; a package of new cards has none,
/// so this need not change.
pub(super) const CREATED: i64 = 1_577_851_200;

/// The version of what deckle itself keeps in a package; see [`Conf::deckle`].
pub(super) const MARK: u32 = 1;

/// The row, with its JSON as text.
#[derive(Debug)]
pub(super) struct CollectionRow {
    /// Milliseconds.
    pub(super) modified: i64,
    pub(super) conf: String,
    pub(super) models: String,
    pub(super) decks: String,
    pub(super) dconf: String,
    pub(super) tags: String,
}

/// Every key that Anki writes into a new collection. Without the scheduler's version an import
/// would take the package for one of the first scheduler and convert its cards.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Conf {
    active_decks: [i64; 1],
    cur_deck: i64,
    new_spread: i32,
    collapse_time: i32,
    time_lim: i32,
    est_times: bool,
    due_counts: bool,
    cur_model: Option<i64>,
    next_pos: u32,
    sort_type: &'static str,
    sort_backwards: bool,
    add_to_cur: bool,
    day_learn_first: bool,
    sched_ver: i32,
    sched2021: bool,
    creation_offset: i32,
    rollover: i32,
    /// How deckle knows a package of its own. Anki keeps keys that it does not know to itself.
    deckle: u32,
}

impl CollectionRow {
    pub(super) fn new(plan: &Plan<'_>) -> Result<Self, Error> {
        let default_options = DeckOptions::new("Default");
        let models: BTreeMap<String, _> = plan
            .note_types
            .iter()
            .map(|row| (row.id.to_string(), row))
            .collect();
        let mut decks = BTreeMap::new();
        if !plan.replaces_default_deck() {
            let row = DeckRow::new(DEFAULT_DECK, "Default", DEFAULT_PRESET, 0);
            decks.insert(DEFAULT_DECK.to_string(), row);
        }
        for deck in &plan.decks {
            let row = DeckRow::new(deck.id, deck.name.as_str(), deck.preset, plan.modified)
                .described(deck.description, deck.markdown);
            decks.insert(deck.id.to_string(), row);
        }
        let default_preset = PresetRow::new(DEFAULT_PRESET, &default_options, 0);
        let mut presets = BTreeMap::from([(DEFAULT_PRESET.to_string(), default_preset)]);
        for (id, options) in &plan.presets {
            presets.insert(id.to_string(), PresetRow::new(*id, options, plan.modified));
        }
        let current_deck = match plan.decks.first() {
            Some(deck) if plan.replaces_default_deck() => deck.id,
            _ => DEFAULT_DECK,
        };
        let conf = Conf {
            active_decks: [current_deck],
            cur_deck: current_deck,
            new_spread: 0,
            collapse_time: 1200,
            time_lim: 0,
            est_times: true,
            due_counts: true,
            cur_model: plan.note_types.first().map(|row| row.id),
            next_pos: plan.next_position,
            sort_type: "noteFld",
            sort_backwards: false,
            add_to_cur: true,
            day_learn_first: false,
            sched_ver: 2,
            sched2021: true,
            creation_offset: 0,
            rollover: 4,
            deckle: MARK,
        };
        let tags: BTreeMap<&str, i32> = plan.tags.iter().map(|tag| (tag.as_str(), -1)).collect();
        Ok(Self {
            modified: plan.modified.saturating_mul(1000),
            conf: json(&conf)?,
            models: json(&models)?,
            decks: json(&decks)?,
            dconf: json(&presets)?,
            tags: json(&tags)?,
        })
    }
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| {
        Error::usage("the package's settings cannot be written as JSON").caused_by(source)
    })
}
