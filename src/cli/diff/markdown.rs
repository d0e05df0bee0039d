//! Release notes for learners, in Markdown.

use std::fmt::Write as _;

use deckle::package::{Difference, Measure, MediaChange, NoteChange, NoteDifference, excerpts};
use deckle::template::strip::strip_html;

use super::super::words::plural;
use super::alike;

/// How many notes of a kind are named.
const SHOWN: usize = 30;

pub(super) fn release_notes(differences: &[Difference]) -> String {
    let groups = alike(differences);
    let mut text = String::new();
    for (clients, difference) in &groups {
        if groups.len() > 1 {
            let _ = writeln!(text, "# {clients}\n");
        }
        write(difference, &mut text);
    }
    text.truncate(text.trim_end().len());
    text
}

fn write(it: &Difference, text: &mut String) {
    if let Some(refused) = it.refused.as_ref().filter(|it| it.is_new) {
        let _ = writeln!(
            text,
            "This package cannot be imported: {}.\n",
            escape(&refused.why.to_string())
        );
        return;
    }
    let notes = |wanted: fn(&NoteChange) -> bool| -> Vec<&NoteDifference> {
        it.notes
            .iter()
            .filter(|note| wanted(&note.change))
            .collect()
    };
    let added = notes(|it| *it == NoteChange::Added);
    let updated = notes(|it| *it == NoteChange::Updated);
    let removed = notes(|it| *it == NoteChange::Removed);
    section(
        text,
        &format!("New: {}", plural(added.len(), "note")),
        &added,
        |note| escape(&note.text),
    );
    section(
        text,
        &format!("Changed: {}", plural(updated.len(), "note")),
        &updated,
        changed,
    );
    section(
        text,
        &format!("Withdrawn: {}", plural(removed.len(), "note")),
        &removed,
        |note| escape(&note.text),
    );
    if !removed.is_empty() {
        text.push_str("Withdrawn notes stay in your collection until you delete them.\n\n");
    }
    let files = it.media.iter().filter(|file| {
        matches!(
            file.change,
            MediaChange::Added | MediaChange::Renamed(_) | MediaChange::Replaced
        )
    });
    let files = files.count();
    if files > 0 {
        let _ = writeln!(
            text,
            "With {}.\n",
            plural(files, "new or changed media file")
        );
    }
    if it.is_empty() {
        text.push_str("Nothing changes.\n\n");
    }
    text.push_str("## How to import it\n\n");
    let _ = write!(text, "{}", it.advice());
    text.push_str(" Your progress stays as it is.");
    text.push_str(&cards(it));
    if !updated.is_empty() {
        text.push_str(" Tags that you gave to changed notes are replaced by the deck's.");
    }
    if it.one_way_sync || it.advice().merge_note_types {
        text.push_str(
            " Sync all your devices before; at the next sync afterwards, choose to upload to \
             AnkiWeb.",
        );
    }
    text.push_str("\n\n");
}

/// What learners see of cards whose text went away or changed its number.
fn cards(it: &Difference) -> String {
    let mut text = String::new();
    match it.count(Measure::CardsEmptied) {
        0 => {}
        1 => text.push_str(" 1 card shows nothing any more; \"Empty Cards\" deletes it."),
        count => {
            let _ = write!(
                text,
                " {} show nothing any more; \"Empty Cards\" deletes them.",
                plural(count, "card")
            );
        }
    }
    match it.count(Measure::CardsExchanged) {
        0 => {}
        1 => text.push_str(" 1 card asks for another gap of its note than before."),
        count => {
            let _ = write!(
                text,
                " {} ask for another gap of their notes than before.",
                plural(count, "card")
            );
        }
    }
    text
}

fn section(
    text: &mut String,
    heading: &str,
    notes: &[&NoteDifference],
    line: impl Fn(&NoteDifference) -> String,
) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(text, "## {heading}\n");
    for note in notes.iter().take(SHOWN) {
        let _ = writeln!(text, "- {}", line(note));
    }
    if let Some(more @ 1..) = notes.len().checked_sub(SHOWN) {
        let _ = writeln!(text, "- and {more} more");
    }
    text.push('\n');
}

fn changed(note: &NoteDifference) -> String {
    let mut line = escape(&note.text);
    for field in &note.fields {
        let name = escape(&field.name);
        // Learners see no tags.
        if strip_html(&field.old) == strip_html(&field.new) {
            let _ = write!(line, "\n  - {name}: media or formatting");
            continue;
        }
        let (old, new) = excerpts(&field.old, &field.new);
        let _ = write!(line, "\n  - {name}: {} → {}", shown(&old), shown(&new));
    }
    line
}

fn shown(text: &str) -> String {
    match text {
        "" => "(nothing)".to_owned(),
        _ => escape(text),
    }
}

/// The text as Markdown shows it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match character {
            '-' | '+' | '>' if at == 0 => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '$' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("- x > 1"), "\\- x > 1");
        assert_eq!(
            escape("a_b <i> & [x](y) `z`\n#"),
            "a\\_b &lt;i> &amp; \\[x\\](y) \\`z\\` \\#"
        );
    }
}
