//! A deck options preset: as JSON of schema 11, and as the blob of schema 18.
//!
//! One row of the table says where an option stands in both. Anki replaces each of `new`, `rev`
//! and `lapse` by its defaults, without a word, if one key in it is missing or of another type
//! (measured on 26.9.3 and 25.9.2); so all are written.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::proto::DeckConfig;
use crate::model::{DeckOptionValue, DeckOptions};

/// Anki's own preset, which every deck without options has.
pub(super) const DEFAULT_PRESET: i64 = 1;

/// A preset as it goes into the package.
#[derive(Debug)]
pub(super) struct PresetRow<'a> {
    pub(super) id: i64,
    pub(super) modified: i64,
    options: Cow<'a, DeckOptions>,
}

/// Where an option stands.
struct Place {
    key: &'static str,
    /// The object inside of the JSON, if it is not the JSON itself, and the key there.
    json: (&'static str, &'static str),
    form: Form,
    blob: fn(&mut DeckConfig, DeckOptionValue),
}

/// How JSON says a value.
#[derive(Debug, Clone, Copy)]
enum Form {
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

const PLACES: &[Place] = &[
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

impl<'a> PresetRow<'a> {
    pub(super) fn new(id: i64, options: Cow<'a, DeckOptions>, modified: i64) -> Self {
        Self {
            id,
            modified,
            options,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.options.name()
    }

    /// The preset of schema 11.
    pub(super) fn json(&self) -> Value {
        let mut top = json!({
            "id": self.id,
            "mod": self.modified,
            "name": self.name(),
            "usn": -1,
            "dyn": false,
            "new": {"ints": [0, 0, 0]},
            "rev": {},
            "lapse": {},
        });
        for (place, value) in self.values() {
            let (object, key) = place.json;
            let object = match object {
                "" => Some(&mut top),
                _ => top.get_mut(object),
            };
            if let Some(object) = object.and_then(Value::as_object_mut) {
                put(object, key, place.form, value);
            }
        }
        top
    }

    /// The preset of schema 18.
    pub(super) fn config(&self) -> DeckConfig {
        let mut config = DeckConfig::default();
        for (place, value) in self.values() {
            (place.blob)(&mut config, value);
        }
        config
    }

    fn values(&self) -> impl Iterator<Item = (&'static Place, DeckOptionValue)> {
        PLACES.iter().map(|place| {
            let value = self.options.get(place.key);
            let value = match (place.form, value) {
                (OfLength(length), DeckOptionValue::Numbers(numbers))
                    if numbers.len() != length =>
                {
                    DeckOptionValue::Numbers(Vec::new())
                }
                (_, value) => value,
            };
            (place, value)
        })
    }
}

fn put(object: &mut Map<String, Value>, key: &str, form: Form, value: DeckOptionValue) {
    let value = match (form, value) {
        (Not, DeckOptionValue::Switch(on)) => Value::from(!on),
        (Bit, DeckOptionValue::Switch(on)) => Value::from(u8::from(on)),
        (Swapped, DeckOptionValue::Integer(number)) => Value::from(i64::from(number == 0)),
        (PerMille, DeckOptionValue::Number(number)) => {
            Value::from((single(number) * 1000.0).round() as u32)
        }
        (At(index), DeckOptionValue::Integer(number)) => {
            if let Some(item) = object.get_mut(key).and_then(|list| list.get_mut(index)) {
                *item = Value::from(number);
            }
            return;
        }
        (_, DeckOptionValue::Integer(number)) => Value::from(number),
        (_, DeckOptionValue::Number(number)) => json_number(number),
        (_, DeckOptionValue::Switch(on)) => Value::from(on),
        (_, DeckOptionValue::Text(text)) => Value::from(text),
        (_, DeckOptionValue::Numbers(numbers)) => numbers.into_iter().map(json_number).collect(),
    };
    object.insert(key.to_owned(), value);
}

/// Numbers are single precision, as Anki keeps them.
fn single(value: f64) -> f32 {
    value as f32
}

/// The number with the digits that the author wrote: those of its single precision.
fn json_number(value: f64) -> Value {
    let digits = single(value).to_string();
    Value::from(digits.parse::<f64>().unwrap_or(value))
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
    use prost::Message;

    use super::*;

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

    #[test]
    fn the_blob_of_the_defaults_is_the_one_that_anki_writes() {
        let row = PresetRow::new(1, Cow::Owned(DeckOptions::new("Default")), 0);
        // The preset of a new collection, as measured on Anki 26.9.3.
        let expect: &[u8] = b"\x0a\x08\0\0\x80?\0\0 A\x12\x04\0\0 A\"\x1c\0\0\x80?\0\0\x80?\0\0\x80?\
            \0\0\x80?\0\0\x80?\0\0\x80?\0\0\x80?H\x14P\xc8\x01]\0\0 @eff\xa6?m\x9a\x99\x99?}\0\0\x80?\
            \x80\x01\x94\x9d\x02\x88\x01\x01\x90\x01\x01\x98\x01\x04\xa8\x01\x01\xb0\x01\x08\
            \xc0\x01<\xad\x02fff?\xc5\x02fff?\xe0\x02\x01";
        assert_eq!(row.config().encode_to_vec(), expect);
    }

    #[test]
    fn json_says_what_schema_11_means() {
        let options = DeckOptions::new("Mine")
            .new_card_insert_order("random")
            .disable_autoplay(true)
            .show_timer(true)
            .initial_ease(2.35)
            .graduating_interval_easy(9)
            .fsrs_params([0.25; 19])
            .desired_retention(0.87);
        let json = PresetRow::new(5, Cow::Borrowed(&options), 7).json();
        let check = |pointer: &str, expect: Value| {
            assert_eq!(json.pointer(pointer), Some(&expect), "{pointer}");
        };
        check("/id", 5.into());
        check("/mod", 7.into());
        check("/name", "Mine".into());
        check("/new/order", 0.into());
        check("/autoplay", false.into());
        check("/timer", 1.into());
        check("/new/initialFactor", 2350.into());
        check("/new/ints", json!([1, 9, 0]));
        check("/fsrsWeights", json!([]));
        check("/fsrsParams5", vec![0.25; 19].into());
        check("/desiredRetention", json!(0.87));
        check("/lapse/mult", json!(0.0));
    }
}
