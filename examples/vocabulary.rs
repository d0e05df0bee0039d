//! Vocabulary in both directions: a note type of one's own, a picture, and keys.
//!
//! `cargo run --example vocabulary -- spanish.apkg`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program may read the clock and print, the library does neither"
)]

use std::time::SystemTime;

use deckle::{CardTemplate, Deck, Field, Note, NoteType, Package, escape};

/// A picture made on the spot; a program would mostly call `Package::media_file`.
const SUN: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="#fc0"/></svg>"##;

fn main() -> Result<(), deckle::Error> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "target/vocabulary.apkg".to_owned());

    // An import finds note types by their id, and fields and card templates by theirs: with ids
    // of your own you may rename everything later. Choose them once, at random.
    let words = NoteType::builder("Spanish words (example)")
        .id(1_735_102_864_511)
        .field(Field::new("Spanish").id(8_411_037))
        .field(Field::new("English").id(8_411_038))
        .field(Field::new("Picture").id(8_411_039))
        .card_template(
            CardTemplate::new(
                "Spanish to English",
                "{{Spanish}}",
                "{{FrontSide}}<hr id=answer>{{English}}<br>{{Picture}}",
            )
            .id(8_411_040),
        )
        // A card exists only where its front shows something: no English, no second card.
        .template(
            "English to Spanish",
            "{{English}}",
            "{{FrontSide}}<hr id=answer>{{Spanish}}<br>{{Picture}}",
        )
        .css(".card { font: 1.4em sans-serif; text-align: center } img { max-width: 8em }")
        .build()?;

    let mut deck = Deck::new("Spanish").description("The first words.");
    for (spanish, english, picture) in [
        ("el sol", "the sun", "<img src=\"sun.svg\">"),
        ("la luna", "the moon", ""),
        ("¿qué tal? <R&B>", "how are you?", ""),
    ] {
        deck.add(
            Note::new(&words)
                // Fields hold HTML, so plain text is escaped.
                .field("Spanish", escape(spanish))
                .field("English", escape(english))
                .field("Picture", picture)
                .tags(["spanish::a1", "sky"])
                // The key says which note this is, so that its text can be corrected later.
                .key(spanish),
        )?;
    }

    let written = Package::new(SystemTime::now())
        .deck(deck)
        .media_bytes("sun.svg", SUN)
        .write(&path)?;
    println!("{path}: {} notes, {} cards", written.notes, written.cards);
    Ok(())
}
