//! `deckle show`

use std::fmt::Write as _;
use std::path::Path;

use deckle::diag::Severity;
use deckle::files::locate;
use deckle::project::Project;
use deckle::project::show::{IdSource, ShownAt, ShownNote};
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::ShowArgs;
use super::printer::Printer;

pub(super) fn show(args: &ShowArgs, printer: &Printer) -> Result<Outcome, Error> {
    let (file, line) = place(&args.place)?;
    let mut project = Project::open(file)?;
    if let Some(key) = &args.variant {
        project = project.variant(key)?;
    }
    let (whole, _) = locate(Path::new(file))?;
    let path = whole.strip_prefix(project.root()).unwrap_or(&whole);
    let parts: Vec<_> = path.iter().map(|it| it.to_string_lossy()).collect();
    let shown = project.show(&parts.join("/"), line)?;
    let Some(at) = shown.at else {
        let report = &shown.report;
        printer.diagnostics(&report.diagnostics, &report.sources, project.root());
        return Ok(Outcome::Sources);
    };
    match at {
        ShownAt::Note(note) if args.json => printer.data(&json(&note)),
        ShownAt::Note(note) => {
            printer.data(text(&note).trim_end());
            let errors = shown.report.diagnostics.count(Severity::Error);
            if errors > 0 {
                printer.summary("The sources have errors; `deckle check` tells them");
            }
        }
        ShownAt::Nothing { reason, nearest } => {
            let mut words = format!("{file}:{line} holds no note: {reason}");
            if let Some(nearest) = nearest {
                // Writing to a string cannot fail.
                let _ = write!(words, "; the nearest note begins at {file}:{nearest}");
            }
            printer.failure(&words);
            return Ok(Outcome::Sources);
        }
        _ => {}
    }
    Ok(Outcome::Done)
}

/// A file and a line of it; a column behind the line, as editors write it, is left out.
fn place(typed: &str) -> Result<(&str, usize), Error> {
    let parse = |typed: &'_ str| {
        let (file, line) = typed.rsplit_once(':')?;
        let line = line.parse::<usize>().ok().filter(|it| *it > 0)?;
        Some((file.len(), line))
    };
    let found = parse(typed).map(|(length, line)| {
        let outer = typed.get(..length).unwrap_or_default();
        parse(outer).unwrap_or((length, line))
    });
    let (length, line) = found.ok_or_else(|| {
        Error::new(ErrorKind::Usage(format!(
            "`{typed}` is no place; write a file and a line, such as cells.md:14"
        )))
    })?;
    Ok((typed.get(..length).unwrap_or_default(), line))
}

fn text(note: &ShownNote) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    line(format!("{}:{}-{}", note.path, note.line, note.end_line));
    if let Some(variant) = &note.variant {
        line(format!("as    {variant}"));
    }
    line(format!("type  {}", note.note_type));
    line(format!("deck  {}", note.deck));
    if !note.tags.is_empty() {
        line(format!("tags  {}", note.tags.join(" ")));
    }
    let why = why(note.identity, note.variant.as_deref());
    match &note.id {
        Some(id) => line(format!("id    {id}: {why}")),
        None => line(format!("id    none: {why}")),
    }
    line(format!("guid  {}", note.guid));
    for field in &note.fields {
        if field.written.is_empty() && field.html.is_empty() {
            continue;
        }
        line(format!("\nfield {}", field.name));
        for (form, written) in &field.written {
            line(indented(form, written));
        }
        line(indented("HTML", &field.html));
    }
    for card in &note.cards {
        line(format!("\ncard {}", card.name));
        line(indented("Q", &card.question));
        line(indented("A", &card.answer));
    }
    text
}

/// A text behind its word, further lines below its beginning.
fn indented(word: &str, text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let mut out = format!("  {word:5} {first}");
    for line in lines {
        out.push_str("\n        ");
        out.push_str(line);
    }
    out.truncate(out.trim_end().len());
    out
}

fn why(source: IdSource, variant: Option<&str>) -> String {
    let lock = match variant {
        Some(key) => format!("deckle.{key}.lock"),
        None => "deckle.lock".to_owned(),
    };
    let why = match source {
        IdSource::Id => "the sources say so",
        IdSource::Guid => "the sources give its guid",
        IdSource::KeyFields => "made of its key fields",
        IdSource::Lock => return format!("{lock} knows it by its text"),
        IdSource::FoundAgain => return format!("{lock} knows it, though it was edited or moved"),
        IdSource::New => return format!("a new note; the next build writes it into {lock}"),
        _ => "the guid is made of its text, because no lock is kept",
    };
    why.to_owned()
}

fn json(note: &ShownNote) -> String {
    let fields: Vec<_> = note
        .fields
        .iter()
        .map(|field| {
            let written: Vec<_> = field
                .written
                .iter()
                .map(|(form, text)| serde_json::json!({"form": form, "text": text}))
                .collect();
            serde_json::json!({"name": field.name, "written": written, "html": field.html})
        })
        .collect();
    let cards: Vec<_> = note
        .cards
        .iter()
        .map(|card| {
            serde_json::json!({
                "name": card.name,
                "question": card.question,
                "answer": card.answer,
            })
        })
        .collect();
    serde_json::json!({
        "file": note.path,
        "line": note.line,
        "end-line": note.end_line,
        "variant": note.variant,
        "type": note.note_type,
        "deck": note.deck,
        "tags": note.tags,
        "id": note.id,
        "guid": note.guid,
        "id-from": note.identity.as_str(),
        "fields": fields,
        "cards": cards,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_is_a_file_and_a_line() {
        let check = |typed: &str, expect: Option<(&str, usize)>| {
            assert_eq!(place(typed).ok(), expect, "{typed}");
        };
        check("a.md:14", Some(("a.md", 14)));
        check("a.md:14:3", Some(("a.md", 14)));
        check("C:\\x\\a.md:1", Some(("C:\\x\\a.md", 1)));
        check("a.md", None);
        check("a.md:0", None);
        check("a.md:x", None);
        check("", None);
    }
}
