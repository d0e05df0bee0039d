//! Finds notes again by what learners have of them, where no lock is kept: the fields in the
//! package of an earlier build.

use super::hash::{Digest, Hasher};
use super::matching::{self, How, Item, Sketcher};
use crate::template::strip::strip_html_keeping_media;

/// A note of one of two builds.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct TextItem<'a> {
    /// What its note type is known by in both.
    pub note_type: &'a str,
    /// Its fields as HTML, U+001F between them; `None` where its partner is known.
    pub fields: Option<&'a str>,
}

/// Notes that were found again, or that might be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FoundByText {
    /// Positions of a note of the last build and of the note of this one that it became, and
    /// whether its first field is another; by ascending position in this one.
    pub pairs: Vec<(usize, usize, bool)>,
    /// Positions of two notes of the last build and of one of this that may be either, or of one
    /// and of two that either may be.
    pub unclear: Vec<(Vec<usize>, Vec<usize>)>,
}

/// Finds the notes of `new` among those of `old`, both in the order of their sources; `known` are
/// the pairs of positions that are settled. As cautious as the search in a lock: a wrong match
/// would put the progress of one card on another.
#[must_use]
pub fn find_by_text(
    old: &[TextItem<'_>],
    new: &[TextItem<'_>],
    known: &[(usize, usize)],
) -> FoundByText {
    let old: Vec<Item<'_>> = old.iter().map(item).collect();
    let new: Vec<Item<'_>> = new.iter().map(item).collect();
    let found = matching::find(&old, &[], &new, known);
    FoundByText {
        pairs: (found.matches.iter())
            .map(|it| (it.old, it.new, it.how == How::Edited))
            .collect(),
        unclear: found
            .ambiguities
            .into_iter()
            .map(|it| (it.old, it.new))
            .collect(),
    }
}

fn item<'a>(it: &TextItem<'a>) -> Item<'a> {
    let mut item = Item {
        note_type: it.note_type,
        // A package does not say from which files its notes come.
        path: "",
        fingerprint: Digest::default(),
        sketch: None,
    };
    let Some(fields) = it.fields else {
        return item;
    };
    let mut sketcher = Sketcher::default();
    for (index, field) in fields.split('\u{1f}').enumerate() {
        let text = strip_html_keeping_media(field);
        if index > 0 {
            sketcher.rest(&text);
            continue;
        }
        sketcher.first(&text);
        let mut hasher = Hasher::default();
        hasher.text(&text);
        item.fingerprint = hasher.digest();
    }
    item.sketch = Some(sketcher.sketch());
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edited_notes_are_found() {
        let item = |fields| TextItem {
            note_type: "1",
            fields,
        };
        let old = [
            item(None),
            item(Some(
                "What is the capital of Ausria?\u{1f}Vienna on the Danube",
            )),
            item(Some(
                "How long is the Rhine from its source to the sea?\u{1f}1230 km",
            )),
            item(None),
        ];
        let new = [
            item(None),
            item(Some(
                "What is the capital of <b>Austria</b>?\u{1f}Vienna on the Danube",
            )),
            item(None),
            item(Some("Who wrote the Odyssey?\u{1f}Homer")),
        ];
        let found = find_by_text(&old, &new, &[(0, 0), (3, 2)]);
        assert_eq!(found.pairs, [(1, 1, true)]);
        let other_type = new.map(|it| TextItem {
            note_type: "2",
            ..it
        });
        assert_eq!(find_by_text(&old, &other_type, &[(0, 0), (3, 2)]).pairs, []);
    }
}
