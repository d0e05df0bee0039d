//! What can be counted in a difference, by names that scripts use.

use super::{DeckChange, Difference, MediaChange, NoteChange, NoteDifference, NoteTypeChange};

/// Something that can be counted in a [`Difference`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Measure {
    /// Notes that come in.
    Added,
    /// Notes whose fields and tags are replaced.
    Updated,
    /// Notes that differ and are not newer, so that they do not arrive.
    Skipped,
    /// Notes that learners have with another note type, so that they do not arrive.
    Conflicting,
    /// Notes that only learners have now.
    Removed,
    /// Cards that learners get for notes that they have.
    CardsAdded,
    /// Cards that only learners have now, of notes that are in both packages.
    CardsLeft,
    /// Cards that the new package has in another deck, and that stay where they are.
    Moved,
    /// Cards that showed something and show nothing any more.
    CardsEmptied,
    /// Cards that ask for another cloze of their note than before.
    CardsExchanged,
    /// Notes that come in with the first field of a note that only learners have now.
    Doubled,
    /// Cards that the learner studied, of notes that only learners have now.
    StudiedRemoved,
    /// How often the learner answered cards that show nothing any more or ask for another cloze,
    /// and cards of notes that a note which comes in repeats.
    ReviewsLost,
    /// Tags that updates take away, counted note by note.
    TagsLost,
    /// Note types that come in.
    NoteTypesAdded,
    /// Note types that are replaced.
    NoteTypesUpdated,
    /// Note types that differ and are not newer, so that they do not arrive.
    NoteTypesSkipped,
    /// Note types that come in a second time, because their fields or card templates differ.
    NoteTypesCopied,
    /// Decks that come in.
    DecksAdded,
    /// Media files that come in under their own name.
    MediaAdded,
    /// Media files that come in under another name, because their content changed.
    MediaRenamed,
    /// Media files that changed and do not arrive.
    MediaKept,
    /// Media files that are new and do not arrive, because no note that comes in names them.
    MediaUnused,
    /// 1 where the next sync must replace one side as a whole.
    OneWaySync,
    /// 1 where Anki refuses the new package.
    Refused,
}

impl Measure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 25] = [
        Self::Added,
        Self::Updated,
        Self::Skipped,
        Self::Conflicting,
        Self::Removed,
        Self::CardsAdded,
        Self::CardsLeft,
        Self::Moved,
        Self::CardsEmptied,
        Self::CardsExchanged,
        Self::Doubled,
        Self::StudiedRemoved,
        Self::ReviewsLost,
        Self::TagsLost,
        Self::NoteTypesAdded,
        Self::NoteTypesUpdated,
        Self::NoteTypesSkipped,
        Self::NoteTypesCopied,
        Self::DecksAdded,
        Self::MediaAdded,
        Self::MediaRenamed,
        Self::MediaKept,
        Self::MediaUnused,
        Self::OneWaySync,
        Self::Refused,
    ];

    /// Its name, such as `removed` or `media-kept`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Skipped => "skipped",
            Self::Conflicting => "conflicting",
            Self::Removed => "removed",
            Self::CardsAdded => "cards-added",
            Self::CardsLeft => "cards-left",
            Self::Moved => "moved",
            Self::CardsEmptied => "cards-emptied",
            Self::CardsExchanged => "cards-exchanged",
            Self::Doubled => "doubled",
            Self::StudiedRemoved => "studied-removed",
            Self::ReviewsLost => "reviews-lost",
            Self::TagsLost => "tags-lost",
            Self::NoteTypesAdded => "note-types-added",
            Self::NoteTypesUpdated => "note-types-updated",
            Self::NoteTypesSkipped => "note-types-skipped",
            Self::NoteTypesCopied => "note-types-copied",
            Self::DecksAdded => "decks-added",
            Self::MediaAdded => "media-added",
            Self::MediaRenamed => "media-renamed",
            Self::MediaKept => "media-kept",
            Self::MediaUnused => "media-unused",
            Self::OneWaySync => "one-way-sync",
            Self::Refused => "refused",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Difference {
    /// How many there are of what the measure counts.
    #[must_use]
    pub fn count(&self, measure: Measure) -> usize {
        let notes = |wanted: fn(&NoteChange) -> bool| {
            self.notes.iter().filter(|it| wanted(&it.change)).count()
        };
        let sum = |part: fn(&NoteDifference) -> usize| self.notes.iter().map(part).sum();
        let types = |wanted: fn(&NoteTypeChange) -> bool| {
            self.note_types
                .iter()
                .filter(|it| wanted(&it.change))
                .count()
        };
        let media = |wanted: fn(&MediaChange) -> bool| {
            self.media.iter().filter(|it| wanted(&it.change)).count()
        };
        match measure {
            Measure::Added => notes(|it| *it == NoteChange::Added),
            Measure::Updated => notes(|it| *it == NoteChange::Updated),
            Measure::Skipped => notes(|it| matches!(it, NoteChange::Skipped { .. })),
            Measure::Conflicting => notes(|it| matches!(it, NoteChange::Conflicting(_))),
            Measure::Removed => notes(|it| *it == NoteChange::Removed),
            Measure::CardsAdded => sum(|it| it.cards_added.len()),
            Measure::CardsLeft => sum(|it| it.cards_left.len()),
            Measure::Moved => sum(|it| it.cards_staying.len()),
            Measure::CardsEmptied => sum(|it| it.cards_emptied.len()),
            Measure::CardsExchanged => sum(|it| it.cards_exchanged.len()),
            Measure::Doubled => sum(|it| it.said_again.iter().count()),
            Measure::StudiedRemoved => sum(|it| match it.change {
                NoteChange::Removed => it.studied.cards,
                _ => 0,
            }),
            Measure::ReviewsLost => {
                let lost: u64 = self.notes.iter().map(NoteDifference::reviews_lost).sum();
                usize::try_from(lost).unwrap_or(usize::MAX)
            }
            Measure::TagsLost => sum(|it| match it.change {
                NoteChange::Updated => it.tags_lost.len(),
                _ => 0,
            }),
            Measure::NoteTypesAdded => types(|it| *it == NoteTypeChange::Added),
            Measure::NoteTypesUpdated => types(|it| matches!(it, NoteTypeChange::Updated { .. })),
            Measure::NoteTypesSkipped => types(|it| matches!(it, NoteTypeChange::Skipped { .. })),
            Measure::NoteTypesCopied => types(|it| matches!(it, NoteTypeChange::Copied { .. })),
            Measure::DecksAdded => {
                let added = |it: &&_| {
                    matches!(
                        &it,
                        super::DeckDifference {
                            change: DeckChange::Added { .. },
                            ..
                        }
                    )
                };
                self.decks.iter().filter(added).count()
            }
            Measure::MediaAdded => {
                media(|it| matches!(it, MediaChange::Added | MediaChange::Replaced))
            }
            Measure::MediaRenamed => media(|it| matches!(it, MediaChange::Renamed(_))),
            Measure::MediaKept => {
                media(|it| matches!(it, MediaChange::Kept | MediaChange::NotSent))
            }
            Measure::MediaUnused => media(|it| *it == MediaChange::Unused),
            Measure::OneWaySync => self.one_way_sync.into(),
            Measure::Refused => self.refused.as_ref().is_some_and(|it| it.is_new).into(),
        }
    }
}

impl NoteDifference {
    /// How often the learner answered cards of the note that show nothing any more or ask for
    /// another cloze, or those of the note that this one repeats.
    #[must_use]
    pub fn reviews_lost(&self) -> u64 {
        let emptied = self.cards_emptied.iter().map(|it| it.progress);
        let exchanged = self.cards_exchanged.iter().map(|it| it.progress);
        let of_cards: u64 = emptied
            .chain(exchanged)
            .map(|it| u64::from(it.reviews))
            .sum();
        let of_note = self.said_again.as_ref().map(|it| it.studied.reviews);
        of_cards + of_note.unwrap_or_default()
    }
}
