//! `deckle.lock` as text.
//!
//! One line a record, a word for its kind in front, fields separated by tabs and percent-escaped,
//! sorted, so that a change touches its own lines only and git's union driver can merge two
//! branches. What not every record has stands behind the other fields as `name=value`, so that a
//! later version can add to it. The last line says that nothing is missing behind it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write;

use rayon::prelude::*;

use super::lock::{Lock, NoteRecord, TypeRecord};
use super::notes::Notes;
use crate::model::NoteTypeKind;

/// The version that is written; older ones are read and written anew.
pub(super) const VERSION: u32 = 2;
pub(super) const HEADER: &str = "deckle-lock";
/// The last line, from version 2 on. Both branches of a merge have it, so it stays the last one.
pub(super) const END: &str = "end";
/// The words for the kinds of note types.
pub(super) const KINDS: [(NoteTypeKind, &str); 2] = [
    (NoteTypeKind::Normal, "normal"),
    (NoteTypeKind::Cloze, "cloze"),
];

impl Lock {
    /// The text of the lock.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let Ok(()) = self.text_parts(|part| {
            text.push_str(part);
            Ok::<_, Infallible>(())
        });
        text
    }

    /// Hands over the text of the lock in parts, so that it is never in memory as a whole.
    ///
    /// # Errors
    /// The first one of `put`.
    pub fn text_parts<E>(&self, mut put: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        put(&format!("{HEADER} {VERSION}\n"))?;
        for (kind, notes) in [("note", &self.notes), ("gone", &self.removed)] {
            put_notes(&mut put, kind, notes)?;
        }
        let mut text = String::new();
        self.push_order(&mut text);
        for (identity, note_type) in &self.types {
            push_type(&mut text, identity, note_type);
        }
        for media in &self.media {
            push_line(&mut text, &["media", &media.content, &media.name], &[]);
        }
        text.push_str(END);
        text.push('\n');
        put(&text)
    }
}

impl Lock {
    /// The order of the notes of each file, one line a file: a note that is put between two others
    /// changes this one line, not those of all notes behind it.
    fn push_order(&self, text: &mut String) {
        let mut files: HashMap<&str, Vec<(u32, &str)>> = HashMap::new();
        for (id, note) in self.notes.iter() {
            if let Some(place) = note.place {
                let notes = files.entry(&note.path).or_default();
                notes.push((place, id));
            }
        }
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_unstable_by_key(|(path, _)| *path);
        for (path, mut notes) in files {
            notes.sort_unstable();
            let mut fields = vec!["order", path];
            fields.extend(notes.into_iter().map(|(_, id)| id));
            push_line(text, &fields, &[]);
        }
    }
}

/// One line a note, worked out on all processors, so many of them that little beside the text is in
/// memory at a time.
fn put_notes<E>(
    put: &mut impl FnMut(&str) -> Result<(), E>,
    kind: &str,
    notes: &Notes,
) -> Result<(), E> {
    let notes = notes.by_id();
    let of_chunk = |notes: &[(&str, &NoteRecord)]| {
        let mut lines = String::with_capacity(256 * notes.len());
        for (id, note) in notes {
            push_note(&mut lines, kind, id, note);
        }
        lines
    };
    for some in notes.chunks(16 * 1024) {
        let lines: Vec<String> = some.par_chunks(512).map(of_chunk).collect();
        lines.iter().try_for_each(|it| put(it))?;
    }
    Ok(())
}

fn push_note(text: &mut String, kind: &str, id: &str, note: &NoteRecord) {
    text.push_str(kind);
    for field in [id, &note.guid] {
        push_field(text, field);
    }
    for number in [note.note_id, note.modified] {
        // Writing to a string cannot fail.
        let _ = write!(text, "\t{number}");
    }
    text.push('\t');
    note.content.push_to(text);
    for field in [&note.note_type, &note.path, &note.heading] {
        push_field(text, field);
    }
    text.push('\t');
    note.fingerprint.push_to(text);
    if let Some(rendered) = note.rendered {
        text.push_str("\tout=");
        rendered.push_to(text);
    }
    if let Some(sketch) = note.sketch {
        text.push_str("\tlike=");
        sketch.push_to(text);
    }
    for (index, it) in note.clozes.iter().enumerate() {
        let gone = if it.is_live { "" } else { "-" };
        let before = if index == 0 { "\tclozes=" } else { "," };
        let _ = write!(text, "{before}{gone}{}:", it.number);
        it.text.push_to(text);
    }
    for (index, it) in note.masks.iter().enumerate() {
        let gone = if it.is_live { "" } else { "-" };
        let before = if index == 0 { "\tmasks=" } else { "," };
        let _ = write!(text, "{before}{gone}{}:", it.number);
        it.key.push_to(text);
        text.push(':');
        it.shape.push_to(text);
    }
    text.push('\n');
}

fn push_field(text: &mut String, field: &str) {
    text.push('\t');
    push_escaped(text, field);
}

fn push_type(text: &mut String, identity: &str, it: &TypeRecord) {
    let (id, modified) = (it.id.to_string(), it.modified.to_string());
    let (content, schema) = (it.content.to_string(), it.schema.to_string());
    let fields = ["type", identity, &id, &modified, &content, &schema];
    let kind = KINDS.iter().find(|(kind, _)| Some(*kind) == it.kind);
    let first = it.fields.first().map_or("", |field| &field.key);
    let is_first = it.first_field == first;
    let options = [
        ("kind", kind.map_or("", |(_, word)| word)),
        ("sort", it.sort_field.as_str()),
        ("first", if is_first { "" } else { &it.first_field }),
        ("key", if it.key == identity { "" } else { &it.key }),
    ];
    push_line(text, &fields, &options);
    for (kind, parts) in [("field", &it.fields), ("template", &it.templates)] {
        for part in parts {
            let id = part.id.to_string();
            push_line(text, &[kind, identity, &part.key, &id, &part.name], &[]);
        }
    }
}

/// A line of these fields, and of those options that are not empty.
fn push_line(text: &mut String, fields: &[&str], options: &[(&str, &str)]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.push('\t');
        }
        push_escaped(text, field);
    }
    for (name, value) in options.iter().filter(|(_, value)| !value.is_empty()) {
        text.push('\t');
        text.push_str(name);
        text.push('=');
        push_escaped(text, value);
    }
    text.push('\n');
}

fn push_escaped(text: &mut String, field: &str) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'%';
    if field.bytes().all(is_plain) {
        text.push_str(field);
        return;
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

/// The text that was escaped; `None` where a `%` is no escape.
pub(super) fn unescape(field: &str) -> Option<Cow<'_, str>> {
    if !field.contains('%') {
        return Some(Cow::Borrowed(field));
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
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
