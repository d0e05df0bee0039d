//! The numbers of the masks of image occlusion notes.
//!
//! A number belongs to a label, or to the group that several masks form (`numbers` says what follows
//! from that). A label that is written in another way is known by its shape.

use std::collections::BTreeSet;

use super::hash::{Digest, Hasher};
use super::numbers::{Numbered, number};

/// A card of masks that got its number from deckle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaskRecord {
    /// The number.
    pub number: u16,
    /// The hash of the label or group.
    pub key: Digest,
    /// The hash of the shapes.
    pub shape: Digest,
    /// Whether the note still has it.
    pub is_live: bool,
}

/// Masks that are asked for on one card, and have no number from the author.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaskCard {
    /// The hash of the label or group.
    pub key: Digest,
    /// The hash of the shapes.
    pub shape: Digest,
    /// The hashes of the labels, where it is a group.
    pub members: Vec<Digest>,
}

impl MaskCard {
    /// The masks of one label, or without any, where `label` is empty.
    #[must_use]
    pub fn single(label: &str, shape: &str) -> Self {
        let shape = digest("shape", shape);
        // What has no label is known by its shape alone.
        let key = if label.is_empty() {
            shape
        } else {
            digest("label", label)
        };
        Self {
            key,
            shape,
            members: Vec::new(),
        }
    }

    /// The masks of a group, with the labels in it.
    #[must_use]
    pub fn group<'a>(name: &str, shapes: &str, labels: impl IntoIterator<Item = &'a str>) -> Self {
        let labels = labels.into_iter().filter(|it| !it.is_empty());
        Self {
            key: digest("group", name),
            shape: digest("shape", shapes),
            members: labels.map(|it| digest("label", it)).collect(),
        }
    }
}

fn digest(kind: &str, text: &str) -> Digest {
    let mut hasher = Hasher::default();
    hasher.text(kind).text(&super::hash::folded(text));
    hasher.digest()
}

/// The masks of a note behind the build: first a record for each of its cards, in their order, then
/// those that are gone. The `explicit` numbers are the author's.
#[must_use]
pub fn number_masks(
    known: &[MaskRecord],
    cards: &[MaskCard],
    explicit: &BTreeSet<u16>,
) -> Vec<MaskRecord> {
    number(known, cards, explicit, |partners| {
        for live in [true, false] {
            partners.find(live, |record, card| record.key == card.key);
        }
        // Only what the note had until now can have been given another label, or gone into a group.
        partners.find(true, |record, card| record.shape == card.shape);
        partners.find(true, |record, card| card.members.contains(&record.key));
    })
}

impl Numbered for MaskRecord {
    type Asked = MaskCard;

    fn new(card: &MaskCard, number: u16) -> Self {
        Self {
            number,
            key: card.key,
            shape: card.shape,
            is_live: true,
        }
    }

    fn number(&self) -> u16 {
        self.number
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn gone(self) -> Self {
        Self {
            is_live: false,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `masks`: words such as `a1`, a label and a shape; `G=a1+b2` is a group. `expect`: a number a
    /// card.
    fn check(known: &[MaskRecord], masks: &str, explicit: &[u16], expect: &str) -> Vec<MaskRecord> {
        let cards: Vec<MaskCard> = masks.split_whitespace().map(card).collect();
        let next = number_masks(known, &cards, &explicit.iter().copied().collect());
        let live = next.iter().filter(|it| it.is_live);
        let numbers: Vec<String> = live.map(|it| it.number.to_string()).collect();
        assert_eq!(numbers.join(" "), expect, "{masks} behind {known:?}");
        next
    }

    fn card(word: &str) -> MaskCard {
        match word.split_once('=') {
            Some((group, members)) => {
                let parts = || members.split('+').map(|it| it.split_at(it.len() - 1));
                let shapes: Vec<&str> = parts().map(|(_, shape)| shape).collect();
                MaskCard::group(group, &shapes.join(" "), parts().map(|(label, _)| label))
            }
            None => {
                let (label, shape) = word.split_at(word.len() - 1);
                MaskCard::single(label, shape)
            }
        }
    }

    #[test]
    fn numbers_belong_to_labels() {
        let abc = check(&[], "a1 b2 c3", &[], "1 2 3");
        check(&abc, "a1 b2 c3", &[], "1 2 3");
        check(&abc, "c3 a1 b2", &[], "3 1 2");
        // One more, in front, in between, behind.
        check(&abc, "x9 a1 b2 c3", &[], "4 1 2 3");
        check(&abc, "a1 x9 b2 c3", &[], "1 4 2 3");
        // Moved, renamed, both.
        check(&abc, "a7 b8 c9", &[], "1 2 3");
        check(&abc, "a1 x2 c3", &[], "1 2 3");
        check(&abc, "a1 x9 c3", &[], "1 4 3");
        // Two that change places keep their labels.
        check(&abc, "a2 b1 c3", &[], "1 2 3");
        // What is removed leaves its number to nobody, and takes it up again.
        let ac = check(&abc, "a1 c3", &[], "1 3");
        let acd = check(&ac, "a1 c3 d4", &[], "1 3 4");
        check(&acd, "a1 b9 c3 d4", &[], "1 2 3 4");
        check(&acd, "a1 e2 c3 d4", &[], "1 5 3 4");
        // Numbers of the author's come first.
        check(&[], "a1 b2", &[1, 3], "2 4");
        check(&abc, "a1 b2 c3", &[2], "1 4 3");
        // Without labels shapes decide.
        let shapes = check(&[], "1 2", &[], "1 2");
        check(&shapes, "9 2 1", &[], "3 2 1");
    }

    #[test]
    fn groups_keep_their_number() {
        let known = check(&[], "G=a1+b2 c3", &[], "1 2");
        check(&known, "G=a1+b2+d4 c3", &[], "1 2");
        check(&known, "H=a1+b2 c3", &[], "1 2");
        // A mask that joins others in a group brings its number.
        let abc = check(&[], "a1 b2 c3", &[], "1 2 3");
        check(&abc, "a1 G=b2+c3", &[], "1 2");
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice(
            histories in prop::collection::vec(
                (prop::collection::vec("[a-e]?[1-4]|G=a1[+]b2", 0..6), prop::collection::btree_set(1_u16..6, 0..3)),
                1..5,
            ),
        ) {
            let mut known = Vec::new();
            for (masks, explicit) in histories {
                let cards: Vec<MaskCard> = masks.iter().map(|it| card(it)).collect();
                known = number_masks(&known, &cards, &explicit);
                let mut seen = explicit.clone();
                prop_assert_eq!(known.iter().filter(|it| it.is_live).count(), cards.len());
                prop_assert!(known.iter().all(|it| seen.insert(it.number)));
            }
        }
    }
}
