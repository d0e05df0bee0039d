//! An edit that reaches learners and costs nobody their progress.
//!
//! Builds a package, corrects a note and builds again on top of the first: what did not change
//! keeps its ids and times, what changed is newer.
//!
//! `cargo run --example update -- poems.apkg`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program may read the clock and print, the library does neither"
)]

use std::path::Path;
use std::time::{Duration, SystemTime};

use deckle::{Baseline, BuildTime, Deck, Note, NoteType, Package, guid_for};

fn main() -> Result<(), deckle::Error> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "target/update.apkg".to_owned());

    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    build(&path, yesterday, "The fog comes\non little cat feat.")?;
    // Fields change, the key stays: an import corrects the learner's note.
    let changed = build(
        &path,
        SystemTime::now(),
        "The fog comes\non little cat feet.",
    )?;
    println!(
        "{path} {}",
        if changed { "is corrected" } else { "was right" }
    );
    Ok(())
}

/// Builds the package on top of what is at the path already; says whether it changed.
fn build(path: &str, time: impl Into<BuildTime>, fog: &str) -> Result<bool, deckle::Error> {
    let poems = NoteType::builder("Poems (example)")
        .id(1_735_102_864_544)
        .fields(["Title", "Text"])
        .template("Poem", "{{Title}}", "{{FrontSide}}<hr id=answer>{{Text}}")
        .css(".card { white-space: pre-line }")
        .build()?;

    let mut deck = Deck::new("Poems");
    deck.add(Note::new(&poems).fields(["Fog", fog]).key("sandburg-fog"))?;
    // A deck that began with genanki keeps its learners: genanki made the guid of all fields as
    // they were then, whatever they say now.
    deck.add(
        Note::new(&poems)
            .fields(["The Tyger", "Tyger Tyger, burning bright,"])
            .guid(guid_for(["Tyger", "Tiger, tiger, burning bright"])),
    )?;

    let mut package = Package::new(time).deck(deck);
    // `None` where there is no file yet, or another program wrote it.
    if let Some(earlier) = Baseline::read(Path::new(path))? {
        package = package.baseline(&earlier);
    }
    Ok(package.write(path)?.changed)
}
