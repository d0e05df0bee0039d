//! The block structure of a Markdown file: where headings, rules, labels and comments stand.
//!
//! CommonMark decides, so that a `## x` in a code block, a list item or a quote is text. Only
//! labels are found line by line: `Q:` at the first column begins a label even where CommonMark
//! would join the line to the list item above it.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::definitions::Definitions;
use super::inline::{Divider, divider};
use super::labels::Labels;
use super::mask::{Masked, mask};
use super::notation::Notation;
use crate::diag::{FileId, Span, Text, TextBuilder};

/// A file whose blocks are known.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) file: FileId,
    pub(super) source: &'a str,
    /// Where the text begins, behind a byte order mark and front matter.
    body: usize,
    pub(super) masked: Masked,
    /// Headings that stand in no list or quote.
    pub(super) headings: Vec<Heading>,
    /// Lines of exactly `---` that CommonMark reads as rules.
    pub(super) rules: Vec<Range<usize>>,
    pub(super) labels: Vec<Label>,
    /// Tables that stand in no list or quote.
    pub(super) tables: Vec<Range<usize>>,
    /// List items that have the form of notes, those in other items too.
    pub(super) items: Vec<Item>,
    /// Lines such as `q: x`, whose label lacks its capitals.
    pub(super) small_labels: Vec<SmallLabel>,
    /// Lines such as `Q:x`, which lack the space of a label.
    pub(super) near_labels: Vec<Range<usize>>,
    /// The signs of lines such as `##x`, which lack the space of a heading.
    pub(super) near_headings: Vec<Range<usize>>,
    /// Blocks of code between fences.
    pub(super) fences: Vec<Range<usize>>,
    /// Labels that a block of HTML hides.
    pub(super) hidden_labels: Vec<Range<usize>>,
    pub(super) definitions: Definitions,
    /// What is written as other tools have it.
    pub(super) notation: Notation,
    /// Backslashes before a label, which make it text and are no text themselves.
    escapes: Vec<usize>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) level: u8,
    /// All of its lines, without the last line break.
    pub(super) range: Range<usize>,
    /// Its text, without `#` and white space around it.
    pub(super) content: Range<usize>,
    /// The line that underlines it, where it has no `#`.
    pub(super) underline: Option<Range<usize>>,
}

/// A label at the beginning of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) name: String,
    /// With its colon.
    pub(super) range: Range<usize>,
}

/// A label in lower case, which is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmallLabel {
    /// With its colon.
    pub(super) range: Range<usize>,
    /// Whether notes begin with the label that it almost is.
    pub(super) begins: bool,
}

/// A list item whose first line holds ` :: ` or ` ::: `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// All of it, from its sign on.
    pub(super) range: Range<usize>,
    /// The text of its first line.
    pub(super) content: Range<usize>,
    /// The column at which its text begins, and its further lines with it.
    pub(super) column: usize,
    pub(super) divider: Divider,
}

impl<'a> Page<'a> {
    /// Reads the structure of what stands in `source` from `body` on; `percent` says that
    /// `%%..%%` is a comment.
    pub(super) fn new(
        file: FileId,
        source: &'a str,
        body: usize,
        labels: &Labels,
        percent: bool,
    ) -> Self {
        let mut blank = "\n".repeat(body);
        blank.push_str(&source[body..]);
        let first = Blocks::of(&blank);
        let bounds = bounds(source, body, &first.code, labels);
        let mut code: Vec<_> = first.code.iter().chain(&first.spans).cloned().collect();
        code.sort_by_key(|it| it.start);
        let masked = mask(source, body, &code, &bounds, percent);
        let blocks = if masked.text == blank {
            first
        } else {
            Blocks::of(&masked.text)
        };
        let mut page = Self {
            file,
            source,
            body,
            headings: Vec::new(),
            rules: Vec::new(),
            labels: Vec::new(),
            tables: Vec::new(),
            items: Vec::new(),
            small_labels: Vec::new(),
            near_labels: Vec::new(),
            near_headings: Vec::new(),
            fences: Vec::new(),
            hidden_labels: Vec::new(),
            escapes: Vec::new(),
            definitions: Definitions::default(),
            notation: Notation::default(),
            masked,
        };
        for (level, range) in &blocks.headings {
            let heading = page.heading(*level, range.clone());
            page.headings.extend(heading);
        }
        for at in &blocks.rules {
            let line = page.line(*at);
            if page.source[line.clone()].trim_end() == "---" {
                page.rules.push(line);
            }
        }
        page.find_labels(body, &blocks, labels);
        page.items = blocks.items.iter().filter_map(|it| page.item(it)).collect();
        page.notation = Notation::of(&page.masked.text, body, labels, |at| {
            inside(&blocks.code, at) || inside(&blocks.html, at)
        });
        page.tables = blocks.tables;
        let is_fence = |it: &&Range<usize>| {
            let text = source.get(it.start..).unwrap_or_default();
            text.starts_with("```") || text.starts_with("~~~")
        };
        page.fences = blocks.code.iter().filter(is_fence).cloned().collect();
        page.definitions = blocks.definitions;
        page
    }

    /// The table directly below a place.
    pub(super) fn table_below(&self, at: usize) -> Option<Range<usize>> {
        let next = self.tables.partition_point(|it| it.start < at);
        let table = self.tables.get(next)?;
        self.is_blank(at..table.start).then(|| table.clone())
    }

    /// The place of a range.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.clone())
    }

    /// The line that holds the byte, without its line break and without a byte order mark.
    pub(super) fn line(&self, at: usize) -> Range<usize> {
        let bytes = self.source.as_bytes();
        let at = at.min(bytes.len());
        let start = bytes[..at]
            .iter()
            .rposition(|&it| it == b'\n')
            .map_or(0, |it| it + 1)
            .max(self.body.min(at));
        let end = bytes[at..]
            .iter()
            .position(|&it| it == b'\n')
            .map_or(bytes.len(), |it| at + it);
        let end = start + self.source[start..end].trim_end_matches('\r').len();
        start..end
    }

    /// Whether there is nothing but white space and comments.
    pub(super) fn is_blank(&self, range: Range<usize>) -> bool {
        self.masked
            .text
            .get(range)
            .is_none_or(|it| it.trim().is_empty())
    }

    /// What is written in `range`, without blank lines at its ends, and without the definitions of
    /// links that are for other notes; line breaks are `\n`.
    pub(super) fn text(&self, range: Range<usize>) -> Text {
        let mut range = self.trimmed(range);
        let mut idle = self.definitions.idle(&range, self.source);
        // Where they stand at an end, the text ends at what is left.
        while let Some(last) = idle.pop_if(|it| it.end >= range.end) {
            range = self.trimmed(range.start..last.start);
        }
        while let Some(first) = idle.first().filter(|it| it.start <= range.start).cloned() {
            range = self.trimmed(first.end..range.end.max(first.end));
            idle.remove(0);
        }
        if !idle.is_empty() {
            let mut text = TextBuilder::new(self.file, range.start);
            let mut at = range.start;
            for idle in idle {
                self.push_to(&mut text, at..idle.start);
                at = idle.end;
            }
            self.push_to(&mut text, at..range.end);
            return text.finish();
        }
        let slice = &self.source[range.clone()];
        if !slice.contains('\r') && self.escapes_in(&range).is_empty() {
            return Text::verbatim(slice, self.file, range.start);
        }
        let mut text = TextBuilder::new(self.file, range.start);
        self.push_to(&mut text, range);
        text.finish()
    }

    /// Appends what is written in `range` to a text.
    pub(super) fn push_to(&self, text: &mut TextBuilder, range: Range<usize>) {
        let mut at = range.start;
        for &escape in self.escapes_in(&range) {
            self.push_lines(text, at..escape);
            at = escape + 1;
        }
        self.push_lines(text, at..range.end);
    }

    /// Appends the lines of `range`, which begins a line, without their indentation up to
    /// `column`, each with a line break before it.
    pub(super) fn push_dedented(&self, text: &mut TextBuilder, range: Range<usize>, column: usize) {
        let mut at = range.start;
        let mut newline = at.saturating_sub(1)..at;
        for line in self.source[range].split_inclusive('\n') {
            let (start, end) = (at, at + line.trim_end_matches(['\n', '\r']).len());
            at += line.len();
            text.push("\n", newline);
            self.push_to(text, start + indentation(line, column)..end);
            newline = end..at;
        }
    }

    /// The range without blank lines at its ends. The indentation of the first line stays, for
    /// it may make code of it, unless the range begins within the line.
    pub(super) fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let space = |it: char| it.is_ascii_whitespace();
        let slice = &self.source[range.clone()];
        let kept = slice.trim_start_matches(space);
        if kept.is_empty() {
            return range.start..range.start;
        }
        let end = range.start + slice.trim_end_matches(space).len();
        let lead = slice.len() - kept.len();
        let start = match slice[..lead].rfind('\n') {
            Some(newline) => range.start + newline + 1,
            None if self.line(range.start).start == range.start => range.start,
            None => range.start + lead,
        };
        start..end
    }

    fn escapes_in(&self, range: &Range<usize>) -> &[usize] {
        let from = self.escapes.partition_point(|&it| it < range.start);
        let to = self.escapes.partition_point(|&it| it < range.end);
        &self.escapes[from..to]
    }

    fn push_lines(&self, text: &mut TextBuilder, range: Range<usize>) {
        let mut at = range.start;
        while let Some(found) = self.source[at..range.end].find("\r\n") {
            text.push_verbatim(&self.source[at..at + found], at);
            text.push("\n", at + found..at + found + 2);
            at += found + 2;
        }
        text.push_verbatim(&self.source[at..range.end], at);
    }

    fn heading(&self, level: u8, range: Range<usize>) -> Option<Heading> {
        let masked = &self.masked.text;
        let end = range.start + masked[range.clone()].trim_end().len();
        let range = self.line(range.start).start..end;
        match masked[range.clone()].rfind('\n') {
            None => {
                let line = &masked[range.clone()];
                let content = line.trim_start().trim_start_matches('#').trim_start();
                let start = range.end - content.len();
                let open = content.trim_end_matches('#');
                // The closing sequence of `## a ##`, but not the sign of `## C#`.
                let closed = open.is_empty() || open.ends_with([' ', '\t']);
                let kept = if closed { open.trim_end() } else { content };
                Some(Heading {
                    level,
                    content: start..start + kept.len(),
                    range: range.start..self.line(range.start).end,
                    underline: None,
                })
            }
            Some(newline) => {
                let underline = self.line(range.start + newline + 1);
                let content = range.start..range.start + newline;
                let one_line = !masked[content.clone()].contains('\n');
                let marks = masked[underline.clone()].trim();
                // A lone `=` is more likely the middle of an equation, and several lines of
                // text above one are a paragraph.
                (level == 2 || one_line && marks.len() >= 3).then(|| Heading {
                    level,
                    content: self.trimmed(content),
                    range,
                    underline: Some(underline),
                })
            }
        }
    }

    /// The item that CommonMark found, if it has the form of a note.
    fn item(&self, range: &Range<usize>) -> Option<Item> {
        let masked = self.masked.text.get(range.clone())?;
        let line = masked.lines().next().filter(|it| it.contains("::"))?;
        let sign = line.trim_start();
        let start = range.start + line.len() - sign.len();
        let behind = sign.trim_start_matches(|it: char| it.is_ascii_digit());
        let behind = behind.strip_prefix(['-', '+', '*', '.', ')'])?;
        let text = behind.trim_start_matches([' ', '\t']);
        let content = start + sign.len() - text.len();
        let content = content..content + text.trim_end().len();
        let before = self.source.get(self.line(start).start..content.start)?;
        let content = content.start + task_box(text)..content.end;
        let mut divider = divider(self.masked.text.get(content.clone())?)?;
        divider.range = content.start + divider.range.start..content.start + divider.range.end;
        Some(Item {
            range: start..range.start + masked.trim_end().len(),
            column: before.chars().fold(0, next_column),
            content,
            divider,
        })
    }

    fn find_labels(&mut self, body: usize, blocks: &Blocks, labels: &Labels) {
        let masked = &self.masked.text;
        let mut start = body;
        for line in masked[body..].split_inclusive('\n') {
            let at = start;
            start += line.len();
            let signs = line.len() - line.trim_start_matches('#').len();
            // A single `#` begins a tag in many editors.
            if (2..=6).contains(&signs)
                && line[signs..].starts_with(|it: char| !it.is_whitespace())
                && !inside(&blocks.code, at)
                && !inside(&blocks.html, at)
            {
                self.near_headings.push(at..at + signs);
            }
            let (escaped, rest) = match line.strip_prefix('\\') {
                Some(rest) => (true, rest),
                None => (false, line),
            };
            let Some((name, spaced)) = labels.at(rest) else {
                let small = rest.split_once(':').filter(|it| it.0.len() <= 8);
                if let Some((name, _)) = small
                    && !escaped
                    && labels.at(&rest.to_uppercase()).is_some_and(|it| it.1)
                    && !inside(&blocks.code, at)
                {
                    self.small_labels.push(SmallLabel {
                        range: at..at + name.len() + 1,
                        begins: labels.begins(&name.to_uppercase()),
                    });
                }
                continue;
            };
            if inside(&blocks.code, at) {
                continue;
            }
            let range = at..at + name.len() + 1;
            if escaped {
                self.escapes.push(at);
            } else if !spaced {
                self.near_labels.push(range);
            } else if inside(&blocks.html, at) {
                self.hidden_labels.push(range);
            } else {
                self.labels.push(Label {
                    name: name.to_owned(),
                    range,
                });
            }
        }
    }
}

/// Whether one of these ranges, which stand in order, holds the byte.
fn inside(list: &[Range<usize>], at: usize) -> bool {
    let index = list.partition_point(|it| it.end <= at);
    list.get(index).is_some_and(|it| it.start <= at)
}

/// Places that no formula reaches over: code blocks, and headings and labels below a blank line.
fn bounds(source: &str, body: usize, code: &[Range<usize>], labels: &Labels) -> Vec<usize> {
    let mut bounds: Vec<usize> = code.iter().map(|it| it.start).collect();
    let mut blank = true;
    let mut at = body;
    for line in source[body..].split_inclusive('\n') {
        if blank && (is_atx(line).is_some() || labels.at(line).is_some()) {
            bounds.push(at);
        }
        blank = line.trim().is_empty();
        at += line.len();
    }
    bounds.sort_unstable();
    bounds
}

/// The level of the heading that a line is on its own.
pub(super) fn is_atx(line: &str) -> Option<u8> {
    let hashes = line.trim_start_matches(' ');
    let rest = hashes.trim_start_matches('#');
    let level = u8::try_from(hashes.len() - rest.len()).ok()?;
    let indented = line.len() - hashes.len() > 3;
    let spaced = rest.is_empty() || rest.starts_with(|it: char| it.is_ascii_whitespace());
    ((1..=6).contains(&level) && spaced && !indented).then_some(level)
}

/// What CommonMark finds, each in the order of the file.
#[derive(Debug, Default)]
struct Blocks {
    headings: Vec<(u8, Range<usize>)>,
    rules: Vec<usize>,
    code: Vec<Range<usize>>,
    html: Vec<Range<usize>>,
    spans: Vec<Range<usize>>,
    tables: Vec<Range<usize>>,
    /// List items outside of quotes that begin with a line of text.
    items: Vec<Range<usize>>,
    definitions: Definitions,
}

impl Blocks {
    fn of(text: &str) -> Self {
        let mut blocks = Self::default();
        let mut depth = 0_usize;
        let mut quotes = 0_usize;
        let mut item: Option<Range<usize>> = None;
        let mut events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
        blocks.definitions = Definitions::of(text, events.reference_definitions());
        while let Some((event, range)) = events.next() {
            if !blocks.definitions.is_empty() {
                let known = events.reference_definitions();
                blocks.definitions.take(&event, range.start, known);
            }
            if let Some(item) = item.take()
                && !begins_block(&event)
            {
                blocks.items.push(item);
            }
            match &event {
                Event::Start(Tag::BlockQuote(_)) => quotes += 1,
                Event::End(TagEnd::BlockQuote(_)) => quotes = quotes.saturating_sub(1),
                Event::Start(Tag::Item) if quotes == 0 => item = Some(range.clone()),
                Event::Start(Tag::Table(_)) if depth == 0 => blocks.tables.push(range.clone()),
                _ => {}
            }
            match event {
                Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item | Tag::Table(_)) => {
                    depth += 1;
                }
                Event::End(
                    TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table,
                ) => {
                    depth = depth.saturating_sub(1);
                }
                Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                    blocks.headings.push((number(level), range));
                }
                Event::Start(Tag::CodeBlock(_)) => blocks.code.push(range),
                Event::Start(Tag::HtmlBlock) => blocks.html.push(range),
                Event::Code(_) => blocks.spans.push(range),
                Event::Rule if depth == 0 => blocks.rules.push(range.start),
                _ => {}
            }
        }
        blocks
    }
}

/// Whether the event is the beginning of anything but text, or the end of an item.
const fn begins_block(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Start(
            Tag::Heading { .. }
                | Tag::BlockQuote(_)
                | Tag::CodeBlock(_)
                | Tag::HtmlBlock
                | Tag::List(_)
                | Tag::Table(_)
        ) | Event::End(_)
            | Event::Rule
    )
}

/// How many bytes the box of a task takes, such as `[ ] `, which is no part of a question.
fn task_box(text: &str) -> usize {
    let behind = ["[ ]", "[x]", "[X]"]
        .iter()
        .find_map(|it| text.strip_prefix(it));
    let Some(behind) = behind.filter(|it| it.starts_with([' ', '\t'])) else {
        return 0;
    };
    text.len() - behind.trim_start_matches([' ', '\t']).len()
}

/// The column behind a character.
const fn next_column(column: usize, character: char) -> usize {
    match character {
        '\t' => column - column % 4 + 4,
        _ => column + 1,
    }
}

/// How many bytes of a line are its indentation up to a column.
fn indentation(line: &str, column: usize) -> usize {
    let mut here = 0;
    let inside = line.chars().take_while(|&it| {
        let inside = here < column && matches!(it, ' ' | '\t');
        here = next_column(here, it);
        inside
    });
    inside.count()
}

const fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
