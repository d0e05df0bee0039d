//! Notes whose first field is what it was: the steps that settle nearly all of them, each a look
//! into a table.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Board, Entry, Side, Sketch};

/// Old times new notes of one first field that are compared at most; beyond, their order decides.
const MOST: usize = 4096;

pub(super) fn find(board: &mut Board) {
    let rest = |it: &Entry| it.sketch.map(|sketch| sketch.rest);
    // Two notes may ask the same of different things, such as the output of a program.
    pair_up(board, |it| {
        Some((it.note_type, it.fingerprint, it.path, rest(it)))
    });
    // Moved as it is; but where there is nothing beside the first field, the file tells more.
    let some_rest = |it: &Entry| rest(it).filter(|rest| *rest != 0);
    pair_up(board, |it| {
        Some((it.note_type, it.fingerprint, some_rest(it)?))
    });
    pair_up(board, |it| Some((it.note_type, it.fingerprint, it.path)));
    // Elsewhere another note may ask the same, such as a word that two languages have.
    let (limit, margin) = (board.limits.anywhere, board.limits.margin);
    for (old, new) in pairs(
        &board.old,
        &board.new,
        margin,
        &mut board.comparisons,
        |it| Some((it.note_type, it.fingerprint)),
    ) {
        if is_alike(&board.old, &board.new, old, new, limit) {
            board.settle(old, new);
        }
    }
    for (gone, new) in pairs(
        &board.gone,
        &board.new,
        margin,
        &mut board.comparisons,
        |it| Some((it.note_type, it.fingerprint)),
    ) {
        if is_alike(&board.gone, &board.new, gone, new, limit) {
            board.bring_back(gone, new);
        }
    }
}

/// Whether the rest of two notes is alike too; an older lock cannot tell.
fn is_alike(from: &Side, to: &Side, old: usize, new: usize, limit: u32) -> bool {
    let sketch = |side: &Side, at: usize| side.entries.get(at).and_then(|it| it.sketch);
    match (sketch(from, old), sketch(to, new)) {
        (Some(old), Some(new)) => old.distance(new) <= limit || old.rest == new.rest,
        _ => true,
    }
}

/// Settles the old and new notes that have one key.
fn pair_up<K: Ord + Send>(board: &mut Board, key: impl Fn(&Entry) -> Option<K>) {
    let margin = board.limits.margin;
    for (old, new) in pairs(&board.old, &board.new, margin, &mut board.comparisons, key) {
        board.settle(old, new);
    }
}

fn pairs<K: Ord + Send>(
    from: &Side,
    to: &Side,
    margin: u32,
    comparisons: &mut usize,
    key: impl Fn(&Entry) -> Option<K>,
) -> Vec<(usize, usize)> {
    if !from.is_any_open() || !to.is_any_open() {
        return Vec::new();
    }
    let keys = |side: &Side, is_new: bool| -> Vec<(K, bool, usize)> {
        let open = side.open_entries();
        let keyed = open.filter_map(|(at, entry)| Some((key(entry)?, is_new, at)));
        keyed.collect()
    };
    let mut all = keys(from, false);
    all.append(&mut keys(to, true));
    all.par_sort_unstable();
    let mut found = Vec::new();
    for group in all.chunk_by(|one, other| one.0 == other.0) {
        let (old, new) = group.split_at(group.partition_point(|it| !it.1));
        let (old, new) = (positions(old), positions(new));
        let rivals = old.len().saturating_mul(new.len());
        if rivals <= 1 || rivals > MOST {
            found.extend(old.zip(new));
        } else {
            *comparisons += rivals;
            nearest(from, to, old, &new, margin, &mut found);
        }
    }
    found
}

fn positions<K>(keyed: &[(K, bool, usize)]) -> impl ExactSizeIterator<Item = usize> + Clone {
    keyed.iter().map(|it| it.2)
}

/// Pairs up notes that have one first field by what else is in them. Where nothing tells them apart
/// their order decides; where it is not clear which is which, as between two answers to one question
/// that were both written anew, they are left to the steps that see their neighbors.
fn nearest(
    from: &Side,
    to: &Side,
    old: impl ExactSizeIterator<Item = usize>,
    new: &(impl ExactSizeIterator<Item = usize> + Clone),
    margin: u32,
    found: &mut Vec<(usize, usize)>,
) {
    let sketch = |side: &Side, at: usize| side.entries.get(at).and_then(|it| it.sketch);
    let rivals = old.len().saturating_mul(new.len());
    let mut all: Vec<(u32, usize, usize, usize, usize)> = Vec::with_capacity(rivals);
    for (old_rank, old) in old.enumerate() {
        for (new_rank, new) in new.clone().enumerate() {
            let distance = match (sketch(from, old), sketch(to, new)) {
                (Some(old), Some(new)) => old.distance(new),
                _ => Sketch::FARTHEST,
            };
            all.push((distance, old_rank.abs_diff(new_rank), old_rank, old, new));
        }
    }
    all.sort_unstable();
    let (mut settled_old, mut settled_new) = (BTreeSet::new(), BTreeSet::new());
    for &(distance, .., old, new) in &all {
        if settled_old.contains(&old) || settled_new.contains(&new) {
            continue;
        }
        let near = all
            .iter()
            .take_while(|it| it.0 < distance.saturating_add(margin));
        let mut rivals = near.filter(|it| {
            (it.3 == old && !settled_new.contains(&it.4))
                != (it.4 == new && !settled_old.contains(&it.3))
        });
        let says_nothing = distance == 0 || distance == Sketch::FARTHEST;
        if says_nothing || rivals.next().is_none() {
            settled_old.insert(old);
            settled_new.insert(new);
            found.push((old, new));
        }
    }
}
