//! `audio`: which fields are spoken, and by which program.
//!
//! A command is a list of words. No shell reads them, so nothing in a note's text can become part
//! of a command: `{text}` is put into the word it stands in, and nowhere else.

use super::yaml::decode;
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::written::{Audio, SpokenField};

/// The keys of the block.
pub(super) const KEYS: &[&str] = &[
    "voice",
    "command",
    "encode",
    "extension",
    "version",
    "recorded",
    "fields",
];

/// The keys of a field, where it is more than the name of another field.
const FIELD_KEYS: &[&str] = &["text", "voice"];

/// What stands for something in a command that speaks.
const OF_COMMAND: &[&str] = &["voice", "text", "out", "project"];
/// The same of one that encodes.
const OF_ENCODE: &[&str] = &["in", "out", "project"];
/// The same of one that prints its version.
const OF_VERSION: &[&str] = &["project"];

/// The extensions of sounds that a command may make: those that every Anki plays, and WAV.
const EXTENSIONS: &[&str] = &["mp3", "m4a", "ogg", "opus", "flac", "wav"];

/// Applies one entry of the block.
pub(super) fn apply(entry: &Entry, what: &str, audio: &mut Audio, sink: &mut Diagnostics) {
    let value = &entry.value;
    match entry.name() {
        "voice" => {
            if let Some(voice) = voice(value, what, sink) {
                audio.voice = voice;
            }
        }
        "command" => {
            if let Some(words) = command(value, what, OF_COMMAND, &["out"], sink) {
                audio.command = words;
            }
        }
        "encode" => {
            let is_none = matches!(&value.value, Value::Sequence(items) if items.is_empty());
            if value.is_null() || is_none {
                audio.encode.clear();
            } else if let Some(words) = command(value, what, OF_ENCODE, &["in", "out"], sink) {
                audio.encode = words;
            }
        }
        "version" => {
            if let Some(words) = command(value, what, OF_VERSION, &[], sink) {
                audio.version = words;
            }
        }
        "extension" => {
            let Some(typed) = decode::string(value, what, sink) else {
                return;
            };
            if EXTENSIONS.contains(&typed.value.as_str()) {
                audio.extension = typed.value;
            } else {
                let taken = decode::enumeration(EXTENSIONS);
                decode::bad_value::<()>(&typed, what, &taken, sink);
            }
        }
        "recorded" => {
            if let Some(folders) = decode::strings(value, what, sink) {
                audio.recorded = folders.into_iter().map(|it| it.value).collect();
            }
        }
        _ => fields(value, what, audio, sink),
    }
}

fn voice(value: &Node, what: &str, sink: &mut Diagnostics) -> Option<String> {
    let typed = decode::string(value, what, sink)?;
    // It stands at the place of an option's value, but no program promises to take it for one.
    if typed.value.is_empty() || typed.value.starts_with('-') {
        return decode::bad_value(&typed, what, "the name of a voice, such as `es`", sink);
    }
    Some(typed.value)
}

/// The words of a command. Of the braces in it only those that mean something are taken.
fn command(
    value: &Node,
    what: &str,
    known: &[&str],
    needed: &[&str],
    sink: &mut Diagnostics,
) -> Option<Vec<String>> {
    if matches!(value.value, Value::Scalar(_)) {
        let title = format!("`{what}` takes a list of words, not a text");
        sink.push(
            Diagnostic::new(Code::WrongShape, title)
                .at(value.span, "one text")
                .note("no shell reads a command, so its words have to be apart")
                .help("write it as `[program, argument, argument]`"),
        );
        return None;
    }
    let words = decode::strings(value, what, sink)?;
    let mut found: Vec<String> = Vec::new();
    for word in &words {
        for name in placeholders(&word.value) {
            if !known.contains(&name) {
                tell_placeholder(word, name, what, known, sink);
                return None;
            }
            found.push(name.to_owned());
        }
    }
    let lacks = |it: &&&str| !found.iter().any(|name| name == **it);
    if let Some(missing) = needed.iter().find(lacks) {
        let title = format!("`{what}` does not say where `{{{missing}}}` goes");
        sink.push(
            Diagnostic::new(Code::BadValue, title)
                .at(value.span, "no such word in it")
                .help(format!(
                    "put `{{{missing}}}` in the place of the file's name"
                )),
        );
        return None;
    }
    let first = words.first().map(|it| it.value.as_str());
    if first.is_some_and(|it| it.is_empty() || it.contains('{') && !it.starts_with("{project}/")) {
        let title = format!("`{what}` does not begin with the name of a program");
        let span = words.first().map_or(value.span, |it| it.span);
        sink.push(
            Diagnostic::new(Code::BadValue, title)
                .at(span, "no program")
                .help(
                    "write a name that is found like one typed in a terminal, or `{project}/path`",
                ),
        );
        return None;
    }
    Some(words.into_iter().map(|it| it.value).collect())
}

/// The names in braces of a word.
fn placeholders(word: &str) -> impl Iterator<Item = &str> {
    word.split('{').skip(1).filter_map(|it| {
        let (name, _) = it.split_once('}')?;
        let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase());
        is_name.then_some(name)
    })
}

fn tell_placeholder(
    word: &Spanned<String>,
    name: &str,
    what: &str,
    known: &[&str],
    sink: &mut Diagnostics,
) {
    let known: Vec<String> = known.iter().map(|it| format!("{{{it}}}")).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let title = format!("`{{{name}}}` stands for nothing in `{what}`");
    sink.push(
        Diagnostic::new(Code::BadValue, title)
            .at(word.span, "nothing to put here")
            .help(format!(
                "what stands for something is {}",
                decode::enumeration(&known)
            )),
    );
}

/// `{Audio: Spanish}`, or with a mapping of `text` and `voice` behind the name.
fn fields(value: &Node, what: &str, audio: &mut Audio, sink: &mut Diagnostics) {
    let Some(entries) = decode::mapping(value, what, sink) else {
        return;
    };
    audio.fields.clear();
    for entry in entries {
        let target = entry.spanned_name();
        let Some((texts, voice)) = spoken(&entry.value, what, sink) else {
            continue;
        };
        if texts.is_empty() {
            let title = format!(
                "`{what}` does not say what is spoken into `{}`",
                target.value
            );
            sink.push(
                Diagnostic::new(Code::BadValue, title)
                    .at(target.span, "no field to speak")
                    .help(format!("write `{}: FIELD`", target.value)),
            );
            continue;
        }
        let field = SpokenField::new(target.value, texts, voice, target.span);
        audio.fields.push(field);
    }
}

fn spoken(
    value: &Node,
    what: &str,
    sink: &mut Diagnostics,
) -> Option<(Vec<String>, Option<String>)> {
    let names = |found: Vec<Spanned<String>>| found.into_iter().map(|it| it.value).collect();
    let Value::Mapping(entries) = &value.value else {
        return Some((names(decode::strings(value, what, sink)?), None));
    };
    let (mut texts, mut of_field) = (Vec::new(), None);
    for entry in entries {
        match entry.name() {
            "text" => texts = names(decode::strings(&entry.value, what, sink)?),
            "voice" => of_field = voice(&entry.value, "voice", sink),
            _ => {
                let place = format!("in a field of `{what}`");
                decode::unknown_key(&entry.key, &place, FIELD_KEYS, sink);
            }
        }
    }
    Some((texts, of_field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_braces_are_placeholders() {
        let check = |word: &str, expect: &[&str]| {
            assert_eq!(placeholders(word).collect::<Vec<_>>(), expect, "{word}");
        };
        check("{out}", &["out"]);
        check("--out={out}:{voice}", &["out", "voice"]);
        check("{", &[]);
        check("{}", &[]);
        check("a{b c}", &[]);
        check("{{text}}", &["text"]);
    }
}
