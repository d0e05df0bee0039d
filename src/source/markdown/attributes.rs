//! Attributes in braces: `{#id .tag key=value word}`.

use std::ops::Range;

use crate::diag::{Code, Diagnostic, Spanned, nearest};
use crate::source::settings;
use crate::source::types::TypeSet;

/// Words that stand for themselves; all others are keys of note types.
const WORDS: [&str; 4] = ["suspended", "skip", "note", "rtl"];

/// How many braces of a line are tried as the beginning of its attributes: enough for quoted
/// values that hold some, and no more than that, for each try reads the rest of the line.
const MOST_BRACES: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Tag,
    /// The key, and the value without its quotes.
    Pair(Range<usize>, Range<usize>),
    Word,
    Other,
}

pub(super) fn unknown_key(key: &Spanned<String>) -> Diagnostic {
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

pub(super) fn unknown_word(word: &Spanned<String>, types: &TypeSet) -> Diagnostic {
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

/// The `{...}` that a line ends with: where it begins, and what stands in it. `offset` is the
/// place of `text` in the file. `strict` braces hold nothing that is no attribute.
pub(super) fn block(
    text: &str,
    offset: usize,
    curly: bool,
    strict: bool,
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
        if strict {
            let meant = !attributes.is_empty() && attributes.iter().all(known);
            return meant.then_some((at, attributes));
        }
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
