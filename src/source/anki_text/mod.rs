//! Anki's own text files: lines such as `#separator:tab` at the top, then a note a row.
//!
//! Read as Anki's import reads them (measured on Anki 26.9.3 and 25.9.2, which do the same), but
//! for what it would lose: a note type that does not exist, a value that no field takes and a line
//! at the top that Anki passes over are told.

mod cells;
mod guess;
mod header;
mod mapping;
#[cfg(test)]
mod tests;

pub use header::{Header, KEYS, Which, begins, is_written_by_deckle};
pub use mapping::{STOCK, Stock};

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity, Span, Spanned};
use crate::model::Guid;
use crate::model::written::{Content, WrittenNote, WrittenType};
use crate::source::defaults::{Defaults, add_tag};
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::table::{Line, Row, Rows};
use crate::source::types::TypeSet;
use mapping::{Mapping, Types};

/// How many notes are handed on at once.
const BATCH: usize = 4096;

/// Hands the notes of a file on, in batches, and returns what became of each batch, in the order
/// of the rows. What cannot be read is told and left out.
#[must_use]
pub fn read<T: Send>(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
    take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
) -> Vec<T> {
    let before = sink.count(Severity::Error);
    let header = Header::read(file, source, sink);
    let mut inherited = defaults.clone();
    for tag in &header.tags {
        add_tag(&mut inherited.tags, &tag.value, tag.span, sink);
    }
    if let Which::Named(deck) = &header.deck {
        inherited.set_deck(deck, sink);
    }
    let delimiter = header
        .delimiter
        .unwrap_or_else(|| guess::delimiter(source, header.start));
    let rows = Rows::new(source, header.start, delimiter, true);
    let html = header
        .html
        .unwrap_or_else(|| guess::is_html(source, rows.clone()));
    let first = rows.clone().find_map(|it| match it {
        Line::Row(row) => Some(row.cells.len()),
        Line::Comment(_) => None,
    });
    let width = header.columns.as_ref().map(Vec::len).or(first).unwrap_or(0);
    let mut reader = Reader {
        file,
        source,
        defaults: inherited.inside_file(),
        types: Types::new(types),
        html,
        width,
        header,
        mappings: Vec::new(),
        told: Vec::new(),
        headings: Arc::new([]),
    };
    reader.header.check_width(file, width, sink);
    let broken = sink.count(Severity::Error) > before || !reader.global_type(sink);
    if broken {
        return Vec::new();
    }
    let (mut taken, mut notes, mut made) = (Vec::new(), Vec::new(), 0_usize);
    for line in rows {
        match line {
            Line::Comment(range) => reader.comment(range, delimiter, sink),
            Line::Row(row) => {
                if row.is_blank(source) || !reader.quotes(&row, sink) {
                    continue;
                }
                made += 1;
                notes.extend(reader.note(&row, sink));
            }
        }
        if notes.len() >= BATCH {
            taken.push(take(std::mem::take(&mut notes)));
        }
    }
    if !notes.is_empty() {
        taken.push(take(notes));
    }
    if made == 0 && sink.count(Severity::Error) == before {
        sink.push(
            Diagnostic::new(Code::NoNotes, "the file holds no note")
                .at(Span::new(file, 0..0), "no row below the lines at its top")
                .help("write a row for each note, or remove the file"),
        );
    }
    taken
}

struct Reader<'r> {
    file: FileId,
    source: &'r str,
    defaults: Defaults,
    types: Types<'r>,
    html: bool,
    /// How many columns Anki reads.
    width: usize,
    header: Header,
    mappings: Vec<Mapping>,
    /// Columns of which it was told that nothing takes their values.
    told: Vec<usize>,
    headings: Arc<[String]>,
}

impl Reader<'_> {
    /// Finds the note type of all rows, where they have one; whether they can be read.
    fn global_type(&mut self, sink: &mut Diagnostics) -> bool {
        match &self.header.note_type {
            Which::Column(..) => true,
            Which::Named(name) => self.types.named(name, sink).is_some(),
            Which::Nothing => self
                .types
                .inherited(&self.defaults.note_type, sink)
                .is_some(),
        }
    }

    fn comment(&self, range: std::ops::Range<usize>, delimiter: char, sink: &mut Diagnostics) {
        let text = self.source.get(range.clone()).unwrap_or("");
        if self.width > 1 && text.matches(delimiter).count() + 1 == self.width {
            let span = Span::new(self.file, range.start..range.start + 1);
            sink.push(
                Diagnostic::new(
                    Code::AnkiComment,
                    "the row begins with `#` and is a comment to Anki",
                )
                .at(span, "makes no note")
                .help("put the first cell in quotes if it is a note"),
            );
        }
    }

    fn quotes(&self, row: &Row, sink: &mut Diagnostics) -> bool {
        for cell in &row.cells {
            let start = cell.inner.start;
            if cell.unclosed {
                sink.push(
                    Diagnostic::new(Code::TableQuotes, "the quote has no end")
                        .at(Span::new(self.file, start - 1..start), "everything behind it is one cell")
                        .help("a quote at the beginning of a cell opens it; write `\"\"\"` if the cell begins with one itself, and end the cell with `\"`"),
                );
                return false;
            }
            if !cell.tail.is_empty() {
                let end = cell.inner.end;
                sink.push(
                    Diagnostic::new(Code::TableQuotes, "text stands behind a closing quote")
                        .at(
                            Span::new(self.file, cell.tail.clone()),
                            "Anki appends it and drops the quotes",
                        )
                        .also(Span::new(self.file, end..end + 1), "the cell ends here")
                        .help("a quote inside of a quoted cell is written twice: `\"\"`"),
                );
                return false;
            }
        }
        true
    }

    fn note(&mut self, row: &Row, sink: &mut Diagnostics) -> Option<WrittenNote> {
        let (file, source, width) = (self.file, self.source, self.width);
        let cell = |column: usize| {
            let cell = row.cells.get(column).filter(|_| column < width);
            cell.map(|it| it.text(file, source))
        };
        let named = match &self.header.note_type {
            Which::Column(column, _) => {
                let name = cell(*column).map(|it| it.trim());
                let span = name.as_ref().map_or(Span::NONE, |it| it.whole());
                let name = name.map(|it| it.as_str().to_owned()).unwrap_or_default();
                self.types.named(&Spanned::new(name, span), sink)
            }
            Which::Named(name) => self.types.named(name, sink),
            Which::Nothing => self.types.inherited(&self.defaults.note_type, sink),
        };
        let (note_type, fields) = named?;
        let span = Span::new(file, row.range.clone());
        let mapping = self.mapping(&note_type, fields);
        let mut own = NoteSettings::default();
        if let Some(text) = self.header.guid.and_then(cell).filter(|it| !it.is_empty()) {
            let value = Spanned::new(text.as_str().to_owned(), text.whole());
            if Guid::new(value.value.as_str()).is_none() {
                let taken = "the guid of a note in Anki, a text without control characters";
                crate::source::yaml::decode::bad_value::<()>(&value, "guid", taken, sink);
                return None;
            }
            own.guid = Some(value);
        }
        if let Which::Column(column, _) = &self.header.deck
            && let Some(deck) = cell(*column)
                .map(|it| it.trim())
                .filter(|it| !it.is_empty())
        {
            own.deck = Some(Spanned::new(deck.as_str().to_owned(), deck.whole()));
        }
        let mapping = self.mappings.get(mapping)?;
        if let Some(tags) = mapping.tags.and_then(cell) {
            for word in cells::words(&tags) {
                add_tag(&mut own.tags, word.as_str(), word.whole(), sink);
            }
            if mapping.guessed && !tags.as_str().trim().is_empty() {
                self.tell_tags(mapping.tags.unwrap_or_default(), tags.whole(), sink);
            }
        }
        let mut draft = NoteDraft::new(note_type.clone(), span);
        for (field, column) in mapping.fields.iter().enumerate() {
            let Some(text) = column.and_then(cell).filter(|it| !it.is_empty()) else {
                continue;
            };
            let html = if self.html {
                text
            } else {
                cells::escaped(&text, file)
            };
            draft.set_index(field, html.whole(), Content::Html(html), sink);
        }
        let unread = (0..row.cells.len()).find(|column| {
            let filled = row
                .cells
                .get(*column)
                .is_some_and(|it| !it.inner.is_empty());
            filled && (*column >= self.width || !mapping.takes(*column, &self.header))
        });
        if let Some(column) = unread {
            self.tell_unread(column, row, &note_type, sink);
            return None;
        }
        draft.finish(own, &self.defaults, &self.headings, sink)
    }

    /// The position of what the columns are for notes of this type.
    fn mapping(&mut self, note_type: &Arc<WrittenType>, fields: usize) -> usize {
        let is_it = |it: &Mapping| Arc::ptr_eq(&it.note_type, note_type) && it.limit == fields;
        if let Some(known) = self.mappings.iter().position(is_it) {
            return known;
        }
        let mapping = Mapping::new(note_type.clone(), fields, &self.header, self.width);
        self.mappings.push(mapping);
        self.mappings.len() - 1
    }

    fn tell_tags(&self, column: usize, span: Span, sink: &mut Diagnostics) {
        let told = |it: &Diagnostic| it.code == Code::AnkiTags && it.span().file == self.file;
        if sink.iter().any(told) {
            return;
        }
        let number = column + 1;
        sink.push(
            Diagnostic::new(Code::AnkiTags, format!("column {number} is read as tags"))
                .at(span, "no field is left for it")
                .note("Anki proposes the same for the column behind the last field")
                .help(format!(
                    "say `#tags column:{number}` at the top of the file"
                )),
        );
    }

    fn tell_unread(
        &mut self,
        column: usize,
        row: &Row,
        note_type: &WrittenType,
        sink: &mut Diagnostics,
    ) {
        if self.told.contains(&column) {
            return;
        }
        self.told.push(column);
        let range = row
            .cells
            .get(column)
            .map_or(row.range.clone(), |it| it.outer());
        let number = column + 1;
        let title = format!("nothing takes the value in column {number}");
        let found = Diagnostic::new(Code::AnkiColumn, title)
            .at(Span::new(self.file, range), "Anki would drop it");
        sink.push(if column >= self.width {
            found
                .note(format!("columns that Anki reads: {}, as many as the first row has", self.width))
                .help("end the first row with empty cells, so that it has as many as the longest")
        } else {
            let names: Vec<&str> = note_type.note_type.field_names().collect();
            found
                .note(format!("the fields of `{}` are `{}`", note_type.key, names.join("`, `")))
                .help("name the columns at the top of the file: `#columns:` with a field each, or `#tags column:` with a number")
        });
    }
}
