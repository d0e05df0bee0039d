//! Notes of two packages, and their cards.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::Imported;
use super::progress::{Cards, EmptiedCard, ExchangedCard, SaidAgain, Studied, Withdrawn};
use crate::model::fold;
use crate::package::import::{
    HeldNote, NoteOutcome, NoteTypeOutcome, arriving_tags, normal_references,
};
use crate::package::{StoredCard, StoredNote};
use crate::template::strip::strip_html;

/// How many characters of a note's text name it.
const SHOWN: usize = 60;

/// A note that is not just as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteDifference {
    /// What imports know it by.
    pub guid: String,
    /// What people know it by: the beginning of its first field that holds text, without HTML.
    pub text: String,
    /// The name of its note type, in the new package if it is there.
    pub note_type: String,
    /// What happens to it.
    pub change: NoteChange,
    /// Fields whose text differs: what learners have, and what the new package says.
    pub fields: Vec<FieldDifference>,
    /// Tags that the new package has and learners do not.
    pub tags_added: Vec<String>,
    /// Tags that learners have from the old package, and the new one does not. An update takes
    /// them away, and with them all that learners added on their own.
    pub tags_lost: Vec<String>,
    /// Ordinals of cards that learners get though they have the note already.
    pub cards_added: Vec<u16>,
    /// Ordinals of cards that learners keep and the new package does not have.
    pub cards_left: Vec<u16>,
    /// Cards that stay in their deck, though the new package has them in another one.
    pub cards_staying: Vec<CardPlace>,
    /// Cards that showed something and show nothing any more, because a cloze or the text of a
    /// field is gone. "Empty Cards" deletes them, and their progress with them.
    pub cards_emptied: Vec<EmptiedCard>,
    /// Cards that ask for another cloze of the note than before, because numbers changed: what
    /// learners did with them, they did with another text.
    pub cards_exchanged: Vec<ExchangedCard>,
    /// What the learner did with the cards of the note before the import.
    pub studied: Studied,
    /// The note that the learner keeps, though the new package does not have it, and that has the
    /// first field of this one, which comes in.
    pub said_again: Option<SaidAgain>,
}

/// What happens to a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteChange {
    /// It comes in.
    Added,
    /// Its fields and tags are replaced.
    Updated,
    /// It differs, but learners keep theirs, because the package's is not newer.
    #[non_exhaustive]
    Skipped {
        /// Whether it has the very time of the learner's: no option brings it then.
        same_time: bool,
    },
    /// It stays as it is, but for its cards.
    Unchanged,
    /// Learners keep theirs, because it has another note type.
    Conflicting(Conflict),
    /// The new package does not have it. Learners keep it.
    Removed,
}

/// Why a note has another note type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflict {
    /// Fields or card templates of its note type changed, so that Anki takes it for another.
    NoteTypeChanged,
    /// The new package gives it another one.
    OtherNoteType,
}

/// A field whose text differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldDifference {
    /// The field's name in the new package.
    pub name: String,
    /// The HTML that learners have.
    pub old: String,
    /// The HTML of the new package.
    pub new: String,
}

/// A card that stays in its deck.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct CardPlace {
    /// Which card of its note it is.
    pub ordinal: u16,
    /// The deck that it is in and stays in.
    pub deck: String,
    /// The deck that the new package has it in.
    pub wanted: String,
}

pub(super) fn compare(imported: &Imported<'_>) -> Vec<NoteDifference> {
    let mut cards: HashMap<i64, Vec<&StoredCard>> = HashMap::new();
    for card in &imported.new.cards {
        cards.entry(card.note).or_default().push(card);
    }
    let decks: HashMap<i64, String> = deck_names(imported);
    let progress = Cards::new(imported);
    let kept: HashSet<&str> = imported
        .new
        .notes
        .iter()
        .map(|it| it.guid.as_str())
        .collect();
    let removed = || {
        let counting = imported.before.notes().iter().enumerate();
        let counting = counting.filter(|(index, _)| imported.scope.has_note(*index));
        let notes = counting.map(|(_, note)| note);
        notes.filter(|note| !kept.contains(note.guid))
    };
    let withdrawn = Withdrawn::new(removed());
    let outcomes = imported.new.notes.iter().zip(&imported.log.notes);
    let mut found: Vec<NoteDifference> = outcomes
        .filter_map(|(note, outcome)| {
            let cards = cards.get(&note.id).map_or(&[][..], Vec::as_slice);
            let mut difference = compare_one(imported, note, *outcome, cards, &decks);
            if let (Some(held), true) = (
                imported.before.note(&note.guid),
                *outcome != NoteOutcome::New,
            ) {
                difference.add_progress(&progress, held);
            } else if let Some(held) = withdrawn.like(note) {
                difference.said_again = Some(SaidAgain {
                    guid: held.guid.to_owned(),
                    studied: Studied::of(held),
                });
            }
            let worth_telling = difference.change != NoteChange::Unchanged
                || !difference.cards_added.is_empty()
                || !difference.cards_left.is_empty()
                || !difference.cards_staying.is_empty()
                || !difference.cards_emptied.is_empty();
            worth_telling.then_some(difference)
        })
        .collect();
    found.extend(removed().map(|note| {
        let name = imported.before.note_types().get(&note.note_type);
        let name = name.map(|it| it.name.clone()).unwrap_or_default();
        let mut difference =
            NoteDifference::new(note.guid, &note.fields, name, NoteChange::Removed);
        difference.add_progress(&progress, note);
        difference
    }));
    found
}

impl NoteDifference {
    fn new(guid: &str, fields: &str, note_type: String, change: NoteChange) -> Self {
        Self {
            guid: guid.to_owned(),
            text: name_of(fields),
            note_type,
            change,
            fields: Vec::new(),
            tags_added: Vec::new(),
            tags_lost: Vec::new(),
            cards_added: Vec::new(),
            cards_left: Vec::new(),
            cards_staying: Vec::new(),
            cards_emptied: Vec::new(),
            cards_exchanged: Vec::new(),
            studied: Studied::default(),
            said_again: None,
        }
    }

    fn add_progress(&mut self, cards: &Cards<'_>, held: &HeldNote<'_>) {
        self.studied = Studied::of(held);
        (self.cards_emptied, self.cards_exchanged) = cards.of(held);
    }
}

fn compare_one(
    imported: &Imported<'_>,
    note: &StoredNote,
    outcome: NoteOutcome,
    cards: &[&StoredCard],
    decks: &HashMap<i64, String>,
) -> NoteDifference {
    let types = &imported.new.note_types;
    let stored = types.iter().find(|it| it.id == note.note_type);
    let type_name = stored.map(|it| it.name.clone()).unwrap_or_default();
    let mut difference =
        NoteDifference::new(&note.guid, &note.fields, type_name, NoteChange::Added);
    let held = imported.before.note(&note.guid);
    let (Some(held), false) = (held, outcome == NoteOutcome::New) else {
        return difference;
    };
    let names = stored.map(|it| it.fields.as_slice()).unwrap_or_default();
    let names: Vec<&str> = names.iter().map(|it| it.name.as_str()).collect();
    difference.fields = field_differences(&held.fields, &note.fields, &names);
    let arriving = arriving_tags(&note.tags);
    let (had, has) = (tags(&held.tags), tags(&arriving));
    difference.tags_added = without(&has, &had);
    difference.tags_lost = without(&had, &has);
    let differs = !difference.fields.is_empty()
        || !difference.tags_added.is_empty()
        || !difference.tags_lost.is_empty();
    difference.change = match outcome {
        NoteOutcome::Conflicting => NoteChange::Conflicting(conflict(imported, note)),
        NoteOutcome::Updated => NoteChange::Updated,
        _ if differs => NoteChange::Skipped {
            same_time: note.modified == time_after(imported, held),
        },
        _ => NoteChange::Unchanged,
    };
    if outcome != NoteOutcome::Conflicting {
        compare_cards(&mut difference, imported, held, cards, decks);
    }
    difference
}

/// The time of the learner's note as the package's was compared with it: a changed sort field
/// stamps notes before.
fn time_after(imported: &Imported<'_>, held: &HeldNote<'_>) -> i64 {
    let after = imported.after.note(held.guid);
    after.map_or(held.modified, |it| it.modified)
}

fn conflict(imported: &Imported<'_>, note: &StoredNote) -> Conflict {
    let mut types = imported.log.note_types.iter();
    let ours = types.find(|it| it.id == note.note_type);
    let is_copied = ours.is_some_and(|it| {
        matches!(
            it.outcome,
            NoteTypeOutcome::Copied | NoteTypeOutcome::EarlierCopy { .. }
        )
    });
    let held = imported.before.note(&note.guid).map(|it| it.note_type);
    let was_ours = held == Some(note.note_type);
    match is_copied && was_ours {
        true => Conflict::NoteTypeChanged,
        false => Conflict::OtherNoteType,
    }
}

fn compare_cards(
    difference: &mut NoteDifference,
    imported: &Imported<'_>,
    held: &HeldNote<'_>,
    cards: &[&StoredCard],
    decks: &HashMap<i64, String>,
) {
    let had: BTreeMap<u16, Option<&str>> = held
        .cards
        .iter()
        .map(|card| (card.ordinal, imported.before.deck_of(card)))
        .collect();
    let after = imported.after.note(held.guid);
    let after = after.map_or(&[][..], |note| note.cards.as_slice());
    let added = after.iter().filter(|card| !had.contains_key(&card.ordinal));
    difference.cards_added = added.map(|card| card.ordinal).collect();
    difference.cards_added.sort_unstable();
    difference.cards_added.dedup();
    for (ordinal, deck) in had {
        let Some(card) = cards.iter().find(|card| card.ordinal == ordinal) else {
            difference.cards_left.push(ordinal);
            continue;
        };
        if let (Some(deck), Some(wanted)) = (deck, decks.get(&card.deck))
            && deck != wanted
        {
            difference.cards_staying.push(CardPlace {
                ordinal,
                deck: deck.to_owned(),
                wanted: wanted.clone(),
            });
        }
    }
}

/// What the collection calls each deck of the new package, by its id there.
fn deck_names(imported: &Imported<'_>) -> HashMap<i64, String> {
    let decks = imported.new.decks.iter().zip(&imported.log.decks);
    let mut names: HashMap<i64, String> = decks
        .filter_map(|(deck, outcome)| {
            let held = imported.after.decks().get(outcome.position()?)?;
            Some((deck.id, held.name.clone()))
        })
        .collect();
    if let Some(default) = imported.after.decks().first() {
        names.insert(1, default.name.clone());
    }
    names
}

fn field_differences(old: &str, new: &str, names: &[&str]) -> Vec<FieldDifference> {
    if old == new {
        return Vec::new();
    }
    let (old, new): (Cow<'_, str>, Cow<'_, str>) = (normal_references(old), normal_references(new));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split('\u{1f}').collect(), new.split('\u{1f}').collect());
    (0..old.len().max(new.len()))
        .filter_map(|index| {
            let text = |fields: &[&str]| fields.get(index).copied().unwrap_or_default().to_owned();
            let (old, new) = (text(&old), text(&new));
            let name = names.get(index).map(|it| (*it).to_owned());
            let name = name.unwrap_or_else(|| format!("field {}", index + 1));
            (old != new).then_some(FieldDifference { name, old, new })
        })
        .collect()
}

/// Tags by their folded form.
fn tags(column: &str) -> BTreeMap<String, &str> {
    let tags = column
        .split([' ', '\u{3000}'])
        .filter(|tag| !tag.is_empty());
    tags.map(|tag| (fold(tag), tag)).collect()
}

fn without(tags: &BTreeMap<String, &str>, others: &BTreeMap<String, &str>) -> Vec<String> {
    let missing = tags
        .iter()
        .filter(|(folded, _)| !others.contains_key(*folded));
    missing.map(|(_, tag)| (*tag).to_owned()).collect()
}

/// What people know a note by.
fn name_of(fields: &str) -> String {
    let texts = fields.split('\u{1f}').map(strip_html);
    let mut texts = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = texts.find(|text| !text.is_empty()).unwrap_or_default();
    if text.chars().count() <= SHOWN {
        return text;
    }
    let start: String = text.chars().take(SHOWN - 2).collect();
    format!("{}..", start.trim_end())
}
