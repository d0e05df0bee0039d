//! What almost is a note in a table, in a list or with labels, and what such notes leave behind.

use std::ops::Range;

use super::comment::Comment;
use super::page::Page;
use super::reader::Reader;
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};

/// A comment that announces a table of notes where there is none.
pub(super) fn no_table(page: &Page<'_>, comment: &Comment, sink: &mut Diagnostics) {
    let below = page.source.get(comment.range.end..).unwrap_or_default();
    let next = below.lines().find(|it| !it.trim().is_empty());
    let diagnostic = Diagnostic::new(Code::NotesMarker, "no table stands below this comment").at(
        page.span(&comment.range),
        "would make notes of a table's rows",
    );
    sink.push(match next {
        Some(line) if line.contains('|') => diagnostic
            .note("to Markdown the lines below are no table, and so their rows are no notes")
            .help("a table has a line such as `|---|---|` below its header, with as many parts as the header has"),
        _ => diagnostic.help("put it directly above the table"),
    });
}

/// Text behind a table or list of notes that stands in the text of another note.
pub(super) fn cut_off(page: &Page<'_>, text: Range<usize>, note: &Range<usize>) -> Diagnostic {
    let masked = page.masked.text.get(text.clone()).unwrap_or_default();
    let start = text.start + masked.len() - masked.trim_start().len();
    let diagnostic = Diagnostic::new(Code::OutsideText, "this text belongs to no note")
        .at(page.span(&page.line(start)), "on no card")
        .also(
            page.span(note),
            "the last note of the file's own form begins here",
        )
        .note("a table or list of notes ends the note that stands above it")
        .help("put the text above the table or list, or a heading above the text");
    if page.notation.is_glued(&page.line(start)) {
        diagnostic.help("if it is a list note, put a space before and behind its `::`")
    } else {
        diagnostic
    }
}

/// A table below a comment that most likely means to say that it holds notes.
pub(super) fn misspelt_marker(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let page = reader.shelf.page;
    for comment in reader.shelf.comments {
        if comment.stands_alone() || page.table_below(comment.range.end).is_none() {
            continue;
        }
        let text = page.source.get(comment.range.clone()).unwrap_or_default();
        let inner = text
            .trim_start_matches("<!--")
            .trim_end_matches("-->")
            .trim();
        let words: Vec<&str> = inner
            .split([' ', ':'])
            .filter(|it| !it.is_empty())
            .collect();
        let (&[word] | &[word, _]) = words.as_slice() else {
            continue;
        };
        if nearest(word, ["notes"]).is_none() {
            continue;
        }
        let meant = match words.get(1) {
            Some(note_type) => format!("<!-- notes: {note_type} -->"),
            None => "<!-- notes -->".to_owned(),
        };
        sink.push(
            Diagnostic::new(Code::SkippedHeading, "the rows of this table are no notes")
                .at(page.span(&comment.range), "only a remark")
                .fix(
                    "a comment that makes notes of them is",
                    page.span(&comment.range),
                    meant,
                ),
        );
    }
}

/// Notes behind a `cards off` that nothing takes back.
pub(super) fn switched_off(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let Some((comment, count)) = &reader.off else {
        return;
    };
    let title = match count {
        0 => return,
        1 => "what looks like a note stands where notes are switched off".to_owned(),
        _ => format!("{count} things that look like notes stand where notes are switched off"),
    };
    sink.push(
        Diagnostic::new(Code::SkippedHeading, title)
            .at(
                reader.shelf.page.span(comment),
                "from here to the end of the file",
            )
            .help("to read notes again, write `<!-- cards on -->` behind what is left out")
            .info(),
    );
}

/// List items in the form of notes, where lists are not read.
pub(super) fn unread_items(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let [first, ..] = reader.unread_items.as_slice() else {
        return;
    };
    let title = match reader.unread_items.len() {
        1 => "a list item looks like a note".to_owned(),
        count => format!("{count} list items look like notes"),
    };
    sink.push(
        Diagnostic::new(Code::SkippedHeading, title)
            .at(reader.shelf.page.span(&first.divider.range), "read as text")
            .help(
                "to make notes of such items, write `markdown: {inline: true}` in the front matter",
            )
            .info(),
    );
}

/// Labels in lower case, in a file of labels.
pub(super) fn small_labels(page: &Page<'_>, sink: &mut Diagnostics) {
    let upper = |range: &Range<usize>| {
        let name = page.source.get(range.clone()).unwrap_or_default();
        (page.span(range), name.to_uppercase())
    };
    let mut labels = page.small_labels.iter().peekable();
    while let Some(label) = labels.next() {
        if !label.begins {
            continue;
        }
        let name = page.source.get(label.range.clone()).unwrap_or_default();
        let mut edits = vec![upper(&label.range)];
        while let Some(further) = labels.next_if(|it| !it.begins) {
            edits.push(upper(&further.range));
        }
        // An answer may well have a line `c: speed of light`.
        let alone = edits.len() == 1;
        let diagnostic = Diagnostic::new(Code::SkippedHeading, format!("`{name}` is no label"))
            .at(page.span(&label.range), "read as text")
            .fixes("labels are written in capitals", edits);
        sink.push(if alone { diagnostic.info() } else { diagnostic });
    }
}
