//! Speech tags in fields, `[anki:tts lang=fr_FR]..[/anki:tts]`, that Anki does not speak.
//!
//! Measured on Anki 26.9.3 and 25.9.2: without `lang` the card shows an error in the place of the
//! text; a tag with an option that is none (`fr_FR` alone), or without an end, is shown as it is typed.

use crate::diag::{Code, Diagnostic, Text};
use crate::model::written::{Content, WrittenNote};

const OPEN: &str = "[anki:tts";
const CLOSE: &str = "[/anki:tts]";

/// What is wrong with the speech tags of a note, at their places.
pub(super) fn of_note(note: &WrittenNote) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut contents: Vec<&Content> = note.fields.iter().flatten().collect();
    while let Some(content) = contents.pop() {
        match content {
            Content::Markdown(text) | Content::Html(text) if text.as_str().contains(OPEN) => {
                // Code may tell of a tag.
                let may_tell =
                    matches!(content, Content::Markdown(_)) && text.as_str().contains('`');
                if !may_tell {
                    of_text(text, &mut found);
                }
            }
            Content::List(items) => contents.extend(items),
            _ => {}
        }
    }
    found
}

fn of_text(text: &Text, found: &mut Vec<Diagnostic>) {
    let source = text.as_str();
    let mut at = 0;
    while let Some(start) = source.get(at..).and_then(|it| it.find(OPEN)) {
        let start = at + start;
        at = start + OPEN.len();
        let behind = source.get(at..).unwrap_or_default();
        let (title, label, end) = match parts(behind) {
            None => ("the speech tag has no end", "shown as it is typed", at),
            Some((options, length)) => {
                let end = at + length;
                at = end;
                let named: Vec<&str> = options.split_whitespace().collect();
                if named.iter().any(|it| !it.contains('=')) {
                    (
                        "an option of the speech tag has no name",
                        "shown as it is typed",
                        end,
                    )
                } else if named
                    .iter()
                    .any(|it| it.starts_with("lang=") && it.len() > 5)
                {
                    continue;
                } else {
                    (
                        "the speech tag names no language",
                        "the card shows an error here",
                        end,
                    )
                }
            }
        };
        found.push(
            Diagnostic::new(Code::SpeechTag, title)
                .at(text.span(start..end), label)
                .help("write `[anki:tts lang=fr_FR]..[/anki:tts]`, with options such as `speed=0.8` behind the language; or say `tts: {Field: fr_FR}` in the note type"),
        );
    }
}

/// The options of a tag, and how far behind its name it ends; `None` where it does not.
fn parts(behind: &str) -> Option<(&str, usize)> {
    let (options, text) = behind.split_once(']')?;
    let length = text.find(CLOSE)?;
    Some((options, options.len() + 1 + length + CLOSE.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        of_text(&Text::detached(text), &mut found);
        found.into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn tags_that_anki_does_not_speak() {
        const END: &str = "the speech tag has no end";
        const NAME: &str = "an option of the speech tag has no name";
        const LANGUAGE: &str = "the speech tag names no language";
        let check = |text: &str, expect: &[&str]| assert_eq!(told(text), expect, "{text}");
        check("[anki:tts lang=fr_FR]a[/anki:tts]", &[]);
        check(
            "[anki:tts lang=fr_FR speed=0.8 voices=A,B]a[/anki:tts]",
            &[],
        );
        check("[anki:tts]a[/anki:tts]", &[LANGUAGE]);
        check("[anki:tts lang=]a[/anki:tts]", &[LANGUAGE]);
        check("[anki:tts voices=X]a[/anki:tts]", &[LANGUAGE]);
        check("[anki:tts fr_FR]a[/anki:tts]", &[NAME]);
        check("[anki:tts lang=fr_FR]a", &[END]);
        check("[anki:tts", &[END]);
        check(
            "[anki:tts]a[/anki:tts] [anki:tts lang=x]é[/anki:tts] [anki:tts y]b[/anki:tts]",
            &[LANGUAGE, NAME],
        );
    }

    proptest! {
        #[test]
        fn reads_any_text(parts in proptest::collection::vec("(\\[anki:tts|\\]|\\[/anki:tts\\]|lang=|é| |.)", 0..12)) {
            told(&parts.concat());
        }
    }
}
