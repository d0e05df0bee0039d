//! `deckle check --list`: what each file holds, and what in it looks like a note and is none. The
//! findings themselves follow as without `--list`.

use std::fmt::Write as _;

use deckle::diag::{Code, Diagnostic, Severity};
use deckle::project::{FileNotes, Report};

use super::printer::Printer;
use super::words::plural;

/// The findings that say of something that it is no note though it looks like one.
const LOOK_ALIKES: &[Code] = &[Code::MixedForms, Code::NoNotes, Code::SkippedHeading];

pub(super) fn print(report: &Report, printer: &Printer) {
    for file in &report.files {
        let found: Vec<(usize, &Diagnostic)> = look_alikes(report, file);
        let errors = errors(report, file);
        if printer.is_json() {
            let found: Vec<_> = found
                .iter()
                .map(|(line, it)| {
                    serde_json::json!({"line": line, "code": it.code.id(), "message": it.message})
                })
                .collect();
            let line = serde_json::json!({
                "source-file": file.path,
                "notes": file.notes,
                "cards": file.cards,
                "errors": errors,
                "look-alikes": found,
            });
            printer.data(&line.to_string());
            continue;
        }
        let mut text = format!(
            "{}: {}, {}",
            file.path,
            plural(file.notes, "note"),
            plural(file.cards, "card")
        );
        if errors > 0 {
            text.push_str(", ");
            text.push_str(&plural(errors, "error"));
        }
        for (line, it) in found {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n  line {line} is no note: {} ({})",
                it.message, it.code
            );
        }
        printer.listing(&text);
    }
}

/// How many errors keep notes of this file out of the package, or the package from being built.
fn errors(report: &Report, file: &FileNotes) -> usize {
    let all = report.diagnostics.iter();
    let all = all.filter(|it| it.severity == Severity::Error);
    all.filter(|it| report.sources.path(it.span().file) == file.path)
        .count()
}

fn look_alikes<'r>(report: &'r Report, file: &FileNotes) -> Vec<(usize, &'r Diagnostic)> {
    let sources = &report.sources;
    let found = report.diagnostics.iter();
    let found = found.filter(|it| LOOK_ALIKES.contains(&it.code));
    let found = found.filter(|it| sources.path(it.span().file) == file.path);
    let line = |it: &Diagnostic| sources.position(it.span()).map_or(1, |it| it.line);
    found.map(|it| (line(it), it)).collect()
}
