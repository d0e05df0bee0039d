//! Which of many keys are equal.

use rayon::prelude::*;

/// Pairs of positions whose keys are equal: each position that repeats an earlier one, behind the
/// nearest such. In the order of the keys.
///
/// A sorted list of positions takes a tenth of the memory of a map with the keys, and there may be
/// a million of them.
pub(crate) fn repeats<K: Ord + Sync>(count: u32, key: impl Fn(u32) -> K + Sync) -> Vec<(u32, u32)> {
    let mut order: Vec<u32> = (0..count).collect();
    order.par_sort_unstable_by(|one, other| key(*one).cmp(&key(*other)).then(one.cmp(other)));
    let pairs = order.iter().zip(order.iter().skip(1));
    pairs
        .filter(|(one, other)| key(**one) == key(**other))
        .map(|(one, other)| (*one, *other))
        .collect()
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
        check(&["b", "a", "b", "c", "a", "b"], &[(1, 4), (0, 2), (2, 5)]);
    }
}
