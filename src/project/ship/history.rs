//! What notes were in the packages that were delivered before the last one. Who exports on a phone may
//! not have imported the last one yet: then their edits are edits of what is written down here.
//!
//! A text file beside each kept package. When another package takes its place, what that one has in
//! another way is added: so the file grows with what changes, not with the deck. A line is a list in
//! JSON:
//!
//! - `["generation", 3]`: what follows happened when the fourth package took the place of the third;
//! - `["new", GUID]`: a note that the third one did not have;
//! - `["was", GUID, TIME, FIELD NAMES, FIELDS, TAGS, FLAG, SUSPENDED]`: a note as the third one had it,
//!   which the fourth one has in another way, or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::package::{CardState, Contents, PackageReader, StoredCard, StoredNote};
use crate::{Error, files};

/// The first line.
const HEAD: &str = "[\"deckle history\",1]\n";
/// The longest file, in bytes; the oldest generations go.
const LONGEST: usize = 32 << 20;

/// A note as a package had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::project) struct PastNote {
    pub(in crate::project) guid: String,
    /// In seconds since 1970.
    pub(in crate::project) modified: i64,
    pub(in crate::project) names: Vec<String>,
    /// HTML as it was in the package.
    pub(in crate::project) fields: Vec<String>,
    pub(in crate::project) tags: Vec<String>,
    /// The number of the first flag of its cards; 0 where there is none.
    pub(in crate::project) flag: u8,
    /// Whether one of its cards is suspended.
    pub(in crate::project) suspended: bool,
}

impl PastNote {
    /// A line of a history.
    pub(in crate::project) fn line(&self) -> String {
        let Self {
            guid,
            modified,
            names,
            fields,
            tags,
            flag,
            suspended,
        } = self;
        let line = json!(["was", guid, modified, names, fields, tags, flag, suspended]);
        format!("{line}\n")
    }

    /// What such a line says.
    pub(in crate::project) fn of(line: &Value) -> Option<Self> {
        let texts = |at: usize| -> Option<Vec<String>> {
            let all = line.get(at)?.as_array()?.iter();
            all.map(|it| Some(it.as_str()?.to_owned())).collect()
        };
        Some(Self {
            guid: line.get(1)?.as_str()?.to_owned(),
            modified: line.get(2)?.as_i64()?,
            names: texts(3)?,
            fields: texts(4)?,
            tags: texts(5)?,
            flag: line.get(6)?.as_u64()?.try_into().ok()?,
            suspended: line.get(7)?.as_bool()?,
        })
    }
}

/// A note, and which packages had it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::project) struct Dated {
    /// The first of them; 0 where that is not known.
    pub(in crate::project) first: u32,
    pub(in crate::project) last: u32,
    pub(in crate::project) note: PastNote,
}

/// Everything that was ever delivered under the name of a kept package, as far as it is known: older
/// versions of notes, and those of the package itself, whose last one is `u32::MAX`.
pub(in crate::project) fn versions(
    package: &Path,
    contents: &Contents,
) -> Result<Vec<Dated>, Error> {
    let known = files::read_if_exists(&path_of(package))?.unwrap_or_default();
    let mut read = Read::of(&String::from_utf8_lossy(&known));
    let now = notes(contents);
    read.found.extend(now.into_iter().map(|note| Dated {
        first: read.next.get(&note.guid).copied().unwrap_or(0),
        last: u32::MAX,
        note,
    }));
    Ok(read.found)
}

/// Writes down what `next`, which is about to take the place of `kept`, has in another way. Where
/// one of them cannot be read there is nothing to say.
pub(super) fn remember(kept: &Path, next: &Path) -> Result<(), Error> {
    if files::is_missing(kept) || files::are_same(kept, next) {
        return Ok(());
    }
    let read = |path: &Path| PackageReader::open(path).map(PackageReader::into_contents);
    let (Ok(old), Ok(new)) = (read(kept), read(next)) else {
        return Ok(());
    };
    let path = path_of(kept);
    let known = files::read_if_exists(&path)?.unwrap_or_default();
    let known = String::from_utf8_lossy(&known);
    let text = continued(&known, notes(&old), notes(&new));
    files::deliver_bytes(text.as_bytes(), &path)?;
    Ok(())
}

fn path_of(package: &Path) -> PathBuf {
    let mut path = package.as_os_str().to_owned();
    path.push(".history");
    path.into()
}

/// The text of a history with one generation more.
fn continued(known: &str, old: Vec<PastNote>, new: Vec<PastNote>) -> String {
    let mut steps: Vec<String> = steps(known).map(str::to_owned).collect();
    let number = steps.last().and_then(|it| number_of(it)).unwrap_or(0) + 1;
    let mut new: BTreeMap<String, PastNote> =
        new.into_iter().map(|it| (it.guid.clone(), it)).collect();
    let mut step = format!("{}\n", json!(["generation", number]));
    for note in old {
        if new.remove(&note.guid).is_some_and(|it| it == note) {
            continue;
        }
        step.push_str(&note.line());
    }
    // A note that changed was taken out above, and is not among these.
    for guid in new.into_keys() {
        step.push_str(&format!("{}\n", json!(["new", guid])));
    }
    steps.push(step);
    let mut length: usize = steps.iter().map(String::len).sum();
    let mut from = 0;
    while length > LONGEST && from + 1 < steps.len() {
        length -= steps.get(from).map_or(0, String::len);
        from += 1;
    }
    let kept = steps.get(from..).unwrap_or_default();
    format!("{HEAD}{}", kept.concat())
}

/// The generations of a history; none of a text that is none.
fn steps(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix(HEAD).unwrap_or_default();
    let begins = text.match_indices("[\"generation\",").map(|it| it.0);
    // Such words in a field have their quotes escaped.
    let begins = begins.filter(|at| *at == 0 || text.as_bytes().get(*at - 1) == Some(&b'\n'));
    let begins: Vec<usize> = begins.collect();
    let ends: Vec<usize> = begins.iter().skip(1).copied().chain([text.len()]).collect();
    let ranges = begins.into_iter().zip(ends);
    ranges.filter_map(move |(from, to)| text.get(from..to))
}

fn number_of(step: &str) -> Option<u32> {
    let line: Value = serde_json::from_str(step.lines().next()?).ok()?;
    line.get(1)?.as_u64()?.try_into().ok()
}

#[derive(Default)]
struct Read {
    found: Vec<Dated>,
    /// The first package that may have the next version of a note.
    next: BTreeMap<String, u32>,
}

impl Read {
    fn of(text: &str) -> Self {
        let mut read = Self::default();
        for step in steps(text) {
            let Some(number) = number_of(step) else {
                continue;
            };
            for line in step.lines().skip(1) {
                // A line that is cut off tells nothing.
                if let Ok(line) = serde_json::from_str(line) {
                    read.line(&line, number);
                }
            }
        }
        read
    }

    fn line(&mut self, line: &Value, number: u32) -> Option<()> {
        let guid = line.get(1)?.as_str()?.to_owned();
        if line.get(0)?.as_str()? == "was" {
            self.found.push(Dated {
                first: self.next.get(&guid).copied().unwrap_or(0),
                last: number,
                note: PastNote::of(line)?,
            });
        }
        self.next.insert(guid, number.saturating_add(1));
        Some(())
    }
}

/// The notes of a package whose note types are there.
fn notes(contents: &Contents) -> Vec<PastNote> {
    let mut cards: BTreeMap<i64, Vec<&StoredCard>> = BTreeMap::new();
    for card in &contents.cards {
        cards.entry(card.note).or_default().push(card);
    }
    let names: BTreeMap<i64, Vec<String>> = contents
        .note_types
        .iter()
        .map(|it| (it.id, it.fields.iter().map(|it| it.name.clone()).collect()))
        .collect();
    let note = |stored: &StoredNote| {
        let mut cards = cards.get(&stored.id).cloned().unwrap_or_default();
        cards.sort_by_key(|it| (it.ordinal, it.id));
        let flags = cards.iter().map(|it| it.flag());
        Some(PastNote {
            guid: stored.guid.clone(),
            modified: stored.modified,
            names: names.get(&stored.note_type)?.clone(),
            fields: stored.fields().map(str::to_owned).collect(),
            tags: stored.tags().map(str::to_owned).collect(),
            flag: flags.into_iter().find(|it| *it != 0).unwrap_or(0),
            suspended: cards.iter().any(|it| it.state() == CardState::Suspended),
        })
    };
    contents.notes.iter().filter_map(note).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn note(guid: &str, modified: i64, back: &str) -> PastNote {
        PastNote {
            guid: guid.to_owned(),
            modified,
            names: vec!["Front".to_owned(), "Back".to_owned()],
            fields: vec![guid.to_owned(), back.to_owned()],
            tags: vec!["t".to_owned()],
            flag: 2,
            suspended: true,
        }
    }

    #[test]
    fn a_version_is_of_the_packages_that_had_it() {
        let (a1, a2) = (note("a", 1, "\n[\"generation\",9]"), note("a", 2, "two"));
        let (b1, b2) = (note("b", 1, "one"), note("b", 3, "two"));
        let mut text = continued("", vec![a1.clone()], vec![a1.clone(), b1.clone()]);
        text = continued(
            &text,
            vec![a1.clone(), b1.clone()],
            vec![a2.clone(), b1.clone()],
        );
        text = continued(&text, vec![a2.clone(), b1.clone()], vec![b2]);
        let read = Read::of(&text);
        let dated = |first: u32, last: u32, note: PastNote| Dated { first, last, note };
        assert_eq!(
            read.found,
            [dated(0, 2, a1), dated(3, 3, a2), dated(2, 3, b1)]
        );
        assert_eq!(read.next["b"], 4);
    }

    #[test]
    fn what_is_no_history_begins_anew() {
        let text = continued("<<<<<<< mine\n", vec![note("a", 1, "x")], Vec::new());
        assert_eq!(Read::of(&text).found.len(), 1);
        // The end of a file that was cut off.
        assert_eq!(Read::of(&text[..text.len() - 3]).found.len(), 0);
    }

    proptest! {
        #[test]
        fn any_text_passes(text in any::<String>(), more in "(\\[\"(generation|was|new)\",[0-9a\"]{1,4}\\]\n){0,6}") {
            let _ = Read::of(&text);
            let _ = Read::of(&format!("{HEAD}{more}{text}"));
        }
    }
}
