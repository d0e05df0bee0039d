//! What a note says of itself beside its fields: the reserved keys of YAML notes, of meta
//! comments and of attributes in Markdown.

use super::defaults::add_tag;
use super::draft::NoteSettings;
use super::yaml::decode;
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, Text};
use crate::model::written::WrittenSuspend;
use crate::model::{Flag, Guid, Tag};

/// The keys that [`apply`] and [`apply_text`] take.
pub const KEYS: &[&str] = &[
    "id", "guid", "was", "type", "deck", "tags", "tags!", "suspend", "flag", "order", "skip",
];

/// Applies one entry of a note. Returns whether its key is one of [`KEYS`] or was refused as a
/// key of that kind; wrong values are told.
pub fn apply(entry: &Entry, settings: &mut NoteSettings, sink: &mut Diagnostics) -> bool {
    let value = &entry.value;
    match entry.name() {
        "id" => settings.id = decode::string(value, "id", sink),
        "guid" => {
            if let Some(text) = decode::text(value, "guid", sink) {
                set_guid(&text, settings, sink);
            }
        }
        "was" => settings.was = decode::string(value, "was", sink),
        "type" => settings.note_type = decode::string(value, "type", sink),
        "deck" => settings.deck = decode::string(value, "deck", sink),
        "tags" => add_all(tags(value, sink), settings),
        "tags!" => {
            settings.replace_tags = true;
            add_all(tags(value, sink), settings);
        }
        "suspend" => settings.suspend = suspend(value, sink),
        "flag" => settings.flag = flag(value, sink),
        "order" => {
            let order = decode::integer(value, "order", 0..=i64::from(u32::MAX), sink);
            settings.order = order.and_then(|it| u32::try_from(it).ok());
        }
        "skip" => settings.skip = decode::boolean(value, "skip", sink).unwrap_or(false),
        "bury" => refuse_bury(entry.key_span(), sink),
        _ => return false,
    }
    true
}

/// Applies an attribute such as `flag=red` or `tags="a b"`, whose value is a text. Returns as
/// [`apply`].
pub fn apply_text(
    key: &Spanned<String>,
    value: &Text,
    settings: &mut NoteSettings,
    sink: &mut Diagnostics,
) -> bool {
    let value = value.trim();
    let spanned = Spanned::new(value.as_str().to_owned(), value.whole());
    match key.value.as_str() {
        "id" => settings.id = Some(spanned),
        "guid" => set_guid(&value, settings, sink),
        "was" => settings.was = Some(spanned),
        "type" => settings.note_type = Some(spanned),
        "deck" => settings.deck = Some(spanned),
        "tags" => add_all(split_tags(&value, sink), settings),
        "tags!" => {
            settings.replace_tags = true;
            add_all(split_tags(&value, sink), settings);
        }
        "suspend" => settings.suspend = Some(suspend_text(&value)),
        "flag" => settings.flag = flag_text(&spanned, sink),
        "order" => {
            let limits = 0..=i64::from(u32::MAX);
            let order = decode::as_integer(&spanned, "order", limits, sink);
            settings.order = order.and_then(|it| u32::try_from(it).ok());
        }
        "skip" => match decode::as_boolean(&spanned.value) {
            Some(skip) => settings.skip = skip,
            None => {
                decode::bad_value::<()>(&spanned, "skip", "`true` and `false`", sink);
            }
        },
        "bury" => refuse_bury(key.span, sink),
        _ => return false,
    }
    true
}

/// The tags of a list, or of a text that is split at white space and commas, each once.
pub fn tags(value: &Node, sink: &mut Diagnostics) -> Vec<Spanned<Tag>> {
    match &value.value {
        Value::Scalar(scalar) => split_tags(&scalar.text, sink),
        _ => {
            let mut found = Vec::new();
            for text in decode::strings(value, "tags", sink).unwrap_or_default() {
                add_tag(&mut found, &text.value, text.span, sink);
            }
            found
        }
    }
}

/// The tags of a text that is split at white space and commas, each once.
pub fn split_tags(text: &Text, sink: &mut Diagnostics) -> Vec<Spanned<Tag>> {
    let mut found = Vec::new();
    for word in words(text) {
        add_tag(&mut found, word.as_str(), word.whole(), sink);
    }
    found
}

/// The value of `suspend`: `true`, `false`, or names of card templates or cloze numbers.
pub fn suspend(value: &Node, sink: &mut Diagnostics) -> Option<WrittenSuspend> {
    match &value.value {
        Value::Scalar(scalar) => match decode::as_boolean(scalar.text.trim().as_str()) {
            Some(all) => Some(suspend_all(all)),
            // A name may hold spaces; a list is there for more than one.
            None => Some(WrittenSuspend::Cards(vec![decode::string(
                value, "suspend", sink,
            )?])),
        },
        Value::Sequence(_) => Some(WrittenSuspend::Cards(decode::strings(
            value, "suspend", sink,
        )?)),
        Value::Null | Value::Mapping(_) => decode::wrong_shape(
            value,
            "suspend",
            "`true`, `false` or a list of card templates",
            sink,
        ),
    }
}

/// The value of `flag`: the name of a color, or a number from 0 to 7.
pub fn flag(value: &Node, sink: &mut Diagnostics) -> Option<Flag> {
    flag_text(&decode::string(value, "flag", sink)?, sink)
}

fn flag_text(value: &Spanned<String>, sink: &mut Diagnostics) -> Option<Flag> {
    if let Some(flag) = Flag::parse(&value.value) {
        return Some(flag);
    }
    let names: Vec<&str> = Flag::ALL.iter().map(|(_, name)| *name).collect();
    let taken = format!("a number from 0 to 7, or {}", decode::alternatives(&names));
    decode::bad_value(value, "flag", &taken, sink)
}

fn suspend_all(all: bool) -> WrittenSuspend {
    if all {
        WrittenSuspend::All
    } else {
        WrittenSuspend::None
    }
}

fn suspend_text(value: &Text) -> WrittenSuspend {
    match decode::as_boolean(value.as_str()) {
        Some(all) => suspend_all(all),
        None => {
            let mut cards = Vec::new();
            let mut start = 0;
            for part in value.as_str().split(',') {
                let name = value.slice(start..start + part.len()).trim();
                start += part.len() + 1;
                if !name.is_empty() {
                    cards.push(Spanned::new(name.as_str().to_owned(), name.whole()));
                }
            }
            WrittenSuspend::Cards(cards)
        }
    }
}

fn set_guid(text: &Text, settings: &mut NoteSettings, sink: &mut Diagnostics) {
    let value = Spanned::new(text.as_str().to_owned(), text.whole());
    if Guid::new(value.value.as_str()).is_some() {
        settings.guid = Some(value);
    } else {
        let taken = "the guid of a note in Anki, a text without control characters";
        decode::bad_value::<()>(&value, "guid", taken, sink);
    }
}

fn add_all(tags: Vec<Spanned<Tag>>, settings: &mut NoteSettings) {
    for tag in tags {
        if !settings.tags.iter().any(|it| it.value == tag.value) {
            settings.tags.push(tag);
        }
    }
}

fn refuse_bury(key: Span, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::new(Code::Bury, "a package cannot bury cards")
            .at(key, "not possible")
            .note("buried cards come back the next day by themselves")
            .help("write `suspend: true` to keep a card back until it is wanted"),
    );
}

fn words(text: &Text) -> Vec<Text> {
    let value = text.as_str();
    let is_gap = |it: char| it.is_whitespace() || it == ',';
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in value.char_indices() {
        match (is_gap(character), start) {
            (true, Some(from)) => {
                found.push(text.slice(from..at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        found.push(text.slice(from..value.len()));
    }
    found
}
