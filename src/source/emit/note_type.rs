//! A note type as `type.yaml` with its files.

use std::fmt::Write as _;

use super::scalar::{inside_flow, key, value};
use crate::model::{CardTemplate, Field, Latex, NoteTypeKind};
use crate::source::note_types::STOCK_KINDS;
use crate::source::shipped::BASE_CSS;

/// A note type to be written.
#[derive(Debug, Clone)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct EmittedType<'a> {
    /// The key that sources name it by.
    pub key: &'a str,
    /// The name in Anki.
    pub name: &'a str,
    /// The id in Anki; without it the project gives it one.
    pub id: Option<i64>,
    /// Normal or cloze.
    pub kind: NoteTypeKind,
    /// As [`NoteType::stock_kind`](crate::NoteType::stock_kind).
    pub stock_kind: u32,
    /// The id of the note type that it was derived from.
    pub original_id: Option<i64>,
    /// The position of the field that the browser sorts by.
    pub sort_field: usize,
    /// The fields.
    pub fields: &'a [Field],
    /// Which of the fields hold HTML where their values say nothing else.
    pub html_fields: &'a [bool],
    /// The card templates, which may have mistakes: whoever reads the file is told.
    pub templates: &'a [CardTemplate],
    /// The style sheet.
    pub css: &'a str,
    /// How LaTeX is typeset.
    pub latex: &'a Latex,
}

/// A file beside `type.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The text of `type.yaml`, and the files that it names.
#[must_use]
pub fn type_file(emitted: &EmittedType<'_>) -> (String, Vec<TextFile>) {
    let mut writer = Writer {
        text: String::new(),
        files: Vec::new(),
    };
    writer.line(0, "key", &value(emitted.key, 2));
    writer.line(0, "name", &value(emitted.name, 2));
    if let Some(id) = emitted.id {
        writer.line(0, "id", &id.to_string());
    }
    if emitted.kind == NoteTypeKind::Cloze {
        writer.line(0, "kind", "cloze");
    }
    if let Some((name, _)) = STOCK_KINDS.iter().find(|(_, it)| *it == emitted.stock_kind) {
        writer.line(0, "stock-kind", name);
    }
    if let Some(id) = emitted.original_id {
        writer.line(0, "original-id", &id.to_string());
    }
    if emitted.sort_field > 0
        && let Some(field) = emitted.fields.get(emitted.sort_field)
    {
        writer.line(0, "sort-field", &value(&field.name, 2));
    }
    writer.text.push_str("fields:\n");
    for (index, field) in emitted.fields.iter().enumerate() {
        let is_html = emitted.html_fields.get(index).copied().unwrap_or(false);
        writer.field(field, is_html);
    }
    writer.text.push_str("card-templates:\n");
    let count = emitted.templates.len();
    for (index, template) in emitted.templates.iter().enumerate() {
        writer.template(template, index, count);
    }
    writer.css(emitted.css);
    writer.latex(emitted.latex);
    (writer.text, writer.files)
}

struct Writer {
    text: String,
    files: Vec<TextFile>,
}

impl Writer {
    fn line(&mut self, indent: usize, key: &str, value: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{key}: {value}", "");
    }

    /// As [`Writer::line`], for a value that may begin on the next line.
    fn entry(&mut self, indent: usize, key: &str, value: &str) {
        let gap = if value.starts_with('\n') { "" } else { " " };
        let _ = writeln!(self.text, "{:indent$}{key}:{gap}{value}", "");
    }

    fn field(&mut self, field: &Field, is_html: bool) {
        let mut parts = vec![format!("name: {}", inside_flow(&field.name))];
        if let Some(id) = field.id {
            parts.push(format!("id: {id}"));
        }
        if is_html {
            parts.push("kind: html".to_owned());
        }
        if field.font != "Arial" {
            parts.push(format!("font: {}", inside_flow(&field.font)));
        }
        if field.size != 20 {
            parts.push(format!("size: {}", field.size));
        }
        let switches = [
            ("rtl", field.right_to_left),
            ("sticky", field.sticky),
            ("collapsed", field.collapsed),
            ("plain-text", field.plain_text),
            ("exclude-from-search", field.exclude_from_search),
            ("prevent-deletion", field.prevent_deletion),
        ];
        for (name, _) in switches.iter().filter(|(_, on)| *on) {
            parts.push(format!("{name}: true"));
        }
        if let Some(tag) = field.stock_tag {
            parts.push(format!("stock-tag: {tag}"));
        }
        if !field.description.is_empty() {
            parts.push(format!("description: {}", inside_flow(&field.description)));
        }
        let _ = writeln!(self.text, "  - {{{}}}", parts.join(", "));
    }

    fn template(&mut self, template: &CardTemplate, index: usize, count: usize) {
        let stem = if count == 1 {
            String::new()
        } else {
            format!("-{}", index + 1)
        };
        let _ = writeln!(self.text, "  - name: {}", value(&template.name, 6));
        if let Some(id) = template.id {
            self.line(4, "id", &id.to_string());
        }
        let sides = [
            ("front", &template.front, true),
            ("back", &template.back, true),
            ("browser-front", &template.browser_front, false),
            ("browser-back", &template.browser_back, false),
        ];
        for (side, text, always) in sides {
            if always || !text.is_empty() {
                let value = self.file(&format!("{side}{stem}.html"), "html", text, 4);
                self.entry(4, side, &value);
            }
        }
        if !template.browser_font.is_empty() {
            self.line(4, "browser-font", &value(&template.browser_font, 6));
        }
        if template.browser_size > 0 {
            self.line(4, "browser-size", &template.browser_size.to_string());
        }
        if let Some(deck) = &template.deck {
            self.line(4, "deck", &value(deck, 6));
        }
    }

    fn css(&mut self, css: &str) {
        let own = match css.strip_prefix(BASE_CSS) {
            Some(own) => own,
            None => {
                self.line(0, "base-css", "false");
                // Such a style sheet is read letter for letter.
                if !css.contains('\r') && !css.starts_with('\u{feff}') && !css.is_empty() {
                    self.line(0, "css", "style.css");
                    self.files.push(TextFile {
                        name: "style.css".to_owned(),
                        text: css.to_owned(),
                    });
                    return;
                }
                css
            }
        };
        if !own.is_empty() {
            let value = self.file("style.css", "css", own, 0);
            self.entry(0, "css", &value);
        }
    }

    fn latex(&mut self, latex: &Latex) {
        let default = Latex::default();
        if *latex == default {
            return;
        }
        self.text.push_str("latex:\n");
        if latex.svg != default.svg {
            self.line(2, "svg", "true");
        }
        let parts = [
            ("preamble", &latex.preamble, &default.preamble),
            ("postamble", &latex.postamble, &default.postamble),
        ];
        for (name, text, default) in parts {
            if text != default {
                let value = self.file(&format!("{name}.tex"), "tex", text, 2);
                self.entry(2, name, &value);
            }
        }
    }

    /// The text as a file of this name, or under the key `form` right here where a file would
    /// lose something: reading takes off white space at its end.
    fn file(&mut self, name: &str, form: &str, text: &str, indent: usize) -> String {
        let is_whole =
            text.trim_end() == text && !text.contains('\r') && !text.starts_with('\u{feff}');
        if !is_whole || text.is_empty() || text == BASE_CSS.trim_end() {
            // `|` keeps one line break at the end.
            if let Some(body) = text.strip_suffix('\n')
                && let Some(block) = value(&format!("{body}\n."), indent + 4).strip_prefix("|-")
                && let Some(lines) = block.strip_suffix('.')
            {
                let lines = lines.trim_end();
                return format!("\n{:1$}{form}: |{lines}", "", indent + 2);
            }
            return format!("{{{form}: {}}}", inside_flow(text));
        }
        self.files.push(TextFile {
            name: name.to_owned(),
            text: format!("{text}\n"),
        });
        key(name)
    }
}
