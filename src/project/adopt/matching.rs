//! Which note of the sources is which note of the deck? A pair is taken only where nothing else
//! could be meant.

use std::collections::BTreeMap;

/// A note on either side, as far as matching looks at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    pub(super) guid: String,
    /// The folded text of the first field; may be empty.
    pub(super) first: String,
    /// The folded text of all fields.
    pub(super) whole: String,
}

/// How a pair was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MatchedBy {
    /// They have one guid already.
    Guid,
    /// Their first fields say the same, and those of no other note.
    FirstField,
    /// All of their fields say the same.
    WholeText,
}

/// Notes that say the same in their first field, with nothing else to tell them apart: positions
/// among the notes of the sources and of the deck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) sources: Vec<usize>,
    pub(super) deck: Vec<usize>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matching {
    /// Positions in the sources and in the deck.
    pub(super) pairs: Vec<(usize, usize, MatchedBy)>,
    pub(super) ties: Vec<Tie>,
    pub(super) only_sources: Vec<usize>,
    pub(super) only_deck: Vec<usize>,
}

/// What two notes are compared by.
type Text = fn(&Candidate) -> &str;

/// The notes of either side that are still without a partner, by a text of theirs.
fn groups<'c>(
    candidates: &'c [Candidate],
    open: &[bool],
    key: Text,
) -> BTreeMap<&'c str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let candidates = candidates.iter().zip(open).enumerate();
    for (index, (candidate, open)) in candidates {
        let text = key(candidate);
        if *open && !text.is_empty() {
            groups.entry(text).or_default().push(index);
        }
    }
    groups
}

pub(super) fn matching(sources: &[Candidate], deck: &[Candidate]) -> Matching {
    let mut found = Matching::default();
    let mut open = (vec![true; sources.len()], vec![true; deck.len()]);
    let steps: [(MatchedBy, Text); 3] = [
        (MatchedBy::Guid, |it| &it.guid),
        (MatchedBy::FirstField, |it| &it.first),
        (MatchedBy::WholeText, |it| &it.whole),
    ];
    for (by, key) in steps {
        let theirs = groups(deck, &open.1, key);
        for (text, ours) in groups(sources, &open.0, key) {
            if let ([one], Some([other])) = (ours.as_slice(), theirs.get(text).map(Vec::as_slice)) {
                found.pairs.push((*one, *other, by));
                for (side, index) in [(&mut open.0, *one), (&mut open.1, *other)] {
                    if let Some(open) = side.get_mut(index) {
                        *open = false;
                    }
                }
            }
        }
    }
    let theirs = groups(deck, &open.1, |it| &it.first);
    let mut tied = (vec![false; sources.len()], vec![false; deck.len()]);
    for (text, ours) in groups(sources, &open.0, |it| &it.first) {
        let Some(theirs) = theirs.get(text) else {
            continue;
        };
        for (side, indexes) in [(&mut tied.0, &ours), (&mut tied.1, theirs)] {
            for index in indexes {
                if let Some(tied) = side.get_mut(*index) {
                    *tied = true;
                }
            }
        }
        found.ties.push(Tie {
            sources: ours,
            deck: theirs.clone(),
        });
    }
    let left = |open: &[bool], tied: &[bool]| {
        let both = open.iter().zip(tied).enumerate();
        let left = both.filter(|(_, (open, tied))| **open && !**tied);
        left.map(|(index, _)| index).collect::<Vec<_>>()
    };
    found.only_sources = left(&open.0, &tied.0);
    found.only_deck = left(&open.1, &tied.1);
    found.pairs.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(notes: &[(&str, &str, &str)]) -> Vec<Candidate> {
        let candidate = |(guid, first, rest): &(&str, &str, &str)| Candidate {
            guid: (*guid).to_owned(),
            first: (*first).to_owned(),
            whole: format!("{first}|{rest}"),
        };
        notes.iter().map(candidate).collect()
    }

    #[test]
    fn only_what_is_certain_is_paired() {
        let check =
            |ours: &[(&str, &str, &str)], theirs: &[(&str, &str, &str)], expect: Matching| {
                assert_eq!(matching(&side(ours), &side(theirs)), expect);
            };
        check(
            &[("a", "x", "1"), ("b", "new", "2"), ("c", "y", "3")],
            &[("q", "y", "9"), ("b", "old", "8"), ("r", "gone", "")],
            Matching {
                pairs: vec![(1, 1, MatchedBy::Guid), (2, 0, MatchedBy::FirstField)],
                ties: vec![],
                only_sources: vec![0],
                only_deck: vec![2],
            },
        );
        // One question twice: the answers tell which is which, as far as they are the same.
        check(
            &[("a", "x", "1"), ("b", "x", "2"), ("c", "x", "3")],
            &[("p", "x", "2"), ("q", "x", "4"), ("r", "x", "5")],
            Matching {
                pairs: vec![(1, 0, MatchedBy::WholeText)],
                ties: vec![Tie {
                    sources: vec![0, 2],
                    deck: vec![1, 2],
                }],
                only_sources: vec![],
                only_deck: vec![],
            },
        );
        // One of ours, two of theirs.
        check(
            &[("a", "x", "1")],
            &[("p", "x", "2"), ("q", "x", "3")],
            Matching {
                pairs: vec![],
                ties: vec![Tie {
                    sources: vec![0],
                    deck: vec![0, 1],
                }],
                only_sources: vec![],
                only_deck: vec![],
            },
        );
    }
}
