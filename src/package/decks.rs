//! Which decks a package has: those of its cards, with all above them.

use std::collections::{BTreeMap, HashMap};

use super::deck_rows::DEFAULT_DECK;
use super::preset_rows::DEFAULT_PRESET;
use crate::model::MAX_ID;
use crate::model::{Deck, DeckName, DeckOptions, stable_id};
use crate::{Error, ErrorKind};

/// How deep a deck may lie. Anki itself sets no limit as long as all decks above are in the package
/// (measured to 200 levels on Anki 26.9.3 and 25.9.2), but a name this long is a slip.
const MAX_LEVELS: usize = 100;

/// A deck as it goes into the package.
#[derive(Debug)]
pub(super) struct PlannedDeck<'a> {
    pub(super) id: i64,
    pub(super) name: DeckName,
    pub(super) preset: i64,
    pub(super) description: &'a str,
    pub(super) markdown: bool,
}

/// Decks while they are collected. Anki compares their names without regard to letter case.
#[derive(Debug, Default)]
pub(super) struct DeckTable<'a> {
    drafts: Vec<Draft<'a>>,
    by_folded_name: HashMap<String, usize>,
}

#[derive(Debug)]
struct Draft<'a> {
    name: DeckName,
    parent: Option<usize>,
    id: Option<i64>,
    options: Option<&'a DeckOptions>,
    description: &'a str,
    markdown: bool,
    used: bool,
}

/// The decks that hold cards and those above them, with their options.
#[derive(Debug)]
pub(super) struct Decks<'a> {
    /// In the order in which they were met, parents first.
    pub(super) decks: Vec<PlannedDeck<'a>>,
    pub(super) presets: BTreeMap<i64, &'a DeckOptions>,
    /// The id of each deck of the table.
    pub(super) ids: Vec<i64>,
}

impl<'a> DeckTable<'a> {
    /// The deck of this name; it and the decks above it are added where they are missing.
    pub(super) fn open(&mut self, name: &DeckName) -> Result<usize, Error> {
        if let Some(&index) = self.by_folded_name.get(&name.folded()) {
            return self.same_spelling(index, name);
        }
        if name.as_str().split("::").count() > MAX_LEVELS {
            let shown: String = name.as_str().chars().take(60).collect();
            return Err(Error::usage(format!(
                "the deck `{shown}..` lies more than {MAX_LEVELS} levels deep"
            )));
        }
        let mut missing = vec![name.clone()];
        let mut parent = None;
        while let Some(above) = missing.last().and_then(DeckName::parent) {
            if let Some(&index) = self.by_folded_name.get(&above.folded()) {
                parent = Some(self.same_spelling(index, &above)?);
                break;
            }
            missing.push(above);
        }
        for name in missing.into_iter().rev() {
            let index = self.drafts.len();
            self.by_folded_name.insert(name.folded(), index);
            self.drafts.push(Draft {
                name,
                parent,
                id: None,
                options: None,
                description: "",
                markdown: false,
                used: false,
            });
            parent = Some(index);
        }
        parent.ok_or_else(|| Error::usage("a deck has no name"))
    }

    /// Adds what is said of a deck.
    pub(super) fn describe(&mut self, index: usize, deck: &'a Deck) -> Result<(), Error> {
        let Some(draft) = self.drafts.get_mut(index) else {
            return Ok(());
        };
        let name = &draft.name;
        let two = |what: &str| {
            Err(Error::usage(format!(
                "the deck `{name}` is given twice, with two {what}"
            )))
        };
        if let Some(id) = deck.id {
            if id <= DEFAULT_DECK || id > MAX_ID {
                return Err(Error::usage(format!(
                    "the deck `{name}` cannot have the id {id}: it must lie between 2 and \
                     {MAX_ID}, because 1 is Anki's default deck"
                )));
            }
            if draft.id.is_some_and(|other| other != id) {
                return two("ids");
            }
            draft.id = Some(id);
        }
        if let Some(options) = deck.options.as_deref() {
            if draft.options.is_some_and(|other| other != options) {
                return two("presets of options");
            }
            draft.options = Some(options);
        }
        if !deck.description.is_empty() {
            let same = draft.description == deck.description
                && draft.markdown == deck.markdown_description;
            if !draft.description.is_empty() && !same {
                return two("descriptions");
            }
            draft.description = &deck.description;
            draft.markdown = deck.markdown_description;
        }
        Ok(())
    }

    /// The name of the deck at this position.
    pub(super) fn name(&self, index: usize) -> Option<&DeckName> {
        self.drafts.get(index).map(|draft| &draft.name)
    }

    /// Notes that a card stands in the deck.
    pub(super) fn hold_card(&mut self, index: usize) {
        let mut next = Some(index);
        while let Some(draft) = next.and_then(|index| self.drafts.get_mut(index)) {
            // The decks above a used one are used already.
            next = if draft.used { None } else { draft.parent };
            draft.used = true;
        }
    }

    /// The decks that hold cards, and those above them.
    pub(super) fn finish(self) -> Result<Decks<'a>, Error> {
        let mut decks = Vec::new();
        let mut presets: BTreeMap<i64, &DeckOptions> = BTreeMap::new();
        let mut ids = Vec::with_capacity(self.drafts.len());
        let mut names: HashMap<i64, DeckName> = HashMap::new();
        for draft in self.drafts {
            let derived = || stable_id(&["deck", draft.name.as_str()]);
            let id = draft.id.unwrap_or_else(derived);
            ids.push(id);
            if !draft.used {
                continue;
            }
            if let Some(other) = names.insert(id, draft.name.clone()) {
                return Err(Error::usage(format!(
                    "the decks `{other}` and `{}` have one id, {id}",
                    draft.name
                )));
            }
            let preset = match draft.options {
                None => DEFAULT_PRESET,
                Some(options) => add_preset(&mut presets, options)?,
            };
            decks.push(PlannedDeck {
                id,
                name: draft.name,
                preset,
                description: draft.description,
                markdown: draft.markdown,
            });
        }
        Ok(Decks {
            decks,
            presets,
            ids,
        })
    }

    fn same_spelling(&self, index: usize, name: &DeckName) -> Result<usize, Error> {
        match self.name(index) {
            Some(other) if other != name => Err(Error::usage(format!(
                "the decks `{other}` and `{name}` differ in letter case alone; Anki takes them \
                 for one, so spell them alike"
            ))),
            _ => Ok(index),
        }
    }
}

fn add_preset<'a>(
    presets: &mut BTreeMap<i64, &'a DeckOptions>,
    options: &'a DeckOptions,
) -> Result<i64, Error> {
    let name = options.name();
    options
        .check()
        .map_err(|error| Error::usage(format!("preset `{name}`: {error}")))?;
    if name.trim().is_empty() {
        return Err(Error::usage("a preset of deck options has no name"));
    }
    let id = options.id.unwrap_or_else(|| stable_id(&["preset", name]));
    if id <= DEFAULT_PRESET || id > MAX_ID {
        return Err(Error::usage(format!(
            "the preset `{name}` cannot have the id {id}: it must lie between 2 and {MAX_ID}, \
             because 1 is Anki's own, which an import leaves as it is"
        )));
    }
    match presets.insert(id, options) {
        Some(other) if other != options => Err(Error::new(ErrorKind::Usage(format!(
            "two different presets have one id, {id}: `{}` and `{name}`",
            other.name()
        )))),
        _ => Ok(id),
    }
}
