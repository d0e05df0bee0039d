//! A file of notes in YAML.

use std::fmt::Write as _;

use super::masks;
use super::scalar::{flow_list, inside_flow, key, value};
use crate::model::Flag;
use crate::model::written::WrittenMasks;
use crate::source::settings;
use crate::source::yaml::FIELDS;

/// A note to be written.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct EmittedNote<'a> {
    /// Its id.
    pub id: Option<&'a str>,
    /// Its guid.
    pub guid: Option<&'a str>,
    /// The key of its note type, where it is not that of the file.
    pub note_type: Option<&'a str>,
    /// Its deck, where it is not that of the file.
    pub deck: Option<&'a str>,
    /// Its tags.
    pub tags: Vec<&'a str>,
    /// The flag of its new cards.
    pub flag: Flag,
    /// Which of its cards begin suspended.
    pub suspend: EmittedSuspend,
    /// Its position among new cards.
    pub order: Option<u32>,
    /// Why it is left out of builds, where it is.
    pub skip: Option<&'a str>,
    /// Its masks on a picture.
    pub masks: Option<&'a WrittenMasks>,
    /// Names and contents of its fields; empty ones are left out.
    pub fields: Vec<(&'a str, EmittedField<'a>)>,
}

/// Which cards begin suspended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there are no other ways to be suspended"
)]
pub enum EmittedSuspend {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these card templates or cloze numbers.
    Cards(Vec<String>),
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "these are the ways to write a field"
)]
pub enum EmittedField<'a> {
    /// A text in the form that the field's kind has by itself.
    Plain(&'a str),
    /// Markdown, where the field is of another kind.
    Markdown(&'a str),
    /// HTML, where the field is of another kind.
    Html(&'a str),
}

/// The text of a file of notes of one deck and, but for those that say another, one note type, and
/// where each note begins in it.
#[must_use]
pub fn notes_file<'a>(
    deck: &str,
    note_type: &str,
    notes: impl IntoIterator<Item = EmittedNote<'a>>,
) -> (String, Vec<usize>) {
    let header = EmittedHeader {
        deck: Some(deck),
        note_type: Some(note_type),
        tags: Vec::new(),
    };
    notes_file_below(&header, notes)
}

/// What holds for all notes of a file.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct EmittedHeader<'a> {
    /// The deck, where it is not that of the file's path.
    pub deck: Option<&'a str>,
    /// The key of the note type, where it is not the default.
    pub note_type: Option<&'a str>,
    /// Tags.
    pub tags: Vec<&'a str>,
}

impl EmittedHeader<'_> {
    /// Its lines, as YAML.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        if let Some(deck) = self.deck {
            let _ = writeln!(text, "deck: {}", value(deck, 2));
        }
        if let Some(note_type) = self.note_type {
            let _ = writeln!(text, "type: {}", value(note_type, 2));
        }
        if !self.tags.is_empty() {
            let _ = writeln!(text, "tags: {}", flow_list(self.tags.iter().copied()));
        }
        text
    }
}

/// As [`notes_file`], below this header.
#[must_use]
pub fn notes_file_below<'a>(
    header: &EmittedHeader<'_>,
    notes: impl IntoIterator<Item = EmittedNote<'a>>,
) -> (String, Vec<usize>) {
    let mut starts = Vec::new();
    let mut file = format!("{}notes:\n", header.text());
    for note in notes {
        starts.push(file.len());
        push_note(&mut file, &note);
    }
    (file, starts)
}

fn push_note(file: &mut String, note: &EmittedNote<'_>) {
    let mut lines = Lines { file, first: true };
    if let Some(reason) = note.skip {
        let reason: String = reason.chars().filter(|it| !it.is_control()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(lines.file, "  # Left out of builds: {reason}");
        lines.entry("skip", "true");
    }
    if let Some(id) = note.id {
        lines.entry("id", &value(id, 6));
    }
    if let Some(guid) = note.guid {
        lines.entry("guid", &value(guid, 6));
    }
    if let Some(note_type) = note.note_type {
        lines.entry("type", &value(note_type, 6));
    }
    if let Some(deck) = note.deck {
        lines.entry("deck", &value(deck, 6));
    }
    if !note.tags.is_empty() {
        lines.entry("tags", &flow_list(note.tags.iter().copied()));
    }
    if let Some((_, name)) = Flag::ALL.iter().find(|(flag, _)| *flag == note.flag)
        && note.flag != Flag::None
    {
        lines.entry("flag", name);
    }
    match &note.suspend {
        EmittedSuspend::None => {}
        EmittedSuspend::All => lines.entry("suspend", "true"),
        EmittedSuspend::Cards(cards) => {
            lines.entry("suspend", &flow_list(cards.iter().map(String::as_str)));
        }
    }
    if let Some(order) = note.order {
        lines.entry("order", &order.to_string());
    }
    for (key, value) in note
        .masks
        .map(|it| masks::entries(it, 6))
        .unwrap_or_default()
    {
        lines.entry(key, &value);
    }
    let is_reserved =
        |name: &str| settings::KEYS.contains(&name) || [FIELDS, "bury"].contains(&name);
    let fields = note.fields.iter();
    for (name, field) in fields.clone().filter(|(name, _)| !is_reserved(name)) {
        lines.entry(&key(name), &content(*field, 6));
    }
    // A name that is a setting's stands where no setting does.
    let mut reserved = fields.filter(|(name, _)| is_reserved(name)).peekable();
    if reserved.peek().is_some() {
        lines.entry(FIELDS, "");
        for (name, field) in reserved {
            let content = content(*field, 8);
            let gap = if content.starts_with('\n') { "" } else { " " };
            let _ = writeln!(lines.file, "      {}:{gap}{content}", key(name));
        }
    }
    if lines.first {
        // A note of which nothing is said still is one.
        lines.entry(FIELDS, "{}");
    }
}

struct Lines<'f> {
    file: &'f mut String,
    first: bool,
}

impl Lines<'_> {
    fn entry(&mut self, key: &str, value: &str) {
        let lead = if self.first { "  - " } else { "    " };
        self.first = false;
        let gap = if value.is_empty() || value.starts_with('\n') {
            ""
        } else {
            " "
        };
        // Writing to a string cannot fail.
        let _ = writeln!(self.file, "{lead}{key}:{gap}{value}");
    }
}

fn content(field: EmittedField<'_>, indent: usize) -> String {
    let (form, text) = match field {
        EmittedField::Plain(text) => return value(text, indent),
        EmittedField::Markdown(text) => ("md", text),
        EmittedField::Html(text) => ("html", text),
    };
    let below = value(text, indent + 2);
    if below.starts_with('|') {
        format!("\n{}{form}: {below}", " ".repeat(indent))
    } else {
        format!("{{{form}: {}}}", inside_flow(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_written_as_an_author_would() {
        let note = EmittedNote {
            guid: Some("a#b"),
            tags: vec!["x", "y::z"],
            flag: Flag::Red,
            suspend: EmittedSuspend::Cards(vec!["Card 2".to_owned()]),
            order: Some(7),
            fields: vec![
                ("Front", EmittedField::Plain("What?")),
                ("Back", EmittedField::Html("<div>a</div>")),
                ("More", EmittedField::Html("<div>\na\n</div>")),
                ("tags", EmittedField::Plain("a\nb")),
            ],
            ..EmittedNote::default()
        };
        let skipped = EmittedNote {
            skip: Some("no card"),
            ..EmittedNote::default()
        };
        let expect = "\
deck: A::B
type: anki-basic
notes:
  - guid: a#b
    tags: [x, y::z]
    flag: red
    suspend: ['Card 2']
    order: 7
    Front: What?
    Back: {html: '<div>a</div>'}
    More:
      html: |-
        <div>
        a
        </div>
    fields:
      tags: |-
        a
        b
  # Left out of builds: no card
  - skip: true
";
        assert_eq!(notes_file("A::B", "anki-basic", [note, skipped]).0, expect);
    }
}
