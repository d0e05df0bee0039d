//! Card generation, rendering and stored values against the real Anki, in two versions.
//!
//! A seeded generator makes note types, notes and texts; `tests/anki/cards.py` tells what the
//! program itself makes of them. `DECKLE_SEED` and `DECKLE_CASES` choose other runs.

mod compare;
mod generate;
mod judge;

use generate::{Case, Random};
use judge::Judge;

const SEED: u64 = 20_260_101;
const CASES: usize = 2_000;
/// How many notes each note type gets; a case is one note.
const NOTES: usize = 4;
/// How many differing note types are made as small as can be and shown.
const SHOWN: usize = 3;

#[test]
fn cards_are_those_of_anki_26_9_3() {
    run(&Judge::find("26.9.3"));
}

#[test]
fn cards_are_those_of_anki_25_9_2() {
    run(&Judge::find("25.9.2"));
}

#[expect(
    clippy::print_stdout,
    reason = "the figures of a run, for whoever asks for them"
)]
fn run(judge: &Judge) {
    let seed = number("DECKLE_SEED").unwrap_or(SEED);
    let cases = number("DECKLE_CASES").map_or(CASES, |cases| cases as usize);
    let mut random = Random::new(seed);
    // A fifth of the note types are cloze types, and a seventh hold templates as they come,
    // most of which the program refuses.
    let types: Vec<Case> = (0..cases / NOTES)
        .map(|index| Case::new(&mut random, index % 5 == 4, index % 7 == 6, NOTES))
        .collect();
    let texts: Vec<Vec<String>> = (0..cases).map(|_| generate::field(&mut random)).collect();
    let told = judge.ask(&types, &texts);

    let mut tally = compare::Tally::default();
    let mut failing: Vec<(&Case, String)> = Vec::new();
    for (case, told) in types.iter().zip(&told.types) {
        if let Err(difference) = compare::note_type(judge.version, case, told, &mut tally) {
            failing.push((case, difference));
        }
    }
    failing.sort_by_key(|(case, _)| case.size());
    if !failing.is_empty() {
        let count = failing.len();
        let smallest: String = failing
            .iter()
            .take(SHOWN)
            .map(|(case, _)| {
                let (case, difference) = judge.shrink((*case).clone());
                format!("\n{case}{difference}\n")
            })
            .collect();
        panic!(
            "{count} of {} note types differ from Anki {}; seed {seed}, the smallest:\n{smallest}",
            types.len(),
            judge.version
        );
    }
    let failing: Vec<_> = texts
        .iter()
        .zip(&told.texts)
        .filter_map(|(text, told)| {
            Some((text.concat(), compare::text(&text.concat(), told).err()?))
        })
        .collect();
    if let Some((text, difference)) = failing.iter().min_by_key(|(text, _)| text.len()) {
        panic!(
            "{} of {} texts differ from Anki {}; seed {seed}, the smallest:\n{text:?}\n{difference}",
            failing.len(),
            texts.len(),
            judge.version
        );
    }
    println!("Anki {}: {tally}", judge.version);
    tally.assert_sound(cases);
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{variable} must be a number, not {value:?}")),
    )
}
