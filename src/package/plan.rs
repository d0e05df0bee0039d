//! What goes into a package, with every id and time settled.
//!
//! Whatever Anki would refuse, rename or drop is refused here, before the first byte is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::baseline::{Baseline, Fingerprint};
use super::collection::CREATED;
use super::decks::{DeckTable, PlannedDeck};
use super::note_rows;
use super::note_type_rows::NoteTypeRow;
use crate::model::{
    BuildTime, Deck, DeckName, DeckOptions, Guid, MAX_ID, Note, NoteType, NoteTypeKind, Tag,
    allocate_note_ids, fold, repeats,
};
use crate::{Error, ErrorKind};

/// The last position that Anki takes for a new card; its database check complains beyond it.
const LAST_POSITION: u32 = 999_999;

/// A package, settled.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// In the order of the package.
    pub(super) notes: Vec<PlannedNote<'a>>,
    /// Positions in `notes` by ascending id, the order of rows.
    pub(super) row_order: Vec<u32>,
    /// By ascending id.
    pub(super) note_types: Vec<NoteTypeRow>,
    pub(super) decks: Vec<PlannedDeck<'a>>,
    pub(super) presets: BTreeMap<i64, &'a DeckOptions>,
    /// Each tag once, in its first spelling.
    pub(super) tags: Vec<&'a Tag>,
    /// The newest time of a note or note type in seconds: the package's own time, so that a build
    /// of unchanged content gives the same bytes.
    pub(super) modified: i64,
    /// The position behind the last card.
    pub(super) next_position: u32,
    deck_ids: Vec<i64>,
    overrides: HashMap<(u32, i64, usize), u32>,
}

/// A note, settled.
#[derive(Debug)]
pub(super) struct PlannedNote<'a> {
    pub(super) note: &'a Note,
    /// Where the note has none of its own.
    guid: Option<Box<Guid>>,
    pub(super) id: i64,
    pub(super) modified: i64,
    pub(super) position: u32,
    /// The position of its deck in the deck table.
    deck: u32,
}

impl PlannedNote<'_> {
    fn guid(&self) -> Option<&Guid> {
        self.note.guid.as_ref().or(self.guid.as_deref())
    }

    pub(super) fn guid_text(&self) -> &str {
        self.guid().map_or("", Guid::as_str)
    }
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        decks: &'a [Deck],
        time: BuildTime,
        baseline: Option<&Baseline>,
    ) -> Result<Self, Error> {
        let mut table = DeckTable::default();
        let count = decks.iter().map(|deck| deck.notes().count()).sum();
        let mut notes: Vec<PlannedNote<'_>> = Vec::with_capacity(count);
        for deck in decks {
            let index = table.open(&deck.resolved_name()?)?;
            table.describe(index, deck)?;
            let home = number(index)?;
            for note in deck.notes() {
                // Positions begin at 1, as in a new collection.
                let next = number(notes.len())?.saturating_add(1);
                notes.push(PlannedNote {
                    note,
                    guid: None,
                    id: 0,
                    modified: 0,
                    position: note.position.unwrap_or(next).min(LAST_POSITION),
                    deck: home,
                });
            }
        }
        // Guids that are not given are hashes, the most work of a plan.
        notes.par_iter_mut().for_each(|planned| {
            if planned.note.guid.is_none() {
                planned.guid = Some(Box::new(planned.note.resolved_guid()));
            }
        });
        check_guids(&notes)?;
        let note_types = note_types(&notes, time, baseline)?;
        let overrides = place_cards(&notes, &mut table)?;
        stamp(&mut notes, time, baseline);
        give_ids(&mut notes, time, baseline)?;
        let row_order = row_order(&notes)?;
        let decks = table.finish()?;
        let times = notes.iter().map(|note| note.modified);
        let modified = times
            .chain(note_types.iter().map(|row| row.modified))
            .fold(CREATED, i64::max);
        let last = notes.iter().map(|note| note.position).max();
        Ok(Self {
            tags: tags(&notes),
            notes,
            row_order,
            note_types,
            decks: decks.decks,
            presets: decks.presets,
            modified,
            next_position: last.map_or(1, |last| last.saturating_add(1)),
            deck_ids: decks.ids,
            overrides,
        })
    }

    /// The id of the deck that this card stands in.
    pub(super) fn deck_of(&self, note: &PlannedNote<'_>, ord: u16) -> i64 {
        let note_type = note.note.note_type();
        let key = (note.deck, note_type.id(), template_index(note_type, ord));
        let elsewhere = match self.overrides.is_empty() {
            true => None,
            false => self.overrides.get(&key).copied(),
        };
        let index = elsewhere.unwrap_or(note.deck) as usize;
        self.deck_ids.get(index).copied().unwrap_or_default()
    }

    /// The id of the deck that the note itself stands in.
    pub(super) fn home_of(&self, note: &PlannedNote<'_>) -> i64 {
        let id = self.deck_ids.get(note.deck as usize);
        id.copied().unwrap_or_default()
    }

    /// Whether a deck of the package is called like Anki's default deck. Two decks of one name
    /// cannot stand in one package, so Anki's is left out then.
    pub(super) fn replaces_default_deck(&self) -> bool {
        self.decks
            .iter()
            .any(|deck| deck.name.folded() == "default")
    }
}

/// A note as a message names it.
fn shown(note: &Note) -> String {
    let first = note.values().next().unwrap_or_default();
    let mut text: String = first.chars().take(40).collect();
    if text.len() < first.len() {
        text.push_str("..");
    }
    text
}

fn check_guids(notes: &[PlannedNote<'_>]) -> Result<(), Error> {
    let guid = |at: u32| notes.get(at as usize).map(PlannedNote::guid_text);
    let found = repeats(number(notes.len())?, guid).into_iter().next();
    let at = |index: u32| notes.get(index as usize);
    let Some((one, other)) = found.and_then(|(one, other)| at(one).zip(at(other))) else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Note(format!(
        "the notes `{}` and `{}` have one guid, `{}`, so that Anki takes them for one; \
         give each a key or a guid of its own",
        shown(one.note),
        shown(other.note),
        other.guid_text()
    ))))
}

/// The note types of the notes, each once, by ascending id.
fn note_types(
    notes: &[PlannedNote<'_>],
    time: BuildTime,
    baseline: Option<&Baseline>,
) -> Result<Vec<NoteTypeRow>, Error> {
    let mut known: HashMap<i64, Vec<&NoteType>> = HashMap::new();
    let mut found: Vec<&NoteType> = Vec::new();
    for planned in notes {
        let note_type = planned.note.note_type();
        let same_id = known.entry(note_type.id()).or_default();
        if same_id.iter().any(|it| it.is_same_object(note_type)) {
            continue;
        }
        match same_id.first() {
            None => found.push(note_type),
            Some(first) => {
                let rows = (NoteTypeRow::new(first, 0), NoteTypeRow::new(note_type, 0));
                if !rows.0.says_the_same(&rows.1) {
                    return Err(Error::new(ErrorKind::NoteType(format!(
                        "two different note types have one id, {}: `{}` and `{}`",
                        note_type.id(),
                        first.name(),
                        note_type.name()
                    ))));
                }
            }
        }
        same_id.push(note_type);
    }
    let mut names: HashMap<String, &NoteType> = HashMap::new();
    for note_type in &found {
        if !(1..=MAX_ID).contains(&note_type.id()) {
            return Err(Error::new(ErrorKind::NoteType(format!(
                "the note type `{}` cannot have the id {}: it must lie between 1 and {}",
                note_type.name(),
                note_type.id(),
                MAX_ID
            ))));
        }
        if let Some(other) = names.insert(fold(note_type.name()), note_type) {
            return Err(Error::new(ErrorKind::NoteType(format!(
                "two note types, {} and {}, are called `{}`; Anki would rename one of them",
                other.id(),
                note_type.id(),
                note_type.name()
            ))));
        }
    }
    found.sort_by_key(|note_type| note_type.id());
    let rows = found.into_iter().map(|note_type| {
        let mut row = NoteTypeRow::new(note_type, 0);
        row.modified = note_type.modified().unwrap_or_else(|| {
            let earlier = baseline.and_then(|it| it.note_type(row.id));
            match earlier {
                None => time.as_unix(),
                Some(earlier) if row.is_stored_as(earlier) => earlier.modified,
                Some(earlier) => newer(time, earlier.modified),
            }
        });
        row
    });
    Ok(rows.collect())
}

/// Finds the decks that cards stand in, and marks them as used. Gives back which cards stand
/// elsewhere than their note: by deck of the note, note type and card template.
fn place_cards(
    notes: &[PlannedNote<'_>],
    table: &mut DeckTable<'_>,
) -> Result<HashMap<(u32, i64, usize), u32>, Error> {
    let mut overrides = HashMap::new();
    for planned in notes {
        let home = planned.deck as usize;
        let note_type = planned.note.note_type();
        if note_type.templates().iter().all(|it| it.deck.is_none()) {
            table.hold_card(home);
            continue;
        }
        for ord in planned.note.cards() {
            let template = template_index(note_type, ord);
            let deck = note_type.templates().get(template);
            let Some(deck) = deck.and_then(|it| it.deck.as_deref()) else {
                table.hold_card(home);
                continue;
            };
            let key = (planned.deck, note_type.id(), template);
            let index = match overrides.get(&key) {
                Some(index) => *index,
                None => {
                    let index = number(table.open(&target(table, home, deck)?)?)?;
                    overrides.insert(key, index);
                    index
                }
            };
            table.hold_card(index as usize);
        }
    }
    Ok(overrides)
}

/// The deck that a card template names, for notes of this deck.
fn target(table: &DeckTable<'_>, home: usize, deck: &str) -> Result<DeckName, Error> {
    let name = match (deck.strip_prefix("::"), table.name(home)) {
        (Some(rest), Some(home)) => home.child(rest),
        _ => DeckName::new(deck),
    };
    name.map_err(|error| Error::usage(format!("the card template's deck `{deck}`: {error}")))
}

/// A cloze type has one card template for all of its cards.
fn template_index(note_type: &NoteType, ord: u16) -> usize {
    match note_type.kind() {
        NoteTypeKind::Normal => ord.into(),
        NoteTypeKind::Cloze => 0,
    }
}

/// Gives notes their time, and those that the baseline knows their id.
fn stamp(notes: &mut [PlannedNote<'_>], time: BuildTime, baseline: Option<&Baseline>) {
    notes.par_iter_mut().for_each(|planned| {
        let note = planned.note;
        let earlier = baseline
            .zip(planned.guid())
            .and_then(|(it, guid)| it.note(guid));
        let earlier_id = earlier.map(|it| it.id());
        planned.id = note.id.or(earlier_id).unwrap_or_default();
        planned.modified = note.modified.unwrap_or_else(|| match earlier {
            None => time.as_unix(),
            Some(earlier) => {
                let fields = note_rows::fields_text(note);
                let tags = note_rows::tags_text(&note.tags);
                let now = Fingerprint::new(note.note_type().id(), &tags, &fields);
                match earlier.has(&now) {
                    true => earlier.modified(),
                    false => newer(time, earlier.modified()),
                }
            }
        });
    });
}

/// A time at which an import takes what changed, even if clocks went back.
fn newer(time: BuildTime, earlier: i64) -> i64 {
    time.as_unix().max(earlier.saturating_add(1))
}

/// Gives ids to the notes that have none.
fn give_ids(
    notes: &mut [PlannedNote<'_>],
    time: BuildTime,
    baseline: Option<&Baseline>,
) -> Result<(), Error> {
    let mut taken = BTreeSet::new();
    for planned in notes.iter() {
        if let Some(id) = planned.note.id
            && !(1..=MAX_ID).contains(&id)
        {
            return Err(Error::new(ErrorKind::Note(format!(
                "the note `{}` cannot have the id {id}: ids are milliseconds since 1970",
                shown(planned.note)
            ))));
        }
    }
    let missing = notes.iter().filter(|planned| planned.id == 0).count();
    if missing == 0 {
        return Ok(());
    }
    taken.extend(notes.iter().map(|planned| planned.id).filter(|id| *id != 0));
    taken.extend(baseline.into_iter().flat_map(Baseline::note_ids));
    let milliseconds = time.as_unix().saturating_mul(1000);
    let mut new = allocate_note_ids(missing, milliseconds, &taken).into_iter();
    for planned in notes.iter_mut().filter(|planned| planned.id == 0) {
        planned.id = new.next().unwrap_or_default();
    }
    Ok(())
}

/// The notes by ascending id: rows that come in this order fill the database's pages.
fn row_order(notes: &[PlannedNote<'_>]) -> Result<Vec<u32>, Error> {
    let mut order: Vec<u32> = (0..number(notes.len())?).collect();
    let id = |index: &u32| notes.get(*index as usize).map(|planned| planned.id);
    order.sort_by_key(id);
    for pair in order.windows(2) {
        let found: Vec<&PlannedNote<'_>> = pair
            .iter()
            .filter_map(|index| notes.get(*index as usize))
            .collect();
        if let [one, other] = found.as_slice()
            && one.id == other.id
        {
            return Err(Error::new(ErrorKind::Note(format!(
                "the notes `{}` and `{}` have one id, {}",
                shown(one.note),
                shown(other.note),
                one.id
            ))));
        }
    }
    Ok(order)
}

/// Each tag once, in its first spelling: Anki takes tags that differ in letter case for one.
fn tags<'a>(notes: &[PlannedNote<'a>]) -> Vec<&'a Tag> {
    let mut exact = HashSet::new();
    let mut folded = HashSet::new();
    let all = notes.iter().flat_map(|planned| &planned.note.tags);
    all.filter(|tag| exact.insert(tag.as_str()) && folded.insert(tag.folded()))
        .collect()
}

/// Positions of notes and decks are kept in 32 bits.
fn number(count: usize) -> Result<u32, Error> {
    u32::try_from(count)
        .map_err(|_| Error::usage("a package holds at most 4294967295 notes and decks"))
}
