//! The texts of a note type's definition: files beside it, or the text right there.

use super::Reader;
use crate::diag::{Code, Diagnostic, Spanned, Text, nearest};
use crate::files::join;
use crate::source::yaml::{Node, Value, decode};

impl Reader<'_> {
    /// A file's text for a name, or the text itself under the key `inline`.
    pub(super) fn text_or_file(&mut self, node: &Node, what: &str, inline: &str) -> Option<Text> {
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
            return Some(self.ended(builder.finish(), inline));
        }
        Some(self.ended(Text::verbatim(text, file, start), inline))
    }

    /// Editors end files with a line break; it means nothing in a template.
    fn ended(&self, text: Text, inline: &str) -> Text {
        if inline == "css" && self.exact_css {
            return text;
        }
        text.slice(0..text.as_str().trim_end().len())
    }

    pub(super) fn missing(&mut self, name: &Spanned<String>, outside: bool) {
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
}
