//! The numbers of clozes that the author left without one, such as `==this==`.
//!
//! A number belongs to a text (`numbers` says what follows from that). A cloze whose text was edited
//! is known by its place between the others.

use std::collections::BTreeSet;

use super::hash::{Digest, Hasher};
use super::numbers::{Numbered, Partners, number};

/// A cloze that got its number from deckle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClozeRecord {
    /// The number.
    pub number: u16,
    /// The hash of its text.
    pub text: Digest,
    /// Whether the note still has it.
    pub is_live: bool,
}

/// The hash of a cloze's text.
#[must_use]
pub fn cloze_text(text: &str) -> Digest {
    let mut hasher = Hasher::default();
    hasher.text(&super::hash::folded(text));
    hasher.digest()
}

/// The clozes of a note behind the build: first those that it has, in the order of these texts and
/// with their numbers, then those that are gone. The `explicit` numbers are the author's.
#[must_use]
pub fn number_clozes(
    known: &[ClozeRecord],
    texts: &[Digest],
    explicit: &BTreeSet<u16>,
) -> Vec<ClozeRecord> {
    number(known, texts, explicit, |partners| {
        // Those that the note had come before those that were gone.
        for live in [true, false] {
            partners.find(live, |record, text| record.text == *text);
        }
        by_order(partners);
    })
}

impl Numbered for ClozeRecord {
    type Asked = Digest;

    fn new(text: &Digest, number: u16) -> Self {
        Self {
            number,
            text: *text,
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

/// Clozes whose text is another: as many as are missing between the same two neighbors are those.
fn by_order(partners: &mut Partners<'_, ClozeRecord>) {
    let (known, partners) = (partners.known, &mut partners.found);
    let mut found: BTreeSet<usize> = partners.iter().flatten().copied().collect();
    let live = |at: usize| known.get(at).is_some_and(|it| it.is_live);
    let end = known.iter().filter(|it| it.is_live).count();
    let mut start = 0;
    while start < partners.len() {
        let run = partners.iter().skip(start);
        let length = run.take_while(|it| it.is_none()).count();
        let before = start
            .checked_sub(1)
            .and_then(|at| partners.get(at).copied());
        let behind = partners.get(start + length).copied();
        let from = before.flatten().map_or(0, |at| at + 1);
        let to = behind.flatten().filter(|at| live(*at)).unwrap_or(end);
        let missing: Vec<usize> = (from..to.max(from))
            .filter(|at| live(*at) && !found.contains(at))
            .collect();
        if missing.len() == length {
            for (partner, at) in partners.iter_mut().skip(start).zip(missing) {
                *partner = Some(at);
                found.insert(at);
            }
        }
        start += length + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::numbers::LAST;
    use super::*;

    /// `texts`: a letter a cloze. `expect`: a number a cloze.
    fn check(
        known: &[ClozeRecord],
        texts: &str,
        explicit: &[u16],
        expect: &str,
    ) -> Vec<ClozeRecord> {
        let hashes: Vec<Digest> = texts
            .chars()
            .map(|it| cloze_text(&it.to_string()))
            .collect();
        let next = number_clozes(known, &hashes, &explicit.iter().copied().collect());
        let numbers: Vec<String> = next
            .iter()
            .filter(|it| it.is_live)
            .map(|it| it.number.to_string())
            .collect();
        assert_eq!(numbers.join(" "), expect, "{texts} behind {known:?}");
        next
    }

    #[test]
    fn numbers_belong_to_texts() {
        let abc = check(&[], "abc", &[], "1 2 3");
        check(&abc, "abc", &[], "1 2 3");
        check(&abc, "cab", &[], "3 1 2");
        // One more, in front, in between, behind.
        check(&abc, "xabc", &[], "4 1 2 3");
        check(&abc, "axbc", &[], "1 4 2 3");
        check(&abc, "abcx", &[], "1 2 3 4");
        // Edited ones are known by their place.
        check(&abc, "axc", &[], "1 2 3");
        check(&abc, "xyc", &[], "1 2 3");
        check(&abc, "xyz", &[], "1 2 3");
        // Which of the two was edited, and which removed?
        check(&abc, "ax", &[], "1 4");
        // What is removed leaves its number to nobody, and takes it up again.
        let ac = check(&abc, "ac", &[], "1 3");
        let acd = check(&ac, "acd", &[], "1 3 4");
        check(&acd, "abcd", &[], "1 2 3 4");
        // Numbers of the author's come first.
        check(&[], "ab", &[1, 3], "2 4");
        check(&abc, "abc", &[2], "1 4 3");
        // The same text twice.
        let aa = check(&[], "aa", &[], "1 2");
        check(&aa, "a", &[], "1");
    }

    #[test]
    fn numbers_end_where_ankis_do() {
        let many: Vec<Digest> = (0..600).map(|it| cloze_text(&it.to_string())).collect();
        let next = number_clozes(&[], &many, &BTreeSet::new());
        assert_eq!(next.iter().map(|it| it.number).max(), Some(LAST));
        let gone = number_clozes(&next, &[], &BTreeSet::new());
        let again = number_clozes(&gone, &[cloze_text("new")], &BTreeSet::new());
        assert_eq!(again.first().map(|it| it.number), Some(1));
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice(
            histories in prop::collection::vec(("[a-e]{0,6}", prop::collection::btree_set(1_u16..6, 0..3)), 1..5),
        ) {
            let mut known = Vec::new();
            for (texts, explicit) in histories {
                let hashes: Vec<Digest> = texts.chars().map(|it| cloze_text(&it.to_string())).collect();
                known = number_clozes(&known, &hashes, &explicit);
                let mut seen = explicit.clone();
                prop_assert_eq!(known.iter().filter(|it| it.is_live).count(), hashes.len());
                prop_assert!(known.iter().all(|it| seen.insert(it.number)));
            }
        }
    }
}
