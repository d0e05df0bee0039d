//! `deckle completions` and `deckle man`, made from the definitions that the help is made from.

use std::io::Write as _;

use clap::CommandFactory;
use clap_mangen::Man;
use deckle::files;
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::{Args, CompletionsArgs, ManArgs};
use super::printer::Printer;
use super::words::plural;

pub(super) fn completions(args: &CompletionsArgs, printer: &Printer) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "deckle", &mut script);
    printer.data(String::from_utf8_lossy(&script).trim_end());
    Ok(Outcome::Done)
}

pub(super) fn man(args: &ManArgs, printer: &Printer) -> Result<Outcome, Error> {
    let mut command = Args::command().disable_help_subcommand(true);
    // Names and usage of the commands below are complete only then.
    command.build();
    let mut pages = Vec::new();
    collect(&command, "deckle", &mut pages)?;
    let Some(folder) = &args.folder else {
        if let Some((_, page)) = pages.first() {
            printer.data(String::from_utf8_lossy(page).trim_end());
        }
        return Ok(Outcome::Done);
    };
    for (name, page) in &pages {
        let path = folder.join(format!("{name}.1"));
        files::write_atomically(&path, |file| {
            file.write_all(page)
                .map_err(|source| failed("written").caused_by(source))
        })?;
    }
    let count = plural(pages.len(), "man page");
    printer.summary(&format!("Wrote {count} into {}", folder.display()));
    Ok(Outcome::Done)
}

/// The page of a command, then those of its own commands.
fn collect(
    command: &clap::Command,
    name: &str,
    pages: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), Error> {
    let mut page = Vec::new();
    // Without a date, so that the pages of one version are the same at any time.
    Man::new(command.clone())
        .title(name)
        .source(format!("deckle {}", env!("CARGO_PKG_VERSION")))
        .manual("deckle manual")
        .render(&mut page)
        .map_err(|source| failed("made").caused_by(source))?;
    pages.push((name.to_owned(), page));
    for inner in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        collect(inner, &format!("{name}-{}", inner.get_name()), pages)?;
    }
    Ok(())
}

fn failed(what: &str) -> Error {
    Error::new(ErrorKind::Usage(format!("the man pages cannot be {what}")))
}
