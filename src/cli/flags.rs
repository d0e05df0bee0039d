//! `deckle flags`

use deckle::Error;
use deckle::project::Project;
use deckle::project::pull::{Marked, Marks};
use serde_json::{Value, json};

use super::Outcome;
use super::args::FlagsArgs;
use super::printer::Printer;
use super::words::{plain, plural};

pub(super) fn flags(args: &FlagsArgs, printer: &Printer) -> Result<Outcome, Error> {
    let mut project = Project::open(&args.within.project)?;
    if let Some(key) = &args.variant {
        project = project.variant(key)?;
    }
    let marks = Marks::new().suspended(args.suspended).leeches(args.leeches);
    let (marked, report) = project.marked(&args.packages, marks)?;
    if args.json {
        let objects: Value = marked.iter().map(object).collect();
        printer.data(&objects.to_string());
    } else {
        for it in &marked {
            let (deck, text) = (plain(&it.deck), plain(&it.text));
            printer.data(&format!("{}\t{}\t{deck}\t{text}", place(it), words(it)));
        }
    }
    let errors = match report.diagnostics.has_errors() {
        true => "; the sources have errors, so that places of notes may be missing",
        false => "",
    };
    printer.summary(&format!("{}{errors}", plural(marked.len(), "card")));
    Ok(Outcome::Done)
}

/// `cells.md:12`, or the guid of a note that the sources do not have.
fn place(it: &Marked) -> String {
    match (&it.path, it.line) {
        (Some(path), Some(line)) => format!("{}:{line}", plain(path)),
        _ => format!("(guid {})", plain(&it.guid)),
    }
}

/// `red, suspended, leech`
fn words(it: &Marked) -> String {
    let mut words: Vec<&str> = it.flag.into_iter().collect();
    if it.suspended {
        words.push("suspended");
    }
    if it.leech {
        words.push("leech");
    }
    words.join(", ")
}

fn object(it: &Marked) -> Value {
    let place = it.path.as_ref().map(|_| place(it));
    json!({
        "place": place,
        "path": it.path,
        "line": it.line,
        "flag": it.flag,
        "suspended": it.suspended,
        "leech": it.leech,
        "deck": it.deck,
        "card": it.card,
        "text": it.text,
        "guid": it.guid,
    })
}
