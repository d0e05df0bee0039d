//! `tts`: fields that are read out by the device on the sides they stand on.

use super::Reader;
use crate::diag::{Code, Diagnostic, Span, Text, TextBuilder};
use crate::source::yaml::{Entry, decode};
use crate::template::Template;
use crate::template::generate::FieldUse;

/// A field that is read out.
pub(super) struct Speech {
    field: String,
    /// The language, and what further options of Anki stand behind it.
    language: Text,
    span: Span,
    /// Whether a side has it.
    heard: bool,
}

/// Filters that leave what is heard in a text. One that hides it from the learner is none: what
/// is to be typed must not be read out.
const SPOKEN: [&str; 6] = ["cloze", "furigana", "kana", "kanji", "nc", "text"];

impl Reader<'_> {
    pub(super) fn speech(&mut self, entry: &Entry) {
        for entry in decode::mapping(&entry.value, "tts", self.sink).unwrap_or_default() {
            let language = decode::text(&entry.value, "tts", self.sink).map(|it| it.trim());
            let index = self.field_index(&entry.spanned_name());
            let Some(language) = language.filter(|it| self.is_language(it)) else {
                self.failed = true;
                continue;
            };
            if let Some(name) = index.and_then(|it| self.names.get(it)) {
                self.spoken.push(Speech {
                    field: name.value.clone(),
                    language,
                    span: entry.key_span(),
                    heard: false,
                });
            }
        }
    }

    fn is_language(&mut self, language: &Text) -> bool {
        let text = language.as_str();
        let word = text.split(' ').next().unwrap_or_default();
        let mut parts = word.split('_');
        let first = parts.next().unwrap_or_default();
        let is_code = matches!(first.len(), 2 | 3)
            && first.bytes().all(|it| it.is_ascii_lowercase())
            && parts.all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric()));
        if is_code && !text.contains([':', '{', '}', '\n']) {
            return true;
        }
        let title = format!("`{text}` is no language of speech");
        let found = Diagnostic::new(Code::BadValue, title).at(language.whole(), "not a language");
        let mended = word.replace('-', "_");
        self.sink.push(if mended != word && mended.len() == 5 {
            let span = language.span(0..word.len());
            found.fix("Anki writes languages with `_`", span, mended)
        } else {
            found.help("write a language and a country as Anki does, such as `en_US` or `de_DE`")
        });
        false
    }

    /// A side of a card with what is read out behind the fields that stand on it.
    pub(super) fn with_speech(&mut self, side: Text) -> Text {
        // What cannot be read is told with the note type's other problems.
        let Ok(template) = Template::parse(side.as_str()) else {
            return side;
        };
        let mut tags: Vec<(usize, Text)> = Vec::new();
        for speech in &mut self.spoken {
            let uses = template.field_uses();
            let of_field = |it: &FieldUse<'_>| it.name == speech.field && !it.conditional;
            let uses: Vec<FieldUse<'_>> = uses.filter(of_field).collect();
            let is_spoken = |it: &FieldUse<'_>| it.filters.iter().any(|it| it.starts_with("tts"));
            if uses.iter().any(is_spoken) {
                speech.heard = true;
                continue;
            }
            let shows = |it: &str| it.is_empty() || SPOKEN.contains(&it);
            let shown = |it: &&FieldUse<'_>| it.filters.iter().all(|it| shows(it));
            if let Some(shown) = uses.iter().find(shown) {
                speech.heard = true;
                tags.push((
                    behind(side.as_str(), shown),
                    tag(side.as_str(), shown, speech),
                ));
            }
        }
        if tags.is_empty() {
            return side;
        }
        tags.sort_by_key(|(at, _)| *at);
        let start = side.span(0..0);
        let mut built = TextBuilder::new(start.file, start.range().start);
        let mut from = 0;
        for (at, tag) in tags {
            built.push_text(&side.slice(from..at));
            built.push_text(&tag);
            from = at;
        }
        built.push_text(&side.slice(from..side.as_str().len()));
        built.finish()
    }

    /// Tells fields that are read out nowhere.
    pub(super) fn tell_unheard(&mut self) {
        let unheard = self.spoken.iter().filter(|it| !it.heard);
        for speech in unheard.collect::<Vec<_>>() {
            self.failed = true;
            let title = format!("nothing reads out the field `{}`", speech.field);
            self.sink.push(
                Diagnostic::new(Code::BadNoteType, title)
                    .at(speech.span, "stands on no side by itself")
                    .note("a field is read out where a card shows it; one in `{{type:..}}` or `{{hint:..}}` is not shown")
                    .help(format!(
                        "put `{{{{{}}}}}` on a side, or take it out of `tts`",
                        speech.field
                    )),
            );
        }
    }
}

/// The tag that reads a field out as it is shown.
fn tag(side: &str, shown: &FieldUse<'_>, speech: &Speech) -> Text {
    let (open, close) = match side.get(shown.tag.clone()) {
        Some(tag) if tag.starts_with("<%") => ("<%", "%>"),
        _ => ("{{", "}}"),
    };
    let mut filters = String::new();
    for filter in shown.filters.iter().filter(|it| !it.is_empty()) {
        // With furigana a word would be heard twice, as it is written and as it is read.
        filters.push_str(if *filter == "furigana" {
            "kana"
        } else {
            filter
        });
        filters.push(':');
    }
    let (language, field) = (speech.language.as_str(), &speech.field);
    let tag = format!("{open}tts {language}:{filters}{field}{close}");
    let place = speech.language.whole();
    let mut built = TextBuilder::new(place.file, place.range().start);
    built.push(&tag, place.range());
    built.finish()
}

/// The place behind a field: not inside of an HTML tag, of which it may be an attribute.
fn behind(side: &str, shown: &FieldUse<'_>) -> usize {
    let before = side.get(..shown.tag.start).unwrap_or_default();
    let inside = before.rfind('<') > before.rfind('>');
    let rest = side.get(shown.tag.end..).unwrap_or_default();
    match rest.find('>').filter(|_| inside) {
        Some(end) => shown.tag.end + end + 1,
        None => shown.tag.end,
    }
}
