//! The texts of a note type's definition: files beside it, or the text right there.

use super::{Place, Reader};
use crate::diag::{Code, Diagnostic, Spanned, Text, TextBuilder, nearest};
use crate::files::{Files, file_name, join, parent};
use crate::source::shipped;
use crate::source::yaml::{Node, Value, decode};

impl<'a> Reader<'a> {
    /// A file's text for a name, or the text itself under the key `inline`; of HTML and CSS with
    /// all in place that deckle adds to Anki's template language.
    pub(super) fn text_or_file(&mut self, node: &Node, what: &str, inline: &str) -> Option<Text> {
        let mut place = self.place(node);
        let text = if let Value::Mapping(entries) = &node.value {
            let mut text = None;
            for entry in entries {
                if entry.name() == inline {
                    text = entry.value.as_text();
                } else {
                    decode::unknown_key(&entry.key, &format!("in `{what}`"), &[inline], self.sink);
                }
            }
            text?
        } else {
            let name = decode::string(node, what, self.sink)?;
            let text = self.file(&name, &place, inline)?;
            let path = join(&place.folder, &name.value).unwrap_or_default();
            parent(&path).clone_into(&mut place.folder);
            text
        };
        match inline {
            "html" => self.expanded(text, &place, true),
            "css" => self.expanded(text, &place, false),
            _ => Some(text),
        }
    }

    /// Where a part of the definition looks for its files: what a type takes over from another
    /// one stands in that one's file.
    fn place(&self, node: &Node) -> Place {
        let origins = self.context.origins;
        match origins.iter().find(|it| it.file == node.span.file) {
            Some(origin) => Place {
                folder: origin.folder.clone(),
                shipped: origin.shipped,
            },
            None => Place {
                folder: self.context.folder.to_owned(),
                shipped: false,
            },
        }
    }

    fn files_of(&self, place: &Place) -> &'a dyn Files {
        if place.shipped {
            shipped::files()
        } else {
            self.files
        }
    }

    /// The text of a file; told where there is none.
    pub(super) fn file(
        &mut self,
        name: &Spanned<String>,
        place: &Place,
        inline: &str,
    ) -> Option<Text> {
        let files = self.files_of(place);
        let path = join(&place.folder, &name.value);
        let found = path
            .as_deref()
            .filter(|it| matches!(files.size(it), Ok(Some(_))));
        let Some(path) = found else {
            let outside = path.as_deref().is_none_or(|it| files.size(it).is_err());
            self.missing(name, place, outside);
            return None;
        };
        let bytes = match files.read(path) {
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
        let folder = parent(path);
        if !place.shipped && folder != self.context.folder {
            let folders = &mut self.folders;
            if !folders.iter().any(|it| it == folder) {
                folders.push(folder.to_owned());
            }
        }
        // Line ends as Anki keeps them, whatever the editor wrote.
        let shown = if place.shipped {
            format!("deckle:{path}")
        } else {
            path.to_owned()
        };
        let file = self.sources.add(shown, text.as_str());
        let inner = text.trim_start_matches('\u{feff}');
        let start = text.len() - inner.len();
        let text = inner;
        if text.contains('\r') {
            let mut builder = TextBuilder::new(file, start);
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

    fn missing(&mut self, name: &Spanned<String>, place: &Place, outside: bool) {
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
        let folder = join(&place.folder, parent(&name.value)).unwrap_or_default();
        let names = self.files_of(place).folder(&folder);
        let near = nearest(file_name(&name.value), names.iter().map(String::as_str));
        let place = if folder.is_empty() {
            "the project's folder".to_owned()
        } else {
            format!("`{folder}`")
        };
        let diagnostic = Diagnostic::new(Code::MediaMissing, title)
            .at(name.span, format!("no such file in {place}"));
        self.sink.push(match near {
            Some(near) => {
                let parent = parent(&name.value);
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
