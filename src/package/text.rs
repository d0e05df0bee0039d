//! Notes as a text file that Anki reads back: a light second channel for changed texts, without
//! media, note types and the state of cards.
//!
//! Measured on Anki 26.9.3 and 25.9.2: a note type has to be there under its name, as it is once a
//! learner has imported a package; the number of columns is that of the first row; a row whose
//! first cell begins with an unquoted `#` is a comment; a file that names the deck `A::B` before
//! `A` makes Anki create a deck `A+`; a note whose first field is empty is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use super::note_rows::{normal, tags_text};
use super::plan::{Plan, PlannedNote};
use super::{Package, Written};
use crate::{Error, ErrorKind, files};

/// The columns before the fields: guid, note type, deck.
const BEFORE: usize = 3;

/// Notes as one text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotesText {
    /// The text, with LF at the end of each line.
    pub text: String,
    /// How many notes it holds.
    pub notes: usize,
    /// How many cards Anki makes of them.
    pub cards: usize,
    /// How many media files the package has, which stay behind.
    pub media: usize,
    /// How many notes have suspended or flagged cards, which come as plain ones.
    pub marked: usize,
    /// How many cards stand in another deck than their note's, which they do not in Anki then.
    pub elsewhere: usize,
    /// How many notes have an empty first field; Anki leaves them out.
    pub nameless: usize,
}

impl Package {
    /// The notes as a text file that Anki imports: guid, note type, deck, fields as HTML and tags.
    /// Learners who have the note types get new and changed notes by it, whatever the times are:
    /// an import of text overwrites what they edited.
    ///
    /// # Errors
    /// When something in the package is nothing that Anki would keep as it is.
    pub fn to_text(&self) -> Result<NotesText, Error> {
        let plan = Plan::new(&self.decks, self.time, self.baseline.as_ref())?;
        let names: BTreeMap<i64, &str> = plan
            .decks
            .iter()
            .map(|it| (it.id, it.name.as_str()))
            .collect();
        let deck = |id: i64| names.get(&id).copied().unwrap_or_default();
        let counts = plan.notes.iter().map(|it| it.note.values().count());
        let fields = counts.max().unwrap_or_default();
        let tags = BEFORE + fields + 1;
        let mut found = NotesText {
            text: format!(
                "#separator:tab\n#html:true\n#deckle:1\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:{tags}\n"
            ),
            notes: plan.notes.len(),
            cards: 0,
            media: self.media.len(),
            marked: 0,
            elsewhere: 0,
            nameless: 0,
        };
        for planned in in_order(&plan, &deck) {
            let note = planned.note;
            let home = plan.home_of(planned);
            let text = &mut found.text;
            push(text, planned.guid_text(), true);
            for cell in [note.note_type().name(), deck(home)] {
                text.push('\t');
                push(text, cell, false);
            }
            let mut values = note.values();
            for _ in 0..fields {
                text.push('\t');
                push(text, &normal(values.next().unwrap_or_default()), false);
            }
            text.push('\t');
            push(text, tags_text(&note.tags).trim(), false);
            text.push('\n');
            let cards = note.cards();
            let is_elsewhere = |ord: &&u16| plan.deck_of(planned, **ord) != home;
            found.elsewhere += cards.iter().filter(is_elsewhere).count();
            let suspended = cards.iter().any(|ord| note.suspended().holds(*ord));
            found.marked += usize::from(suspended || note.flag as u8 > 0);
            found.cards += cards.len();
            let first = note.values().next();
            found.nameless += usize::from(first.is_none_or(str::is_empty));
        }
        Ok(found)
    }

    /// Writes [`Package::to_text`] to a file whose name ends in `.txt`, `.csv` or `.tsv`. It is
    /// complete or not there, and not touched where it has these very bytes.
    ///
    /// # Errors
    /// As [`Package::to_text`], when the name ends otherwise, and when the file cannot be written.
    pub fn write_text(&self, path: impl AsRef<Path>) -> Result<Written, Error> {
        self.to_text()?.write(path.as_ref())
    }
}

impl NotesText {
    /// Writes the text to a file.
    pub(crate) fn write(&self, path: &Path) -> Result<Written, Error> {
        let shown = path.display();
        let extension = path
            .extension()
            .map(|it| it.to_string_lossy().to_lowercase());
        if !matches!(extension.as_deref(), Some("txt" | "csv" | "tsv")) {
            return Err(Error::new(ErrorKind::Usage(format!(
                "the name of a text file must end in `.txt`, `.csv` or `.tsv`, not `{shown}`: Anki knows it by that"
            ))));
        }
        let ((), changed) = files::write_atomically(path, |file| {
            file.write_all(self.text.as_bytes())
                .map_err(|source| Error::write(path, source))
        })?;
        Ok(Written {
            changed,
            bytes: self.text.len() as u64,
            notes: self.notes,
            cards: self.cards,
            media: 0,
            decks: 0,
            unused_media: Vec::new(),
            missing_media: Vec::new(),
        })
    }
}

/// The notes by position, but each deck after those above it.
fn in_order<'p>(plan: &'p Plan<'p>, deck: &dyn Fn(i64) -> &'p str) -> Vec<&'p PlannedNote<'p>> {
    let mut sorted: Vec<&PlannedNote<'_>> = plan.notes.iter().collect();
    sorted.sort_by_key(|it| it.position);
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, note) in sorted.iter().enumerate() {
        first.entry(deck(plan.home_of(note))).or_insert(index);
    }
    let mut ordered = Vec::with_capacity(sorted.len());
    let mut taken = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (index, note) in sorted.iter().enumerate() {
        let name = deck(plan.home_of(note));
        if seen.insert(name) {
            for (end, _) in name.match_indices("::") {
                let above = name.get(..end).unwrap_or(name);
                if let Some(&ahead) = first.get(above)
                    && seen.insert(above)
                    && taken.insert(ahead)
                {
                    ordered.extend(sorted.get(ahead).copied());
                }
            }
        }
        if taken.insert(index) {
            ordered.push(*note);
        }
    }
    ordered
}

/// Appends a cell, in quotes where Anki would read it otherwise.
fn push(text: &mut String, cell: &str, first: bool) {
    let is_comment = first && cell.starts_with('#');
    if !is_comment && !cell.contains(['\t', '\n', '\r', '"']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BuildTime, Deck, Note, NoteType};

    fn package(decks: &[(&str, &[&str])]) -> Package {
        let mut package = Package::new(BuildTime::from_unix(1_700_000_000));
        for (name, fronts) in decks {
            let mut deck = Deck::new(*name);
            for front in *fronts {
                let note = Note::new(&NoteType::basic()).fields([*front, "back"]);
                deck.add(note.key(format!("{name}{front}"))).unwrap();
            }
            package.add_deck(deck);
        }
        package
    }

    #[test]
    fn decks_stand_behind_those_above_them() {
        let decks: &[(&str, &[&str])] = &[
            ("A::B::C", &["1", "2"]),
            ("A", &["3", "4"]),
            ("A::B", &["5"]),
            ("Z", &["6"]),
        ];
        let text = package(decks).to_text().unwrap().text;
        let rows = text.lines().filter(|it| !it.starts_with('#'));
        let order: Vec<&str> = rows.filter_map(|it| it.split('\t').nth(3)).collect();
        assert_eq!(order, ["3", "5", "1", "2", "4", "6"]);
    }

    #[test]
    fn cells_are_quoted_where_anki_needs_it() {
        let check = |cell: &str, first: bool, expect: &str| {
            let mut text = String::new();
            push(&mut text, cell, first);
            assert_eq!(text, expect);
        };
        check("a b,;", true, "a b,;");
        check("#a", true, "\"#a\"");
        check("#a", false, "#a");
        check("a\tb", false, "\"a\tb\"");
        check("a\n#b", false, "\"a\n#b\"");
        check("say \"a\"", false, "\"say \"\"a\"\"\"");
        check("", true, "");
    }
}
