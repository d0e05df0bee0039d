//! The table of deck options: keys, ranges and defaults, as measured on Anki 26.9.3.

use super::DeckOptionValue;

/// An option.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) kind: Kind,
}

/// What an option takes; each variant begins with Anki's default.
#[derive(Debug)]
pub(super) enum Kind {
    /// A whole number between these, both included.
    Integer(i64, i64, i64),
    /// A number between these, both included.
    Number(f64, f64, f64),
    Switch(bool),
    /// One of these names; the number is what Anki keeps.
    Choice(i64, &'static [(&'static str, i64)]),
    /// Minutes.
    Steps(&'static [f64]),
    /// None, or as many as one of these lengths says, between these, both included.
    Numbers(&'static [f64], &'static [usize], f64, f64),
    Text,
    Date,
}

use Kind::{Choice, Date, Integer, Number, Numbers, Steps, Switch, Text};

const MIX: &[(&str, i64)] = &[
    ("mix-with-reviews", 0),
    ("after-reviews", 1),
    ("before-reviews", 2),
];

/// Sorted by key.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "answer-action",
        Choice(
            0,
            &[
                ("bury-card", 0),
                ("answer-again", 1),
                ("answer-good", 2),
                ("answer-hard", 3),
                ("show-reminder", 4),
            ],
        ),
    ),
    Setting::new("bury-interday-learning", Switch(false)),
    Setting::new("bury-new", Switch(false)),
    Setting::new("bury-reviews", Switch(false)),
    Setting::new("cap-answer-time-to-secs", Integer(60, 1, 9999)),
    Setting::new("desired-retention", Number(0.9, 0.7, 0.99)),
    Setting::new("disable-autoplay", Switch(false)),
    Setting::new("easy-days-percentages", Numbers(&[1.0; 7], &[7], 0.0, 1.0)),
    Setting::new("easy-multiplier", Number(1.3, 1.0, 5.0)),
    Setting::new(
        "fsrs-params",
        Numbers(&[], &[17, 19, 21], -1000.0, 36_500.0),
    ),
    Setting::new("graduating-interval-easy", Integer(4, 1, 36_500)),
    Setting::new("graduating-interval-good", Integer(1, 1, 36_500)),
    Setting::new("hard-multiplier", Number(1.2, 0.5, 1.3)),
    Setting::new("historical-retention", Number(0.9, 0.7, 0.97)),
    Setting::new("ignore-revlogs-before-date", Date),
    Setting::new("initial-ease", Number(2.5, 1.31, 5.0)),
    Setting::new("interday-learning-mix", Choice(0, MIX)),
    Setting::new("interval-multiplier", Number(1.0, 0.5, 2.0)),
    Setting::new("lapse-multiplier", Number(0.0, 0.0, 1.0)),
    Setting::new("learning-steps", Steps(&[1.0, 10.0])),
    Setting::new(
        "leech-action",
        Choice(1, &[("suspend", 0), ("tag-only", 1)]),
    ),
    Setting::new("leech-threshold", Integer(8, 1, 9999)),
    Setting::new("maximum-review-interval", Integer(36_500, 1, 36_500)),
    Setting::new("minimum-lapse-interval", Integer(1, 1, 36_500)),
    Setting::new(
        "new-card-gather-priority",
        Choice(
            0,
            &[
                ("deck", 0),
                ("deck-then-random-notes", 5),
                ("lowest-position", 1),
                ("highest-position", 2),
                ("random-notes", 3),
                ("random-cards", 4),
            ],
        ),
    ),
    Setting::new(
        "new-card-insert-order",
        Choice(0, &[("due", 0), ("random", 1)]),
    ),
    Setting::new(
        "new-card-sort-order",
        Choice(
            0,
            &[
                ("template", 0),
                ("no-sort", 1),
                ("template-then-random", 2),
                ("random-note-then-template", 3),
                ("random-card", 4),
            ],
        ),
    ),
    Setting::new("new-mix", Choice(0, MIX)),
    Setting::new("new-per-day", Integer(20, 0, 9999)),
    Setting::new("new-per-day-minimum", Integer(0, 0, 9999)),
    Setting::new("param-search", Text),
    Setting::new(
        "question-action",
        Choice(0, &[("show-answer", 0), ("show-reminder", 1)]),
    ),
    Setting::new("relearning-steps", Steps(&[10.0])),
    Setting::new(
        "review-order",
        Choice(
            0,
            &[
                ("day", 0),
                ("day-then-deck", 1),
                ("deck-then-day", 2),
                ("intervals-ascending", 3),
                ("intervals-descending", 4),
                ("ease-ascending", 5),
                ("ease-descending", 6),
                ("retrievability-ascending", 7),
                ("random", 8),
                ("added", 9),
                ("reverse-added", 10),
                ("retrievability-descending", 11),
                ("relative-overdueness", 12),
            ],
        ),
    ),
    Setting::new("reviews-per-day", Integer(200, 0, 9999)),
    Setting::new("seconds-to-show-answer", Number(0.0, 0.0, 86_400.0)),
    Setting::new("seconds-to-show-question", Number(0.0, 0.0, 86_400.0)),
    Setting::new("show-timer", Switch(false)),
    Setting::new("skip-question-when-replaying-answer", Switch(false)),
    Setting::new("stop-timer-on-answer", Switch(false)),
    Setting::new("wait-for-audio", Switch(true)),
];

/// A century in minutes: a step beyond it is a slip.
const LONGEST_STEP: f64 = 100.0 * 366.0 * 24.0 * 60.0;

impl Setting {
    const fn new(key: &'static str, kind: Kind) -> Self {
        Self { key, kind }
    }

    pub(super) fn default(&self) -> DeckOptionValue {
        match self.kind {
            Integer(default, ..) | Choice(default, _) => default.into(),
            Number(default, ..) => default.into(),
            Switch(default) => default.into(),
            Steps(default) | Numbers(default, ..) => default.to_vec().into(),
            Text | Date => "".into(),
        }
    }

    /// The value as it is kept; `None` where the option does not take it.
    pub(super) fn accept(&self, value: DeckOptionValue) -> Option<DeckOptionValue> {
        use DeckOptionValue as Value;
        match (&self.kind, value) {
            (Integer(_, min, max), Value::Integer(number)) => {
                (*min..=*max).contains(&number).then(|| number.into())
            }
            (Number(_, min, max), Value::Number(number)) => {
                (*min..=*max).contains(&number).then(|| number.into())
            }
            (Number(_, min, max), Value::Integer(number)) => {
                let number = i32::try_from(number).ok().map(f64::from)?;
                (*min..=*max).contains(&number).then(|| number.into())
            }
            (Switch(_), Value::Switch(switch)) => Some(switch.into()),
            (Choice(_, names), Value::Text(text)) => {
                let found = names.iter().find(|(name, _)| *name == text)?;
                Some(found.1.into())
            }
            (Steps(_), Value::Text(text)) => {
                let steps: Option<Vec<f64>> = text.split_whitespace().map(minutes).collect();
                self.accept(steps?.into())
            }
            (Steps(_), Value::Integer(number)) => {
                let number = i32::try_from(number).ok().map(f64::from)?;
                self.accept(vec![number].into())
            }
            (Steps(_), Value::Number(number)) => self.accept(vec![number].into()),
            (Steps(_), Value::Numbers(steps)) => {
                let fits = |step: &f64| *step > 0.0 && *step <= LONGEST_STEP;
                steps.iter().all(fits).then(|| steps.into())
            }
            (Numbers(_, lengths, min, max), Value::Numbers(numbers)) => {
                let length_fits = numbers.is_empty() || lengths.contains(&numbers.len());
                let fits = length_fits && numbers.iter().all(|it| (*min..=*max).contains(it));
                // An empty list is the default, which need not be empty itself.
                fits.then(|| match numbers.is_empty() {
                    true => self.default(),
                    false => numbers.into(),
                })
            }
            (Text, Value::Text(text)) => Some(text.into()),
            (Date, Value::Text(text)) => (text.is_empty() || is_date(&text)).then(|| text.into()),
            _ => None,
        }
    }

    /// The value as it is kept, from one that was kept: choices are numbers there.
    pub(super) fn restore(&self, value: DeckOptionValue) -> Option<DeckOptionValue> {
        match (&self.kind, value) {
            (Choice(_, names), DeckOptionValue::Integer(number)) => {
                let known = names.iter().any(|(_, it)| *it == number);
                known.then(|| number.into())
            }
            (_, value) => self.accept(value),
        }
    }

    /// The value that is kept, as it is given.
    pub(super) fn spelled(&self, value: &DeckOptionValue) -> DeckOptionValue {
        if let (Choice(_, names), DeckOptionValue::Integer(number)) = (&self.kind, value)
            && let Some((name, _)) = names.iter().find(|(_, it)| it == number)
        {
            return (*name).into();
        }
        value.clone()
    }

    /// What it takes, in words.
    pub(super) fn expected(&self) -> String {
        match self.kind {
            Integer(_, min, max) => format!("a whole number from {min} to {max}"),
            Number(_, min, max) => format!("a number from {min} to {max}"),
            Switch(_) => "true or false".to_owned(),
            Choice(_, names) => {
                let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                format!("one of `{}`", names.join("`, `"))
            }
            Steps(_) => "a list of minutes, or a text such as `1m 10m 1d`".to_owned(),
            Numbers(_, lengths, ..) => {
                let lengths: Vec<String> = lengths.iter().map(ToString::to_string).collect();
                let lengths = lengths.join(" or ");
                format!("a list of {lengths} numbers, or an empty one")
            }
            Text => "a text".to_owned(),
            Date => "a date such as `2024-12-31`".to_owned(),
        }
    }
}

/// A step as Anki shows it: a number with `s`, `m`, `h` or `d` behind it, else minutes.
fn minutes(step: &str) -> Option<f64> {
    let (number, unit) = match step.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, step.get(number.len()..)?),
        None => (step, "m"),
    };
    // `parse` would take `inf` and `nan` too.
    let plain = |it: char| it.is_ascii_digit() || it == '.';
    if !number.chars().all(plain) {
        return None;
    }
    let number: f64 = number.parse().ok()?;
    Some(match unit {
        "s" => number / 60.0,
        "h" => number * 60.0,
        "d" => number * 1440.0,
        _ => number,
    })
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize, min: u32, max: u32| {
        parts.next().is_some_and(|it| {
            let digits = it.len() == length && it.bytes().all(|byte| byte.is_ascii_digit());
            digits && it.parse().is_ok_and(|it| (min..=max).contains(&it))
        })
    };
    part(4, 1970, 9999) && part(2, 1, 12) && part(2, 1, 31) && parts.next().is_none()
}
