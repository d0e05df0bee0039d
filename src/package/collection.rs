//! What a collection has besides notes and cards: settings, decks and presets, before a schema
//! gives them their form.

use std::borrow::Cow;

use serde::Serialize;

use super::deck_rows::{DEFAULT_DECK, DeckRow};
use super::plan::Plan;
use super::preset_rows::{DEFAULT_PRESET, PresetRow};
use crate::model::DeckOptions;

/// 2020-01-01 04:00 UTC. Days of review cards count from here; a package of new cards has none,
/// so this need not change.
pub(super) const CREATED: i64 = 1_577_851_200;

/// The version of what deckle itself keeps in a package; see [`Conf::deckle`].
pub(super) const MARK: u32 = 1;

/// All of it but note types and tags, which are the plan's.
#[derive(Debug)]
pub(super) struct Collection<'a> {
    /// Milliseconds.
    pub(super) modified: i64,
    pub(super) conf: Conf,
    pub(super) decks: Vec<DeckRow<'a>>,
    pub(super) presets: Vec<PresetRow<'a>>,
}

/// Every key that Anki writes into a new collection. Without the scheduler's version an import
/// would take the package for one of the first scheduler and convert its cards.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Conf {
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

impl<'a> Collection<'a> {
    pub(super) fn new(plan: &'a Plan<'_>) -> Self {
        let mut decks = Vec::with_capacity(plan.decks.len() + 1);
        if !plan.replaces_default_deck() {
            decks.push(DeckRow::new(DEFAULT_DECK, "Default", DEFAULT_PRESET, 0));
        }
        for deck in &plan.decks {
            let row = DeckRow::new(deck.id, deck.name.as_str(), deck.preset, plan.modified);
            decks.push(row.described(deck.description, deck.markdown));
        }
        let default_options = Cow::Owned(DeckOptions::new("Default"));
        let mut presets = vec![PresetRow::new(DEFAULT_PRESET, default_options, 0)];
        for (id, options) in &plan.presets {
            presets.push(PresetRow::new(*id, Cow::Borrowed(options), plan.modified));
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
        Self {
            modified: plan.modified.saturating_mul(1000),
            conf,
            decks,
            presets,
        }
    }
}
