//! What the comments of a Markdown file say: settings of a note, switches, or nothing.

use std::ops::Range;

use super::page::Page;
use super::table::Table;
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::source::settings;
use crate::source::yaml::{self, Entry, Value};

/// A comment.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) range: Range<usize>,
    pub(super) meaning: Meaning,
}

/// What a comment says.
#[derive(Debug)]
pub(super) enum Meaning {
    /// Nothing to us.
    Remark,
    /// No notes from here on.
    Off,
    /// Notes again.
    On,
    /// The table below it holds notes, of this type where one is named.
    Table(Option<Spanned<String>>),
    /// The notes of this file belong here.
    Include(Spanned<String>),
    /// A mapping; whether it holds settings depends on its keys.
    Mapping(Vec<Entry>),
}

impl Comment {
    /// Whether one of the reserved keys stands in it.
    pub(super) fn has_settings(&self) -> bool {
        self.entries().iter().any(|it| is_reserved(it.name()))
    }

    /// The table of notes below it, where it announces one.
    pub(super) fn table(&self, page: &Page<'_>) -> Option<Table> {
        if !matches!(self.meaning, Meaning::Table(_)) {
            return None;
        }
        let range = page.table_below(self.range.end)?;
        // A label begins a note wherever it stands.
        let label = page
            .labels
            .partition_point(|it| it.range.start < range.start);
        let label = page
            .labels
            .get(label)
            .map_or(range.end, |it| it.range.start);
        Table::new(page, &range, label)
    }

    /// What stands in it; nothing where it is no mapping.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.meaning {
            Meaning::Mapping(entries) => entries,
            Meaning::Remark
            | Meaning::Off
            | Meaning::On
            | Meaning::Table(_)
            | Meaning::Include(_) => &[],
        }
    }

    /// Whether it stands for something at its own place, and so belongs to no note.
    pub(super) fn stands_alone(&self) -> bool {
        !matches!(self.meaning, Meaning::Remark | Meaning::Mapping(_))
    }
}

/// The comments of a page, in order. What is broken in those that mean something is told.
pub(super) fn read_all(page: &Page<'_>, sink: &mut Diagnostics) -> Vec<Comment> {
    for open in &page.masked.open_comments {
        sink.push(
            Diagnostic::new(Code::MetaComment, "this comment has no end")
                .at(page.span(open), "begins here")
                .help("end it with `-->`"),
        );
    }
    let read = |range: &Range<usize>| Comment {
        range: range.clone(),
        meaning: meaning(page, range, sink),
    };
    page.masked.comments.iter().map(read).collect()
}

fn meaning(page: &Page<'_>, range: &Range<usize>, sink: &mut Diagnostics) -> Meaning {
    let inner = range.start + 4..range.end.saturating_sub(3).max(range.start + 4);
    let Some(text) = page.source.get(inner.clone()) else {
        return Meaning::Remark;
    };
    if let Some(nested) = text.find("<!--") {
        let at = inner.start + nested;
        sink.push(
            Diagnostic::new(Code::MetaComment, "a comment begins inside a comment")
                .at(page.span(&(at..at + 4)), "this one ends the outer one, too")
                .also(page.span(&(range.start..range.start + 4)), "the outer one begins here")
                .note("a comment ends at the first `-->`; what follows would be text again")
                .help("to leave notes out, put `<!-- cards off -->` above and `<!-- cards on -->` below them"),
        );
        return Meaning::Remark;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["cards", "off"] => return Meaning::Off,
        ["cards", "on"] => return Meaning::On,
        _ => {}
    }
    let word = |part: &str| {
        let start = inner.start + text.len() - part.len();
        let part = part.trim_end();
        Spanned::new(part.to_owned(), page.span(&(start..start + part.len())))
    };
    if let Some(note_type) = behind(text, "notes") {
        let marker = match note_type {
            "" => Some(None),
            _ if note_type.split_whitespace().count() == 1 => Some(Some(word(note_type))),
            _ => None,
        };
        if let Some(note_type) = marker {
            return Meaning::Table(note_type);
        }
    }
    if let Some(path) = behind(text, "include").filter(|it| !it.is_empty()) {
        return Meaning::Include(word(path));
    }
    mapping(page, inner.clone(), text, sink).map_or(Meaning::Remark, Meaning::Mapping)
}

/// What stands behind `word:`; nothing where the word stands alone, which only `notes` may.
fn behind<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.trim_start().strip_prefix(word)?.trim_start();
    match rest.strip_prefix(':') {
        Some(rest) => Some(rest.trim_start()),
        None => rest.is_empty().then_some(rest),
    }
}

/// The mapping in a comment. A comment is prose to most people, so what YAML has against it is
/// told only where its first word is a reserved key.
fn mapping(
    page: &Page<'_>,
    inner: Range<usize>,
    text: &str,
    sink: &mut Diagnostics,
) -> Option<Vec<Entry>> {
    let first = first_key(text)?;
    let lead = text.len() - text.trim_start().len();
    let start = inner.start + lead;
    let aligned = aligned(page, start, inner.end);
    let mut own = Diagnostics::new();
    let nodes = match &aligned {
        Some(source) => yaml::parse(page.file, source, start - column(page, start), &mut own),
        None => yaml::parse(page.file, &page.source[start..inner.end], start, &mut own),
    };
    let entries = match <[_; 1]>::try_from(nodes) {
        Ok([node]) => match node.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        },
        Err(_) => None,
    };
    let reserved = is_reserved(first);
    if reserved {
        if entries.is_none() && !own.has_errors() {
            own.push(
                Diagnostic::new(
                    Code::MetaComment,
                    "the settings in this comment cannot be read",
                )
                .at(
                    page.span(&(start..inner.end)),
                    "not a mapping of keys and values",
                )
                .help("write one `key: value` a line, or `{key: value, key: value}`"),
            );
        }
        sink.append(own);
        return entries;
    }
    let known = |entries: &Vec<Entry>| entries.iter().any(|it| is_reserved(it.name()));
    if own.has_errors() {
        if entries.as_ref().is_some_and(known) {
            sink.append(own);
        } else {
            return None;
        }
    }
    entries
}

/// The word before the first colon, where the text may be a mapping at all.
fn first_key(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = text.strip_prefix('{').unwrap_or(text).trim_start();
    let (key, rest) = text.split_once(':')?;
    let ends = rest.is_empty() || rest.starts_with(|it: char| it.is_ascii_whitespace());
    let key = key.trim().trim_matches(['"', '\'']);
    (ends && !key.is_empty() && !key.contains(['\n', ','])).then_some(key)
}

fn column(page: &Page<'_>, at: usize) -> usize {
    at - page.line(at).start
}

/// The lines of the comment with what stands before the first key blanked out, where the
/// further lines are aligned with that key: only so YAML sees that they belong together.
fn aligned(page: &Page<'_>, start: usize, end: usize) -> Option<String> {
    let rest = page.source[start..end].split_once('\n')?.1;
    let line = page.line(start).start;
    let column = column(page, start);
    let mut lines = rest
        .lines()
        .filter(|line| !line.trim().is_empty())
        .peekable();
    lines.peek()?;
    if lines.any(|line| line.len() - line.trim_start_matches(' ').len() < column) {
        return None;
    }
    let mut source = " ".repeat(start - line);
    source.push_str(&page.source[start..end]);
    Some(source)
}

/// Whether a key is one of a note's settings. `bury` is refused where the settings are applied.
pub(super) fn is_reserved(key: &str) -> bool {
    settings::KEYS.contains(&key) || key == "bury"
}
