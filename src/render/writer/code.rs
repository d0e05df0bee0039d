//! Code blocks: the language behind the fence, and the code with its colors and clozes.
//!
//! Clozes are taken out before the code is read, or `{{c1::` would be code, and put back at their
//! places. No colored stretch reaches over one, so each cloze holds whole elements.

use std::ops::Range;

use super::{Writer, push_text};
use crate::diag::{Code, Diagnostic, Span, nearest};
use crate::render::code::{self, Colored, MAX_BYTES, MAX_LINE, TooLong};
use crate::render::language;
use crate::render::mask::Masked;
use crate::render::piece::Element;
use crate::render::scan::glyph;

/// A code block that is being read.
pub(super) struct CodeBlock {
    /// Its text, with masks.
    text: String,
    /// The language, as it stands in the class; empty for plain text.
    language: &'static str,
    /// Where the block stands in the masked text.
    range: Range<usize>,
}

impl CodeBlock {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

impl Writer<'_, '_> {
    /// Begins a block; `info` is what stands behind its fence.
    pub(super) fn start_code(&mut self, info: Option<&str>, range: Range<usize>) {
        let language = info.map_or("", |info| self.language(info, &range));
        self.open(Element::Block, &code::block_tag(self.sink.settings.code));
        let tag = if language.is_empty() {
            "<code>".to_owned()
        } else {
            format!("<code class=\"language-{language}\">")
        };
        self.html.start(Element::Inline, &tag);
        self.code_block = Some(CodeBlock {
            text: String::new(),
            language,
            range,
        });
    }

    pub(super) fn end_code(&mut self) {
        if let Some(block) = self.code_block.take() {
            let text = block.text.strip_suffix('\n').unwrap_or(&block.text);
            if block.language.is_empty() {
                self.text(text, "\n");
            } else {
                self.write_code(text, &block);
            }
        }
        self.html.end(Element::Inline, "</code>");
        self.close(Element::Block, "</pre>");
    }

    fn write_code(&mut self, text: &str, block: &CodeBlock) {
        let (code, clozes) = self.without_masks(text);
        let style = self.sink.settings.code;
        let colored = code::colored(block.language, &code, style, self.sink.cache());
        let colored = colored.unwrap_or_else(|too_long| {
            self.tell_length(too_long, &block.range);
            Vec::new()
        });
        let mut clozes = clozes.into_iter().peekable();
        let mut at = 0;
        for Colored { range, tag } in colored {
            while let Some((offset, masked)) = clozes.next_if(|(offset, _)| *offset <= range.start)
            {
                self.code_text(&code, at..offset);
                at = offset;
                self.restore(masked);
            }
            self.code_text(&code, at..range.start);
            at = range.start;
            while let Some((offset, masked)) = clozes.next_if(|(offset, _)| *offset < range.end) {
                self.colored_text(&code, at..offset, &tag);
                at = offset;
                self.restore(masked);
            }
            self.colored_text(&code, at..range.end, &tag);
            at = range.end;
        }
        for (offset, masked) in clozes {
            self.code_text(&code, at..offset);
            at = offset;
            self.restore(masked);
        }
        self.code_text(&code, at..code.len());
    }

    /// The code itself, and the masks in it with their places.
    fn without_masks(&self, text: &str) -> (String, Vec<(usize, Masked)>) {
        let mut code = String::with_capacity(text.len());
        let mut masks = Vec::new();
        for character in text.chars() {
            if let Some(masked) = self.mask.get(character) {
                masks.push((code.len(), masked));
            } else if character != glyph::PAD && glyph::mask_index(character).is_none() {
                code.push(character);
            }
        }
        (code, masks)
    }

    fn code_text(&mut self, code: &str, range: Range<usize>) {
        push_text(&mut self.html, code.get(range).unwrap_or_default(), "\n");
    }

    fn colored_text(&mut self, code: &str, range: Range<usize>, tag: &str) {
        if !range.is_empty() {
            self.html.start(Element::Inline, tag);
            self.code_text(code, range);
            self.html.end(Element::Inline, "</span>");
        }
    }

    fn tell_length(&mut self, too_long: TooLong, range: &Range<usize>) {
        let (title, limit) = match too_long {
            TooLong::Block => (
                "the code is too long to be colored",
                format!("the limit is {MAX_BYTES} bytes"),
            ),
            TooLong::Line => (
                "a line of the code is too long for it to be colored",
                format!("the limit is {MAX_LINE} bytes a line"),
            ),
        };
        let span = self.first_line(range);
        self.sink.push(
            Diagnostic::new(Code::CodeTooLong, title)
                .at(span, "written without colors")
                .note(limit)
                .help("show the part that the card is about; or call the language `text`"),
        );
    }

    /// The line that a block begins with.
    fn first_line(&self, range: &Range<usize>) -> Span {
        let place = self.mask.span(range);
        let source = self.field.text.as_str();
        let written = source.get(place.clone()).unwrap_or_default();
        let length = written.lines().next().map_or(0, str::len);
        self.field.text.span(place.start..place.start + length)
    }

    fn language(&mut self, info: &str, range: &Range<usize>) -> &'static str {
        let info = self.mask.unmasked(info);
        let name = language::name_in(&info);
        if name.is_empty() {
            return "";
        }
        if let Some(language) = language::language(name) {
            return language;
        }
        let place = self.mask.span(range);
        let source = self.field.text.as_str();
        let line = source.get(place.clone()).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let span = line.find(name).map_or(place.clone(), |at| {
            place.start + at..place.start + at + name.len()
        });
        let span = self.field.text.span(span);
        let unknown = Diagnostic::new(
            Code::UnknownLanguage,
            format!("no language `{name}` is known"),
        )
        .at(span, "written as plain text");
        self.sink.push(match nearest(name, language::names()) {
            Some(near) => unknown.fix(format!("did you mean `{near}`?"), span, near),
            None => unknown.help("`text` is plain text"),
        });
        ""
    }
}
