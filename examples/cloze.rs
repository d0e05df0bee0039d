//! Cloze deletions with formulas: MathJax, which every Anki shows, and real LaTeX.
//!
//! `cargo run --example cloze -- physics.apkg`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program may read the clock and print, the library does neither"
)]

use std::time::SystemTime;

use deckle::{Deck, Note, NoteType, Package};

fn main() -> Result<(), deckle::Error> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "target/cloze.apkg".to_owned());

    let cloze = NoteType::builder("Physics clozes (example)")
        .id(1_735_102_864_522)
        .fields(["Text", "Extra"])
        .cloze()
        .template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>{{Extra}}")
        .css(".card { font: 1.2em serif } .cloze { color: #06c; font-weight: bold }")
        // Used for `[latex]`, `[$]` and `[$$]`, which the desktop typesets where LaTeX is
        // installed and switched on. MathJax below needs neither.
        .latex_preamble(
            "\\documentclass[12pt]{article}\n\\usepackage{amsmath,siunitx}\n\
             \\pagestyle{empty}\n\\begin{document}\n",
        )
        .latex_postamble("\\end{document}")
        .latex_svg(true)
        .build()?;

    let mut deck = Deck::new("Physics::Mechanics");
    // Each number is a card of its own: here c1 and c2, two cards.
    deck.add(
        Note::new(&cloze)
            .field(
                "Text",
                "Force is {{c1::mass times acceleration}}: {{c2::\\(F = ma\\)}}.",
            )
            .field("Extra", "Newton's second law")
            .key("newton-2"),
    )?;
    // `}}` would end the cloze, so braces of a formula stand apart from each other.
    deck.add(
        Note::new(&cloze)
            .field(
                "Text",
                "The period of a pendulum is {{c1::\\(2\\pi\\sqrt{\\frac{l}{g} }\\)::formula}}, \
                 for {{c2::small}} angles.",
            )
            .key("pendulum"),
    )?;

    let written = Package::new(SystemTime::now()).deck(deck).write(&path)?;
    println!("{path}: {} notes, {} cards", written.notes, written.cards);
    Ok(())
}
