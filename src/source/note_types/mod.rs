//! Note types as files: `type.yaml` with its HTML and CSS, or the same mapping in the manifest.

mod expand;
mod extends;
mod files;
mod keys;
mod parts;
mod problems;
mod speech;
#[cfg(test)]
mod tests;

pub(in crate::source) use expand::{is_name as is_variable_name, next_variable};
pub use extends::{Definition, Origin, Whole, is_abstract, whole};
pub use keys::{FIELD_KEYS, KEYS, LATEX_KEYS, STOCK_KINDS, TEMPLATE_KEYS};
pub use problems::tell_duplicates;

use std::sync::Arc;

use super::matrix::Variant;
use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span, Spanned, Text, nearest};
use crate::files::Files;
use crate::model::written::{WrittenField, WrittenTemplate, WrittenType};
use crate::model::{NoteType, NoteTypeBuilder, stable_id};
use problems::follows;
use speech::Speech;

/// What a definition is read for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TypeContext<'a> {
    /// The project's uid, from which ids come.
    pub uid: &'a str,
    /// The project's name, which goes into the name of a type that has none.
    pub project: &'a str,
    /// Where the definition's files are looked for; empty for the root.
    pub folder: &'a str,
    /// What stands before the type's own CSS.
    pub base_css: &'a str,
    /// Where parts of the definition that stand in these files look for theirs, instead of in
    /// `folder`.
    pub origins: &'a [Origin],
    /// The variant of the project, whose variables card templates and CSS may use.
    pub matrix: Option<&'a Variant>,
}

/// Where a text looks for the files that it names.
#[derive(Debug, Clone)]
struct Place {
    folder: String,
    /// Whether that is one of deckle's own folders.
    shipped: bool,
}

/// Reads the definition of a note type. What is wrong is told, at its place in the definition or
/// in the template file.
#[must_use]
pub fn read_type(
    node: &Node,
    context: TypeContext<'_>,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Option<WrittenType> {
    let entries = decode::mapping(node, "a note type", sink)?;
    let find = |key: &str| entries.iter().find(|entry| entry.name() == key);
    let Some(key) = find("key") else {
        let title = "the note type has no `key`";
        sink.push(
            Diagnostic::new(Code::BadNoteType, title)
                .at(node.span.at_start(), "in this definition")
                .help("add `key: ` and a word that notes name it by"),
        );
        return None;
    };
    let key = decode::string(&key.value, "key", sink)?;
    let was = find("was").and_then(|it| decode::string(&it.value, "was", sink));
    // Where no lock knows better, the first key makes the ids.
    let identity = was.as_ref().unwrap_or(&key).value.clone();
    let mut reader = Reader {
        context,
        files,
        sources,
        sink,
        key: &key.value,
        identity,
        was,
        has_id: false,
        span: key.span,
        builder: NoteType::builder(format!("{} ({})", key.value, context.project)),
        fields: Vec::new(),
        templates: Vec::new(),
        names: Vec::new(),
        labels: Vec::new(),
        css: Some(context.base_css.to_owned()),
        exact_css: false,
        sides: Vec::new(),
        texts: Vec::new(),
        variables: Vec::new(),
        parts: Vec::new(),
        spoken: Vec::new(),
        folders: Vec::new(),
        failed: false,
    };
    reader.builder = reader
        .builder
        .id(stable_id(&[context.uid, "note type", &reader.identity]));
    if let Some(entry) = find("base-css")
        && decode::boolean(&entry.value, "base-css", reader.sink) == Some(false)
    {
        reader.css = None;
        reader.exact_css = true;
    }
    // Fields first: whatever else names them.
    if let Some(entry) = find("fields") {
        reader.fields(&entry.value);
    }
    if let Some(entry) = find("vars") {
        reader.variables(entry);
    }
    if let Some(entry) = find("tts") {
        reader.speech(entry);
    }
    for entry in entries {
        reader.apply(entry);
    }
    reader.tell_unheard();
    let key_fields = reader.field_list(find("key-fields"));
    let required = reader.field_list(find("required"));
    reader.finish(key_fields, required)
}

struct Reader<'a> {
    context: TypeContext<'a>,
    files: &'a dyn Files,
    sources: &'a mut Sources,
    sink: &'a mut Diagnostics,
    key: &'a str,
    identity: String,
    was: Option<Spanned<String>>,
    has_id: bool,
    span: Span,
    builder: NoteTypeBuilder,
    fields: Vec<WrittenField>,
    templates: Vec<WrittenTemplate>,
    names: Vec<Spanned<String>>,
    labels: Vec<(String, usize)>,
    css: Option<String>,
    /// Whether the CSS is the type's own to the last line break.
    exact_css: bool,
    /// Front and back of each card template, for the places of what is wrong in them.
    sides: Vec<[Text; 2]>,
    /// All texts of its card templates and its CSS.
    texts: Vec<Text>,
    /// What `{{=name}}` stands for.
    variables: Vec<(String, Text)>,
    /// The files that `{{> path}}` took in, by their paths.
    parts: Vec<(String, Arc<Text>)>,
    /// The fields that are read out.
    spoken: Vec<Speech>,
    /// The folders that its files lie in, beside the definition's own.
    folders: Vec<String>,
    failed: bool,
}

impl Reader<'_> {
    fn apply(&mut self, entry: &Entry) {
        let value = &entry.value;
        let builder = self.builder.clone();
        match entry.name() {
            "key" | "was" | "extends" | "abstract" | "vars" | "fields" | "key-fields"
            | "required" | "tts" | "base-css" => {}
            "name" => {
                if let Some(name) = decode::string(value, "name", self.sink) {
                    self.builder = builder.name(name.value);
                }
            }
            "id" => {
                if let Some(id) = decode::integer(value, "id", 1..=i64::MAX, self.sink) {
                    self.builder = builder.id(id);
                    self.has_id = true;
                }
            }
            "original-id" => {
                if let Some(id) = decode::integer(value, "original-id", 1..=i64::MAX, self.sink) {
                    self.builder = builder.original_id(id);
                }
            }
            "stock-kind" => {
                if let Some(kind) = decode::choice(value, "stock-kind", &STOCK_KINDS, self.sink) {
                    self.builder = builder.stock_kind(kind);
                }
            }
            "kind" => {
                let kinds = [("normal", false), ("cloze", true)];
                if decode::choice(value, "kind", &kinds, self.sink) == Some(true) {
                    self.builder = builder.cloze();
                }
            }
            "sort-field" => {
                if let Some(name) = decode::string(value, "sort-field", self.sink)
                    && let Some(index) = self.field_index(&name)
                {
                    self.builder = builder.sort_field(self.names[index].value.clone());
                }
            }
            "labels" => self.labels(value),
            "card-templates" => {
                for item in decode::list(value, "card-templates", self.sink).unwrap_or_default() {
                    self.card_template(item);
                }
            }
            "css" => self.css(value),
            "latex" => self.latex(value),
            _ => decode::unknown_key(&entry.key, "in a note type", KEYS, self.sink),
        }
    }

    fn labels(&mut self, value: &Node) {
        for entry in decode::mapping(value, "labels", self.sink).unwrap_or_default() {
            let label = entry.name().trim_end_matches(':').to_uppercase();
            let field = decode::string(&entry.value, "a label's field", self.sink);
            if let Some(field) = field
                && let Some(index) = self.field_index(&field)
            {
                self.labels.push((label, index));
            }
        }
    }

    fn css(&mut self, value: &Node) {
        let items: Vec<&Node> = match &value.value {
            Value::Sequence(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            _ => vec![value],
        };
        for item in items {
            match self.text_or_file(item, "css", "css") {
                None => self.failed = true,
                Some(text) => {
                    let css = self.css.get_or_insert_default();
                    // The base is one of deckle's own; a shipped type names it as its only file.
                    if text.as_str() == self.context.base_css.trim_end() {
                        continue;
                    }
                    if !css.is_empty() && !css.ends_with('\n') {
                        css.push('\n');
                    }
                    css.push_str(text.as_str());
                    self.texts.push(text);
                }
            }
        }
    }

    fn latex(&mut self, value: &Node) {
        for entry in decode::mapping(value, "latex", self.sink).unwrap_or_default() {
            let builder = self.builder.clone();
            let key = entry.name();
            match key {
                "svg" => {
                    let svg = decode::boolean(&entry.value, key, self.sink).unwrap_or_default();
                    self.builder = builder.latex_svg(svg);
                }
                "preamble" | "postamble" => {
                    let Some(text) = self.text_or_file(&entry.value, key, "tex") else {
                        self.failed = true;
                        continue;
                    };
                    self.builder = if key == "preamble" {
                        builder.latex_preamble(text.as_str())
                    } else {
                        builder.latex_postamble(text.as_str())
                    };
                }
                _ => {
                    decode::unknown_key(&entry.key, "in `latex`", LATEX_KEYS, self.sink);
                }
            }
        }
    }

    fn field_list(&mut self, entry: Option<&Entry>) -> Vec<usize> {
        let Some(entry) = entry else {
            return Vec::new();
        };
        let names = decode::strings(&entry.value, entry.name(), self.sink).unwrap_or_default();
        names
            .iter()
            .filter_map(|name| self.field_index(name))
            .collect()
    }

    fn field_index(&mut self, name: &Spanned<String>) -> Option<usize> {
        let folded = name.value.to_lowercase();
        let found = self
            .names
            .iter()
            .position(|it| it.value.to_lowercase() == folded);
        if found.is_none() {
            self.failed = true;
            let title = format!("note type `{}` has no field `{}`", self.key, name.value);
            let diagnostic =
                Diagnostic::new(Code::UnknownField, title).at(name.span, "no such field");
            let names: Vec<&str> = self.names.iter().map(|it| it.value.as_str()).collect();
            self.sink
                .push(match nearest(&name.value, names.iter().copied()) {
                    Some(near) => {
                        diagnostic.fix("a field with a similar name exists", name.span, near)
                    }
                    None => {
                        diagnostic.help(format!("the fields are {}", decode::enumeration(&names)))
                    }
                });
        }
        found
    }

    fn refuse(&mut self, span: Span, title: &str) {
        self.failed = true;
        self.sink.push(
            Diagnostic::new(Code::BadNoteType, title)
                .at(span, "here")
                .note(format!("in note type `{}`", self.key)),
        );
    }

    fn finish(mut self, key_fields: Vec<usize>, required: Vec<usize>) -> Option<WrittenType> {
        if self.failed {
            return None;
        }
        let builder = self
            .builder
            .clone()
            .css(self.css.take().unwrap_or_default());
        let (note_type, problems) = match builder.try_build() {
            Ok((note_type, problems)) => (Some(note_type), problems),
            Err(problems) => (None, problems),
        };
        for problem in problems.iter().filter(|it| !follows(it, &problems)) {
            let diagnostic = self.problem(problem);
            self.sink.push(diagnostic);
        }
        Some(WrittenType {
            key: self.key.to_owned(),
            identity: self.identity,
            was: self.was,
            has_id: self.has_id,
            note_type: note_type?,
            fields: self.fields,
            first_field: 0,
            templates: self.templates,
            key_fields,
            required,
            labels: self.labels,
            span: self.span,
            folder: self.context.folder.to_owned(),
            more_folders: self.folders,
            texts: self.texts,
            shipped: false,
        })
    }
}
