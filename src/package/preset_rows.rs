//! A deck options preset as JSON of schema 11.
//!
//! Anki replaces each of `new`, `rev` and `lapse` by its defaults, without a word, if one key in
//! it is missing or of another type (measured on 26.9.3 and 25.9.2); so all are written.

use serde::Serialize;

use crate::model::{DeckOptionValue, DeckOptions};

/// Anki's own preset, which every deck without options has.
pub(super) const DEFAULT_PRESET: i64 = 1;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PresetRow<'a> {
    id: i64,
    #[serde(rename = "mod")]
    modified: i64,
    name: &'a str,
    usn: i32,
    max_taken: i64,
    autoplay: bool,
    timer: u8,
    replayq: bool,
    new: NewRow,
    rev: ReviewRow,
    lapse: LapseRow,
    #[serde(rename = "dyn")]
    filtered: bool,
    new_mix: i64,
    new_per_day_minimum: i64,
    interday_learning_mix: i64,
    review_order: i64,
    new_sort_order: i64,
    new_gather_priority: i64,
    bury_interday_learning: bool,
    fsrs_weights: Vec<f32>,
    fsrs_params5: Vec<f32>,
    fsrs_params6: Vec<f32>,
    desired_retention: f32,
    ignore_revlogs_before_date: String,
    easy_days_percentages: Vec<f32>,
    stop_timer_on_answer: bool,
    seconds_to_show_question: f32,
    seconds_to_show_answer: f32,
    question_action: i64,
    answer_action: i64,
    wait_for_audio: bool,
    sm2_retention: f32,
    weight_search: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewRow {
    bury: bool,
    delays: Vec<f32>,
    initial_factor: u32,
    ints: [i64; 3],
    order: u8,
    per_day: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReviewRow {
    bury: bool,
    ease4: f32,
    ivl_fct: f32,
    max_ivl: i64,
    per_day: i64,
    hard_factor: f32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LapseRow {
    delays: Vec<f32>,
    leech_action: i64,
    leech_fails: i64,
    min_int: i64,
    mult: f32,
}

impl<'a> PresetRow<'a> {
    pub(super) fn new(id: i64, options: &'a DeckOptions, modified: i64) -> Self {
        let parameters = numbers(options, "fsrs-params");
        // Each version of FSRS has its own number of parameters.
        let of_version = |length: usize| match parameters.len() == length {
            true => parameters.clone(),
            false => Vec::new(),
        };
        let in_order = integer(options, "new-card-insert-order") == 0;
        Self {
            id,
            modified,
            name: options.name(),
            usn: -1,
            max_taken: integer(options, "cap-answer-time-to-secs"),
            autoplay: !switch(options, "disable-autoplay"),
            timer: switch(options, "show-timer").into(),
            replayq: !switch(options, "skip-question-when-replaying-answer"),
            new: NewRow {
                bury: switch(options, "bury-new"),
                delays: numbers(options, "learning-steps"),
                initial_factor: per_mille(number(options, "initial-ease")),
                ints: [
                    integer(options, "graduating-interval-good"),
                    integer(options, "graduating-interval-easy"),
                    0,
                ],
                // The other way round than in Anki's later format: 1 is in order, 0 is random.
                order: in_order.into(),
                per_day: integer(options, "new-per-day"),
            },
            rev: ReviewRow {
                bury: switch(options, "bury-reviews"),
                ease4: number(options, "easy-multiplier"),
                ivl_fct: number(options, "interval-multiplier"),
                max_ivl: integer(options, "maximum-review-interval"),
                per_day: integer(options, "reviews-per-day"),
                hard_factor: number(options, "hard-multiplier"),
            },
            lapse: LapseRow {
                delays: numbers(options, "relearning-steps"),
                leech_action: integer(options, "leech-action"),
                leech_fails: integer(options, "leech-threshold"),
                min_int: integer(options, "minimum-lapse-interval"),
                mult: number(options, "lapse-multiplier"),
            },
            filtered: false,
            new_mix: integer(options, "new-mix"),
            new_per_day_minimum: integer(options, "new-per-day-minimum"),
            interday_learning_mix: integer(options, "interday-learning-mix"),
            review_order: integer(options, "review-order"),
            new_sort_order: integer(options, "new-card-sort-order"),
            new_gather_priority: integer(options, "new-card-gather-priority"),
            bury_interday_learning: switch(options, "bury-interday-learning"),
            fsrs_weights: of_version(17),
            fsrs_params5: of_version(19),
            fsrs_params6: of_version(21),
            desired_retention: number(options, "desired-retention"),
            ignore_revlogs_before_date: text(options, "ignore-revlogs-before-date"),
            easy_days_percentages: numbers(options, "easy-days-percentages"),
            stop_timer_on_answer: switch(options, "stop-timer-on-answer"),
            seconds_to_show_question: number(options, "seconds-to-show-question"),
            seconds_to_show_answer: number(options, "seconds-to-show-answer"),
            question_action: integer(options, "question-action"),
            answer_action: integer(options, "answer-action"),
            wait_for_audio: switch(options, "wait-for-audio"),
            sm2_retention: number(options, "historical-retention"),
            weight_search: text(options, "param-search"),
        }
    }
}

// The table of options says which type each of them has; what follows only unpacks it. Numbers
// are single precision, as Anki keeps them, so that JSON has the digits that the author wrote.

fn integer(options: &DeckOptions, key: &str) -> i64 {
    match options.get(key) {
        DeckOptionValue::Integer(value) => value,
        _ => 0,
    }
}

fn number(options: &DeckOptions, key: &str) -> f32 {
    match options.get(key) {
        DeckOptionValue::Number(value) => single(value),
        _ => 0.0,
    }
}

fn switch(options: &DeckOptions, key: &str) -> bool {
    options.get(key) == DeckOptionValue::Switch(true)
}

fn text(options: &DeckOptions, key: &str) -> String {
    match options.get(key) {
        DeckOptionValue::Text(value) => value,
        _ => String::new(),
    }
}

fn numbers(options: &DeckOptions, key: &str) -> Vec<f32> {
    match options.get(key) {
        DeckOptionValue::Numbers(values) => values.into_iter().map(single).collect(),
        _ => Vec::new(),
    }
}

fn single(value: f64) -> f32 {
    value as f32
}

fn per_mille(value: f32) -> u32 {
    (value * 1000.0).round() as u32
}
