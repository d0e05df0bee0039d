//! Notes between the same neighbors as before: where they stand is half of what tells who they
//! are, so their texts need to be less alike.

use std::collections::{BTreeMap, HashMap};

use super::{Ambiguity, Board, Side, Sketch};

/// What stands before and behind a run of open notes: positions among the old notes, `None` for
/// the beginning and the end of the file.
type Neighbors = (u32, Option<usize>, Option<usize>);

/// How far from the diagonal two long runs are aligned.
const BAND: usize = 24;

/// Settles what is clear, and gives back what is not.
pub(super) fn find(board: &mut Board) -> Vec<Ambiguity> {
    let mut unclear = Vec::new();
    let renamed = renamed_files(board);
    let in_place = |old: usize, new: usize| {
        let from = board.old.entries.get(old).map(|it| it.path);
        let to = board.new.entries.get(new).map(|it| it.path);
        from.and_then(|path| renamed.get(&path).copied()) == to
    };
    let old_runs = runs(&board.old, |old, new| in_place(old, new).then_some(old));
    let new_runs = runs(&board.new, |new, old| in_place(old, new).then_some(old));
    let old_runs = old_runs
        .into_iter()
        .filter_map(|((path, before, behind), run)| {
            Some(((*renamed.get(&path)?, before, behind), run))
        });
    let old_runs: HashMap<Neighbors, Vec<usize>> = old_runs.collect();
    for (neighbors, new) in new_runs {
        if let Some(old) = old_runs.get(&neighbors) {
            let mut types: BTreeMap<u32, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
            for &it in old {
                if let Some(entry) = board.old.entries.get(it) {
                    types.entry(entry.note_type).or_default().0.push(it);
                }
            }
            for &it in &new {
                if let Some(entry) = board.new.entries.get(it) {
                    types.entry(entry.note_type).or_default().1.push(it);
                }
            }
            for (old, new) in types.into_values() {
                let pairs = align(board, &old, &new);
                settle(board, &old, &new, &pairs, &mut unclear);
            }
        }
    }
    unclear
}

/// Settles the pairs of two runs, unless a note that got no partner would have done as well.
fn settle(
    board: &mut Board,
    old: &[usize],
    new: &[usize],
    pairs: &[(usize, usize)],
    unclear: &mut Vec<Ambiguity>,
) {
    let margin = board.limits.margin;
    let mut is_paired = (vec![false; old.len()], vec![false; new.len()]);
    for &(old, new) in pairs {
        is_paired.0[old] = true;
        is_paired.1[new] = true;
    }
    for &(old_at, new_at) in pairs {
        let (chosen, note) = (old[old_at], new[new_at]);
        let limit = board.distance(chosen, note) + margin;
        let near = |at: usize, length: usize| at.saturating_sub(BAND)..(at + BAND).min(length);
        let rival_old = near(old_at, old.len())
            .filter(|at| !is_paired.0[*at])
            .map(|at| old[at])
            .find(|rival| board.distance(*rival, note) < limit);
        let rival_new = near(new_at, new.len())
            .filter(|at| !is_paired.1[*at])
            .map(|at| new[at])
            .find(|rival| board.distance(chosen, *rival) < limit);
        match (rival_old, rival_new) {
            (None, None) => board.settle(chosen, note),
            (Some(rival), _) => unclear.push(Ambiguity {
                new: vec![note],
                old: vec![chosen, rival],
            }),
            (None, Some(rival)) => unclear.push(Ambiguity {
                new: vec![note, rival],
                old: vec![chosen],
            }),
        }
    }
}

/// Where the notes of each file mostly are now.
fn renamed_files(board: &Board) -> HashMap<u32, u32> {
    let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (old, partner) in board.old.entries.iter().zip(&board.old.partners) {
        let new = partner.and_then(|new| board.new.entries.get(new));
        // A file that is still there is its own successor, unless nothing in it is.
        *counts.entry((old.path, old.path)).or_default() += 0;
        if let Some(new) = new {
            *counts.entry((old.path, new.path)).or_default() += 1;
        }
    }
    let mut best: HashMap<u32, (usize, bool, u32)> = HashMap::new();
    for ((from, to), count) in counts {
        let candidate = (count, from == to, to);
        let known = best.entry(from).or_insert(candidate);
        if (candidate.0, candidate.1) > (known.0, known.1) {
            *known = candidate;
        }
    }
    best.into_iter().map(|(from, it)| (from, it.2)).collect()
}

/// The runs of open notes of each file, with their neighbors.
fn runs(
    side: &Side,
    neighbor: impl Fn(usize, usize) -> Option<usize>,
) -> Vec<(Neighbors, Vec<usize>)> {
    let mut files: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, entry) in side.entries.iter().enumerate() {
        files.entry(entry.path).or_default().push(at);
    }
    let mut all = Vec::new();
    for (path, notes) in files {
        let mut before = None;
        let mut run = Vec::new();
        for at in notes {
            match side.partners.get(at).copied().flatten() {
                None => run.push(at),
                // One that left or came from elsewhere says nothing of this place.
                Some(partner) => {
                    if let Some(behind) = neighbor(at, partner) {
                        if !run.is_empty() {
                            let neighbors = (path, before, Some(behind));
                            all.push((neighbors, std::mem::take(&mut run)));
                        }
                        before = Some(behind);
                    }
                }
            }
        }
        if !run.is_empty() {
            all.push(((path, before, None), run));
        }
    }
    all
}

/// Pairs up two runs in their order, so that the texts of all pairs are as much alike as can be:
/// pairs of positions in the runs.
fn align(board: &mut Board, old: &[usize], new: &[usize]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    if old.is_empty() || new.is_empty() {
        return pairs;
    }
    // Where as many stand there as before, most likely each is what stood in its place.
    let (alone, among) = (board.limits.alone, board.limits.among);
    let as_many = old.len() == new.len();
    let limit = |old: usize, new: usize| if as_many && old == new { alone } else { among };
    // Gains of the best alignment of the first notes, in a band around the diagonal: rows are new
    // notes, and what lies outside the band gains nothing.
    let middle = |row: usize| row.saturating_mul(old.len()) / new.len();
    let start = |row: usize| middle(row).saturating_sub(BAND);
    let end = |row: usize| (middle(row) + BAND).min(old.len());
    let mut rows: Vec<Vec<(u32, Step)>> = Vec::with_capacity(new.len() + 1);
    rows.push(vec![(0, Step::SkipOld); end(0) + 1 - start(0)]);
    for row in 1..=new.len() {
        let (from, above) = (start(row), start(row - 1));
        let mut gains: Vec<(u32, Step)> = Vec::with_capacity(end(row) + 1 - from);
        for column in from..=end(row) {
            let over = |rows: &[Vec<(u32, Step)>], column: usize| {
                let last = rows.last()?;
                // Right of the band the gain is that of its last column.
                let index = column.checked_sub(above)?.min(last.len().saturating_sub(1));
                last.get(index).map(|it| it.0)
            };
            let mut best = (over(&rows, column).unwrap_or_default(), Step::SkipNew);
            if let Some(left) = gains.last()
                && left.0 > best.0
            {
                best = (left.0, Step::SkipOld);
            }
            if let Some(previous) = column.checked_sub(1)
                && let Some(gain) = over(&rows, previous)
                && let (Some(&old), Some(&new)) = (old.get(previous), new.get(row - 1))
            {
                let distance = board.distance(old, new);
                let gain = gain + (Sketch::FARTHEST + 1).saturating_sub(distance);
                if distance <= limit(previous, row - 1) && gain > best.0 {
                    best = (gain, Step::Pair);
                }
            }
            gains.push(best);
        }
        rows.push(gains);
    }
    let (mut row, mut column) = (new.len(), old.len());
    while row > 0 {
        let index = column.saturating_sub(start(row)).min(end(row) - start(row));
        column = start(row) + index;
        let step = rows.get(row).and_then(|it| it.get(index)).map(|it| it.1);
        match step {
            Some(Step::Pair) if column > 0 => {
                column -= 1;
                row -= 1;
                pairs.push((column, row));
            }
            Some(Step::SkipOld) if column > start(row) => column -= 1,
            _ => row -= 1,
        }
    }
    pairs
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Pair,
    SkipOld,
    SkipNew,
}
