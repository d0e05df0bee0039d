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
        // Rendering leaves control characters out of labels.
        Content::Masks(_) => {}
    }
}

fn find(text: &Text, sink: &mut Diagnostics) {
    let forbidden = |it: u8| (it < 0x20 && !matches!(it, b'\n' | b'\t' | b'\r')) || it == 0x7F;
    if let Some(at) = text.as_str().bytes().position(forbidden) {
        let code = text.as_str().as_bytes()[at];
        let place = text.span(at..at + 1);
        // An escape of YAML made it; whoever read the YAML has told of that.
        if place.end - place.start > 1 {
            return;
        }
        sink.push(
            Diagnostic::new(
                Code::ControlCharacter,
                format!("the text holds the control character U+{code:04X}"),
            )
            .at(place, "here")
            .note("Anki removes control characters from fields")
            .fix("delete it", place, "")
            .certain(),
        );
    }
}
