//! The rows of a table to its notes.

use super::head::{Checked, Head};
use super::reader::{Made, Reader};
use super::rows::{Line, Rows};
use super::settings::{ColumnNames, TableSettings};
use super::{JoinedText, TableText};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span, Spanned};
use crate::model::written::WrittenNote;
use crate::source::defaults::Defaults;
use crate::source::types::TypeSet;

/// How many notes are handed on at once.
const BATCH: usize = 4096;

pub(super) fn read<T: Send>(
    table: TableText<'_>,
    joined: &[JoinedText<'_>],
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
    take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
) -> Vec<T> {
    let settings = &defaults.csv;
    if settings.broken {
        return Vec::new();
    }
    let delimiter = settings.delimiter.unwrap_or(table.delimiter);
    let mut rows = Rows::new(table.source, table.start(), delimiter, false);
    let mut checked = Checked::new(table, delimiter);
    let before = sink.count(Severity::Error);
    let Some(head) = head(table, settings, &mut rows, &checked, sink) else {
        return Vec::new();
    };
    let width = head.names.len();
    let reader = Reader::new(table, head, joined, defaults.inside_file(), types, sink);
    // What is wrong with the columns would be told again at every row.
    let Some(mut reader) = reader.filter(|_| sink.count(Severity::Error) == before) else {
        return Vec::new();
    };
    let (mut taken, mut notes) = (Vec::new(), Vec::new());
    let (mut seen, mut made) = (0_usize, 0_usize);
    for line in rows {
        let Line::Row(row) = line else { continue };
        seen += usize::from(!row.is_blank(table.source));
        if !checked.row(&row, width, sink) {
            continue;
        }
        match reader.note(&row, sink) {
            Made::Note(note) => {
                made += 1;
                notes.push(*note);
            }
            Made::Skipped => made += 1,
            Made::Filtered | Made::Wrong => {}
        }
        if notes.len() >= BATCH {
            taken.push(take(std::mem::take(&mut notes)));
        }
    }
    checked.finish(sink);
    reader.finish(sink);
    if !notes.is_empty() {
        taken.push(take(notes));
    }
    let told = sink.count(Severity::Error) > before || !types.broken().is_empty();
    if made == 0 && !told {
        sink.push(no_notes(table, seen));
    }
    taken
}

fn no_notes(table: TableText<'_>, rows: usize) -> Diagnostic {
    let found = Diagnostic::new(Code::NoNotes, "the file holds no note");
    let start = Span::new(table.file, 0..0);
    if rows == 0 {
        return found
            .at(start, "no row below the names of the columns")
            .help("write a row for each note, or remove the file");
    }
    found.at(start, "no row meets `csv.where`")
}

/// The names of the columns, from the first row or from the settings.
fn head(
    table: TableText<'_>,
    settings: &TableSettings,
    rows: &mut Rows<'_>,
    checked: &Checked<'_>,
    sink: &mut Diagnostics,
) -> Option<Head> {
    let start = Span::new(table.file, 0..0);
    if !settings.header {
        let ColumnNames::InOrder(names) = &settings.columns else {
            sink.push(
                Diagnostic::new(Code::TableColumn, "nothing names the columns of the table")
                    .at(start, "the first row is a note, says `csv.header: false`")
                    .help(
                        "list them in `_deck.yaml`: `csv: {header: false, columns: [Front, Back]}`",
                    ),
            );
            return None;
        };
        let name = |it: &Option<Spanned<String>>| match it {
            Some(name) => name.clone(),
            None => Spanned::new(String::new(), start),
        };
        return Some(Head {
            names: names.iter().map(name).collect(),
        });
    }
    if let ColumnNames::InOrder(names) = &settings.columns {
        let span = names.iter().flatten().next().map_or(start, |it| it.span);
        sink.push(
            Diagnostic::new(
                Code::WrongShape,
                "a list of `csv.columns` is for tables without a row of names",
            )
            .at(span, "the names of the first row count")
            .help("say `header: false` beside it, or write `columns: {their name: Field}`"),
        );
        return None;
    }
    let Some(Line::Row(row)) = rows.next() else {
        sink.push(
            Diagnostic::new(Code::NoNotes, "the file holds no note")
                .at(start, "it is empty")
                .help("the first row of a table names its columns: `Front,Back,tags`"),
        );
        return None;
    };
    checked.quotes(&row, sink).then(|| Head::of(&table, &row))
}
