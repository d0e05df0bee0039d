//! Ids for notes that have none yet.
//!
//! Anki reads a note's id as the millisecond of its creation and sorts by it. New ids go backward
//! from the build's time, so that none lies in the future, where an import would renumber it.
//! They stand [`SPACING`] apart, because a card's id is its note's id plus the card's ord (at most
//! 499): cards then have ids that neither collide nor change when a sibling comes or goes.

use std::collections::BTreeSet;

/// The distance between note ids.
pub(crate) const SPACING: i64 = 512;

/// The largest id that every reader of JSON keeps.
pub(crate) const MAX_ID: i64 = (1 << 53) - 1;

/// Ids for `count` notes, ascending, each at least [`SPACING`] away from every id in `taken`.
pub(crate) fn allocate_note_ids(
    count: usize,
    milliseconds: i64,
    taken: &BTreeSet<i64>,
) -> Vec<i64> {
    let count_slots = i64::try_from(count).unwrap_or(i64::MAX);
    let taken_slots = i64::try_from(taken.len()).unwrap_or(i64::MAX);
    // A time near 1970 has too few milliseconds behind it; ids must be positive all the same.
    // Each taken id is too near to two slots at most.
    let needed = count_slots.saturating_add(taken_slots.saturating_mul(2));
    let lowest_top = needed.saturating_add(1).saturating_mul(SPACING);
    let top = milliseconds.min(MAX_ID).max(lowest_top);
    let mut slot = top / SPACING * SPACING;
    let mut ids = Vec::with_capacity(count);
    while ids.len() < count {
        if taken
            .range(slot - SPACING + 1..slot + SPACING)
            .next()
            .is_none()
        {
            ids.push(slot);
        }
        slot -= SPACING;
    }
    ids.reverse();
    ids
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_go_back_from_the_time() {
        let check = |count, time, taken: &[i64], expect: &[i64]| {
            let taken = taken.iter().copied().collect();
            assert_eq!(allocate_note_ids(count, time, &taken), expect);
        };
        check(0, 100_000, &[], &[]);
        check(3, 10_240, &[], &[9216, 9728, 10_240]);
        check(2, 10_300, &[], &[9728, 10_240]);
        check(2, 10_240, &[9800], &[8704, 9216]);
        check(2, 0, &[], &[1024, 1536]);
    }

    proptest! {
        #[test]
        fn ids_keep_their_distance(
            count in 0_usize..40,
            time in prop_oneof![0_i64..100_000, Just(i64::MAX), Just(1_700_000_000_000)],
            taken in prop::collection::btree_set(1_i64..100_000, 0..40),
        ) {
            let mut all = allocate_note_ids(count, time, &taken);
            prop_assert_eq!(all.len(), count);
            prop_assert!(all.iter().all(|id| (1..=MAX_ID).contains(id)));
            for id in &all {
                prop_assert!(taken.iter().all(|it| (it - id).abs() >= SPACING));
            }
            all.dedup();
            prop_assert!(all.is_sorted());
            prop_assert_eq!(all.len(), count);
        }
    }
}
