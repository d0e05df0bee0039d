//! Rules that notes must keep: one file a rule, notes to diagnostics.
//!
//! What only one front end or the renderer can see is told there; here is what holds for every
//! note however it was written.

mod cards;
mod characters;
mod duplicates;
mod required;
mod spellings;
mod suspend;

pub use duplicates::duplicates;
pub use spellings::Spellings;
pub use suspend::suspended_cards;

use crate::diag::Diagnostics;
use crate::model::written::WrittenNote;

/// Checks one note: as written, the HTML that its fields became, and how many cards they make.
pub fn note(note: &WrittenNote, fields: &[String], card_count: usize, sink: &mut Diagnostics) {
    let before = sink.iter().count();
    characters::check(note, sink);
    required::check(note, fields, sink);
    // A note that lacks a field it needs makes no card either; one finding is enough.
    if sink.iter().count() == before {
        cards::check(note, fields, card_count, sink);
    }
}
