//! What programs see that know the old container alone: a collection of one note, which says why
//! nothing else is there.

use super::Format;
use super::collection::CREATED;
use super::database::Database;
use super::plan::Plan;
use crate::Error;
use crate::model::{BuildTime, Deck, Note, NoteType};
use crate::observe::Observed;

const FRONT: &str =
    "This package is in a format that the program you opened it with does not know.";
const BACK: &str = "Update Anki or AnkiDroid and import the file once more, or ask whoever made it \
                    for a package in the legacy format.";

/// The notice as a database of schema 11. The same bytes every time.
pub(super) fn database() -> Result<Database, Error> {
    let note_type = NoteType::builder("Notice (deckle)")
        .fields(["Front", "Back"])
        .template("Notice", "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}")
        .build()?;
    let mut deck = Deck::new("Please update");
    deck.add(Note::new(&note_type).fields([FRONT, BACK]).key("notice"))?;
    let plan = Plan::new(
        std::slice::from_ref(&deck),
        BuildTime::from_unix(CREATED),
        None,
    )?;
    Database::build(&plan, Format::Legacy, &Observed::default())
}
