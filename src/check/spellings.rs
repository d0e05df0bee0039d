//! Tags and decks that differ in letter case only: Anki takes them for one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::written::WrittenNote;
use crate::model::{DeckName, Tag};

/// The ways in which tags and decks are written, each with its first place.
#[derive(Debug, Default)]
pub struct Spellings {
    tags: Seen<Tag>,
    decks: Seen<DeckName>,
}

impl Spellings {
    /// The spellings of these notes.
    #[must_use]
    pub fn of(notes: &[WrittenNote]) -> Self {
        let mut spellings = Self::default();
        for note in notes {
            for tag in &note.tags {
                spellings.tags.add(&tag.value, tag.span);
            }
            spellings.decks.add(&note.deck, note.span);
        }
        spellings
    }

    /// The spellings that were kept.
    pub(crate) fn of_parts(tags: Vec<Spelling<Tag>>, decks: Vec<Spelling<DeckName>>) -> Self {
        let mut spellings = Self::default();
        for (tag, span) in tags {
            spellings.tags.add(&tag, span);
        }
        for (deck, span) in decks {
            spellings.decks.add(&deck, span);
        }
        spellings
    }

    /// Tags and decks, each once, with their first places.
    pub(crate) fn parts(&self) -> (&[Spelling<Tag>], &[Spelling<DeckName>]) {
        (&self.tags.in_order, &self.decks.in_order)
    }

    /// Adds those of notes that stand behind.
    pub fn append(&mut self, later: Self) {
        for (tag, span) in later.tags.in_order {
            self.tags.add(&tag, span);
        }
        for (deck, span) in later.decks.in_order {
            self.decks.add(&deck, span);
        }
    }

    /// Tells tags and deck names that differ from an earlier one in letter case only, each once.
    pub fn tell(&self, sink: &mut Diagnostics) {
        for [(typed, span), (first, place)] in self.tags.alike(Tag::folded) {
            let title = format!("the tags `{typed}` and `{first}` differ in letter case only");
            sink.push(
                Diagnostic::new(Code::TagCase, title)
                    .at(*span, "written like this here")
                    .also(*place, "and like this here")
                    .note("Anki takes them for one tag"),
            );
        }
        for [(typed, span), (first, place)] in self.decks.alike(DeckName::folded) {
            let title = format!("the decks `{typed}` and `{first}` differ in letter case only");
            sink.push(
                Diagnostic::new(Code::BadDeckName, title)
                    .at(*span, "a note of the one")
                    .also(*place, "a note of the other")
                    .note("Anki takes them for one deck")
                    .help("write both alike"),
            );
        }
    }
}

/// What was written, each spelling once, in the order of its first place.
#[derive(Debug)]
struct Seen<T> {
    known: BTreeSet<T>,
    in_order: Vec<Spelling<T>>,
}

/// A name, and where it stands first.
pub(crate) type Spelling<T> = (T, Span);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self {
            known: BTreeSet::new(),
            in_order: Vec::new(),
        }
    }
}

impl<T: Clone + Ord> Seen<T> {
    fn add(&mut self, name: &T, span: Span) {
        // Most notes are written like the one before them.
        let is_last = self.in_order.last().is_some_and(|(it, _)| it == name);
        if !is_last && self.known.insert(name.clone()) {
            self.in_order.push((name.clone(), span));
        }
    }

    /// Each spelling that is another one's but for letter case, with the first of them.
    fn alike(&self, folded: impl Fn(&T) -> String) -> Vec<[&Spelling<T>; 2]> {
        let mut firsts: BTreeMap<String, &Spelling<T>> = BTreeMap::new();
        let mut alike = Vec::new();
        for spelling in &self.in_order {
            let first = *firsts.entry(folded(&spelling.0)).or_insert(spelling);
            if !std::ptr::eq(first, spelling) {
                alike.push([spelling, first]);
            }
        }
        alike
    }
}
