//! The value of a field: a text, a list, or a mapping that names its form.

use super::decode;
use super::node::{Entry, Node, Scalar, ScalarStyle, Value};
use super::traps;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Text};
use crate::model::written::{Content, FieldKind};
use crate::source::defaults::{DefaultFormat, Defaults};
use crate::source::draft::NoteDraft;

/// The forms that a mapping may name, as `{html: "<i>x</i>"}`.
pub const FORMS: [&str; 5] = ["md", "html", "text", "img", "audio"];

/// Forms that the format has and this version does not read.
const NOT_READ: [&str; 4] = ["file", "math", "code", "lang"];

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
    format: DefaultFormat,
}

impl<'v> Values<'v> {
    pub(super) fn new(file: FileId, source: &'v str, defaults: &Defaults) -> Self {
        Self {
            file,
            source,
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
            Value::Mapping(entries) => match form(node, entries, name, sink) {
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

fn form(node: &Node, entries: &[Entry], name: &str, sink: &mut Diagnostics) -> Option<Content> {
    let known = entries
        .iter()
        .find(|it| FORMS.contains(&it.name()) || NOT_READ.contains(&it.name()));
    let Some(form) = known else {
        let key = entries.first().map_or("", Entry::name);
        let title = format!("the field `{name}` takes a text or a list, not a mapping");
        sink.push(
            Diagnostic::new(Code::WrongShape, title)
                .at(
                    node.span,
                    format!("YAML reads `{key}:` as a key of a mapping"),
                )
                .note(format!(
                    "the one mapping that a field takes names a form: {}",
                    decode::alternatives(&FORMS)
                ))
                .help("put a text with a colon in quotes, or below `|` on lines of its own"),
        );
        return None;
    };
    if NOT_READ.contains(&form.name()) {
        let title = format!(
            "this version of deckle does not read the form `{}`",
            form.name()
        );
        sink.push(
            Diagnostic::new(Code::WrongShape, title)
                .at(form.key_span(), "not read yet")
                .help(format!("the forms are {}", decode::enumeration(&FORMS))),
        );
        return None;
    }
    if let Some(other) = entries.iter().find(|it| it.name() != form.name()) {
        let title = format!("a form is a mapping of one key, not {}", entries.len());
        sink.push(
            Diagnostic::new(Code::WrongShape, title)
                .at(other.key_span(), "one key too many")
                .also(form.key_span(), "this one names the form"),
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
        _ => Content::Markdown(text),
    })
}
