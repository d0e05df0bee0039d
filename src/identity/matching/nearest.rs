//! Notes whose text is much like that of one old note, and clearly more than like any other's.
//!
//! "Any other" are all notes of the last build, also those that were found again: in a deck of
//! a hundred questions made after one pattern, a new one is much like each of them, and that
//! says nothing. Nothing is compared with everything: a table by parts of the hashes names the
//! few notes worth comparing.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Ambiguity, Board, Entry, Sketch};

/// The notes of a bucket that are compared at most, for each of the two kinds: in a larger one
/// they are together because of what all of them share.
const MOST: usize = 256;

/// Settles what is clear, and gives back what is not.
pub(super) fn find(board: &mut Board<'_>) -> Vec<Ambiguity> {
    let mut types: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (new, entry) in board.new.open_entries() {
        if entry.sketch.is_some() {
            types.entry(entry.note_type).or_default().push(new);
        }
    }
    let mut unclear = Vec::new();
    for (note_type, new) in types {
        let tables = Tables::new(board, note_type);
        let mut found: Vec<Candidates> = Vec::new();
        for new in new {
            found.push(tables.candidates(board, new));
        }
        settle(board, &found, &mut unclear);
    }
    unclear
}

/// The old notes that a new one is like.
struct Candidates {
    new: usize,
    /// Those nobody has claimed, the nearest first.
    open: Vec<(u32, usize)>,
    /// The distance to the nearest that is found already.
    taken: u32,
}

/// How many unclaimed candidates of a note are kept.
const KEPT: usize = 4;

impl Candidates {
    fn add(&mut self, distance: u32, old: usize) {
        if self.open.iter().any(|it| it.1 == old) {
            return;
        }
        let at = self.open.partition_point(|it| *it < (distance, old));
        self.open.insert(at, (distance, old));
        self.open.truncate(KEPT);
    }
}

fn settle(board: &mut Board<'_>, found: &[Candidates], unclear: &mut Vec<Ambiguity>) {
    let limits = board.limits;
    // The nearest two new notes of each old one.
    let mut claims: BTreeMap<usize, Vec<(u32, usize)>> = BTreeMap::new();
    for it in found {
        for &(distance, old) in &it.open {
            claims.entry(old).or_default().push((distance, it.new));
        }
    }
    claims.values_mut().for_each(|it| it.sort_unstable());
    let mut sure: Vec<(u32, usize, usize)> = Vec::new();
    for it in found {
        let Some(&(distance, old)) = it.open.first() else {
            continue;
        };
        let path = |entry: Option<&Entry<'_>>| entry.map(|entry| entry.path);
        let same_file = path(board.old.entries.get(old)) == path(board.new.entries.get(it.new));
        let limit = if same_file {
            limits.file
        } else {
            limits.anywhere + limits.elsewhere
        };
        let clear = distance + limits.margin;
        if distance > limit || it.taken < clear {
            continue;
        }
        let rival_old = it.open.get(1).filter(|rival| rival.0 < clear);
        let rival_new = claims
            .get(&old)
            .into_iter()
            .flatten()
            .find(|claim| claim.1 != it.new && claim.0 < clear);
        match (rival_old, rival_new) {
            (None, None) => sure.push((distance, it.new, old)),
            (Some(rival), _) => unclear.push(Ambiguity {
                new: vec![it.new],
                old: vec![old, rival.1],
            }),
            (None, Some(rival)) => unclear.push(Ambiguity {
                new: vec![it.new, rival.1],
                old: vec![old],
            }),
        }
    }
    sure.sort_unstable();
    for (_, new, old) in sure {
        if board.old.is_open(old) && board.new.is_open(new) {
            board.settle(old, new);
        }
    }
}

/// The old notes of one type by parts of their hashes.
struct Tables {
    /// The bits of a part.
    width: u32,
    first: Vec<Table>,
    rest: Vec<Table>,
}

/// The old notes by one part of one hash.
struct Table {
    /// Part, whether the note is found already, position.
    rows: Vec<(u64, bool, usize)>,
}

impl Tables {
    fn new(board: &Board<'_>, note_type: u32) -> Self {
        let notes: Vec<(usize, Sketch, bool)> = board
            .old
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.note_type == note_type)
            .filter_map(|(at, entry)| Some((at, entry.sketch?, !board.old.is_open(at))))
            .collect();
        // About 64 notes share a part of random hashes.
        let width = notes.len().max(1).ilog2().saturating_sub(6).clamp(2, 16);
        let tables = |hash: fn(&Sketch) -> u64| {
            let count = 64 / width;
            let table = |index: u32| {
                let mut rows: Vec<(u64, bool, usize)> = notes
                    .iter()
                    .filter(|(_, sketch, _)| hash(sketch) != 0)
                    .map(|(at, sketch, taken)| (part(hash(sketch), index, width), *taken, *at))
                    .collect();
                rows.sort_unstable();
                Table { rows }
            };
            (0..count).map(table).collect()
        };
        Self {
            width,
            first: tables(|sketch| sketch.first),
            rest: tables(|sketch| sketch.rest),
        }
    }

    fn candidates(&self, board: &mut Board<'_>, new: usize) -> Candidates {
        let mut found = Candidates {
            new,
            open: Vec::new(),
            taken: u32::MAX,
        };
        let Some((entry, sketch)) = board
            .new
            .entries
            .get(new)
            .and_then(|entry| Some((*entry, entry.sketch?)))
        else {
            return found;
        };
        for (tables, hash) in [(&self.first, sketch.first), (&self.rest, sketch.rest)] {
            if hash == 0 {
                continue;
            }
            for (index, table) in (0..).zip(tables) {
                let part = part(hash, index, self.width);
                for taken in [false, true] {
                    for &(.., old) in table.bucket(part, taken) {
                        let distance = board.distance(old, new) + elsewhere(board, old, &entry);
                        if taken {
                            found.taken = found.taken.min(distance);
                        } else {
                            found.add(distance, old);
                        }
                    }
                }
            }
        }
        found
    }
}

fn elsewhere(board: &Board<'_>, old: usize, new: &Entry<'_>) -> u32 {
    let same = board.old.entries.get(old).is_some_and(|it| it.path == new.path);
    if same { 0 } else { board.limits.elsewhere }
}

impl Table {
    fn bucket(&self, part: u64, taken: bool) -> &[(u64, bool, usize)] {
        let start = self.rows.partition_point(|row| (row.0, row.1) < (part, taken));
        let length = self.rows[start..].partition_point(|row| (row.0, row.1) == (part, taken));
        let range: Range<usize> = start..start + length.min(MOST);
        &self.rows[range]
    }
}

fn part(hash: u64, index: u32, width: u32) -> u64 {
    hash >> (index * width) & ((1 << width) - 1)
}
