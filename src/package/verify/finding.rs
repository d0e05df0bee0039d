//! Findings: which rule is broken, how often, and the first examples.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Value, json};

use super::rule::Rule;
use crate::package::{StoredCard, StoredDeck, StoredNote, StoredNoteType, StoredPreset};

/// How many examples a finding has at most.
const EXAMPLES: usize = 5;
/// How much of a text out of a package is shown, in characters.
const SHOWN: usize = 200;

/// A rule that the package breaks, once or a hundred thousand times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    rule: &'static Rule,
    count: usize,
    examples: Vec<Example>,
}

/// One of the places where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// Where.
    pub place: Place,
    /// What there is, as a phrase; may be empty where the place says it all.
    pub detail: String,
}

/// Where in a package something is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The package as a whole.
    Package,
    /// A note.
    Note {
        /// Its id.
        id: i64,
        /// Its guid.
        guid: String,
    },
    /// A card.
    Card {
        /// Its id.
        id: i64,
        /// The id of its note.
        note: i64,
    },
    /// A note type.
    NoteType {
        /// Its id.
        id: i64,
        /// Its name.
        name: String,
    },
    /// A deck.
    Deck {
        /// Its id.
        id: i64,
        /// Its full name.
        name: String,
    },
    /// A preset of deck options.
    Preset {
        /// Its id.
        id: i64,
        /// Its name.
        name: String,
    },
    /// A media file.
    Media {
        /// Its name, any text at all.
        name: String,
    },
}

impl Finding {
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// How often it is broken; at least once.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The first places where it is broken, at most five.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    pub(super) fn to_json(&self) -> Value {
        let rule = self.rule;
        let examples = self.examples.iter().map(|it| {
            let mut value = it.place.to_json();
            if let Some(object) = value.as_object_mut() {
                object.insert("detail".to_owned(), it.detail.as_str().into());
            }
            value
        });
        json!({
            "rule": rule.name,
            "harm": rule.harm.name(),
            "count": self.count,
            "what": rule.what,
            "why": rule.why,
            "mend": rule.mend,
            "examples": examples.collect::<Value>(),
        })
    }
}

impl Place {
    pub(super) fn note(note: &StoredNote) -> Self {
        Self::Note {
            id: note.id,
            guid: note.guid.clone(),
        }
    }

    pub(super) fn card(card: &StoredCard) -> Self {
        Self::Card {
            id: card.id,
            note: card.note,
        }
    }

    pub(super) fn note_type(it: &StoredNoteType) -> Self {
        Self::NoteType {
            id: it.id,
            name: it.name.clone(),
        }
    }

    pub(super) fn deck(it: &StoredDeck) -> Self {
        Self::Deck {
            id: it.id,
            name: it.name.clone(),
        }
    }

    pub(super) fn preset(it: &StoredPreset) -> Self {
        Self::Preset {
            id: it.id,
            name: it.name.clone(),
        }
    }

    pub(super) fn media(name: &str) -> Self {
        Self::Media {
            name: name.to_owned(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Package => json!({"place": "package"}),
            Self::Note { id, guid } => json!({"place": "note", "id": id, "guid": guid}),
            Self::Card { id, note } => json!({"place": "card", "id": id, "note": note}),
            Self::NoteType { id, name } => json!({"place": "note-type", "id": id, "name": name}),
            Self::Deck { id, name } => json!({"place": "deck", "id": id, "name": name}),
            Self::Preset { id, name } => json!({"place": "preset", "id": id, "name": name}),
            Self::Media { name } => json!({"place": "media", "name": name}),
        }
    }
}

/// For people: what would steer a terminal is escaped, and a long name cut.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package => formatter.write_str("the package"),
            Self::Note { id, guid } => write!(formatter, "note {id} (guid `{}`)", shown(guid)),
            Self::Card { id, note } => write!(formatter, "card {id} of note {note}"),
            Self::NoteType { id, name } => {
                write!(formatter, "note type `{}` ({id})", shown(name))
            }
            Self::Deck { id, name } => write!(formatter, "deck `{}` ({id})", shown(name)),
            Self::Preset { id, name } => write!(formatter, "preset `{}` ({id})", shown(name)),
            Self::Media { name } => write!(formatter, "media file `{}`", shown(name)),
        }
    }
}

/// Findings while they are collected.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Counts one more place where the rule is broken; `example` is asked for the first ones only.
    pub(super) fn add(&mut self, rule: &'static Rule, example: impl FnOnce() -> (Place, String)) {
        let at = self.0.iter().position(|it| std::ptr::eq(it.rule, rule));
        let finding = match at.and_then(|at| self.0.get_mut(at)) {
            Some(finding) => finding,
            None => {
                self.0.push(Finding {
                    rule,
                    count: 0,
                    examples: Vec::new(),
                });
                let Some(finding) = self.0.last_mut() else {
                    return;
                };
                finding
            }
        };
        finding.count += 1;
        if finding.examples.len() < EXAMPLES {
            let (place, detail) = example();
            finding.examples.push(Example { place, detail });
        }
    }

    /// The worst first, then in the order of the rules.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        let order = |it: &Finding| Rule::all().iter().position(|rule| *rule == it.rule);
        self.0
            .sort_by_key(|it| (std::cmp::Reverse(it.rule.harm), order(it)));
        self.0
    }
}

/// A text out of a package as a message shows it.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(SHOWN).map(|(at, _)| at);
    if end.is_none() && !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for character in text.chars().take(SHOWN) {
        match character.is_control() {
            true => plain.extend(character.escape_default()),
            false => plain.push(character),
        }
    }
    if end.is_some() {
        plain.push_str("..");
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::verify::rules;

    #[test]
    fn a_rule_is_told_once_with_a_few_examples() {
        let mut findings = Findings::default();
        for number in 0..100 {
            findings.add(&rules::POSITION, || (Place::Package, number.to_string()));
        }
        findings.add(&rules::UNREADABLE, || (Place::Package, String::new()));
        let sorted = findings.sorted();
        let told: Vec<_> = sorted
            .iter()
            .map(|it| (it.rule().name(), it.count(), it.examples().len()))
            .collect();
        assert_eq!(told, [("unreadable", 1, 1), ("position", 100, 5)]);
    }

    #[test]
    fn texts_are_cut_and_plain() {
        assert_eq!(shown("größe"), "größe");
        assert_eq!(shown("a\u{1b}[1m"), "a\\u{1b}[1m");
        assert_eq!(shown(&"é".repeat(201)), format!("{}..", "é".repeat(200)));
    }
}
