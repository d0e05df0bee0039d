//! Note types as files: `type.yaml` with its HTML and CSS, or the same mapping in the manifest.

use super::types::TypeSet;
use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span, Spanned, Text, nearest};
use crate::files::{Files, join};
use crate::model::written::{FieldKind, WrittenField, WrittenType};
use crate::model::{CardTemplate, Field, NoteType, NoteTypeBuilder, NoteTypeProblem, stable_id};
use crate::template::filters::FILTERS;
use crate::template::{ProblemKind, Side};

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
}

/// The keys of a note type.
pub const KEYS: &[&str] = &[
    "key",
    "name",
    "id",
    "kind",
    "fields",
    "key-fields",
    "required",
    "labels",
    "card-templates",
    "css",
    "latex",
    "sort-field",
];
/// The keys of a field.
pub const FIELD_KEYS: &[&str] = &[
    "name",
    "key",
    "id",
    "aliases",
    "kind",
    "label",
    "font",
    "size",
    "rtl",
    "sticky",
    "description",
    "collapsed",
    "plain-text",
];
/// The keys of `latex`.
pub const LATEX_KEYS: &[&str] = &["preamble", "postamble", "svg"];
/// The keys of a card template.
pub const TEMPLATE_KEYS: &[&str] = &[
    "name",
    "key",
    "id",
    "front",
    "back",
    "browser-front",
    "browser-back",
    "deck",
];

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
    let mut reader = Reader {
        context,
        files,
        sources,
        sink,
        key: &key.value,
        span: key.span,
        builder: NoteType::builder(format!("{} ({})", key.value, context.project)),
        fields: Vec::new(),
        names: Vec::new(),
        labels: Vec::new(),
        css: Some(context.base_css.to_owned()),
        sides: Vec::new(),
        failed: false,
    };
    reader.builder = reader
        .builder
        .id(stable_id(&[context.uid, "note type", &key.value]));
    // Fields first: whatever else names them.
    if let Some(entry) = find("fields") {
        reader.fields(&entry.value);
    }
    for entry in entries {
        reader.apply(entry);
    }
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
    span: Span,
    builder: NoteTypeBuilder,
    fields: Vec<WrittenField>,
    names: Vec<Spanned<String>>,
    labels: Vec<(String, usize)>,
    css: Option<String>,
    /// Front and back of each card template, for the places of what is wrong in them.
    sides: Vec<[Text; 2]>,
    failed: bool,
}

impl Reader<'_> {
    fn apply(&mut self, entry: &Entry) {
        let value = &entry.value;
        let builder = self.builder.clone();
        match entry.name() {
            "key" | "fields" | "key-fields" | "required" => {}
            "name" => {
                if let Some(name) = decode::string(value, "name", self.sink) {
                    self.builder = builder.name(name.value);
                }
            }
            "id" => {
                if let Some(id) = decode::integer(value, "id", 1..=i64::MAX, self.sink) {
                    self.builder = builder.id(id);
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

    fn fields(&mut self, value: &Node) {
        for item in decode::list(value, "fields", self.sink).unwrap_or_default() {
            self.field(item);
        }
    }

    fn field(&mut self, item: &Node) {
        // A field of which nothing but the name is said may be just that.
        let (name, entries): (_, &[Entry]) = match &item.value {
            Value::Mapping(entries) => {
                let Some(name) = entries.iter().find(|it| it.name() == "name") else {
                    self.refuse(item.span, "the field has no `name`");
                    return;
                };
                (decode::string(&name.value, "name", self.sink), entries)
            }
            _ => (decode::string(item, "a field", self.sink), &[]),
        };
        let Some(name) = name else {
            self.failed = true;
            return;
        };
        let mut field = Field::new(name.value.clone());
        let mut written = WrittenField {
            key: name.value.clone(),
            ..WrittenField::default()
        };
        let mut id = None;
        let (mut font, mut size) = (None, None);
        let sink = &mut *self.sink;
        for entry in entries {
            let (key, value) = (entry.name(), &entry.value);
            match key {
                "name" => {}
                "key" => {
                    written.key =
                        decode::string(value, key, sink).map_or(written.key, |it| it.value);
                }
                "id" => id = decode::integer(value, key, 1..=i64::MAX, sink),
                "aliases" => {
                    let aliases = decode::strings(value, key, sink).unwrap_or_default();
                    written.aliases = aliases.into_iter().map(|it| it.value).collect();
                }
                "kind" => {
                    let kinds = [
                        ("md", FieldKind::Markdown),
                        ("text", FieldKind::Text),
                        ("html", FieldKind::Html),
                        ("image", FieldKind::Image),
                        ("audio", FieldKind::Audio),
                    ];
                    written.kind = decode::choice(value, key, &kinds, sink).unwrap_or_default();
                }
                "label" => {
                    if let Some(label) = decode::string(value, key, sink) {
                        let label = label.value.trim_end_matches(':').to_uppercase();
                        self.labels.push((label, self.names.len()));
                    }
                }
                "font" => font = decode::string(value, key, sink).map(|it| it.value),
                "size" => size = decode::integer(value, key, 1..=500, sink),
                "rtl" => {
                    field =
                        field.right_to_left(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "sticky" => {
                    field = field.sticky(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "description" => {
                    field = field.description(
                        decode::string(value, key, sink).map_or_else(String::new, |it| it.value),
                    );
                }
                "collapsed" => {
                    field = field.collapsed(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "plain-text" => {
                    field = field.plain_text(decode::boolean(value, key, sink).unwrap_or_default());
                }
                _ => decode::unknown_key(&entry.key, "in a field", FIELD_KEYS, sink),
            }
        }
        if font.is_some() || size.is_some() {
            let size = size.and_then(|it| u32::try_from(it).ok()).unwrap_or(20);
            field = field.font(font.unwrap_or_else(|| "Arial".to_owned()), size);
        }
        let derived = || stable_id(&[self.context.uid, "field", self.key, &written.key]);
        field = field.id(id.unwrap_or_else(derived));
        self.builder = self.builder.clone().field(field);
        self.fields.push(written);
        self.names.push(name);
    }

    fn card_template(&mut self, item: &Node) {
        let Some(entries) = decode::mapping(item, "a card template", self.sink) else {
            self.failed = true;
            return;
        };
        let find = |key: &str| entries.iter().find(|entry| entry.name() == key);
        let name = find("name").and_then(|it| decode::string(&it.value, "name", self.sink));
        let Some(name) = name else {
            self.refuse(item.span.at_start(), "the card template has no `name`");
            return;
        };
        let mut sides = [Text::detached(""), Text::detached("")];
        for (side, text) in ["front", "back"].into_iter().zip(&mut sides) {
            match find(side) {
                None => self.refuse(name.span, &format!("the card template has no `{side}`")),
                Some(entry) => match self.text_or_file(&entry.value, side, "html") {
                    Some(read) => *text = read,
                    None => self.failed = true,
                },
            }
        }
        let browser = ["browser-front", "browser-back"].map(|side| {
            let text = find(side).and_then(|it| self.text_or_file(&it.value, side, "html"));
            text.map_or_else(String::new, |it| it.as_str().to_owned())
        });
        let mut template =
            CardTemplate::new(name.value.clone(), sides[0].as_str(), sides[1].as_str());
        let [front, back] = browser;
        template = template.browser(front, back);
        let mut key = name.value;
        let mut id = None;
        for entry in entries {
            match entry.name() {
                "name" | "front" | "back" | "browser-front" | "browser-back" => {}
                "key" => {
                    key = decode::string(&entry.value, "key", self.sink).map_or(key, |it| it.value);
                }
                "id" => id = decode::integer(&entry.value, "id", 1..=i64::MAX, self.sink),
                "deck" => {
                    if let Some(deck) = decode::string(&entry.value, "deck", self.sink) {
                        template = template.deck(deck.value);
                    }
                }
                _ => {
                    decode::unknown_key(&entry.key, "in a card template", TEMPLATE_KEYS, self.sink);
                }
            }
        }
        let derived = || stable_id(&[self.context.uid, "template", self.key, &key]);
        template = template.id(id.unwrap_or_else(derived));
        self.builder = self.builder.clone().card_template(template);
        self.sides.push(sides);
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

    /// A file's text for a name, or the text itself under the key `inline`.
    fn text_or_file(&mut self, node: &Node, what: &str, inline: &str) -> Option<Text> {
        if let Value::Mapping(entries) = &node.value {
            let mut text = None;
            for entry in entries {
                if entry.name() == inline {
                    text = entry.value.as_text();
                } else {
                    decode::unknown_key(&entry.key, &format!("in `{what}`"), &[inline], self.sink);
                }
            }
            return text;
        }
        let name = decode::string(node, what, self.sink)?;
        let path = join(self.context.folder, &name.value);
        let found = path
            .as_deref()
            .filter(|it| matches!(self.files.size(it), Ok(Some(_))));
        let Some(path) = found else {
            let outside = path
                .as_deref()
                .is_none_or(|it| self.files.size(it).is_err());
            self.missing(&name, outside);
            return None;
        };
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.refuse(name.span, &error.to_string());
                return None;
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            let title = format!("`{}` is not UTF-8 text", name.value);
            self.sink
                .push(Diagnostic::new(Code::NotUtf8, title).at(name.span, "this file"));
            return None;
        };
        // Line ends as Anki keeps them, whatever the editor wrote.
        let file = self.sources.add(path, text.as_str());
        let inner = text.trim_start_matches('\u{feff}');
        let start = text.len() - inner.len();
        let text = inner;
        if text.contains('\r') {
            let mut builder = crate::diag::TextBuilder::new(file, start);
            let mut offset = start;
            for part in text.split_inclusive("\r\n") {
                let kept = part.strip_suffix("\r\n");
                builder.push_verbatim(kept.unwrap_or(part), offset);
                if let Some(kept) = kept {
                    let end = offset + kept.len();
                    builder.push("\n", end..end + 2);
                }
                offset += part.len();
            }
            return Some(trim_end(&builder.finish()));
        }
        Some(trim_end(&Text::verbatim(text, file, start)))
    }

    fn missing(&mut self, name: &Spanned<String>, outside: bool) {
        if outside {
            let title = format!("`{}` lies outside of the project", name.value);
            self.sink.push(
                Diagnostic::new(Code::MediaOutside, title)
                    .at(name.span, "not read")
                    .help("copy it into the project"),
            );
            return;
        }
        let title = format!("file not found: `{}`", name.value);
        let folder =
            join(self.context.folder, crate::files::parent(&name.value)).unwrap_or_default();
        let names = self.files.folder(&folder);
        let near = nearest(
            crate::files::file_name(&name.value),
            names.iter().map(String::as_str),
        );
        let place = if folder.is_empty() {
            "the project's folder".to_owned()
        } else {
            format!("`{folder}`")
        };
        let diagnostic = Diagnostic::new(Code::MediaMissing, title)
            .at(name.span, format!("no such file in {place}"));
        self.sink.push(match near {
            Some(near) => {
                let parent = crate::files::parent(&name.value);
                let path = if parent.is_empty() {
                    near.to_owned()
                } else {
                    format!("{parent}/{near}")
                };
                diagnostic.fix("a file with a similar name exists", name.span, path)
            }
            None => diagnostic,
        });
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
            note_type: note_type?,
            fields: self.fields,
            key_fields,
            required,
            labels: self.labels,
            span: self.span,
            folder: self.context.folder.to_owned(),
            shipped: false,
        })
    }

    fn problem(&self, problem: &NoteTypeProblem) -> Diagnostic {
        let span = match problem {
            NoteTypeProblem::FieldName(index, _) | NoteTypeProblem::SameField(_, index) => {
                self.names.get(*index).map_or(self.span, |name| name.span)
            }
            _ => self.span,
        };
        let NoteTypeProblem::Template(inner) = problem else {
            return Diagnostic::new(Code::BadNoteType, problem.to_string())
                .at(span, "here")
                .note(format!("in note type `{}`", self.key));
        };
        let side = if inner.side == Side::Front { 0 } else { 1 };
        let text = self.sides.get(inner.template).map(|sides| &sides[side]);
        let span = text.map_or(self.span, |text| text.span(inner.range.clone()));
        // Where something is missing there is nothing to underline but the file's beginning.
        let span = if matches!(
            inner.kind,
            ProblemKind::NoFieldOnFront | ProblemKind::NoCloze
        ) {
            span.at_start()
        } else {
            span
        };
        let diagnostic = Diagnostic::new(template_code(&inner.kind), inner.kind.to_string())
            .at(span, "here")
            .note(format!(
                "on the {} of a card template of note type `{}`",
                inner.side, self.key
            ));
        let names: Vec<&str> = self.names.iter().map(|it| it.value.as_str()).collect();
        match &inner.kind {
            ProblemKind::UnknownField { name, conditional } => {
                match nearest(name, names.iter().copied()) {
                    // A conditional has an end that names the field, too.
                    Some(near) if *conditional => {
                        diagnostic.help(format!("did you mean `{near}`?"))
                    }
                    Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
                    None => {
                        diagnostic.help(format!("the fields are {}", decode::enumeration(&names)))
                    }
                }
            }
            ProblemKind::UnknownFilter { name } => match nearest(name, FILTERS) {
                Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
                None => diagnostic.help(format!(
                    "without a filter the field is shown the same; the filters are {}",
                    decode::enumeration(&FILTERS)
                )),
            },
            ProblemKind::NoCloze => diagnostic.help(format!(
                "write `{{{{cloze:{}}}}}` where the text is to stand",
                names.first().unwrap_or(&"Text")
            )),
            ProblemKind::SpecialFieldDecides { name } => diagnostic
                .note("desktop Anki counts special fields, AnkiDroid does not; cards are made by note fields alone")
                .help(format!("put `{{{{{name}}}}}` inside of a condition on a field of the note")),
            _ => diagnostic,
        }
    }
}

/// Whether a problem is no more than what another one leads to: templates of a type without
/// fields, and a front that shows nothing because of what it asks for.
fn follows(problem: &NoteTypeProblem, all: &[NoteTypeProblem]) -> bool {
    let NoteTypeProblem::Template(inner) = problem else {
        return false;
    };
    all.iter().any(|other| match other {
        NoteTypeProblem::Template(other) => {
            let same = (other.template, other.side) == (inner.template, inner.side);
            let follows = matches!(
                inner.kind,
                ProblemKind::NeverShowsField | ProblemKind::NoFieldOnFront
            );
            let leads = matches!(
                other.kind,
                ProblemKind::UnknownField { .. } | ProblemKind::Syntax(_)
            );
            same && follows && leads
        }
        _ => true,
    })
}

/// Editors end files with a line break; it means nothing in a template.
fn trim_end(text: &Text) -> Text {
    text.slice(0..text.as_str().trim_end().len())
}

fn template_code(kind: &ProblemKind) -> Code {
    match kind {
        ProblemKind::Syntax(_) | ProblemKind::EmptyTag | ProblemKind::FrontSideCondition => {
            Code::TemplateSyntax
        }
        ProblemKind::UnknownField { .. } => Code::TemplateUnknownField,
        ProblemKind::NoFieldOnFront | ProblemKind::NeverShowsField => Code::TemplateNoField,
        ProblemKind::SameFront { .. } => Code::TemplateIdentical,
        ProblemKind::NoCloze => Code::TemplateNoCloze,
        ProblemKind::SpecialFieldDecides { .. } => Code::TemplateSpecialField,
        ProblemKind::UnknownFilter { .. } => Code::TemplateUnknownFilter,
        _ => Code::TemplateSuspicious,
    }
}

/// Tells types of the project that have one key, id or name.
pub fn tell_duplicates(types: &TypeSet, sink: &mut Diagnostics) {
    let own: Vec<_> = types.iter().filter(|it| !it.shipped).collect();
    for (index, later) in own.iter().enumerate() {
        let name = later.note_type.name().to_lowercase();
        for earlier in types
            .iter()
            .filter(|it| it.shipped)
            .chain(own[..index].iter().copied())
        {
            let what = if later.key == earlier.key && !earlier.shipped {
                format!("key `{}`", later.key)
            } else if later.note_type.id() == earlier.note_type.id() {
                format!("id {}", later.note_type.id())
            } else if name == earlier.note_type.name().to_lowercase() {
                format!("name `{}`", later.note_type.name())
            } else {
                continue;
            };
            sink.push(
                Diagnostic::new(
                    Code::DuplicateNoteType,
                    format!("two note types have the {what}"),
                )
                .at(later.span, "this one")
                .also(earlier.span, "and this one")
                .help("give one of them another"),
            );
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::files::Memory;
    use crate::source::yaml;

    /// Reads each document of the text as a note type; how many of them are one.
    fn read(source: &str) -> usize {
        let mut sources = Sources::new();
        let mut sink = Diagnostics::new();
        let file = sources.add("types/a/type.yaml", source);
        let files = Memory::new()
            .with("types/a/front.html", "{{Word}}")
            .with("types/a/back.html", "{{#Word}}{{/Wrd}}")
            .with("types/a/latin.css", vec![0xE9]);
        let context = TypeContext {
            uid: "u",
            project: "P",
            folder: "types/a",
            base_css: "",
        };
        let documents = yaml::parse(file, source, 0, &mut sink);
        let read = documents
            .iter()
            .filter_map(|it| read_type(it, context, &files, &mut sources, &mut sink))
            .count();
        // Who gets no type is told why, unless there was nothing at all.
        assert!(read == documents.len() || !sink.is_empty(), "{source}");
        read
    }

    const WORD: &str = "key: word\nfields: [Word]\ncard-templates:\n  \
        - {name: A, front: front.html, back: {html: '{{Word}}'}}\n";

    #[test]
    fn a_small_type_is_read() {
        assert_eq!(read(WORD), 1);
        assert_eq!(read(&WORD.replace("front.html", "back.html")), 0);
    }

    /// Pieces that a note type is made of, and some that none should be.
    fn soup() -> impl Strategy<Value = String> {
        let words = KEYS
            .iter()
            .chain(FIELD_KEYS)
            .chain(TEMPLATE_KEYS)
            .chain(LATEX_KEYS)
            .copied()
            .chain([
                ": ",
                ":",
                "- ",
                "\n",
                "\n  ",
                "\n    ",
                "[",
                "]",
                "{",
                "}",
                ", ",
                "'",
                "\"",
                "#",
                "|",
                "&a ",
                "*a",
                "<<",
                "0",
                "-1",
                "true",
                "~",
                "Word",
                "{html: ",
                "{css: ",
                "'{{Word}}'",
                "'{{#Word}}'",
                "'{{'",
                "front.html",
                "back.html",
                "latin.css",
                "../x.css",
                "/",
                "cloze",
                "image",
                "\u{0}",
                "---\n",
                "é",
            ]);
        let words: Vec<&'static str> = words.collect();
        proptest::collection::vec(proptest::sample::select(words), 0..40)
            .prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), soup in soup()) {
            read(&text);
            read(&soup);
            read(&format!("{WORD}{soup}"));
        }
    }
}
