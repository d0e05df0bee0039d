//! Several decks in one package: descriptions, deck options, suspended and flagged cards.
//!
//! `cargo run --example subdecks -- geography.apkg`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program may read the clock and print, the library does neither"
)]

use std::sync::Arc;
use std::time::SystemTime;

use deckle::{CardTemplate, Deck, DeckOptions, Flag, Note, NoteType, Package, Suspend};

fn main() -> Result<(), deckle::Error> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "target/subdecks.apkg".to_owned());

    let capitals = NoteType::builder("Capitals (example)")
        .id(1_735_102_864_533)
        .fields(["Country", "Capital"])
        .template(
            "Capital",
            "Capital of {{Country}}?",
            "{{FrontSide}}<hr id=answer>{{Capital}}",
        )
        .card_template(
            CardTemplate::new(
                "Country",
                "{{Capital}} is the capital of ...",
                "{{FrontSide}}<hr id=answer>{{Country}}",
            )
            // Its cards lie in a deck below that of the note.
            .deck("::Backward"),
        )
        .build()?;

    // Learners get the options if they tick "Import any deck presets".
    let options = Arc::new(
        DeckOptions::new("Geography (example)")
            .new_per_day(5)
            .learning_steps([1.0, 15.0])
            .bury_new(true)
            .desired_retention(0.92),
    );
    let note =
        |country: &str, capital: &str| Note::new(&capitals).fields([country, capital]).key(country);

    // The deck `Geography` above both appears by itself; here it only gets a description.
    let geography = Deck::new("Geography").markdown_description("*Five a day.*");
    let mut europe = Deck::new("Geography::Europe")
        .description("From Lisbon to Kyiv.")
        .options(options.clone());
    europe.add(note("Portugal", "Lisbon"))?;
    // Learners see it when they import with "Import any learning progress"; so with flags.
    europe.add(note("San Marino", "San Marino").suspend(Suspend::Cards(vec![1])))?;
    europe.add(note("Ukraine", "Kyiv").flag(Flag::Blue))?;
    let mut asia = Deck::new("Geography::Asia").options(options);
    // New cards come in the order of the package, unless a position says otherwise.
    asia.add(note("Japan", "Tokyo").position(5))?;
    asia.add(note("Mongolia", "Ulaanbaatar").position(4))?;

    let mut package = Package::new(SystemTime::now());
    for deck in [geography, europe, asia] {
        package.add_deck(deck);
    }
    let written = package.write(&path)?;
    println!("{path}: {} notes in {} decks", written.notes, written.decks);
    Ok(())
}
