//! Findings as people and programs read them.
//!
//! `human` looks like rustc and is drawn by rust-lang's own annotate-snippets; `short` is one
//! line each, as editors and grep want it; `json` is one object a line.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use serde_json::{Value, json};

use super::clip::Clip;
use super::{Diagnostic, FileId, Label, Severity, Sources, Span};

/// How the human form looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Style {
    /// No escape sequences.
    #[default]
    Plain,
    /// With ANSI colors.
    Color,
}

/// A finding with its source lines, without a line break at its end.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = level(diagnostic.severity);
    let title = level
        .clone()
        .primary_title(&*diagnostic.message)
        .id(diagnostic.code.id());
    let mut main = Group::with_title(title);
    for window in windows(&diagnostic.labels, sources) {
        main = window.draw(main, sources);
    }
    main = main.elements(
        diagnostic
            .notes
            .iter()
            .map(|note| Level::NOTE.message(&**note)),
    );
    main = main.elements(
        diagnostic
            .helps
            .iter()
            .map(|help| Level::HELP.message(&**help)),
    );
    let mut report = vec![main];
    report.extend(fix_group(diagnostic, sources));
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Color => Renderer::styled(),
    };
    renderer
        .decor_style(DecorStyle::Unicode)
        .term_width(100)
        .render(&report)
}

/// A finding in one line, without a line break at its end.
#[must_use]
pub fn render_short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = place(diagnostic.span(), sources);
    let Diagnostic {
        code,
        severity,
        message,
        ..
    } = diagnostic;
    let severity = severity.as_str();
    let mut line = format!("{place}{severity}[{code}]: {message}");
    if let Some(label) = diagnostic
        .labels
        .iter()
        .find(|label| label.primary && !label.text.is_empty())
    {
        line.push_str(": ");
        line.push_str(&label.text);
    }
    // A message may quote the source; a line break in it would make two lines of one finding.
    line.replace('\n', " ")
}

/// A finding as a JSON object in one line, without a line break at its end.
///
/// Keys: `code`, `name`, `level`, `message`, `file`, `labels` (`file`, `start`, `end` in bytes,
/// `line`, `column`, `end_line`, `end_column` from 1 in characters, `text`, `primary`), `notes`,
/// `helps`, `fix` (`message`, `edits` with a place and its `replacement`, and whether it is
/// `certain`, or null), `rendered`.
#[must_use]
pub fn render_json(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let mut value = json_place(label.span, sources);
            value["text"] = json!(label.text);
            value["primary"] = json!(label.primary);
            value
        })
        .collect();
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Vec<Value> = fix
            .edits
            .iter()
            .map(|(span, replacement)| {
                let mut value = json_place(*span, sources);
                value["replacement"] = json!(replacement);
                value
            })
            .collect();
        json!({"message": fix.message, "edits": edits, "certain": fix.certain})
    });
    json!({
        "code": diagnostic.code.id(),
        "name": diagnostic.code.name(),
        "level": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "file": sources.get(diagnostic.span().file).map(super::SourceFile::path),
        "labels": labels,
        "notes": diagnostic.notes,
        "helps": diagnostic.helps,
        "fix": fix,
        "rendered": render(diagnostic, sources, Style::Plain),
    })
    .to_string()
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

fn place(span: Span, sources: &Sources) -> String {
    match sources.position(span) {
        Some(position) => {
            format!(
                "{}:{}:{}: ",
                sources.path(span.file),
                position.line,
                position.column
            )
        }
        None => String::new(),
    }
}

fn json_place(span: Span, sources: &Sources) -> Value {
    let start = sources.position(span);
    let end = sources.position_at(span.file, span.end as usize);
    json!({
        "file": sources.path(span.file),
        "start": span.start,
        "end": span.end,
        "line": start.map(|it| it.line),
        "column": start.map(|it| it.column),
        "end_line": end.map(|it| it.line),
        "end_column": end.map(|it| it.column),
    })
}

fn fix_group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Option<Group<'a>> {
    let fix = diagnostic.fix.as_ref()?;
    let (first, _) = fix.edits.first()?;
    let span = fix
        .edits
        .iter()
        .fold(*first, |span, (next, _)| span.to(*next));
    let window = Window::around(span.file, span.range(), sources)?;
    let edits = fix
        .edits
        .iter()
        .filter(|(span, _)| span.file == window.file);
    let clip = window.clip(edits.clone().map(|(span, _)| *span), sources)?;
    let patches = edits.map(|(span, text)| Patch::new(window.inner(&clip, *span), &**text));
    let snippet = Snippet::source(clip.text.clone())
        .line_start(window.line)
        .path(sources.path(window.file))
        .patches(patches);
    Some(Level::HELP.secondary_title(&*fix.message).element(snippet))
}

/// Lines of one file that are shown together. Only they are handed to the printer: a deck's
/// file can be megabytes long.
struct Window<'a> {
    file: FileId,
    bytes: Range<usize>,
    line: usize,
    labels: Vec<&'a Label>,
}

/// Labels further apart than this many bytes are shown in windows of their own.
const WINDOW_GAP: usize = 2_000;

fn windows<'a>(labels: &'a [Label], sources: &Sources) -> Vec<Window<'a>> {
    let mut order: Vec<&Label> = labels.iter().collect();
    // The place of the finding comes first, then the places that explain it.
    let first_file = labels
        .iter()
        .find(|label| label.primary)
        .map(|label| label.span.file);
    order.sort_by_key(|label| (Some(label.span.file) != first_file, label.span));
    let mut windows: Vec<Window<'a>> = Vec::new();
    for label in order {
        let joins = windows.last().is_some_and(|last| {
            last.file == label.span.file && label.span.start as usize <= last.bytes.end + WINDOW_GAP
        });
        if joins && let Some(last) = windows.last_mut() {
            let end = last.bytes.end.max(label.span.end as usize);
            if let Some(wider) = Window::around(last.file, last.bytes.start..end, sources) {
                last.bytes = wider.bytes;
            }
            last.labels.push(label);
        } else if let Some(mut window) =
            Window::around(label.span.file, label.span.range(), sources)
        {
            window.labels.push(label);
            windows.push(window);
        }
    }
    let rank = |window: &Window<'_>| !window.labels.iter().any(|label| label.primary);
    windows.sort_by_key(rank);
    windows
}

impl Window<'_> {
    /// The whole lines that hold `range`.
    fn around(file: FileId, range: Range<usize>, sources: &Sources) -> Option<Self> {
        let source = sources.get(file)?;
        let bytes = source.text().as_bytes();
        let start = range.start.min(bytes.len());
        let end = range.end.clamp(start, bytes.len());
        let (line, first) = source.line_around(start);
        // A range that ends behind a line break does not need the line that follows.
        let last = if end > start && bytes[end - 1] == b'\n' {
            end - 1
        } else {
            end
        };
        let (from, to) = (first.start, source.line_around(last).1.end);
        // The printer would draw the carriage return of a line that ends in CRLF.
        let to = match bytes.get(from..to) {
            Some([.., b'\r']) => to - 1,
            _ => to,
        };
        Some(Self {
            file,
            bytes: from..to,
            line: line + 1,
            labels: Vec::new(),
        })
    }

    fn clip<'s>(
        &self,
        spans: impl Iterator<Item = Span>,
        sources: &'s Sources,
    ) -> Option<Clip<'s>> {
        let points: Vec<usize> = spans
            .flat_map(|span| [span.start as usize, span.end as usize])
            .collect();
        Some(Clip::new(sources.get(self.file)?, &self.bytes, &points))
    }

    fn inner(&self, clip: &Clip<'_>, span: Span) -> Range<usize> {
        let place = |at: u32| clip.place((at as usize).clamp(self.bytes.start, self.bytes.end));
        place(span.start)..place(span.end)
    }

    /// Adds the lines with their labels to a report.
    fn draw<'s>(&self, group: Group<'s>, sources: &'s Sources) -> Group<'s> {
        let spans = self.labels.iter().map(|label| label.span);
        let Some(clip) = self.clip(spans, sources) else {
            return group;
        };
        let mut snippet = Snippet::source(clip.text.clone()).line_start(self.line);
        for label in &self.labels {
            let kind = if label.primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let mut annotation = kind.span(self.inner(&clip, label.span));
            if !label.text.is_empty() {
                annotation = annotation.label(label.text.clone());
            }
            snippet = snippet.annotation(annotation);
        }
        let path = sources.path(self.file);
        if !clip.is_clipped() {
            return group.element(snippet.path(path));
        }
        // The printer takes the column from the text that it is given, where it is another one.
        let mut origin = Origin::path(path);
        let first = self.labels.iter().find(|label| label.primary);
        let first = first.or(self.labels.first());
        if let Some(position) = first.and_then(|label| sources.position(label.span)) {
            origin = origin.line(position.line).char_column(position.column);
        }
        group.element(origin).element(snippet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    #[test]
    fn a_long_line_is_clipped_and_its_place_stays_true() {
        let text = format!("one\n{}<x>{}\n", "é ".repeat(4_000), " b".repeat(9_000));
        let mut sources = Sources::new();
        let file = sources.add("a.md", text.clone());
        let start = text.find("<x>").unwrap();
        let span = Span::new(file, start..start + 3);
        let diagnostic = Diagnostic::new(Code::UnpairedTag, "alone")
            .at(span, "here")
            .fix("quote it", span, "`<x>`");
        let human = render(&diagnostic, &sources, Style::Plain);
        assert!(human.contains("a.md:2:8001\n"), "{human}");
        assert!(human.contains("`<x>`"), "{human}");
        assert!(
            human.lines().all(|line| line.chars().count() < 300),
            "{human}"
        );
        let short = render_short(&diagnostic, &sources);
        assert!(short.starts_with("a.md:2:8001: "), "{short}");
    }
}
