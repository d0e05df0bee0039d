//! The notes of a package with their decks and the states of their cards.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::media::{MediaPlan, Seen};
use super::types::PlannedType;
use super::{Notices, masks};
use crate::model::written::WrittenMasks;
use crate::model::{DeckName, Flag, Guid, NoteTypeKind, Tag};
use crate::package::{CardState, Contents, StoredCard, StoredDeck, StoredDeckKind, StoredNote};
use crate::source::emit::EmittedSuspend;

/// A note on its way into a project.
pub(super) struct PlannedNote<'c> {
    pub(super) stored: &'c StoredNote,
    /// Where its type stands.
    pub(super) type_index: usize,
    pub(super) deck: DeckName,
    pub(super) guid: Option<Guid>,
    pub(super) tags: Vec<Tag>,
    pub(super) flag: Flag,
    pub(super) suspend: EmittedSuspend,
    pub(super) position: Option<u32>,
    /// Why builds leave it out.
    pub(super) skip: Option<String>,
    pub(super) fields: Vec<PlannedField>,
    /// The cards that the package has of it.
    pub(super) ordinals: BTreeSet<u16>,
}

/// A field on its way into a project.
pub(super) struct PlannedField {
    /// What a build has to make of it.
    pub(super) expected: String,
    /// The same, with the names of media files as they lie in the project.
    pub(super) html: String,
    /// Markdown texts that may come out as it; those before `at` do not.
    pub(super) markdown: Vec<String>,
    pub(super) at: usize,
    /// The masks that may come out as it.
    pub(super) masks: Option<Box<WrittenMasks>>,
}

impl PlannedField {
    /// The Markdown text; `None` where the field is written as HTML.
    pub(super) fn text(&self) -> Option<&str> {
        self.markdown.get(self.at).map(String::as_str)
    }
}

/// What is needed to look at cards.
struct Decks {
    /// The names of the decks that are not filtered.
    names: BTreeMap<i64, DeckName>,
    fallback: DeckName,
}

/// Plans the notes, in the order of decks, positions and ids.
pub(super) fn plan<'c>(
    contents: &'c Contents,
    types: &mut [PlannedType<'c>],
    places: &BTreeMap<i64, usize>,
    media: &MediaPlan,
    fallback: &DeckName,
    notices: &mut Notices,
) -> (Vec<PlannedNote<'c>>, Seen) {
    let mut cards: BTreeMap<i64, Vec<&StoredCard>> = BTreeMap::new();
    for card in &contents.cards {
        cards.entry(card.note).or_default().push(card);
    }
    for of_note in cards.values_mut() {
        of_note.sort_by_key(|it| (it.ordinal, it.id));
    }
    let decks = Decks {
        names: deck_names(contents, notices),
        fallback: fallback.clone(),
    };
    let mut seen = Seen::default();
    let mut guids = BTreeSet::new();
    let mut notes = Vec::with_capacity(contents.notes.len());
    let mut counts = Counts::default();
    for stored in &contents.notes {
        let Some(&type_index) = places.get(&stored.note_type) else {
            counts.without_type += 1;
            continue;
        };
        let Some(planned_type) = types.get(type_index) else {
            continue;
        };
        let of_note = cards.get(&stored.id).map(Vec::as_slice).unwrap_or_default();
        let guid = Guid::new(stored.guid.clone()).filter(|it| guids.insert(it.as_str().to_owned()));
        counts.bad_guid += usize::from(guid.is_none());
        counts.without_cards += usize::from(of_note.is_empty());
        let flag = of_note.first().map_or(0, |it| it.flag());
        counts.mixed_flags += usize::from(of_note.iter().any(|it| it.flag() != flag));
        notes.push(PlannedNote {
            stored,
            type_index,
            deck: of_note
                .first()
                .map_or_else(|| fallback.clone(), |it| decks.of(it)),
            guid,
            tags: tags(stored, &mut counts),
            flag: Flag::parse(&flag.to_string()).unwrap_or_default(),
            suspend: suspended(of_note, planned_type),
            position: of_note.iter().find_map(|it| position(it)),
            skip: None,
            fields: fields(stored, planned_type, media, &mut seen, &mut counts),
            ordinals: of_note.iter().map(|it| it.ordinal).collect(),
        });
    }
    template_decks(&mut notes, types, &cards, &decks, notices);
    counts.tell(notices);
    tell_states(contents, notices);
    notes.sort_by(|one, other| {
        let key = |it: &PlannedNote<'_>| (it.position.is_none(), it.position, it.stored.id);
        one.deck
            .cmp(&other.deck)
            .then_with(|| key(one).cmp(&key(other)))
    });
    (notes, seen)
}

/// What is told with a number.
#[derive(Default)]
struct Counts {
    without_type: usize,
    without_cards: usize,
    bad_guid: usize,
    mixed_flags: usize,
    tags: usize,
    fields: usize,
    controls: usize,
}

impl Counts {
    fn tell(&self, notices: &mut Notices) {
        notices.count_lost(
            self.without_type,
            "note whose note type is not in the package",
            "notes whose note types are not in the package",
        );
        notices.count_lost(
            self.fields,
            "note has more fields than its note type; those behind the last one",
            "notes have more fields than their note types; those behind the last ones",
        );
        notices.count_changed(
            self.bad_guid,
            "note had no guid of its own and gets a new one, so learners get it a second time",
            "notes had no guids of their own and get new ones, so learners get them a second time",
        );
        notices.count_changed(
            self.without_cards,
            "note had no card; a build makes those of its note type",
            "notes had no cards; a build makes those of their note types",
        );
        notices.count_changed(
            self.mixed_flags,
            "note had cards with different flags; that of the first counts for all",
            "notes had cards with different flags; that of the first counts for all",
        );
        notices.count_changed(
            self.tags,
            "tag is written as Anki would write it",
            "tags are written as Anki would write them",
        );
        notices.count_changed(
            self.controls,
            "field lost control characters, as in an import",
            "fields lost control characters, as in an import",
        );
    }
}

impl Decks {
    /// The deck that a card belongs to, which is not the filtered deck that it may be in.
    fn of(&self, card: &StoredCard) -> DeckName {
        let id = match card.original_deck {
            0 => card.deck,
            home => home,
        };
        let name = self.names.get(&id).cloned();
        name.unwrap_or_else(|| self.fallback.clone())
    }
}

fn deck_names(contents: &Contents, notices: &mut Notices) -> BTreeMap<i64, DeckName> {
    let mut names = BTreeMap::new();
    let is_normal = |it: &&StoredDeck| matches!(it.kind, StoredDeckKind::Normal { .. });
    for deck in contents.decks.iter().filter(is_normal) {
        let clean: String = deck.name.chars().filter(|it| !it.is_control()).collect();
        let parts = clean.split("::").map(|part| {
            let part = part.trim_matches(|it: char| it.is_whitespace() || it == ':');
            if part.is_empty() { "blank" } else { part }
        });
        let parts: Vec<&str> = parts.collect();
        let Ok(name) = DeckName::new(&parts.join("::")) else {
            continue;
        };
        if name.as_str() != deck.name {
            let shown = deck.name.escape_debug();
            notices.changed(format!(
                "the deck `{shown}` is called `{name}` now, as Anki would call it"
            ));
        }
        names.insert(deck.id, name);
    }
    names
}

fn tags(stored: &StoredNote, counts: &mut Counts) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    for written in stored.tags() {
        let clean: String = written.chars().filter(|it| !it.is_control()).collect();
        let parts = clean
            .split("::")
            .map(|it| if it.trim().is_empty() { "blank" } else { it });
        let parts: Vec<&str> = parts.collect();
        let Ok(tag) = Tag::new(&parts.join("::")) else {
            continue;
        };
        counts.tags += usize::from(tag.as_str() != written);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn suspended(cards: &[&StoredCard], planned: &PlannedType<'_>) -> EmittedSuspend {
    let is_suspended = |it: &&&StoredCard| it.state() == CardState::Suspended;
    let suspended: Vec<u16> = cards
        .iter()
        .filter(is_suspended)
        .map(|it| it.ordinal)
        .collect();
    if suspended.is_empty() {
        return EmittedSuspend::None;
    }
    if suspended.len() == cards.len() {
        return EmittedSuspend::All;
    }
    let name = |ordinal: &u16| match planned.stored.kind {
        NoteTypeKind::Cloze => Some((u32::from(*ordinal) + 1).to_string()),
        _ => planned
            .templates
            .get(usize::from(*ordinal))
            .map(|it| it.name().to_owned()),
    };
    EmittedSuspend::Cards(suspended.iter().filter_map(name).collect())
}

/// The position that an import gives the card when it makes a new one of it.
fn position(card: &StoredCard) -> Option<u32> {
    if card.card_type == 0 && card.original_deck == 0 {
        return u32::try_from(card.due).ok();
    }
    let data: serde_json::Value = serde_json::from_str(&card.data).ok()?;
    u32::try_from(data.get("pos")?.as_u64()?).ok()
}

fn fields(
    stored: &StoredNote,
    planned: &PlannedType<'_>,
    media: &MediaPlan,
    seen: &mut Seen,
    counts: &mut Counts,
) -> Vec<PlannedField> {
    let count = planned.fields.len();
    counts.fields += usize::from(stored.fields().skip(count).any(|it| !it.is_empty()));
    let field = |(index, html): (usize, &str)| {
        // What an import takes out of a field (measured on Anki 26.9.3 and 25.9.2).
        let goes = |it: char| it.is_ascii_control() && !matches!(it, '\n' | '\t');
        let expected: String = html.nfc().filter(|it| !goes(*it)).collect();
        counts.controls += usize::from(html.contains(goes));
        let html = media.rewritten(&expected, seen);
        seen.code(&html);
        let expected = media.renamed(&expected);
        let markdown = match planned.written {
            Some(_) => crate::source::emit::markdown(&html),
            None => Vec::new(),
        };
        let masks = (planned.masks == Some(index)).then(|| masks::read(&expected));
        let masks = masks.flatten().map(Box::new);
        PlannedField {
            expected,
            html,
            markdown,
            at: 0,
            masks,
        }
    };
    stored.fields().take(count).enumerate().map(field).collect()
}

/// Cards of one template may all lie in a deck of their own: then the template says so. Other
/// cards that lie apart from the first card of their note are told.
fn template_decks(
    notes: &mut [PlannedNote<'_>],
    types: &mut [PlannedType<'_>],
    cards: &BTreeMap<i64, Vec<&StoredCard>>,
    decks: &Decks,
    notices: &mut Notices,
) {
    let mut apart = 0;
    for (index, planned) in types.iter_mut().enumerate() {
        let of_type = || notes.iter().filter(|it| it.type_index == index);
        let strays = of_type().any(|note| {
            let of_note = cards
                .get(&note.stored.id)
                .map(Vec::as_slice)
                .unwrap_or_default();
            of_note.iter().any(|card| decks.of(card) != note.deck)
        });
        if !strays {
            continue;
        }
        let mut settled = BTreeSet::new();
        if planned.stored.kind == NoteTypeKind::Normal && !planned.shipped {
            for (ordinal, template) in (0_u16..).zip(&mut planned.templates) {
                let homes: BTreeSet<DeckName> = of_type()
                    .filter_map(|note| cards.get(&note.stored.id))
                    .flatten()
                    .filter(|card| card.ordinal == ordinal)
                    .map(|card| decks.of(card))
                    .collect();
                // The first template's cards are where their notes are.
                if let (Some(home), 1) = (homes.first(), homes.len())
                    && ordinal > 0
                {
                    *template = template.clone().deck(home.as_str());
                    settled.insert(ordinal);
                }
            }
        }
        for note in of_type() {
            let of_note = cards
                .get(&note.stored.id)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let strays = |card: &&&StoredCard| {
                !settled.contains(&card.ordinal) && decks.of(card) != note.deck
            };
            apart += of_note.iter().filter(strays).count();
        }
    }
    notices.count_changed(
        apart,
        "card lay in another deck than the first card of its note; it goes to the deck of the note",
        "cards lay in other decks than the first cards of their notes; they go to the decks of the notes",
    );
}

fn tell_states(contents: &Contents, notices: &mut Notices) {
    let studied = contents.cards.iter().filter(|it| it.card_type != 0).count();
    notices.count_lost(
        studied,
        "card has a schedule, which belongs to the learner",
        "cards have schedules, which belong to the learner",
    );
    let reviews = usize::try_from(contents.reviews).unwrap_or(usize::MAX);
    notices.count_lost(
        reviews,
        "review of the learner's history",
        "reviews of the learner's history",
    );
    let buried = contents
        .cards
        .iter()
        .filter(|it| it.state() == CardState::Buried)
        .count();
    notices.count_lost(
        buried,
        "card is buried until the next day",
        "cards are buried until the next day",
    );
}
