//! The lines at the top of an Anki text file.

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span, Spanned, nearest};
use crate::source::table::{Line, Rows};

/// The keys that Anki knows. `if matches` and `match scope` say what an import does with notes
/// that are there already, and shape no note.
pub const KEYS: &[&str] = &[
    "separator",
    "html",
    "tags",
    "columns",
    "notetype",
    "deck",
    "notetype column",
    "deck column",
    "tags column",
    "guid column",
    "match scope",
    "if matches",
];

/// The line by which deckle knows its own files; Anki passes over it.
const MARK: &str = "#deckle:";

/// What a file says of the note type or deck of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Which {
    /// Nothing.
    #[default]
    Nothing,
    /// The one of this name, for all rows.
    Named(Spanned<String>),
    /// Each row, in this column, counted from 0.
    Column(usize, Span),
}

/// What the lines at the top say.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Header {
    /// What stands between cells.
    pub delimiter: Option<char>,
    /// Whether cells are HTML.
    pub html: Option<bool>,
    /// Tags of all notes.
    pub tags: Vec<Spanned<String>>,
    /// The names of the columns.
    pub columns: Option<Vec<Spanned<String>>>,
    /// The note type.
    pub note_type: Which,
    /// The deck.
    pub deck: Which,
    /// The column of tags, counted from 0.
    pub tags_column: Option<usize>,
    /// The column of guids, counted from 0.
    pub guid: Option<usize>,
    /// Where the rows begin.
    pub start: usize,
    guid_span: Option<Span>,
}

/// Whether a text begins as Anki's text files do: with `#` and a key that Anki knows, or with
/// `tags:`. The first hundred bytes are enough to tell.
#[must_use]
pub fn begins(source: &str) -> bool {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let line = source.lines().next().unwrap_or("");
    line.starts_with("tags:") || key_of(line).is_some_and(|(key, _)| KEYS.contains(&key.as_str()))
}

/// Whether a text is one that deckle wrote by itself, and no source.
#[must_use]
pub fn is_written_by_deckle(source: &str) -> bool {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut head = source.lines().take_while(|it| it.starts_with('#'));
    head.any(|it| it.starts_with(MARK))
}

/// The key of a line in lower case, and where its value begins.
fn key_of(line: &str) -> Option<(String, usize)> {
    let (key, _) = line.strip_prefix('#')?.split_once(':')?;
    Some((key.trim().to_ascii_lowercase(), key.len() + 2))
}

impl Header {
    pub(super) fn read(file: FileId, source: &str, sink: &mut Diagnostics) -> Self {
        let mut header = Self::default();
        let mut at = if source.starts_with('\u{feff}') { 3 } else { 0 };
        let mut split_at = None;
        for index in 0.. {
            let rest = source.get(at..).unwrap_or("");
            let length = rest.find('\n').map_or(rest.len(), |it| it + 1);
            let line = rest
                .get(..length)
                .unwrap_or("")
                .trim_end_matches(['\n', '\r']);
            let tags = (index == 0).then(|| line.strip_prefix("tags:")).flatten();
            if let Some(tags) = tags {
                header.add_tags(file, tags, at + 5);
            } else if line.starts_with('#') {
                if let Some((key, value)) = key_of(line) {
                    let text = line.get(value..).unwrap_or("");
                    let place = Place {
                        file,
                        line: at,
                        value: at + value,
                    };
                    if key == "columns" {
                        split_at = Some((header.delimiter.unwrap_or('\t'), place.span(text)));
                    }
                    header.line(&key, text, &place, sink);
                }
            } else {
                break;
            }
            at += length;
        }
        header.start = at;
        if let Some((sign, span)) = split_at
            && header.delimiter.is_some_and(|it| it != sign)
        {
            sink.push(
                Diagnostic::new(Code::AnkiHeader, "`#columns` stands above `#separator`")
                    .at(span, "Anki splits it before it knows where")
                    .help("put `#separator` above"),
            );
        }
        header
    }

    fn line(&mut self, key: &str, text: &str, place: &Place, sink: &mut Diagnostics) {
        let trimmed = place.trimmed(text);
        match key {
            "separator" => match separator(text) {
                Some(sign) => self.delimiter = Some(sign),
                None => sink.push(place.wrong(
                    &trimmed,
                    "`#separator` takes `comma`, `semicolon`, `tab`, `space`, `pipe`, `colon`, or one of these signs",
                )),
            },
            "html" => match text.trim_end().to_ascii_lowercase().as_str() {
                "true" => self.html = Some(true),
                "false" => self.html = Some(false),
                _ => sink.push(place.wrong(
                    &trimmed,
                    "`#html` takes `true` and `false`, without a space before",
                )),
            },
            "tags" => self.add_tags(place.file, text, place.value),
            "columns" => self.columns = Some(self.names(text, place)),
            "notetype" if !trimmed.value.is_empty() => self.note_type = Which::Named(trimmed),
            "deck" if !trimmed.value.is_empty() => self.deck = Which::Named(trimmed),
            "notetype column" | "deck column" | "tags column" | "guid column" => {
                let number = trimmed.value.parse::<usize>().ok();
                let Some(column) = number.and_then(|it| it.checked_sub(1)) else {
                    let taken = format!("`#{key}` takes the number of a column, from 1 on");
                    sink.push(place.wrong(&trimmed, &taken));
                    return;
                };
                match key {
                    "notetype column" => self.note_type = Which::Column(column, trimmed.span),
                    "deck column" => self.deck = Which::Column(column, trimmed.span),
                    "tags column" => self.tags_column = Some(column),
                    _ => {
                        self.guid = Some(column);
                        self.guid_span = Some(trimmed.span);
                    }
                }
            }
            known if KEYS.contains(&known) || MARK == format!("#{known}:") => {}
            // Anki takes it for a comment; a slip of the pen is none.
            unknown => {
                if let Some(near) = nearest(unknown, KEYS.iter().copied()) {
                    let span = Span::new(place.file, place.line + 1..place.value - 1);
                    sink.push(
                        Diagnostic::new(Code::AnkiHeader, format!("Anki does not know `#{unknown}`"))
                            .at(span, "passed over as a comment")
                            .fix("a key with a similar name exists", span, near),
                    );
                }
            }
        }
    }

    fn add_tags(&mut self, file: FileId, text: &str, start: usize) {
        let mut at = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            let tag = word.trim();
            if !tag.is_empty() {
                let from = start + at;
                let span = Span::new(file, from..from + tag.len());
                self.tags.push(Spanned::new(tag.to_owned(), span));
            }
            at += word.len();
        }
    }

    fn names(&self, text: &str, place: &Place) -> Vec<Spanned<String>> {
        let delimiter = self.delimiter.unwrap_or('\t');
        let Some(Line::Row(row)) = Rows::new(text, 0, delimiter, false).next() else {
            return Vec::new();
        };
        let name = |it: &crate::source::table::Cell| {
            let span = Span::new(
                place.file,
                place.value + it.inner.start..place.value + it.inner.end,
            );
            Spanned::new(it.text(FileId::NONE, text).as_str().to_owned(), span)
        };
        row.cells.iter().map(name).collect()
    }

    /// Tells the columns that lie behind the last one: Anki would pass over them, or put all notes
    /// into a deck called `blank`.
    pub(super) fn check_width(&self, file: FileId, width: usize, sink: &mut Diagnostics) {
        let of = |it: &Which| match it {
            Which::Column(column, span) => Some((*column, *span)),
            _ => None,
        };
        let guid = self.guid.zip(self.guid_span);
        let all = [of(&self.note_type), of(&self.deck), guid];
        for (column, span) in all.into_iter().flatten() {
            if column >= width && width > 0 && span.file == file {
                let title = format!("there is no column {}", column + 1);
                sink.push(
                    Diagnostic::new(Code::AnkiHeader, title)
                        .at(span, "behind the last one")
                        .note(format!(
                            "Anki reads {width} columns: those of `#columns`, else of the first row"
                        )),
                );
            }
        }
    }
}

struct Place {
    file: FileId,
    line: usize,
    value: usize,
}

impl Place {
    fn span(&self, text: &str) -> Span {
        Span::new(self.file, self.line..self.value + text.len())
    }

    fn trimmed(&self, text: &str) -> Spanned<String> {
        let start = self.value + text.len() - text.trim_start().len();
        let value = text.trim();
        let span = Span::new(self.file, start..start + value.len());
        Spanned::new(value.to_owned(), span)
    }

    fn wrong(&self, value: &Spanned<String>, taken: &str) -> Diagnostic {
        let title = format!("Anki does not read `{}` here", value.value);
        Diagnostic::new(Code::AnkiHeader, title)
            .at(
                Span::new(self.file, self.line..value.span.range().end),
                "passed over by Anki",
            )
            .note(taken)
    }
}

fn separator(text: &str) -> Option<char> {
    let mut signs = text.chars();
    if let (Some(sign @ ('\t' | '|' | ';' | ':' | ',' | ' ')), None) = (signs.next(), signs.next())
    {
        return Some(sign);
    }
    match text.trim().to_ascii_lowercase().as_str() {
        "comma" | "," => Some(','),
        "semicolon" | ";" => Some(';'),
        "tab" => Some('\t'),
        "space" => Some(' '),
        "pipe" | "|" => Some('|'),
        "colon" | ":" => Some(':'),
        _ => None,
    }
}
