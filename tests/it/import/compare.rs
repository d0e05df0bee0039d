//! A prediction against what Anki did.

use std::collections::BTreeSet;

use deckle::model::NoteTypeKind;
use deckle::package::{
    Collection, Contents, Difference, HeldNote, ImportLog, ImportOptions, Importer, NoteChange,
    NoteOutcome, PackageReader, Refusal,
};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::Pair;

/// What a run has looked at.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pairs: usize,
    refused: usize,
    unread: usize,
    merged: usize,
    outcomes: [usize; 4],
}

impl Tally {
    /// A run that compared next to nothing proves nothing.
    #[expect(
        clippy::print_stdout,
        reason = "the figures of a run, for whoever asks for them"
    )]
    pub(super) fn assert_sound(&self, pairs: usize) {
        println!("{self:?}");
        if pairs >= 300 {
            assert!(self.refused * 20 >= self.pairs, "{self:?}");
            assert!(self.refused * 3 <= self.pairs, "{self:?}");
            assert!(
                self.outcomes.iter().all(|count| *count >= pairs / 5),
                "{self:?}"
            );
        }
    }
}

const GROUPS: [(NoteOutcome, &str); 4] = [
    (NoteOutcome::New, "new"),
    (NoteOutcome::Updated, "updated"),
    (NoteOutcome::Duplicate, "duplicate"),
    (NoteOutcome::Conflicting, "conflicting"),
];

pub(super) fn pair(
    pair: &Pair,
    client: Importer,
    told: &mut Value,
    tally: &mut Tally,
) -> Result<(), String> {
    let read = |path| PackageReader::open(path).and_then(PackageReader::into_contents_with_hashes);
    let (old, new) = (read(&pair.old), read(&pair.new));
    tally.pairs += 1;
    let mut collection = Collection::new(client);
    let mut missing_media = false;
    let mut refusals = 0;
    let same_guids = [&old, &new].into_iter().flatten().any(has_same_guids);
    let imports = [
        (&old, ImportOptions::default(), "first"),
        (&new, pair.options, "second"),
        (
            if pair.third_is_new { &new } else { &old },
            ImportOptions::default(),
            "third",
        ),
    ];
    for (package, options, which) in imports {
        if told[which].is_null() {
            continue;
        }
        let told = &told[which];
        let package = match package {
            Ok(package) => package,
            Err(error) => {
                tally.unread += 1;
                if told.get("error").is_none() {
                    return Err(format!(
                        "{which}: deckle reads nothing ({error}), Anki: {told}"
                    ));
                }
                continue;
            }
        };
        match collection.import(package, &options) {
            Err(refusal) => {
                missing_media |= matches!(refusal, Refusal::MediaMissing(_));
                refusals += 1;
                refused(&refusal, told).map_err(|it| format!("{which}: {it}"))?;
            }
            Ok((after, log)) => {
                collection = after;
                for (count, (outcome, _)) in tally.outcomes.iter_mut().zip(GROUPS) {
                    *count += log.count(outcome);
                }
                let mut predicted = log_json(package, &log);
                let mut told = told.clone();
                if same_guids {
                    count_only(&mut predicted);
                    count_only(&mut told);
                }
                if predicted != told {
                    return Err(format!("{which}: predicted {predicted}\n  Anki {told}"));
                }
            }
        }
    }
    if let (Ok(old), Ok(new), false) = (&old, &new, same_guids) {
        let difference = Difference::new(old, new, client, &pair.options);
        agrees(&difference, &told["second"]).map_err(|it| format!("difference: {it}"))?;
    }
    if let (true, Ok(old), Ok(new)) = (pair.merge, &old, &new) {
        tally.merged += 1;
        merged(old, new, &told["merged"]).map_err(|it| format!("merged: {it}"))?;
    }
    tally.refused += usize::from(refusals > 0);
    let mut predicted = state(&collection);
    if missing_media {
        // Files before the missing one were copied, in no particular order.
        predicted["media"].take();
        told["state"]["media"].take();
    }
    let mut wrong = String::new();
    for (key, value) in predicted.as_object().unwrap() {
        let mut told = told["state"][key].clone();
        if let Some(list) = told.as_array() {
            told = sorted(list.iter().cloned());
        }
        if *value != told {
            wrong += &format!("{key}: {}\n", differing(value, &told));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn refused(refusal: &Refusal, told: &Value) -> Result<(), String> {
    let Some(error) = told["error"].as_str() else {
        return Err(format!(
            "predicted that Anki refuses: {refusal}; it says {told}"
        ));
    };
    let expected = match refusal {
        Refusal::MediaPath(_) | Refusal::MediaName(..) => "not a valid .apkg",
        Refusal::MediaMissing(_) => "missing from archive",
        Refusal::NoteTypeName(_) => "notetype name",
        Refusal::FieldName(_) => "Field name",
        Refusal::TemplateName(_) => "Template name",
        Refusal::NoFields(_) => "1 field required",
        Refusal::NoTemplates(_) => "1 template required",
        Refusal::NoNoteType(_) => "No such notetype",
        Refusal::FieldCount { .. } => "fields, expected",
        Refusal::DeckDepth(_) => "nesting level",
        _ => "a refusal that this test does not know",
    };
    match error.contains(expected) {
        true => Ok(()),
        false => Err(format!("predicted `{refusal}`, Anki says `{error}`")),
    }
}

/// What the difference says of each note is what Anki's log says.
pub(super) fn agrees(difference: &Difference, told: &Value) -> Result<(), String> {
    let refused = difference.refused.as_ref().is_some_and(|it| it.is_new);
    if refused || told.get("error").is_some() {
        return match refused && told.get("error").is_some() {
            true => Ok(()),
            false => Err(format!("{:?}, Anki {told}", difference.refused)),
        };
    }
    type Wanted = fn(&NoteChange) -> bool;
    let groups: [(&str, usize, Wanted); 3] = [
        ("new", difference.log.new, |it| *it == NoteChange::Added),
        ("updated", difference.log.updated, |it| {
            *it == NoteChange::Updated
        }),
        ("conflicting", difference.log.conflicting, |it| {
            matches!(it, NoteChange::Conflicting(_))
        }),
    ];
    for (group, count, wanted) in groups {
        let notes = difference.notes.iter().filter(|note| wanted(&note.change));
        let mut guids: Vec<&str> = notes.map(|note| note.guid.as_str()).collect();
        guids.sort_unstable();
        if told[group] != json!(guids) || count != guids.len() {
            return Err(format!("{group} is {guids:?}, Anki {}", told[group]));
        }
    }
    match told["duplicate"].as_array().map(Vec::len) == Some(difference.log.duplicate) {
        true => Ok(()),
        false => Err(format!(
            "{} duplicates, Anki {}",
            difference.log.duplicate, told["duplicate"]
        )),
    }
}

/// Learners who follow the advice to merge have all texts of the new package, and no second note
/// type.
fn merged(old: &Contents, new: &Contents, told: &Value) -> Result<(), String> {
    for note in &new.notes {
        // Nothing brings a text that changed without its time.
        let earlier = old.notes.iter().find(|it| it.guid == note.guid);
        if earlier.is_some_and(|it| it.modified == note.modified && it.fields != note.fields) {
            continue;
        }
        let stored = new
            .note_types
            .iter()
            .find(|it| it.id == note.note_type)
            .unwrap();
        for (field, text) in stored.fields.iter().zip(note.fields()) {
            let found = &told["notes"][&note.guid][&field.name];
            // Names of media may be others.
            if found.as_str() != Some(text) && !text.contains(['<', '[']) {
                return Err(format!(
                    "{} has {found} in {}, not {text:?}",
                    note.guid, field.name
                ));
            }
        }
    }
    let names = told["types"].as_array().unwrap().iter();
    match names
        .filter_map(Value::as_str)
        .find(|name| name.ends_with('+'))
    {
        // A name that learners' own note types have is another matter.
        Some(name) if !name.starts_with("Basic") => Err(format!("there is a note type {name}")),
        _ => Ok(()),
    }
}

/// Where notes share a guid, Anki's log names the ones and the others.
fn count_only(log: &mut Value) {
    for (_, group) in GROUPS {
        if let Some(guids) = log[group].as_array() {
            log[group] = guids.len().into();
        }
    }
}

fn has_same_guids(package: &Contents) -> bool {
    let guids: BTreeSet<&str> = package
        .notes
        .iter()
        .map(|note| note.guid.as_str())
        .collect();
    guids.len() < package.notes.len()
}

pub(super) fn log_json(package: &Contents, log: &ImportLog) -> Value {
    let mut predicted = json!({ "sync": log.one_way_sync });
    for (outcome, name) in GROUPS {
        let notes = package.notes.iter().zip(&log.notes);
        let mut guids: Vec<&str> = notes
            .filter(|(_, it)| **it == outcome)
            .map(|(note, _)| note.guid.as_str())
            .collect();
        guids.sort_unstable();
        predicted[name] = json!(guids);
    }
    predicted
}

pub(super) fn state(collection: &Collection<'_>) -> Value {
    let when = |seconds: i64| match seconds {
        i64::MAX => "now".to_owned(),
        seconds => seconds.to_string(),
    };
    let note = |note: &HeldNote<'_>| {
        let note_type = collection
            .note_types()
            .get(&note.note_type)
            .map(|it| &it.name);
        let fields: String = note.fields.nfc().collect();
        json!([
            note.guid,
            note_type,
            when(note.modified),
            tags(&note.tags),
            fields
        ])
    };
    let cards = collection.notes().iter().flat_map(|note| {
        note.cards.iter().map(|card| {
            let deck = collection.deck_of(card).map(str::to_owned);
            let deck = deck.unwrap_or_else(|| format!("#{}", card.deck.unwrap_err()));
            json!([note.guid, card.ordinal, deck])
        })
    });
    let types = collection.note_types().values().map(|held| {
        let kind = i32::from(held.kind() == NoteTypeKind::Cloze);
        let stored = &held.stored;
        let sort = stored.sort_field.min(stored.fields.len() - 1);
        let fronts: Vec<&str> = stored
            .templates
            .iter()
            .map(|it| it.front.as_str())
            .collect();
        json!([
            held.name,
            held.original_id,
            when(held.modified),
            kind,
            sort,
            held.field_names(),
            held.template_names(),
            fronts,
            stored.css,
        ])
    });
    let media: serde_json::Map<String, Value> = collection
        .media()
        .iter()
        .map(|(name, sha1)| {
            let hex: String = sha1.iter().map(|byte| format!("{byte:02x}")).collect();
            (name.clone(), Value::from(hex))
        })
        .collect();
    json!({
        "notes": sorted(collection.notes().iter().map(note)),
        "cards": sorted(cards),
        "types": sorted(types),
        "decks": sorted(collection.decks().iter().map(|it| json!([it.name, it.description]))),
        "media": media,
    })
}

/// Tags as Anki keeps them, in small letters.
fn tags(text: &str) -> Vec<String> {
    let found = text.split([' ', '\u{3000}']).filter(|tag| !tag.is_empty());
    let normal = found.map(|tag| {
        let parts = tag
            .split("::")
            .map(|part| if part.is_empty() { "blank" } else { part });
        parts.collect::<Vec<_>>().join("::").to_lowercase()
    });
    let found: BTreeSet<String> = normal.collect();
    found.into_iter().collect()
}

/// In Python's order of lists, by their texts.
pub(super) fn sorted(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<Value> = values.collect();
    values.sort_by_key(Value::to_string);
    Value::from(values)
}

/// What one list has and the other lacks.
pub(super) fn differing(predicted: &Value, told: &Value) -> String {
    match (predicted.as_array(), told.as_array()) {
        (Some(predicted), Some(told)) => {
            let only = |one: &[Value], other: &[Value]| {
                let lines = one.iter().filter(|it| !other.contains(it));
                lines.map(|it| format!("\n    {it}")).collect::<String>()
            };
            format!(
                "\n  predicted{}\n  Anki{}",
                only(predicted, told),
                only(told, predicted)
            )
        }
        _ => format!("\n  predicted {predicted}\n  Anki      {told}"),
    }
}
