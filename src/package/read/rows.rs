//! Notes, cards and reviews, which are kept alike in all schemas.

use super::container::{damaged, too_large};
use super::store::{Cells, Store};
use super::{ReadLimits, StoredCard, StoredNote};
use crate::Error;

const NOTE: &[&str] = &["id", "guid", "mid", "mod", "tags", "flds", "csum"];
const CARD: &[&str] = &[
    "id", "nid", "did", "ord", "mod", "type", "queue", "due", "ivl", "factor", "reps", "lapses",
    "left", "odue", "odid", "flags", "data",
];
/// The largest number of 32 bits, in words.
const WORD: &str = "an integer from 0 to 4294967295";
const BYTE: &str = "an integer from 0 to 255";

/// Sorted by id.
pub(super) fn notes(store: &Store, limits: ReadLimits) -> Result<Vec<StoredNote>, Error> {
    let mut found = Vec::new();
    store.each("notes", NOTE, |row| {
        if found.len() as u64 >= limits.notes {
            return Err(too_large("database", "more notes", limits.notes));
        }
        found.push(StoredNote {
            id: row.integer(0)?,
            guid: row.text_or_number(1)?,
            note_type: row.integer(2)?,
            modified: row.integer(3)?,
            tags: row.text(4)?.into(),
            fields: row.text(5)?.into(),
            checksum: row.integer_or_zero(6)?,
        });
        Ok(())
    })?;
    found.sort_by_key(|note| note.id);
    once("notes", found.iter().map(|note| note.id))?;
    Ok(found)
}

/// Sorted by id.
pub(super) fn cards(store: &Store, limits: ReadLimits) -> Result<Vec<StoredCard>, Error> {
    let mut found = Vec::new();
    store.each("cards", CARD, |row| {
        if found.len() as u64 >= limits.cards {
            return Err(too_large("database", "more cards", limits.cards));
        }
        found.push(card(row)?);
        Ok(())
    })?;
    found.sort_by_key(|card| card.id);
    once("cards", found.iter().map(|card| card.id))?;
    Ok(found)
}

/// That no id comes twice, as happens where pages of the database are listed twice.
fn once(table: &str, sorted: impl Iterator<Item = i64> + Clone) -> Result<(), Error> {
    let twice = sorted
        .clone()
        .zip(sorted.skip(1))
        .find(|(one, next)| one == next);
    twice.map_or(Ok(()), |(id, _)| {
        Err(damaged(format!(
            "the package's table `{table}` has two rows with the id {id}: the database is damaged"
        )))
    })
}

fn card(row: &Cells<'_>) -> Result<StoredCard, Error> {
    Ok(StoredCard {
        id: row.integer(0)?,
        note: row.integer(1)?,
        deck: row.integer(2)?,
        ordinal: row.narrow(3, "an integer from 0 to 65535")?,
        modified: row.integer(4)?,
        card_type: row.narrow(5, BYTE)?,
        queue: row.narrow(6, "an integer from -128 to 127")?,
        due: row.integer_or_zero(7)?,
        interval: row.narrow(8, WORD)?,
        factor: row.narrow(9, "an integer from 0 to 65535")?,
        reps: row.narrow(10, WORD)?,
        lapses: row.narrow(11, WORD)?,
        left: row.narrow(12, WORD)?,
        original_due: row.integer_or_zero(13)?,
        original_deck: row.integer(14)?,
        flags: row.narrow(15, BYTE)?,
        data: row.text(16)?.to_owned(),
    })
}

/// How many there are.
pub(super) fn reviews(store: &Store) -> Result<u64, Error> {
    let mut count = 0;
    // Row by row, because SQLite's own count cannot be stopped where pages go in circles.
    store.each("revlog", &["id"], |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}
