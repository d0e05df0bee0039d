//! What Anki asks of the JSON of schema 11: where a key is missing, or a value is of another kind,
//! it imports nothing (measured key by key on 26.9.3 and 25.9.2). deckle reads on where it can, so
//! that the rest can be looked at, and tells what is wrong.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// At most so many are told.
const MOST: usize = 100;

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// What a value must be.
#[derive(Clone, Copy)]
enum Is {
    /// Whatever: Anki takes its own default for what it cannot read.
    There,
    Byte,
    Signed,
    Unsigned,
    Integer,
    Number,
    Text,
    Switch,
    List,
    /// An integer, in quotes too.
    Id,
    /// Nothing at all, or an integer.
    Deck,
}

/// A key, and whether it may be missing.
type Key = (&'static str, Is, bool);

const NOTE_TYPE: &[Key] = &[
    ("id", Is::Id, false),
    ("name", Is::Text, false),
    ("type", Is::Integer, false),
    ("mod", Is::Integer, false),
    ("usn", Is::Signed, false),
    ("sortf", Is::Integer, false),
    ("did", Is::Deck, false),
    ("css", Is::Text, false),
    ("tmpls", Is::List, false),
    ("flds", Is::List, false),
];
const FIELD: &[Key] = &[
    ("name", Is::Text, false),
    ("sticky", Is::There, false),
    ("rtl", Is::There, false),
    ("font", Is::Text, false),
    ("size", Is::Integer, false),
];
const TEMPLATE: &[Key] = &[("name", Is::Text, false), ("qfmt", Is::Text, false)];
const DECK: &[Key] = &[
    ("id", Is::Id, false),
    ("name", Is::Text, false),
    ("usn", Is::Signed, false),
    ("lrnToday", Is::List, false),
    ("revToday", Is::List, false),
    ("newToday", Is::List, false),
    ("timeToday", Is::List, false),
    ("collapsed", Is::Switch, false),
    ("dyn", Is::There, false),
];
const NORMAL_DECK: &[Key] = &[("conf", Is::Integer, false)];
const FILTERED_DECK: &[Key] = &[("resched", Is::Switch, false), ("terms", Is::List, false)];
const PRESET: &[Key] = &[
    ("id", Is::Id, false),
    ("mod", Is::Integer, false),
    ("name", Is::Text, false),
    ("usn", Is::Signed, false),
    ("maxTaken", Is::Signed, false),
    ("autoplay", Is::There, false),
    ("timer", Is::There, false),
    ("new", Is::There, false),
    ("rev", Is::There, false),
    ("lapse", Is::There, false),
    ("fsrsWeights", Is::List, true),
    ("ignoreRevlogsBeforeDate", Is::Text, true),
    ("interdayLearningMix", Is::Signed, true),
    ("newGatherPriority", Is::Signed, true),
    ("newMix", Is::Signed, true),
    ("newPerDayMinimum", Is::Unsigned, true),
    ("newSortOrder", Is::Signed, true),
    ("questionAction", Is::Byte, true),
    ("replayq", Is::Switch, true),
    ("reviewOrder", Is::Signed, true),
    ("secondsToShowAnswer", Is::Number, true),
    ("secondsToShowQuestion", Is::Number, true),
    ("sm2Retention", Is::Number, true),
    ("stopTimerOnAnswer", Is::Switch, true),
    ("waitForAudio", Is::Switch, true),
    ("weightSearch", Is::Text, true),
];

/// What is wrong with the columns `models`, `decks` and `dconf`, as phrases.
pub(super) fn lacking(models: &str, decks: &str, dconf: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (id, note_type) in objects(models) {
        let what = format!("note type {id}");
        compare(&what, &note_type, NOTE_TYPE, &mut found);
        let inner = note_type.get("id").map(|it| it.get().trim_matches('"'));
        if inner.is_some_and(|inner| inner != id) {
            found.push(format!("{what} has another `id` inside"));
        }
        for (list, keys) in [("flds", FIELD), ("tmpls", TEMPLATE)] {
            let text = note_type.get(list).map_or("[]", |it| it.get());
            let items: Vec<Object<'_>> = serde_json::from_str(text).unwrap_or_default();
            for (index, item) in items.iter().enumerate() {
                let what = format!("{list}[{index}] in {what}");
                compare(&what, item, keys, &mut found);
            }
        }
    }
    for (id, deck) in objects(decks) {
        let what = format!("deck {id}");
        compare(&what, &deck, DECK, &mut found);
        let filtered = deck.get("dyn").map(|it| it.get());
        let keys = match filtered {
            Some("1" | "true") => FILTERED_DECK,
            _ => NORMAL_DECK,
        };
        compare(&what, &deck, keys, &mut found);
    }
    for (id, preset) in objects(dconf) {
        compare(&format!("preset {id}"), &preset, PRESET, &mut found);
    }
    found.truncate(MOST);
    found
}

/// What is no object of objects is told as an error elsewhere.
fn objects(text: &str) -> BTreeMap<String, Object<'_>> {
    serde_json::from_str(text).unwrap_or_default()
}

fn compare(what: &str, object: &Object<'_>, keys: &[Key], found: &mut Vec<String>) {
    for (key, is, optional) in keys {
        let problem = match object.get(*key) {
            Some(value) => match is.problem(value.get()) {
                Some(expected) => format!("`{key}` in {what} is not {expected}"),
                None => continue,
            },
            None if *optional => continue,
            None => format!("{what} has no `{key}`"),
        };
        if found.len() < MOST {
            found.push(problem);
        }
    }
}

impl Is {
    /// What the value should be, where it is not.
    fn problem(self, json: &str) -> Option<&'static str> {
        let begins = |it: char| json.starts_with(it);
        let is_in = |from: i64, to: i64| json.parse().is_ok_and(|it| (from..=to).contains(&it));
        let (good, expected) = match self {
            Self::There => (true, ""),
            Self::Byte => (is_in(0, 255), "an integer from 0 to 255"),
            Self::Signed => (
                is_in(i32::MIN.into(), i32::MAX.into()),
                "an integer of 32 bits",
            ),
            Self::Unsigned => (is_in(0, u32::MAX.into()), "an integer from 0 to 4294967295"),
            Self::Integer => (is_in(i64::MIN, i64::MAX), "an integer"),
            Self::Id => {
                let inside = json.trim_matches('"');
                (inside.parse::<i64>().is_ok(), "an integer")
            }
            Self::Deck => {
                let good = json == "null" || is_in(i64::MIN, i64::MAX);
                (good, "an integer or null")
            }
            Self::Number => {
                let good = begins('-') || json.starts_with(|it: char| it.is_ascii_digit());
                (good, "a number")
            }
            Self::Text => (begins('"'), "a text"),
            Self::Switch => (begins('t') || begins('f'), "true or false"),
            Self::List => (begins('['), "a list"),
        };
        (!good).then_some(expected)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_missing_is_told() {
        let models = r#"{"5": {"id": "5", "name": "T", "type": 0, "mod": 0, "usn": 0, "sortf": 0,
            "did": null, "css": null, "tmpls": [{"name": "C"}], "flds": []}}"#;
        let found = lacking(models, "{}", "{}");
        assert_eq!(
            found,
            [
                "`css` in note type 5 is not a text",
                "tmpls[0] in note type 5 has no `qfmt`"
            ]
        );
        assert_eq!(lacking("", "", ""), Vec::<String>::new());
        let many = lacking("", r#"{"1": {"id": 1, "collapsed": 1}}"#, "");
        assert_eq!(many.len(), 9);
        let preset = r#"{"2": {"usn": 1.5, "replayq": 1, "timer": null, "newMix": 70000000000}}"#;
        let found = lacking("", "", preset).join("; ");
        for part in ["`usn`", "`replayq`", "`newMix`"] {
            assert!(
                found.contains(&format!("{part} in preset 2 is not ")),
                "{found}"
            );
        }
        assert!(!found.contains("`timer`"), "{found}");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = lacking(&text, &text, &text);
        }
    }
}
