//! What deckle adds to card templates: `{{> part.html}}` takes in a file, `{{=name}}` the value of
//! a variable of the note type. Both are gone when Anki's own template language is read, in which
//! neither means anything; where none is used a template stays as it is to the byte.
//!
//! Every piece knows the file it comes from, so that what is wrong inside of a part is told there.

use std::ops::Range;
use std::sync::Arc;

use super::{Place, Reader};
use crate::diag::{Code, Diagnostic, Span, Text, TextBuilder, nearest};
use crate::files::{join, parent};
use crate::source::yaml::{Entry, decode};

/// The most bytes that a template may come to: parts that take in one another grow fast.
const MAX_BYTES: usize = 1 << 20;

/// Templates that begin so have other brackets, and are left alone.
const OTHER_BRACKETS: &str = "{{=<% %>=}}";

/// A file that is being put in its place.
struct Frame {
    text: Arc<Text>,
    at: usize,
    /// The beginning of the last end of a comment.
    comments: usize,
    place: Place,
    /// The file's path; `None` for the text that asks.
    path: Option<String>,
}

/// What is to be put in a place of the text.
enum Tag {
    /// The name of a variable.
    Variable(Range<usize>),
    /// The path of a file, which may hold variables.
    Part(Range<usize>),
    /// A comment, which stays as it is.
    Comment,
}

impl Reader<'_> {
    /// Takes the variables of the note type in.
    pub(super) fn variables(&mut self, entry: &Entry) {
        for entry in decode::mapping(&entry.value, "vars", self.sink).unwrap_or_default() {
            let matrix = self.context.matrix;
            if matrix.is_some_and(|it| it.variable(entry.name()).is_some()) {
                self.failed = true;
                let title = format!("`{}` is a variable of the matrix already", entry.name());
                self.sink.push(
                    Diagnostic::new(Code::TemplateVariable, title)
                        .at(entry.key_span(), "the second one of this name")
                        .note("the variables of the matrix are there in every note type")
                        .help("take it out of `vars`, or give it another name"),
                );
                continue;
            }
            if !is_name(entry.name()) {
                self.failed = true;
                let name = entry.spanned_name();
                let title = format!("`{}` cannot be the name of a variable", name.value);
                self.sink.push(
                    Diagnostic::new(Code::BadValue, title)
                        .at(name.span, "not a name")
                        .help("a name is made of letters from a to z, digits, `-` and `_`, and begins with a letter"),
                );
                continue;
            }
            match entry.value.as_text() {
                Some(value) => self.variables.push((entry.name().to_owned(), value)),
                None => {
                    self.failed = true;
                    decode::wrong_shape::<()>(&entry.value, entry.name(), "a text", self.sink);
                }
            }
        }
    }

    /// The text with parts and variables in their places. `None` where something that was told
    /// keeps it from being whole. CSS takes in no parts, for it may be a list.
    pub(super) fn expanded(&mut self, text: Text, place: &Place, parts: bool) -> Option<Text> {
        let asks = |tag: &str| text.as_str().contains(tag);
        let is_plain = !asks("{{=") && (!parts || !asks("{{>"));
        if is_plain || text.as_str().trim_start().starts_with(OTHER_BRACKETS) {
            return Some(text);
        }
        let start = text.span(0..0);
        let mut built = TextBuilder::new(start.file, start.range().start);
        let mut whole = true;
        let mut size = 0;
        let mut stack = vec![Frame {
            at: 0,
            comments: last_comment(&text),
            text: Arc::new(text),
            place: place.clone(),
            path: None,
        }];
        while let Some(frame) = stack.last_mut() {
            let Some((range, tag)) = next_tag(frame.text.as_str(), frame.at, frame.comments, parts)
            else {
                let rest = frame.text.slice(frame.at..frame.text.as_str().len());
                size += rest.as_str().len();
                built.push_text(&rest);
                stack.pop();
                continue;
            };
            let kept = match tag {
                Tag::Comment => frame.at..range.end,
                _ => frame.at..range.start,
            };
            let kept = frame.text.slice(kept);
            size += kept.as_str().len();
            built.push_text(&kept);
            frame.at = range.end;
            let (text, place) = (frame.text.clone(), frame.place.clone());
            let tag_span = text.span(range);
            match tag {
                Tag::Comment => {}
                Tag::Variable(name) => match self.variable(&text.slice(name)) {
                    Some(value) => {
                        size += value.as_str().len();
                        built.push_text(&value);
                    }
                    None => whole = false,
                },
                Tag::Part(name) => match self.part(&text.slice(name), &place, &stack) {
                    Some(frame) => stack.push(frame),
                    None => whole = false,
                },
            }
            if size > MAX_BYTES {
                let title = "the card template comes to more than 1 MB";
                self.sink.push(
                    Diagnostic::new(Code::TemplateInclude, title)
                        .at(tag_span, "with what stands here")
                        .note(format!("in note type `{}`", self.key))
                        .help("take in less"),
                );
                return None;
            }
        }
        whole.then(|| built.finish())
    }

    fn variable(&mut self, name: &Text) -> Option<Text> {
        let (span, name) = (name.whole(), name.as_str());
        if let Some((_, value)) = self.variables.iter().find(|(known, _)| known == name) {
            return Some(value.clone());
        }
        let matrix = self.context.matrix;
        if let Some(value) = matrix.and_then(|it| it.variable(name)) {
            return Some(value.clone());
        }
        let title = format!("note type `{}` has no variable `{name}`", self.key);
        let found = Diagnostic::new(Code::TemplateVariable, title).at(span, "no such variable");
        let of_matrix = matrix.into_iter().flat_map(|it| &it.variables);
        let known = self.variables.iter().chain(of_matrix);
        let names: Vec<&str> = known.map(|(it, _)| it.as_str()).collect();
        self.sink.push(match nearest(name, names.iter().copied()) {
            Some(near) => found.fix("a variable with a similar name exists", span, near),
            None if names.is_empty() => found.help(format!(
                "give it a value in the note type: `vars: {{{name}: ..}}`"
            )),
            None => found.help(format!("the variables are {}", decode::enumeration(&names))),
        });
        None
    }

    /// The file that a tag asks for, as the next to be put in its place.
    fn part(&mut self, written: &Text, place: &Place, stack: &[Frame]) -> Option<Frame> {
        let written = written.trim();
        let span = written.whole();
        let name = self.expanded(written, place, false)?;
        let name = name.as_str().trim();
        let path = join(&place.folder, name).unwrap_or_default();
        if stack.iter().any(|it| it.path.as_deref() == Some(&path)) {
            self.cycle(span, &path, stack);
            return None;
        }
        let text = match self.parts.iter().find(|(known, _)| *known == path) {
            Some((_, text)) => text.clone(),
            None => {
                let name = crate::diag::Spanned::new(name.to_owned(), span);
                let text = Arc::new(self.file(&name, place, "html")?);
                self.parts.push((path.clone(), text.clone()));
                text
            }
        };
        let folder = parent(&path).to_owned();
        let place = Place {
            folder,
            ..place.clone()
        };
        Some(Frame {
            at: 0,
            comments: last_comment(&text),
            text,
            place,
            path: Some(path),
        })
    }

    fn cycle(&mut self, span: Span, path: &str, stack: &[Frame]) {
        let way = stack.iter().filter_map(|it| it.path.as_deref());
        let way: Vec<String> = way
            .skip_while(|it| *it != path)
            .chain([path])
            .map(|it| format!("`{it}`"))
            .collect();
        let title = format!("`{path}` takes in itself");
        self.sink.push(
            Diagnostic::new(Code::TemplateInclude, title)
                .at(span, "here again")
                .note(format!("the way is {}", way.join(" to "))),
        );
    }
}

fn last_comment(text: &Text) -> usize {
    text.as_str().rfind("-->").unwrap_or_default()
}

/// The next tag of ours at or behind `from`, and its place.
fn next_tag(text: &str, from: usize, comments: usize, parts: bool) -> Option<(Range<usize>, Tag)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let start = at + rest.find(['{', '<'])?;
        let rest = text.get(start..)?;
        // Anki reads nothing in comments either.
        if parts && start < comments && rest.starts_with("<!--") {
            let end = rest.find("-->").map(|it| start + it + "-->".len());
            if let Some(end) = end {
                return Some((start..end, Tag::Comment));
            }
        }
        let found = variable_at(text, start).or_else(|| part_at(text, start).filter(|_| parts));
        if found.is_some() {
            return found;
        }
        at = start + 1;
    }
}

/// `{{=name}}` at this place. Of `{{{{=name}}}}` it is the inner one.
fn variable_at(text: &str, start: usize) -> Option<(Range<usize>, Tag)> {
    let inside = text.get(start..)?.strip_prefix("{{=")?;
    let name = inside.trim_start_matches(' ');
    let first = start + 3 + inside.len() - name.len();
    let behind = name.trim_start_matches(is_inner);
    let length = name.len() - behind.len();
    let end = behind.trim_start_matches(' ');
    if !is_name(name.get(..length)?) || !end.starts_with("}}") {
        return None;
    }
    let end = text.len() - end.len() + 2;
    Some((start..end, Tag::Variable(first..first + length)))
}

/// `{{> path}}` at this place, in one line; variables in the path have braces of their own.
fn part_at(text: &str, start: usize) -> Option<(Range<usize>, Tag)> {
    text.get(start..)?.strip_prefix("{{>")?;
    let first = start + 3;
    let mut at = first;
    loop {
        let end = at + text.get(at..)?.find(['{', '}', '\n'])?;
        // Paths are short; a text full of brackets that never close is read once.
        if end - first > 500 || text.get(end..)?.starts_with('\n') {
            return None;
        }
        if text.get(end..)?.starts_with("}}") {
            return Some((start..end + 2, Tag::Part(first..end)));
        }
        // A path holds no other braces.
        at = variable_at(text, end)?.0.end;
    }
}

/// The next `{{=name}}` at or behind `from`: its place, and that of the name.
pub(in crate::source) fn next_variable(
    text: &str,
    from: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find("{{=")?;
        if let Some((range, Tag::Variable(name))) = variable_at(text, start) {
            return Some((range, name));
        }
        at = start + 1;
    }
}

/// Whether a variable may be called so.
pub(in crate::source) fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic()) && text.chars().all(is_inner)
}

fn is_inner(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}
