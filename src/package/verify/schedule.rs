//! Rules about the values of cards.

use super::finding::{Findings, Place};
use super::{notes, rules};
use crate::model::BuildTime;
use crate::package::{CardState, Contents, StoredCard};

/// Check Database complains of new cards from this position on.
const POSITIONS: i64 = 1_000_000;

pub(super) fn check(contents: &Contents, now: BuildTime, findings: &mut Findings) {
    for card in &contents.cards {
        if card.card_type > 3 || !(-3..=4).contains(&card.queue) {
            findings.add(&rules::CARD_STATE, || {
                (
                    Place::card(card),
                    format!("type {}, queue {}", card.card_type, card.queue),
                )
            });
        }
        check_due(card, findings);
        if card.id > notes::last_id(now) {
            findings.add(&rules::FUTURE_ID, || (Place::card(card), String::new()));
        }
        if card.state() != CardState::New || card.flag() > 0 {
            findings.add(&rules::PROGRESS, || (Place::card(card), state(card)));
        }
    }
}

fn check_due(card: &StoredCard, findings: &mut Findings) {
    // In a filtered deck positions are below 0; the card's own waits in another column.
    let is_new = card.card_type == 0 && card.queue == 0 && card.original_deck == 0;
    if i32::try_from(card.due).is_err() || i32::try_from(card.original_due).is_err() {
        findings.add(&rules::DUE_RANGE, || {
            (Place::card(card), format!("due {}", card.due))
        });
    } else if is_new && !(0..POSITIONS).contains(&card.due) {
        findings.add(&rules::POSITION, || {
            (Place::card(card), format!("position {}", card.due))
        });
    }
}

fn state(card: &StoredCard) -> String {
    let state = match card.state() {
        CardState::New => "new",
        CardState::Learning => "learning",
        CardState::Review => "in review",
        CardState::Suspended => "suspended",
        CardState::Buried => "buried",
    };
    match card.flag() {
        0 => state.to_owned(),
        flag => format!("{state}, flag {flag}"),
    }
}
