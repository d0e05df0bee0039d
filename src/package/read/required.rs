//! Keys that Anki asks for in the JSON of schema 11: where one is missing it imports nothing
//! (measured on 26.9.3 and 25.9.2). deckle reads on with defaults, so that the rest can be looked
//! at, and tells what is missing.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// At most so many are told.
const MOST: usize = 100;

type Object<'a> = BTreeMap<String, &'a RawValue>;

const NOTE_TYPE: &[&str] = &[
    "id", "name", "type", "mod", "usn", "sortf", "did", "css", "tmpls", "flds",
];
const FIELD: &[&str] = &["name", "sticky", "rtl", "font", "size"];
const TEMPLATE: &[&str] = &["name", "qfmt"];
const DECK: &[&str] = &[
    "id",
    "name",
    "usn",
    "lrnToday",
    "revToday",
    "newToday",
    "timeToday",
    "collapsed",
    "dyn",
];
const PRESET: &[&str] = &[
    "id", "mod", "name", "usn", "maxTaken", "autoplay", "timer", "new", "rev", "lapse",
];

/// What is missing in the columns `models`, `decks` and `dconf`, as phrases.
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
                compare(
                    &format!("{list}[{index}] in {what}"),
                    item,
                    keys,
                    &mut found,
                );
            }
        }
    }
    for (id, deck) in objects(decks) {
        let what = format!("deck {id}");
        compare(&what, &deck, DECK, &mut found);
        let filtered = deck
            .get("dyn")
            .is_some_and(|it| matches!(it.get(), "1" | "true"));
        let more: &[&str] = if filtered {
            &["resched", "terms"]
        } else {
            &["conf"]
        };
        compare(&what, &deck, more, &mut found);
        let number = |it: &&RawValue| it.get().starts_with(|it: char| it.is_ascii_digit());
        if deck.get("collapsed").is_some_and(number) {
            found.push(format!(
                "`collapsed` in {what} is a number, not true or false"
            ));
        }
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

fn compare(what: &str, object: &Object<'_>, keys: &[&str], found: &mut Vec<String>) {
    for key in keys {
        let there = match object.get(*key) {
            // No deck at all is what most note types have.
            Some(value) => *key == "did" || value.get() != "null",
            None => false,
        };
        if !there && found.len() < MOST {
            found.push(format!("{what} has no `{key}`"));
        }
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
                "note type 5 has no `css`",
                "tmpls[0] in note type 5 has no `qfmt`"
            ]
        );
        assert_eq!(lacking("", "", ""), Vec::<String>::new());
        let many = lacking("", r#"{"1": {"id": 1, "collapsed": 1}}"#, "");
        assert_eq!(many.len(), 9);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = lacking(&text, &text, &text);
        }
    }
}
