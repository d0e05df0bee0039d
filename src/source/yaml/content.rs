//! The value of a field: a text, a list, or a mapping that names its form.

use super::decode;
use super::node::{Entry, Node, Scalar, ScalarStyle, Value};
use super::notes::Reader;
use super::traps;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Spanned, Text, TextBuilder};
use crate::model::written::{Content, FieldKind};
use crate::source::defaults::{DefaultFormat, Defaults};
use crate::source::draft::NoteDraft;
use crate::source::include::Includes;

/// The forms that a mapping may name, as `{html: "<i>x</i>"}`.
pub const FORMS: [&str; 9] = [
    "md", "html", "text", FILE, "img", "audio", "math", CODE, LANG,
];

/// The form whose content stands in a file of its own.
pub const FILE: &str = "file";
const CODE: &str = "code";
/// The language of code; no form by itself.
const LANG: &str = "lang";

/// What a value comes to.
pub(super) enum Found {
    Content(Content),
    /// The author says nothing of the field.
    Nothing,
    /// It was told what is wrong.
    Wrong,
}

/// Reads the values of a file's fields.
pub(super) struct Values<'v> {
    file: FileId,
    source: &'v str,
    includes: &'v Includes<'v>,
    format: DefaultFormat,
}

impl<'v> Values<'v> {
    pub(super) fn new(reader: &Reader<'v>, defaults: &Defaults) -> Self {
        Self {
            file: reader.file,
            source: reader.source,
            includes: reader.includes,
            format: defaults.format,
        }
    }

    /// The content of the field `name` at `index`.
    pub(super) fn content(
        &self,
        node: &Node,
        name: &str,
        draft: &NoteDraft,
        index: usize,
        sink: &mut Diagnostics,
    ) -> Found {
        if !node.is_null() || !draft.note_type().required.contains(&index) {
            return self.optional(node, name, draft, index, sink);
        }
        // What the field needs was written as a comment: one mistake, one finding.
        let Some(mut diagnostic) = self.comment(node, name) else {
            return Found::Nothing;
        };
        diagnostic.code = Code::EmptyField;
        diagnostic.severity = Code::EmptyField.severity();
        let note_type = &draft.note_type().key;
        sink.push(diagnostic.note(format!("note type `{note_type}` needs it")));
        Found::Wrong
    }

    fn optional(
        &self,
        node: &Node,
        name: &str,
        draft: &NoteDraft,
        index: usize,
        sink: &mut Diagnostics,
    ) -> Found {
        match &node.value {
            Value::Null => {
                self.comment(node, name)
                    .into_iter()
                    .for_each(|it| sink.push(it));
                Found::Nothing
            }
            Value::Scalar(scalar) => {
                if scalar.style == ScalarStyle::Plain
                    && let Some(diagnostic) = self.comment(node, name)
                {
                    sink.push(diagnostic);
                }
                Found::Content(self.by_field(draft, index, text_of(scalar)))
            }
            Value::Sequence(items) => {
                if node.span.file == self.file
                    && let Some(diagnostic) = traps::bare_sound(self.source, node)
                {
                    sink.push(diagnostic);
                    return Found::Wrong;
                }
                let mut contents = Vec::with_capacity(items.len());
                for item in items {
                    match self.optional(item, name, draft, index, sink) {
                        Found::Content(content) => contents.push(content),
                        Found::Nothing => {}
                        Found::Wrong => return Found::Wrong,
                    }
                }
                if contents.is_empty() {
                    return Found::Nothing;
                }
                Found::Content(Content::List(contents))
            }
            Value::Mapping(entries) => match self.form(node, entries, name, sink) {
                Some(content) => Found::Content(content),
                None => Found::Wrong,
            },
        }
    }

    fn by_field(&self, draft: &NoteDraft, index: usize, text: Text) -> Content {
        let kind = draft.note_type().fields.get(index).map(|it| it.kind);
        // A field that says what it holds knows better than the file.
        match (self.format, kind) {
            (DefaultFormat::Html, Some(FieldKind::Markdown)) => Content::Html(text),
            (DefaultFormat::Text, Some(FieldKind::Markdown)) => Content::Plain(text),
            _ => draft.content_by_kind(index, text),
        }
    }

    fn comment(&self, node: &Node, name: &str) -> Option<Diagnostic> {
        let is_here = node.span.file == self.file;
        is_here.then(|| traps::dropped_comment(self.source, node, name))?
    }
}

/// Whether a text in the node holds what clozes begin with.
pub(super) fn holds_cloze(node: &Node) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Scalar(scalar) => scalar.text.as_str().contains("{{c"),
        Value::Sequence(items) => items.iter().any(holds_cloze),
        Value::Mapping(entries) => entries.iter().any(|it| holds_cloze(&it.value)),
    }
}

/// All texts in a node.
pub(super) fn texts<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.value {
        Value::Null => {}
        Value::Scalar(scalar) => found.push(scalar.text.as_str()),
        Value::Sequence(items) => items.iter().for_each(|it| texts(it, found)),
        Value::Mapping(entries) => entries.iter().for_each(|it| texts(&it.value, found)),
    }
}

/// The text of a scalar; the line break at the end of a block belongs to its notation.
fn text_of(scalar: &Scalar) -> Text {
    let text = scalar.text.as_str();
    match scalar.style {
        ScalarStyle::Literal | ScalarStyle::Folded if text.ends_with('\n') => {
            scalar.text.slice(0..text.trim_end_matches('\n').len())
        }
        _ => scalar.text.clone(),
    }
}

impl Values<'_> {
    fn form(
        &self,
        node: &Node,
        entries: &[Entry],
        name: &str,
        sink: &mut Diagnostics,
    ) -> Option<Content> {
        let is_form = |it: &&Entry| FORMS.contains(&it.name());
        // `lang` says something of the form beside it.
        let forms = || entries.iter().filter(is_form);
        let Some(form) = forms().find(|it| it.name() != LANG).or(forms().next()) else {
            sink.push(no_form(node, entries, name));
            return None;
        };
        let language = entries.iter().find(|it| it.name() == LANG);
        let language = language.filter(|_| form.name() == CODE);
        let further = |it: &&Entry| {
            it.name() != form.name() && language.is_none_or(|of| of.name() != it.name())
        };
        if let Some(other) = entries.iter().find(further) {
            let title = format!("a form is a mapping of one key, not {}", entries.len());
            sink.push(
                Diagnostic::new(Code::WrongShape, title)
                    .at(other.key_span(), "one key too many")
                    .also(form.key_span(), "this one names the form"),
            );
            return None;
        }
        if form.name() == LANG {
            let title = "`lang` is the language of code, and there is none";
            sink.push(
                Diagnostic::new(Code::WrongShape, title)
                    .at(form.key_span(), "no form by itself")
                    .help("write `{code: .., lang: ..}`"),
            );
            return None;
        }
        let text = match &form.value.value {
            Value::Scalar(scalar) => text_of(scalar),
            _ => decode::text(&form.value, form.name(), sink)?,
        };
        Some(match form.name() {
            "html" => Content::Html(text),
            "text" => Content::Plain(text),
            "img" | "audio" => Content::Media(text.trim()),
            "math" => Content::Markdown(display(&text, sink)?),
            FILE => self.in_file(&text, sink)?,
            CODE => {
                let language = match language {
                    Some(entry) if !entry.value.is_null() => {
                        Some(decode::text(&entry.value, LANG, sink)?.trim())
                    }
                    _ => None,
                };
                Content::Markdown(fenced(&text, language.as_ref()))
            }
            _ => Content::Markdown(text),
        })
    }

    /// What a file holds, by its extension.
    fn in_file(&self, path: &Text, sink: &mut Diagnostics) -> Option<Content> {
        let path = path.trim();
        let path = Spanned::new(path.as_str().to_owned(), path.whole());
        let (file, source, name) = self.includes.text(&path, sink)?;
        let start = if source.starts_with('\u{feff}') { 3 } else { 0 };
        let end = source.trim_end().len().max(start);
        let mut text = TextBuilder::new(file, start);
        let mut at = start;
        while let Some(found) = source.get(at..end)?.find("\r\n") {
            text.push_verbatim(source.get(at..at + found)?, at);
            text.push("\n", at + found..at + found + 2);
            at += found + 2;
        }
        text.push_verbatim(source.get(at..end)?, at);
        let text = text.finish();
        let extension = name.rsplit_once('.').map_or("", |it| it.1);
        match extension.to_ascii_lowercase().as_str() {
            "md" | "markdown" => Some(Content::Markdown(text)),
            "html" | "htm" => Some(Content::Html(text)),
            "txt" => Some(Content::Plain(text)),
            _ => {
                sink.push(
                    Diagnostic::new(Code::Include, format!("`{name}` cannot be a field's content"))
                        .at(path.span, "in no format that a field may have")
                        .help("the files are .md, .html and .txt; a picture or sound is `{img: ..}` or `{audio: ..}`"),
                );
                None
            }
        }
    }
}

/// That a mapping names no form.
fn no_form(node: &Node, entries: &[Entry], name: &str) -> Diagnostic {
    let key = entries.first().map_or("", Entry::name);
    let title = format!("the field `{name}` takes a text or a list, not a mapping");
    let forms: Vec<&str> = FORMS.iter().copied().filter(|it| *it != LANG).collect();
    Diagnostic::new(Code::WrongShape, title)
        .at(
            node.span,
            format!("YAML reads `{key}:` as a key of a mapping"),
        )
        .note(format!(
            "the one mapping that a field takes names a form: {}",
            decode::alternatives(&forms)
        ))
        .help("put a text with a colon in quotes, or below `|` on lines of its own")
}

/// Code between fences that are longer than any in it.
fn fenced(code: &Text, language: Option<&Text>) -> Text {
    let longest = code.as_str().split(|it| it != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let place = code.whole();
    let (start, end) = (place.range().start, place.range().end);
    let mut text = TextBuilder::new(place.file, start);
    text.push(&fence, start..start);
    if let Some(language) = language {
        text.push_text(language);
    }
    text.push("\n", start..start);
    text.push_text(code);
    text.push(&format!("\n{fence}"), end..end);
    text.finish()
}

/// A formula on lines of its own.
fn display(formula: &Text, sink: &mut Diagnostics) -> Option<Text> {
    let formula = formula.trim();
    let place = formula.whole();
    if let Some(at) = formula.as_str().find('$') {
        sink.push(
            Diagnostic::new(Code::WrongShape, "the form `math` holds the formula alone")
                .at(formula.span(at..at + 1), "not part of a formula")
                .help("leave the `$` signs out, or write text and formulas together as `md`"),
        );
        return None;
    }
    let (start, end) = (place.range().start, place.range().end);
    let mut text = TextBuilder::new(place.file, start);
    text.push("$$", start..start);
    text.push_text(&formula);
    text.push("$$", end..end);
    Some(text.finish())
}
