//! Which of many keys are equal.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use rayon::prelude::*;

/// Pairs of positions whose keys are equal: each position that repeats an earlier one, behind the
/// nearest such, in the order of the later ones.
///
/// Sorted hashes take a third of the memory of a map with the keys, and less time; there may be a
/// million of them.
pub(crate) fn repeats<K: Eq + Hash>(count: u32, key: impl Fn(u32) -> K + Sync) -> Vec<(u32, u32)> {
    let hashes = (0..count).into_par_iter().map(|at| {
        let mut hasher = DefaultHasher::new();
        key(at).hash(&mut hasher);
        (hasher.finish(), at)
    });
    let mut hashes: Vec<(u64, u32)> = hashes.collect();
    hashes.par_sort_unstable();
    let mut found = Vec::new();
    for same_hash in hashes.chunk_by(|one, other| one.0 == other.0) {
        for (index, (_, later)) in same_hash.iter().enumerate() {
            let before = same_hash.iter().take(index).rev();
            let mut equal = before.filter(|(_, earlier)| key(*earlier) == key(*later));
            found.extend(equal.next().map(|(_, earlier)| (*earlier, *later)));
        }
    }
    found.sort_unstable_by_key(|(_, later)| *later);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_repetition_names_the_one_before() {
        let check = |keys: &[&str], expect: &[(u32, u32)]| {
            let count = u32::try_from(keys.len()).unwrap();
            assert_eq!(repeats(count, |at| keys[at as usize]), expect);
        };
        check(&[], &[]);
        check(&["a", "b"], &[]);
        check(&["b", "a", "b", "c", "a", "b"], &[(0, 2), (1, 4), (2, 5)]);
    }
}
