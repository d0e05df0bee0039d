//! An edit of a text, made in another text that says the same in other words.
//!
//! The author wrote `*heart*` on lines of a certain length; the converter makes `*heart*` on one
//! line of the HTML before and after the edit. What differs between those two is carried over into
//! what the author wrote, and nothing else there changes.

use std::ops::Range;

use crate::source::rewrite::Hunk;

/// The most pairs of words that are compared; longer texts are written anew as a whole.
const MOST: usize = 4_000_000;

/// The parts of `own` that give way where `before` became `after`; `None` where a place in one text
/// has none in the other. Empty where nothing differs.
pub(super) fn weave(own: &str, before: &str, after: &str) -> Option<Vec<Hunk>> {
    let (own_words, old, new) = (words(own), words(before), words(after));
    let changes = differences(&old, &new)?;
    let places = matches(&old, &own_words)?;
    let start = |word: usize| own_words.get(word).map_or(own.len(), |it| it.0);
    let mut hunks: Vec<Hunk> = Vec::new();
    for (went, came) in changes {
        let range = if went.is_empty() {
            let left = (went.start.checked_sub(1)).map(|it| places.get(it).copied().flatten());
            let right = places.get(went.start).copied().flatten();
            let at = match (left, right) {
                (None, _) => 0,
                (Some(Some(left)), _) => start(left) + own_words.get(left)?.1.len(),
                (Some(None), Some(right)) => start(right),
                (Some(None), None) => return None,
            };
            at..at
        } else {
            let first = places.get(went.start).copied().flatten()?;
            let last = places.get(went.end - 1).copied().flatten()?;
            start(first)..start(last) + own_words.get(last)?.1.len()
        };
        let text: String = new.get(came)?.iter().map(|it| it.1).collect();
        if range.end < range.start || hunks.last().is_some_and(|it| it.range.end > range.start) {
            return None;
        }
        hunks.push(Hunk { range, text });
    }
    Some(hunks)
}

/// The words, numbers and single signs of a text, each with its place; white space counts as one.
fn words(text: &str) -> Vec<(usize, &str)> {
    let kind = |it: char| match it {
        _ if it.is_alphanumeric() => 1,
        ' ' => 2,
        _ => 0,
    };
    let mut found: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    let mut last = 0;
    for (at, character) in text.char_indices() {
        let now = kind(character);
        if at > start && (now != last || now == 0) {
            found.extend(text.get(start..at).map(|it| (start, it)));
            start = at;
        }
        last = now;
    }
    if start < text.len() {
        found.extend(text.get(start..).map(|it| (start, it)));
    }
    found
}

/// For each word of `one` the word of `other` that stands for it. A line break may stand for a space.
fn matches(one: &[(usize, &str)], other: &[(usize, &str)]) -> Option<Vec<Option<usize>>> {
    let same = |a: &str, b: &str| {
        let blank = |it: &str| it == " " || it == "\n";
        a == b || blank(a) && blank(b)
    };
    let front = one
        .iter()
        .zip(other)
        .take_while(|(a, b)| same(a.1, b.1))
        .count();
    let (rest_one, rest_other) = (one.get(front..)?, other.get(front..)?);
    let back = rest_one
        .iter()
        .rev()
        .zip(rest_other.iter().rev())
        .take_while(|(a, b)| same(a.1, b.1))
        .count();
    let (middle, opposite) = (
        rest_one.get(..rest_one.len() - back)?,
        rest_other.get(..rest_other.len() - back)?,
    );
    let mut found: Vec<Option<usize>> = (0..front).map(Some).collect();
    found.extend(
        longest(middle, opposite, &same)?
            .into_iter()
            .map(|it| it.map(|at| at + front)),
    );
    found.extend((other.len() - back..other.len()).map(Some));
    Some(found)
}

/// A longest common sequence.
fn longest(
    one: &[(usize, &str)],
    other: &[(usize, &str)],
    same: &dyn Fn(&str, &str) -> bool,
) -> Option<Vec<Option<usize>>> {
    let (rows, columns) = (one.len() + 1, other.len() + 1);
    if rows.checked_mul(columns)? > MOST {
        return None;
    }
    let mut lengths = vec![0_u32; rows * columns];
    let at = |row: usize, column: usize| row * columns + column;
    let length =
        |lengths: &[u32], row, column| lengths.get(at(row, column)).copied().unwrap_or_default();
    for (row, a) in one.iter().enumerate().rev() {
        for (column, b) in other.iter().enumerate().rev() {
            let best = if same(a.1, b.1) {
                length(&lengths, row + 1, column + 1) + 1
            } else {
                length(&lengths, row + 1, column).max(length(&lengths, row, column + 1))
            };
            if let Some(slot) = lengths.get_mut(at(row, column)) {
                *slot = best;
            }
        }
    }
    let mut found = vec![None; one.len()];
    let (mut row, mut column) = (0, 0);
    while let (Some(a), Some(b)) = (one.get(row), other.get(column)) {
        let here = length(&lengths, row, column);
        if same(a.1, b.1) && here == length(&lengths, row + 1, column + 1) + 1 {
            if let Some(slot) = found.get_mut(row) {
                *slot = Some(column);
            }
            (row, column) = (row + 1, column + 1);
        } else if here == length(&lengths, row + 1, column) {
            row += 1;
        } else {
            column += 1;
        }
    }
    Some(found)
}

/// What went and what came, as ranges of words.
fn differences(
    old: &[(usize, &str)],
    new: &[(usize, &str)],
) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    let front = old.iter().zip(new).take_while(|(a, b)| a.1 == b.1).count();
    let (old_rest, new_rest) = (old.get(front..)?, new.get(front..)?);
    let back = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a.1 == b.1)
        .count();
    let middle = old_rest.get(..old_rest.len() - back)?;
    let opposite = new_rest.get(..new_rest.len() - back)?;
    let places = longest(middle, opposite, &|a, b| a == b)?;
    let mut found = Vec::new();
    let (mut from_old, mut from_new) = (0, 0);
    let ends = places
        .iter()
        .enumerate()
        .filter_map(|(at, it)| it.map(|it| (at, it)))
        .chain([(middle.len(), opposite.len())]);
    for (at, partner) in ends {
        if at > from_old || partner > from_new {
            found.push((
                front + from_old..front + at,
                front + from_new..front + partner,
            ));
        }
        (from_old, from_new) = (at + 1, partner + 1);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn woven(own: &str, before: &str, after: &str) -> Option<String> {
        let mut text = own.to_owned();
        for hunk in weave(own, before, after)?.into_iter().rev() {
            text.replace_range(hunk.range, &hunk.text);
        }
        Some(text)
    }

    #[test]
    fn the_author_keeps_what_the_edit_does_not_touch() {
        let check = |own: &str, before: &str, after: &str, expect: &str| {
            assert_eq!(woven(own, before, after).as_deref(), Some(expect), "{own}");
        };
        check(
            "The *heart*\npumps __blood__",
            "The *heart* pumps **blood**",
            "The *heart* moves **blood**",
            "The *heart*\nmoves __blood__",
        );
        check("a _b_ c", "a *b* c", "a *b* c d", "a _b_ c d");
        check("a <!-- x --> b", "a b", "a c", "a <!-- x --> c");
        check("a", "a", "", "");
        check("", "", "a", "a");
        check("one two", "one two", "zero one two", "zero one two");
        check(
            "![](img/a.png) old",
            "![](a-1.png) old",
            "![](a-1.png) new",
            "![](img/a.png) new",
        );
    }

    proptest! {
        #[test]
        fn of_the_same_words_it_is_the_edit(before in "[ab *\n]{0,12}", after in "[ab *\n]{0,12}") {
            prop_assert_eq!(woven(&before, &before, &after), Some(after));
        }

        #[test]
        fn any_texts_pass(own in any::<String>(), before in any::<String>(), after in any::<String>()) {
            let _ = woven(&own, &before, &after);
        }
    }
}
