//! Notes whose first field is what it was: the steps that settle nearly all of them, each a look
//! into a table.

use std::collections::HashMap;
use std::hash::Hash;

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
    let limit = board.limits.anywhere;
    for (old, new) in pairs(&board.old, &board.new, &mut board.comparisons, |it| {
        Some((it.note_type, it.fingerprint))
    }) {
        if is_alike(&board.old, &board.new, old, new, limit) {
            board.settle(old, new);
        }
    }
    for (gone, new) in pairs(&board.gone, &board.new, &mut board.comparisons, |it| {
        Some((it.note_type, it.fingerprint))
    }) {
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
fn pair_up<K: Hash + Eq>(board: &mut Board, key: impl Fn(&Entry) -> Option<K>) {
    for (old, new) in pairs(&board.old, &board.new, &mut board.comparisons, key) {
        board.settle(old, new);
    }
}

fn pairs<K: Hash + Eq>(
    from: &Side,
    to: &Side,
    comparisons: &mut usize,
    key: impl Fn(&Entry) -> Option<K>,
) -> Vec<(usize, usize)> {
    if !from.is_any_open() || !to.is_any_open() {
        return Vec::new();
    }
    let mut groups: HashMap<K, usize> = HashMap::new();
    let mut members: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for (new, entry) in to.open_entries() {
        if let Some(key) = key(entry) {
            let group = *groups.entry(key).or_insert(members.len());
            if group == members.len() {
                members.push(Default::default());
            }
            members[group].1.push(new);
        }
    }
    for (old, entry) in from.open_entries() {
        if let Some(group) = key(entry).and_then(|key| groups.get(&key)) {
            members[*group].0.push(old);
        }
    }
    let mut found = Vec::new();
    for (old, new) in &members {
        if old.len() + new.len() <= 2 || old.len().saturating_mul(new.len()) > MOST {
            found.extend(old.iter().copied().zip(new.iter().copied()));
        } else {
            *comparisons += old.len() * new.len();
            found.append(&mut nearest(from, to, old, new));
        }
    }
    found
}

/// Pairs up notes that have one first field by what else is in them, then by their order.
fn nearest(from: &Side, to: &Side, old: &[usize], new: &[usize]) -> Vec<(usize, usize)> {
    let sketch = |side: &Side, at: usize| side.entries.get(at).and_then(|it| it.sketch);
    let mut all: Vec<(u32, usize, usize, usize, usize)> = Vec::with_capacity(old.len() * new.len());
    for (old_rank, &old) in old.iter().enumerate() {
        for (new_rank, &new) in new.iter().enumerate() {
            let distance = match (sketch(from, old), sketch(to, new)) {
                (Some(old), Some(new)) => old.distance(new),
                _ => Sketch::FARTHEST,
            };
            all.push((distance, old_rank.abs_diff(new_rank), old_rank, old, new));
        }
    }
    all.sort_unstable();
    let (mut taken, mut found) = (vec![], vec![]);
    for (.., old, new) in all {
        if !taken.contains(&(true, old)) && !taken.contains(&(false, new)) {
            taken.extend([(true, old), (false, new)]);
            found.push((old, new));
        }
    }
    found
}
