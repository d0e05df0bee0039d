//! What a build would change in the lock, for people and for those who guard it: CI.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::LOCK_NAME;
use super::lock::{Lock, MediaRecord, NoteRecord, TypeRecord};
use super::schema::SchemaChange;

/// One thing that is another in the lock behind a build than in the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockChange {
    /// The name of the lock.
    pub lock: String,
    /// What kind of change it is.
    pub kind: ChangeKind,
    /// The id of the note, the key of the note type, or the name of the media file.
    pub subject: String,
    /// The file that the note stands in, or stood in; empty where it is about no note.
    pub path: String,
    /// What is to be said of it, as phrases divided by `; `; may be empty.
    pub details: String,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A note is new.
    NewNote,
    /// A note is gone.
    GoneNote,
    /// A note that was gone is back.
    ReturnedNote,
    /// A note says nothing of who it is, its first field is another, and it was taken for this
    /// one.
    MatchedNote,
    /// A note is called otherwise, or has another guid.
    RenamedNote,
    /// A note type is new.
    NewType,
    /// The schema of a note type is another.
    Schema,
    /// A note's content is another, or it is sent out again.
    ChangedNote,
    /// A note stands in another place.
    MovedNote,
    /// What a note type looks like is another.
    ChangedType,
    /// A media file is new.
    NewMedia,
    /// A media file is gone.
    GoneMedia,
    /// The same lock would be written in another form, such as a newer format.
    Form,
}

impl ChangeKind {
    /// Whether it is about who a note is, or what a note type is made of: what decides whether
    /// learners keep their progress.
    #[must_use]
    pub fn is_identity(self) -> bool {
        match self {
            Self::NewNote
            | Self::GoneNote
            | Self::ReturnedNote
            | Self::MatchedNote
            | Self::RenamedNote
            | Self::NewType
            | Self::Schema => true,
            Self::ChangedNote
            | Self::MovedNote
            | Self::ChangedType
            | Self::NewMedia
            | Self::GoneMedia
            | Self::Form => false,
        }
    }

    /// The word for it, such as `new-note`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewNote => "new-note",
            Self::GoneNote => "gone-note",
            Self::ReturnedNote => "returned-note",
            Self::MatchedNote => "matched-note",
            Self::RenamedNote => "renamed-note",
            Self::NewType => "new-type",
            Self::Schema => "schema",
            Self::ChangedNote => "changed-note",
            Self::MovedNote => "moved-note",
            Self::ChangedType => "changed-type",
            Self::NewMedia => "new-media",
            Self::GoneMedia => "gone-media",
            Self::Form => "form",
        }
    }
}

/// In one line: `new note heart-pump in heart.md`.
impl fmt::Display for LockChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.kind {
            ChangeKind::Schema => "schema of note type",
            ChangeKind::NewType => "new note type",
            ChangeKind::ChangedType => "changed note type",
            ChangeKind::Form => "form of the file",
            kind => &kind.as_str().replace('-', " "),
        };
        formatter.write_str(words)?;
        if !self.subject.is_empty() {
            write!(formatter, " {}", self.subject)?;
        }
        if !self.path.is_empty() {
            write!(formatter, " in {}", self.path)?;
        }
        if !self.details.is_empty() {
            write!(formatter, ": {}", self.details)?;
        }
        Ok(())
    }
}

/// What differs between two locks, notes first, in the order of ids and keys. A build of a part
/// of the project (`whole` is false) says nothing of what it does not have.
#[must_use]
pub fn changes(old: &Lock, new: &Lock, whole: bool) -> Vec<LockChange> {
    let mut found = Found(Vec::new());
    // Few locks have notes that ask for one of these.
    let by_guid = LazyCell::new(|| -> HashMap<&str, &str> {
        let known = old.records();
        known.map(|(id, it)| (it.guid.as_str(), id)).collect()
    });
    let mut live = old.notes.in_order();
    for (id, record) in new.notes.by_id() {
        match (live(id), old.removed.get(id)) {
            (Some(known), _) => found.note(id, known, record),
            (None, Some(_)) => found.push(ChangeKind::ReturnedNote, id, &record.path, ""),
            (None, None) => match by_guid.get(record.guid.as_str()) {
                Some(was) => {
                    found.push(
                        ChangeKind::RenamedNote,
                        id,
                        &record.path,
                        &format!("was {was}"),
                    );
                }
                None => found.push(ChangeKind::NewNote, id, &record.path, ""),
            },
        }
    }
    if whole {
        let guids = LazyCell::new(|| -> HashSet<&str> {
            new.notes.values().map(|it| it.guid.as_str()).collect()
        });
        let mut live = new.notes.in_order();
        for (id, record) in old.notes.by_id() {
            let stays = live(id).is_some() || guids.contains(record.guid.as_str());
            if !stays {
                found.push(ChangeKind::GoneNote, id, &record.path, "");
            }
        }
    }
    for (identity, record) in &new.types {
        match old.types.get(identity) {
            None => found.push(ChangeKind::NewType, &record.key, "", ""),
            Some(known) => found.note_type(known, record),
        }
    }
    found.media(&old.media, &new.media, whole);
    let mut list = found.0;
    if list.is_empty() && whole && old != new {
        let details = "lines of it are written anew".to_owned();
        list.push(LockChange::new(ChangeKind::Form, details));
    }
    list
}

impl LockChange {
    /// A change that is about no note, note type or media file.
    pub(crate) fn new(kind: ChangeKind, details: String) -> Self {
        Self {
            lock: LOCK_NAME.to_owned(),
            kind,
            subject: String::new(),
            path: String::new(),
            details,
        }
    }
}

struct Found(Vec<LockChange>);

impl Found {
    fn push(&mut self, kind: ChangeKind, subject: &str, path: &str, details: &str) {
        self.0.push(LockChange {
            lock: LOCK_NAME.to_owned(),
            kind,
            subject: subject.to_owned(),
            path: path.to_owned(),
            details: details.to_owned(),
        });
    }

    fn note(&mut self, id: &str, old: &NoteRecord, new: &NoteRecord) {
        let path = &*new.path;
        if old.guid != new.guid {
            let details = format!("the guid was {} and is {}", old.guid, new.guid);
            self.push(ChangeKind::RenamedNote, id, path, &details);
        }
        let generated = id.starts_with("n-");
        if generated && old.fingerprint != new.fingerprint {
            self.push(
                ChangeKind::MatchedNote,
                id,
                path,
                "its first field is another",
            );
        } else if old.modified != new.modified || old.content != new.content {
            self.push(ChangeKind::ChangedNote, id, path, "");
        }
        if old.path != new.path {
            let details = format!("was in {}", old.path);
            self.push(ChangeKind::MovedNote, id, path, &details);
        } else if old.heading != new.heading {
            let details = format!("was below `{}`", old.heading);
            self.push(ChangeKind::MovedNote, id, path, &details);
        }
    }

    fn note_type(&mut self, old: &TypeRecord, new: &TypeRecord) {
        let mut details = Vec::new();
        if old.key != new.key {
            details.push(format!("its key was `{}`", old.key));
        }
        if let Some(change) = SchemaChange::between(old, new) {
            details.extend(change.phrases());
            let details = details.join("; ");
            self.push(ChangeKind::Schema, &new.key, "", &details);
        } else if old.content != new.content || old.modified != new.modified || old.key != new.key {
            let details = details.join("; ");
            self.push(ChangeKind::ChangedType, &new.key, "", &details);
        }
    }

    fn media(&mut self, old: &[MediaRecord], new: &[MediaRecord], whole: bool) {
        let index = |media: &[MediaRecord]| -> BTreeMap<String, String> {
            let pairs = media.iter();
            pairs
                .map(|it| (it.content.clone(), it.name.clone()))
                .collect()
        };
        let (before, after) = (index(old), index(new));
        for media in new {
            if before.get(&media.content) != Some(&media.name) {
                self.push(ChangeKind::NewMedia, &media.name, "", "");
            }
        }
        for media in old.iter().filter(|_| whole) {
            if after.get(&media.content) != Some(&media.name) {
                self.push(ChangeKind::GoneMedia, &media.name, "", "");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Diagnostics, Sources};

    /// A lock of these lines, with `#` for a hash of zeros.
    fn lock(lines: &str) -> Lock {
        let text = format!("deckle-lock 2\n{}\nend\n", lines.trim());
        let text = text.replace('#', "0000000000000000").replace(' ', "\t");
        let text = text.replacen("deckle-lock\t", "deckle-lock ", 1);
        let file = Sources::new().add("deckle.lock", text.as_str());
        let mut sink = Diagnostics::new();
        let read = Lock::parse(file, "deckle.lock", &text, &mut sink);
        read.unwrap_or_else(|| panic!("{text}: {sink:?}"))
    }

    #[test]
    fn what_differs_is_named() {
        let check = |old: &str, new: &str, expect: &[&str]| {
            let found = changes(&lock(old), &lock(new), true);
            let found: Vec<String> = found.iter().map(LockChange::to_string).collect();
            assert_eq!(found, expect, "{old} -> {new}");
        };
        let a = "note a g 512 7 # basic x.md h #";
        check(a, a, &[]);
        check("", a, &["new note a in x.md"]);
        let gone = a.replace("note", "gone");
        check(a, &gone, &["gone note a in x.md"]);
        check(&gone, a, &["returned note a in x.md"]);
        check(
            "",
            &gone,
            &["form of the file: lines of it are written anew"],
        );
        let b = a.replace(" a ", " b ");
        check(a, &b, &["renamed note b in x.md: was a"]);
        let other = a.replace(" g ", " G ");
        check(
            a,
            &other,
            &["renamed note a in x.md: the guid was g and is G"],
        );
        check(a, &a.replace(" 7 ", " 8 "), &["changed note a in x.md"]);
        let moved = a.replace("x.md", "y.md");
        check(a, &moved, &["moved note a in y.md: was in x.md"]);
        check(
            a,
            &a.replace(" h ", " i "),
            &["moved note a in x.md: was below `h`"],
        );
        let n = "note n-a g 512 7 # basic x.md h #";
        let edited = n.replace("h #", "h 1111111111111111");
        check(
            n,
            &edited,
            &["matched note n-a in x.md: its first field is another"],
        );
        check("", "media ab p.png", &["new media p.png"]);
        check("media ab p.png", "", &["gone media p.png"]);
        let word = "type w 9 7 # # kind=normal sort=A\nfield w A 1 A\ntemplate w T 2 T";
        check("", word, &["new note type w"]);
        // A type that is gone stays in the lock.
        check(word, &word.replace(" 7 ", " 8 "), &["changed note type w"]);
        let renamed = word.replace("sort=A", "sort=A key=v");
        check(word, &renamed, &["changed note type v: its key was `w`"]);
        let more = format!("{word}\nfield w B 3 B");
        check(word, &more, &["schema of note type w: field `B` is new"]);
        check(&more, word, &["schema of note type w: field `B` is gone"]);
        let cloze = word.replace("normal", "cloze");
        let told = ["schema of note type w: its kind was `normal` and is `cloze`"];
        check(word, &cloze, &told);
        let swapped = word.replace("field w A 1 A", "field w B 3 B\nfield w A 1 A");
        let told = "schema of note type w: the fields `A`, `B` stand in the order `B`, `A` now";
        check(&more, &swapped, &[told]);
        let sorted = more.replace("sort=A", "sort=B");
        let told = "schema of note type w: its sort field was `A` and is `B`";
        check(&more, &sorted, &[told]);
        check(
            &more,
            &more.replace(" B 3 B", " B 3 C"),
            &["form of the file: lines of it are written anew"],
        );
    }

    #[test]
    fn a_part_of_a_project_says_nothing_of_the_rest() {
        let old = lock("note a g 512 7 # basic x.md h #\nmedia ab p.png");
        let new = lock("note b h 1024 7 # basic x.md h #");
        let kinds = |whole| -> Vec<ChangeKind> {
            let found = changes(&old, &new, whole);
            found.iter().map(|it| it.kind).collect()
        };
        assert_eq!(kinds(false), [ChangeKind::NewNote]);
        let all = [
            ChangeKind::NewNote,
            ChangeKind::GoneNote,
            ChangeKind::GoneMedia,
        ];
        assert_eq!(kinds(true), all);
    }
}
