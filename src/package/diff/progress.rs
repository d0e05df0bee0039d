//! What an import does to what learners did. It deletes no card and changes none; but a card may
//! come to show nothing, or to ask for something else, and a note that comes in anew has the
//! progress of none.

use std::collections::{BTreeMap, HashMap};

use super::Imported;
use crate::model::NoteTypeKind;
use crate::package::import::{EmptyCards, HeldNote, Progress};
use crate::package::{StoredNote, StoredNoteType};
use crate::template::cloze::{ClozeNode, ClozeText};
use crate::template::generate::MAX_CLOZE_NUMBER;
use crate::template::strip::strip_html_keeping_media;

/// What a learner's collection holds of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LearnerSummary {
    /// Cards that were studied.
    pub studied: usize,
    /// How often cards were answered.
    pub reviews: u64,
    /// Notes that have nothing to do with the new package: they are not in it, and neither their
    /// note types nor the decks of their cards are. Nothing else is said of them.
    pub own_notes: usize,
}

/// A card whose text is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmptiedCard {
    /// Which card of its note it is.
    pub ordinal: u16,
    /// What people call it: its cloze number, such as `c2`, or the name of its card template.
    pub name: String,
    /// What the learner did with it.
    pub progress: Progress,
    /// The ordinal of the card that asks for its cloze now, if one does: its number changed.
    pub now: Option<u16>,
}

/// A card that asks for another cloze than before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangedCard {
    /// Which card of its note it is.
    pub ordinal: u16,
    /// What the learner did with it.
    pub progress: Progress,
    /// The text that it asked for.
    pub old: String,
    /// The text that it asks for in the new version.
    pub new: String,
}

/// A note that learners keep, and that a note which comes in repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SaidAgain {
    /// The guid of the note that learners keep.
    pub guid: String,
    /// Its progress, which stays with it.
    pub studied: Studied,
}

/// Progress of some cards together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Studied {
    /// Cards that were studied.
    pub cards: usize,
    /// How often they were answered.
    pub reviews: u64,
}

impl Studied {
    pub(super) fn add(&mut self, progress: Progress) {
        self.cards += usize::from(progress.studied);
        self.reviews += u64::from(progress.reviews);
    }

    pub(super) fn of(note: &HeldNote<'_>) -> Self {
        let mut studied = Self::default();
        for card in &note.cards {
            studied.add(card.progress);
        }
        studied
    }
}

/// Finds cards that came to show nothing or something else.
pub(super) struct Cards<'i> {
    imported: &'i Imported<'i>,
    before: EmptyCards<'i>,
    after: EmptyCards<'i>,
}

impl<'i> Cards<'i> {
    pub(super) fn new(imported: &'i Imported<'i>) -> Self {
        Self {
            imported,
            before: EmptyCards::new(imported.before),
            after: EmptyCards::new(imported.after),
        }
    }

    /// What an import does to the cards of a note that learners have.
    pub(super) fn of(&self, held: &HeldNote<'_>) -> (Vec<EmptiedCard>, Vec<ExchangedCard>) {
        let Some(after) = self.imported.after.note(held.guid) else {
            return (Vec::new(), Vec::new());
        };
        let types = [self.imported.before, self.imported.after]
            .map(|it| it.note_types().get(&held.note_type));
        let [Some(type_before), Some(type_after)] = types else {
            return (Vec::new(), Vec::new());
        };
        let same_text = held.fields == after.fields && held.tags == after.tags;
        if same_text && type_before.stored == type_after.stored {
            return (Vec::new(), Vec::new());
        }
        let mut clozes = None;
        if held.fields != after.fields && type_after.kind() == NoteTypeKind::Cloze {
            clozes = Some((cloze_texts(&held.fields), cloze_texts(&after.fields)));
        }
        let progress_of = |ordinal: u16| {
            let card = held.cards.iter().find(|card| card.ordinal == ordinal);
            card.map(|card| card.progress).unwrap_or_default()
        };
        let were_empty = self.before.of(held);
        let mut emptied = self.after.of(after);
        let had = |ordinal: u16| held.cards.iter().any(|card| card.ordinal == ordinal);
        emptied.retain(|ordinal| had(*ordinal) && !were_empty.contains(ordinal));
        emptied.dedup();
        let emptied = emptied.into_iter().map(|ordinal| EmptiedCard {
            ordinal,
            name: card_name(&type_before.stored, ordinal),
            progress: progress_of(ordinal),
            now: clozes.as_ref().and_then(|(old, new)| {
                let text = old.get(&ordinal)?;
                new.iter().find(|(_, it)| *it == text).map(|(now, _)| *now)
            }),
        });
        let exchanged = clozes
            .iter()
            .flat_map(|(old, new)| exchanged(old, new))
            .filter(|(ordinal, ..)| had(*ordinal))
            .map(|(ordinal, old, new)| ExchangedCard {
                ordinal,
                progress: progress_of(ordinal),
                old,
                new,
            });
        (emptied.collect(), exchanged.collect())
    }
}

fn card_name(stored: &StoredNoteType, ordinal: u16) -> String {
    let template = stored.templates.get(usize::from(ordinal));
    match template.filter(|_| stored.kind == NoteTypeKind::Normal) {
        Some(template) => template.name.clone(),
        None => format!("c{}", u32::from(ordinal) + 1),
    }
}

/// The texts that the card of each number asks for, one below the other.
type Clozes = BTreeMap<u16, String>;

fn cloze_texts(fields: &str) -> Clozes {
    let mut texts = Clozes::new();
    for field in fields.split('\u{1f}').filter(|it| it.contains("{{c")) {
        let clozes = ClozeText::parse(field);
        for (index, node) in clozes.nodes().iter().enumerate() {
            let ClozeNode::Open { numbers, close, .. } = node else {
                continue;
            };
            let inner = clozes.nodes().get(index..*close).unwrap_or_default();
            let mut html = String::new();
            for node in inner {
                if let ClozeNode::Text(range) = node {
                    html.push_str(clozes.text(range));
                }
            }
            let text = strip_html_keeping_media(&html);
            let words: Vec<&str> = text.split_whitespace().collect();
            for number in numbers.iter().filter(|number| **number > 0) {
                let text = texts.entry(number.min(&MAX_CLOZE_NUMBER) - 1).or_default();
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&words.join(" "));
            }
        }
    }
    texts
}

/// Ordinals whose text is that of another one now, or whose own text went to another one; with
/// both texts.
fn exchanged(old: &Clozes, new: &Clozes) -> Vec<(u16, String, String)> {
    let elsewhere = |texts: &Clozes, ordinal: u16, text: &str| {
        let mut others = texts.iter().filter(|(other, _)| **other != ordinal);
        others.any(|(_, it)| it == text)
    };
    let both = old
        .iter()
        .filter_map(|(ordinal, text)| Some((*ordinal, text, new.get(ordinal)?)));
    both.filter(|(ordinal, before, after)| {
        before != after && (elsewhere(new, *ordinal, before) || elsewhere(old, *ordinal, after))
    })
    .map(|(ordinal, before, after)| (ordinal, before.clone(), after.clone()))
    .collect()
}

/// Notes that only learners have now, by what their first fields say: one that comes in and says
/// the same is probably one of them, under another guid.
pub(super) struct Withdrawn<'i>(HashMap<String, Vec<&'i HeldNote<'i>>>);

impl<'i> Withdrawn<'i> {
    pub(super) fn new(notes: impl Iterator<Item = &'i HeldNote<'i>>) -> Self {
        let mut by_text: HashMap<String, Vec<&HeldNote<'_>>> = HashMap::new();
        for note in notes {
            let text = first_text(&note.fields);
            if !text.is_empty() {
                by_text.entry(text).or_default().push(note);
            }
        }
        Self(by_text)
    }

    /// The one that says what this note says. Where several have its first field, all of their
    /// fields must be the same.
    pub(super) fn like(&self, note: &StoredNote) -> Option<&'i HeldNote<'i>> {
        match self.0.get(&first_text(&note.fields))?.as_slice() {
            [only] => Some(only),
            several => several
                .iter()
                .find(|it| *it.fields == *note.fields)
                .copied(),
        }
    }
}

fn first_text(fields: &str) -> String {
    let first = fields.split('\u{1f}').next().unwrap_or_default();
    let text = strip_html_keeping_media(first);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_clozes_that_change_their_numbers_are_found() {
        let check = |old: &str, new: &str, expect: &[u16]| {
            let found = exchanged(&cloze_texts(old), &cloze_texts(new));
            let found: Vec<u16> = found.into_iter().map(|(ordinal, ..)| ordinal).collect();
            assert_eq!(found, expect, "{old} > {new}");
        };
        let old = "{{c1::a}} {{c2::b::hint}}";
        check(old, old, &[]);
        check(old, "{{c1::A}} {{c2::b}}", &[]);
        check(old, "{{c1::<b>a</b>}} {{c2::b}}", &[]);
        check(old, "{{c1::b}} {{c2::a}}", &[0, 1]);
        // One in front, and all move up by one.
        check(old, "{{c1::new}} {{c2::a}} {{c3::b}}", &[0, 1]);
        // The first is gone, and the second takes its number.
        check(old, "a {{c1::b}}", &[0]);
        check(old, "{{c2::b}}\u{1f}{{c1::a}}", &[]);
        check("{{c1::a {{c2::b}}}}", "{{c1::b}} {{c2::a b}}", &[0, 1]);
        check("{{c1::a}}{{c1::b}}", "{{c1::a}}{{c2::b}}", &[]);
        check("{{c1,2::a}}", "{{c1::a}}", &[]);
        check("{{c0::a}}", "{{c1::a}}", &[]);
    }
}
