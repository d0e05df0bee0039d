//! Where each deck option stands: in the JSON of schema 11, and in the blob of schema 18. One row
//! of the table says both.

use super::proto::DeckConfig;
use crate::model::DeckOptionValue;

/// Where an option stands.
pub(super) struct Place {
    pub(super) key: &'static str,
    /// The object inside of the JSON, if it is not the JSON itself, and the key there.
    pub(super) json: (&'static str, &'static str),
    pub(super) form: Form,
    pub(super) blob: fn(&mut DeckConfig, DeckOptionValue),
}

/// How JSON says a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Same,
    /// The other way round.
    Not,
    /// A switch as 0 or 1.
    Bit,
    /// A choice of 0 or 1 as 1 or 0.
    Swapped,
    PerMille,
    /// At this position of a list.
    At(usize),
    /// Only if it has this length. Each version of FSRS has its own number of parameters, and a
    /// place of its own.
    OfLength(usize),
}

/// A row: the option, the object and the key of the JSON, how the JSON says it, and its field of
/// the blob.
macro_rules! place {
    ($key:literal, $object:literal . $inner:literal, $form:expr, $field:ident) => {
        Place {
            key: $key,
            json: ($object, $inner),
            form: $form,
            blob: |config, value| config.$field = Stored::stored(value),
        }
    };
}

use Form::{At, Bit, Not, OfLength, PerMille, Same, Swapped};

pub(super) const PLACES: &[Place] = &[
    place!("answer-action", ""."answerAction", Same, answer_action),
    place!("bury-interday-learning", ""."buryInterdayLearning", Same, bury_interday_learning),
    place!("bury-new", "new"."bury", Same, bury_new),
    place!("bury-reviews", "rev"."bury", Same, bury_reviews),
    place!("cap-answer-time-to-secs", ""."maxTaken", Same, cap_answer_time_to_secs),
    place!("desired-retention", ""."desiredRetention", Same, desired_retention),
    place!("disable-autoplay", ""."autoplay", Not, disable_autoplay),
    place!("easy-days-percentages", ""."easyDaysPercentages", Same, easy_days_percentages),
    place!("easy-multiplier", "rev"."ease4", Same, easy_multiplier),
    place!("fsrs-params", ""."fsrsWeights", OfLength(17), fsrs_params_4),
    place!("fsrs-params", ""."fsrsParams5", OfLength(19), fsrs_params_5),
    place!("fsrs-params", ""."fsrsParams6", OfLength(21), fsrs_params_6),
    place!("graduating-interval-easy", "new"."ints", At(1), graduating_interval_easy),
    place!("graduating-interval-good", "new"."ints", At(0), graduating_interval_good),
    place!("hard-multiplier", "rev"."hardFactor", Same, hard_multiplier),
    place!("historical-retention", ""."sm2Retention", Same, historical_retention),
    place!("ignore-revlogs-before-date", ""."ignoreRevlogsBeforeDate", Same, ignore_revlogs_before_date),
    place!("initial-ease", "new"."initialFactor", PerMille, initial_ease),
    place!("interday-learning-mix", ""."interdayLearningMix", Same, interday_learning_mix),
    place!("interval-multiplier", "rev"."ivlFct", Same, interval_multiplier),
    place!("lapse-multiplier", "lapse"."mult", Same, lapse_multiplier),
    place!("learning-steps", "new"."delays", Same, learn_steps),
    place!("leech-action", "lapse"."leechAction", Same, leech_action),
    place!("leech-threshold", "lapse"."leechFails", Same, leech_threshold),
    place!("maximum-review-interval", "rev"."maxIvl", Same, maximum_review_interval),
    place!("minimum-lapse-interval", "lapse"."minInt", Same, minimum_lapse_interval),
    place!("new-card-gather-priority", ""."newGatherPriority", Same, new_card_gather_priority),
    place!("new-card-insert-order", "new"."order", Swapped, new_card_insert_order),
    place!("new-card-sort-order", ""."newSortOrder", Same, new_card_sort_order),
    place!("new-mix", ""."newMix", Same, new_mix),
    place!("new-per-day", "new"."perDay", Same, new_per_day),
    place!("new-per-day-minimum", ""."newPerDayMinimum", Same, new_per_day_minimum),
    place!("param-search", ""."weightSearch", Same, param_search),
    place!("question-action", ""."questionAction", Same, question_action),
    place!("relearning-steps", "lapse"."delays", Same, relearn_steps),
    place!("review-order", ""."reviewOrder", Same, review_order),
    place!("reviews-per-day", "rev"."perDay", Same, reviews_per_day),
    place!("seconds-to-show-answer", ""."secondsToShowAnswer", Same, seconds_to_show_answer),
    place!("seconds-to-show-question", ""."secondsToShowQuestion", Same, seconds_to_show_question),
    place!("show-timer", ""."timer", Bit, show_timer),
    place!("skip-question-when-replaying-answer", ""."replayq", Not, skip_question_when_replaying_answer),
    place!("stop-timer-on-answer", ""."stopTimerOnAnswer", Same, stop_timer_on_answer),
    place!("wait-for-audio", ""."waitForAudio", Same, wait_for_audio),
];

/// Numbers are single precision, as Anki keeps them.
pub(super) fn single(value: f64) -> f32 {
    value as f32
}

/// A field of the blob, out of a value. The table of options says which type each option has, and
/// that of the blob fits it; what follows only unpacks it.
trait Stored: Default {
    fn unpack(value: DeckOptionValue) -> Option<Self>;

    fn stored(value: DeckOptionValue) -> Self {
        Self::unpack(value).unwrap_or_default()
    }
}

impl Stored for u32 {
    fn unpack(value: DeckOptionValue) -> Option<Self> {
        match value {
            DeckOptionValue::Integer(number) => number.try_into().ok(),
            _ => None,
        }
    }
}

impl Stored for i32 {
    fn unpack(value: DeckOptionValue) -> Option<Self> {
        match value {
            DeckOptionValue::Integer(number) => number.try_into().ok(),
            _ => None,
        }
    }
}

impl Stored for f32 {
    fn unpack(value: DeckOptionValue) -> Option<Self> {
        match value {
            DeckOptionValue::Number(number) => Some(single(number)),
            _ => None,
        }
    }
}

impl Stored for bool {
    fn unpack(value: DeckOptionValue) -> Option<Self> {
        match value {
            DeckOptionValue::Switch(on) => Some(on),
            _ => None,
        }
    }
}

impl Stored for String {
    fn unpack(value: DeckOptionValue) -> Option<Self> {
        match value {
            DeckOptionValue::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Stored for Vec<f32> {
    fn unpack(value: DeckOptionValue) -> Option<Self> {
        match value {
            DeckOptionValue::Numbers(numbers) => Some(numbers.into_iter().map(single).collect()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeckOptions;

    #[test]
    fn every_option_has_a_place() {
        for key in DeckOptions::keys() {
            assert!(PLACES.iter().any(|place| place.key == key), "{key}");
        }
        for place in PLACES {
            assert!(
                DeckOptions::keys().any(|key| key == place.key),
                "{}",
                place.key
            );
        }
    }
}
