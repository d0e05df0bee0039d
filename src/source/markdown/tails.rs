//! What stands behind the text of a heading, a label's line or a list item: `{#id .tag word}`,
//! `#tag` and `^id`.

use std::ops::Range;

use super::HeadingPlace;
use super::attributes::{self, Attribute, Kind};
use super::page::{Heading, Page};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::Tag;
use crate::model::written::WrittenSuspend;
use crate::source::defaults::{MarkdownOptions, add_tag};
use crate::source::draft::{NoteSettings, is_id};
use crate::source::settings;
use crate::source::types::TypeSet;

/// A line taken apart.
#[derive(Debug)]
pub(super) struct Tails {
    /// Its text without tails.
    pub(super) content: Range<usize>,
    /// Where the last of them ends.
    end: usize,
    /// Whether the card tag stands behind it.
    pub(super) card_tag: bool,
    attributes: Vec<Attribute>,
    hashtags: Vec<Range<usize>>,
    caret: Option<Range<usize>>,
}

/// Which line it is that has tails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Heading,
    /// Tags only: a label note says its settings above.
    Label,
    /// Braces are attributes only where there is no doubt, for an answer may end in braces.
    Item,
}

/// How tails are read at one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'r> {
    pub(super) options: &'r MarkdownOptions,
    /// Whether `{x}` is a cloze.
    pub(super) curly: bool,
    pub(super) types: &'r TypeSet,
}

/// A heading's line taken apart.
#[derive(Debug)]
pub(super) struct HeadLine {
    pub(super) heading: Heading,
    pub(super) tails: Tails,
}

impl HeadLine {
    /// Takes the line apart. Nothing is told: most headings of a file are no notes.
    pub(super) fn new(page: &Page<'_>, heading: Heading, reading: Reading<'_>) -> Self {
        let tails = Tails::new(page, heading.content.clone(), Line::Heading, reading);
        Self { heading, tails }
    }

    /// Where an id can be written.
    pub(super) fn place(&self) -> HeadingPlace {
        HeadingPlace {
            range: self.heading.range.clone(),
            below: self.heading.range.end,
            text_end: self.tails.content.end,
            first_attribute: self.tails.attributes.first().map(|it| it.range.start),
            end: self.heading.content.end,
        }
    }
}

/// Whether a tag is the card tag, or one below it: `card/hard` marks a note just as `card` does.
fn is_card_tag(tag: &str, card_tag: &str) -> bool {
    let split = tag.split_at_checked(card_tag.len());
    split.is_some_and(|(whole, below)| {
        whole.eq_ignore_ascii_case(card_tag)
            && (below.is_empty() || below.len() > 1 && below.starts_with('/'))
    })
}

impl Tails {
    /// Takes a line apart whose text stands in `content`.
    pub(super) fn new(
        page: &Page<'_>,
        content: Range<usize>,
        line: Line,
        reading: Reading<'_>,
    ) -> Self {
        let mut tails = Self {
            end: content.end,
            content,
            card_tag: false,
            attributes: Vec::new(),
            hashtags: Vec::new(),
            caret: None,
        };
        let options = reading.options;
        loop {
            let trimmed = page.source[tails.content.clone()].trim_end().len();
            tails.content.end = tails.content.start + trimmed;
            let text = &page.source[tails.content.clone()];
            let start = tails.content.start;
            if tails.attributes.is_empty()
                && line != Line::Label
                && let Some((at, attributes)) = attributes::block(
                    text,
                    start,
                    reading.curly,
                    line == Line::Item,
                    reading.types,
                )
            {
                tails.attributes = attributes;
                tails.content.end = start + at;
                continue;
            }
            let Some(at) = text.rfind([' ', '\t']).map(|it| it + 1) else {
                return tails;
            };
            let word = &text[at..];
            let whole = start + at..tails.content.end;
            if let Some(id) = word.strip_prefix('^')
                && line != Line::Label
                && tails.caret.is_none()
                && is_id(id)
            {
                tails.caret = Some(whole.start + 1..whole.end);
            } else if let Some(tag) = word.strip_prefix('#')
                && options.tagged_only
                && is_card_tag(tag, &options.card_tag)
            {
                tails.card_tag = true;
            } else if options.hashtags && is_hashtag(word) {
                tails.hashtags.push(whole);
            } else {
                return tails;
            }
            tails.content.end = start + at;
        }
    }

    /// What is not text, if anything.
    pub(super) fn cut(&self) -> Option<Range<usize>> {
        let any = self.card_tag || !self.hashtags.is_empty();
        any.then_some(self.content.end..self.end)
    }

    /// Whether this word stands in the attributes.
    pub(super) fn has_word(&self, page: &Page<'_>, word: &str) -> bool {
        let is = |it: &Attribute| it.kind == Kind::Word && &page.source[it.range.clone()] == word;
        self.attributes.iter().any(is)
    }

    /// Whether this tag stands in the attributes.
    pub(super) fn has_tag(&self, page: &Page<'_>, tag: &str) -> bool {
        let is = |it: &Attribute| {
            it.kind == Kind::Tag && page.source[it.range.start + 1..it.range.end] == *tag
        };
        self.attributes.iter().any(is)
    }

    /// Adds the tags that are written as `#a/b`.
    pub(super) fn add_hashtags(
        &self,
        page: &Page<'_>,
        tags: &mut Vec<Spanned<Tag>>,
        sink: &mut Diagnostics,
    ) {
        // They were found from the end of the line on.
        for range in self.hashtags.iter().rev() {
            let name = page.source[range.start + 1..range.end].replace('/', "::");
            add_tag(tags, &name, page.span(range), sink);
        }
    }

    /// What the tails say; what means nothing is told.
    pub(super) fn settings(
        &self,
        page: &Page<'_>,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> NoteSettings {
        let mut all = NoteSettings::default();
        let mut pairs = Vec::new();
        let written = |range: &Range<usize>| {
            Spanned::new(page.source[range.clone()].to_owned(), page.span(range))
        };
        for attribute in &self.attributes {
            let whole = written(&attribute.range);
            let inner = attribute.range.start + 1..attribute.range.end;
            match &attribute.kind {
                Kind::Id => set_once(&mut all.id, written(&inner), "id", sink),
                Kind::Tag => {
                    let mut tags: Vec<Spanned<Tag>> = std::mem::take(&mut all.tags);
                    add_tag(&mut tags, &page.source[inner], whole.span, sink);
                    all.tags = tags;
                }
                Kind::Pair(key, value) => {
                    let (key, value) = (written(key), page.text(value.clone()));
                    let first = pairs.iter().find(|it: &&Spanned<String>| it.value == key.value);
                    if let Some(first) = first {
                        sink.push(
                            Diagnostic::new(
                                Code::DuplicateKey,
                                format!("the attribute `{}` is given twice", key.value),
                            )
                            .at(key.span, "here again")
                            .also(first.span, "first here"),
                        );
                        continue;
                    }
                    pairs.push(key.clone());
                    let mut own = NoteSettings::default();
                    if !settings::apply_text(&key, &value, &mut own, sink) {
                        sink.push(attributes::unknown_key(&key));
                    } else if !take_once(own, &mut all, sink) {
                        settings::apply_text(&key, &value, &mut all, &mut Diagnostics::new());
                    }
                }
                Kind::Word => match whole.value.as_str() {
                    "skip" => all.skip = true,
                    "note" => {}
                    "suspended" => all.suspend = Some(WrittenSuspend::All),
                    "rtl" => sink.push(
                        Diagnostic::new(Code::Attributes, "a note has no direction of writing")
                            .at(whole.span, "means nothing here")
                            .note("Anki lays out cards by their templates and by the HTML in the fields")
                            .help("write `<div dir=\"rtl\">` around `{{Field}}` in the card templates of a note type of your own; `rtl: true` at its fields turns the editor round, too"),
                    ),
                    word if types.get(word).is_some() => {
                        set_once(&mut all.note_type, whole, "type", sink);
                    }
                    word if types.broken().iter().any(|it| it == word) => {}
                    _ => sink.push(attributes::unknown_word(&whole, types)),
                },
                Kind::Other => sink.push(
                    Diagnostic::new(
                        Code::Attributes,
                        format!("`{}` is no attribute", whole.value),
                    )
                    .at(whole.span, "cannot be read")
                    .help("attributes are `#id`, `.tag`, `key=value`, `key=\"two words\"` or a note type, with spaces between them"),
                ),
            }
        }
        self.add_hashtags(page, &mut all.tags, sink);
        if let Some(caret) = &self.caret {
            set_once(&mut all.id, written(caret), "id", sink);
        }
        all
    }
}

/// Moves the settings over that a note has once, and tells where it has them already. Returns
/// whether there was one.
pub(super) fn take_once(own: NoteSettings, all: &mut NoteSettings, sink: &mut Diagnostics) -> bool {
    if let Some(id) = own.id {
        set_once(&mut all.id, id, "id", sink);
    } else if let Some(key) = own.note_type {
        set_once(&mut all.note_type, key, "type", sink);
    } else if let Some(guid) = own.guid {
        set_once(&mut all.guid, guid, "guid", sink);
    } else if let Some(was) = own.was {
        set_once(&mut all.was, was, "old id", sink);
    } else {
        return false;
    }
    true
}

fn set_once(
    slot: &mut Option<Spanned<String>>,
    value: Spanned<String>,
    what: &str,
    sink: &mut Diagnostics,
) {
    match slot {
        None => *slot = Some(value),
        Some(first) => sink.push(
            Diagnostic::new(
                Code::DuplicateKey,
                format!("the note's {what} is given twice"),
            )
            .at(value.span, "here again")
            .also(first.span, "first here"),
        ),
    }
}

/// `#a` or `#a/b`, as editors of notes take it for a tag: not a number, and no empty part.
fn is_hashtag(word: &str) -> bool {
    let Some(name) = word.strip_prefix('#') else {
        return false;
    };
    let inner = |it: char| {
        it.is_alphanumeric()
            || matches!(it, '-' | '_' | '/')
            // Marks and pictures belong to a tag, punctuation of any script does not.
            || !it.is_ascii()
                && !it.is_whitespace()
                && !it.is_control()
                && !matches!(it, '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF20}')
    };
    name.chars().all(inner)
        && name.chars().any(|it| !it.is_ascii_digit() && it != '/')
        && name.split('/').all(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_hashtag;

    #[test]
    fn hashtags_are_words() {
        for word in ["#a", "#a/b", "#2b", "#über-x_y", "#日本", "#हिन्दी", "#🌱"] {
            assert!(is_hashtag(word), "{word}");
        }
        for word in [
            "#", "#1", "#1/2", "#a/", "#/a", "#a//b", "##a", "#a.", "#a,", "#(a)", "a", "#「a」",
        ] {
            assert!(!is_hashtag(word), "{word}");
        }
    }
}
