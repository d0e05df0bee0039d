//! What stands around a call and its result.
//!
//! A request of version 6 is answered with `{"result": .., "error": ..}`; one without a version, or
//! to a server that does not heed it, with the bare result, or with an object that holds the error
//! alone. Both are read. An error is an error whatever the HTTP status says: that is always 200.
//! Measured with the add-on of 2023 and one of 2025, in Anki 26.9.3 and 25.9.2.

use serde_json::{Map, Value, json};

/// What of the protocol is spoken. AnkiConnect takes any number from 5 on as the same.
const VERSION: u8 = 6;
/// How AnkiConnect says that the key is missing, or not its own.
const KEY: &str = "valid api key must be provided";
/// How it says that it does not know an action.
const UNKNOWN: &str = "unsupported action";
/// What it answers to an empty request.
const BANNER: &str = "AnkiConnect";
/// How AnkiConnect on Android says that it does not know an action: it stumbles over its own answer.
const STUMBLED: &str = "Did not consume the entire document";
/// What stands in front of each line that Android adds to an error, about its own program.
const TRACE: &str = "\n\tat ";
/// How AnkiConnect says that the list of profiles is open, and no collection.
const NO_PROFILE: &str = "collection is not available";

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The key is missing, or another one.
    Key,
    /// The action is not known.
    Unknown,
    /// No profile is open, so there is no collection.
    NoProfile,
    /// What AnkiConnect says.
    Said(String),
    /// It said its name and no more.
    Banner,
    /// The answer is none of AnkiConnect; the text says why.
    Odd(String),
}

/// A request. Each one inside of `multi` is such an object, too.
pub(super) fn request(action: &str, params: Value, key: Option<&str>) -> Value {
    let mut request = Map::new();
    request.insert("action".to_owned(), action.into());
    request.insert("version".to_owned(), VERSION.into());
    // `null` is refused: arguments are an object.
    let params = if params.is_null() { json!({}) } else { params };
    request.insert("params".to_owned(), params);
    if let Some(key) = key {
        request.insert("key".to_owned(), key.into());
    }
    Value::Object(request)
}

/// The result in an answer.
pub(super) fn reply(answer: &str) -> Result<Value, Failure> {
    let trimmed = answer.trim();
    if trimmed.trim_matches('"').starts_with(BANNER) {
        return Err(Failure::Banner);
    }
    let value: Value = serde_json::from_str(trimmed).map_err(|error| {
        let start: String = trimmed.chars().take(60).collect();
        Failure::Odd(format!("`{}` is no JSON ({error})", start.escape_debug()))
    })?;
    // The add-on of 2025 says its name in JSON.
    let name = value.get("apiVersion").and_then(Value::as_str);
    if name.is_some_and(|it| it.starts_with(BANNER)) {
        return Err(Failure::Banner);
    }
    result(value)
}

/// The result in an answer that is JSON, or in one of those that `multi` lists.
pub(super) fn result(value: Value) -> Result<Value, Failure> {
    let Value::Object(mut object) = value else {
        return Ok(value);
    };
    let known = |it: &str| it == "result" || it == "error";
    let is_envelope = object.contains_key("error") && object.keys().all(|it| known(it));
    if !is_envelope {
        return Ok(Value::Object(object));
    }
    match object.remove("error") {
        None | Some(Value::Null) => Ok(object.remove("result").unwrap_or(Value::Null)),
        Some(error) => Err(failure(&error)),
    }
}

fn failure(error: &Value) -> Failure {
    match error {
        Value::String(text) if text.contains(KEY) => Failure::Key,
        Value::String(text) if text == UNKNOWN => Failure::Unknown,
        Value::String(text) if text == NO_PROFILE => Failure::NoProfile,
        Value::String(text) if text.starts_with(STUMBLED) => Failure::Banner,
        Value::String(text) => {
            let said = text.split(TRACE).next().unwrap_or_default();
            Failure::Said(said.trim().to_owned())
        }
        // `addNotes` lists what is wrong with each note.
        Value::Array(list) => {
            let texts = list.iter().filter_map(|it| match it {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            });
            Failure::Said(texts.collect::<Vec<_>>().join("; "))
        }
        other => Failure::Said(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn answers_of_all_versions_are_read() {
        let check = |answer: &str, expect: Result<&str, Failure>| {
            let read = reply(answer).map(|it| it.to_string());
            assert_eq!(read, expect.map(str::to_owned), "{answer}");
        };
        let said = |text: &str| Err(Failure::Said(text.to_owned()));
        check(r#"{"result": 6, "error": null}"#, Ok("6"));
        check(r#"{"result": null, "error": null}"#, Ok("null"));
        check(r#"{"result": null, "error": "no deck"}"#, said("no deck"));
        check("6", Ok("6"));
        check("[1, 2]", Ok("[1,2]"));
        check(r#"{"Default": 1}"#, Ok(r#"{"Default":1}"#));
        check(r#"{"error": "no deck"}"#, said("no deck"));
        // A result of its own that looks like half an envelope.
        check(
            r#"{"canAdd": false, "error": "x"}"#,
            Ok(r#"{"canAdd":false,"error":"x"}"#),
        );
        check(r#"{"result": 1}"#, Ok(r#"{"result":1}"#));
        let key = r#"{"result": null, "error": "valid api key must be provided"}"#;
        check(key, Err(Failure::Key));
        let unknown = r#"{"result": null, "error": "unsupported action"}"#;
        check(unknown, Err(Failure::Unknown));
        let closed = r#"{"result": null, "error": "collection is not available"}"#;
        check(closed, Err(Failure::NoProfile));
        let android = r#"{"result": null, "error": "Did not consume the entire document.com.google.gson.JsonSyntaxException: Did not consume the entire document.\n\tat com.google.gson.JsonParser\n"}"#;
        check(android, Err(Failure::Banner));
        let traced = r#"{"result": null, "error": "Couldn't add notejava.lang.Exception: Couldn't add note\n\tat com.kamwithk\n\tat b\n"}"#;
        check(
            traced,
            said("Couldn't add notejava.lang.Exception: Couldn't add note"),
        );
        let list = r#"{"result": null, "error": ["a", null, "b"]}"#;
        check(list, said("a; b"));
        check("AnkiConnect v.6", Err(Failure::Banner));
        check("\"AnkiConnect v.6\"", Err(Failure::Banner));
        let named = r#"{"apiVersion": "AnkiConnect v.6"}"#;
        check(named, Err(Failure::Banner));
        assert!(matches!(reply("<html>"), Err(Failure::Odd(_))));
        assert!(matches!(reply(""), Err(Failure::Odd(_))));
    }

    #[test]
    fn a_request_says_version_and_key() {
        let check = |params: Value, key: Option<&str>, expect: &str| {
            assert_eq!(request("a", params, key).to_string(), expect);
        };
        check(
            Value::Null,
            None,
            r#"{"action":"a","params":{},"version":6}"#,
        );
        let keyed = r#"{"action":"a","key":"k","params":{"b":1},"version":6}"#;
        check(json!({"b": 1}), Some("k"), keyed);
    }

    proptest! {
        #[test]
        fn no_answer_panics(answer in ".*") {
            let _ = reply(&answer);
        }
    }
}
