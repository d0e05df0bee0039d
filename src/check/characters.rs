//! Control characters: Anki removes them from fields without a word.

use crate::diag::{Code, Diagnostic, Diagnostics, Text};
use crate::model::written::{Content, WrittenNote};

pub(super) fn check(note: &WrittenNote, sink: &mut Diagnostics) {
    for content in note.fields.iter().flatten() {
        visit(content, sink);
    }
}

fn visit(content: &Content, sink: &mut Diagnostics) {
    match content {
        Content::Markdown(text)
        | Content::Html(text)
        | Content::Plain(text)
        | Content::Media(text) => {
            find(text, sink);
        }
        Content::List(items) => items.iter().for_each(|item| visit(item, sink)),
    }
}

fn find(text: &Text, sink: &mut Diagnostics) {
    let forbidden = |it: u8| (it < 0x20 && !matches!(it, b'\n' | b'\t' | b'\r')) || it == 0x7F;
    if let Some(at) = text.as_str().bytes().position(forbidden) {
        let code = text.as_str().as_bytes()[at];
        sink.push(
            Diagnostic::new(
                Code::ControlCharacter,
                format!("the text holds the control character U+{code:04X}"),
            )
            .at(text.span(at..at + 1), "here")
            .note("Anki removes control characters from fields")
            .help("delete it; in double-quoted YAML a backslash begins an escape, single quotes keep it"),
        );
    }
}
