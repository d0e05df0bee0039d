//! Exports of the add-on CrowdAnki: a tree of decks in JSON, with note types, presets and notes as
//! schema 11 keeps them, but without ids and times; `crowdanki_uuid` names each instead.
//!
//! Decks say the last part of their names; note types and presets stand in the outermost deck. These
//! facts come from its documentation and from exports that their authors published.

use std::collections::BTreeMap;

use super::container::damaged;
use super::json::Object;
use super::{
    Contents, StoredCard, StoredDeck, StoredDeckKind, StoredNote, StoredNoteType, StoredPreset,
    Variant, note_types, presets,
};
use crate::Error;

/// Keys of the add-on itself, and one of old versions of Anki that says nothing.
const OWN: &[&str] = &["__type__", "crowdanki_uuid", "vers", "tags", "newlyAdded"];
/// Anki's own preset.
const DEFAULT_PRESET: i64 = 1;

/// What an export holds, as a package would hold it: with ids made of the export's own, and a card
/// for each note, which says its deck and its place among the others. Times are 0, for there are
/// none.
///
/// # Errors
/// When the text is no export, or a part of it is of another kind than it should be.
pub fn read_crowd_anki(json: &str) -> Result<Contents, Error> {
    let mut root = Object::parse("the deck", json)?;
    let mut reader = Reader::default();
    for (what, text) in root.texts("note_models")? {
        reader.note_type(&what, text)?;
    }
    for (what, text) in root.texts("deck_configurations")? {
        reader.preset(&what, text)?;
    }
    // Depth is bounded by the parser of JSON, which takes 128 levels.
    let mut open = vec![(root, String::new())];
    while let Some((deck, above)) = open.pop() {
        let (name, children) = reader.deck(deck, &above)?;
        let children = children.into_iter().map(|it| (it, name.clone()));
        let mut children: Vec<_> = children.collect();
        children.reverse();
        open.append(&mut children);
    }
    Ok(reader.contents())
}

/// A number for a name, of 53 bits, which every reader of JSON keeps.
fn id_of(kind: &str, uuid: &str) -> i64 {
    let hash = blake3::hash(format!("crowdanki\n{kind}\n{uuid}").as_bytes());
    let (first, _) = hash.as_bytes().split_at(8);
    let number = first
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    i64::try_from((number >> 11).max(1)).unwrap_or(1)
}

fn without(other: &str, keys: &[&str]) -> Result<String, Error> {
    if other.is_empty() {
        return Ok(String::new());
    }
    let mut object = Object::parse("a note type", other)?;
    object.drop(keys);
    Ok(object.rest())
}

#[derive(Default)]
struct Reader {
    note_types: BTreeMap<i64, StoredNoteType>,
    presets: BTreeMap<i64, StoredPreset>,
    decks: BTreeMap<i64, StoredDeck>,
    notes: Vec<StoredNote>,
    cards: Vec<StoredCard>,
}

impl Reader {
    fn note_type(&mut self, what: &str, text: &str) -> Result<(), Error> {
        let mut object = Object::parse(what, text)?;
        let uuid = object.required_text("crowdanki_uuid")?;
        object.drop(OWN);
        let id = id_of("note type", &uuid);
        let note_type = note_types::note_type(what, &id.to_string(), &object.rest())?;
        let mut note_type = StoredNoteType { id, ..note_type };
        // What older versions of Anki wrote and no version reads.
        for field in &mut note_type.fields {
            field.other = without(&field.other, &["media"])?;
        }
        for template in &mut note_type.templates {
            template.other = without(&template.other, &["scratchPad"])?;
        }
        self.note_types.insert(id, note_type);
        Ok(())
    }

    fn preset(&mut self, what: &str, text: &str) -> Result<(), Error> {
        let mut object = Object::parse(what, text)?;
        let uuid = object.required_text("crowdanki_uuid")?;
        object.drop(OWN);
        let id = id_of("preset", &uuid);
        let preset = presets::preset(what, &id.to_string(), &object.rest())?;
        self.presets.insert(id, preset);
        Ok(())
    }

    /// Takes a deck and its notes; returns its name and the decks below.
    fn deck<'a>(
        &mut self,
        mut deck: Object<'a>,
        above: &str,
    ) -> Result<(String, Vec<Object<'a>>), Error> {
        let own = deck.required_text("name")?;
        let name = if above.is_empty() {
            own
        } else {
            format!("{above}::{own}")
        };
        let children = deck.objects("children")?;
        let notes = deck.objects("notes")?;
        let uuid = deck.text("crowdanki_uuid")?;
        let preset = deck.optional_text("deck_config_uuid")?;
        let id = id_of("deck", &format!("{uuid}\n{name}"));
        let preset = preset.map(|it| id_of("preset", &it));
        let preset = preset.filter(|it| self.presets.contains_key(it));
        let kind = if deck.switch("dyn")?.unwrap_or_default() {
            StoredDeckKind::Filtered {
                reschedule: false,
                terms: Vec::new(),
            }
        } else {
            StoredDeckKind::Normal {
                preset: preset.unwrap_or(DEFAULT_PRESET),
                new_limit: deck.narrow("newLimit")?,
                review_limit: deck.narrow("reviewLimit")?,
                desired_retention: None,
            }
        };
        let stored = StoredDeck {
            id,
            name: name.clone(),
            modified: 0,
            description: deck.text("desc")?,
            markdown_description: deck.switch("md")?.unwrap_or_default(),
            collapsed: deck.switch("collapsed")?.unwrap_or_default(),
            kind,
            other: String::new(),
        };
        self.decks.insert(id, stored);
        for note in notes {
            self.note(note, id)?;
        }
        Ok((name, children))
    }

    fn note(&mut self, mut note: Object<'_>, deck: i64) -> Result<(), Error> {
        let number = i64::try_from(self.notes.len())
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let uuid = note.required_text("note_model_uuid")?;
        let note_type = id_of("note type", &uuid);
        if !self.note_types.contains_key(&note_type) {
            return Err(damaged(format!(
                "note {number} of the export is of the note type `{uuid}`, which is not in it"
            )));
        }
        let fields: Vec<String> = note.value("fields", "a list of texts")?.unwrap_or_default();
        let fields: Vec<String> = fields.iter().map(|it| it.replace('\u{1f}', "")).collect();
        let tags: Vec<String> = note.value("tags", "a list of texts")?.unwrap_or_default();
        self.notes.push(StoredNote {
            id: number,
            guid: note.text("guid")?,
            note_type,
            modified: 0,
            tags: format!(" {} ", tags.join(" ")).into(),
            fields: fields.join("\u{1f}").into(),
            checksum: 0,
        });
        let flags: u8 = note.narrow("flags")?.unwrap_or_default();
        self.cards.push(StoredCard {
            id: number,
            note: number,
            deck,
            ordinal: 0,
            modified: 0,
            card_type: 0,
            queue: 0,
            due: number,
            interval: 0,
            factor: 0,
            reps: 0,
            lapses: 0,
            left: 0,
            original_due: 0,
            original_deck: 0,
            flags: flags & 7,
            data: String::new(),
        });
        Ok(())
    }

    fn contents(self) -> Contents {
        Contents {
            variant: Variant::Collection,
            schema: 11,
            created: 0,
            modified: 0,
            next_position: None,
            settings: BTreeMap::new(),
            note_types: self.note_types.into_values().collect(),
            decks: self.decks.into_values().collect(),
            presets: self.presets.into_values().collect(),
            notes: self.notes,
            cards: self.cards,
            reviews: 0,
            lacking: Vec::new(),
            media: Vec::new(),
        }
    }
}
