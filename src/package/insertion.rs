//! Puts notes and cards into their tables. One thread inserts the rows, another one works out the
//! next of them.

use rusqlite::{Connection, Statement};

use super::note_rows::{CardRow, NoteRow};
use super::plan::{Plan, PlannedNote};
use crate::observe::{Count, Observed};

const INSERT_NOTE: &str = "INSERT INTO notes VALUES (?1, ?2, ?3, ?4, -1, ?5, ?6, ?7, ?8, 0, '')";
const INSERT_CARD: &str =
    "INSERT INTO cards VALUES (?1, ?2, ?3, ?4, ?5, -1, 0, ?6, ?7, 0, 0, 0, 0, 0, 0, 0, ?8, '')";

/// So many notes are worked out at a time.
const CHUNK: usize = 512;

/// Fills the table `notes`.
pub(super) fn notes(
    connection: &Connection,
    plan: &Plan<'_>,
    observed: &Observed,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(INSERT_NOTE)?;
    ahead(
        plan,
        |note| Some(NoteRow::new(note)),
        |rows| {
            observed.counts(Count::Stored, rows.len());
            rows.iter().try_for_each(|row| {
                let values = (
                    row.id,
                    row.guid,
                    row.note_type,
                    row.modified,
                    &row.tags,
                    &*row.fields,
                    &row.sort_field,
                    row.checksum,
                );
                statement.execute(values).map(|_| ())
            })
        },
    )
}

/// Fills the table `cards`; says how many they are.
pub(super) fn cards(connection: &Connection, plan: &Plan<'_>) -> rusqlite::Result<usize> {
    let mut cards = Cards {
        statement: connection.prepare(INSERT_CARD)?,
        last: 0,
        count: 0,
    };
    ahead(
        plan,
        |note| CardRow::all_of(plan, note),
        |rows| rows.iter().try_for_each(|row| cards.insert(row)),
    )?;
    Ok(cards.count)
}

/// Inserts what is worked out of the notes, a chunk behind, in the order of rows.
fn ahead<'p, T: Send, I: IntoIterator<Item = T>>(
    plan: &'p Plan<'_>,
    work_out: impl Fn(&'p PlannedNote<'p>) -> I + Sync,
    mut insert: impl FnMut(&[T]) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let work_out = |chunk: &[u32]| -> Vec<T> {
        let planned = chunk.iter().filter_map(|at| plan.notes.get(*at as usize));
        let mut rows = Vec::with_capacity(chunk.len());
        rows.extend(planned.flat_map(&work_out));
        rows
    };
    let mut ready = Vec::new();
    for chunk in plan.row_order.chunks(CHUNK) {
        let mut next = Vec::new();
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| next = work_out(chunk));
            insert(&ready)
        })?;
        ready = next;
    }
    insert(&ready)
}

struct Cards<'a> {
    statement: Statement<'a>,
    last: i64,
    count: usize,
}

impl Cards<'_> {
    fn insert(&mut self, card: &CardRow) -> rusqlite::Result<()> {
        // Notes stand far enough apart unless a program gave them ids of its own; then the next
        // free id will do, because imports know a card by its note and ord.
        let id = card.note + i64::from(card.ord);
        self.last = id.max(self.last + 1);
        self.statement.execute((
            self.last,
            card.note,
            card.deck,
            card.ord,
            card.modified,
            if card.suspended { -1 } else { 0 },
            card.position,
            card.flags,
        ))?;
        self.count += 1;
        Ok(())
    }
}
