//! Deck options presets: how many cards a day, in which order, with which steps.
//!
//! One table says for each option its key, its values and Anki's default; the setters, the
//! keys of a manifest and the package's rows all go by it. Keys are Anki's own names (those of
//! its file format) in kebab case.

mod setters;
mod table;
mod value;

use std::collections::BTreeMap;

use table::{SETTINGS, Setting};

pub use value::DeckOptionValue;

/// A preset of deck options. What is not set has Anki's default.
///
/// Learners get it only if they tick "Import any deck presets", and Anki never changes a preset
/// that a collection has already: what is edited later reaches new learners alone.
///
/// ```
/// use deckle::DeckOptions;
///
/// let options = DeckOptions::new("Ten a day")
///     .new_per_day(10)
///     .learning_steps([1.0, 10.0])
///     .desired_retention(0.9);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DeckOptions {
    pub(crate) name: String,
    pub(crate) id: Option<i64>,
    values: BTreeMap<&'static str, DeckOptionValue>,
    /// The first thing that went wrong in a setter; told when the package is written.
    problem: Option<DeckOptionsError>,
}

/// Why an option cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeckOptionsError {
    /// There is no option of this key; see [`DeckOptions::keys`].
    #[error("there is no deck option `{0}`")]
    UnknownKey(String),
    /// Anki would replace the value by its default; the text says what it takes.
    #[error("the deck option `{key}` is {expected}")]
    Value {
        /// The option.
        key: &'static str,
        /// What it takes, such as "a whole number from 0 to 9999".
        expected: String,
    },
}

impl DeckOptions {
    /// A preset of this name, with Anki's defaults.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            values: BTreeMap::new(),
            problem: None,
        }
    }

    /// With this id, by which an import knows the preset. Default: derived from the name.
    #[must_use]
    pub fn id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys of all options, sorted.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        SETTINGS.iter().map(|setting| setting.key)
    }

    /// Sets the option `key`.
    ///
    /// # Errors
    /// When there is no such option, or it does not take the value.
    pub fn set(
        &mut self,
        key: &str,
        value: impl Into<DeckOptionValue>,
    ) -> Result<(), DeckOptionsError> {
        let Some(setting) = setting(key) else {
            return Err(DeckOptionsError::UnknownKey(key.to_owned()));
        };
        let value = setting
            .accept(value.into())
            .ok_or_else(|| DeckOptionsError::Value {
                key: setting.key,
                expected: setting.expected(),
            })?;
        self.values.insert(setting.key, value);
        Ok(())
    }

    /// Sets the option `key` to what a collection keeps, choices as their numbers. `false` where
    /// Anki would not take it; the option then has its default.
    pub(crate) fn restore(&mut self, key: &str, value: DeckOptionValue) -> bool {
        let Some(setting) = setting(key) else {
            return false;
        };
        let Some(value) = setting.restore(value) else {
            return false;
        };
        // A preset that says what Anki does anyway is the same as one that does not.
        if value == setting.default() {
            self.values.remove(setting.key);
        } else {
            self.values.insert(setting.key, value);
        }
        true
    }

    /// # Errors
    /// What a setter could not take.
    pub(crate) fn check(&self) -> Result<(), DeckOptionsError> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => Ok(()),
        }
    }

    /// The value of an option: the one that was set, else Anki's default. For a choice it is
    /// the number that Anki keeps.
    pub(crate) fn get(&self, key: &str) -> DeckOptionValue {
        match self.values.get(key) {
            Some(value) => value.clone(),
            None => setting(key).map_or(DeckOptionValue::Integer(0), Setting::default),
        }
    }

    /// The options that are not Anki's default, sorted by key, with values as [`DeckOptions::set`]
    /// takes them.
    #[must_use]
    pub fn changed(&self) -> Vec<(&'static str, DeckOptionValue)> {
        let changed = SETTINGS.iter().filter_map(|setting| {
            let value = self.values.get(setting.key)?;
            (*value != setting.default()).then(|| (setting.key, setting.spelled(value)))
        });
        changed.collect()
    }

    fn with(mut self, key: &str, value: impl Into<DeckOptionValue>) -> Self {
        if let Err(problem) = self.set(key, value) {
            self.problem.get_or_insert(problem);
        }
        self
    }
}

fn setting(key: &str) -> Option<&'static Setting> {
    let index = SETTINGS.binary_search_by(|it| it.key.cmp(key)).ok()?;
    SETTINGS.get(index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::table::Kind;
    use super::*;

    #[test]
    fn the_table_can_be_searched() {
        assert!(SETTINGS.is_sorted_by(|one, other| one.key < other.key));
        for setting in SETTINGS {
            let default = setting.default();
            let given = match &setting.kind {
                Kind::Choice(_, names) => DeckOptionValue::from(names[0].0),
                _ => default,
            };
            assert!(setting.accept(given).is_some(), "{}", setting.key);
        }
    }

    #[test]
    fn values_are_taken_in_their_ranges() {
        let check = |key: &str, value: DeckOptionValue, expect: Result<DeckOptionValue, &str>| {
            let mut options = DeckOptions::new("x");
            let outcome = options.set(key, value).map(|()| options.get(key));
            let outcome = outcome.map_err(|error| error.to_string());
            assert_eq!(outcome, expect.map_err(str::to_owned));
        };
        let numbers = |values: &[f64]| DeckOptionValue::from(values.to_vec());
        check("new-per-day", 0.into(), Ok(0.into()));
        check(
            "new-per-day",
            10_000.into(),
            Err("the deck option `new-per-day` is a whole number from 0 to 9999"),
        );
        check("initial-ease", 2.into(), Ok(2.0.into()));
        check(
            "desired-retention",
            90.into(),
            Err("the deck option `desired-retention` is a number from 0.7 to 0.99"),
        );
        check("desired-retention", 0.85.into(), Ok(0.85.into()));
        check("bury-new", true.into(), Ok(true.into()));
        check(
            "bury-new",
            1.into(),
            Err("the deck option `bury-new` is true or false"),
        );
        check("leech-action", "tag-only".into(), Ok(1.into()));
        check(
            "leech-action",
            "burn".into(),
            Err("the deck option `leech-action` is one of `suspend`, `tag-only`"),
        );
        let minutes = numbers(&[0.5, 10.0, 60.0, 2880.0]);
        check("learning-steps", "30s 10 1h 2d".into(), Ok(minutes));
        check("learning-steps", numbers(&[]), Ok(numbers(&[])));
        check("learning-steps", 5.into(), Ok(numbers(&[5.0])));
        let steps = "the deck option `learning-steps` is a list of minutes, or a text such as \
                     `1m 10m 1d`";
        for wrong in ["1w", "-1m", "m", "1m,2m", "nan"] {
            check("learning-steps", wrong.into(), Err(steps));
        }
        check("fsrs-params", numbers(&[0.5; 21]), Ok(numbers(&[0.5; 21])));
        check(
            "fsrs-params",
            numbers(&[0.5; 20]),
            Err(
                "the deck option `fsrs-params` is a list of 17 or 19 or 21 numbers, or an empty one",
            ),
        );
        check(
            "ignore-revlogs-before-date",
            "2024-02-30x".into(),
            Err("the deck option `ignore-revlogs-before-date` is a date such as `2024-12-31`"),
        );
        check("tempo", 1.into(), Err("there is no deck option `tempo`"));
    }

    #[test]
    fn a_setter_keeps_its_problem_for_later() {
        assert_eq!(DeckOptions::new("x").new_per_day(5).check(), Ok(()));
        assert!(DeckOptions::new("x").new_per_day(10_000).check().is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(key in 0..SETTINGS.len(), text in ".{0,12}") {
            let _ = DeckOptions::new("x").set(SETTINGS[key].key, text.as_str());
        }
    }
}
