//! A file of notes in Markdown, in either form.
//!
//! As elsewhere here nothing is promised: a text can hold what its form reads as something else.
//! Whoever uses a page reads it again and compares.

use std::fmt::Write as _;

use super::note::{EmittedHeader, EmittedNote};
use super::scalar::{flow_list, inside_flow};

/// How notes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Markdown has these two forms")]
pub enum PageForm {
    /// A heading with the answer below.
    Headings,
    /// Lines that begin with `Q:`, `A:` and the like.
    Labels,
}

/// A note with its fields in Markdown.
#[derive(Debug, Clone)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct PageNote<'a> {
    /// What it says of itself; its fields do not count.
    pub note: EmittedNote<'a>,
    /// The filled fields in their order: position, name, label and text.
    pub texts: Vec<(usize, &'a str, Option<&'a str>, &'a str)>,
}

/// The text of a page in this form, below a title; `None` where a note cannot be written so.
#[must_use]
pub fn page_file(
    form: PageForm,
    header: &EmittedHeader<'_>,
    title: Option<&str>,
    notes: &[PageNote<'_>],
) -> Option<String> {
    let header = header.text();
    let mut page = if header.is_empty() {
        String::new()
    } else {
        format!("---\n{header}---\n\n")
    };
    // Writing to a string cannot fail.
    if let Some(title) = title {
        let _ = writeln!(page, "# {title}\n");
    }
    for (index, note) in notes.iter().enumerate() {
        if index > 0 {
            page.push('\n');
        }
        match form {
            PageForm::Headings => heading_note(&mut page, note)?,
            PageForm::Labels => label_note(&mut page, note)?,
        }
    }
    Some(page)
}

fn heading_note(page: &mut String, note: &PageNote<'_>) -> Option<()> {
    let mut texts = note.texts.iter();
    let (_, _, _, first) = texts.next().filter(|it| it.0 == 0)?;
    let (title, above) = match first.split_once("\n\n") {
        Some((title, above)) => (title, Some(above)),
        None => (*first, None),
    };
    if title.contains('\n') || title.trim() != title {
        return None;
    }
    let _ = writeln!(page, "## {title}");
    if let Some(comment) = comment(&note.note) {
        let _ = writeln!(page, "{comment}");
    }
    if let Some(above) = above {
        let _ = writeln!(page, "\n{above}\n\n---");
    }
    for (index, name, _, text) in texts {
        if *index > 1 || *index == 0 {
            let _ = writeln!(page, "\n### {name}");
        }
        let _ = writeln!(page, "\n{text}");
    }
    Some(())
}

fn label_note(page: &mut String, note: &PageNote<'_>) -> Option<()> {
    if let Some(comment) = comment(&note.note) {
        let _ = writeln!(page, "{comment}");
    }
    for (_, _, label, text) in &note.texts {
        let label = (*label)?;
        // A list, a table or code begins on a line of its own.
        let plain = text.starts_with(|it: char| it.is_alphanumeric() || "$=*_({\"'".contains(it));
        let gap = if plain && !text.starts_with("* ") {
            " "
        } else {
            "\n"
        };
        let _ = writeln!(page, "{label}:{gap}{text}");
    }
    Some(())
}

/// `<!-- id: x -->`, with all that the note says of itself.
fn comment(note: &EmittedNote<'_>) -> Option<String> {
    let mut parts = Vec::new();
    let texts = [
        ("id", note.id),
        ("guid", note.guid),
        ("type", note.note_type),
        ("deck", note.deck),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            let plain = value
                .chars()
                .all(|it| it.is_alphanumeric() || "-_.:".contains(it))
                && value.starts_with(char::is_alphanumeric);
            let value = if plain && !value.ends_with(':') {
                value.to_owned()
            } else {
                inside_flow(value)
            };
            parts.push(format!("{key}: {value}"));
        }
    }
    if !note.tags.is_empty() {
        parts.push(format!("tags: {}", flow_list(note.tags.iter().copied())));
    }
    match parts.as_slice() {
        [] => None,
        [one] => Some(format!("<!-- {one} -->")),
        _ => Some(format!("<!-- {{{}}} -->", parts.join(", "))),
    }
}
