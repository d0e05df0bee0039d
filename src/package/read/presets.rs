//! Presets of deck options: from `col.dconf` in schema 11, from a table of their own since. That
//! keeps the JSON of schema 11 in schema 14, and messages since; those of schema 15 say the ease
//! of new cards in percent (measured on Anki 26.9.3 and 25.9.2).

use serde_json::Value as Json;

use super::StoredPreset;
use super::container::damaged;
use super::json::Object;
use super::note_types::other;
use super::preset_groups::GROUPS;
use super::store::Store;
use crate::Error;
use crate::model::{DeckOptionValue as Value, DeckOptions};
use crate::package::proto::DeckConfig;

/// Sorted by id.
pub(super) fn read(store: &Store, schema: u8, dconf: &str) -> Result<Vec<StoredPreset>, Error> {
    let mut found = match store.has_table("deck_config")? {
        true => from_table(store, schema)?,
        false => from_json(dconf)?,
    };
    found.sort_by_key(|preset| preset.id);
    Ok(found)
}

fn from_json(dconf: &str) -> Result<Vec<StoredPreset>, Error> {
    if dconf.is_empty() {
        return Ok(Vec::new());
    }
    Object::parse("the column `dconf`", dconf)?
        .into_entries("preset")
        .map(|(what, key, text)| preset(&what, &key, text))
        .collect()
}

/// How a key of JSON says an option.
enum As {
    Integer,
    Number,
    Switch,
    /// The other way round.
    Not,
    Numbers,
    Text,
}

const OPTIONS: &[(&str, &str, As)] = &[
    ("maxTaken", "cap-answer-time-to-secs", As::Integer),
    ("autoplay", "disable-autoplay", As::Not),
    ("timer", "show-timer", As::Switch),
    ("replayq", "skip-question-when-replaying-answer", As::Not),
    ("newMix", "new-mix", As::Integer),
    ("newPerDayMinimum", "new-per-day-minimum", As::Integer),
    ("interdayLearningMix", "interday-learning-mix", As::Integer),
    ("reviewOrder", "review-order", As::Integer),
    ("newSortOrder", "new-card-sort-order", As::Integer),
    ("newGatherPriority", "new-card-gather-priority", As::Integer),
    ("buryInterdayLearning", "bury-interday-learning", As::Switch),
    ("desiredRetention", "desired-retention", As::Number),
    (
        "ignoreRevlogsBeforeDate",
        "ignore-revlogs-before-date",
        As::Text,
    ),
    ("easyDaysPercentages", "easy-days-percentages", As::Numbers),
    ("stopTimerOnAnswer", "stop-timer-on-answer", As::Switch),
    (
        "secondsToShowQuestion",
        "seconds-to-show-question",
        As::Number,
    ),
    ("secondsToShowAnswer", "seconds-to-show-answer", As::Number),
    ("questionAction", "question-action", As::Integer),
    ("answerAction", "answer-action", As::Integer),
    ("waitForAudio", "wait-for-audio", As::Switch),
    ("sm2Retention", "historical-retention", As::Number),
    ("weightSearch", "param-search", As::Text),
];
pub(super) fn preset(what: &str, key: &str, text: &str) -> Result<StoredPreset, Error> {
    let mut object = Object::parse(what, text)?;
    // The key wins over the id inside (measured).
    let id = key.parse().ok().or(object.integer("id")?);
    let id = id.ok_or_else(|| damaged(format!("{what} of the package has no id")))?;
    let mut options = Options::new(id, object.required_text("name")?);
    options.take_all(&mut object)?;
    for group in &GROUPS {
        let Some(said) = object.value::<Json>(group.name, "JSON")? else {
            continue;
        };
        match group.read(&said) {
            Some(said) => {
                let said = said.into_iter();
                said.filter_map(|(key, value)| Some((key, value?)))
                    .for_each(|(key, value)| options.set(key, value));
            }
            None => options.refused.extend(group.options()),
        }
    }
    let mut parameters = Vec::new();
    for key in ["fsrsWeights", "fsrsParams5", "fsrsParams6"] {
        parameters.push(object.value(key, "a list of numbers")?.unwrap_or_default());
    }
    options.set("fsrs-params", newest(parameters).into());
    let modified = object.integer("mod")?.unwrap_or_default();
    object.drop(&["id", "usn", "dyn"]);
    Ok(options.finish(modified, object.rest()))
}

fn from_table(store: &Store, schema: u8) -> Result<Vec<StoredPreset>, Error> {
    let mut found = Vec::new();
    let columns = ["id", "name", "mtime_secs", "config"];
    store.each("deck_config", &columns, |row| {
        row.in_a_list(found.len())?;
        let id = row.integer(0)?;
        if schema < 15 {
            let json = row.utf8(3)?;
            found.push(preset(&format!("preset {id}"), &id.to_string(), json)?);
            return Ok(());
        }
        let mut options = Options::new(id, row.text(1)?.to_owned());
        let mut config: DeckConfig = row.message(3)?;
        if schema < 16 {
            config.initial_ease /= 100.0;
        }
        let other = other(std::mem::take(&mut config.other));
        options.take_message(config);
        found.push(options.finish(row.integer(2)?, other));
        Ok(())
    })?;
    Ok(found)
}

/// A preset while its options are collected.
struct Options {
    id: i64,
    options: DeckOptions,
    refused: Vec<&'static str>,
}

impl Options {
    fn new(id: i64, name: String) -> Self {
        Self {
            id,
            options: DeckOptions::new(name).id(id),
            refused: Vec::new(),
        }
    }

    fn set(&mut self, key: &'static str, value: Value) {
        if !self.options.restore(key, value) {
            self.refused.push(key);
        }
    }

    fn take_all(&mut self, object: &mut Object<'_>) -> Result<(), Error> {
        for (from, key, kind) in OPTIONS {
            let value = match kind {
                As::Integer => object.integer(from)?.map(Value::from),
                As::Number => object.value::<f64>(from, "a number")?.map(Value::from),
                As::Switch => object.switch(from)?.map(Value::from),
                As::Not => object.switch(from)?.map(|on| Value::from(!on)),
                As::Numbers => object
                    .value::<Vec<f64>>(from, "a list of numbers")?
                    .map(Value::from),
                As::Text => object.optional_text(from)?.map(Value::from),
            };
            if let Some(value) = value {
                self.set(key, value);
            }
        }
        Ok(())
    }

    fn take_message(&mut self, config: DeckConfig) {
        for (key, value) in of_message(config) {
            self.set(key, value);
        }
    }

    fn finish(self, modified: i64, other: String) -> StoredPreset {
        StoredPreset {
            id: self.id,
            name: self.options.name().to_owned(),
            modified,
            options: self.options,
            refused: self.refused,
            other,
        }
    }
}

/// The options that a message says.
fn of_message(it: DeckConfig) -> Vec<(&'static str, Value)> {
    let versions = [&it.fsrs_params_4, &it.fsrs_params_5, &it.fsrs_params_6];
    let parameters = newest(versions.map(|it| doubles(it)).into());
    vec![
        ("answer-action", it.answer_action.into()),
        ("bury-interday-learning", it.bury_interday_learning.into()),
        ("bury-new", it.bury_new.into()),
        ("bury-reviews", it.bury_reviews.into()),
        ("cap-answer-time-to-secs", it.cap_answer_time_to_secs.into()),
        ("desired-retention", number(it.desired_retention)),
        ("disable-autoplay", it.disable_autoplay.into()),
        ("easy-multiplier", number(it.easy_multiplier)),
        (
            "graduating-interval-easy",
            it.graduating_interval_easy.into(),
        ),
        (
            "graduating-interval-good",
            it.graduating_interval_good.into(),
        ),
        ("hard-multiplier", number(it.hard_multiplier)),
        ("historical-retention", number(it.historical_retention)),
        (
            "ignore-revlogs-before-date",
            it.ignore_revlogs_before_date.into(),
        ),
        ("initial-ease", number(it.initial_ease)),
        ("interday-learning-mix", it.interday_learning_mix.into()),
        ("interval-multiplier", number(it.interval_multiplier)),
        ("lapse-multiplier", number(it.lapse_multiplier)),
        ("learning-steps", doubles(&it.learn_steps).into()),
        ("leech-action", it.leech_action.into()),
        ("leech-threshold", it.leech_threshold.into()),
        ("maximum-review-interval", it.maximum_review_interval.into()),
        ("minimum-lapse-interval", it.minimum_lapse_interval.into()),
        (
            "new-card-gather-priority",
            it.new_card_gather_priority.into(),
        ),
        ("new-card-insert-order", it.new_card_insert_order.into()),
        ("new-card-sort-order", it.new_card_sort_order.into()),
        ("new-mix", it.new_mix.into()),
        ("new-per-day", it.new_per_day.into()),
        ("new-per-day-minimum", it.new_per_day_minimum.into()),
        ("param-search", it.param_search.into()),
        ("question-action", it.question_action.into()),
        ("relearning-steps", doubles(&it.relearn_steps).into()),
        ("review-order", it.review_order.into()),
        ("reviews-per-day", it.reviews_per_day.into()),
        ("seconds-to-show-answer", number(it.seconds_to_show_answer)),
        (
            "seconds-to-show-question",
            number(it.seconds_to_show_question),
        ),
        ("show-timer", it.show_timer.into()),
        (
            "skip-question-when-replaying-answer",
            it.skip_question_when_replaying_answer.into(),
        ),
        ("stop-timer-on-answer", it.stop_timer_on_answer.into()),
        ("wait-for-audio", it.wait_for_audio.into()),
        // No days at all are Anki's default, as they are the option's.
        (
            "easy-days-percentages",
            doubles(&it.easy_days_percentages).into(),
        ),
        ("fsrs-params", parameters.into()),
    ]
}

/// Of the parameters of several versions of FSRS the newest count, as in Anki.
fn newest(versions: Vec<Vec<f64>>) -> Vec<f64> {
    let given = |it: &Vec<f64>| !it.is_empty();
    versions.into_iter().rev().find(given).unwrap_or_default()
}

/// The number that its author typed: 0.9 in single precision is 0.899999976158142 in double.
fn double(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_default()
}

fn number(value: f32) -> Value {
    double(value).into()
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(double).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// An option that is read in one schema alone would change by a conversion.
    #[test]
    fn every_option_is_read_in_every_schema() {
        let all: BTreeSet<&str> = DeckOptions::keys().collect();
        let messages = of_message(DeckConfig::default());
        let of_messages: BTreeSet<&str> = messages.into_iter().map(|(key, _)| key).collect();
        assert_eq!(of_messages, all);
        let of_options = OPTIONS.iter().map(|(_, key, _)| *key);
        let of_groups = GROUPS.iter().flat_map(|group| group.options());
        let mut of_json: BTreeSet<&str> = of_options.chain(of_groups).collect();
        of_json.insert("fsrs-params");
        assert_eq!(of_json, all);
        for (from, key, kind) in OPTIONS {
            let text = match kind {
                As::Integer => format!("{{\"{from}\": -1}}"),
                As::Number => format!("{{\"{from}\": 1e9}}"),
                As::Numbers => format!("{{\"{from}\": [-1]}}"),
                As::Text => format!("{{\"{from}\": \"x\"}}"),
                As::Switch | As::Not => continue,
            };
            let mut options = Options::new(1, String::new());
            let mut object = Object::parse("it", &text).unwrap();
            options.take_all(&mut object).unwrap();
            let free_text = *key == "param-search";
            assert_eq!(options.refused.is_empty(), free_text, "{key}");
        }
    }

    #[test]
    fn numbers_are_those_that_were_typed() {
        for (value, expect) in [(0.9_f32, 0.9), (2.35, 2.35), (1440.0, 1440.0), (0.0, 0.0)] {
            assert_eq!(double(value), expect);
        }
    }
}
