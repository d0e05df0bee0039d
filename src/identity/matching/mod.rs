//! Which note of the last build is this one? For notes that name no id themselves.
//!
//! The surest signs come first, and what they settle is context for the others:
//!
//! 1. same type, same first field: in the same file, then anywhere (the note was moved) if the other
//!    fields are alike; among several the other fields decide;
//! 2. the same among the notes that are gone (a deletion was undone);
//! 3. a text much like the old one, and clearly more like it than like any other note's;
//! 4. in the same place of a file, between the same neighbors, a text that is somewhat alike;
//! 5. otherwise it is a new note.
//!
//! A wrong match puts the progress of one card on another, which is worse than progress lost: so
//! each step rather leaves a note alone. A note is never matched across note types, since Anki
//! could not update it.

mod exact;
mod gaps;
mod nearest;
mod sketch;

use std::collections::HashMap;

use super::hash::Digest;
pub use sketch::Sketch;
pub(super) use sketch::Sketcher;

/// What matching compares of a note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    /// The key of its note type.
    pub note_type: &'a str,
    /// The file it stands in.
    pub path: &'a str,
    /// The hash of its first field.
    pub fingerprint: Digest,
    /// What is left of its text; `None` where an older lock kept none.
    pub sketch: Option<Sketch>,
}

/// A note found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// Its position among the notes of the last build; with [`How::CameBack`] among those gone.
    pub old: usize,
    /// Its position among the notes of this build.
    pub new: usize,
    pub how: How,
}

/// What became of a note that was found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// Its first field is the same, and its file.
    Kept,
    /// Its first field is the same.
    Moved,
    /// Its first field is another.
    Edited,
    /// Its first field and its file are others.
    EditedAndMoved,
    /// It was gone, and its first field is the same.
    CameBack,
}

/// A note that might be either of two notes of the last build, or a note of the last build that
/// either of two might be. None of them is settled then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ambiguity {
    /// One or two.
    pub new: Vec<usize>,
    /// Two or one, the likelier one first.
    pub old: Vec<usize>,
}

/// What matching came to.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// Each old and each new note at most once, in the order of the new ones.
    pub matches: Vec<Match>,
    /// In the order of the new notes.
    pub ambiguities: Vec<Ambiguity>,
    /// How many texts were compared, which is what matching costs.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what it costs is a matter of tests")
    )]
    pub comparisons: usize,
}

/// How much alike is alike enough, in steps of [`Sketch::distance`]. Tuned on histories of public
/// decks: see benches/history.py.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Within a file.
    file: u32,
    /// Anywhere.
    anywhere: u32,
    /// What another file adds to the distance.
    elsewhere: u32,
    /// How much farther any other note must be.
    margin: u32,
    /// The only one between the same neighbors, or the first of as many as before, and so on.
    alone: u32,
    /// One of several between the same neighbors.
    among: u32,
}

const LIMITS: Limits = Limits {
    file: 28,
    anywhere: 12,
    elsewhere: 4,
    margin: 6,
    alone: 36,
    among: 28,
};

/// Finds the notes of the last build again. `old` and `new` are in the order of their files, and
/// `known` are pairs of positions that are settled already, by ids in the sources.
pub(super) fn find<'a>(
    old: &[Item<'a>],
    gone: &[Item<'a>],
    new: &[Item<'a>],
    known: &[(usize, usize)],
) -> Matching {
    find_within(LIMITS, old, gone, new, known)
}

fn find_within<'a>(
    limits: Limits,
    old: &[Item<'a>],
    gone: &[Item<'a>],
    new: &[Item<'a>],
    known: &[(usize, usize)],
) -> Matching {
    let mut names = (Names::default(), Names::default());
    let mut board = Board {
        limits,
        old: Side::new(old, &mut names),
        gone: Side::new(gone, &mut names),
        new: Side::new(new, &mut names),
        matches: Vec::new(),
        comparisons: 0,
    };
    for &(old, new) in known {
        board.old.settle(old, new);
        board.new.settle(new, old);
    }
    exact::find(&mut board);
    let mut unclear = Vec::new();
    if board.old.is_any_open() && board.new.is_any_open() {
        unclear = nearest::find(&mut board);
        unclear.append(&mut gaps::find(&mut board));
    }
    unclear.retain(|it: &Ambiguity| {
        let is_open = |side: &Side, notes: &[usize]| notes.iter().all(|it| side.is_open(*it));
        is_open(&board.new, &it.new) && is_open(&board.old, &it.old)
    });
    // One pair of rivals is one finding, whichever of the two was looked at.
    for it in &mut unclear {
        it.new.sort_unstable();
    }
    unclear.sort_unstable_by(|one, other| (&one.new, &one.old).cmp(&(&other.new, &other.old)));
    unclear.dedup();
    board.matches.sort_unstable_by_key(|it| it.new);
    Matching {
        matches: board.matches,
        ambiguities: unclear,
        comparisons: board.comparisons,
    }
}

/// The state of the search.
struct Board {
    limits: Limits,
    old: Side,
    gone: Side,
    new: Side,
    matches: Vec<Match>,
    comparisons: usize,
}

impl Board {
    fn settle(&mut self, old: usize, new: usize) {
        let (Some(from), Some(to)) = (self.old.entries.get(old), self.new.entries.get(new)) else {
            return;
        };
        let how = match (from.fingerprint == to.fingerprint, from.path == to.path) {
            (true, true) => How::Kept,
            (true, false) => How::Moved,
            (false, true) => How::Edited,
            (false, false) => How::EditedAndMoved,
        };
        self.old.settle(old, new);
        self.new.settle(new, old);
        self.matches.push(Match { old, new, how });
    }

    /// A note that was gone is no context for others: nothing is known of its neighbors.
    fn bring_back(&mut self, gone: usize, new: usize) {
        self.gone.settle(gone, new);
        self.new.settle(new, NOT_AMONG_OLD);
        self.matches.push(Match {
            old: gone,
            new,
            how: How::CameBack,
        });
    }

    fn distance(&mut self, old: usize, new: usize) -> u32 {
        self.comparisons += 1;
        let sketch = |side: &Side, at: usize| side.entries.get(at).and_then(|it| it.sketch);
        match (sketch(&self.old, old), sketch(&self.new, new)) {
            (Some(old), Some(new)) => old.distance(new),
            _ => Sketch::FARTHEST,
        }
    }
}

/// The partner of a note that came back.
const NOT_AMONG_OLD: usize = usize::MAX;

/// The notes of one build.
struct Side {
    entries: Vec<Entry>,
    /// The partner of each.
    partners: Vec<Option<usize>>,
    open: usize,
}

/// An [`Item`], with numbers for names that many notes share.
#[derive(Debug, Clone, Copy)]
struct Entry {
    note_type: u32,
    path: u32,
    fingerprint: Digest,
    sketch: Option<Sketch>,
}

impl Side {
    fn new<'a>(items: &[Item<'a>], (types, paths): &mut (Names<'a>, Names<'a>)) -> Self {
        let entries: Vec<Entry> = items
            .iter()
            .map(|item| Entry {
                note_type: types.number(item.note_type),
                path: paths.number(item.path),
                fingerprint: item.fingerprint,
                sketch: item.sketch,
            })
            .collect();
        Self {
            partners: vec![None; entries.len()],
            open: entries.len(),
            entries,
        }
    }

    fn settle(&mut self, at: usize, partner: usize) {
        if let Some(slot) = self.partners.get_mut(at)
            && slot.replace(partner).is_none()
        {
            self.open -= 1;
        }
    }

    fn is_open(&self, at: usize) -> bool {
        self.partners.get(at).is_some_and(Option::is_none)
    }

    fn is_any_open(&self) -> bool {
        self.open > 0
    }

    /// The notes that have no partner yet, in their order.
    fn open_entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let open = self.partners.iter().map(Option::is_none);
        let entries = self.entries.iter().enumerate();
        entries.zip(open).filter(|(_, open)| *open).map(|it| it.0)
    }
}

/// Numbers for note types, or for paths.
#[derive(Default)]
struct Names<'a> {
    numbers: HashMap<&'a str, u32>,
    /// The next note mostly has the same.
    last: Option<(&'a str, u32)>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: &'a str) -> u32 {
        if let Some((_, number)) = self.last.filter(|last| last.0 == name) {
            return number;
        }
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(name).or_insert(next);
        self.last = Some((name, number));
        number
    }
}

#[cfg(test)]
mod tests;
