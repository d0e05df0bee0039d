//! The block structure of a Markdown file: where headings, rules, labels and comments stand.
//!
//! CommonMark decides, so that a `## x` in a code block, a list item or a quote is text. Only
//! labels are found line by line: `Q:` at the first column begins a label even where CommonMark
//! would join the line to the list item above it.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::labels::Labels;
use super::mask::{Masked, mask};
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
    /// Lines such as `Q:x`, which lack the space of a label.
    pub(super) near_labels: Vec<Range<usize>>,
    /// The signs of lines such as `##x`, which lack the space of a heading.
    pub(super) near_headings: Vec<Range<usize>>,
    /// Labels that a block of HTML hides.
    pub(super) hidden_labels: Vec<Range<usize>>,
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

impl<'a> Page<'a> {
    /// Reads the structure of what stands in `source` from `body` on.
    pub(super) fn new(file: FileId, source: &'a str, body: usize, labels: &Labels) -> Self {
        let mut blank = "\n".repeat(body);
        blank.push_str(&source[body..]);
        let first = Blocks::of(&blank);
        let bounds = bounds(source, body, &first.code, labels);
        let mut code: Vec<_> = first.code.iter().chain(&first.spans).cloned().collect();
        code.sort_by_key(|it| it.start);
        let masked = mask(source, body, &code, &bounds);
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
            near_labels: Vec::new(),
            near_headings: Vec::new(),
            hidden_labels: Vec::new(),
            escapes: Vec::new(),
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
        page
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

    /// What is written in `range`, without blank lines at its ends; line breaks are `\n`.
    pub(super) fn text(&self, range: Range<usize>) -> Text {
        let range = self.trimmed(range);
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

    fn find_labels(&mut self, body: usize, blocks: &Blocks, labels: &Labels) {
        let masked = &self.masked.text;
        let inside = |list: &[Range<usize>], at: usize| {
            let index = list.partition_point(|it| it.end <= at);
            list.get(index).is_some_and(|it| it.start <= at)
        };
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
}

impl Blocks {
    fn of(text: &str) -> Self {
        let mut blocks = Self::default();
        let mut depth = 0_usize;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
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
