//! Tags of a note: the author's, and the learner's own.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::fold;

/// Tags by how they compare.
pub(super) fn read(column: &str) -> BTreeMap<String, &str> {
    let tags = column.split([' ', '\u{3000}']).filter(|it| !it.is_empty());
    tags.map(|it| (fold(it), it)).collect()
}

/// What the server has, without what the author took away since the base, with what the package has.
pub(super) fn merged(there: &str, package: &str, base: Option<&str>) -> String {
    let own = read(package);
    let mut tags = read(there);
    for tag in base.map(read).unwrap_or_default().keys() {
        if !own.contains_key(tag) {
            tags.remove(tag);
        }
    }
    for (folded, tag) in own {
        tags.entry(folded).or_insert(tag);
    }
    column(tags.into_values())
}

/// With one more.
pub(super) fn with(there: &str, tag: &str) -> String {
    merged(there, tag, None)
}

/// As the column of a note holds them: a space around each.
pub(super) fn column<'a>(tags: impl Iterator<Item = &'a str>) -> String {
    let mut column = String::new();
    for tag in tags {
        column.push(' ');
        column.push_str(tag);
    }
    if !column.is_empty() {
        column.push(' ');
    }
    column
}

/// Those of these notes' tags that the server does not list.
pub(super) fn unlisted<'a>(
    columns: impl Iterator<Item = &'a str>,
    listed: &[String],
) -> Vec<String> {
    let known: BTreeSet<String> = listed.iter().map(|it| fold(it)).collect();
    let mut new = BTreeMap::new();
    for column in columns {
        for (folded, tag) in read(column) {
            if !known.contains(&folded) {
                new.entry(folded).or_insert_with(|| tag.to_owned());
            }
        }
    }
    new.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learner_s_tags_stay() {
        let check = |there: &str, package: &str, base: Option<&str>, expect: &str| {
            assert_eq!(merged(there, package, base), expect);
        };
        check("", "", None, "");
        check(" mine ", " a ", None, " a mine ");
        check(" a mine ", " b ", Some(" a "), " b mine ");
        check(" A ", " a ", Some(" a "), " A ");
        check(" a ", " b ", None, " a b ");
        check(" leech marked ", "", Some(""), " leech marked ");
    }

    #[test]
    fn new_tags_are_listed_once() {
        let columns = [" a B ", " b c "];
        let new = unlisted(columns.into_iter(), &["C".to_owned()]);
        assert_eq!(new, ["a", "B"]);
    }
}
