//! The tails of a heading: `{#id .tag key=value word}` and `^id`.

use std::ops::Range;

use super::HeadingPlace;
use super::page::{Heading, Page};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, nearest};
use crate::model::Tag;
use crate::model::written::WrittenSuspend;
use crate::source::defaults::{MarkdownOptions, add_tag};
use crate::source::draft::{NoteSettings, is_id};
use crate::source::settings;
use crate::source::types::TypeSet;

/// Words that stand for themselves; all others are keys of note types.
const WORDS: [&str; 4] = ["suspended", "skip", "note", "rtl"];

/// How many braces of a heading are tried as the beginning of its attributes: enough for quoted
/// values that hold some, and no more than that, for each try reads the rest of the line.
const MOST_BRACES: usize = 16;

/// A heading's line taken apart.
#[derive(Debug)]
pub(super) struct HeadLine {
    pub(super) heading: Heading,
    /// Its text without tails.
    pub(super) content: Range<usize>,
    /// Whether the card tag stands behind it.
    pub(super) card_tag: bool,
    attributes: Vec<Attribute>,
    caret: Option<Range<usize>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    range: Range<usize>,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Id,
    Tag,
    /// The key, and the value without its quotes.
    Pair(Range<usize>, Range<usize>),
    Word,
    Other,
}

impl HeadLine {
    /// Takes the line apart. Nothing is told: most headings of a file are no notes.
    pub(super) fn new(
        page: &Page<'_>,
        heading: Heading,
        options: &MarkdownOptions,
        curly: bool,
        types: &TypeSet,
    ) -> Self {
        let mut line = Self {
            content: heading.content.clone(),
            card_tag: false,
            attributes: Vec::new(),
            caret: None,
            heading,
        };
        let trim = |range: Range<usize>| {
            range.start..range.start + page.source[range.clone()].trim_end().len()
        };
        loop {
            line.content = trim(line.content);
            let text = &page.source[line.content.clone()];
            let start = line.content.start;
            if line.attributes.is_empty()
                && let Some((at, attributes)) = block(text, start, curly, types)
            {
                line.attributes = attributes;
                line.content.end = start + at;
                continue;
            }
            let Some(at) = text.rfind([' ', '\t']).map(|it| it + 1) else {
                return line;
            };
            let word = &text[at..];
            if let Some(id) = word.strip_prefix('^')
                && line.caret.is_none()
                && is_id(id)
            {
                line.caret = Some(start + at + 1..line.content.end);
            } else if let Some(tag) = word.strip_prefix('#')
                && options.tagged_only
                && tag.eq_ignore_ascii_case(&options.card_tag)
            {
                line.card_tag = true;
            } else {
                return line;
            }
            line.content.end = start + at;
        }
    }

    /// Where an id can be written.
    pub(super) fn place(&self) -> HeadingPlace {
        HeadingPlace {
            range: self.heading.range.clone(),
            below: self.heading.range.end,
            text_end: self.content.end,
            first_attribute: self.attributes.first().map(|it| it.range.start),
            end: self.heading.content.end,
        }
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
                        sink.push(unknown_key(&key));
                    } else if !take_once(own, &mut all, sink) {
                        settings::apply_text(&key, &value, &mut all, &mut Diagnostics::new());
                    }
                }
                Kind::Word => match whole.value.as_str() {
                    "skip" => all.skip = true,
                    "note" => {}
                    "suspended" => all.suspend = Some(WrittenSuspend::All),
                    "rtl" => sink.push(
                        Diagnostic::new(
                            Code::Attributes,
                            "this version does not read the attribute `rtl` yet",
                        )
                        .at(whole.span, "nothing would come of it")
                        .help("set `rtl: true` at a field of your own note type"),
                    ),
                    word if types.get(word).is_some() => {
                        set_once(&mut all.note_type, whole, "type", sink);
                    }
                    word if types.broken().iter().any(|it| it == word) => {}
                    _ => sink.push(unknown_word(&whole, types)),
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

fn unknown_key(key: &Spanned<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::Attributes,
        format!("unknown attribute `{}`", key.value),
    )
    .at(key.span, "means nothing here");
    match nearest(&key.value, settings::KEYS.iter().copied()) {
        Some(near) => diagnostic.fix("an attribute with a similar name exists", key.span, near),
        None => diagnostic
            .help(
                "the keys are `type`, `deck`, `tags`, `flag`, `order`, `suspend`, `guid` and `was`",
            )
            .help("for braces that are text, write `\\{`"),
    }
}

fn unknown_word(word: &Spanned<String>, types: &TypeSet) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::Attributes,
        format!("unknown word `{}` in attributes", word.value),
    )
    .at(word.span, "neither a note type nor one of deckle's words");
    let keys: Vec<&str> = types.iter().map(|it| it.key.as_str()).collect();
    match nearest(&word.value, keys.iter().copied().chain(WORDS)) {
        Some(near) => diagnostic.fix("a word with a similar name exists", word.span, near),
        None => diagnostic
            .help(format!(
                "the note types are `{}`; the words are `suspended`, `skip` and `note`",
                keys.join("`, `")
            ))
            .help("for braces that are text, write `\\{`"),
    }
}

/// The `{...}` that a heading ends with: where it begins, and what stands in it. `offset` is the
/// place of `text` in the file.
fn block(
    text: &str,
    offset: usize,
    curly: bool,
    types: &TypeSet,
) -> Option<(usize, Vec<Attribute>)> {
    if !text.ends_with('}') {
        return None;
    }
    // A quoted value may hold a brace, so the last one is not always the one.
    for (at, _) in text.rmatch_indices('{').take(MOST_BRACES) {
        let begins = at == 0 || text[..at].ends_with([' ', '\t']);
        let Some(attributes) = begins.then(|| tokens(&text[at..], offset + at)).flatten() else {
            continue;
        };
        let word = |it: &Attribute| &text[it.range.start - offset..it.range.end - offset];
        let known = |it: &Attribute| match it.kind {
            Kind::Id | Kind::Tag | Kind::Pair(..) => true,
            Kind::Word => WORDS.contains(&word(it)) || types.get(word(it)).is_some(),
            Kind::Other => false,
        };
        let words = attributes.iter().all(|it| it.kind == Kind::Word);
        // `{x}` is a cloze where single braces are; elsewhere it is most likely a misspelt type.
        let meant = attributes.iter().any(known) || words && !curly && !attributes.is_empty();
        return meant.then_some((at, attributes));
    }
    None
}

/// The parts of a block that reaches to the end of `text`.
fn tokens(text: &str, offset: usize) -> Option<Vec<Attribute>> {
    let inner = text.strip_prefix('{')?;
    let mut attributes = Vec::new();
    let mut at = text.len() - inner.len();
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
        let rest = &text[at..];
        if let Some(behind) = rest.strip_prefix('}') {
            return behind.is_empty().then_some(attributes);
        }
        let bare = rest.find(|it: char| it.is_whitespace() || it == '}')?;
        let token = &rest[..bare];
        let range = |from: usize, to: usize| offset + at + from..offset + at + to;
        let name = |it: &str| {
            it.starts_with(char::is_alphabetic)
                && it
                    .chars()
                    .all(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | '!'))
        };
        let (len, kind) = if let Some((key, value)) = token.split_once('=').filter(|it| name(it.0))
        {
            let from = key.len() + 1;
            if value.starts_with('"') {
                let close = rest[from + 1..].find('"')?;
                let to = from + 1 + close;
                (to + 1, Kind::Pair(range(0, key.len()), range(from + 1, to)))
            } else {
                (bare, Kind::Pair(range(0, key.len()), range(from, bare)))
            }
        } else if token.len() > 1 && token.starts_with('#') {
            (bare, Kind::Id)
        } else if token
            .strip_prefix('.')
            .is_some_and(|it| it.starts_with(char::is_alphabetic))
        {
            (bare, Kind::Tag)
        } else if name(token) {
            (bare, Kind::Word)
        } else if token.is_empty() {
            return None;
        } else {
            (bare, Kind::Other)
        };
        attributes.push(Attribute {
            range: range(0, len),
            kind,
        });
        at += len;
    }
}
