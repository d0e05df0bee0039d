//! The project file of an unpacked package.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Notices;
use super::media::{FOLDER, MediaPlan, Seen};
use super::names::{Unique, slug};
use crate::model::{DeckName, DeckOptionValue, DeckOptions};
use crate::package::{Contents, StoredDeck, StoredDeckKind};
use crate::source::emit::{key, value};

/// Anki's own preset, which an import leaves as it is.
const DEFAULT_PRESET: i64 = 1;

/// What the project file says of a deck.
pub(super) struct PlannedDeck {
    name: DeckName,
    description: String,
    is_markdown: bool,
    /// The key of its preset.
    preset: Option<String>,
}

/// What the project file says of the decks that hold notes, and those above them.
pub(super) struct DeckSettings<'c> {
    decks: Vec<PlannedDeck>,
    presets: Vec<(String, i64, &'c DeckOptions)>,
}

pub(super) fn decks<'c>(
    contents: &'c Contents,
    used: &BTreeSet<DeckName>,
    notices: &mut Notices,
) -> DeckSettings<'c> {
    let mut with_parents = BTreeSet::new();
    for name in used {
        let mut next = Some(name.clone());
        while let Some(name) = next {
            next = name.parent();
            with_parents.insert(name);
        }
    }
    let mut keys = Unique::default();
    let mut settings = DeckSettings {
        decks: Vec::new(),
        presets: Vec::new(),
    };
    let (mut filtered, mut empty, mut limits) = (0, 0, 0);
    for deck in &contents.decks {
        let StoredDeckKind::Normal {
            preset,
            new_limit,
            review_limit,
            desired_retention,
            ..
        } = &deck.kind
        else {
            filtered += 1;
            continue;
        };
        let name = with_parents
            .iter()
            .find(|it| it.folded() == deck.name.to_lowercase());
        let Some(name) = name else {
            // Anki puts its own deck into every package.
            empty += usize::from(deck.id != 1);
            continue;
        };
        let own = new_limit.is_some() || review_limit.is_some() || desired_retention.is_some();
        limits += usize::from(own);
        settings.decks.push(PlannedDeck {
            name: name.clone(),
            description: deck.description.clone(),
            is_markdown: deck.markdown_description,
            preset: settings_key(
                contents,
                deck,
                *preset,
                &mut settings.presets,
                &mut keys,
                notices,
            ),
        });
    }
    notices.count_lost(filtered, "filtered deck", "filtered decks");
    notices.count_lost(empty, "deck without notes", "decks without notes");
    notices.count_lost(
        limits,
        "deck has limits of its own beside its options",
        "decks have limits of their own beside their options",
    );
    settings
}

/// The key of a deck's preset, which is put into the list where it is new.
fn settings_key<'c>(
    contents: &'c Contents,
    deck: &StoredDeck,
    preset: i64,
    presets: &mut Vec<(String, i64, &'c DeckOptions)>,
    keys: &mut Unique,
    notices: &mut Notices,
) -> Option<String> {
    if let Some((key, ..)) = presets.iter().find(|(_, id, _)| *id == preset) {
        return Some(key.clone());
    }
    let Some(stored) = contents.presets.iter().find(|it| it.id == preset) else {
        if preset != DEFAULT_PRESET {
            notices.lost(format!(
                "the options of the deck `{}`, which are not in the package",
                deck.name
            ));
        }
        return None;
    };
    if !stored.refused.is_empty() {
        notices.changed(format!(
            "options of the preset `{}` have Anki's defaults, because Anki would not take what they say: {}",
            stored.name,
            stored.refused.join(", ")
        ));
    }
    if !stored.other.is_empty() && stored.other != "{}" {
        notices.lost(format!("what add-ons keep in the preset `{}`", stored.name));
    }
    if preset == DEFAULT_PRESET {
        if !stored.options.changed().is_empty() {
            notices.lost(
                "the options of Anki's default preset, which an import leaves as they are"
                    .to_owned(),
            );
        }
        return None;
    }
    let key = match slug(&stored.name).as_str() {
        "" => keys.take("preset", ""),
        slug => keys.take(slug, ""),
    };
    presets.push((key.clone(), preset, &stored.options));
    Some(key)
}

/// The text of the project file.
pub(super) fn text(
    name: &DeckName,
    uid: &str,
    settings: &DeckSettings<'_>,
    media: &MediaPlan,
    seen: Seen,
    kept: &[String],
) -> String {
    let mut text = format!(
        "format: 1\nname: {}\nuid: {}\n",
        value(name.as_str(), 2),
        value(uid, 2)
    );
    // Writing to a string cannot fail.
    if media.looks_like_source {
        let _ = writeln!(text, "exclude: [{FOLDER}/]");
    }
    let _ = writeln!(text, "markdown: {{breaks: hard}}");
    if seen.has_plain_code() {
        let _ = writeln!(text, "code: {{highlight: none}}");
    }
    if seen.has_drawn() {
        let _ = writeln!(text, "math: {{engine: image}}");
    }
    if !media.files.is_empty() || seen.missing > 0 || seen.remote > 0 {
        let mut parts = vec![format!("paths: [{FOLDER}]")];
        if seen.remote > 0 {
            parts.push("remote: keep".to_owned());
        }
        if seen.missing > 0 {
            parts.push("missing: keep".to_owned());
        }
        if media.largest > 20_000_000 {
            parts.push(format!(
                "max-mb: {}",
                media.largest.div_ceil(1_000_000).min(100)
            ));
        }
        let _ = writeln!(text, "media: {{{}}}", parts.join(", "));
    }
    if !kept.is_empty() {
        // No text names them, and an import brings them all the same.
        text.push_str("assets:\n  keep:\n");
        for name in kept {
            let _ = writeln!(text, "    - {}", value(name, 4));
        }
    }
    push_decks(&mut text, &settings.decks);
    if !settings.presets.is_empty() {
        text.push_str("presets:\n");
        for (preset, id, options) in &settings.presets {
            push_preset(&mut text, preset, *id, options);
        }
    }
    text
}

/// A preset, below `presets`.
pub(in crate::project) fn push_preset(
    text: &mut String,
    preset: &str,
    id: i64,
    options: &DeckOptions,
) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "  {}:\n    name: {}\n    id: {id}",
        key(preset),
        value(options.name(), 6)
    );
    for (option, option_value) in options.changed() {
        let _ = writeln!(text, "    {option}: {}", option_text(&option_value));
    }
}

fn push_decks(text: &mut String, decks: &[PlannedDeck]) {
    let described = || decks.iter().filter(|it| !it.description.trim().is_empty());
    let with_preset: BTreeMap<&str, &str> = decks
        .iter()
        .filter_map(|it| Some((it.name.as_str(), it.preset.as_deref()?)))
        .collect();
    if described().next().is_none() && with_preset.is_empty() {
        return;
    }
    text.push_str("decks:\n");
    if described().next().is_some() {
        text.push_str("  descriptions:\n");
        for deck in described() {
            let name = key(deck.name.as_str());
            let _ = if deck.is_markdown {
                writeln!(text, "    {name}: {}", value(&deck.description, 6))
            } else {
                writeln!(
                    text,
                    "    {name}:\n      html: {}",
                    value(&deck.description, 8)
                )
            };
        }
    }
    if !with_preset.is_empty() {
        text.push_str("  presets:\n");
        // The decks that are not named here are those without notes.
        let mut presets = with_preset.values();
        let first = presets.next().copied().unwrap_or_default();
        if presets.all(|it| *it == first) && with_preset.len() == decks.len() {
            let _ = writeln!(text, "    '*': {}", key(first));
            return;
        }
        for (deck, preset) in with_preset {
            let _ = writeln!(text, "    {}: {}", key(deck), key(preset));
        }
    }
}

fn option_text(option: &DeckOptionValue) -> String {
    match option {
        DeckOptionValue::Integer(number) => number.to_string(),
        DeckOptionValue::Number(number) => number_text(*number),
        DeckOptionValue::Switch(on) => on.to_string(),
        DeckOptionValue::Text(text) => value(text, 6),
        DeckOptionValue::Numbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(|it| number_text(*it)).collect();
            format!("[{}]", numbers.join(", "))
        }
    }
}

/// Anki keeps numbers with 32 bits: the shortest text of those is what somebody typed.
fn number_text(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is compared with what it was"
    )]
    let single = number as f32;
    if f64::from(single).to_bits() == number.to_bits() {
        single.to_string()
    } else {
        number.to_string()
    }
}
