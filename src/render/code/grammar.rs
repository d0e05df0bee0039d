//! Reads code by the grammars of Sublime Text. The only file that knows syntect.
//!
//! The grammars are loaded at the first block of code, once a run; the expressions of each when it
//! is first used.

use std::ops::Range;
use std::sync::LazyLock;

use two_face::re_exports::syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use super::Run;
use super::class::{Class, SCOPES};

static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// What scopes mean, the longest first.
static MEANINGS: LazyLock<Vec<(Scope, Option<Class>)>> = LazyLock::new(|| {
    let meanings = SCOPES.iter();
    let mut meanings: Vec<(Scope, Option<Class>)> = meanings
        .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, *class)))
        .collect();
    meanings.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    meanings
});

/// The stretches of `code` that have a class, by the grammar with this scope. `None` where there
/// is no such grammar, or it cannot go on.
pub(super) fn runs(grammar: &str, code: &str) -> Option<Vec<Run>> {
    let grammars = &*GRAMMARS;
    let grammar = grammars.find_syntax_by_scope(Scope::new(grammar).ok()?)?;
    let mut state = ParseState::new(grammar);
    let mut scopes = ScopeStack::new();
    let mut found = Vec::new();
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        // The grammars tell the end of a line by its line break.
        let whole = format!("{}\n", line.strip_suffix('\n').unwrap_or(line));
        let changes = state.parse_line(&whole, grammars).ok()?;
        let mut at = 0;
        for (offset, change) in changes {
            if offset > at {
                push(
                    &mut found,
                    &scopes,
                    start + at..start + offset.min(line.len()),
                );
                at = offset;
            }
            scopes.apply(&change).ok()?;
        }
        push(&mut found, &scopes, start + at..start + line.len());
        start += line.len();
    }
    Some(found)
}

fn push(found: &mut Vec<Run>, scopes: &ScopeStack, range: Range<usize>) {
    if range.is_empty() {
        return;
    }
    let innermost = scopes.scopes.iter().rev();
    let class = innermost.filter_map(|scope| meaning(*scope)).next();
    if let Some(Some(class)) = class {
        found.push(Run { range, class });
    }
}

fn meaning(scope: Scope) -> Option<Option<Class>> {
    let mut meanings = MEANINGS.iter();
    let found = meanings.find(|(beginning, _)| beginning.is_prefix_of(scope));
    found.map(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::language;

    #[test]
    fn every_language_that_is_said_to_have_a_grammar_has_one() {
        let mut colored = 0;
        for class in language::classes() {
            let Some(scope) = language::grammar(class) else {
                continue;
            };
            assert!(
                runs(scope, "x = 1").is_some(),
                "{class}: no grammar {scope}"
            );
            colored += 1;
        }
        assert!(colored > 90);
        assert_eq!(MEANINGS.len(), SCOPES.len());
        assert!(SCOPES.is_sorted_by_key(|(scope, _)| *scope));
    }
}
