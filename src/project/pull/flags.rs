//! What was marked on the phone, to be looked after in the sources: flags, suspended cards, leeches.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::attempts::flag_name;
use super::phone::{Phone, PhoneNote};
use super::reading::{Given, Reading};
use super::{shown, whole};
use crate::Error;
use crate::model::Flag;
use crate::package::ReadLimits;
use crate::project::{Project, Report, variants};

/// What is looked for beside flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[must_use = "options do nothing until a project gets them"]
pub struct Marks {
    suspended: bool,
    leeches: bool,
}

/// A card that was marked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Marked {
    /// The color of its flag as Anki names it; `None` where it has none.
    pub flag: Option<&'static str>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Whether its note is a leech.
    pub leech: bool,
    /// The deck that it lies in.
    pub deck: String,
    /// Its card template, or the number of its cloze.
    pub card: String,
    /// The first field of its note as text, cut to a line.
    pub text: String,
    /// What Anki knows its note by.
    pub guid: String,
    /// The file that its note stands in, relative to the project; `None` of a note that the sources
    /// do not have.
    pub path: Option<String>,
    /// The line that its note begins in, from 1.
    pub line: Option<usize>,
}

impl Marks {
    /// Flags alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether suspended cards count, too. Default: no.
    pub fn suspended(mut self, yes: bool) -> Self {
        self.suspended = yes;
        self
    }

    /// Whether cards of leeches count, too: notes that were forgotten often. Default: no.
    pub fn leeches(mut self, yes: bool) -> Self {
        self.leeches = yes;
        self
    }
}

impl Project {
    /// The cards that were marked in packages of a phone, with the places of their notes in the
    /// sources, in the order of files and lines; cards of other notes come last. The report tells
    /// what is wrong with the sources; places are found as far as they can be read.
    ///
    /// # Errors
    /// When a package or a file cannot be read.
    pub fn marked(
        &self,
        packages: &[PathBuf],
        marks: Marks,
    ) -> Result<(Vec<Marked>, Report), Error> {
        let phone = Phone::read(packages, ReadLimits::default())?;
        let (whole, keys) = whole(self)?;
        let only = self.variant.as_deref();
        let wanted = keys
            .iter()
            .filter(|it| only.is_none_or(|only| only == it.as_str()));
        let mut projects: Vec<Project> = wanted
            .map(|key| variants::as_variant(&whole, key))
            .collect();
        if keys.is_empty() {
            projects.push(whole);
        }
        let mut places: BTreeMap<String, (String, usize)> = BTreeMap::new();
        let mut told = Report::default();
        for project in projects {
            let report = match Reading::take(&project, &Given::default())? {
                Err(report) => report,
                Ok(reading) => {
                    for note in &reading.notes {
                        let place = (reading.path(note).to_owned(), reading.line(note));
                        places.entry(note.guid.clone()).or_insert(place);
                    }
                    reading.report
                }
            };
            if !told.diagnostics.has_errors() {
                told = report;
            }
        }
        let mut found = Vec::new();
        for note in phone.notes.values() {
            let place = places.get(note.guid.as_str());
            found.extend(of_note(note, marks, place));
        }
        found.sort_by(|one, other| {
            let key = |it: &Marked| {
                (
                    it.path.is_none(),
                    it.path.clone(),
                    it.line,
                    it.deck.clone(),
                    it.guid.clone(),
                )
            };
            key(one).cmp(&key(other))
        });
        Ok((found, told))
    }
}

fn of_note<'n>(
    note: &'n PhoneNote,
    marks: Marks,
    place: Option<&'n (String, usize)>,
) -> impl Iterator<Item = Marked> + 'n {
    let leech = marks.leeches && note.is_leech;
    let cards = note
        .cards
        .iter()
        .filter(move |it| it.flag != Flag::None || leech || marks.suspended && it.suspended);
    cards.map(move |card| Marked {
        flag: (card.flag != Flag::None).then(|| flag_name(card.flag)),
        suspended: card.suspended,
        leech: note.is_leech,
        deck: card.deck.clone().unwrap_or_default(),
        card: note.card_name(card.ordinal),
        text: shown(note.fields.first().map_or("", String::as_str)),
        guid: note.guid.clone(),
        path: place.map(|it| it.0.clone()),
        line: place.map(|it| it.1),
    })
}
