//! `deckle.lock` as text.
//!
//! One line a record, a word for its kind in front, fields separated by tabs and percent-escaped,
//! sorted, so that a change touches its own lines only and git's union driver can merge two
//! branches. Two lines of one id, which such a merge leaves, are resolved by the newer time.

use std::fmt::Write;

use super::hash::Digest;
use super::lock::{FieldRecord, Lock, MediaRecord, NoteRecord, TypeRecord};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};

/// The version that is written; older ones are read and written anew.
const VERSION: u32 = 1;
const HEADER: &str = "deckle-lock";

impl Lock {
    /// Reads a lock. What cannot be read is told, and then there is no lock: going on without it
    /// would give notes new identities.
    #[must_use]
    pub fn parse(file: FileId, text: &str, sink: &mut Diagnostics) -> Option<Self> {
        let mut reader = Reader {
            lock: Self::default(),
            file,
            failed: false,
            sink,
        };
        if let Some(found) = conflict(file, text) {
            reader.sink.push(found);
            return None;
        }
        let mut offset = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let start = offset;
            offset += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            let span = Span::new(file, start..start + line.len());
            if index == 0 {
                reader.header(line.trim_start_matches('\u{feff}'), span)?;
            } else if !line.is_empty() && reader.record(line).is_none() {
                reader.refuse(line, span);
            }
        }
        if text.is_empty() {
            reader.refuse("", Span::new(file, 0..0));
        }
        (!reader.failed).then_some(reader.lock)
    }

    /// The text of the lock.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER} {VERSION}\n");
        for (kind, notes) in [("note", &self.notes), ("gone", &self.removed)] {
            for (id, note) in notes {
                let (note_id, modified) = (note.note_id.to_string(), note.modified.to_string());
                let (content, fingerprint) =
                    (note.content.to_string(), note.fingerprint.to_string());
                let fields = [
                    kind,
                    id,
                    &note.guid,
                    &note_id,
                    &modified,
                    &content,
                    &note.note_type,
                    &note.path,
                    &note.heading,
                    &fingerprint,
                ];
                push_line(&mut text, &fields);
            }
        }
        for (key, it) in &self.types {
            let (id, modified) = (it.id.to_string(), it.modified.to_string());
            let (content, schema) = (it.content.to_string(), it.schema.to_string());
            push_line(&mut text, &["type", key, &id, &modified, &content, &schema]);
            for (kind, parts) in [("field", &it.fields), ("template", &it.templates)] {
                for part in parts {
                    push_line(
                        &mut text,
                        &[kind, key, &part.key, &part.id.to_string(), &part.name],
                    );
                }
            }
        }
        for media in &self.media {
            push_line(&mut text, &["media", &media.content, &media.name]);
        }
        text
    }
}

struct Reader<'a> {
    lock: Lock,
    file: FileId,
    failed: bool,
    sink: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// `None` where the rest of the file would be guesswork.
    fn header(&mut self, line: &str, span: Span) -> Option<()> {
        let version = line
            .strip_prefix(HEADER)
            .map(str::trim)
            .and_then(|it| it.parse::<u32>().ok());
        match version {
            Some(1..=VERSION) => Some(()),
            Some(newer) => {
                let title =
                    format!("deckle.lock has format {newer}, this deckle reads up to {VERSION}");
                self.sink.push(
                    Diagnostic::new(Code::LockVersion, title)
                        .at(span, "written by a newer deckle")
                        .help("update deckle; a lock that is not understood must not be rewritten"),
                );
                None
            }
            None => {
                self.refuse(line, span);
                None
            }
        }
    }

    fn refuse(&mut self, line: &str, span: Span) {
        self.failed = true;
        let title = if line.is_empty() {
            "deckle.lock is empty".to_owned()
        } else {
            "a line of deckle.lock cannot be read".to_owned()
        };
        self.sink.push(
            Diagnostic::new(Code::LockSyntax, title)
                .at(span, "damaged here")
                .note("the lock holds the identities of all notes; without it learners would get each note a second time")
                .help("restore the file from version control; where two branches were merged, keep the lines of both"),
        );
    }

    fn record(&mut self, line: &str) -> Option<()> {
        let fields: Vec<String> = line.split('\t').map(unescape).collect::<Option<_>>()?;
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        match fields.as_slice() {
            [
                kind @ ("note" | "gone"),
                id,
                guid,
                note_id,
                modified,
                content,
                note_type,
                path,
                heading,
                fingerprint,
            ] => {
                let record = NoteRecord {
                    guid: (*guid).to_owned(),
                    note_id: note_id.parse().ok()?,
                    modified: modified.parse().ok()?,
                    content: Digest::parse(content)?,
                    note_type: (*note_type).to_owned(),
                    path: (*path).to_owned(),
                    heading: (*heading).to_owned(),
                    fingerprint: Digest::parse(fingerprint)?,
                };
                self.note(*kind == "note", id, record);
            }
            ["type", key, id, modified, content, schema] => {
                let record = TypeRecord {
                    id: id.parse().ok()?,
                    modified: modified.parse().ok()?,
                    content: Digest::parse(content)?,
                    schema: Digest::parse(schema)?,
                    fields: Vec::new(),
                    templates: Vec::new(),
                };
                let newer = self
                    .lock
                    .types
                    .get(*key)
                    .is_none_or(|it| it.modified < record.modified);
                if newer {
                    self.lock.types.insert((*key).to_owned(), record);
                }
            }
            [kind @ ("field" | "template"), type_key, key, id, name] => {
                let record = FieldRecord {
                    key: (*key).to_owned(),
                    id: id.parse().ok()?,
                    name: (*name).to_owned(),
                };
                let owner = self.lock.types.get_mut(*type_key)?;
                let parts = if *kind == "field" {
                    &mut owner.fields
                } else {
                    &mut owner.templates
                };
                if !parts.iter().any(|it| it.key == record.key) {
                    parts.push(record);
                }
            }
            ["media", content, name] => {
                if !self.lock.media.iter().any(|it| it.content == *content) {
                    let record = MediaRecord {
                        content: (*content).to_owned(),
                        name: (*name).to_owned(),
                    };
                    self.lock.media.push(record);
                }
            }
            // A union merge of two new locks leaves two headers.
            [header] if header.starts_with(HEADER) => {}
            _ => return None,
        }
        Some(())
    }

    /// A note may stand twice after a merge: the newer time wins, and a live note wins over one
    /// that the other branch removed at the same time.
    fn note(&mut self, live: bool, id: &str, record: NoteRecord) {
        let known = self.lock.notes.get(id).map(|it| (it.modified, true));
        let known = known.or_else(|| self.lock.removed.get(id).map(|it| (it.modified, false)));
        if let Some(known) = known {
            let title = format!("two lines of deckle.lock are about the note `{id}`");
            self.sink.push(
                Diagnostic::new(Code::LockSyntax, title)
                    .info()
                    .at(Span::new(self.file, 0..0), "in this lock")
                    .note("the newer one counts; the next build writes one line"),
            );
            if known >= (record.modified, live) {
                return;
            }
        }
        self.lock.notes.remove(id);
        self.lock.removed.remove(id);
        let notes = if live {
            &mut self.lock.notes
        } else {
            &mut self.lock.removed
        };
        notes.insert(id.to_owned(), record);
    }
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

fn push_line(text: &mut String, fields: &[&str]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.push('\t');
        }
        for character in field.chars() {
            if character == '%' || character.is_control() {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "%{byte:02X}");
                }
            } else {
                text.push(character);
            }
        }
    }
    text.push('\n');
}

fn unescape(field: &str) -> Option<String> {
    if !field.contains('%') {
        return Some(field.to_owned());
    }
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Sources;

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
            id: 9,
            modified: 5,
            content: Digest::default(),
            schema: Digest::parse("0123456789abcdef").unwrap(),
            fields: vec![field.clone()],
            templates: vec![field],
        };
        let lock = Lock {
            notes: [("a".to_owned(), note("x y%.md", 3))].into(),
            removed: [("b".to_owned(), note("é\n.md", 4))].into(),
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
        let check = |text: &str, code: Code| {
            let (lock, sink) = parse(text);
            assert_eq!(lock, None, "{text}");
            assert_eq!(sink.iter().next().map(|it| it.code), Some(code), "{text}");
        };
        check("", Code::LockSyntax);
        check("nonsense\n", Code::LockSyntax);
        check("deckle-lock 99\n", Code::LockVersion);
        check(&text[..text.len() - 40], Code::LockSyntax);
        check(&text.replace("note\t", "nota\t"), Code::LockSyntax);
        check(&text.replace("1700000000000", "soon"), Code::LockSyntax);
        check(
            &text.replace("0123456789abcdef", "0123456789abcde"),
            Code::LockSyntax,
        );
        check(
            &text.replace("0123456789abcdef", "+123456789abcdef"),
            Code::LockSyntax,
        );
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
        let merged = format!("deckle-lock 1\n{}\n{}\n", line("note", 3), line("note", 8));
        let (lock, sink) = parse(&merged);
        assert_eq!(lock.unwrap().notes["a"].modified, 8);
        assert_eq!(sink.iter().count(), 1);
        let merged = format!("deckle-lock 1\n{}\n{}\n", line("gone", 8), line("note", 3));
        let (lock, _) = parse(&merged);
        assert!(lock.unwrap().notes.is_empty());
        let merged = format!("deckle-lock 1\n{}\n{}\n", line("gone", 8), line("note", 8));
        let (lock, _) = parse(&merged);
        assert!(lock.unwrap().removed.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,200}", header in any::<bool>()) {
            let text = if header { format!("deckle-lock 1\n{text}") } else { text };
            let _ = parse(&text);
        }

        #[test]
        fn any_field_survives(path in ".{0,40}") {
            let lock = Lock { notes: [("a".to_owned(), note(&path, 3))].into(), ..Lock::default() };
            prop_assert_eq!(parse(&lock.to_text()).0, Some(lock));
        }
    }
}
