//! One version of an object into another: what the author changed since the base comes in, what a
//! learner changed stays.

use serde_json::Value;

use crate::sync::rows::Object;

/// What became of the differences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Merge {
    /// Whether the package's is the newer one, which decides where both changed a thing.
    pub(super) newer: bool,
    /// Whether something came in.
    pub(super) taken: bool,
    /// Whether a learner's change was lost by that.
    pub(super) overwritten: bool,
    /// Whether a learner's change stays that the package does not have.
    pub(super) kept: bool,
}

impl Merge {
    pub(super) fn new(newer: bool) -> Self {
        Self {
            newer,
            ..Self::default()
        }
    }

    /// Merges these keys into what the server has.
    pub(super) fn object(
        &mut self,
        there: &mut Object,
        package: &Object,
        base: Option<&Object>,
        keys: &[&str],
    ) {
        for key in keys {
            let Some(own) = package.get(*key) else {
                continue;
            };
            let before = base.and_then(|it| it.get(*key));
            if self.takes(there.get(*key), own, before) {
                there.insert((*key).to_owned(), own.clone());
            }
        }
    }

    /// Whether the package's value comes in.
    pub(super) fn takes(
        &mut self,
        there: Option<&Value>,
        own: &Value,
        before: Option<&Value>,
    ) -> bool {
        let empty = nothing(own);
        let there = there.filter(|it| !it.is_null()).unwrap_or(&empty);
        if there == own {
            return false;
        }
        let takes = match before {
            Some(before) if before == own => false,
            Some(before) if before == there => true,
            Some(_) => {
                self.overwritten |= self.newer;
                self.newer
            }
            None => self.newer,
        };
        self.taken |= takes;
        self.kept |= !takes;
        takes
    }
}

/// What a missing value of this kind means.
fn nothing(like: &Value) -> Value {
    match like {
        Value::Bool(_) => false.into(),
        Value::Number(_) => 0.into(),
        Value::String(_) => "".into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_s_change_comes_in_and_the_learner_s_stays() {
        // What the server has, the package, the base (if any), whether the package is newer; then
        // whether the package's comes in, whether an edit is overwritten, whether one is kept.
        let check = |values: [Option<&str>; 3], newer: bool, expect: [bool; 3]| {
            let [there, own, before] = values.map(|it| it.map(Value::from));
            let mut merge = Merge::new(newer);
            let takes = merge.takes(there.as_ref(), &own.unwrap(), before.as_ref());
            let found = [takes, merge.overwritten, merge.kept];
            assert_eq!(found, expect, "{values:?} {newer}");
            assert_eq!(merge.taken, takes);
        };
        for newer in [false, true] {
            check([Some("a"), Some("a"), Some("b")], newer, [false; 3]);
            check([Some("a"), Some("a"), None], newer, [false; 3]);
            // The author changed it.
            check(
                [Some("a"), Some("b"), Some("a")],
                newer,
                [true, false, false],
            );
            // The learner did.
            check(
                [Some("b"), Some("a"), Some("a")],
                newer,
                [false, false, true],
            );
            // Nothing there is what it is by default.
            check([None, Some(""), None], newer, [false; 3]);
        }
        // Both did.
        check([Some("b"), Some("c"), Some("a")], true, [true, true, false]);
        check(
            [Some("b"), Some("c"), Some("a")],
            false,
            [false, false, true],
        );
        // Nobody knows.
        check([Some("b"), Some("c"), None], true, [true, false, false]);
        check([Some("b"), Some("c"), None], false, [false, false, true]);
    }
}
