//! From the Markdown parser's events to HTML.
//!
//! No line breaks between block elements: AnkiDroid's editor may turn them into `<br>`. One
//! paragraph alone is written without `<p>`: Anki sorts and compares by the first field's text.

mod callouts;
mod code;
mod footnotes;
mod formulas;
mod links;
mod masks;

use std::ops::Range;

use code::CodeBlock;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use crate::diag::{Code, Diagnostic, Span};
use crate::render::markdown::Field;
use crate::render::mask::Mask;
use crate::render::piece::{Element, Html, PieceKind};
use crate::render::raw_html;
use crate::render::sink::Sink;
use crate::render::tag_pairs::TagPairs;

pub(super) struct Writer<'w, 'n> {
    pub(super) field: &'w Field<'w>,
    pub(super) mask: &'w Mask<'w>,
    pub(super) sink: &'w mut Sink<'n>,
    pub(super) html: Html,
    /// Block elements that are open.
    depth: usize,
    /// Inline elements that are open.
    inline: usize,
    /// Block elements at the top, and whether the first is a paragraph.
    blocks: usize,
    first_is_paragraph: bool,
    /// The links that are open.
    links: Vec<OpenLink>,
    /// The text of an image that is being read.
    image: Option<Image>,
    quotes: Vec<Quote>,
    table: Table,
    /// The text of the code block that is being read.
    code_block: Option<CodeBlock>,
    html_block: Option<(String, usize)>,
    /// Whether HTML of the author's own is being written.
    in_html_block: bool,
    footnotes: Footnotes,
    pub(super) tags: TagPairs,
    /// Text before this offset was read in another way.
    skip_until: usize,
}

/// A link whose text is being written.
struct OpenLink {
    ends: Link,
    /// How much was written before its text.
    from: usize,
}

/// How a link ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Tag,
    Text,
    /// An autolink that is none.
    Bracket,
}

struct Image {
    target: String,
    title: String,
    range: Range<usize>,
    alt: String,
    /// Images within its text.
    depth: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    Plain,
    Callout {
        folds: bool,
    },
    /// A callout whose title is being written, in a block element this deep.
    Title {
        depth: usize,
        folds: bool,
    },
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    has_body: bool,
    /// Behind the last cell.
    end: usize,
}

#[derive(Default)]
struct Footnotes {
    /// Labels in the order of their first use.
    labels: Vec<String>,
    written: Vec<(String, Html)>,
    /// The field's own HTML and state, while a footnote is written.
    outer: Vec<Outer>,
}

/// The field around a footnote that is being written, and the footnote's place.
struct Outer {
    html: Html,
    depth: usize,
    blocks: usize,
    first_is_paragraph: bool,
    footnote: usize,
}

impl<'w, 'n> Writer<'w, 'n> {
    pub(super) fn new(
        field: &'w Field<'w>,
        mask: &'w Mask<'w>,
        tracks: bool,
        sink: &'w mut Sink<'n>,
    ) -> Self {
        let capacity = field.text.as_str().len() * 5 / 4 + 32;
        Self {
            field,
            mask,
            sink,
            html: Html::new(tracks, capacity),
            depth: 0,
            inline: 0,
            blocks: 0,
            first_is_paragraph: false,
            links: Vec::new(),
            image: None,
            quotes: Vec::new(),
            table: Table::default(),
            code_block: None,
            html_block: None,
            in_html_block: false,
            footnotes: Footnotes::default(),
            tags: TagPairs::default(),
            skip_until: 0,
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.image.is_some() {
            return self.in_image(event);
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.plain_text(&text, &range),
            Event::Code(code) => {
                self.html.start(Element::Inline, "<code>");
                self.text(&code, "\n");
                self.html.end(Element::Inline, "</code>");
            }
            Event::Html(text) => match &mut self.html_block {
                Some((block, _)) => block.push_str(&text),
                None => self.raw_html(&text, range.start),
            },
            Event::InlineHtml(text) => self.raw_html(&text, range.start),
            Event::FootnoteReference(label) => self.footnote(&label),
            Event::SoftBreak => self.soft_break(range.end),
            Event::HardBreak => {
                if !self.end_callout_title() {
                    self.html.raw("<br>");
                }
            }
            Event::Rule => {
                self.block(false);
                self.html.raw("<hr>");
            }
            Event::TaskListMarker(checked) => self.html.raw(if checked {
                r#"<input type="checkbox" checked disabled> "#
            } else {
                r#"<input type="checkbox" disabled> "#
            }),
            // Math is read before the parser; its own is switched off.
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, " "),
        }
    }

    /// The whole field, with its footnotes at the end.
    pub(super) fn finish(mut self) -> Html {
        while !self.footnotes.outer.is_empty() {
            self.end_footnote();
        }
        self.write_footnotes();
        self.tags.tell(self.field.text, self.sink);
        if self.blocks == 1 && self.first_is_paragraph {
            self.html.unwrap_paragraph();
        }
        self.html
    }

    /// Counts a block element at the top.
    fn block(&mut self, is_paragraph: bool) {
        if self.depth == 0 {
            if self.blocks == 0 {
                self.first_is_paragraph = is_paragraph;
            }
            self.blocks += 1;
        }
    }

    fn open(&mut self, element: Element, tag: &str) {
        if element != Element::Inline {
            self.block(tag == "<p>");
            self.depth += 1;
        } else {
            self.inline += 1;
        }
        self.html.start(element, tag);
    }

    fn close(&mut self, element: Element, tag: &str) {
        if element != Element::Inline {
            self.depth = self.depth.saturating_sub(1);
        } else {
            self.inline = self.inline.saturating_sub(1);
        }
        self.html.end(element, tag);
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => {
                if self.is_in_title() {
                    return;
                }
                self.open(Element::Block, "<p>");
            }
            Tag::Heading { level, .. } => {
                self.open(Element::Block, &format!("<{}>", heading(level)));
            }
            Tag::BlockQuote(_) => self.quote(&range),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => self.start_code(Some(&info), range),
            Tag::CodeBlock(CodeBlockKind::Indented) => self.start_code(None, range),
            Tag::HtmlBlock => {
                self.block(false);
                self.depth += 1;
                self.html_block = Some((String::new(), range.start));
            }
            Tag::List(None) => self.open(Element::Block, "<ul>"),
            Tag::List(Some(1)) => self.open(Element::Block, "<ol>"),
            Tag::List(Some(first)) => {
                self.open(Element::Block, &format!("<ol start=\"{first}\">"));
            }
            Tag::Item => self.open(Element::Cell, "<li>"),
            Tag::FootnoteDefinition(label) => self.start_footnote(&label),
            Tag::Table(alignments) => {
                self.table = Table {
                    alignments,
                    column: 0,
                    in_head: false,
                    has_body: false,
                    end: 0,
                };
                self.open(Element::Block, "<table>");
            }
            Tag::TableHead => {
                self.table.in_head = true;
                self.table.column = 0;
                self.open(Element::Block, "<thead>");
                self.open(Element::Cell, "<tr>");
            }
            Tag::TableRow => {
                self.table.column = 0;
                if !std::mem::replace(&mut self.table.has_body, true) {
                    self.open(Element::Block, "<tbody>");
                }
                self.open(Element::Cell, "<tr>");
            }
            Tag::TableCell => {
                let name = if self.table.in_head { "th" } else { "td" };
                let tag = match self.table.alignments.get(self.table.column) {
                    Some(Alignment::Left) => format!("<{name} align=\"left\">"),
                    Some(Alignment::Center) => format!("<{name} align=\"center\">"),
                    Some(Alignment::Right) => format!("<{name} align=\"right\">"),
                    _ => format!("<{name}>"),
                };
                self.open(Element::Cell, &tag);
            }
            Tag::Emphasis => self.open(Element::Inline, "<em>"),
            Tag::Strong => self.open(Element::Inline, "<strong>"),
            Tag::Strikethrough => self.open(Element::Inline, "<del>"),
            Tag::Superscript => self.open(Element::Inline, "<sup>"),
            Tag::Subscript => self.open(Element::Inline, "<sub>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.link(link_type, &dest_url, &title, &range),
            Tag::Image {
                dest_url, title, ..
            } => {
                self.image = Some(Image {
                    target: self.mask.unmasked(&dest_url).into_owned(),
                    title: self.mask.unmasked(&title).into_owned(),
                    range,
                    alt: String::new(),
                    depth: 1,
                });
            }
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => {
                if self.end_callout_title() {
                    // The body may have begun in this very paragraph; an empty one is none.
                    self.close_or_drop_paragraph();
                } else {
                    self.close(Element::Block, "</p>");
                }
            }
            TagEnd::Heading(level) => self.close(Element::Block, &format!("</{}>", heading(level))),
            TagEnd::BlockQuote(_) => {
                self.end_quote();
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => {
                if let Some((block, start)) = self.html_block.take() {
                    self.in_html_block = true;
                    raw_html::push_block(self, &block, start);
                    self.in_html_block = false;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::List(true) => self.close(Element::Block, "</ol>"),
            TagEnd::List(false) => self.close(Element::Block, "</ul>"),
            TagEnd::Item => self.close(Element::Cell, "</li>"),
            TagEnd::FootnoteDefinition => self.end_footnote(),
            TagEnd::Table => {
                if self.table.has_body {
                    self.close(Element::Block, "</tbody>");
                }
                self.close(Element::Block, "</table>");
            }
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.close(Element::Cell, "</tr>");
                self.close(Element::Block, "</thead>");
            }
            TagEnd::TableRow => {
                self.tell_extra_cells(&range);
                self.close(Element::Cell, "</tr>");
            }
            TagEnd::TableCell => {
                self.table.column += 1;
                self.table.end = range.end;
                let tag = if self.table.in_head { "</th>" } else { "</td>" };
                self.close(Element::Cell, tag);
            }
            TagEnd::Emphasis => self.close(Element::Inline, "</em>"),
            TagEnd::Strong => self.close(Element::Inline, "</strong>"),
            TagEnd::Strikethrough => self.close(Element::Inline, "</del>"),
            TagEnd::Superscript => self.close(Element::Inline, "</sup>"),
            TagEnd::Subscript => self.close(Element::Inline, "</sub>"),
            TagEnd::Link => self.end_link(&range),
            // Images end where their text is read; the others are switched off.
            TagEnd::Image
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn plain_text(&mut self, text: &str, range: &Range<usize>) {
        if let Some(block) = &mut self.code_block {
            block.push(text);
            return;
        }
        if range.end <= self.skip_until {
            return;
        }
        self.tell_footnote(text, range);
        // Text that was read in another way in part has no escapes: its bytes are the source's.
        let skipped = self.skip_until.saturating_sub(range.start);
        self.text(text.get(skipped..).unwrap_or(text), " ");
    }

    fn soft_break(&mut self, end: usize) {
        if self.end_callout_title() || end <= self.skip_until {
            return;
        }
        if self.sink.settings.hard_breaks {
            self.html.raw("<br>");
        } else {
            self.text(" ", " ");
        }
    }

    pub(super) fn raw_html(&mut self, tag: &str, start: usize) {
        raw_html::push_tag(self, tag, start);
    }

    /// The place in the source of a range of the masked text.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        self.field.text.span(self.mask.span(range))
    }

    /// Tells what a row of a table holds beyond the columns of its head.
    fn tell_extra_cells(&mut self, row: &Range<usize>) {
        if self.table.column < self.table.alignments.len() {
            return;
        }
        let rest = self
            .mask
            .text
            .get(self.table.end..row.end)
            .unwrap_or_default();
        let extra = rest.trim_start().trim_start_matches('|');
        let shown = extra.trim().trim_end_matches('|').trim_end();
        if shown.trim_matches([' ', '|', '\t']).is_empty() {
            return;
        }
        let start = self.table.end + rest.len() - extra.trim_start().len();
        let span = self.span(&(start..start + shown.len()));
        self.sink.push(
            Diagnostic::new(
                Code::ExtraCell,
                format!(
                    "this row has more cells than the {} of the table's head",
                    self.table.alignments.len()
                ),
            )
            .at(span, "Markdown drops it")
            .help("give the head and the line below it another column, or write a pipe that is text as `\\|`"),
        );
    }

    fn in_image(&mut self, event: Event<'_>) {
        let Some(image) = &mut self.image else {
            return;
        };
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => {
                image.alt.push_str(&self.mask.unmasked(&text));
            }
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            Event::Start(Tag::Image { .. }) => image.depth += 1,
            Event::End(TagEnd::Image) => {
                image.depth -= 1;
                if image.depth == 0
                    && let Some(image) = self.image.take()
                {
                    self.end_image(&image);
                }
            }
            _ => {}
        }
    }

    fn end_image(&mut self, image: &Image) {
        let place = self.mask.span(&image.range);
        let source = self.field.text.as_str();
        let written = source.get(place.clone()).unwrap_or_default();
        let span = match written.rfind(image.target.as_str()) {
            Some(at) if !image.target.is_empty() => {
                place.start + at..place.start + at + image.target.len()
            }
            _ => place,
        };
        let span = self.field.text.span(span);
        let (alt, mut size) = crate::render::image::alt_and_size(&image.alt);
        let behind = self.mask.text.get(image.range.end..).unwrap_or_default();
        if let Some((attributes, length)) = crate::render::image::attributes(behind) {
            size = attributes;
            self.skip_until = image.range.end + length;
        }
        self.media(&image.target, span, false, alt, &image.title, size);
    }
}

/// Escaped text. What Anki would read as a sound, speech or LaTeX tag, though it was written as
/// text (escaped, or in code), is kept from being one.
pub(super) fn push_text(html: &mut Html, text: &str, line_break: &str) {
    const TAGS: [&str; 6] = ["sound:", "anki:", "latex]", "/latex]", "$]", "$$]"];
    if text.is_empty() {
        return;
    }
    let begins = |rest: &str| {
        TAGS.iter().any(|tag| {
            rest.as_bytes()
                .get(..tag.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(tag.as_bytes()))
        })
    };
    html.piece(PieceKind::Text, |out| {
        let mut rest = text;
        if out.ends_with('[') && begins(rest) {
            out.push_str("<!-- -->");
        }
        while let Some(at) = rest.find('[').map(|at| at + 1) {
            let (before, behind) = rest.split_at(at);
            crate::model::push_escaped(out, before, line_break);
            if begins(behind) {
                out.push_str("<!-- -->");
            }
            rest = behind;
        }
        crate::model::push_escaped(out, rest, line_break);
    });
}

/// Text as the value of an attribute in double quotes.
pub(super) fn push_attribute(tag: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '&' => tag.push_str("&amp;"),
            '<' => tag.push_str("&lt;"),
            '>' => tag.push_str("&gt;"),
            '"' => tag.push_str("&quot;"),
            '\n' | '\r' => tag.push(' '),
            _ => tag.push(character),
        }
    }
}

fn heading(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h1",
        HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 => "h4",
        HeadingLevel::H5 => "h5",
        HeadingLevel::H6 => "h6",
    }
}
