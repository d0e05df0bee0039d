//! `deckle diff`

mod conditions;
mod human;
mod markdown;
mod progress;

use std::path::Path;

use deckle::Error;
use deckle::package::{
    Contents, Difference, ImportOptions, Importer, PackageReader, Update, Variant,
};

use super::Outcome;
use super::args::{ClientName, DiffArgs, OldIs, UpdateChoice};
use super::printer::Printer;
use conditions::Condition;

pub(super) fn diff(args: &DiffArgs, printer: &Printer) -> Result<Outcome, Error> {
    let conditions: Vec<Condition> = args
        .fail_if
        .iter()
        .map(|typed| Condition::parse(typed))
        .collect::<Result<_, _>>()?;
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let is_learners = match args.old_is {
        Some(what) => what == OldIs::Learner,
        None => is_collection(&args.old, &old) || old.holds_progress(),
    };
    let options = ImportOptions::default()
        .update_notes(update(args.update_notes))
        .update_note_types(update(args.update_note_types));
    let clients = match args.client {
        Some(ClientName::Desktop) => vec![Importer::Desktop],
        Some(ClientName::Ankidroid) => vec![Importer::AnkiDroid],
        None => Importer::ALL.to_vec(),
    };
    let differences: Vec<Difference> = clients
        .into_iter()
        .map(|client| match is_learners {
            true => Difference::of_learner(&old, &new, client, &options),
            false => Difference::new(&old, &new, client, &options),
        })
        .collect();
    printer.data(&if args.json {
        let objects: Vec<String> = differences.iter().map(Difference::to_json).collect();
        format!("[{}]", objects.join(",\n"))
    } else if args.markdown {
        markdown::release_notes(&differences)
    } else {
        human::report(&differences, args)
    });
    let holding: Vec<String> = conditions
        .iter()
        .filter_map(|condition| condition.holds(&differences))
        .collect();
    if holding.is_empty() {
        return Ok(Outcome::Done);
    }
    for sentence in holding {
        printer.failure(&sentence);
    }
    Ok(Outcome::Sources)
}

fn read(path: &Path) -> Result<Contents, Error> {
    PackageReader::open(path)?.into_contents_with_hashes()
}

/// Whether it is all that somebody has. Such a package differs from a deck's in its name alone.
fn is_collection(path: &Path, contents: &Contents) -> bool {
    let ending = path.extension();
    contents.variant == Variant::Collection
        || ending.is_some_and(|it| it.eq_ignore_ascii_case("colpkg"))
}

fn update(choice: UpdateChoice) -> Update {
    match choice {
        UpdateChoice::IfNewer => Update::IfNewer,
        UpdateChoice::Always => Update::Always,
        UpdateChoice::Never => Update::Never,
    }
}

/// Groups of differences that say the same, with the names of their clients.
fn alike(differences: &[Difference]) -> Vec<(String, &Difference)> {
    let mut groups: Vec<(Vec<Importer>, &Difference)> = Vec::new();
    for difference in differences {
        match groups
            .iter_mut()
            .find(|(_, it)| it.says_the_same(difference))
        {
            Some((clients, _)) => clients.push(difference.client),
            None => groups.push((vec![difference.client], difference)),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(clients, difference)| {
            let names: Vec<String> = clients.iter().map(Importer::to_string).collect();
            (names.join(" and "), difference)
        })
        .collect()
}

/// `note`, `notes`: the word for this many.
fn word(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{word}{ending}")
}
