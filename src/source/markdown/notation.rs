//! What the notes of other tools look like, in a file that is not read as theirs: `START` and
//! `END`, `a::b`, a `?` between two paragraphs, `Question:` and `Answer:`.
//!
//! People bring their vaults along. What makes cards there and none here must not vanish unsaid;
//! but `::` and `?` stand in all kinds of text, so they are told only where the file shows that it
//! is one of a vault.

use std::ops::Range;

use super::comment::Meaning;
use super::inline::{any_divider, divider};
use super::labels::Labels;
use super::reader::Reader;
use super::tails::HeadLine;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};

/// The tag by which Obsidian's spaced repetition knows the files that it reads.
const FLASHCARDS: &str = "flashcards";

/// What is written in the notation of other tools, each in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Notation {
    /// `START`, `STARTI` and `TARGET DECK`.
    blocks: Vec<Range<usize>>,
    /// Lines of `?` and `??`, and dividers outside of lists.
    dividers: Vec<Range<usize>>,
    /// Dividers of list items that lack a space.
    glued: Vec<Range<usize>>,
    /// `Question:` with its `Answer:`.
    pairs: Vec<[Range<usize>; 2]>,
    /// Whether `#flashcards` stands in the text.
    tagged: bool,
}

impl Notation {
    /// Looks through a text without comments from `body` on; `hidden` says of a line whether it
    /// stands in code or HTML.
    pub(super) fn of(
        text: &str,
        body: usize,
        labels: &Labels,
        hidden: impl Fn(usize) -> bool,
    ) -> Self {
        let mut found = Self::default();
        let mut start: Option<Range<usize>> = None;
        let mut question: Option<Range<usize>> = None;
        let mut above_is_text = false;
        let mut at = body;
        let mut lines = text
            .get(body..)
            .unwrap_or_default()
            .split_inclusive('\n')
            .peekable();
        while let Some(whole) = lines.next() {
            let from = at;
            at += whole.len();
            let line = whole.trim_end();
            let above = std::mem::replace(&mut above_is_text, !line.is_empty());
            if line.is_empty() || hidden(from + line.len() - line.trim_start().len()) {
                continue;
            }
            let range = from..from + line.len();
            found.tagged |= tags(line).any(is_flashcards);
            match line {
                "START" => {
                    start.get_or_insert(range);
                    continue;
                }
                "END" => {
                    found.blocks.extend(start.take());
                    continue;
                }
                "?" | "??" => {
                    let below = lines.peek().is_some_and(|it| !it.trim().is_empty());
                    found
                        .dividers
                        .extend(Some(range).filter(|_| above && below));
                    continue;
                }
                _ => {}
            }
            let inline = line.starts_with("STARTI ") && line.contains("ENDI");
            if inline || line == "TARGET DECK" || line.starts_with("TARGET DECK:") {
                found.blocks.push(range);
                continue;
            }
            if labels.at(line).is_some() {
                question = None;
                continue;
            }
            if let Some(word) = word(line, "question:") {
                question = Some(from..from + word);
            } else if let Some(word) = word(line, "answer:") {
                let pair = question.take().map(|it| [it, from..from + word]);
                found.pairs.extend(pair);
            } else if line.starts_with('#') {
                question = None;
            }
            found.divider(line, from);
        }
        found
    }

    fn divider(&mut self, line: &str, from: usize) {
        let text = line.trim_start();
        // Headings, tables and quotes are no cards to those tools either.
        if !line.contains("::") || text.starts_with(['#', '|', '>', '\\']) {
            return;
        }
        let item = item_text(text);
        let text = item.unwrap_or(text);
        let found = divider(text).map(|it| it.range);
        let Some(colons) = found.or_else(|| any_divider(text)) else {
            return;
        };
        let (Some(before), Some(behind)) = (text.get(..colons.start), text.get(colons.end..))
        else {
            return;
        };
        let spaced = [
            before.ends_with([' ', '\t']),
            behind.starts_with([' ', '\t']),
        ];
        let start = from + line.len() - text.len() + colons.start;
        let range = start..start + colons.len();
        match (item, spaced) {
            (Some(_), [true, true]) => {}
            _ if before.is_empty() || behind.is_empty() => {}
            // A name such as `std::vec::Vec`.
            (Some(_), [false, false]) if behind.contains("::") => {}
            (Some(_), _) => self.glued.push(range),
            (None, _) if is_property(before, spaced) => {}
            (None, _) => self.dividers.push(range),
        }
    }

    /// Whether the divider of a list item on this line lacks a space.
    pub(super) fn is_glued(&self, line: &Range<usize>) -> bool {
        let next = self.glued.partition_point(|it| it.start < line.start);
        self.glued.get(next).is_some_and(|it| it.start < line.end)
    }

    /// `Question:` with its `Answer:`, in the order of the file.
    pub(super) fn pairs(&self) -> &[[Range<usize>; 2]] {
        &self.pairs
    }
}

/// What stands behind the sign of a list item.
fn item_text(text: &str) -> Option<&str> {
    let behind = text.trim_start_matches(|it: char| it.is_ascii_digit());
    let signs: &[char] = if behind.len() == text.len() {
        &['-', '*', '+']
    } else {
        &['.', ')']
    };
    behind.strip_prefix(signs)?.strip_prefix(' ')
}

/// Whether `key:: value` is a property as Dataview reads it: a word at the beginning of a line, or
/// in brackets.
fn is_property(before: &str, [space_before, space_behind]: [bool; 2]) -> bool {
    let count = |sign: char| before.matches(sign).count();
    let word = !space_before && space_behind && !before.contains(char::is_whitespace);
    word || count('[') > count(']') || count('(') > count(')')
}

/// The length of a word with its colon that a line begins with, in letters of any size.
fn word(line: &str, word: &str) -> Option<usize> {
    let (begin, rest) = line.split_at_checked(word.len())?;
    let spaced = rest.is_empty() || rest.starts_with([' ', '\t']);
    (spaced && begin.eq_ignore_ascii_case(word)).then_some(word.len())
}

fn tags(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
        .filter_map(|it| it.strip_prefix('#'))
}

fn is_flashcards(tag: &str) -> bool {
    let below = tag.strip_prefix(FLASHCARDS);
    below.is_some_and(|it| it.is_empty() || it.starts_with(['/', ':']))
}

/// Tells what is written as other tools have it.
pub(super) fn tell(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let notation = &reader.shelf.page.notation;
    let off = switched_off(reader);
    let read = |all: &[Range<usize>]| -> Vec<Span> {
        let is_off = |at: usize| {
            let next = off.partition_point(|it| it.end <= at);
            off.get(next).is_some_and(|it| it.start <= at)
        };
        let seen = all.iter().filter(|it| !is_off(it.start));
        seen.map(|it| reader.shelf.page.span(it)).collect()
    };
    let defaults = &reader.sections.current().defaults;
    let tagged = notation.tagged
        || defaults
            .tags
            .iter()
            .any(|it| is_flashcards(it.value.as_str()));
    let inline = reader.shelf.options.inline;
    if let [first, rest @ ..] = read(&notation.blocks).as_slice() {
        let title = format!(
            "a block of Obsidian_to_Anki is no note here{}",
            further(rest)
        );
        sink.push(
            Diagnostic::new(Code::SkippedHeading, title)
                .at(*first, "read as text")
                .help("to make notes of such blocks, run `deckle import --from obsidian-to-anki`"),
        );
    }
    if let [first, rest @ ..] = read(&notation.glued).as_slice()
        && inline
    {
        let title = format!("a list item lacks a space beside its `::`{}", further(rest));
        sink.push(
            Diagnostic::new(Code::SkippedHeading, title)
                .at(*first, "read as text")
                .note("what divides a question from its answer is ` :: ` or ` ::: ` with a space on both sides")
                .help("put a space before and behind it; if it is no note, leave it as it is")
                .info(),
        );
    }
    if !tagged && !reader.shelf.options.obsidian {
        return;
    }
    let mut places = notation.dividers.clone();
    if !inline {
        places.extend(notation.glued.iter().cloned());
        places.sort_by_key(|it| it.start);
    }
    if let [first, rest @ ..] = read(&places).as_slice() {
        let title = format!(
            "a flashcard of Obsidian's spaced repetition is no note here{}",
            further(rest)
        );
        let diagnostic = Diagnostic::new(Code::SkippedHeading, title)
            .at(*first, "read as text")
            .help("to read the file as that plugin does, write `front-end: obsidian-spaced-repetition` in the `_deck.yaml` of its folder")
            .help(if inline {
                "or write a list item with spaces around its `::`, such as `- question :: answer`"
            } else {
                "or write `markdown: {inline: true}` in the front matter, and list items with spaces around their `::`, such as `- question :: answer`"
            });
        sink.push(if tagged {
            diagnostic
        } else {
            diagnostic.info()
        });
    }
}

/// `Question:` and `Answer:` where labels are read.
pub(super) fn long_labels(reader: &Reader<'_>, sink: &mut Diagnostics) {
    let page = reader.shelf.page;
    if !reader.shelf.labels.begins("Q") {
        return;
    }
    for [question, answer] in page.notation.pairs() {
        let name = page.source.get(question.clone()).unwrap_or_default();
        let edits = vec![
            (page.span(question), "Q:".to_owned()),
            (page.span(answer), "A:".to_owned()),
        ];
        sink.push(
            Diagnostic::new(Code::SkippedHeading, format!("`{name}` is no label"))
                .at(page.span(question), "read as text")
                .fixes("the labels are `Q:` and `A:`", edits),
        );
    }
}

/// Headings with the card tag that are no notes for all that.
pub(super) fn tagged_elsewhere(reader: &Reader<'_>, sink: &mut Diagnostics) {
    // Among notes what `---` makes of the text above it is told in any case.
    let told = |it: &HeadLine| it.heading.underline.is_some() && it.heading.level == 2;
    let all = reader.tagged_elsewhere.iter().copied();
    let all: Vec<&HeadLine> = all
        .filter(|it| reader.form.is_none() || !told(it))
        .collect();
    let [first, rest @ ..] = all.as_slice() else {
        return;
    };
    let level = reader.shelf.options.note_level;
    let tag = &reader.shelf.options.card_tag;
    let hashes = "#".repeat(usize::from(level));
    let found = first.heading.level;
    let title = format!("a heading with `#{tag}` is no note{}", further(rest));
    let diagnostic = Diagnostic::new(Code::SkippedHeading, title).note(format!(
        "notes are headings of level {level} with `{hashes}` before them"
    ));
    let place = reader.shelf.page.span(&first.heading.content);
    sink.push(if first.heading.underline.is_some() {
        diagnostic
            .at(place, "a heading with a line below it")
            .help(format!("write it as `{hashes} ..`, without the line below it"))
    } else {
        diagnostic
            .at(place, format!("a heading of level {found}"))
            .help(format!("write `{hashes}` before it, or `{{note}}` behind it"))
            .help(format!("to make notes of all of that level, write `markdown: {{note-level: {found}}}` in the front matter"))
    });
}

fn further<T>(rest: &[T]) -> String {
    match rest.len() {
        0 => String::new(),
        count => format!(", and {count} more like it"),
    }
}

/// Where the reading of notes is switched off.
fn switched_off(reader: &Reader<'_>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = None;
    for comment in reader.shelf.comments {
        match comment.meaning {
            Meaning::Off => {
                from.get_or_insert(comment.range.start);
            }
            Meaning::On => found.extend(from.take().map(|it| it..comment.range.start)),
            _ => {}
        }
    }
    found.extend(from.map(|it| it..usize::MAX));
    found
}
