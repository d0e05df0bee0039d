//! Reads the text of `deckle.lock`: this version's and older ones', also what a merge of two
//! branches made of it. What cannot be read is told with its place, and then there is no lock:
//! going on with half of it would give notes new identities.

use std::collections::{HashMap, HashSet};
use std::str::Split;

use super::clozes::ClozeRecord;
use super::hash::Digest;
use super::lock::{FieldRecord, Lock, MediaRecord, NoteRecord, TypeRecord};
use super::lock_text::{END, HEADER, KINDS, VERSION, unescape};
use super::matching::Sketch;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};

/// The most lines that one finding underlines.
const MAX_LABELS: usize = 5;

const RESTORE: &str =
    "restore the file from version control; where two branches were merged, keep the lines of both";

impl Lock {
    /// Reads a lock. What cannot be read is told, and then there is no lock: going on without it
    /// would give notes new identities.
    #[must_use]
    pub fn parse(file: FileId, text: &str, sink: &mut Diagnostics) -> Option<Self> {
        if let Some(found) = conflict(file, text) {
            sink.push(found);
            return None;
        }
        let mut reader = Reader {
            file,
            lock: Self::default(),
            parts: Vec::new(),
            orders: Vec::new(),
            twice: Vec::new(),
            damaged: Vec::new(),
            headers: Vec::new(),
            ends: 0,
            ended: false,
        };
        let mut offset = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let start = offset;
            offset += line.len();
            let mut line = line.trim_end_matches(['\n', '\r']);
            if index == 0 {
                line = line.trim_start_matches('\u{feff}');
            }
            let span = Span::new(file, start..start + line.len());
            // A merge of two new locks leaves two headers.
            let is_header = index == 0 || line.starts_with(HEADER);
            if is_header {
                reader.header(line, span, sink)?;
            } else if !line.is_empty()
                && let Err(damage) = reader.record(line, span)
            {
                reader.damaged.push((span, damage.to_string()));
            }
        }
        reader.finish(text, sink)
    }
}

struct Reader {
    file: FileId,
    lock: Lock,
    /// Fields and card templates, which may stand before their type in a merged lock.
    parts: Vec<(Part, String, FieldRecord, Span)>,
    /// The notes of a file in their order. In a merged lock a file may have two orders.
    orders: Vec<(String, Vec<String>)>,
    /// Notes that stand in two lines, and where the second one is.
    twice: Vec<(String, Span)>,
    damaged: Vec<(Span, String)>,
    /// The versions that the headers name.
    headers: Vec<u32>,
    /// How many lines are such that end a lock, and whether the last one so far is.
    ends: usize,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Field,
    Template,
}

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Damage {
    #[error("`{0}` begins no line of a lock")]
    Kind(String),
    #[error("the line is cut off")]
    Short,
    #[error("the line has more than belongs into it")]
    Long,
    #[error("`{0}` is no number")]
    Number(String),
    #[error("`{0}` are not 16 hexadecimal digits")]
    Digest(String),
    #[error("`{0}` are not 32 hexadecimal digits")]
    Sketch(String),
    #[error("`{0}` are no numbers and hashes of clozes")]
    Clozes(String),
    #[error("a `%` without two digits behind it")]
    Escape,
    #[error("`{0}` is no setting of such a line")]
    Option(String),
    #[error("there is no line for the note type `{0}`")]
    NoType(String),
}

impl Reader {
    /// `None` where the rest of the file would be guesswork.
    fn header(&mut self, line: &str, span: Span, sink: &mut Diagnostics) -> Option<()> {
        let version = line
            .strip_prefix(HEADER)
            .map(str::trim)
            .and_then(|it| it.parse::<u32>().ok());
        match version {
            Some(version @ 1..=VERSION) => {
                self.headers.push(version);
                return Some(());
            }
            Some(newer) => sink.push(
                Diagnostic::new(
                    Code::LockVersion,
                    format!("deckle.lock has format {newer}, this deckle reads up to {VERSION}"),
                )
                .at(span, "written by a newer deckle")
                .help("update deckle; a lock that is not understood must not be rewritten"),
            ),
            None => sink.push(damage(
                if line.is_empty() {
                    "deckle.lock is empty".to_owned()
                } else {
                    "deckle.lock does not begin as a lock does".to_owned()
                },
                &[(span, format!("expected `{HEADER} {VERSION}`"))],
            )),
        }
        None
    }

    fn record(&mut self, line: &str, span: Span) -> Result<(), Damage> {
        let mut fields = Fields(line.split('\t'));
        let kind = fields.text()?;
        self.ended = kind == END;
        self.ends += usize::from(self.ended);
        match kind.as_str() {
            "note" | "gone" => {
                let id = fields.text()?;
                let record = fields.note()?;
                self.note(kind == "note", id, record, span);
            }
            "type" => {
                let identity = fields.text()?;
                let record = fields.note_type(&identity)?;
                let known = self.lock.types.get(&identity);
                if known.is_none_or(|it| it.modified < record.modified) {
                    self.lock.types.insert(identity, record);
                }
            }
            "field" | "template" => {
                let part = if kind == "field" {
                    Part::Field
                } else {
                    Part::Template
                };
                let identity = fields.text()?;
                let record = FieldRecord {
                    key: fields.text()?,
                    id: fields.number()?,
                    name: fields.text()?,
                };
                fields.end()?;
                self.parts.push((part, identity, record, span));
            }
            "media" => {
                let record = MediaRecord {
                    content: fields.text()?,
                    name: fields.text()?,
                };
                fields.end()?;
                self.lock.media.push(record);
            }
            "order" => {
                let path = fields.text()?;
                let mut ids = Vec::new();
                for field in fields.0 {
                    ids.push(unescape(field).ok_or(Damage::Escape)?.into_owned());
                }
                self.orders.push((path, ids));
            }
            END => fields.end()?,
            _ => return Err(Damage::Kind(kind)),
        }
        Ok(())
    }

    /// A note may stand twice after a merge: the newer time wins, and a live note wins over one
    /// that the other branch removed at the same time.
    fn note(&mut self, live: bool, id: String, mut record: NoteRecord, span: Span) {
        let known = self.lock.notes.get(&id).map(|it| (it, true));
        let known = known.or_else(|| self.lock.removed.get(&id).map(|it| (it, false)));
        if let Some((known, was_live)) = known {
            // Two branches that made the same of it left nothing to tell.
            if (known, was_live) != (&record, live) {
                self.twice.push((id.clone(), span));
            }
            if (known.modified, was_live) >= (record.modified, live) {
                return;
            }
            if known.content == record.content {
                record.rendered = record.rendered.or(known.rendered);
            }
            self.lock.notes.remove(&id);
            self.lock.removed.remove(&id);
        }
        let notes = if live {
            &mut self.lock.notes
        } else {
            &mut self.lock.removed
        };
        notes.insert(id, record);
    }

    fn finish(mut self, text: &str, sink: &mut Diagnostics) -> Option<Lock> {
        if text.is_empty() {
            let span = Span::new(self.file, 0..0);
            let found = [(span, "nothing in it".to_owned())];
            sink.push(damage("deckle.lock is empty".to_owned(), &found));
            return None;
        }
        self.attach_parts();
        self.attach_places();
        // Of two files with one content the first line has the name that was given first.
        let mut seen = HashSet::new();
        self.lock
            .media
            .retain(|media| seen.insert(media.content.clone()));
        if !self.damaged.is_empty() {
            let title = match self.damaged.len() {
                1 => "a line of deckle.lock cannot be read".to_owned(),
                count => format!("{count} lines of deckle.lock cannot be read"),
            };
            sink.push(damage(title, &self.damaged));
            return None;
        }
        if !self.is_whole() {
            let end = text.trim_end().len();
            let found = [(
                Span::new(self.file, end..end),
                format!("the last line must be `{END}`"),
            )];
            sink.push(damage("deckle.lock is cut off".to_owned(), &found));
            return None;
        }
        if let Some(found) = told_twice(&self.twice) {
            sink.push(found);
        }
        Some(self.lock)
    }

    /// Whether the last line is there, where the version has one. In a merge of two new locks, or
    /// of an older and a newer one, lines of the one may stand behind the end of the other.
    fn is_whole(&self) -> bool {
        let with_end = self.headers.iter().filter(|it| **it >= 2).count();
        self.ended || with_end == 0 || self.headers.len() > 1 && self.ends >= with_end
    }

    /// The second order of a merged lock only tells where those notes stand that the first one
    /// does not have: at the end. The next build knows better.
    fn attach_places(&mut self) {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for (path, ids) in &self.orders {
            let count = counts.entry(path).or_default();
            for id in ids {
                if let Some(note) = self.lock.notes.get_mut(id)
                    && note.place.is_none()
                    && note.path == *path
                {
                    note.place = Some(*count);
                    *count = count.saturating_add(1);
                }
            }
        }
    }

    fn attach_parts(&mut self) {
        for (part, identity, record, span) in std::mem::take(&mut self.parts) {
            let Some(owner) = self.lock.types.get_mut(&identity) else {
                let damage = Damage::NoType(identity);
                self.damaged.push((span, damage.to_string()));
                continue;
            };
            let parts = match part {
                Part::Field => &mut owner.fields,
                Part::Template => &mut owner.templates,
            };
            if !parts.iter().any(|it| it.key == record.key) {
                parts.push(record);
            }
        }
        for record in self.lock.types.values_mut() {
            if let (true, Some(first)) = (record.first_field.is_empty(), record.fields.first()) {
                record.first_field.clone_from(&first.key);
            }
        }
    }
}

/// The fields of a line, one after another.
struct Fields<'a>(Split<'a, char>);

impl Fields<'_> {
    fn text(&mut self) -> Result<String, Damage> {
        let field = self.0.next().ok_or(Damage::Short)?;
        Ok(unescape(field).ok_or(Damage::Escape)?.into_owned())
    }

    fn number(&mut self) -> Result<i64, Damage> {
        let text = self.text()?;
        text.parse().map_err(|_| Damage::Number(text))
    }

    fn digest(&mut self) -> Result<Digest, Damage> {
        digest(self.text()?)
    }

    /// The settings behind the fields; `set` says whether it knows one.
    fn options(
        self,
        mut set: impl FnMut(&str, String) -> Result<bool, Damage>,
    ) -> Result<(), Damage> {
        for field in self.0 {
            let (name, value) = field.split_once('=').ok_or(Damage::Long)?;
            let value = unescape(value).ok_or(Damage::Escape)?.into_owned();
            if !set(name, value)? {
                return Err(Damage::Option(name.to_owned()));
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), Damage> {
        self.0.next().map_or(Ok(()), |_| Err(Damage::Long))
    }

    fn note(mut self) -> Result<NoteRecord, Damage> {
        let mut record = NoteRecord {
            guid: self.text()?,
            note_id: self.number()?,
            modified: self.number()?,
            content: self.digest()?,
            note_type: self.text()?,
            path: self.text()?,
            heading: self.text()?,
            fingerprint: self.digest()?,
            rendered: None,
            sketch: None,
            place: None,
            clozes: Box::default(),
        };
        self.options(|name, value| {
            match name {
                "out" => record.rendered = Some(digest(value)?),
                "like" => {
                    record.sketch = Some(Sketch::parse(&value).ok_or(Damage::Sketch(value))?);
                }
                "clozes" => {
                    let clozes = value.split(',').map(cloze).collect::<Option<_>>();
                    record.clozes = clozes.ok_or(Damage::Clozes(value))?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(record)
    }

    fn note_type(mut self, identity: &str) -> Result<TypeRecord, Damage> {
        let mut record = TypeRecord {
            key: identity.to_owned(),
            id: self.number()?,
            modified: self.number()?,
            content: self.digest()?,
            schema: self.digest()?,
            kind: None,
            sort_field: String::new(),
            first_field: String::new(),
            fields: Vec::new(),
            templates: Vec::new(),
        };
        self.options(|name, value| {
            match name {
                "kind" => match KINDS.iter().find(|(_, word)| *word == value) {
                    Some((kind, _)) => record.kind = Some(*kind),
                    None => return Ok(false),
                },
                "sort" => record.sort_field = value,
                "first" => record.first_field = value,
                "key" => record.key = value,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(record)
    }
}

/// `3:` and a hash; `-3:` of one that is gone.
fn cloze(text: &str) -> Option<ClozeRecord> {
    let (number, hash) = text.split_once(':')?;
    let gone = number.strip_prefix('-');
    Some(ClozeRecord {
        number: gone.unwrap_or(number).parse().ok()?,
        text: Digest::parse(hash)?,
        is_live: gone.is_none(),
    })
}

fn digest(text: String) -> Result<Digest, Damage> {
    Digest::parse(&text).ok_or(Damage::Digest(text))
}

fn damage(title: String, found: &[(Span, String)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::LockSyntax, title);
    for (index, (span, what)) in found.iter().take(MAX_LABELS).enumerate() {
        diagnostic = if index == 0 {
            diagnostic.at(*span, what.as_str())
        } else {
            diagnostic.also(*span, what.as_str())
        };
    }
    diagnostic
        .note("the lock holds the identities of all notes; without it learners would get each note a second time")
        .help(RESTORE)
}

/// Notes that stand in two lines, in one finding: a merge may leave many.
fn told_twice(twice: &[(String, Span)]) -> Option<Diagnostic> {
    let title = match twice {
        [] => return None,
        [(id, ..)] => format!("two lines of deckle.lock are about the note `{id}`"),
        more => format!(
            "{} notes of deckle.lock have two lines that differ",
            more.len()
        ),
    };
    let mut diagnostic = Diagnostic::new(Code::LockSyntax, title).info();
    for (index, (_, span)) in twice.iter().take(MAX_LABELS).enumerate() {
        diagnostic = if index == 0 {
            diagnostic.at(*span, "the second one")
        } else {
            diagnostic.also(*span, "the second one")
        };
    }
    Some(
        diagnostic
            .note("a merge of two branches leaves such lines; the one with the newer time counts")
            .help("build the project: the next lock has one line a note"),
    )
}

/// The marks of git around what two branches wrote. Without them the lock holds the lines of
/// both, which is what it is made for.
fn conflict(file: FileId, text: &str) -> Option<Diagnostic> {
    let mut marks = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            marks.push(Span::new(file, offset..offset + line.len()));
        }
        offset += line.len();
    }
    let first = *marks.first()?;
    let edits = marks.iter().map(|mark| (*mark, String::new())).collect();
    Some(
        Diagnostic::new(Code::LockSyntax, "deckle.lock holds a conflict of a merge")
            .at(first, "left by git")
            .note("`deckle.lock merge=union` in .gitattributes lets git merge it by itself")
            .fixes("keep the lines of both branches", edits),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Sources;
    use crate::model::Kind;

    fn parse(text: &str) -> (Option<Lock>, Diagnostics) {
        let file = Sources::new().add("deckle.lock", text);
        let mut sink = Diagnostics::new();
        (Lock::parse(file, text, &mut sink), sink)
    }

    fn note(path: &str, modified: i64) -> NoteRecord {
        NoteRecord {
            guid: "g%\t".to_owned(),
            note_id: 1_700_000_000_000,
            modified,
            content: Digest::parse("0123456789abcdef").unwrap(),
            note_type: "basic".to_owned(),
            path: path.to_owned(),
            heading: "A / b".to_owned(),
            fingerprint: Digest::parse("fedcba9876543210").unwrap(),
            rendered: Digest::parse("0011223344556677"),
            sketch: Sketch::parse("00112233445566778899aabbccddeeff"),
            place: Some(0),
            clozes: [(1, true), (7, false)]
                .map(|(number, is_live)| ClozeRecord {
                    number,
                    text: Digest::default(),
                    is_live,
                })
                .into(),
        }
    }

    fn gone(path: &str, modified: i64) -> NoteRecord {
        NoteRecord {
            place: None,
            ..note(path, modified)
        }
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let field = FieldRecord {
            key: "k".into(),
            id: 7,
            name: "Front".into(),
        };
        let record = TypeRecord {
            key: "medicine".into(),
            kind: Some(Kind::Cloze),
            sort_field: "k=\t".into(),
            first_field: "l".into(),
            id: 9,
            modified: 5,
            content: Digest::default(),
            schema: Digest::default(),
            fields: vec![field.clone()],
            templates: vec![field],
        };
        let lock = Lock {
            notes: [("a".to_owned(), note("x y%.md", 3))].into(),
            removed: [("b".to_owned(), gone("é\n.md", 4))].into(),
            types: [("drug".to_owned(), record)].into(),
            media: vec![MediaRecord {
                content: "ab".into(),
                name: "x.png".into(),
            }],
        };
        let (read, sink) = parse(&lock.to_text());
        assert!(sink.is_empty());
        assert_eq!(read.as_ref(), Some(&lock));
        assert_eq!(lock.newest(), Some(5));
        let (read, _) = parse(&lock.to_text().replace('\n', "\r\n"));
        assert_eq!(read, Some(lock));
    }

    #[test]
    fn damage_is_told_and_never_read_over() {
        let good = Lock {
            notes: [("a".to_owned(), note("x", 3))].into(),
            ..Lock::default()
        };
        let text = good.to_text();
        let check = |text: &str, code: Code, label: &str| {
            let (lock, sink) = parse(text);
            assert_eq!(lock, None, "{text}");
            let found = sink.iter().next().unwrap();
            assert_eq!(found.code, code, "{text}");
            assert_eq!(found.labels.first().map_or("", |it| &it.text), label);
        };
        check("", Code::LockSyntax, "nothing in it");
        let header = "expected `deckle-lock 2`";
        check("nonsense\n", Code::LockSyntax, header);
        let newer = "written by a newer deckle";
        check("deckle-lock 99\n", Code::LockVersion, newer);
        check(
            "deckle-lock 2\ndeckle-lock 3\nend\n",
            Code::LockVersion,
            newer,
        );
        let end = "the last line must be `end`";
        check("deckle-lock 2\n", Code::LockSyntax, end);
        check(text.trim_end_matches("end\n"), Code::LockSyntax, end);
        check(
            &text[..text.find("fedcba").unwrap()],
            Code::LockSyntax,
            "`` are not 16 hexadecimal digits",
        );
        check(
            &text[..text.find("\tfedcba").unwrap()],
            Code::LockSyntax,
            "the line is cut off",
        );
        let cut = &text[..text.find("\tout=").unwrap()];
        check(cut, Code::LockSyntax, end);
        let with = |from: &str, to: &str| text.replacen(from, to, 1);
        let bad = |from: &str, to: &str, label: &str| {
            check(&with(from, to), Code::LockSyntax, label);
        };
        bad("note\t", "nota\t", "`nota` begins no line of a lock");
        bad(
            "0123456789abcdef",
            "0123",
            "`0123` are not 16 hexadecimal digits",
        );
        bad("1700000000000", "soon", "`soon` is no number");
        bad("%25", "%2", "a `%` without two digits behind it");
        bad(
            "like=",
            "like=00",
            "`0000112233445566778899aabbccddeeff` are not 32 hexadecimal digits",
        );
        bad(
            "clozes=1",
            "clozes=",
            "`:0000000000000000,-7:0000000000000000` are no numbers and hashes of clozes",
        );
        bad("out=", "in=", "`in` is no setting of such a line");
        bad("out=", "", "the line has more than belongs into it");
        let field = "end\nfield\tword\tk\t7\tFront\n";
        bad("end\n", field, "there is no line for the note type `word`");
    }

    #[test]
    fn each_damaged_line_is_named_in_one_finding() {
        let text = format!("deckle-lock 2\n{}end\n", "nota\tx\n".repeat(9));
        let (lock, sink) = parse(&text);
        assert_eq!((lock, sink.iter().count()), (None, 1));
        let found = sink.iter().next().unwrap();
        assert_eq!(found.message, "9 lines of deckle.lock cannot be read");
        assert_eq!(found.labels.len(), MAX_LABELS);
    }

    #[test]
    fn a_lock_of_format_1_is_read() {
        let note = "note\ta\tg%25%09\t1700000000000\t3\t0123456789abcdef\tbasic\tx\tA / b\tfedcba9876543210";
        let (lock, sink) = parse(&format!(
            "deckle-lock 1\n{note}\ntype\tw\t1\t2\t0123456789abcdef\t0123456789abcdef\n"
        ));
        assert!(sink.is_empty());
        let lock = lock.unwrap();
        let known = NoteRecord {
            rendered: None,
            sketch: None,
            place: None,
            clozes: Box::default(),
            ..self::note("x", 3)
        };
        assert_eq!(lock.notes["a"], known);
        assert_eq!(lock.types["w"].kind, None);
        let (again, _) = parse(&lock.to_text());
        assert_eq!(again, Some(lock));
    }

    #[test]
    fn a_union_merge_keeps_the_newer_line() {
        let line = |kind: &str, modified: i64| {
            let lock = Lock {
                notes: [("a".to_owned(), note("x", modified))].into(),
                ..Lock::default()
            };
            lock.to_text()
                .lines()
                .nth(1)
                .unwrap()
                .replacen("note", kind, 1)
        };
        let merged = format!(
            "deckle-lock 2\n{}\n{}\nend\n",
            line("note", 3),
            line("note", 8)
        );
        let (lock, sink) = parse(&merged);
        assert_eq!(lock.unwrap().notes["a"].modified, 8);
        assert_eq!(sink.iter().count(), 1);
        let merged = format!(
            "deckle-lock 2\n{}\n{}\nend\n",
            line("gone", 8),
            line("note", 3)
        );
        let (lock, _) = parse(&merged);
        assert!(lock.unwrap().notes.is_empty());
        let merged = format!(
            "deckle-lock 2\n{}\n{}\nend\n",
            line("gone", 8),
            line("note", 8)
        );
        let (lock, _) = parse(&merged);
        assert!(lock.unwrap().removed.is_empty());
        // The same line twice says nothing.
        let merged = format!("deckle-lock 2\n{0}\n{0}\nend\n", line("note", 3));
        assert!(parse(&merged).1.is_empty());
    }

    #[test]
    fn merges_may_leave_lines_behind_an_end() {
        let lock = |id: &str| Lock {
            notes: [(id.to_owned(), note("x", 3))].into(),
            ..Lock::default()
        };
        let older = |id: &str| {
            let text = lock(id).to_text().replace("deckle-lock 2", "deckle-lock 1");
            text.trim_end_matches("end\n").to_owned()
        };
        let check = |text: String, whole: bool| {
            assert_eq!(parse(&text).0.is_some(), whole, "{text}");
        };
        check(lock("a").to_text() + &lock("b").to_text(), true);
        check(lock("a").to_text() + &older("b"), true);
        check(older("a") + &lock("b").to_text(), true);
        check(older("a") + &older("b"), true);
        let cut = lock("a").to_text() + lock("b").to_text().trim_end_matches("end\n");
        check(cut, false);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,200}", header in any::<bool>()) {
            let text = if header { format!("deckle-lock 2\n{text}\nend\n") } else { text };
            let _ = parse(&text);
        }

        #[test]
        fn any_field_survives(path in ".{0,40}") {
            let lock = Lock { notes: [("a".to_owned(), note(&path, 3))].into(), ..Lock::default() };
            prop_assert_eq!(parse(&lock.to_text()).0, Some(lock));
        }
    }
}
