//! Pictures of formulas that deckle drew: their sources stand in the notes again, so a build draws
//! them again, and the files are of no use.

use std::collections::BTreeSet;
use std::path::Path;

use super::media::{FOLDER, MediaPlan};
use super::notes::PlannedNote;
use super::types::PlannedType;
use crate::{Error, files};

/// How such a picture begins; its source follows.
const TAG: &str = "<img class=\"latex\" alt=\"$";

/// Removes the pictures that no text names any more. Returns how many there were.
pub(super) fn remove(
    folder: &Path,
    media: &MediaPlan,
    notes: &[PlannedNote<'_>],
    types: &[PlannedType<'_>],
) -> Result<usize, Error> {
    let fields = || notes.iter().flat_map(|it| &it.fields);
    let mut drawn: BTreeSet<&str> = fields().flat_map(|it| pictures(&it.expected)).collect();
    drawn.retain(|it| media.files.contains_key(*it));
    if drawn.is_empty() {
        return Ok(0);
    }
    for field in fields() {
        forget_named(&mut drawn, field.text().unwrap_or(&field.expected));
    }
    for note_type in types.iter().filter_map(|it| it.written.as_ref()) {
        let note_type = &note_type.note_type;
        forget_named(&mut drawn, note_type.css());
        for template in note_type.templates() {
            forget_named(&mut drawn, template.front());
            forget_named(&mut drawn, template.back());
        }
    }
    for file in drawn.iter().filter_map(|it| media.files.get(*it)) {
        files::remove_file(&folder.join(FOLDER).join(file))?;
    }
    Ok(drawn.len())
}

/// The names of the pictures of formulas in a field.
fn pictures(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices(TAG).filter_map(|(at, _)| {
        let tag = html.get(at..)?;
        // Quotes in the source are entities.
        let (_, behind) = tag.split_once("\" src=\"")?;
        let (name, _) = behind.split_once('"')?;
        name.starts_with("formula-").then_some(name)
    })
}

/// Takes out what a text names. These names are of letters, digits, `.`, `_` and `-`.
fn forget_named(drawn: &mut BTreeSet<&str>, text: &str) {
    let is_other = |it: char| !(it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-'));
    for word in text.split(is_other) {
        drawn.remove(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_formulas_are_found() {
        let check = |html: &str, expect: &[&str]| {
            assert_eq!(pictures(html).collect::<Vec<_>>(), expect, "{html}");
        };
        let one = "<img class=\"latex\" alt=\"$a &quot; b$\" src=\"formula-1.svg\" style=\"x\">";
        check(one, &["formula-1.svg"]);
        check(
            &format!("{one} text {one}"),
            &["formula-1.svg", "formula-1.svg"],
        );
        check("<img class=\"latex\" alt=\"$x$\" src=\"mine.svg\">", &[]);
        check("<img class=\"latex\" alt=\"$x$", &[]);
        check("<img src=\"formula-1.svg\">", &[]);
    }

    #[test]
    fn what_is_named_stays() {
        let check = |text: &str, expect: &[&str]| {
            let mut drawn = BTreeSet::from(["formula-1.svg", "formula-2.svg"]);
            forget_named(&mut drawn, text);
            assert_eq!(drawn.into_iter().collect::<Vec<_>>(), expect, "{text}");
        };
        check("$x$", &["formula-1.svg", "formula-2.svg"]);
        check("![](formula-1.svg)", &["formula-2.svg"]);
        check("<img src=formula-2.svg><img src='formula-1.svg'>", &[]);
        check("é formula-1.svg2", &["formula-1.svg", "formula-2.svg"]);
    }
}
