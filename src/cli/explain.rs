//! `deckle explain`

use std::fmt::Write as _;

use deckle::diag::{Code, explain as page};
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::ExplainArgs;
use super::printer::Printer;

pub(super) fn explain(args: &ExplainArgs, printer: &Printer) -> Result<Outcome, Error> {
    let Some(typed) = &args.code else {
        printer.data(&list());
        return Ok(Outcome::Done);
    };
    let code = Code::parse(typed).ok_or_else(|| Error::new(ErrorKind::Usage(unknown(typed))))?;
    printer.data(&page(code));
    Ok(Outcome::Done)
}

/// Every code in a line of its own.
fn list() -> String {
    let mut lines = String::new();
    let width = Code::ALL
        .iter()
        .map(|it| it.name().len())
        .max()
        .unwrap_or(0);
    for code in Code::ALL {
        let (id, name) = (code.id(), code.name());
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{id}  {name:width$}  {}", code.summary());
    }
    lines.truncate(lines.trim_end().len());
    lines
}

/// What to say of a code that does not exist.
pub(super) fn unknown(typed: &str) -> String {
    match Code::suggest(typed) {
        Some(near) => format!("there is no code `{typed}`; did you mean `{near}`?"),
        None => format!("there is no code `{typed}`; `deckle explain` lists all of them"),
    }
}
