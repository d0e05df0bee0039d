//! `deckle adopt`

use deckle::Error;
use deckle::package::ReadLimits;
use deckle::project::Project;
use deckle::project::adopt::{AdoptedType, DeckNote, Outcome as AdoptOutcome, SourceNote, TypeFit};

use super::Outcome;
use super::args::AdoptArgs;
use super::printer::Printer;
use super::words::plural;

pub(super) fn adopt(args: &AdoptArgs, printer: &Printer) -> Result<Outcome, Error> {
    let mut project = Project::open(&args.project)?;
    if let Some(key) = &args.variant {
        project = project.variant(key)?;
    }
    let adoption = project.adopt(&args.package, ReadLimits::default())?;
    let report = adoption.report();
    printer.diagnostics(&report.diagnostics, &report.sources, project.root());
    if report.diagnostics.has_errors() {
        printer.summary("Nothing was adopted: the sources have errors");
        return Ok(Outcome::Sources);
    }
    let outcome = adoption.outcome();
    list(outcome, printer);
    for adopted in &outcome.types {
        tell_type(adopted, args, printer);
    }
    let same = outcome.matched.iter().filter(|it| it.same).count();
    printer.summary(&format!(
        "{} matched ({same} unchanged), {} ambiguous, {} of the sources alone, {} of the deck alone",
        plural(outcome.matched.len(), "note"),
        outcome.ambiguous.len(),
        outcome.only_sources.len(),
        outcome.only_deck.len()
    ));
    if args.dry_run {
        printer.summary("Nothing was written");
        return Ok(Outcome::Done);
    }
    adoption.write()?;
    let lock = match &args.variant {
        Some(key) => format!("deckle.{key}.lock"),
        None => "deckle.lock".to_owned(),
    };
    printer.summary(&format!("Wrote {lock}; look at it, then: deckle build"));
    Ok(Outcome::Done)
}

/// One line a note that is not simply matched.
fn list(outcome: &AdoptOutcome, printer: &Printer) {
    for tie in &outcome.ambiguous {
        let sources: Vec<String> = tie.sources.iter().map(place).collect();
        let deck: Vec<String> = tie.deck.iter().map(in_deck).collect();
        printer.data(&format!(
            "ambiguous\t{}\t{}",
            sources.join(", "),
            deck.join(", ")
        ));
    }
    for matched in &outcome.other_types {
        printer.data(&format!(
            "kept apart\t{}\t{}\tof another note type, or with a guid of its own",
            place(&matched.source),
            in_deck(&matched.deck)
        ));
    }
    for note in &outcome.only_sources {
        printer.data(&format!("new\t{}", place(note)));
    }
    for note in &outcome.only_deck {
        printer.data(&format!("deck only\t{}", in_deck(note)));
    }
}

fn place(note: &SourceNote) -> String {
    format!("{}:{} `{}`", note.path, note.line, note.text)
}

fn in_deck(note: &DeckNote) -> String {
    format!("{} `{}`", note.guid, note.text)
}

fn tell_type(adopted: &AdoptedType, args: &AdoptArgs, printer: &Printer) {
    let AdoptedType { name, key, .. } = adopted;
    let package = args.package.display();
    let merge = format!(
        "learners must import the next release with \"Merge note types\", or none of these notes \
         is updated; to go on with the old type instead, run `deckle unpack {package} DIR`, copy its \
         folder from DIR/types and name it in `type:`"
    );
    match &adopted.fit {
        TypeFit::Same => {}
        TypeFit::Differs(how) => {
            printer.summary(&format!(
                "note type `{name}` is `{key}` here: {how}; {merge}"
            ));
        }
        TypeFit::OtherId(id) => printer.summary(&format!(
            "note type `{name}` is `{key}` here, which has another id: write `id: {id}` in its \
             type.yaml, or {merge}"
        )),
        _ => printer.summary(&format!(
            "note type `{name}` is `{key}` here, which ships with deckle: {merge}"
        )),
    }
}
