//! A deck options preset: as JSON of schema 11, and as the blob of schema 18.
//!
//! Anki replaces each of `new`, `rev` and `lapse` by its defaults, without a word, if one key in
//! it is missing or of another type (measured on 26.9.3 and 25.9.2); so all are written.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::preset_places::{Form, PLACES, Place, single};
use super::proto::DeckConfig;
use crate::model::{DeckOptionValue, DeckOptions};
#[cfg(feature = "sync")]
use crate::package::StoredPreset;

/// Anki's own preset, which every deck without options has.
pub(super) const DEFAULT_PRESET: i64 = 1;

/// A preset as it goes into the package.
#[derive(Debug)]
pub(super) struct PresetRow<'a> {
    pub(super) id: i64,
    pub(super) modified: i64,
    options: Cow<'a, DeckOptions>,
}

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
                (Form::OfLength(length), DeckOptionValue::Numbers(numbers))
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

/// A preset that a package holds, as schema 11 and syncs write it.
#[cfg(feature = "sync")]
pub(crate) fn preset_json(stored: &StoredPreset) -> Map<String, Value> {
    let row = PresetRow::new(stored.id, Cow::Borrowed(&stored.options), stored.modified);
    match row.json() {
        Value::Object(it) => it,
        _ => Map::new(),
    }
}

fn put(object: &mut Map<String, Value>, key: &str, form: Form, value: DeckOptionValue) {
    let value = match (form, value) {
        (Form::Not, DeckOptionValue::Switch(on)) => Value::from(!on),
        (Form::Bit, DeckOptionValue::Switch(on)) => Value::from(u8::from(on)),
        (Form::Swapped, DeckOptionValue::Integer(number)) => Value::from(i64::from(number == 0)),
        (Form::PerMille, DeckOptionValue::Number(number)) => {
            Value::from((single(number) * 1000.0).round() as u32)
        }
        (Form::At(index), DeckOptionValue::Integer(number)) => {
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

/// The number with the digits that the author wrote: those of its single precision.
fn json_number(value: f64) -> Value {
    let digits = single(value).to_string();
    Value::from(digits.parse::<f64>().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

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
