//! Arbitrary YAML for tests: pieces that a definition is made of, and some that none should be.

use proptest::prelude::*;

/// What any YAML may hold.
const PIECES: [&str; 24] = [
    ": ", ":", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", "\"", "#", "|", "&a ",
    "*a", "<<", "-1", "true", "~", "é", "\u{0}", "---\n",
];

/// Texts of such pieces and these words.
pub(super) fn yaml(words: &[&[&'static str]]) -> impl Strategy<Value = String> {
    let words = words.iter().copied().flatten().chain(&PIECES).copied();
    let words: Vec<&'static str> = words.collect();
    proptest::collection::vec(proptest::sample::select(words), 0..40)
        .prop_map(|words| words.concat())
}
