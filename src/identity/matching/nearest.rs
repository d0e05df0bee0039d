//! Notes whose text is much like that of one old note, and clearly more than like any other's.
//!
//! "Any other" are all notes of the last build, also those that were found again: in a deck of
//! a hundred questions made after one pattern, a new one is much like each of them, and that
//! says nothing. Nothing is compared with everything: a table by parts of the hashes names the
//! few notes worth comparing.

use std::collections::BTreeMap;

use super::{Ambiguity, Board, Entry, Sketch};

/// The notes of a bucket that are compared at most, for each of the two kinds: in a larger one
/// they are together because of what all of them share.
const MOST: usize = 256;

/// Settles what is clear, and gives back what is not.
pub(super) fn find(board: &mut Board) -> Vec<Ambiguity> {
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
        let farthest = self.open.last().map_or(u32::MAX, |it| it.0);
        if self.open.len() == KEPT && distance > farthest {
            return;
        }
        if self.open.iter().any(|it| it.1 == old) {
            return;
        }
        let at = self.open.partition_point(|it| *it < (distance, old));
        self.open.insert(at, (distance, old));
        self.open.truncate(KEPT);
    }
}

fn settle(board: &mut Board, found: &[Candidates], unclear: &mut Vec<Ambiguity>) {
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
        let path = |entry: Option<&Entry>| entry.map(|entry| entry.path);
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
    notes: Vec<Known>,
    /// The bits of a part.
    width: u32,
    first: Vec<Table>,
    rest: Vec<Table>,
}

/// An old note.
struct Known {
    /// Its position among all.
    at: usize,
    sketch: Sketch,
    path: u32,
    taken: bool,
}

/// The old notes by one part of one hash: the part, whether the note is found already, and its
/// position in [`Tables::notes`], packed into one number each.
struct Table(Vec<u64>);

const TAKEN: u64 = 1 << 32;

impl Tables {
    fn new(board: &Board, note_type: u32) -> Self {
        let entries = board.old.entries.iter().enumerate();
        let notes = entries.filter(|(_, entry)| entry.note_type == note_type);
        let notes = notes.filter_map(|(at, entry)| {
            Some(Known {
                at,
                sketch: entry.sketch?,
                path: entry.path,
                taken: !board.old.is_open(at),
            })
        });
        let notes: Vec<Known> = notes.collect();
        // About 16 notes share a part of random hashes.
        let width = notes.len().max(1).ilog2().saturating_sub(4).clamp(2, 16);
        let tables = |hash: fn(&Sketch) -> u64| {
            let table = |index: u32| {
                let rows = (0..).zip(&notes).filter_map(|(at, note): (u32, &Known)| {
                    let hash = Some(hash(&note.sketch)).filter(|hash| *hash != 0)?;
                    let taken = if note.taken { TAKEN } else { 0 };
                    Some(part(hash, index, width) << 33 | taken | u64::from(at))
                });
                let mut rows: Vec<u64> = rows.collect();
                rows.sort_unstable();
                Table(rows)
            };
            (0..64 / width).map(table).collect()
        };
        Self {
            width,
            first: tables(|sketch| sketch.first),
            rest: tables(|sketch| sketch.rest),
            notes,
        }
    }

    fn candidates(&self, board: &mut Board, new: usize) -> Candidates {
        let mut found = Candidates {
            new,
            open: Vec::new(),
            taken: u32::MAX,
        };
        let entry = board.new.entries.get(new);
        let Some((entry, sketch)) = entry.and_then(|it| Some((*it, it.sketch?))) else {
            return found;
        };
        let elsewhere = board.limits.elsewhere;
        for (tables, hash) in [(&self.first, sketch.first), (&self.rest, sketch.rest)] {
            if hash == 0 {
                continue;
            }
            for (index, table) in (0..).zip(tables) {
                let part = part(hash, index, self.width) << 33;
                for bucket in [table.bucket(part), table.bucket(part | TAKEN)] {
                    board.comparisons += bucket.len();
                    for row in bucket {
                        let Some(note) = self.notes.get((row & (TAKEN - 1)) as usize) else {
                            continue;
                        };
                        let moved = if note.path == entry.path {
                            0
                        } else {
                            elsewhere
                        };
                        let distance = note.sketch.distance(sketch) + moved;
                        if note.taken {
                            found.taken = found.taken.min(distance);
                        } else {
                            found.add(distance, note.at);
                        }
                    }
                }
            }
        }
        found
    }
}

impl Table {
    /// Rows that begin with this.
    fn bucket(&self, key: u64) -> &[u64] {
        let start = self.0.partition_point(|row| *row < key);
        let rows = self.0.get(start..).unwrap_or_default();
        // What is longer is cut off anyway.
        let rows = rows.get(..MOST).unwrap_or(rows);
        let length = rows.partition_point(|row| row & !(TAKEN - 1) == key);
        rows.get(..length).unwrap_or_default()
    }
}

fn part(hash: u64, index: u32, width: u32) -> u64 {
    hash >> (index * width) & ((1 << width) - 1)
}
